-- What do the lines of a statement sum to, by asset: what came less what went?
--
-- Reads   transfer
-- Takes   $first, $past: the numbers of the files of the source, the second one beyond; $wallet: whose statement it is
-- Makes   control_sum(asset, units DECIMAL(38,0))
create or replace temp table control_sum as
select asset_no as asset, sum(case when recipient = $wallet then units else -units end)::decimal(38, 0) as units
from transfer
where source_no >= $first and source_no < $past
group by asset_no;
