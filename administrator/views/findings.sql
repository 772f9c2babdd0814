-- A page of findings, the gravest first.
--
-- Reads   finding
-- Makes   severity, code, subject, message, remedy, source, row VARCHAR
select severity, code, subject, message, remedy, source, "row"::varchar as "row"
from finding
order by case severity when 'blocking' then 0 when 'warning' then 1 else 2 end, code, subject, source, "row", message
limit $limit offset $offset
