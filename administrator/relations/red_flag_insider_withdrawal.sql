-- What did insiders and affiliates take out within the look-back, and what new value did they give afterwards?
--
-- Reads   account, posting, screen_matched, screen_covered, screen_typical, rate, term
-- Takes   $look_back_days: of the regime, for insiders; $recent_days: the last days, in which whoever knows leaves
-- Makes   red_flag_exposure(account_no INTEGER, asset_no INTEGER null: value of all priced assets in minor units,
--         withdrawals BIGINT, withdrawn, deposited, exposure, net DECIMAL(38,0)), its key (account_no, asset_no);
--         red_flag_insider_withdrawal, red_flag_insider_withdrawal_row: the columns of red_flag.sql, a row an account
-- Holds   in the order of time, a withdrawal raises the exposure and a later deposit lowers it, to nothing at the
--         least; net is max(0, withdrawn - deposited). At one instant deposits come before withdrawals, so that what
--         is uncertain is not taken off. Only what a transfer bears out counts, at the instant of the transfer; where
--         no transfer of the asset bears out anything, the posting itself. Values at commencement: the case has no
--         prices of the days of the transfers
-- Source  11 U.S.C. 547(b), (c)(4), as research has them; exposure = S - min(0, lowest S so far), S the running sum,
--         is the same as taking each step in turn
create or replace temp table screen_step as
with named as (
    select account_no from account where kind in ('insider', 'affiliate')
),
taken as (
    select posting.posting_no, posting.posting, posting.account_no, posting.asset_no, -posting.units as out_units,
           posting.kind,
           coalesce(screen_matched.occurred_at, posting.posted_at) as happened_at,
           screen_matched.posting_no is not null
               or (posting.asset_no, posting.kind) not in (select (asset_no, kind) from screen_covered) as counts
    from screen_posting as posting
    semi join named using (account_no)
    left join screen_matched on screen_matched.posting_no = posting.posting_no
    where posting.kind in ('deposit', 'withdrawal')
)
select taken.posting_no, taken.posting, taken.account_no, taken.asset_no, taken.out_units, taken.kind,
       taken.happened_at,
       case when taken.out_units < 0
            then -scaled_half_even((-taken.out_units)::decimal(38, 0), rate.numerator, rate.denominator)
            else scaled_half_even(taken.out_units::decimal(38, 0), rate.numerator, rate.denominator)
       end::decimal(38, 0) as out_minor
from taken
left join rate on rate.asset_no = taken.asset_no and rate.price_set = 'commencement'
cross join term
where taken.counts
  and taken.happened_at >= term.commencement_at - to_days($look_back_days)
  and taken.happened_at <= term.commencement_at;

create or replace table red_flag_exposure as
with step as (
    select account_no, asset_no, out_units as out, kind, happened_at, posting from screen_step
    union all
    select account_no, null, out_minor, kind, happened_at, posting from screen_step where out_minor is not null
),
summed as (
    select account_no, asset_no, out, kind,
           (sum(out) over within)::decimal(38, 0) as so_far,
           row_number() over within as nth
    from step
    window within as (
        partition by account_no, asset_no order by happened_at, out > 0, posting
        rows between unbounded preceding and current row
    )
),
lowered as (
    select account_no, asset_no, out, kind, nth,
           (so_far - least(0::decimal(38, 0), min(so_far) over (
               partition by account_no, asset_no order by nth rows between unbounded preceding and current row
           )))::decimal(38, 0) as exposure
    from summed
)
select account_no, asset_no,
       count(*) filter (where kind = 'withdrawal' and out > 0) as withdrawals,
       coalesce(sum(out) filter (where out > 0), 0)::decimal(38, 0) as withdrawn,
       coalesce(sum(-out) filter (where out < 0), 0)::decimal(38, 0) as deposited,
       arg_max(exposure, nth)::decimal(38, 0) as exposure,
       greatest(0::decimal(38, 0), sum(out))::decimal(38, 0) as net
from lowered
group by account_no, asset_no
order by account_no, asset_no nulls first;

create or replace temp table red_flag_insider_withdrawal as
with spanned as (
    select account_no, count(*) as withdrawals, min(asset_no) as asset_no, count(distinct asset_no) as assets,
           count(*) filter (where out_minor is null) as unpriced,
           count(*) filter (where happened_at >= (select commencement_at from term) - to_days($recent_days)) as recent,
           sum(out_units)::decimal(38, 0) as units,
           min(happened_at) as first_at, max(happened_at) as last_at
    from screen_step
    where kind = 'withdrawal' and out_units > 0
    group by account_no
),
sized as (
    select red_flag_exposure.account_no, times(red_flag_exposure.exposure, screen_typical.units) as multiple,
           screen_typical.units as typical, red_flag_exposure.asset_no,
           row_number() over (
               partition by red_flag_exposure.account_no
               order by times(red_flag_exposure.exposure, screen_typical.units) desc nulls last,
                        red_flag_exposure.asset_no
           ) as nth
    from red_flag_exposure
    join screen_typical using (asset_no)
)
select row_number() over (order by spanned.account_no)::integer as nth,
       spanned.account_no, 1::bigint as accounts, null::varchar as other,
       case when spanned.assets = 1 then spanned.asset_no end as asset_no,
       case when spanned.assets = 1 then coalesce(in_units.exposure, spanned.units) end::decimal(38, 0) as units,
       in_value.exposure as value_minor, spanned.withdrawals as row_count, spanned.first_at, spanned.last_at,
       flag_parts([
           flag_part(true, 'insider_took', spanned.withdrawals, $look_back_days),
           flag_part(in_value.exposure > 0, 'exposure', in_value.exposure, in_value.net),
           flag_part(in_value.account_no is null and in_units.exposure > 0, 'exposure_units', in_units.exposure,
                     in_units.net),
           flag_part(in_value.deposited > 0, 'new_value', in_value.deposited, in_value.withdrawn),
           flag_part(coalesce(in_value.deposited, 0) = 0 and coalesce(in_units.deposited, 0) = 0, 'no_new_value', null,
                     null),
           flag_part(sized.multiple >= 1,
                     case when sized.multiple >= 100 then 'exposed_100' when sized.multiple >= 10 then 'exposed_10'
                          else 'exposed' end, sized.multiple, null),
           flag_part(spanned.recent > 0, 'recent', spanned.recent, $recent_days),
           flag_part(spanned.unpriced > 0, 'unpriced', spanned.unpriced, null)
       ]) as parts
from spanned
left join red_flag_exposure as in_value on in_value.account_no = spanned.account_no and in_value.asset_no is null
left join red_flag_exposure as in_units on in_units.account_no = spanned.account_no
    and spanned.assets = 1 and in_units.asset_no = spanned.asset_no
left join sized on sized.account_no = spanned.account_no and sized.nth = 1;

create or replace temp table red_flag_insider_withdrawal_row as
with stepped as (
    select flagged.nth, screen_step.posting_no, screen_step.kind, screen_step.out_units
    from red_flag_insider_withdrawal as flagged
    join screen_step using (account_no)
)
select stepped.nth, 'journal' as table_name, posting.posting as id, posting.posted_at as happened_at, posting.source_no,
       posting."row"
from stepped
join screen_posting as posting using (posting_no);
