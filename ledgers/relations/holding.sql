-- What was held at commencement, wallet by wallet.
--
-- Reads   wallet, movement, payment, term, posting_any
-- Makes   holding(wallet VARCHAR, asset_no INTEGER, counted_units, units, opening_units DECIMAL(38,0), custody VARCHAR,
--                 purpose, omnibus VARCHAR, opens_as_held, is_taken_back BOOLEAN, source_no INTEGER, row BIGINT), key (wallet, asset_no)
-- Holds   a wallet counted after commencement is taken back by the transfers between; without an opening: 0 where
--         the asset has a posting or a transfer at or before commencement, else what it holds
create or replace table holding as
with later as (
    select movement.recipient_wallet as wallet, movement.asset_no, movement.occurred_at, movement.units as units
    from movement where movement.is_after and movement.recipient_wallet is not null
    union all
    select movement.sender_wallet, movement.asset_no, movement.occurred_at, -(movement.units + movement.fee_units)
    from movement where movement.is_after and movement.sender_wallet is not null
),
since as (
    select wallet.wallet, wallet.asset_no, sum(later.units)::decimal(38, 0) as units
    from wallet
    join later on later.wallet = wallet.wallet and later.asset_no = wallet.asset_no
        and later.occurred_at <= wallet.as_of
    group by wallet.wallet, wallet.asset_no
),
active as (
    select asset_no from journal cross join term where posted_at <= term.commencement_at
    union
    select asset_no from transfer cross join term where occurred_at <= term.commencement_at
)
select wallet.wallet, wallet.asset_no, wallet.units as counted_units,
       (wallet.units - coalesce(since.units, 0))::decimal(38, 0) as units,
       coalesce(wallet.opening_units,
                case when active.asset_no is not null then 0::decimal(38, 0)
                     else (wallet.units - coalesce(since.units, 0))::decimal(38, 0) end) as opening_units,
       coalesce(wallet.custody, '') as custody, wallet.purpose, coalesce(wallet.omnibus, '') as omnibus,
       wallet.opening_units is null and active.asset_no is null as opens_as_held,
       coalesce(since.units, 0) <> 0 as is_taken_back,
       wallet.source_no, wallet."row"
from wallet
left join since on since.wallet = wallet.wallet and since.asset_no = wallet.asset_no
left join active on active.asset_no = wallet.asset_no
order by wallet.wallet, wallet.asset_no;
