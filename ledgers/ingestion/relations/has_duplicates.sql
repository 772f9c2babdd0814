-- Are there rows with equal keys?
--
-- Reads   {relation}
-- Makes   duplicate_keys(keys BIGINT): how many keys have several rows
create or replace temp table duplicate_keys as
select count(*) as keys
from (select 1 from {relation} group by {key} having count(*) > 1);
