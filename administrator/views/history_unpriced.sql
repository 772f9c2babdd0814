-- Which crypto was held on some day and has no price, so that no share of all assets can be said.
--
-- Reads   history_day, occurring, rate
-- Makes   asset VARCHAR; by asset
select occurring.asset
from occurring
semi join (select asset_no from history_day where held > 0) as held on held.asset_no = occurring.asset_no
anti join (select asset_no from rate where price_set = 'commencement') as priced on priced.asset_no = occurring.asset_no
where occurring.kind = 'crypto'
order by occurring.asset_no
