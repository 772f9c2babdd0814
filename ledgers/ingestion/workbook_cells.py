"""What does a cell of a workbook say, as text of the contract?

A workbook keeps every number as a binary fraction of 53 bits and writes it with up to 17 digits: a typed 1.1 stands in
the file as 1.1000000000000001. So what stands there is neither taken as it is nor printed by a library: a number is
read where 15 digits, which is what such a fraction keeps of any decimal, say the same fraction; where they do not,
nobody knows what was meant, and the cell is refused. Dates are days since an epoch, and only the cell's style says so.
"""

from __future__ import annotations

import datetime
import re
from decimal import Decimal

DIGITS_KEPT = 15
"""Decimal digits that every binary fraction of 53 bits gives back."""
DIGITS_WRITTEN_MAX = 17
NUMBER = re.compile(r"-?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?", re.ASCII)
PLAIN = re.compile(r"-?[0-9]{1,15}", re.ASCII)
ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")
DATE_FORMATS = frozenset((*range(14, 18), 22, *range(27, 32), 36, *range(50, 55), 57, 58))
"""Numbers of built-in formats that show a day; those of 27 to 58 are the East Asian ones."""
TIME_FORMATS = frozenset((*range(18, 23), *range(32, 36), 55, 56))
QUOTED = re.compile(r'"[^"]*"|\\.|_.|\*.|\[[^\]]*\]')
"""In a format, what is shown as it stands or colours it; `[h]` is a duration and no time of day."""
DAY_MICROSECONDS = 86_400_000_000
MICROSECONDS_OFF_MAX = 10
"""How far a binary fraction of a day may stand from the millisecond that was meant: 15 digits keep some 4."""
EPOCH_1900 = datetime.date(1899, 12, 30)
EPOCH_1904 = datetime.date(1904, 1, 1)
FALSE_LEAP_DAY = 60
"""29 February 1900, a day that workbooks have and the calendar has not."""


class Unreadable(Exception):
    """Why a cell says nothing: the code of the finding, and why."""

    def __init__(self, code: str, why: str) -> None:
        super().__init__(why)
        self.code = code
        self.why = why


def number_text(written: str) -> str:
    """Give the decimal that was put into a cell, from what the file has of it.

    >>> number_text("12.5"), number_text("1.1000000000000001"), number_text("1E-3"), number_text("7")
    ('12.5', '1.1', '0.001', '7')
    >>> number_text("12345678901234568")
    Traceback (most recent call last):
    ledgers.ingestion.workbook_cells.Unreadable: was rounded in the file: it has 17 digits, and only 15 are kept

    Raises:
        Unreadable: it is no number, or one that the workbook has rounded.
    """
    if PLAIN.fullmatch(written):
        return written
    if not NUMBER.fullmatch(written):
        raise Unreadable("error-cell", "is no number")
    exact = Decimal(written)
    if digits_of(exact) > DIGITS_KEPT:
        binary = float(written)
        shortest = Decimal(repr(binary))
        is_its_print = digits_of(exact) <= DIGITS_WRITTEN_MAX and Decimal(f"{binary:.17g}") == exact
        if not is_its_print or digits_of(shortest) > DIGITS_KEPT:
            raise Unreadable(
                "rounded-cells",
                f"was rounded in the file: it has {digits_of(exact)} digits, and only {DIGITS_KEPT} are kept",
            )
        exact = shortest
    return f"{exact:f}"


def digits_of(number: Decimal) -> int:
    """Count the digits of a decimal, from the first that is not 0 to the point or the last that is not 0.

    >>> [digits_of(Decimal(text)) for text in ("0.00120", "1E+20", "-12.50", "0")]
    [2, 21, 3, 0]
    """
    _, figures, exponent = number.as_tuple()
    assert isinstance(exponent, int), "neither infinite nor no number"
    text = "".join(map(str, figures)).lstrip("0")
    if not text:
        return 0
    kept = len(text.rstrip("0"))
    return kept + max(0, exponent + len(text) - kept)


def shows(format_no: int, code: str | None) -> tuple[bool, bool]:
    """Say whether a number format shows a day, and whether it shows a time of day.

    >>> shows(14, None), shows(22, None), shows(164, 'yyyy"年"m"月"d"日"'), shows(164, "[h]:mm"), shows(164, "0.00")
    ((True, False), (True, True), (True, False), (False, False), (False, False))

    Args:
        format_no: its number in the styles.
        code: how it is spelt, where the workbook says so.
    """
    if code is None:
        return format_no in DATE_FORMATS, format_no in TIME_FORMATS
    if re.search(r"\[(h+|m+|s+)\]", code, re.IGNORECASE):
        return False, False
    positive = QUOTED.sub("", code).lower().split(";")[0]
    if "general" in positive:
        return False, False
    has_day = "y" in positive or "d" in positive or "e" in positive.replace("e+", "").replace("e-", "")
    has_time = "h" in positive or "s" in positive
    return has_day or ("m" in positive and not has_time), has_time


def instant_text(written: str, *, has_day: bool, has_time: bool, is_1904: bool) -> str:
    """Give the day and time that a number of days stands for.

    >>> instant_text("46112.375", has_day=True, has_time=True, is_1904=False)
    '2026-03-31T09:00:00'
    >>> instant_text("46112", has_day=True, has_time=False, is_1904=False)
    '2026-03-31'
    >>> instant_text("46112.375011574077", has_day=True, has_time=True, is_1904=False)
    '2026-03-31T09:00:01'

    Raises:
        Unreadable: it is no day of the calendar.
    """
    if not NUMBER.fullmatch(written):
        raise Unreadable("error-cell", "is no number of days")
    serial = Decimal(written)
    if not 0 <= serial < 3_000_000 or (not is_1904 and int(serial) == FALSE_LEAP_DAY):
        raise Unreadable("error-cell", "is no day of the calendar")
    numerator, denominator = serial.as_integer_ratio()
    days, rest = divmod(numerator * DAY_MICROSECONDS * 2 + denominator, denominator * 2 * DAY_MICROSECONDS)
    microseconds = rest // (2 * denominator)
    near = (microseconds + 500) // 1000 * 1000
    if abs(near - microseconds) <= MICROSECONDS_OFF_MAX:
        microseconds = near
    days, microseconds = days + microseconds // DAY_MICROSECONDS, microseconds % DAY_MICROSECONDS
    time = (datetime.datetime.min + datetime.timedelta(microseconds=microseconds)).time()
    if not has_day and days == 0:
        return time.isoformat()
    epoch = EPOCH_1904 if is_1904 else EPOCH_1900
    if not is_1904 and days < FALSE_LEAP_DAY:
        days += 1
    try:
        day = epoch + datetime.timedelta(days=days)
    except OverflowError:
        raise Unreadable("error-cell", "is no day of the calendar") from None
    return f"{day}T{time.isoformat()}" if has_time or microseconds else f"{day}"


def unescaped(text: str) -> str:
    r"""Give the text of a cell with its controls, which XML cannot hold and a workbook writes as `_x000D_`.

    Half of a surrogate pair is no character, and stays as it is written.

    >>> unescaped("a_x000D_b"), unescaped("_x005F_x000D_")
    ('a\rb', '_x000D_')
    """
    return ESCAPED.sub(_character, text) if "_x" in text else text


def _character(escape: re.Match[str]) -> str:
    point = int(escape[1], 16)
    return escape[0] if 0xD800 <= point <= 0xDFFF else chr(point)
