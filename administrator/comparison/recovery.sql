-- Who gets what, by class and size, and who gets more or less than in the first scenario.
--
-- Reads   holder_recovery, first_recovery(holder_no, class, claimed, got)
-- Takes   $whole: minor units in a whole of the reporting currency
-- Makes   class VARCHAR, digits INTEGER (of the whole part of what he claims in the first scenario; 0 below 1),
--         holders BIGINT, claimed, got DECIMAL(38,0), winners BIGINT, gained DECIMAL(38,0), losers BIGINT, lost DECIMAL(38,0)
with both_ as (
    select coalesce(mine.class, first.class) as class, coalesce(first.claimed, mine.claimed) as size,
           coalesce(mine.claimed, 0) as claimed, coalesce(mine.got, 0) as got,
           coalesce(mine.got, 0) - coalesce(first.got, 0) as more
    from holder_recovery as mine
    full join first_recovery as first using (holder_no)
)
select class, case when size < $whole::decimal(38, 0) then 0
                   else length((size::hugeint // $whole::hugeint)::varchar) end as digits,
       count(*), sum(claimed)::varchar, sum(got)::varchar,
       count(*) filter (where more > 0), coalesce(sum(more) filter (where more > 0), 0)::varchar,
       count(*) filter (where more < 0), coalesce(-sum(more) filter (where more < 0), 0)::varchar
from both_
group by class, digits
order by class, digits
