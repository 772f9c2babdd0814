-- How much went from whom to whom in all: transfers summed by pair of parties, for the graph of flows.
--
-- Reads   movement
-- Makes   edge(sender VARCHAR, recipient VARCHAR, asset_no INTEGER, units, fee_units DECIMAL(38,0), transfers BIGINT,
--              first_at TIMESTAMP, last_at TIMESTAMP), key (sender, recipient, asset_no), ordered by it
-- Holds   the customers' wallets are the party with the empty name; left out are transfers after commencement, what a
--         posting explains, and what went to a party of any kind but the takers' that never sent anything on: it lies there
create or replace table edge as
with traced as (
    select coalesce(sender_party, '') as sender, coalesce(recipient_party, '') as recipient, asset_no, units,
           fee_units, occurred_at
    from movement
    where not is_after and direction = 'outside'
    union all
    select coalesce(sender_party, ''), coalesce(recipient_party, ''), asset_no, units,
           fee_units, occurred_at
    from unmatched_movement
    where kind in ('house', 'affiliate', 'insider', 'thief')
       or party in (select sender_party from movement where direction = 'outside' and not is_after)
)
select sender, recipient, asset_no, sum(units)::decimal(38, 0) as units,
       sum(fee_units)::decimal(38, 0) as fee_units, count(*) as transfers,
       min(occurred_at) as first_at, max(occurred_at) as last_at
from traced
group by sender, recipient, asset_no
order by sender, recipient, asset_no;
