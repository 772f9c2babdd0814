"""What is wrong with the rows of a file, as far as a short look shows, and what is to be done about it?

In sentences for a person, each with the first place and what to do. The run will find the same and stop there, row by
row; here they are said before anybody waits for it. Columns whose words the contract does not know are left out where
they may be, so that one column of remarks does not spoil every row.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from ledgers.display import display
from ledgers.ingestion.columns import LAYOUTS, Cell, Column
from ledgers.surveying.forms import DAYS, ColumnForms, Form
from ledgers.surveying.headings import Headings
from ledgers.surveying.samples import Sample
from ledgers.surveying.sums import Sums
from ledgers.surveying.tables import Table, is_readable

SHOWN_MAX = 6
WORDS_PERCENT = 100
QUANTITIES = (Cell.QUANTITY, Cell.NUMBER)
ODD = {
    Form.SEPARATED: "thousands separators; export them as plain numbers",
    Form.ODD_NUMBER: "a writing that is no plain number; export them as plain numbers",
    Form.TEXT: "words; correct or remove those rows",
    Form.SCIENTIFIC: 'scientific notation; it is read exactly where scientific = "accept" is declared',
}


def usable(table: Table, columns: Sequence[ColumnForms]) -> tuple[Table, list[str]]:
    """Leave out the optional columns whose cells no row could be read with; say which."""
    places = dict(table.places)
    said: list[str] = []
    for column in _wanted(table):
        place = places.get(column.name)
        if place is None or column.is_required:
            continue
        held = columns[place - 1]
        if held.filled and is_readable(column, held) < WORDS_PERCENT and column.cell is not Cell.QUANTITY:
            del places[column.name]
            said.append(f"{display(held.shown)} is not taken for {column.name}: {_why_not(column, held)}")
    return replace(table, places=places), said


def _why_not(column: Column, held: ColumnForms) -> str:
    if column.words:
        strange = [value for value in held.values if value not in column.words][:SHOWN_MAX]
        return f"it says {_listed(strange)}, and the words there are: {', '.join(column.words)}"
    row, text = next(
        (found for form, found in held.first.items() if form not in (Form.EMPTY, Form.OFFSET, Form.LOCAL, Form.PLAIN)),
        (0, ""),
    )
    return f'it says for instance "{display(text)}"{_at(row)}'


def faults_of(
    sample: Sample, table: Table, columns: Sequence[ColumnForms], sums: Sums, headings: Headings
) -> Iterator[str]:
    """Say what is wrong with the rows that were seen."""
    if headings.count:
        yield f"headings among the rows: {headings.count:,}; `ignore` leaves them out and counts them"
    if headings.total:
        line = f'"{display(headings.total)}"{_at(headings.total_row)}'
        yield f"a line that seems to sum up others: {line}; ignore or remove it"
    if sums.ragged:
        yield (
            f"rows with another number of cells than {sample.width}: {sums.ragged:,}{_first(sums.ragged_row)}; "
            "correct them, or is one a heading?"
        )
    for column in _wanted(table):
        place = table.places.get(column.name)
        if place is not None:
            yield from _of_column(column, columns[place - 1], sample, headings.count)
    if table.layout == "packed" and sums.unread:
        yield f'quantities that are no plain number: {sums.unread:,}, the first "{display(sums.unread_text)}"'
    if sums.long:
        yield f"quantities of more than 38 digits: {sums.long:,}; no run takes them"
    if sums.repeated:
        yield (
            f"rows with the same {'account' if table.table == 'balance' else 'wallet'} and asset as another: "
            f'{sums.repeated:,}; each is refused, unless duplicates = "sum" is declared'
        )
    if sums.has_more_assets:
        yield "it names more assets than were counted; declare the others by a pattern, [assets.\"*\"]"
    for held in columns:
        if held.nuls:
            yield f"cells with a NUL in {display(held.shown)}: {held.nuls:,}; find out what wrote the file"
        if held.returns:
            yield f"cells with a carriage return in {display(held.shown)}: {held.returns:,}"


def _of_column(column: Column, held: ColumnForms, sample: Sample, headings: int) -> Iterator[str]:
    shown = f"{column.name} ({display(held.shown)})" if held.name != column.name else column.name
    kind = sample.column_kinds.get(held.place, "")
    if kind in ("DOUBLE", "FLOAT") and column.cell in QUANTITIES:
        yield f"{shown} is kept as {kind}, a binary fraction that may have rounded what was in the books"
    empty = held.forms[Form.EMPTY]
    if column.is_required and empty > headings:
        yield f"{shown} is empty in some rows: {empty:,}{_first(held.first[Form.EMPTY][0])}; they are refused"
    if column.cell in QUANTITIES:
        for form, why in ODD.items():
            if held.forms[form] > (headings if form is Form.TEXT else 0):
                row, text = held.first[form]
                yield f'{shown} has {why}: {held.forms[form]:,} of the cells, such as "{display(text)}"{_at(row)}'
        if held.negative and not column.is_signed:
            yield f"{shown} is negative in some rows: {held.negative:,}; they are refused"
    elif column.cell is Cell.INSTANT:
        yield from _of_days(shown, held)
    elif column.words and held.filled:
        strange = [value for value in held.values if value not in column.words][:SHOWN_MAX]
        if strange:
            yield f"{shown} says {_listed(strange)}; the words that are read are: {', '.join(column.words)}"


def _of_days(shown: str, held: ColumnForms) -> Iterator[str]:
    if held.forms[Form.PLAIN] and held.share(DAYS) < 50:
        row, text = held.first[Form.PLAIN]
        such = f'"{display(text)}"{_at(row)}'
        yield f"{shown} counts seconds since 1970, such as {such}; export it as 2026-03-31T09:00:00Z"
    if not held.forms[Form.ODD_DAY]:
        return
    row, text = held.first[Form.ODD_DAY]
    if held.day_first and held.month_first:
        order = "some with the day first and some with the month first, so that no rule reads them all"
    elif held.day_first:
        order = "with the day first"
    elif held.month_first:
        order = "with the month first"
    elif held.day_open:
        order = "with the day or the month first, which nothing in it shows"
    else:
        order = "in another form than year-month-day"
    yield (
        f'{shown} is written {order}: {held.forms[Form.ODD_DAY]:,} of the cells, such as "{display(text)}"{_at(row)}; '
        "export it as 2026-03-31 or 2026-03-31T09:00:00+09:00"
    )


def asks_timezone(table: Table, columns: Sequence[ColumnForms]) -> bool:
    """Whether an instant that is read has no offset."""
    return any(
        column.cell is Cell.INSTANT
        and column.name in table.places
        and columns[table.places[column.name] - 1].forms[Form.LOCAL]
        for column in _wanted(table)
    )


def _wanted(table: Table) -> tuple[Column, ...]:
    return LAYOUTS[table.layout][table.table]


def _listed(values: Sequence[str]) -> str:
    return ", ".join(f'"{display(value)}"' for value in values)


def _at(row: int) -> str:
    return f" in row {row:,}" if row else ""


def _first(row: int) -> str:
    return f", the first is row {row:,}" if row else ""
