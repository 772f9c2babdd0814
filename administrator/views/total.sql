-- Sums over all holders, in minor units of the reporting currency, and how many lines are paid and withheld.
--
-- Reads   holder, plan_line
-- Makes   one row: allowed, returned, compensated, estate, withheld VARCHAR, each but compensated and estate with whether it
--         is partial;
--         holders, paid, held_back BIGINT
select coalesce(sum(allowed_minor), 0)::varchar as allowed, coalesce(bool_or(allowed_partial), false) as allowed_partial,
       coalesce(sum(returned_minor), 0)::varchar as returned, coalesce(bool_or(returned_partial), false) as returned_partial,
       coalesce(sum(compensated_minor), 0)::varchar as compensated, coalesce(sum(estate_minor), 0)::varchar as estate,
       coalesce(sum(withheld_minor), 0)::varchar as withheld, coalesce(bool_or(withheld_partial), false) as withheld_partial,
       count(*) as holders,
       (select count(*) from plan_line where status = 'pay' and quantity > 0) as paid,
       (select count(*) from plan_line where status = 'withhold') as held_back
from holder
