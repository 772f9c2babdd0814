-- What unmatched transfers took out of the customers' wallets: by party for flows.csv, by line and custody for losses.
--
-- Reads   movement, match
-- Makes   unmatched_movement(movement columns): in and out, in the period, that no posting names
--         flow(party VARCHAR, kind VARCHAR, asset_no INTEGER, taken, returned DECIMAL(38,0) units), key (party, asset_no)
-- Holds   taken - returned, over house, affiliate, insider and thief, is what the lines taken_by of the bridge say
create or replace table unmatched_movement as
select movement.*
from movement
anti join match using (movement_no)
where movement.direction in ('in', 'out') and not movement.is_after;

create or replace table flow as
select party, kind, asset_no,
       coalesce(sum(units) filter (where direction = 'out'), 0)::decimal(38, 0) as taken,
       coalesce(sum(units) filter (where direction = 'in'), 0)::decimal(38, 0) as returned
from unmatched_movement
group by party, kind, asset_no
order by party, asset_no;
