-- More rows of the same file as text: stage.sql for every batch but the first.
--
-- Reads   incoming
-- Makes   more rows of staged
insert into staged
from incoming;
