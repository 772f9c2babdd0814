-- Which withdrawals were booked long after they had left, and which deposits long after they had come?
--
-- Reads   screen_matched, screen_typical, posting, movement, account
-- Takes   $out_hours, $in_hours: how late a withdrawal, or a deposit, may be booked; $rhythm: one of so many is rare;
--         $long_days: of which a delay is a long one
-- Makes   red_flag_posting_after_transfer, red_flag_posting_after_transfer_row: the columns of red_flag.sql, a row an
--         account and asset
-- Holds   coins that are gone before anything is booked were sent by somebody who did not need the books; a receipt
--         that lies there for a week and is then given to an account was looked for. Where more than one in $rhythm is
--         so late, that is how this exchange books (or its clocks differ), and nothing is said
create or replace temp table screen_late as
with delayed as (
    select posting_no, account_no, asset_no, kind, units, posted_at, movement_no, occurred_at,
           posted_at - occurred_at > to_hours(case when kind = 'withdrawal' then $out_hours else $in_hours end)
               as is_late
    from screen_matched
),
rhythm as (
    select kind, count(*) as bookings, count(*) filter (where is_late) as late
    from delayed
    group by kind
)
select delayed.posting_no, delayed.account_no, delayed.asset_no, delayed.kind, delayed.units, delayed.posted_at,
       delayed.movement_no, delayed.occurred_at
from delayed
join rhythm using (kind)
where delayed.is_late and rhythm.late * $rhythm <= rhythm.bookings;

create or replace temp table red_flag_posting_after_transfer as
with late as (
    select account_no, asset_no, sum(abs(units))::decimal(38, 0) as units, count(*) as bookings,
           count(*) filter (where kind = 'withdrawal') as withdrawals,
           count(*) filter (where kind = 'deposit') as deposits,
           max(datediff('day', occurred_at, posted_at)) as days,
           min(occurred_at) as first_at, max(posted_at) as last_at
    from screen_late
    group by account_no, asset_no
)
select row_number() over (order by late.account_no, late.asset_no)::integer as nth,
       late.account_no, 1::bigint as accounts, null::varchar as other, late.asset_no, late.units,
       null::decimal(38, 0) as value_minor, late.bookings as row_count, late.first_at, late.last_at,
       flag_parts([
           flag_part(late.withdrawals > 0, 'booked_after_leaving', late.withdrawals, late.days),
           flag_part(late.deposits > 0, 'booked_after_coming', late.deposits, late.days),
           flag_part(late.days >= $long_days, 'long_after', late.days, null),
           flag_size(times(late.units, screen_typical.units), screen_typical.units),
           flag_part(account.kind in ('insider', 'affiliate'), account.kind, null, null)
       ]) as parts
from late
join account using (account_no)
left join screen_typical on screen_typical.asset_no = late.asset_no
where late.units >= coalesce(screen_typical.tenth, 0);

create or replace temp table red_flag_posting_after_transfer_row as
with late as (
    select flagged.nth, screen_late.posting_no, screen_late.movement_no
    from red_flag_posting_after_transfer as flagged
    join screen_late using (account_no, asset_no)
)
select late.nth, 'journal' as table_name, posting.posting as id, posting.posted_at as happened_at, posting.source_no,
       posting."row"
from late
join screen_posting as posting using (posting_no)
union
select late.nth, 'transfer', movement.transfer, movement.occurred_at, movement.source_no, movement."row"
from late
join movement using (movement_no);
