-- What each holder gets of what is his, by value at commencement.
--
-- Reads   claim_units, plan_units, step_name, rate
-- Makes   rows of holder, by account_no
-- Holds   one row an account of claim_units; a sum over any unpriced units is partial
insert into holder
with allowed as (
    select claim_units.account_no,
           sum(scaled_half_even(claim_units.allowed, rate.numerator, rate.denominator))::decimal(38, 0) as minor,
           bool_or(rate.numerator is null and claim_units.allowed > 0) as is_partial
    from claim_units
    left join rate on rate.asset_no = claim_units.asset_no and rate.price_set = 'commencement'
    group by claim_units.account_no
),
line as (
    select plan_units.account_no, plan_units.part, plan_units.reason_no is not null as is_withheld,
           plan_units.value_minor, plan_units.entitled, plan_units.paid_before,
           step_name.family in ('return', 'dividend') as is_return,
           step_name.step = 'estate' or starts_with(step_name.step, 'estate:') as is_estate,
           case when plan_units.paid_before = 0 then plan_units.value_minor
                else scaled_half_even(plan_units.entitled, rate.numerator, rate.denominator) end as entitled_minor
    from plan_units
    join step_name using (step_no)
    left join rate on rate.asset_no = plan_units.pay_asset_no and rate.price_set = 'commencement'
),
got as (
    select account_no,
           sum(entitled_minor) filter (where is_return and part = 0) as returned,
           sum(entitled_minor) filter (where not is_return and not is_estate and part = 0) as compensated,
           sum(entitled_minor) filter (where is_estate and part = 0) as of_estate,
           sum(value_minor) filter (where is_withheld) as withheld,
           bool_or(is_return and part = 0 and entitled_minor is null and entitled > 0) as returned_partial,
           bool_or(is_withheld and value_minor is null and entitled > paid_before) as withheld_partial
    from line
    group by account_no
)
select allowed.account_no,
       coalesce(allowed.minor, 0)::decimal(38, 0) as allowed_minor,
       coalesce(got.returned, 0)::decimal(38, 0) as returned_minor,
       coalesce(got.compensated, 0)::decimal(38, 0) as compensated_minor,
       coalesce(got.of_estate, 0)::decimal(38, 0) as estate_minor,
       coalesce(got.withheld, 0)::decimal(38, 0) as withheld_minor,
       allowed.is_partial as allowed_partial,
       coalesce(got.returned_partial, false) as returned_partial,
       coalesce(got.withheld_partial, false) as withheld_partial
from allowed
left join got using (account_no)
order by allowed.account_no;
