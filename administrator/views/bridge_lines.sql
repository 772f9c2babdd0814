-- One asset's bridge with its running total.
--
-- Reads   bridge_line, asset
-- Makes   line, quantity, running VARCHAR, in the order of the bridge; zero lines left out
select bridge_line.line, units_text(bridge_line.units, asset.decimals) as quantity,
       units_text((sum(bridge_line.units) over (
           order by bridge_line.line_no, bridge_line.line rows between unbounded preceding and current row
       ))::decimal(38, 0), asset.decimals) as running
from bridge_line
join asset using (asset_no)
where asset.asset = $asset and bridge_line.units <> 0
order by bridge_line.line_no, bridge_line.line
