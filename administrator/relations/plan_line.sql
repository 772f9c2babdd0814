-- Where the lines of the plan are kept, and what their numbers say.
--
-- Reads   step(step_no, step), paid_sum, account
-- Makes   step_name(step_no INTEGER key, step, family VARCHAR, family_no, place INTEGER, is_paid BOOLEAN): its place in
--         the order of payment, and whether earlier rounds paid anything of its family;
--         reason_name(reason_no INTEGER key, reason VARCHAR),
--         status_name(status_no INTEGER key, status VARCHAR): numbers in byte order of the names, from 0
--         plan_units(account_no, claim_asset_no, part, step_no, pay_asset_no INTEGER, claim_units, entitled,
--                    paid_before DECIMAL(38,0) units of pay_asset, value_minor DECIMAL(38,0) null, reason_no INTEGER null),
--         key (account_no, claim_asset_no, part, step_no, pay_asset_no), empty; filled ordered by it
--         plan_line: plan_units in words: step, quantity, status, reason
--         holder(account_no INTEGER key, allowed_minor, returned_minor, compensated_minor, estate_minor, withheld_minor
--                DECIMAL(38,0), is_partial BOOLEAN of allowed, returned, withheld), by account_no, empty
-- Holds   quantity = greatest(entitled - paid_before, 0); steps of one family are paid for the same, each tier in its own
--
-- How columns are kept is said where there are tens of millions of rows: trying what would be smallest costs more.
create or replace table step_name as
with named as (
    select step, step_no as place from step
    union all
    select distinct step, null from paid_sum anti join step using (step)
),
numbered as (
    select (row_number() over (order by step) - 1)::integer as step_no, step, place,
           case when starts_with(step, 'return:') then 'return'
                when starts_with(step, 'dividend:') then 'dividend'
                else step end as family
    from named
)
select numbered.step_no, numbered.step, numbered.family, min(numbered.step_no) over same as family_no,
       (row_number() over (order by numbered.place nulls last, numbered.step_no))::integer as place,
       bool_or(paid.step is not null) over same as is_paid
from numbered
left join (select distinct step from paid_sum) as paid using (step)
window same as (partition by numbered.family)
order by numbered.step_no;

create or replace table reason_name as
with named as (
    select 'disputed' as reason
    union select 'unclaimed'
    union select 'unroutable'
    union select 'minimum_payment'
    union select hold from account where hold <> ''
)
select (row_number() over (order by reason) - 1)::integer as reason_no, reason
from named
order by reason;

create or replace table status_name(status_no integer, status varchar);
insert into status_name values (0, 'pay'), (1, 'withhold');

create or replace table plan_units(
    account_no integer using compression bitpacking, claim_asset_no integer using compression bitpacking,
    part integer using compression rle, step_no integer using compression rle,
    pay_asset_no integer using compression bitpacking, claim_units decimal(38, 0) using compression uncompressed,
    entitled decimal(38, 0) using compression uncompressed, paid_before decimal(38, 0) using compression rle,
    value_minor decimal(38, 0) using compression uncompressed, reason_no integer using compression rle
);

create or replace table holder(
    account_no integer using compression bitpacking, allowed_minor decimal(38, 0) using compression uncompressed,
    returned_minor decimal(38, 0) using compression uncompressed,
    compensated_minor decimal(38, 0) using compression uncompressed,
    estate_minor decimal(38, 0) using compression rle,
    withheld_minor decimal(38, 0) using compression uncompressed, allowed_partial boolean using compression rle,
    returned_partial boolean using compression rle, withheld_partial boolean using compression rle
);

create or replace view plan_line as
select plan_units.account_no, plan_units.claim_asset_no, plan_units.part, step_name.step, plan_units.pay_asset_no,
       plan_units.claim_units, plan_units.entitled, plan_units.paid_before,
       greatest(plan_units.entitled - plan_units.paid_before, 0)::decimal(38, 0) as quantity, plan_units.value_minor,
       case when plan_units.reason_no is null then 'pay' else 'withhold' end as status, reason_name.reason
from plan_units
join step_name using (step_no)
left join reason_name using (reason_no);
