-- Which holders would be paid less than the minimum this round? They are withheld, never dropped.
--
-- Reads   plan_units, reason_name, term
-- Makes   plan_units anew
-- Holds   a line that is withheld for another reason keeps that reason; a sum over an unpriced quantity is not small
create or replace table plan_units as
with small as (
    select plan_units.account_no
    from plan_units
    cross join term
    where plan_units.reason_no is null
    group by plan_units.account_no, term.minimum_minor
    having count(*) filter (where plan_units.value_minor is null and plan_units.entitled > plan_units.paid_before) = 0
       and coalesce(sum(plan_units.value_minor), 0) < term.minimum_minor
),
named as (
    select max(reason_no) filter (where reason = 'minimum_payment') as minimum_no from reason_name
)
select plan_units.account_no, plan_units.claim_asset_no, plan_units.part, plan_units.step_no, plan_units.pay_asset_no,
       plan_units.claim_units, plan_units.entitled, plan_units.paid_before, plan_units.value_minor,
       coalesce(plan_units.reason_no, case when small.account_no is not null then named.minimum_no end) as reason_no
from plan_units
left join small using (account_no)
cross join named
order by plan_units.account_no, plan_units.claim_asset_no, plan_units.part, plan_units.step_no, plan_units.pay_asset_no;
