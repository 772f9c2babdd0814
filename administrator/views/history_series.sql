-- One asset's days in base units, for drawing.
--
-- Reads   history_day, asset
-- Makes   day DATE, then of owed, held, shortfall, hot, guarantee the units VARCHAR and as they are written VARCHAR;
--         by day, null where it is not known
select history_day.day,
       history_day.owed::varchar as owed_units, units_text(history_day.owed, asset.decimals) as owed,
       history_day.held::varchar as held_units, units_text(history_day.held, asset.decimals) as held,
       history_day.shortfall::varchar as shortfall_units,
       units_text(history_day.shortfall, asset.decimals) as shortfall,
       history_day.hot::varchar as hot_units, units_text(history_day.hot, asset.decimals) as hot,
       history_day.guarantee::varchar as guarantee_units,
       units_text(history_day.guarantee, asset.decimals) as guarantee
from history_day
join asset using (asset_no)
where asset.asset = $asset
order by history_day.day
