-- Labels that say of an address which was paid out of a theft that it is somebody's who takes no part in one.
--
-- Reads   unmatched_movement, event_movement, transfer, label, asset, source
-- Makes   rows of finding: label-contradicts-theft
-- Holds   a theft is what went to a party of kind thief, or what a declared event took; one finding an address, of its
--         lowest such label; nothing else reads the label where another calls the address a thief's
insert into finding
with stolen as (
    select transfer.recipient as address, unmatched_movement.asset_no, unmatched_movement.party,
           sum(unmatched_movement.units)::decimal(38, 0) as units, count(*) as transfers
    from unmatched_movement
    join transfer on transfer.source_no = unmatched_movement.source_no and transfer."row" = unmatched_movement."row"
    left join event_movement using (movement_no)
    where unmatched_movement.direction = 'out'
      and (unmatched_movement.kind = 'thief' or event_movement.event_no is not null)
    group by transfer.recipient, unmatched_movement.asset_no, unmatched_movement.party
),
contradicting as (
    select stolen.address, stolen.asset_no, stolen.party, stolen.units, stolen.transfers, label.party as labelled,
           label.kind, label.source_no, label."row",
           row_number() over (
               partition by stolen.address order by stolen.asset_no, label.party, label.source_no, label."row"
           ) as nth
    from stolen
    join label using (address)
    where label.kind in ('exchange', 'mixer', 'bridge', 'holder')
)
select 'label-contradicts-theft', 'warning', 'address ' || contradicting.address, asset.asset,
       units_text(contradicting.units, asset.decimals),
       place_shown(source.source, contradicting."row") || 'kind "' || contradicting.kind || '" of address "'
           || shown(contradicting.address) || '" (party "' || shown(contradicting.labelled) || '") speaks against the theft: '
           || case when contradicting.transfers = 1 then 'one transfer' else contradicting.transfers::varchar || ' transfers' end
           || ' took ' || units_text(contradicting.units, asset.decimals) || ' ' || shown(asset.asset)
           || ' straight from the customers'' wallets to it, as "' || shown(contradicting.party) || '".',
       source.source, contradicting."row", 'kind',
       'Ask whoever labelled it. The label is not believed: a trace of the theft goes on behind this address.'
from contradicting
join asset using (asset_no)
join source using (source_no)
where contradicting.nth = 1;
