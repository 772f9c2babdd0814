"""What must a rule on reserves say before a requirement can be worked out by it?

A method is a value like a regime: what it asks for, over which days it is known to hold, whether an official formula
stands behind it, each provision with its place and standing, and what it leaves out. Its formula is one function of
typed figures; all of it is whole numbers and exact ratios, and a requirement is rounded once, up.

What a method does not do: it reads no case and no books, converts no currency but amounts that it states itself, and
prefers itself to no other.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from administrator.law.regime import Provision, Standing

NO_OFFICIAL_FORMULA = "No official formula stands behind this figure."


class LacksFigure(ValueError):
    """A method asks for what the case does not say. The text says which key, in what unit."""


class NoSuchFormula(ValueError):
    """What the case gives cannot be worked with. The text says why and what to do."""


@dataclass(frozen=True, slots=True)
class Figures:
    """What the case gives, in minor units of the reporting currency."""

    on: date
    """The day for which it is worked out."""
    currency: str
    decimals: int
    held_minor: int
    """Reserve in hand."""
    amounts: Mapping[str, int]
    """By key of [requirement]: customers, hot, cold, expenses ...; what is not given is not in it."""
    volumes: Mapping[str, tuple[int, ...]]
    """Traded of each class: this business year, then those before it."""
    choices: Mapping[str, str]
    """By key: market, service, applied_to."""
    quantile: Fraction | None
    formula: str | None
    named: Mapping[str, Fraction]
    """What a formula of one's own may name, amounts in whole currency."""
    rates: Mapping[str, Fraction]
    """Reporting currency for one whole unit of another."""

    def amount(self, key: str) -> int:
        """Give an amount that a method asks for.

        Raises:
            LacksFigure: the case does not give it.
        """
        if key not in self.amounts:
            raise LacksFigure(f"{key} is not given")
        return self.amounts[key]

    def choice(self, key: str, choices: str) -> str:
        """Give a choice that a method asks for.

        Raises:
            LacksFigure: the case does not make it.
        """
        if key not in self.choices:
            raise LacksFigure(f"{key} is not given ({choices})")
        return self.choices[key]

    def stated(self, whole: int, currency: str) -> Fraction:
        """Give an amount that a method states in a currency, in minor units of the reporting currency, exactly.

        Raises:
            LacksFigure: that is another currency, and the case gives no rate.
        """
        if currency == self.currency:
            rate = Fraction(1)
        elif currency in self.rates:
            rate = self.rates[currency]
        else:
            raise LacksFigure(f"rates.{currency} is not given: {self.currency} for one {currency}")
        scale: int = 10**self.decimals
        return rate * whole * scale


@dataclass(frozen=True, slots=True)
class Step:
    """One line of the arithmetic."""

    says: str
    minor: Fraction
    """Exact, in minor units."""


@dataclass(frozen=True, slots=True)
class Test:
    """Something else that the rule wants, measured on the same figures."""

    says: str
    measured: Fraction | None
    """A share; None where there is nothing to measure."""
    met: bool | None
    __test__ = False


@dataclass(frozen=True, slots=True)
class Worked:
    """A requirement with its arithmetic."""

    exact: Fraction
    """In minor units, before it is rounded."""
    steps: tuple[Step, ...]
    tests: tuple[Test, ...] = ()
    says: tuple[str, ...] = ()
    """What a reader must know of this figure."""
    parts: tuple[tuple[str, Fraction], ...] = ()
    """What of it is asked for which wallets (hot, cold); empty where the rule does not say."""

    @property
    def required_minor(self) -> int:
        """The requirement, rounded up: no part of a unit is left unheld."""
        return up(self.exact)


@dataclass(frozen=True, slots=True)
class Method:
    """One rule on how much is to be held against losses, over one span of days."""

    name: str
    title: str
    in_force_from: date
    in_force_until: date | None
    """The last day it is known to hold; None while the text read is the current one."""
    read_on: date | None
    """The day the texts cited as read were compared; None where none was."""
    official_for: str
    """For whom a law or regulator states the formula; empty: no official formula."""
    replaceable: Fraction | None
    """Share of the requirement that insurance may replace; None: no law says, the case must."""
    asks: tuple[str, ...]
    """Keys of [requirement] that it uses, each with what is meant."""
    work: Callable[[Figures], Worked]
    provisions: tuple[Provision, ...]
    not_covered: tuple[str, ...]

    @property
    def is_official(self) -> bool:
        """Whether a law or regulator states the formula."""
        return bool(self.official_for)

    def holds_on(self, day: date) -> bool:
        """Whether the rule is known to hold on a day; of other days it says nothing."""
        return self.in_force_from <= day and (self.in_force_until is None or day <= self.in_force_until)

    @property
    def unread(self) -> tuple[Provision, ...]:
        """Provisions whose official text nobody has compared."""
        return tuple(p for p in self.provisions if p.authority.standing is Standing.UNREAD)


def up(exact: Fraction) -> int:
    """Round an amount up to a whole unit.

    >>> up(Fraction(7, 2)), up(Fraction(4))
    (4, 4)
    """
    return -(-exact.numerator // exact.denominator)


def share_of(part: int, whole: int) -> Fraction | None:
    """Give a part of a whole; None where there is no whole."""
    return Fraction(part, whole) if whole else None
