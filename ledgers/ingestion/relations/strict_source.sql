-- In which sources is a second row of a key a fault?
--
-- Reads   incoming_rows
-- Makes   strict_source(source_no INTEGER key)
create or replace temp table strict_source as
select source_no from incoming_rows;
