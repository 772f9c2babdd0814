"""What is units x multiplier / divisor, exactly, for every row of a relation?

Shares of a pool and values at a price are products of two numbers of up to 38 digits, divided by a third. The product
has up to 254 bits and SQL has 128: a cast to DOUBLE would be silent, an overflow would stop the run. So four functions
are put into a connection and belong to its SQL from then on, each on DECIMAL(38,0) throughout:

    scaled_floor(units, multiplier, divisor)        rounded down: a share of a pool
    scaled_remainder(units, multiplier, divisor)    what rounding down left, in units of 1 / divisor
    scaled_ceil(units, multiplier, divisor)         rounded up: a cost in units
    scaled_half_even(units, multiplier, divisor)    the nearest, of two the even one: a value at a price

NULL in any place gives NULL. Multiplier >= 0 and divisor > 0; units >= 0, except that scaled_half_even takes negative
ones and rounds them like their opposite. A result of more than 38 digits, a divisor of 0 or a negative number raises,
in SQL as `duckdb.InvalidInputException` ending with the sentence of the error here; nothing is ever wrapped.

The functions of Python integers in this file are the definition. For tens of millions of rows storage/functions.py puts
the same arithmetic on 64-bit limbs (ledgers.kernels) in front of them; what the limbs cannot answer comes back here.

What this module does not do: largest remainder needs no function of its own, a relation ranks `scaled_remainder`.

Trap: SQL casts silently on the way in, and rounds: `scaled_floor(1.5, 1, 1)` is 2. Hand over DECIMAL(38,0) or integers.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import TYPE_CHECKING, Final, TypeAlias

from ledgers.units import UNITS_DIGITS_MAX, divide_half_even, format_units

if TYPE_CHECKING:
    import pyarrow as pa

WHOLE_NUMBER: Final = f"DECIMAL({UNITS_DIGITS_MAX},0)"
WHOLE_NUMBER_LIMIT: Final = 10**UNITS_DIGITS_MAX

Scaled: TypeAlias = Callable[[int, int, int], int]
Column: TypeAlias = "pa.Array | pa.ChunkedArray"


def _checked(units: int, multiplier: int, divisor: int, result: int) -> int:
    """Give the result back if the arguments were lawful and it fits into 38 digits."""
    if units < 0 or multiplier < 0 or divisor <= 0:
        raise ValueError(
            f"{units} x {multiplier} / {divisor} is not scaled: the divisor must be above 0, the others at least 0"
        )
    if result >= WHOLE_NUMBER_LIMIT:
        raise OverflowError(
            f"{units} x {multiplier} / {divisor} has {len(str(result))} digits, and a quantity holds {UNITS_DIGITS_MAX}"
        )
    return result


def scaled_floor(units: int, multiplier: int, divisor: int) -> int:
    """Scale whole units by multiplier / divisor, rounded down.

    >>> scaled_floor(10**37, 7, 10), scaled_floor(5, 14, 20)
    (7000000000000000000000000000000000000, 3)

    Raises:
        ValueError: an argument is negative, or the divisor 0.
        OverflowError: the result has more than 38 digits.
    """
    return _checked(units, multiplier, divisor, units * multiplier // (divisor or 1))


def scaled_remainder(units: int, multiplier: int, divisor: int) -> int:
    """Give what rounding down leaves, counted in parts of 1 / divisor of a unit; raises as `scaled_floor`.

    >>> scaled_remainder(5, 14, 20)
    10
    """
    return _checked(units, multiplier, divisor, units * multiplier % (divisor or 1))


def scaled_ceil(units: int, multiplier: int, divisor: int) -> int:
    """Scale whole units by multiplier / divisor, rounded up; raises as `scaled_floor`.

    >>> scaled_ceil(5, 14, 20), scaled_ceil(5, 4, 20)
    (4, 1)
    """
    return _checked(units, multiplier, divisor, -(-units * multiplier // (divisor or 1)))


def scaled_half_even(units: int, multiplier: int, divisor: int) -> int:
    """Scale signed units to the nearest whole number, of two to the even one; raises as `scaled_floor`.

    >>> [scaled_half_even(units, 1, 10) for units in (5, 15, 16, -5, -15, -16)]
    [0, 2, 2, 0, -2, -2]
    """
    nearest = _checked(abs(units), multiplier, divisor, divide_half_even(abs(units) * multiplier, max(divisor, 1)))
    return -nearest if units < 0 else nearest


FUNCTIONS: Final[dict[str, Scaled]] = {
    scaled.__name__: scaled for scaled in (scaled_floor, scaled_remainder, scaled_ceil, scaled_half_even)
}
"""By their names in SQL."""


def scale_rows(scaled: Scaled, units: Column, multipliers: Column, divisors: Column) -> pa.Array:
    """Apply a definition to columns of equal length, row by row."""
    import pyarrow as pa

    rows = zip(units.to_pylist(), multipliers.to_pylist(), divisors.to_pylist(), strict=True)
    results = [None if None in row else Decimal(scaled(*map(int, row))) for row in rows]
    return pa.array(results, pa.decimal128(UNITS_DIGITS_MAX, 0))


def write_rows(units: Column, decimals: Column) -> pa.Array:
    """Write a column of units as plain decimals by the definition, row by row."""
    import pyarrow as pa

    rows = zip(units.to_pylist(), decimals.to_pylist(), strict=True)
    return pa.array([None if None in row else format_units(int(row[0]), row[1]) for row in rows], pa.string())
