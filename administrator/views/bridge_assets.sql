-- Assets that occur, those with a shortfall first, then by name.
--
-- Reads   holding_total, asset
-- Makes   asset VARCHAR
select asset.asset
from holding_total
join asset using (asset_no)
order by holding_total.shortfall <= 0, holding_total.asset_no
