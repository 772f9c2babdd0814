-- What was filed?
--
-- Reads   staged, account_key, asset_code, zone_day
-- Takes   $source_no, $truncate, $scientific
-- Makes   rows of typed_claim, one a staged row; `unfit` where a cell of it cannot be read
insert into typed_claim
with typed as (
    select s."row",
           s.claim,
           k.account_key,
           a.asset_key,
           units_of(s.quantity, a.decimals, $truncate, $scientific) as units,
           utc_at(s.filed_at, z.before_seconds, z.odd_from, z.odd_until, z.after_seconds) as filed_at,
           coalesce(s.standing, 'filed') as standing,
           units_of(s.allowed, a.decimals, $truncate, $scientific) as allowed_units,
           units_of(s.provisional, a.decimals, $truncate, $scientific) as provisional_units,
           s.filed_at is not null as has_filed_at,
           s.allowed is not null as has_allowed,
           s.provisional is not null as has_provisional
    from staged s
    left join account_key k on k.account = s.account
    left join asset_code a on a.code = s.asset
    left join zone_day z on z.day = left(s.filed_at, 10)
)
select "row", $source_no::integer, claim, account_key, asset_key, units, filed_at, standing, allowed_units,
       provisional_units,
       coalesce(claim is null
           or account_key is null
           or asset_key is null
           or units is null
           or units < 0
           or standing not in ('filed', 'allowed', 'excused', 'disputed', 'disallowed', 'withdrawn')
           or (has_filed_at and filed_at is null)
           or (has_allowed and (allowed_units is null or allowed_units < 0))
           or (has_provisional and (provisional_units is null or provisional_units < 0)), true)
from typed;
