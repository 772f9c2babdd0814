-- What do all screens rest on: what is usual, what is borne out by a transfer, and which deposits are not?
--
-- Reads   book, posting, booking, match, ambiguous, movement, unmatched_movement, screen_left_out(asset_no)
-- Takes   $near_hours: how far a loose receipt of equal quantity may lie for a deposit to be its; $batch_min: from how
--         many accounts on an equal reward or adjustment is a campaign or a fork
-- Makes   screen_posting, screen_book: views of posting and book without the assets left out; screen_found,
--         screen_found_row, screen_reason, screen_kind, empty; macros flag_part, flag_parts, flag_size,
--         times; screen_typical(asset_no INTEGER key, units, tenth DECIMAL(38,0)): the middle holding above nothing,
--         or a tenth of the mean where that is more, because many holders of dust make the middle say nothing; and a
--         tenth of it; screen_matched(posting_no key, account_no, asset_no, kind, units signed, posted_at,
--         movement_no, occurred_at, moved_units): deposits and withdrawals that a transfer bears out;
--         screen_covered(asset_no, kind), its key: of which assets at least one deposit, or withdrawal, is borne out;
--         screen_common(asset_no, units, kind), its key: adjustments and rewards that many accounts were given alike;
--         screen_given(posting_no key, account_no, asset_no, units signed, posted_at): all other adjustments and
--         rewards; screen_unbacked(posting_no, account_no, asset_no, units, posted_at, is_excess, is_named): deposits,
--         or the part of them, that no receipt bears out; is_excess where a receipt was credited for more than it
--         brought
-- Holds   all are temporary. An asset of which nothing is borne out has no deposits in screen_unbacked: there the list
--         of transfers is missing rather than the receipts. What was booked and reversed in one account is left out,
--         and so is what may be one of several receipts (ambiguous, or equal and near)
create or replace temp table screen_found(
    kind varchar, nth integer, account_no integer, accounts bigint, other varchar, asset_no integer,
    units decimal(38, 0), value_minor decimal(38, 0), row_count bigint, first_at timestamp, last_at timestamp,
    parts struct(reason varchar, much decimal(38, 0), whole decimal(38, 0))[]
);
create or replace temp table screen_found_row(
    kind varchar, nth integer, table_name varchar, id varchar, happened_at timestamp, source_no integer, "row" bigint
);
create or replace temp table screen_reason(reason varchar, points integer);
create or replace temp table screen_kind(kind varchar, place integer);

create or replace temp view screen_posting as
select posting_no, posting, posted_at, account_no, asset_no, units, kind, reference, source_no, "row"
from posting
where asset_no not in (select asset_no from screen_left_out);

create or replace temp view screen_book as
select account_no, asset_no, units, source_no, "row"
from book
where asset_no not in (select asset_no from screen_left_out);

create or replace temp macro flag_part(holds, reason, much, whole) as
    case when holds then {'reason': reason, 'much': (much)::decimal(38, 0), 'whole': (whole)::decimal(38, 0)} end;

create or replace temp macro flag_parts(parts) as list_filter(parts, lambda part: part is not null);

create or replace temp macro times(units, typical) as
    case when typical > 0 and units >= 0
         then scaled_floor((units)::decimal(38, 0), 1::decimal(38, 0), (typical)::decimal(38, 0)) end;

create or replace temp macro flag_size(multiple, typical) as
    flag_part(multiple >= 1,
              case when multiple >= 100 then 'size_100' when multiple >= 10 then 'size_10' else 'size' end,
              multiple, typical);

create or replace temp table screen_typical as
with held as (
    select asset_no, count(*) as accounts, sum(units)::decimal(38, 0) as units,
           quantile_disc(units, 0.5)::decimal(38, 0) as middle
    from screen_book as book
    where units > 0
    group by asset_no
),
usual as (
    select asset_no,
           greatest(middle, scaled_floor(units, 1::decimal(38, 0), (accounts * 10)::decimal(38, 0)))::decimal(38, 0)
               as units
    from held
)
select asset_no, units, scaled_floor(units, 1::decimal(38, 0), 10::decimal(38, 0))::decimal(38, 0) as tenth
from usual;

create or replace temp table screen_matched as
select posting.posting_no, posting.account_no, posting.asset_no, posting.kind, posting.units, posting.posted_at,
       movement.movement_no, movement.occurred_at, movement.units as moved_units
from match
join screen_posting as posting using (posting_no)
join movement using (movement_no);

create or replace temp table screen_covered as
select distinct asset_no, kind from screen_matched;

create or replace temp table screen_common as
select asset_no, units, kind
from screen_posting as posting
where kind in ('adjustment', 'reward') and units > 0
group by asset_no, units, kind
having count(distinct account_no) >= $batch_min;

create or replace temp table screen_given as
select posting.posting_no, posting.account_no, posting.asset_no, posting.units, posting.posted_at
from screen_posting as posting
anti join screen_common on screen_common.asset_no = posting.asset_no and screen_common.units = posting.units
    and screen_common.kind = posting.kind
where posting.kind in ('adjustment', 'reward');

create or replace temp table screen_unbacked as
with loose as (
    select posting.posting_no, posting.account_no, posting.asset_no, posting.units, posting.posted_at,
           nullif(posting.reference, '') is not null as is_named
    from screen_posting as posting
    where posting.kind = 'deposit'
      and posting.posting_no not in (select posting_no from match)
      and posting.posting_no not in (select posting_no from ambiguous)
      and posting.asset_no in (select asset_no from screen_covered where kind = 'deposit')
),
arrived as (
    select asset_no, units, occurred_at from unmatched_movement where direction = 'in'
),
earlier as (
    select loose.posting_no, loose.posted_at - arrived.occurred_at as gap
    from loose
    asof join arrived on arrived.asset_no = loose.asset_no and arrived.units = loose.units
        and arrived.occurred_at <= loose.posted_at
),
later as (
    select loose.posting_no, arrived.occurred_at - loose.posted_at as gap
    from loose
    asof join arrived on arrived.asset_no = loose.asset_no and arrived.units = loose.units
        and arrived.occurred_at >= loose.posted_at
),
near as (
    select posting_no from earlier where gap <= to_hours($near_hours)
    union
    select posting_no from later where gap <= to_hours($near_hours)
),
over as (
    select movement_no
    from screen_matched
    where kind = 'deposit'
    group by movement_no, moved_units
    having sum(units) > moved_units
),
summed as (
    select posting.posting_no, posting.account_no, posting.asset_no, posting.units, posting.posted_at,
           screen_matched.moved_units,
           (sum(posting.units) over (
               partition by screen_matched.movement_no order by posting.posted_at, posting.posting
               rows between unbounded preceding and current row
           ))::decimal(38, 0) as so_far
    from over
    join screen_matched using (movement_no)
    join screen_posting as posting on posting.posting_no = screen_matched.posting_no
),
unbacked as (
    select posting_no, account_no, asset_no, units, posted_at, false as is_excess, is_named
    from loose
    where posting_no not in (select posting_no from near)
    union all
    select posting_no, account_no, asset_no, least(units, so_far - moved_units)::decimal(38, 0), posted_at, true, false
    from summed
    where units > 0 and so_far > moved_units
),
net as (
    select posting_no, account_no, asset_no, units, posted_at, is_excess, is_named,
           sum(units) over (partition by account_no, asset_no) as net_units
    from unbacked
)
select posting_no, account_no, asset_no, units, posted_at, is_excess, is_named
from net
where net_units > 0;
