-- Of what kind each party is: what its labels say, the gravest first, and house where one of our wallets is its.
--
-- Reads   label, wallet
-- Makes   party(party VARCHAR key, kind VARCHAR, kinds VARCHAR), by party in byte order; kinds lists what the labels said
--         wallet_party(wallet VARCHAR, asset_no INTEGER, purpose, party VARCHAR), key (wallet, asset_no): whose a row of
--         our list is that is not the customers'
-- Holds   a label customer_wallet says nothing of its party; a wallet's own list wins over any label
create or replace table kind_order as
select kind, position
from (values ('thief', 1), ('insider', 2), ('affiliate', 3), ('house', 4), ('exchange', 5), ('mixer', 6),
             ('bridge', 7), ('holder', 8), ('unknown', 9)) as listed(kind, position);

create or replace table labelled_party as
select label.party, min(kind_order.position) as position,
       string_agg(distinct label.kind, ', ' order by label.kind) as kinds,
       count(distinct label.kind) as kind_count
from label
join kind_order using (kind)
group by label.party;

create or replace table wallet_party as
with named as (
    select wallet.wallet, wallet.asset_no, labelled_party.party,
           row_number() over (
               partition by wallet.wallet, wallet.asset_no order by labelled_party.position, labelled_party.party
           ) as nth
    from wallet
    join label on label.address = wallet.wallet or label.address = wallet.address
    join labelled_party on labelled_party.party = label.party
    where wallet.purpose <> 'customer' and label.kind <> 'customer_wallet'
)
select wallet.wallet, wallet.asset_no, wallet.purpose, coalesce(named.party, wallet.wallet) as party
from wallet
left join named on named.wallet = wallet.wallet and named.asset_no = wallet.asset_no and named.nth = 1
where wallet.purpose <> 'customer'
order by wallet.wallet, wallet.asset_no;

create or replace table party as
with house as (
    select distinct party from wallet_party where purpose = 'house'
),
everyone as (
    select party from labelled_party
    union select party from house
    union select 'guarantee'
)
select everyone.party,
       case when everyone.party = 'guarantee' or house.party is not null then 'house'
            else kind_order.kind end as kind,
       labelled_party.kinds,
       coalesce(labelled_party.kind_count, 0) as kind_count
from everyone
left join house on house.party = everyone.party
left join labelled_party on labelled_party.party = everyone.party
left join kind_order on kind_order.position = labelled_party.position
order by everyone.party;
