-- At which level do equal awards, none above its claim, come to a sum?
--
-- Reads   rule_claim
-- Takes   $pool_no, $tier, $amount: at most the claims
-- Makes   claim, below DECIMAL(38,0), above BIGINT: the greatest claim that is at most the level, or 0; all that is awarded
--         when the level is that claim; the number of claims above it
with size as (
    select claim, count(*) as times
    from rule_claim
    where pool_no = $pool_no and tier = $tier
    group by claim
),
passed as (
    select claim, sum(times) over upward as up_to, sum(times * claim) over upward as filled, sum(times) over () as whole
    from size
    window upward as (order by claim)
),
reached as (
    select claim, filled + claim * (whole - up_to) as below, whole - up_to as above
    from passed
    union all
    select 0, 0, (select sum(times) from size)
)
select claim::varchar, below::varchar, above::bigint
from reached
where below <= $amount::decimal(38, 0)
order by reached.claim desc
limit 1
