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
),
pooled as (
    select pool.asset_no, sum(pool.claimed)::decimal(38, 0) as claimed,
           sum(pool.distributable)::decimal(38, 0) as distributable, sum(pool_award.awarded)::decimal(38, 0) as awarded,
           sum(pool.overpaid)::decimal(38, 0) as overpaid, sum(pool.surplus)::decimal(38, 0) as surplus
    from pool
    join pool_award using (pool_no)
    where pool.pool_no >= 0
    group by pool.asset_no
)
select asset.asset,
       units_text(total.owed, asset.decimals) as owed,
       units_text(pooled.claimed, asset.decimals) as claims,
       units_text(pooled.distributable, asset.decimals) as distributable,
       units_text(pooled.awarded, asset.decimals) as awarded,
       units_text(pooled.overpaid, asset.decimals) as overpaid,
       units_text(pooled.surplus, asset.decimals) as surplus,
       units_text((pooled.distributable - pooled.surplus - pooled.overpaid - pooled.awarded)::decimal(38, 0), asset.decimals)
           as residue,
       units_text(coalesce(held_back.units, 0)::decimal(38, 0), asset.decimals) as withheld
from holding_total as total
join asset using (asset_no)
left join pooled on pooled.asset_no = total.asset_no
left join held_back on held_back.asset_no = total.asset_no
order by asset.asset_no
