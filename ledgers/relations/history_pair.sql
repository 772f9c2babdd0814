-- By how much postings and the transfer they rest on differ, on the day on which the later of them was there.
--
-- Reads   match, booking, movement, history_term
-- Makes   history_pair(asset_no INTEGER, day DATE, direction VARCHAR, units DECIMAL(38,0)),
--         key (asset_no, day, direction)
-- Holds   units is postings less what came in, or what went out plus postings, which are below zero; + widens the
--         shortfall; over all days they are the lines deposit_differences and withdrawal_differences
create or replace temp table history_pair as
with named as (
    select match.movement_no, sum(booking.units)::decimal(38, 0) as units, max(booking.posted_at) as posted_at
    from match
    join booking using (posting_no)
    group by match.movement_no
),
paired as (
    select movement.asset_no, movement.direction,
           (greatest(named.posted_at, movement.occurred_at) + history_term.zone)::date as day,
           (named.units + case when movement.direction = 'in' then -movement.units else movement.units end)
               ::decimal(38, 0) as units
    from named
    join movement using (movement_no)
    cross join history_term
)
select asset_no, day, direction, sum(units)::decimal(38, 0) as units
from paired
where units <> 0
group by asset_no, day, direction
order by asset_no, day, direction;
