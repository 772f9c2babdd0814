-- What was posted each day, by kind, and how much of it a transfer bears out.
--
-- Reads   posting, booking, match, history_term
-- Makes   history_posted(asset_no INTEGER, day DATE, kind VARCHAR, matched, unmatched DECIMAL(38,0) units),
--         key (asset_no, day, kind)
-- Holds   matched + unmatched, over all days and kinds, is what the journal sums to
create or replace temp table history_posted as
with posted as (
    select posting.asset_no, (posting.posted_at + history_term.zone)::date as day, posting.kind,
           sum(posting.units)::decimal(38, 0) as units
    from posting
    cross join history_term
    group by posting.asset_no, (posting.posted_at + history_term.zone)::date, posting.kind
),
borne_out as (
    select booking.asset_no, (booking.posted_at + history_term.zone)::date as day, booking.kind,
           sum(booking.units)::decimal(38, 0) as units
    from match
    join booking using (posting_no)
    cross join history_term
    group by booking.asset_no, (booking.posted_at + history_term.zone)::date, booking.kind
)
select posted.asset_no, posted.day, posted.kind,
       coalesce(borne_out.units, 0)::decimal(38, 0) as matched,
       (posted.units - coalesce(borne_out.units, 0))::decimal(38, 0) as unmatched
from posted
left join borne_out on borne_out.asset_no = posted.asset_no and borne_out.day = posted.day
    and borne_out.kind = posted.kind
order by posted.asset_no, posted.day, posted.kind;
