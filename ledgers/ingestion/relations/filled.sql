-- How many cells of a column say something?
--
-- Reads   staged
-- Makes   filled(cells BIGINT)
create or replace temp table filled as
select count("{column}") as cells from staged;
