"""Does `administrator new` see what a file is, ask what only a person knows, and leave a case that runs?

First the parts that look (encodings, forms, names, tables), then the act as a person meets it.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import os
import random
import re
import subprocess
import sys
import time
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from administrator.cli import main
from administrator.progress import silent
from administrator.usecases.checking import check_case
from administrator.usecases.demonstrating import copy_demo
from administrator.usecases.running import run_case
from fixtures.generate import main as generate
from fixtures.generate import small_case
from ledgers.configuration import read_case
from ledgers.errors import ConfigurationError, SourceError
from ledgers.ingestion.columns import TABLES
from ledgers.surveying.encodings import Encoding, Sure, encoding_of
from ledgers.surveying.forms import Form, columns_of, form_of
from ledgers.surveying.look import HEAD_BYTES, Look, look_at
from ledgers.surveying.tables import Table, table_of
from ledgers.surveying.words import FIAT_DECIMALS, IN_TABLE, plain_name
from ledgers.units import ExcessDigits, NotANumber, Refusal, Scientific, read_quantity

JAPANESE = "顧客番号,氏名,通貨,残高\n001,山田太郎,BTC,0.5\n002,高橋花子,円,100\n"
WESTERN = "id,name\n1,José Müller\n2,Zoë Ångström\n"


# ---------------------------------------------------------------- bytes and encodings


def looked(tmp_path: Path, content: bytes, name: str = "file.csv") -> Look:
    path = tmp_path / name
    path.write_bytes(content)
    return look_at(path, name, lambda _: None)


def guessed(tmp_path: Path, content: bytes) -> Encoding:
    return encoding_of(looked(tmp_path, content))


@pytest.mark.parametrize(
    "name", ["utf-8", "utf-8-sig", "cp932", "euc_jp", "utf-16", "utf-16-le", "utf-16-be", "iso2022_jp"]
)
def test_japanese_text_is_read_in_the_encoding_it_was_written_in(tmp_path: Path, name: str) -> None:
    found = guessed(tmp_path, JAPANESE.encode(name))
    assert found.name == name
    assert found.sure is not Sure.OPEN
    assert JAPANESE.encode(name).decode(found.name) == JAPANESE


def test_western_text_is_read_as_it_was_written(tmp_path: Path) -> None:
    found = guessed(tmp_path, WESTERN.encode("latin-1"))
    assert found.sure is Sure.LIKELY
    assert WESTERN.encode("latin-1").decode(found.name) == WESTERN


def test_narrow_katakana_is_that_of_a_bank(tmp_path: Path) -> None:
    assert guessed(tmp_path, "a,ｶﾅ\n1,ﾔﾏﾀﾞ ﾀﾛｳ\n".encode("cp932")).name == "cp932"


def test_a_statement_of_a_japanese_bank_is_read_as_it_was_written(tmp_path: Path) -> None:
    text = "取引日,摘要,お支払金額,お預り金額\n2026-03-01,ﾀﾅｶ ﾀﾛｳ,,10000\n2026-03-02,ｽｽﾞｷ,500,\n"
    found = guessed(tmp_path, text.encode("cp932"))
    assert (found.name, found.sure) == ("cp932", Sure.LIKELY)
    assert "narrow" not in found.why


@pytest.mark.parametrize("text", ["山田太郎\n鈴木一郎\n", "高橋はなこ、東京都\n", "債権者一覧\n", JAPANESE])
def test_kanji_read_by_halves_are_not_taken_for_katakana(tmp_path: Path, text: str) -> None:
    assert guessed(tmp_path, text.encode("euc_jp") * 5).name == "euc_jp"


def test_ascii_is_no_question(tmp_path: Path) -> None:
    assert guessed(tmp_path, b"a,b\n1,2\n") == Encoding("utf-8", Sure.CERTAIN, "it is all ASCII")


def test_two_encodings_in_one_file_are_said(tmp_path: Path) -> None:
    found = guessed(tmp_path, (JAPANESE * 30).encode() + "9,José\n".encode("latin-1"))
    assert (found.name, found.broken) == ("utf-8", 1)
    assert "two encodings in one file, or damage" in found.why


def test_what_two_encodings_read_alike_well_is_left_open(tmp_path: Path) -> None:
    content = b"id,name\n1," + b"\xe5\xb0\xe6\xc1\xe7\xd2" * 40 + b"\n"
    found = guessed(tmp_path, content)
    assert found.sure is Sure.OPEN
    assert {"cp932", "euc_jp"} <= set(found.rivals)
    assert all(content.decode(name) for name in found.rivals)
    assert "byte 10 is not UTF-8" in found.why


@given(st.binary(max_size=400))
@settings(deadline=None)
def test_any_bytes_have_some_encoding_and_never_crash(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    found = guessed(tmp_path_factory.mktemp("any"), content)
    content.decode(found.name, "replace")


def test_a_packed_file_is_seen_unpacked(tmp_path: Path) -> None:
    plain = looked(tmp_path, JAPANESE.encode())
    packed = looked(tmp_path, gzip.compress(JAPANESE.encode()), "file.csv.gz")
    assert (packed.head, packed.counted.records) == (plain.head, plain.counted.records)
    assert packed.is_whole


@pytest.mark.parametrize("content", [gzip.compress(JAPANESE.encode(), mtime=0)[:-9], b"\x1f\x8b" + bytes(50), b"a,b\n"])
def test_a_damaged_packed_file_is_a_fault_of_the_file(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(SourceError, match="gzip"):
        looked(tmp_path, content, "file.csv.gz")


def test_a_large_file_is_counted_whole_and_kept_in_part(tmp_path: Path) -> None:
    row = b"user12345,BTC,0.00012345,2026-03-31\n"
    times = 3 * HEAD_BYTES // len(row)
    seen = looked(tmp_path, b"account,asset,quantity,day\n" + row * times + b"last,JPY,1,2026-03-31\n")
    assert seen.counted.records == times + 2
    assert not seen.is_whole
    assert len(seen.seen) < 2 * HEAD_BYTES
    assert seen.seen.endswith(b"last,JPY,1,2026-03-31\n")
    assert all(piece.endswith(b"\n") and piece.startswith((b"user", b"last")) for piece in seen.pieces)


# ---------------------------------------------------------------- forms of cells


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("", Form.EMPTY), ("0", Form.PLAIN), ("-12.50", Form.PLAIN), ("00123", Form.PLAIN), ("1,234", Form.SEPARATED),
        ("1,234,567.89", Form.SEPARATED), ("5e-7", Form.SCIENTIFIC), ("1E+10", Form.SCIENTIFIC),
        ("1.234,56", Form.ODD_NUMBER),
        ("1_000", Form.ODD_NUMBER), ("１２３", Form.ODD_NUMBER), (" 1", Form.ODD_NUMBER), ("+1", Form.ODD_NUMBER),
        ("¥1,000", Form.ODD_NUMBER), ("(5)", Form.ODD_NUMBER), (".5", Form.ODD_NUMBER), ("NaN", Form.TEXT),
        ("2026-03-31", Form.LOCAL), ("2026-03-31 09:00", Form.LOCAL), ("2026-03-31T09:00:00.5Z", Form.OFFSET),
        ("2026-03-31T09:00:00+09:00", Form.OFFSET), ("2026/03/31", Form.ODD_DAY), ("31.03.2026", Form.ODD_DAY),
        ("3/4/26 10:00", Form.ODD_DAY), ("2026年3月31日", Form.ODD_DAY), ("31 Mar 2026", Form.ODD_DAY),
        ("0x" + "aB" * 20, Form.ADDRESS), ("1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa", Form.ADDRESS),
        ("f" * 64, Form.ADDRESS),
        ("BTC[0.5],USD[1.2]", Form.PACKED), ("NFT (12)[1]", Form.PACKED), ("user-1", Form.TEXT), ("BTC", Form.TEXT),
    ],
)  # fmt: skip
def test_a_cell_has_the_form_a_person_sees(text: str, form: Form) -> None:
    assert form_of(text) is form


@given(st.text(max_size=30) | st.from_regex(r"-?[0-9,._ eE+]{1,20}", fullmatch=True))
@settings(deadline=None)
def test_plain_is_exactly_what_the_contract_takes(text: str) -> None:
    try:
        read_quantity(text, 38, ExcessDigits.TRUNCATE, Scientific.REFUSE)
        is_number = True
    except NotANumber as refused:
        is_number = refused.refusal is Refusal.TOO_MANY_DIGITS
    assert (form_of(text) is Form.PLAIN) == is_number


@pytest.mark.parametrize(
    "text", ["[" * 50_000, "a[" * 30_000, "A[1]," * 20_000 + "x]", " " * 200, "1," * 100, "9" * 5_000]
)
def test_a_hostile_cell_takes_no_time(text: str) -> None:
    began = time.process_time()
    form_of(text)
    assert time.process_time() - began < 1


# ---------------------------------------------------------------- tables


def table(name: str, header: str, *rows: str) -> Table | None:
    """The table that a file of these lines is taken for; a header of nothing is none."""
    names = tuple(header.split(",")) if header else None
    cells = [row.split(",") for row in rows]
    return table_of(name, columns_of(names, len(cells[0]), iter(enumerate(cells, 2))))


SAMPLES: dict[str, Sequence[str]] = {
    "account": ("u1,Ann,customer,v2,JP,,A,", "u2,Ben,house,v2,JP,identity,,early"),
    "balance": ("u1,BTC,0.5", "u2,ETH,-1.25"),
    "journal": ("p1,2026-01-01T00:00:00Z,u1,BTC,0.5,deposit,t1", "p2,2026-01-02T00:00:00Z,u2,BTC,-1,withdrawal,t2"),
    "wallet": ("cold-1,BTC,12.5,1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa,bitcoin,cold,customer,2026-03-31T00:00:00Z,1,A",
               "hot-1,ETH,3,,ethereum,hot,house,2026-03-31T00:00:00Z,2,"),
    "transfer": ("t1,2026-01-01T00:00:00Z,BTC,0.5,aa,cold-1,0.0001,x",
                 "t2,2026-01-02T00:00:00Z,BTC,1,cold-1,bb,0.0001,y"),
    "label": ("aa,Thief A,thief,press", "bb,Exchange B,exchange,list"),
    "price": ("BTC,10000000,commencement,feed,2026-03-31T00:00:00Z",
              "ETH,400000.5,commencement,feed,2026-03-31T00:00:00Z"),
    "claim": ("c1,u1,BTC,0.5,2026-04-01T00:00:00Z,filed,0.5,0", "c2,u2,ETH,1,2026-04-02T00:00:00Z,disputed,1,0"),
    "payee": ("u1,BTC,chain,bitcoin,aa,1,,,,,Ann,,JP", "u2,JPY,bank,,,,0001,002,ordinary,0001234,Ben,ﾍﾞﾝ,JP"),
    "payment": ("1,u1,BTC,return,BTC,0.5", "1,u2,BTC,return,JPY,100"),
    "assignment": ("u1,BTC,0.5,Ann,Fund,2026-05-01T00:00:00Z", "u2,BTC,1,Ben,Fund,2026-05-02T00:00:00Z"),
    "recovery": ("r1,2026-06-01T00:00:00Z,BTC,0.5,,e1", "r2,2026-06-02T00:00:00Z,JPY,100,,"),
    "sanction": ("0x" + "aB" * 20 + ",SDN,no. 1,2026-01-01T00:00:00Z", "0x" + "cD" * 20 + ",SDN,no. 2,"),
}  # fmt: skip


@pytest.mark.parametrize("name", TABLES)
def test_every_table_of_the_contract_is_known_by_its_own_columns(name: str) -> None:
    header = ",".join(column.name for column in TABLES[name])
    found = table("export.csv", header, *SAMPLES[name])
    assert found is not None
    assert (found.table, found.missing, found.sure) == (name, (), Sure.CERTAIN)
    assert all(header.split(",")[place - 1] == column for column, place in found.places.items())


@pytest.mark.parametrize("name", TABLES)
def test_every_table_is_known_in_its_required_columns_and_in_any_order(name: str) -> None:
    rng = random.Random(name)
    columns = TABLES[name]
    wanted = [at for at, column in enumerate(columns) if column.is_required] + ([1] if name == "account" else [])
    for _ in range(5):
        rng.shuffle(wanted)
        rows = [",".join(row.split(",")[at] for at in wanted) for row in SAMPLES[name]]
        found = table("export.csv", ",".join(columns[at].name for at in wanted), *rows)
        assert found is not None
        assert found.table == name


@pytest.mark.parametrize(
    ("header", "rows", "name", "places"),
    [
        ("user_id,ccy,balance", ("1,BTC,0.5", "2,ETH,1"), "balance", {"account": 1, "asset": 2, "quantity": 3}),
        ("通貨,残高,口座番号", ("BTC,0.5,001", "ETH,1,002"), "balance", {"account": 3, "asset": 1, "quantity": 2}),
        ("UID,Coin,Amount", ("1,BTC,0.5", "2,ETH,1"), "balance", {"account": 1, "asset": 2, "quantity": 3}),
        ("txid,from,to,amount", ("f1,a,b,0.5", "f2,c,d,1"), "transfer",
         {"transfer": 1, "sender": 2, "recipient": 3, "quantity": 4}),
        ("symbol,usd", ("BTC,17000.5", "ETH,1200"), "price", {"asset": 1, "price": 2}),
        ("取引番号,日時,顧客番号,通貨,増減,取引種別",
         ("1,2026-01-01 10:00,5,BTC,0.5,deposit", "2,2026-01-01 11:00,6,BTC,-1,withdrawal"), "journal",
         {"posting": 1, "posted_at": 2, "account": 3, "asset": 4, "quantity": 5, "kind": 6}),
        ("ウォレット名,通貨,保有数量,保管方法", ("cold-1,BTC,5,cold", "hot-1,BTC,1,hot"), "wallet",
         {"wallet": 1, "asset": 2, "quantity": 3, "custody": 4}),
        ("顧客番号,氏名,国籍", ("1,山田,JP", "2,鈴木,JP"), "account", {"account": 1, "holder": 2, "jurisdiction": 3}),
    ],
)  # fmt: skip
def test_names_of_the_trade_are_known_in_english_and_japanese(
    header: str, rows: Sequence[str], name: str, places: dict[str, int]
) -> None:
    found = table("export.csv", header, *rows)
    assert found is not None
    assert (found.table, dict(found.places)) == (name, places)


def test_a_statement_of_a_bank_is_told_from_a_table_of_transfers() -> None:
    found = table("入出金明細.csv", "取引日,摘要,出金,入金", "2026-01-01,タナカ,,1000", "2026-01-02,スズキ,500,")
    assert found is not None
    assert (found.table, found.layout, found.missing) == ("transfer", "statement", ("asset",))
    assert dict(found.places) == {"occurred_at": 1, "counterparty": 2, "debit": 3, "credit": 4}


def test_packed_positions_are_known_by_what_they_hold() -> None:
    columns = columns_of(("Code and so on", ""), 2, iter([(2, ["a1", "BTC[0.5],USD[1.2]"]), (3, ["a2", "NFT (1)[1]"])]))
    found = table_of("schedule.csv", columns)
    assert found is not None
    assert (found.table, found.layout, dict(found.places)) == ("balance", "packed", {"positions": 2, "account": 1})


def test_what_one_thing_for_all_rows_can_give_is_asked_and_no_row_is_invented() -> None:
    found = table("theft.csv", "txid,from,to,amount", "f1,a,b,0.5", "f2,c,d,1")
    assert found is not None
    assert set(found.missing) == {"asset", "occurred_at"}
    assert found.sure is Sure.OPEN


@pytest.mark.parametrize(
    ("name", "header", "rows", "table_name", "missing"),
    [
        ("sdn.csv", "Address,Program,SDN Name,Designation Date", ("0x" + "ab" * 20 + ",DPRK,Someone,2022-08-08",),
         "sanction", ()),
        ("制裁.csv", "アドレス,リスト", ("0x" + "ab" * 20 + ",財務省告示",), "sanction", ()),
        ("labels.csv", "address,entity,entity_type", ("0x" + "ab" * 20 + ",Someone,thief",), "label", ()),
        ("notes.csv", "who,list", ("ann,shopping", "ben,guests"), None, ()),
        ("two.csv", "", ("ann,shopping", "ben,guests"), "label", ("kind",)),
    ],
)  # fmt: skip
def test_a_list_of_sanctions_is_told_from_labels_and_from_notes(
    name: str, header: str, rows: Sequence[str], table_name: str | None, missing: tuple[str, ...]
) -> None:
    found = table(name, header, *rows)
    assert (found and (found.table, found.missing)) == (table_name and (table_name, missing))


def test_two_columns_that_would_do_are_a_question() -> None:
    found = table("balances.csv", "user_id,ccy,total,available_balance", "1,BTC,2,1", "2,ETH,4,3")
    assert found is not None
    assert dict(found.doubtful) == {"quantity": (3, 4)}
    assert found.sure is not Sure.CERTAIN


def test_without_names_the_values_speak_and_it_is_not_sure() -> None:
    found = table("balances.csv", "", "u1,BTC,0.5", "u2,ETH,1.25")
    assert found is not None
    assert (found.table, dict(found.places), found.named) == ("balance", {"account": 1, "asset": 2, "quantity": 3}, 0)
    assert found.sure is not Sure.CERTAIN


@pytest.mark.parametrize("rows", [("lorem,ipsum", "dolor,sit"), ("1,2", "3,4"), ("a", "b")])
def test_a_file_like_no_table_is_taken_for_none(rows: Sequence[str]) -> None:
    assert table("notes.csv", "first,second" if "," in rows[0] else "first", *rows) is None


@pytest.mark.parametrize("header", ["account", "顧客番号", "User ID"])
def test_a_bare_list_of_accounts_is_one_and_of_anything_else_is_none(header: str) -> None:
    found = table("list.csv", header, "u1", "u2")
    assert found is not None
    assert (found.table, dict(found.places)) == ("account", {"account": 1})
    assert table("list.csv", "colour", "red", "blue") is None
    assert table("list.csv", header, "u1", "u1") is None


def test_a_column_of_days_is_never_a_quantity_and_a_number_never_a_day() -> None:
    found = table("x.csv", "account,asset,quantity", "u1,BTC,2026-01-01", "u2,ETH,2026-01-02")
    assert found is None or "quantity" not in found.places


@given(st.lists(st.lists(st.text(max_size=12), min_size=3, max_size=3), min_size=1, max_size=6))
@settings(deadline=None)
def test_any_table_of_text_can_be_looked_at(rows: list[list[str]]) -> None:
    table_of("any.csv", columns_of(tuple(rows[0]), 3, iter(enumerate(rows[1:], 2))))
    table_of("any.csv", columns_of(None, 3, iter(enumerate(rows, 1))))


def test_a_synonym_means_one_column_of_its_table() -> None:
    for name in TABLES:
        met: dict[str, str] = {}
        for (of_table, column), names in IN_TABLE.items():
            if of_table == name:
                for word in names:
                    assert met.setdefault(word, column) == column, f"{name}: {word} is {met[word]} and {column}"
    assert plain_name("ＵＳＥＲ－ＩＤ") == plain_name("User Id") == "userid"
    assert FIAT_DECIMALS["JPY"] == 0


# ---------------------------------------------------------------- the act

DATA = os.environ.get("ADMINISTRATOR_REAL_DATA", "")
GIVEN = [
    "--title", "Re Begun Exchange (invented)", "--currency", "JPY", "--regime", "custom",
    "--commencement-at", "2026-03-31T09:00:00+09:00",
]  # fmt: skip
BALANCES = "user_id,ccy,balance\n001,BTC,0.5\n002,ETH,1.25\n003,JPY,1000\n"
WALLETS = "wallet,asset,quantity,custody\ncold-1,BTC,0.4,cold\ncold-2,ETH,1.25,cold\nbank-1,JPY,900,bank\n"


def handed(folder: Path, **files: str | bytes) -> Path:
    """Write files, by name with `__` for the point, into a folder."""
    folder.mkdir(parents=True)
    for name, content in files.items():
        path = folder / name.replace("__", ".")
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder


def new(case: Path, *arguments: str | Path) -> int:
    return main(["new", str(case), *map(str, arguments)])


def document(case: Path) -> dict[str, Any]:
    return tomllib.loads((case / "case.toml").read_text(encoding="utf-8"))


def sources(case: Path) -> dict[str, dict[str, Any]]:
    """The declared sources by their first file."""
    declared: dict[str, dict[str, Any]] = {}
    for source in document(case)["sources"]:
        paths = [source["path"]] if isinstance(source["path"], str) else source["path"]
        declared[paths[0].removeprefix("inputs/")] = source
    return declared


def outputs(case: Path, out: Path) -> dict[str, bytes]:
    run_case(case, out, silent)
    return {path.name: path.read_bytes() for path in out.iterdir() if path.suffix == ".csv"}


def carried(case: Path, original: Path) -> None:
    """Put into a begun case what only a person could say of the original: its law, its bar date, its insurance."""
    text = (original / "case.toml").read_text(encoding="utf-8")
    begun = (case / "case.toml").read_text(encoding="utf-8")
    case_lines = {line.partition(" =")[0]: line for line in text.partition("[assets")[0].splitlines() if " = " in line}
    for key, line in case_lines.items():
        begun = re.sub(rf"(?m)^(# )?{key} = .*$", line.replace("\\", r"\\"), begun, count=1)
    rest = text[text.rindex("[[sources]]") :].partition("\n\n")[2]
    (case / "case.toml").write_text(f"{begun}\n{rest}", encoding="utf-8")


def test_the_inputs_of_the_demo_run_at_once_and_give_the_bytes_of_the_demo(tmp_path: Path) -> None:
    demo, case = copy_demo(tmp_path / "demo"), tmp_path / "case"
    assert new(case, "--from", demo / "inputs", *GIVEN, "--quiet") == 0
    assert check_case(case, silent).exit_code == 0
    assert not run_case(case, tmp_path / "first", silent).is_blocked
    carried(case, demo)
    assert outputs(case, tmp_path / "out") == outputs(demo, tmp_path / "out-demo")


@pytest.mark.parametrize("seed", [3, 11])
def test_the_inputs_of_a_made_up_exchange_give_the_bytes_of_the_original(tmp_path: Path, seed: int) -> None:
    original, case = tmp_path / "original", tmp_path / "case"
    assert generate([str(original), "--accounts", "60", "--seed", str(seed)]) == 0
    assert new(case, "--from", original / "inputs", *GIVEN, "--quiet") == 0
    assert not run_case(case, tmp_path / "first", silent).is_blocked
    carried(case, original)
    assert outputs(case, tmp_path / "out") == outputs(original, tmp_path / "out-original")


@pytest.mark.parametrize("seed", range(12))
def test_of_small_odd_cases_each_is_begun_and_refused_only_for_what_is_asked(tmp_path: Path, seed: int) -> None:
    original, case = tmp_path / "original", tmp_path / "case"
    small_case(seed, original)
    assert new(case, "--from", original / "inputs", *GIVEN, "--timezone", "Asia/Tokyo", "--quiet") == 0
    text = (case / "case.toml").read_text(encoding="utf-8")
    try:
        read_case(case)
    except ConfigurationError as refused:
        open_lines = [line for line in refused.lines if 'is still "?"' not in line]
        assert all("[[sources]] names no source for" in line for line in open_lines), (open_lines, text)


def test_without_answers_every_question_is_marked_and_check_names_each(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = handed(tmp_path / "files", balances__csv=BALANCES, wallets__csv=WALLETS)
    assert new(tmp_path / "case", "--from", files) == 0
    said = capsys.readouterr().out
    for question in ("regime", "commencement_at", "currency"):
        assert question in said
    before = (tmp_path / "case" / "case.toml").read_bytes()
    result = check_case(tmp_path / "case", silent)
    assert result.exit_code == 2
    assert all('is still "?"' in line for line in result.faults), result.faults
    assert {"regime", "commencement_at", "currency"} <= {line.split("] ")[1].split(" ")[0] for line in result.faults}
    assert main(["run", str(tmp_path / "case"), "--quiet"]) == 2
    assert (tmp_path / "case" / "case.toml").read_bytes() == before


def test_what_is_said_names_tables_reasons_counts_and_totals(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = handed(tmp_path / "files", balances__csv=BALANCES, wallets__csv=WALLETS)
    assert new(tmp_path / "case", "--from", files, *GIVEN) == 0
    said = " ".join(capsys.readouterr().out.split())
    for words in ("balances.csv: balance, sure", "account from user_id", "asset from ccy", "quantity from balance",
                  "3 of 3 required columns", "3 rows", "ETH 1.25", "JPY 1000"):  # fmt: skip
        assert words in said, words
    assert sources(tmp_path / "case")["balances.csv"]["columns"] == {
        "account": "user_id", "asset": "ccy", "quantity": "balance",
    }  # fmt: skip
    assert {code: asset["decimals"] for code, asset in document(tmp_path / "case")["assets"].items()} == {
        "BTC": 8, "ETH": 18, "JPY": 0,
    }  # fmt: skip


def test_japanese_files_in_the_encodings_of_japan_become_sources_that_run(tmp_path: Path) -> None:
    balances = "口座番号,通貨,残高\n001,BTC,0.5\n002,日本円,1000\n"
    accounts = "口座番号,氏名,国籍\n001,山田太郎,JP\n002,高橋花子,JP\n"
    wallets = "ウォレット名,通貨,保有数量,保管方法\n冷蔵庫一,BTC,0.5,cold\n銀行,日本円,1000,bank\n"
    files = handed(tmp_path / "files", **{
        "残高一覧__csv": balances.encode("cp932"), "顧客__csv": accounts.encode("euc_jp"),
        "ウォレット__csv": wallets.encode("utf-8-sig"),
    })  # fmt: skip
    case = tmp_path / "管財事件"
    assert new(case, "--from", files, *GIVEN, "--quiet") == 0
    declared = sources(case)
    assert {name: (one["table"], one.get("encoding")) for name, one in declared.items()} == {
        "残高一覧.csv": ("balance", "cp932"), "顧客.csv": ("account", "euc_jp"),
        "ウォレット.csv": ("wallet", "utf-8-sig"),
    }  # fmt: skip
    assert check_case(case, silent).exit_code == 0


def test_a_split_export_is_one_source_and_one_with_another_header_is_not(tmp_path: Path) -> None:
    files = handed(
        tmp_path / "files", wallets__csv=WALLETS, **{"balances-001__csv": BALANCES},
        **{"balances-002__csv": BALANCES.replace("00", "01"), "balances-003__csv": BALANCES.replace("ccy", "coin")},
    )  # fmt: skip
    assert new(tmp_path / "case", "--from", files, *GIVEN, "--quiet") == 0
    paths = [one["path"] for one in sources(tmp_path / "case").values() if one["table"] == "balance"]
    assert paths == [["inputs/balances-001.csv", "inputs/balances-002.csv"], "inputs/balances-003.csv"]


def test_every_kind_of_file_is_read_and_its_case_runs(tmp_path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    files = handed(tmp_path / "files", wallets__csv__gz=gzip.compress(WALLETS.encode()))
    columns = {"user_id": ["1", "2"], "ccy": ["BTC", "JPY"], "balance": ["0.5", "7"]}
    pq.write_table(pa.table(columns), files / "b.parquet")
    lines = ['{"account": "1", "holder": "Ann"}', '{"account": "2", "holder": "Ben"}']
    (files / "accounts.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    assert new(tmp_path / "case", "--from", files, *GIVEN, "--quiet") == 0
    tables = {name: one["table"] for name, one in sources(tmp_path / "case").items()}
    assert tables == {"accounts.jsonl": "account", "b.parquet": "balance", "wallets.csv.gz": "wallet"}
    assert check_case(tmp_path / "case", silent).exit_code == 0


def test_packed_positions_with_dirt_are_declared_and_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = [f'c{number},"BTC[0.{number}],NFT ({number})[1],USD[{number}.50]"\r\n' for number in range(1, 60)]
    rows[7] = 'c8,"BTC[0.\r5],USD[1]"\r\n'
    rows[20:20] = ["Customer CodePositions,\r\n"]
    text = "Customer CodePositions,\r\n" + "".join(rows)
    files = handed(tmp_path / "files", schedule__csv=text, wallets__csv=WALLETS)
    assert new(tmp_path / "case", "--from", files, *GIVEN) == 0
    said = " ".join(capsys.readouterr().out.split())
    source = sources(tmp_path / "case")["schedule.csv"]
    assert (source["table"], source["layout"], source["mend"]) == ("balance", "packed", ["carriage-return"])
    assert re.match(source["ignore"], "Customer CodePositions")
    assert any("*" in code and asset["kind"] == "nft" for code, asset in document(tmp_path / "case")["assets"].items())
    assert "carriage return" in said
    assert check_case(tmp_path / "case", silent).exit_code == 0


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (BALANCES.replace(",", ";"), "semicolon"),
        (BALANCES.replace(",", "\t"), "tab"),
        (b"%PDF-1.7 nothing", "PDF"),
        (b"", "empty"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "xlsx"),
        (b"PK\x03\x04" + bytes(100), "archive"),
        ('a,b,c\n"x,y,z\n1,2,3\n', "quote"),
        (bytes(range(256)) * 20, ""),
        (b"hello\nthis is a letter\nto the court\n", ""),
        ('[{"a": 1}]', "JSON"),
        ("a,b\n" + "x" * 3_000_000 + ",1\n", ""),
        ("," * 50_000 + "\n", ""),
    ],
)
def test_what_is_no_source_stays_in_inputs_and_is_listed_with_the_reason(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: str | bytes, words: str
) -> None:
    files = handed(tmp_path / "files", strange__csv=content, balances__csv=BALANCES, wallets__csv=WALLETS)
    assert new(tmp_path / "case", "--from", files, *GIVEN) == 0
    said = capsys.readouterr().out
    assert "strange.csv" in said
    assert words in said
    text = (tmp_path / "case" / "case.toml").read_text(encoding="utf-8")
    assert not any(line.startswith("path") and "strange" in line for line in text.splitlines())
    assert "strange.csv" in text
    assert any("strange" in path.name for path in (tmp_path / "case" / "inputs").iterdir())
    assert not run_case(tmp_path / "case", tmp_path / "out", silent).is_blocked


def test_bombs_and_cut_archives_are_faults_of_a_file_and_no_more(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cut = gzip.compress(BALANCES.encode() * 50)[:-20]
    files = handed(tmp_path / "files", cut__csv__gz=cut, balances__csv=BALANCES, wallets__csv=WALLETS)
    assert new(tmp_path / "case", "--from", files, *GIVEN) == 0
    assert "cut off" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("day", "words"),
    [
        ("31/03/2026", "day"), ("03/31/2026", "month"), ("03/04/2026", "day or month"), ("2026/03/31", ""),
        ("1774915200", "seconds"),
    ],
)  # fmt: skip
def test_days_in_another_order_are_said_at_once_and_not_guessed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], day: str, words: str
) -> None:
    lines = f"id,date,user_id,ccy,amount,kind\n1,{day},001,BTC,0.5,deposit\n2,{day},002,ETH,1.25,deposit\n"
    files = handed(tmp_path / "files", balances__csv=BALANCES, wallets__csv=WALLETS, journal__csv=lines)
    assert new(tmp_path / "case", "--from", files, *GIVEN) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert day in said
    for word in words.split(" or "):
        assert word in said
    read_case(tmp_path / "case")


def test_times_without_an_offset_ask_for_their_zone_and_an_option_answers(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = "posting,posted_at,account,asset,quantity,kind\n1,2026-01-01 10:00,001,BTC,0.5,deposit\n"
    files = handed(tmp_path / "files", balances__csv=BALANCES, wallets__csv=WALLETS, journal__csv=lines)
    assert new(tmp_path / "asked", "--from", files, *GIVEN) == 0
    assert "time zone" in capsys.readouterr().out
    assert sources(tmp_path / "asked")["journal.csv"]["timezone"] == "?"
    assert new(tmp_path / "told", "--from", files, *GIVEN, "--timezone", "Asia/Tokyo") == 0
    assert sources(tmp_path / "told")["journal.csv"]["timezone"] == "Asia/Tokyo"
    assert check_case(tmp_path / "told", silent).exit_code == 0


def test_of_two_columns_that_would_do_the_person_is_asked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    balances = "user_id,ccy,total,available_balance\n1,BTC,2,1\n2,ETH,4,3\n"
    files = handed(tmp_path / "files", balances__csv=balances, wallets__csv=WALLETS)
    assert new(tmp_path / "case", "--from", files, *GIVEN) == 0
    said = capsys.readouterr().out
    assert "total" in said
    assert "available_balance" in said
    assert check_case(tmp_path / "case", silent).exit_code == 2


def test_nothing_that_exists_is_written_over(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = handed(tmp_path / "files", balances__csv=BALANCES)
    before = {path.name: path.read_bytes() for path in files.iterdir()}
    (tmp_path / "case").mkdir()
    (tmp_path / "case" / "kept.txt").write_text("kept", encoding="utf-8")
    assert new(tmp_path / "case", "--from", files) == 8
    assert "exists already" in capsys.readouterr().err
    assert [path.name for path in (tmp_path / "case").iterdir()] == ["kept.txt"]
    assert {path.name: path.read_bytes() for path in files.iterdir()} == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["case", "files"]


def test_an_empty_folder_is_taken_and_a_wrong_path_leaves_none(tmp_path: Path) -> None:
    files = handed(tmp_path / "files", balances__csv=BALANCES, wallets__csv=WALLETS)
    (tmp_path / "empty").mkdir()
    assert new(tmp_path / "empty", "--from", files, *GIVEN, "--quiet") == 0
    assert new(tmp_path / "none", "--from", tmp_path / "nowhere.csv") == 3
    assert not (tmp_path / "none").exists()


def test_links_and_pipes_are_refused_and_not_waited_for(tmp_path: Path) -> None:
    files = handed(tmp_path / "files", balances__csv=BALANCES)
    (tmp_path / "link.csv").symlink_to(files / "balances.csv")
    os.mkfifo(tmp_path / "pipe.csv")
    for name in ("link.csv", "pipe.csv"):
        assert new(tmp_path / "case", "--from", tmp_path / name) == 3
    assert not (tmp_path / "case").exists()


def test_names_of_files_are_made_safe_and_never_meet(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    one = handed(tmp_path / "one", balances__csv=BALANCES)
    two = handed(tmp_path / "two", balances__csv=BALANCES.replace("00", "01"))
    odd = two / 'w\x1b[2J"*\u202e.csv'
    odd.write_text(WALLETS, encoding="utf-8")
    assert new(tmp_path / "case", "--from", one, two, *GIVEN) == 0
    shown = capsys.readouterr()
    assert "\x1b" not in shown.out + shown.err
    assert "\u202e" not in shown.out + shown.err
    names = sorted(path.name for path in (tmp_path / "case" / "inputs").iterdir())
    assert len(names) == 3
    assert not any(mark in name for name in names for mark in '\x1b"*\u202e')
    assert check_case(tmp_path / "case", silent).exit_code == 0


HOSTILE = '=cmd|"\\u0000\n[x]\'\'\'"""#?'


@given(st.text(alphabet=st.sampled_from(HOSTILE + "ab,🙂é\u202e\x07"), min_size=1, max_size=20))
@settings(max_examples=25, deadline=None)
def test_whatever_stands_in_a_header_or_a_cell_case_toml_is_toml(
    tmp_path_factory: pytest.TempPathFactory, text: str
) -> None:
    folder = tmp_path_factory.mktemp("toml")
    stream = io.StringIO(newline="")
    csv.writer(stream).writerows(
        [["user_id", text, "ccy", "balance"], ["1", text, "BTC", "1"], ["2", "x", text, "2"], [text, "", "ETH", "3"]]
    )
    files = handed(folder / "files", balances__csv=stream.getvalue(), wallets__csv=WALLETS)
    assert new(folder / "case", "--from", files, "--title", f"Re {text}", *GIVEN[2:], "--quiet") == 0
    assert document(folder / "case")["case"]["title"] == f"Re {text}"


@pytest.mark.parametrize(
    ("option", "answer"),
    [("--currency", ""), ("--regime", "atlantis"), ("--commencement-at", "yesterday"),
     ("--commencement-at", "2026-03-31"), ("--timezone", "Mars/Olympus"), ("--title", " ")],
)  # fmt: skip
def test_an_answer_that_is_none_is_refused_before_anything_is_made(tmp_path: Path, option: str, answer: str) -> None:
    files = handed(tmp_path / "files", balances__csv=BALANCES)
    assert new(tmp_path / "case", "--from", files, option, answer) == 2
    assert not (tmp_path / "case").exists()


def test_json_says_it_all_and_quiet_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = handed(tmp_path / "files", balances__csv=BALANCES, wallets__csv=WALLETS)
    assert new(tmp_path / "a", "--from", files, "--json") == 0
    assert "balances.csv" in json.dumps(json.loads(capsys.readouterr().out))
    assert new(tmp_path / "b", "--from", files, "--quiet") == 0
    silence = capsys.readouterr()
    assert (silence.out, silence.err) == ("", "")


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="tells memory as Linux does")
def test_a_large_file_is_begun_in_little_memory(tmp_path: Path) -> None:
    files = handed(tmp_path / "files", wallets__csv=WALLETS)
    row = b"user12345,BTC,0.00012345\n"
    with (files / "balances.csv").open("wb") as stream:
        stream.write(b"account,asset,quantity\n")
        for _ in range(120):
            stream.write(row * 40_000)
    program = (
        "from pathlib import Path\nfrom administrator.cli import main\n"
        f"assert main(['new', {str(tmp_path / 'case')!r}, '--from', {str(files)!r}, '--quiet']) == 0\n"
        # Of this program alone: what getrusage gives begins with that of the process that started it.
        "status = Path('/proc/self/status').read_text()\n"
        "print(int(status.partition('VmHWM:')[2].split()[0]) // 1024)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert int(done.stdout) < 300
    assert "4,800,000 rows" in (tmp_path / "case" / "case.toml").read_text(encoding="utf-8")


@pytest.mark.skipif(not DATA, reason="ADMINISTRATOR_REAL_DATA names no folder of real data")
def test_the_real_files_are_taken_for_what_they_are(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = Path(DATA)
    case = tmp_path / "case"
    assert new(case, "--from", data / "ftx_schedule", data / "bitfinex_2016", data / "reference") == 0
    said = " ".join(capsys.readouterr().out.split())
    declared = sources(case)
    schedule = declared["schedule_extract.csv"]
    assert (schedule["table"], schedule["layout"]) == ("balance", "packed")
    assert schedule["mend"] == ["carriage-return"]
    assert re.match(schedule["ignore"], "Customer CodeToken / Fiat / NFT [Balance/NFT ID]")
    assert declared["prices_2022-11-11_usd.csv"]["table"] == "price"
    assert declared["celsius_petition_date_prices.csv"]["columns"] == {"asset": "symbol", "price": "usd"}
    theft = declared["theft_transfers.csv"]
    assert theft["table"] == "transfer"
    assert theft["columns"] == {"transfer": "txid", "sender": "from", "recipient": "to", "quantity": "amount"}
    assert theft["constants"] == {"asset": "?", "occurred_at": "?"}
    assert "119756.62032288" in said
    assert "2,072 rows" in said
    assert all('is still "?"' in line or "names no source" in line for line in check_case(case, silent).faults)
