"""The same lines as `lines.Lines` writes, for tens of millions of rows.

Names are laid out once, as they are written; of a batch there are only numbers, and one compiled pass writes line after
line. A row says the same quantity several times over (a claim is what was scheduled, what is entitled is paid), so a
quantity that the row has written already is copied rather than divided into digits again.

Compiled when it is imported, as ledgers.limbs says, and under the same traps.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numba import types

from administrator.plans.exports.layouts import Cell, Layout, Minor, Named, Units, Value
from administrator.plans.exports.lines import NEEDS_QUOTES, SHARE_DECIMALS, Legend, text_cell
from ledgers.digits import SCRATCH, WRITTEN_MAX, piece_divisor, put_units
from ledgers.kernels import scale_columns
from ledgers.limbs import WHOLE_NUMBER, cached, limbs_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from ledgers.units import Ratio

COMMA, FEED = np.uint8(ord(",")), np.uint8(ord("\n"))
NONE: Final = -1
SUM: Final = pa.decimal256(40, 0)
"""Arrow adds no two decimals of 38 digits."""


def _write(
    rows: Any, cells: Any, codes: Any, units: Any, is_known: Any, decimals: Any, begins: Any, names: Any, text: Any
) -> Any:
    """Write the lines of the rows; give their length.

    Args:
        cells: of each column, what it has of: place in codes, place in units, decimals, first name; else -1.
        codes: (numbers with a name, rows). units: (quantities, rows, 2) limbs. is_known: (quantities, rows).
        decimals: by asset_no. begins: where each name begins in `names`, and the next one.
    """
    divisor = piece_divisor()
    digits = np.zeros(SCRATCH, np.uint8)
    written, ends = np.zeros(len(units) + 1, np.int64), np.zeros(len(units) + 1, np.int64)
    scales = np.zeros(len(units) + 1, np.int64)
    at = 0
    for row in range(rows):
        for column in range(len(cells)):
            if column:
                text[at] = COMMA
                at += 1
            code, quantity, scale, name = cells[column, 0], cells[column, 1], cells[column, 2], cells[column, 3]
            if quantity >= 0 and is_known[quantity, row]:
                if scale < 0:
                    scale = decimals[codes[code, row]]
                high, low = units[quantity, row, 1], units[quantity, row, 0]
                scales[quantity] = scale
                written[quantity] = at
                twin = 0
                while twin < quantity and not (
                    units[twin, row, 0] == low and units[twin, row, 1] == high
                    and scales[twin] == scale and is_known[twin, row]
                ):
                    twin += 1
                if twin < quantity:
                    for place in range(written[twin], ends[twin]):
                        text[at] = text[place]
                        at += 1
                else:
                    at = put_units(text, at, high, low, scale, digits, divisor)
                ends[quantity] = at
            elif name >= 0:
                number = np.int64(0) if quantity >= 0 else np.int64(codes[code, row])
                if number >= 0:
                    for place in range(begins[name + number], begins[name + number + 1]):
                        text[at] = names[place]
                        at += 1
        text[at] = FEED
        at += 1
    return at


def _compiled() -> Any:
    def given(of: Any, dimensions: int) -> Any:
        return types.Array(of, dimensions, "C", readonly=True)

    signature = types.int64(
        types.int64,
        given(types.int64, 2),
        given(types.int32, 2),
        given(types.uint64, 3),
        given(types.boolean, 2),
        given(types.int64, 1),
        given(types.int64, 1),
        given(types.uint8, 1),
        types.Array(types.uint8, 1, "C"),
    )
    return cached(_write, signature)


write_lines: Final = _compiled()


class LineColumns:
    """The writer of one table's lines, a batch of columns at a time."""

    def __init__(self, layout: Layout, legend: Legend) -> None:
        self._layout = layout
        self._decimals = np.array(legend.decimals, np.int64)
        self._rates = legend.rates
        self._names = _Names(legend)
        self._codes = [name for name, cell in layout.cells.items() if isinstance(cell, Named)]
        self._units = [name for name, cell in layout.cells.items() if not isinstance(cell, Named)]
        self._cells = np.array(
            [self._places(name, cell, legend) for name, cell in layout.cells.items()], np.int64
        )
        self._longest = [self._names.longest[cell.names] for cell in layout.cells.values() if isinstance(cell, Named)]
        self._names.seal()
        self._text = np.empty(0, np.uint8)
        self._last: list[int] | None = None

    def write(self, batch: pa.RecordBatch) -> memoryview:
        """Write the lines of the next batch; they are good until the one after it."""
        rows = batch.num_rows
        codes = np.empty((len(self._codes), rows), np.int32)
        for place, name in enumerate(self._codes):
            column = batch.column(name)
            codes[place] = column.fill_null(NONE).cast(pa.int32()).to_numpy(zero_copy_only=False)
        self._compare(codes[: self._layout.key_columns])
        units = np.empty((len(self._units), rows, 2), np.uint64)
        is_known = np.ones((len(self._units), rows), np.bool_)
        for place, name in enumerate(self._units):
            column = self._quantity(batch, name)
            units[place] = limbs_of(column)
            if column.null_count:
                is_known[place] = column.is_valid().to_numpy(zero_copy_only=False)
        bytes_max = rows * (WRITTEN_MAX * len(self._units) + sum(self._longest) + len(self._cells) + 16)
        if self._text.size < bytes_max:
            self._text = np.empty(bytes_max, np.uint8)
        length = write_lines(
            rows, self._cells, codes, units, is_known, self._decimals, self._names.begins, self._names.text, self._text
        )
        return memoryview(self._text)[:length]  # type: ignore[arg-type]

    def _places(self, name: str, cell: Cell, legend: Legend) -> Sequence[int]:
        if isinstance(cell, Named):
            return self._codes.index(name), NONE, NONE, self._names.add(cell.names, legend.names[cell.names])
        quantity = self._units.index(name)
        if isinstance(cell, Units):
            return self._codes.index(cell.asset_column), quantity, NONE, NONE
        if isinstance(cell, Minor | Value):
            unknown = cell.unknown if isinstance(cell, Minor) else ""
            word = self._names.add(f"word {unknown}", pa.array([unknown])) if unknown else NONE
            return NONE, quantity, legend.currency_decimals, word
        return NONE, quantity, SHARE_DECIMALS, NONE

    def _compare(self, key: NDArray[np.int32]) -> None:
        """See that the rows are in the order of their key, this batch behind the last."""
        if not key.size:
            return
        is_after = np.zeros(key.shape[1] - 1, np.bool_)
        is_equal = np.ones(key.shape[1] - 1, np.bool_)
        for column in key:
            is_after |= is_equal & (column[:-1] < column[1:])
            is_equal &= column[:-1] == column[1:]
        first = [int(number) for number in key[:, 0]]
        assert is_after.all(), "the rows are not in the order of their key"
        assert self._last is None or self._last < first, "the rows are not in the order of their key"
        self._last = [int(number) for number in key[:, -1]]

    def _quantity(self, batch: pa.RecordBatch, name: str) -> pa.Array:
        cell = self._layout.cells[name]
        if not isinstance(cell, Value):
            return batch.column(name).cast(WHOLE_NUMBER)
        numerators, denominators = self._rate_columns(batch.column(cell.asset_column))
        parts: list[pa.Array] = []
        for part in cell.units_columns:
            column = batch.column(part)
            if not parts or (limbs_of(column) != 0).any():
                parts.append(scale_columns("scaled_half_even", column, numerators, denominators))
        if len(parts) == 1:
            return parts[0]
        total = parts[0].cast(SUM)
        for part in parts[1:]:
            total = pc.add(total, part.cast(SUM)).cast(SUM)
        return total.cast(WHOLE_NUMBER)

    def _rate_columns(self, asset_nos: pa.Array) -> tuple[pa.Array, pa.Array]:
        """The rate of each row's asset as two columns; null without a price."""
        rates: list[Ratio | None] = [self._rates.get(asset_no) for asset_no in range(len(self._decimals))]
        numerators = pa.array([None if rate is None else rate.numerator for rate in rates], WHOLE_NUMBER)
        denominators = pa.array([None if rate is None else rate.denominator for rate in rates], WHOLE_NUMBER)
        return numerators.take(asset_nos), denominators.take(asset_nos)


class _Names:
    """All names of a table as they are written, behind each other."""

    def __init__(self, legend: Legend) -> None:
        self.begins: NDArray[np.int64] = np.zeros(1, np.int64)
        self.text: NDArray[np.uint8] = np.empty(0, np.uint8)
        self.longest: dict[str, int] = {}
        self._first: dict[str, int] = {}
        self._starts: list[NDArray[np.int64]] = []
        self._texts: list[NDArray[np.uint8]] = []
        self._bytes = 0
        self._count = 0

    def add(self, kind: str, names: pa.Array) -> int:
        """Add the names of a kind; give the place of its first."""
        if kind in self._first:
            return self._first[kind]
        names = _as_written(names)
        _, offsets, held = names.buffers()
        starts = np.frombuffer(offsets, np.int64, len(names) + 1, 8 * names.offset)
        text = np.frombuffer(held, np.uint8, int(starts[-1] - starts[0]), int(starts[0])) if len(names) else self.text
        self._starts.append(starts - starts[0] + self._bytes)
        self._texts.append(text)
        self._first[kind] = self._count
        self.longest[kind] = int(np.diff(starts).max(initial=0))
        # The end of the last name is a place of its own: the next kind begins behind it.
        self._count += len(starts)
        self._bytes += len(text)
        return self._first[kind]

    def seal(self) -> None:
        """Lay everything out flat; nothing is added after."""
        self.begins = np.concatenate(self._starts) if self._starts else self.begins
        self.text = np.concatenate(self._texts) if self._texts else self.text
        self._starts, self._texts = [], []


def _as_written(names: pa.Array) -> pa.Array:
    """Give the names quoted where they must be; null is nothing."""
    names = names.cast(pa.large_string())
    is_quoted = pc.or_kleene(pc.equal(pc.binary_length(names), 0), pc.match_substring_regex(names, "[,\"\r\n]"))
    assert len(NEEDS_QUOTES) == len(',"\r\n')
    if pc.any(is_quoted).as_py():
        chosen = names.filter(is_quoted.fill_null(False))
        written = pa.array([text_cell(name) for name in chosen.to_pylist()], pa.large_string())
        names = pc.replace_with_mask(names, is_quoted.fill_null(False), written)
    return names.fill_null("")
