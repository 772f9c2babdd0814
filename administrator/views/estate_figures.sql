-- What one account gets of the estate, and what each step of it shares.
--
-- Reads   account, asset, estate_award, estate_other, estate_pool, estate_tier, part_name, step
-- Makes   the figures in the order that usecases/explaining_awards.py names them
with first as (
    select min(step_no) as step_no from step where step = 'estate' or starts_with(step, 'estate:')
)
select asset.asset, part_name.name, step.step, estate_award.claim_minor::varchar, estate_award.entitled::varchar,
       estate_tier.is_whole, estate_tier.payable::varchar, estate_tier.claimed::varchar,
       estate_pool.distributable::varchar, estate_pool.gross::varchar, estate_pool.costs::varchar,
       coalesce(estate_other.entitled, 0)::varchar
from estate_award
join account using (account_no)
join asset on asset.asset_no = estate_award.asset_no
join part_name using (part)
join step using (step_no)
cross join first
join estate_tier on estate_tier.tier = estate_award.step_no - first.step_no
cross join estate_pool
left join estate_other on estate_other.step = step.step
where account.account = $account and (estate_award.entitled > 0 or step.step = 'estate')
order by estate_award.asset_no, estate_award.part, estate_award.step_no
