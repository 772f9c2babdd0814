"""What whole number of base units does this text say, and how is that number written again?

The only place where a scale meets digits. Everything behind it counts whole base units (satoshi, wei, cents, minor
units of the reporting currency); everything in front of it is text as received. The grammar is ours, because the
readers at hand are too kind: Python's `Decimal` takes `1_000`, `１２３` and `NaN`, SQL casts round a nineteenth decimal
away, and a sniffing reader turned 0.4 into 0 and 1234567.9 into 1234568 without a word.

    quantity     -?[0-9]+(\\.[0-9]+)?      ASCII, at most 38 significant digits in base units

What this module does not do: it knows no columns, files or findings, guesses no format, and nothing in it is a float.
Millions of cells are read by the same grammar in SQL; this is the definition of it, and says why a cell was refused.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from math import gcd
from typing import NamedTuple

UNITS_DIGITS_MAX = 38
"""Significant digits of a quantity in base units: what DECIMAL(38,0) holds."""

PLAIN_DECIMAL = re.compile(r"(?P<sign>-?)(?P<whole>[0-9]+)(?:\.(?P<fraction>[0-9]+))?", re.ASCII)
SCIENTIFIC = re.compile(PLAIN_DECIMAL.pattern + r"[eE](?P<exponent>[+-]?[0-9]{1,4})", re.ASCII)
SIGNIFICANT_DIGITS_MAX = 4000
"""Digits that are read at all, before truncation: Python refuses to make an integer of more than 4300."""


class Refusal(StrEnum):
    """Why a text is no quantity. The value is the phrase for `quantity "1,234.5" is not a plain decimal (comma)`."""

    EMPTY = "empty"
    NUL = "NUL"
    WHITE_SPACE = "white space"
    FULL_WIDTH_DIGITS = "full-width digits"
    NOT_ASCII = "characters outside ASCII"
    COMMA = "comma"
    UNDERSCORE = "underscore"
    PARENTHESES = "parentheses"
    PLUS_SIGN = "plus sign"
    SCIENTIFIC_NOTATION = "scientific notation"
    NO_DIGIT_BESIDE_THE_POINT = "no digit beside the point"
    NOT_A_NUMBER = "not a number"
    EXCESS_DIGITS = "more decimals than the asset has"
    TOO_MANY_DIGITS = "too many digits"
    NEGATIVE = "negative"


class NotANumber(ValueError):
    """A text that is refused. It carries why; where it stood is known to the reader of the file."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.value)
        self.refusal = refusal


class ExcessDigits(StrEnum):
    """What is done with non-zero digits behind the asset's last decimal."""

    REFUSE = "refuse"
    TRUNCATE = "truncate"


class Scientific(StrEnum):
    """Whether 5e-7 is a quantity."""

    REFUSE = "refuse"
    ACCEPT = "accept"


@dataclass(frozen=True, slots=True)
class Quantity:
    """One quantity, read."""

    units: int
    """Whole base units, signed."""
    cut: Fraction
    """Base units that truncation left out, with the sign of the quantity; 0 unless declared `truncate`."""
    scientific: bool
    """Written in scientific notation."""


class Ratio(NamedTuple):
    """An exact price or share, in lowest terms, the denominator positive."""

    numerator: int
    denominator: int


def refusal_of(text: str) -> Refusal:
    """Say what keeps a text from being a plain decimal: the first that holds, from what misleads most to least.

    >>> [str(refusal_of(text)) for text in ("1,234.5", " 1", "5e-7")]
    ['comma', 'white space', 'scientific notation']
    """
    signs = (
        (not text, Refusal.EMPTY),
        ("\0" in text, Refusal.NUL),
        (any(character.isspace() for character in text), Refusal.WHITE_SPACE),
        (any("０" <= character <= "９" for character in text), Refusal.FULL_WIDTH_DIGITS),
        (not text.isascii(), Refusal.NOT_ASCII),
        (not any(character.isdigit() for character in text), Refusal.NOT_A_NUMBER),
        ("," in text, Refusal.COMMA),
        ("_" in text, Refusal.UNDERSCORE),
        (text.startswith("(") and text.endswith(")"), Refusal.PARENTHESES),
        (text.startswith("+"), Refusal.PLUS_SIGN),
        (re.fullmatch(r"-?[0-9.]+[eE][+-]?[0-9]+", text), Refusal.SCIENTIFIC_NOTATION),
        (re.fullmatch(r"-?(\.[0-9]+|[0-9]+\.)", text), Refusal.NO_DIGIT_BESIDE_THE_POINT),
    )
    return next((refusal for found, refusal in signs if found), Refusal.NOT_A_NUMBER)


def _significand(text: str, scientific: Scientific) -> tuple[int, int, bool]:
    """Give the whole number of a text, the power of ten it is multiplied by, and whether that was written as such.

    >>> _significand("-12.50", Scientific.REFUSE), _significand("5e-7", Scientific.ACCEPT)
    ((-125, -1, False), (5, -7, True))
    """
    match = PLAIN_DECIMAL.fullmatch(text)
    if match is None and scientific is Scientific.ACCEPT:
        match = SCIENTIFIC.fullmatch(text)
    if match is None:
        raise NotANumber(refusal_of(text))
    fraction = match["fraction"] or ""
    digits = (match["whole"] + fraction).lstrip("0")
    significant = digits.rstrip("0")
    if len(significant) > SIGNIFICANT_DIGITS_MAX:
        raise NotANumber(Refusal.TOO_MANY_DIGITS)
    is_scientific = match.re is SCIENTIFIC
    exponent = (int(match["exponent"]) if is_scientific else 0) - len(fraction) + len(digits) - len(significant)
    number = int(significant or "0")
    return -number if match["sign"] else number, exponent if number else 0, is_scientific


def read_quantity(text: str, decimals: int, excess_digits: ExcessDigits, scientific: Scientific) -> Quantity:
    """Read one quantity of an asset as whole base units, or refuse it with the reason.

    >>> read_quantity("-12.50", 2, ExcessDigits.REFUSE, Scientific.REFUSE).units
    -1250

    Zeros behind the last decimal are padding and lose nothing; any other digit there is refused, or where the source is
    declared `truncate` cut off towards zero and counted.

    >>> read_quantity("0.1000", 1, ExcessDigits.REFUSE, Scientific.REFUSE).units
    1
    >>> read_quantity("-0.19", 1, ExcessDigits.TRUNCATE, Scientific.REFUSE)
    Quantity(units=-1, cut=Fraction(-9, 10), scientific=False)

    Args:
        text: the cell as received.
        decimals: decimal places of the asset's base unit.
        excess_digits: what is done with non-zero digits behind the last decimal.
        scientific: whether scientific notation is read, exactly.

    Raises:
        NotANumber: the text is refused; its `refusal` says why.

    Source:
        The contract's section Tables; what `Decimal` and SQL casts accept was measured.
    """
    number, exponent, is_scientific = _significand(text, scientific)
    places = exponent + decimals
    if places >= 0:
        if len(str(abs(number))) + places > UNITS_DIGITS_MAX and number:
            raise NotANumber(Refusal.TOO_MANY_DIGITS)
        return Quantity(number * 10**places if number else 0, Fraction(0), is_scientific)
    if number and excess_digits is ExcessDigits.REFUSE:
        raise NotANumber(Refusal.EXCESS_DIGITS)
    kept = abs(number) // 10**-places
    if kept >= 10**UNITS_DIGITS_MAX:
        raise NotANumber(Refusal.TOO_MANY_DIGITS)
    units = -kept if number < 0 else kept
    return Quantity(units, Fraction(number, 10**-places) - units, is_scientific)


def read_ratio(text: str, scientific: Scientific) -> Ratio:
    """Read a price or a share as an exact ratio in lowest terms, or refuse it with the reason.

    >>> read_ratio("0.05", Scientific.REFUSE)
    Ratio(numerator=1, denominator=20)
    >>> read_ratio("10000000", Scientific.REFUSE)
    Ratio(numerator=10000000, denominator=1)

    Args:
        text: reporting currency for one whole asset, or a share; never negative.
        scientific: whether scientific notation is read, exactly.

    Raises:
        NotANumber: the text is no plain decimal, is negative, or a term of the ratio has more than 38 digits.
    """
    number, exponent, _ = _significand(text, scientific)
    if number < 0:
        raise NotANumber(Refusal.NEGATIVE)
    if abs(exponent) >= UNITS_DIGITS_MAX or number * 10 ** max(exponent, 0) >= 10**UNITS_DIGITS_MAX:
        raise NotANumber(Refusal.TOO_MANY_DIGITS)
    ratio = Fraction(number) * Fraction(10) ** exponent
    return Ratio(ratio.numerator, ratio.denominator)


def format_units(units: int, decimals: int) -> str:
    """Write whole base units as a plain decimal of the whole asset, at its full scale.

    >>> format_units(150000000, 8), format_units(-5, 2), format_units(30, 0)
    ('1.50000000', '-0.05', '30')
    """
    sign = "-" if units < 0 else ""
    digits = str(abs(units)).rjust(decimals + 1, "0")
    return f"{sign}{digits[: len(digits) - decimals]}.{digits[len(digits) - decimals :]}" if decimals else sign + digits


def format_ratio(numerator: int, denominator: int, decimals: int) -> str:
    """Write a ratio with so many decimals, cut off towards zero: a coverage of 0.999999999 must not read as 1.

    >>> format_ratio(999999999, 1000000000, 8), format_ratio(-2, 3, 2)
    ('0.99999999', '-0.66')
    """
    scaled = abs(numerator) * 10**decimals // abs(denominator)
    return format_units(scaled if (numerator < 0) == (denominator < 0) else -scaled, decimals)


def format_cut(cut: Fraction, decimals: int) -> str:
    """Write what truncation cut off, base units and fractions of one, as an exact decimal of the whole asset.

    >>> format_cut(Fraction(9, 10), 2)
    '0.009'
    """
    places = decimals
    while cut.denominator != 1:
        # Ends: every cut is a whole number over a power of ten.
        cut, places = cut * 10, places + 1
    return format_units(cut.numerator, places)


def divide_half_even(numerator: int, denominator: int) -> int:
    """Give the whole number nearest to a ratio; of two equally near ones the even one, on either side of zero.

    >>> [divide_half_even(numerator, 2) for numerator in (-3, -1, 1, 3, 5)]
    [-2, 0, 0, 2, 2]
    """
    assert denominator > 0, f"a denominator is positive, not {denominator}"
    quotient, remainder = divmod(numerator, denominator)
    is_up = 2 * remainder > denominator or (2 * remainder == denominator and quotient % 2 == 1)
    return quotient + is_up


def value_ratio(asset_decimals: int, price: Ratio, currency_decimals: int) -> Ratio:
    """Give the minor units that one base unit is worth: what `scaled_half_even` takes as multiplier and divisor.

    One satoshi at 10,000,000 yen a bitcoin is a tenth of a yen.

    >>> value_ratio(8, Ratio(10_000_000, 1), 0)
    Ratio(numerator=1, denominator=10)
    """
    numerator = price.numerator * 10**currency_decimals
    denominator = price.denominator * 10**asset_decimals
    divisor = gcd(numerator, denominator)
    return Ratio(numerator // divisor, denominator // divisor)


def value_minor(units: int, asset_decimals: int, price: Ratio, currency_decimals: int) -> int:
    """Value one line in minor units of the reporting currency, rounded half to even, once.

    Once, because rounding a line's parts or its price first would make the value depend on how it was cut.

    >>> value_minor(25_000_005, 8, Ratio(10_000_000, 1), 0)
    2500000

    Args:
        units: base units of the asset, signed.
        asset_decimals: decimal places of its base unit.
        price: reporting currency for one whole asset.
        currency_decimals: decimal places of the reporting currency.

    Source:
        Rules, first page: value(units, asset).
    """
    ratio = value_ratio(asset_decimals, price, currency_decimals)
    return divide_half_even(units * ratio.numerator, ratio.denominator)
