-- What each line is paid this round, or why it is withheld.
--
-- Reads   award, compensation, estate_award, step(step_no, step), paid_sum, account, payee, payout, title, rate, term, step_name, reason_name
-- Makes   rows of plan_units, ordered by its key
-- Holds   where a claim changed hands, each holder has a way or none (title_line); withheld money stays its holder's
--
-- What was paid before, in whatever step of one family, meets the parts in their order, and the steps of a part in theirs;
-- an excess stays on the first line, where it is seen. What gives nothing and was never paid is no line of the plan.
create or replace view entitlement as
select award.account_no, award.asset_no as claim_asset_no, award.part, step_name.step_no, step_name.family_no,
       step_name.place, award.pay_asset_no, award.claim_units, award.entitled
from award
join step on step.step_no = award.tier
join step_name using (step)
union all
select compensation.account_no, compensation.asset_no, compensation.part, step_name.step_no, step_name.family_no,
       step_name.place, term.currency_no, compensation.claim_minor, compensation.entitled
from compensation
join step on step.step_no = compensation.step_no and not step.is_split
join step_name using (step)
cross join term
where compensation.entitled > 0 or step_name.is_paid
union all
select compensation.account_no, compensation.asset_no, compensation.part, step_name.step_no, step_name.family_no,
       step_name.place, term.currency_no, sum(compensation.claim_minor)::decimal(38, 0),
       sum(compensation.entitled)::decimal(38, 0)
from compensation
join step on step.step_no = compensation.step_no and step.is_split
join step_name using (step)
cross join term
group by compensation.account_no, compensation.asset_no, compensation.part, step_name.step_no, step_name.family_no,
         step_name.place, term.currency_no
union all
select estate_award.account_no, estate_award.asset_no, estate_award.part, step_name.step_no, step_name.family_no,
       step_name.place, term.currency_no, estate_award.claim_minor, estate_award.entitled
from estate_award
join step on step.step_no = estate_award.step_no
join step_name using (step)
cross join term;

create or replace table paid_before as
select paid_sum.account_no, paid_sum.claim_asset_no, paid_sum.pay_asset_no, step_name.family_no,
       min(step_name.step_no) as step_no, sum(paid_sum.units)::decimal(38, 0) as units
from paid_sum
join step_name using (step)
group by paid_sum.account_no, paid_sum.claim_asset_no, paid_sum.pay_asset_no, step_name.family_no
order by paid_sum.account_no, paid_sum.claim_asset_no, paid_sum.pay_asset_no, step_name.family_no;

create or replace view due_line as
with line as materialized (
    select account_no, claim_asset_no, pay_asset_no, family_no, coalesce(entitlement.part, 0) as part,
           coalesce(entitlement.step_no, paid_before.step_no) as step_no, entitlement.place,
           coalesce(entitlement.claim_units, 0)::decimal(38, 0) as claim_units,
           coalesce(entitlement.entitled, 0)::decimal(38, 0) as entitled, paid_before.units as paid_units
    from entitlement
    full join paid_before using (account_no, claim_asset_no, pay_asset_no, family_no)
),
met as (
    select line.*,
           coalesce(sum(entitled) over (
               whole order by part, place rows between unbounded preceding and 1 preceding), 0) as entitled_earlier,
           sum(entitled) over whole as entitled_whole, row_number() over (whole order by part, place) as nth
    from line
    where paid_units is not null
    window whole as (partition by account_no, claim_asset_no, pay_asset_no, family_no)
)
select account_no, claim_asset_no, part, step_no, pay_asset_no, claim_units, entitled, 0::decimal(38, 0) as paid
from line
where paid_units is null and entitled > 0
union all
select account_no, claim_asset_no, part, step_no, pay_asset_no, claim_units, entitled,
       (least(greatest(paid_units - entitled_earlier, 0), entitled)
        + case when nth = 1 then greatest(paid_units - entitled_whole, 0) else 0 end)::decimal(38, 0) as paid
from met
where entitled > 0 or nth = 1 and paid_units > entitled_whole;

insert into plan_units
with routed as (
    select account_no, coalesce(asset_no, -1) as asset_no from payee
    union
    select payee.account_no, payout.of_no from payee join payout on payout.in_no = payee.asset_no
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
                and assigned.account_no is null
                then named.unroutable_no end as reason_no
from due_line
cross join term
cross join named
left join held on held.account_no = due_line.account_no
left join rate on rate.asset_no = due_line.pay_asset_no and rate.price_set = 'commencement'
left join routed as own_route
    on own_route.account_no = due_line.account_no and own_route.asset_no = due_line.pay_asset_no
left join routed as any_route on any_route.account_no = due_line.account_no and any_route.asset_no = -1
left join (select distinct account_no, asset_no from title) as assigned
    on assigned.account_no = due_line.account_no and assigned.asset_no = due_line.claim_asset_no
order by due_line.account_no, due_line.claim_asset_no, due_line.part, due_line.step_no, due_line.pay_asset_no;
