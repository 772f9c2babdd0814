-- What came back after commencement?
--
-- Reads   staged, asset_code, zone_day
-- Takes   $source_no, $truncate, $scientific
-- Makes   rows of typed_recovery, one a staged row; `unfit` where a cell of it cannot be read
insert into typed_recovery
with typed as (
    select s."row",
           s.recovery,
           utc_at(s.received_at, z.before_seconds, z.odd_from, z.odd_until, z.after_seconds) as received_at,
           a.asset_key,
           units_of(s.quantity, a.decimals, $truncate, $scientific) as units,
           s.pool,
           s.event
    from staged s
    left join asset_code a on a.code = s.asset
    left join zone_day z on z.day = left(s.received_at, 10)
)
select "row", $source_no::integer, recovery, received_at, asset_key, units, pool, event,
       coalesce(recovery is null
           or received_at is null
           or asset_key is null
           or units is null
           or units < 0, true)
from typed;
