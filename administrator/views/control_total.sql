-- Per asset, what the two sides of each stage sum to.
--
-- Reads   pool, pool_award, asset, holding_total, plan_line
-- Makes   asset, owed, claims, distributable, awarded, overpaid, surplus, residue, withheld VARCHAR; by asset. Where all is
--         one pool by value, claims to residue are empty
with held_back as (
    select pay_asset_no as asset_no, sum(quantity) as units
    from plan_line
    where status = 'withhold' and (step = 'return' or step like 'return:%')
    group by pay_asset_no
)
select asset.asset,
       units_text(total.owed, asset.decimals) as owed,
       units_text(pool.claimed, asset.decimals) as claims,
       units_text(pool.distributable, asset.decimals) as distributable,
       units_text(pool_award.awarded, asset.decimals) as awarded,
       units_text(pool.overpaid, asset.decimals) as overpaid,
       units_text(pool.surplus, asset.decimals) as surplus,
       units_text((pool.distributable - pool.surplus - pool.overpaid - pool_award.awarded)::decimal(38, 0), asset.decimals)
           as residue,
       units_text(coalesce(held_back.units, 0)::decimal(38, 0), asset.decimals) as withheld
from holding_total as total
join asset using (asset_no)
left join pool on pool.pool_no = total.asset_no
left join pool_award on pool_award.pool_no = total.asset_no
left join held_back on held_back.asset_no = total.asset_no
order by asset.asset_no
