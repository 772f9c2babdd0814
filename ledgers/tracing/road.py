"""The transfers of one asset as a walk goes through them, in either direction, by place or by fund."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ledgers.graphs.columns import adjacency
from ledgers.graphs.questions import strong_components
from ledgers.tracing.definition import NONE

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ledgers.tracing.columns import Columns


@dataclass(frozen=True, slots=True)
class Road:
    """Transfers in the order of a walk."""

    senders: NDArray[np.int32]
    recipients: NDArray[np.int32]
    units: NDArray[np.uint64]
    """(transfers, 2) limbs."""
    fees: NDArray[np.uint64]
    tags: NDArray[np.int32]
    """Of what start a transfer is, or NONE."""

    @classmethod
    def of(cls, columns: Columns, numbers: NDArray[np.int64], tags: NDArray[np.int32]) -> Road:
        """Lay out the transfers of an asset.

        Args:
            numbers: of the transfers, in order.
            tags: by transfer.
        """
        road = cls(columns.senders, columns.recipients, columns.units, columns.fees, tags)
        return road if (numbers[1:] > numbers[:-1]).all() else road.taken(numbers)

    def taken(self, numbers: NDArray[np.int64]) -> Road:
        """The same transfers in another order, or some of them."""
        return Road(
            self.senders[numbers], self.recipients[numbers], self.units[numbers], self.fees[numbers], self.tags[numbers]
        )

    def turned(self) -> Road:
        """The same transfers with time turned round: who paid receives."""
        back = self.taken(np.arange(len(self.senders) - 1, -1, -1))
        return Road(back.recipients, back.senders, back.units, back.fees, back.tags)


@dataclass(frozen=True, slots=True)
class Funds:
    """A road through funds: addresses that pay each other in a circle are one, and take in all before they pay."""

    road: Road
    """What lay at each place at the beginning, then the transfers, fund by fund, then what lies at each place."""
    is_end: NDArray[np.bool_]
    """By node: the funds, then the places as what lies there, then nobody, from whom openings come."""
    node_of: NDArray[np.int64]
    """By place: the node at which a walk finds what is there at the end."""
    opened: int
    """Rows of the road before the transfers."""
    order: NDArray[np.int64]
    """The transfers in the order of the road, as rows of the road they were made of."""


def funds_of(
    road: Road,
    is_end: NDArray[np.bool_],
    openings: NDArray[np.uint64],
    closings: NDArray[np.uint64],
    opening_tags: NDArray[np.int32],
) -> Funds:
    """Contract a road to funds.

    Args:
        is_end, openings, closings, opening_tags: by place; (places, 2) limbs of what is there first and last.
    """
    places = len(is_end)
    is_between = ~is_end[road.senders] & ~is_end[road.recipients] & (road.senders != road.recipients)
    fund = strong_components(adjacency(road.senders[is_between], road.recipients[is_between], places))
    funds = int(fund.max(initial=-1)) + 1
    sent, received = fund[road.senders], fund[road.recipients]
    # From an end first, for it waits for nothing; within a fund before out of it, for backward in time fees come back.
    rank = np.where(is_end[road.senders], -1, sent).astype(np.int64)
    order = np.argsort(2 * rank + (sent != received), kind="stable")
    opened = np.flatnonzero(openings.any(axis=1) & ~is_end)
    closed = np.flatnonzero(closings.any(axis=1) & ~is_end)
    nobody = funds + places
    inner = road.taken(order)
    none_opened, none_closed = (np.zeros((len(rows), 2), np.uint64) for rows in (opened, closed))
    joined = Road(
        np.concatenate([np.full(len(opened), nobody, np.int32), sent[order], fund[closed]]).astype(np.int32),
        np.concatenate([fund[opened], received[order], (funds + closed)]).astype(np.int32),
        np.concatenate([openings[opened], inner.units, closings[closed]]),
        np.concatenate([none_opened, inner.fees, none_closed]),
        np.concatenate([opening_tags[opened], inner.tags, np.full(len(closed), NONE, np.int32)]),
    )
    is_end_fund = np.zeros(funds + places + 1, np.bool_)
    is_end_fund[fund[is_end]] = True
    is_end_fund[funds:] = True
    return Funds(joined, is_end_fund, np.where(is_end, fund, funds + np.arange(places)), len(opened), order)
