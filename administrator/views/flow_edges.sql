-- The greatest edges between parties, of one asset: what went from one to another that no posting explains.
--
-- Reads   movement, unmatched_movement, party
-- Makes   sender, sender_kind, recipient, recipient_kind, units, fee_units VARCHAR, transfers BIGINT, first_at, last_at TIMESTAMP,
--         edges BIGINT, units_in_all VARCHAR (of all edges, before the limit); the greatest first, then by sender, recipient
-- Holds   the customers' wallets are the party with the empty name, kind customers
with unexplained as (
    select coalesce(sender_party, '') as sender, coalesce(recipient_party, '') as recipient, units, fee_units, occurred_at
    from movement
    where asset_no = $asset_no and direction = 'outside' and not is_after
    union all
    select coalesce(sender_party, ''), coalesce(recipient_party, ''), units, fee_units, occurred_at
    from unmatched_movement
    where asset_no = $asset_no
),
summed as (
    select sender, recipient, sum(units)::decimal(38, 0) as units, sum(fee_units)::decimal(38, 0) as fee_units,
           count(*) as transfers, min(occurred_at) as first_at, max(occurred_at) as last_at
    from unexplained
    group by sender, recipient
)
select summed.sender, case when summed.sender = '' then 'customers' else coalesce(sent.kind, 'unknown') end as sender_kind,
       summed.recipient,
       case when summed.recipient = '' then 'customers' else coalesce(received.kind, 'unknown') end as recipient_kind,
       summed.units::varchar as units, summed.fee_units::varchar as fee_units, summed.transfers, summed.first_at, summed.last_at,
       count(*) over () as edges, (sum(summed.units) over ())::varchar as units_in_all
from summed
left join party as sent on sent.party = summed.sender
left join party as received on received.party = summed.recipient
order by summed.units desc, summed.sender, summed.recipient
limit $limit
