"""How is a file staged whose rows a child has drawn into the case's scratch folder?

What workbooks and jsonl files share: the child (confined.py) has left rows as lists of text and, apart from them, what
is wrong with single cells; a cell that nobody reads spoils no row.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from ledgers.display import display
from ledgers.errors import SourceError
from ledgers.ingestion.bounded import Bounds, made_of
from ledgers.ingestion.reader import RAW_CHARACTERS_MAX, Met, Place, Staging
from ledgers.ingestion.receipt import Receipt
from ledgers.ingestion.staging import Staged
from ledgers.models import Finding

if TYPE_CHECKING:
    import pyarrow as pa

    from ledgers.configuration_sections import SourceSection
    from ledgers.storage.books import Books

COLUMNS_MAX = 10_000
_numbers = count(1)


@dataclass(frozen=True, slots=True)
class Drawn:
    """What a child left of one file."""

    rows: Path
    faults: Path
    made: dict[str, Any]
    """Its report."""


def drawn_of(receipt: Receipt, task: str, arguments: Mapping[str, Any], bounds: Bounds, scratch: Path) -> Drawn:
    """Let a child draw the rows of a file."""
    stem = f"{receipt.sha256}.{next(_numbers)}"
    rows, faults = scratch / f"{stem}.rows", scratch / f"{stem}.faults"
    request = {
        **arguments, "path": str(receipt.path), "rows": str(rows), "faults": str(faults), "scratch": str(scratch),
    }  # fmt: skip
    return Drawn(rows, faults, made_of(receipt.source, task, request, bounds, scratch))


def checked_header(source: str, header: Sequence[str], row: int) -> tuple[str, ...]:
    """Give the header, of which every name is there once.

    Raises:
        SourceError: it is blank, too wide, or has a name twice.
    """
    if not any(header):
        raise SourceError(f"{source}:{row}: is no row of columns (blank). Correct the first row.")
    if len(header) > COLUMNS_MAX:
        raise SourceError(
            f"{source}:{row}: has {len(header)} columns, more than {COLUMNS_MAX}. Export only the columns needed."
        )
    for name, times in Counter(header).items():
        if name and times > 1:
            raise SourceError(f'{source}:{row}: the header has "{display(name)}" {times} times. Rename one.')
    if any("\0" in name for name in header):
        raise SourceError(f"{source}:{row}: has a NUL. Rename the column.")
    return tuple(header)


def stage_drawn(
    books: Books,
    drawn: Drawn,
    declared: SourceSection,
    places: Mapping[str, Place],
    header: Sequence[str],
    blank: Mapping[str, int | None],
    findings: tuple[Finding, ...],
) -> Staging:
    """Leave what was drawn in `staged` and `unfit`."""
    read = {place for place in places.values() if isinstance(place, int)}
    cells = {place: _cell(place) for place in read}
    staged = Staged(books, places, header)
    with _stream(drawn.rows) as rows:
        taken = staged.take(rows, cells, _cell(1))
    if "carriage-return" in declared.mend:
        staged.mend()
    with _stream(drawn.faults) as faults:
        staged.refuse(faults)
    staged.refuse_nul()
    lines = Met(blank["count"] or 0, blank["row"])
    return Staging(taken + lines.count, lines, staged.mended, findings=findings)


def raw_drawn(drawn: Drawn, rows: Set[int]) -> Iterator[tuple[int, str]]:
    """Give drawn rows again, as lines of csv."""
    last = max(rows, default=0)
    with _stream(drawn.rows) as batches:
        for batch in batches:
            for place, row in enumerate(batch.column(0).to_pylist()):
                if row > last:
                    return
                if row in rows:
                    yield row, csv_line(batch.column(1)[place].as_py())


def csv_line(cells: Sequence[str | None]) -> str:
    """Give cells as one line of csv, cut where it is long."""
    line = io.StringIO()
    csv.writer(line, lineterminator="").writerow([cell or "" for cell in cells])
    return line.getvalue()[:RAW_CHARACTERS_MAX].replace("\0", "\\x00")


def _stream(path: Path) -> pa.RecordBatchReader:
    import pyarrow as pa

    return pa.ipc.open_stream(pa.OSFile(str(path), "rb"))


def _cell(place: int) -> duckdb.Expression:
    """Give a cell of a row, null where the row ends before it."""
    return duckdb.FunctionExpression(
        "list_extract", duckdb.ColumnExpression("cells"), duckdb.ConstantExpression(place)
    )
