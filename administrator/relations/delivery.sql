-- In which assets is what each line is paid now delivered, where the plan delivers it otherwise than it is awarded?
--
-- Reads   plan_units, title_line, title, step_name, reason_name, account, payee, payout, term
-- Makes   rows of delivery(account_no, claim_asset_no, part, step_no, pay_asset_no, place INTEGER null, asset_no INTEGER,
--         discharged, units DECIMAL(38,0), reason VARCHAR null), key all but the last three, ordered by it; place: of the
--         holder, where the claim changed hands; discharged: what of the payment it settles, in units of pay_asset
-- Holds   discharged sums to what the line, or its holder, is paid now. What comes to less than one unit of another
--         asset stays in its own. What is paid before the others share is paid as it is awarded
insert into delivery
with line as (
    select plan_units.account_no, plan_units.claim_asset_no, plan_units.part, plan_units.step_no,
           plan_units.pay_asset_no, null::integer as place, plan_units.account_no as payee_no,
           greatest(plan_units.entitled - plan_units.paid_before, 0)::decimal(38, 0) as quantity, reason_name.reason
    from plan_units
    anti join title_line using (account_no, claim_asset_no, part, step_no, pay_asset_no)
    left join reason_name using (reason_no)
    where plan_units.entitled > plan_units.paid_before
    union all
    select title_line.account_no, title_line.claim_asset_no, title_line.part, title_line.step_no,
           title_line.pay_asset_no, title_line.place, title.paid_to_no, title_line.quantity, title_line.reason
    from title_line
    join title on title.account_no = title_line.account_no and title.asset_no = title_line.claim_asset_no
        and title.place = title_line.place
    where title_line.quantity > 0
),
own as (
    select distinct of_no, election from payout where election <> ''
),
asked as (
    select line.*, coalesce(own.election, '') as election
    from line
    join step_name on step_name.step_no = line.step_no
    join account on account.account_no = line.account_no
    left join own on own.of_no = line.pay_asset_no and own.election = account.election
    where step_name.family in ('return', 'dividend')
      and step_name.step not in ('dividend:base', 'dividend:convenience')
      and exists (select 1 from payout
                  where payout.of_no = line.pay_asset_no and payout.election = coalesce(own.election, ''))
),
settled as (
    select asked.*, payout.in_no as asset_no,
           scaled_floor(asked.quantity, payout.share_numerator, payout.share_denominator) as discharged,
           scaled_floor(scaled_floor(asked.quantity, payout.share_numerator, payout.share_denominator),
                        payout.numerator, payout.denominator) as units
    from asked
    join payout on payout.of_no = asked.pay_asset_no and payout.election = asked.election
),
leg as (
    select account_no, claim_asset_no, part, step_no, pay_asset_no, place, payee_no, reason, asset_no, discharged, units
    from settled
    where units > 0
    union all
    select account_no, claim_asset_no, part, step_no, pay_asset_no, place, payee_no, reason, pay_asset_no,
           (quantity - sum(case when units > 0 then discharged else 0 end))::decimal(38, 0),
           (quantity - sum(case when units > 0 then discharged else 0 end))::decimal(38, 0)
    from settled
    group by account_no, claim_asset_no, part, step_no, pay_asset_no, place, payee_no, reason, quantity
    having quantity > sum(case when units > 0 then discharged else 0 end)
),
routed as (
    select distinct account_no, coalesce(asset_no, -1) as asset_no from payee
)
select leg.account_no, leg.claim_asset_no, leg.part, leg.step_no, leg.pay_asset_no, leg.place, leg.asset_no,
       leg.discharged, leg.units,
       case when leg.reason is not null then leg.reason
            when term.has_payees and own_route.account_no is null and any_route.account_no is null
                then 'unroutable' end as reason
from leg
cross join term
left join routed as own_route on own_route.account_no = leg.payee_no and own_route.asset_no = leg.asset_no
left join routed as any_route on any_route.account_no = leg.payee_no and any_route.asset_no = -1
order by leg.account_no, leg.claim_asset_no, leg.part, leg.step_no, leg.pay_asset_no, leg.place, leg.asset_no;
