-- Take the further rows of a key out of a relation, those of the sources where rows are no parts of a figure.
--
-- Reads   further, strict_source(source_no INTEGER)
-- Makes   refused_further: as further, those taken out, one a row: of a packed row, that of its positions whose key was
--         met first; {relation} without them
create or replace temp table refused_further as
with ranked as (
    select source_no, "row", earlier_source_no, earlier_row, {key},
           row_number() over (partition by source_no, "row" order by earlier_source_no, earlier_row, {key}) as ordinal
    from further
    where source_no in (select source_no from strict_source)
)
select source_no, "row", earlier_source_no, earlier_row, {key}
from ranked
where ordinal = 1;

delete from {relation} t
where exists (select 1 from refused_further r where r.source_no = t.source_no and r."row" = t."row");
