"""What was lost, by event and custody: the positive side of each asset's bridge, split to the unit.

A shortfall is one number; insurers and reserves answer for events. So the positive lines of the bridge share the
shortfall in proportion to their size (rules 5), and a line that rests on transfers shares its part again among the
events and wallets the units left through. Everything here is whole units of one asset; nothing is valued, and whether
a policy answers is not asked.

Why the share, and not the line itself: lines also narrow a shortfall. With 100 stolen and 30 of earned fees still in
the wallets, 70 are missing, and only 70 can be lost.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from administrator.allocation import spread


class Peril(StrEnum):
    """What kind of event took the units; the words policies and reserves use in `covers`."""

    EXTERNAL_THEFT = "external_theft"
    INSIDER_THEFT = "insider_theft"
    MISAPPROPRIATION = "misappropriation"
    OPERATIONAL_FAILURE = "operational_failure"
    UNEXPLAINED = "unexplained"
    NOT_A_LOSS = "not_a_loss"


@dataclass(frozen=True, slots=True)
class BridgeLine:
    """One line of one asset's bridge, in the order of rules 4."""

    line: str
    units: int
    """+ widens the shortfall, - narrows it."""
    kind: str = ""
    """Of the party, for a line `taken_by:`."""


@dataclass(frozen=True, slots=True)
class Gross:
    """What unmatched transfers of one line took, before any netting."""

    line: str
    event_no: int | None
    """Position of the declared event in the case, None where none fits."""
    custody: str
    units: int
    first_at: datetime


@dataclass(frozen=True, slots=True)
class DeclaredEvent:
    """A loss event as the case declares it: by who took, or by how much of what is gone."""

    event_no: int
    event: str
    peril: Peril
    units: int | None
    """Of this asset, for an event by quantity; None for an event by parties or of another asset."""
    custody: str
    """Of the wallets it names, where they agree; else empty."""


@dataclass(frozen=True, slots=True)
class Item:
    """One asset's loss through one event out of one custody."""

    event: str
    peril: Peril
    custody: str
    units: int


@dataclass(frozen=True, slots=True)
class Losses:
    """The items of one asset; they sum to its shortfall, or there are none."""

    items: tuple[Item, ...]
    unmet: tuple[tuple[str, int], ...]
    """Declared events by quantity that found less `unobserved` loss than they declare: event, units short."""


def share_losses(shortfall: int, lines: Sequence[BridgeLine]) -> tuple[int, ...]:
    """The loss each line bears: positive lines share the shortfall, the odd units to the largest remainders.

    >>> share_losses(70, [BridgeLine("taken_by:thief", 100, "thief"), BridgeLine("credits:fee", -30)])
    (70, 0)

    Fees the house has earned answer first for what the house took: they were its own.

    >>> share_losses(70, [BridgeLine("taken_by:house", 50, "house"), BridgeLine("taken_by:thief", 50, "thief"),
    ...                   BridgeLine("credits:fee", -30)])
    (20, 50, 0)

    Args:
        shortfall: units; zero or less gives no loss at all.
        lines: in the order of the bridge, summing to the shortfall.
    """
    assert sum(line.units for line in lines) == shortfall
    if shortfall <= 0:
        return tuple(0 for _ in lines)
    earned = sum(-line.units for line in lines if line.line == "credits:fee" and line.units < 0)
    weights = []
    for line in lines:
        weight = max(line.units, 0)
        if line.line.startswith("taken_by:") and line.kind == "house":
            netted = min(weight, earned)
            earned -= netted
            weight -= netted
        weights.append(weight)
    return spread(shortfall, weights)


def losses_of_asset(
    shortfall: int, lines: Sequence[BridgeLine], gross: Iterable[Gross], events: Sequence[DeclaredEvent]
) -> Losses:
    """Split one asset's shortfall into items of event and custody (rules 5).

    Args:
        lines: the asset's bridge.
        gross: what its unmatched out-transfers took, by line, event and custody.
        events: all declared events, in file order.
    """
    by_line: dict[str, list[Gross]] = defaultdict(list)
    for taken in gross:
        by_line[taken.line].append(taken)
    items: dict[tuple[str, str], Item] = {}
    unmet: tuple[tuple[str, int], ...] = ()
    for line, loss in zip(lines, share_losses(shortfall, lines), strict=True):
        if line.line == "unobserved":
            split, unmet = _split_unobserved(loss, events)
        elif loss == 0:
            continue
        elif line.line in by_line:
            split = _split_taken(line, loss, by_line[line.line], events)
        else:
            split = [Item(line.line, peril_of_line(line), "", loss)]
        for item in split:
            key = (item.event, item.custody)
            before = items[key].units if key in items else 0
            items[key] = Item(item.event, item.peril, item.custody, before + item.units)
    kept = tuple(items[key] for key in sorted(items, key=_bytes) if items[key].units)
    assert sum(item.units for item in kept) == max(shortfall, 0)
    return Losses(kept, unmet)


def peril_of_line(line: BridgeLine) -> Peril:
    """The peril of a line that no declared event explains (rules 5, last paragraph)."""
    if line.line.startswith("taken_by:"):
        if line.kind == "thief":
            return Peril.EXTERNAL_THEFT
        return Peril.INSIDER_THEFT if line.kind == "insider" else Peril.MISAPPROPRIATION
    if line.line in ("deposit_differences", "withdrawal_differences"):
        return Peril.OPERATIONAL_FAILURE
    if line.line in ("moved_to_guarantee", "network_fees"):
        return Peril.NOT_A_LOSS
    return Peril.UNEXPLAINED


def _split_taken(line: BridgeLine, loss: int, gross: Sequence[Gross], events: Sequence[DeclaredEvent]) -> list[Item]:
    """Share one line's loss over the events and wallets its transfers left through; declared events come first."""
    undeclared = len(events)
    ordered = sorted(gross, key=lambda g: (undeclared if g.event_no is None else g.event_no, _bytes((g.custody,))))
    shares = spread(loss, [taken.units for taken in ordered])
    items = []
    for taken, units in zip(ordered, shares, strict=True):
        if taken.event_no is None:
            items.append(Item(line.line, peril_of_line(line), taken.custody, units))
        else:
            event = events[taken.event_no]
            items.append(Item(event.event, event.peril, taken.custody, units))
    return items


def _split_unobserved(loss: int, events: Sequence[DeclaredEvent]) -> tuple[list[Item], tuple[tuple[str, int], ...]]:
    """Declared events by quantity take from the unobserved loss in file order; the rest stays unexplained."""
    items, unmet = [], []
    left = loss
    for event in events:
        if event.units is None:
            continue
        taken = min(event.units, left)
        left -= taken
        items.append(Item(event.event, event.peril, event.custody, taken))
        if taken < event.units:
            unmet.append((event.event, event.units - taken))
    items.append(Item("unobserved", Peril.UNEXPLAINED, "", left))
    return items, tuple(unmet)


def _bytes(key: tuple[str, ...]) -> tuple[bytes, ...]:
    return tuple(part.encode() for part in key)
