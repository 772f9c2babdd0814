-- What of the history is known day by day, and what at commencement only.
--
-- Reads   history_term, bridge_line
-- Makes   one row: opening_on, commencement_on VARCHAR, has_journal, has_transfers, opens_with_balances,
--         has_books_difference, has_unobserved BOOLEAN
select history_term.opening_on::varchar as opening_on, history_term.commencement_on::varchar as commencement_on,
       history_term.has_journal, history_term.has_transfers, history_term.opens_with_balances,
       exists (select 1 from bridge_line where line = 'books_difference' and units <> 0) as has_books_difference,
       exists (select 1 from bridge_line where line = 'unobserved' and units <> 0) as has_unobserved
from history_term
