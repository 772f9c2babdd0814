-- findings.csv: what is wrong or worth knowing, and what to do about it.
--
-- Reads   finding
-- Makes   code, severity, subject, asset, quantity, message, source, row, column, remedy; by code, subject, source, row, column
select code, severity, nullif(subject, '') as subject, asset, quantity, message, source, "row", "column", remedy
from finding
order by code, coalesce(subject, ''), coalesce(source, ''), coalesce("row", -1), coalesce("column", ''), message
