-- history.csv: what was owed and held of each asset at the end of each day on which something moved it.
--
-- Reads   history_day, asset
-- Makes   asset, day, owed, held, house, guarantee, hot, shortfall VARCHAR; by asset, day; null where it is not known
select asset.asset, history_day.day::varchar as day,
       units_text(history_day.owed, asset.decimals) as owed,
       units_text(history_day.held, asset.decimals) as held,
       units_text(history_day.house, asset.decimals) as house,
       units_text(history_day.guarantee, asset.decimals) as guarantee,
       units_text(history_day.hot, asset.decimals) as hot,
       units_text(history_day.shortfall, asset.decimals) as shortfall
from history_day
join asset using (asset_no)
order by history_day.asset_no, history_day.day
