-- How many accounts does each table name that no account table lists?
--
-- Reads   typed_TABLE, typed_account
-- Makes   unlisted(table_name VARCHAR key, accounts BIGINT)
create or replace temp table unlisted as
with named as (
    select 'balance' as table_name, account from typed_balance
    union select 'journal', account from typed_journal
    union select 'claim', account from typed_claim
    union select 'payee', account from typed_payee
    union select 'payment', account from typed_payment
    union select 'assignment', claim_account from typed_assignment
)
select table_name, count(*) as accounts
from named
anti join typed_account using (account)
group by table_name;
