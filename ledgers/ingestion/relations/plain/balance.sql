-- What do the books say was owed to each account, in units? What the compiled reader is sure of; typed/balance.sql does the rest.
--
-- Reads   incoming: columns of the contract, accounts and assets as keys
-- Takes   $source_no
-- Makes   rows of typed_balance
insert into typed_balance
select "row", $source_no::integer, account_key, asset_key, quantity, false
from incoming;
