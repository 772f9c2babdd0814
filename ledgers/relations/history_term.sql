-- From which day to which the history goes, in which zone, and where the books begin.
--
-- Reads   posting, transfer, term; $offset_seconds BIGINT: the zone, seconds east of UTC
-- Makes   history_term(commencement_at TIMESTAMP in UTC, zone INTERVAL, opening_on, commencement_on DATE,
--                      has_balance, has_journal, has_transfers, opens_with_balances BOOLEAN): one row
-- Holds   an instant falls on the day of (instant + zone); opening_on is the day of the first posting of a customer or
--         the first transfer, of any asset, and never behind commencement_on
--
-- A journal without a single opening posting begins somewhere in the life of the exchange: what the balances say beyond
-- it is then the position with which the books open. One with opening postings says itself with what it begins: a
-- difference is then one that nobody can date, and it stands on the last day.
create or replace temp table history_term as
with zoned as (
    select commencement_at, to_seconds($offset_seconds::bigint) as zone, has_balance, has_journal, has_transfers
    from term
),
begun as (
    select min(posted_at) as at from posting
    union all
    select min(transfer.occurred_at) from transfer cross join term where transfer.occurred_at <= term.commencement_at
)
select zoned.commencement_at, zoned.zone,
       coalesce((select (min(begun.at) + zoned.zone)::date from begun), (zoned.commencement_at + zoned.zone)::date)
           as opening_on,
       (zoned.commencement_at + zoned.zone)::date as commencement_on,
       zoned.has_balance, zoned.has_journal, zoned.has_transfers,
       zoned.has_journal and zoned.has_balance and not exists (select 1 from posting where kind = 'opening')
           as opens_with_balances
from zoned;
