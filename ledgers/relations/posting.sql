-- Which postings make the customers' books: those of every account but the house's, at or before commencement.
--
-- Reads   journal, account, term
-- Makes   posting(posting_no BIGINT key, posting VARCHAR, posted_at TIMESTAMP, account_no INTEGER, asset_no INTEGER,
--                 units DECIMAL(38,0), kind VARCHAR, reference VARCHAR null, source_no INTEGER, row BIGINT)
-- Holds   posting_no numbers rows inside this run only; no output depends on it
create or replace table posting as
select row_number() over () as posting_no,
       journal.posting, journal.posted_at, journal.account_no, journal.asset_no, journal.units, journal.kind,
       journal.reference, journal.source_no, journal."row"
from journal
join account using (account_no)
cross join term
where account.kind <> 'house'
  and journal.posted_at <= term.commencement_at;
