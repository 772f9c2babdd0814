"""The same rows say the same in every kind of file, and no file can do more than be refused.

Workbooks are written here part by part, because what a library would write is not the whole of what there is; two are
written by libraries all the same. What explodes or crashes does so in a child: `Bounded` is about that.
"""

from __future__ import annotations

import ast
import csv
import gzip
import io
import json
import os
import random
import signal
import time
import zipfile
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ledgers.configuration import read_case
from ledgers.errors import ConfigurationError, Interruption, SourceError
from ledgers.ingestion import bounded, jsonl_table, parquet_table, workbook_table
from ledgers.ingestion.bounded import Bounds, Child, made_of, watched
from ledgers.ingestion.columns import TABLES
from ledgers.ingestion.load import READERS, load
from ledgers.ingestion.workbook_cells import Unreadable, instant_text, number_text
from ledgers.ingestion.workbook_child import ROW_TAG, _count_rows
from ledgers.models import LoadResult, Progress
from ledgers.storage.books import Books

HEAD = """
[case]
title = "Re Example"
trigger = "bankruptcy"
regime = "custom"
commencement_at = 2026-03-31T09:00:00+09:00
currency = "JPY"
[assets.JPY]
decimals = 0
kind = "fiat"
[assets.BTC]
decimals = 8
[assets.ETH]
decimals = 18
"""
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
Rows = Sequence[Sequence[str | None]]


class Case:
    """A case folder in the making, and what its load left."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.sources = ""
        (folder / "inputs").mkdir(exist_ok=True)

    def file(self, name: str, content: bytes) -> str:
        (self.folder / "inputs" / name).write_bytes(content)
        return f"inputs/{name}"

    def source(self, table: str, name: str | Sequence[str], settings: str = "") -> Case:
        path = json.dumps(name if isinstance(name, str) else list(name))
        self.sources += f'[[sources]]\ntable = "{table}"\npath = {path}\n{settings}\n'
        return self

    def load(self) -> LoadResult:
        sources = self.sources
        for table, line in (("wallet", "wallet,asset,quantity\ncold,BTC,1\n"), ("balance", "account,asset,quantity\n")):
            if f'table = "{table}"' not in sources:
                name = self.file(f"other-{table}.csv", line.encode())
                sources += f'[[sources]]\ntable = "{table}"\npath = "{name}"\n'
        (self.folder / "case.toml").write_text(HEAD + sources, encoding="utf-8")
        with Books.create(self.folder, threads=2, bulk=False) as books:
            result = load(read_case(self.folder), books, lambda _: None)
            self.rows: dict[str, list[tuple[Any, ...]]] = {
                table: books.rows(f"select * from {table} order by all") for table in (*TABLES, "finding", "reject")
            }
            self.balances = {
                (account, asset): int(units)
                for account, asset, units in books.rows(
                    "select account, asset, units from balance "
                    "join account using (account_no) join asset using (asset_no)"
                )
            }
        return result

    def refusals(self) -> tuple[str, ...]:
        try:
            self.load()
        except SourceError as refused:
            return refused.lines
        return ()

    def findings(self) -> list[tuple[str, str, int | None]]:
        return sorted(
            {(f[0], f[1], f[7]) for f in self.rows["finding"] if f[0] not in ("unlisted-account", "unused-column")}
        )

    def messages(self) -> str:
        return "\n".join(f[5] for f in self.rows["finding"])


@pytest.fixture
def case(tmp_path: Path) -> Case:
    return Case(tmp_path)


def escaped(text: str) -> str:
    return "".join(
        f"_x{ord(c):04X}_" if ord(c) < 32 and c not in "\t\n" else {"&": "&amp;", "<": "&lt;", ">": "&gt;"}.get(c, c)
        for c in text.replace("_x", "_x005F_x")
    )


def letters(column: int) -> str:
    name = ""
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(65 + rest) + name
    return name


def text_cell(reference: str, text: str) -> str:
    return f'<c r="{reference}" t="inlineStr"><is><t xml:space="preserve">{escaped(text)}</t></is></c>'


def sheet_of(rows: Rows) -> str:
    body = "".join(
        f'<row r="{y}">'
        + "".join(text_cell(f"{letters(x)}{y}", cell) for x, cell in enumerate(row, 1) if cell)
        + "</row>"
        for y, row in enumerate(rows, 1)
    )
    return f"<sheetData>{body}</sheetData>"


def workbook(
    sheets: Mapping[str, str],
    *,
    shared: str | None = None,
    styles: str = "",
    states: Mapping[str, str] | None = None,
    book: str = "",
    more: Mapping[str, str] | None = None,
    doctype: str = "",
) -> bytes:
    """A workbook of sheets given as what stands inside <worksheet>."""
    named = list(sheets)
    listed = "".join(
        f'<sheet name="{escaped(name)}" sheetId="{i}" r:id="rId{i}" state="{(states or {}).get(name, "visible")}"/>'
        for i, name in enumerate(named, 1)
    )
    related = "".join(
        f'<Relationship Id="rId{i}" Type="{OFFICE}/worksheet" Target="worksheets/sheet{i}.xml"/>'
        for i in range(1, len(named) + 1)
    )
    parts = {
        "_rels/.rels": f'{XML}<Relationships xmlns="{PACKAGE}"><Relationship Id="rId1" Type="{OFFICE}/officeDocument" '
        'Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'{XML}<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}">{book}<sheets>{listed}</sheets>'
        "</workbook>",
        **{
            f"xl/worksheets/sheet{i}.xml": f'{XML}{doctype}<worksheet xmlns="{MAIN}">{sheets[name]}</worksheet>'
            for i, name in enumerate(named, 1)
        },
    }
    if shared is not None:
        related += f'<Relationship Id="rS" Type="{OFFICE}/sharedStrings" Target="sharedStrings.xml"/>'
        parts["xl/sharedStrings.xml"] = f'{XML}<sst xmlns="{MAIN}">{shared}</sst>'
    if styles:
        related += f'<Relationship Id="rT" Type="{OFFICE}/styles" Target="styles.xml"/>'
        parts["xl/styles.xml"] = f'{XML}<styleSheet xmlns="{MAIN}">{styles}</styleSheet>'
    parts["xl/_rels/workbook.xml.rels"] = f'{XML}<Relationships xmlns="{PACKAGE}">{related}</Relationships>'
    return archive({**parts, **(more or {})})


def archive(parts: Mapping[str, str | bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in parts.items():
            packed.writestr(name, content)
    return out.getvalue()


def numbers_book(cells: Mapping[str, str], **parts: Any) -> bytes:
    """Balances whose quantities are given as the inside of <c>: A2.. are accounts, all in BTC."""
    rows = "".join(
        f'<row r="{y}">{text_cell(f"A{y}", account)}{text_cell(f"B{y}", "BTC")}{cell.replace("?", f"C{y}")}</row>'
        for y, (account, cell) in enumerate(cells.items(), 2)
    )
    head = "".join(text_cell(f"{c}1", t) for c, t in zip("ABC", ("account", "asset", "quantity"), strict=True))
    return workbook({"S": f'<sheetData><row r="1">{head}</row>{rows}</sheetData>'}, **parts)


def written(kind: str, rows: Rows) -> bytes:
    """The same rows, the first of them the header, as text in a file of one kind."""
    header, *body = rows
    if kind.startswith("csv"):
        out = io.StringIO()
        csv.writer(out, lineterminator="\n").writerows([[cell or "" for cell in row] for row in rows])
        content = out.getvalue().encode()
    elif kind == "parquet":
        store = io.BytesIO()
        columns = [pa.array([row[x] for row in body], pa.string()) for x in range(len(header))]
        table = pa.table(columns, names=list(map(str, header)))
        pq.write_table(table, store, write_page_checksum=True, row_group_size=3)
        content = store.getvalue()
    elif kind == "xlsx":
        content = workbook({"S": sheet_of(rows)})
    else:
        lines = [{str(k): v for k, v in zip(header, row, strict=True) if v is not None} for row in body]
        content = "".join(json.dumps(line, ensure_ascii=len(line) % 2 == 0) + "\n" for line in lines).encode()
    return gzip.compress(content) if kind.endswith(".gz") else content


FIRST_ROW = {"csv": 2, "csv.gz": 2, "xlsx": 2, "parquet": 1, "jsonl": 1, "jsonl.gz": 1}
"""The number of the first row behind the header."""
SETTINGS = """timezone = "Asia/Tokyo"
scientific = "accept"
excess_digits = "truncate"
mend = ["carriage-return"]
ignore = "^Total"
"""


def test_every_kind_of_the_contract_has_a_reader() -> None:
    assert set(READERS) == set(FIRST_ROW)


CELL = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cs", "Cc"), exclude_characters="\ufffe\uffff"), max_size=12
)
QUANTITY = st.one_of(
    st.decimals(-1000, 1000, places=8).map(str),
    st.sampled_from(["5e-7", "1.123456789", "1,000", "NaN", "", "１２", "1_0", "12\r.5", "00.50"]),
    CELL,
)
ACCOUNT = st.one_of(
    CELL.filter(bool), st.sampled_from(["00123", "123", "Total 5", "a,b", 'q"q', "=1+1", "_x000D_", "a\rb"])
)


@settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(ACCOUNT, st.sampled_from(["BTC", "ETH", "XX"]), QUANTITY), min_size=20, max_size=60))
def test_the_same_rows_load_alike_from_every_kind(tmp_path: Path, rows: list[tuple[str, str, str]]) -> None:
    table: list[list[str | None]] = [["id", "asset", "quantity"], *([a, b, q or None] for a, b, q in rows)]
    # Keys of jsonl come from lines: the first names them all.
    table[1] = ["first", "BTC", "1"]
    seen: dict[str, Any] = {}
    for kind, first in FIRST_ROW.items():
        folder = tmp_path / f"{time.monotonic_ns()}"
        folder.mkdir()
        one = Case(folder)
        one.source("balance", one.file(f"b.{kind}", written(kind, table)), SETTINGS + 'columns = { account = "id" }')
        one.load()
        rejected = {
            (row - first, reason.split(" that of ")[0]) for _, row, reason, _ in one.rows["reject"]
        }
        faults = {
            (f[0], f[1], f[2], f[3], f[4], f[8], None if f[7] is None else f[7] - first)
            for f in one.rows["finding"] if f[1] == "blocking"
        }  # fmt: skip
        counted = {f[0] for f in one.rows["finding"]}
        seen[kind] = (one.balances, rejected, faults, counted)
    for kind, found in seen.items():
        assert found == seen["csv"], kind


@pytest.mark.parametrize("kind", [kind for kind in FIRST_ROW if "jsonl" not in kind])
def test_columns_are_found_by_position_in_every_kind(case: Case, kind: str) -> None:
    rows: list[list[str | None]] = [["x", "1.5", "A"], ["x", "2", "B"]]
    if kind == "parquet":
        rows.insert(0, ["p", "q", "r"])
    name = case.file(f"b.{kind}", written(kind, rows))
    case.source("balance", name, 'columns = { account = 3, quantity = 2 }\nconstants = { asset = "BTC" }')
    case.load()
    assert case.balances == {("A", "BTC"): 150_000_000, ("B", "BTC"): 200_000_000}


@pytest.mark.parametrize("kind", FIRST_ROW)
def test_a_packed_cell_is_taken_apart_in_every_kind(case: Case, kind: str) -> None:
    rows = [["account", "positions"], ["A", "BTC[0.5],ETH[2]"], ["B", "BTC[1]junk"]]
    settings = "layout = \"packed\"\npattern = '(?P<asset>[A-Z]+)\\[(?P<quantity>[^\\]]*)\\]'"
    case.source("balance", case.file(f"b.{kind}", written(kind, rows)), settings)
    case.load()
    assert case.balances == {("A", "BTC"): 50_000_000, ("A", "ETH"): 2 * 10**18}
    assert [f[0] for f in case.findings()] == ["unreadable-positions"]


def test_an_export_split_over_files_of_every_kind_is_one_and_duplicates_are_found_across(case: Case) -> None:
    names = []
    for number, kind in enumerate(FIRST_ROW):
        rows = [["account", "asset", "quantity"], [f"A{number}", "BTC", "1"], ["twin", "ETH", "1"]]
        names.append(case.file(f"b{number}.{kind}", written(kind, rows)))
    case.source("balance", names)
    case.load()
    assert len(case.balances) == len(FIRST_ROW) + 1
    duplicates = [f for f in case.rows["finding"] if f[0] == "duplicate-row"]
    assert len(duplicates) == len(FIRST_ROW) - 1
    assert not [f for f in case.rows["finding"] if f[0] == "differing-header"]
    assert sorted(row for _, row, _, _ in case.rows["reject"]) == sorted(
        first + 1 for kind, first in FIRST_ROW.items() if kind != "csv"
    )


def test_parts_with_other_columns_are_said(case: Case) -> None:
    one = case.file("a.csv", b"account,asset,quantity,hold\nA,BTC,1,\n")
    other = [["account", "asset", "quantity", "holds"], ["B", "BTC", "1", "x"]]
    two = case.file("b.parquet", written("parquet", other))
    case.source("balance", [one, two]).load()
    (found,) = [f for f in case.rows["finding"] if f[0] == "differing-header"]
    assert 'b.parquet: has also "holds" and has not "hold", unlike inputs/a.csv' in found[5]
    assert found[1] == "warning"


@pytest.mark.parametrize(
    ("name", "settings", "why"),
    [
        ("b.parquet", 'encoding = "cp932"', "parquet files have their own"),
        ("b.xlsx", 'encoding = "utf-8-sig"', "xlsx files have their own"),
        ("b.jsonl", 'encoding = "cp932"', "jsonl files are UTF-8"),
        ("b.jsonl.gz", "columns = { account = 1 }", "is a position"),
        ("b.csv", 'wallet = "w"', "without layout"),
        ("b.csv", 'layout = "statement"\nwallet = "w"', "cannot be a statement"),
    ],
)
def test_an_option_that_a_kind_cannot_follow_is_refused(case: Case, name: str, settings: str, why: str) -> None:
    case.source("balance", case.file(name, b""), settings)
    with pytest.raises(ConfigurationError, match=why):
        case.load()


# Parquet ---------------------------------------------------------------------------------------------------------


def parquet(table: pa.Table, **options: Any) -> bytes:
    store = io.BytesIO()
    pq.write_table(table, store, **{"write_page_checksum": True, **options})
    return store.getvalue()


def test_types_of_parquet_become_the_text_of_the_contract(case: Case) -> None:
    at = datetime(2026, 3, 1, 12, 0, 0, 250_000, tzinfo=UTC)
    table = pa.table(
        {
            "transfer": pa.array([7, 8, 9, 10], pa.uint64()),
            "occurred_at": pa.array([at] * 4, pa.timestamp("us", "America/New_York")),
            "asset": pa.array(["ETH", "ETH", "ETH", "ETH"]).dictionary_encode(),
            "quantity": pa.array(
                [Decimal("0.000000000000000001"), Decimal("12345678901234567890.123456789012345678"), None, 0],
                pa.decimal128(38, 18),
            ),
            "sender": pa.array(["a", "b", "c", "d"], pa.large_string()),
            "recipient": pa.array([True, False, True, True]),
            "reference": pa.array([date(2026, 3, 1)] * 4),
        }
    )
    case.source("transfer", case.file("t.parquet", parquet(table)))
    case.load()
    rows = {row[0]: row for row in case.rows["transfer"]}
    assert rows["7"][1] == datetime(2026, 3, 1, 12, 0, 0, 250_000)
    units = {"7": 1, "8": 12345678901234567890123456789012345678, "10": 0}
    assert {name: int(row[3]) for name, row in rows.items()} == units
    assert rows["8"][4:6] == ("b", "false")
    assert rows["8"][7] == "2026-03-01"
    assert [(f[0], f[2]) for f in case.findings()] == [("empty-cell", 3)]


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
def test_a_timestamp_without_zone_needs_one_declared(case: Case, unit: str) -> None:
    at = pa.array([datetime(2026, 3, 1, 12)], pa.timestamp(unit))
    strings = {name: pa.array(["x"]) for name in ("transfer", "sender", "recipient")}
    table = pa.table({**strings, "occurred_at": at, "asset": pa.array(["BTC"]), "quantity": pa.array([1])})
    case.source("transfer", case.file("t.parquet", parquet(table)))
    case.load()
    assert [f[0] for f in case.findings()] == ["unreadable-instant"]
    case.sources = ""
    case.source("transfer", "inputs/t.parquet", 'timezone = "Asia/Tokyo"').load()
    assert [row[1] for row in case.rows["transfer"]] == [datetime(2026, 3, 1, 3)]


def test_doubles_are_said_and_those_that_were_rounded_are_rejected(case: Case) -> None:
    quantities = [0.5, 1e-7, 0.30000000000000004, 1e22, 12345.0, 123456789012345.0, float("nan"), -0.0]
    table = pa.table(
        {
            "account": [f"a{i}" for i in range(8)], "asset": ["ETH"] * 8, "quantity": pa.array(quantities),
            "unread": pa.array([0.1 + 0.2] * 8),
        }
    )  # fmt: skip
    case.source("balance", case.file("b.parquet", parquet(table)))
    case.load()
    assert case.balances == {
        ("a0", "ETH"): 5 * 10**17, ("a1", "ETH"): 10**11, ("a4", "ETH"): 12345 * 10**18,
        ("a5", "ETH"): 123456789012345 * 10**18, ("a7", "ETH"): 0,
    }  # fmt: skip
    assert case.findings() == [
        ("float-cells", "warning", None), ("rounded-cells", "blocking", 3), ("rounded-cells", "blocking", 4),
        ("unreadable-quantity", "blocking", 7),
    ]  # fmt: skip
    said = '"0.30000000000000004" (column "quantity", DOUBLE) was rounded in the file: it has 17 digits'
    assert said in case.messages()


def test_a_float_of_32_bits_keeps_six_digits(case: Case) -> None:
    table = pa.table(
        {"account": ["a", "b"], "asset": ["BTC"] * 2, "quantity": pa.array([0.1, 1234567.0], pa.float32())}
    )
    case.source("balance", case.file("b.parquet", parquet(table))).load()
    assert case.balances == {("a", "BTC"): 10_000_000}
    assert [f[0] for f in case.findings()] == ["float-cells", "rounded-cells"]


def test_columns_may_have_any_name_and_nested_ones_only_unread(case: Case) -> None:
    columns = {
        "s": pa.array([{"a": 1}]), "s.a": pa.array(["BTC"]), "l": pa.array([[1, 2]]), "x.y": pa.array(["A"]),
        "q": pa.array([Decimal("1.5")]),
    }  # fmt: skip
    name = case.file("b.parquet", parquet(pa.table(columns)))
    case.source("balance", name, 'columns = { account = "x.y", asset = "s.a", quantity = "q" }').load()
    assert case.balances == {("A", "BTC"): 150_000_000}
    case.sources = ""
    case.source("balance", name, 'columns = { account = "l", asset = "s.a", quantity = "q" }')
    with pytest.raises(SourceError, match='"l" holds values of the type list'):
        case.load()


def test_a_flipped_bit_in_a_page_is_found_by_its_checksum(case: Case) -> None:
    rng = random.Random(5)
    table = pa.table({"account": [f"{rng.getrandbits(64):x}" for _ in range(2000)], "quantity": list(range(2000))})
    whole = bytearray(parquet(table, compression="none", use_dictionary=False))
    whole[len(whole) // 3] ^= 4
    case.source("balance", case.file("b.parquet", bytes(whole)), 'constants = { asset = "BTC" }')
    with pytest.raises(SourceError, match="is damaged"):
        case.load()


def test_mutated_parquet_never_crashes_the_parent(case: Case) -> None:
    rng = random.Random(11)
    rows = [["account", "asset", "quantity"], *([f"A{i}", "BTC", "1.5"] for i in range(50))]
    whole = written("parquet", rows)
    for number in range(12):
        broken = bytearray(whole)
        for _ in range(rng.randint(1, 4)):
            place = rng.randrange(len(broken) // 2 if number % 2 else 0, len(broken))
            broken[place] = rng.randrange(256)
        if number % 5 == 4:
            del broken[rng.randrange(len(broken)) :]
        case.sources = ""
        case.source("balance", case.file(f"m{number}.parquet", bytes(broken)))
        lines = case.refusals()
        assert len(lines) <= 1
        assert all(line.startswith(f"inputs/m{number}.parquet: ") for line in lines)


def varint(number: int) -> bytes:
    """A whole number as a footer writes it."""
    number, out = 2 * number, b""
    while number > 127:
        out, number = out + bytes([number & 127 | 128]), number >> 7
    return out + bytes([number])


def test_claims_of_a_footer_are_held_against_the_file(case: Case) -> None:
    rows = 1_100_000
    content = parquet(pa.table({name: pa.array(["1"] * rows) for name in ("account", "asset", "quantity")}),
                      row_group_size=rows, compression="zstd")  # fmt: skip
    claimed = content.replace(varint(rows), varint(134_000_000))
    assert len(claimed) == len(content) < 50_000
    case.source("balance", case.file("b.parquet", claimed))
    with pytest.raises(SourceError, match="claims 134000000 rows in"):
        case.load()
    once = content[::-1].replace(varint(rows)[::-1], varint(1_100_001)[::-1], 1)[::-1]
    case.sources = ""
    case.source("balance", case.file("c.parquet", once))
    with pytest.raises(SourceError, match="groups claim"):
        case.load()


def test_a_million_columns_of_parquet_are_refused(case: Case) -> None:
    table = pa.table({f"c{i}": pa.nulls(1, pa.int8()) for i in range(20_000)})
    case.source("balance", case.file("b.parquet", parquet(table)))
    with pytest.raises(SourceError, match="20000 columns, more than 10000"):
        case.load()


@pytest.mark.parametrize(
    ("content", "why"),
    [(b"", "begins with nothing"), (b"account,asset\n", "begins with 6163636f"),
     (b"PAR1" + b"\0" * 40, "without its end"),
     (b"PAR1" + b"\xff" * 40 + b"\x20\0\0\0PAR1", "is damaged"), (b"PARE" + b"\0" * 20 + b"PARE", "encrypted")],
)  # fmt: skip
def test_what_is_no_parquet_is_refused(case: Case, content: bytes, why: str) -> None:
    case.source("balance", case.file("b.parquet", content))
    with pytest.raises(SourceError, match=why):
        case.load()


def test_text_that_is_none_and_nul_in_parquet(case: Case) -> None:
    broken = pa.Array.from_buffers(pa.string(), 1, pa.array([b"\xff\xfe"], pa.binary()).buffers())
    table = pa.table({"account": broken, "asset": ["BTC"], "quantity": ["1"]})
    case.source("balance", case.file("b.parquet", parquet(table)))
    with pytest.raises(SourceError, match='bytes in the column "account" that are no text'):
        case.load()
    case.sources = ""
    table = pa.table({"account": ["a\0b", "c"], "asset": ["BTC"] * 2, "quantity": ["1"] * 2})
    case.source("balance", case.file("n.parquet", parquet(table))).load()
    assert case.findings() == [("nul-character", "blocking", 1)]
    assert list(case.balances) == [("c", "BTC")]


# Workbooks -------------------------------------------------------------------------------------------------------


@settings(max_examples=300, deadline=None)
@given(st.decimals(-(10**15), 10**15, places=None, allow_nan=False, allow_infinity=False))
def test_a_number_of_fifteen_digits_comes_out_of_a_workbook_as_it_went_in(number: Decimal) -> None:
    kept = Decimal(f"{number:.14e}")
    if not -12 < kept.adjusted() < 15:
        return
    # As spreadsheet programs write it: 17 digits of the binary fraction.
    read = number_text(f"{float(kept):.17g}".replace("e", "E"))
    assert Decimal(read) == kept
    assert "E" not in read


@pytest.mark.parametrize(
    "text",
    ["12345678901234568", "0.30000000000000004", "1234567890.12345678", "1E+15", "0.1000000000000000001", "1E+300"],
)
def test_a_number_that_a_workbook_has_rounded_is_refused(text: str) -> None:
    with pytest.raises(Unreadable, match="rounded"):
        number_text(text)


@pytest.mark.parametrize(
    ("text", "day", "clock", "is_1904", "says"),
    [
        ("1", True, False, False, "1900-01-01"), ("59", True, False, False, "1900-02-28"),
        ("61", True, False, False, "1900-03-01"), ("0", True, False, True, "1904-01-01"),
        ("46112", True, True, False, "2026-03-31T00:00:00"), ("46112.5", True, False, False, "2026-03-31T12:00:00"),
        ("46112.999999999996", True, True, False, "2026-04-01T00:00:00"), ("0.375", False, True, False, "09:00:00"),
        ("46112.375011574", True, True, False, "2026-03-31T09:00:01"),
        ("46112.375000011574", True, True, False, "2026-03-31T09:00:00.001000"),
        ("2958465.999988426", True, True, False, "9999-12-31T23:59:59"),
    ],
)  # fmt: skip
def test_days_of_a_workbook_are_days(text: str, day: bool, clock: bool, is_1904: bool, says: str) -> None:
    assert instant_text(text, has_day=day, has_time=clock, is_1904=is_1904) == says


@pytest.mark.parametrize("text", ["60", "-1", "2958466", "x", "1E+200"])
def test_what_is_no_day_of_a_workbook_is_refused(text: str) -> None:
    with pytest.raises(Unreadable):
        instant_text(text, has_day=True, has_time=True, is_1904=False)


def test_cells_of_a_workbook_say_what_stands_in_the_file(case: Case) -> None:
    cells = {
        "plain": '<c r="?"><v>1.1000000000000001</v></c>', "small": '<c r="?"><v>1E-3</v></c>',
        "text": '<c r="?" t="inlineStr"><is><r><t>12</t></r><r><t>.5</t></r>'
        '<rPh sb="0" eb="1"><t>ｶﾅ</t></rPh></is></c>',
        "shared": '<c r="?" t="s"><v>1</v></c>', "sum": '<c r="?"><f>1+1</f><v>2</v></c>',
        "rounded": '<c r="?"><v>12345678901234568</v></c>', "error": '<c r="?" t="e"><f>X1</f><v>#REF!</v></c>',
        "unsaved": '<c r="?"><f>1+1</f></c>', "word": '<c r="?" t="b"><v>1</v></c>',
    }  # fmt: skip
    shared = '<si><t>no</t></si><si><t>7</t><rPh sb="0" eb="1"><t>9</t></rPh></si>'
    case.source("balance", case.file("b.xlsx", numbers_book(cells, shared=shared))).load()
    assert {account: units for (account, _), units in case.balances.items()} == {
        "plain": 110_000_000, "small": 100_000, "text": 1_250_000_000, "shared": 700_000_000, "sum": 200_000_000,
    }  # fmt: skip
    assert case.findings() == [
        ("error-cell", "blocking", 8), ("error-cell", "blocking", 9), ("formula-cells", "warning", None),
        ("rounded-cells", "blocking", 7), ("unreadable-quantity", "blocking", 10),
    ]  # fmt: skip
    assert 'b.xlsx:8: C8 "#REF!" is an error of a formula.' in case.messages()
    assert "cells of quantity that are formulas: 1, the first in row 6" in case.messages()
    assert ("inputs/b.xlsx", 7,
            'C7 "12345678901234568" was rounded in the file: it has 17 digits, and only 15 are kept',
            "rounded,BTC,12345678901234568") in case.rows["reject"]  # fmt: skip


def test_a_cell_that_nobody_reads_spoils_no_row(case: Case) -> None:
    head = ["account", "asset", "quantity", "note"]
    body = f'<row r="1">{"".join(text_cell(f"{letters(x)}1", t) for x, t in enumerate(head, 1))}</row>'
    cells = "".join(text_cell(f"{c}2", t) for c, t in zip("ABC", ("A", "BTC", "1"), strict=True))
    body += f'<row r="2">{cells}<c r="D2" t="e"><f>X</f><v>#REF!</v></c></row>'
    case.source("balance", case.file("b.xlsx", workbook({"S": f"<sheetData>{body}</sheetData>"}))).load()
    assert case.findings() == []
    assert case.balances == {("A", "BTC"): 100_000_000}


@pytest.mark.parametrize("is_1904", [False, True])
def test_a_date_of_a_workbook_is_read_by_its_style(case: Case, is_1904: bool) -> None:
    styles = (
        '<numFmts><numFmt numFmtId="164" formatCode="yyyy&quot;年&quot;m&quot;月&quot;d&quot;日&quot; h:mm"/></numFmts>'
        '<cellStyleXfs><xf numFmtId="14"/></cellStyleXfs><cellXfs><xf numFmtId="0"/><xf numFmtId="164"/></cellXfs>'
    )
    head = ["transfer", "occurred_at", "asset", "quantity", "sender", "recipient"]
    first = "".join(text_cell(f"{letters(x)}1", t) for x, t in enumerate(head, 1))
    serial = 46112 - (1462 if is_1904 else 0)
    second = (
        text_cell("A2", "t") + f'<c r="B2" s="1"><v>{serial}.375</v></c>' + text_cell("C2", "BTC")
        + '<c r="D2" s="0"><v>2</v></c>' + text_cell("E2", "x") + text_cell("F2", "y")
    )  # fmt: skip
    body = f'<sheetData><row r="1">{first}</row><row r="2">{second}</row></sheetData>'
    book = '<workbookPr date1904="1"/>' if is_1904 else ""
    name = case.file("t.xlsx", workbook({"S": body}, styles=styles, book=book))
    case.source("transfer", name, 'timezone = "Asia/Tokyo"').load()
    assert [row[1] for row in case.rows["transfer"]] == [datetime(2026, 3, 31)]


def test_what_a_sheet_hides_or_merges_is_said(case: Case) -> None:
    rows = [["account", "asset", "quantity"], *([f"A{i}", "BTC", "1"] for i in range(3))]
    sheet = sheet_of(rows).replace('<row r="3">', '<row r="3" hidden="1">')
    sheet = f'<cols><col min="3" max="9" hidden="1"/></cols>{sheet}<mergeCells><mergeCell ref="A2:A3"/></mergeCells>'
    content = workbook({"S": sheet, "T": sheet_of([["x"]])}, states={"T": "veryHidden"})
    case.source("balance", case.file("b.xlsx", content)).load()
    assert [f[:2] for f in case.findings()] == [("hidden-cells", "warning"), ("merged-cells", "warning")]
    for words in ("hidden rows: 1, the first is row 3", "hidden columns: quantity", "hidden sheets: T"):
        assert words in case.messages()
    assert len(case.balances) == 3


def test_a_sheet_is_chosen_by_name_where_there_are_several(case: Case) -> None:
    rows = [["account", "asset", "quantity"], ["A", "BTC", "1"]]
    name = case.file("b.xlsx", workbook({"Notes": sheet_of([["x"]]), "残高": sheet_of(rows)}))
    case.source("balance", name)
    with pytest.raises(SourceError, match='has 2 visible sheets: "Notes", "残高"'):
        case.load()
    case.sources = ""
    case.source("balance", name, 'sheet = "残高"').load()
    assert list(case.balances) == [("A", "BTC")]
    case.sources = ""
    case.source("balance", name, 'sheet = "Balances"')
    with pytest.raises(SourceError, match='has no sheet "Balances"'):
        case.load()


def test_rows_of_a_sheet_are_counted_blank_ones_and_ragged_ones_too(case: Case) -> None:
    rows: list[list[str | None]] = [
        ["account", "asset", "quantity"], ["A", "BTC", "1"], [None, None, None], ["B", "BTC"],
        ["C", "BTC", "1", "more"], ["Total", None, "2"],
    ]  # fmt: skip
    case.source("balance", case.file("b.xlsx", workbook({"S": sheet_of(rows)})), 'ignore = "^Total"')
    result = case.load()
    source = next(count for count in result.sources if count.source == "inputs/b.xlsx")
    assert (source.rows, source.accepted, source.rejected, source.ignored) == (5, 1, 2, 2)
    assert {f[0]: f[2] for f in case.findings() if f[1] == "blocking"} == {"empty-cell": 4, "ragged-row": 5}


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.sampled_from(["<row>", '<row r="1">', "<x:row/>", "<rows>", "<c>", "row ", "<", "a" * 70, "<t:row\n"]),
        max_size=30,
    ),
    st.integers(1, 40),
)
def test_rows_are_counted_by_their_tags_wherever_the_pieces_end(parts: list[str], size: int) -> None:
    content = "".join(parts).encode()

    class Pieces:
        def chunks(self, _: str) -> list[bytes]:
            return [content[at : at + size] for at in range(0, len(content), size)]

    assert _count_rows(Pieces(), "x") == len(ROW_TAG.findall(content))  # type: ignore[arg-type]


def test_workbooks_of_libraries_are_read(case: Case) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    xlsxwriter = pytest.importorskip("xlsxwriter")
    book = openpyxl.Workbook()
    rows = (["account", "asset", "quantity"], ["A", "BTC", 1.1], ["B", "BTC", 7], [123, "BTC", Decimal("0.00000001")])
    for row in rows:
        book.active.append(row)
    book.save(case.folder / "inputs" / "o.xlsx")
    other = xlsxwriter.Workbook(str(case.folder / "inputs" / "x.xlsx"))
    sheet = other.add_worksheet()
    for y, line in enumerate((["account", "asset", "quantity"], ["C", "BTC", "0.5"], ["D", "BTC", 2.25])):
        sheet.write_row(y, 0, line)
    other.close()
    case.source("balance", ["inputs/o.xlsx", "inputs/x.xlsx"]).load()
    assert {account: units for (account, _), units in case.balances.items()} == {
        "A": 110_000_000, "B": 700_000_000, "123": 1, "C": 50_000_000, "D": 225_000_000,
    }  # fmt: skip
    assert case.findings() == []


GOOD = sheet_of([["account", "asset", "quantity"], ["A", "BTC", "1"]])
BOMB = '<!DOCTYPE a [<!ENTITY a "aaaaaaaaaa">' + "".join(
    f'<!ENTITY {chr(98 + i)} "{f"&{chr(97 + i)};" * 10}">' for i in range(9)
) + "]>"  # fmt: skip
CROOKED_BOOKS = {
    "ole": (bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 600, "old .xls workbook, or one with a password"),
    "csv": (b"account,asset,quantity\nA,BTC,1\n", "is no workbook: it begins with 6163636f"),
    "empty": (b"", "is no workbook"),
    "cut": (workbook({"S": GOOD})[:-100], "is a damaged workbook"),
    "plain zip": (archive({"a.txt": "x"}), "names 0 main parts"),
    "entities": (workbook({"S": GOOD}, doctype=BOMB), "declares a document type"),
    "no such encoding": (
        archive({"_rels/.rels": '<?xml version="1.0" encoding="utf-99"?><Relationships/>'}), "is damaged in",
    ),
    "file entity": (
        workbook({"S": GOOD}, doctype='<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>'), "document type",
    ),
    "leaves": (workbook({"S": GOOD}, more={"../../evil": "x"}), "whose name leads elsewhere"),
    "absolute": (workbook({"S": GOOD}, more={"/etc/evil": "x"}), "whose name leads elsewhere"),
    "many parts": (workbook({"S": GOOD}, more={f"p{i}": "" for i in range(10_001)}), "parts, more than 10000"),
    "bomb": (workbook({"S": GOOD}, more={"xl/big.xml": "0" * (70 << 20)}), "which is a bomb"),
    "deep": (workbook({"S": "<a>" * 100 + "</a>" * 100}), "nested more than 64 deep"),
    "long cell": (workbook({"S": sheet_of([["account"], ["A" * 10_000_000]])}), "more than 32767 characters in row 2"),
    "wide": (workbook({"S": '<sheetData><row r="1"><c r="XFE1"><v>1</v></c></row></sheetData>'}), "out of order"),
    "no sheet": (workbook({"S": "<sheetData/>"}), 'the sheet "S" is empty'),
    "no shared": (
        workbook({"S": '<sheetData><row r="1"><c r="A1" t="s"><v>9</v></c></row></sheetData>'}), "shared text 9",
    ),
    "back": (workbook({"S": '<sheetData><row r="2"/><row r="1"/></sheetData>'}), "rows out of order"),
    "broken": (workbook({"S": "<sheetData><row>"}), "is damaged in"),
    "header": (
        workbook({"S": '<sheetData><row r="1"><c r="A1" t="e"><v>#REF!</v></c></row></sheetData>'}), "in the header A1",
    ),
    "twice": (workbook({"S": sheet_of([["a", "a"]])}), 'the header has "a" 2 times'),
}  # fmt: skip


@pytest.mark.parametrize("name", CROOKED_BOOKS)
def test_a_crooked_workbook_is_refused_with_one_line(case: Case, name: str) -> None:
    content, why = CROOKED_BOOKS[name]
    case.source("balance", case.file("b.xlsx", content))
    with pytest.raises(SourceError, match=why) as refused:
        case.load()
    assert len(refused.value.lines) == 1
    assert str(refused.value).startswith("inputs/b.xlsx:")


def test_links_to_the_outside_are_never_followed(case: Case) -> None:
    link = (
        f'{XML}<Relationships xmlns="{PACKAGE}"><Relationship Id="rId1" Type="{OFFICE}/externalLinkPath" '
        'Target="file:///etc/passwd" TargetMode="External"/></Relationships>'
    )
    content = numbers_book(
        {"A": '<c r="?"><f>[1]Sheet1!A1</f><v>3</v></c>'}, more={"xl/externalLinks/_rels/externalLink1.xml.rels": link}
    )
    case.source("balance", case.file("b.xlsx", content)).load()
    assert case.balances == {("A", "BTC"): 300_000_000}
    assert [f[0] for f in case.findings()] == ["formula-cells"]


def test_mutated_workbooks_are_read_or_refused(case: Case) -> None:
    rng = random.Random(3)
    whole = numbers_book({f"A{i}": '<c r="?"><v>1.5</v></c>' for i in range(20)})
    for number in range(15):
        broken = bytearray(whole)
        for _ in range(rng.randint(1, 3)):
            broken[rng.randrange(len(broken))] ^= 1 << rng.randrange(8)
        case.sources = ""
        case.source("balance", case.file(f"m{number}.xlsx", bytes(broken)))
        lines = case.refusals()
        assert len(lines) <= 1
        assert all(line.startswith(f"inputs/m{number}.xlsx:") for line in lines)
        # Where nothing is said the bit changed a time, or the name of a part that nobody asks for.
        assert lines or set(case.balances.values()) <= {150_000_000}


# jsonl -----------------------------------------------------------------------------------------------------------


def test_numbers_of_jsonl_are_the_text_that_stands_there(case: Case) -> None:
    lines = [
        '{"account": 1.0, "asset": "ETH", "quantity": 0.123456789012345678}',
        '{"account": "b", "asset": "ETH", "quantity": 12345678901234567890.000000000000000001, "hold": null}',
        '{"account": true, "asset": "ETH", "quantity": 1E2}',
        "",
        '{"account": "d", "quantity": 1, "asset": "ETH", "späte": [1]}',
    ]
    name = case.file("b.jsonl", "\r\n".join(lines).encode())
    case.source("balance", name, 'scientific = "accept"').load()
    assert case.balances == {
        ("1.0", "ETH"): 123456789012345678, ("b", "ETH"): 12345678901234567890000000000000000001,
        ("true", "ETH"): 10**20,
    }  # fmt: skip
    assert case.findings() == [
        ("blank-rows", "note", 4), ("nested-value", "blocking", 5), ("scientific-notation", "note", 3),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (b'{"account": "A", "account": "B", "asset": "BTC", "quantity": 1}', "repeated-key"),
        (b'{"account": {"id": 1}, "asset": "BTC", "quantity": 1}', "nested-value"),
        (b"[" * 100_000 + b"]" * 100_000, "nested-value"),
        (b'{"account": "A", "asset": "BTC", "quantity": NaN}', "broken-row"),
        (b'{"account": "A", "asset": "BTC", "quantity": -Infinity}', "broken-row"),
        (b'{"account": "A", "asset": "BTC", "quantity": 01}', "broken-row"),
        (b'{"account": "A", "asset": "BTC", "quantity": 1', "broken-row"),
        (b'["A", "BTC", 1]', "broken-row"), (b'[["account", "A"]]', "broken-row"), (b"12", "broken-row"),
        (b'{"account": "\\ud800", "asset": "BTC", "quantity": 1}', "undecodable-row"),
        (b'{"account": "\xff", "asset": "BTC", "quantity": 1}', "undecodable-row"),
        (b'{"account": "a\\u0000", "asset": "BTC", "quantity": 1}', "nul-character"),
        (b'{"acount": "A", "asset": "BTC", "quantity": 1}', "empty-cell"),
        (b'{"account": "A", "asset": "BTC", "quantity": ' + b"9" * 5000 + b"}", "too-many-digits"),
    ],
)  # fmt: skip
def test_a_line_that_is_no_flat_object_is_rejected_and_the_others_are_not(case: Case, line: bytes, code: str) -> None:
    good = b'{"account": "%s", "asset": "BTC", "quantity": "1"}'
    content = b"\n".join((good % b"X", line, good % b"Y")) + b"\n"
    result = case.source("balance", case.file("b.jsonl", content)).load()
    assert set(case.balances) == {("X", "BTC"), ("Y", "BTC")}
    assert case.findings() == [(code, "blocking", 2)]
    ((source, row, _, raw),) = case.rows["reject"]
    assert (source, row) == ("inputs/b.jsonl", 2)
    assert raw[:10] == line[:10].decode("utf-8", "backslashreplace")
    assert result.sources[0].rows == 3


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("b.jsonl", b"", "has no line with an object"),
        ("b.jsonl", b"\xef\xbb\xbf{}\n", "byte order mark"),
        ("b.jsonl", b"x" * (17 << 20), "line of more than 16 MB"),
        ("b.jsonl", json.dumps({f"k{i}": 1 for i in range(10_001)}).encode(), "more than 10000 different keys"),
        ("b.jsonl.gz", gzip.compress(b'{"account": "A"}\n' * 1000, mtime=0)[:-20], "gzip file is cut off"),
        ("b.jsonl.gz", b'{"account": "A"}\n', "gzip file is damaged"),
    ],
)
def test_what_is_no_jsonl_is_refused(case: Case, name: str, content: bytes, why: str) -> None:
    case.source("balance", case.file(name, content))
    with pytest.raises(SourceError, match=why):
        case.load()


def test_a_gzip_bomb_of_jsonl_is_refused_by_its_bounds(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    line = b'{"account": "A", "asset": "BTC", "quantity": "%d"}\n'
    content = gzip.compress(b"".join(line % i for i in range(200_000)))
    monkeypatch.setattr(jsonl_table, "OUTPUT_BYTES", 1 << 20)
    monkeypatch.setattr(jsonl_table, "OUTPUT_TIMES", 0)
    case.source("balance", case.file("b.jsonl.gz", content))
    with pytest.raises(SourceError, match="unfolds to more than 1 MB"):
        case.load()


# The child -------------------------------------------------------------------------------------------------------


def bounds(**changed: int) -> Bounds:
    return Bounds(**{"memory_bytes": 512 << 20, "cpu_seconds": 20, "output_bytes": 1 << 30, **changed})


def test_a_child_without_enough_memory_is_a_fault_of_its_file(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parquet_table, "MEMORY_MOST", 330 << 20)
    table = pa.table({"account": ["A" * 15_000_000] * 8, "asset": ["BTC"] * 8, "quantity": ["1"] * 8})
    case.source("balance", case.file("b.parquet", parquet(table, use_dictionary=False, compression="none")))
    with pytest.raises(SourceError, match=r"inputs/b.parquet: (needs more than the 330 MB|crashed)"):
        case.load()


def test_a_child_that_takes_too_long_is_stopped_by_its_seconds(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook_table, "CPU_SECONDS", 1)
    monkeypatch.setattr(workbook_table, "BYTES_A_SECOND", 1 << 40)
    rows = "".join(f'<row r="{y}"><c r="A{y}"><v>{y}</v></c></row>' for y in range(1, 600_000))
    case.source("balance", case.file("b.xlsx", workbook({"S": f"<sheetData>{rows}</sheetData>"})))
    with pytest.raises(SourceError, match=r"inputs/b.xlsx: was not read within 1 seconds"):
        case.load()


def test_a_child_that_crashes_or_is_killed_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number, word in ((signal.SIGSEGV, "crashed the program that reads it"), (signal.SIGKILL, "needs more than")):
        monkeypatch.setattr(bounded, "ENTRY", f"import os; os.kill(os.getpid(), {int(number)})")
        with pytest.raises(SourceError, match=f"a.xlsx: {word}"):
            made_of("a.xlsx", "workbook", {}, bounds(), tmp_path)
    monkeypatch.setattr(bounded, "ENTRY", "raise LookupError('odd')")
    with pytest.raises(SourceError, match=r"a.xlsx: cannot be read \(LookupError: odd\)"):
        made_of("a.xlsx", "workbook", {}, bounds(), tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_child_has_no_descriptor_and_no_environment_of_the_parent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("A_SECRET", "x")
    seen = tmp_path / "seen"
    code = (
        "import os, resource\n"
        f"open({str(seen)!r}, 'w').write(repr((sorted(os.environ), sorted(os.listdir('/proc/self/fd'))[:6], "
        "os.getsid(0) == os.getpid())))"
    )
    monkeypatch.setattr(bounded, "ENTRY", code)
    kept = os.open("/etc/hostname", os.O_RDONLY)
    os.set_inheritable(kept, True)
    try:
        with pytest.raises(SourceError):
            made_of("a.xlsx", "workbook", {}, bounds(), tmp_path)
    finally:
        os.close(kept)
    environment, descriptors, has_session = ast.literal_eval(seen.read_text())
    assert "A_SECRET" not in environment
    assert str(kept) not in descriptors
    assert has_session


def test_a_stop_ends_the_child_within_two_seconds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounded, "ENTRY", "import time; time.sleep(60)")
    began = time.monotonic()

    def watch() -> None:
        raise Interruption("stopped")

    with watched(watch), Child("a.xlsx", "workbook", {}, bounds(), tmp_path, streams=False) as child:
        with pytest.raises(Interruption):
            child.report()
        pid = child._child.pid
    assert time.monotonic() - began < 2
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_a_stop_while_parquet_streams_ends_both(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    waits = "time.sleep(60) if '\"parquet_rows\"' in sys.argv[1] else entry()"
    entry = bounded.ENTRY.replace("entry()", waits).replace("import sys", "import sys, time")
    monkeypatch.setattr(bounded, "ENTRY", entry)
    rows = [["account", "asset", "quantity"], ["A", "BTC", "1"]]
    case.source("balance", case.file("b.parquet", written("parquet", rows)))
    case.source("wallet", case.file("w.csv", b"wallet,asset,quantity\ncold,BTC,1\n"))
    (case.folder / "case.toml").write_text(HEAD + case.sources)
    asked = time.monotonic() + 3

    def listen(_: Progress) -> None:
        if time.monotonic() > asked:
            raise Interruption("stopped")

    with Books.create(case.folder, threads=2, bulk=False) as books, pytest.raises(Interruption):
        load(read_case(case.folder), books, listen)
    assert time.monotonic() < asked + 2
    assert list((case.folder / "work" / "scratch").iterdir()) == []


# Statements ------------------------------------------------------------------------------------------------------

BANK = """口座番号 1234567,,,,,
取引日,摘要,お預入,お引出,残高,備考
2026-03-01,前月より繰越,,,100000,
2026-03-02,ｶ)ﾔﾏﾀﾞ,50000,,150000,入金
2026-03-03,サトウ　ハナコ,,20000,130000,
2026-03-04,,0,500,129500,手数料
2026-03-05,ミス,1,2,,
2026-03-06,ミス,"1,000",,,
2026-03-07,ミス,-5,,,
"""


def test_a_japanese_bank_statement_becomes_transfers(case: Case) -> None:
    lines = BANK.split("\n", 1)[1]
    name = case.file("bank.csv", lines.encode("cp932"))
    case.source(
        "transfer", name,
        'layout = "statement"\nwallet = "bank-1"\nencoding = "cp932"\ntimezone = "Asia/Tokyo"\nignore = "^2026-03-01"\n'
        'columns = { occurred_at = "取引日", counterparty = "摘要", '
        'credit = "お預入", debit = "お引出", reference = "備考" }\n'
        'constants = { asset = "JPY" }',
    )  # fmt: skip
    case.source("wallet", case.file("w.csv", b"wallet,asset,quantity\nbank-1,JPY,129500\n"))
    case.load()
    assert sorted((row[0], int(row[3]), row[4], row[5], row[7]) for row in case.rows["transfer"]) == [
        ("inputs/bank.csv:3", 50000, "ｶ)ﾔﾏﾀﾞ", "bank-1", "入金"),
        ("inputs/bank.csv:4", 20000, "bank-1", "サトウ　ハナコ", None),
        ("inputs/bank.csv:5", 500, "bank-1", "unnamed", "手数料"),
    ]
    blocking = [f for f in case.findings() if f[1] == "blocking"]
    assert blocking == [
        ("credit-and-debit", "blocking", 6), ("negative-quantity", "blocking", 8),
        ("unreadable-quantity", "blocking", 7),
    ]  # fmt: skip


@pytest.mark.parametrize("kind", FIRST_ROW)
def test_a_statement_of_signed_quantities_in_every_kind(case: Case, kind: str) -> None:
    rows: list[list[str | None]] = [
        ["id", "occurred_at", "who", "asset", "quantity", "fee"],
        ["a", "2026-03-01T00:00:00Z", "X", "BTC", "1.5", None],
        ["b", "2026-03-01T00:00:00Z", "X", "BTC", "-0.5", "0.1"], ["c", "2026-03-01T00:00:00Z", "X", "BTC", "--5", "1"],
        ["d", "2026-03-01T00:00:00Z", "X", "BTC", None, "1"],
    ]  # fmt: skip
    case.source(
        "transfer", case.file(f"s.{kind}", written(kind, rows)),
        'layout = "statement"\nwallet = "cold"\ncolumns = { transfer = "id", counterparty = "who" }',
    )  # fmt: skip
    case.load()
    assert sorted((row[0], int(row[3]), row[4], row[5], int(row[6])) for row in case.rows["transfer"]) == [
        ("a", 150_000_000, "X", "cold", 0), ("b", 50_000_000, "cold", "X", 10_000_000),
    ]  # fmt: skip
    assert [f[0] for f in case.findings()] == ["empty-cell", "unreadable-quantity"]


def test_a_statement_of_a_wallet_that_nobody_lists_is_said(case: Case) -> None:
    line = b"occurred_at,counterparty,asset,quantity\n2026-03-01T00:00:00Z,X,BTC,1\n"
    case.source("transfer", case.file("s.csv", line), 'layout = "statement"\nwallet = "cald"').load()
    assert case.findings() == [("unlisted-wallet", "blocking", None)]


def test_a_statement_with_both_ways_of_sides_or_none_is_refused(case: Case) -> None:
    for columns in ("credit", "credit,debit,quantity", "other"):
        case.sources = ""
        head = f"occurred_at,counterparty,asset,{columns}\n".encode()
        case.source("transfer", case.file("s.csv", head), 'layout = "statement"\nwallet = "cold"')
        with pytest.raises(SourceError, match="either quantity, or both credit and debit"):
            case.load()


def test_a_custodians_statement_is_a_wallet_by_columns_and_constants(case: Case) -> None:
    rows: list[list[str | None]] = [["Vault", "Ccy", "Available", "As of"], ["V1", "BTC", "12.50000000", "2026-03-31"]]
    case.source(
        "wallet", case.file("c.xlsx", workbook({"Holdings": sheet_of(rows)})),
        'sheet = "Holdings"\ntimezone = "Asia/Tokyo"\n'
        'columns = { wallet = "Vault", asset = "Ccy", quantity = "Available", as_of = "As of" }\n'
        'constants = { custody = "custodian", purpose = "customer" }',
    ).load()  # fmt: skip
    assert [(row[0], int(row[2]), row[5], row[6]) for row in case.rows["wallet"]] == [
        ("V1", 1_250_000_000, "custodian", "customer")
    ]


