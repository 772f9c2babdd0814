-- The claims in words: which claim counts, its standing, and the row of the balance behind it.
--
-- Reads   claim_units, counted_claim, book, term
-- Makes   claim_row: claim_units and claim VARCHAR null, standing VARCHAR, is_late BOOLEAN, source_no INTEGER, row BIGINT null
create or replace view claim_row as
select claim_units.*, counted_claim.claim, coalesce(counted_claim.is_late, false) as is_late,
       case when counted_claim.claim is null then 'none'
            when counted_claim.is_late and term.late = 'barred' then 'disallowed'
            else counted_claim.standing end as standing,
       book.source_no, book."row"
from claim_units
left join counted_claim using (account_no, asset_no)
left join book using (account_no, asset_no)
cross join term;
