-- What earlier rounds paid, in all, and which of these sums came back more than whole.
--
-- Reads   payment, account, asset, source, term
-- Makes   paid_sum(account_no, claim_asset_no INTEGER, step VARCHAR, pay_asset_no INTEGER, units DECIMAL(38,0) > 0), key
--         all but units; rows of finding: payment-below-zero
-- Holds   deposits that were returned are no part of it: they are in no pool (returnable has them)
create or replace table paid_sum as
select payment.account_no, payment.claim_asset_no, payment.step, payment.pay_asset_no,
       sum(payment.units)::decimal(38, 0) as units
from payment
cross join term
where payment.round < term.round and payment.step <> 'return:deposit'
group by payment.account_no, payment.claim_asset_no, payment.step, payment.pay_asset_no
having sum(payment.units) > 0
order by payment.account_no, payment.claim_asset_no, payment.step, payment.pay_asset_no;

insert into finding
with below as (
    select payment.account_no, payment.claim_asset_no, payment.step, payment.pay_asset_no, sum(payment.units) as units
    from payment
    cross join term
    where payment.round < term.round
    group by payment.account_no, payment.claim_asset_no, payment.step, payment.pay_asset_no
    having sum(payment.units) < 0
),
named as (
    select below.account_no, below.claim_asset_no, below.step, below.pay_asset_no, below.units,
           payment.units as paid_units, payment.source_no, payment."row",
           row_number() over (
               partition by below.account_no, below.claim_asset_no, below.step, below.pay_asset_no
               order by payment.units, payment.round, payment.source_no, payment."row"
           ) as nth
    from below
    join payment using (account_no, claim_asset_no, step, pay_asset_no)
    join term on payment.round < term.round
),
listed as (
    select named.account_no, named.claim_asset_no, named.step, named.pay_asset_no, named.units, named.paid_units,
           named.source_no, named."row",
           row_number() over (
               order by named.account_no, named.claim_asset_no, named.step, named.pay_asset_no
           ) as place
    from named
    where named.nth = 1
)
select 'payment-below-zero', 'warning', 'account ' || account.account || ' ' || listed.step, asset.asset,
       units_text(listed.units::decimal(38, 0), asset.decimals),
       place_shown(source.source, listed."row") || 'quantity "' || units_text(listed.paid_units, asset.decimals)
           || '": payments to account "' || shown(account.account) || '" in step ' || shown(listed.step) || ' come to '
           || units_text(listed.units::decimal(38, 0), asset.decimals) || ' ' || shown(asset.asset)
           || ': more came back than was paid; they count as 0.',
       source.source, listed."row", 'quantity', 'Find the payment that is missing, or whose money it was that came back.'
from listed
join account using (account_no)
join asset on asset.asset_no = listed.pay_asset_no
join source on source.source_no = listed.source_no
where listed.place <= 1000;
