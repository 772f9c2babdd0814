-- What one account gets in each step of compensation, and what the step shared in all.
--
-- Reads   account, asset, compensation, base, part_name, step, step_answer, step_claimed
-- Makes   the figures in the order that usecases/explaining.py names them; the claim is null of a line that is owed something
--         of the step and gets nothing, for its share is less than one minor unit
with whole as (
    select step_no, coalesce(sum(entitled), 0) as given from compensation group by step_no
),
claimed as (
    select step_no, sum(claimed) as claimed from step_claimed group by step_no
),
line as (
    select asset_no, part, step_no, sum(claim_minor) as claim_minor, sum(entitled) as entitled
    from compensation
    join account using (account_no)
    where account.account = $account
    group by asset_no, part, step_no
),
without as (
    select distinct base.asset_no, base.part, step_answer.step_no
    from base
    join account using (account_no)
    join step_answer using (item_no)
    anti join line on line.asset_no = base.asset_no and line.part = base.part and line.step_no = step_answer.step_no
    where account.account = $account and base.base > base.met
),
every as (
    select asset_no, part, step_no, claim_minor, entitled from line
    union all
    select asset_no, part, step_no, null, 0 from without
)
select asset.asset, part_name.name, step.step, every.claim_minor::varchar, every.entitled::varchar,
       claimed.claimed::varchar, coalesce(whole.given, 0)::varchar
from every
join asset using (asset_no)
join part_name using (part)
join step using (step_no)
join claimed using (step_no)
left join whole using (step_no)
order by asset.asset, part_name.name nulls first, step.step_no
