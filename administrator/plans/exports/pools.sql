-- pools.csv: each pool from what it holds to what each unit claimed of it gets.
--
-- Reads   pool, pool_award, estate_pool, asset
-- Makes   pool, asset, gross, costs, holdback, distributable, claims, awarded, overpaid, surplus, residue,
--         dividend_numerator, dividend_denominator; by pool in byte order
with every as (
    select pool_no, pool, asset_no, gross, costs, holdback, distributable, claimed, overpaid, surplus, dividend_numerator,
           dividend_denominator, awarded
    from pool
    join pool_award using (pool_no)
    union all
    select pool_no, pool, asset_no, gross, costs, holdback, distributable, claimed, overpaid, surplus, dividend_numerator,
           dividend_denominator, awarded
    from estate_pool
)
select every.pool, asset.asset,
       units_text(every.gross, asset.decimals) as gross,
       units_text(every.costs, asset.decimals) as costs,
       units_text(every.holdback, asset.decimals) as holdback,
       units_text(every.distributable, asset.decimals) as distributable,
       units_text(every.claimed, asset.decimals) as claims,
       units_text(every.awarded, asset.decimals) as awarded,
       units_text(every.overpaid, asset.decimals) as overpaid,
       units_text(every.surplus, asset.decimals) as surplus,
       units_text((every.distributable - every.surplus - every.overpaid - every.awarded)::decimal(38, 0), asset.decimals)
           as residue,
       every.dividend_numerator::varchar as dividend_numerator,
       every.dividend_denominator::varchar as dividend_denominator
from every
join asset using (asset_no)
order by every.pool
