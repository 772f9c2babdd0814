-- What the books say each customer was owed at commencement, in units; negative where the holder owes.
--
-- Reads   balance, posting, house_account, term
-- Makes   summed(account_no INTEGER, asset_no INTEGER, units DECIMAL(38,0)), key (account_no, asset_no): what the journal
--         sums to
--         book(account_no INTEGER, asset_no INTEGER, units DECIMAL(38,0), source_no INTEGER null, row BIGINT null),
--         key (account_no, asset_no); both in no order
-- Holds   the balance table counts where there is one; without it, the sums of the journal
create or replace table summed as
select account_no, asset_no, sum(units)::decimal(38, 0) as units
from posting
group by account_no, asset_no;

create or replace view book as
select account_no, asset_no, units, source_no, "row"
from balance
anti join house_account using (account_no)
union all
select account_no, asset_no, units, null, null
from summed
where not (select has_balance from term);
