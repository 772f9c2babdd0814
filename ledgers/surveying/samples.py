"""What rows does a file show to a short look, whatever kind of file it is?

Text is looked at directly, at its beginning, its end and some places between. Parquet, workbooks and jsonl are looked
at by the children that read them for a run, within bounds of their own, so that a file made to unfold or to crash harms
nobody. What a file is, its first bytes say; its name is not believed.
"""

from __future__ import annotations

import gzip
import hashlib
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from ledgers.display import display
from ledgers.errors import SourceError
from ledgers.ingestion.bounded import Bounds, made_of
from ledgers.ingestion.counting import RecordCount
from ledgers.ingestion.drawn_table import checked_header, drawn_of
from ledgers.ingestion.parquet_table import memory_for
from ledgers.ingestion.receipt import Receipt
from ledgers.surveying.dialect import LONE_RETURN, Dialect, Record, dialect_of, is_header, records_of
from ledgers.surveying.encodings import Encoding, encoding_of
from ledgers.surveying.look import Look, look_at

FIRST_BYTES = 4096
SAMPLE_ROWS = 20_000
LAST_ROWS = 1_000
CPU_SECONDS = 20
OUTPUT_BYTES = 1 << 30
SHEETS_MAX = 40
MAGIC = (
    (b"PAR1", "parquet"), (b"\x1f\x8b", "gz"), (b"PK\x03\x04", "zip"), (b"%PDF", "pdf"),
    (b"\xd0\xcf\x11\xe0", "office"), (b"SQLite format 3", "sqlite"), (b"7z\xbc\xaf", "archive"),
    (b"Rar!", "archive"), (b"\x89PNG", "picture"), (b"\xff\xd8\xff", "picture"),
)  # fmt: skip
STRANGERS = {
    "pdf": "is a PDF. Ask for the figures as csv or xlsx, or have them typed in and checked",
    "office": "is an old Office file, or one with a password. Open it, and save it as xlsx without a password",
    "sqlite": "is a SQLite database. Export each table of it as csv",
    "archive": "is an archive. Unpack it, and name the files that were in it",
    "zip": "is an archive and no workbook. Unpack it, and name the files that were in it",
    "picture": "is a picture. Ask for the figures as csv or xlsx",
    "empty": "is empty. Ask for the file again",
    "json": "is JSON, but not one object a line. Export it as csv, or as jsonl",
    "binary": "is no text and no kind of file that is known. Find out what it is",
}
"""What is said of a file that holds no rows this program can read."""


@dataclass(frozen=True, slots=True)
class Sample:
    """What was seen of the rows of one file, or of one sheet of it."""

    kind: str
    header: tuple[str, ...] | None
    width: int
    rows_count: int | None
    """Rows after the header, counted; None where that would take long."""
    is_whole: bool
    """Every row was seen."""
    records: Callable[[], Iterator[Record]]
    """The rows that were seen, again on every call."""
    encoding: Encoding | None = None
    dialect: Dialect | None = None
    sheet: str | None = None
    notes: tuple[str, ...] = ()
    """What is wrong with the file, in sentences."""
    refused: str = ""
    """Why no run could read the file; empty where one could."""
    column_kinds: dict[int, str] = field(default_factory=dict)
    """Types by place, where the file has types of its own."""


def kind_of(path: Path) -> str:
    """Say what a file is: csv, csv.gz, jsonl, jsonl.gz, parquet, xlsx, or one of STRANGERS."""
    with path.open("rb") as file:
        first = file.read(FIRST_BYTES)
    if not first:
        return "empty"
    kind = next((kind for magic, kind in MAGIC if first.startswith(magic)), "")
    if kind == "zip":
        kind = "xlsx" if _is_workbook(path) else "zip"
    return _packed_kind(path) if kind == "gz" else kind or _kind_of_text(path, first)


def _kind_of_text(path: Path, first: bytes) -> str:
    is_wide = first[:2] in (b"\xff\xfe", b"\xfe\xff") or first[1::2].count(0) * 3 > len(first)
    if first.count(0) * 10 > len(first) and not is_wide and first[0::2].count(0) * 3 <= len(first):
        return "binary"
    text = first.lstrip(b"\xef\xbb\xbf \t\r\n")
    if text.startswith(b"{"):
        return "jsonl" if b"}" in text.partition(b"\n")[0] or path.name.lower().endswith("jsonl") else "json"
    return "json" if text.startswith((b"[{", b"[\n", b"[\r", b"[ ")) else "csv"


def _packed_kind(path: Path) -> str:
    try:
        with gzip.open(path) as stream:
            first = stream.read(FIRST_BYTES)
    except (EOFError, OSError, zlib.error):
        return "csv.gz"
    if first[257:262] == b"ustar":
        return "archive"
    return "jsonl.gz" if first.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{") else "csv.gz"


def _is_workbook(path: Path) -> bool:
    try:
        with zipfile.ZipFile(path) as archive:
            return "xl/workbook.xml" in archive.namelist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return False


def samples_of(path: Path, kind: str, name: str, sha256: str, scratch: Path) -> list[Sample]:
    """Look at one file; a workbook gives a sample for every sheet that is shown.

    Args:
        path: where it lies.
        kind: what `kind_of` says.
        name: how it is called in messages.
        sha256: its hash.
        scratch: a folder for what the children write.

    Raises:
        SourceError: it is damaged, a bomb, or empty.
    """
    receipt = Receipt(name, sha256, path, kind, path.stat().st_size)
    if kind == "parquet":
        return [_parquet(receipt, scratch)]
    if kind == "xlsx":
        return list(_workbook(receipt, scratch))
    if kind in ("jsonl", "jsonl.gz"):
        return [_jsonl(receipt, scratch)]
    return [_text(path, name)]


def _text(path: Path, name: str) -> Sample:
    look = look_at(path, name, lambda _: None)
    encoding = encoding_of(look)
    is_wide = encoding.name.startswith(("utf-16", "utf-32"))
    head = look.head.decode(encoding.name, "replace" if is_wide else "surrogateescape")
    pieces = () if is_wide else look.pieces
    dialect = dialect_of(head)

    def records() -> Iterator[Record]:
        for row, cells in records_of(head, dialect.delimiter, mends=dialect.mends):
            if row > dialect.header_row and cells:
                yield row, cells
        for piece in pieces:
            text = piece.decode(encoding.name, "surrogateescape")
            for _, cells in records_of(text, dialect.delimiter, mends=dialect.mends):
                if cells:
                    yield 0, cells

    kind = "csv.gz" if path.name.lower().endswith(".gz") else "csv"
    return Sample(
        kind, dialect.header, dialect.width, _rows(look, dialect, head, is_wide), look.is_whole, records,
        encoding, dialect, notes=tuple(_text_notes(look, dialect, head, is_wide)),
        refused=_refused(look, dialect, is_wide),
    )  # fmt: skip


def _rows(look: Look, dialect: Dialect, head: str, is_wide: bool) -> int | None:
    """Give the rows after the header as the run will count them."""
    counted = look.counted.records
    if dialect.mends and look.is_whole and not is_wide:
        again = RecordCount(mends_carriage_returns=True)
        again.feed(look.head)
        again.finish()
        counted = again.records
    elif is_wide or dialect.mends:
        if not look.is_whole:
            return None
        counted = sum(1 for _ in records_of(head, dialect.delimiter, mends=dialect.mends))
    return max(counted - dialect.header_row, 0)


def _text_notes(look: Look, dialect: Dialect, head: str, is_wide: bool) -> Iterator[str]:
    if dialect.mends:
        lone = [found.start() for found in LONE_RETURN.finditer(head)]
        count = len(lone) if is_wide else look.counted.carriage_returns - look.counted.pairs
        line = head.count("\n", 0, lone[0]) + 1
        yield f"carriage returns inside cells: {count:,}, the first in line {line:,}; `mend` takes each out"
    if look.counted.nuls and not is_wide:
        yield f"it has {look.counted.nuls} NUL bytes, which no text has: find out what wrote it"
    if look.counted.has_blank_line:
        yield "it has blank lines; they are left out and counted"


def _refused(look: Look, dialect: Dialect, is_wide: bool) -> str:
    if dialect.delimiter != ",":
        return f"its cells stand apart by a {dialect.shown}, and csv has commas. Save it again as csv with commas."
    if look.counted.quote_opened_in is not None and not is_wide:
        row = look.counted.quote_opened_in
        return f"row {row:,} opens a quote that nothing closes. Correct that row, or ask for the file again."
    if dialect.header_row > 1:
        row = dialect.header_row
        return f"its columns begin in row {row}, behind other lines. Save a copy that begins with that row."
    return ""


def _bounds(receipt: Receipt) -> Bounds:
    return Bounds(memory_for(receipt.bytes_count), CPU_SECONDS, OUTPUT_BYTES)


def _parquet(receipt: Receipt, scratch: Path) -> Sample:
    made = made_of(receipt.source, "parquet", {"path": str(receipt.path)}, _bounds(receipt), scratch)
    header = checked_header(receipt.source, [name for name, _ in made["columns"]], 1)
    rows = int(made["rows"])
    wanted = [*range(1, min(rows, SAMPLE_ROWS) + 1), *range(max(SAMPLE_ROWS, rows - LAST_ROWS) + 1, rows + 1)]
    asked = scratch / "asked"
    asked.write_text(" ".join(map(str, wanted)), encoding="ascii")
    drawn = drawn_of(receipt, "parquet_raw", {"numbers": str(asked)}, _bounds(receipt), scratch)
    kinds = {place: kind for place, (_, kind) in enumerate(made["columns"], 1)}
    return Sample(
        "parquet", header, len(header), rows, rows <= SAMPLE_ROWS + LAST_ROWS,
        lambda: _drawn_rows(drawn.rows, 0, len(header)), column_kinds=kinds,
    )  # fmt: skip


def _workbook(receipt: Receipt, scratch: Path) -> Iterator[Sample]:
    bounds = _bounds(receipt)
    names = made_of(receipt.source, "workbook_sheets", {"path": str(receipt.path)}, bounds, scratch)["visible"]
    for number, name in enumerate(names[:SHEETS_MAX], 1):
        # A folder each: what is drawn of two sheets of one file would have one name.
        place = scratch / f"sheet-{number}"
        place.mkdir()
        drawn = drawn_of(receipt, "workbook", {"sheet": name, "is_positional": False}, bounds, place)
        made = drawn.made
        if not made["first_row"]:
            continue
        first = [cell or "" for cell in made["header"]]
        # Looked at twice: only the rows show whether the first of them is a header.
        below = [cells for _, cells in _drawn_rows(drawn.rows, SAMPLE_ROWS, len(first)) if len(cells) == len(first)]
        has_header = is_header(first, below[:300])
        notes = [f"hidden rows: {made['hidden_rows'][0]}; they are read"] if made["hidden_rows"][0] else []
        hidden = ", ".join(map(display, made["hidden_sheets"]))
        notes += [f"hidden sheets: {hidden}; they are not read"] if hidden else []
        notes += ["cells are merged; only the first of each group says anything"] if made["merges"] else []
        head = [] if has_header else [(int(made["first_row"]), first)]

        def records(path: Path = drawn.rows, head: list[Record] = head, width: int = len(first)) -> Iterator[Record]:
            yield from head
            yield from _drawn_rows(path, 0, width)

        yield Sample(
            "xlsx", tuple(first) if has_header else None, int(made["width"]),
            int(made["rows_counted"]) - has_header, True, records,
            sheet=name if len(names) > 1 else None, notes=tuple(notes),
        )  # fmt: skip


def _jsonl(receipt: Receipt, scratch: Path) -> Sample:
    """Look at the first lines, which are given to the child as a file of their own."""
    look = look_at(receipt.path, receipt.source, lambda _: None)
    part = scratch / "first.jsonl"
    part.write_bytes(look.head)
    digest = hashlib.sha256(look.head).hexdigest()
    of_part = Receipt(receipt.source, digest, part, "jsonl", len(look.head))
    has_mark = look.head.startswith(b"\xef\xbb\xbf")
    arguments = {"is_packed": False, "skips_mark": has_mark, "bytes_count": len(look.head)}
    drawn = drawn_of(of_part, "jsonl", arguments, _bounds(receipt), scratch)
    header = drawn.made["header"]
    if not header:
        raise SourceError(f"{receipt.source}: has no line with an object.")
    lines = look.counted.line_feeds + (not look.head.endswith(b"\n") if look.is_whole else 0)
    return Sample(
        receipt.ending, checked_header(receipt.source, header, 1), len(header),
        int(drawn.made["rows_counted"]) if look.is_whole else lines, look.is_whole,
        lambda: _drawn_rows(drawn.rows, 0, len(header)),
    )  # fmt: skip


def _drawn_rows(path: Path, rows_max: int, width: int) -> Iterator[Record]:
    """Give rows that a child has left, filled up to the width of the file."""
    import pyarrow as pa

    seen = 0
    with pa.OSFile(str(path), "rb") as file, pa.ipc.open_stream(file) as batches:
        for batch in batches:
            for row, cells in zip(batch.column(0).to_pylist(), batch.column(1).to_pylist(), strict=True):
                yield row, [cell or "" for cell in cells] + [""] * (width - len(cells))
                seen += 1
                if seen == rows_max:
                    return


