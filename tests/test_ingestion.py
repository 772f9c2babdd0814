"""What was handed over becomes records, or is refused by name; nothing is lost and nothing is guessed."""

from __future__ import annotations

import csv
import errno
import gzip
import io
import os
import zoneinfo
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ledgers.configuration import read_case
from ledgers.errors import SourceError, StorageError
from ledgers.ingestion.cells import Format, cell_faults
from ledgers.ingestion.columns import TABLES, Cell
from ledgers.ingestion.counting import RecordCount, chunks_of_lines
from ledgers.ingestion.instants import instant_fault, zone_days
from ledgers.ingestion.load import load
from ledgers.models import LoadResult, Progress
from ledgers.storage.books import Books
from ledgers.units import ExcessDigits, NotANumber, Scientific, read_quantity, read_ratio

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
aliases = ["XBT"]
[assets.ETH]
decimals = 18
[assets."NFT *"]
decimals = 0
kind = "nft"
[assets."NFT RARE *"]
decimals = 2
kind = "nft"
"""


class Case:
    """A case folder in the making, and what its load left."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.sources = ""
        (folder / "inputs").mkdir()

    def source(self, table: str, content: str | bytes, settings: str = "", name: str | None = None) -> Case:
        name = name or f"{table}{self.sources.count('[[sources]]')}.csv"
        raw = content.encode() if isinstance(content, str) else content
        (self.folder / "inputs" / name).write_bytes(raw)
        self.sources += f'[[sources]]\ntable = "{table}"\npath = "inputs/{name}"\n{settings}\n'
        return self

    def load(self, threads: int = 1) -> LoadResult:
        sources = self.sources
        if 'table = "wallet"' not in sources:
            (self.folder / "inputs" / "wallets.csv").write_text("wallet,asset,quantity\ncold,BTC,1\n")
            sources += '[[sources]]\ntable = "wallet"\npath = "inputs/wallets.csv"\n'
        if 'table = "balance"' not in sources:
            (self.folder / "inputs" / "balances.csv").write_text("account,asset,quantity\nA,BTC,1\n")
            sources += '[[sources]]\ntable = "balance"\npath = "inputs/balances.csv"\n'
        (self.folder / "case.toml").write_text(HEAD + sources)
        self.progress: list[Progress] = []
        with Books.create(self.folder, threads=threads, bulk=False) as books:
            result = load(read_case(self.folder), books, self.progress.append)
            self.rows = {
                table: books.rows(f"select * from {table} order by all")
                for table in (*TABLES, "asset", "source", "finding", "reject")
            }
            self.balances = {
                (account, asset): int(units)
                for account, asset, units in books.rows(
                    "select account, asset, units from balance "
                    "join account using (account_no) join asset using (asset_no)"
                )
            }
        return result

    @property
    def findings(self) -> list[tuple[str, str, int | None, str, str]]:
        """code, severity, row, column, message"""
        return [(f[0], f[1], f[7], f[8], f[5]) for f in self.rows["finding"] if f[0] != "unlisted-account"]

    def codes(self) -> list[str]:
        return [code for code, *_ in self.findings]


@pytest.fixture
def case(tmp_path: Path) -> Case:
    return Case(tmp_path)


BALANCES = "account,asset,quantity\n"


def test_the_worked_example_loads_to_the_unit(case: Case) -> None:
    case.source("balance", BALANCES + "A,BTC,1\nB,BTC,0.5\nB,ETH,10\nC,XBT,0.25\nD,BTC,-0.1\n")
    case.source("wallet", "wallet,asset,quantity\ncold,BTC,1.4\nether,ETH,10\n")
    case.source("price", "asset,price\nBTC,10000000\nETH,400000\n")
    case.source("claim", "claim,account,asset,quantity\nc1,C,BTC,0.5\n")
    result = case.load()
    assert case.balances == {
        ("A", "BTC"): 100_000_000,
        ("B", "BTC"): 50_000_000,
        ("B", "ETH"): 10 * 10**18,
        ("C", "BTC"): 25_000_000,
        ("D", "BTC"): -10_000_000,
    }
    assert [row[:3] for row in case.rows["asset"]] == [(0, "BTC", 8), (1, "ETH", 18), (2, "JPY", 0)]
    assert [(s.rows, s.accepted, s.rejected, s.ignored) for s in result.sources] == [
        (5, 5, 0, 0), (2, 2, 0, 0), (2, 2, 0, 0), (1, 1, 0, 0),
    ]  # fmt: skip
    assert result.blocking == 0
    assert case.progress[-1].done == case.progress[-1].total > 0


def test_every_source_is_kept_under_its_hash_and_cannot_be_written(case: Case) -> None:
    case.source("balance", BALANCES + "A,BTC,1\n")
    result = case.load()
    copy = case.folder / "vault" / f"{result.sources[0].sha256}.csv"
    assert copy.read_bytes() == (case.folder / "inputs" / "balance0.csv").read_bytes()
    assert copy.stat().st_mode & 0o777 == 0o400
    assert (case.folder / "vault").stat().st_mode & 0o777 == 0o700
    assert (case.folder / "work" / "books.duckdb").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    ("cell", "code", "why"),
    [
        ('"1,234.5"', "unreadable-quantity", 'quantity "1,234.5" is not a plain decimal (comma)'),
        ("１２３", "unreadable-quantity", "full-width digits"),
        ("NaN", "unreadable-quantity", "not a number"),
        ("1e3", "unreadable-quantity", "scientific notation"),
        (" 1", "unreadable-quantity", "white space"),
        ("+1", "unreadable-quantity", "plus sign"),
        ("1_000", "unreadable-quantity", "underscore"),
        ("1.", "unreadable-quantity", "no digit beside the point"),
        ("", "empty-cell", "quantity is empty"),
        ("0.123456789", "excess-digits", "more decimals than the 8 of BTC"),
        ("9" * 31, "too-many-digits", "more than 38 digits"),
        ("\x1b[2J", "unreadable-quantity", r"\x1b[2J"),
    ],
)
def test_a_quantity_that_is_none_is_rejected_with_row_column_and_reason(
    case: Case, cell: str, code: str, why: str
) -> None:
    case.source("balance", BALANCES + f"A,BTC,1\nB,BTC,{cell}\nC,BTC,2\n")
    result = case.load()
    ((found, severity, row, column, message),) = case.findings
    assert (found, severity, row, column) == (code, "blocking", 3, "quantity")
    assert why in message
    assert message.startswith("inputs/balance0.csv:3: ")
    assert [(row[0], row[1], row[3]) for row in case.rows["reject"]] == [("inputs/balance0.csv", 3, f"B,BTC,{cell}")]
    assert (result.sources[0].accepted, result.sources[0].rejected, result.blocking) == (2, 1, 1)
    assert set(case.balances) == {("A", "BTC"), ("C", "BTC")}


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("B,BTC", "ragged-row"),
        ("B,BTC,1,2", "ragged-row"),
        ("B,BTC,1,", "ragged-row"),
        ('"B"x,BTC,1', "broken-row"),
        ("B\0,BTC,1", "nul-character"),
        ("B,DOGE,1", "unknown-asset"),
        (",BTC,1", "empty-cell"),
        ("A,BTC,5", "duplicate-row"),
        ("A,XBT,5", "duplicate-row"),
    ],
)
def test_a_row_that_is_none_is_rejected_and_the_others_are_not(case: Case, line: str, code: str) -> None:
    case.source("balance", BALANCES + f"A,BTC,1\n{line}\nC,BTC,2\n")
    result = case.load()
    assert [(found, row) for found, _, row, _, _ in case.findings] == [(code, 3)]
    assert len(case.rows["reject"]) == 1
    assert case.balances == {("A", "BTC"): 10**8, ("C", "BTC"): 2 * 10**8}
    assert result.sources[0].rows == 3


def test_bytes_that_are_no_text_reject_their_row_only(case: Case) -> None:
    rows = b"".join(b"u%d,BTC,1\n" % place for place in range(10))
    case.source("balance", BALANCES.encode() + rows + b"\xff\xfe,BTC,1\n")
    case.load()
    assert case.codes() == ["undecodable-row"]
    assert case.rows["reject"][0][3] == r"\xff\xfe,BTC,1"
    assert len(case.balances) == 10


@pytest.mark.parametrize(
    ("content", "settings", "why"),
    [
        (b"", "", "is empty"),
        (b"account,asset\nA,BTC\n", "", 'no column "quantity"'),
        (b"account,asset,asset,quantity\nA,BTC,BTC,1\n", "", 'has "asset" 2 times'),
        (b'account,asset,quantity\nA,"BTC,1\nB,BTC,1\n', "", ":2: opens a quote that nothing closes"),
        ("account,asset,quantity\n山田,BTC,1\n".encode("cp932"), "", "is not utf-8 (byte 23)"),
        ("account,asset,quantity\nA,BTC,1\n".encode("utf-16"), "", "is not utf-8"),
        (b"\xef\xbb\xbfaccount,asset,quantity\nA,BTC,1\n", "", "byte order mark"),
        (b"user,asset,quantity\nA,BTC,1\n", 'columns = { account = "usr" }', 'did you mean "user"?'),
        (b"A,BTC,1\n", "columns = { account = 1, asset = 2, quantity = 4 }", "has 3 columns, not the 4"),
        (b"A,BTC,1\n", "columns = { account = 1, asset = 2 }", "no position is declared for quantity"),
        (b"account,asset,quantity\nA,BTC,1\n", "ignore = '(?=A)'", "ignore is no regular expression"),
    ],
)
def test_a_file_that_is_not_what_was_said_is_refused(case: Case, content: bytes, settings: str, why: str) -> None:
    case.source("balance", content, settings)
    with pytest.raises(SourceError) as refused:
        case.load()
    assert refused.value.exit_code == 3
    assert why in str(refused.value)
    assert "\n" not in str(refused.value)


def test_all_files_are_tried_before_anything_is_refused(case: Case) -> None:
    case.source("balance", b"").source("label", "address,party\nx,y\n")
    case.sources += '[[sources]]\ntable = "claim"\npath = "inputs/absent.csv"\n'
    with pytest.raises(SourceError) as refused:
        case.load()
    assert len(refused.value.lines) == 3


@pytest.mark.parametrize("kept", [10, -4])
def test_a_gzip_file_that_was_cut_off_is_refused(case: Case, kept: int) -> None:
    packed = gzip.compress((BALANCES + "A,BTC,1\n").encode())
    case.source("balance", packed[:kept], name="b.csv.gz")
    with pytest.raises(SourceError, match="cut off"):
        case.load()


def test_a_gzip_file_with_a_wrong_checksum_is_refused(case: Case) -> None:
    packed = bytearray(gzip.compress((BALANCES + "A,BTC,1\n").encode()))
    packed[-8] ^= 1
    case.source("balance", bytes(packed), name="b.csv.gz")
    with pytest.raises(SourceError, match="damaged"):
        case.load()


@pytest.mark.parametrize("make", ["link", "pipe", "folder"])
def test_only_a_regular_file_is_received(case: Case, make: str) -> None:
    case.source("balance", BALANCES)
    path = case.folder / "inputs" / "balance0.csv"
    path.rename(case.folder / "inputs" / "else.csv")
    {
        "link": lambda: path.symlink_to(case.folder / "inputs" / "else.csv"),
        "pipe": lambda: os.mkfifo(path),
        "folder": path.mkdir,
    }[make]()
    with pytest.raises(SourceError, match=r"is a link|no regular file"):
        case.load()


def test_a_name_that_means_something_to_readers_is_a_name(case: Case) -> None:
    case.source("balance", BALANCES + "A,BTC,1\n", name="led[1].csv")
    (case.folder / "inputs" / "led1.csv").write_text(BALANCES + "A,BTC,9\n")
    case.load()
    assert case.balances == {("A", "BTC"): 10**8}


@pytest.mark.parametrize("encoding", ["cp932", "utf-16", "euc_jp", "iso2022_jp", "utf-8-sig"])
@pytest.mark.parametrize("packed", [False, True])
def test_a_declared_encoding_is_read_exactly(case: Case, encoding: str, packed: bool) -> None:
    content = ("account,asset,quantity\r\n" + "".join(f"山田ー表{n},BTC,{n}\r\n" for n in range(5))).encode(encoding)
    name = "b.csv.gz" if packed else "b.csv"
    case.source("balance", gzip.compress(content) if packed else content, f'encoding = "{encoding}"', name)
    result = case.load()
    assert case.balances == {(f"山田ー表{n}", "BTC"): n * 10**8 for n in range(5)}
    assert result.sources[0].rows == 5


def test_ids_are_kept_byte_for_byte(case: Case) -> None:
    case.source("balance", BALANCES + "00123,BTC,1\n123,BTC,2\n 123,BTC,3\nNULL,BTC,4\nCafé,BTC,5\nCafe\u0301,BTC,6\n")
    case.load()
    assert {account: units // 10**8 for (account, _), units in case.balances.items()} == {
        "00123": 1, "123": 2, " 123": 3, "NULL": 4, "Café": 5, "Cafe\u0301": 6,
    }  # fmt: skip
    names = [row[1] for row in case.rows["account"]]
    assert names == sorted(names, key=str.encode)


def test_quoted_cells_may_hold_commas_quotes_and_lines(case: Case) -> None:
    case.source("account", 'account,holder\n"a,1","says ""hi"""\n"b\nc",x\nd,y\n')
    case.source("balance", BALANCES + "d,BTC,1\n")
    case.load()
    assert {(row[1], row[2]) for row in case.rows["account"]} == {("a,1", 'says "hi"'), ("b\nc", "x"), ("d", "y")}
    assert {row[1]: row[-1] for row in case.rows["account"]} == {"a,1": 2, "b\nc": 3, "d": 4}


def test_columns_by_position_mean_that_there_is_no_header(case: Case) -> None:
    case.source("balance", "x,1,A\ny,2,B\n", 'columns = { account = 3, quantity = 2 }\nconstants = { asset = "BTC" }')
    case.load()
    assert case.balances == {("A", "BTC"): 10**8, ("B", "BTC"): 2 * 10**8}
    assert [row[-1] for row in case.rows["balance"]] == [1, 2]


def test_rows_declared_none_are_counted_and_left_out(case: Case) -> None:
    case.source("balance", BALANCES + "A,BTC,1\nPage 2\nB,BTC,2\n\nTotal,,3\n", "ignore = '^(Page|Total)'")
    result = case.load()
    assert (result.sources[0].rows, result.sources[0].accepted, result.sources[0].ignored) == (5, 2, 3)
    assert [row[-1] for row in case.rows["balance"]] == [2, 4]
    assert [(code, severity, row, message) for code, severity, row, _, message in case.findings] == [
        ("blank-rows", "note", 5, "inputs/balance0.csv:5: is blank and was left out; 1 such line in the file."),
        (
            "rows-ignored", "note", 3,
            'inputs/balance0.csv:3: matches ignore "^(Page|Total)" and was left out; 2 such rows in the file.',
        ),
    ]  # fmt: skip


def test_one_row_that_is_ignored_is_said_and_none_is_not(case: Case) -> None:
    case.source("balance", BALANCES + "A,BTC,1\nB,BTC,2\n", "ignore = '^A'")
    case.source("label", "address,party,kind\nx,y,thief\n", "ignore = '^A'")
    case.load()
    (said,) = [message for code, *_, message in case.findings if code == "rows-ignored"]
    assert said == 'inputs/balance0.csv:2: matches ignore "^A" and was left out; 1 such row in the file.'


def test_a_column_nobody_asked_for_is_a_note(case: Case) -> None:
    case.source("balance", "account,asset,quantity,phone\nA,BTC,1,555\n")
    result = case.load()
    assert case.codes() == ["unused-column"]
    assert result.blocking == 0


def test_duplicates_declared_as_parts_are_added_up(case: Case) -> None:
    case.source("balance", BALANCES + "A,BTC,1\nA,XBT,2\nB,BTC,1\n", 'duplicates = "sum"')
    case.source("wallet", "wallet,asset,quantity,address\nbox,BTC,1,x\nbox,BTC,0.5,y\n", 'duplicates = "sum"')
    result = case.load()
    assert case.balances == {("A", "BTC"): 3 * 10**8, ("B", "BTC"): 10**8}
    assert [(row[0], int(row[2]), row[3]) for row in case.rows["wallet"]] == [("box", 150_000_000, "x")]
    assert (result.sources[0].accepted, result.blocking) == (3, 0)


def test_a_key_in_two_sources_is_a_duplicate(case: Case) -> None:
    case.source("balance", BALANCES + "A,BTC,1\n").source("balance", BALANCES + "B,BTC,1\nA,BTC,1\n")
    result = case.load()
    assert [(code, row) for code, _, row, _, _ in case.findings] == [("duplicate-row", 3)]
    assert "inputs/balance0.csv:2" in case.findings[0][4]
    assert [s.accepted for s in result.sources[:2]] == [1, 1]


@pytest.mark.parametrize(
    ("table", "content", "key", "subject", "asset"),
    [
        ("balance", BALANCES + "\x1bA,BTC,1\n\x1bA,XBT,1\n", r'account "\x1bA" and asset "BTC"', "\x1bA", "BTC"),
        ("wallet", "wallet,asset,quantity\nw,ETH,1\nw,ETH,2\n", 'wallet "w" and asset "ETH"', "w", "ETH"),
        ("price", "asset,price\nBTC,1\nBTC,1\n", 'asset "BTC" and price_set "commencement"', "BTC", "BTC"),
        ("claim", "claim,account,asset,quantity\nc,A,BTC,1\nc,B,BTC,1\n", 'claim "c"', "c", ""),
        ("payee", "account,asset,method\nA,,chain\nA,,bank\n", 'account "A"', "A", ""),
        ("account", "account\nA\nA\n", 'account "A"', "A", ""),
    ],
)
def test_a_duplicate_names_the_key_that_both_rows_bear(
    case: Case, table: str, content: str, key: str, subject: str, asset: str
) -> None:
    case.source(table, content)
    case.load()
    (finding,) = [f for f in case.rows["finding"] if f[0] == "duplicate-row"]
    assert finding[5] == f"inputs/{table}0.csv:3: has the same {key} as inputs/{table}0.csv:2."
    assert (finding[2], finding[3]) == (subject, asset)


def test_a_packed_row_of_several_known_keys_names_the_one_met_first(case: Case) -> None:
    case.source("balance", 'account,positions\nA,ETH[1]\nA,BTC[1]\nA,"BTC[2],ETH[2]"\n', PACKED)
    case.load()
    assert [message for *_, message in case.findings] == [
        'inputs/balance0.csv:4: has the same account "A" and asset "ETH" as inputs/balance0.csv:2.'
    ]
    assert case.balances == {("A", "ETH"): 10**18, ("A", "BTC"): 10**8}


PAYMENTS = "round,account,claim_asset,step,pay_asset,quantity\n1,A,BTC,return,BTC,0.1\n"


@pytest.mark.parametrize("name", ["payment0.csv", "copy.csv"])
def test_the_same_bytes_are_read_once_for_a_table(case: Case, name: str) -> None:
    case.source("payment", PAYMENTS).source("payment", PAYMENTS, name=name)
    result = case.load()
    ((code, severity, _, _, message),) = case.findings
    assert (code, severity) == ("source-twice", "blocking")
    assert "inputs/payment0.csv" in message
    assert f"inputs/{name}: " in message
    assert len(case.rows["payment"]) == 1
    assert [(s.rows, s.accepted, s.ignored) for s in result.sources[:2]] == [(1, 1, 0), (1, 0, 1)]


def test_a_sum_takes_no_file_twice(case: Case) -> None:
    boxes = "wallet,asset,quantity\nbox,BTC,1\nbox,BTC,0.5\n"
    case.source("wallet", boxes, 'duplicates = "sum"').source("wallet", boxes, 'duplicates = "sum"')
    assert case.load().blocking == 1
    assert [int(row[2]) for row in case.rows["wallet"]] == [150_000_000]


def test_one_file_with_a_column_an_asset_may_be_read_for_each_and_a_warning_says_so(case: Case) -> None:
    wide = "account,btc,eth\nA,1,2\n"
    for code in ("BTC", "ETH"):
        settings = f'columns = {{ quantity = "{code.lower()}" }}\nconstants = {{ asset = "{code}" }}'
        case.source("balance", wide, settings, name="wide.csv")
    assert case.load().blocking == 0
    assert case.balances == {("A", "BTC"): 10**8, ("A", "ETH"): 2 * 10**18}
    assert [(code, severity) for code, severity, *_ in case.findings if code == "source-twice"] == [
        ("source-twice", "warning")
    ]


def test_parts_of_an_export_without_rows_may_be_alike(case: Case) -> None:
    case.source("balance", BALANCES).source("balance", BALANCES).source("balance", BALANCES + "A,BTC,1\n")
    assert case.load().blocking == 0
    assert case.codes() == []


def test_one_file_may_feed_two_tables(case: Case) -> None:
    case.source("balance", "account,asset,quantity,holder\nA,BTC,1,N\n", name="both.csv")
    case.source("account", "account,asset,quantity,holder\nA,BTC,1,N\n", name="both.csv")
    assert case.load().blocking == 0


def test_a_header_of_more_columns_than_any_has_is_refused_at_once(case: Case) -> None:
    case.source("balance", BALANCES.strip() + "".join(f",c{n}" for n in range(10_000)) + "\n")
    with pytest.raises(SourceError, match="has 10003 columns, more than 10000"):
        case.load()


def test_a_header_of_ten_thousand_columns_is_read(case: Case) -> None:
    more = 9_997
    header = BALANCES.strip() + "".join(f",c{n}" for n in range(more))
    case.source("balance", f"{header}\nA,BTC,1{',' * more}\n")
    case.load()
    assert case.balances == {("A", "BTC"): 10**8}


class _Full(io.BytesIO):
    """A file on a disk without room."""

    def writelines(self, lines: Any) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


@pytest.mark.parametrize("name", ["b.csv.gz", "b.csv"])
def test_a_full_disk_while_a_text_is_written_out_is_said(
    case: Case, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    content = (BALANCES + "A,BTC,1\n").encode("utf-16")
    opened = Path.open
    monkeypatch.setattr(
        Path, "open", lambda path, mode="r", **more: _Full() if mode == "xb" else opened(path, mode, **more)
    )
    case.source("balance", gzip.compress(content) if name.endswith("gz") else content, 'encoding = "utf-16"', name)
    with pytest.raises(StorageError, match=r"inputs/b\.csv.* cannot be written \(No space left on device\)") as refused:
        case.load()
    assert refused.value.exit_code == 8
    assert "\n" not in str(refused.value)


def test_an_account_listed_twice_is_a_duplicate(case: Case) -> None:
    case.source("account", "account,kind\nA,house\nA,customer\n")
    case.load()
    assert case.codes() == ["duplicate-row"]
    assert [(row[1], row[3]) for row in case.rows["account"]] == [("A", "house")]


def test_of_one_fault_a_thousand_rows_are_named_and_all_are_rejected(case: Case) -> None:
    case.source("balance", BALANCES + "".join(f"u{n},BTC,x\n" for n in range(1500)))
    case.load()
    assert len(case.codes()) == 1001
    assert [(row, message) for code, _, row, _, message in case.findings if code.endswith("-summary")] == [
        (1002, "inputs/balance0.csv:1002: 500 more rows of the kind unreadable-quantity from here on, 1500 in all.")
    ]
    assert len(case.rows["reject"]) == 1500


def test_a_refused_quantity_is_not_truncated_too(case: Case) -> None:
    case.source("balance", BALANCES + "A,BTC,1.2.3456789012\nB,BTC,0.1234567899\n", 'excess_digits = "truncate"')
    case.load()
    assert sorted(case.codes()) == ["truncated-digits", "unreadable-quantity"]


def test_truncation_is_reported_to_the_last_digit(case: Case) -> None:
    content = (
        BALANCES
        + "A,BTC,0.123456789\nB,BTC,-0.000000019\nC,BTC,1.000000000\nD,BTC,0.0000000000000000000000000000000000001\n"
    )
    case.source("balance", content, 'excess_digits = "truncate"')
    case.load()
    assert case.balances[("A", "BTC")] == 12345678
    assert case.balances[("B", "BTC")] == -1
    ((*_, asset, quantity),) = [f[:5] for f in case.rows["finding"] if f[0] == "truncated-digits"]
    assert asset == "BTC"
    assert Decimal(quantity) == Decimal("0.0000000000000000000000000000000000001")


def test_scientific_notation_is_read_exactly_where_declared_and_counted(case: Case) -> None:
    case.source("balance", BALANCES + "A,BTC,5e-7\nB,BTC,-1.25E+2\nC,BTC,1\nD,BTC,1e99\n", 'scientific = "accept"')
    case.load()
    assert case.balances == {("A", "BTC"): 50, ("B", "BTC"): -125 * 10**8, ("C", "BTC"): 10**8}
    assert sorted(case.codes()) == ["scientific-notation", "too-many-digits"]


def test_a_pattern_makes_every_code_an_asset_and_the_longest_wins(case: Case) -> None:
    case.source("balance", BALANCES + "A,NFT (1),1\nA,NFT (2),1\nA,NFT RARE 7,0.5\nA,NFTX,1\n")
    case.load()
    assert [(row[1], row[2]) for row in case.rows["asset"] if row[3] == "nft"] == [
        ("NFT (1)", 0), ("NFT (2)", 0), ("NFT RARE 7", 2),
    ]  # fmt: skip
    assert [message for code, *_, message in case.findings if code == "pattern-codes"] == [
        'case.toml: 2 codes are assets only because the pattern "NFT *" matches: "NFT (1)", "NFT (2)".',
        'case.toml: 1 code is an asset only because the pattern "NFT RARE *" matches: "NFT RARE 7".',
    ]
    assert sorted(set(case.codes())) == ["pattern-codes", "unknown-asset"]


@pytest.mark.parametrize(
    ("control", "what"),
    [
        ("\r", "carriage return"), ("\t", "control character U+0009"), ("\x7f", "control character U+007F"),
        ("\x85", "control character U+0085"), ("\u2028", "control character U+2028"),
        ("\u2029", "control character U+2029"),
    ],
)  # fmt: skip
def test_no_pattern_takes_a_code_with_a_control_character(case: Case, control: str, what: str) -> None:
    case.source("balance", BALANCES + f'A,"NFT {control}1",1\nA,NFT 1,2\n')
    case.load()
    assert case.balances == {("A", "NFT 1"): 2}
    (finding,) = [f for f in case.rows["finding"] if f[1] == "blocking"]
    assert (finding[0], finding[7], finding[8]) == ("unknown-asset", 2, "asset")
    assert f'1" has a {what}, and is no declared asset or alias.' in finding[5]
    assert ('mend = ["carriage-return"]' in finding[9]) == (control == "\r")


def test_a_code_with_a_control_character_is_an_asset_where_it_is_declared(case: Case) -> None:
    case.source("balance", BALANCES + 'A,"K\tIN",1\nA,"K\rIN",2\n')
    case.sources += '[assets."K\\tIN"]\ndecimals = 0\naliases = ["K\\rIN"]\n'
    case.sources = case.sources.replace("[[sources]]", "[[sources]]\nduplicates = \"sum\"")
    assert case.load().blocking == 0
    assert case.balances == {("A", "K\tIN"): 3}


@pytest.mark.parametrize(
    ("cell", "reason", "is_mended"),
    [('"1\r2"', "carriage return", True), ('"1\r\n"', "white space", False), ('"1 2"', "white space", False)],
)
def test_a_carriage_return_in_a_number_is_called_so_and_mending_is_named(
    case: Case, cell: str, reason: str, is_mended: bool
) -> None:
    case.source("balance", BALANCES + f"A,BTC,{cell}\n")
    case.load()
    (finding,) = [f for f in case.rows["finding"] if f[1] == "blocking"]
    assert f"is not a plain decimal ({reason})." in finding[5]
    assert ('mend = ["carriage-return"]' in finding[9]) is is_mended


PACKED = """layout = "packed"
pattern = '(?P<asset>[^\\[,]+)\\[(?P<quantity>[^\\]]*)\\]'
"""


def test_a_packed_row_is_taken_apart_or_rejected_whole(case: Case) -> None:
    lines = ['A,"BTC[1],ETH[2]"', "B,BTC[3]", 'C,"BTC[1],ETH[x]"', 'D,"BTC[1]junk,ETH[1]"', "E,", 'F,"BTC[1],,ETH[1]"']
    case.source("balance", "account,positions\n" + "\n".join(lines) + "\n", PACKED)
    result = case.load()
    assert case.balances == {("A", "BTC"): 10**8, ("A", "ETH"): 2 * 10**18, ("B", "BTC"): 3 * 10**8}
    assert [(code, row) for code, _, row, _, _ in case.findings] == [
        ("empty-cell", 6), ("unreadable-positions", 5), ("unreadable-positions", 7), ("unreadable-quantity", 4),
    ]  # fmt: skip
    assert (result.sources[0].accepted, result.sources[0].rejected) == (2, 4)
    assert [row[1] for row in case.rows["reject"]] == [4, 5, 6, 7]


def test_carriage_returns_are_mended_only_where_declared(case: Case) -> None:
    content = b'account,positions\r\nA,"BTC[0.1\r2],ETH[1\r\r.5]"\r\nB,BTC[1\r1]\r\n'
    case.source("balance", content, PACKED + 'mend = ["carriage-return"]')
    result = case.load()
    assert case.balances == {("A", "BTC"): 12_000_000, ("A", "ETH"): 15 * 10**17, ("B", "BTC"): 11 * 10**8}
    assert [message for *_, message in case.findings] == [
        "inputs/balance0.csv:2: a cell had carriage returns, which were taken out; 2 such cells in the file."
    ]
    assert result.sources[0].rows == 2


@pytest.mark.parametrize(
    ("cell", "where"),
    [
        ("BTC[1],ETH[1]junk,XBT[2]", 'at character 14: "junk,XBT[2]".'),
        ("BTC[1],,ETH[1]", 'at character 7: ",,ETH[1]".'),
        ("BTC[1],", 'at character 7: ",".'),
        ("junk", 'at character 1: "junk".'),
        (",".join(["BTC[1]"] * 100) + ",ETH[\x1b", 'at character 700: ",ETH[\\x1b".'),
        ("BTC[1],\x01", r'"BTC[1],\x01" has the control character U+0001.'),
    ],
)
def test_a_packed_cell_is_named_where_it_stops_being_a_list(case: Case, cell: str, where: str) -> None:
    case.source("balance", f'account,positions\nA,"{cell}"\n', PACKED)
    case.load()
    (found,) = [message for code, _, _, _, message in case.findings if code == "unreadable-positions"]
    assert found.endswith(where)


def test_of_many_faults_in_few_rows_cells_are_counted_and_rows_too(case: Case) -> None:
    positions = ",".join(["BTC[x]"] * 30)
    case.source("balance", "account,positions\n" + "".join(f'u{n},"{positions}"\n' for n in range(50)), PACKED)
    case.load()
    assert len(case.rows["reject"]) == 50
    *each, last = [(f[0], f[5]) for f in sorted(case.rows["finding"], key=lambda f: (f[0], f[2])) if f[1] == "blocking"]
    assert {code for code, _ in each} == {"unreadable-quantity"}
    assert last == (
        "unreadable-quantity-summary",
        "inputs/balance0.csv:35: 500 more cells of the kind unreadable-quantity from here on, 1500 in all in 50 rows.",
    )


def test_carriage_returns_that_nobody_declared_are_findings(case: Case) -> None:
    case.source("balance", b'account,positions\r\nA,"BTC[0.1\r2]"\r\nB,BTC[1]\r\n', PACKED)
    result = case.load()
    assert result.blocking == 1
    assert case.balances == {("B", "BTC"): 10**8}


@pytest.mark.parametrize(
    ("text", "zone", "utc"),
    [
        ("2026-03-31T09:00:00+09:00", None, "2026-03-31 00:00:00"),
        ("2026-03-31 09:00:00.123456Z", None, "2026-03-31 09:00:00.123456"),
        ("2026-03-31T09:00-0330", None, "2026-03-31 12:30:00"),
        ("2026-03-31T09:00+09", None, "2026-03-31 00:00:00"),
        ("2026-03-31 09:00", "Asia/Tokyo", "2026-03-31 00:00:00"),
        ("2026-03-31", "Asia/Tokyo", "2026-03-30 15:00:00"),
        ("2026-10-25 01:59:59", "Europe/Berlin", "2026-10-24 23:59:59"),
        ("2026-10-25 03:00:00", "Europe/Berlin", "2026-10-25 02:00:00"),
        ("2026-03-29 03:00:00", "Europe/Berlin", "2026-03-29 01:00:00"),
        ("2026-03-31T09:00", None, "has no offset"),
        ("2026-03-31", None, "has no offset"),
        ("2026-10-25 02:30", "Europe/Berlin", "occurs twice"),
        ("2026-03-29 02:30", "Europe/Berlin", "does not exist"),
        ("2026-02-30T00:00:00Z", None, "not a day of the calendar"),
        ("2026-02-28T24:00:00Z", None, "not an ISO 8601 instant"),
        ("31/03/2026", None, "not an ISO 8601 instant"),
        ("1774915200", None, "not an ISO 8601 instant"),
    ],
)
def test_an_instant_is_read_in_its_zone_or_refused(case: Case, text: str, zone: str | None, utc: str) -> None:
    settings = f'timezone = "{zone}"' if zone else ""
    case.source("recovery", f"recovery,received_at,asset,quantity\nr,{text},BTC,1\n", settings)
    case.load()
    if utc[0].isdigit():
        assert [str(row[1]) for row in case.rows["recovery"]] == [utc]
    else:
        assert utc in case.findings[0][4]


@pytest.mark.parametrize(
    ("table", "header", "row", "code"),
    [
        ("wallet", "wallet,asset,quantity", "w,BTC,-1", "negative-quantity"),
        ("wallet", "wallet,asset,quantity,custody", "w,BTC,1,fridge", "unknown-word"),
        ("price", "asset,price", "BTC,-5", "negative-quantity"),
        ("price", "asset,price", "BTC,1e5", "unreadable-quantity"),
        ("price", "asset,price,price_set", "BTC,1,later", "unknown-word"),
        ("claim", "claim,account,asset,quantity,standing", "c,A,BTC,1,maybe", "unknown-word"),
        ("claim", "claim,account,asset,quantity", "c,A,BTC,-1", "negative-quantity"),
        ("label", "address,party,kind", "x,y,villain", "unknown-word"),
        ("payee", "account,asset,method", "A,DOGE,chain", "unknown-asset"),
        ("payment", "round,account,claim_asset,step,pay_asset,quantity", "0,A,BTC,return,BTC,1", "unreadable-number"),
        ("account", "account,kind", "A,vip", "unknown-word"),
        ("assignment", "claim_account,asset,from_holder,to_holder,at", "A,BTC,x,,2026-01-01T00:00Z", "empty-cell"),
        ("sanction", "address,list", "x,", "empty-cell"),
        ("sanction", "address,list,listed_at", "x,y,2026-02-30T00:00Z", "unreadable-instant"),
    ],
)
def test_every_table_refuses_what_it_cannot_mean(case: Case, table: str, header: str, row: str, code: str) -> None:
    case.source(table, f"{header}\n{row}\n")
    case.load()
    assert case.codes() == [code]
    assert [row[0] for row in case.rows["reject"]] == [f"inputs/{table}0.csv"]


cell_texts = st.one_of(
    st.sampled_from(
        ["0", "-0", "1", "-1.5", "1.50000000", "0.000000001", "9" * 38, "9" * 30, "1e5", "5E-7", "-2.5e+3", "1e-9999",
         "1e99999", "", ".5", "5.", "+1", "1_0", "１", "nan", "0" * 60 + "1", "0." + "0" * 60, "1." + "9" * 60, "- 1",
         "1,5", "٣", "1\n", "0e0", "-0.0", "00e9", "1" + "0" * 37, "1.5e38", "-0e5"]
    ),
    st.text("0123456789.-+eE_, ", max_size=14),
    st.from_regex(r"-?[0-9]{1,40}(\.[0-9]{1,40})?([eE][+-]?[0-9]{1,3})?", fullmatch=True),
)  # fmt: skip


@pytest.fixture(scope="module")
def sql() -> Any:
    with Books.memory() as books:
        yield books


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cell_texts, st.integers(0, 38), st.booleans(), st.booleans())
def test_sql_reads_quantities_as_the_definition_does(
    sql: Books, text: str, decimals: int, truncate: bool, scientific: bool
) -> None:
    read = sql.value("select units_of($t, $d, $x, $s)", {"t": text, "d": decimals, "x": truncate, "s": scientific})
    excess = ExcessDigits.TRUNCATE if truncate else ExcessDigits.REFUSE
    notation = Scientific.ACCEPT if scientific else Scientific.REFUSE
    try:
        expected = read_quantity(text, decimals, excess, notation).units
    except NotANumber:
        expected = None
    assert (None if read is None else int(read)) == expected


@settings(max_examples=300, deadline=None)
@given(cell_texts, st.booleans())
def test_sql_takes_prices_as_the_definition_does(sql: Books, text: str, scientific: bool) -> None:
    taken = sql.value("select is_price(case when $s then plain_of($t) else $t end)", {"t": text, "s": scientific})
    try:
        read_ratio(text, Scientific.ACCEPT if scientific else Scientific.REFUSE)
        expected = True
    except NotANumber:
        expected = False
    assert taken == expected


@settings(max_examples=200, deadline=None)
@given(st.text('ab1",\r\n\0é', max_size=60), st.integers(1, 12), st.booleans())
def test_records_counted_in_bytes_are_those_of_the_csv_module(text: str, chunk: int, mends: bool) -> None:
    from ledgers.ingestion.csv_table import _mended_lines

    content = text.encode()
    counted = RecordCount(mends_carriage_returns=mends)
    lines = io.BytesIO(content)
    while part := lines.read(chunk):
        counted.feed(part if part.endswith(b"\n") else part + lines.readline())
    counted.finish()
    stream = io.TextIOWrapper(io.BytesIO(content), encoding="utf-8", newline="")
    reader = csv.reader(_mended_lines(stream) if mends else stream, strict=True)
    records = 0
    is_open = False
    while True:
        try:
            next(reader)
        except StopIteration:
            break
        except csv.Error as fault:
            is_open = "unexpected end" in str(fault)
        records += 1
    assert counted.records == records
    assert (counted.quote_opened_in is not None) == is_open


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(st.lists(st.text("a1 .-\té'|;#\\", max_size=4), min_size=2, max_size=4), min_size=1, max_size=6),
       ends=st.sampled_from(["\n", "\r\n"]), last=st.booleans())  # fmt: skip
def test_a_plain_file_reads_alike_both_ways(
    tmp_path_factory: pytest.TempPathFactory, rows: list[list[str]], ends: str, last: bool
) -> None:
    lines = ["account,holder,terms", *(",".join(row) for row in rows)]
    content = ends.join(lines) + (ends if last else "")
    loaded = []
    for quoted in (False, True):
        # One quoted cell at the end takes the file off the fast way.
        folder = tmp_path_factory.mktemp("case")
        case = Case(folder)
        more = content if last else content + ends
        case.source("account", more + ('"zz",,' if quoted else "zz,,") + ends)
        case.load()
        loaded.append((case.rows["account"], [r[:3] for r in case.rows["reject"]], case.codes()))
    assert loaded[0] == loaded[1]


def test_rows_keep_their_numbers_when_they_are_read_in_parallel(case: Case) -> None:
    count = 400_000
    lines = "".join(f"u{n:07d},BTC,{n}.{n % 7}\n" for n in range(count))
    case.source("balance", BALANCES + lines)
    (case.folder / "work").mkdir(exist_ok=True)
    result = case.load(threads=4)
    assert result.sources[0].rows == lines.count("\n") == count
    assert all(row == no + 2 for no, _, _, _, row in case.rows["balance"])


@pytest.mark.parametrize("zone", ["Europe/Berlin", "Asia/Tokyo", "America/Sao_Paulo", "Australia/Lord_Howe"])
def test_the_days_of_a_zone_agree_with_the_zone(zone: str) -> None:
    tz = zoneinfo.ZoneInfo(zone)
    day = datetime(2018, 1, 1)
    while day.year == 2018:
        (known,) = zone_days(zone, [f"{day:%Y-%m-%d}"])
        for minutes in range(0, 24 * 60, 30):
            local = day + timedelta(minutes=minutes)
            first, second = (local.replace(tzinfo=tz, fold=fold).utcoffset() for fold in (0, 1))
            assert first is not None
            is_odd = (
                known.odd_from is not None and known.odd_until is not None and known.odd_from <= local < known.odd_until
            )
            assert is_odd == (first != second)
            if not is_odd:
                seconds = (
                    known.before_seconds if known.odd_from is None or local < known.odd_from else known.after_seconds
                )
                assert seconds == first.total_seconds()
        day += timedelta(days=1)


def test_the_definition_and_the_tables_know_the_same_columns() -> None:
    form = Format(ExcessDigits.REFUSE, Scientific.REFUSE, None, lambda code: 8 if code == "BTC" else None)
    for table, columns in TABLES.items():
        required = {column.name for column in columns if column.is_required}
        assert {fault.column for fault in cell_faults(table, {}, form)} == required
        assert all(column.words for column in columns if column.cell is Cell.WORD)


def test_chunks_end_with_lines_and_lose_nothing() -> None:
    content = b"a,b\n" * 10
    assert b"".join(chunks_of_lines(io.BytesIO(content), "x")) == content
    assert instant_fault("2026-01-01T00:00:00Z", None) is None


def test_a_case_folder_may_have_any_name(tmp_path: Path) -> None:
    folder = tmp_path / "re [1] * a=9" / "事件 'x' {a,b}"
    folder.mkdir(parents=True)
    case = Case(folder)
    case.source("balance", BALANCES + "A,BTC,1\n")
    case.load()
    assert case.balances == {("A", "BTC"): 10**8}


def test_a_case_folder_with_a_question_mark_is_refused(tmp_path: Path) -> None:
    (tmp_path / "case?").mkdir()
    with pytest.raises(StorageError, match="question mark"):
        Books.create(tmp_path / "case?", bulk=False)


def test_a_second_run_of_a_case_waits_outside(tmp_path: Path) -> None:
    with Books.create(tmp_path, bulk=False) as books:
        books.execute("create table kept as select 1 as one")
        with pytest.raises(StorageError, match="another run"):
            Books.create(tmp_path, bulk=False)
        assert books.value("select one from kept") == 1
    with Books.create(tmp_path, bulk=False) as books:
        assert books.value("select count(*) from duckdb_tables() where table_name = 'kept'") == 0
    assert not list((tmp_path / "work").glob("spill-*"))


@pytest.mark.parametrize(
    "statement",
    [
        "select * from read_text('/etc/passwd')",
        "attach '/tmp/elsewhere.duckdb'",
        "install httpfs",
        "load httpfs",
        "set enable_external_access = true",
        "select * from read_csv('inputs/../../../../etc/passwd')",
    ],
)
def test_the_books_reach_nothing_outside_the_case(tmp_path: Path, statement: str) -> None:
    with Books.create(tmp_path, bulk=False) as books, pytest.raises((duckdb.Error, StorageError)):
        books.execute(statement)


def test_the_books_that_a_run_left_can_be_looked_at_only(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="no books yet"):
        Books.read_only(tmp_path)
    with Books.create(tmp_path, bulk=False) as books:
        books.execute("create table kept as select 1 as one")
    with Books.read_only(tmp_path) as books:
        assert books.value("select one from kept") == 1
        with pytest.raises(duckdb.Error):
            books.execute("drop table kept")


def test_instants_in_sql_are_those_of_the_definition(sql: Books) -> None:
    assert sql.value("select typeof(utc_at('2026-01-01', 0, null, null, 0))") == "TIMESTAMP"

    @settings(max_examples=300, deadline=None)
    @given(
        st.one_of(
            st.from_regex(r"20[0-9]{2}-[01][0-9]-[0-3][0-9]([T ][0-2][0-9]:[0-6][0-9](:[0-6][0-9](\.[0-9]{1,7})?)?"
                          r"(Z|[+-][01][0-9](:?[0-5][0-9])?)?)?", fullmatch=True),
            st.text("0123456789-:TZ+. ", max_size=26),
        )
    )  # fmt: skip
    def alike(text: str) -> None:
        read = sql.value("select utc_at($t, 32400, null, null, 32400)", {"t": text})
        assert (read is None) == (instant_fault(text, "Asia/Tokyo") is not None)
        if read is not None and len(text) == 10:
            assert read == datetime.fromisoformat(text) - timedelta(hours=9)

    alike()
