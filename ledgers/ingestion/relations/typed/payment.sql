-- What did earlier rounds pay?
--
-- Reads   staged, account_key, asset_code
-- Takes   $source_no, $truncate, $scientific
-- Makes   rows of typed_payment, one a staged row; `unfit` where a cell of it cannot be read
insert into typed_payment
with typed as (
    select s."row",
           case when regexp_full_match(s.round, '[1-9][0-9]{0,8}') then s.round::integer end as round,
           k.account_key,
           c.asset_key as claim_asset_key,
           s.step,
           p.asset_key as pay_asset_key,
           units_of(s.quantity, p.decimals, $truncate, $scientific) as units
    from staged s
    left join account_key k on k.account = s.account
    left join asset_code c on c.code = s.claim_asset
    left join asset_code p on p.code = s.pay_asset
)
select "row", $source_no::integer, round, account_key, claim_asset_key, step, pay_asset_key, units,
       coalesce(round is null
           or account_key is null
           or claim_asset_key is null
           or step is null
           or pay_asset_key is null
           or units is null, true)
from typed;
