-- Who has accounts? Those that are listed, and those that other tables name.
--
-- Reads   typed_account and every typed table that names an account, account_key
-- Makes   account(account_no INTEGER key, dense from 0 in byte order of account; account, holder, kind, terms,
--                 jurisdiction, hold VARCHAR null where absent; source_no INTEGER, row BIGINT, null where only other tables name it)
--         account_number(account_key INTEGER key, account_no INTEGER)
-- Holds   an account that is not listed is a customer
create or replace temp table account_number as
with named as (
    select account_key from typed_account
    union select account_key from typed_balance
    union select account_key from typed_journal
    union select account_key from typed_claim
    union select account_key from typed_payee
    union select account_key from typed_payment
    union select account_key from typed_assignment
)
select account_key, (row_number() over (order by account_key.account) - 1)::integer as account_no
from named
join account_key using (account_key);

create or replace table account(
    account_no integer using compression bitpacking, account varchar using compression uncompressed,
    holder varchar, kind varchar, terms varchar,
    jurisdiction varchar, hold varchar,
    source_no integer using compression rle, "row" bigint using compression bitpacking
);
insert into account
select account_number.account_no, account_key.account, listed.holder, coalesce(listed.kind, 'customer') as kind,
       listed.terms, listed.jurisdiction, listed.hold, listed.source_no, listed."row"
from account_number
join account_key using (account_key)
left join typed_account listed using (account_key)
order by account_number.account_no;
