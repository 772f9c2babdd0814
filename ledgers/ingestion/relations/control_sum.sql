-- What do the quantities of one source sum to, by asset?
--
-- Reads   {relation} with its {asset}, a key or a number
-- Takes   $first, $past: the numbers of the files of the source, the second one beyond
-- Makes   control_sum(asset, units DECIMAL(38,0))
-- Holds   a sum of more than 38 digits raises
create or replace temp table control_sum as
select {asset} as asset, sum(units)::decimal(38, 0) as units
from {relation}
where source_no >= $first and source_no < $past
group by {asset};
