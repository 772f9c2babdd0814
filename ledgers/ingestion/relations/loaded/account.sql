-- Who has accounts? Those that are listed, and those that other tables name.
--
-- Reads   typed_account and every typed table that names an account
-- Makes   account(account_no INTEGER key, dense from 0 in byte order of account; account, holder, kind, terms,
--                 jurisdiction, hold VARCHAR null where absent; source_no INTEGER, row BIGINT, null where only other tables name it)
-- Holds   an account that is not listed is a customer
create or replace table account as
with named as (
    select account from typed_account
    union select account from typed_balance
    union select account from typed_journal
    union select account from typed_claim
    union select account from typed_payee
    union select account from typed_payment
    union select claim_account from typed_assignment
)
select (row_number() over (order by named.account) - 1)::integer as account_no,
       named.account, listed.holder, coalesce(listed.kind, 'customer') as kind, listed.terms, listed.jurisdiction,
       listed.hold, listed.source_no, listed."row"
from named
left join typed_account listed using (account)
order by account_no;
