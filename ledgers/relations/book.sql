-- What the books say each customer was owed at commencement, in units; negative where the holder owes.
--
-- Reads   balance, posting, account, term
-- Makes   book(account_no INTEGER, asset_no INTEGER, units DECIMAL(38,0), source_no INTEGER null, row BIGINT null),
--         key (account_no, asset_no), ordered by it
-- Holds   the balance table counts where there is one; without it, the sums of the journal
create or replace table book as
with declared as (
    select balance.account_no, balance.asset_no, balance.units, balance.source_no, balance."row"
    from balance
    join account using (account_no)
    where account.kind <> 'house'
),
summed as (
    select account_no, asset_no, sum(units)::decimal(38, 0) as units,
           null::integer as source_no, null::bigint as "row"
    from posting
    where not (select has_balance from term)
    group by account_no, asset_no
)
select account_no, asset_no, units, source_no, "row" from declared
union all
select account_no, asset_no, units, source_no, "row" from summed
order by account_no, asset_no;
