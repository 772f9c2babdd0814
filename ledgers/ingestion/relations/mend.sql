-- Take carriage returns out of one column.
--
-- Reads   staged
-- Makes   mended(cells BIGINT): how many cells had one; staged without them, a cell of nothing else null
create or replace temp table mended as
select count(*) as cells from staged where contains("{column}", chr(13));

update staged
set "{column}" = nullif(replace("{column}", chr(13), ''), '')
where contains("{column}", chr(13));
