-- Room for what one file has that is no row.
--
-- Makes   unfit(row, first_cell, code, why, raw): records without the form of a row; zone_day emptied
create or replace temp table unfit ("row" bigint, first_cell varchar, code varchar, why varchar, raw varchar);

delete from zone_day;
