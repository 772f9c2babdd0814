-- Which claims changed hands?
--
-- Reads   staged, account_key, asset_code, zone_day
-- Takes   $source_no, $truncate, $scientific
-- Makes   rows of typed_assignment, one a staged row; `unfit` where a cell of it cannot be read
insert into typed_assignment
with typed as (
    select s."row",
           k.account_key,
           a.asset_key,
           units_of(s.quantity, a.decimals, $truncate, $scientific) as units,
           s.from_holder,
           s.to_holder,
           utc_at(s."at", z.before_seconds, z.odd_from, z.odd_until, z.after_seconds) as "at",
           s.quantity is not null as has_quantity
    from staged s
    left join account_key k on k.account = s.claim_account
    left join asset_code a on a.code = s.asset
    left join zone_day z on z.day = left(s."at", 10)
)
select "row", $source_no::integer, account_key, asset_key, units, from_holder, to_holder, "at",
       coalesce(account_key is null
           or asset_key is null
           or (has_quantity and (units is null or units < 0))
           or from_holder is null
           or to_holder is null
           or "at" is null, true)
from typed;
