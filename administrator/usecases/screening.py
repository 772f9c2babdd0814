"""Look at what looks wrong: red flags in pages, the rows each rests on, and what an account ever put in.

Everything is text. Nothing here changes the case, and no figure of the plan depends on any of it.
"""

from __future__ import annotations

from dataclasses import dataclass

from administrator.red_flags import SCREENS, read_red_flags, screening_of
from administrator.usecases.explaining import facts_of
from administrator.usecases.looking import PAGE_ROWS_MAX, Matter, Page
from administrator.views import view

FLAG_COLUMNS = ("flag_no", "score", "kind", "account", "accounts", "other", "asset", "quantity", "value", "first_at",
                "last_at", "rows", "why", "source", "row")  # fmt: skip


@dataclass(frozen=True, slots=True)
class NetInvestment:
    """What one account put in and took out, beside what the books say it is owed."""

    account: str
    assets: Page
    """A row an asset, then one with the value of those that have a price at commencement."""
    says: tuple[str, ...]
    """How to read it."""


def red_flag_kinds(matter: Matter) -> tuple[tuple[str, int], ...]:
    """Every kind of red flag, in the order of the screens, with their number; empty where none were looked for."""
    if not _has(matter, "red_flag"):
        return ()
    counts = dict(matter.books.rows("select kind, count(*) from red_flag group by kind"))
    return tuple((screen.kind, int(counts.get(screen.kind, 0))) for screen in SCREENS)


def red_flags(matter: Matter, kind: str, offset: int, limit: int) -> Page:
    """A page of red flags, the highest scores first.

    Args:
        kind: one of those that `red_flag_kinds` names; empty for all.
    """
    assert 0 <= limit <= PAGE_ROWS_MAX
    if not _has(matter, "red_flag"):
        return Page(FLAG_COLUMNS, (), offset, 0)
    total = matter.books.value("select count(*) from red_flag where $kind = '' or kind = $kind", {"kind": kind})
    rows = tuple(
        (
            str(flag.flag_no), str(flag.score), flag.kind, flag.account, str(flag.accounts), flag.other, flag.asset,
            flag.quantity, flag.value, f"{flag.first_at.isoformat()}Z" if flag.first_at else "",
            f"{flag.last_at.isoformat()}Z" if flag.last_at else "", str(flag.row_count), flag.why, flag.source,
            "" if flag.row is None else str(flag.row),
        )
        for flag in read_red_flags(matter.books, kind, offset, limit, screening_of(matter.case))
    )  # fmt: skip
    return Page(FLAG_COLUMNS, rows, offset, int(total))


def red_flag_rows(matter: Matter, flag_no: int, offset: int, limit: int) -> Page:
    """A page of the rows of the files that one red flag rests on, the earliest first."""
    assert 0 <= limit <= PAGE_ROWS_MAX
    total = matter.books.value("select count(*) from red_flag_row where flag_no = $flag_no", {"flag_no": flag_no})
    wanted = {"flag_no": flag_no, "limit": limit, "offset": offset}
    columns, rows = matter.books.table(view("red_flag_rows"), wanted)
    return Page(columns, rows, offset, int(total))


def net_investment(matter: Matter, account: str) -> NetInvestment:
    """What one account put in and took out by what transfers bear out, beside its balance.

    Raises:
        UnknownAccountError: the case knows no such account.
    """
    facts_of(matter, account)
    if not _has(matter, "match"):
        return NetInvestment(account, Page((), (), 0, 0), ("The run was stopped before postings met transfers.",))
    columns, rows = matter.books.table(view("net_investment"), {"account": account})
    says = (
        "balance = opening + received + not_received - sent - not_sent + traded + fees + transferred + rewards "
        "+ adjustments + books_difference.",
        "net_investment = received - sent, nothing at the least: the net investment method for books that are partly "
        "invented. It is a view; the claim stands as the books have it until a ruling.",
        "received and sent are what transfers bear out; opening is history that nobody has verified.",
        "value is at prices of commencement, of the assets that have one.",
    )
    return NetInvestment(account, Page(columns, rows, 0, len(rows)), says)


def _has(matter: Matter, relation: str) -> bool:
    sql = "select count(*) from information_schema.tables where table_name = $name"
    return bool(matter.books.value(sql, {"name": relation}))
