-- Which value left the customers' wallets, and came back from the same party, or the next, to be credited to an
-- account?
--
-- Reads   movement, screen_matched, screen_typical, posting, account
-- Takes   $trip_days: how long a trip takes at most; $like_percent: how much more or less may come back; $hub_max:
--         transfers of an asset with a party that has more are an exchange's that nobody labelled; $own_trips_min: how
--         often one's own money must go round; $repeated_min
-- Makes   red_flag_round_trip, red_flag_round_trip_row: the columns of red_flag.sql, a row an account, asset and
--         party; other is the party it came back from
-- Holds   parties of kind exchange and the guarantee are left out. Between leaving and coming back there may be one
--         address more, to which like units were passed on; two are not followed. Each receipt makes a trip with the
--         latest fitting outflow before it, each outflow with the earliest of those receipts; ties by transfer.
--         Whoever withdraws to his own address and comes back is no red flag, unless he does it often
create or replace temp table screen_trip as
with moved as (
    select movement_no, transfer, asset_no, party, units, occurred_at, direction
    from movement
    where direction in ('in', 'out') and not is_after and kind <> 'exchange' and party <> 'guarantee'
),
small as (
    select party, asset_no from moved group by party, asset_no having count(*) <= $hub_max
),
gone as (
    select moved.movement_no, moved.transfer, moved.asset_no, moved.party, moved.units, moved.occurred_at
    from moved
    semi join small using (party, asset_no)
    where moved.direction = 'out'
),
passed as (
    select movement_no, transfer, asset_no, sender_party, recipient_party, units, occurred_at
    from movement
    where direction = 'outside' and not is_after and sender_party <> recipient_party
),
narrow as (
    select sender_party, asset_no from passed group by sender_party, asset_no having count(*) <= $hub_max
),
reached as (
    select movement_no, transfer, asset_no, party, units, occurred_at, occurred_at as reached_at,
           null::bigint as hop_no, null::varchar as hop
    from gone
    union all
    select gone.movement_no, gone.transfer, gone.asset_no, passed.recipient_party, gone.units, gone.occurred_at,
           passed.occurred_at, passed.movement_no, passed.transfer
    from gone
    join passed on passed.sender_party = gone.party and passed.asset_no = gone.asset_no
        and passed.occurred_at between gone.occurred_at and gone.occurred_at + to_days($trip_days)
        and abs(passed.units - gone.units)
            <= scaled_floor(gone.units, $like_percent::decimal(38, 0), 100::decimal(38, 0))
    semi join narrow on narrow.sender_party = passed.sender_party and narrow.asset_no = passed.asset_no
),
come as (
    select moved.movement_no, moved.transfer, moved.asset_no, moved.party, moved.units, moved.occurred_at,
           scaled_floor(moved.units, $like_percent::decimal(38, 0), 100::decimal(38, 0)) as likeness
    from moved
    semi join small using (party, asset_no)
    where moved.direction = 'in'
      and (moved.party, moved.asset_no) in (select (party, asset_no) from reached)
      and moved.movement_no in (select movement_no from screen_matched where kind = 'deposit')
),
pair as (
    select come.movement_no as in_no, gone.movement_no as out_no, come.transfer as in_transfer,
           come.occurred_at as in_at, gone.occurred_at as out_at,
           gone.hop_no,
           row_number() over (
               partition by come.movement_no
               order by gone.hop is not null, gone.occurred_at desc, gone.transfer, gone.hop
           ) as nth_out
    from come
    join reached as gone on gone.party = come.party and gone.asset_no = come.asset_no
        and gone.reached_at <= come.occurred_at
        and gone.occurred_at between come.occurred_at - to_days($trip_days) and come.occurred_at
        and abs(gone.units - come.units) <= come.likeness
),
met as (
    select in_no, out_no, in_at, out_at, hop_no,
           row_number() over (partition by out_no order by in_at, in_transfer) as nth_in
    from pair
    where nth_out = 1
)
select in_no, out_no, in_at, out_at, hop_no from met where nth_in = 1;

create or replace temp table screen_credited_trip as
with named as (
    select screen_trip.in_no, screen_trip.out_no, screen_trip.in_at, screen_trip.out_at,
           screen_trip.hop_no, posting.account_no,
           posting.posting_no, movement.asset_no, movement.party, movement.units,
           row_number() over (partition by screen_trip.in_no order by posting.posted_at, posting.posting) as nth
    from screen_trip
    join screen_matched on screen_matched.movement_no = screen_trip.in_no and screen_matched.kind = 'deposit'
    join screen_posting as posting on posting.posting_no = screen_matched.posting_no
    join movement on movement.movement_no = screen_trip.in_no
),
booked as (
    select screen_trip.out_no, screen_matched.account_no
    from screen_trip
    join screen_matched on screen_matched.movement_no = screen_trip.out_no and screen_matched.kind = 'withdrawal'
)
select named.in_no, named.out_no, named.in_at, named.out_at, named.hop_no, named.account_no, named.posting_no,
       named.asset_no, named.party, named.units,
       named.out_no in (select out_no from booked) as is_booked,
       (named.out_no, named.account_no) in (select (out_no, account_no) from booked) as is_own,
       named.out_no in (
           select booked.out_no from booked join account using (account_no)
           where account.kind in ('insider', 'affiliate')
       ) as is_of_insider
from named
where named.nth = 1;

create or replace temp table red_flag_round_trip as
with trip as (
    select account_no, asset_no, party, sum(units)::decimal(38, 0) as units, count(*) as trips,
           count(*) filter (where not is_booked) as unbooked,
           count(*) filter (where is_booked and not is_own) as crossed,
           count(*) filter (where is_own) as own,
           count(*) filter (where in_at - out_at <= to_days(1)) as quick,
           count(*) filter (where is_of_insider) as of_insider,
           count(hop_no) as passed_on,
           min(out_at) as first_at, max(in_at) as last_at
    from screen_credited_trip
    group by account_no, asset_no, party
)
select row_number() over (order by trip.account_no, trip.asset_no, trip.party)::integer as nth,
       trip.account_no, 1::bigint as accounts, trip.party as other, trip.asset_no, trip.units,
       null::decimal(38, 0) as value_minor, trip.trips as row_count, trip.first_at, trip.last_at,
       flag_parts([
           flag_part(trip.unbooked > 0, 'left_unbooked', trip.unbooked, trip.trips),
           flag_part(trip.crossed > 0, 'came_to_another', trip.crossed, trip.trips),
           flag_part(trip.own >= $own_trips_min, 'own_often', trip.own, null),
           flag_size(times(trip.units, screen_typical.units), screen_typical.units),
           flag_part(trip.trips >= $repeated_min, 'repeated', trip.trips, null),
           flag_part(trip.passed_on > 0, 'passed_on', trip.passed_on, trip.trips),
           flag_part(trip.quick > 0, 'within_a_day', trip.quick, trip.trips),
           flag_part(account.kind in ('insider', 'affiliate') or trip.of_insider > 0,
                     case when account.kind in ('insider', 'affiliate') then account.kind else 'sent_by_insider' end,
                     null, null)
       ]) as parts
from trip
join account using (account_no)
left join screen_typical on screen_typical.asset_no = trip.asset_no
where trip.unbooked > 0 or trip.crossed > 0 or trip.own >= $own_trips_min;

create or replace temp table red_flag_round_trip_row as
with trip as (
    select flagged.nth, screen_credited_trip.posting_no, screen_credited_trip.in_no, screen_credited_trip.out_no,
           screen_credited_trip.hop_no
    from red_flag_round_trip as flagged
    join screen_credited_trip on screen_credited_trip.account_no = flagged.account_no
        and screen_credited_trip.asset_no = flagged.asset_no and screen_credited_trip.party = flagged.other
)
select trip.nth, 'transfer' as table_name, movement.transfer as id, movement.occurred_at as happened_at,
       movement.source_no, movement."row"
from trip
join movement on movement.movement_no in (trip.in_no, trip.out_no, trip.hop_no)
union all
select trip.nth, 'journal', posting.posting, posting.posted_at, posting.source_no, posting."row"
from trip
join screen_posting as posting using (posting_no);
