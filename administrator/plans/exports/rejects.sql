-- rejects.csv: every row that could not be read, as it was handed over.
--
-- Reads   reject
-- Makes   source, row, reason, raw; by source, row
select source, "row", reason, nullif(raw, '') as raw
from reject
order by source, "row", reason, raw
