"""Write a comparison to a new folder: two tables and a picture.

    scenarios.csv   a row a scenario: its answers and why it was not worked out    key scenario
    compare.csv     a row a group of a scenario                                    key scenario, kind, group
    compare.svg     what is recovered under each

The same case gives the same bytes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from administrator.pictures.bars import Bar, Bars, Part, bars_svg
from administrator.usecases.compared import Compared
from administrator.usecases.new_folder import csv_text, write_new
from ledgers.units import format_units

COLUMNS = (
    "scenario", "legal_basis", "kind", "group", "holders", "claimed", "recovered", "recovery", "winners", "gained",
    "losers", "lost",
)  # fmt: skip


def write_compared(folder: Path, compared: Compared) -> None:
    """Write the files to a folder that is made here.

    Raises:
        StorageError: it is there already, or cannot be written.
    """
    names = sorted({name for scenario in compared.scenarios for name, _ in scenario.digests})
    columns = ("scenario", *compared.questions, "legal_basis", "why_not", *(f"{name}_sha256" for name in names))
    contents = {
        "scenarios.csv": csv_text(columns, _scenarios(compared, names)),
        "compare.csv": csv_text(COLUMNS, _groups(compared)),
        "compare.svg": bars_svg(picture(compared)),
    }
    write_new(folder, contents)


def picture(compared: Compared) -> Bars:
    """Give what is to be drawn: of each scenario what is claimed, made of what is recovered and what is not."""
    bars = []
    for scenario in compared.scenarios:
        if scenario.why_not:
            continue
        missing = max(scenario.claimed_minor - scenario.recovered_minor, 0)
        parts = tuple(
            Part(minor, format_units(minor, compared.decimals)) for minor in (scenario.recovered_minor, missing)
        )
        whole = scenario.recovered_minor + missing
        mark = "" if scenario.is_law else " (no legal basis)"
        told = f"{scenario.name}{mark}: of {format_units(whole, compared.decimals)}"
        bars.append(Bar(f"scenario {scenario.number}", told, parts))
    stopped: dict[str, list[str]] = {}
    for line in compared.scenarios:
        if line.why_not:
            stopped.setdefault(line.why_not, []).append(f"{line.number} ({line.name})")
    notes = [f"Not worked out: {', '.join(lines)}. {why_not}" for why_not, lines in stopped.items()]
    return Bars(
        title=f"What is recovered: {compared.title}",
        currency=f"{compared.currency}, at the prices of the first scenario",
        kinds=("recovered", "not recovered"),
        bars=tuple(bars),
        notes=(*notes, "A scenario is an answer to open questions, not what the law is."),
    )


def _scenarios(compared: Compared, names: Sequence[str]) -> Iterator[Sequence[str]]:
    for line in compared.scenarios:
        answers, digests = dict(line.answers), dict(line.digests)
        yield (
            str(line.number), *(answers[question] for question in compared.questions), "yes" if line.is_law else "no",
            line.why_not, *(digests.get(name, "") for name in names),
        )  # fmt: skip


def _groups(compared: Compared) -> Iterator[Sequence[str]]:
    for scenario in compared.scenarios:
        for line in scenario.groups:
            yield (
                str(scenario.number), "yes" if scenario.is_law else "no", line.kind, line.group, line.holders,
                line.claimed, line.recovered, line.recovery, line.winners, line.gained, line.losers, line.lost,
            )  # fmt: skip
