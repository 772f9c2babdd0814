-- What one account claims of assets that came after commencement, accrual by accrual.
--
-- Reads   account, asset, accrual, accrued
-- Makes   the figures in the order that usecases/explaining.py names them
select asset.asset, asset.decimals, earning.asset, earning.decimals, accrual.kind, accrual.ratio,
       accrual.numerator::varchar, accrual.denominator::varchar, part.of_units::varchar, part.units::varchar, part.name
from (
    select account_no, asset_no, accrual_no, 0 as part, '' as name, of_allowed as of_units, allowed as units from accrued
    union all
    select account_no, asset_no, accrual_no, 1, 'disputed', of_disputed, disputed from accrued
    union all
    select account_no, asset_no, accrual_no, 2, 'unclaimed', of_unclaimed, unclaimed from accrued
) as part
join accrual using (accrual_no)
join account on account.account_no = part.account_no
join asset on asset.asset_no = part.asset_no
join asset as earning on earning.asset_no = accrual.of_no
where account.account = $account and part.of_units > 0
order by part.asset_no, part.accrual_no, part.part
