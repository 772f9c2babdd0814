-- What each line is entitled to of its pool, in kind, over all rounds together.
--
-- Reads   share_line, pool_tier(asset_no, tier, payable, claimed DECIMAL(38,0), is_largest_remainder BOOLEAN)
-- Makes   award(account_no, asset_no, part, tier, claim_units, entitled DECIMAL(38,0)), key (account_no, asset_no, part),
--         in no order
-- Holds   0 <= payable x claim - entitled x claimed < claimed under floor
-- Same as administrator.allocation.allocate, which is the definition; tests compare the two. What rounding down leaves
-- stays in the pool, or goes out with award_remainder.sql.
create or replace view award as
select share_line.account_no, share_line.asset_no, share_line.part, share_line.tier, share_line.claim_units,
       case when pool_tier.payable = pool_tier.claimed then share_line.claim_units
            else scaled_floor(share_line.claim_units, pool_tier.payable, pool_tier.claimed) end as entitled
from share_line
join pool_tier using (asset_no, tier);
