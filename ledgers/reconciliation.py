"""Is what the books say was owed there, and what explains the difference?

Runs the relations of the records in their order and checks the control total of each. The relations hold every figure;
this file only says what comes after what, and what must be equal on both sides.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ledgers.storage.books import Books

RELATIONS = Path(__file__).parent / "relations"

BOOKS = ("occurring", "posting", "book")
RECONCILIATION = (
    "party",
    "endpoint",
    "movement",
    "match",
    "holding",
    "holding_total",
    "bridge",
    "returnable",
    "finding_books",
    "finding_reconcile",
)
FLOWS = ("exposure", "gross", "edge", "sanctioned", "finding_flows", "finding_theft")


def make_books(books: Books) -> None:
    """Make what was owed: postings and balances of all accounts but the house's, at commencement."""
    _make(books, BOOKS)


def reconcile(books: Books) -> None:
    """Match postings with transfers, count what was held, and lay the bridge from one to the other."""
    _make(books, RECONCILIATION)
    assert books.value("select count(*) from movement") == books.value("select count(*) from transfer")
    assert books.value("select count(*) - count(distinct posting_no) from match") == 0
    broken = books.rows(
        "select asset_no from holding_total join bridge_line using (asset_no) group by asset_no, shortfall "
        "having sum(units) <> shortfall"
    )
    assert not broken, f"the bridge does not sum to the shortfall of assets {broken}"


def make_flows(books: Books) -> None:
    """Make what unmatched transfers took, by party, by line of the bridge, and by pair of parties."""
    _make(books, FLOWS)
    taken, bridged = books.rows(
        "select (select coalesce(sum(taken - returned), 0) from flow "
        "where kind in ('house', 'affiliate', 'insider', 'thief')), "
        "(select coalesce(sum(units), 0) from bridge_line where line_no in (7, 8))"
    )[0]
    assert taken == bridged, f"flows take {taken} units, the bridge says {bridged}"


def _make(books: Books, names: tuple[str, ...]) -> None:
    for name in names:
        books.run(RELATIONS / f"{name}.sql")
