-- Whose is an address said to be?
--
-- Reads   staged, asset_code
-- Takes   $source_no
-- Makes   rows of typed_label, one a staged row; `unfit` where a cell of it cannot be read
insert into typed_label
with typed as (
    select s."row",
           s.address,
           s.party,
           s.kind,
           s.source as label_source
    from staged s
)
select "row", $source_no::integer, address, party, kind, label_source,
       coalesce(address is null
           or party is null
           or kind is null
           or kind not in (
               'customer_wallet', 'house', 'affiliate', 'insider', 'holder', 'thief', 'exchange', 'mixer', 'bridge', 'unknown'
           ), true)
from typed;
