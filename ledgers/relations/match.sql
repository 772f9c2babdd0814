-- Which postings and transfers are two records of one event.
--
-- Reads   posting, movement
-- Makes   booking(posting_no, posting, asset_no, kind, direction, wanted_units, units, posted_at, reference, source_no,
--                 row): deposits and withdrawals
--         match(posting_no BIGINT key, movement_no BIGINT, how VARCHAR): how is id, reference or time
--         ambiguous(posting_no BIGINT key, candidates BIGINT): several transfers bear the reference, not one of equal quantity
-- Holds   a posting names at most one transfer; several postings may name one (a batched withdrawal)
--
-- Candidates without a reference are counted in one ordered pass over both sides, never joined row by row: a thousand
-- equal deposits a day would make a million pairs.
create or replace table booking as
select posting_no, posting, asset_no, kind,
       case when kind = 'deposit' then 'in' else 'out' end as direction,
       case when kind = 'deposit' then units else -units end as wanted_units,
       units, posted_at, nullif(reference, '') as reference, source_no, "row"
from posting
where kind in ('deposit', 'withdrawal');

create or replace table match_by_id as
select booking.posting_no, movement.movement_no
from booking
join movement on movement.transfer = booking.reference and movement.asset_no = booking.asset_no
    and movement.direction = booking.direction
where not movement.is_after;

create or replace table match_by_reference as
select booking.posting_no,
       count(*) as candidates,
       count(*) filter (where movement.units = booking.wanted_units) as equal_candidates,
       min(movement.movement_no) as only_no,
       min(movement.movement_no) filter (where movement.units = booking.wanted_units) as equal_no
from booking
join movement on movement.reference = booking.reference and movement.asset_no = booking.asset_no
    and movement.direction = booking.direction
anti join match_by_id on match_by_id.posting_no = booking.posting_no
where not movement.is_after
group by booking.posting_no;

create or replace table ambiguous as
select posting_no, candidates
from match_by_reference
where candidates > 1 and equal_candidates <> 1
order by posting_no;

create or replace table match_by_time as
with referenced as (
    select movement_no from match_by_id
    union
    select case when candidates = 1 then only_no else equal_no end
    from match_by_reference
    where candidates = 1 or equal_candidates = 1
),
side as (
    select asset_no, direction, wanted_units as units, posted_at as happened_at, posting_no, null::bigint as movement_no
    from booking
    where reference is null
    union all
    select movement.asset_no, movement.direction, movement.units, movement.occurred_at, null, movement.movement_no
    from movement
    anti join referenced on referenced.movement_no = movement.movement_no
    where movement.direction in ('in', 'out') and not movement.is_after
),
near as (
    select posting_no, movement_no,
           count(posting_no) over within as postings_near, min(posting_no) over within as posting_near,
           count(movement_no) over within as movements_near, min(movement_no) over within as movement_near
    from side
    window within as (
        partition by asset_no, direction, units order by happened_at
        range between interval 48 hours preceding and interval 48 hours following
    )
)
select as_posting.posting_no, as_posting.movement_near as movement_no
from near as as_posting
join near as as_movement on as_movement.movement_no = as_posting.movement_near
where as_posting.posting_no is not null
  and as_posting.movements_near = 1
  and as_movement.postings_near = 1;

create or replace table match as
select posting_no, movement_no, 'id' as how from match_by_id
union all
select posting_no, case when candidates = 1 then only_no else equal_no end, 'reference'
from match_by_reference
where candidates = 1 or equal_candidates = 1
union all
select posting_no, movement_no, 'time' from match_by_time
order by posting_no;
