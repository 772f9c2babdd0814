-- history_moves.csv: what moved the shortfall each day, by the lines of the bridge.
--
-- Reads   history_move, asset
-- Makes   asset, day, line, quantity VARCHAR; by asset, day, then the order of the bridge; + widens the shortfall
select asset.asset, history_move.day::varchar as day, history_move.line,
       units_text(history_move.units, asset.decimals) as quantity
from history_move
join asset using (asset_no)
order by history_move.asset_no, history_move.day, history_move.line_no, history_move.line
