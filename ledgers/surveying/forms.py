"""What kinds of values does a column hold?

Every cell that is seen has one form: a plain decimal, one with separators, a day, an address, text. A column is the
count of its forms and a few facts beside it (the most decimals, how many values are different). The forms that the
contract takes are those of the typing; the others are named only so that a person hears what is wrong with them.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from ledgers.ingestion.instants import INSTANT

DISTINCT_MAX = 200_000
VALUES_MAX = 400
VALUE_CHARACTERS_MAX = 64
CELL_CHARACTERS_MAX = 200
"""A longer cell is text, whatever it begins like, or packed."""
PACKED_CHARACTERS_MAX = 50_000


class Form(StrEnum):
    """What one cell looks like."""

    EMPTY = "empty"
    PLAIN = "plain"
    SCIENTIFIC = "scientific"
    SEPARATED = "separated"
    """A number with thousands separators."""
    ODD_NUMBER = "odd"
    """A number in another writing: a comma for the point, a sign of money, wide digits, blanks around it."""
    OFFSET = "offset"
    """An instant with its offset."""
    LOCAL = "local"
    """An instant or a day without one."""
    ODD_DAY = "odd_day"
    """A day that is not written as year-month-day."""
    ADDRESS = "address"
    PACKED = "packed"
    """Several positions in one cell."""
    TEXT = "text"


NUMBERS = (Form.PLAIN, Form.SCIENTIFIC, Form.SEPARATED, Form.ODD_NUMBER)
DAYS = (Form.OFFSET, Form.LOCAL, Form.ODD_DAY)
POSITION = r"[^\[\],]{1,200}\[[^\[\]]{0,80}\]"
FORMS = re.compile(
    r"(?P<plain>-?[0-9]+(?:\.[0-9]+)?)"
    r"|(?P<scientific>-?[0-9]+(?:\.[0-9]+)?[eE][+-]?[0-9]{1,4})"
    r"|(?P<separated>-?[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?)"
    r"|(?P<odd_day>[0-9]{1,4}(?P<sep>[/.])[0-9]{1,2}(?P=sep)[0-9]{1,4}(?:[ T].{0,30})?"
    r"|[0-9]{4}年[0-9]{1,2}月[0-9]{1,2}日.{0,30}|[0-9]{1,2}[- ][A-Za-z]{3,9}[- ,]+[0-9]{2,4}.{0,30}"
    r"|[0-9]{1,2}-[0-9]{1,2}-[0-9]{2,4}(?:[ T].{0,30})?"
    r"|(?:19|20)[0-9]{2}-[0-9]{1,2}-[0-9]{1,2}(?:[ T].{0,30})?|[A-Za-z]{3,9}\.? [0-9]{1,2},? [0-9]{4}.{0,30})"
    r"|(?P<odd>\s*[-+(]?\s*[¥$€£￥]?\s*[-+]?(?:[0-9０-９]{1,3}(?:[ ,.'_’，．][0-9０-９]{3})+(?:[.,．，][0-9０-９]*)?"
    r"|[0-9０-９]*[.,．，]?[0-9０-９]+[.]?)\s*\)?\s*[¥$€£円%]?\s*)"
    r"|(?P<address>0x[0-9a-fA-F]{40,64}|(?:bc|tb|ltc)1[02-9ac-hj-np-z]{20,87}|[13LMDXrTt][1-9A-HJ-NP-Za-km-z]{25,48}"
    r"|[0-9a-fA-F]{64}"
    r"|[1-9A-HJ-NP-Za-km-z]{43,44})",
    re.ASCII | re.DOTALL,
)
PACKED = re.compile(rf"(?:{POSITION})(?: ?[,;|] ?(?:{POSITION})| (?:{POSITION}))*", re.ASCII | re.DOTALL)
DAY_PARTS = re.compile(r"(?P<a>[0-9]{1,4})[/.-](?P<b>[0-9]{1,2})[/.-](?P<c>[0-9]{1,4})")
EPOCH = re.compile(r"[12][0-9]{9}(?:[0-9]{3}){0,3}(?:\.[0-9]+)?", re.ASCII)


def form_of(text: str) -> Form:
    """Give the form of a cell.

    >>> [str(form_of(text)) for text in ("1.50", "1,234.5", "5e-7", "2026-03-31 09:00", "31/03/2026", "BTC[1],JPY[2]")]
    ['plain', 'separated', 'scientific', 'local', 'odd_day', 'packed']
    """
    if not text:
        return Form.EMPTY
    instant = INSTANT.fullmatch(text)
    if instant is not None:
        return Form.OFFSET if instant["offset"] else Form.LOCAL
    found = FORMS.fullmatch(text) if len(text) <= CELL_CHARACTERS_MAX else None
    if found is None:
        return Form.PACKED if text.endswith("]") and PACKED.fullmatch(text[:PACKED_CHARACTERS_MAX]) else Form.TEXT
    return next(Form(name) for name, value in found.groupdict().items() if value is not None and name != "sep")


def decimals_of(text: str) -> int:
    """Give how many decimals of a plain number say anything: zeros at the end are padding."""
    return len(text.partition(".")[2].rstrip("0"))


@dataclass(slots=True)
class ColumnForms:
    """What was seen of one column."""

    name: str
    """As the header has it; empty where there is none."""
    place: int
    """In the file, from 1."""
    forms: Counter[Form] = field(default_factory=Counter)
    first: dict[Form, tuple[int, str]] = field(default_factory=dict)
    """The first cell of each form, with its row."""
    values: Counter[str] = field(default_factory=Counter)
    """The different values and how often, while they are few and short."""
    decimals: int = 0
    digits: int = 0
    """The most that a plain number has."""
    negative: int = 0
    returns: int = 0
    """Cells with a carriage return inside."""
    returns_row: int = 0
    nuls: int = 0
    epochs: int = 0
    day_first: int = 0
    """Days written with two numbers before the year of which only the first can be the day; month_first likewise."""
    month_first: int = 0
    day_open: int = 0
    has_few_values: bool = True
    _distinct: set[int] = field(default_factory=set)

    def add(self, row: int, text: str) -> None:
        """Take note of one cell."""
        form = form_of(text)
        self.forms[form] += 1
        if form not in self.first:
            self.first[form] = (row, text)
        if form is Form.EMPTY:
            return
        if len(self._distinct) <= DISTINCT_MAX:
            self._distinct.add(hash(text))
        if self.has_few_values:
            self.values[text[:VALUE_CHARACTERS_MAX]] += 1
            if len(self.values) > VALUES_MAX:
                self.has_few_values = False
                self.values.clear()
        if form is Form.PLAIN:
            self.decimals = max(self.decimals, decimals_of(text))
            self.digits = max(self.digits, len(text))
            self.negative += text.startswith("-")
            self.epochs += EPOCH.fullmatch(text) is not None
        elif form is Form.ODD_DAY:
            self._add_day(text)
        if "\r" in text or "\n" in text:
            self.returns += "\r" in text.replace("\r\n", "")
            self.returns_row = self.returns_row or row
        self.nuls += "\0" in text

    def _add_day(self, text: str) -> None:
        parts = DAY_PARTS.match(text)
        if parts is None or len(parts["a"]) == 4:
            return
        first, second = int(parts["a"]), int(parts["b"])
        self.day_first += first > 12
        self.month_first += second > 12
        self.day_open += first <= 12 and second <= 12

    @property
    def filled(self) -> int:
        """Cells that say something."""
        return self.forms.total() - self.forms[Form.EMPTY]

    @property
    def distinct(self) -> int:
        """How many different values, or one more than is counted."""
        return len(self._distinct)

    @property
    def is_unique(self) -> bool:
        """Whether no value was seen twice."""
        return self.filled > 0 and self.distinct == min(self.filled, DISTINCT_MAX + 1)

    def share(self, forms: Iterable[Form]) -> int:
        """Give how many of a hundred filled cells have one of these forms."""
        return sum(self.forms[form] for form in forms) * 100 // self.filled if self.filled else 0

    @property
    def is_number(self) -> bool:
        """Whether most of it are numbers."""
        return self.share(NUMBERS) >= 80

    @property
    def is_day(self) -> bool:
        """Whether most of it are days or instants, seconds since 1970 among them."""
        return self.share(DAYS) >= 80 or (self.filled > 0 and self.epochs * 100 >= 95 * self.filled)

    @property
    def shown(self) -> str:
        """How it is called in a sentence."""
        return f'"{self.name}"' if self.name else f"column {self.place}"


def columns_of(
    header: tuple[str, ...] | None, width: int, records: Iterator[tuple[int, list[str]]]
) -> list[ColumnForms]:
    """Give what the columns hold, of the records that have as many cells as there are columns."""
    names = header or ("",) * width
    columns = [ColumnForms(name, place) for place, name in enumerate(names, 1)]
    for row, cells in records:
        if len(cells) == width:
            for column, cell in zip(columns, cells, strict=True):
                column.add(row, cell)
    return columns
