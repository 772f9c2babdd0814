"""How is a row of numbers written as a line of CSV?

Text is quoted where it must be: a comma, a quote, the end of a line, or text that is there and empty. Quantities are
plain decimals at full scale. NULL is nothing at all. Here is the definition, row by row; line_columns does the same for
millions of rows, and tests compare the two.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from administrator.plans.exports.layouts import Cell, Layout, Minor, Named, Share, Units, Value
from ledgers.units import Ratio, divide_half_even, format_units

if TYPE_CHECKING:
    import pyarrow as pa

BATCH_ROWS = 1 << 17
SHARE_DECIMALS = 8
NEEDS_QUOTES = frozenset(',"\r\n')


@dataclass(frozen=True, slots=True)
class Legend:
    """What the numbers of one table mean."""

    names: Mapping[str, pa.StringArray]
    """Of each kind that the table has, by number."""
    decimals: Sequence[int]
    """By asset_no."""
    currency_decimals: int
    rates: Mapping[int, Ratio]
    """Minor units that a base unit is worth at commencement, by asset_no; none without a price."""


def text_cell(text: str | None) -> str:
    """Write one text.

    >>> text_cell('He said "no", and left'), text_cell(""), text_cell(None)
    ('"He said ""no"", and left"', '""', '')
    """
    if text is None:
        return ""
    if not text or NEEDS_QUOTES & set(text):
        return '"' + text.replace('"', '""') + '"'
    return text


def line(cells: Iterable[str | None]) -> bytes:
    """Write one line of texts."""
    return (",".join(map(text_cell, cells)) + "\n").encode("utf-8")


class Lines:
    """The writer of one table's lines, by the definition."""

    def __init__(self, layout: Layout, legend: Legend) -> None:
        self._layout = layout
        self._legend = legend
        self._names = {kind: names.to_pylist() for kind, names in legend.names.items()}
        self._last: tuple[int, ...] = ()

    def write(self, batch: pa.RecordBatch) -> bytes:
        """Write the lines of the next batch, whose columns are those of the layout without values."""
        names = batch.schema.names
        rows = zip(*(column.to_pylist() for column in batch.columns), strict=True)
        return "".join(self._line(dict(zip(names, row, strict=True))) for row in rows).encode("utf-8")

    def _line(self, row: Mapping[str, int | None]) -> str:
        cells = self._layout.cells
        key = tuple(row[name] for name in list(cells)[: self._layout.key_columns])
        assert self._last < key, f"{key} follows {self._last}: the rows are not in the order of their key"
        self._last = key  # type: ignore[assignment]
        return ",".join(self._cell(row, name, cell) for name, cell in cells.items()) + "\n"

    def _cell(self, row: Mapping[str, int | None], name: str, cell: Cell) -> str:
        legend = self._legend
        match cell:
            case Named(names):
                number = row[name]
                return "" if number is None else text_cell(self._names[names][number])
            case Units(asset_column):
                return _decimal(row[name], legend.decimals[_known(row[asset_column])])
            case Minor(unknown):
                return unknown if row[name] is None else _decimal(row[name], legend.currency_decimals)
            case Share():
                return _decimal(row[name], SHARE_DECIMALS)
            case Value(units_columns, asset_column):
                rate = legend.rates.get(_known(row[asset_column]))
                if rate is None:
                    return ""
                units = (int(row[part] or 0) for part in units_columns)
                minor = sum(divide_half_even(part * rate.numerator, rate.denominator) for part in units)
                return _decimal(minor, legend.currency_decimals)


def _decimal(units: int | None, decimals: int) -> str:
    return "" if units is None else format_units(int(units), decimals)


def _known(number: int | None) -> int:
    assert number is not None, "every row names its asset"
    return number
