-- How many cells of a column name a day without a time?
--
-- Makes   cell_count(cells BIGINT)
create or replace temp table cell_count as
select count(*) as cells from staged where length("{column}") = 10 and is_instant("{column}");
