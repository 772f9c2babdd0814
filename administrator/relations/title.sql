-- Who holds the claims that changed hands, and on which account of theirs they are paid.
--
-- Reads   title_chain(account_no, asset_no INTEGER, holder VARCHAR, units DECIMAL(38,0), since TIMESTAMP null), account
-- Makes   title(account_no, asset_no, place INTEGER, holder VARCHAR, units DECIMAL(38,0), since TIMESTAMP null, paid_to_no
--         INTEGER null), key (account_no, asset_no, place), places by bytes of the holder
-- Holds   paid on the account of the claim where that is his, else on the lowest that names him; none: he is in no table
create or replace table title as
with own as (
    select account_no, coalesce(nullif(holder, ''), account) as holder
    from account
    where coalesce(nullif(holder, ''), account) in (select holder from title_chain)
),
lowest as (
    select holder, min(account_no)::integer as account_no from own group by holder
)
select title_chain.account_no, title_chain.asset_no,
       row_number() over (
           partition by title_chain.account_no, title_chain.asset_no order by title_chain.holder
       )::integer as place,
       title_chain.holder, title_chain.units, title_chain.since,
       coalesce(own.account_no, lowest.account_no) as paid_to_no
from title_chain
left join own on own.account_no = title_chain.account_no and own.holder = title_chain.holder
left join lowest on lowest.holder = title_chain.holder
order by title_chain.account_no, title_chain.asset_no, title_chain.holder;
