-- A page of the rows that one red flag rests on.
--
-- Reads   red_flag_row, source
-- Takes   $flag_no, $limit, $offset
-- Makes   table, id, happened_at, source, row VARCHAR; the earliest first
select red_flag_row.table_name as "table", red_flag_row.id, instant_shown(red_flag_row.happened_at) as happened_at,
       source.source, red_flag_row."row"::varchar as "row"
from red_flag_row
left join source using (source_no)
where red_flag_row.flag_no = $flag_no
order by red_flag_row.place
limit $limit offset $offset
