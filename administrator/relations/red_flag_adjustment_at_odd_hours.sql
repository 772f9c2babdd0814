-- Which adjustments were posted at hours at which this exchange hardly ever posts any?
--
-- Reads   posting, screen_typical, screen_matched, account
-- Takes   $zone_seconds: of the case, ahead of UTC; $night_until: the hour at which the night ends; $acts_min: from
--         how many acts on there is a rhythm; $rhythm: one of so many is rare; $batch_min: accounts adjusted in one
--         instant by a program
-- Makes   red_flag_adjustment_at_odd_hours, red_flag_adjustment_at_odd_hours_row: the columns of red_flag.sql, a row
--         an account and asset; units are signed
-- Holds   an act is an instant at which something was adjusted, however many accounts it met. Odd are the hours of the
--         night and the weekend, if at most one act of $rhythm falls into them: an exchange that adjusts by night
--         always has no odd hours
create or replace temp table screen_odd as
with adjusted as (
    select posting_no, account_no, asset_no, units, posted_at, reference,
           posted_at + to_seconds($zone_seconds) as local_at
    from screen_posting as posting
    where kind = 'adjustment'
),
act as (
    select posted_at, count(distinct account_no) as accounts,
           bool_or(hour(local_at) < $night_until or isodow(local_at) >= 6) as is_odd
    from adjusted
    group by posted_at
),
rhythm as (
    select count(*) as acts, count(*) filter (where is_odd) as odd_acts from act
)
select adjusted.posting_no, adjusted.account_no, adjusted.asset_no, adjusted.units, adjusted.posted_at,
       nullif(adjusted.reference, '') is null as is_unnamed, rhythm.acts, rhythm.odd_acts
from adjusted
join act using (posted_at)
cross join rhythm
where act.is_odd and act.accounts < $batch_min and rhythm.acts >= $acts_min
  and rhythm.odd_acts * $rhythm <= rhythm.acts;

create or replace temp table red_flag_adjustment_at_odd_hours as
with odd as (
    select account_no, asset_no, sum(units)::decimal(38, 0) as units, sum(abs(units))::decimal(38, 0) as gross_units,
           count(*) as adjustments, count(*) filter (where is_unnamed) as unnamed, max(acts) as acts,
           max(odd_acts) as odd_acts, min(posted_at) as first_at, max(posted_at) as last_at
    from screen_odd
    group by account_no, asset_no
),
sized as (
    select odd.account_no, odd.asset_no, odd.units, odd.gross_units, odd.adjustments, odd.unnamed, odd.acts,
           odd.odd_acts, odd.first_at, odd.last_at, screen_typical.units as typical
    from odd
    left join screen_typical using (asset_no)
    where odd.gross_units >= coalesce(screen_typical.tenth, 0)
),
sent as (
    select sized.account_no, sized.asset_no, sum(-screen_matched.units)::decimal(38, 0) as units
    from sized
    join screen_matched using (account_no, asset_no)
    where screen_matched.kind = 'withdrawal' and screen_matched.posted_at >= sized.first_at
    group by sized.account_no, sized.asset_no
)
select row_number() over (order by sized.account_no, sized.asset_no)::integer as nth,
       sized.account_no, 1::bigint as accounts, null::varchar as other, sized.asset_no, sized.units,
       null::decimal(38, 0) as value_minor, sized.adjustments as row_count, sized.first_at, sized.last_at,
       flag_parts([
           flag_part(true, 'odd_hours', sized.odd_acts, sized.acts),
           flag_part(sized.odd_acts * 50 <= sized.acts, 'very_odd_hours', null, null),
           flag_part(sized.unnamed > 0, 'no_reference', sized.unnamed, sized.adjustments),
           flag_size(times(sized.gross_units, sized.typical), sized.typical),
           flag_part(sized.units > 0 and sent.units >= sized.units - sent.units, 'left_again',
                     least(sent.units, sized.units), sized.units),
           flag_part(account.kind in ('insider', 'affiliate'), account.kind, null, null)
       ]) as parts
from sized
join account using (account_no)
left join sent on sent.account_no = sized.account_no and sent.asset_no = sized.asset_no;

create or replace temp table red_flag_adjustment_at_odd_hours_row as
select flagged.nth, 'journal' as table_name, posting.posting as id, posting.posted_at as happened_at, posting.source_no,
       posting."row"
from red_flag_adjustment_at_odd_hours as flagged
join screen_odd using (account_no, asset_no)
join screen_posting as posting on posting.posting_no = screen_odd.posting_no;
