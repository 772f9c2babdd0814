-- holders.csv: what each holder gets of what is his, by value; a sum over unpriced units is not known.
--
-- Reads   holder
-- Makes   the columns of its layout, in numbers
-- Holds   as holder lies: by account
select account_no as account,
       case when not allowed_partial then allowed_minor end as allowed_value,
       case when not returned_partial then returned_minor end as returned_value,
       compensated_minor as compensated_value,
       estate_minor as estate_value,
       case when not withheld_partial then withheld_minor end as withheld_value,
       case when not allowed_partial and not returned_partial
            then greatest(allowed_minor - returned_minor - compensated_minor - estate_minor, 0)::decimal(38, 0) end as unpaid_value,
       case when not allowed_partial and not returned_partial and allowed_minor > 0
            then scaled_floor((returned_minor + compensated_minor + estate_minor)::decimal(38, 0), 100000000::decimal(38, 0),
                              allowed_minor) end as recovery
from holder
