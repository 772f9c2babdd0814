-- Which rows have a NUL in a column? No text of a person has one.
--
-- Reads   staged, unfit
-- Makes   more rows of unfit
insert into unfit
select "row", first_cell, 'nul-character', '{column} has a NUL', '{column}'
from staged
where contains("{column}", chr(0)) and "row" not in (select "row" from unfit);
