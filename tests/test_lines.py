"""Lines written a batch of columns at a time are those that the definition writes row by row."""

from __future__ import annotations

import csv
import io
import random
from collections.abc import Mapping

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from administrator.plans.exports.layouts import LAYOUTS, Cell, Layout, Minor, Named, Share, Units, Value
from administrator.plans.exports.line_columns import LineColumns
from administrator.plans.exports.lines import Legend, Lines, line, text_cell
from ledgers.ingestion import numbering
from ledgers.ingestion.numbering import _has_duplicates
from ledgers.limbs import WHOLE_NUMBER
from ledgers.storage.books import Books
from ledgers.units import Ratio

TRICKY = (
    "", None, "a", 'say "no"', "a,b", "line\nfeed", "carriage\rreturn", '"', "é" * 9, "口座", " ", "\0", "1.50", "'",
)  # fmt: skip
names = st.lists(st.sampled_from(TRICKY) | st.text(max_size=6), min_size=1, max_size=6)
whole_numbers = st.one_of(
    st.integers(-20, 20),
    st.integers(-(10**38) + 1, 10**38 - 1),
    st.sampled_from((10**18 - 1, 10**18, -(10**18), 2**63, 2**64, 2**64 - 1, 10**36, 10**38 - 1, -(10**38) + 1)),
)


@st.composite
def legends(draw: st.DrawFn) -> Legend:
    decimals = draw(st.lists(st.integers(0, 38), min_size=1, max_size=4))
    rates = {
        asset_no: Ratio(draw(st.integers(0, 10**6)), draw(st.integers(1, 10**6)))
        for asset_no in range(len(decimals))
        if draw(st.booleans())
    }
    kinds = {kind: pa.array(draw(names), pa.string()) for kind in ("one", "other")}
    kinds["asset"] = pa.array([f"C{number}" for number in range(len(decimals))])
    return Legend(kinds, decimals, draw(st.integers(0, 38)), rates)


@st.composite
def layouts(draw: st.DrawFn) -> Layout:
    cells: dict[str, Cell] = {"key": Named("one"), "asset": Named("asset")}
    kinds: list[Cell] = [
        Named("other"), Named("one"), Units("asset"), Minor(), Minor("partial"), Minor("a word"), Share(),
    ]  # fmt: skip
    for number in range(draw(st.integers(0, 7))):
        cells[f"c{number}"] = draw(st.sampled_from(kinds))
    units = tuple(name for name, cell in cells.items() if isinstance(cell, Units))
    has_value: bool = draw(st.booleans())
    if units and has_value:
        cells["value"] = Value(units[:3], "asset")
    return Layout(cells, draw(st.integers(1, 2)))


@st.composite
def batches(draw: st.DrawFn, layout: Layout, legend: Legend) -> list[pa.RecordBatch]:
    """Rows in the order of their key, cut into batches anywhere."""
    keys = sorted(
        {
            (draw(st.integers(0, len(legend.names["one"]) - 1)), draw(st.integers(0, len(legend.decimals) - 1)))
            for _ in range(draw(st.integers(0, 12)))
        }
    )
    if layout.key_columns == 1:
        keys = sorted({key: (key, asset) for key, asset in keys}.values())
    small = any(isinstance(cell, Value) for cell in layout.cells.values())
    columns: dict[str, pa.Array] = {}
    for name, cell in layout.cells.items():
        match cell:
            case Value():
                continue
            case Named(kind) if name not in ("key", "asset"):
                numbers = st.none() | st.integers(0, len(legend.names[kind]) - 1)
                columns[name] = pa.array([draw(numbers) for _ in keys], pa.int32())
            case Named():
                columns[name] = pa.array([key[name == "asset"] for key in keys], pa.int32())
            case _:
                several = st.integers(-(10**20), 10**20) if small else st.none() | whole_numbers
                columns[name] = pa.array([draw(several) for _ in keys], WHOLE_NUMBER)
    whole = pa.record_batch(columns)
    cut = draw(st.integers(0, whole.num_rows))
    return [whole.slice(0, cut), whole.slice(cut)]


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_lines_by_column_are_those_of_the_definition(data: st.DataObject) -> None:
    layout, legend = data.draw(layouts()), data.draw(legends())
    drawn = data.draw(batches(layout, legend))
    by_row, by_column = Lines(layout, legend), LineColumns(layout, legend)
    for batch in drawn:
        assert bytes(by_column.write(batch)) == by_row.write(batch)


def random_rows(rng: random.Random, layout: Layout, rows: int) -> tuple[pa.RecordBatch, Legend]:
    """Rows of a layout of the product, quantities often the same in a row."""
    decimals = [rng.choice((0, 2, 8, 18, 38)) for _ in range(5)]
    kinds: Mapping[str, pa.Array] = {
        cell.names: pa.array([f"{cell.names} {n}" if n % 7 else 'a "q", b' for n in range(rows)])
        for cell in layout.cells.values()
        if isinstance(cell, Named)
    }
    kinds = {**kinds, "asset": pa.array([f"C{n}" for n in range(5)])}
    legend = Legend(kinds, decimals, rng.choice((0, 2)), {n: Ratio(rng.randrange(1, 999), 100) for n in range(4)})
    columns: dict[str, pa.Array] = {}
    has_values = any(isinstance(cell, Value) for cell in layout.cells.values())
    pool = [0, 1, -1, 10**17, rng.randrange(10**20), 0 if has_values else None]
    for name, cell in layout.cells.items():
        if isinstance(cell, Named):
            most = len(kinds[cell.names])
            numbers = range(rows) if name == next(iter(layout.cells)) else [rng.randrange(most) for _ in range(rows)]
            columns[name] = pa.array(list(numbers), pa.int32())
        elif not isinstance(cell, Value):
            columns[name] = pa.array([rng.choice(pool) for _ in range(rows)], WHOLE_NUMBER)
    return pa.record_batch(columns), legend


@pytest.mark.parametrize("table", sorted(LAYOUTS))
def test_every_table_of_the_product_is_written_alike(table: str) -> None:
    rng = random.Random(table)
    layout = LAYOUTS[table]
    rows, legend = random_rows(rng, layout, 800)
    by_row, by_column = Lines(layout, legend), LineColumns(layout, legend)
    for first in range(0, 800, 300):
        batch = rows.slice(first, 300)
        written = bytes(by_column.write(batch))
        assert written == by_row.write(batch)
        read = list(csv.reader(io.StringIO(written.decode(), newline=""), strict=True))
        assert {len(cells) for cells in read} == {len(layout.cells)}
        assert len(read) == batch.num_rows


@pytest.mark.parametrize("keys", [[(1, 0), (0, 0)], [(0, 1), (0, 0)], [(0, 0), (0, 0)]])
@pytest.mark.parametrize("cut", [0, 1])
def test_rows_that_are_not_in_the_order_of_their_key_are_refused(keys: list[tuple[int, int]], cut: int) -> None:
    layout = Layout({"one": Named("one"), "two": Named("one")}, key_columns=2)
    legend = Legend({"one": pa.array(["a", "b"])}, [0], 0, {})
    columns = {name: pa.array([key[place] for key in keys], pa.int32()) for place, name in enumerate(("one", "two"))}
    batch = pa.record_batch(columns)
    for writer in (Lines(layout, legend), LineColumns(layout, legend)):
        if cut:
            writer.write(batch.slice(0, cut))
        with pytest.raises(AssertionError, match="order of their key"):
            writer.write(batch.slice(cut))


@settings(max_examples=200, deadline=None)
@given(st.lists(st.none() | st.text(alphabet='a,"\r\n é', max_size=6), min_size=2, max_size=4))
def test_a_line_is_read_back_as_what_was_written(cells: list[str | None]) -> None:
    (read,) = csv.reader(io.StringIO(line(cells).decode(), newline=""), strict=True)
    assert read == [cell or "" for cell in cells]
    assert all(text_cell(cell) != "" or cell is None for cell in cells)


# Whether keys are unique ------------------------------------------------------------------------------------------


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 3)), max_size=12), st.booleans())
def test_balances_with_equal_keys_lie_side_by_side(keys: list[tuple[int, int]], is_sorted: bool) -> None:
    keys = sorted(keys) if is_sorted else keys
    with Books.memory() as books:
        books.execute("create table balance(account_no integer, asset_no integer)")
        incoming = {name: pa.array([key[n] for key in keys], pa.int32()) for n, name in enumerate(("a", "b"))}
        with books.lent("incoming", pa.table(incoming)):
            books.execute("insert into balance select * from incoming")
        found = _has_duplicates(books, "balance", "account_no, asset_no")
    # Rows out of order are not passed over: they are looked at key by key then.
    assert found == (len(set(keys)) < len(keys) or sorted(keys) != keys)


@pytest.mark.parametrize("portion_rows", [7, 64, 1 << 25])
@pytest.mark.parametrize("twice", [None, 0, 499])
def test_equal_ids_are_found_whatever_the_portions(
    monkeypatch: pytest.MonkeyPatch, portion_rows: int, twice: int | None
) -> None:
    monkeypatch.setattr(numbering, "PORTION_ROWS", portion_rows)
    ids = [f"p{number}" for number in range(500)] + ([] if twice is None else [f"p{twice}"])
    random.Random(1).shuffle(ids)
    with Books.memory() as books, books.lent("incoming", pa.table({"posting": ids})):
        books.execute("create table journal as select posting from incoming")
        assert _has_duplicates(books, "journal", "posting") == (twice is not None)


def test_ids_whose_hashes_are_equal_are_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(numbering, "EQUAL_HASHES_MAX", 3)
    asked: list[np.ndarray] = []
    whole = numbering._equal_hashes

    def all_equal(books: Books, relation: str, key: str, *rest: int) -> list[int]:
        asked.append(np.array(whole(books, relation, key, *rest)))
        return [row[0] for row in books.rows(f"select hash({key}) from {relation}")]

    monkeypatch.setattr(numbering, "_equal_hashes", all_equal)
    with Books.memory() as books:
        books.execute("create table journal as select 'p' || i as posting from range(40) t(i)")
        assert not _has_duplicates(books, "journal", "posting")
        books.execute("insert into journal values ('p39')")
        assert _has_duplicates(books, "journal", "posting")
    assert asked
