-- Leave out the rows that the source declares no rows: page headers, totals.
--
-- Reads   staged, unfit
-- Takes   $pattern: a regular expression, looked for in the first cell
-- Makes   staged and unfit without the rows that match
delete from staged where regexp_matches(coalesce(first_cell, ''), $pattern);

delete from unfit where regexp_matches(coalesce(first_cell, ''), $pattern);
