-- Which rows have a number with more digits than a binary fraction keeps, so that the file has rounded it?
--
-- Reads   staged: the column as the shortest decimal that gives the same binary fraction, written out
-- Takes   $digits_max: the digits that are kept; $shown: the column, for the message
-- Makes   more rows of unfit
-- Holds   the zeros before the point count: past the last digit that is kept, a whole number is rounded too
create or replace temp table rounded as
select "row", first_cell, "{column}" as cell,
       length(ltrim(replace(
           case when contains("{column}", '.') then rtrim(rtrim("{column}", '0'), '.') else "{column}" end, '.', ''
       ), '-0')) as digits
from staged
where "{column}" is not null;

insert into unfit
select "row", first_cell, 'rounded-cells',
       '{column} "' || left(cell, 80) || '" (' || $shown || ') was rounded in the file: it has ' || digits
           || ' digits, and only ' || $digits_max || ' are kept',
       '{column}'
from rounded
where digits > $digits_max and "row" not in (select "row" from unfit);
