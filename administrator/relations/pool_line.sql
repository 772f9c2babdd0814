-- The lines that share, each in the pool of its own asset and paid in it.
--
-- Reads   share_line
-- Makes   pool_line(account_no, asset_no, part, tier, pool_no, pay_asset_no INTEGER, weight DECIMAL(38,0) > 0 in pay_asset),
--         key (account_no, asset_no, part), in no order
-- Holds   pool_no = asset_no
create or replace view pool_line as
select account_no, asset_no, part, tier, asset_no as pool_no, asset_no as pay_asset_no, claim_units as weight
from share_line;
