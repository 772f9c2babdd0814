"""Do a thousand odd small cases come out as the rules say, row by row, from files to files?

Each seed is a case of its own (fixtures.generate.small_case); the product's folder is compared with tests/oracle.py,
which shares no line with it, held against the sums that must close whatever the case, and verified. Every fourth case
gets recoveries, every fifth a second round, every tenth four (the third is final), and every tenth is run again with
the rows of all its files shuffled.

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


def add_table(
    folder: Path, table: str, columns: str, records: Sequence[Sequence[str]], name: str = "", **plan: object
) -> None:
    """Add a source to a case, or write it anew, and set keys of its plan."""
    document = document_of(folder)
    path = f"inputs/{name or table}.csv"
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerows([columns.split(), *records])
    if records:
        write_file(folder / path, text.getvalue().encode())
        if not any(source["path"] == path for source in document["sources"]):
            document["sources"].append({"table": table, "path": path})
    if plan:
        document["plan"] = document.get("plan", {}) | plan
    write_file(folder / "case.toml", toml_text(document).encode())


def add_recoveries(folder: Path, rng: random.Random) -> None:
    """Something came back after commencement: for the pool it names, or without a name."""
    case = oracle.Case(folder)
    assets = sorted(case.seen)
    events = ["", *(str(event["name"]) for event in case.events)]
    records = []
    for number in range(rng.randrange(1, 4)):
        asset = rng.choice(assets)
        units = rng.choice((0, 1, 7, 10 ** case.asset(asset).decimals, rng.randrange(10**12)))
        pool = rng.choice(sorted(case.pools_named(asset)))
        quantity = quantity_text(units, case.asset(asset).decimals)
        at = f"2026-0{rng.randrange(4, 9)}-01T00:00:00Z"
        records.append((f"r{number}", at, asset, quantity, pool, rng.choice(events)))
    add_table(folder, "recovery", "recovery received_at asset quantity pool event", records)


class Rounds:
    """A case that goes on: each round's plan is paid, something changes, and the next round is planned."""

    def __init__(self, folder: Path, rng: random.Random) -> None:
        self.folder, self.rng = folder, rng
        self.payments: list[tuple[str, ...]] = []

    def next(self, number: int, out: Path, *, final: bool = False) -> None:
        """Turn the case into its next round, as an accountant would after paying the last one's plan.

        Lines that were to be paid are entered as payments, one of them in two parts; in a fifth of the rounds somebody
        was paid too much. What was paid has left the wallets. One payment of the next round is not to be read yet.
        """
        case, rng = oracle.Case(self.folder), self.rng
        plan: dict[str, object] = {"round": number, "final": final}
        made = self._pay(case, number - 1, rows_of(out / "schedule.csv"))
        if made and rng.random() < 0.2:
            made.append(self._astray(case, made))
        if self.payments and rng.random() < 0.4:
            made.append(self._returned(case, number - 1))
        self._carry_out(case, made)
        self.payments += made
        change = rng.choice(("nothing", "ruling", "late claim", "recovery", "holdback", "recovery", "ruling"))
        if change == "ruling":
            self._rule(case)
        elif change == "late claim":
            self._claim_late(case, number)
        elif change == "recovery":
            self._recover(case, number)
        elif change == "holdback":
            plan["holdback"] = "0"
        unread = [(str(number), *self.payments[0][1:])] if self.payments else []
        columns = "round account claim_asset step pay_asset quantity"
        add_table(self.folder, "payment", columns, [*self.payments, *unread], **plan)

    def _pay(self, case: oracle.Case, number: int, schedule: list[Row]) -> list[tuple[str, ...]]:
        made: list[tuple[str, ...]] = []
        for row in schedule:
            asset = case.asset(row["pay_asset"])
            units = asset.units(row["quantity"])
            if row["status"] != "pay" or units == 0:
                continue
            parts = [units // 3, units - units // 3] if not made and units > 2 else [units]
            key = (row["account"], row["claim_asset"], row["step"], row["pay_asset"])
            made += [(str(number), *key, quantity_text(part, asset.decimals)) for part in parts]
        return made

    def _astray(self, case: oracle.Case, made: list[tuple[str, ...]]) -> tuple[str, ...]:
        """A payment made twice, or that ought to have gone to another."""
        number, account, claim_asset, step, pay_asset, quantity = self.rng.choice(made)
        account = self.rng.choice((account, account, *sorted(case.accounts)[:3], "nobody's"))
        return number, account, claim_asset, step, pay_asset, quantity

    def _returned(self, case: oracle.Case, number: int) -> tuple[str, ...]:
        """A payment of an earlier round that came back, whole or in part; a cautious clerk now and then books more."""
        _, *key, pay_asset, quantity = self.rng.choice(self.payments)
        asset = case.asset(pay_asset)
        units = asset.units(quantity) * self.rng.choice((2, 2, 1, 3)) // 2
        return str(number), *key, pay_asset, quantity_text(-units, asset.decimals)

    def _carry_out(self, case: oracle.Case, made: list[tuple[str, ...]]) -> None:
        """What was paid leaves the wallets, what came back is in the first of them again."""
        left: dict[str, int] = defaultdict(int)
        for _, _, _, step, pay_asset, quantity in made:
            if step.split(":")[0] in ("return", "dividend"):
                left[pay_asset] += case.asset(pay_asset).units(quantity)
        for sheet in sheets(self.folder):
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

    def _rule(self, case: oracle.Case) -> None:
        """A claim is ruled on: it is allowed as filed, cut down, or falls."""
        for sheet in sheets(self.folder):
            standing, allowed = sheet.place("standing"), sheet.place("allowed")
            if sheet.source["table"] != "claim" or standing is None or not sheet.records:
                continue
            record = self.rng.choice(sheet.records)
            asset = case.asset(sheet.cell(record, "asset"))
            filed = asset.units(sheet.cell(record, "quantity"))
            record[standing] = self.rng.choice(("allowed", "allowed", "disallowed", "disputed"))
            if allowed is not None:
                record[allowed] = quantity_text(filed // self.rng.choice((1, 2, 5)), asset.decimals)
            sheet.write()
            return

    def _claim_late(self, case: oracle.Case, number: int) -> None:
        """Somebody known or unknown is allowed a claim after everybody else."""
        assets = sorted(case.seen)
        account = self.rng.choice((*sorted({row["account"] for row in case.tables["balance"]})[:4], "late comer"))
        asset = case.asset(self.rng.choice(assets))
        units = self.rng.choice((1, 5, 10**asset.decimals, 20 * 10**asset.decimals))
        filed_at = f"2026-12-0{number}T00:00:00Z"
        record = (f"late {number}", account, asset.code, quantity_text(units, asset.decimals), filed_at, "allowed")
        columns = "claim account asset quantity filed_at standing"
        add_table(self.folder, "claim", columns, [record], name=f"late-{number}")

    def _recover(self, case: oracle.Case, number: int) -> None:
        asset = case.asset(self.rng.choice(sorted(case.seen)))
        units = self.rng.choice((1, 7, 10**asset.decimals, 5 * 10**asset.decimals))
        record = (f"later {number}", "2027-01-01T00:00:00Z", asset.code, quantity_text(units, asset.decimals))
        add_table(self.folder, "recovery", "recovery received_at asset quantity", [record], name=f"later-{number}")


def add_second_round(folder: Path, first_round: Path, rng: random.Random) -> None:
    """Turn a case into its second round, after paying the first one's plan."""
    Rounds(folder, rng).next(2, first_round)


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
    lying = {row["account"]: row["omnibus"] for row in rows_of(out / "accounts.csv")}
    for row in rows_of(out / "schedule.csv"):
        claim, entitled = Fraction(row["claim"]), Fraction(row["entitled"])
        family = row["step"].split(":")[0]
        where = lying.get(row["account"], "")
        mine = f"{where}/{row['pay_asset']}" if where else row["pay_asset"]
        pool = {"return": mine, "dividend": "value", "estate": "estate"}.get(family, "")
        sums["awarded", pool] += entitled
        if not 0 <= entitled <= claim:
            faults.append(f"schedule.csv: entitled is not within the claim: {row}")
    faults += overspent(out)
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


def overspent(out: Path) -> list[str]:
    """Policies and reserves out of which this round pays although all of it, or more, would be gone."""
    had: dict[str, Fraction] = defaultdict(Fraction)
    for row in rows_of(out / "coverage.csv"):
        kind = "reserve" if row["event"] == "" else "insurance"
        had[f"{kind}:{row['source']}"] += Fraction(row["received"])
    paid: dict[str, Fraction] = defaultdict(Fraction)
    now: dict[str, Fraction] = defaultdict(Fraction)
    for row in rows_of(out / "schedule.csv"):
        if row["step"] in had:
            paid[row["step"]] += Fraction(row["paid_before"])
            now[row["step"]] += max(Fraction(row["entitled"]) - Fraction(row["paid_before"]), Fraction(0))
    return [
        f"schedule.csv: {step} pays {now[step]} after {paid[step]}, and had {had[step]}"
        for step in now
        if now[step] > max(had[step] - paid[step], 0)
    ]


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
    if seed % 5 == 0:
        goes_on = folder / "rounds"
        make_case(seed, goes_on)
        rounds = Rounds(goes_on, random.Random(f"rounds {seed}"))
        for number in range(2, 5 if seed % 10 == 0 else 3):
            if not out.joinpath("plan.json").exists():
                break
            rounds.next(number, out, final=number == 3)
            out = folder / f"out of round {number}"
            faults += judged(f"round {number}", goes_on, out)
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
