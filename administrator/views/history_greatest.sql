-- The days that moved each asset's shortfall most, line by line.
--
-- Reads   history_greatest, history_move, asset
-- Makes   asset VARCHAR, nth INTEGER, day, change, line, quantity VARCHAR; by asset, nth, then the order of the bridge
-- Holds   the quantities of a day sum to its change: timing is left out of both
select asset.asset, history_greatest.nth, history_greatest.day::varchar as day,
       units_text(history_greatest.units, asset.decimals) as change, history_move.line,
       units_text(history_move.units, asset.decimals) as quantity
from history_greatest
join history_move on history_move.asset_no = history_greatest.asset_no and history_move.day = history_greatest.day
join asset on asset.asset_no = history_greatest.asset_no
where history_move.line <> 'timing' and ($asset is null or asset.asset = $asset)
order by history_greatest.asset_no, history_greatest.nth, history_move.line_no, history_move.line
