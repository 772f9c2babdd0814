-- Which postings and transfers lie behind the days that moved each asset's shortfall most?
--
-- Reads   history_greatest, history_term, posting, movement, match, booking
-- Makes   history_posting(posting_no, posting, asset_no, day, kind, units): the postings of those days
--         history_behind(asset_no INTEGER, day DATE, line VARCHAR, nth INTEGER from 1, record, id VARCHAR,
--                        units DECIMAL(38,0), records BIGINT), key (asset_no, day, line, nth), ordered by it
-- Holds   of each line the three largest, ties by record and id; records is how many there are in all; record is
--         posting, transfer or fee of transfer; a difference within a pair is named by its transfer
--
-- The few days are picked from all postings before anything is joined to them.
create or replace temp table history_posting as
select dated.posting_no, dated.posting, dated.asset_no, dated.day, dated.kind, dated.units
from (
    select posting.posting_no, posting.posting, posting.asset_no, posting.kind, posting.units,
           (posting.posted_at + history_term.zone)::date as day
    from posting
    cross join history_term
) as dated
semi join history_greatest on history_greatest.asset_no = dated.asset_no and history_greatest.day = dated.day;

create or replace temp table history_behind as
with moved as (
    select dated.movement_no, dated.transfer, dated.asset_no, dated.day, dated.direction, dated.kind, dated.party,
           dated.units, dated.fee_units
    from (
        select movement.movement_no, movement.transfer, movement.asset_no, movement.direction, movement.kind,
               movement.party, movement.units, movement.fee_units,
               (movement.occurred_at + history_term.zone)::date as day
        from movement
        cross join history_term
        where not movement.is_after and movement.direction <> 'outside'
    ) as dated
    semi join history_greatest on history_greatest.asset_no = dated.asset_no and history_greatest.day = dated.day
),
named as (
    select match.movement_no, sum(booking.units)::decimal(38, 0) as units, max(booking.posted_at) as posted_at
    from match
    join booking using (posting_no)
    group by match.movement_no
),
paired as (
    select movement.asset_no, (greatest(named.posted_at, movement.occurred_at) + history_term.zone)::date as day,
           case when movement.direction = 'in' then 'deposit_differences' else 'withdrawal_differences' end as line,
           movement.transfer,
           (named.units + case when movement.direction = 'in' then -movement.units else movement.units end)
               ::decimal(38, 0) as units
    from named
    join movement using (movement_no)
    cross join history_term
),
behind as (
    select history_posting.asset_no, history_posting.day,
           case history_posting.kind when 'opening' then 'opening_difference'
                when 'deposit' then 'deposits_without_receipt' when 'withdrawal' then 'withdrawals_not_sent'
                else 'credits:' || history_posting.kind end as line,
           'posting' as record, history_posting.posting as id, history_posting.units
    from history_posting
    anti join match on match.posting_no = history_posting.posting_no
    union all
    select moved.asset_no, moved.day,
           case when moved.kind in ('house', 'affiliate', 'insider', 'thief')
                    then case when moved.party = 'guarantee' then 'moved_to_guarantee'
                              else 'taken_by:' || moved.party end
                when moved.direction = 'in' then 'receipts_without_posting' else 'outflows_without_posting' end,
           'transfer', moved.transfer, case when moved.direction = 'in' then -moved.units else moved.units end
    from moved
    anti join match on match.movement_no = moved.movement_no
    where moved.direction in ('in', 'out')
    union all
    select asset_no, day, 'network_fees', 'fee of transfer', transfer, fee_units
    from moved
    where direction in ('out', 'internal') and fee_units > 0
    union all
    select paired.asset_no, paired.day, paired.line, 'transfer', paired.transfer, paired.units
    from paired
    semi join history_greatest on history_greatest.asset_no = paired.asset_no and history_greatest.day = paired.day
    where paired.units <> 0
),
ranked as (
    select asset_no, day, line, record, id, units,
           row_number() over (partition by asset_no, day, line order by abs(units) desc, record, id)::integer as nth,
           count(*) over (partition by asset_no, day, line) as records
    from behind
)
select asset_no, day, line, nth, record, id, units, records
from ranked
where nth <= 3
order by asset_no, day, line, nth;
