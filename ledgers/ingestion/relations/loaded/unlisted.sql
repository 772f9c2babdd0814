-- How many accounts does each table name that no account table lists, and where is the first?
--
-- Reads   typed_TABLE, typed_account
-- Makes   unlisted(table_name VARCHAR key, accounts, source_no, row BIGINT, account_key INTEGER)
create or replace temp table unlisted as
with named as (
    select 'balance' as table_name, account_key, source_no, "row" from typed_balance
    union all select 'journal', account_key, source_no, "row" from typed_journal
    union all select 'claim', account_key, source_no, "row" from typed_claim
    union all select 'payee', account_key, source_no, "row" from typed_payee
    union all select 'payment', account_key, source_no, "row" from typed_payment
    union all select 'assignment', account_key, source_no, "row" from typed_assignment
),
counted as (
    select table_name, count(distinct account_key) as accounts,
           min({'source_no': source_no, 'row': "row", 'account_key': account_key}) as first_met
    from named
    anti join typed_account using (account_key)
    group by table_name
)
select table_name, accounts, first_met.source_no, first_met."row", first_met.account_key from counted;
