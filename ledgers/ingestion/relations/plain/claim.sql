-- What was filed? What the compiled reader is sure of; typed/claim.sql does the rest.
--
-- Reads   incoming: columns of the contract, accounts and assets as keys
-- Takes   $source_no
-- Makes   rows of typed_claim
insert into typed_claim
select "row", $source_no::integer, claim, account_key, asset_key, quantity, filed_at, coalesce(standing, 'filed'), allowed, provisional, false
from incoming;
