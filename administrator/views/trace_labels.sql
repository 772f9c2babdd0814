-- Labels that call an address a place at which a trace would stop, though it is somebody else's.
--
-- Reads   endpoint, label, party
-- Makes   party VARCHAR, kind VARCHAR, source VARCHAR; by party, kind, source
select distinct label.party, label.kind, coalesce(label.label_source, 'no source stated') as source
from endpoint
join label on label.address = endpoint.node
where coalesce(endpoint.wallet, endpoint.node) = $wallet and label.kind in (select unnest($breaks))
order by all
