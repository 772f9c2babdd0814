-- Leave out the rows that the source declares no rows: page headers, totals.
--
-- Reads   staged, unfit
-- Takes   $pattern: a regular expression, looked for in the first cell
-- Makes   ignored(rows BIGINT, row_met BIGINT): how many match, and the first of them; staged and unfit without them
create or replace temp table ignored as
with met as (
    select "row" from staged where regexp_matches(coalesce(first_cell, ''), $pattern)
    union all
    select "row" from unfit where regexp_matches(coalesce(first_cell, ''), $pattern)
)
select count(*) as rows, min("row") as row_met
from met;

delete from staged where regexp_matches(coalesce(first_cell, ''), $pattern);

delete from unfit where regexp_matches(coalesce(first_cell, ''), $pattern);
