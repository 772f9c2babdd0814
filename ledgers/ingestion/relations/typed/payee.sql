-- Where is an account to be paid?
--
-- Reads   staged, account_key, asset_code
-- Takes   $source_no
-- Makes   rows of typed_payee, one a staged row; `unfit` where a cell of it cannot be read
insert into typed_payee
with typed as (
    select s."row",
           k.account_key,
           a.asset_key,
           s.asset is not null as has_asset,
           s.method,
           s.network,
           s.address,
           s.tag,
           s.bank,
           s.branch,
           s.account_type,
           s.account_number,
           s.name,
           s.name_kana,
           s.country
    from staged s
    left join account_key k on k.account = s.account
    left join asset_code a on a.code = s.asset
)
select "row", $source_no::integer, account_key, asset_key, method, network, address, tag, bank, branch,
       account_type, account_number, name, name_kana, country,
       coalesce(account_key is null
           or (has_asset and asset_key is null)
           or method is null
           or method not in ('chain', 'bank', 'successor'), true)
from typed;
