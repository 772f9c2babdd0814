-- How many cells of a column name a day without a time?
--
-- Makes   cell_count(cells, row BIGINT, cell VARCHAR): how many, and the first of them
create or replace temp table cell_count as
select count(*) as cells, min("row") as "row", arg_min("{column}", "row") as cell
from staged
where length("{column}") = 10 and is_instant("{column}");
