-- What each line is entitled to of its pool, in kind, over all rounds together.
--
-- Reads   share_line, pool_tier(asset_no, tier, payable, claimed DECIMAL(38,0), is_largest_remainder BOOLEAN)
-- Makes   award(account_no, asset_no, part, tier, claim_units, entitled DECIMAL(38,0)), key (account_no, asset_no, part),
--         ordered by it
-- Holds   0 <= payable x claim - entitled x claimed < claimed under floor; sum(entitled) = payable under largest remainder
-- Same as administrator.allocation.allocate, which is the definition; tests compare the two.
create or replace table award as
with share as (
    select share_line.account_no, share_line.asset_no, share_line.part, share_line.tier, share_line.claim_units,
           pool_tier.is_largest_remainder and pool_tier.payable < pool_tier.claimed as by_remainder,
           pool_tier.payable, pool_tier.claimed,
           case when pool_tier.payable = pool_tier.claimed then share_line.claim_units
                else scaled_floor(share_line.claim_units, pool_tier.payable, pool_tier.claimed) end as floored
    from share_line
    join pool_tier using (asset_no, tier)
),
odd_unit as (
    select account_no, asset_no, part
    from (
        select account_no, asset_no, part,
               payable - sum(floored) over (partition by asset_no, tier) as units_left,
               row_number() over (
                   partition by asset_no, tier
                   order by scaled_remainder(claim_units, payable, claimed) desc, account_no, part
               ) as nth
        from share
        where by_remainder
    )
    where nth <= units_left
)
select share.account_no, share.asset_no, share.part, share.tier, share.claim_units,
       (share.floored + case when odd_unit.account_no is null then 0 else 1 end)::decimal(38, 0) as entitled
from share
left join odd_unit using (account_no, asset_no, part)
order by share.account_no, share.asset_no, share.part;
