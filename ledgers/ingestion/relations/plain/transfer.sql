-- Which units moved, between whom? What the compiled reader is sure of; typed/transfer.sql does the rest.
--
-- Reads   incoming: columns of the contract, accounts and assets as keys
-- Takes   $source_no
-- Makes   rows of typed_transfer
insert into typed_transfer
select "row", $source_no::integer, transfer, occurred_at, asset_key, quantity, sender, recipient, coalesce(fee, 0), reference, false
from incoming;
