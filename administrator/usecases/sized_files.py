"""Write what was sized to a new folder: five tables and a picture.

    requirement.csv   a row a method                                  key method
    blends.csv        a row a blend that meets the requirement        key method, offer, layers
    scenarios.csv     a row a scenario tried on the cheapest blend    key method, scenario
    steps.csv         the arithmetic, line by line                    key method, step
    precedents.csv    the incidents, as the program knows them        key number
    requirement.svg   what is held, insured and missing of each

Amounts are plain decimals in whole reporting currency at its full scale; what is not known is an empty cell. The same
case gives the same bytes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from importlib.resources import files
from pathlib import Path

from administrator.pictures.bars import Bar, Bars, Part, bars_svg
from administrator.usecases.new_folder import csv_text, write_new
from administrator.usecases.sized import Sized, SizedMethod
from ledgers.units import format_units

REQUIREMENT_COLUMNS = (
    "method", "title", "official_for", "on", "currency", "left_out", "required", "held", "insured", "gap",
    "replaceable", "offer", "limit", "layers", "reserve", "premium", "capital_cost", "cost", "scenarios", "uncovered",
    "why_not",
)  # fmt: skip
BLEND_COLUMNS = (
    "method", "offer", "limit", "layers", "reserve", "to_add", "premium", "capital_cost", "cost", "cheapest",
    "scenarios", "uncovered",
)  # fmt: skip
SCENARIO_COLUMNS = (
    "method", "offer", "limit", "layers", "reserve", "scenario", "loss", "in_force", "insured", "reserved", "uncovered",
)  # fmt: skip
STEP_COLUMNS = ("method", "step", "amount", "exact_minor", "says")


def write_sized(folder: Path, sized: Sized) -> None:
    """Write the files to a folder that is made here.

    Raises:
        StorageError: it is there already, or cannot be written.
    """
    contents = {
        "requirement.csv": csv_text(REQUIREMENT_COLUMNS, _requirements(sized)),
        "blends.csv": csv_text(BLEND_COLUMNS, _blends(sized.methods)),
        "scenarios.csv": csv_text(SCENARIO_COLUMNS, _scenarios(sized.methods)),
        "steps.csv": csv_text(STEP_COLUMNS, _steps(sized.methods)),
        "precedents.csv": (files("administrator.law.requirements") / "precedents.csv").read_text(encoding="utf-8"),
        "requirement.svg": bars_svg(picture(sized)),
    }
    write_new(folder, contents)


def picture(sized: Sized) -> Bars:
    """Give what is to be drawn: each method's requirement, made of what is held, what insurance counts for, the gap."""
    drawn = []
    for method in sized.methods:
        if method.required_minor is None:
            continue
        held = min(sized.held_minor, method.required_minor)
        insured = min(method.insured_minor, method.required_minor - held)
        gap = method.required_minor - held - insured
        decimals = len(method.required.partition(".")[2])
        parts = tuple(Part(minor, format_units(minor, decimals)) for minor in (held, insured, gap))
        drawn.append(Bar(method.method if method.official_for else f"{method.method} (no law)", method.required, parts))
    notes = [f"{method.method} was not worked out: {method.why_not}" for method in sized.methods if method.why_not]
    if sized.left_out:
        notes.insert(0, f"PARTIAL: {', '.join(sized.left_out)} left out for want of a price.")
    return Bars(
        title=f"What is required: {sized.title}",
        currency=f"{sized.currency}, for {sized.on}",
        kinds=("held", "insured", "missing"),
        bars=tuple(drawn),
        notes=(*notes, "The methods answer different questions and are not to be added."),
    )


def _requirements(sized: Sized) -> Iterator[Sequence[str]]:
    for method in sized.methods:
        head = (method.method, method.title, method.official_for, sized.on, sized.currency, "; ".join(sized.left_out))
        best = method.cheapest
        if best is None:
            yield (*head, "", sized.held, *[""] * 12, method.why_not)
            continue
        yield (
            *head, method.required, sized.held, method.insured, method.gap, method.replaceable.partition(" ")[0],
            best.offer, best.limit, best.tower, best.reserve, best.premium, best.capital_cost, best.cost,
            str(len(best.tried)), str(len(best.uncovered)), "",
        )  # fmt: skip


def _blends(methods: Sequence[SizedMethod]) -> Iterator[Sequence[str]]:
    for method in methods:
        for blend in method.blends:
            yield (
                method.method, blend.offer, blend.limit, blend.tower, blend.reserve, blend.to_add, blend.premium,
                blend.capital_cost, blend.cost, "yes" if blend.is_cheapest else "no", str(len(blend.tried)),
                str(len(blend.uncovered)),
            )  # fmt: skip


def _scenarios(methods: Sequence[SizedMethod]) -> Iterator[Sequence[str]]:
    for method in methods:
        best = method.cheapest
        for line in best.tried if best else ():
            assert best is not None
            yield (
                method.method, best.offer, best.limit, best.tower, best.reserve, line.scenario, line.loss,
                line.in_force, line.insured, line.reserved, line.uncovered,
            )  # fmt: skip


def _steps(methods: Sequence[SizedMethod]) -> Iterator[Sequence[str]]:
    for method in methods:
        for number, step in enumerate(method.steps, 1):
            yield method.method, str(number), step.amount, step.exact, step.says
