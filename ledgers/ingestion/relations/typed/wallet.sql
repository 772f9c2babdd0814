-- What is held, and where?
--
-- Reads   staged, asset_code, zone_day
-- Takes   $source_no, $truncate, $scientific
-- Makes   rows of typed_wallet, one a staged row; `unfit` where a cell of it cannot be read
insert into typed_wallet
with typed as (
    select s."row",
           s.wallet,
           a.asset_key,
           units_of(s.quantity, a.decimals, $truncate, $scientific) as units,
           s.address,
           s.chain,
           s.custody,
           coalesce(s.purpose, 'customer') as purpose,
           utc_at(s.as_of, z.before_seconds, z.odd_from, z.odd_until, z.after_seconds) as as_of,
           units_of(s.opening, a.decimals, $truncate, $scientific) as opening_units,
           s.as_of is not null as has_as_of,
           s.opening is not null as has_opening,
           s.omnibus
    from staged s
    left join asset_code a on a.code = s.asset
    left join zone_day z on z.day = left(s.as_of, 10)
)
select "row", $source_no::integer, wallet, asset_key, units, address, chain, custody, purpose, as_of,
       opening_units, omnibus,
       coalesce(wallet is null
           or asset_key is null
           or units is null
           or units < 0
           or (custody is not null and custody not in ('cold', 'warm', 'hot', 'custodian', 'bank', 'trust'))
           or purpose not in ('customer', 'house', 'guarantee')
           or (has_as_of and as_of is null)
           or (has_opening and (opening_units is null or opening_units < 0)), true)
from typed;
