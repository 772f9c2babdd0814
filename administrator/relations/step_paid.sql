-- What each line gets in one step of compensation, and what its holder had of that step before.
--
-- Reads   compensation, paid_sum, step, term
-- Takes   $step_no
-- Makes   step_line(account_no, asset_no, part INTEGER, claim_minor, share, entitled DECIMAL(38,0)): share as divided, entitled as
--         levelled; step_holder(account_no, asset_no INTEGER, share, paid DECIMAL(38,0), is_out BOOLEAN)
-- Holds   who had more than his share is out
create or replace table step_line as
select account_no, asset_no, part, sum(claim_minor)::decimal(38, 0) as claim_minor, sum(entitled)::decimal(38, 0) as share,
       sum(entitled)::decimal(38, 0) as entitled
from compensation
where step_no = $step_no
group by account_no, asset_no, part
order by account_no, asset_no, part;

create or replace table step_holder as
with mine as (
    select account_no, asset_no, sum(share)::decimal(38, 0) as share from step_line group by account_no, asset_no
),
had as (
    select paid_sum.account_no, paid_sum.claim_asset_no as asset_no, sum(paid_sum.units)::decimal(38, 0) as paid
    from paid_sum
    join step using (step)
    join term on term.currency_no = paid_sum.pay_asset_no
    where step.step_no = $step_no
    group by paid_sum.account_no, paid_sum.claim_asset_no
)
select coalesce(mine.account_no, had.account_no) as account_no, coalesce(mine.asset_no, had.asset_no) as asset_no,
       coalesce(mine.share, 0)::decimal(38, 0) as share, coalesce(had.paid, 0)::decimal(38, 0) as paid,
       coalesce(had.paid, 0) > coalesce(mine.share, 0) as is_out
from mine
full join had on had.account_no = mine.account_no and had.asset_no = mine.asset_no
order by account_no, asset_no;
