-- From when to when was each test of segregation not met?
--
-- Reads   history_segregation, history_term
-- Makes   history_breach(test VARCHAR, asset_no INTEGER null, from_on, until_on DATE, is_open BOOLEAN),
--         key (test, asset_no, from_on), ordered by it
-- Holds   from the end of from_on to the end of until_on the test was not met on any day; is_open where that is so at
--         commencement; no two spans of a test and an asset touch
create or replace temp table history_breach as
with told as (
    select test, asset_no, day, coalesce(met, true) as is_met,
           lead(day) over following as next_day,
           lag(coalesce(met, true), 1, true) over following as was_met
    from history_segregation
    window following as (partition by test, asset_no order by day)
),
numbered as (
    select test, asset_no, day, next_day,
           sum(case when was_met then 1 else 0 end) over (
               partition by test, asset_no order by day rows between unbounded preceding and current row
           ) as nth
    from told
    where not is_met
)
select numbered.test, numbered.asset_no, min(numbered.day) as from_on,
       case when bool_or(numbered.next_day is null) then max(history_term.commencement_on)
            else max(numbered.next_day) - 1 end as until_on,
       bool_or(numbered.next_day is null) as is_open
from numbered
cross join history_term
group by numbered.test, numbered.asset_no, numbered.nth
order by numbered.test, numbered.asset_no nulls first, from_on;
