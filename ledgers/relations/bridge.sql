-- From what is held to what is owed: every unit of each shortfall on exactly one line.
--
-- Reads   holding_total, posting, booking, book, holding, movement, match, term
-- Makes   bridge_line(asset_no INTEGER, line_no INTEGER, line VARCHAR, units DECIMAL(38,0)), key (asset_no, line_no, line),
--         ordered by it; zero lines kept here, left out of the file
-- Holds   per asset the lines sum to the shortfall; + widens it; a withdrawal counts as minus its quantity
--
-- Where a wallet opens as what it holds, what earlier rounds paid in kind out of it is part of that, as everywhere.
-- Sums over the two sides of the books and of the wallets; each line below is one term of
--   owed - held = (journal + books_difference + negative) - (openings + in - out - fees - unobserved).
create or replace table bridge_line as
with booked as (
    select asset_no, sum(units) as units from book group by asset_no
),
matched_posting as (
    select booking.asset_no, booking.kind, sum(booking.units) as units
    from match
    join booking using (posting_no)
    group by booking.asset_no, booking.kind
),
journal_total as (
    select asset_no, kind, sum(units) as units from posting where (select has_journal from term) group by asset_no, kind
),
posted as (
    select asset_no, kind, true as is_matched, units from matched_posting
    union all
    select journal_total.asset_no, journal_total.kind, false,
           journal_total.units - coalesce(matched_posting.units, 0)
    from journal_total
    left join matched_posting using (asset_no, kind)
    union all
    select asset_no, 'opening', false, units
    from booked
    where not (select has_journal from term)
),
moved as (
    select movement.asset_no, movement.direction, movement.kind,
           case when movement.kind in ('house', 'affiliate', 'insider', 'thief') then movement.party end as party,
           matched.movement_no is not null as is_matched,
           sum(movement.units) as units, sum(movement.fee_units) as fee_units
    from movement
    left join (select distinct movement_no from match) as matched using (movement_no)
    where not movement.is_after and movement.direction <> 'outside'
    group by all
),
opening as (
    select holding.asset_no,
           (sum(holding.opening_units)
            + case when bool_or(holding.opens_as_held) then max(holding_total.paid_in_kind) else 0 end)
               ::decimal(38, 0) as units
    from holding
    join holding_total using (asset_no)
    where holding.purpose = 'customer'
    group by holding.asset_no
),
term_of_line as (
    select asset_no, 1 as line_no, 'opening_difference' as line, units from posted where kind = 'opening'
    union all select asset_no, 1, 'opening_difference', -units from opening
    union all select asset_no, 2, 'deposits_without_receipt', units from posted where kind = 'deposit' and not is_matched
    union all select asset_no, 3, 'receipts_without_posting', -units from moved
        where direction = 'in' and not is_matched and kind not in ('house', 'affiliate', 'insider', 'thief')
    union all select asset_no, 4, 'deposit_differences', units from posted where kind = 'deposit' and is_matched
    union all select asset_no, 4, 'deposit_differences', -units from moved where direction = 'in' and is_matched
    union all select asset_no, 5, 'withdrawals_not_sent', units from posted where kind = 'withdrawal' and not is_matched
    union all select asset_no, 6, 'withdrawal_differences', units from posted where kind = 'withdrawal' and is_matched
    union all select asset_no, 6, 'withdrawal_differences', units from moved where direction = 'out' and is_matched
    union all select asset_no, 7, 'moved_to_guarantee', case when direction = 'out' then units else -units end from moved
        where direction in ('in', 'out') and not is_matched and party = 'guarantee' and kind = 'house'
    union all select asset_no, 8, 'taken_by:' || party, case when direction = 'out' then units else -units end from moved
        where direction in ('in', 'out') and not is_matched and party <> 'guarantee'
          and kind in ('house', 'affiliate', 'insider', 'thief')
    union all select asset_no, 9, 'outflows_without_posting', units from moved
        where direction = 'out' and not is_matched and kind not in ('house', 'affiliate', 'insider', 'thief')
    union all select asset_no, 10, 'network_fees', fee_units from moved where direction in ('out', 'internal')
    union all select asset_no, 11, 'credits:' || kind, units from posted
        where kind in ('trade', 'fee', 'transfer', 'reward', 'adjustment')
    union all select asset_no, 12, 'books_difference', units from booked where (select has_journal from term)
    union all select asset_no, 12, 'books_difference', -units from posted where (select has_journal from term)
    union all select asset_no, 13, 'negative_balances', negative from holding_total
),
line as (
    select asset_no, line_no, line, sum(units)::decimal(38, 0) as units
    from term_of_line
    cross join term
    where term.has_transfers or line_no not between 2 and 10
    group by asset_no, line_no, line
),
explained as (
    select asset_no, sum(units)::decimal(38, 0) as units from line group by asset_no
)
select asset_no, line_no, line, units from line
union all
select holding_total.asset_no, 14, 'unobserved',
       (holding_total.shortfall - coalesce(explained.units, 0))::decimal(38, 0)
from holding_total
left join explained using (asset_no)
order by asset_no, line_no, line;
