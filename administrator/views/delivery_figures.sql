-- In which assets what one account is paid now is delivered.
--
-- Reads   delivery, title, account, asset, part_name, step_name
-- Makes   the figures in the order that usecases/explaining_awards.py names them
select claimed.asset, part_name.name, step_name.step, title.holder, paid_in.asset, paid_in.decimals,
       delivery.discharged::varchar, delivered.asset, delivered.decimals, delivery.units::varchar, delivery.reason
from delivery
join account on account.account_no = delivery.account_no
join asset as claimed on claimed.asset_no = delivery.claim_asset_no
join asset as paid_in on paid_in.asset_no = delivery.pay_asset_no
join asset as delivered on delivered.asset_no = delivery.asset_no
join part_name on part_name.part = delivery.part
join step_name on step_name.step_no = delivery.step_no
left join title on title.account_no = delivery.account_no and title.asset_no = delivery.claim_asset_no
    and title.place = delivery.place
where account.account = $account
order by delivery.claim_asset_no, delivery.part, delivery.step_no, delivery.pay_asset_no, delivery.place,
         delivery.asset_no
