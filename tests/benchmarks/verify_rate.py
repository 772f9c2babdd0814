"""How fast does `verify` check a folder, beside what merely reading its tables as csv costs?

    python -m tests.benchmarks.verify_rate [ACCOUNTS | FOLDER] [--runs N]

With a number, a case of balances alone is made and run first; with a folder, that output of a run is taken. Each of the
runs reads all tables with a bare csv.reader and then verifies them, in this one process; the best of each counts, for a
shared machine only ever adds to a time. The ratio survives a change of machine, the seconds do not. A row is a record
of any table; a line is a row of schedule.csv, and the promise is 50 million of balances shared out.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from administrator.plans.verify import verify

BALANCES_PROMISED = 50_000_000
SECONDS_PROMISED = 240


def peak_mib() -> int:
    """The largest resident memory of this process so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def read_bare(path: Path) -> int:
    """Rows of one table, header apart, by the standard reader and nothing else."""
    with path.open(encoding="utf-8", newline="") as opened:
        return sum(1 for _ in csv.reader(opened, strict=True)) - 1


def hash_bare(path: Path) -> str:
    """The file's sha256 and nothing else."""
    with path.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def cpu_seconds(runs: int, act: Callable[[], object]) -> float:
    """CPU seconds of the process for the quickest of some runs."""
    seconds = []
    for _ in range(runs):
        began = time.process_time()
        act()
        seconds.append(time.process_time() - began)
    return min(seconds)


def measured(folder: Path, runs: int) -> None:
    """Print what reading, hashing and verifying a folder cost."""
    paths = sorted(folder.glob("*.csv"))
    rows = {path.name: read_bare(path) for path in paths}
    bare = 0.0
    print(f"{'file':<20}{'rows':>12}{'MiB':>8}{'csv.reader s':>14}{'us a row':>10}")
    for path in paths:
        seconds = cpu_seconds(runs, lambda path=path: read_bare(path))  # type: ignore[misc]
        bare += seconds
        if rows[path.name] >= 1000:
            print(f"{path.name:<20}{rows[path.name]:>12,}{path.stat().st_size / 2**20:>8.0f}{seconds:>14.2f}"
                  f"{seconds / rows[path.name] * 1e6:>10.2f}")
    hashing = cpu_seconds(runs, lambda: list(map(hash_bare, paths)))
    before = peak_mib()
    spent = cpu_seconds(runs, lambda: verify(folder))
    verdict = verify(folder)
    assert not verdict.fault_count, verdict.faults
    assert dict(verdict.checked) == rows
    total, lines, balances = sum(rows.values()), max(rows["schedule.csv"], 1), max(rows["claims.csv"], 1)
    print(f"bare csv.reader: {bare:.2f} CPU s; hashing alone: {hashing:.2f} CPU s; best of {runs}")
    print(f"verify: {spent:.2f} CPU s, {total:,} rows, {spent / max(total, 1) * 1e6:.2f} us a row, "
          f"{spent / lines * 1e6:.2f} us a line of schedule.csv")
    print(f"ratio to the bare csv.reader: {spent / bare:.2f}")
    print(f"peak memory {peak_mib()} MiB ({before} MiB before verifying)")
    print(f"at this rate {BALANCES_PROMISED:,} balances take {spent / balances * BALANCES_PROMISED:.0f} CPU s, "
          f"{BALANCES_PROMISED:,} lines {spent / lines * BALANCES_PROMISED:.0f} (promised: {SECONDS_PROMISED})")


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("what", nargs="?", default="200000", metavar="ACCOUNTS | FOLDER")
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args(arguments)
    if not options.what.isdigit():
        measured(Path(options.what), options.runs)
        return 0
    from administrator.progress import silent
    from administrator.usecases.running import run_case
    from fixtures.generate import main as generate

    with tempfile.TemporaryDirectory() as name:
        case, out = Path(name) / "case", Path(name) / "out"
        generate([str(case), "--accounts", options.what, "--balances-only", "--seed", "1"])
        run_case(case, out, silent)
        measured(out, options.runs)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
