-- What each line is paid this round, or why it is withheld.
--
-- Reads   award, compensation, step(step_no, step), payment, account, payee, rate, term
-- Makes   plan_line(account_no, claim_asset_no, part INTEGER, step VARCHAR, pay_asset_no INTEGER, claim_units, entitled,
--                   paid_before, quantity DECIMAL(38,0) units of pay_asset, value_minor DECIMAL(38,0) null,
--                   status VARCHAR, reason VARCHAR null), key (account_no, claim_asset_no, part, step, pay_asset_no)
-- Holds   quantity = greatest(entitled - paid_before, 0); withheld money stays its holder's
--
-- What was paid before meets the parts in their order; an excess stays on the first, where it is seen.
create or replace view entitlement as
select award.account_no, award.asset_no as claim_asset_no, award.part, step.step, award.asset_no as pay_asset_no,
       award.claim_units, award.entitled
from award
join step on step.step_no = award.tier
union all
select compensation.account_no, compensation.asset_no, compensation.part, step.step, term.currency_no,
       sum(compensation.claim_minor)::decimal(38, 0), sum(compensation.entitled)::decimal(38, 0)
from compensation
join step using (step_no)
cross join term
group by compensation.account_no, compensation.asset_no, compensation.part, step.step, term.currency_no;

create or replace table paid_before as
select payment.account_no, payment.claim_asset_no, payment.step, payment.pay_asset_no,
       sum(payment.units)::decimal(38, 0) as units
from payment
cross join term
where payment.round < term.round
group by payment.account_no, payment.claim_asset_no, payment.step, payment.pay_asset_no;

create or replace view due_line as
with met as (
    select entitlement.*, coalesce(paid_before.units, 0) as paid_units,
           coalesce(sum(entitlement.entitled) over earlier, 0) as entitled_earlier,
           sum(entitlement.entitled) over whole as entitled_whole,
           row_number() over (whole order by entitlement.part) as nth
    from entitlement
    join paid_before using (account_no, claim_asset_no, step, pay_asset_no)
    window whole as (partition by entitlement.account_no, entitlement.claim_asset_no, entitlement.step,
                                  entitlement.pay_asset_no),
           earlier as (partition by entitlement.account_no, entitlement.claim_asset_no, entitlement.step,
                                    entitlement.pay_asset_no
                       order by entitlement.part rows between unbounded preceding and 1 preceding)
)
select account_no, claim_asset_no, part, step, pay_asset_no, claim_units, entitled, 0::decimal(38, 0) as paid
from entitlement
anti join paid_before using (account_no, claim_asset_no, step, pay_asset_no)
where entitled > 0
union all
select account_no, claim_asset_no, part, step, pay_asset_no, claim_units, entitled,
       (least(greatest(paid_units - entitled_earlier, 0), entitled)
        + case when nth = 1 then greatest(paid_units - entitled_whole, 0) else 0 end)::decimal(38, 0)
from met
union all
select account_no, claim_asset_no, 0, step, pay_asset_no, 0::decimal(38, 0), 0::decimal(38, 0), units
from paid_before
anti join entitlement using (account_no, claim_asset_no, step, pay_asset_no);

create or replace table plan_line as
with routed as (
    select distinct account_no, coalesce(asset_no, -1) as asset_no from payee
),
judged as (
    select due_line.account_no, due_line.claim_asset_no, due_line.part, due_line.step, due_line.pay_asset_no,
           due_line.claim_units, due_line.entitled, due_line.paid as paid_before,
           greatest(due_line.entitled - due_line.paid, 0)::decimal(38, 0) as quantity,
           scaled_half_even(greatest(due_line.entitled - due_line.paid, 0)::decimal(38, 0), rate.numerator, rate.denominator)
               as value_minor,
           case when due_line.part = 1 then 'disputed'
                when account.hold is not null and account.hold <> '' then account.hold
                when due_line.part = 2 then 'unclaimed'
                when term.has_payees and own_route.account_no is null and any_route.account_no is null
                    then 'unroutable' end as reason
    from due_line
    join account using (account_no)
    cross join term
    left join rate on rate.asset_no = due_line.pay_asset_no and rate.price_set = 'commencement'
    left join routed as own_route
        on own_route.account_no = due_line.account_no and own_route.asset_no = due_line.pay_asset_no
    left join routed as any_route on any_route.account_no = due_line.account_no and any_route.asset_no = -1
    where due_line.entitled > 0 or due_line.paid > 0
),
small as (
    select account_no
    from judged
    cross join term
    where reason is null and term.minimum_minor > 0
    group by account_no, term.minimum_minor
    having count(*) filter (where value_minor is null and quantity > 0) = 0
       and coalesce(sum(value_minor), 0) < term.minimum_minor
)
select judged.account_no, judged.claim_asset_no, judged.part, judged.step, judged.pay_asset_no, judged.claim_units,
       judged.entitled, judged.paid_before, judged.quantity, judged.value_minor,
       case when judged.reason is not null or small.account_no is not null then 'withhold' else 'pay' end as status,
       coalesce(judged.reason, case when small.account_no is not null then 'minimum_payment' end) as reason
from judged
left join small using (account_no)
order by judged.account_no, judged.claim_asset_no, judged.part, judged.step, judged.pay_asset_no;
