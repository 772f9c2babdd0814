"""In what order are transfers of one instant taken, where the record does not say?

A record of days, or of blocks, leaves open whether an address paid before it was paid. Both answers are given: what
comes in first at each address, or what goes out. Where addresses pay each other in a circle within one instant, the
transfer that is first by id goes first.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ledgers.graphs.columns import act
from ledgers.tracing.rules import Simultaneous

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ledgers.tracing.columns import Columns


def _order(at: Any, givers: Any, takers: Any, is_end: Any, order: Any) -> Any:  # noqa: PLR0912  compiled as a whole
    """Order the transfers of each instant so that an address has taken all before it gives, and count what is open.

    Args:
        at, givers, takers: by transfer, in the order of the record.
        is_end: by address: there the order is nobody's question.
        order: int64 by transfer, written: their numbers in the new order. Behind `made` it queues those that may go.

    Returns:
        How many transfers are of an instant at which some address both gives and takes.
    """
    pending, first_of = np.zeros(len(is_end), np.int64), np.full(len(is_end), -1, np.int64)
    next_of, is_queued = np.full(len(at), -1, np.int64), np.zeros(len(at), np.bool_)
    open_count, stop = 0, 0
    while stop < len(at):
        start = stop
        while stop < len(at) and at[stop] == at[start]:
            stop += 1
        for i in range(stop - 1, start - 1, -1):
            next_of[i] = first_of[givers[i]]
            first_of[givers[i]] = i
            if givers[i] != takers[i] and not is_end[takers[i]]:
                pending[takers[i]] += 1
        queued, oldest, is_open = start, start, False
        for i in range(start, stop):
            is_open |= first_of[takers[i]] != -1 and pending[takers[i]] > 0
            if is_end[givers[i]] or pending[givers[i]] == 0:
                order[queued] = i
                is_queued[i] = True
                queued += 1
        for made in range(start, stop):
            if made == queued:
                # Round in a circle: the first by id that is left goes alone.
                while is_queued[oldest]:
                    oldest += 1
                order[queued] = oldest
                is_queued[oldest] = True
                queued += 1
            taker = takers[order[made]]
            if givers[order[made]] != taker and not is_end[taker]:
                pending[taker] -= 1
                i = first_of[taker] if pending[taker] == 0 else -1
                while i != -1:
                    if not is_queued[i]:
                        order[queued] = i
                        is_queued[i] = True
                        queued += 1
                    i = next_of[i]
        if is_open:
            open_count += stop - start
        for i in range(start, stop):
            first_of[givers[i]] = -1
            if not is_open:
                order[i] = i
    return open_count


def order_of(columns: Columns, how: Simultaneous, is_end: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Give the numbers of the transfers in the order they are taken in.

    Args:
        columns: in the order of the record.
        how: what comes first at each address within an instant.
        is_end: by place: where every walk ends, so that no order matters there.
    """
    if how is Simultaneous.AS_RECORDED:
        return np.arange(len(columns.at))
    return _ordered(columns, how, is_end)[0]


def open_count(columns: Columns, is_end: NDArray[np.bool_]) -> int:
    """How many transfers are of an instant at which their order decides something at some address."""
    others = (Simultaneous.DEPOSITS_FIRST, Simultaneous.WITHDRAWALS_FIRST)
    return max(_ordered(columns, how, is_end)[1] for how in others)


def _ordered(columns: Columns, how: Simultaneous, is_end: NDArray[np.bool_]) -> tuple[NDArray[np.int64], int]:
    found = np.empty(len(columns.at), np.int64)
    givers, takers = columns.senders, columns.recipients
    if how is Simultaneous.WITHDRAWALS_FIRST:
        # An address has paid all before it is paid: the same, with the two ends exchanged.
        givers, takers = takers, givers
    return found, int(act(_order, len(found))(columns.at, givers, takers, is_end, found))
