"""Which of the texts that were met is this one, in compiled code?

Eight bytes are looked at at once, as one limb, the first byte lowest; names get keys in the order of their appearance,
and no two names have one. What a text says is not asked here.

Compiled when it is imported, as ledgers.limbs says, and under the same traps. Three more:

* A limb is read from any place before the last WORD_BYTES of an array, so whoever gives bytes gives so many behind
  them that mean nothing.
* What numba keeps of plain_kernel is not made anew when only this file changes: then that one is to be touched.
* Nothing here makes an array, so numba's counting of who holds one is switched off (`_nrt`): it takes three times as
  long as the work. A function that needs an array of its own cannot be one of these.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
import pyarrow as pa
from llvmlite import ir
from numba import njit, types
from numba.extending import intrinsic

from ledgers.limbs import ZERO, limb, multiply

if TYPE_CHECKING:
    from numpy.typing import NDArray

WORD_BYTES: Final = 8
BYTE, THREE = np.uint64(8), np.uint64(3)
EACH: Final = 0x0101010101010101
"""A byte times this is a limb of eight such bytes."""
LOWER = np.uint64(0x7F * EACH)
MIX = np.uint64(0x9E3779B97F4A7C15)
MIX_BITS = np.uint64(29)
BARE: Final[dict[str, Any]] = {"_nrt": False}


def bare(function: Callable[..., Any]) -> Any:
    """Compile without counting who holds an array."""
    return njit(**BARE)(function)


def bare_inlined(function: Callable[..., Any]) -> Any:
    """Compile into its callers: an array is seven numbers, to hand over a dozen of them takes longer than the work."""
    return njit(**BARE, forceinline=True)(function)


def bare_cached(function: Callable[..., Any]) -> Any:
    """Compile as `ledgers.limbs.cached` does."""
    try:
        return njit(**BARE, cache=True, nogil=True)(function)
    except (RuntimeError, OSError):
        return njit(**BARE, nogil=True)(function)


class Table(NamedTuple):
    """Names and their keys: 0, 1, ... in the order of their appearance."""

    seed: Any
    slots: Any
    """2^n of key + 1 or 0; never full."""
    hashes: Any
    begins: Any
    """Where each name begins in `names`, and the last one ends."""
    names: Any
    count: Any
    """(names,), counted up."""


def _word_code(typing_context: Any, held: Any, place: Any) -> Any:
    """Eight bytes from a place as a limb, the first byte lowest."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        array = context.make_array(signature.args[0])(context, builder, arguments[0])
        wide = builder.bitcast(builder.gep(array.data, [arguments[1]]), ir.IntType(64).as_pointer())
        return builder.load(wide, align=1)

    return types.uint64(held, types.intp), generate


def _zeros_below_code(typing_context: Any, mask: Any) -> Any:
    """How many bits below the lowest that is set."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.cttz(arguments[0], ir.Constant(ir.IntType(1), 1))

    return types.intp(types.uint64), generate


word_at: Any = intrinsic(_word_code)
zeros_below: Any = intrinsic(_zeros_below_code)


@bare_inlined
def found(word: Any, wanted: Any) -> Any:
    """The top bit of every byte of the word that is the wanted one."""
    other = word ^ wanted
    return ~(((other & LOWER) + LOWER) | other | LOWER)


@bare_inlined
def first_of(word: Any, count: Any) -> Any:
    """The first 1 to 8 bytes of a word, the others 0."""
    return word & (~ZERO >> ((BYTE - limb(count)) << THREE))


@bare_inlined
def is_same(held: Any, begin: Any, end: Any, other: Any, first: Any, last: Any) -> Any:
    """Whether [begin, end) of one array and [first, last) of another are the same text."""
    if end - begin != last - first:
        return False
    while end - begin > WORD_BYTES:
        if word_at(held, begin) != word_at(other, first):
            return False
        begin += WORD_BYTES
        first += WORD_BYTES
    return begin == end or first_of(word_at(held, begin) ^ word_at(other, first), end - begin) == ZERO


@bare_inlined
def _hash(held: Any, begin: Any, end: Any, seed: Any) -> Any:
    """A hash of a text that nobody can foresee without the seed, so that nobody can write ids that all collide."""
    value = seed ^ limb(end - begin)
    while begin < end:
        word = word_at(held, begin)
        if end - begin < WORD_BYTES:
            word = first_of(word, end - begin)
        high, low = multiply(value ^ word, MIX)
        value = high ^ low ^ seed
        begin += WORD_BYTES
    return value ^ (value >> MIX_BITS)


@bare_inlined
def key_of(held: Any, begin: Any, end: Any, table: Any) -> Any:
    """The key of a name; a new one is added."""
    seed, slots, hashes, begins, names, count = table
    value = _hash(held, begin, end, seed)
    mask = len(slots) - 1
    slot = np.int64(value) & mask
    while slots[slot]:
        key = slots[slot] - 1
        if hashes[key] == value and is_same(held, begin, end, names, begins[key], begins[key + 1]):
            return key
        slot = (slot + 1) & mask
    key = count[0]
    slots[slot], hashes[key] = key + 1, value
    at = begins[key]
    for step in range(end - begin):
        names[at + step] = held[begin + step]
    begins[key + 1] = at + end - begin
    count[0] = key + 1
    return key


@bare_cached
def refill(slots: Any, hashes: Any, count: Any) -> None:
    """Put the keys of all names into slots that were emptied, or made more."""
    mask = len(slots) - 1
    for key in range(count):
        slot = np.int64(hashes[key]) & mask
        while slots[slot]:
            slot = (slot + 1) & mask
        slots[slot] = key + 1


@bare_cached
def add_names(held: Any, ends: Any, table: Any) -> None:
    """Give keys to names that have none yet; `ends` are where each begins in `held`, and the last ends."""
    for row in range(len(ends) - 1):
        key_of(held, ends[row], ends[row + 1], table)


class NameKeys:
    """Names that were met and their keys, in the order of their appearance."""

    def __init__(self) -> None:
        self._seed = np.uint64(secrets.randbits(64))
        self._count = np.zeros(1, np.int64)
        self._slots = np.zeros(1 << 10, np.int32)
        self._hashes = np.zeros(1 << 9, np.uint64)
        self._begins = np.zeros((1 << 9) + 1, np.int64)
        self._names = np.zeros((1 << 12) + WORD_BYTES, np.uint8)

    def __len__(self) -> int:
        return int(self._count[0])

    @property
    def table(self) -> Table:
        """All of it, as the kernel wants it; it is another one after `make_room`."""
        return Table(self._seed, self._slots, self._hashes, self._begins, self._names, self._count)

    def make_room(self, rows: int, bytes_count: int) -> None:
        """See that so many more names fit."""
        known = len(self)
        if known + rows > len(self._hashes):
            size = max(known + rows, 2 * len(self._hashes))
            self._hashes = _longer(self._hashes, size)
            self._begins = _longer(self._begins, size + 1)
        needed = int(self._begins[known]) + bytes_count + WORD_BYTES
        if needed > len(self._names):
            self._names = _longer(self._names, max(needed, 2 * len(self._names)))
        if 2 * (known + rows) > len(self._slots):
            self._slots = np.zeros(1 << (4 * (known + rows)).bit_length() - 1, np.int32)
            refill(self._slots, self._hashes, known)

    def add(self, names: pa.Array) -> None:
        """Give keys to names that have none yet."""
        names = names.cast(pa.large_binary())
        _, offsets, held = names.buffers()
        begins = np.frombuffer(offsets, np.int64, len(names) + 1, 8 * names.offset)
        begins, first, last = begins - begins[0], int(begins[0]), int(begins[-1])
        text = np.zeros(last - first + WORD_BYTES, np.uint8)
        if last > first:
            text[: last - first] = np.frombuffer(held, np.uint8, last - first, first)
        self.make_room(len(names), last - first)
        add_names(text, begins, self.table)

    def names(self, first: int, last: int) -> pa.Array:
        """Give the names of the keys from `first` to before `last`."""
        begins = self._begins[first : last + 1]
        text = self._names[begins[0] : begins[-1]].tobytes()
        offsets = pa.py_buffer((begins - begins[0]).tobytes())
        return pa.LargeStringArray.from_buffers(last - first, offsets, pa.py_buffer(text))


def _longer(column: NDArray[Any], size: int) -> NDArray[Any]:
    longer = np.zeros(size, column.dtype)
    longer[: len(column)] = column
    return longer
