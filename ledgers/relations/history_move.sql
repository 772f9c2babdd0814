-- What moved the shortfall each day, by the lines of the bridge.
--
-- Reads   history_term, history_posted, history_moved, history_pair, history_owing, book, holding, holding_total,
--         bridge_line
-- Makes   history_move(asset_no INTEGER, day DATE, line_no INTEGER, line VARCHAR, units DECIMAL(38,0)),
--         key (asset_no, day, line_no, line), ordered by it; zeros left out
-- Holds   + widens the shortfall; per asset and line the days sum to bridge_line, and timing, line 15, to nothing;
--         where the shortfall of two days is known, what lies between them is the moves of the later one
--
-- A deposit that is credited on Monday and arrives on Tuesday widens the shortfall on Monday and closes it on Tuesday.
-- That stands on the line timing, so that deposit_differences says what never came, on the day it could be seen.
-- What is known at commencement only is dated to it: the count of the wallets, the balances where there is no journal.
create or replace temp table history_move as
with booked as (
    select asset_no, sum(units)::decimal(38, 0) as units from book group by asset_no
),
journaled as (
    select asset_no, sum(matched + unmatched)::decimal(38, 0) as units from history_posted group by asset_no
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
undated as (
    select 1 as line_no, 'opening_difference' as line, booked.asset_no, false as is_opening, booked.units
    from booked
    cross join history_term
    where not history_term.has_journal
    union all
    select 1, 'opening_difference', opening.asset_no, history_term.has_journal, -opening.units
    from opening
    cross join history_term
    union all
    select 12, 'books_difference', booked.asset_no, history_term.opens_with_balances, booked.units
    from booked
    cross join history_term
    where history_term.has_journal
    union all
    select 12, 'books_difference', journaled.asset_no, history_term.opens_with_balances, -journaled.units
    from journaled
    cross join history_term
    union all
    select 14, 'unobserved', bridge_line.asset_no, false, bridge_line.units
    from bridge_line
    where bridge_line.line_no = 14
),
piece as (
    select undated.asset_no,
           case when undated.is_opening then history_term.opening_on else history_term.commencement_on end as day,
           undated.line_no, undated.line, undated.units
    from undated
    cross join history_term
    union all select asset_no, day, 1, 'opening_difference', unmatched from history_posted where kind = 'opening'
    union all select asset_no, day, 2, 'deposits_without_receipt', unmatched from history_posted where kind = 'deposit'
    union all select asset_no, day, 3, 'receipts_without_posting', -units from history_moved
        where direction = 'in' and not is_matched and line is null
    union all select asset_no, day, 4, 'deposit_differences', units from history_pair where direction = 'in'
    union all select asset_no, day, 5, 'withdrawals_not_sent', unmatched from history_posted where kind = 'withdrawal'
    union all select asset_no, day, 6, 'withdrawal_differences', units from history_pair where direction = 'out'
    union all select asset_no, day, case when line = 'moved_to_guarantee' then 7 else 8 end, line,
                     case when direction = 'out' then units else -units end
        from history_moved where direction in ('in', 'out') and not is_matched and line is not null
    union all select asset_no, day, 9, 'outflows_without_posting', units from history_moved
        where direction = 'out' and not is_matched and line is null
    union all select asset_no, day, 10, 'network_fees', fee_units from history_moved
        where direction in ('out', 'internal')
    union all select asset_no, day, 11, 'credits:' || kind, unmatched from history_posted
        where kind in ('trade', 'fee', 'transfer', 'reward', 'adjustment')
    union all select asset_no, day, 13, 'negative_balances', negative from history_owing
    union all select asset_no, day, 15, 'timing', matched from history_posted where kind in ('deposit', 'withdrawal')
    union all select asset_no, day, 15, 'timing', case when direction = 'in' then -units else units end
        from history_moved where is_matched
    union all select asset_no, day, 15, 'timing', -units from history_pair
)
select piece.asset_no, piece.day, piece.line_no, piece.line, sum(piece.units)::decimal(38, 0) as units
from piece
cross join history_term
where history_term.has_transfers or piece.line_no not in (2, 3, 4, 5, 6, 7, 8, 9, 10, 15)
group by piece.asset_no, piece.day, piece.line_no, piece.line
having sum(piece.units) <> 0
order by piece.asset_no, piece.day, piece.line_no, piece.line;
