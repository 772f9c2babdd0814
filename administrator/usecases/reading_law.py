"""Show what the program takes the law to be, so that a lawyer can hold it against the statute: how failed exchanges are
shared out (regimes), and what must be held by those that did not fail (requirements).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from administrator.errors import RegimeError
from administrator.law import REGIMES
from administrator.law.regime import Provision, Regime, Standing
from administrator.law.requirements import METHODS
from administrator.law.requirements.method import Method
from ledgers.display import display


@dataclass(frozen=True, slots=True)
class RegimeLine:
    """One regime, or one method of a requirement, in the list."""

    name: str
    title: str
    standing: str
    kind: str
    """regime or requirement."""


def regimes() -> list[RegimeLine]:
    """Every regime with its standing, by name."""
    return [RegimeLine(name, regime.title, _standing(regime), "regime") for name, regime in sorted(REGIMES.items())]


def requirements() -> list[RegimeLine]:
    """Every method of a requirement with its standing, those of a law first."""
    return [
        RegimeLine(name, method.title, f"{_officially(method)}; {_method_standing(method)}", "requirement")
        for name, method in METHODS.items()
    ]


def page(name: str) -> Iterator[str]:
    """One regime or one method as a page: each provision with its article, what is not covered, how sure it all is."""
    if name in METHODS:
        yield from _method_page(METHODS[name])
        return
    if name not in REGIMES:
        known = ", ".join([*sorted(REGIMES), *METHODS])
        raise RegimeError(f'law: "{display(name)}" is not known. Known are: {known}.')
    regime = REGIMES[name]
    yield regime.title
    until = regime.in_force_until.isoformat() if regime.in_force_until else "further notice"
    yield f"{regime.name}: for commencements from {regime.in_force_from} until {until}; {_standing(regime)}."
    yield ""
    yield from _provisions(regime.provisions)
    yield ""
    back = regime.look_back
    yield (
        f"Look-back before commencement: {back.insiders_days} days for insiders and affiliates, {back.others_days} "
        "days for others. It finds candidates and decides no figure:"
    )
    yield from _provisions(back.provisions)
    yield ""
    yield "Not covered:"
    for said in regime.not_covered:
        yield f"    {said}"


def _method_page(method: Method) -> Iterator[str]:
    yield method.title
    until = method.in_force_until.isoformat() if method.in_force_until else "further notice"
    yield (
        f"{method.name}: for days from {method.in_force_from} until {until}; {_officially(method)}; "
        f"{_method_standing(method)}."
    )
    yield ""
    yield from _provisions(method.provisions)
    yield ""
    if method.replaceable is None:
        yield "What share of it insurance may replace, no law says; [requirement] replaceable does."
    else:
        numerator, denominator = method.replaceable.as_integer_ratio()
        share = numerator if denominator == 1 else f"{numerator}/{denominator}"
        yield f"Share of it that insurance may replace, by the rule: {share}."
    yield ""
    yield "It asks in [requirement] for:"
    for asked in method.asks:
        yield f"    {asked}"
    yield ""
    yield "Not covered:"
    for said in method.not_covered:
        yield f"    {said}"


def _officially(method: Method) -> str:
    return f"an official formula for {method.official_for}" if method.is_official else "no official formula"


def _method_standing(method: Method) -> str:
    unread = f"{len(method.unread)} of {len(method.provisions)} provisions not read in the official text"
    return f"compared with the official text on {method.read_on}, {unread}" if method.read_on else unread


def _provisions(provisions: Iterable[Provision]) -> Iterator[str]:
    for provision in provisions:
        authority = provision.authority
        yield f"{authority.law} {authority.article}".strip()
        yield f"    {provision.says}"
        decides = f"decides plan.{provision.parameter}; " if provision.parameter else ""
        yield f"    ({decides}{authority.standing}{'; ' + authority.source if authority.source else ''})"


def _standing(regime: Regime) -> str:
    unread = sum(1 for provision in regime.provisions if provision.authority.standing is Standing.UNREAD)
    if regime.read_on is None:
        return "no statute"
    return f"compared with the official text on {regime.read_on}" + (f", {unread} provisions unread" if unread else "")
