-- From when to when each test of segregation was not met.
--
-- Reads   history_breach, asset
-- Makes   test, asset VARCHAR (empty for hot_share), from_on, until_on VARCHAR, days BIGINT, is_open BOOLEAN;
--         by test, asset, from_on
select history_breach.test, coalesce(asset.asset, '') as asset, history_breach.from_on::varchar as from_on,
       history_breach.until_on::varchar as until_on, history_breach.until_on - history_breach.from_on + 1 as days,
       history_breach.is_open
from history_breach
left join asset using (asset_no)
order by history_breach.test, history_breach.asset_no nulls first, history_breach.from_on
