-- Whose each end of a transfer is: inside (the customers' wallets) or a party.
--
-- Reads   transfer, wallet, wallet_party, label, party, kind_order
-- Makes   endpoint(node VARCHAR, asset_no INTEGER, wallet VARCHAR null, inside BOOLEAN, is_listed BOOLEAN,
--                  party VARCHAR null, kind VARCHAR null, custody VARCHAR), key (node, asset_no)
-- Holds   a wallet id wins over an address, the asset's own row over the id's first row by asset;
--         an address nobody knows is a party of its own, kind unknown
create or replace table endpoint as
with node as (
    select sender as node, asset_no from transfer
    union select recipient, asset_no from transfer
),
known as (
    select node.node, node.asset_no, wallet.wallet, wallet.asset_no as row_asset_no, wallet.purpose, coalesce(wallet.custody, '') as custody,
           row_number() over (
               partition by node.node, node.asset_no
               order by wallet.asset_no <> node.asset_no, wallet.asset_no
           ) as nth
    from node
    join wallet on wallet.wallet = node.node
),
known_by_address as (
    select node.node, node.asset_no, wallet.wallet, wallet.asset_no as row_asset_no, wallet.purpose, coalesce(wallet.custody, '') as custody,
           row_number() over (
               partition by node.node, node.asset_no
               order by wallet.asset_no <> node.asset_no, wallet.asset_no, wallet.wallet
           ) as nth
    from node
    join wallet on wallet.address = node.node
    anti join known on known.node = node.node
),
listed as (
    select node, asset_no, wallet, row_asset_no, purpose, custody from known where nth = 1
    union all
    select node, asset_no, wallet, row_asset_no, purpose, custody from known_by_address where nth = 1
),
address_party as (
    select label.address as node, label.party,
           row_number() over (partition by label.address order by kind_order.position, label.party) as nth
    from label
    join party using (party)
    join kind_order on kind_order.kind = party.kind
    where label.kind <> 'customer_wallet'
),
customer_label as (
    select distinct address as node from label where kind = 'customer_wallet'
)
select node.node, node.asset_no, listed.wallet,
       case when listed.wallet is not null then listed.purpose = 'customer'
            else customer_label.node is not null end as inside,
       listed.wallet is not null as is_listed,
       case when listed.purpose = 'customer' then null
            when listed.purpose = 'guarantee' then 'guarantee'
            when listed.wallet is not null then coalesce(wallet_party.party, listed.wallet)
            when customer_label.node is not null then null
            else coalesce(address_party.party, node.node) end as party,
       case when listed.purpose = 'customer' then null
            when listed.wallet is not null then 'house'
            when customer_label.node is not null then null
            else coalesce(own.kind, 'unknown') end as kind,
       coalesce(listed.custody, '') as custody
from node
left join listed on listed.node = node.node and listed.asset_no = node.asset_no
left join wallet_party on wallet_party.wallet = listed.wallet and wallet_party.asset_no = listed.row_asset_no
left join customer_label on customer_label.node = node.node
left join address_party on address_party.node = node.node and address_party.nth = 1
left join party as own on own.party = coalesce(address_party.party, node.node)
order by node.node, node.asset_no;
