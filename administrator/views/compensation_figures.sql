-- What one account gets in each step of compensation, and what the step shared in all.
--
-- Reads   account, asset, compensation, part_name, step
-- Makes   the figures in the order that usecases/explaining.py names them
with whole as (
    select step_no, sum(claim_minor) as claimed, sum(entitled) as given from compensation group by step_no
)
select asset.asset, part_name.name, step.step, sum(compensation.claim_minor)::varchar,
       sum(compensation.entitled)::varchar, whole.claimed::varchar, whole.given::varchar
from compensation
join account using (account_no)
join asset on asset.asset_no = compensation.asset_no
join part_name using (part)
join step using (step_no)
join whole using (step_no)
where account.account = $account
group by asset.asset, part_name.name, step.step, step.step_no, whole.claimed, whole.given
order by asset.asset, part_name.name nulls first, step.step_no
