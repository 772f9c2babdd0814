-- What following the flows noticed.
--
-- Reads   sanctioned, transfer, movement, asset, source
-- Makes   rows of finding: sanctioned-party
-- Holds   one for each end that is on a list and asset; it names the earliest transfer
insert into finding
select 'sanctioned-party', 'warning', 'address ' || sanctioned.node, asset.asset,
       units_text((sanctioned.sent_units + sanctioned.received_units)::decimal(38, 0), asset.decimals),
       place_shown(source.source, movement."row") || sanctioned.side || ' "' || shown(sanctioned.node)
           || '" of transfer "' || shown(movement.transfer) || '" stands on the list "' || shown(sanctioned.list) || '"'
           || coalesce(' (' || shown(sanctioned.entry) || ')', '')
           || case when sanctioned.lists > 1 then ' and has ' || (sanctioned.lists - 1)::varchar
               || ' more entr' || case when sanctioned.lists = 2 then 'y' else 'ies' end else '' end
           || ': transfers of ' || shown(asset.asset) || ' with it: ' || sanctioned.transfers::varchar || ', of '
           || units_text((sanctioned.sent_units + sanctioned.received_units)::decimal(38, 0), asset.decimals)
           || case when sanctioned.listed_at is not null
                   then '; since it was listed: ' || sanctioned.transfers_since::varchar else '' end || '.',
       source.source, movement."row", sanctioned.side,
       'Pay nothing there, and ask counsel what was to be reported and what must stay frozen.'
from sanctioned
join movement using (movement_no)
join asset on asset.asset_no = sanctioned.asset_no
join source on source.source_no = movement.source_no;
