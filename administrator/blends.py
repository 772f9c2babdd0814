"""Of how much reserve and how much insurance can a requirement be made, what does each blend cost a year, and what
would each not have covered?

A blend is a reserve and a tower of layers beside it: limits of several offers, each above the one below. An offer that
names no attachment pays above its retention, and a tower has at most one of those; one that names its attachment pays
above that, whatever pays below. Layers never overlap, for nobody is paid twice for one part of a loss; between them
there may be a gap, which the reserve bears.

All towers are worked out, and for each the least reserve, since more of it only costs more; the cheapest is looked up.
No argument about slopes is needed, which steps, floors and minimum premiums would break anyway. How many towers there
are is counted before, and too many are refused. Costs stay exact ratios; they are rounded where they are shown.

What insurance replaces of a requirement is what it would pay of a loss just as large: each layer above its attachment,
up to its limit, at its share, out of the wallets it covers, and no larger a share of the requirement than may be
replaced. A law that counts the limit alone asks for less; the reserve would then not meet the retention.

What this does not know: insurers' solvency, exclusions, several losses in a year.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from itertools import product
from math import floor

from administrator.insurance import (
    Basis,
    CustodyLoss,
    EventLoss,
    Policy,
    PolicyLine,
    at_every_valuation,
    cover,
)
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
    """Of an offer without attachment: it pays above this."""
    attachment_minor: int | None
    """Of an excess layer: it pays above this, whatever pays below; None: the offer stands on its retention."""
    share: Ratio
    """Placed share of the layer."""
    prices: tuple[tuple[int, Fraction], ...]
    """Limit and premium a year; each limit once, above 0."""

    @property
    def attaches_minor(self) -> int:
        """Above how much of a loss it pays."""
        return self.retention_minor if self.attachment_minor is None else self.attachment_minor


@dataclass(frozen=True, slots=True)
class Layer:
    """One limit of one offer."""

    offer: Offer
    limit_minor: int
    premium: Fraction
    """A year, minor units, exact."""


@dataclass(frozen=True, slots=True)
class InForce:
    """Insurance that is there already; it pays whole, before any layer of a blend."""

    limit_minor: int
    retention_minor: int
    custody: frozenset[str] | None
    """None covers every wallet."""


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
    """A reserve, and a tower of layers beside it."""

    layers: tuple[Layer, ...]
    """The lowest first; empty: reserve alone."""
    reserve_minor: int
    capital_cost: Fraction
    """A year, minor units, exact."""
    premium: Fraction
    """The same, of all layers."""

    @property
    def cost(self) -> Fraction:
        """What it costs a year, exactly."""
        return self.capital_cost + self.premium

    @property
    def limit_minor(self) -> int:
        """The limits of all layers together."""
        return sum(layer.limit_minor for layer in self.layers)

    @property
    def offers(self) -> tuple[str, ...]:
        """The names of the offers, of the lowest layer first."""
        return tuple(layer.offer.name for layer in self.layers)


@dataclass(frozen=True, slots=True)
class Tried:
    """What one blend does for one scenario; what is insured, reserved and uncovered sums to the loss."""

    scenario: Scenario
    in_force_minor: int
    """What the insurance in force pays."""
    insured_minor: int
    """What all insurance pays, that in force too."""
    reserved_minor: int
    uncovered_minor: int


def replaced_minor(required: Required, layers: Sequence[Layer]) -> int:
    """Give what a tower replaces of a requirement, each layer rounded down.

    A layer for some wallets only replaces what the rule asks for those; where the rule does not say, nothing.
    """
    paid = 0
    for layer in layers:
        coverable = required.minor
        if layer.offer.custody is not None:
            asked = [part for wallets, part in required.parts if wallets in layer.offer.custody]
            coverable = min(coverable, floor(sum(asked, Fraction(0))))
        paid += _paid_minor(layer, coverable, 0)
    return min(floor(required.replaceable * required.minor), paid)


def count_blends(offers: Sequence[Offer]) -> int:
    """Give how many blends there are, without working out any: reserve alone and every tower.

    Args:
        offers: at most some hundred.
    """
    ordered = _by_attachment(offers)
    limits = [sorted(limit for limit, _ in offer.prices) for offer in ordered]
    # Towers that begin at an offer, by whether one below stands on its retention already.
    begun: list[dict[bool, int]] = [{} for _ in ordered]
    for at in reversed(range(len(ordered))):
        for is_standing in (False, True):
            if is_standing and ordered[at].attachment_minor is None:
                begun[at][is_standing] = 0
                continue
            stands = is_standing or ordered[at].attachment_minor is None
            ways = len(limits[at])
            for above in range(at + 1, len(ordered)):
                room = ordered[above].attaches_minor - ordered[at].attaches_minor
                ways += bisect_right(limits[at], room) * begun[above][stands]
            begun[at][is_standing] = ways
    return 1 + sum(ways[False] for ways in begun)


def all_blends(required: Required, offers: Sequence[Offer], capital_rate: Fraction) -> tuple[Blend, ...]:
    """Give every blend that meets a requirement with no more reserve than it needs.

    Reserve alone comes first, then each offer by itself in the order given, then towers of two, and so on, those of the
    same offers together, by their limits from the lowest layer.

    Args:
        offers: each name once; see `count_blends`.
        capital_rate: what one unit of reserve costs a year.
    """
    blends = []
    for tower in _towers(offers):
        reserve = required.minor - replaced_minor(required, tower)
        premium = sum((layer.premium for layer in tower), Fraction(0))
        blends.append(Blend(tower, reserve, capital_rate * reserve, premium))
    return tuple(blends)


def _by_attachment(offers: Sequence[Offer]) -> list[Offer]:
    return sorted(offers, key=lambda offer: offer.attaches_minor)


def _towers(offers: Sequence[Offer]) -> Iterator[tuple[Layer, ...]]:
    """Every tower without an overlap, the empty one first."""
    ordered = _by_attachment(offers)
    place = {offer.name: number for number, offer in enumerate(offers)}
    stacks: list[tuple[Offer, ...]] = [()]
    for stack in stacks:
        # Grows while it is walked: every stack that something fits onto is followed by those with that on top.
        for offer in ordered[ordered.index(stack[-1]) + 1 :] if stack else ordered:
            is_second = offer.attachment_minor is None and any(below.attachment_minor is None for below in stack)
            if not is_second and (not stack or any(_fitting(stack[-1], offer))):
                stacks.append((*stack, offer))
    for stack in sorted(stacks, key=lambda stack: (len(stack), [place[offer.name] for offer in stack])):
        above = (*stack[1:], None)
        yield from product(*(list(_fitting(offer, top)) for offer, top in zip(stack, above, strict=False)))


def _fitting(offer: Offer, above: Offer | None) -> Iterator[Layer]:
    """The limits of an offer that end where the layer above attaches, or below that."""
    for limit_minor, premium in sorted(offer.prices):
        if above is None or offer.attaches_minor + limit_minor <= above.attaches_minor:
            yield Layer(offer, limit_minor, premium)


def cheapest(blends: Sequence[Blend]) -> Blend:
    """Give the blend that costs least a year; of equally cheap ones that with the larger reserve, then the larger
    limits, then fewer layers, then the offers' names in byte order.
    """
    return min(
        blends,
        key=lambda blend: (
            blend.cost, -blend.reserve_minor, -blend.limit_minor, len(blend.layers),
            [name.encode() for name in blend.offers], [layer.limit_minor for layer in blend.layers],
        ),
    )  # fmt: skip


class Trials:
    """Scenarios to try many blends on; what a layer pays in one is worked out once."""

    def __init__(self, scenarios: Sequence[Scenario], in_force: InForce | None) -> None:
        self._scenarios = scenarios
        self._in_force = in_force
        self._known: dict[tuple[str, int, int], int] = {}

    def of(self, blend: Blend) -> tuple[Tried, ...]:
        """Give what a blend would have paid in each scenario: insurance in force first, then layers, then reserve."""
        results = []
        for number, scenario in enumerate(self._scenarios):
            in_force = self._in_force_minor(scenario)
            insured = in_force + sum(self._layer_minor(layer, number) for layer in blend.layers)
            reserved = min(blend.reserve_minor, scenario.loss_minor - insured)
            results.append(Tried(scenario, in_force, insured, reserved, scenario.loss_minor - insured - reserved))
        return tuple(results)

    def _in_force_minor(self, scenario: Scenario) -> int:
        there = self._in_force
        if there is None or not _answers(there.custody, scenario.custody):
            return 0
        return min(max(scenario.loss_minor - there.retention_minor, 0), there.limit_minor)

    def _layer_minor(self, layer: Layer, number: int) -> int:
        key = (layer.offer.name, layer.limit_minor, number)
        if key not in self._known:
            scenario = self._scenarios[number]
            paid = 0
            if _answers(layer.offer.custody, scenario.custody):
                paid = _paid_minor(layer, scenario.loss_minor, self._overlap_minor(layer, scenario))
            self._known[key] = paid
        return self._known[key]

    def _overlap_minor(self, layer: Layer, scenario: Scenario) -> int:
        """Of the part of a loss that a layer answers for, what the insurance in force has paid already."""
        there = self._in_force
        if there is None or self._in_force_minor(scenario) == 0:
            return 0
        begins = max(layer.offer.attaches_minor, there.retention_minor)
        ends = min(
            layer.offer.attaches_minor + layer.limit_minor, there.retention_minor + there.limit_minor,
            scenario.loss_minor,
        )  # fmt: skip
        return max(ends - begins, 0)


def _answers(wallets: frozenset[str] | None, custody: str) -> bool:
    return wallets is None or custody in wallets


def _paid_minor(layer: Layer, loss_minor: int, overlap_minor: int) -> int:
    """Give what a layer owes for one loss, by the same computation as for the policies of a case.

    Args:
        overlap_minor: of the layer, what somebody else has paid already.
    """
    policy = Policy(
        position=0,
        name=layer.offer.name,
        covers=frozenset({_PERIL}),
        custody=None,
        basis=Basis.OCCURRED,
        from_at=None,
        until_at=None,
        retention_minor=layer.offer.attaches_minor,
        limit_minor=layer.limit_minor,
        aggregate_minor=None,
        eroded_minor=0,
        lines=(PolicyLine("", layer.offer.share, "", 0),),
        pays_holders=True,
        sublimits=(),
    )
    event = EventLoss("", _PERIL, _AT, _AT, _AT, _AT, 0, at_every_valuation((CustodyLoss("", loss_minor),)))
    share = layer.offer.share
    (answer,) = cover(policy, [event], projection=True)
    return share.numerator * (answer.layer_minor - overlap_minor) // share.denominator
