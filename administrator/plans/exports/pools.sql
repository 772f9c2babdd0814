-- pools.csv: each pool from what it holds to what each unit claimed of it gets.
--
-- Reads   pool, pool_award, asset
-- Makes   pool, asset, gross, costs, holdback, distributable, claims, awarded, surplus, residue, dividend_numerator,
--         dividend_denominator; by pool
select asset.asset as pool, asset.asset,
       units_text(pool.gross, asset.decimals) as gross,
       units_text(pool.costs, asset.decimals) as costs,
       units_text(pool.holdback, asset.decimals) as holdback,
       units_text(pool.distributable, asset.decimals) as distributable,
       units_text(pool.claimed, asset.decimals) as claims,
       units_text(pool_award.awarded, asset.decimals) as awarded,
       units_text(pool.surplus, asset.decimals) as surplus,
       units_text((pool.distributable - pool.surplus - pool_award.awarded)::decimal(38, 0), asset.decimals) as residue,
       pool.dividend_numerator::varchar as dividend_numerator,
       pool.dividend_denominator::varchar as dividend_denominator
from pool
join pool_award using (asset_no)
join asset using (asset_no)
order by pool.asset_no
