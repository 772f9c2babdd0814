-- What came into the customers' wallets and left them as postings say, of one asset, by whom where a label says who.
--
-- Reads   movement, match
-- Makes   direction VARCHAR (in, out), party, kind VARCHAR null, units VARCHAR, transfers BIGINT, first_at, last_at TIMESTAMP;
--         by direction, then party, those whom no label names last
with booked as (
    select direction, case when kind <> 'unknown' then party end as party, case when kind <> 'unknown' then kind end as kind,
           units, occurred_at
    from movement
    semi join match using (movement_no)
    where asset_no = $asset_no
)
select direction, party, kind, sum(units)::varchar as units, count(*) as transfers,
       min(occurred_at) as first_at, max(occurred_at) as last_at
from booked
group by direction, party, kind
order by direction, party nulls last, kind
