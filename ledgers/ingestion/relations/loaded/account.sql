-- Who has accounts? Those that are listed, and those that other tables name.
--
-- Reads   typed_account and every typed table that names an account, account_key
-- Makes   rows of account; account_number(account_key INTEGER key, account_no INTEGER)
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

insert into account
select account_number.account_no, account_key.account, listed.holder, coalesce(listed.kind, 'customer') as kind,
       listed.terms, listed.jurisdiction, listed.hold, listed.omnibus, listed.election, listed.source_no,
       listed."row"
from account_number
join account_key using (account_key)
left join typed_account listed using (account_key)
order by account_number.account_no;
