-- What each pool's lines are entitled to together.
--
-- Reads   pool, award
-- Makes   pool_award(pool_no INTEGER key, awarded DECIMAL(38,0) units, lines BIGINT), by pool_no
-- Holds   distributable = awarded + overpaid + surplus + residue, the residue fewer units than lines
create or replace table pool_award as
with awarded as (
    select pool_no, sum(entitled)::decimal(38, 0) as units, count(*) as lines from award group by pool_no
)
select pool.pool_no, coalesce(awarded.units, 0)::decimal(38, 0) as awarded, coalesce(awarded.lines, 0) as lines
from pool
left join awarded using (pool_no)
order by pool.pool_no;
