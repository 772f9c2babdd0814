-- Which postings changed the balances?
--
-- Reads   staged, account_key, asset_code, zone_day
-- Takes   $source_no, $truncate, $scientific
-- Makes   rows of typed_journal, one a staged row; `unfit` where a cell of it cannot be read
insert into typed_journal
with typed as (
    select s."row",
           s.posting,
           utc_at(s.posted_at, z.before_seconds, z.odd_from, z.odd_until, z.after_seconds) as posted_at,
           k.account_key,
           a.asset_key,
           units_of(s.quantity, a.decimals, $truncate, $scientific) as units,
           s.kind,
           s.reference
    from staged s
    left join account_key k on k.account = s.account
    left join asset_code a on a.code = s.asset
    left join zone_day z on z.day = left(s.posted_at, 10)
)
select "row", $source_no::integer, posting, posted_at, account_key, asset_key, units, kind, reference,
       coalesce(posting is null
           or posted_at is null
           or account_key is null
           or asset_key is null
           or units is null
           or kind not in (
               'opening', 'deposit', 'withdrawal', 'trade', 'fee', 'transfer', 'reward', 'adjustment'
           ), true)
from typed;
