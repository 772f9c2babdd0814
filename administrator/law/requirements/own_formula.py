"""A requirement by a formula of one's own, written in case.toml and read by `formula.py`. No law.

    formula = "max(30000000, 5% * hot + 0.5% * cold)"

Amounts are in whole reporting currency. A result below 0 is refused; it is rounded up to a whole minor unit.
"""

from __future__ import annotations

from datetime import date
from fractions import Fraction

from administrator.law.regime import Citation, Provision, Standing
from administrator.law.requirements.formula import evaluate
from administrator.law.requirements.method import (
    NO_OFFICIAL_FORMULA,
    Figures,
    LacksFigure,
    Method,
    NoSuchFormula,
    Step,
    Worked,
)

DIGITS_MAX = 38


def _work(figures: Figures) -> Worked:
    if figures.formula is None:
        raise LacksFigure("formula is not given, such as max(30000000, 5% * hot)")
    scale = 10**figures.decimals
    named = {key: Fraction(minor, scale) for key, minor in figures.amounts.items()}
    named |= {"held": Fraction(figures.held_minor, scale), **figures.named}
    exact = evaluate(figures.formula, named) * scale
    if exact < 0:
        raise NoSuchFormula("formula: comes to less than 0. Put max(0, ...) around it, or correct it.")
    if exact >= 10**DIGITS_MAX:
        raise NoSuchFormula(f"formula: comes to more than {DIGITS_MAX} digits in base units. Correct it.")
    return Worked(exact, (Step(figures.formula, exact),), says=(NO_OFFICIAL_FORMULA,))


METHOD = Method(
    name="own",
    title="A formula of the case itself",
    in_force_from=date(1900, 1, 1),
    in_force_until=None,
    read_on=None,
    official_for="",
    replaceable=None,
    asks=(
        "formula: with + - * min max, percentages and brackets",
        "figures: further names that it uses",
    ),
    work=_work,
    provisions=(
        Provision("", "The formula stands in case.toml.", Citation("the case", "[requirement]", "", Standing.CHOICE)),
    ),
    not_covered=("any law: whether a supervisor accepts it is for him to say",),
)
