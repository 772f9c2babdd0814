-- Keep the lines and the holders that were worked out by column.
--
-- Reads   incoming_line(account_no, asset_no INTEGER, claim_units, entitled, value_minor DECIMAL(38,0), reason_no INTEGER),
--         incoming_holder(account_no INTEGER, allowed_minor, returned_minor, withheld_minor DECIMAL(38,0),
--                         is_partial BOOLEAN of each), step_name
-- Makes   rows of plan_units and of holder, in their order
insert into plan_units
select account_no, asset_no, 0, (select step_no from step_name where step = 'return'), asset_no, claim_units, entitled,
       0::decimal(38, 0), value_minor, reason_no
from incoming_line;

insert into holder
select account_no, allowed_minor, returned_minor, 0::decimal(38, 0), 0::decimal(38, 0), withheld_minor, allowed_partial, returned_partial,
       withheld_partial
from incoming_holder;
