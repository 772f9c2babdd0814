-- How many accounts does each table name that no account table lists, and where is the lowest?
--
-- Reads   typed_TABLE, typed_account, account_key
-- Makes   unlisted(table_name VARCHAR key, accounts, source_no, row BIGINT, account VARCHAR)
create or replace temp table unlisted as
with named as (
    select 'balance' as table_name, account_key, source_no, "row" from typed_balance
    union all select 'journal', account_key, source_no, "row" from typed_journal
    union all select 'claim', account_key, source_no, "row" from typed_claim
    union all select 'payee', account_key, source_no, "row" from typed_payee
    union all select 'payment', account_key, source_no, "row" from typed_payment
    union all select 'assignment', account_key, source_no, "row" from typed_assignment
),
unlisted_row as (
    select named.table_name, named.account_key, named.source_no, named."row"
    from named
    anti join typed_account using (account_key)
),
counted as (
    select found.table_name, count(*) as accounts, arg_min(found.account_key, account_key.account) as account_key,
           min(account_key.account) as account
    from (select distinct table_name, account_key from unlisted_row) found
    join account_key using (account_key)
    group by found.table_name
),
placed as (
    select table_name, min({'source_no': source_no, 'row': "row"}) as first_met
    from unlisted_row
    join counted using (table_name, account_key)
    group by table_name
)
select table_name, counted.accounts, placed.first_met.source_no, placed.first_met."row", counted.account
from counted
join placed using (table_name);
