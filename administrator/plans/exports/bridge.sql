-- bridge.csv: from what is held to what is owed, line by line.
--
-- Reads   bridge_line, asset
-- Makes   asset, line, quantity; by asset, then the order of the bridge; zero lines left out
select asset.asset, bridge_line.line, units_text(bridge_line.units, asset.decimals) as quantity
from bridge_line
join asset using (asset_no)
where bridge_line.units <> 0
order by bridge_line.asset_no, bridge_line.line_no, bridge_line.line
