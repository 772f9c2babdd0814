-- Are there rows with equal keys, among those whose hash says that there may be?
--
-- Reads   {relation}
-- Takes   $hashes: of the keys to be looked at
-- Makes   duplicate_keys(keys BIGINT): how many keys have several rows
create or replace temp table duplicate_keys as
with looked_at as (
    select {key} from {relation} where hash({key}) in (select unnest($hashes::ubigint[]))
)
select count(*) as keys
from (select 1 from looked_at group by {key} having count(*) > 1);
