-- A page of the schedule: all lines, or those withheld.
--
-- Reads   plan_units, step_name, reason_name, account, asset, part_name, term
-- Makes   account, claim_asset, part, step, pay_asset, claim, entitled, paid_before, quantity, value, status, reason VARCHAR
--
-- The page is cut before anything is joined: plan_units stands in the order of its key.
with page as (
    select account_no, claim_asset_no, part, step_no, pay_asset_no, claim_units, entitled, paid_before, value_minor,
           reason_no
    from plan_units
    where not $withheld_only or reason_no is not null
    limit $limit offset $offset
)
select account.account, claimed.asset as claim_asset, part_name.name as part, step_name.step, paid.asset as pay_asset,
       units_text(page.claim_units, paid.decimals) as claim, units_text(page.entitled, paid.decimals) as entitled,
       units_text(page.paid_before, paid.decimals) as paid_before,
       units_text(greatest(page.entitled - page.paid_before, 0)::decimal(38, 0), paid.decimals) as quantity,
       units_text(page.value_minor, term.currency_decimals) as value,
       case when page.reason_no is null then 'pay' else 'withhold' end as status, reason_name.reason
from page
join account using (account_no)
join asset as claimed on claimed.asset_no = page.claim_asset_no
join asset as paid on paid.asset_no = page.pay_asset_no
join part_name using (part)
join step_name using (step_no)
left join reason_name using (reason_no)
cross join term
order by page.account_no, page.claim_asset_no, page.part, page.step_no, page.pay_asset_no
