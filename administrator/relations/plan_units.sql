-- What each line is paid this round, or why it is withheld.
--
-- Reads   award, compensation, step(step_no, step), paid_sum, account, payee, rate, term, loss_item, step_name, reason_name
-- Makes   rows of plan_units, ordered by its key
-- Holds   withheld money stays its holder's
--
-- What was paid before meets the parts in their order; an excess stays on the first, where it is seen.
create or replace view entitlement as
select award.account_no, award.asset_no as claim_asset_no, award.part, step_name.step_no,
       award.asset_no as pay_asset_no, award.claim_units, award.entitled
from award
join step on step.step_no = award.tier
join step_name using (step)
union all
select compensation.account_no, compensation.asset_no, compensation.part, step_name.step_no, term.currency_no,
       sum(compensation.claim_minor)::decimal(38, 0), sum(compensation.entitled)::decimal(38, 0)
from compensation
join step on step.step_no = compensation.step_no
join step_name using (step)
cross join term
group by compensation.account_no, compensation.asset_no, compensation.part, step_name.step_no, term.currency_no;

create or replace table paid_before as
select paid_sum.account_no, paid_sum.claim_asset_no, step_name.step_no, paid_sum.pay_asset_no, paid_sum.units
from paid_sum
join step_name using (step);

create or replace view due_line as
with met as (
    select entitlement.*, coalesce(paid_before.units, 0) as paid_units,
           coalesce(sum(entitlement.entitled) over earlier, 0) as entitled_earlier,
           sum(entitlement.entitled) over whole as entitled_whole,
           row_number() over (whole order by entitlement.part) as nth
    from entitlement
    join paid_before using (account_no, claim_asset_no, step_no, pay_asset_no)
    window whole as (partition by entitlement.account_no, entitlement.claim_asset_no, entitlement.step_no,
                                  entitlement.pay_asset_no),
           earlier as (partition by entitlement.account_no, entitlement.claim_asset_no, entitlement.step_no,
                                    entitlement.pay_asset_no
                       order by entitlement.part rows between unbounded preceding and 1 preceding)
)
select account_no, claim_asset_no, part, step_no, pay_asset_no, claim_units, entitled, 0::decimal(38, 0) as paid
from entitlement
anti join paid_before using (account_no, claim_asset_no, step_no, pay_asset_no)
where entitled > 0
union all
select account_no, claim_asset_no, part, step_no, pay_asset_no, claim_units, entitled,
       (least(greatest(paid_units - entitled_earlier, 0), entitled)
        + case when nth = 1 then greatest(paid_units - entitled_whole, 0) else 0 end)::decimal(38, 0) as paid
from met
where entitled > 0 or nth = 1 and paid_units > entitled_whole
union all
select account_no, claim_asset_no, 0, step_no, pay_asset_no, 0::decimal(38, 0), 0::decimal(38, 0), units
from paid_before
anti join entitlement using (account_no, claim_asset_no, step_no, pay_asset_no)
where units > 0;

insert into plan_units
with routed as (
    select distinct account_no, coalesce(asset_no, -1) as asset_no from payee
),
held as (
    select account.account_no, reason_name.reason_no
    from account
    join reason_name on reason_name.reason = account.hold
    where account.hold <> ''
),
named as (
    select max(reason_no) filter (where reason = 'disputed') as disputed_no,
           max(reason_no) filter (where reason = 'unclaimed') as unclaimed_no,
           max(reason_no) filter (where reason = 'unroutable') as unroutable_no
    from reason_name
)
select due_line.account_no, due_line.claim_asset_no, due_line.part, due_line.step_no, due_line.pay_asset_no,
       due_line.claim_units, due_line.entitled, due_line.paid as paid_before,
       scaled_half_even(greatest(due_line.entitled - due_line.paid, 0)::decimal(38, 0), rate.numerator, rate.denominator)
           as value_minor,
       case when due_line.part = 1 then named.disputed_no
            when held.reason_no is not null then held.reason_no
            when due_line.part = 2 then named.unclaimed_no
            when term.has_payees and own_route.account_no is null and any_route.account_no is null
                then named.unroutable_no end as reason_no
from due_line
cross join term
cross join named
left join held on held.account_no = due_line.account_no
left join rate on rate.asset_no = due_line.pay_asset_no and rate.price_set = 'commencement'
left join routed as own_route
    on own_route.account_no = due_line.account_no and own_route.asset_no = due_line.pay_asset_no
left join routed as any_route on any_route.account_no = due_line.account_no and any_route.asset_no = -1
order by due_line.account_no, due_line.claim_asset_no, due_line.part, due_line.step_no, due_line.pay_asset_no;
