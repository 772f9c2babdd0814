-- How many accounts does each table name that no account table lists?
--
-- Reads   typed_TABLE, typed_account
-- Makes   unlisted(table_name VARCHAR key, accounts BIGINT)
create or replace temp table unlisted as
with named as (
    select 'balance' as table_name, account_key from typed_balance
    union all select 'journal', account_key from typed_journal
    union all select 'claim', account_key from typed_claim
    union all select 'payee', account_key from typed_payee
    union all select 'payment', account_key from typed_payment
    union all select 'assignment', account_key from typed_assignment
)
select table_name, count(distinct account_key) as accounts
from named
anti join typed_account using (account_key)
group by table_name;
