-- Ends of transfers of one asset that stand on a list of sanctions.
--
-- Reads   sanctioned, asset
-- Makes   address, party, list, entry, sent, received, transfers, listed_at VARCHAR; by address
select sanctioned.node as address, coalesce(sanctioned.party, '') as party, sanctioned.list, coalesce(sanctioned.entry, '') as entry,
       units_text(sanctioned.sent_units, asset.decimals) as sent,
       units_text(sanctioned.received_units, asset.decimals) as received, sanctioned.transfers::varchar as transfers,
       coalesce(instant_shown(sanctioned.listed_at), '') as listed_at
from sanctioned
join asset using (asset_no)
where sanctioned.asset_no = $asset_no
order by sanctioned.node
