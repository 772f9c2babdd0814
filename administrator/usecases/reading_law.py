"""Show what the program takes the law to be, so that a lawyer can hold it against the statute: how failed exchanges are
shared out (regimes), and what must be held by those that did not fail (requirements).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from textwrap import wrap

from administrator.errors import RegimeError
from administrator.law import REGIMES
from administrator.law.regime import Citation, Provision, Regime, Standing
from administrator.law.requirements import METHODS
from administrator.law.requirements.method import Method
from ledgers.display import display

WIDTH = 116
"""Columns of a page."""


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
    yield f"{regime.name}: for commencements from {regime.in_force_from} until {until}."
    standing = _standing(regime)
    yield f"{standing[0].upper()}{standing[1:]}."
    if regime.unsettled:
        yield f"A method only. {regime.unsettled}"
    if regime.triggers:
        yield f"It is for cases whose trigger is {' or '.join(regime.triggers)}."
    if regime.asks:
        yield f"A case under it must state {' and '.join(f'plan.{name}' for name in regime.asks)}."
    if regime.ranks:
        yield ""
        yield "Who is paid, first to last:"
        for place, rank in enumerate(regime.ranks, 1):
            yield f"{place:>4}. {rank.who}"
            yield f"      ({_cited(rank.authority)}{_standing_of(rank.authority)})"
    yield ""
    written = [provision for provision in regime.provisions if provision.authority.standing is not Standing.CHOICE]
    if written:
        yield "What it says, article by article:"
        yield from _provisions(written)
        yield ""
    yield "Where nothing was found written, this program does this, unless the case says otherwise:"
    for provision in regime.provisions:
        if provision.authority.standing is Standing.CHOICE:
            said = f"{provision.says} ({_about(provision, 'a choice')})"
            yield from (f"    {line}" for line in wrap(said, WIDTH - 4))
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
        yield from (f"    {line}" for line in wrap(provision.says, WIDTH - 4))
        yield f"    ({_about(provision, _standing_of(authority))})"


def _about(provision: Provision, standing: str) -> str:
    about = f"on {provision.topic}; " if provision.topic else ""
    decides = f"decides plan.{provision.parameter}; " if provision.parameter else ""
    return f"{about}{decides}{standing}"


def _cited(authority: Citation) -> str:
    place = f"{authority.law} {authority.article}".strip()
    return f"{place}; " if place else ""


def _standing_of(authority: Citation) -> str:
    return f"{authority.standing}{'; ' + authority.source if authority.source else ''}"


def _standing(regime: Regime) -> str:
    cited = [rank.authority for rank in regime.ranks] + [provision.authority for provision in regime.provisions]
    unread = sum(1 for authority in cited if authority.standing is Standing.UNREAD)
    said = "method only; " if regime.unsettled else ""
    if regime.read_on is None:
        return said + (f"not compared with the official text; places unread: {unread}" if unread else "no statute")
    said += f"compared with the official text on {regime.read_on}"
    return said + (f"; places unread: {unread}" if unread else "")
