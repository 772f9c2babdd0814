-- schedule.csv: what each line is paid, or why it is withheld.
--
-- Reads   plan_units
-- Makes   the columns of its layout, in numbers
-- Holds   as plan_units lies: by account, claim_asset, part, step, pay_asset
select account_no as account, claim_asset_no as claim_asset, part, step_no as step, pay_asset_no as pay_asset,
       claim_units as claim, entitled, paid_before,
       greatest(entitled - paid_before, 0)::decimal(38, 0) as quantity,
       value_minor as value,
       case when reason_no is null then 0 else 1 end as status,
       reason_no as reason
from plan_units
