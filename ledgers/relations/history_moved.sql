-- What moved in and out of the customers' wallets each day, by the party at the other end.
--
-- Reads   movement, match, history_term
-- Makes   history_moved(asset_no INTEGER, day DATE, direction VARCHAR, line VARCHAR null: moved_to_guarantee,
--                       taken_by:PARTY or null for anyone else, is_matched BOOLEAN, units, fee_units DECIMAL(38,0)),
--         key (asset_no, day, direction, line, is_matched)
-- Holds   transfers at or before commencement, those between strangers left out
create or replace temp table history_moved as
select movement.asset_no, (movement.occurred_at + history_term.zone)::date as day, movement.direction,
       case when movement.kind not in ('house', 'affiliate', 'insider', 'thief') then null
            when movement.party = 'guarantee' and movement.kind = 'house' then 'moved_to_guarantee'
            when movement.party <> 'guarantee' then 'taken_by:' || movement.party end as line,
       matched.movement_no is not null as is_matched,
       sum(movement.units)::decimal(38, 0) as units, sum(movement.fee_units)::decimal(38, 0) as fee_units
from movement
left join (select distinct movement_no from match) as matched using (movement_no)
cross join history_term
where not movement.is_after and movement.direction <> 'outside'
group by all
order by movement.asset_no, day, movement.direction, line, is_matched;
