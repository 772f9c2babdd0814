"""The same exact scaling as ledgers.exact, on 64-bit limbs, for tens of millions of rows.

A row is units x multiplier / divisor, each below 2^127 and their product below 2^254. Dividing by a number of 128 bits
is what costs, so the divisor is inverted once and every division by it becomes multiplications (Moller and Granlund).
A chunk of rows holds few distinct divisors, one a pool or an asset: their reciprocals wait in a small table.

    s    the shift that moves the top bit of the divisor d to bit 127
    D    d x 2^s, two limbs (d1, d0), its top bit set
    v    floor((2^192 - 1) / D) - 2^64, the reciprocal: one limb
    P    units x multiplier x 2^s, four limbs

Where the quotient is below 2^128, the unshifted product is below d x 2^128, so P < D x 2^128 <= 2^256: four limbs hold
it, and its upper two are below D. That is the premise of their algorithm 4 (three limbs by two), which then gives the
exact upper limb of the quotient and a remainder below D, so its premise again. The last remainder is r x 2^s.

What these functions do not do: they decide nothing. A row they cannot answer (a quotient of 2^128 or a result of
10^38, a sign that is not allowed, a divisor of 0) is only marked, and goes to the definition in ledgers.exact, which
answers it or raises. They share no memory between calls, so any number of threads may call them. Calls take turns at
the interpreter's lock, and giving it up inside was measured to cost more than it gains: a chunk takes some 40
microseconds, and waking another thread more. So a statement that mostly scales is quickest on one thread of DuckDB.

Compiled when this module is imported, once for a machine: numba keeps the result in NUMBA_CACHE_DIR where that is set,
else beside this file, else in the home directory's cache; where nothing may be written it is compiled each time.

Trap: numba adds an unsigned limb and a literal as DOUBLE. Every constant below is a limb.

Source:
    N. Moller and T. Granlund, *Improved Division by Invariant Integers*, IEEE Transactions on Computers 60(2), 2011.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import numpy as np
import pyarrow as pa
from llvmlite import ir
from numba import njit, types
from numba.extending import intrinsic

from ledgers.exact import FUNCTIONS, WHOLE_NUMBER_LIMIT, Column
from ledgers.units import UNITS_DIGITS_MAX

if TYPE_CHECKING:
    from numpy.typing import NDArray

limb: Any = types.uint64
"""A comparison or a limb as a limb, in compiled functions."""
Limb: TypeAlias = Any
"""64 bits without a sign; numba knows it as uint64, and Python's types have no name for it."""
Flag: TypeAlias = Any
Pair: TypeAlias = tuple[Limb, Limb]
"""A number of 128 bits: the upper limb, then the lower."""
Quad: TypeAlias = tuple[Limb, Limb, Limb, Limb]
"""A number of 256 bits, or two of 128."""

WHOLE_NUMBER: Final = pa.decimal128(UNITS_DIGITS_MAX, 0)
MODES: Final = {name: np.uint64(mode) for mode, name in enumerate(FUNCTIONS)}
FLOOR, REMAINDER, CEIL, HALF_EVEN = MODES.values()

ZERO, ONE, TOP = np.uint64(0), np.uint64(1), np.uint64(63)
WIDTH = np.uint64(64)
LIMIT_HIGH, LIMIT_LOW = np.uint64(WHOLE_NUMBER_LIMIT >> 64), np.uint64(WHOLE_NUMBER_LIMIT % 2**64)

SLOTS: Final = 256
"""Reciprocals kept during one call; two divisors of one slot take turns in it, which costs time and nothing else."""
SLOT_SHIFT = np.uint64(64 - 8)
SLOT_FACTOR = np.uint64(0x9E3779B97F4A7C15)
"""2^64 over the golden ratio: the upper bits of a product by it spread divisors that are alike (Knuth, 6.4)."""


def _product_code(typing_context: Any, left: Any, right: Any) -> Any:
    """Two limbs multiplied: the upper and the lower limb. numba has no such operator, the machine has."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        wide, narrow = ir.IntType(128), ir.IntType(64)
        product = builder.mul(*(builder.zext(argument, wide) for argument in arguments))
        limbs = (builder.lshr(product, ir.Constant(wide, 64)), product)
        return context.make_tuple(builder, signature.return_type, [builder.trunc(x, narrow) for x in limbs])

    limbs: Any = types.Tuple((types.uint64, types.uint64))  # type: ignore[no-untyped-call]
    return limbs(types.uint64, types.uint64), generate


_product: Any = intrinsic(_product_code)


@njit(forceinline=True)
def _is_below(a1: Limb, a0: Limb, b1: Limb, b0: Limb) -> Flag:
    return a1 < b1 or (a1 == b1 and a0 < b0)


@njit(forceinline=True)
def _subtract(a1: Limb, a0: Limb, b1: Limb, b0: Limb) -> Pair:
    """a - b modulo 2^128."""
    return a1 - b1 - limb(a0 < b0), a0 - b0


@njit(forceinline=True)
def _product_of_pairs(a1: Limb, a0: Limb, b1: Limb, b0: Limb) -> Quad:
    """Two numbers of 128 bits multiplied: four limbs, the upper first."""
    p1, p0 = _product(a0, b0)
    p3, p2 = _product(a1, b1)
    # An upper limb of a product is at most 2^64 - 2, so it takes up a carry.
    high, low = _product(a1, b0)
    p1 += low
    high += limb(p1 < low)
    p2 += high
    p3 += limb(p2 < high)
    high, low = _product(a0, b1)
    p1 += low
    high += limb(p1 < low)
    p2 += high
    p3 += limb(p2 < high)
    return p3, p2, p1, p0


@njit(forceinline=True)
def _reciprocal(d1: Limb, d0: Limb) -> Limb:
    """floor((2^192 - 1) / D) - 2^64, that is (2^192 - 1 - D x 2^64) / D, by long division: one bit a turn.

    The upper two limbs of that dividend are ~D, below D because the top bit of D is set; all its lower bits are 1.
    """
    r1, r0, quotient = ~d1, ~d0, ZERO
    for _ in range(64):
        is_carried = (r1 >> TOP) == ONE
        r1, r0 = (r1 << ONE) | (r0 >> TOP), (r0 << ONE) | ONE
        quotient <<= ONE
        if is_carried or not _is_below(r1, r0, d1, d0):
            r1, r0 = _subtract(r1, r0, d1, d0)
            quotient |= ONE
    return quotient


@njit(forceinline=True)
def _divide(n2: Limb, n1: Limb, n0: Limb, d1: Limb, d0: Limb, v: Limb) -> tuple[Limb, Limb, Limb]:
    """Algorithm 4 of the source: three limbs, the upper two below D, by D; one limb of quotient, two of remainder."""
    q1, q0 = _product(v, n2)
    q0 += n1
    q1 += n2 + limb(q0 < n1)
    t1, t0 = _product(d0, q1)
    r1, r0 = _subtract(n1 - q1 * d1, n0, t1, t0)
    r1, r0 = _subtract(r1, r0, d1, d0)
    # Taken for every other row, so no branch could be foretold: the mask is 0 or all ones, which is -1.
    mask = ZERO - limb(r1 >= q0)
    q1 += ONE + mask
    added = d0 & mask
    r0 += added
    r1 += (d1 & mask) + limb(r0 < added)
    if not _is_below(r1, r0, d1, d0):
        q1 += ONE
        r1, r0 = _subtract(r1, r0, d1, d0)
    return q1, r1, r0


@njit(forceinline=True)
def _learn(table: Any, slot: Limb, d1: Limb, d0: Limb) -> None:
    """Fill a slot of the table: the divisor, its shift s, D and v."""
    s, n1, n0 = ZERO, d1, d0
    if n1 == ZERO:
        s, n1, n0 = WIDTH, d0, ZERO
    while (n1 >> TOP) == ZERO:
        s += ONE
        n1, n0 = (n1 << ONE) | (n0 >> TOP), n0 << ONE
    table[slot, 0], table[slot, 1], table[slot, 2] = d1, d0, s
    table[slot, 3], table[slot, 4], table[slot, 5] = n1, n0, _reciprocal(n1, n0)


@njit(forceinline=True)
def _quotient(product: Quad, s: Limb, d1: Limb, d0: Limb, v: Limb) -> Quad:
    """A product of four limbs divided: two limbs of quotient, which is below 2^128, and two of remainder x 2^s."""
    p3, p2, p1, p0 = product
    if s >= WIDTH:
        p3, p2, p1, p0 = p2, p1, p0, ZERO
        s -= WIDTH
    # A shift by 64 - s is undefined where s is 0; by 1 and then by 63 - s it is not.
    back = TOP - s
    p3 = (p3 << s) | (p2 >> ONE >> back)
    p2 = (p2 << s) | (p1 >> ONE >> back)
    p1 = (p1 << s) | (p0 >> ONE >> back)
    p0 <<= s
    q1, r1, r0 = _divide(p3, p2, p1, d1, d0, v)
    q0, r1, r0 = _divide(r1, r0, p0, d1, d0, v)
    return q1, q0, r1, r0


@njit(forceinline=True)
def _unshifted(r1: Limb, r0: Limb, s: Limb) -> Pair:
    """r x 2^s divided by 2^s, s below 128."""
    if s >= WIDTH:
        r1, r0 = ZERO, r1
        s -= WIDTH
    return r1 >> s, (r0 >> s) | (r1 << ONE << (TOP - s))


@njit(forceinline=True)
def _unit_up(mode: Limb, q0: Limb, r1: Limb, r0: Limb, d1: Limb, d0: Limb) -> Limb:
    """1 where the quotient is rounded up, else 0. Without branches, for about every other row is."""
    if mode == CEIL:
        return limb((r1 | r0) != ZERO)
    if mode == HALF_EVEN:
        # r against D - r, for twice r may have 129 bits.
        rest1, rest0 = _subtract(d1, d0, r1, r0)
        is_equal = (rest1 == r1) & (rest0 == r0)
        is_more = (rest1 < r1) | ((rest1 == r1) & (rest0 < r0))
        return limb(is_more | (is_equal & ((q0 & ONE) == ONE)))
    return ZERO


@njit(forceinline=True)
def _scale_row(
    product: Quad, s: Limb, d1: Limb, d0: Limb, v: Limb, mode: Limb
) -> tuple[Flag, Limb, Limb]:
    """A product of four limbs scaled: whether it is answered, and the two limbs of the result."""
    q1, q0, r1, r0 = _quotient(product, s, d1, d0, v)
    if mode == REMAINDER:
        r1, r0 = _unshifted(r1, r0, s)
        return True, r1, r0
    up = _unit_up(mode, q0, r1, r0, d1, d0)
    # Less one before it is added: the quotient may be the largest there is, and wrap to 0.
    limit1, limit0 = _subtract(LIMIT_HIGH, LIMIT_LOW, ZERO, up)
    is_answered = _is_below(q1, q0, limit1, limit0)
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
                _learn(table, slot, d1, d0)
            if is_negative:
                u1, u0 = _subtract(ZERO, ZERO, u1, u0)
            product = _product_of_pairs(u1, u0, m1, m0)
            if _is_below(product[0], product[1], d1, d0):
                s, n1, n0, v = table[slot, 2], table[slot, 3], table[slot, 4], table[slot, 5]
                is_answered, x1, x0 = _scale_row(product, s, n1, n0, v, mode)
            if is_negative:
                x1, x0 = _subtract(ZERO, ZERO, x1, x0)
        results[row, 0], results[row, 1] = x0, x1
        is_open[row] = not is_answered
        open_rows += not is_answered
    return open_rows


def cached(function: Callable[..., Any], signature: Any = None) -> Any:
    """Compile a function, and keep what is compiled for the next start where numba finds a place that it may write to.

    Args:
        signature: for which it is compiled at once; None for whatever it is first called with.
    """
    try:
        return njit(signature, cache=True, nogil=True)(function)
    except (RuntimeError, OSError):
        return njit(signature, nogil=True)(function)


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


def _column(column: Column) -> pa.Array:
    if isinstance(column, pa.Array):
        return column
    return column.chunk(0) if column.num_chunks == 1 else pa.concat_arrays([pa.array([], WHOLE_NUMBER), *column.chunks])


def limbs_of(column: pa.Array) -> NDArray[np.uint64]:
    """The column's own memory as pairs of limbs, lower first: nothing is copied, and a slice starts at its offset."""
    buffer = column.buffers()[1]
    if buffer is None:
        return np.empty((0, 2), np.uint64)
    return np.frombuffer(buffer, np.uint64, 2 * len(column), 16 * column.offset).reshape(-1, 2)


def column_of(limbs: NDArray[np.uint64], is_known: NDArray[np.bool_] | None = None) -> pa.Array:
    """The column whose memory these limbs are; null where it is not known."""
    validity = None if is_known is None else pa.py_buffer(np.packbits(is_known, bitorder="little"))
    return pa.Array.from_buffers(WHOLE_NUMBER, len(limbs), [validity, pa.py_buffer(limbs)])


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
    columns = tuple(_column(column) for column in (units, multipliers, divisors))
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
