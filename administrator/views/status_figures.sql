-- What one account is paid or withheld this round, and why.
--
-- Reads   account, asset, part_name, plan_line
-- Makes   the figures in the order that usecases/explaining.py names them
select asset.asset, asset.decimals, part_name.name, plan_line.step, plan_line.entitled::varchar,
       plan_line.paid_before::varchar, plan_line.quantity::varchar, plan_line.status, plan_line.reason
from plan_line
join account using (account_no)
join asset on asset.asset_no = plan_line.pay_asset_no
join part_name using (part)
where account.account = $account
order by plan_line.claim_asset_no, plan_line.part, plan_line.step, plan_line.pay_asset_no
