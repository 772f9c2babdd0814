-- Where the units that a party took lie, hop by hop.
--
-- Reads   destination, asset
-- Makes   asset, lies_with, hops, quantity, path VARCHAR; by asset, then the nearest first
select asset.asset, destination.party as lies_with, destination.hops::varchar as hops,
       units_text(destination.lies_units, asset.decimals) as quantity, destination.path
from destination
join asset using (asset_no)
where destination.taker = $party
order by asset.asset_no, destination.hops, destination.party
limit $limit offset $offset
