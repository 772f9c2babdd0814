-- What each pool's lines are entitled to together.
--
-- Reads   pool, award
-- Makes   pool_award(asset_no INTEGER key, awarded DECIMAL(38,0) units, lines BIGINT), by asset_no
-- Holds   distributable = awarded + surplus + residue, the residue fewer units than lines
create or replace table pool_award as
with awarded as (
    select asset_no, sum(entitled)::decimal(38, 0) as units, count(*) as lines from award group by asset_no
)
select pool.asset_no, coalesce(awarded.units, 0)::decimal(38, 0) as awarded, coalesce(awarded.lines, 0) as lines
from pool
left join awarded using (asset_no)
order by pool.asset_no;
