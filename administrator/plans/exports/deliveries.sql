-- deliveries.csv: in which assets what is paid now is delivered, where the plan delivers it otherwise than it is awarded.
--
-- Reads   delivery, title, account, asset, part_name, step_name
-- Makes   account, claim_asset, part, step, pay_asset, holder (where the claim changed hands), asset, discharged (of what is
--         paid, in pay_asset), quantity (delivered, in asset), status, reason; by all but the last four
select account.account, claimed.asset as claim_asset, part_name.name as part, step_name.step, paid_in.asset as pay_asset,
       title.holder, delivered.asset, units_text(delivery.discharged, paid_in.decimals) as discharged,
       units_text(delivery.units, delivered.decimals) as quantity,
       case when delivery.reason is null then 'pay' else 'withhold' end as status, delivery.reason
from delivery
join account on account.account_no = delivery.account_no
join asset as claimed on claimed.asset_no = delivery.claim_asset_no
join asset as paid_in on paid_in.asset_no = delivery.pay_asset_no
join asset as delivered on delivered.asset_no = delivery.asset_no
join part_name on part_name.part = delivery.part
join step_name on step_name.step_no = delivery.step_no
left join title on title.account_no = delivery.account_no and title.asset_no = delivery.claim_asset_no
    and title.place = delivery.place
order by delivery.account_no, delivery.claim_asset_no, delivery.part, delivery.step_no, delivery.pay_asset_no,
         delivery.place, delivery.asset_no
