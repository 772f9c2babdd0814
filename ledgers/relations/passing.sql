-- What went from party to party that no posting explains, of one asset, in time order: for walks over columns.
--
-- Reads   movement, unmatched_movement, party
-- Takes   $asset_no
-- Makes   passing_party(party_no INTEGER key, party, kind VARCHAR): dense from 0 in byte order; 0 is the customers' wallets
--         passing(passing_no INTEGER key, sender_no, recipient_no INTEGER, units DECIMAL(38,0), occurred_at TIMESTAMP), dense
--         from 0 by occurred_at, then transfer, and ordered by it; temporary, both
-- Holds   transfers between two of the customers' wallets, from a party to itself and after commencement are left out
create or replace temp table unexplained as
select coalesce(sender_party, '') as sender, coalesce(recipient_party, '') as recipient, units, occurred_at, transfer
from movement
where asset_no = $asset_no and direction = 'outside' and not is_after and sender_party <> recipient_party
union all
select coalesce(sender_party, ''), coalesce(recipient_party, ''), units, occurred_at, transfer
from unmatched_movement
where asset_no = $asset_no;

create or replace temp table passing_party as
with named as (
    select sender as party from unexplained
    union select recipient from unexplained
    union select ''
)
select (row_number() over (order by named.party) - 1)::integer as party_no, named.party,
       case when named.party = '' then 'customers' else coalesce(party.kind, 'unknown') end as kind
from named
left join party using (party)
order by party_no;

create or replace temp table passing as
select (row_number() over (order by unexplained.occurred_at, unexplained.transfer) - 1)::integer as passing_no,
       sender.party_no as sender_no, recipient.party_no as recipient_no, unexplained.units, unexplained.occurred_at
from unexplained
join passing_party as sender on sender.party = unexplained.sender
join passing_party as recipient on recipient.party = unexplained.recipient
order by passing_no;

drop table unexplained;
