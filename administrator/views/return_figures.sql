-- What one account is entitled to of each pool, with every whole number of the division.
--
-- Reads   account, asset, award, holding_total, part_name, pool, pool_tier, step
-- Makes   the figures in the order that usecases/explaining.py names them
select asset.asset, asset.decimals, part_name.name, step.step, award.claim_units::varchar, award.entitled::varchar,
       pool_tier.payable::varchar, pool_tier.claimed::varchar, pool.gross::varchar, pool.costs::varchar,
       pool.holdback::varchar, pool.distributable::varchar, total.held_customer::varchar, total.held_guarantee::varchar,
       pool_tier.is_largest_remainder
from award
join account using (account_no)
join asset on asset.asset_no = award.asset_no
join part_name using (part)
join step on step.step_no = award.tier
join pool_tier on pool_tier.asset_no = award.asset_no and pool_tier.tier = award.tier
join pool on pool.asset_no = award.asset_no
join holding_total as total on total.asset_no = award.asset_no
where account.account = $account
order by award.asset_no, award.part
