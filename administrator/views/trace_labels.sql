-- Labels that call an address of an asset's transfers a place at which a trace would stop.
--
-- Reads   endpoint, label
-- Makes   name VARCHAR (the wallet's id where it is in our list, else the address), party, kind, source VARCHAR; by all
select distinct coalesce(endpoint.wallet, endpoint.node) as name, label.party, label.kind,
       coalesce(label.label_source, 'no source stated') as source
from endpoint
join label on label.address = endpoint.node
where endpoint.asset_no = $asset_no and label.kind in (select unnest($breaks))
order by all
