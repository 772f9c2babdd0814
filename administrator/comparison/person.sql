-- Who stands behind each account, and what he is to the exchange.
--
-- Reads   account, holder_of
-- Makes   person(account_no INTEGER key, holder_no INTEGER, class VARCHAR): of a holder whose accounts are of several
--         kinds, `customer` gives way
create or replace temp table person as
with kind as (
    select holder_of.holder_no, coalesce(min(account.kind) filter (where account.kind <> 'customer'), 'customer') as class
    from account
    join holder_of using (account_no)
    group by holder_of.holder_no
)
select holder_of.account_no, holder_of.holder_no, kind.class
from holder_of
join kind using (holder_no)
order by holder_of.account_no;
