-- The same as account.sql where every account is listed, and their list lies in the order of their keys and their ids.
--
-- Reads   typed_account, account_key: the n-th rows of both are one account
-- Makes   rows of account; account_number(account_key INTEGER key, account_no INTEGER)
create or replace temp table account_number as
select account_key, account_key as account_no from account_key;

insert into account
select listed.account_key, account_key.account, listed.holder, coalesce(listed.kind, 'customer') as kind, listed.terms,
       listed.jurisdiction, listed.hold, listed.omnibus, listed.election, listed.source_no, listed."row"
from typed_account listed
positional join account_key;
