-- The rows of this file that typing refused, as text and in order.
--
-- Reads   staged, {typed}
-- Takes   $source_no
-- Makes   refused(place BIGINT key from 0, and the columns of staged); every position of a packed row
create or replace temp table refused as
select row_number() over (order by staged."row", staged) - 1 as place, staged.*
from staged
where staged."row" in (select t."row" from {typed} t where t.source_no = $source_no and t.unfit);
