-- Keep the bases with what of them was met by column.
--
-- Reads   incoming_base(account_no, asset_no, part, item_no INTEGER, base, met DECIMAL(38,0)), in key order
-- Makes   base anew
create or replace table base as
select account_no, asset_no, part, item_no, base, met
from incoming_base;
