"""What do the files look like that are handed over, before anything is wrong with them?"""

from __future__ import annotations

import csv
import io
import json
import random
import re
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from ledgers.ingestion.columns import TABLES, Cell, Column

KINDS = ("csv", "csv.gz", "jsonl", "jsonl.gz", "parquet", "xlsx")
ENCODINGS = (
    *("utf-8",) * 6, "utf-8-sig", "cp932", "utf-16", "utf-16-le", "latin-1", "euc_jp", "iso2022_jp", "ascii", "utf-7",
)  # fmt: skip
FUZZED_TABLES = (
    "balance", "balance", "transfer", "journal", "claim", "account", "payment", "label", "price", "wallet",
    "assignment", "recovery", "payee", "sanction",
)  # fmt: skip
NUMBERS = (
    "1", "0", "-0", "12.5", "0.00000001", "-3", "1e3", "5E-7", "+1", " 1", "1 ", "1.", ".5", "1,234.5", "1_0", "１２３",
    "NaN", "inf", "0x1F", "9" * 38, "9" * 39, "9" * 500, "0" * 60 + "1", "1." + "0" * 60, "0.123456789", "(5)",
    "1\u00a0000", "", "-", "--1", "1'000", "٣", "½", "1.2.3", "1e400", "-9223372036854775809",
    "340282366920938463463374607431768211456",
)  # fmt: skip
INSTANTS = (
    "2026-03-01T12:00:00Z", "2026-03-01 12:00+09:00", "2026-03-01", "2026-03-01T12:00", "2026-02-30T00:00Z", "",
    "01/02/2026", "2026-03-29 02:30:00", "2026-10-25T02:30", "0001-01-01T00:00Z", "9999-12-31T23:59:59Z",
    "1772323200", "2026-03-01T24:00Z", "2026-03-01T12:00:00.123456+0900", "2999-12-31T23:59:59-14:00", "２０２６-03-01",
)  # fmt: skip
CODES = ("BTC", "BTC", "XBT", "ETH", "JPY", "NFT 1", "NFT RARE 2", "DOGE", "btc", "NFT\r1", "", "ＢＴＣ", "B\0TC")
TEXTS = (
    "A", "a1", "口座", "é", "O'Brien, Ann", 'say "no"', "=1+1", "\u202eevil", "\x1b[2J", "line\nfeed", "", " ",
    "00123", "x" * 40, "\ufeff", "\ud7ff", "a;b\tc", "NULL", "\\N", "../../x",
)  # fmt: skip
PLAIN_TEXTS = ("A", "a1", "b2", "Z9", "x" * 40, "00123", "s-1", "")


@dataclass(slots=True)
class Original:
    """One file, as cells still, and what case.toml says of it."""

    kind: str
    table: str
    header: list[str] | None
    rows: list[list[str | None]]
    settings: dict[str, Any] = field(default_factory=dict)

    @property
    def encoding(self) -> str:
        encoding: str = self.settings.get("encoding", "utf-8")
        return encoding

    @property
    def lines(self) -> list[list[str | None]]:
        """The header, where there is one, and the rows."""
        return [list(self.header), *self.rows] if self.header else self.rows


def original(kind: str, rng: random.Random) -> Original:
    """Make a file of a kind."""
    table = rng.choice(FUZZED_TABLES)
    columns = [column for column in TABLES[table] if column.is_required or rng.random() < 0.6]
    rows = rng.choice((0, 1, 2, 5, 12, 30))
    is_plain = rng.random() < 0.5
    cells: list[list[str | None]] = [[_cell(column, rng, is_plain, n) for column in columns] for n in range(rows)]
    settings: dict[str, Any] = {"table": table, "duplicates": "sum" if table in ("balance", "wallet") else "refuse"}
    header: list[str] | None = [column.name for column in columns]
    if kind.startswith("csv"):
        settings["encoding"] = rng.choice(ENCODINGS)
        if rng.random() < 0.15:
            settings["columns"] = {column.name: place for place, column in enumerate(columns, 1)}
            header = None
        if rng.random() < 0.1:
            settings["ignore"] = rng.choice(("^Total", "", "^#", "(?i)sum"))
    if rng.random() < 0.1:
        settings["mend"] = ("carriage-return",)
    if rng.random() < 0.5:
        settings["timezone"] = rng.choice(("Asia/Tokyo", "Europe/Berlin"))
    if rng.random() < 0.2:
        settings["excess_digits"] = "truncate"
    if rng.random() < 0.2:
        settings["scientific"] = "accept"
    return Original(kind, table, header, cells, settings)


def _cell(column: Column, rng: random.Random, is_plain: bool, row: int) -> str | None:
    if not column.is_required and rng.random() < 0.3:
        return None
    if column.cell in (Cell.QUANTITY, Cell.NUMBER):
        return rng.choice(NUMBERS[:3]) if is_plain else rng.choice(NUMBERS)
    if column.cell is Cell.INSTANT:
        return rng.choice(INSTANTS[:2]) if is_plain else rng.choice(INSTANTS)
    if column.cell is Cell.ASSET:
        return rng.choice(CODES[:7]) if is_plain else rng.choice(CODES)
    if column.cell is Cell.WORD:
        return rng.choice(column.words) if is_plain or rng.random() < 0.9 else rng.choice(TEXTS)
    if column.cell is Cell.COUNT:
        return rng.choice(("1", "2", "0", "01", "1.0"))
    if column.cell is Cell.PRICE_SET:
        return rng.choice(("commencement", "loss", "loss:x", "loss:", "none"))
    return f"{rng.choice(PLAIN_TEXTS)}{row}" if is_plain else rng.choice(TEXTS)


def csv_text(made: Original, rng: random.Random) -> str:
    """Write the cells as a program would."""
    out = io.StringIO()
    end = rng.choice(("\n", "\n", "\r\n", "\r"))
    is_quoted = rng.random() < 0.2
    writer = csv.writer(out, lineterminator=end, quoting=csv.QUOTE_ALL if is_quoted else csv.QUOTE_MINIMAL)
    writer.writerows([[cell or "" for cell in row] for row in made.lines])
    text = out.getvalue()
    return text if rng.random() < 0.8 else text.removesuffix(end)


def csv_bytes(text: str, encoding: str) -> bytes:
    """Encode what can be; what cannot is written as a question mark."""
    return text.encode(encoding, "replace")


JSON_NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?", re.ASCII)


def jsonl_bytes(made: Original, rng: random.Random) -> bytes:
    """One object a line; numbers bare now and then, whatever they are."""
    lines = []
    for row in made.rows:
        parts = []
        for name, cell in zip(made.header or (), row, strict=False):
            value = json.dumps(cell, ensure_ascii=rng.random() < 0.3)
            if cell and rng.random() < (0.5 if JSON_NUMBER.fullmatch(cell) else 0.02):
                value = cell
            parts.append(f"{json.dumps(name)}: {value}")
        lines.append("{" + ", ".join(parts) + "}")
    return (rng.choice(("\n", "\r\n")).join(lines) + "\n").encode("utf-8", "surrogatepass")


MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"


def workbook_parts(made: Original, rng: random.Random) -> dict[str, bytes]:
    """The parts of a workbook of one sheet; texts in cells or shared, numbers and dates as numbers now and then."""
    shared: list[str] = []
    body = []
    for y, row in enumerate(made.lines, 1):
        cells = [_workbook_cell(f"{_letters(x)}{y}", cell, shared, rng) for x, cell in enumerate(row, 1) if cell]
        body.append(f'<row r="{y}">{"".join(cells)}</row>')
    targets = {"worksheet": "worksheets/sheet1.xml", "sharedStrings": "sharedStrings.xml", "styles": "styles.xml"}
    related = "".join(
        f'<Relationship Id="r{n}" Type="{OFFICE}/{kind}" Target="{target}"/>'
        for n, (kind, target) in enumerate(targets.items(), 1)
    )
    texts = {
        "_rels/.rels": f'<Relationships xmlns="{PACKAGE}"><Relationship Id="r1" Type="{OFFICE}/officeDocument" '
        'Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}">'
        '<sheets><sheet name="S" sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}">{related}</Relationships>',
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{MAIN}"><sheetData>{"".join(body)}</sheetData>'
        '<mergeCells><mergeCell ref="A2:A3"/></mergeCells></worksheet>',
        "xl/sharedStrings.xml": f'<sst xmlns="{MAIN}">{"".join(f"<si><t>{text}</t></si>" for text in shared)}</sst>',
        "xl/styles.xml": f'<styleSheet xmlns="{MAIN}">'
        '<cellXfs><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs></styleSheet>',
    }
    return {name: ('<?xml version="1.0" encoding="UTF-8"?>' + text).encode() for name, text in texts.items()}


def _workbook_cell(place: str, text: str, shared: list[str], rng: random.Random) -> str:
    escaped = "".join(
        f"_x{ord(c):04X}_" if ord(c) < 32 else {"&": "&amp;", "<": "&lt;", ">": "&gt;"}.get(c, c) for c in text
    )
    if text[0] in "-0123456789" and rng.random() < 0.5:
        return f'<c r="{place}"{rng.choice(("", " s=" + chr(34) + "1" + chr(34)))}><v>{escaped}</v></c>'
    if rng.random() < 0.5:
        shared.append(escaped)
        return f'<c r="{place}" t="s"><v>{len(shared) - 1}</v></c>'
    return f'<c r="{place}" t="inlineStr"><is><t>{escaped}</t></is></c>'


def _letters(column: int) -> str:
    name = ""
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(65 + rest) + name
    return name


def packed(parts: Mapping[str, bytes], rng: random.Random) -> bytes:
    """The parts of a workbook as an archive."""
    out = io.BytesIO()
    method = rng.choice((zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED))
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


VARIANTS = 240


def parquet_bytes(rng: random.Random) -> tuple[bytes, str, int]:
    """A parquet file, its table and how many rows it has; one of some hundred, for to write one takes long."""
    return _parquet_variant(rng.randrange(VARIANTS))


@lru_cache(VARIANTS)
def _parquet_variant(number: int) -> tuple[bytes, str, int]:
    rng = random.Random(f"parquet {number}")
    made = original("parquet", rng)
    columns: list[pa.Array] = []
    for place, column in enumerate(made.header or ()):
        cells = [row[place] for row in made.rows]
        columns.append(_typed(column, cells, rng))
    table = pa.table(columns, names=made.header or [])
    store = io.BytesIO()
    pq.write_table(
        table, store, write_page_checksum=rng.random() < 0.5, row_group_size=rng.choice((1, 3, 1000)),
        compression=rng.choice(("none", "snappy", "zstd", "gzip")), use_dictionary=rng.random() < 0.5,
        data_page_version=rng.choice(("1.0", "2.0")), store_schema=rng.random() < 0.5,
    )  # fmt: skip
    return store.getvalue(), made.table, len(made.rows)


def _typed(name: str, cells: list[str | None], rng: random.Random) -> pa.Array:
    """A column in some type in which a program would write it."""
    ordinal = list(range(len(cells)))
    if name in ("quantity", "fee", "price", "opening", "allowed", "provisional"):
        choices: tuple[Callable[[], pa.Array], ...] = (
            lambda: pa.array([Decimal(n) / 8 for n in ordinal], pa.decimal128(30, 9)),
            lambda: pa.array([Decimal(n) for n in ordinal], pa.decimal256(60, 3)),
            lambda: pa.array([n / 10 for n in ordinal], pa.float64()),
            lambda: pa.array([n / 4 for n in ordinal], pa.float32()),
            lambda: pa.array(ordinal, rng.choice((pa.int64(), pa.uint8(), pa.uint64()))),
        )
        if rng.random() < 0.6:
            return rng.choice(choices)()
    if name.endswith("_at") or name in ("at", "as_of"):
        choices = (
            lambda: pa.array([n * 10**6 for n in ordinal], pa.timestamp(rng.choice(("s", "ms", "us")), "UTC")),
            lambda: pa.array(ordinal, pa.timestamp("ns")),
            lambda: pa.array(ordinal, pa.date32()),
            lambda: pa.array(ordinal, pa.time64("us")),
        )
        if rng.random() < 0.6:
            return rng.choice(choices)()
    if rng.random() < 0.02:
        return pa.array([[n] for n in ordinal], pa.list_(pa.int32()))
    texts = pa.array(cells, rng.choice((pa.string(),) * 9 + (pa.large_string(),) * 3 + (pa.binary(),)))
    return texts.dictionary_encode() if rng.random() < 0.2 else texts
