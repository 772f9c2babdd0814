"""Do a thousand odd small cases come out as the rules say, row by row, from files to files?

Each seed is a case of its own (fixtures.generate.small_case); the product's folder is compared with tests/oracle.py,
which shares no line with it, held against the sums that must close whatever the case, and verified. Every fourth case
gets recoveries, every fifth a second round, every tenth is run again with the rows of all its files shuffled.

    python -m tests.test_cases SEED [FOLDER]      does one seed again, keeps its folders and says what differs
    ADMINISTRATOR_CASES=100 pytest tests/test_cases.py      the first hundred only, while working on something else
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import os
import random
import sys
import tempfile
import tomllib
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from fractions import Fraction
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import pytest

from administrator.plans.verify import verify
from administrator.progress import silent
from administrator.usecases.running import RunResult, run_case
from fixtures.generate import small_case
from fixtures.generation.folder import quantity_text, toml_text, write_file
from tests import oracle

Row = dict[str, str]
CASES = int(os.environ.get("ADMINISTRATOR_CASES", "1000"))
BLOCK = 50
BLOCKS = [range(first, min(first + BLOCK, CASES)) for first in range(0, CASES, BLOCK)]
SHOWN = 3
"""Differing rows that are printed a file."""


# ---------------------------------------------------------------- files


class Sheet:
    """One input file of a case, its cells as text, to be changed and written again in its own dialect."""

    def __init__(self, folder: Path, source: dict[str, Any], path: str) -> None:
        self.path, self.source, self._file = path, source, folder / path
        content = self._file.read_bytes()
        text = (gzip.decompress(content) if path.endswith(".gz") else content).decode(source.get("encoding", "utf-8"))
        self.ending = "\r\n" if "\r\n" in text else "\n"
        self.header, *self.records = csv.reader(io.StringIO(text, newline=""))

    def place(self, column: str) -> int | None:
        """Where a column of ours stands; None where the file has none."""
        theirs = self.source.get("columns", {}).get(column, column)
        if isinstance(theirs, int):
            return theirs - 1
        return self.header.index(theirs) if theirs in self.header else None

    def cell(self, record: Sequence[str], column: str) -> str:
        place = self.place(column)
        return "" if place is None else record[place]

    def write(self) -> None:
        text = io.StringIO(newline="")
        csv.writer(text, lineterminator=self.ending).writerows([self.header, *self.records])
        write_file(self._file, text.getvalue().encode(self.source.get("encoding", "utf-8")))


def document_of(folder: Path) -> dict[str, Any]:
    return tomllib.loads((folder / "case.toml").read_text(encoding="utf-8"))


def sheets(folder: Path) -> Iterator[Sheet]:
    for source in document_of(folder)["sources"]:
        for path in source["path"] if isinstance(source["path"], list) else [source["path"]]:
            yield Sheet(folder, source, path)


def shuffle_rows(folder: Path, seed: int) -> dict[str, dict[str, str]]:
    """Shuffle the records of every input of a case; give, by file, the old row of each new one."""
    rng = random.Random(f"shuffle {seed}")
    places: dict[str, dict[str, str]] = {}
    for sheet in sheets(folder):
        order = list(range(len(sheet.records)))
        rng.shuffle(order)
        sheet.records = [sheet.records[old] for old in order]
        sheet.write()
        places[sheet.path] = {str(new + 2): str(old + 2) for new, old in enumerate(order)}
    return places


def rows_of(path: Path) -> list[Row]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def run(folder: Path, out: Path) -> RunResult:
    return run_case(folder, out, silent, threads=1)


# ---------------------------------------------------------------- what is made of a small case


def make_case(seed: int, folder: Path) -> None:
    """Write the case of a seed: a small case, every fourth with recoveries."""
    small_case(seed, folder)
    if seed % 4 == 1:
        add_recoveries(folder, random.Random(f"recovery {seed}"))


def add_table(folder: Path, table: str, columns: str, records: Sequence[Sequence[str]], **plan: object) -> None:
    """Add a source to a case, and set keys of its plan."""
    document = document_of(folder)
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerows([columns.split(), *records])
    if records:
        write_file(folder / "inputs" / f"{table}.csv", text.getvalue().encode())
        document["sources"].append({"table": table, "path": f"inputs/{table}.csv"})
    if plan:
        document["plan"] = document.get("plan", {}) | plan
    write_file(folder / "case.toml", toml_text(document).encode())


def add_recoveries(folder: Path, rng: random.Random) -> None:
    """Something came back after commencement: for the pool it names, or without a name."""
    case = oracle.Case(folder)
    assets = sorted(case.seen)
    records = []
    for number in range(rng.randrange(1, 4)):
        asset = rng.choice(assets)
        units = rng.choice((0, 1, 7, 10 ** case.asset(asset).decimals, rng.randrange(10**12)))
        pool = rng.choice(("", asset))
        quantity = quantity_text(units, case.asset(asset).decimals)
        records.append((f"r{number}", f"2026-0{rng.randrange(4, 9)}-01T00:00:00Z", asset, quantity, pool))
    add_table(folder, "recovery", "recovery received_at asset quantity pool", records)


def add_second_round(folder: Path, first_round: Path, rng: random.Random) -> None:
    """Turn a case into its second round, as an accountant would after paying the first one's plan.

    The lines that were to be paid are entered as payments, what was paid in kind has left the wallets, the plan is of
    round 2; sometimes the holdback is released. One payment was made in two parts; one of round 2 is not to be read.
    """
    case = oracle.Case(folder)
    records: list[tuple[str, ...]] = []
    left: dict[str, int] = defaultdict(int)
    for row in rows_of(first_round / "schedule.csv"):
        asset = case.asset(row["pay_asset"])
        units = asset.units(row["quantity"])
        if row["status"] != "pay" or units == 0:
            continue
        parts = [units // 3, units - units // 3] if not records and units > 2 else [units]
        key = (row["account"], row["claim_asset"], row["step"], row["pay_asset"])
        records += [("1", *key, quantity_text(part, asset.decimals)) for part in parts]
        if row["step"].split(":")[0] == "return":
            left[asset.code] += units
    if records:
        records.append(("2", *records[0][1:]))
    for sheet in sheets(folder):
        place = sheet.place("quantity")
        if sheet.source["table"] != "wallet" or place is None:
            continue
        for record in sheet.records:
            asset = case.asset(sheet.cell(record, "asset"))
            held = asset.units(record[place])
            if sheet.cell(record, "purpose") in ("", "customer"):
                gone = min(max(held, 0), left[asset.code])
                left[asset.code] -= gone
                record[place] = quantity_text(held - gone, asset.decimals)
        sheet.write()
    released = {"holdback": "0"} if rng.random() < 0.5 else {}
    columns = "round account claim_asset step pay_asset quantity"
    add_table(folder, "payment", columns, records, round=2, **released)


# ---------------------------------------------------------------- what must hold


def first_differences(file: str, expected: list[Row], found: list[Row]) -> list[str]:
    """The first rows of a file that are not the oracle's."""
    wanted, there = Counter(tuple(row.items()) for row in expected), Counter(tuple(row.items()) for row in found)
    missing = [dict(row) for row in (wanted - there).elements()]
    strange = [dict(row) for row in (there - wanted).elements()]
    faults = [f"{file}: the oracle has  {row}" for row in missing[:SHOWN]]
    faults += [f"{file}: the product has {row}" for row in strange[:SHOWN]]
    if not faults and expected != found:
        faults = [f"{file}: the same rows in another order"]
    return faults


def against_oracle(folder: Path, out: Path) -> list[str]:
    faults = []
    for name, expected in oracle.outputs(folder).items():
        faults += first_differences(f"{name}.csv", expected, rows_of(out / f"{name}.csv"))
    return faults


def unclosed(out: Path) -> list[str]:
    """What does not close among the files of one folder: sums and bounds that no case may break."""
    sums: dict[tuple[str, str], Fraction] = defaultdict(Fraction)
    for file, key, column in (("bridge", "asset", "quantity"), ("losses", "asset", "quantity")):
        for row in rows_of(out / f"{file}.csv"):
            sums[file, row[key]] += Fraction(row[column])
    faults = []
    for row in rows_of(out / "schedule.csv"):
        claim, entitled = Fraction(row["claim"]), Fraction(row["entitled"])
        family = row["step"].split(":")[0]
        pool = {"return": row["pay_asset"], "dividend": "value", "estate": "estate"}.get(family, "")
        sums["awarded", pool] += entitled
        if not 0 <= entitled <= claim:
            faults.append(f"schedule.csv: entitled is not within the claim: {row}")
    for row in rows_of(out / "reconciliation.csv"):
        shortfall = Fraction(row["shortfall"])
        if sums["bridge", row["asset"]] != shortfall:
            faults.append(f"bridge.csv: {row['asset']} sums to {sums['bridge', row['asset']]}, shortfall {shortfall}")
        if sums["losses", row["asset"]] != max(shortfall, 0):
            faults.append(f"losses.csv: {row['asset']} sums to {sums['losses', row['asset']]}, shortfall {shortfall}")
    for row in rows_of(out / "pools.csv"):
        parts = [Fraction(row[name]) for name in ("awarded", "overpaid", "surplus", "residue")]
        if Fraction(row["distributable"]) != sum(parts) or min(parts) < 0:
            faults.append(f"pools.csv: does not close: {row}")
        awarded, on_lines = parts[0], sums["awarded", row["pool"]]
        # of the estate's awards those to other claims are on no line
        if on_lines > awarded or (on_lines != awarded and row["pool"] != "estate"):
            faults.append(f"schedule.csv: {row['pool']} sums to {sums['awarded', row['pool']]}, awarded {awarded}")
    return faults


def judged(variant: str, folder: Path, out: Path) -> list[str]:
    """Run a case, and everything that is wrong with what comes out."""
    result = run(folder, out)
    stops = oracle.blocked(folder)
    if stops:
        found = {row["code"] for row in rows_of(out / "findings.csv") if row["severity"] == "blocking"}
        return [] if found == stops else [f"{variant}: blocked by {sorted(found)}, the oracle by {sorted(stops)}"]
    if result.is_blocked:
        return [f"{variant}: blocked: {message}" for message in result.blocking]
    faults = [*against_oracle(folder, out), *unclosed(out)]
    faults += [f"verify: {fault}" for fault in verify(out).faults[:SHOWN]]
    return [f"{variant}: {fault}" for fault in faults]


FIRST_OF_SEVERAL = (
    "labels-disagree", "unlisted-account", "blank-rows", "mended-cells", "scientific-notation", "truncated-digits",
    "day-as-midnight", "rows-ignored",
)  # fmt: skip
"""Findings that name the first of several rows, which is another one where rows stand otherwise."""


def unlike(out: Path, shuffled: Path, places: dict[str, dict[str, str]]) -> list[str]:
    """In what a run on shuffled rows differs: in nothing but the hashes of inputs, and the row numbers of findings."""
    names = sorted(path.name for path in out.iterdir())
    if names != sorted(path.name for path in shuffled.iterdir()):
        return ["shuffled: other files"]
    exact = [name for name in names if name not in ("findings.csv", "manifest.json")]
    faults = [name for name in exact if (out / name).read_bytes() != (shuffled / name).read_bytes()]
    before, findings = rows_of(out / "findings.csv"), rows_of(shuffled / "findings.csv")
    for row in findings:
        moved = places.get(row["source"], {})
        row["row"] = moved.get(row["row"], row["row"])
        where, colon, rest = row["message"].removeprefix(f"{row['source']}:").partition(": ")
        if where in moved:
            row["message"] = f"{row['source']}:{moved[where]}{colon}{rest}"
    for row in (*before, *findings):
        if row["code"] in FIRST_OF_SEVERAL:
            row["row"] = row["message"] = ""
            if row["subject"].startswith(row["source"]):
                row["subject"] = row["source"]
    before, findings = sorted(before, key=finding_key), sorted(findings, key=finding_key)
    faults += first_differences("findings.csv", before, findings)
    if manifest_of(out) != manifest_of(shuffled):
        faults.append("manifest.json")
    return [f"shuffled: {fault}" for fault in faults]


def finding_key(row: Row) -> tuple[str, str, str, int, str]:
    return row["code"], row["subject"], row["source"], int(row["row"] or -1), row["column"]


def manifest_of(out: Path) -> dict[str, Any]:
    """The manifest without what must differ when the same rows stand elsewhere."""
    manifest: dict[str, Any] = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
    for source in manifest["inputs"]:
        source["sha256"] = ""
    for output in manifest["outputs"]:
        if output["name"] == "findings.csv":
            output["sha256"] = ""
    return manifest


def trial(seed: int, folder: Path) -> list[str]:
    """Everything that is wrong with one seed; its case and its outputs stay in the folder."""
    case, out = folder / "case", folder / "out"
    make_case(seed, case)
    faults = judged("first round", case, out)
    if seed % 10 == 3 and out.joinpath("plan.json").exists():
        shuffled = folder / "shuffled"
        make_case(seed, shuffled)
        places = shuffle_rows(shuffled, seed)
        run(shuffled, folder / "out of shuffled")
        faults += unlike(out, folder / "out of shuffled", places)
    if seed % 5 == 0 and out.joinpath("plan.json").exists():
        second = folder / "second"
        make_case(seed, second)
        add_second_round(second, out, random.Random(f"second round {seed}"))
        faults += judged("second round", second, folder / "out of second")
    return faults


def trial_apart(seed: int) -> list[str]:
    """A trial in a folder of its own, which is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix=f"case-{seed}-") as folder:
        return trial(seed, Path(folder))


@pytest.fixture(scope="module")
def workers() -> Iterator[ProcessPoolExecutor]:
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    with ProcessPoolExecutor(cores, mp_context=get_context("spawn")) as pool:
        yield pool


@pytest.mark.parametrize("seeds", BLOCKS, ids=lambda seeds: f"{seeds.start}-{seeds.stop - 1}")
def test_a_small_case_comes_out_as_the_oracle_says(seeds: range, workers: ProcessPoolExecutor) -> None:
    trials = {seed: workers.submit(trial_apart, seed) for seed in seeds}
    lines = []
    for seed, done in trials.items():
        error = done.exception()
        faults = [f"{type(error).__name__}: {error}"] if error else done.result()
        if faults:
            lines += [f"seed {seed}: python -m tests.test_cases {seed}", *(f"    {fault}" for fault in faults)]
    assert not lines, "\n".join(["", *lines])


def test_a_recovery_for_the_pool_of_another_asset_is_asked_about(tmp_path: Path) -> None:
    """A pool pays in its own asset: what came back in another cannot be in it, and nobody may guess what was meant."""
    folder = tmp_path / "case"
    small_case(9, folder)
    asset, other, *_ = sorted(oracle.Case(folder).seen)
    add_table(folder, "recovery", "recovery received_at asset quantity pool",
              [("r1", "2026-05-01T00:00:00Z", asset, "1", other)])
    result = run(folder, tmp_path / "out")
    assert result.is_blocked
    assert any("r1" in message and other in message for message in result.blocking), result.blocking


def main(arguments: Sequence[str]) -> int:
    """Do one seed again, keep its folders and print what is wrong with it."""
    if not 1 <= len(arguments) <= 2:
        print("usage: python -m tests.test_cases SEED [FOLDER]", file=sys.stderr)
        return 2
    folder = Path(arguments[1]) if len(arguments) > 1 else Path(tempfile.mkdtemp(prefix=f"case-{arguments[0]}-"))
    if folder.exists() and any(folder.iterdir()):
        print(f"{folder}: is not empty", file=sys.stderr)
        return 2
    folder.mkdir(parents=True, exist_ok=True)
    faults = trial(int(arguments[0]), folder)
    print(f"seed {arguments[0]} in {folder}: {len(faults)} faults")
    print(*faults, sep="\n")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
