-- Deposits that came to customers' wallets after commencement: returnable in full, and in no pool.
--
-- Reads   movement, journal, house_account, payment, term
-- Makes   returnable(transfer VARCHAR key, occurred_at TIMESTAMP, asset_no INTEGER, units DECIMAL(38,0), sender, wallet
--                    VARCHAR, account_no INTEGER null, paid_before, due DECIMAL(38,0) units, source_no INTEGER, row BIGINT),
--         by transfer
-- Holds   paid_before + due = units; what was paid meets an account's deposits of an asset in order of time
--
-- Whose a deposit is, a posting of kind deposit after commencement says, by the transfer's id, else by its reference. Of
-- several transfers of one reference it means the one of equal quantity; where postings name several accounts, none counts.
create or replace table returnable as
with late as (
    select transfer.transfer, transfer.occurred_at, transfer.asset_no, transfer.units, transfer.sender,
           coalesce(movement.recipient_wallet, transfer.recipient) as wallet, nullif(transfer.reference, '') as reference,
           transfer.source_no, transfer."row"
    from movement
    join transfer using (transfer)
    where movement.is_after and movement.direction = 'in'
),
credited as (
    select journal.posting, journal.account_no, journal.asset_no, journal.units, journal.reference
    from journal
    anti join house_account using (account_no)
    cross join term
    where journal.posted_at > term.commencement_at and journal.kind = 'deposit' and journal.reference <> ''
),
by_id as (
    select late.transfer, credited.posting, credited.account_no
    from credited
    join late on late.transfer = credited.reference and late.asset_no = credited.asset_no
),
by_reference as (
    select late.transfer, credited.account_no, late.units = credited.units as is_equal,
           count(*) over posting as candidates, count(*) filter (where late.units = credited.units) over posting as equal
    from credited
    anti join by_id on by_id.posting = credited.posting
    join late on late.reference = credited.reference and late.asset_no = credited.asset_no
    window posting as (partition by credited.posting)
),
told as (
    select transfer, account_no from by_id
    union all
    select by_reference.transfer, by_reference.account_no
    from by_reference
    anti join by_id on by_id.transfer = by_reference.transfer
    where by_reference.candidates = 1 or (by_reference.equal = 1 and by_reference.is_equal)
),
owner as (
    select transfer, min(account_no) as account_no
    from told
    group by transfer
    having min(account_no) = max(account_no)
),
paid as (
    select payment.account_no, payment.pay_asset_no as asset_no, greatest(sum(payment.units), 0) as units
    from payment
    cross join term
    where payment.round < term.round and payment.step = 'return:deposit' and payment.pay_asset_no = payment.claim_asset_no
    group by payment.account_no, payment.pay_asset_no
),
owned as (
    select late.transfer, late.occurred_at, late.asset_no, late.units, late.sender, late.wallet, owner.account_no,
           late.source_no, late."row",
           coalesce(sum(late.units) over (
               partition by owner.account_no, late.asset_no order by late.occurred_at, late.transfer
               rows between unbounded preceding and 1 preceding
           ), 0) as units_earlier
    from late
    left join owner using (transfer)
),
met as (
    select owned.transfer, least(greatest(paid.units - owned.units_earlier, 0), owned.units)::decimal(38, 0) as units
    from owned
    join paid on paid.account_no = owned.account_no and paid.asset_no = owned.asset_no
)
select owned.transfer, owned.occurred_at, owned.asset_no, owned.units, owned.sender, owned.wallet, owned.account_no,
       coalesce(met.units, 0)::decimal(38, 0) as paid_before,
       (owned.units - coalesce(met.units, 0))::decimal(38, 0) as due,
       owned.source_no, owned."row"
from owned
left join met using (transfer)
order by owned.transfer;

insert into finding
with paid as (
    select payment.account_no, payment.pay_asset_no as asset_no, sum(payment.units) as units
    from payment
    cross join term
    where payment.round < term.round and payment.step = 'return:deposit'
    group by payment.account_no, payment.pay_asset_no
),
returned as (
    select account_no, asset_no, sum(paid_before) as units
    from returnable
    where account_no is not null
    group by account_no, asset_no
),
excess as (
    select paid.account_no, paid.asset_no, paid.units - coalesce(returned.units, 0) as units
    from paid
    left join returned using (account_no, asset_no)
    where paid.units > coalesce(returned.units, 0)
),
named as (
    select excess.account_no, excess.asset_no, excess.units, payment.units as paid_units, payment.source_no, payment."row",
           row_number() over (
               partition by excess.account_no, excess.asset_no
               order by payment.round desc, payment.units desc, payment.source_no, payment."row"
           ) as nth,
           dense_rank() over (order by excess.account_no, excess.asset_no) as place
    from excess
    join payment on payment.account_no = excess.account_no and payment.pay_asset_no = excess.asset_no
        and payment.step = 'return:deposit'
    join term on payment.round < term.round
)
select 'deposit-return-unfounded', 'warning', 'account ' || account.account || ' return:deposit', asset.asset,
       units_text(named.units::decimal(38, 0), asset.decimals),
       place_shown(source.source, named."row") || 'quantity "' || units_text(named.paid_units, asset.decimals)
           || '": account "' || shown(account.account) || '" was paid '
           || units_text(named.units::decimal(38, 0), asset.decimals) || ' ' || shown(asset.asset)
           || ' as returned deposits that no transfer after commencement brought for it.',
       source.source, named."row", 'quantity',
       'Name its deposit by a posting after commencement, or correct the step of the payment.'
from named
join account using (account_no)
join asset on asset.asset_no = named.asset_no
join source on source.source_no = named.source_no
where named.nth = 1 and named.place <= 1000;
