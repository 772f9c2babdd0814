"""What the rows of a file show to a short look, and the case.toml that is written from it."""

from __future__ import annotations

import gzip
import hashlib
import tomllib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from administrator.usecases.drafting import Given, case_text, literal, quoted
from administrator.usecases.starting import grouped, safe_name
from ledgers.surveying.assets import proposed_assets
from ledgers.surveying.dialect import dialect_of
from ledgers.surveying.samples import kind_of
from ledgers.surveying.sums import AssetSeen
from ledgers.surveying.survey import Surveyed, survey

BALANCES = "user_id,ccy,balance\n1,BTC,0.5\n2,ETH,1\n"


def surveyed(folder: Path, name: str, content: str | bytes, timezone: str | None = None) -> list[Surveyed]:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    scratch = folder / "scratch"
    scratch.mkdir(exist_ok=True)
    return survey(path, name, f"inputs/{name}", hashlib.sha256(path.read_bytes()).hexdigest(), scratch, timezone)


def one(folder: Path, name: str, content: str | bytes, timezone: str | None = None) -> Surveyed:
    (found,) = surveyed(folder, name, content, timezone)
    return found


def table(found: Surveyed) -> str:
    return found.table.table if found.table is not None else ""


def drafted(*found: Surveyed) -> dict[str, object]:
    assets = proposed_assets((each.assets for each in found), "JPY")
    return tomllib.loads(case_text("x", Given(currency="JPY"), assets, grouped(found), ["custom"]))


# ---------------------------------------------------------------- how text is cut


@pytest.mark.parametrize(
    ("text", "delimiter", "header", "row"),
    [
        (BALANCES, ",", ("user_id", "ccy", "balance"), 1),
        ("user_id\tccy\n1\tBTC\n", "\t", ("user_id", "ccy"), 1),
        ("a|b\n1|0.5\n2|0.7\n", "|", ("a", "b"), 1),
        ("1,BTC,0.5\n2,ETH,1\n", ",", None, 0),
        ("Report\n2026-03-31\nuser_id,ccy,balance\n1,BTC,1\n2,BTC,1\n3,BTC,1\n", ",", ("user_id", "ccy", "balance"), 3),
        ("会員番号,通貨,残高\n1,BTC,1\n", ",", ("会員番号", "通貨", "残高"), 1),
        ("user_id,BTC,ETH\n1,0.5,2\n", ",", ("user_id", "BTC", "ETH"), 1),
    ],
)
def test_delimiter_and_header(text: str, delimiter: str, header: tuple[str, ...] | None, row: int) -> None:
    found = dialect_of(text)
    assert (found.delimiter, found.header, found.header_row) == (delimiter, header, row)


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"", "empty"), (b"%PDF-1.4", "pdf"), (b"PK\x03\x04junk", "zip"), (b"PAR1....", "parquet"),
        (b"\xd0\xcf\x11\xe0\xa1", "office"), (b'{"a": 1}\n', "jsonl"), (b'[{"a": 1}]', "json"), (b"a,b\n", "csv"),
        (bytes(range(32)) * 8 + bytes(100), "binary"), (gzip.compress(b"a,b\n", mtime=0), "csv.gz"),
        (gzip.compress(b'{"a": 1}\n', mtime=0), "jsonl.gz"), ("a,b\n".encode("utf-16"), "csv"),
    ],
)  # fmt: skip
def test_what_a_file_is_its_bytes_say(tmp_path: Path, content: bytes, kind: str) -> None:
    path = tmp_path / "named.anything"
    path.write_bytes(content)
    assert kind_of(path) == kind


# ---------------------------------------------------------------- what is found of one file


def test_a_balance_file_with_other_names(tmp_path: Path) -> None:
    found = one(tmp_path, "b.csv", BALANCES)
    assert (table(found), found.is_source, found.faults, found.questions) == ("balance", True, (), ())
    assert found.settings == {"columns": {"account": "user_id", "asset": "ccy", "quantity": "balance"}}
    assert {code: seen.total for code, seen in found.assets.items()} == {"BTC": "0.5", "ETH": "1"}


@pytest.mark.parametrize("encoding", ["cp932", "euc_jp", "utf-8-sig", "utf-16"])
def test_an_encoding_is_declared(tmp_path: Path, encoding: str) -> None:
    rows = "".join(f"{n:04d},見本 太郎,BTC,0.{n}\n" for n in range(1, 50))
    found = one(tmp_path, "残高.csv", f"会員番号,氏名,通貨,残高\n{rows}".encode(encoding))
    assert (table(found), found.settings["encoding"]) == ("balance", encoding)
    assert found.sample is not None
    assert found.sample.rows_count == 49


def test_positions_in_one_cell_with_headings_on_every_page(tmp_path: Path) -> None:
    page = "Customer Code [Balance],\na1,\"BTC[0.5],USD[1.25]\"\nb2,\"BTC[1],NFT\r(7)[1]\"\n"
    found = one(tmp_path, "s.csv", page * 3)
    assert found.table is not None
    assert (table(found), found.table.layout, found.settings["mend"]) == ("balance", "packed", ["carriage-return"])
    assert found.settings["ignore"] == r"^Customer Code \[Balance\]"
    assert (found.headings, found.assets["BTC"].total, found.assets["NFT(7)"].rows) == (3, "4.5", 3)


def test_a_column_an_asset_becomes_a_source_each(tmp_path: Path) -> None:
    rows = "1,a@example.com,0.5,100\n2,b@example.com,1,200\n"
    found = surveyed(tmp_path, "wide.csv", f"user_id,email,BTC,JPY残高\n{rows}")
    assert [each.settings for each in found] == [
        {"columns": {"account": "user_id", "quantity": "BTC"}, "constants": {"asset": "BTC"}},
        {"columns": {"account": "user_id", "quantity": "JPY残高"}, "constants": {"asset": "JPY"}},
    ]


def test_a_statement_asks_whose_it_is(tmp_path: Path) -> None:
    found = one(tmp_path, "m.csv", "日付,摘要,お支払金額,お預り金額\n2026-03-01,a,,5\n2026-03-02,b,7,\n", "Asia/Tokyo")
    assert found.table is not None
    assert (table(found), found.table.layout) == ("transfer", "statement")
    assert (found.settings["wallet"], found.settings["timezone"]) == ("?", "Asia/Tokyo")
    assert any(question.startswith("wallet:") for question in found.questions)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("user_id,ccy,balance\n1,BTC,\"1,234.5\"\n", "thousands separators"),
        ("user_id,ccy,balance\n1,BTC,5e-7\n", "scientific notation"),
        ("user_id,ccy,balance\n1,BTC,1\n2,ETH,1,1\n", "another number of cells"),
        ("user_id,ccy,balance\n1,BTC,1\nuser_id,ccy,balance\n", "headings among the rows: 1"),
        ("user_id,ccy,balance\n1,BTC,1\nTotal,,1\n", "sum up others"),
        ("user_id,ccy,balance\n1,BTC,1\n1,BTC,2\n", "same account and asset"),
        ("user_id,ccy,balance\n1,B\0C,1\n" + "2,ETH,1\n" * 9, "NUL"),
    ],
)
def test_what_looks_wrong_is_said(tmp_path: Path, content: str, said: str) -> None:
    assert said in " ".join(one(tmp_path, "b.csv", content).faults)


@pytest.mark.parametrize(
    ("day", "order"),
    [("25/03/2026", "the day first"), ("03/25/2026", "the month first"), ("03/04/2026", "nothing in it")],
)
def test_the_order_of_a_day_is_said(tmp_path: Path, day: str, order: str) -> None:
    found = one(tmp_path, "t.csv", f"txid,date,coin,amount,from,to\nx,{day},BTC,1,a,b\n")
    assert order in " ".join(found.faults)


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.csv", b"", "is empty"),
        ("a.csv", b"user_id;ccy;balance\n1;BTC;1\n", "semicolon"),
        ("a.csv", b"user_id,ccy,balance\n1,\"BTC,1\n", "opens a quote"),
        ("a.csv", b"Report\nuser_id,ccy,balance\n1,BTC,1\n2,BTC,1\n", "begin in row 2"),
        ("a.csv.gz", gzip.compress(b"user_id\n" * 900, mtime=0)[:30], "cut off"),
        ("a.xlsx", b"PK\x03\x04junk", "no workbook"),
        ("a.parquet", b"PAR1junk", "without its end"),
        ("a.csv", b"colour,shape\nred,round\n", "no table has the columns"),
    ],
)
def test_what_is_no_source_says_why(tmp_path: Path, name: str, content: bytes, reason: str) -> None:
    found = one(tmp_path, name, content)
    assert not found.is_source
    assert reason in found.reason


# ---------------------------------------------------------------- assets


def seen(decimals: int) -> AssetSeen:
    found = AssetSeen(rows=1, decimals=decimals)
    found.deep_rows[decimals] = 1
    return found


def test_decimals_are_those_that_are_usual_and_excess_is_said() -> None:
    (asset,) = proposed_assets([{"BTC": seen(9)}], None)
    assert (asset.decimals, asset.excess, asset.is_known) == (8, 1, True)
    (asset,) = proposed_assets([{"KARI": seen(4)}], None)
    assert (asset.decimals, asset.is_known) == (4, False)


def test_spellings_are_aliases_and_numbered_codes_a_pattern() -> None:
    numbered = {f"NFT ({number})": seen(0) for number in range(5)}
    assets = proposed_assets([{"btc": seen(1), "XBT": seen(2)}, numbered], "JPY")
    assert [(asset.code, asset.kind, asset.aliases) for asset in assets] == [
        ("BTC", "crypto", ("XBT", "btc")), ("JPY", "fiat", ()), ("NFT*", "nft", ()),
    ]  # fmt: skip


# ---------------------------------------------------------------- what is written


@given(st.text())
def test_any_text_is_written_so_that_it_is_read_again(text: str) -> None:
    kept = text.encode("utf-8", "replace").decode()
    assert tomllib.loads(f"a = {quoted(text)}")["a"] == kept
    assert tomllib.loads(f"a = {literal(kept)}")["a"] == kept


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=400), st.sampled_from(["csv", "csv.gz", "jsonl.bin"]))
def test_any_bytes_give_a_file_that_is_toml(
    tmp_path_factory: pytest.TempPathFactory, content: bytes, ending: str
) -> None:
    folder = tmp_path_factory.mktemp("any")
    rows = b"user_id,ccy,balance\n1," + content + b",5\n"
    drafted(*surveyed(folder, f"a.{ending}", rows if ending == "csv" else content))


def test_split_exports_are_one_source_and_other_files_comments(tmp_path: Path) -> None:
    found = [one(tmp_path, f"balances-00{number}.csv", BALANCES) for number in (1, 2)]
    nothing = one(tmp_path, "x.pdf", b"%PDF-1.4")
    sources = drafted(*found, nothing)["sources"]
    assert isinstance(sources, list)
    assert [source["path"] for source in sources] == [["inputs/balances-001.csv", "inputs/balances-002.csv"]]


@given(st.lists(st.text(min_size=1, max_size=300), max_size=20))
def test_names_are_safe_and_no_two_are_one(names: list[str]) -> None:
    taken: set[str] = set()
    safe = [safe_name(name, taken) for name in names]
    assert len({name.casefold() for name in safe}) == len(names)
    assert all("/" not in name and name not in (".", "..") and len(name.encode()) < 255 for name in safe)


def test_a_column_of_remarks_under_our_own_name_is_not_read(tmp_path: Path) -> None:
    found = one(tmp_path, "accounts.csv", "account,holder,kind\n1,Ann,retail\n2,Bob,retail\n")
    assert (table(found), found.settings["constants"]) == ("account", {"kind": ""})
    assert "retail" in " ".join(found.faults)
