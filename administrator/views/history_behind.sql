-- The postings and transfers behind the days that moved each asset's shortfall most: of each line the three largest.
--
-- Reads   history_behind, asset
-- Makes   asset, day, line, record, id, quantity VARCHAR, records BIGINT; by asset, day, line, the largest first
select asset.asset, history_behind.day::varchar as day, history_behind.line, history_behind.record, history_behind.id,
       units_text(history_behind.units, asset.decimals) as quantity, history_behind.records
from history_behind
join asset using (asset_no)
where $asset is null or asset.asset = $asset
order by history_behind.asset_no, history_behind.day, history_behind.line, history_behind.nth
