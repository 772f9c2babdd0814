-- The rows of one file as text, in the contract's columns.
--
-- Reads   incoming: the mapped columns of the file, from the reader
-- Makes   staged(row BIGINT key, first_cell VARCHAR, one VARCHAR a column of the table; empty cells are null)
create or replace temp table staged as
from incoming;
