-- What each line is entitled to of its pool, over all rounds together, if nobody had more than that before.
--
-- Reads   pool_line, outpaid, pool_tier(pool_no, tier, payable, claimed DECIMAL(38,0), is_largest_remainder BOOLEAN)
-- Makes   award_shared(account_no, asset_no, part, tier, pool_no, pay_asset_no, claim_units, entitled DECIMAL(38,0)),
--         key (account_no, asset_no, part, tier), in no order
-- Holds   0 <= payable x claim - entitled x claimed < claimed under floor; whoever is in `outpaid` does not share
-- Same as administrator.allocation.allocate, which is the definition; tests compare the two. What rounding down leaves
-- stays in the pool, or goes out with award_remainder.sql.
create or replace view award_shared as
select pool_line.account_no, pool_line.asset_no, pool_line.part, pool_line.tier, pool_line.pool_no,
       pool_line.pay_asset_no, pool_line.weight as claim_units,
       case when pool_tier.payable = pool_tier.claimed then pool_line.weight
            else scaled_floor(pool_line.weight, pool_tier.payable, pool_tier.claimed) end as entitled
from pool_line
join pool_tier using (pool_no, tier)
anti join outpaid using (pool_no, account_no, asset_no);
