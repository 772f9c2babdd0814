"""How is a text cut into records and cells, and does it begin with a header?

The contract knows one writing of csv: commas, quotes doubled inside. Any other delimiter is recognised only so that a
person hears what to convert; nothing is converted here. A header is a first record of words above columns that hold
something else, or of names that the program knows. Where lines stand before it, that is said.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from ledgers.surveying.forms import NUMBERS, Form, form_of
from ledgers.surveying.words import ANYWHERE, CRYPTO_DECIMALS, FIAT_DECIMALS, IN_TABLE, plain_name

DELIMITERS = {",": "comma", "\t": "tab", ";": "semicolon", "|": "bar"}
FIRST_RECORDS = 300
EVEN_PERCENT = 80
"""Of the first records, how many must have the same number of cells for a delimiter to be one."""
LONE_RETURN = re.compile("\r(?!\n)")
CELL_CHARACTERS_MAX = 1 << 20
KNOWN = frozenset().union(
    *ANYWHERE.values(), *IN_TABLE.values(), map(plain_name, ANYWHERE), (plain_name(name) for _, name in IN_TABLE)
)
VALUES = frozenset({*NUMBERS, Form.OFFSET, Form.LOCAL, Form.ODD_DAY, Form.ADDRESS})

Record = tuple[int, list[str]]
"""The number of a record in its file, from 1 (0 where it is not known), and its cells."""


@dataclass(frozen=True, slots=True)
class Dialect:
    """How one text is cut."""

    delimiter: str
    width: int
    """Cells of most records."""
    header: tuple[str, ...] | None
    """None where the first record is a row already."""
    header_row: int
    """The record it stands in: 1, or more where lines stand before it; 0 where there is none."""
    mends: bool
    """Carriage returns stand inside lines that end otherwise."""

    @property
    def shown(self) -> str:
        """The delimiter in a word."""
        return DELIMITERS[self.delimiter]


def records_of(text: str, delimiter: str, *, mends: bool) -> Iterator[Record]:
    r"""Give the records of a text; one that cannot be split is given as one cell, the blank ones without any.

    >>> list(records_of('a,"b,c"\n\nd,e\n', ",", mends=False))
    [(1, ['a', 'b,c']), (2, []), (3, ['d', 'e'])]
    """
    csv.field_size_limit(max(csv.field_size_limit(), CELL_CHARACTERS_MAX))
    reader = csv.reader(io.StringIO(LONE_RETURN.sub("", text) if mends else text, newline=""), delimiter=delimiter)
    row = 0
    while True:
        row += 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            cells = [""]
        yield row, cells


def dialect_of(text: str) -> Dialect:
    r"""Say how a text is cut.

    >>> dialect_of("user_id;ccy\n1;BTC\n").shown, dialect_of("1,BTC\n2,ETH\n").header
    ('semicolon', None)
    """
    mends = "\n" in text and LONE_RETURN.search(text) is not None
    best: tuple[int, int, str, list[Record]] = (0, 1, ",", [])
    for delimiter in DELIMITERS:
        first = [found for found in islice(records_of(text, delimiter, mends=mends), FIRST_RECORDS) if found[1]]
        widths = Counter(len(cells) for _, cells in first)
        width, times = max(widths.items(), key=lambda item: (item[1], item[0]), default=(1, 0))
        even = times * 100 // len(first) if first else 0
        if delimiter == "," or (width > 1 and even >= EVEN_PERCENT and (even, width) > best[:2]):
            best = (even if width > 1 else 0, width, delimiter, first)
        if delimiter == "," and width > 1 and even >= EVEN_PERCENT:
            break
    _, width, delimiter, first = best
    fit = [(row, cells) for row, cells in first if len(cells) == width]
    if not fit:
        return Dialect(delimiter, width, None, 0, mends)
    row, cells = fit[0]
    if is_header(cells, [below for _, below in fit[1:]]):
        return Dialect(delimiter, width, tuple(cells), row, mends)
    return Dialect(delimiter, width, None, 0 if row == first[0][0] else row, mends)


def is_header(cells: Sequence[str], below: Sequence[Sequence[str]]) -> bool:
    """Say whether a record names columns rather than filling them.

    >>> is_header(["user_id", "btc"], [["1", "0.5"]]), is_header(["ann", "0.5"], [["bob", "1"]])
    (True, False)
    """
    if any(form_of(cell) in VALUES or form_of(cell) is Form.PACKED for cell in cells if not _is_code(cell)):
        known = sum(plain_name(cell) in KNOWN for cell in cells)
        return known >= 2
    if any(plain_name(cell) in KNOWN for cell in cells):
        return True
    if not below:
        return False
    for place in range(len(cells)):
        under = [form_of(record[place]) for record in below if record[place]]
        if sum(form in VALUES or form is Form.PACKED for form in under) * 2 > len(under) and under:
            return True
    return not any(_is_code(cell) for cell in cells) and len({*cells}) == len(cells) and len(cells) > 1


def _is_code(cell: str) -> bool:
    return cell.upper() in CRYPTO_DECIMALS or cell.upper() in FIAT_DECIMALS
