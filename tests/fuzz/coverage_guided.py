"""Which broken files does a fuzzer make that sees where they lead? (atheris, by hand: pip install atheris)

    python -m tests.fuzz.coverage_guided [--kind csv] [--keep FOLDER] [arguments of libFuzzer]

The readers are compiled anew with marks at every branch, so they are imported here and nowhere before. What ends the
run is kept in the folder, with what case.toml says of the file as its name says: the first four bytes of it are a seed.
"""

from __future__ import annotations

import argparse
import importlib
import importlib.util
import random
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

SEED_BYTES = 4
CORPUS_FILES = 300


def main() -> int:
    """Fuzz until something is found, or until libFuzzer's arguments say."""
    options = argparse.ArgumentParser(prog="python -m tests.fuzz.coverage_guided")
    options.add_argument("--kind", default="csv")
    options.add_argument("--keep", type=Path, default=Path(tempfile.gettempdir()) / "fuzz-guided")
    given, rest = options.parse_known_args()
    if importlib.util.find_spec("atheris") is None:
        print("atheris is not installed, so nothing was fuzzed: pip install atheris", file=sys.stderr)
        return 0
    import atheris  # type: ignore[import-untyped, unused-ignore]

    # What numba compiles cannot be marked, so it is there before.
    importlib.import_module("ledgers.ingestion.plain_kernel")
    importlib.import_module("ledgers.digits")
    with atheris.instrument_imports(include=["ledgers.ingestion", "ledgers.units", "csv", "json", "zipfile"]):
        from tests.fuzz import driving, mutations, originals

    corpus = given.keep / given.kind
    corpus.mkdir(parents=True, exist_ok=True)
    for number in range(CORPUS_FILES):
        _, content = driving.mutated_file(given.kind, number)
        (corpus / str(number)).write_bytes(number.to_bytes(SEED_BYTES, "little") + content)
    folder = Path(tempfile.mkdtemp(prefix="fuzz-"))
    driver = driving.Driver(folder)

    def one(data: bytes) -> None:
        seed, content = int.from_bytes(data[:SEED_BYTES], "little"), data[SEED_BYTES:]
        made: Any = (
            mutations.mutated("parquet", random.Random(seed))[0]
            if given.kind == "parquet"
            else originals.original(given.kind, random.Random(f"{given.kind}:{seed}"))
        )
        # Never a hundredth: the whole load is no thing for marks at every branch.
        driver.drive(made, content, 1)

    try:
        atheris.Setup([sys.argv[0], f"-artifact_prefix={given.keep}/", "-timeout=10", "-rss_limit_mb=1024", *rest,
                       str(corpus)], one)  # fmt: skip
        atheris.Fuzz()
    finally:
        driver.close()
        shutil.rmtree(folder, ignore_errors=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
