-- Which parties received customers' value and other value, of one asset, and how much of each.
--
-- Reads   passing, passing_party, carrier(party_no, since_no INTEGER: by which passing it first received), movement, match, holding, wallet_party
-- Takes   $asset_no
-- Makes   commingling(party, kind VARCHAR, customer_units DECIMAL(38,0), customer_transfers BIGINT, other_units DECIMAL(38,0),
--                     other_transfers BIGINT, opening_units DECIMAL(38,0), mixed_at TIMESTAMP null), key party; temporary
-- Holds   customers' value arrived from their wallets without a posting, or from a carrier: a party that had itself received
--         such value before, exchanges and mixers never; other value is what arrived else, what a posting says a holder
--         withdrew, and openings of its own wallets. In the customers' wallets (the empty name) it is what holders paid in,
--         openings, and what carriers brought back; other value there is what house, affiliates and insiders paid in that had
--         received none. All of a transfer is counted as one or the other: what of it is whose is asked by tracing.
create or replace temp table commingling as
with arrived as (
    select passing.recipient_no as party_no, passing.units, passing.occurred_at,
           passing.sender_no = 0
               or coalesce(carrier.since_no < passing.passing_no and sender.kind not in ('exchange', 'mixer'), false)
               as is_customers,
           sender.kind in ('house', 'affiliate', 'insider') as is_of_house
    from passing
    join passing_party as sender on sender.party_no = passing.sender_no
    left join carrier on carrier.party_no = passing.sender_no
),
booked as (
    select coalesce(movement.recipient_party, '') as party, movement.units, movement.occurred_at,
           movement.direction = 'in' as is_customers
    from movement
    semi join match using (movement_no)
    where movement.asset_no = $asset_no
),
opened as (
    select case holding.purpose when 'customer' then '' when 'guarantee' then 'guarantee' else wallet_party.party end as party,
           holding.opening_units as units, holding.purpose = 'customer' as is_customers
    from holding
    left join wallet_party using (wallet, asset_no)
    where holding.asset_no = $asset_no and holding.opening_units > 0
),
part as (
    select party_no, units, occurred_at, is_customers, 1 as transfers, 0::decimal(38, 0) as opening_units
    from arrived
    where party_no <> 0 or is_customers or is_of_house
    union all
    select passing_party.party_no, booked.units, booked.occurred_at, booked.is_customers, 1, 0
    from booked
    join passing_party using (party)
    union all
    select passing_party.party_no, case when opened.is_customers then opened.units else 0 end, null, opened.is_customers, 0,
           case when opened.is_customers then 0 else opened.units end
    from opened
    join passing_party using (party)
),
summed as (
    select party_no,
           coalesce(sum(units) filter (where is_customers), 0)::decimal(38, 0) as customer_units,
           coalesce(sum(transfers) filter (where is_customers), 0)::bigint as customer_transfers,
           coalesce(sum(units) filter (where not is_customers), 0)::decimal(38, 0) as other_units,
           coalesce(sum(transfers) filter (where not is_customers), 0)::bigint as other_transfers,
           sum(opening_units)::decimal(38, 0) as opening_units,
           bool_or(is_customers and occurred_at is null) as opens_with_customers,
           min(occurred_at) filter (where is_customers) as customers_at,
           min(occurred_at) filter (where not is_customers) as other_at
    from part
    group by party_no
)
select passing_party.party, passing_party.kind, summed.customer_units, summed.customer_transfers, summed.other_units,
       summed.other_transfers, summed.opening_units,
       case when summed.opening_units > 0 then summed.customers_at
            when summed.opens_with_customers then summed.other_at
            else greatest(summed.customers_at, summed.other_at) end as mixed_at
from summed
join passing_party using (party_no)
where summed.customer_units > 0 and summed.other_units + summed.opening_units > 0
order by summed.customer_units desc, passing_party.party;
