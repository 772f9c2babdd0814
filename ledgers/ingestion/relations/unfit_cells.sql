-- Which rows have cells that say nothing, or are no rows?
--
-- Reads   incoming_faults(row, first_cell, column, code, why), incoming_places(place, name): the columns that are read,
--         and 0, the whole row
-- Makes   more rows of unfit, one a row of the file, its code that of the leftmost fault
create or replace temp table cell_fault as
select f."row", nullif(f.first_cell, '') as first_cell, f.code, f.why, p.name,
       row_number() over (partition by f."row" order by f."column", f.code, f.why) as ordinal
from incoming_faults f
join incoming_places p on p.place = f."column"
where f."row" not in (select "row" from unfit);

insert into unfit
select l."row", l.first_cell, l.code, w.why, l.name
from cell_fault l
join (select "row", string_agg(why, '; ' order by ordinal) as why from cell_fault group by "row") w
    on w."row" = l."row"
where l.ordinal = 1;
