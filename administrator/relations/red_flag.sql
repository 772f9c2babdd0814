-- All red flags, the gravest first, with the rows each rests on.
--
-- Reads   screen_found(kind, nth and the columns of red_flag), screen_found_row, screen_reason(reason VARCHAR key,
--         points INTEGER), screen_kind(kind VARCHAR key, place INTEGER), rate
-- Takes   $score_min: what scores less is life and is left out
-- Makes   rows of red_flag and red_flag_row, as red_flag_none.sql says
-- Holds   the score is the sum of the points of its reasons, at most 100; numbers are by score, kind, account, asset,
--         other, a total order, so that they depend on no order of rows
create or replace temp table screen_ranked as
with reason as (
    select kind, nth, unnest(parts) as part from screen_found
),
scored as (
    select reason.kind, reason.nth, least(100, sum(screen_reason.points))::integer as score
    from reason
    join screen_reason on screen_reason.reason = reason.part.reason
    group by reason.kind, reason.nth
),
kept as (
    select screen_found.kind, screen_found.nth, scored.score, screen_found.account_no, screen_found.accounts,
           screen_found.other, screen_found.asset_no, screen_found.units,
           coalesce(screen_found.value_minor,
                    scaled_half_even(screen_found.units, rate.numerator, rate.denominator)) as value_minor,
           screen_found.row_count, screen_found.first_at, screen_found.last_at, screen_found.parts
    from screen_found
    join scored on scored.kind = screen_found.kind and scored.nth = screen_found.nth
    left join rate on rate.asset_no = screen_found.asset_no and rate.price_set = 'commencement'
    where scored.score >= $score_min
)
select row_number() over (
           order by kept.score desc, screen_kind.place, kept.account_no, kept.asset_no nulls first,
                    kept.other nulls first, kept.nth
       )::integer as flag_no,
       kept.kind, kept.nth, kept.score, kept.account_no, kept.accounts, kept.other, kept.asset_no, kept.units,
       kept.value_minor,
       kept.row_count, kept.first_at, kept.last_at, kept.parts
from kept
join screen_kind using (kind);

insert into red_flag
select flag_no, kind, score, account_no, accounts, other, asset_no, units, value_minor, row_count, first_at, last_at,
       parts
from screen_ranked
order by flag_no;

insert into red_flag_row
select screen_ranked.flag_no,
       row_number() over (
           partition by screen_ranked.flag_no
           order by screen_found_row.happened_at nulls last, screen_found_row.table_name, screen_found_row.id,
                    screen_found_row.source_no, screen_found_row."row"
       )::integer as place,
       screen_found_row.table_name, screen_found_row.id, screen_found_row.happened_at, screen_found_row.source_no,
       screen_found_row."row"
from screen_found_row
join screen_ranked on screen_ranked.kind = screen_found_row.kind and screen_ranked.nth = screen_found_row.nth
order by screen_ranked.flag_no, place;
