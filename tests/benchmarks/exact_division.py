"""How fast are 5 million lines scaled exactly, beside what merely reading them costs?

    python -m tests.benchmarks.exact_division [lines]

Prints CPU seconds, lines a second of CPU, and the ratio to a bare `sum` of the same columns in the same process, which
is what survives a change of machine. The best of three runs, for a shared machine only ever adds to a time.
"""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Callable
from functools import partial

import duckdb
import numpy as np

from ledgers import kernels
from ledgers.storage import functions

LINES = 5_000_000
CHUNK_ROWS = 2048
"""What DuckDB hands to a function at a time."""
RUNS = 3

LINE_RELATION = """
create or replace table line as
select i % 5 as asset_no,
       (1000000007::hugeint * i % 999999937 * pow10 + i % 9973)::decimal(38, 0) as units,
       multiplier::decimal(38, 0) as multiplier,
       divisor::decimal(38, 0) as divisor
from range(?) t(i)
join (values (0, 1::hugeint, '1900000000000003', '2100000000000007'),
             (1, 1::hugeint, '83000000000000011', '99000000000000007'),
             (2, 10::hugeint, '510000000000000007', '590000000000000009'),
             (3, 1000000000::hugeint, '69999999999999999999999989', '119999999999999999999999999'),
             (4, 1000000000000000000::hugeint, '420000000000000000000000000000017',
              '589000000000000000000000000000021'))
     as asset(asset_no, pow10, multiplier, divisor) on asset.asset_no = i % 5
"""
"""Five assets of 8 to 18 decimals in turn; units up to 10^27, pools and claims up to 10^33."""

STATEMENTS = {
    "bare sum": "select sum(units), max(multiplier), max(divisor) from line",
    "bare copy": "create or replace table made as select units from line",
    "scaled_floor, sum": "select sum(scaled_floor(units, multiplier, divisor)) from line",
    "scaled_floor, copy": "create or replace table made as select scaled_floor(units, multiplier, divisor) s from line",
    "scaled_remainder, max": "select max(scaled_remainder(units, multiplier, divisor)) from line",
    "scaled_half_even, sum": "select sum(scaled_half_even(units, multiplier, divisor)) from line",
}


def cpu_seconds(act: Callable[[], object]) -> float:
    """CPU seconds of the process, over all threads, for the quickest of some runs."""
    seconds = []
    for _ in range(RUNS):
        start = time.process_time()
        act()
        seconds.append(time.process_time() - start)
    return min(seconds)


def scale_alone(lines: int) -> float:
    """The limbs without DuckDB, on chunks of the size it hands out."""
    numbers = np.random.default_rng(1)
    units = np.stack([numbers.integers(0, 2**64, lines, np.uint64), numbers.integers(0, 2**26, lines, np.uint64)], 1)
    pools = [1_900_000_000_000_003, 83 * 10**15 + 11, 51 * 10**16 + 7, 7 * 10**25 - 11, 42 * 10**31 + 17]
    claims = [21 * 10**14 + 7, 99 * 10**15 + 7, 59 * 10**16 + 9, 12 * 10**25 - 1, 589 * 10**30 + 21]
    order = np.arange(lines) % len(pools)
    multipliers, divisors = (
        np.array([(number % 2**64, number >> 64) for number in of], np.uint64)[order] for of in (pools, claims)
    )
    results, is_open = np.empty_like(units), np.empty(lines, np.bool_)

    def act() -> None:
        for start in range(0, lines, CHUNK_ROWS):
            rows = slice(start, start + CHUNK_ROWS)
            kernels.scale_limbs(
                units[rows], multipliers[rows], divisors[rows], kernels.FLOOR, results[rows], is_open[rows]
            )

    seconds = cpu_seconds(act)
    assert not is_open.any()
    return seconds


def main(lines: int) -> None:
    print(f"{lines} lines, best of {RUNS}\n{'what':<28}{'CPU s':>8}{'M lines/CPU s':>16}{'x bare sum':>12}")
    connection = duckdb.connect()
    connection.execute(LINE_RELATION, [lines])
    connection.execute("set threads = 1")
    functions.register(connection, bulk=True)
    measured = {name: cpu_seconds(partial(connection.execute, statement)) for name, statement in STATEMENTS.items()}
    connection.execute("set threads = 2")
    contended = "scaled_floor, sum"
    measured[f"{contended}, 2 threads"] = cpu_seconds(partial(connection.execute, STATEMENTS[contended]))
    measured["limbs alone, floor"] = scale_alone(lines)
    for name, seconds in measured.items():
        print(f"{name:<28}{seconds:>8.3f}{lines / seconds / 1e6:>16.1f}{seconds / measured['bare sum']:>12.1f}")
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MiB")
    connection.close()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else LINES)
