"""What rows does a parquet file have, as text?

A child looks at the footer first, and at nothing else, so that a claim of billions of rows costs nothing. When the rows
are wanted another child verifies and unpacks the pages and streams whole columns to DuckDB here, which casts them to
text in bulk: nothing passes through a scratch file, no cell becomes an object, and unpacking runs beside casting. A row
is counted from 1, for there is no header among the rows. Numbers kept as binary fractions (DOUBLE, FLOAT) are said, and
where they have more digits than such a fraction keeps they were rounded before they came here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from ledgers.display import display
from ledgers.errors import SourceError, StorageError
from ledgers.ingestion.bounded import Bounds, Child, made_of
from ledgers.ingestion.drawn_table import Drawn, checked_header, drawn_of, raw_drawn
from ledgers.ingestion.reader import Place, Staging
from ledgers.ingestion.receipt import Receipt
from ledgers.ingestion.staging import Staged
from ledgers.models import Finding, Severity

if TYPE_CHECKING:
    from ledgers.configuration_sections import SourceSection
    from ledgers.storage.books import Books

MEMORY_LEAST = 640 << 20
MEMORY_TIMES = 16
MEMORY_MOST = 1 << 30
CPU_SECONDS = 30
BYTES_A_SECOND = 1_000_000
OUTPUT_BYTES = 1 << 30
OUTPUT_TIMES = 200
DIGITS_KEPT = {"DOUBLE": 15, "FLOAT": 6}
"""Decimal digits that every binary fraction of the kind gives back."""
RAW_ROWS_EACH = 100_000
_numbers = count(1)


def memory_for(bytes_count: int) -> int:
    """The address space in which a parquet file must be read: a small one has no page of hundreds of MB."""
    return min(MEMORY_MOST, MEMORY_LEAST + MEMORY_TIMES * bytes_count)


class ParquetTable:
    """One parquet file, open to be staged."""

    def __init__(self, receipt: Receipt, declared: SourceSection, scratch: Path) -> None:
        self._receipt = receipt
        self._declared = declared
        self._scratch = scratch
        self._bounds = Bounds(
            memory_for(receipt.bytes_count),
            CPU_SECONDS + receipt.bytes_count // BYTES_A_SECOND,
            max(OUTPUT_BYTES, OUTPUT_TIMES * receipt.bytes_count),
        )
        made = made_of(receipt.source, "parquet", {"path": str(receipt.path)}, self._bounds, scratch)
        self._rows: int = made["rows"]
        self._kinds: list[str] = [kind for _, kind in made["columns"]]
        self.header: tuple[str, ...] | None = checked_header(receipt.source, [name for name, _ in made["columns"]], 1)
        self.width = len(self.header)

    def count(self) -> int:
        """Give the rows that the footer claims."""
        return self._rows

    def stage(self, books: Books, places: Mapping[str, Place]) -> Staging:
        """Leave the rows in `staged`, and those that are none in `unfit`."""
        import pyarrow as pa

        read = sorted({place for place in places.values() if isinstance(place, int)})
        self._refuse_kinds(read)
        has_first = self._declared.ignore is not None and self._kinds[0][:3] != "no "
        wanted = sorted({*read, 1}) if has_first else read
        cells = {place: _cell(place, self._kinds[place - 1]) for place in wanted}
        first = cells[1] if has_first else duckdb.ConstantExpression(None)
        staged = Staged(books, places, self.header or ())
        arguments = {"path": str(self._receipt.path), "places": wanted}
        with Child(
            self._receipt.source, "parquet_rows", arguments, self._bounds, self._scratch, streams=True
        ) as child:
            rows = 0
            try:
                with child.attended():
                    rows = staged.take(pa.ipc.open_stream(child.rows), cells, first)
            except (duckdb.Error, pa.ArrowException, OSError, StorageError) as broken:
                child.blame()
                if isinstance(broken, StorageError):
                    raise
                raise SourceError(
                    f"{self._receipt.source}: cannot be read ({display(str(broken), 200)}). Export it as csv."
                ) from None
            made = child.report()
        if "carriage-return" in self._declared.mend:
            staged.mend()
        findings = tuple(self._findings(staged, read))
        if made["has_nul"]:
            staged.refuse_nul()
        return Staging(rows, mended=staged.mended, findings=findings)

    def raw(self, rows: Set[int]) -> Iterator[tuple[int, str]]:
        """Give these rows as lines of csv."""
        ordered = sorted(rows)
        for start in range(0, len(ordered), RAW_ROWS_EACH):
            part = ordered[start : start + RAW_ROWS_EACH]
            asked = self._scratch / f"asked-{next(_numbers)}"
            asked.write_text(" ".join(map(str, part)), encoding="ascii")
            drawn: Drawn = drawn_of(
                self._receipt, "parquet_raw", {"numbers": str(asked)}, self._bounds, self._scratch
            )
            yield from raw_drawn(drawn, frozenset(part))

    def _refuse_kinds(self, read: list[int]) -> None:
        assert self.header is not None, "the footer names the columns"
        lines = [
            f'{self._receipt.source}: the column "{display(self.header[place - 1])}" holds values of the type '
            f"{self._kinds[place - 1][3:]}, which are no text of a cell. Export it as text, or as csv."
            for place in read
            if self._kinds[place - 1].startswith("no ")
        ]
        if lines:
            raise SourceError(*lines)

    def _findings(self, staged: Staged, read: list[int]) -> Iterator[Finding]:
        """Say which columns are binary fractions, and refuse the rows that those have rounded."""
        assert self.header is not None, "the footer names the columns"
        for place in read:
            kind = self._kinds[place - 1]
            if kind not in DIGITS_KEPT:
                continue
            name = next(name for name, at in staged.places.items() if at == place)
            cells = staged.count_filled(place)
            if cells:
                yield Finding(
                    "float-cells", Severity.WARNING,
                    f'{self._receipt.source}: {name} (column "{display(self.header[place - 1])}") is of the type '
                    f"{kind}, a binary fraction that keeps {DIGITS_KEPT[kind]} digits; it may have rounded what was in "
                    f"the books, in any of its {cells} cells.",
                    "Export the column again as DECIMAL or as text, or check its total against the sender's.",
                    source=self._receipt.source, column=name,
                )  # fmt: skip
            staged.refuse_rounded(place, kind, DIGITS_KEPT[kind])


def _cell(place: int, kind: str) -> duckdb.Expression:
    """Give the text of a column: the shortest decimal that means the same number, the same time, the same word."""
    text = duckdb.ColumnExpression(f"c{place}").cast("VARCHAR")
    if kind == "timestamp with zone":
        return duckdb.SQLExpression(f"c{place}::varchar || '+00'")
    if kind in DIGITS_KEPT:
        plain = duckdb.FunctionExpression("plain_of", text)
        return duckdb.FunctionExpression(
            "regexp_replace", plain, duckdb.ConstantExpression(r"\.0$"), duckdb.ConstantExpression("")
        )
    return text
