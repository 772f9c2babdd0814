-- Room for what one file has that is no row.
--
-- Makes   unfit(row, first_cell, code, why, column): records without the form of a row, with the column of the contract
--         where one cell is why, else empty; zone_day emptied
create or replace temp table unfit ("row" bigint, first_cell varchar, code varchar, why varchar, "column" varchar);

delete from zone_day;
