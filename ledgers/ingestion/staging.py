"""How do the columns that a child leaves become `staged` and `unfit`?

The part that the readers of parquet, jsonl and xlsx files share: columns in their places, carriage returns mended, and
rows taken out that are none. What a cell says is not asked here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from ledgers.display import display
from ledgers.ingestion.reader import Constant, Met, Place

if TYPE_CHECKING:
    import pyarrow as pa

    from ledgers.storage.books import Books

RELATIONS = Path(__file__).parent / "relations"


@dataclass(slots=True)
class Staged:
    """The staged rows of one file, to be looked over once they are all there."""

    books: Books
    places: Mapping[str, Place]
    header: Sequence[str]
    """Names for messages; empty where there are none."""
    mended: Met = field(default_factory=Met)
    _named: dict[int, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name, place in self.places.items():
            if isinstance(place, int):
                self._named.setdefault(place, name)

    def take(self, rows: pa.RecordBatchReader, cells: Mapping[int, duckdb.Expression], first: duckdb.Expression) -> int:
        """Leave the rows in `staged`; give how many there are.

        Args:
            rows: with a column `row`.
            cells: the text of each column of the file that has a place.
            first: the text of the first cell.
        """
        empty = duckdb.ConstantExpression("")
        selected = [duckdb.ColumnExpression("row"), _null_if(first, empty).alias("first_cell")]
        for name, place in self.places.items():
            if isinstance(place, int):
                column = _null_if(cells[place], empty)
            else:
                text = place.text or None if isinstance(place, Constant) else None
                column = duckdb.ConstantExpression(text).cast("VARCHAR")
            selected.append(column.alias(name))
        with self.books.lent("drawn", rows), self.books.guarded():
            # Registered, not created: a view of what lives in this process cannot be stored.
            connection = self.books.connection
            connection.register("incoming", connection.view("drawn").select(*selected))
            try:
                self.books.run(RELATIONS / "stage.sql")
            finally:
                connection.unregister("incoming")
        return int(self.books.value("select count(*) from staged"))

    def mend(self) -> None:
        """Take carriage returns out of the cells that are read, and count those."""
        self.books.run(RELATIONS / "mend.sql", {"column": "first_cell"})
        for name, place in self.places.items():
            if isinstance(place, int):
                self.books.run(RELATIONS / "mend.sql", {"column": name})
                # Several columns of the contract may come from one of the file: a cell counts once.
                cells, row = self.books.rows('select cells, "row" from mended')[0]
                if cells and self._named[place] == name:
                    earlier = self.mended.row or row
                    self.mended = Met(self.mended.count + cells, min(earlier, row))

    def refuse_nul(self) -> None:
        """Move the rows with a NUL in a cell that is read to `unfit`."""
        for name in self._named.values():
            self.books.run(RELATIONS / "unfit_nul.sql", {"column": name})
        self._drop_unfit()

    def refuse(self, faults: pa.RecordBatchReader) -> None:
        """Move the rows to `unfit` that are none, or of which a cell that is read says nothing.

        Args:
            faults: row, first_cell, column, code, why; column 0 stands for the whole row.
        """
        import pyarrow as pa

        places = {"place": pa.array([0, *self._named], pa.int32()), "name": ["", *self._named.values()]}
        read = pa.table(places)
        with self.books.lent("incoming_faults", faults), self.books.lent("incoming_places", read):
            self.books.run(RELATIONS / "unfit_cells.sql")
        self._drop_unfit()

    def refuse_rounded(self, place: int, kind: str, digits_max: int) -> None:
        """Move the rows to `unfit` of which a cell holds more digits than its kind of number keeps."""
        self.books.run(
            RELATIONS / "unfit_rounded.sql",
            {"column": self._named[place]},
            shown=f'column "{display(self.header[place - 1])}", {kind}',
            digits_max=digits_max,
        )
        self._drop_unfit()

    def count_filled(self, place: int) -> int:
        """Give how many cells of a column say something."""
        self.books.run(RELATIONS / "filled.sql", {"column": self._named[place]})
        return int(self.books.value("select cells from filled"))

    def _drop_unfit(self) -> None:
        self.books.run(RELATIONS / "drop_unfit.sql")


def _null_if(text: duckdb.Expression, empty: duckdb.Expression) -> duckdb.Expression:
    return duckdb.FunctionExpression("nullif", text.cast("VARCHAR"), empty)
