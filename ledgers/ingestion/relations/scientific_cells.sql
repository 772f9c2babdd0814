-- How many cells of a column are in scientific notation?
--
-- Makes   cell_count(cells BIGINT)
create or replace temp table cell_count as
select count(*) as cells from staged where is_scientific("{column}");
