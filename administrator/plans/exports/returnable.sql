-- returnable.csv: deposits that came after commencement, in no pool, each to be returned whole to whom it came from.
--
-- Reads   returnable, account, asset
-- Makes   transfer, occurred_at, asset, quantity, sender, wallet, account, paid_before, due; by transfer
select returnable.transfer, instant_shown(returnable.occurred_at) as occurred_at, asset.asset,
       units_text(returnable.units, asset.decimals) as quantity,
       returnable.sender, returnable.wallet, account.account,
       units_text(returnable.paid_before, asset.decimals) as paid_before,
       units_text(returnable.due, asset.decimals) as due
from returnable
join asset using (asset_no)
left join account on account.account_no = returnable.account_no
order by returnable.transfer
