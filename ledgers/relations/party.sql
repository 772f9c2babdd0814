-- Of what kind each party is: what its labels say, the gravest first, and house where one of our wallets is its.
--
-- Reads   label, wallet
-- Makes   party(party VARCHAR key, kind VARCHAR, kinds VARCHAR), by party in byte order; kinds lists what the labels said
--         wallet_party(wallet VARCHAR, party VARCHAR), key wallet: whose a wallet of ours is that is not the customers'
-- Holds   a label customer_wallet says nothing of its party; a wallet's own list wins over any label
create or replace table kind_order as
select kind, position
from (values ('thief', 1), ('insider', 2), ('affiliate', 3), ('house', 4), ('exchange', 5), ('mixer', 6),
             ('holder', 7), ('unknown', 8)) as listed(kind, position);

create or replace table labelled_party as
select label.party, min(kind_order.position) as position,
       string_agg(distinct label.kind, ', ' order by label.kind) as kinds,
       count(distinct label.kind) as kind_count
from label
join kind_order using (kind)
group by label.party;

create or replace table wallet_party as
with other_purpose as (
    select wallet, min(address) as address, bool_or(purpose = 'guarantee') as is_guarantee
    from (select wallet, address, purpose, row_number() over (partition by wallet order by asset_no) as nth from wallet)
    where purpose <> 'customer'
    group by wallet
),
named as (
    select wallet.wallet, labelled_party.party,
           row_number() over (partition by wallet.wallet order by labelled_party.position, labelled_party.party) as nth
    from wallet
    join label on label.address = wallet.wallet or label.address = wallet.address
    join labelled_party on labelled_party.party = label.party
    where wallet.purpose <> 'customer' and label.kind <> 'customer_wallet'
)
select other_purpose.wallet, coalesce(named.party, other_purpose.wallet) as party
from other_purpose
left join named on named.wallet = other_purpose.wallet and named.nth = 1
order by other_purpose.wallet;

create or replace table party as
with house as (
    select distinct wallet_party.party
    from wallet_party
    join wallet using (wallet)
    where wallet.purpose = 'house'
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
