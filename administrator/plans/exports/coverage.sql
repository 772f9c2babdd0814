-- coverage.csv: what each policy says to each event, and what each reserve pays.
--
-- Reads   coverage, term
-- Makes   source, event, ground_up, covered, due, received, distributed, reason; by source, event
select coverage.source, nullif(coverage.event, '') as event,
       case when coverage.ground_up_partial then 'partial' else units_text(coverage.ground_up_minor, term.currency_decimals) end as ground_up,
       case when coverage.covered_partial then 'partial' else units_text(coverage.covered_minor, term.currency_decimals) end as covered,
       units_text(coverage.due_minor, term.currency_decimals) as due,
       units_text(coverage.received_minor, term.currency_decimals) as received,
       units_text(coverage.distributed_minor, term.currency_decimals) as distributed,
       coverage.reason
from coverage
cross join term
order by coverage.source, coverage.event
