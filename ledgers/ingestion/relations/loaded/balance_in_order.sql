-- The same as balance.sql where accounts are numbered by their keys, and balances lie in the order of their numbers.
--
-- Reads   typed_balance, asset_key
-- Makes   rows of balance, as many as were typed
--
-- A join would lose the order; so the numbers of the assets are a list.
set variable asset_nos = (select list(asset_no order by asset_key) from asset_key);

insert into balance
select account_key, getvariable('asset_nos')[asset_key + 1], units, source_no, "row"
from typed_balance;
