"""Some hundred broken files of every kind: each is accepted, refused, or has rows refused; tests.fuzz drives more."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledgers import units
from ledgers.ingestion import csv_table
from tests.fuzz import driving
from tests.fuzz.driving import Driver, mutated_file
from tests.fuzz.originals import KINDS, Original
from tests.fuzz.outcomes import Disagreement
from tests.fuzz.pool import run

FILES_EACH = 250
FIRST = 7_000_001
"""Behind a hundredth, and so that few of these files go through the whole load: that is most of the time."""


@pytest.fixture(scope="module")
def driver(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Driver]:
    made = Driver(tmp_path_factory.mktemp("fuzz"))
    yield made
    made.close()


@pytest.fixture(scope="module")
def apart() -> Iterator[ProcessPoolExecutor]:
    """A process without the memory of all the tests before: what it has resident is what files made it take."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        yield pool


@pytest.mark.parametrize("kind", KINDS)
def test_a_broken_file_is_refused_or_has_rows_refused_and_nothing_else(
    apart: ProcessPoolExecutor, kind: str, tmp_path: Path
) -> None:
    tally = apart.submit(run, FILES_EACH, FIRST, 1, (kind,), tmp_path).result()
    assert tally.violations == []
    assert sum(tally.files.values()) == FILES_EACH
    verdicts = {verdict.split(":")[0] for _, verdict in tally.verdicts}
    assert verdicts == {"accepted", "rows rejected", "refused"}, "else the files are broken too much, or too little"


texts = st.text(st.sampled_from('a1,",\r\n\0é.-B'), max_size=80) | st.binary(max_size=60).map(
    lambda held: held.decode("latin-1")
)


@settings(max_examples=400, deadline=None)
@given(text=texts, end=st.sampled_from(("\n", "\r\n", "\r")), encoding=st.sampled_from(("utf-8", "cp932", "utf-16")))
def test_any_text_behind_a_header_is_split_as_the_csv_module_splits_it(
    driver: Driver, text: str, end: str, encoding: str
) -> None:
    made = Original("csv", "balance", [], [], {"table": "balance", "encoding": encoding})
    content = ("account,asset,quantity" + end + text).encode(encoding, "replace")
    assert driver.drive(made, content, 1).kind == "csv"


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=200), st.sampled_from(KINDS))
def test_any_bytes_are_a_file_of_any_kind(driver: Driver, content: bytes, kind: str) -> None:
    made = Original(kind, "balance", [], [], {"table": "balance"})
    assert driver.drive(made, content, 1).accepted in (None, 0)


def test_a_number_makes_the_same_file_always() -> None:
    for kind in KINDS:
        assert mutated_file(kind, 3)[1] == mutated_file(kind, 3)[1]
        assert len({mutated_file(kind, number)[1] for number in range(20)}) > 10


def test_a_wrong_count_or_cell_would_be_seen(driver: Driver, monkeypatch: pytest.MonkeyPatch) -> None:
    content = b"account,asset,quantity\nA,BTC,1\nB,ETH,2\n"
    made = Original("csv", "balance", [], [], {"table": "balance"})
    assert driver.drive(made, content, 1).accepted == 2
    whole = csv_table.CsvTable.count
    monkeypatch.setattr(csv_table.CsvTable, "count", lambda self: whole(self) + 1)
    with pytest.raises(Disagreement, match="2 records were read, 3 counted"):
        driver.drive(made, content, 1)
    monkeypatch.undo()
    quantity = units.read_quantity
    monkeypatch.setattr(driving, "read_quantity", lambda text, *rest: quantity(text + "1", *rest))
    with pytest.raises(Disagreement, match="quantity"):
        driver.drive(made, content, 1)
    monkeypatch.undo()
    monkeypatch.setattr(driving, "_csv_records", lambda text: iter([["account", "asset", "quantity"], ["A"], ["B"]]))
    with pytest.raises(Disagreement, match="differ at 0"):
        driver.drive(made, content, 1)


def test_a_file_that_ends_its_worker_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import os

    whole = Driver.drive

    def drive(self: Driver, made: Any, content: bytes, number: int) -> Any:
        if number in (4, 5):
            os.kill(os.getpid(), 11)
        if number == 8:
            raise KeyError("lost")
        return whole(self, made, content, number)

    monkeypatch.setattr(Driver, "drive", drive)
    tally = run(10, 1, 1, ("csv", "parquet"), tmp_path)
    assert sum(tally.files.values()) == 10
    assert [violation.split(" (")[0] for violation in tally.violations] == [
        "csv:4 ends the reader", "csv:8 KeyError: 'lost'",
    ]  # fmt: skip
    assert sum(tally.contained.values()) == 1
    assert (tmp_path / "8.csv").is_file()


# What was found --------------------------------------------------------------------------------------------------


def test_bytes_that_are_no_text_in_a_packed_file_reject_their_row_only(driver: Driver) -> None:
    import gzip

    made = Original("csv.gz", "balance", [], [], {"table": "balance"})
    rows = b"".join(b"A%d,BTC,1\n" % number for number in range(9))
    outcome = driver.drive(made, gzip.compress(b"account,asset,quantity\n" + rows + b"\xff,BTC,1\n"), 1)
    assert (outcome.accepted, outcome.codes) == (9, ("undecodable-row",))


def test_half_a_character_that_an_encoding_can_write_is_no_carriage_return(driver: Driver) -> None:
    made = Original("csv", "balance", [], [], {"table": "balance", "encoding": "utf-7", "mend": ("carriage-return",)})
    outcome = driver.drive(made, b"account,asset,quantity\nA+2AA-B,BTC,1\n", 1)
    assert outcome.verdict.startswith("refused: the file is not utf-")


def test_a_quoted_cell_behind_a_byte_order_mark_is_one_cell(driver: Driver) -> None:
    settings = {"table": "balance", "encoding": "utf-8-sig", "columns": {"account": 1, "asset": 2, "quantity": 3}}
    made = Original("csv", "balance", None, [], settings)
    outcome = driver.drive(made, b'\xef\xbb\xbf"A\nB",BTC,1\nC,BTC,2\n', 1)
    assert (outcome.accepted, outcome.codes) == (2, ())
