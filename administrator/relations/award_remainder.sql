-- The units that rounding down left, one each to the lines with the largest remainders, then by account and part.
--
-- Reads   award, pool_tier
-- Makes   award_whole: as award, whose units are all given; and award anew, which is that
-- Holds   sum(entitled) = payable, in every tier whose payable is below what is claimed of it
create or replace table award_whole as
with open_tier as (
    select pool_tier.asset_no, pool_tier.tier, pool_tier.payable, pool_tier.claimed,
           pool_tier.payable - sum(award.entitled) as units_left
    from award
    join pool_tier using (asset_no, tier)
    where pool_tier.is_largest_remainder and pool_tier.payable < pool_tier.claimed
    group by pool_tier.asset_no, pool_tier.tier, pool_tier.payable, pool_tier.claimed
),
odd_unit as (
    select account_no, asset_no, part
    from (
        select award.account_no, award.asset_no, award.part, open_tier.units_left,
               row_number() over (
                   partition by award.asset_no, award.tier
                   order by scaled_remainder(award.claim_units, open_tier.payable, open_tier.claimed) desc,
                            award.account_no, award.part
               ) as nth
        from award
        join open_tier using (asset_no, tier)
    )
    where nth <= units_left
)
select award.account_no, award.asset_no, award.part, award.tier, award.claim_units,
       (award.entitled + case when odd_unit.account_no is null then 0 else 1 end)::decimal(38, 0) as entitled
from award
left join odd_unit using (account_no, asset_no, part)
order by award.account_no, award.asset_no, award.part;

create or replace view award as
select account_no, asset_no, part, tier, claim_units, entitled from award_whole;
