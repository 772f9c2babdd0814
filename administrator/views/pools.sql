-- Every pool, from gross to dividend, with what is paid and withheld of it this round.
--
-- Reads   pool, pool_award, asset, plan_line
-- Makes   pool, gross, costs, holdback, distributable, claims, awarded, paid, withheld, surplus, residue, dividend VARCHAR
with this_round as (
    select pay_asset_no as asset_no, sum(quantity) filter (where status = 'pay') as paid,
           sum(quantity) filter (where status = 'withhold') as withheld
    from plan_line
    where step = 'return' or step like 'return:%'
    group by pay_asset_no
)
select asset.asset as pool, units_text(pool.gross, asset.decimals) as gross,
       units_text(pool.costs, asset.decimals) as costs, units_text(pool.holdback, asset.decimals) as holdback,
       units_text(pool.distributable, asset.decimals) as distributable,
       units_text(pool.claimed, asset.decimals) as claims,
       units_text(pool_award.awarded, asset.decimals) as awarded,
       units_text(coalesce(this_round.paid, 0)::decimal(38, 0), asset.decimals) as paid,
       units_text(coalesce(this_round.withheld, 0)::decimal(38, 0), asset.decimals) as withheld,
       units_text(pool.surplus, asset.decimals) as surplus,
       units_text((pool.distributable - pool.surplus - pool_award.awarded)::decimal(38, 0), asset.decimals) as residue,
       case when pool.claimed > 0 then ratio_text(pool.dividend_numerator, pool.dividend_denominator) end as dividend
from pool
join pool_award using (asset_no)
join asset using (asset_no)
left join this_round using (asset_no)
order by asset.asset_no
limit $limit offset $offset
