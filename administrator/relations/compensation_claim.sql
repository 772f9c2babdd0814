-- What each line may still claim in one step of compensation: its unmet bases of the items the step answers for.
--
-- Reads   base, step_item(item_no INTEGER)
-- Makes   compensation_claim(account_no, asset_no, part, claim_minor DECIMAL(38,0) > 0), key (account_no, asset_no, part)
-- Holds   sum(claim_minor) = sum(base - met) over the step's items
create or replace table compensation_claim as
select base.account_no, base.asset_no, base.part, sum(base.base - base.met)::decimal(38, 0) as claim_minor
from base
join step_item using (item_no)
where base.base > base.met
group by base.account_no, base.asset_no, base.part
order by base.account_no, base.asset_no, base.part;
