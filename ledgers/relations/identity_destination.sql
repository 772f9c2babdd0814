-- Which accounts are to be paid at one and the same place?
--
-- Reads   payee, account, identity_place
-- Makes   more rows of identity_member(basis = 'payee', skeleton: the destination, account_no, text null)
insert into identity_member
with placed as (
    select distinct account_no,
           destination(method, address, tag, bank, branch, account_type, account_number) as destination
    from payee
    where destination_hash(method, address, tag, branch, account_number) in (select place from identity_place)
),
shared as (
    select placed.destination
    from placed
    join account using (account_no)
    group by placed.destination
    having count(*) > 1 and not bool_and(account.kind = 'house')
)
select 'payee', placed.destination, placed.account_no, null
from placed
join shared using (destination);
