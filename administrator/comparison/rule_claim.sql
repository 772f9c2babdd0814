-- Who claims how much of each tier of each pool, person by person.
--
-- Reads   pool_line, person
-- Makes   rule_claim(pool_no, tier, holder_no INTEGER, claim DECIMAL(38,0) > 0), key (pool_no, tier, holder_no)
--         rule_award(pool_no, tier, holder_no INTEGER, claim, awarded DECIMAL(38,0)), empty
create or replace temp table rule_claim as
select pool_line.pool_no, pool_line.tier, person.holder_no, sum(pool_line.weight)::decimal(38, 0) as claim
from pool_line
join person using (account_no)
group by pool_line.pool_no, pool_line.tier, person.holder_no;
create or replace temp table rule_award(
    pool_no integer, tier integer, holder_no integer, claim decimal(38, 0), awarded decimal(38, 0)
);
