-- Take carriage returns out of one column.
--
-- Reads   staged
-- Makes   mended(cells, row BIGINT): how many cells had one, and the row of the first; staged without them, a cell of nothing else null
create or replace temp table mended as
select count(*) as cells, min("row") as "row" from staged where contains("{column}", chr(13));

update staged
set "{column}" = nullif(replace("{column}", chr(13), ''), '')
where contains("{column}", chr(13));
