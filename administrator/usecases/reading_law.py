"""Show what the program takes the law to be, so that a lawyer can hold it against the statute."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from administrator.errors import RegimeError
from administrator.law import REGIMES
from administrator.law.regime import Provision, Regime, Standing


@dataclass(frozen=True, slots=True)
class RegimeLine:
    """One regime in the list."""

    name: str
    title: str
    standing: str


def regimes() -> list[RegimeLine]:
    """Every regime with its standing, by name."""
    return [RegimeLine(name, regime.title, _standing(regime)) for name, regime in sorted(REGIMES.items())]


def page(name: str) -> Iterator[str]:
    """One regime as a page: each provision with its article, what is not covered, and how sure it all is."""
    if name not in REGIMES:
        raise RegimeError(f'law: "{name}" is not known. Known are: {", ".join(sorted(REGIMES))}.')
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
