-- A page of the edges between parties of one asset, in the order of one of its columns.
--
-- Reads   movement, unmatched_movement, party, asset
-- Takes   $sort: the name of a column; $descending
-- Makes   sender, sender_kind, recipient, recipient_kind, quantity, transfers, first_at, last_at VARCHAR, total BIGINT; equal
--         ones by sender, then recipient
-- Holds   the customers' wallets are the party with the empty name, kind customers
with unexplained as (
    select coalesce(sender_party, '') as sender, coalesce(recipient_party, '') as recipient, units, occurred_at
    from movement
    where asset_no = $asset_no and direction = 'outside' and not is_after
    union all
    select coalesce(sender_party, ''), coalesce(recipient_party, ''), units, occurred_at
    from unmatched_movement
    where asset_no = $asset_no
),
summed as (
    select sender, recipient, sum(units)::decimal(38, 0) as units, count(*) as transfers,
           min(occurred_at) as first_at, max(occurred_at) as last_at
    from unexplained
    group by sender, recipient
),
named as (
    select summed.sender,
           case when summed.sender = '' then 'customers' else coalesce(sent.kind, 'unknown') end as sender_kind,
           summed.recipient,
           case when summed.recipient = '' then 'customers' else coalesce(received.kind, 'unknown') end as recipient_kind,
           summed.units, summed.transfers, summed.first_at, summed.last_at
    from summed
    left join party as sent on sent.party = summed.sender
    left join party as received on received.party = summed.recipient
),
keyed as (
    select sender, sender_kind, recipient, recipient_kind, units, transfers, first_at, last_at,
           case $sort when 'sender' then sender when 'sender_kind' then sender_kind when 'recipient' then recipient
                      when 'recipient_kind' then recipient_kind end as text_key,
           case $sort when 'quantity' then units when 'transfers' then transfers::decimal(38, 0)
                      when 'first_at' then epoch_us(first_at)::decimal(38, 0)
                      when 'last_at' then epoch_us(last_at)::decimal(38, 0) end as number_key
    from named
)
select keyed.sender, keyed.sender_kind, keyed.recipient, keyed.recipient_kind,
       units_text(keyed.units, asset.decimals) as quantity, keyed.transfers::varchar as transfers,
       instant_shown(keyed.first_at) as first_at, instant_shown(keyed.last_at) as last_at, count(*) over () as total
from keyed
join asset on asset.asset_no = $asset_no
order by case when $descending then keyed.number_key end desc, case when not $descending then keyed.number_key end,
         case when $descending then keyed.text_key end desc, case when not $descending then keyed.text_key end,
         keyed.sender, keyed.recipient
limit $limit offset $offset
