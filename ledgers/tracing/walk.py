"""Trace: from starts forward to where the units lie, or from what lies somewhere backward to where it came from.

    trace(columns, starts, rule, ...)      what is of each start, place by place
    Traced.steps(place)                    why, transfer by transfer

Backward is the same walk with time turned round and the two ends of every transfer exchanged: a queue read from its
other end is a queue, and a stack a stack. So under fifo and lifo what a start finds at a place is what that place finds
at the start, to the unit.

What is not known is said and not guessed: an address that pays more than it was seen to receive must have had the
difference at the beginning, and those units are of no tag.

Pari passu asks for no order. Addresses that pay each other in a circle are one fund, and a fund has taken in everything
before it pays anything: the same walk by shares, through funds in the order in which value passes from one to the next.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from ledgers.errors import LedgerError
from ledgers.limbs import total_of, whole
from ledgers.tracing import engines
from ledgers.tracing.definition import NONE
from ledgers.tracing.engines import Found, Ground
from ledgers.tracing.order import order_of
from ledgers.tracing.road import Road, funds_of
from ledgers.tracing.rules import Direction, Simultaneous, TracingRule

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ledgers.tracing.columns import Columns

CELLS_MAX = 2**25
"""Places x starts of one walk: half a gigabyte."""
COMPILED_FROM = 20_000
"""Transfers from which compiling pays; the definition answers below."""


@dataclass(frozen=True, slots=True)
class Start:
    """What is followed: what some transfers bring, or what lies at some places."""

    name: str
    transfers: NDArray[np.int64]
    """Numbers of transfers, for a walk forward."""
    places: NDArray[np.int32]
    """Numbers of places: backward, where it lies; forward, where the walk goes on though it would end there."""


@dataclass(frozen=True, slots=True)
class Step:
    """One transfer of a place, and what of it is traced."""

    transfer: int
    """Its number in the columns."""
    is_in: bool
    other: int
    """The place at its other end."""
    units: int
    fee_units: int
    traced_units: int
    balance_units: int
    """What lies at the place after it, with what must have been there at the beginning."""


@dataclass(frozen=True, slots=True)
class Way:
    """What an engine was given, and how its nodes are places."""

    road: Road
    ground: Ground
    node_of: NDArray[np.int64]
    """By place: the node at which is found what is there at the end."""


@dataclass(frozen=True, slots=True)
class Traced:
    """What a rule finds."""

    columns: Columns
    rule: TracingRule
    order: Simultaneous
    direction: Direction
    starts: tuple[Start, ...]
    is_end: NDArray[np.bool_]
    started: tuple[int, ...]
    """Units, by start."""
    ends: NDArray[np.uint64]
    """(places, starts, 2) limbs: units where they lie, or where the walk ended."""
    lost: tuple[int, ...]
    """Units that went into fees, by start."""
    openings: NDArray[np.uint64]
    """(places, 2) limbs: what was there before the first transfer of the walk, stated or needed."""
    moved: NDArray[np.uint64]
    """(transfers, 2) limbs: units of the watched start in each transfer; empty where none is watched."""
    numbers: NDArray[np.int64]
    """The transfers in the order in which they were walked."""
    way: Way
    """What was walked, for whoever walks it again in another arithmetic."""

    @property
    def ended(self) -> tuple[int, ...]:
        """Units at all places together, by start."""
        return tuple(total_of(self.ends[:, at]) for at in range(len(self.starts)))

    def units_at(self, place: int, start: int) -> int:
        """Units of a start at a place."""
        return whole(self.ends[place, start])

    def found(self) -> Iterator[tuple[int, int, int]]:
        """Give start, place and units of all that was found, by start, the most first, ties by place."""
        for start in range(len(self.starts)):
            limbs = self.ends[:, start]
            places = np.flatnonzero(limbs.any(axis=1))
            order = np.lexsort((places, ~limbs[places, 0], ~limbs[places, 1]))
            for place in places[order]:
                yield start, int(place), whole(limbs[place])

    def steps(self, place: int) -> Iterator[Step]:
        """Follow one place through its transfers, in the order of the walk; of the watched start."""
        columns = self.columns
        at_place = (columns.senders == place) | (columns.recipients == place)
        balance = whole(self.openings[place])
        for number in self.numbers[at_place[self.numbers]]:
            sender, recipient = int(columns.senders[number]), int(columns.recipients[number])
            units, fee = whole(columns.units[number]), whole(columns.fees[number])
            is_in = recipient == place and sender != place
            is_taken = is_in if self.direction is Direction.FORWARD else not is_in
            is_self = sender == recipient
            change = 0 if is_self else units
            if not is_in:
                change += fee
            balance += change if is_taken and not is_self else -change if not is_taken or is_self else 0
            yield Step(
                int(number), is_in, sender if is_in else recipient, units, fee,
                whole(self.moved[number]) if len(self.moved) else 0, balance,
            )  # fmt: skip


def trace(
    columns: Columns,
    starts: Sequence[Start],
    rule: TracingRule,
    *,
    order: Simultaneous,
    direction: Direction,
    is_end: NDArray[np.bool_],
    watched: int | None,
    is_compiled: bool | None = None,
) -> Traced:
    """Walk through the transfers of an asset and say where the units of each start are.

    Args:
        columns: the transfers.
        starts: forward, transfers that leave ends of the walk, or of one start alone any; backward, places.
        rule: whose units leave first.
        order: how transfers of one instant are taken.
        direction: which way time is walked.
        is_end: by place: where the walk ends.
        watched: the start whose units in each transfer are kept, to be explained; None for none.
        is_compiled: None for as the size asks; no result depends on it.

    Returns:
        Under every rule but poison, what was started = what ended + what was lost, to the unit, by start.

    Raises:
        LedgerError: too many starts for the places there are.
    """
    if columns.place_count * max(len(starts), 1) > CELLS_MAX:
        raise LedgerError(
            f"{len(starts)} starts over {columns.place_count} places are too many for one trace. Trace some at a time."
        )
    is_end = is_end.copy()
    for start in starts:
        # What lies at a break, or what came to it, is asked for: so the walk goes on there.
        is_end[start.places] = False
    tags = np.full(len(columns.at), NONE, np.int32)
    opening_tags = np.full(columns.place_count, NONE, np.int32)
    for tag, start in enumerate(starts):
        tags[start.transfers] = tag
        if direction is Direction.BACKWARD:
            opening_tags[start.places] = tag
    if rule is TracingRule.PARI_PASSU:
        # It asks for no order, so none may move a unit that is rounded.
        order = Simultaneous.AS_RECORDED
    numbers = order_of(columns, order, is_end)
    if is_compiled is None:
        is_compiled = len(tags) >= COMPILED_FROM
    road = Road.of(columns, numbers, tags)
    balances = engines.balances_compiled if is_compiled else engines.balances_defined
    openings, closings = balances(road, is_end, columns.stated)
    is_back = direction is Direction.BACKWARD
    if is_back:
        road, numbers = road.turned(), np.ascontiguousarray(numbers[::-1])
        openings, closings = closings, openings
    ground = Ground(is_end, openings, opening_tags, len(starts), NONE if watched is None else watched, is_back)
    found, way = _walked(road, ground, closings, rule, is_compiled)
    traced = Traced(
        columns, rule, order, direction, tuple(starts), is_end, found.started, found.ends, found.lost, openings,
        _placed(found.moved, numbers), numbers, way,
    )  # fmt: skip
    if rule is not TracingRule.POISON:
        kept = tuple(ended + lost for ended, lost in zip(traced.ended, traced.lost, strict=True))
        assert kept == traced.started, f"{traced.started} units started, {kept} were found"
    return traced


def _walked(
    road: Road, ground: Ground, closings: NDArray[np.uint64], rule: TracingRule, is_compiled: bool
) -> tuple[Found, Way]:
    """Go down a road, by place or by fund, and say by place what was found."""
    walk = engines.walk_compiled if is_compiled else engines.walk_defined
    if rule is not TracingRule.PARI_PASSU:
        return walk(road, ground, rule), Way(road, ground, np.arange(len(ground.is_end)))
    funds = funds_of(road, ground.is_end, ground.openings, closings, ground.opening_tags)
    nobody = np.zeros((len(funds.is_end), 2), np.uint64)
    free = np.full(len(funds.is_end), NONE, np.int32)
    of_funds = replace(ground, is_end=funds.is_end, openings=nobody, opening_tags=free)
    found = walk(funds.road, of_funds, rule)
    moved = _placed(found.moved[funds.opened :][: len(road.senders)], funds.order)
    return replace(found, ends=found.ends[funds.node_of], moved=moved), Way(funds.road, of_funds, funds.node_of)


def _placed(moved: NDArray[np.uint64], numbers: NDArray[np.int64]) -> NDArray[np.uint64]:
    """Put what was moved in the order of a walk back to the order of what was walked."""
    placed = np.empty_like(moved)
    placed[numbers[: len(moved)]] = moved
    return placed
