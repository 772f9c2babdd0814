"""Drive many broken files, or one of them again."""

from __future__ import annotations

import argparse
import shutil
import tempfile
import time
from pathlib import Path

from tests.fuzz.driving import Driver, mutated_file
from tests.fuzz.originals import KINDS
from tests.fuzz.pool import run

FILES_A_SEED = 1 << 40


def main() -> int:
    """Give 1 where anything was wrong."""
    options = argparse.ArgumentParser(prog="python -m tests.fuzz")
    options.add_argument("--files", type=int, default=10_000)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--workers", type=int, default=2)
    options.add_argument("--kinds", default=",".join(KINDS))
    options.add_argument("--keep", type=Path, default=Path(tempfile.gettempdir()) / "fuzz")
    options.add_argument("--again", metavar="KIND:NUMBER")
    given = options.parse_args()
    if given.again:
        return again(given.again, given.keep)
    began = time.monotonic()
    tally = run(given.files, given.seed * FILES_A_SEED, given.workers, given.kinds.split(","), given.keep)
    seconds = time.monotonic() - began
    print("\n".join(tally.lines()))
    files = sum(tally.files.values())
    print(f"{files} files in {seconds:.0f} s, {files / seconds:.0f} a second; {len(tally.violations)} violations")
    return 1 if tally.violations else 0


def again(name: str, keep: Path) -> int:
    """Make one file again, leave it where it can be looked at, and drive it; what is wrong is raised."""
    kind, number = name.split(":")
    made, content = mutated_file(kind, int(number))
    keep.mkdir(parents=True, exist_ok=True)
    kept = keep / f"{number}.{kind}"
    kept.write_bytes(content)
    print(f"{kept}: {len(content)} bytes, {made.settings}")
    folder = Path(tempfile.mkdtemp(prefix="fuzz-"))
    driver = Driver(folder)
    try:
        print(driver.drive(made, content, int(number)))
    finally:
        driver.close()
        shutil.rmtree(folder, ignore_errors=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
