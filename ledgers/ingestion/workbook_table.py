"""What rows does a sheet of an xlsx workbook have, as text, and what should somebody know of it?

A child takes the workbook apart (workbook_child.py); here its sheet becomes a table file. A row has the number that
the sheet shows beside it. What a sheet can hide is said: rows, columns and sheets that are not shown, cells that are
merged, and cells that a formula computed, whose value is the one that was saved.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set
from pathlib import Path
from typing import TYPE_CHECKING

from ledgers.display import display
from ledgers.errors import SourceError
from ledgers.ingestion.bounded import Bounds
from ledgers.ingestion.drawn_table import checked_header, drawn_of, raw_drawn, stage_drawn
from ledgers.ingestion.reader import Place, Staging
from ledgers.ingestion.receipt import Receipt
from ledgers.models import Finding, Severity

if TYPE_CHECKING:
    from ledgers.configuration_sections import SourceSection
    from ledgers.storage.books import Books

MEMORY_BYTES = 512 << 20
CPU_SECONDS = 20
BYTES_A_SECOND = 50_000
"""A packed byte may be two hundred of XML, of which some ten million are read in a second."""
OUTPUT_BYTES = 1 << 30
OUTPUT_TIMES = 200


class WorkbookTable:
    """One sheet of a workbook, open to be staged."""

    def __init__(self, receipt: Receipt, declared: SourceSection, scratch: Path) -> None:
        self._source = receipt.source
        self._declared = declared
        is_positional = bool(declared.columns) and all(isinstance(place, int) for place in declared.columns.values())
        bounds = Bounds(
            MEMORY_BYTES,
            CPU_SECONDS + receipt.bytes_count // BYTES_A_SECOND,
            max(OUTPUT_BYTES, OUTPUT_TIMES * receipt.bytes_count),
        )
        self._drawn = drawn_of(
            receipt, "workbook", {"sheet": declared.sheet, "is_positional": is_positional}, bounds, scratch
        )
        self._made = self._drawn.made
        if not self._made["first_row"]:
            raise SourceError(
                f'{receipt.source}: the sheet "{display(self._made["sheet"])}" is empty. Correct sheet in case.toml, '
                "or remove the source."
            )
        self.width: int = self._made["width"]
        self.header: tuple[str, ...] | None = None
        if not is_positional:
            self.header = checked_header(receipt.source, self._made["header"], self._made["first_row"])

    def count(self) -> int:
        """Give the rows after the header, counted by their tags."""
        return int(self._made["rows_counted"]) - (0 if self.header is None else 1)

    def stage(self, books: Books, places: Mapping[str, Place]) -> Staging:
        """Leave the rows in `staged`, and those that are none in `unfit`."""
        findings = tuple(self._findings(places))
        return stage_drawn(
            books, self._drawn, self._declared, places, self.header or (), self._made["blank"], findings
        )

    def raw(self, rows: Set[int]) -> Iterator[tuple[int, str]]:
        """Give these rows as lines of csv."""
        return raw_drawn(self._drawn, rows)

    def _findings(self, places: Mapping[str, Place]) -> Iterator[Finding]:
        named: dict[int, str] = {}
        for name, place in places.items():
            if isinstance(place, int):
                named.setdefault(place, name)
        formulas: dict[str, list[int]] = self._made["formulas"]
        for place in sorted(named):
            if str(place) in formulas:
                cells, row = formulas[str(place)]
                yield self._said(
                    "formula-cells",
                    f"cells of {named[place]} that are formulas: {cells}, the first in row {row}; each is read as the "
                    "value that was saved with it",
                    "Check them against the program that computed them, or save the sheet as values.",
                    named[place],
                )
        yield from self._hidden(named)
        merges = [merge for merge in self._made["merges"] if any(merge[0] <= place <= merge[3] for place in named)]
        if merges:
            yield self._said(
                "merged-cells",
                f"groups of merged cells: {len(merges)}, the first in rows {merges[0][1]} to {merges[0][2]}; only the "
                "first cell of each says anything",
                "Take the merged cells apart and fill each in.",
            )

    def _hidden(self, named: Mapping[int, str]) -> Iterator[Finding]:
        parts: list[str] = []
        rows, row = self._made["hidden_rows"]
        if rows:
            parts.append(f"hidden rows: {rows}, the first is row {row}")
        columns = [
            named[place]
            for place in sorted(named)
            if any(low <= place <= high for low, high in self._made["hidden_columns"])
        ]
        if columns:
            parts.append(f"hidden columns: {', '.join(columns)}")
        sheets = [display(name) for name in self._made["hidden_sheets"]]
        if sheets:
            parts.append(f"hidden sheets: {', '.join(sheets)}")
        if parts:
            is_read = self._made["sheet"] in self._made["hidden_sheets"]
            has_read = rows or columns or is_read
            read = "; what is hidden on the sheet itself is read" if has_read else "; they are not read"
            yield self._said(
                "hidden-cells",
                f"{'; '.join(parts)}{read}",
                "Show them, and find out why somebody hid them; declare `ignore` for rows that are none.",
            )

    def _said(self, code: str, what: str, remedy: str, column: str = "") -> Finding:
        return Finding(
            code, Severity.WARNING, f"{self._source}: {what}.", remedy, source=self._source, column=column
        )
