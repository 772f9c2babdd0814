-- schedule.csv: what each line is paid, or why it is withheld.
--
-- Reads   plan_line, account, asset, part_name, term
-- Makes   account, claim_asset, part, step, pay_asset, claim, entitled, paid_before, quantity, value, status, reason;
--         by account, claim_asset, part, step, pay_asset
select account.account, claimed.asset as claim_asset, part_name.name as part, plan_line.step, paid.asset as pay_asset,
       units_text(plan_line.claim_units, paid.decimals) as claim,
       units_text(plan_line.entitled, paid.decimals) as entitled,
       units_text(plan_line.paid_before, paid.decimals) as paid_before,
       units_text(plan_line.quantity, paid.decimals) as quantity,
       units_text(plan_line.value_minor, term.currency_decimals) as value,
       plan_line.status, plan_line.reason
from plan_line
join account using (account_no)
join asset as claimed on claimed.asset_no = plan_line.claim_asset_no
join asset as paid on paid.asset_no = plan_line.pay_asset_no
join part_name using (part)
cross join term
order by plan_line.account_no, plan_line.claim_asset_no, plan_line.part, plan_line.step, plan_line.pay_asset_no
