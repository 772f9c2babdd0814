-- A page of the schedule: all lines, or those withheld.
--
-- Reads   plan_line, account, asset, part_name, term
-- Makes   account, claim_asset, part, step, pay_asset, claim, entitled, paid_before, quantity, value, status, reason VARCHAR
--
-- The page is cut before anything is joined: plan_line stands in the order of its key.
with page as (
    select account_no, claim_asset_no, part, step, pay_asset_no, claim_units, entitled, paid_before, quantity, value_minor,
           status, reason
    from plan_line
    where not $withheld_only or status = 'withhold'
    limit $limit offset $offset
)
select account.account, claimed.asset as claim_asset, part_name.name as part, page.step, paid.asset as pay_asset,
       units_text(page.claim_units, paid.decimals) as claim, units_text(page.entitled, paid.decimals) as entitled,
       units_text(page.paid_before, paid.decimals) as paid_before, units_text(page.quantity, paid.decimals) as quantity,
       units_text(page.value_minor, term.currency_decimals) as value, page.status, page.reason
from page
join account using (account_no)
join asset as claimed on claimed.asset_no = page.claim_asset_no
join asset as paid on paid.asset_no = page.pay_asset_no
join part_name using (part)
cross join term
order by page.account_no, page.claim_asset_no, page.part, page.step, page.pay_asset_no
