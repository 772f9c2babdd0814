-- Give every account of this file a key that has none yet, in any order.
--
-- Reads   staged
-- Makes   more rows of account_key(account_key INTEGER key from 0, account VARCHAR key)
insert into account_key
with named as (
    select distinct "{column}" as account
    from staged
    where "{column}" is not null
)
select (select count(*) from account_key) + row_number() over () - 1, named.account
from named
anti join account_key using (account);
