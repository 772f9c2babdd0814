"""Scaling beyond 128 bits: limbs, SQL and Python integers say the same to the last unit."""

from __future__ import annotations

import doctest
import os
import random
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from math import ceil, floor
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numba import njit
from numpy.typing import NDArray

from administrator.allocation import Rounding, allocate
from ledgers import exact, kernels
from ledgers import limbs as limbs_arithmetic
from ledgers.limbs import WHOLE_NUMBER
from ledgers.storage import functions

LARGEST = 10**38 - 1
ROOT = Path(__file__).parent.parent

Row = tuple[int, int, int]


@pytest.fixture(scope="module", params=[False, True], ids=["definition", "limbs"])
def connection(request: pytest.FixtureRequest) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as opened:
        functions.register(opened, bulk=request.param)
        yield opened


def scaled_in_sql(connection: duckdb.DuckDBPyConnection, name: str, *row: int | None) -> int | None:
    arguments = ", ".join(f"${place}::decimal(38, 0)" for place in (1, 2, 3))
    texts = [None if number is None else str(number) for number in row]
    [(result,)] = connection.execute(f"select {name}({arguments})", texts).fetchall()
    return None if result is None else int(result)


def any_number(numbers: random.Random) -> int:
    """A number of any width, often at the edge of one."""
    bits = numbers.randrange(128)
    edge = numbers.choice([2**bits, 2**bits - 1, 2**bits + 1, 10 ** (bits % 39), LARGEST, 0, 2**64, 2**64 - 1])
    return min(edge if numbers.random() < 0.2 else numbers.getrandbits(bits), LARGEST)


def any_row(numbers: random.Random) -> Row:
    """Shares below the whole mostly, ties and exact divisions often, and now and then what has no answer."""
    units, multiplier, divisor = (any_number(numbers) for _ in range(3))
    shape = numbers.random()
    if shape < 0.6:
        multiplier, divisor = sorted((multiplier, divisor))
    elif shape < 0.8:
        half, odd = max(divisor // 2, 1), numbers.choice((1, 3, 5))
        units, multiplier, divisor = odd * numbers.choice((1, 7)), half, 2 * half
    return units if numbers.random() < 0.8 else -units, multiplier, divisor


def definition(name: str, row: Row) -> int | None:
    try:
        return exact.FUNCTIONS[name](*row)
    except (ValueError, OverflowError):
        return None


def limbs(whole: list[int]) -> NDArray[np.uint64]:
    bytes_ = b"".join(number.to_bytes(16, "little", signed=True) for number in whole)
    return np.frombuffer(bytes_, np.uint64).reshape(-1, 2)


def test_the_examples_in_the_prose_hold() -> None:
    assert doctest.testmod(exact).failed == 0


@given(st.integers(-LARGEST, LARGEST), st.integers(0, LARGEST), st.integers(1, LARGEST))
def test_the_definition_is_what_exact_ratios_say(units: int, multiplier: int, divisor: int) -> None:
    ratio = Fraction(abs(units) * multiplier, divisor)
    if ratio < 10**38 - 1:
        assert exact.scaled_floor(abs(units), multiplier, divisor) == floor(ratio)
        assert exact.scaled_ceil(abs(units), multiplier, divisor) == ceil(ratio)
        assert exact.scaled_half_even(units, multiplier, divisor) == round(ratio if units >= 0 else -ratio)
    assert exact.scaled_remainder(abs(units), multiplier, divisor) == ratio % 1 * divisor


@pytest.mark.parametrize("name", exact.FUNCTIONS)
def test_limbs_agree_with_the_definition_on_a_hundred_thousand_rows_of_all_widths(name: str) -> None:
    numbers = random.Random(f"limbs {name}")
    rows = [any_row(numbers) for _ in range(100_000)]
    results, is_open = np.empty((len(rows), 2), np.uint64), np.empty(len(rows), np.bool_)
    columns = (limbs([row[place] for row in rows]) for place in range(3))
    assert kernels.scale_limbs(*columns, kernels.MODES[name], results, is_open) == is_open.sum()
    answered = 0
    for row, result, unanswered in zip(rows, results, is_open, strict=True):
        expected = definition(name, row)
        if unanswered:
            # A remainder has an answer even where the quotient is too large for the limbs.
            assert expected is None or name == "scaled_remainder"
        else:
            answered += 1
            assert int.from_bytes(result.tobytes(), "little", signed=True) == expected, row
    assert answered > 50_000


def test_more_divisors_than_the_table_holds_take_turns() -> None:
    numbers = random.Random("divisors")
    rows = [(numbers.getrandbits(90), 10**20, 10**25 + place % 3000) for place in range(9000)]
    columns = [pa.array([Decimal(row[place]) for row in rows], WHOLE_NUMBER) for place in range(3)]
    made = kernels.scale_columns("scaled_floor", *columns).to_pylist()
    assert made == [exact.scaled_floor(*row) for row in rows]


@given(
    st.lists(st.tuples(*(st.one_of(st.none(), st.integers(0, 10**19)) for _ in range(3))), max_size=40),
    st.integers(0, 5),
    st.sampled_from(sorted(exact.FUNCTIONS)),
)
@settings(deadline=None)
def test_columns_with_nulls_offsets_and_chunks_are_read_right(
    rows: list[tuple[int | None, int | None, int | None]], offset: int, name: str
) -> None:
    # A divisor of 0 lies in the memory behind a null, and here in rows that are null elsewhere: it must not raise.
    rows = [(units, multiplier, 1 if divisor == 0 else divisor) for units, multiplier, divisor in rows]
    rows += [(None, 1, 0), (1, None, 0), (1, 1, None)]
    columns = []
    for place in range(3):
        numbers = [None if (number := row[place]) is None else Decimal(number) for row in rows]
        array = pa.array([Decimal(9)] * offset + numbers, WHOLE_NUMBER).slice(offset)
        columns.append(array if place == 0 else pa.chunked_array([array.slice(0, place), array.slice(place)]))
    by_limbs = kernels.scale_columns(name, *columns)
    by_limbs.validate(full=True)
    assert by_limbs.equals(exact.scale_rows(exact.FUNCTIONS[name], *columns))


def test_columns_without_rows_and_without_chunks_are_read_right() -> None:
    none, chunkless = pa.array([], WHOLE_NUMBER), pa.chunked_array([], WHOLE_NUMBER)
    assert len(kernels.scale_columns("scaled_floor", none, chunkless, none)) == 0


@pytest.mark.parametrize("name", exact.FUNCTIONS)
def test_sql_gives_what_the_definition_gives(connection: duckdb.DuckDBPyConnection, name: str) -> None:
    numbers = random.Random(f"sql {name}")
    rows = [row for row in (any_row(numbers) for _ in range(6000)) if definition(name, row) is not None]
    columns = {
        column: pa.array([Decimal(row[place]) for row in rows], WHOLE_NUMBER)
        for place, column in enumerate(("units", "multiplier", "divisor"))
    }
    connection.register("line", pa.table({"line_no": range(len(rows)), **columns}))
    made = connection.execute(f"select {name}(units, multiplier, divisor) from line order by line_no").fetchall()
    connection.unregister("line")
    assert [int(result) for (result,) in made] == [definition(name, row) for row in rows]


@pytest.mark.parametrize("name", exact.FUNCTIONS)
def test_null_in_any_place_gives_null(connection: duckdb.DuckDBPyConnection, name: str) -> None:
    for row in ((None, 1, 2), (1, None, 2), (1, 2, None), (None, None, None)):
        assert scaled_in_sql(connection, name, *row) is None


def test_the_result_is_decimal_of_38_digits(connection: duckdb.DuckDBPyConnection) -> None:
    [(made,)] = connection.execute("select typeof(scaled_floor(7, 1, 2))").fetchall()
    assert made == "DECIMAL(38,0)"


@pytest.mark.parametrize("row", [(LARGEST, LARGEST, 1), (10**37, 10, 1), (LARGEST, LARGEST, LARGEST - 1)])
def test_a_result_beyond_38_digits_raises(connection: duckdb.DuckDBPyConnection, row: Row) -> None:
    with pytest.raises(duckdb.InvalidInputException, match=r"OverflowError.*digits, and a quantity holds 38"):
        scaled_in_sql(connection, "scaled_floor", *row)


@pytest.mark.parametrize("name", ["scaled_ceil", "scaled_half_even"])
def test_rounding_up_to_39_digits_raises(connection: duckdb.DuckDBPyConnection, name: str) -> None:
    units = (5 * LARGEST + 3) // 6
    assert Fraction(units * 6, 5) == LARGEST + Fraction(3, 5)
    assert scaled_in_sql(connection, "scaled_floor", units, 6, 5) == LARGEST
    with pytest.raises(duckdb.InvalidInputException, match="39 digits"):
        scaled_in_sql(connection, name, units, 6, 5)


@pytest.mark.parametrize("row", [(1, 1, 0), (1, -1, 1), (1, 1, -1), (-1, 1, 1)])
def test_a_zero_divisor_or_a_negative_number_raises(connection: duckdb.DuckDBPyConnection, row: Row) -> None:
    with pytest.raises(duckdb.InvalidInputException, match=r"ValueError.*is not scaled"):
        scaled_in_sql(connection, "scaled_floor", *row)


def test_a_remainder_is_exact_where_the_quotient_is_beyond_all_bounds(connection: duckdb.DuckDBPyConnection) -> None:
    assert scaled_in_sql(connection, "scaled_remainder", LARGEST, LARGEST, 7) == LARGEST * LARGEST % 7


def test_a_ranking_by_scaled_remainder_is_largest_remainder(connection: duckdb.DuckDBPyConnection) -> None:
    numbers = random.Random("largest remainder")
    claims = {f"{place:03}": numbers.getrandbits(120) // 100 for place in range(200)}
    amount, total = sum(claims.values()) * 3 // 7, sum(claims.values())
    connection.execute("create or replace table claim (line varchar, units decimal(38, 0))")
    connection.executemany("insert into claim values (?, ?)", [(line, str(units)) for line, units in claims.items()])
    made = connection.execute(
        """
        with share as (
            select line,
                   scaled_floor(units, $1::decimal(38, 0), $2::decimal(38, 0)) as floored,
                   row_number() over (
                       order by scaled_remainder(units, $1::decimal(38, 0), $2::decimal(38, 0)) desc, line
                   ) as place
            from claim
        )
        select line, floored + (place <= $1::decimal(38, 0) - (select sum(floored) from share))::integer
        from share order by line
        """,
        [str(amount), str(total)],
    ).fetchall()
    awards = allocate(amount, claims, Rounding.LARGEST_REMAINDER).awards
    assert {line: int(units) for line, units in made} == dict(awards)


def test_a_reciprocal_is_the_floor_that_its_definition_says() -> None:
    """Where Newton's steps went wrong by one, every quotient would: powers of two and their neighbours, chance."""
    reciprocal = njit(lambda upper, lower: limbs_arithmetic.reciprocal(upper, lower))  # noqa: PLW0108  inlined
    seed = random.randrange(10**9)
    print(f"seed {seed}")
    chance = random.Random(seed)
    top, least = 2**64 - 1, 2**63
    edges = [least, least + 1, top, top - 1, *((nine << 55) + near for nine in range(257, 512) for near in (-1, 0, 1))]
    uppers = edges + [chance.getrandbits(63) | least for _ in range(3000)]
    for d1 in uppers:
        for d0 in (0, 1, top, chance.getrandbits(64)):
            made = int(reciprocal(np.uint64(d1), np.uint64(d0)))
            assert made == (2**192 - 1) // ((d1 << 64) | d0) - 2**64, (d1, d0)


def test_two_threads_may_scale_at_once() -> None:
    numbers = random.Random("threads")
    rows = [(numbers.getrandbits(100), 10**20 + place, 10**25 + place % 7) for place in range(2048)]
    columns = [pa.array([Decimal(row[place]) for row in rows], WHOLE_NUMBER) for place in range(3)]
    expected = [exact.scaled_floor(*row) for row in rows]
    agreed: list[bool] = []

    def act() -> None:
        for _ in range(20):
            agreed.append(kernels.scale_columns("scaled_floor", *columns).to_pylist() == expected)

    threads = [threading.Thread(target=act) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert agreed == [True] * 40


def test_unregister_takes_the_functions_out_and_may_be_repeated() -> None:
    with duckdb.connect() as opened:
        functions.register(opened, bulk=False)
        functions.unregister(opened)
        functions.unregister(opened)
        with pytest.raises(duckdb.CatalogException):
            opened.execute("select scaled_floor(1, 1, 1)")
        functions.register(opened, bulk=False)
        assert scaled_in_sql(opened, "scaled_floor", 7, 1, 2) == 3


def test_a_closed_connection_may_be_unregistered() -> None:
    opened = duckdb.connect()
    functions.register(opened, bulk=False)
    opened.close()
    functions.unregister(opened)


UNREGISTERS = "functions.unregister(opened)"
ENDINGS = ["", UNREGISTERS, "opened.close()", "cursor.close(); opened.close()", "raise SystemExit(0)"]


@pytest.mark.parametrize("ending", ENDINGS)
def test_nothing_is_printed_when_the_interpreter_ends(ending: str) -> None:
    script = (
        "import duckdb; from ledgers.storage import functions\n"
        "opened = duckdb.connect(); functions.register(opened, bulk=False)\n"
        f"cursor = opened.cursor(); cursor.execute('select scaled_floor(7, 1, 2)').fetchall()\n{ending}"
    )
    ended = subprocess.run(
        [sys.executable, "-c", script], check=False, cwd=ROOT, capture_output=True, text=True, timeout=60
    )
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "", "")


def test_the_small_way_imports_no_compiler() -> None:
    script = (
        "import sys, duckdb; from ledgers.storage import functions\n"
        "with duckdb.connect() as opened:\n"
        "    functions.register(opened, bulk=False); opened.execute('select scaled_floor(7, 1, 2)').fetchall()\n"
        "print([name for name in ('numba', 'llvmlite', 'ledgers.kernels') if name in sys.modules])"
    )
    ended = subprocess.run(
        [sys.executable, "-c", script], check=False, cwd=ROOT, capture_output=True, text=True, timeout=60
    )
    assert (ended.stdout, ended.stderr) == ("[]\n", "")


def test_limbs_compile_where_nothing_may_be_written(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "ledgers", tmp_path / "ledgers", ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "ledgers" / "__pycache__").write_text("a file where numba would make a folder")
    (tmp_path / "home").write_text("another")
    home = str(tmp_path / "home")
    places = {"HOME": home, "XDG_CACHE_HOME": home, "NUMBA_CACHE_DIR": "", "PYTHONDONTWRITEBYTECODE": "1"}
    script = "from ledgers import kernels; print(kernels.scale_limbs.stats)"
    ended = subprocess.run(
        [sys.executable, "-c", script],
        check=False, cwd=tmp_path, env={**os.environ, **places}, capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert (ended.returncode, ended.stderr) == (0, "")
    assert "cache_path=None" in ended.stdout


def test_sql_casts_arguments_silently_so_only_whole_numbers_may_be_handed_over(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    assert connection.execute("select scaled_floor(1.5, 1, 1)").fetchall() == [(2,)]


def test_sql_alone_would_divide_as_double() -> None:
    [(made,)] = duckdb.execute("select typeof(7::decimal(38, 0) // 2::decimal(38, 0))").fetchall()
    assert made == "DOUBLE"
