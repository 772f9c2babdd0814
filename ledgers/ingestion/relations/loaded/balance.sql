-- What is owed to whom, in numbers.
--
-- Reads   typed_balance, account_number, asset_key
-- Makes   rows of balance, as many as were typed
insert into balance
select account_no, asset_no, units, t.source_no, t."row"
from typed_balance t
join account_number using (account_key)
join asset_key using (asset_key)
order by account_no, asset_no;
