-- Which addresses stand on a list of sanctions?
--
-- Reads   staged, zone_day
-- Takes   $source_no
-- Makes   rows of typed_sanction, one a staged row; `unfit` where a cell of it cannot be read
insert into typed_sanction
with typed as (
    select s."row",
           s.address,
           s.list,
           s.entry,
           utc_at(s.listed_at, z.before_seconds, z.odd_from, z.odd_until, z.after_seconds) as listed_at,
           s.listed_at is not null as has_listed_at
    from staged s
    left join zone_day z on z.day = left(s.listed_at, 10)
)
select "row", $source_no::integer, address, list, entry, listed_at,
       coalesce(address is null
           or list is null
           or (has_listed_at and listed_at is null), true)
from typed;
