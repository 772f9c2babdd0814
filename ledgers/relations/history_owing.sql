-- By how much what is owed to all customers changed each day, and what they owe.
--
-- Reads   posting, summed, balance, house_account, history_term
-- Makes   history_owing(asset_no INTEGER, day DATE, owed, negative DECIMAL(38,0) units), key (asset_no, day)
-- Holds   changes, which sum to holding_total.owed and negative; owed is the sum over accounts of what each had above
--         zero at the end of the day, so that one who owes never lowers what the others are owed
--
-- What the balances say beyond the journal is dated: to the opening where the books open with balances, else to the day
-- of commencement, the only one for which it is known. Without a journal that is all of it.
create or replace temp table history_owing as
with beyond as (
    select coalesce(handed.account_no, summed.account_no) as account_no,
           coalesce(handed.asset_no, summed.asset_no) as asset_no,
           (coalesce(handed.units, 0) - coalesce(summed.units, 0))::decimal(38, 0) as units
    from (
        select account_no, asset_no, units from balance anti join house_account using (account_no)
    ) as handed
    full join summed on summed.account_no = handed.account_no and summed.asset_no = handed.asset_no
    where (select has_balance from history_term)
),
dated as (
    select posting.account_no, posting.asset_no, (posting.posted_at + history_term.zone)::date as day, posting.units
    from posting
    cross join history_term
    union all
    select beyond.account_no, beyond.asset_no,
           case when history_term.opens_with_balances then history_term.opening_on
                else history_term.commencement_on end,
           beyond.units
    from beyond
    cross join history_term
    where beyond.units <> 0
),
changed as (
    select account_no, asset_no, day, sum(units)::decimal(38, 0) as units
    from dated
    group by account_no, asset_no, day
),
running as (
    select asset_no, day, units,
           (sum(units) over (
               partition by account_no, asset_no order by day rows between unbounded preceding and current row
           ))::decimal(38, 0) as balance
    from changed
)
select asset_no, day,
       sum(greatest(balance, 0::decimal(38, 0)) - greatest(balance - units, 0::decimal(38, 0)))::decimal(38, 0) as owed,
       sum(greatest(-balance, 0::decimal(38, 0)) - greatest(units - balance, 0::decimal(38, 0)))::decimal(38, 0)
           as negative
from running
group by asset_no, day
order by asset_no, day;
