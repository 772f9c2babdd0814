-- How many cells of a column are in scientific notation?
--
-- Makes   cell_count(cells, row BIGINT, cell VARCHAR): how many, and the first of them
create or replace temp table cell_count as
select count(*) as cells, min("row") as "row", arg_min("{column}", "row") as cell
from staged
where is_scientific("{column}");
