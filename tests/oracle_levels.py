"""Dividing by tiers, with rooms, and levelling up (rules 1, 10 and 12) for the oracle.

One act serves pools and the estate: tiers that share one after the other, each weight with the most it may get, and
holders who already had more than their part standing apart until the others have caught up.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from types import MappingProxyType
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
Tier = tuple[dict[K, int], dict[K, int]]
"""weights and rooms of those who share alike, in the order of ties"""


@dataclass
class Division(Generic[K]):
    """What each gets of an amount, what nobody claims, and what rounding left."""

    awards: dict[K, int]
    surplus: int
    residue: int


@dataclass
class Levelled(Generic[K]):
    """A division among those who had no more than their part, beside those who had."""

    awards: dict[K, int]
    overpaid: int
    surplus: int
    residue: int
    dividend: Fraction | None
    overdrawn: bool


def share(
    amount: int, weights: Mapping[K, int], rooms: Mapping[K, int], rounding: str,
    fixed: Mapping[K, int] = MappingProxyType({}),
) -> Division[K]:  # fmt: skip
    """Divide among weights at one exact ratio, nobody above his room; `fixed` is taken before, as far as it is there.
    """
    caps = {key: min(weight, rooms[key]) for key, weight in weights.items()}
    if amount >= sum(caps.values()):
        return Division(caps, amount - sum(caps.values()), 0)
    capped: dict[K, int] = {key: min(units, amount) for key, units in fixed.items() if key in weights}
    while True:
        rest = {key: weight for key, weight in weights.items() if key not in capped and weight}
        total = sum(rest.values())
        left = amount - sum(capped.values())
        floors = {key: weight * left // total for key, weight in rest.items()}
        above = {key: rooms[key] for key, units in floors.items() if units > rooms[key]}
        if not above:
            break
        capped |= above
    awards = dict.fromkeys(weights, 0) | capped | floors
    residue = left - sum(floors.values())
    if rounding == "largest_remainder":
        # reading: a unit that rounding left goes to nobody who has no room for it; it may then stay residue.
        order = sorted(rest, key=lambda key: -(rest[key] * left % total))  # sorted() keeps the order among equals
        for key in [key for key in order if awards[key] < rooms[key]][:residue]:
            awards[key] += 1
            residue -= 1
    return Division(awards, 0, residue)


def divide(amount: int, tiers: Sequence[Tier[K]], rounding: str, fixed: Mapping[K, int]) -> Division[K]:
    """Tier by tier: each shares what is left when the one before is whole."""
    awards: dict[K, int] = {}
    residue = 0
    for weights, rooms in tiers:
        # reading: a tier that is not whole leaves the next one nothing: its residue stays residue.
        division = share(amount, weights, rooms, rounding, fixed)
        awards |= division.awards
        amount = division.surplus
        residue += division.residue
    return Division(awards, amount, residue)


def level(
    amount: int, tiers: Sequence[Tier[K]], paid: Mapping[Hashable, int], rounding: str, owner: Callable[[K], Hashable],
    order: Callable[[K], tuple[int, int]] = lambda _: (0, 0), most: Mapping[K, int] = MappingProxyType({}),
    fixed: Mapping[K, int] = MappingProxyType({}),
) -> Levelled[K]:  # fmt: skip
    """Divide so that whoever had more than the dividend of the others keeps it, and the others share what is left.

    `paid` is by owner; an owner of no weight who was paid stands outside from the start. Whoever chose a share that is
    fixed gets no more than `most`, whatever the division gives him: nobody else gets more by it. Whoever
    is in `fixed` gets that of his tier, before the others of it share.
    """
    everybody = [key for weights, _ in tiers for key in weights]
    owners = {owner(key) for key in everybody}
    out = {name for name, units in paid.items() if units > 0 and name not in owners}
    while True:
        left = max(amount - sum(paid[name] for name in out), 0)
        inside = [
            ({key: weight for key, weight in weights.items() if owner(key) not in out}, rooms)
            for weights, rooms in tiers
        ]
        division = divide(left, inside, rounding, fixed)
        forgone = {key: max(units - most.get(key, units), 0) for key, units in division.awards.items()}
        division.awards = {key: units - forgone[key] for key, units in division.awards.items()}
        had: dict[Hashable, int] = dict.fromkeys((owner(key) for key in division.awards), 0)
        for key, units in division.awards.items():
            had[owner(key)] += units
        gone = {name for name, units in had.items() if paid.get(name, 0) > units}
        if not gone:
            break
        out |= gone
    ordinary = divide(amount, tiers, "floor", fixed).awards
    awards = {key: division.awards.get(key, 0) for key in everybody}
    unspent = {name: paid[name] for name in out}
    for key in sorted((key for key in everybody if owner(key) in out), key=order):  # an owner's parts in their order
        awards[key] = min(ordinary[key], unspent[owner(key)], most.get(key, ordinary[key]))
        unspent[owner(key)] -= awards[key]
    overpaid = min(sum(unspent.values()), amount - sum(awards.values()))
    claims = sum(sum(weights.values()) for weights, _ in inside)
    # reading: "somebody is left" is whoever of those not out claims anything.
    if not out or not claims:
        left, claims = amount, sum(sum(weights.values()) for weights, _ in tiers)
    dividend = Fraction(min(left, claims), claims) if claims else None
    overdrawn = sum(paid[name] for name in out) > amount
    surplus = division.surplus + sum(forgone.values())
    levelled = Levelled(awards, overpaid, surplus, division.residue, dividend, overdrawn)
    assert amount == sum(awards.values()) + overpaid + levelled.surplus + levelled.residue, "a levelling closes"
    return levelled
