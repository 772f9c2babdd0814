-- Which places to pay to may be those of several accounts?
--
-- Reads   payee
-- Makes   identity_place(place UBIGINT key): the hashes of destinations that more than one account has
-- Holds   a hash that two destinations share is met too; identity_destination.sql compares the destinations themselves
create or replace temp table identity_place as
with hashed as (
    select account_no, destination_hash(method, address, tag, branch, account_number) as place
    from payee
)
select place
from hashed
group by place
having min(account_no) <> max(account_no) and place is not null;
