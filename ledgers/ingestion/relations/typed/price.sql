-- What is one whole asset worth?
--
-- Reads   staged, asset_code, zone_day
-- Takes   $source_no, $scientific
-- Makes   rows of typed_price, one a staged row; `unfit` where a cell of it cannot be read
insert into typed_price
with typed as (
    select s."row",
           a.asset_key,
           case when $scientific then plain_of(s.price) else s.price end as price,
           coalesce(s.price_set, 'commencement') as price_set,
           s.source as price_source,
           utc_at(s.as_of, z.before_seconds, z.odd_from, z.odd_until, z.after_seconds) as as_of,
           s.as_of is not null as has_as_of
    from staged s
    left join asset_code a on a.code = s.asset
    left join zone_day z on z.day = left(s.as_of, 10)
)
select "row", $source_no::integer, asset_key, price, price_set, price_source, as_of,
       coalesce(asset_key is null
           or price is null
           or not is_price(price)
           or not regexp_full_match(price_set, 'commencement|distribution|loss|(?s)(loss|claims):.+')
           or (has_as_of and as_of is null), true)
from typed;
