"""The compiled pass over large plain files says what the typing by SQL and by cell says, or leaves it to them."""

from __future__ import annotations

import datetime
import random
import zoneinfo
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ledgers.configuration import read_case
from ledgers.errors import CaseError, SourceError
from ledgers.ingestion import plain_kernel as kernel
from ledgers.ingestion import plain_rows
from ledgers.ingestion.columns import ACCOUNT_KINDS, POSTING_KINDS, STANDINGS, TABLES, Cell
from ledgers.ingestion.instants import instant_fault, zone_days
from ledgers.ingestion.load import load
from ledgers.ingestion.plain_rows import PLAIN_TABLES, AccountKeys
from ledgers.ingestion.plain_text import NameKeys, is_same
from ledgers.storage.books import Books
from ledgers.units import ExcessDigits, NotANumber, Scientific, read_quantity

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
aliases = ["XBT", "ビットコイン"]
[assets.ETH]
decimals = 18
[assets.WIDE]
decimals = 38
[assets."NFT *"]
decimals = 0
kind = "nft"
[assets."NFT RARE *"]
decimals = 2
kind = "nft"
"""
UNTIDY = HealthCheck.function_scoped_fixture
EPOCH = datetime.datetime(1970, 1, 1)
MICROSECOND = datetime.timedelta(microseconds=1)
ZONES = (None, "Asia/Tokyo", "Europe/Berlin", "America/Sao_Paulo", "Australia/Lord_Howe")
SWITCHES = ("2025-03-30", "2025-10-26", "2018-11-04", "2019-02-16", "2019-02-17", "2025-04-06", "2025-10-05")
"""Days on which one of these zones changes its offset."""


def padded(text: str) -> Any:
    """The bytes of a text, and those behind it that mean nothing."""
    return np.frombuffer(text.encode() + b"7.,\n7777", np.uint8)


# Cells -----------------------------------------------------------------------------------------------------------

quantity_texts = st.one_of(
    st.from_regex(r"-?[0-9]{1,40}(\.[0-9]{1,40})?", fullmatch=True),
    st.from_regex(r"-?0{0,60}[0-9]{1,38}(\.[0-9]{0,20}0{0,40})?", fullmatch=True),
    st.text("0123456789.-", max_size=48),
    st.text("0123456789.-+eE_ ,/:１\0", min_size=1, max_size=12),
    st.sampled_from(("-", ".", "-.", "0.", ".0", "-0", "-0.00", "1.2.3", "--1", "1-", "9" * 38, "9" * 39,
                     "1" + "0" * 38, "0" * 50, "0" * 50 + "1", "-" + "0" * 40 + ".5",
                     "12345678", "123456789", "1234567890123456.7")),
)  # fmt: skip


def units_read(text: str, decimals: int) -> int | None:
    """What the kernel makes of a quantity; None where it leaves it."""
    held = padded("," + text)
    units = np.zeros(2, np.uint64)
    verdict = kernel._quantity(held, 1, 1 + len(text.encode()), decimals, units)
    if verdict == kernel.LEFT:
        return None
    read = int.from_bytes(units.tobytes(), "little", signed=True)
    assert (verdict == kernel.NEGATIVE) == (read < 0)
    return read


@settings(max_examples=1500, deadline=None)
@given(quantity_texts.filter(bool), st.integers(0, 38))
def test_a_quantity_that_the_kernel_takes_is_that_of_the_definition(text: str, decimals: int) -> None:
    taken = units_read(text, decimals)
    try:
        expected: int | None = read_quantity(text, decimals, ExcessDigits.REFUSE, Scientific.REFUSE).units
    except NotANumber:
        expected = None
    if taken is not None:
        assert taken == expected
    # It takes every one but those with so many digits that only noughts behind the point make them fit.
    significant = len(text.lstrip("-").split(".")[0].lstrip("0")) + decimals
    if expected is not None and significant <= 38:
        assert taken == expected


@settings(max_examples=300, deadline=None)
@given(st.integers(-(10**38) + 1, 10**38 - 1), st.integers(0, 38), st.integers(0, 12))
def test_every_quantity_of_usual_form_is_taken(units: int, decimals: int, noughts: int) -> None:
    digits = str(abs(units)).rjust(decimals + 1, "0")
    whole, fraction = digits[: len(digits) - decimals], digits[len(digits) - decimals :]
    text = ("-" if units < 0 else "") + whole + ("." + fraction + "0" * noughts if decimals or noughts else "")
    assert units_read(text, decimals) == units
    if fraction.rstrip("0"):
        assert units_read(text.rstrip("0"), decimals) == units


days = st.dates(datetime.date(999, 1, 1), datetime.date(3000, 12, 31)).map(str) | st.sampled_from(SWITCHES)
clocks = st.times().map(str) | st.times().map(lambda time: str(time)[:5]) | st.sampled_from(
    ("24:00", "23:59:60", "02:30", "00:00:00", "01:59:59.999999", "03:00", "2:30", "12:00:00.1", "12:00:00.",
     "12:00:00.1234567", "12:0", "12-00", "12:00:0", "12:00:", "00:30", "23:30:00")
)  # fmt: skip
offsets = st.sampled_from(("", "", "Z", "+09:00", "-0330", "+14", "+14:59", "+15:00", "+9:00", "z", "+09:60", "+",
                           "-05:", "+0900 ", "+09:00x", "-00:00", "+0960"))  # fmt: skip
instant_texts = st.one_of(
    st.tuples(days, st.sampled_from("TT  t_"), clocks, offsets).map("".join),
    st.sampled_from(("2026-03-31", "2025-02-29T00:00Z", "2024-02-29T00:00Z", "1900-02-29T00:00Z", "2000-02-29T00:00Z",
                     "2026-13-01T00:00Z", "2026-00-10T00:00Z", "2026-01-00T00:00Z", "2026-04-31T00:00Z")),
    st.text("0123456789-T:+Z. ", min_size=1, max_size=32),
)  # fmt: skip


def instant_read(text: str, zone_name: str | None) -> int | None:
    """What the kernel makes of an instant; None where it leaves it."""
    held = padded(text)
    zone = np.full(0 if zone_name is None else kernel.LAST_DAY - kernel.FIRST_DAY + 1, kernel.UNASKED, np.int64)
    instants = np.zeros(1, np.int64)
    verdict = kernel._instant(held, 0, len(text.encode()), zone, instants)
    if verdict == kernel.MORE:
        assert zone_name is not None
        place = (datetime.date.fromisoformat(text[:10]) - EPOCH.date()).days - kernel.FIRST_DAY
        known = zone_days(zone_name, [text[:10]])
        zone[place] = known[0].before_seconds if known and known[0].odd_from is None else kernel.AMBIGUOUS
        verdict = kernel._instant(held, 0, len(text.encode()), zone, instants)
    return None if verdict == kernel.LEFT else int(instants[0])


@settings(max_examples=1500, deadline=None)
@given(instant_texts, st.sampled_from(ZONES))
def test_an_instant_that_the_kernel_takes_is_that_of_the_definition(text: str, zone_name: str | None) -> None:
    taken = instant_read(text, zone_name)
    fault = instant_fault(text, zone_name)
    if fault is not None:
        assert taken is None
        return
    day, time = text[:10], text[11:]
    has_offset = time.endswith("Z") or "+" in time or "-" in time
    if taken is None:
        # Only a day alone, and a day on which its zone changes, are left.
        assert len(text) < 16 or (not has_offset and zone_days(str(zone_name), [day])[0].odd_from is not None)
        return
    cut = max(time.find(mark) for mark in "Z+-")
    clock, offset = (time[:cut], time[cut:]) if has_offset else (time, "")
    clock = clock if "." not in clock else clock.ljust(15, "0")
    local = datetime.datetime.fromisoformat(f"{day}T{clock}")
    if offset in ("", "Z"):
        zone = zoneinfo.ZoneInfo(str(zone_name)) if not offset else datetime.UTC
        east = local.replace(tzinfo=zone).utcoffset()
        assert east is not None
    else:
        hours, minutes = int(offset[1:3]), int(offset[3:].lstrip(":") or 0)
        east = datetime.timedelta(hours=hours, minutes=minutes) * (-1 if offset[0] == "-" else 1)
    assert taken == (local - east - EPOCH) // MICROSECOND


@settings(max_examples=300, deadline=None)
@given(st.text("abc\0é", max_size=20), st.text("abc\0é", max_size=20))
def test_two_texts_are_told_apart_whatever_stands_behind_them(one: str, other: str) -> None:
    first, second = padded("xyz" + one), padded(other)
    found = same_texts(first, 3, 3 + len(one.encode()), second, 0, len(other.encode()))
    assert found == (one == other)
    assert same_texts(padded(one), 0, len(one.encode()), padded(one + one)[:-1], 0, len(one.encode()))


def _same_texts() -> Callable[..., bool]:
    from numba import njit

    def same(held: Any, begin: Any, end: Any, other: Any, first: Any, last: Any) -> Any:
        return is_same(held, begin, end, other, first, last)

    return njit(same)  # type: ignore[no-any-return]


same_texts = _same_texts()


# Keys ------------------------------------------------------------------------------------------------------------


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(st.text("ab\0é", max_size=18), max_size=30), max_size=8))
def test_names_get_keys_in_the_order_of_their_appearance(batches: list[list[str]]) -> None:
    table, met = NameKeys(), list[str]()
    for batch in batches:
        table.add(pa.array(batch, pa.string()))
        met += [name for place, name in enumerate(batch) if name not in met and name not in batch[:place]]
    assert table.names(0, len(table)).to_pylist() == met


def test_the_table_of_names_grows_and_forgets_none() -> None:
    table = NameKeys()
    rng = random.Random(3)
    names = [f"{rng.getrandbits(40):x}" * rng.randint(1, 3) for _ in range(60_000)]
    for first in range(0, len(names), 7_000):
        batch = names[first : first + 7_000]
        table.add(pa.array(batch + batch[:50]).slice(3))
        table.add(pa.array(batch, pa.large_string()))
    known = table.names(0, len(table)).to_pylist()
    assert sorted(known) == sorted(set(names))
    before = len(table)
    table.add(pa.array(names))
    assert len(table) == before


def test_keys_of_accounts_are_those_of_the_books() -> None:
    with Books.memory() as books:
        books.execute("create table account_key(account_key integer, account varchar)")
        books.execute("insert into account_key select i, 'b' || i from range(100) t(i) order by random()")
        keys = AccountKeys()
        keys.learn(books)
        keys.add(pa.array(["b7", "new", "", "b99", "long" * 100]))
        keys.teach(books, 100)
        books.execute("insert into account_key values (103, 'later')")
        keys.learn(books)
        known = books.rows("select account_key, account from account_key order by account_key")
    assert known == list(enumerate(keys.names(0, len(keys)).to_pylist()))
    assert [name for _, name in known[100:]] == ["new", "", "long" * 100, "later"]


# Files -----------------------------------------------------------------------------------------------------------

RIGHT: dict[Cell, tuple[str, ...]] = {
    Cell.ASSET: ("BTC", "BTC", "XBT", "ETH", "JPY", "NFT 1", "NFT RARE 7", "ビットコイン", "WIDE"),
    Cell.QUANTITY: ("1", "0", "12", "3.00", "0.0", "1000000", "7.000000000000000000000", "-0", "00012"),
    Cell.INSTANT: ("2026-03-01T12:00:00Z", "2026-03-01 12:00+09:00", "2026-03-01T12:00:00.25+0100",
                   "1999-12-31T23:59Z"),
}  # fmt: skip
WRONG: dict[Cell, tuple[str, ...]] = {
    Cell.ASSET: ("DOGE", "btc", "NFT", "NFT\x0b1", " BTC", "NFT é", "", "NFT  RARE 1"),
    Cell.QUANTITY: ("-1", "1.5", "0.123456789", "1e3", "5E-7", "+1", " 1", "1.", ".5", "1_0", "１", "NaN", "", "9" * 38,
                    "9" * 31, "9" * 20, "-", "0x1", "1 ", "-0.00000001", "1\t", "0" * 60 + ".5", "1'000"),
    Cell.INSTANT: ("2026-03-01", "2026-03-01T12:00", "2026-03-29T02:30:00", "2025-10-26 02:30", "",
                   "2018-11-04T00:30:00", "2026-02-30T00:00Z", "01/02/2026", "2026-03-01T12:00:00+15:00",
                   "2026-03-01T25:00Z", "0999-01-01T00:00Z", "2026-03-01T12:00:00.1234567Z",
                   "2999-12-31T23:59:59-14:00", "2019-02-16T23:30:00"),
    Cell.WORD: ("", "Customer", "filed ", "é", "customerx", "depositwithdrawal"),
    Cell.TEXT: ("", "é" * 9, "x" * 300, " ", "\x7f", "a;b", "-", "\x0b", "\u2028", "'"),
}  # fmt: skip
WORDS = {"account": ACCOUNT_KINDS, "journal": POSTING_KINDS, "claim": STANDINGS}
LOADED = ("account", "balance", "journal", "transfer", "claim", "asset", "finding", "reject", "source")


def cell_of(rng: random.Random, table: str, name: str, cell: Cell, number: int, hostile: float) -> str:
    is_wrong = rng.random() < hostile
    if is_wrong:
        return rng.choice(WRONG[cell])
    if cell is Cell.WORD:
        return rng.choice(WORDS[table])
    if cell is not Cell.TEXT:
        return rng.choice(RIGHT[cell])
    if name in ("posting", "transfer", "claim") or (name, table) == ("account", "account"):
        return f"{name[:3]}{number}" if rng.random() > hostile / 4 else f"{name[:3]}0"
    if name == "account":
        return rng.choice(("A", "A1", f"A{number // 3}", "account-0001", "口座", f"exactly{number % 10}", "x" * 16))
    return rng.choice(("", "s", f"s{number}", "é,"[:1], "r" * (number % 40)))


def file_of(rng: random.Random, table: str, first: int, rows: int) -> tuple[bytes, str]:
    """One file of a table, and what case.toml says of it."""
    hostile = rng.choice((0, 0, 0.01, 0.3))
    columns = [column for column in TABLES[table] if column.is_required or rng.random() < 0.7]
    constants = {}
    for column in list(columns):
        if rng.random() < 0.08 and column.cell is not Cell.TEXT:
            columns.remove(column)
            constants[column.name] = cell_of(rng, table, column.name, column.cell, 0, 0)
    names = [column.name for column in columns] + rng.sample(["note", "extra"], rng.choice((0, 0, 1, 2)))
    rng.shuffle(names)
    cells = {column.name: column.cell for column in columns}
    lines = [
        [cell_of(rng, table, name, cells.get(name, Cell.TEXT), number, hostile) for name in names]
        for number in range(first, first + rows)
    ]
    if hostile and rows > 4 and len(names) > 1:
        # The sum of commas is right all the same.
        short, long = rng.sample(range(rows), 2)
        lines[short].pop()
        lines[long].append("x")
    is_positional = rng.random() < 0.2
    told = f"constants = {{ {', '.join(f'{name} = {chr(34)}{text}{chr(34)}' for name, text in constants.items())} }}\n"
    if is_positional:
        told += "columns = { " + ", ".join(f"{name} = {names.index(name) + 1}" for name in cells) + " }\n"
    else:
        lines.insert(0, names)
    mark = "" if is_positional else rng.choice(("", "", "\ufeff"))
    told += 'encoding = "utf-8-sig"\n' if mark else ""
    end = rng.choice(("\n", "\r\n"))
    zone = rng.choice(ZONES)
    told += f'timezone = "{zone}"\n' if zone else ""
    told += rng.choice(("", "", 'excess_digits = "truncate"\n')) + rng.choice(("", "", 'scientific = "accept"\n'))
    told += rng.choice(("", 'duplicates = "sum"\n')) if table == "balance" else ""
    content = mark + end.join(",".join(line) for line in lines) + rng.choice(("", end))
    if rng.random() < 0.15 and table == "account":
        # Off the fast way.
        told += "ignore = '^never$'\n"
    return content.encode(), told


def case_of(rng: random.Random, folder: Path) -> None:
    """A folder with some files of the tables that there is a fast way for."""
    (folder / "inputs").mkdir()
    tables = [*rng.choices(sorted(PLAIN_TABLES), k=rng.randint(1, 4)), "balance"]
    rng.shuffle(tables)
    (folder / "inputs" / "wallet.csv").write_text("wallet,asset,quantity\ncold,BTC,1\n")
    text = HEAD + '[[sources]]\ntable = "wallet"\npath = "inputs/wallet.csv"\n'
    for number, table in enumerate(tables):
        content, told = file_of(rng, table, rng.choice((number * 1000, 0)), rng.choice((0, 1, 3, 40, 120)))
        (folder / "inputs" / f"{number}.csv").write_bytes(content)
        text += f'[[sources]]\ntable = "{table}"\npath = "inputs/{number}.csv"\n{told}'
    (folder / "case.toml").write_text(text, encoding="utf-8")


def loaded(folder: Path) -> dict[str, Any]:
    """Everything that a load leaves, or what it refuses."""
    case = read_case(folder)
    with Books.create(folder, threads=1, bulk=True) as books:
        try:
            load(case, books, lambda _: None)
        except CaseError as refused:
            # The sums of parts may pass 38 digits.
            return {"refused": refused.lines if isinstance(refused, SourceError) else str(refused)}
        return {table: books.rows(f"select * from {table} order by all") for table in LOADED}


@pytest.fixture
def ways(monkeypatch: pytest.MonkeyPatch) -> Callable[[int, int, int], list[int]]:
    """Choose the way; gives a list of the rows that were typed on it, file by file."""
    whole = plain_rows.PlainRows.stage

    def choose(file_bytes_min: int, chunk_bytes: int, left_rows_max: int) -> list[int]:
        typed: list[int] = []

        def stage(self: Any, *arguments: Any) -> Any:
            staging = whole(self, *arguments)
            typed.append(-1 if staging is None else staging.typed)
            return staging

        monkeypatch.setattr(plain_rows, "FILE_BYTES_MIN", file_bytes_min)
        monkeypatch.setattr(plain_rows, "CHUNK_BYTES", chunk_bytes)
        monkeypatch.setattr(plain_rows, "LEFT_ROWS_MAX", left_rows_max)
        monkeypatch.setattr(plain_rows.PlainRows, "stage", stage)
        return typed

    return choose


@settings(max_examples=20, deadline=None, suppress_health_check=[UNTIDY])
@given(st.integers(0, 2**32))
def test_a_case_loads_alike_on_both_ways(
    tmp_path_factory: pytest.TempPathFactory, ways: Callable[[int, int, int], list[int]], seed: int
) -> None:
    rng = random.Random(seed)
    folder = tmp_path_factory.mktemp("case")
    case_of(rng, folder)
    slow = ways(1 << 60, 1, 0)
    expected = loaded(folder)
    fast = ways(rng.choice((1, 1, 1, 2000)), rng.choice((1, 64, 1000, 1 << 20)), rng.choice((0, 3, 10_000, 10_000)))
    found = loaded(folder)
    assert not slow
    for table, rows in expected.items():
        assert found[table] == rows, f"seed {seed}: {table} differs; typed {fast}"


def test_a_plain_file_is_typed_the_fast_way(
    tmp_path: Path, ways: Callable[[int, int, int], list[int]]
) -> None:
    (tmp_path / "inputs").mkdir()
    (tmp_path / "inputs" / "w.csv").write_text("wallet,asset,quantity\ncold,BTC,1\n")
    lines = [f"A{number % 70},NFT {number % 900},{number}\r\n" for number in range(5000)]
    lines[77], lines[99] = "A,BTC\r\n", "A,BTC,1,2\r\n"
    lines[4000] = "A4,DOGE,1\r\n"
    (tmp_path / "inputs" / "b.csv").write_text("account,asset,quantity\r\n" + "".join(lines), newline="")
    sources = ("wallet", "w"), ("balance", "b")
    text = "".join(f'[[sources]]\ntable = "{table}"\npath = "inputs/{name}.csv"\n' for table, name in sources)
    (tmp_path / "case.toml").write_text(HEAD + text)
    typed = ways(1, 10_000, 10_000)
    found = loaded(tmp_path)
    assert typed == [4997]
    codes = sorted((row[0], row[7]) for row in found["finding"] if row[1] == "blocking")
    assert codes == [("ragged-row", 79), ("ragged-row", 101), ("unknown-asset", 4002)]
    assert len(found["balance"]) == 4997
    assert [row[4:] for row in found["source"]] == [(1, 1, 0, 0), (5000, 4997, 3, 0)]


def test_a_cell_longer_than_any_is_refused_on_both_ways(
    tmp_path: Path, ways: Callable[[int, int, int], list[int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    from ledgers.ingestion import csv_table

    for module in (csv_table, plain_rows):
        monkeypatch.setattr(module, "CELL_CHARACTERS_MAX", 3 << 20)
    (tmp_path / "inputs").mkdir()
    (tmp_path / "inputs" / "w.csv").write_text("wallet,asset,quantity\ncold,BTC,1\n")
    content = "account,asset,quantity\nA,BTC,1\n" + "B" * (4 << 20) + ",BTC,1\n"
    (tmp_path / "inputs" / "b.csv").write_text(content)
    sources = ("wallet", "w"), ("balance", "b")
    text = "".join(f'[[sources]]\ntable = "{table}"\npath = "inputs/{name}.csv"\n' for table, name in sources)
    (tmp_path / "case.toml").write_text(HEAD + text)
    ways(1 << 60, 1 << 20, 10_000)
    expected = loaded(tmp_path)
    ways(1, 1 << 20, 10_000)
    assert loaded(tmp_path) == expected
    assert "has a cell of more than" in expected["refused"][0]
