-- What do the books say was owed to each account, in units?
--
-- Reads   staged, account_key, asset_code
-- Takes   $source_no, $truncate, $scientific
-- Makes   rows of typed_balance, one a staged row; `unfit` where a cell of it cannot be read
insert into typed_balance
with typed as (
    select s."row",
           k.account_key,
           a.asset_key,
           units_of(s.quantity, a.decimals, $truncate, $scientific) as units
    from staged s
    left join account_key k on k.account = s.account
    left join asset_code a on a.code = s.asset
)
select "row", $source_no::integer, account_key, asset_key, units,
       coalesce(account_key is null
           or asset_key is null
           or units is null, true)
from typed;
