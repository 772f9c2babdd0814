"""What is said of a comparison: the values that `comparing` gives, and their lines for a terminal.

Amounts are text in whole reporting currency at its full scale, as in the files; `*_minor` are the same as numbers, for
who draws them. Shares are cut off after eight decimals. No figure is computed here.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from administrator.cli_parts import table_of
from ledgers.display import display

GROUPS_SHOWN_MAX = 40
NUMBERS_WIDTH = 12
"""Of a column of shares, its gap included."""
KINDS = {"all": "", "class": "By class of holder", "size": "By size of claim", "asset": "By asset"}


@dataclass(frozen=True, slots=True)
class GroupLine:
    """What one scenario gives to one group."""

    kind: str
    """`all`, `class`, `size` or `asset`."""
    group: str
    holders: str
    """Empty of an asset."""
    claimed: str
    recovered: str
    recovery: str
    """Recovered over claimed; empty where nothing is claimed."""
    winners: str
    """Holders who get more than in the first scenario, and how much more in all; empty of an asset."""
    gained: str
    losers: str
    lost: str


@dataclass(frozen=True, slots=True)
class ScenarioLine:
    """One scenario."""

    number: int
    name: str
    answers: tuple[tuple[str, str], ...]
    is_law: bool
    """Whether its pools are shared in proportion; what is not is no legal basis."""
    why_not: str
    """Why it was not worked out; empty where it was, and then there are groups."""
    groups: tuple[GroupLine, ...]
    claimed_minor: int
    recovered_minor: int
    digests: tuple[tuple[str, str], ...]
    """SHA-256 of the tables that a run under these terms writes, by name, where that was asked."""


@dataclass(frozen=True, slots=True)
class Compared:
    """Some scenarios of one case, side by side."""

    title: str
    currency: str
    decimals: int
    questions: tuple[str, ...]
    scenarios: tuple[ScenarioLine, ...]

    def lines(self, width: int) -> Iterator[str]:
        """Say it in lines of a terminal's width (80 at the least)."""
        columns = max(width, 80)
        yield display(self.title, 200)
        yield f"{len(self.scenarios)} scenarios in {self.currency}; each is held against the first."
        yield ""
        done = [scenario for scenario in self.scenarios if not scenario.why_not]
        rows = []
        for scenario in done:
            whole = scenario.groups[0]
            name = scenario.name if scenario.is_law else f"{scenario.name} (no legal basis)"
            rows.append((f"{scenario.number:>2} {display(name, 200)}", whole.recovered, whole.recovery, whole.winners,
                         whole.gained, whole.losers, whole.lost))  # fmt: skip
        if rows:
            yield from table_of(("scenario", "recovered", "recovery", "winners", "gained", "losers", "lost"), rows)
        yield from _not_worked_out(self.scenarios, columns)
        for kind, heading in KINDS.items():
            if heading and done:
                yield ""
                yield f"{heading}, recovered of what is claimed under each scenario:"
                yield from _matrix(done, kind, columns)
        for scenario in done:
            for name, digest in scenario.digests:
                yield f"{scenario.number:>2} {name} {digest}"
        yield ""
        yield from textwrap.wrap(
            "All scenarios are measured at the prices of the first. Winners and losers are holders, their accounts "
            "together, over all rounds; what is disputed or unclaimed is left out. A difference says what a question "
            "is worth, not how it must be answered.", columns,
        )  # fmt: skip
        if any(not scenario.is_law for scenario in done):
            yield from textwrap.wrap(
                "No law shares a pool otherwise than in proportion within a rank: those scenarios are a view for "
                "negotiation, of what pools hold alone, as if nobody had been paid too much before. What policies and "
                "reserves give is still reckoned by proportion, so that somebody may get more than he claims.", columns,
            )  # fmt: skip


def _not_worked_out(scenarios: Sequence[ScenarioLine], columns: int) -> Iterator[str]:
    """Each reason once, with the scenarios that it stops."""
    stopped: dict[str, list[ScenarioLine]] = {}
    for scenario in scenarios:
        if scenario.why_not:
            stopped.setdefault(scenario.why_not, []).append(scenario)
    for why_not, same in stopped.items():
        yield ""
        for scenario in same:
            yield f"{scenario.number:>2} {display(scenario.name, 200)}: not worked out"
        yield from textwrap.wrap(why_not, columns, initial_indent="   ", subsequent_indent="   ")


def _matrix(scenarios: Sequence[ScenarioLine], kind: str, columns: int) -> Iterator[str]:
    """Groups against scenarios, in blocks as wide as the terminal."""
    shares: dict[str, dict[int, str]] = {}
    for scenario in scenarios:
        for line in scenario.groups:
            if line.kind == kind:
                shares.setdefault(line.group, {})[scenario.number] = line.recovery
    groups = list(shares)[:GROUPS_SHOWN_MAX]
    names = [display(group, 30) for group in groups]
    room = max(map(len, names), default=0)
    at_once = max((columns - room) // NUMBERS_WIDTH, 1)
    for start in range(0, len(scenarios), at_once):
        numbers = [scenario.number for scenario in scenarios[start : start + at_once]]
        rows = [
            (name, *(shares[group].get(number, "") or "-" for number in numbers))
            for name, group in zip(names, groups, strict=True)
        ]
        yield from table_of(("", *map(str, numbers)), rows)
    if len(shares) > len(groups):
        yield f"and {len(shares) - len(groups)} more in compare.csv (--out)"
