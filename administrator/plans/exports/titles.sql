-- titles.csv: who is paid what of the claims that changed hands; their lines of the schedule, by who holds them.
--
-- Reads   title_line, title, account, asset, part_name, step_name, term
-- Makes   account, claim_asset, part, step, pay_asset, holder, paid_to, held, quantity, value, status, reason; by account,
--         claim_asset, part, step, pay_asset, holder
select account.account, asset.asset as claim_asset, part_name.name as part, step_name.step, paid_in.asset as pay_asset,
       title.holder, paid_to.account as paid_to, units_text(title.units, asset.decimals) as held,
       units_text(line.quantity, paid_in.decimals) as quantity,
       units_text(line.value_minor, term.currency_decimals) as value,
       case when line.reason is null then 'pay' else 'withhold' end as status, line.reason
from title_line as line
join title on title.account_no = line.account_no and title.asset_no = line.claim_asset_no and title.place = line.place
join account on account.account_no = line.account_no
join asset on asset.asset_no = line.claim_asset_no
join asset as paid_in on paid_in.asset_no = line.pay_asset_no
join part_name on part_name.part = line.part
join step_name on step_name.step_no = line.step_no
left join account as paid_to on paid_to.account_no = title.paid_to_no
cross join term
order by line.account_no, line.claim_asset_no, line.part, line.step_no, line.pay_asset_no, line.place
