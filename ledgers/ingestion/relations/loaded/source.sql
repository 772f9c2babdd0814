-- Which files were loaded, and what became of their rows?
--
-- Reads   incoming_sources
-- Makes   source(source_no INTEGER key from 1, source, table_name, sha256 VARCHAR, rows, accepted,
--         rejected, ignored BIGINT)
-- Holds   rows = accepted + rejected + ignored
create or replace table source as
select source_no::integer as source_no, source, table_name, sha256, rows, accepted, rejected, ignored
from incoming_sources
order by source_no;
