"""What does each line get of each policy and reserve, worked out by column where there are millions of lines?

Every step asks every line what it still lacks. The relations compensation_claim.sql and compensation_award.sql are the
definition; they join, sort and write all bases anew at each step. This holds the bases as they lie, in the order of
their key, and passes over them twice a step: once to add up what is claimed, once to share. Tests compare the two.

Memory: 41 bytes a base, and some 60 a line while a step is shared.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
import pyarrow as pa

from ledgers.kernels import scale_columns
from ledgers.limbs import WHOLE_NUMBER, column_of, limbs_from, limbs_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from ledgers.storage.books import Books

    Numbers = NDArray[np.int32]
    Minors = NDArray[np.int64]

RELATIONS = Path(__file__).parent / "relations"
ROWS_AT_ONCE: Final = 1 << 20
BASES_MAX: Final = 40_000_000
"""More are left to the relations, which spill to disk."""
MINOR_MAX: Final = 1 << 40
"""Bases below it, of at most 2^22 items a line, add up within 63 bits."""
HALF: Final = 32
KEY: Final = ("account_no", "asset_no", "part", "item_no")
BASE: Final = pa.schema([(name, pa.int32()) for name in KEY] + [("base", WHOLE_NUMBER)])


class BasesByColumn:
    """The bases of all lines, what of them is met, and the claims of the step that is being shared.

    Args:
        books: whose relation `base` is made, and not larger than `fits` allows.
    """

    def __init__(self, books: Books) -> None:
        self._books = books
        select = f"select {', '.join(KEY)}, base from base order by rowid"  # noqa: S608  names of ours
        table = pa.Table.from_batches(list(books.batches(select, ROWS_AT_ONCE)), BASE).combine_chunks()
        self._keys = [_numbers(table.column(name)) for name in KEY]
        self._items = self._keys[3]
        self._known = set(np.unique(self._items).tolist())
        """Items that any line lost by."""
        self._base = _minors(table.column("base"))
        self._met = np.zeros(len(self._base), np.int64)
        is_first = np.zeros(len(self._base), np.bool_)
        is_first[:1] = True
        for key in self._keys[:3]:
            is_first[1:] |= key[1:] != key[:-1]
        self._starts = np.flatnonzero(is_first)
        self._line = np.cumsum(is_first) - 1
        self._unmet = np.zeros(0, np.int64)
        self._claims = np.zeros(0, np.int64)

    @staticmethod
    def fits(books: Books) -> bool:
        """Whether there are few enough bases, each small enough."""
        rows, most = books.rows("select count(*), coalesce(max(base), 0)::varchar from base")[0]
        return bool(rows <= BASES_MAX and int(most) < MINOR_MAX)

    def unmet(self, items: Sequence[int]) -> int:
        """What is lacking of these items, all lines together, in minor units."""
        return _total(self._lacking(items)) if self._known & set(items) else 0

    def claim(self, items: Sequence[int]) -> int:
        """Let every line claim its unmet bases of these items; give the sum."""
        self._unmet = self._lacking(items)
        self._claims = np.add.reduceat(self._unmet, self._starts) if len(self._starts) else self._unmet
        return _total(self._claims)

    def pay(self, step_no: int, minor: int, claimed: int, *, is_split: bool) -> int:
        """Share a sum among what is claimed, rounded down, and keep who got what; give what was shared out.

        What a line gets meets its items in their order, which is that of event, then custody. Whoever gets nothing has
        no row, but where a line may have several and its claims are added up.
        """
        if claimed == 0 or minor == 0:
            return 0
        claiming = np.flatnonzero(self._claims)
        claims = self._claims[claiming]
        shares = claims if minor >= claimed else _shared(claims, minor, claimed)
        by_line = np.zeros(len(self._claims), np.int64)
        by_line[claiming] = shares
        before = np.cumsum(self._unmet) - self._unmet
        before -= before[self._starts][self._line]
        self._met += np.clip(by_line[self._line] - before, 0, self._unmet)
        if not is_split:
            claiming, claims, shares = (column[shares > 0] for column in (claiming, claims, shares))
        at = self._starts[claiming]
        rows = {name: key[at] for name, key in zip(KEY[:3], self._keys[:3], strict=True)}
        rows |= {"claim_minor": _column(claims), "entitled": _column(shares)}
        with self._books.lent("incoming_compensation", pa.table(rows)):
            self._books.run(RELATIONS / "compensation_by_column.sql", step_no=step_no)
        return _total(shares)

    def finish(self) -> None:
        """Write the bases with what is met of them."""
        rows = {name: pa.array(key) for name, key in zip(KEY, self._keys, strict=True)}
        rows |= {"base": _column(self._base), "met": _column(self._met)}
        with self._books.lent("incoming_base", pa.table(rows)):
            self._books.run(RELATIONS / "base_by_column.sql")

    def _lacking(self, items: Sequence[int]) -> Minors:
        left = self._base - self._met
        if self._known <= set(items):
            return left
        is_answered = np.zeros(max(self._known, default=0) + 1, np.bool_)
        is_answered[[item for item in items if item in self._known]] = True
        left *= is_answered[self._items]
        return left


def _shared(claims: Minors, minor: int, claimed: int) -> Minors:
    """floor(claim x minor / claimed), a part of the lines at a time."""
    shares = np.empty(len(claims), np.int64)
    for start in range(0, len(claims), ROWS_AT_ONCE):
        part = claims[start : start + ROWS_AT_ONCE]
        payable, whole = (column_of(np.tile(limbs_from([number]), (len(part), 1))) for number in (minor, claimed))
        shares[start : start + len(part)] = _minors(scale_columns("scaled_floor", _column(part), payable, whole))
    return shares


def _numbers(column: pa.ChunkedArray) -> Numbers:
    return np.concatenate([np.zeros(0, np.int32), *(chunk.to_numpy() for chunk in column.chunks)])


def _minors(column: pa.Array | pa.ChunkedArray) -> Minors:
    chunks = column.chunks if isinstance(column, pa.ChunkedArray) else [column]
    lows = [limbs_of(chunk)[:, 0].astype(np.int64) for chunk in chunks]
    return np.concatenate([np.zeros(0, np.int64), *lows])


def _column(minors: Minors) -> pa.Array:
    limbs = np.zeros((len(minors), 2), np.uint64)
    limbs[:, 0] = minors
    return column_of(limbs)


def _total(minors: Minors) -> int:
    """The sum of numbers from 0, in two halves, each short enough for 63 bits."""
    whole = 0
    for start in range(0, len(minors), ROWS_AT_ONCE):
        part = minors[start : start + ROWS_AT_ONCE]
        whole += (int((part >> HALF).sum()) << HALF) + int((part & ((1 << HALF) - 1)).sum())
    return whole
