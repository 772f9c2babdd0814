-- flows.csv: who had units out of the customers' wallets that no posting names, and what came back.
--
-- Reads   flow, asset
-- Makes   party, party_kind, asset, taken, returned, net; by party, asset
select flow.party, flow.kind as party_kind, asset.asset,
       units_text(flow.taken, asset.decimals) as taken,
       units_text(flow.returned, asset.decimals) as returned,
       units_text((flow.taken - flow.returned)::decimal(38, 0), asset.decimals) as net
from flow
join asset using (asset_no)
order by flow.party, flow.asset_no
