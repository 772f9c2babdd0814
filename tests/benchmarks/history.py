"""The history of every shortfall, against a bare group-by of the same postings, in one process.

    python -m tests.benchmarks.history [POSTINGS] [THREADS] [--accounts N] [--memory 2GB] [--case FOLDER]

The baseline groups the loaded postings by account, asset and day and sums them: what any tool must do that knows the
balance of each account at the end of each day. The case is run up to its reconciliation first, in a process of its own,
so that peak memory is the history's. Printed: CPU seconds of the baseline, of the relations and their control totals,
of the summary, and of writing the three files, and each as a ratio to the baseline.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from multiprocessing import get_context
from pathlib import Path

from administrator import notes
from administrator.progress import silent
from administrator.stages import Run, run_stages
from administrator.usecases.history import history, made
from administrator.usecases.history_files import write_history
from administrator.usecases.looking import Matter
from fixtures.generate import main as generate
from ledgers.configuration import read_case
from ledgers.storage.books import Books
from tests.benchmarks.whole_run import cpu, peak_mib

GROUP = """
select count(*), sum(units) from (
    select account_no, asset_no, (posted_at + to_seconds(32400))::date as day, sum(units) as units
    from posting
    group by all
)
"""


def reconcile(folder: Path, threads: int, memory: str) -> None:
    """Run a case as far as its reconciliation, and leave its books."""
    case = read_case(folder)
    with Books.create(case.folder, threads=threads, memory_limit=memory) as books:
        notes.begin(books)
        for stage in run_stages(Run(case, books, silent), 0):
            if stage.name == "reconcile":
                break


def measure(folder: Path, threads: int, memory: str) -> None:
    """Print what the history of a reconciled case costs."""
    with Books.read_only(folder, threads=threads, memory_limit=memory) as books:
        began = cpu()
        ((groups, _),) = books.rows(GROUP)
        bare = cpu() - began
        print(f"baseline: {groups} groups, {bare:.2f} CPU s, peak {peak_mib():.0f} MiB")
        matter = Matter(read_case(folder), books)

        def told(name: str, since: float) -> float:
            print(f"{name:<28}{cpu() - since:8.2f} CPU s  {(cpu() - since) / bare:6.2f} x")
            return cpu()

        at = cpu()
        made(matter)
        at = told("relations, control totals", at)
        found = history(matter)
        at = told("summary", at)
        with tempfile.TemporaryDirectory() as out:
            sealed = write_history(matter, Path(out) / "history")
        told("three files", at)
        rows = ", ".join(f"{file.rows} rows of {file.name}" for file in sealed)
        print(f"{len(found.assets)} assets, {rows}, peak {peak_mib():.0f} MiB")


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("postings", type=int, nargs="?", default=10_000_000)
    parser.add_argument("threads", type=int, nargs="?", default=2)
    parser.add_argument("--accounts", type=int, default=0, help="a twentieth of the postings, where it is not given")
    parser.add_argument("--memory", default="2GB")
    parser.add_argument("--case", type=Path, help="a folder that was generated and run before")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as name:
        folder = options.case or Path(name) / "case"
        apart = get_context("spawn")
        if not options.case:
            accounts = options.accounts or max(options.postings // 20, 1)
            generate([str(folder), "--accounts", str(accounts), "--postings", str(options.postings), "--seed", "1"])
            child = apart.Process(target=reconcile, args=(folder, options.threads, options.memory))
            child.start()
            child.join()
            assert child.exitcode == 0, "the case was not reconciled"
        print(f"{options.postings} postings, {options.threads} threads, memory {options.memory}")
        measure(folder, options.threads, options.memory)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
