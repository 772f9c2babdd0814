"""How far are whole units from the exact ratios? The proportional rules again, with fractions and nothing rounded.

For small cases only: a fraction grows with every transfer it goes through.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from ledgers.limbs import wholes
from ledgers.tracing.rules import PROPORTIONAL

if TYPE_CHECKING:
    from ledgers.tracing.walk import Traced

TRANSFERS_MAX = 50


def deviation(traced: Traced) -> Fraction | None:
    """Give the largest difference, at any place and for any start, in units; None where a rule rounds nothing.

    Args:
        traced: forward or backward, of at most 50 transfers, under any rule; larger ones give None.
    """
    if traced.rule not in PROPORTIONAL or len(traced.numbers) > TRANSFERS_MAX:
        return None
    largest = Fraction(0)
    for place, exact in enumerate(_exact(traced)):
        for start, units in enumerate(exact):
            largest = max(largest, abs(units - traced.units_at(place, start)))
    return largest


def _exact(traced: Traced) -> list[list[Fraction]]:
    """Units by place and start, without rounding."""
    road, ground = traced.way.road, traced.way.ground
    is_end, starts = ground.is_end.tolist(), ground.tags
    there = [[Fraction(0)] * (starts + 1) for _ in is_end]
    for place, (tag, units) in enumerate(zip(ground.opening_tags.tolist(), wholes(ground.openings), strict=True)):
        if not is_end[place]:
            there[place][tag] += units
    ways = zip(road.senders.tolist(), road.recipients.tolist(), road.tags.tolist(), strict=True)
    sums = zip(wholes(road.units), wholes(road.fees), strict=True)
    for (sender, recipient, tag), (units, fee) in zip(ways, sums, strict=True):
        if ground.is_back and not is_end[recipient]:
            there[recipient][-1] += fee
        if sender != recipient:
            parts = [Fraction(0)] * starts + [Fraction(units)] if is_end[sender] else _paid(there[sender], units)
            if tag >= 0:
                parts = [Fraction(units if at == tag else 0) for at in range(starts + 1)]
            there[recipient] = [have + part for have, part in zip(there[recipient], parts, strict=True)]
        if not ground.is_back and not is_end[sender]:
            _paid(there[sender], fee)
    return [there[node][:starts] for node in traced.way.node_of.tolist()]


def _paid(there: list[Fraction], units: int) -> list[Fraction]:
    """Take from each its share; tags first, what is of none last."""
    whole = sum(there)
    parts = [units * have / whole if whole else Fraction(0) for have in there]
    for at, part in enumerate(parts):
        there[at] -= part
    return parts
