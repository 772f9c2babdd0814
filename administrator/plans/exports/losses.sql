-- losses.csv: what was lost, by event, asset and custody.
--
-- Reads   loss_item, asset, term
-- Makes   event, peril, asset, custody, quantity, value; by event, asset, custody
select loss_item.event, loss_item.peril, asset.asset, nullif(loss_item.custody, '') as custody,
       units_text(loss_item.units, asset.decimals) as quantity,
       units_text(loss_item.value_minor, term.currency_decimals) as value
from loss_item
join asset using (asset_no)
cross join term
order by loss_item.event, loss_item.asset_no, loss_item.custody
