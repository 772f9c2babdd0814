-- Take the further rows of a key out of a relation, those of the sources where rows are no parts of a figure.
--
-- Reads   further, strict_source(source_no INTEGER)
-- Makes   refused_further: those taken out; {relation} without them
create or replace temp table refused_further as
select source_no, "row", min(earlier_source_no) as earlier_source_no, min(earlier_row) as earlier_row
from further
where source_no in (select source_no from strict_source)
group by source_no, "row";

delete from {relation} t
where exists (select 1 from refused_further r where r.source_no = t.source_no and r."row" = t."row");
