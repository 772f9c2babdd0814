-- On which days is a time given without an offset?
--
-- Reads   staged
-- Makes   local_day(day VARCHAR key)
create or replace temp table local_day as
select distinct left("{column}", 10) as day
from staged
where is_instant("{column}") and offset_of("{column}") = '';
