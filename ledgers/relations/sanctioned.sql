-- Which ends of transfers stand on a list of sanctions, and what went from or to each.
--
-- Reads   sanction, transfer, movement
-- Makes   sanctioned(node VARCHAR, asset_no INTEGER, party VARCHAR null, list, entry VARCHAR null, lists BIGINT,
--                    listed_at TIMESTAMP null, sent_units, received_units DECIMAL(38,0), transfers, transfers_since BIGINT,
--                    movement_no BIGINT, side VARCHAR), key (node, asset_no), ordered by it
-- Holds   node is the end as the transfers have it, compared byte for byte but for the case of letters where the chain
--         gives it no meaning (0x and 40 hexadecimal digits; segwit addresses of bitcoin and litecoin); list, entry and
--         listed_at are of the earliest listing, then by name; transfers_since counts those at or after it; movement_no
--         and side (sender, recipient) are of the earliest transfer; transfers after commencement are among them
create or replace table sanctioned as
with spelled as (
    select address, list, entry, listed_at,
           case when regexp_full_match(address, '0[xX][0-9a-fA-F]{40}|(bc1|BC1|ltc1|LTC1)[0-9a-zA-Z]{6,90}')
                then lower(address) else address end as spelling
    from sanction
),
listing as (
    select spelling, list, entry, listed_at, count(*) over (partition by spelling) as lists,
           row_number() over (
               partition by spelling order by listed_at nulls last, list, entry nulls last
           ) as nth
    from (select distinct spelling, list, entry, listed_at from spelled)
),
party_end as (
    -- In small letters first, which is quick; the spelling decides.
    select sender as node, 'sender' as side, source_no, "row" from transfer
    where lower(sender) in (select lower(address) from sanction)
    union all
    select recipient, 'recipient', source_no, "row" from transfer
    where lower(recipient) in (select lower(address) from sanction) and sender <> recipient
),
met as (
    select party_end.node, party_end.side, listing.list, listing.entry, listing.lists, listing.listed_at,
           party_end.source_no, party_end."row"
    from party_end
    join listing on listing.nth = 1 and listing.spelling =
        case when regexp_full_match(party_end.node, '0[xX][0-9a-fA-F]{40}|(bc1|BC1|ltc1|LTC1)[0-9a-zA-Z]{6,90}')
             then lower(party_end.node) else party_end.node end
),
moved as (
    select met.node, met.side, met.list, met.entry, met.lists, met.listed_at,
           movement.asset_no, movement.units, movement.occurred_at, movement.movement_no,
           case met.side when 'sender' then movement.sender_party else movement.recipient_party end as party,
           row_number() over (
               partition by met.node, movement.asset_no
               order by movement.occurred_at, movement.transfer, met.side
           ) as nth
    from met
    join movement on movement.source_no = met.source_no and movement."row" = met."row"
)
select node, asset_no, min(party) as party, min(list) as list, min(entry) as entry, min(lists) as lists,
       min(listed_at) as listed_at,
       coalesce(sum(units) filter (where side = 'sender'), 0)::decimal(38, 0) as sent_units,
       coalesce(sum(units) filter (where side = 'recipient'), 0)::decimal(38, 0) as received_units,
       count(*) as transfers, count(*) filter (where occurred_at >= listed_at) as transfers_since,
       min(movement_no) filter (where nth = 1) as movement_no, min(side) filter (where nth = 1) as side
from moved
group by node, asset_no
order by node, asset_no;
