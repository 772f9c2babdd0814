-- Which accounts are listed, and what is said of each? What the compiled reader is sure of; typed/account.sql does the rest.
--
-- Reads   incoming: columns of the contract, accounts and assets as keys
-- Takes   $source_no
-- Makes   rows of typed_account
insert into typed_account
select "row", $source_no::integer, account_key, holder, coalesce(kind, 'customer'), terms, jurisdiction, hold,
       omnibus, election, false
from incoming;
