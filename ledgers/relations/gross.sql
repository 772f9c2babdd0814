-- Which declared event each unmatched out-transfer belongs to, and from which custody it left, summed.
--
-- Reads   unmatched_movement, declared_event, declared_event_party
-- Makes   event_movement(movement_no BIGINT key, event_no INTEGER): the out-transfers that a declared event took
--         gross(asset_no INTEGER, line VARCHAR, event_no INTEGER null, custody VARCHAR, units DECIMAL(38,0),
--               transfers BIGINT, first_at TIMESTAMP), key (asset_no, line, event_no, custody), ordered by it
-- Holds   an out-transfer is of the first declared event, in file order, whose parties and span fit it; else of none
create or replace table event_movement as
select taken.movement_no, min(declared_event.event_no) as event_no
from unmatched_movement as taken
join declared_event_party on declared_event_party.party = taken.party
join declared_event using (event_no)
where taken.direction = 'out'
  and taken.occurred_at >= coalesce(declared_event.from_at, taken.occurred_at)
  and taken.occurred_at <= coalesce(declared_event.until_at, taken.occurred_at)
group by taken.movement_no;

create or replace table gross as
with taken as (
    select movement_no, asset_no, units, custody, occurred_at,
           case when party = 'guarantee' and kind = 'house' then 'moved_to_guarantee'
                when kind in ('house', 'affiliate', 'insider', 'thief') then 'taken_by:' || party
                else 'outflows_without_posting' end as line
    from unmatched_movement
    where direction = 'out'
)
select taken.asset_no, taken.line, event_movement.event_no, taken.custody,
       sum(taken.units)::decimal(38, 0) as units, count(*) as transfers, min(taken.occurred_at) as first_at
from taken
left join event_movement using (movement_no)
group by all
order by taken.asset_no, taken.line, event_movement.event_no nulls last, taken.custody;
