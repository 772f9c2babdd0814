-- By how much what lies in the wallets changed each day, by whose they are: openings, transfers, and what was counted.
--
-- Reads   transfer, endpoint, holding, holding_total, history_term
-- Makes   history_store(asset_no INTEGER, day DATE, held, hot, house, guarantee DECIMAL(38,0) units),
--         key (asset_no, day): changes
-- Holds   over all days they sum to holding_total; held is of all that is inside, hot the part of it in hot and warm
--         wallets; what was counted less what transfers explain is put on the day of commencement
--
-- Where a wallet opens as what it holds, what earlier rounds paid in kind out of it is part of that, as in the bridge.
create or replace temp table history_store as
with sided as (
    select transfer.asset_no, transfer.occurred_at, transfer.units as units, endpoint.inside, endpoint.custody,
           endpoint.is_listed, endpoint.party
    from transfer
    join endpoint on endpoint.node = transfer.recipient and endpoint.asset_no = transfer.asset_no
    where endpoint.inside or endpoint.is_listed
    union all
    select transfer.asset_no, transfer.occurred_at, -(transfer.units + transfer.fee_units), endpoint.inside,
           endpoint.custody, endpoint.is_listed, endpoint.party
    from transfer
    join endpoint on endpoint.node = transfer.sender and endpoint.asset_no = transfer.asset_no
    where endpoint.inside or endpoint.is_listed
),
moved as (
    select sided.asset_no, (sided.occurred_at + history_term.zone)::date as day,
           sum(case when sided.inside then sided.units else 0 end)::decimal(38, 0) as held,
           sum(case when sided.inside and sided.custody in ('hot', 'warm') then sided.units else 0 end)::decimal(38, 0)
               as hot,
           sum(case when sided.inside or sided.party = 'guarantee' then 0 else sided.units end)::decimal(38, 0)
               as house,
           sum(case when not sided.inside and sided.party = 'guarantee' then sided.units else 0 end)::decimal(38, 0)
               as guarantee
    from sided
    cross join history_term
    where sided.occurred_at <= history_term.commencement_at
    group by sided.asset_no, (sided.occurred_at + history_term.zone)::date
),
opened as (
    select holding.asset_no,
           (sum(case when holding.purpose = 'customer' then holding.opening_units else 0 end)
            + case when bool_or(holding.opens_as_held and holding.purpose = 'customer')
                   then max(holding_total.paid_in_kind) else 0 end)::decimal(38, 0) as held,
           sum(case when holding.purpose = 'customer' and holding.custody in ('hot', 'warm')
                    then holding.opening_units else 0 end)::decimal(38, 0) as hot,
           sum(case when holding.purpose = 'house' then holding.opening_units else 0 end)::decimal(38, 0) as house,
           sum(case when holding.purpose = 'guarantee' then holding.opening_units else 0 end)::decimal(38, 0)
               as guarantee
    from holding
    join holding_total using (asset_no)
    group by holding.asset_no
),
followed as (
    select asset_no, day, held, hot, house, guarantee from moved
    union all
    select opened.asset_no, history_term.opening_on, opened.held, opened.hot, opened.house, opened.guarantee
    from opened
    cross join history_term
),
total as (
    select asset_no, sum(held) as held, sum(hot) as hot, sum(house) as house, sum(guarantee) as guarantee
    from followed
    group by asset_no
),
stored as (
    select asset_no, day, held, hot, house, guarantee from followed
    union all
    select counted.asset_no, history_term.commencement_on, counted.held_customer - coalesce(total.held, 0),
           counted.hot - coalesce(total.hot, 0), counted.held_house - coalesce(total.house, 0),
           counted.held_guarantee - coalesce(total.guarantee, 0)
    from holding_total as counted
    left join total using (asset_no)
    cross join history_term
)
select asset_no, day, sum(held)::decimal(38, 0) as held, sum(hot)::decimal(38, 0) as hot,
       sum(house)::decimal(38, 0) as house, sum(guarantee)::decimal(38, 0) as guarantee
from stored
group by asset_no, day
order by asset_no, day;
