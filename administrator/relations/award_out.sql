-- What each line is entitled to, also where more than that was paid before.
--
-- Reads   award_shared, outpaid, pool_line, pool_tier_ordinary, elected
-- Makes   award_out, award: as award_shared, the lines of whoever is in `outpaid` among them
-- Holds   who had more than the others can get is entitled to his share of what there would be if he gave it back, and
--         to no more than he had: his payments meet his parts in their order
create or replace table award_out as
with ordinary as (
    select pool_line.account_no, pool_line.asset_no, pool_line.part, pool_line.tier, pool_line.pool_no,
           pool_line.pay_asset_no, pool_line.weight, outpaid.paid,
           case when pool_tier_ordinary.payable = pool_tier_ordinary.claimed then pool_line.weight
                else scaled_floor(pool_line.weight, pool_tier_ordinary.payable, pool_tier_ordinary.claimed) end as units
    from pool_line
    join outpaid using (pool_no, account_no, asset_no)
    join pool_tier_ordinary using (pool_no, tier)
),
chosen as (
    select ordinary.* exclude (units),
           case when elected.account_no is null or ordinary.tier < 0 then ordinary.units
                else least(ordinary.units, scaled_floor(ordinary.weight, elected.numerator, elected.denominator))
                end as units
    from ordinary
    left join elected using (account_no)
),
placed as (
    select chosen.*,
           coalesce(sum(units) over (partition by pool_no, account_no, asset_no order by part, tier
                                     rows between unbounded preceding and 1 preceding), 0) as before
    from chosen
)
select account_no, asset_no, part, tier, pool_no, pay_asset_no, weight as claim_units,
       least(units, greatest(paid - before, 0))::decimal(38, 0) as entitled
from placed
order by account_no, asset_no, part, tier;

create or replace view award as
select account_no, asset_no, part, tier, pool_no, pay_asset_no, claim_units, entitled from award_shared
union all
select account_no, asset_no, part, tier, pool_no, pay_asset_no, claim_units, entitled from award_out;
