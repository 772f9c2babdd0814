-- Which rows bear a key that an earlier row has?
--
-- Reads   {relation}
-- Makes   further(source_no INTEGER, row BIGINT, earlier_source_no INTEGER, earlier_row BIGINT, the columns of the key):
--         every row of a key after its first, in order of source and row
create or replace temp table further as
with placed as (
    select source_no, "row",
           row_number() over of_key as ordinal,
           first_value(source_no) over of_key as earlier_source_no,
           first_value("row") over of_key as earlier_row,
           {key}
    from {relation}
    window of_key as (partition by {key} order by source_no, "row")
)
select source_no, "row", earlier_source_no, earlier_row, {key}
from placed
where ordinal > 1;
