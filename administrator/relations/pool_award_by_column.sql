-- Keep what was added up by column.
--
-- Reads   pool, incoming_award(asset_no INTEGER key, awarded DECIMAL(38,0) units, lines BIGINT), of all assets
-- Makes   pool_award, as pool_award.sql would
create or replace table pool_award as
select pool.pool_no, incoming_award.awarded, incoming_award.lines
from pool
join incoming_award using (asset_no)
order by pool.pool_no;
