-- One asset's shortfall at a glance.
--
-- Reads   holding_total, asset
-- Makes   owed, held, shortfall, coverage VARCHAR: one row
select units_text(total.owed, asset.decimals) as owed, units_text(total.held_customer, asset.decimals) as held,
       units_text(total.shortfall, asset.decimals) as shortfall,
       case when total.owed > 0 then ratio_text(total.held_customer, total.owed) end as coverage
from holding_total as total
join asset using (asset_no)
where asset.asset = $asset
