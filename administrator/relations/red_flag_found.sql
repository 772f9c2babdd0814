-- Put what one screen found beside what the others have found.
--
-- Reads   red_flag_{screen}, red_flag_{screen}_row
-- Takes   $kind
-- Makes   rows of screen_found and screen_found_row, under their kind; drops the two it reads
insert into screen_found
select $kind, nth, account_no, accounts, other, asset_no, units, value_minor, row_count, first_at, last_at, parts
from red_flag_{screen};

insert into screen_found_row
select $kind, nth, table_name, id, happened_at, source_no, "row"
from red_flag_{screen}_row;

drop table red_flag_{screen};

drop table red_flag_{screen}_row;
