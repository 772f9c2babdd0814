-- Keep of the staged rows those that have the form of one.
--
-- Reads   unfit
-- Makes   staged without the rows of unfit
delete from staged where "row" in (select "row" from unfit);
