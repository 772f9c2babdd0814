-- A page of what each policy says to each event and each reserve pays, in the order in which they are asked.
--
-- Reads   coverage, step, term
-- Makes   source, event, ground_up, covered, due, received, outstanding, distributed, reason VARCHAR
select coverage.source, coverage.event,
       case when coverage.ground_up_partial then 'partial' else units_text(coverage.ground_up_minor, term.currency_decimals) end as ground_up,
       case when coverage.covered_partial then 'partial' else units_text(coverage.covered_minor, term.currency_decimals) end as covered,
       units_text(coverage.due_minor, term.currency_decimals) as due,
       units_text(coverage.received_minor, term.currency_decimals) as received,
       units_text((coverage.due_minor - coverage.received_minor)::decimal(38, 0), term.currency_decimals) as outstanding,
       units_text(coverage.distributed_minor, term.currency_decimals) as distributed,
       coalesce(coverage.reason, '') as reason
from coverage
cross join term
join step on step.step in ('insurance:' || coverage.source, 'reserve:' || coverage.source)
order by step.step_no, coverage.event
limit $limit offset $offset
