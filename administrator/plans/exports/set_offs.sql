-- set_offs.csv: what holders owe and claim, and what of both was set off.
--
-- Reads   set_off, account, asset, part_name, term
-- Makes   account, asset, side, part, holder (the first of the accounts that count together), quantity, value, set_off;
--         by account, asset, side, part
select account.account, asset.asset, case when set_off.is_debt then 'debt' else 'claim' end as side,
       part_name.name as part, first.account as holder,
       units_text(set_off.units, asset.decimals) as quantity,
       units_text(set_off.minor, term.currency_decimals) as value,
       units_text(set_off.set_off, asset.decimals) as set_off
from set_off
join account on account.account_no = set_off.account_no
join account as first on first.account_no = set_off.holder_no
join asset on asset.asset_no = set_off.asset_no
join part_name on part_name.part = set_off.part
cross join term
order by set_off.account_no, set_off.asset_no, set_off.is_debt, set_off.part
