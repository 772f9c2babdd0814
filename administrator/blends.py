"""Of how much reserve and how much insurance can a requirement be made, what does each blend cost a year, and what
would each not have covered?

An offer is sold at so many limits, at most some thousand; for each of them there is one least reserve, and more of it
only costs more. So all blends are worked out and the cheapest is looked up: no argument about slopes is needed, which
steps, floors and minimum premiums would break anyway. Costs stay exact ratios; they are rounded where they are shown.

What insurance replaces of a requirement is what it would pay of a loss just as large: above its retention, up to its
limit, at its share, out of the wallets it covers, and no larger a share of the requirement than may be replaced. A law
that counts the limit alone asks for less; the reserve would then not meet the retention.

What this does not know: insurers' solvency, exclusions, several losses in a year.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from fractions import Fraction
from math import floor

from administrator.insurance import Basis, EventLoss, Policy, cover
from administrator.losses import Peril
from ledgers.units import Ratio

_PERIL = Peril("external_theft")
_AT = datetime(2000, 1, 1)
"""Any instant: no period is tested."""


@dataclass(frozen=True, slots=True)
class Offer:
    """What one insurer offers, in minor units of the reporting currency."""

    name: str
    custody: frozenset[str] | None
    """None covers every wallet."""
    retention_minor: int
    share: Ratio
    """Placed share of the layer."""
    prices: tuple[tuple[int, Fraction], ...]
    """Limit and premium a year; each limit once, above 0."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """A loss to try blends on."""

    name: str
    loss_minor: int
    custody: str
    """Wallets it is lost from; empty where that is not known: only an offer for all wallets answers it."""


@dataclass(frozen=True, slots=True)
class Required:
    """A requirement, as blends must meet it."""

    minor: int
    replaceable: Fraction
    """Share of it that insurance may replace."""
    parts: tuple[tuple[str, Fraction], ...]
    """What of it is asked for which wallets; empty where the rule does not say."""


@dataclass(frozen=True, slots=True)
class Blend:
    """A reserve, and a limit of one offer beside it."""

    offer: Offer | None
    """None: reserve alone."""
    limit_minor: int
    reserve_minor: int
    capital_cost: Fraction
    """A year, minor units, exact."""
    premium: Fraction
    """The same."""

    @property
    def cost(self) -> Fraction:
        """What it costs a year, exactly."""
        return self.capital_cost + self.premium


@dataclass(frozen=True, slots=True)
class Tried:
    """What one blend does for one scenario; the three parts sum to the loss."""

    scenario: Scenario
    insured_minor: int
    reserved_minor: int
    uncovered_minor: int


def replaced_minor(required: Required, offer: Offer, limit_minor: int) -> int:
    """Give what a limit of an offer replaces of a requirement, rounded down.

    An offer for some wallets only replaces what the rule asks for those; where the rule does not say, nothing.
    """
    coverable = required.minor
    if offer.custody is not None:
        asked = [part for wallets, part in required.parts if wallets in offer.custody]
        coverable = min(coverable, floor(sum(asked, Fraction(0))))
    most = floor(required.replaceable * required.minor)
    return min(most, _paid_minor(replace(offer, custody=None), limit_minor, coverable, ""))


def all_blends(required: Required, offers: Sequence[Offer], capital_rate: Fraction) -> tuple[Blend, ...]:
    """Give every blend that meets a requirement with no more reserve than it needs.

    Reserve alone comes first, then each offer in the order given, by limit.

    Args:
        capital_rate: what one unit of reserve costs a year.
    """
    blends = [Blend(None, 0, required.minor, capital_rate * required.minor, Fraction(0))]
    for offer in offers:
        for limit_minor, premium in sorted(offer.prices):
            reserve = required.minor - replaced_minor(required, offer, limit_minor)
            blends.append(Blend(offer, limit_minor, reserve, capital_rate * reserve, premium))
    return tuple(blends)


def cheapest(blends: Sequence[Blend]) -> Blend:
    """Give the blend that costs least a year; of equally cheap ones that with the larger reserve, then the larger
    limit, then the offer's name in byte order.
    """
    return min(
        blends,
        key=lambda blend: (
            blend.cost, -blend.reserve_minor, -blend.limit_minor, blend.offer.name.encode() if blend.offer else b""
        ),
    )  # fmt: skip


def tried(blend: Blend, scenarios: Sequence[Scenario]) -> tuple[Tried, ...]:
    """Give what a blend would have paid in each scenario: the insurer first, then the reserve."""
    results = []
    for scenario in scenarios:
        insured = 0
        if blend.offer is not None:
            insured = _paid_minor(blend.offer, blend.limit_minor, scenario.loss_minor, scenario.custody)
        reserved = min(blend.reserve_minor, scenario.loss_minor - insured)
        results.append(Tried(scenario, insured, reserved, scenario.loss_minor - insured - reserved))
    return tuple(results)


def _paid_minor(offer: Offer, limit_minor: int, loss_minor: int, custody: str) -> int:
    """Give what a policy of this limit owes for one loss, by the same computation as for the policies of a case."""
    policy = Policy(
        position=0,
        name=offer.name,
        covers=frozenset({_PERIL}),
        custody=offer.custody,
        basis=Basis.OCCURRED,
        from_at=None,
        until_at=None,
        retention_minor=offer.retention_minor,
        limit_minor=limit_minor,
        aggregate_minor=None,
        eroded_minor=0,
        share=offer.share,
        share_text="",
        pays_holders=True,
        received_minor=0,
        sublimits=(),
    )
    event = EventLoss("", _PERIL, _AT, _AT, 0, ((custody, loss_minor),), frozenset())
    return cover(policy, [event], projection=True)[0].due_minor
