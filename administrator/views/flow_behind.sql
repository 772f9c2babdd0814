-- A page of the transfers behind one edge between two parties, of one asset.
--
-- Reads   movement, unmatched_movement, transfer, asset, source
-- Makes   transfer, occurred_at, quantity, fee, sender, recipient (as the file has them), reference, place VARCHAR (file:row),
--         total BIGINT; by instant, then transfer
with unexplained as (
    select transfer, occurred_at, units, fee_units, reference, source_no, "row"
    from movement
    where asset_no = $asset_no and direction = 'outside' and not is_after
      and sender_party = $sender and recipient_party = $recipient
    union all
    select transfer, occurred_at, units, fee_units, reference, source_no, "row"
    from unmatched_movement
    where asset_no = $asset_no and coalesce(sender_party, '') = $sender and coalesce(recipient_party, '') = $recipient
)
select unexplained.transfer, instant_shown(unexplained.occurred_at) as occurred_at,
       units_text(unexplained.units, asset.decimals) as quantity, units_text(unexplained.fee_units, asset.decimals) as fee,
       transfer.sender, transfer.recipient, coalesce(unexplained.reference, '') as reference,
       source.source || ':' || unexplained."row"::varchar as place, count(*) over () as total
from unexplained
join transfer on transfer.source_no = unexplained.source_no and transfer."row" = unexplained."row"
join asset on asset.asset_no = $asset_no
join source on source.source_no = unexplained.source_no
order by unexplained.occurred_at, unexplained.transfer
limit $limit offset $offset
