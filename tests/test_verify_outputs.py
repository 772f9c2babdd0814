"""Does `verify` refuse what the product's own output never was, and name the file and the line?

A made-up exchange is run once (journal, thefts, policies, reserves, costs, holdback, withheld and unroutable lines),
and the demo case. Then the output is changed the way a clerk, a bug or a thief would change it, and the manifest is
hashed anew, so that only the figures can tell. Every numeric column of every file is moved by one unit up and down;
some three hundred further mutants are drawn from a seed. Each is verified twice,
as always and with every account taken apart; both must agree.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import random
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, getcontext
from pathlib import Path

import pytest

from administrator.plans.verify import UNSEEN
from administrator.progress import silent
from administrator.usecases.demonstrating import copy_demo
from administrator.usecases.running import run_case
from fixtures.generate import KINDS, large_case
from fixtures.generation.bulk import write_balances
from tests.test_verify import passing
from tests.test_verify import verify_opened as verify

getcontext().prec = 90
Table = list[list[str]]

NUMERIC = {
    "reconciliation.csv": ("owed", "negative", "held_customer", "held_house", "held_guarantee", "hot", "shortfall",
                           "coverage", "price", "owed_value", "shortfall_value"),
    "bridge.csv": ("quantity",),
    "segregation.csv": ("measured", "required"),
    "flows.csv": ("taken", "returned", "net"),
    "losses.csv": ("quantity", "value"),
    "coverage.csv": ("ground_up", "covered", "due", "received", "distributed"),
    "claims.csv": ("scheduled", "filed", "allowed", "disputed", "unclaimed", "disallowed", "value"),
    "bases.csv": ("base", "met"),
    "pools.csv": ("gross", "costs", "holdback", "distributable", "claims", "awarded", "overpaid", "surplus", "residue",
                  "dividend_numerator", "dividend_denominator"),
    "schedule.csv": ("claim", "entitled", "paid_before", "quantity", "value"),
    "holders.csv": ("allowed_value", "returned_value", "compensated_value", "estate_value", "withheld_value",
                    "unpaid_value", "recovery"),
    "returnable.csv": ("quantity", "paid_before", "due"),
}
"""Every numeric column a reader of the folder can hold against another."""
COLUMNS = [(name, column) for name, columns in NUMERIC.items() for column in columns]


@dataclass
class Mutant:
    """A change of one file."""

    says: str
    file: str
    lines: tuple[int, ...]
    """Where it was changed; the header is line 1."""
    table: Table = field(repr=False)


class Output:
    """A folder that a run has written, to be changed and mended again."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.tables: dict[str, Table] = {}
        self._kept = {path.name: path.read_bytes() for path in folder.iterdir()}
        for name in sorted(self._kept):
            if name.endswith(".csv"):
                self.tables[name] = list(csv.reader(io.StringIO(self._kept[name].decode("utf-8"), newline="")))

    def at(self, name: str, column: str) -> int:
        return self.tables[name][0].index(column)

    def copy(self, name: str) -> Table:
        return [list(row) for row in self.tables[name]]

    def rows(self, name: str) -> range:
        """Places of the records of a file; the line is one more."""
        return range(1, len(self.tables[name]))

    def faults(self, mutant: Mutant) -> tuple[str, ...]:
        """What verify says of the mutant, sealed anew."""
        text = io.StringIO(newline="")
        csv.writer(text, lineterminator="\n").writerows(mutant.table)
        content = text.getvalue().encode("utf-8")
        assert content != self._kept[mutant.file], mutant
        manifest = json.loads(self._kept["manifest.json"])
        (entry,) = (entry for entry in manifest["outputs"] if entry["name"] == mutant.file)
        entry["sha256"] = hashlib.sha256(content).hexdigest()
        entry["rows"] = len(mutant.table) - 1
        try:
            (self.folder / mutant.file).write_bytes(content)
            (self.folder / "manifest.json").write_text(
                json.dumps(manifest, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
            return verify(self.folder).faults
        finally:
            for name in (mutant.file, "manifest.json"):
                (self.folder / name).write_bytes(self._kept[name])


@pytest.fixture(scope="module")
def output(tmp_path_factory: pytest.TempPathFactory) -> Output:
    folder = tmp_path_factory.mktemp("made-up")
    large_case(folder / "case", 60, 7, 3, True, unpriced="", breaks=KINDS)
    run_case(folder / "case", folder / "out", silent)
    assert verify(folder / "out").faults == ()
    return Output(folder / "out")


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Output:
    folder = tmp_path_factory.mktemp("demo")
    run_case(copy_demo(folder / "demo"), folder / "out", silent)
    assert verify(folder / "out").faults == ()
    return Output(folder / "out")


@pytest.fixture(scope="module")
def balances(tmp_path_factory: pytest.TempPathFactory) -> Output:
    """Balances alone, so that every account is ordinary and passes unopened until it is changed."""
    folder = tmp_path_factory.mktemp("balances")
    write_balances(folder / "case", 60, 1)
    run_case(folder / "case", folder / "out", silent)
    assert verify(folder / "out").faults == ()
    assert passing(folder / "out") == 60
    return Output(folder / "out")


# ---------------------------------------------------------------- how it is changed


def moved(text: str, step: int) -> str:
    """A figure one unit of its last digit up or down, written as it was."""
    exact = Decimal(text)
    exponent = exact.as_tuple().exponent
    assert isinstance(exponent, int)
    return f"{exact + step * Decimal(1).scaleb(exponent):f}"


def by_one_unit(output: Output, name: str, column: str, place: int, step: int) -> Mutant:
    table, at = output.copy(name), output.at(name, column)
    before = table[place][at]
    table[place][at] = moved(before, step)
    return Mutant(f"{column} {before} -> {table[place][at]}", name, (place + 1,), table)


def awards_swapped(output: Output, rng: random.Random) -> Mutant:
    """Two lines of one step and asset exchange what they get."""
    table = output.copy("schedule.csv")
    step, asset, entitled = (output.at("schedule.csv", name) for name in ("step", "pay_asset", "entitled"))
    one, other = rng.choice([
        (one, other) for one in output.rows("schedule.csv") for other in rng.sample(output.rows("schedule.csv"), 20)
        if table[one][step] == table[other][step] and table[one][asset] == table[other][asset]
        and table[one][entitled] != table[other][entitled]
    ])
    for column in ("entitled", "quantity", "value"):
        at = output.at("schedule.csv", column)
        table[one][at], table[other][at] = table[other][at], table[one][at]
    return Mutant("two awards swapped", "schedule.csv", tuple(sorted((one + 1, other + 1))), table)


def one_unit_shifted(output: Output, rng: random.Random) -> Mutant:
    """One unit of an award goes to another line of the same step and asset: every sum still holds."""
    table = output.copy("schedule.csv")
    step, asset, claim = (output.at("schedule.csv", name) for name in ("step", "pay_asset", "claim"))
    one, other = rng.choice([
        (one, other) for one in output.rows("schedule.csv") for other in rng.sample(output.rows("schedule.csv"), 20)
        if one != other and table[one][step] == table[other][step] and table[one][asset] == table[other][asset]
        and Decimal(table[one][claim]) > 0
    ])
    for column in ("entitled", "quantity"):
        at = output.at("schedule.csv", column)
        table[one][at], table[other][at] = moved(table[one][at], -1), moved(table[other][at], 1)
    return Mutant("a unit shifted", "schedule.csv", tuple(sorted((one + 1, other + 1))), table)


def row_deleted(output: Output, rng: random.Random) -> Mutant:
    name = rng.choice([name for name in NUMERIC if output.rows(name)])
    table, place = output.copy(name), rng.choice(output.rows(name))
    says = f"deleted {table[place]}"
    del table[place]
    return Mutant(says, name, (place + 1,), table)


def row_doubled(output: Output, rng: random.Random) -> Mutant:
    name = rng.choice([name for name in NUMERIC if output.rows(name)])
    table, place = output.copy(name), rng.choice(output.rows(name))
    table.insert(place, list(table[place]))
    return Mutant(f"doubled {table[place]}", name, (place + 2,), table)


def given_to_a_stranger(output: Output, rng: random.Random) -> Mutant:
    """A line of an account is another's: somebody nobody knows, in the place where the order wants it."""
    names = ("schedule.csv", "claims.csv", "bases.csv", "holders.csv")
    name = rng.choice([name for name in names if output.rows(name)])
    table, place = output.copy(name), rng.choice(output.rows(name))
    table[place][0] += "'"
    return Mutant(f"given to {table[place][0]}", name, (place + 1,), table)


def status_flipped(output: Output, rng: random.Random) -> Mutant:
    """A line to be paid is withheld, or one withheld is paid; the reason with it, or left as it was."""
    table, place = output.copy("schedule.csv"), rng.choice(output.rows("schedule.csv"))
    status, reason = output.at("schedule.csv", "status"), output.at("schedule.csv", "reason")
    before = table[place][status:]
    is_paid = table[place][status] == "pay"
    table[place][status] = "withhold" if is_paid else "pay"
    if rng.random() < 0.5:
        table[place][reason] = rng.choice(("identity", "unclaimed", "disputed", "minimum_payment")) if is_paid else ""
    return Mutant(f"{before} -> {table[place][status:]}", "schedule.csv", (place + 1,), table)


def cell_swapped(output: Output, rng: random.Random) -> Mutant:
    """Two rows of a file exchange one figure."""
    while True:
        name, column = rng.choice(COLUMNS)
        if len(output.rows(name)) < 2:
            continue
        table, at = output.copy(name), output.at(name, column)
        one, other = sorted(rng.sample(output.rows(name), 2))
        if table[one][at] != table[other][at]:
            table[one][at], table[other][at] = table[other][at], table[one][at]
            return Mutant(f"{column} swapped", name, (one + 1, other + 1), table)


KINDS_OF_CHANGE = (awards_swapped, one_unit_shifted, row_deleted, row_doubled, given_to_a_stranger, status_flipped,
                   cell_swapped)


# ---------------------------------------------------------------- what must be said of it


KEYS = {
    "reconciliation.csv": ("asset",), "bridge.csv": ("asset",), "segregation.csv": ("test", "asset"),
    "flows.csv": ("party", "asset"), "losses.csv": ("event", "asset"), "coverage.csv": ("source", "event"),
    "claims.csv": ("account", "asset"), "bases.csv": ("account",), "pools.csv": ("pool",), "schedule.csv": ("account",),
    "holders.csv": ("account",), "returnable.csv": ("transfer",),
}
"""What a row is about: a fault elsewhere names the change when it names one of these."""


def about(output: Output, mutant: Mutant) -> set[str]:
    """What the changed rows were about before, or are about now."""
    found: set[str] = set()
    for table in (output.tables[mutant.file], mutant.table):
        for line in mutant.lines:
            if line <= len(table):
                found |= {table[line - 1][output.at(mutant.file, key)] for key in KEYS[mutant.file]} - {""}
    return found


def is_named(output: Output, mutant: Mutant, faults: tuple[str, ...], *, exactly: bool) -> bool:
    """Whether a fault names a file and a line, of the change itself or, unless exactly, of what it disagrees with."""
    subjects = about(output, mutant)
    for fault in faults:
        place, _, text = fault.partition(": ")
        name, _, line = place.rpartition(":")
        if not line.isdigit():
            continue
        if name == mutant.file and int(line) in mutant.lines:
            return True
        if not exactly and name in output.tables:
            table = mutant.table if name == mutant.file else output.tables[name]
            row = table[int(line) - 1] if int(line) <= len(table) else []
            if subjects & set(row) or any(subject in text for subject in subjects):
                return True
    return False


def excuse(output: Output, mutant: Mutant) -> str:
    """The sentence of UNSEEN that says why nobody can see this without the case; empty where there is none."""
    if mutant.file == "returnable.csv" and mutant.says.startswith("deleted"):
        return said("Whose deposits came after commencement")
    before, after = output.tables[mutant.file], mutant.table
    if len(before) != len(after):
        lost = before[mutant.lines[0] - 1]
        is_empty = mutant.file == "claims.csv" and len(before) > len(after) and not any(
            Decimal(cell or "0") for cell in lost[2:])
        return said("zero") if is_empty else ""
    sentences = set()
    for old, new in zip(before, after, strict=True):
        for column, was, now in zip(before[0], old, new, strict=True):
            if was != now:
                sentences.add(excuse_of_cell(output, mutant.file, column, dict(zip(before[0], new, strict=True))))
    return "" if "" in sentences else " ".join(sorted(sentences))


def said(words: str) -> str:
    """The sentence in which verify says that it cannot see a thing."""
    return next((sentence for sentence in UNSEEN if words in sentence), "")


def excuse_of_cell(output: Output, name: str, column: str, row: dict[str, str]) -> str:
    def figure(what: str) -> Decimal:
        return Decimal(row[what] or "0")

    if name == "reconciliation.csv":
        is_fiat = row["asset"] == "JPY"
        if column == "held_house" and figure("held_house") >= figure("shortfall"):
            return said("house wallets")
        if column == "hot" and is_fiat:
            return said("fiat money is in hot custody")
        if column == "held_guarantee" and is_fiat:
            return said("guarantee")
    if name == "claims.csv" and column in ("filed", "disallowed"):
        is_ruled = figure("filed") <= figure("allowed") or figure("allowed") == 0
        return said("standing") if is_ruled and figure("disallowed") == 0 else ""
    if name == "schedule.csv" and column in ("status", "reason"):
        lines = [line for line in output.tables["schedule.csv"] if line[0] == row["account"] and line[2] != "disputed"]
        return said("a hold or a missing payee is right") if len(lines) == 1 else ""
    return ""


def judged(output: Output, mutant: Mutant, *, exactly: bool) -> str:
    """What is wrong with what verify says of a mutant; empty where it is refused and named, or excused."""
    faults = output.faults(mutant)
    place = f"{mutant.file}:{','.join(map(str, mutant.lines))}: {mutant.says}"
    if not faults:
        return "" if excuse(output, mutant) else f"{place}: not refused"
    return "" if is_named(output, mutant, faults, exactly=exactly) else f"{place}: not named by {faults[:3]}"


def assert_refused(output: Output, mutants: Sequence[Mutant], *, exactly: bool) -> None:
    wrong = [fault for mutant in mutants if (fault := judged(output, mutant, exactly=exactly))]
    assert not wrong, "\n".join([f"{len(wrong)} of {len(mutants)} mutants", *wrong])


# ---------------------------------------------------------------- the mutants

DRAWN = 7 * 45
EXACT = ("schedule.csv", "bases.csv", "holders.csv", "pools.csv", "coverage.csv", "flows.csv", "segregation.csv")
"""Files whose own line is named for every unit; the others are sums, and may be named by what they disagree with."""


def unit_mutants(output: Output, name: str, column: str, rng: random.Random, rows: int) -> Iterator[Mutant]:
    """Some rows of a column, each one unit up and one unit down."""
    at = output.at(name, column)
    written = [place for place in output.rows(name) if output.tables[name][place][at] not in ("", "partial")]
    for place in sorted(rng.sample(written, min(rows, len(written)))):
        for step in (1, -1):
            yield by_one_unit(output, name, column, place, step)


@pytest.mark.parametrize(("name", "column"), COLUMNS, ids=lambda part: part.removesuffix(".csv"))
def test_one_unit_in_any_numeric_column_is_refused_and_named(output: Output, name: str, column: str) -> None:
    mutants = list(unit_mutants(output, name, column, random.Random(f"{name} {column}"), 4))
    assert len(mutants) >= 6, "the case has too few rows of this"
    assert_refused(output, mutants, exactly=name in EXACT)


@pytest.mark.parametrize("change", KINDS_OF_CHANGE, ids=lambda change: change.__name__)
def test_a_change_by_hand_is_refused_and_named(
    output: Output, change: Callable[[Output, random.Random], Mutant]
) -> None:
    rng = random.Random(f"by hand {change.__name__}")
    mutants = [change(output, rng) for _ in range(DRAWN // len(KINDS_OF_CHANGE))]
    assert_refused(output, mutants, exactly=False)


def test_swapped_and_shifted_awards_are_named_at_a_line_that_was_changed(output: Output) -> None:
    rng = random.Random("swapped")
    for change in (awards_swapped, one_unit_shifted, row_doubled):
        mutants = [change(output, rng) for _ in range(10)]
        assert_refused(output, mutants, exactly=True)


def test_the_demo_case_is_guarded_alike(demo: Output) -> None:
    rng = random.Random("demo")
    mutants = [change(demo, rng) for change in KINDS_OF_CHANGE for _ in range(3)]
    for name, column in rng.sample(COLUMNS, 12):
        mutants += unit_mutants(demo, name, column, rng, 1)
    assert_refused(demo, mutants, exactly=False)


def test_ordinary_accounts_are_guarded_alike(balances: Output) -> None:
    rng = random.Random("balances")
    mutants = [change(balances, rng) for change in (row_deleted, row_doubled, given_to_a_stranger) for _ in range(10)]
    exactly = [change(balances, rng) for change in (awards_swapped, one_unit_shifted) for _ in range(10)]
    for name, column in COLUMNS:
        if name in ("claims.csv", "schedule.csv", "holders.csv"):
            exactly += unit_mutants(balances, name, column, rng, 3)
    assert_refused(balances, mutants, exactly=False)
    assert_refused(balances, exactly, exactly=True)


def test_most_mutants_need_no_excuse(output: Output) -> None:
    """What goes unseen is a handful, so that an excuse cannot come to cover everything."""
    rng = random.Random("excuses")
    mutants = [mutant for name, column in COLUMNS for mutant in unit_mutants(output, name, column, rng, 2)]
    unseen = [mutant for mutant in mutants if not output.faults(mutant)]
    assert len(unseen) * 20 < len(mutants), unseen


def test_what_goes_unseen_is_said(output: Output) -> None:
    """The blind spots that are known, each of them refused or named among what cannot be seen."""
    reconciled = output.tables["reconciliation.csv"]
    yen = next(place for place in output.rows("reconciliation.csv") if reconciled[place][0] == "JPY")
    spots = [by_one_unit(output, "reconciliation.csv", column, yen, 1)
             for column in ("hot", "held_house", "held_guarantee")]
    table = output.copy("claims.csv")
    lines_of = Counter(row[0] for row in table)
    place = next(place for place, row in enumerate(table[1:], 1)
                 if lines_of[row[0]] > 1 and not any(Decimal(cell or "0") for cell in row[2:]))
    lost = table.pop(place)
    spots.append(Mutant(f"deleted {lost}", "claims.csv", (place + 1,), table))
    silent_spots = [str(spot) for spot in spots if not output.faults(spot) and not excuse(output, spot)]
    assert not silent_spots, "neither refused nor said to be unseen:\n" + "\n".join(silent_spots)


def test_the_folder_is_whole_again_after_every_mutant(output: Output) -> None:
    assert verify(output.folder).faults == ()
