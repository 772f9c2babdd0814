-- Whose account is it, where a rule asks for the person?
--
-- Reads   account
-- Makes   holder_of(account_no INTEGER key, holder_no INTEGER)
-- Holds   a holder is all accounts that name him, numbered by the lowest of them; an account that names nobody is its own
create or replace view holder_of as
with named as (
    select holder, min(account_no)::integer as holder_no
    from account
    where holder is not null and holder <> ''
    group by holder
)
select account.account_no, coalesce(named.holder_no, account.account_no) as holder_no
from account
left join named on named.holder = account.holder;
