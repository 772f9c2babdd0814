-- bases.csv: what each line lost through each event that a policy or reserve answers for, and what met it.
--
-- Reads   base, loss_item, account, asset, part_name, term
-- Makes   account, asset, part, event, custody, base, met; by account, asset, part, event, custody; zero lines left out
select account.account, asset.asset, part_name.name as part, loss_item.event,
       nullif(loss_item.custody, '') as custody,
       units_text(base.base, term.currency_decimals) as base,
       units_text(base.met, term.currency_decimals) as met
from base
join loss_item on loss_item.item_no = base.item_no and loss_item.asset_no = base.asset_no
join account using (account_no)
join asset on asset.asset_no = base.asset_no
join part_name using (part)
cross join term
where base.base > 0
order by base.account_no, base.asset_no, base.part, loss_item.event, loss_item.custody
