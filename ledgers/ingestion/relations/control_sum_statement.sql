-- What do the lines of a statement sum to, by asset: what came less what went?
--
-- Reads   transfer
-- Takes   $first, $past: the numbers of the files of the source, the second one beyond; $wallet: whose statement it is;
--         $half
-- Makes   control_sum(asset, high HUGEINT, low HUGEINT); the sum is high x $half + low, of any number of digits
create or replace temp table control_sum as
with line as (
    select asset_no as asset, (case when recipient = $wallet then units else -units end)::hugeint as units
    from transfer
    where source_no >= $first and source_no < $past
)
select asset,
       coalesce(sum(units // $half::hugeint), 0)::hugeint as high,
       coalesce(sum(units % $half::hugeint), 0)::hugeint as low
from line
group by asset;
