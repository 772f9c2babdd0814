-- What the estate paid in each step before.
--
-- Reads   paid_sum, step, term
-- Takes   $first: the number of the first step of the estate
-- Makes   estate_paid(account_no, asset_no, tier INTEGER, paid DECIMAL(38,0), is_out BOOLEAN), key (account_no, asset_no, tier)
create or replace table estate_paid as
select paid_sum.account_no, paid_sum.claim_asset_no as asset_no, step.step_no - $first as tier,
       sum(paid_sum.units)::decimal(38, 0) as paid, false as is_out
from paid_sum
join step using (step)
join term on term.currency_no = paid_sum.pay_asset_no
where step.step_no >= $first
group by paid_sum.account_no, paid_sum.claim_asset_no, step.step_no
order by paid_sum.account_no, paid_sum.claim_asset_no, tier;
