-- Which postings make the customers' books: those of every account but the house's, at or before commencement.
--
-- Reads   journal, account, term
-- Makes   house_account(account_no INTEGER key)
--         posting(posting_no BIGINT key, posting VARCHAR, posted_at TIMESTAMP, account_no INTEGER, asset_no INTEGER,
--                 units DECIMAL(38,0), kind VARCHAR, reference VARCHAR null, source_no INTEGER, row BIGINT)
-- Holds   posting_no numbers rows inside these books only; no output depends on it
create or replace table house_account as
select account_no from account where kind = 'house';

create or replace view posting as
select journal.rowid as posting_no,
       journal.posting, journal.posted_at, journal.account_no, journal.asset_no, journal.units, journal.kind,
       journal.reference, journal.source_no, journal."row"
from journal
anti join house_account using (account_no)
where journal.posted_at <= (select commencement_at from term);
