-- Which assets occur in any table of the case, and so have a line in every report by asset.
--
-- Reads   every loaded relation that names an asset, accrual(asset_no, is_holders)
-- Makes   occurring(asset_no INTEGER key, asset VARCHAR, decimals INTEGER, kind VARCHAR), by asset_no
-- Holds   declared assets that no row names are left out
create or replace table occurring as
with named as (
    select asset_no from balance
    union select asset_no from journal
    union select asset_no from wallet
    union select asset_no from transfer
    union select asset_no from price
    union select asset_no from claim
    union select asset_no from payee where asset_no is not null
    union select claim_asset_no from payment
    union select pay_asset_no from payment
    union select asset_no from assignment
    union select asset_no from recovery
    union select asset_no from accrual where is_holders
)
select asset.asset_no, asset.asset, asset.decimals, asset.kind
from asset
join named using (asset_no)
order by asset.asset_no;
