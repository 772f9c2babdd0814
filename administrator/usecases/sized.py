"""What is said of a requirement: the values that `sizing` gives, and their lines for a terminal.

Every amount is text in whole reporting currency at its full scale, as in the files; `*_minor` are the same as numbers,
for who draws them. No figure is computed here.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from dataclasses import dataclass

from administrator.cli_parts import table_of
from ledgers.display import display

LIST_MAX = 40


@dataclass(frozen=True, slots=True)
class StepLine:
    """One line of the arithmetic."""

    says: str
    amount: str
    """Rounded up where it is no whole minor unit; then `exact` is not empty."""
    exact: str
    """The exact ratio of minor units, or empty."""


@dataclass(frozen=True, slots=True)
class TestLine:
    """Something else that a rule wants."""

    says: str
    measured: str
    """A share, truncated; empty where there is nothing to measure."""
    met: str
    """yes, no, or empty."""
    __test__ = False


@dataclass(frozen=True, slots=True)
class ProvisionLine:
    """Where something is written, and how sure that is."""

    says: str
    place: str
    standing: str
    source: str


@dataclass(frozen=True, slots=True)
class TriedLine:
    """One loss scenario under one blend."""

    scenario: str
    loss: str
    in_force: str
    """Of it, what the insurance in force would pay."""
    insured: str
    """Of it, what all insurers would pay, those in force too."""
    reserved: str
    """Of it, what the reserve would."""
    uncovered: str
    """Of it, what nobody would: 0 where the blend covers it."""
    uncovered_minor: int


@dataclass(frozen=True, slots=True)
class LayerLine:
    """One limit of one offer."""

    offer: str
    limit: str
    attaches: str
    """Above how much of a loss it pays."""
    premium: str
    """Of one year, rounded up."""


@dataclass(frozen=True, slots=True)
class BlendLine:
    """A reserve and a tower of limits beside it; costs are of one year, rounded up."""

    offer: str
    """The names of its offers, the lowest layer first, joined by " + "; empty: reserve alone."""
    limit: str
    """All limits together."""
    layers: tuple[LayerLine, ...]
    """The lowest first."""
    reserve: str
    to_add: str
    """Of the reserve, what is not in hand yet."""
    premium: str
    capital_cost: str
    cost: str
    """Rounded up once, so it may be one unit below the sum of the other two."""
    is_cheapest: bool
    is_shown: bool
    """Whether it is at an end or a corner of its offer: the others lie between."""
    tried: tuple[TriedLine, ...]

    @property
    def tower(self) -> str:
        """Its layers, each "limit xs attachment", from the lowest; empty: reserve alone."""
        return " + ".join(f"{layer.limit} xs {layer.attaches}" for layer in self.layers)

    @property
    def uncovered(self) -> tuple[TriedLine, ...]:
        """The scenarios that it would not have covered."""
        return tuple(line for line in self.tried if line.uncovered_minor)


@dataclass(frozen=True, slots=True)
class SizedMethod:
    """One method, worked out, or why it was not."""

    method: str
    title: str
    official_for: str
    """For whom a law or regulator states the formula; empty: no official formula."""
    standing: str
    required: str
    """Empty where it could not be worked out."""
    required_minor: int | None
    why_not: str
    """Empty where it was worked out."""
    replaceable: str
    """Share that insurance may replace, and who says so."""
    insured: str
    """What the insurance in force counts for."""
    insured_minor: int
    gap: str
    """Required, less what is held and what insurance in force counts for; 0 at the least."""
    band: str
    """below, within, above, or empty where no band is given."""
    steps: tuple[StepLine, ...]
    tests: tuple[TestLine, ...]
    says: tuple[str, ...]
    provisions: tuple[ProvisionLine, ...]
    not_covered: tuple[str, ...]
    asks: tuple[str, ...]
    insured_in_scenarios: str
    """How the insurance in force counts in the scenarios; empty where there is none."""
    blends: tuple[BlendLine, ...]

    @property
    def cheapest(self) -> BlendLine | None:
        """The blend that costs least a year; None where nothing was worked out."""
        return next((blend for blend in self.blends if blend.is_cheapest), None)


@dataclass(frozen=True, slots=True)
class Sized:
    """What is required of one case."""

    title: str
    currency: str
    on: str
    held: str
    held_minor: int
    capital_rate: str
    figures: tuple[tuple[str, str], ...]
    """What it was worked out from, by key."""
    from_books: bool
    left_out: tuple[str, ...]
    """Assets without a price that do not count."""
    methods: tuple[SizedMethod, ...]
    is_all: bool
    """Whether every known method was asked, or the one that the case names."""

    def lines(self, width: int) -> Iterator[str]:
        """Say it in lines of a terminal's width (80 at the least)."""
        columns = max(width, 80)
        yield display(self.title, 200)
        whence = ", from the books of the last run" if self.from_books else ""
        given = "; ".join(f"{key} {amount}" for key, amount in self.figures)
        yield from _wrapped(f"{self.currency}, for {self.on}{whence}. {given}", columns)
        if self.left_out:
            left_out = ", ".join(map(display, self.left_out))
            yield from _wrapped(f"PARTIAL: {left_out} left out for want of a price.", columns)
        yield ""
        if self.is_all:
            yield from _compared(self, columns)
            return
        for method in self.methods:
            yield from _method_lines(self, method, columns)


def _compared(sized: Sized, columns: int) -> Iterator[str]:
    rows = []
    for method in sized.methods:
        best = method.cheapest
        if best is not None:
            rows.append((method.method, method.official_for or "nobody", method.required, method.gap, best.reserve,
                         best.limit, best.cost, str(len(best.uncovered))))  # fmt: skip
    heads = ("method", "official for", "required", "gap", "reserve", "limit", "cost a year", "uncovered")
    if rows:
        yield from table_of(heads, rows)
        yield ""
    for method in sized.methods:
        if method.why_not:
            yield from _wrapped(f"{method.method}: not worked out: {method.why_not}", columns)
    yield from _wrapped(
        "The methods answer different questions and are not to be added. Reserve, limit and cost are those of the "
        "cheapest blend by the rates the case gives; uncovered is the number of loss scenarios it would not have "
        "covered whole.", columns,
    )  # fmt: skip
    for method in sized.methods:
        for said in method.says if method.cheapest is not None else ():
            yield from _wrapped(f"{method.method}: {said}", columns)
        for test in method.tests:
            if test.met == "no":
                yield from _wrapped(f"{method.method}: test NOT met: {test.says} {test.measured}", columns)


def _method_lines(sized: Sized, method: SizedMethod, columns: int) -> Iterator[str]:
    yield method.title
    yield from _wrapped(f"{method.method}: {method.standing}.", columns)
    yield ""
    if method.why_not:
        yield from _wrapped(method.why_not, columns)
        return
    yield from table_of(
        ("", sized.currency),
        [
            ("required", method.required),
            ("held", sized.held),
            ("insurance in force counts for", method.insured),
            ("gap", method.gap),
        ],
    )
    yield from _wrapped(f"Insurance may replace {method.replaceable}.", columns)
    if method.band:
        yield from _wrapped(method.band, columns)
    for said in method.says:
        yield from _wrapped(said, columns)
    yield ""
    yield "How it was worked out:"
    for step in method.steps:
        exact = f" (exactly {step.exact} minor units)" if step.exact else ""
        yield from _wrapped(f"{step.amount}  {display(step.says, 400)}{exact}", columns, "    ")
    for test in method.tests:
        met = {"yes": "met", "no": "NOT met"}.get(test.met, "not measured")
        yield from _wrapped(f"test: {test.says} {test.measured}: {met}", columns, "    ")
    yield ""
    yield from _blend_lines(sized, method, columns)
    yield "Where it is written:"
    for provision in method.provisions:
        yield from _wrapped(provision.place, columns, "    ")
        yield from _wrapped(provision.says, columns, "        ")
        source = f"; {provision.source}" if provision.source else ""
        yield f"        ({provision.standing}{source})"
    yield "Not covered:"
    for said in method.not_covered:
        yield from _wrapped(said, columns, "    ")
    yield "It asks in [requirement] for:"
    for said in method.asks:
        yield from _wrapped(said, columns, "    ")


def _blend_lines(sized: Sized, method: SizedMethod, columns: int) -> Iterator[str]:
    blends = method.blends
    shown = [blend for blend in blends if blend.is_shown]
    yield f"Blends that meet it, {len(blends)} worked out, capital at {sized.capital_rate} a year,"
    yield "insurance in force left out (of a tower, the limits of all its layers):"
    rows = [
        (display(blend.offer or "reserve alone", 40), blend.limit, blend.reserve, blend.to_add, blend.premium,
         blend.capital_cost, blend.cost, "cheapest" if blend.is_cheapest else "")
        for blend in shown[:LIST_MAX]
    ]  # fmt: skip
    heads = ("", "limit", "reserve", "to add", "premium", "capital", "cost a year", "")
    yield from table_of(heads, rows)
    if len(shown) > LIST_MAX:
        yield f"and {len(shown) - LIST_MAX} more; --out DIR writes all of them."
    yield ""
    cheapest = next(blend for blend in blends if blend.is_cheapest)
    if len(cheapest.layers) > 1:
        yield "Its layers, from the lowest:"
        for layer in cheapest.layers:
            yield f"    {layer.limit} above {layer.attaches}: {display(layer.offer, 40)}, {layer.premium} a year"
        yield ""
    if method.insured_in_scenarios:
        yield from _wrapped(method.insured_in_scenarios, columns)
    if not cheapest.tried:
        yield "No loss scenario is given to try the blends on."
        yield ""
        return
    uncovered = cheapest.uncovered
    yield f"The cheapest blend would not have covered {len(uncovered)} of {len(cheapest.tried)} scenarios:"
    if uncovered:
        cells = [(display(line.scenario, 40), line.loss, line.insured, line.reserved, line.uncovered)
                 for line in uncovered[:LIST_MAX]]  # fmt: skip
        yield from table_of(("", "loss", "insurer", "reserve", "not covered"), cells)
    if len(uncovered) > LIST_MAX:
        yield f"and {len(uncovered) - LIST_MAX} more; --out DIR writes all of them."
    fewest = min(len(blend.uncovered) for blend in shown)
    yield from _wrapped(f"Of the blends shown, the best leaves {fewest} uncovered.", columns)
    yield ""


def _wrapped(text: str, columns: int, indent: str = "") -> list[str]:
    return textwrap.wrap(text, columns, initial_indent=indent, subsequent_indent=f"{indent}  " if indent else "",
                         break_long_words=False, break_on_hyphens=False)  # fmt: skip
