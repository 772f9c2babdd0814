"""What number does this cell say, and what would it have to say? Integers and exact ratios only.

A cell is read by the grammar of the contract and nothing else: no sign but minus, no leading zero, full scale.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from math import gcd

DIGITS_AT_MOST = 60
"""Beyond all that 38 digits of units can sum to; a longer cell is no number of a case."""
DECIMAL = re.compile(rf"[0-9]{{1,{DIGITS_AT_MOST}}}(?:\.[0-9]{{1,{DIGITS_AT_MOST}}})?", re.ASCII)
RATIO_DECIMALS = 8
RATIO_SCALE = 10**RATIO_DECIMALS


@cache
def grammar(decimals: int) -> Callable[[str], re.Match[str] | None]:
    """Matches the one spelling of a number with so many decimals, and minus zero."""
    digits = rf"(?:0|[1-9][0-9]{{0,{DIGITS_AT_MOST}}})" + (rf"\.[0-9]{{{decimals}}}" if decimals else "")
    return re.compile(rf"-?{digits}", re.ASCII).fullmatch


def read(text: str, decimals: int) -> int | None:
    """The whole units a cell says, or nothing where it is not written as the contract says.

    >>> read("0.00000010", 8), read("1.5", 8), read("-0", 0), read("-7", 0)
    (10, None, None, -7)
    """
    if grammar(decimals)(text) is None:
        return None
    units = int(text.replace(".", ""))
    return units if units or text[0] != "-" else None


def plain(units: int, decimals: int) -> str:
    """The units written in whole assets at full scale.

    >>> plain(-10, 8), plain(5, 0)
    ('-0.00000010', '5')
    """
    if not decimals:
        return str(units)
    digits = str(units)
    if units < 0:
        return "-" + plain(-units, decimals)
    if len(digits) <= decimals:
        digits = digits.zfill(decimals + 1)
    return f"{digits[:-decimals]}.{digits[-decimals:]}"


def fraction(text: str) -> tuple[int, int] | None:
    """The exact ratio that a plain decimal without sign says; its divisor is a power of ten.

    >>> fraction("0.05"), fraction("12"), fraction("1e3")
    ((5, 100), (12, 1), None)
    """
    if DECIMAL.fullmatch(text) is None:
        return None
    whole, _, rest = text.partition(".")
    return int(whole + rest), 10 ** len(rest)


def half_even(units: int, multiplier: int, divisor: int) -> int:
    """units x multiplier / divisor to the nearest whole, halves to even, alike on both sides of zero.

    >>> half_even(5, 1, 2), half_even(7, 1, 2), half_even(-5, 1, 2)
    (2, 4, -2)
    """
    whole, rest = divmod(units * multiplier, divisor)
    twice = rest + rest
    return whole + 1 if twice > divisor or (twice == divisor and whole & 1) else whole


def truncated(dividend: int, divisor: int) -> str:
    """The ratio cut towards zero after eight decimals.

    >>> truncated(2, 3)
    '0.66666666'
    """
    whole = abs(dividend) * RATIO_SCALE // abs(divisor)
    return plain(-whole if (dividend < 0) != (divisor < 0) else whole, RATIO_DECIMALS)


@dataclass(frozen=True, slots=True)
class Asset:
    """What turns a cell of this asset into units, and units into value."""

    name: str
    decimals: int
    kind: str
    price: tuple[int, int] | None
    """Minor units of the reporting currency for one unit, as a ratio in lowest terms; nothing where there is no price.
    """
    zero: str
    """How no units are written."""

    def value(self, units: int) -> int | None:
        """The value of one line in minor, rounded once, or nothing without a price."""
        return None if self.price is None else half_even(units, *self.price)

    def plain(self, units: int) -> str:
        """The units as the files write them."""
        return plain(units, self.decimals)


def priced(name: str, decimals: int, kind: str, price: str, currency_decimals: int) -> Asset:
    """An asset with the price in its cell, which may be empty; a price that is no plain decimal counts as none."""
    exact = fraction(price)
    ratio = None
    if exact is not None:
        dividend, divisor = exact[0] * 10**currency_decimals, exact[1] * 10**decimals
        divided = gcd(dividend, divisor)
        ratio = (dividend // divided, divisor // divided)
    return Asset(name, decimals, kind, ratio, plain(0, decimals))
