-- The units that rounding down left, one each to the lines with the largest remainders, then by account, asset and part.
--
-- Reads   award_shared, pool_tier
-- Makes   award_whole: as award_shared, whose units are all given; and award_shared anew, which is that
-- Holds   sum(entitled) = payable, in every tier whose payable is below what is claimed of it
create or replace table award_whole as
with open_tier as (
    select pool_tier.pool_no, pool_tier.tier, pool_tier.payable, pool_tier.claimed,
           pool_tier.payable - sum(award_shared.entitled) as units_left
    from award_shared
    join pool_tier using (pool_no, tier)
    where pool_tier.is_largest_remainder and pool_tier.payable < pool_tier.claimed
    group by pool_tier.pool_no, pool_tier.tier, pool_tier.payable, pool_tier.claimed
),
odd_unit as (
    select account_no, asset_no, part, tier
    from (
        select award_shared.account_no, award_shared.asset_no, award_shared.part, award_shared.tier,
               open_tier.units_left,
               row_number() over (
                   partition by award_shared.pool_no, award_shared.tier
                   order by scaled_remainder(award_shared.claim_units, open_tier.payable, open_tier.claimed) desc,
                            award_shared.account_no, award_shared.asset_no, award_shared.part
               ) as nth
        from award_shared
        join open_tier using (pool_no, tier)
    )
    where nth <= units_left
)
select award_shared.account_no, award_shared.asset_no, award_shared.part, award_shared.tier, award_shared.pool_no,
       award_shared.pay_asset_no, award_shared.claim_units,
       (award_shared.entitled + case when odd_unit.account_no is null then 0 else 1 end)::decimal(38, 0) as entitled
from award_shared
left join odd_unit using (account_no, asset_no, part, tier)
order by award_shared.account_no, award_shared.asset_no, award_shared.part, award_shared.tier;

create or replace view award_shared as
select account_no, asset_no, part, tier, pool_no, pay_asset_no, claim_units, entitled from award_whole;
