"""What are sums, products and quotients of numbers of 128 bits, on 64-bit limbs, in compiled functions?

Dividing by a number of 128 bits is what costs, so a divisor is inverted once and every division by it becomes
multiplications (Moller and Granlund).

    s    the shift that moves the top bit of the divisor d to bit 127
    D    d x 2^s, two limbs (d1, d0), its top bit set
    v    floor((2^192 - 1) / D) - 2^64, the reciprocal: one limb
    P    units x multiplier x 2^s, four limbs

Where the quotient is below 2^128, the unshifted product is below d x 2^128, so P < D x 2^128 <= 2^256: four limbs hold
it, and its upper two are below D. That is the premise of their algorithm 4 (three limbs by two), which then gives the
exact upper limb of the quotient and a remainder below D, so its premise again. The last remainder is r x 2^s.

What is compiled is kept by numba for the next start: in NUMBA_CACHE_DIR where that is set, else beside the file, else
in the home directory's cache; where nothing may be written it is compiled each time.

Traps: numba adds an unsigned limb and a literal as DOUBLE; every constant below is a limb. And it asks of what it kept
only whether the file of the outermost function changed: whoever changes this file takes away the `__pycache__` folders.

Source:
    N. Moller and T. Granlund, *Improved Division by Invariant Integers*, IEEE Transactions on Computers 60(2), 2011.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import numpy as np
import pyarrow as pa
from llvmlite import ir
from numba import njit, types
from numba.extending import intrinsic

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

ZERO, ONE, TOP = np.uint64(0), np.uint64(1), np.uint64(63)
WIDTH = np.uint64(64)


def _multiply_code(typing_context: Any, left: Any, right: Any) -> Any:
    """Two limbs multiplied: the upper and the lower limb. numba has no such operator, the machine has."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        wide, narrow = ir.IntType(128), ir.IntType(64)
        product = builder.mul(*(builder.zext(argument, wide) for argument in arguments))
        limbs = (builder.lshr(product, ir.Constant(wide, 64)), product)
        return context.make_tuple(builder, signature.return_type, [builder.trunc(x, narrow) for x in limbs])

    limbs: Any = types.Tuple((types.uint64, types.uint64))  # type: ignore[no-untyped-call]
    return limbs(types.uint64, types.uint64), generate


multiply: Any = intrinsic(_multiply_code)


@njit(forceinline=True)
def is_below(a1: Limb, a0: Limb, b1: Limb, b0: Limb) -> Flag:
    """Whether a < b."""
    return a1 < b1 or (a1 == b1 and a0 < b0)


@njit(forceinline=True)
def subtract(a1: Limb, a0: Limb, b1: Limb, b0: Limb) -> Pair:
    """a - b modulo 2^128."""
    return a1 - b1 - limb(a0 < b0), a0 - b0


@njit(forceinline=True)
def add(a1: Limb, a0: Limb, b1: Limb, b0: Limb) -> Pair:
    """a + b modulo 2^128."""
    low = a0 + b0
    return a1 + b1 + limb(low < a0), low


@njit(forceinline=True)
def multiply_pairs(a1: Limb, a0: Limb, b1: Limb, b0: Limb) -> Quad:
    """Two numbers of 128 bits multiplied: four limbs, the upper first."""
    p1, p0 = multiply(a0, b0)
    p3, p2 = multiply(a1, b1)
    # An upper limb of a product is at most 2^64 - 2, so it takes up a carry.
    high, low = multiply(a1, b0)
    p1 += low
    high += limb(p1 < low)
    p2 += high
    p3 += limb(p2 < high)
    high, low = multiply(a0, b1)
    p1 += low
    high += limb(p1 < low)
    p2 += high
    p3 += limb(p2 < high)
    return p3, p2, p1, p0


@njit(forceinline=True)
def _reciprocal_of_limb(d: Limb) -> Limb:
    """floor((2^128 - 1) / d) - 2^64, the top bit of d set: RECIPROCAL_WORD of the source, three steps of Newton's."""
    d40 = (d >> np.uint64(24)) + ONE
    d63 = (d >> ONE) + (d & ONE)
    v0 = np.uint64(2**19 - 3 * 2**8) // (d >> np.uint64(55))
    v1 = (v0 << np.uint64(11)) - ((v0 * v0 * d40) >> np.uint64(40)) - ONE
    v2 = (v1 << np.uint64(13)) + ((v1 * (np.uint64(2**60) - v1 * d40)) >> np.uint64(47))
    e = (v2 >> ONE) * (d & ONE) - v2 * d63
    high, _ = multiply(v2, e)
    v3 = (v2 << np.uint64(31)) + (high >> ONE)
    high, low = multiply(v3, d)
    return v3 - (high + limb(low + d < low) + d)


@njit(forceinline=True)
def reciprocal(d1: Limb, d0: Limb) -> Limb:
    """floor((2^192 - 1) / D) - 2^64: RECIPROCAL_WORD_3BY2 of the source."""
    v = _reciprocal_of_limb(d1)
    p = d1 * v + d0
    if p < d0:
        v -= ONE
        if p >= d1:
            v -= ONE
            p -= d1
        p -= d1
    high, low = multiply(v, d0)
    p += high
    if p < high:
        v -= ONE
        if not is_below(p, low, d1, d0):
            v -= ONE
    return v


@njit(forceinline=True)
def divide(n2: Limb, n1: Limb, n0: Limb, d1: Limb, d0: Limb, v: Limb) -> tuple[Limb, Limb, Limb]:
    """Algorithm 4 of the source: three limbs, the upper two below D, by D; one limb of quotient, two of remainder."""
    q1, q0 = multiply(v, n2)
    q0 += n1
    q1 += n2 + limb(q0 < n1)
    t1, t0 = multiply(d0, q1)
    r1, r0 = subtract(n1 - q1 * d1, n0, t1, t0)
    r1, r0 = subtract(r1, r0, d1, d0)
    # Taken for every other row, so no branch could be foretold: the mask is 0 or all ones, which is -1.
    mask = ZERO - limb(r1 >= q0)
    q1 += ONE + mask
    added = d0 & mask
    r0 += added
    r1 += (d1 & mask) + limb(r0 < added)
    if not is_below(r1, r0, d1, d0):
        q1 += ONE
        r1, r0 = subtract(r1, r0, d1, d0)
    return q1, r1, r0


@njit(forceinline=True)
def learn(table: Any, slot: Limb, d1: Limb, d0: Limb) -> None:
    """Fill a slot of the table: the divisor, its shift s, D and v."""
    s, n1, n0 = ZERO, d1, d0
    if n1 == ZERO:
        s, n1, n0 = WIDTH, d0, ZERO
    while (n1 >> TOP) == ZERO:
        s += ONE
        n1, n0 = (n1 << ONE) | (n0 >> TOP), n0 << ONE
    table[slot, 0], table[slot, 1], table[slot, 2] = d1, d0, s
    table[slot, 3], table[slot, 4], table[slot, 5] = n1, n0, reciprocal(n1, n0)


@njit(forceinline=True)
def divide_wide(product: Quad, s: Limb, d1: Limb, d0: Limb, v: Limb) -> Quad:
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
    q1, r1, r0 = divide(p3, p2, p1, d1, d0, v)
    q0, r1, r0 = divide(r1, r0, p0, d1, d0, v)
    return q1, q0, r1, r0


@njit(forceinline=True)
def unshifted(r1: Limb, r0: Limb, s: Limb) -> Pair:
    """r x 2^s divided by 2^s, s below 128."""
    if s >= WIDTH:
        r1, r0 = ZERO, r1
        s -= WIDTH
    return r1 >> s, (r0 >> s) | (r1 << ONE << (TOP - s))


def cached(function: Callable[..., Any], signature: Any = None) -> Any:
    """Compile a function, and keep what is compiled for the next start where numba finds a place that it may write to.

    Args:
        signature: for which it is compiled at once; None for whatever it is first called with.
    """
    try:
        return njit(signature, cache=True, nogil=True)(function)
    except (RuntimeError, OSError):
        return njit(signature, nogil=True)(function)


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


def whole_column(column: pa.Array | pa.ChunkedArray) -> pa.Array:
    """The column in one piece of memory."""
    if isinstance(column, pa.Array):
        return column
    return column.chunk(0) if column.num_chunks == 1 else pa.concat_arrays([pa.array([], WHOLE_NUMBER), *column.chunks])


def whole(pair: NDArray[np.uint64]) -> int:
    """One number that is not negative, of its limbs."""
    return (int(pair[1]) << 64) | int(pair[0])


def wholes(limbs: NDArray[np.uint64]) -> list[int]:
    """Numbers that are not negative, of their limbs."""
    return [(high << 64) | low for low, high in limbs.tolist()]


def limbs_from(numbers: Iterable[int]) -> NDArray[np.uint64]:
    """(numbers, 2) limbs of numbers that are not negative, below 2^128."""
    return np.frombuffer(b"".join(number.to_bytes(16, "little") for number in numbers), np.uint64).reshape(-1, 2).copy()


def total_of(limbs: NDArray[np.uint64]) -> int:
    """The sum of numbers that are not negative, of fewer than 2^32 of them."""
    low = limbs[:, 0]
    halves = int((low & np.uint64(2**32 - 1)).sum()) + (int((low >> np.uint64(32)).sum()) << 32)
    high = limbs[:, 1]
    return halves + (int((high & np.uint64(2**32 - 1)).sum()) << 64) + (int((high >> np.uint64(32)).sum()) << 96)
