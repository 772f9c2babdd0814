-- Which asset codes of this file have no meaning yet?
--
-- Reads   staged, asset_code
-- Makes   new_code(code VARCHAR key)
create or replace temp table new_code as
select distinct "{column}" as code
from staged
where "{column}" is not null and "{column}" not in (select code from asset_code);
