"""The whole run against a bare reading and writing of the same balances, in one process.

    python -m tests.benchmarks.whole_run [ACCOUNTS] [THREADS] [--breaks]

The baseline is the least any tool must do: DuckDB reads the balances all as text, casts and sums them per asset and
copies the same rows to CSV. Printed: CPU seconds a stage, rows of balances a second, peak memory, and each as a ratio
to the baseline. Figures of a shared machine drift; the ratio is the message.
"""

from __future__ import annotations

import argparse
import resource
import sys
import tempfile
import time
from pathlib import Path

import duckdb

from administrator.usecases.running import run_case
from fixtures.generate import main as generate
from ledgers.configuration import read_case
from ledgers.models import Progress

READ = (
    "read_csv($paths, auto_detect=false, header=true, delim=',', quote='', escape='', all_varchar=true, "
    "columns={'account': 'varchar', 'asset': 'varchar', 'quantity': 'varchar'})"
)


def cpu() -> float:
    """CPU seconds of this process so far, all threads."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def peak_mib() -> float:
    """The largest resident memory of this process so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def baseline(paths: list[str], out: Path, threads: int) -> tuple[float, int]:
    """CPU seconds of the bare reading, summing and writing, and the rows of it."""
    connection = duckdb.connect(config={"threads": threads})
    began = cpu()
    connection.execute(
        f"select asset, sum(cast(quantity as decimal(38, 18))), count(*) from {READ} group by asset", {"paths": paths}
    ).fetchall()
    ((rows,),) = connection.execute(
        f"copy (select account, asset, quantity from {READ}) to $out (header)", {"paths": paths, "out": str(out)}
    ).fetchall()
    spent = cpu() - began
    connection.close()
    return spent, rows


class StageClock:
    """CPU seconds by stage, from the progress a run tells of itself."""

    def __init__(self) -> None:
        self.spent: dict[str, float] = {}
        self._stage = "start"
        self._since = cpu()

    def __call__(self, progress: Progress) -> None:
        if progress.stage != self._stage:
            self.close()
            self._stage = progress.stage

    def close(self) -> None:
        """Book what was spent since the last change to the stage that ran."""
        now = cpu()
        self.spent[self._stage] = self.spent.get(self._stage, 0.0) + now - self._since
        self._since = now


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("accounts", type=int, nargs="?", default=1_000_000)
    parser.add_argument("threads", type=int, nargs="?", default=2)
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "case"
        generate([str(folder), "--accounts", str(options.accounts), "--balances-only", "--seed", "1"])
        case = read_case(folder)
        paths = [str(case.path_of(p)) for source in case.sources if source.table == "balance" for p in source.path]
        bare, rows = baseline(paths, Path(name) / "copy.csv", options.threads)
        print(f"{options.accounts} accounts, {rows} balances, {options.threads} threads")
        print(f"baseline: {bare:.2f} CPU s, peak {peak_mib():.0f} MiB")
        clock = StageClock()
        began, wall = cpu(), time.monotonic()
        result = run_case(folder, None, clock, threads=options.threads)
        clock.close()
        spent, wall = cpu() - began, time.monotonic() - wall
        for stage, seconds in clock.spent.items():
            print(f"    {stage:<14}{seconds:8.2f} CPU s  {seconds / bare:6.2f} x")
        print(f"run: {spent:.2f} CPU s, {wall:.2f} s, {rows / spent:,.0f} rows a CPU s, peak {peak_mib():.0f} MiB")
        print(f"ratio to the baseline: {spent / bare:.2f}")
        assert not result.is_blocked, result.blocking
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
