"""The same exact scaling as ledgers.exact, on 64-bit limbs, for tens of millions of rows.

A row is units x multiplier / divisor, each below 2^127 and their product below 2^254; ledgers.limbs says how it is
divided. A chunk of rows holds few distinct divisors, one a pool or an asset: their reciprocals wait in a small table.

What these functions do not do: they decide nothing. A row they cannot answer (a quotient of 2^128 or a result of
10^38, a sign that is not allowed, a divisor of 0) is only marked, and goes to the definition in ledgers.exact, which
answers it or raises. They share no memory between calls, so any number of threads may call them. Calls take turns at
the interpreter's lock, and giving it up inside was measured to cost more than it gains: a chunk takes some 40
microseconds, and waking another thread more. So a statement that mostly scales is quickest on one thread of DuckDB.

Compiled when this module is imported, once for a machine (ledgers.limbs).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pyarrow as pa
from numba import njit, types

from ledgers.exact import FUNCTIONS, WHOLE_NUMBER_LIMIT, Column
from ledgers.limbs import (
    ONE,
    TOP,
    ZERO,
    Flag,
    Limb,
    Quad,
    cached,
    column_of,
    divide_wide,
    is_below,
    learn,
    limb,
    limbs_of,
    multiply_pairs,
    subtract,
    unshifted,
    whole_column,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

MODES: Final = {name: np.uint64(mode) for mode, name in enumerate(FUNCTIONS)}
FLOOR, REMAINDER, CEIL, HALF_EVEN = MODES.values()
LIMIT_HIGH, LIMIT_LOW = np.uint64(WHOLE_NUMBER_LIMIT >> 64), np.uint64(WHOLE_NUMBER_LIMIT % 2**64)

SLOTS: Final = 256
"""Reciprocals kept during one call; two divisors of one slot take turns in it, which costs time and nothing else."""
SLOT_SHIFT = np.uint64(64 - 8)
SLOT_FACTOR = np.uint64(0x9E3779B97F4A7C15)
"""2^64 over the golden ratio: the upper bits of a product by it spread divisors that are alike (Knuth, 6.4)."""


@njit(forceinline=True)
def _unit_up(mode: Limb, q0: Limb, r1: Limb, r0: Limb, d1: Limb, d0: Limb) -> Limb:
    """1 where the quotient is rounded up, else 0. Without branches, for about every other row is."""
    if mode == CEIL:
        return limb((r1 | r0) != ZERO)
    if mode == HALF_EVEN:
        # r against D - r, for twice r may have 129 bits.
        rest1, rest0 = subtract(d1, d0, r1, r0)
        is_equal = (rest1 == r1) & (rest0 == r0)
        is_more = (rest1 < r1) | ((rest1 == r1) & (rest0 < r0))
        return limb(is_more | (is_equal & ((q0 & ONE) == ONE)))
    return ZERO


@njit(forceinline=True)
def _scale_row(
    product: Quad, s: Limb, d1: Limb, d0: Limb, v: Limb, mode: Limb
) -> tuple[Flag, Limb, Limb]:
    """A product of four limbs scaled: whether it is answered, and the two limbs of the result."""
    q1, q0, r1, r0 = divide_wide(product, s, d1, d0, v)
    if mode == REMAINDER:
        r1, r0 = unshifted(r1, r0, s)
        return True, r1, r0
    up = _unit_up(mode, q0, r1, r0, d1, d0)
    # Less one before it is added: the quotient may be the largest there is, and wrap to 0.
    limit1, limit0 = subtract(LIMIT_HIGH, LIMIT_LOW, ZERO, up)
    is_answered = is_below(q1, q0, limit1, limit0)
    q0 += up
    return is_answered, q1 + limb(q0 < up), q0


def _scale(
    units: Any, multipliers: Any, divisors: Any, mode: Any, results: Any, is_open: Any
) -> Any:
    """Scale rows of limb pairs (lower limb first) into `results`; mark and count those left to the definition."""
    table = np.zeros((SLOTS, 6), np.uint64)
    open_rows = 0
    for row in range(len(units)):
        u1, u0 = units[row, 1], units[row, 0]
        m1, m0 = multipliers[row, 1], multipliers[row, 0]
        d1, d0 = divisors[row, 1], divisors[row, 0]
        is_negative = (u1 >> TOP) == ONE
        is_answered, x1, x0 = False, ZERO, ZERO
        if ((m1 | d1) >> TOP) == ZERO and (d1 | d0) != ZERO and (mode == HALF_EVEN or not is_negative):
            slot = ((d0 ^ d1) * SLOT_FACTOR) >> SLOT_SHIFT
            if table[slot, 0] != d1 or table[slot, 1] != d0:
                learn(table, slot, d1, d0)
            if is_negative:
                u1, u0 = subtract(ZERO, ZERO, u1, u0)
            product = multiply_pairs(u1, u0, m1, m0)
            if is_below(product[0], product[1], d1, d0):
                s, n1, n0, v = table[slot, 2], table[slot, 3], table[slot, 4], table[slot, 5]
                is_answered, x1, x0 = _scale_row(product, s, n1, n0, v, mode)
            if is_negative:
                x1, x0 = subtract(ZERO, ZERO, x1, x0)
        results[row, 0], results[row, 1] = x0, x1
        is_open[row] = not is_answered
        open_rows += not is_answered
    return open_rows


def _compiled() -> Any:
    limbs, flags = types.Array(types.uint64, 2, "C"), types.Array(types.boolean, 1, "C")
    given = types.Array(types.uint64, 2, "C", readonly=True)
    return cached(_scale, types.int64(given, given, given, types.uint64, limbs, flags))


scale_limbs: Final = _compiled()


def _add_up(places: Any, limbs: Any, is_known: Any, is_counted: Any, sums: Any, is_partial: Any) -> Any:
    """Add each row to the sum at its place, and mark the places of rows that are not known; give whether all sums fit.

    Args:
        places, limbs, is_known, is_counted: by row.
        sums: (places, 2) limbs. is_partial: by place.
    """
    for row in range(len(places)):
        if not is_counted[row]:
            continue
        at = places[row]
        if not is_known[row]:
            is_partial[at] = True
            continue
        low = sums[at, 0] + limbs[row, 0]
        sums[at, 1] += limbs[row, 1] + (ONE if low < limbs[row, 0] else ZERO)
        sums[at, 0] = low
        # Each is below 2^127, so that a sum that is not shows it in its top bit before it can wrap.
        if sums[at, 1] >> TOP:
            return False
    return True


def _compiled_sum() -> Any:
    def given(of: Any, dimensions: int) -> Any:
        return types.Array(of, dimensions, "C", readonly=True)

    flags = given(types.boolean, 1)
    made = types.Array(types.uint64, 2, "C"), types.Array(types.boolean, 1, "C")
    return cached(_add_up, types.boolean(given(types.int64, 1), given(types.uint64, 2), flags, flags, *made))


add_up: Final = _compiled_sum()


def _whole_number(limbs: NDArray[np.uint64]) -> int:
    return int.from_bytes(limbs.tobytes(), "little", signed=True)


def scale_columns(name: str, units: Column, multipliers: Column, divisors: Column) -> pa.Array:
    """Apply the function of this name to columns of DECIMAL(38,0), as its definition would.

    Args:
        name: a key of `FUNCTIONS`.
        units, multipliers, divisors: columns of equal length; a null in any gives null.

    Raises:
        ValueError, OverflowError: as the definition does, of the first row that it cannot answer.
    """
    columns = tuple(whole_column(column) for column in (units, multipliers, divisors))
    given = tuple(limbs_of(column) for column in columns)
    rows = len(given[0])
    results, is_open = np.empty((rows, 2), np.uint64), np.empty(rows, np.bool_)
    open_rows = scale_limbs(*given, MODES[name], results, is_open)
    nulls = [column for column in columns if column.null_count]
    is_known = np.ones(rows, np.bool_)
    for column in nulls:
        is_known &= column.is_valid().to_numpy(zero_copy_only=False)
    if open_rows:
        for row in np.flatnonzero(is_open & is_known):
            result = FUNCTIONS[name](*(_whole_number(limbs[row]) for limbs in given))
            results[row] = np.frombuffer(result.to_bytes(16, "little", signed=True), np.uint64)
    return column_of(results, is_known if nulls else None)


def columnwise(name: str) -> Callable[[Column, Column, Column], pa.Array]:
    """The function of this name, as `ledgers.storage.functions.register` gives it to DuckDB."""
    return lambda units, multipliers, divisors: scale_columns(name, units, multipliers, divisors)
