-- At which level do awards between a claim and twice the claim, and nearest to that level, come to a sum?
--
-- Reads   rule_claim
-- Takes   $pool_no, $tier, $amount: from the claims to twice the claims
-- Makes   claim, below DECIMAL(38,0), above BIGINT: the greatest claim, once or twice, that is at most the level; all that
--         is awarded at that level; the number of awards that grow above it
with point as (
    select claim as place, count(*) as begun, 0 as ended, sum(claim) as claims, 0 as twice
    from rule_claim
    where pool_no = $pool_no and tier = $tier
    group by claim
    union all
    select 2 * claim, 0, count(*), 0, sum(2 * claim)
    from rule_claim
    where pool_no = $pool_no and tier = $tier
    group by claim
),
placed as (
    select place, sum(begun) as begun, sum(ended) as ended, sum(claims) as claims, sum(twice) as twice
    from point
    group by place
),
passed as (
    select place, sum(begun) over upward - sum(ended) over upward as growing,
           sum(claims) over upward as claims, sum(twice) over upward as twice, sum(claims) over () as whole
    from placed
    window upward as (order by place)
)
select place::varchar, (whole + growing * place - claims + twice)::varchar as below, growing::bigint
from passed
where whole + growing * place - claims + twice <= $amount::decimal(38, 0)
order by passed.place desc
limit 1
