"""A journal to balances and matches, against a bare group-by of the same files, in one process.

    python -m tests.benchmarks.journal [POSTINGS] [THREADS] [--accounts N] [--memory 8GB] [--case FOLDER]

A twentieth of the postings are deposits and withdrawals with a transfer on chain. The baseline is DuckDB reading the
same files all as text, casting the quantities and summing them by account and asset. Printed: CPU seconds of loading
(copy, hash, count, typing, keys) and of each stage to the bridge, peak memory, and each as a ratio to the baseline.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

import duckdb

from administrator import notes
from administrator.stages import STAGES, Run, run_stages
from fixtures.generate import main as generate
from ledgers.configuration import CaseConfiguration, read_case
from ledgers.storage.books import Books
from tests.benchmarks.whole_run import StageClock, cpu, peak_mib

GROUP = """
select count(*) from (
    select account, asset, sum(cast(quantity as decimal(38, 18)))
    from read_csv($paths, auto_detect=false, header=true, delim=',', quote='', escape='', all_varchar=true, columns={
        'posting': 'varchar', 'posted_at': 'varchar', 'account': 'varchar', 'asset': 'varchar', 'quantity': 'varchar',
        'kind': 'varchar', 'reference': 'varchar'})
    group by account, asset
)
"""
LAST = "reconcile"


def baseline(case: CaseConfiguration, threads: int, memory: str) -> tuple[float, int]:
    """CPU seconds of the bare group-by, and its groups."""
    paths = [str(case.path_of(path)) for source in case.sources if source.table == "journal" for path in source.path]
    connection = duckdb.connect(config={"threads": threads, "memory_limit": memory})
    began = cpu()
    ((groups,),) = connection.execute(GROUP, {"paths": paths}).fetchall()
    spent = cpu() - began
    connection.close()
    return spent, int(groups)


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("postings", type=int, nargs="?", default=10_000_000)
    parser.add_argument("threads", type=int, nargs="?", default=2)
    parser.add_argument("--accounts", type=int, default=0, help="a twentieth of the postings, where it is not given")
    parser.add_argument("--memory", default="8GB")
    parser.add_argument("--case", type=Path, help="a folder that was generated before")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as name:
        folder = options.case or Path(name) / "case"
        if not options.case:
            accounts = options.accounts or max(options.postings // 20, 1)
            generate([str(folder), "--accounts", str(accounts), "--postings", str(options.postings), "--seed", "1"])
        case = read_case(folder)
        bare, groups = baseline(case, options.threads, options.memory)
        print(f"{options.postings} postings, {groups} balances, {options.threads} threads")
        print(f"baseline: {bare:.2f} CPU s, peak {peak_mib():.0f} MiB")
        clock, wall = StageClock(), time.monotonic()
        with Books.create(case.folder, threads=options.threads, memory_limit=options.memory) as books:
            notes.begin(books)
            for stage in run_stages(Run(case, books, clock), 0):
                if stage.name == LAST:
                    break
            clock.close()
            wall = time.monotonic() - wall
            matched, summed = books.rows("select (select count(*) from match), (select count(*) from summed)")[0]
        names = [stage.name for stage in STAGES]
        for stage, seconds in clock.spent.items():
            if stage in names[: names.index(LAST) + 1]:
                print(f"    {stage:<14}{seconds:8.2f} CPU s  {seconds / bare:6.2f} x")
        behind = sum(clock.spent.get(name, 0.0) for name in ("books", LAST))
        whole = sum(clock.spent.values())
        print(f"loaded journal to {summed} balances and {matched} matches: {behind:.2f} CPU s, {behind / bare:.2f} x")
        print(f"files to balances and matches: {whole:.2f} CPU s, {whole / bare:.2f} x, {wall:.1f} s")
        print(f"peak {peak_mib():.0f} MiB")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
