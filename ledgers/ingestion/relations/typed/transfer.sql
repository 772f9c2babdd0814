-- Which units moved, between whom?
--
-- Reads   staged, asset_code, zone_day
-- Takes   $source_no, $truncate, $scientific
-- Makes   rows of typed_transfer, one a staged row; `unfit` where a cell of it cannot be read
insert into typed_transfer
with typed as (
    select s."row",
           s.transfer,
           utc_at(s.occurred_at, z.before_seconds, z.odd_from, z.odd_until, z.after_seconds) as occurred_at,
           a.asset_key,
           units_of(s.quantity, a.decimals, $truncate, $scientific) as units,
           s.sender,
           s.recipient,
           case when s.fee is null then 0 else units_of(s.fee, a.decimals, $truncate, $scientific) end as fee_units,
           s.reference
    from staged s
    left join asset_code a on a.code = s.asset
    left join zone_day z on z.day = left(s.occurred_at, 10)
)
select "row", $source_no::integer, transfer, occurred_at, asset_key, units, sender, recipient, fee_units,
       reference,
       coalesce(transfer is null
           or occurred_at is null
           or asset_key is null
           or units is null
           or units < 0
           or sender is null
           or recipient is null
           or fee_units is null
           or fee_units < 0, true)
from typed;
