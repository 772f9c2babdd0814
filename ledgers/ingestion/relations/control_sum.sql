-- What do the quantities of one source sum to, by asset?
--
-- Reads   {relation} with its {asset}, a key or a number
-- Takes   $first, $past: the numbers of the files of the source, the second one beyond; $half
-- Makes   control_sum(asset, high HUGEINT, low HUGEINT); the sum is high x $half + low, of any number of digits, and 0
--         where no row has a quantity
create or replace temp table control_sum as
select {asset} as asset,
       coalesce(sum(units::hugeint // $half::hugeint), 0)::hugeint as high,
       coalesce(sum(units::hugeint % $half::hugeint), 0)::hugeint as low
from {relation}
where source_no >= $first and source_no < $past
group by {asset};
