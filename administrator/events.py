"""Which events made the losses, when, and worth how much? What insurers and reserves ask of the bridge.

Reads the few sums that the relations made of bridge and transfers, splits them with `losses` and stores the items.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from administrator.insurance import CustodyLoss, EventLoss, Valuation
from administrator.losses import BridgeLine, DeclaredEvent, Gross, Item, Peril, losses_of_asset
from administrator.terms import DeclaredLoss, Terms
from administrator.valuation import COMMENCEMENT, DISTRIBUTION, Rates, loss_rate
from ledgers.units import divide_half_even

if TYPE_CHECKING:
    from ledgers.storage.books import Books

_HOLDERS_OF_LINES = "taken_by:"


@dataclass(frozen=True, slots=True)
class LossItem:
    """One asset's loss through one event out of one custody, numbered and valued."""

    item_no: int
    """By event, then custody, in byte order; the same number for every asset."""
    event: str
    peril: Peril
    custody: str
    asset_no: int
    units: int
    value_minor: int | None
    """At the event's price set, else `loss`, else commencement; None without any."""


@dataclass(frozen=True, slots=True)
class Shortage:
    """A declared event by quantity that found less unobserved loss than it declares."""

    event: str
    asset_no: int
    units: int


@dataclass(frozen=True, slots=True)
class Losses:
    """All losses of a case; per asset the units sum to its shortfall."""

    items: tuple[LossItem, ...]
    events: tuple[EventLoss, ...]
    shortages: tuple[Shortage, ...]


def find_losses(books: Books, terms: Terms, rates: Rates) -> Losses:
    """Split every shortfall into events."""
    gross = _gross(books)
    custodies = _custodies(books)
    found: list[tuple[int, Item]] = []
    shortages: list[Shortage] = []
    for asset_no, shortfall, lines in _bridges(books):
        declared = [_declared(event, asset_no, custodies) for event in terms.events]
        losses = losses_of_asset(shortfall, lines, gross.get(asset_no, []), declared)
        found.extend((asset_no, item) for item in losses.items)
        shortages.extend(Shortage(event, asset_no, units) for event, units in losses.unmet)
    items = _numbered(found, rates)
    events = _events(terms, items, _first_transfers(terms, gross), rates)
    return Losses(items, events, tuple(shortages))


def store_losses(books: Books, terms: Terms, losses: Losses) -> None:
    """Leave the items for the relations.

    Makes   loss_item(item_no, event, peril, custody, asset_no, units, value_minor null, is_covered),
            key (item_no, asset_no)
    """
    covered = covered_perils(terms)
    for item in losses.items:
        books.insert(
            "loss_item",
            item.item_no,
            item.event,
            item.peril.value,
            item.custody,
            item.asset_no,
            item.units,
            item.value_minor,
            item.peril in covered,
        )


def covered_perils(terms: Terms) -> frozenset[Peril]:
    """The perils that some policy or reserve of the case covers: only their items are kept as bases."""
    covers = [policy.covers for policy in terms.policies] + [reserve.covers for reserve in terms.reserves]
    return frozenset[Peril]().union(*covers)


def _bridges(books: Books) -> list[tuple[int, int, list[BridgeLine]]]:
    """Shortfall and lines of each asset, lines in the order of the bridge."""
    kinds = dict(books.rows("select distinct party, kind from flow"))
    lines: dict[int, list[BridgeLine]] = {}
    for asset_no, line, units in books.rows(
        "select asset_no, line, units::varchar from bridge_line order by asset_no, line_no, line"
    ):
        kind = kinds.get(line.removeprefix(_HOLDERS_OF_LINES), "") if line.startswith(_HOLDERS_OF_LINES) else ""
        lines.setdefault(asset_no, []).append(BridgeLine(line, int(units), kind))
    return [
        (asset_no, int(shortfall), lines[asset_no])
        for asset_no, shortfall in books.rows(
            "select asset_no, shortfall::varchar from holding_total order by asset_no"
        )
    ]


def _gross(books: Books) -> dict[int, list[Gross]]:
    gross: dict[int, list[Gross]] = {}
    for asset_no, line, event_no, custody, units, first_at in books.rows(
        "select asset_no, line, event_no, custody, units::varchar, first_at from gross "
        "order by asset_no, line, event_no nulls last, custody"
    ):
        gross.setdefault(asset_no, []).append(Gross(line, event_no, custody, int(units), first_at))
    return gross


def _custodies(books: Books) -> dict[tuple[str, int | None], str]:
    """The custody of each wallet and asset; under None that of the wallet's first row by asset."""
    custodies: dict[tuple[str, int | None], str] = {}
    for wallet, asset_no, custody in books.rows(
        "select wallet, asset_no, custody from holding order by wallet, asset_no"
    ):
        custodies[wallet, asset_no] = custody
        custodies.setdefault((wallet, None), custody)
    return custodies


def _declared(event: DeclaredLoss, asset_no: int, custodies: dict[tuple[str, int | None], str]) -> DeclaredEvent:
    agreed = {
        custodies.get((wallet, asset_no), custodies.get((wallet, None), "")) for wallet in event.wallets
    }
    custody = agreed.pop() if len(agreed) == 1 else ""
    units = event.units if event.asset_no == asset_no else None
    return DeclaredEvent(event.event_no, event.event, event.peril, units, custody)


def _numbered(found: Sequence[tuple[int, Item]], rates: Rates) -> tuple[LossItem, ...]:
    keys = sorted({(item.event.encode(), item.custody.encode()) for _, item in found})
    numbers = {key: number for number, key in enumerate(keys)}
    items = []
    for asset_no, item in found:
        rate = loss_rate(rates, asset_no, item.event)
        value = None if rate is None else divide_half_even(item.units * rate.numerator, rate.denominator)
        number = numbers[item.event.encode(), item.custody.encode()]
        items.append(LossItem(number, item.event, item.peril, item.custody, asset_no, item.units, value))
    return tuple(items)


def _first_transfers(terms: Terms, gross: dict[int, list[Gross]]) -> dict[str, datetime]:
    """When the first transfer of each event left; an event without transfers is absent."""
    first: dict[str, datetime] = {}
    for taken in (taken for of_asset in gross.values() for taken in of_asset):
        event = taken.line if taken.event_no is None else terms.events[taken.event_no].event
        first[event] = min(first.get(event, taken.first_at), taken.first_at)
    return first


def _events(
    terms: Terms, items: Sequence[LossItem], first: dict[str, datetime], rates: Rates
) -> tuple[EventLoss, ...]:
    """One loss an event, over all assets, with its dates, by name."""
    declared = {event.event: event for event in terms.events}
    names = sorted({item.event for item in items}, key=str.encode)
    events = []
    for position, name in enumerate(names):
        mine = [item for item in items if item.event == name]
        known = declared.get(name)
        occurred_at = first.get(name) or (known.from_at if known else None)
        events.append(
            EventLoss(
                name,
                mine[0].peril,
                occurred_at,
                known.discovered_at if known else None,
                known.discovered_until if known else None,
                known.notified_at if known else None,
                position,
                {valuation: _by_custody(mine, valuation, rates) for valuation in Valuation},
            )
        )
    return tuple(events)


def _by_custody(items: Sequence[LossItem], valuation: Valuation, rates: Rates) -> tuple[CustodyLoss, ...]:
    """What one event took out of each custody, every asset valued and rounded by itself."""
    found: dict[str, CustodyLoss] = {}
    for item in items:
        value = _value(item, valuation, rates)
        before = found.get(item.custody, CustodyLoss(item.custody, 0))
        is_partial = before.is_partial or value is None
        found[item.custody] = CustodyLoss(item.custody, before.minor + (value or 0), is_partial)
    return tuple(found[custody] for custody in sorted(found, key=str.encode))


def _value(item: LossItem, valuation: Valuation, rates: Rates) -> int | None:
    if valuation is Valuation.LOSS:
        return item.value_minor
    rate = rates.get((item.asset_no, DISTRIBUTION)) if valuation is Valuation.DISTRIBUTION else None
    rate = rate or rates.get((item.asset_no, COMMENCEMENT))
    return None if rate is None else divide_half_even(item.units * rate.numerator, rate.denominator)
