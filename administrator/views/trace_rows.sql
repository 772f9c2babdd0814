-- Which transfers some rows are: their ids, and where they stood.
--
-- Reads   transfer, source
-- Makes   row_no BIGINT, transfer VARCHAR, source VARCHAR, source_row BIGINT
select transfer.rowid as row_no, transfer.transfer, source.source, transfer."row" as source_row
from transfer
join source using (source_no)
where transfer.rowid in (select unnest($rows))
