"""How did the shortfall come about? Per asset, day by day: since when, what moved it, and what was not kept apart.

Everything is text as the outputs write it, so that a screen, a file and the command line say the same figure. Nothing
here changes the case: the relations are temporary, made once for a case that is open, and checked against its
reconciliation and bridge. Who took it and where it lies is asked elsewhere.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from administrator.pictures.diagram import Chart, Mark, Series
from administrator.usecases.history_telling import history_lines, largest, phrase, signed
from administrator.usecases.looking import PAGE_ROWS_MAX, Matter, Page
from administrator.views import view
from ledgers.display import display
from ledgers.errors import CaseError
from ledgers.history import make_history
from ledgers.storage.books import MEMORY_LIMIT

if TYPE_CHECKING:
    from ledgers.storage.books import Books

RELATIONS = Path(__file__).parent.parent / "relations"
KEPT_APART = ("history_segregation", "history_breach")
SERIES = ("owed", "held", "shortfall", "hot", "guarantee")
"""Of a picture; the last two where they are ever more than nothing."""
ALWAYS_DRAWN = 3
MARKED_DAYS = 3
"""Days on which much moved that a picture names."""

ASSETS_NAMED_MAX = 5


class UnknownAssetError(CaseError):
    """The case knows no such asset."""

    exit_code = 2


@dataclass(frozen=True, slots=True)
class BehindRecord:
    """A posting or transfer that a figure rests on."""

    record: str
    """posting, transfer, or fee of transfer."""
    id: str
    """As received."""
    quantity: str
    """With the sign of the line."""


@dataclass(frozen=True, slots=True)
class MovedLine:
    """One line of the bridge, on one day."""

    line: str
    """As in bridge.csv."""
    quantity: str
    """+ widens the shortfall."""
    behind: tuple[BehindRecord, ...]
    """The three largest; none where no single record makes the figure."""
    records: int
    """How many there are in all."""


@dataclass(frozen=True, slots=True)
class MovedDay:
    """A day that moved the shortfall of one asset."""

    day: str
    change: str
    """What its lines sum to: without timing, what is booked on one day and moves on another."""
    lines: tuple[MovedLine, ...]


@dataclass(frozen=True, slots=True)
class Breach:
    """Days without a break on which a test of segregation was not met."""

    test: str
    asset: str
    """Empty for hot_share, which is of all assets."""
    from_on: str
    until_on: str
    """The last of the days."""
    days: int
    is_open: bool
    """Whether it was so at commencement."""


@dataclass(frozen=True, slots=True)
class AssetHistory:
    """How one asset's shortfall came about."""

    asset: str
    owed: str
    held: str
    shortfall: str
    """At commencement, as in reconciliation.csv."""
    is_short: bool
    above_on: str
    """The first day that ended with more owed than held; empty where none is known."""
    opened_on: str
    """The first of the days that all ended so, up to commencement; empty where it is not short or nobody can say."""
    is_open_always: bool
    """Whether no day before opened_on is known to have ended otherwise: it may be older than the records."""
    open_days: int
    """From opened_on to commencement."""
    undated: str
    """What of the shortfall is known at commencement only, and may be older: books_difference and unobserved."""
    greatest: str
    greatest_on: str
    moved: tuple[MovedDay, ...]
    """Ten at most, what moved it most first."""
    breaches: tuple[Breach, ...]
    """Of the tests of this asset, by test and day."""
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    """Its rows of history.csv, where this asset was asked for; else none."""


@dataclass(frozen=True, slots=True)
class History:
    """How the shortfalls of a case came about."""

    title: str
    commencement_at: str
    zone: str
    """In which days are counted: `UTC+09:00`."""
    opening_on: str
    commencement_on: str
    asked: str
    """The asset that was asked for; empty for all."""
    notes: tuple[str, ...]
    """Sentences: what a day is, and what is known at commencement only."""
    hot_share: tuple[Breach, ...]
    """When more than 5 % of the customers' crypto lay in hot and warm wallets."""
    assets: tuple[AssetHistory, ...]
    """Those short at commencement first, then by asset."""

    def lines(self, columns: int) -> Iterator[str]:
        """Say it in lines of so many columns."""
        return history_lines(self, columns)


def explore_history(folder: Path, asset: str | None, *, memory_limit: str = MEMORY_LIMIT) -> History:
    """Tell how the shortfalls of a case that was run came about.

    Args:
        folder: the case.
        asset: one asset, with its days; None for all, without.

    Raises:
        CaseError: the case was not run, is stale, was stopped before it was reconciled, or knows no such asset.
    """
    with Matter.open(folder, memory_limit=memory_limit) as matter:
        return history(matter, asset)


def history(matter: Matter, asset: str | None = None) -> History:
    """Tell how the shortfall of one asset, or of each, came about.

    Raises:
        CaseError: the run was stopped before it was reconciled.
        UnknownAssetError: no asset of that name occurs.
    """
    books = made(matter)
    known = books.rows(view("history_known"))[0]
    opening_on, commencement_on = known[:2]
    breaches = [
        Breach(test, of, from_on, until_on, int(days), bool(is_open))
        for test, of, from_on, until_on, days, is_open in books.rows(view("history_breaches"))
    ]
    assets = tuple(_asset_histories(books, asset, breaches))
    if asset is not None and not assets:
        raise UnknownAssetError(f'asset "{asset}" is in no table of the case. Assets are named as in [assets].')
    return History(
        title=matter.case.title,
        commencement_at=matter.case.commencement_at.isoformat(),
        zone=zone_name(matter.case.commencement_at),
        opening_on=opening_on,
        commencement_on=commencement_on,
        asked=asset or "",
        notes=tuple(_notes(matter, *known)),
        hot_share=tuple(breach for breach in breaches if not breach.asset),
        assets=assets,
    )


def made(matter: Matter) -> Books:
    """Give the books of a case with the relations of its history, which are made where they are not there yet.

    Raises:
        CaseError: the run was stopped before it was reconciled.
    """
    books = matter.books
    if not _has(books, "bridge_line"):
        raise CaseError(
            f"{matter.case.folder}: blocking findings stopped the last run before what is held could be compared with "
            "what is owed. Correct what findings.csv names and run again."
        )
    if not _has(books, KEPT_APART[-1]):
        make_history(books, offset_seconds(matter.case.commencement_at))
        for name in KEPT_APART:
            books.run(RELATIONS / f"{name}.sql")
    return books


def offset_seconds(at: datetime.datetime) -> int:
    """How far east of UTC an instant was written.

    >>> offset_seconds(datetime.datetime.fromisoformat("2026-03-31T17:00:00-04:30"))
    -16200
    """
    offset = at.utcoffset()
    assert offset is not None, "commencement_at has an offset"
    return offset // datetime.timedelta(seconds=1)


def zone_name(at: datetime.datetime) -> str:
    """Name the zone in which an instant was written, by its offset alone.

    >>> zone_name(datetime.datetime.fromisoformat("2026-03-31T17:00:00+09:00"))
    'UTC+09:00'
    >>> zone_name(datetime.datetime.fromisoformat("2026-03-31T17:00:00Z"))
    'UTC'
    """
    minutes = offset_seconds(at) // 60
    sign = "-" if minutes < 0 else "+"
    return f"UTC{sign}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}" if minutes else "UTC"


def days_page(matter: Matter, asset: str, offset: int, limit: int) -> Page:
    """Some of the rows of history.csv of one asset."""
    return _page(made(matter), "history_rows", asset, offset, limit)


def moves_page(matter: Matter, asset: str, offset: int, limit: int) -> Page:
    """Some of the rows of history_moves.csv of one asset."""
    return _page(made(matter), "history_move_rows", asset, offset, limit)


def segregation_page(matter: Matter, asset: str, offset: int, limit: int) -> Page:
    """Some of the rows of segregation_history.csv of one asset; of none, named by an empty text: hot_share."""
    return _page(made(matter), "history_segregation_rows", asset, offset, limit)


def chart(matter: Matter, asset: str) -> Chart:
    """What is drawn of one asset: owed, held and shortfall by day, hot and guarantee where there are any, and marks.

    A series that is not known on every day is left out; a mark on the day of commencement says its last figure.

    Raises:
        UnknownAssetError: no asset of that name occurs.
    """
    told = history(matter, asset).assets[0]
    rows = matter.books.rows(view("history_series"), {"asset": asset})
    days = tuple(row[0] for row in rows)
    series: list[Series] = []
    unknown: list[str] = []
    for place, name in enumerate(SERIES):
        cells = [(row[1 + 2 * place], row[2 + 2 * place]) for row in rows]
        if any(units is None for units, _ in cells):
            unknown.append(f"{name} {cells[-1][1]}")
            continue
        units = tuple(int(whole) for whole, _ in cells)
        if place < ALWAYS_DRAWN or any(units):
            series.append(Series(name, units, tuple(text for _, text in cells)))
    return Chart(
        title=f"{asset}: owed, held and shortfall at the end of each day",
        asset=asset,
        days=days,
        series=tuple(series),
        marks=tuple(_marks(told, days[-1], unknown)),
    )


def _marks(told: AssetHistory, commencement_on: datetime.date, unknown: list[str]) -> Iterator[Mark]:
    """One mark a day, in order."""
    labels: dict[datetime.date, list[str]] = {}

    def put(day: str, label: str) -> None:
        labels.setdefault(datetime.date.fromisoformat(day), []).append(label)

    if told.opened_on and not told.is_open_always:
        put(told.opened_on, "short from here on")
    if told.is_short:
        put(told.greatest_on, f"greatest shortfall {told.greatest}")
    for moved in told.moved[:MARKED_DAYS]:
        line = largest(moved.lines)
        put(moved.day, f"{phrase(line.line, line.quantity)} {signed(line.quantity)}")
    if unknown:
        labels.setdefault(commencement_on, []).append(f"known here only: {', '.join(unknown)}")
    labels.setdefault(commencement_on, []).append("commencement")
    for day in sorted(labels):
        yield Mark(day, "; ".join(labels[day]))


def _asset_histories(books: Books, asked: str | None, breaches: list[Breach]) -> Iterator[AssetHistory]:
    moved = _moved_days(books, asked)
    failed: dict[str, list[Breach]] = {}
    for breach in breaches:
        failed.setdefault(breach.asset, []).append(breach)
    columns, rows = ((), ()) if asked is None else _rows_of(books, "history_rows", asked)
    has_days = books.value("select has_journal and has_transfers from history_term")
    for row in books.rows(view("history_assets")):
        asset, owed, held, shortfall, is_short, above_on, opened_on, is_always, open_days, *texts = row
        if asked is not None and asset != asked:
            continue
        yield AssetHistory(
            asset=asset,
            owed=owed,
            held=held,
            shortfall=shortfall,
            is_short=is_short,
            above_on=(above_on or "") if has_days else "",
            opened_on=(opened_on or "") if has_days else "",
            is_open_always=is_always,
            open_days=(open_days or 0) if has_days else 0,
            undated=texts[0],
            greatest=texts[1],
            greatest_on=texts[2],
            moved=moved.get(asset, ()),
            breaches=tuple(failed.get(asset, ())),
            columns=columns,
            rows=rows,
        )


def _moved_days(books: Books, asked: str | None) -> dict[str, tuple[MovedDay, ...]]:
    """The days that moved each asset most, with what lies behind each of their lines."""
    behind: dict[tuple[str, str, str], list[BehindRecord]] = {}
    counts: dict[tuple[str, str, str], int] = {}
    for asset, day, line, record, name, quantity, total in books.rows(view("history_behind"), {"asset": asked}):
        behind.setdefault((asset, day, line), []).append(BehindRecord(record, name, quantity))
        counts[asset, day, line] = int(total)
    days: dict[str, dict[str, MovedDay]] = {}
    for asset, _, day, change, line, quantity in books.rows(view("history_greatest"), {"asset": asked}):
        key = (asset, day, line)
        moved = MovedLine(line, quantity, tuple(behind.get(key, ())), counts.get(key, 0))
        of_asset = days.setdefault(asset, {})
        earlier = of_asset[day].lines if day in of_asset else ()
        of_asset[day] = MovedDay(day, change, (*earlier, moved))
    return {asset: tuple(of_asset.values()) for asset, of_asset in days.items()}


def _notes(
    matter: Matter,
    opening_on: str,
    commencement_on: str,
    has_journal: bool,
    has_transfers: bool,
    opens_with_balances: bool,
    has_books_difference: bool,
    has_unobserved: bool,
) -> Iterator[str]:
    at = matter.case.commencement_at
    yield (
        f"Every figure is at the end of its day, at midnight {zone_name(at)}, the zone of commencement_at, without "
        f"summer time; that of {commencement_on} is at commencement itself, {at.isoformat()}."
    )
    if not has_journal:
        yield "There is no journal: what was owed, and so the shortfall, is known at commencement only."
    if not has_transfers:
        yield "There are no transfers: what was held, and so the shortfall, is known at commencement only."
    if opens_with_balances:
        yield (
            "The journal has no opening postings: what the balances say beyond it counts as owed from its first day, "
            f"{opening_on}."
        )
    elif has_books_difference:
        yield (
            "Where the balances differ from the journal nobody can say since when: books_difference stands on "
            f"{commencement_on}."
        )
    if has_unobserved:
        yield (
            "What was counted in the wallets and what transfers explain differ, and nobody can say since when: "
            f"unobserved stands on {commencement_on}."
        )
    unpriced = [asset for (asset,) in matter.books.rows(view("history_unpriced"))]
    if unpriced:
        shown = ", ".join(map(display, unpriced[:ASSETS_NAMED_MAX]))
        more = len(unpriced) - ASSETS_NAMED_MAX
        named = f"{shown} and {more} more have" if more > 0 else f"{shown} ha{'s' if len(unpriced) == 1 else 've'}"
        yield f"What part of all assets lay in hot and warm wallets cannot be said on every day: {named} no price."
    if has_journal and has_transfers:
        yield (
            "What is booked on one day and moves on another widens and closes the shortfall by itself; that is the "
            "line timing, which sums to nothing."
        )


def _page(books: Books, name: str, asset: str, offset: int, limit: int) -> Page:
    assert 0 <= limit <= PAGE_ROWS_MAX
    columns, rows = _rows_of(books, name, asset)
    return Page(columns, rows[offset : offset + limit], offset, len(rows))


def _rows_of(books: Books, name: str, asset: str) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
    """The rows of one asset as its file has them: as many as there are days, or lines of days."""
    sql = f"select * from ({view(name)}) where coalesce(asset, '') = $asset"  # noqa: S608  the text is a file of ours
    return books.table(sql, {"asset": asset})


def _has(books: Books, relation: str) -> bool:
    sql = "select count(*) from information_schema.tables where table_name = $name"
    return bool(books.value(sql, {"name": relation}))
