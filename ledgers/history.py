"""How did the shortfall come about: what was owed and held at the end of each day, and what moved it?

Says what comes after what and what must be equal on both sides; the relations hold every figure. They are made on
request, as temporary tables beside the books of a finished run, and no output of a run rests on them. Which wallets are
apart enough from the house's is a matter of law and not asked here.

A day is a calendar day of one zone with a fixed offset, that of commencement_at, as everywhere in the contract: it
knows no summer time, so that a day here is the same day as that of a bar date or an event of case.toml.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ledgers.reconciliation import RELATIONS

if TYPE_CHECKING:
    from ledgers.storage.books import Books

TERM = "history_term"
HISTORY = (
    "history_owing",
    "history_store",
    "history_day",
    "history_posted",
    "history_moved",
    "history_pair",
    "history_move",
    "history_greatest",
    "history_behind",
)


def make_history(books: Books, offset_seconds: int) -> None:
    """Make history_day, history_move and what lies behind it of reconciled books, and check them against the bridge.

    Args:
        books: open, be it read-only, with the relations of `ledgers.reconciliation`.
        offset_seconds: of the zone in which days are counted, east of UTC.

    Takes one pass over the postings that sorts them by account, asset and day, spilling what does not fit in memory.
    """
    books.run(RELATIONS / f"{TERM}.sql", offset_seconds=offset_seconds)
    for name in HISTORY:
        books.run(RELATIONS / f"{name}.sql")
    _check_end(books)
    _check_lines(books)
    _check_days(books)


def _check_end(books: Books) -> None:
    """The last row of every asset is the reconciliation."""
    broken = books.rows(
        "select total.asset_no from holding_total as total "
        "left join history_day on history_day.asset_no = total.asset_no "
        "and history_day.day = (select commencement_on from history_term) "
        "where (total.owed, total.negative, total.held_customer, total.hot, total.held_guarantee, total.held_house, "
        "total.shortfall) is distinct from (history_day.owed, history_day.negative, history_day.held, history_day.hot, "
        "history_day.guarantee, history_day.house, history_day.shortfall) order by total.asset_no"
    )
    assert not broken, f"the history does not end with the reconciliation of assets {broken}"


def _check_lines(books: Books) -> None:
    """The moves of each line sum to the bridge, timing to nothing, and all of an asset to its shortfall."""
    broken = books.rows(
        "with moved as (select asset_no, line, sum(units) as units from history_move group by asset_no, line) "
        "select distinct asset_no from moved full join bridge_line using (asset_no, line) "
        "where coalesce(moved.units, 0) <> coalesce(bridge_line.units, 0) order by asset_no"
    )
    assert not broken, f"the moves do not sum to the bridge of assets {broken}"
    broken = books.rows(
        "with moved as (select asset_no, sum(units) as units from history_move group by asset_no) "
        "select asset_no from holding_total left join moved using (asset_no) "
        "where coalesce(moved.units, 0) <> shortfall order by asset_no"
    )
    assert not broken, f"the moves do not sum to the shortfall of assets {broken}"


def _check_days(books: Books) -> None:
    """From one known day to the next the shortfall changes by the moves of the later one.

    The two are made of different relations: the days of accounts and wallets, the moves of postings and matches.
    """
    broken = books.rows(
        "with stepped as (select asset_no, day, shortfall, row_number() over passed as nth, "
        "lag(shortfall, 1, case when has_journal and has_transfers then 0 end) over passed as before "
        "from history_day cross join history_term window passed as (partition by asset_no order by day)), "
        "moved as (select asset_no, day, sum(units) as units from history_move group by asset_no, day) "
        "select asset_no, day from stepped full join moved using (asset_no, day) "
        "where nth is null or shortfall - before <> coalesce(moved.units, 0) order by asset_no, day limit 5"
    )
    assert not broken, f"the moves are not what the days differ by: {broken}"
