"""Who sent to whom, as columns that a walk reads in its order: the transfers of each node behind one another.

Nodes are dense numbers from 0, given by whoever asks (in the byte order of names, where the answer is shown). The
neighbours of a node stand in ascending order, and equal ones by row, so that a walk is the same walk whatever the order
of the rows; each keeps the row of its transfer.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from ledgers.graphs import kernels

if TYPE_CHECKING:
    from numpy.typing import NDArray

Nodes: TypeAlias = "NDArray[np.int32]"
"""A column of node numbers, or of rows."""

COMPILED_FROM = 20_000
"""Rows and nodes from which compiling pays: importing the compiler takes half a second."""
ROWS_MAX = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Adjacency:
    """The transfers of each node, one way."""

    starts: NDArray[np.int64]
    """Where those of each node begin, and behind the last where they end: one more than there are nodes."""
    neighbours: Nodes
    """The other end, ascending within a node."""
    rows: Nodes
    """The transfer; ascending among those to one neighbour."""

    @property
    def node_count(self) -> int:
        """How many nodes there are, with those that have no transfer."""
        return len(self.starts) - 1

    def of(self, node: int) -> Nodes:
        """Give the neighbours of one node, once a transfer."""
        return self.neighbours[self.starts[node] : self.starts[node + 1]]


@cache
def _compiled(kernel: Callable[..., Any]) -> Callable[..., Any]:
    from ledgers.limbs import cached

    compiled: Callable[..., Any] = cached(kernel)
    return compiled


def act(kernel: Callable[..., Any], size: int) -> Callable[..., Any]:
    """Give a kernel as it is best run over so many rows and nodes: as it stands or compiled, to the same answer."""
    return kernel if size < COMPILED_FROM else _compiled(kernel)


def nodes_of(numbers: Any, node_count: int) -> Nodes:
    """Give a column of node numbers as the kernels want it.

    Args:
        numbers: whole numbers from 0 to `node_count` - 1; anything else is a wrong program.
    """
    column = np.ascontiguousarray(numbers, np.int32)
    assert column.ndim == 1
    assert len(column) <= ROWS_MAX
    assert 0 <= node_count <= ROWS_MAX
    assert len(column) == 0 or (int(column.min()) >= 0 and int(column.max()) < node_count), "no such node"
    return column


def adjacency(senders: Any, recipients: Any, node_count: int) -> Adjacency:
    """Lay transfers out by sender; with the two exchanged, by recipient.

    Args:
        senders, recipients: node numbers, one a transfer.
        node_count: how many nodes there are.

    >>> forward = adjacency([2, 0, 2], [1, 2, 0], 3)
    >>> forward.starts.tolist(), forward.neighbours.tolist(), forward.rows.tolist()
    ([0, 1, 1, 3], [2, 0, 1], [1, 2, 0])
    """
    senders, recipients = nodes_of(senders, node_count), nodes_of(recipients, node_count)
    assert len(senders) == len(recipients)
    rows = np.arange(len(senders), dtype=np.int32)
    # Sorted by recipient first, and then, keeping that order, by sender.
    _, rows = _sorted(recipients, rows, node_count)
    starts, rows = _sorted(senders, rows, node_count)
    return Adjacency(starts, recipients[rows], rows)


def _sorted(keys: Nodes, order: Nodes, node_count: int) -> tuple[NDArray[np.int64], Nodes]:
    size = max(len(keys), node_count)
    starts = np.zeros(node_count + 1, np.int64)
    act(kernels.count_keys, size)(keys, starts)
    placed = np.empty(len(order), np.int32)
    act(kernels.place_rows, size)(keys, order, starts.copy(), placed)
    return starts, placed


def both_ways(senders: Any, recipients: Any, node_count: int) -> Adjacency:
    """Lay transfers out with each in both directions, as if nobody had sent and nobody received."""
    senders, recipients = nodes_of(senders, node_count), nodes_of(recipients, node_count)
    return adjacency(np.concatenate([senders, recipients]), np.concatenate([recipients, senders]), node_count)
