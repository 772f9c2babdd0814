-- What one account is entitled to of each pool, with every whole number of the division.
--
-- Reads   account, asset, award, elected, holding_total, outpaid, part_name, pool, pool_tier, pool_tier_ordinary, step
-- Makes   the figures in the order that usecases/explaining_awards.py names them
with gone as (
    select pool_no, count(*) as holders, sum(paid) as paid from outpaid group by pool_no
)
select asset.asset, pool.pool, paid_in.asset as paid_in, paid_in.decimals, part_name.name, step.step,
       award.claim_units::varchar, award.entitled::varchar, pool_tier.payable::varchar, pool_tier.claimed::varchar,
       ordinary.payable::varchar, ordinary.claimed::varchar, pool.gross::varchar, pool.costs::varchar,
       pool.holdback::varchar, pool.distributable::varchar, total.held_customer::varchar, total.held_guarantee::varchar,
       sum(award.claim_units) over (partition by award.asset_no, award.part)::varchar,
       pool_tier.is_largest_remainder, outpaid.paid::varchar, gone.holders, gone.paid::varchar,
       case when elected.account_no is not null and award.tier >= 0 then account.election end,
       scaled_floor(award.claim_units, elected.numerator, elected.denominator)::varchar
from award
join account using (account_no)
join asset on asset.asset_no = award.asset_no
join asset as paid_in on paid_in.asset_no = award.pay_asset_no
join part_name using (part)
join step on step.step_no = award.tier
join pool_tier on pool_tier.pool_no = award.pool_no and pool_tier.tier = award.tier
join pool_tier_ordinary as ordinary on ordinary.pool_no = award.pool_no and ordinary.tier = award.tier
join pool on pool.pool_no = award.pool_no
left join holding_total as total on total.asset_no = pool.asset_no and pool.pool_no >= 0
left join elected on elected.account_no = award.account_no
left join gone on gone.pool_no = award.pool_no
left join outpaid on outpaid.pool_no = award.pool_no and outpaid.account_no = award.account_no
    and outpaid.asset_no = award.asset_no
where account.account = $account
order by award.asset_no, award.part, award.tier
