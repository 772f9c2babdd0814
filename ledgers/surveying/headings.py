"""Which records of a file are no rows, but headings or totals that stand among them?

What was printed page by page has its header again on every page, and lists end in sums. Such a record cannot be told
from a row by its form alone, so it is only recognised where its first cell is that of the header, or comes again with a
cell that no row has, or is a word for a total. A declaration `ignore` is proposed for them, which counts what it leaves
out.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

from ledgers.ingestion.columns import LAYOUTS, Cell, Column
from ledgers.surveying.forms import DAYS, NUMBERS, Form, form_of
from ledgers.surveying.samples import Sample
from ledgers.surveying.tables import Table

TOTAL = re.compile(r"\s*(grand |sub)?totals?\s*:?\s*|\s*(総|小)?合?計\s*", re.IGNORECASE)
TEXTS_MAX = 1_000
FORMS_OF_CELL = {
    Cell.QUANTITY: {*NUMBERS}, Cell.NUMBER: {*NUMBERS}, Cell.COUNT: {*NUMBERS}, Cell.INSTANT: {*DAYS, Form.PLAIN},
    Cell.POSITIONS: {Form.PACKED},
}  # fmt: skip
CHARACTERS_MAX = 40


@dataclass(frozen=True, slots=True)
class Headings:
    """Records that are no rows."""

    expression: str
    """To declare as `ignore`; empty where there are none."""
    count: int
    total: str
    """The first cell of a line that seems to sum up others; empty where there is none."""
    total_row: int


def headings_of(sample: Sample, table: Table) -> Headings:
    """Find the headings and totals among the rows that were seen."""
    wanted = LAYOUTS[table.layout][table.table]
    checked = [(place - 1, forms) for place, forms in _checked(table, wanted)]
    odd: Counter[str] = Counter()
    first_row_text, total, total_row = "", "", 0
    own = sample.header[0] if sample.header else ""
    repeated = 0
    for row, cells in sample.records():
        first = cells[0]
        if own and tuple(cells) == sample.header:
            repeated += 1
            continue
        if TOTAL.fullmatch(first) and not total:
            total, total_row = first, row
        is_odd = len(cells) == sample.width and any(form_of(cells[place]) not in forms for place, forms in checked)
        if is_odd and first and (first in odd or len(odd) < TEXTS_MAX):
            odd[first] += 1
            if row == 1:
                first_row_text = first
    if repeated:
        return Headings(f"^{escaped(own)}", repeated, total, total_row)
    if sample.header is None and first_row_text:
        # A first record that is no row above rows without a header: a heading, once or on every page.
        return Headings(f"^{escaped(first_row_text)}", odd[first_row_text], total, total_row)
    return Headings("", 0, total, total_row)


def _checked(table: Table, wanted: tuple[Column, ...]) -> list[tuple[int, set[Form]]]:
    """Give the places whose cells have one kind of form in every row, and those forms."""
    return [
        (table.places[column.name], FORMS_OF_CELL[column.cell])
        for column in wanted
        if column.is_required and column.name in table.places and column.cell in FORMS_OF_CELL
    ]


def escaped(text: str) -> str:
    """Give a text as an expression that matches its beginning.

    >>> escaped("Customer Code [1]")
    'Customer Code \\\\[1\\\\]'
    """
    return re.sub(r"([\\.^$*+?{}\[\]|()])", r"\\\1", re.split("[\n\r']", text)[0][:CHARACTERS_MAX])
