-- Which postings changed the balances? What the compiled reader is sure of; typed/journal.sql does the rest.
--
-- Reads   incoming: columns of the contract, accounts and assets as keys
-- Takes   $source_no
-- Makes   rows of typed_journal
insert into typed_journal
select "row", $source_no::integer, posting, posted_at, account_key, asset_key, quantity, kind, reference, false
from incoming;
