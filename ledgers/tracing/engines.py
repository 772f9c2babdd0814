"""Go down a road under a rule: by the definition for small cases, compiled for millions. The answer is the same."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ledgers.limbs import limbs_from, whole, wholes
from ledgers.tracing.definition import ADDRESSES, NONE, Address, Parts
from ledgers.tracing.rules import TracingRule

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ledgers.tracing.road import Road


@dataclass(frozen=True, slots=True)
class Found:
    """What a walk finds."""

    started: tuple[int, ...]
    """Units, by tag."""
    ends: NDArray[np.uint64]
    """(places, tags, 2) limbs."""
    lost: tuple[int, ...]
    """Units in fees, by tag."""
    moved: NDArray[np.uint64]
    """(transfers, 2) limbs of the watched tag; none where none is watched."""


@dataclass(frozen=True, slots=True)
class Ground:
    """Where a road goes."""

    is_end: NDArray[np.bool_]
    openings: NDArray[np.uint64]
    """(places, 2) limbs."""
    opening_tags: NDArray[np.int32]
    tags: int
    """How many tags there are."""
    watched: int
    """A tag, or NONE."""
    is_back: bool
    """Whether time runs backward."""


def balances_defined(
    road: Road, is_end: NDArray[np.bool_], stated: NDArray[np.uint64]
) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
    """Give what must have been at each place at the beginning, so that none is ever below zero, and what is at the end.

    Args:
        stated: (places, 2) limbs: what is known to have been there.
    """
    openings = wholes(stated)
    there = list(openings)
    rows = zip(road.senders.tolist(), road.recipients.tolist(), wholes(road.units), wholes(road.fees), strict=True)
    for sender, recipient, units, fee in rows:
        moved = units if sender != recipient else 0
        if not is_end[sender]:
            more = max(0, moved + fee - there[sender])
            openings[sender] += more
            there[sender] += more - moved - fee
        if not is_end[recipient]:
            there[recipient] += moved
    return limbs_from(openings), limbs_from(there)


def balances_compiled(
    road: Road, is_end: NDArray[np.bool_], stated: NDArray[np.uint64]
) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
    """The same as `balances_defined`, compiled."""
    from ledgers.tracing import kernels

    openings, closings = stated.copy(), np.empty_like(stated)
    kernels.balances(_transfers(road), is_end, openings, closings)
    return openings, closings


def walk_defined(road: Road, ground: Ground, rule: TracingRule) -> Found:
    """Go down a road by the definition."""
    is_end = ground.is_end.tolist()
    addresses: list[Address] = [ADDRESSES[rule]() for _ in is_end]
    started, lost = [0] * ground.tags, [0] * ground.tags
    ended = [[0] * ground.tags for _ in is_end]
    moved = [0] * (len(road.senders) if ground.watched != NONE else 0)
    for place, (tag, units) in enumerate(zip(ground.opening_tags.tolist(), wholes(ground.openings), strict=True)):
        if not is_end[place]:
            addresses[place].take_in([(tag, units)])
            if tag != NONE:
                started[tag] += units
    ways = zip(road.senders.tolist(), road.recipients.tolist(), road.tags.tolist(), strict=True)
    sums = zip(wholes(road.units), wholes(road.fees), strict=True)
    for row, ((sender, recipient, tag), (units, fee)) in enumerate(zip(ways, sums, strict=True)):
        if ground.is_back and not is_end[recipient]:
            addresses[recipient].take_in([(NONE, fee)])
        if sender != recipient:
            parts: Parts = [(NONE, units)] if is_end[sender] else addresses[sender].pay(units)
            if tag != NONE:
                started[tag] += units - sum(part for of, part in parts if of == tag)
                parts = [(tag, units)]
            if moved:
                moved[row] = sum(part for of, part in parts if of == ground.watched)
            if is_end[recipient]:
                _add(ended[recipient], parts)
            else:
                addresses[recipient].take_in(parts)
        if not ground.is_back and not is_end[sender]:
            _add(lost, addresses[sender].pay(fee))
    for place, address in enumerate(addresses):
        _add(ended[place], list(address.lies().items()))
    ends = limbs_from(units for at in ended for units in at).reshape(len(is_end), ground.tags, 2)
    return Found(tuple(started), ends, tuple(lost), limbs_from(moved))


def walk_compiled(road: Road, ground: Ground, rule: TracingRule) -> Found:
    """Go down a road, compiled."""
    from ledgers.tracing import kernels

    places = kernels.Places(ground.is_end, ground.openings, ground.opening_tags)
    moved = len(road.senders) if ground.watched != NONE else 0
    sums = kernels.Sums(
        np.zeros((ground.tags, 2), np.uint64),
        np.zeros((len(ground.is_end), ground.tags, 2), np.uint64),
        np.zeros((ground.tags, 2), np.uint64),
        np.zeros((moved, 2), np.uint64),
        ground.watched,
    )
    transfers = _transfers(road)
    match rule:
        case TracingRule.FIFO | TracingRule.LIFO:
            first = np.empty((len(ground.is_end), 4), np.int64)
            lots = np.empty((2 * len(road.senders), 4), np.int64)
            kernels.walk_lots(transfers, places, sums, rule is TracingRule.LIFO, ground.is_back, first, lots)
        case TracingRule.POISON:
            kernels.walk_poison(transfers, places, sums, ground.is_back)
        case _:
            is_lowest = rule is TracingRule.LOWEST_INTERMEDIATE_BALANCE
            kernels.walk_shares(transfers, places, sums, is_lowest, ground.is_back)
    return Found(tuple(map(whole, sums.started)), sums.ends, tuple(map(whole, sums.lost)), sums.moved)


def _add(sums: list[int], parts: Parts) -> None:
    for tag, units in parts:
        if tag != NONE:
            sums[tag] += units


def _transfers(road: Road):  # type: ignore[no-untyped-def]
    from ledgers.tracing import kernels

    return kernels.Transfers(road.senders, road.recipients, road.units, road.fees, road.tags)
