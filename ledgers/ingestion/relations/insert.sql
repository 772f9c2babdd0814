-- A few rows of the program's own, put into one of its relations.
--
-- Reads   incoming_rows
-- Makes   more rows of {relation}
insert into {relation}
from incoming_rows;
