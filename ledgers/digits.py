"""The same plain decimals as ledgers.units.format_units, for columns of tens of millions of rows.

A whole number of 128 bits is cut by 10^18 into pieces of one limb, each piece into digits from the last to the first,
and the point is set on the way. Written for the export, where every row has six or more of them.

What this module does not do: it parses nothing and rounds nothing.

Compiled when it is imported, as ledgers.limbs says, and under the same traps.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pyarrow as pa
from numba import njit, types

from ledgers.limbs import ONE, TOP, ZERO, cached, divide_wide, learn, limbs_of, subtract, unshifted, whole_column

if TYPE_CHECKING:
    from ledgers.exact import Column

DIGITS_MAX: Final = 39
"""Of 2^127."""
WRITTEN_MAX: Final = DIGITS_MAX + 2
"""Bytes of one quantity at most: a sign, digits and a point."""
PIECE = np.uint64(10**18)
"""The largest power of ten with a remainder of whole pairs of digits in one limb."""
PAIRS: Final = 9
HUNDRED, TEN = np.uint64(100), np.uint64(10)
MINUS, POINT, NOUGHT = np.uint8(ord("-")), np.uint8(ord(".")), np.uint8(ord("0"))
SCRATCH: Final = 48


@njit(inline="always")
def piece_divisor() -> Any:
    """10^18 as `divide_wide` wants it: shift, the two limbs of the shifted divisor, its reciprocal."""
    table = np.zeros((1, 6), np.uint64)
    learn(table, ZERO, ZERO, PIECE)
    return table[0, 2], table[0, 3], table[0, 4], table[0, 5]


@njit
def put_units(text: Any, at: Any, high: Any, low: Any, places: Any, digits: Any, divisor: Any) -> Any:
    """Write one quantity as a plain decimal at a place of `text`; give the place behind it.

    Args:
        high, low: the limbs of the units.
        digits: room for SCRATCH digits.
        divisor: of `piece_divisor`.
    """
    if (high >> TOP) == ONE:
        high, low = subtract(ZERO, ZERO, high, low)
        text[at] = MINUS
        at += 1
    first = SCRATCH
    while high != ZERO or low >= PIECE:
        q1, q0, r1, r0 = divide_wide((ZERO, ZERO, high, low), divisor[0], divisor[1], divisor[2], divisor[3])
        piece = unshifted(r1, r0, divisor[0])[1]
        high, low = q1, q0
        for _ in range(PAIRS):
            rest = piece // HUNDRED
            pair = piece - rest * HUNDRED
            tens = pair // TEN
            digits[first - 2], digits[first - 1] = NOUGHT + tens, NOUGHT + (pair - tens * TEN)
            piece = rest
            first -= 2
    while low != ZERO:
        rest = low // TEN
        first -= 1
        digits[first] = NOUGHT + (low - rest * TEN)
        low = rest
    while first > SCRATCH - 1 - places:
        first -= 1
        digits[first] = NOUGHT
    for place in range(first, SCRATCH - places):
        text[at] = digits[place]
        at += 1
    if places > 0:
        text[at] = POINT
        at += 1
        for place in range(SCRATCH - places, SCRATCH):
            text[at] = digits[place]
            at += 1
    return at


def _write(units: Any, decimals: Any, is_known: Any, offsets: Any, text: Any) -> Any:
    """Write each row's plain decimal behind the one before; give the length of it all."""
    divisor = piece_divisor()
    digits = np.zeros(SCRATCH, np.uint8)
    at = 0
    for row in range(len(units)):
        offsets[row] = at
        if is_known[row]:
            at = put_units(text, at, units[row, 1], units[row, 0], decimals[row], digits, divisor)
    offsets[len(units)] = at
    return at


def _compiled() -> Any:
    given = types.Array(types.uint64, 2, "C", readonly=True)
    signature = types.int64(
        given,
        types.Array(types.int32, 1, "C", readonly=True),
        types.Array(types.boolean, 1, "C"),
        types.Array(types.int32, 1, "C"),
        types.Array(types.uint8, 1, "C"),
    )
    return cached(_write, signature)


write_digits: Final = _compiled()


def text_column(units: Column, decimals: Column) -> pa.Array:
    """Write a column of units as plain decimals of whole assets, at their full scale.

    Args:
        units: DECIMAL(38,0).
        decimals: INTEGER, 0 to 38; a null in either gives null.
    """
    units, places = whole_column(units), decimals
    if not isinstance(places, pa.Array):
        places = places.combine_chunks() if places.num_chunks != 1 else places.chunk(0)
    rows = len(units)
    is_known = np.ones(rows, np.bool_)
    for column in (units, places):
        if column.null_count:
            is_known &= column.is_valid().to_numpy(zero_copy_only=False)
    scales = np.frombuffer(places.buffers()[1], np.int32, rows, 4 * places.offset) if rows else np.empty(0, np.int32)
    largest = int(scales.max(initial=0, where=is_known))
    offsets = np.empty(rows + 1, np.int32)
    text = np.empty(rows * (max(DIGITS_MAX, largest + 1) + 2), np.uint8)
    length = write_digits(limbs_of(units), scales, is_known, offsets, text)
    validity = None if is_known.all() else pa.py_buffer(np.packbits(is_known, bitorder="little"))
    return pa.Array.from_buffers(pa.string(), rows, [validity, pa.py_buffer(offsets), pa.py_buffer(text[:length])])
