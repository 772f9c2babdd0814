-- The units that rounding down left, one each to the lines with the largest remainders that have room, then by key.
--
-- Reads   estate_share, estate_tier
-- Makes   estate_share anew
-- Holds   sum(entitled) = what the step shares, where enough lines have room for one unit more
create or replace table estate_share as
with rest as (
    select estate_share.account_no, estate_share.asset_no, estate_share.part, estate_share.tier, estate_share.entitled,
           estate_share.room, estate_share.weight, estate_tier.payable, estate_tier.claimed
    from estate_share
    join estate_tier using (tier)
    where not estate_tier.is_whole and not estate_share.is_out and not estate_share.is_capped
),
unit as (
    select tier, min(payable) - sum(entitled) as units_left from rest group by tier
),
odd_unit as (
    select account_no, asset_no, part, tier
    from (
        select rest.account_no, rest.asset_no, rest.part, rest.tier, unit.units_left,
               row_number() over (
                   partition by rest.tier
                   order by scaled_remainder(rest.weight, rest.payable, rest.claimed) desc, rest.account_no, rest.asset_no,
                            rest.part
               ) as nth
        from rest
        join unit using (tier)
        where rest.entitled < rest.room
    )
    where nth <= units_left
)
select estate_share.account_no, estate_share.asset_no, estate_share.part, estate_share.tier, estate_share.weight,
       estate_share.room,
       (estate_share.entitled + case when odd_unit.tier is null then 0 else 1 end)::decimal(38, 0) as entitled,
       estate_share.is_capped, estate_share.is_out
from estate_share
left join odd_unit using (account_no, asset_no, part, tier)
order by estate_share.account_no, estate_share.asset_no, estate_share.part, estate_share.tier;
