"""Who is connected with whom, who could have passed it on, over whom did it go, and who closes a circle?

Asked of transfers as columns of node numbers: `senders[row]` sent to `recipients[row]`. Ten million of them take a few
seconds. What has to do with time wants the rows in time order, a total one (instant, then id): a transfer passes on
only what came before it. Quantities are not asked here; that somebody could have passed value on does not say whose
value it was, which is tracing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ledgers.graphs import kernels
from ledgers.graphs.columns import Adjacency, Nodes, act, both_ways, nodes_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

UNREACHED = -1


@dataclass(frozen=True, slots=True)
class Path:
    """One way from node to node."""

    nodes: tuple[int, ...]
    """From the first to the last; one node where that is both."""
    rows: tuple[int, ...]
    """The transfers, one fewer than there are nodes."""


def weak_components(senders: Any, recipients: Any, node_count: int) -> Nodes:
    """Give for each node the least node that it is connected with, whichever way the transfers went.

    >>> weak_components([3, 1], [1, 4], 6).tolist()
    [0, 1, 2, 1, 1, 5]
    """
    senders, recipients = nodes_of(senders, node_count), nodes_of(recipients, node_count)
    least = np.arange(node_count, dtype=np.int32)
    act(kernels.join_components, max(len(senders), node_count))(senders, recipients, least)
    return least


def hops_from(graph: Adjacency, nodes: Any) -> NDArray[np.int32]:
    """Give for each node over how few transfers it is reached from a set of nodes; -1 where it is not.

    On the adjacency of senders these are descendants, on that of recipients ancestors. The set itself has 0 hops.

    >>> from ledgers.graphs.columns import adjacency
    >>> hops_from(adjacency([0, 1, 3], [1, 2, 0], 4), [0]).tolist()
    [0, 1, 2, -1]
    """
    begun = np.unique(nodes_of(nodes, graph.node_count))
    hops = np.full(graph.node_count, UNREACHED, np.int32)
    hops[begun] = 0
    queue = np.empty(graph.node_count, np.int32)
    queue[: len(begun)] = begun
    size = max(len(graph.neighbours), graph.node_count)
    act(kernels.count_hops, size)(graph.starts, graph.neighbours, len(begun), queue, hops)
    return hops


def reached_in_time(senders: Any, recipients: Any, node_count: int, nodes: Any) -> NDArray[np.int32]:
    """Give for each node the row by which something from a set of nodes could first have reached it.

    Args:
        senders, recipients: in time order.
        nodes: those that have it before the first row.

    Returns:
        -1 for those nodes, the row for those reached, and the number of rows for those that nothing can have reached.

    What leaves before anything came carries nothing on:

    >>> reached_in_time([1, 0, 1], [2, 1, 3], 4, [0]).tolist()
    [-1, 1, 3, 2]
    """
    senders, recipients = nodes_of(senders, node_count), nodes_of(recipients, node_count)
    never = len(senders)
    arrivals = np.full(node_count, never, np.int32)
    arrivals[nodes_of(nodes, node_count)] = -1
    act(kernels.pass_on, never)(senders, recipients, never, arrivals)
    return arrivals


def reaching_in_time(senders: Any, recipients: Any, node_count: int, nodes: Any) -> NDArray[np.int32]:
    """Give for each node the last row by which it sent something that could still have reached a set of nodes.

    Args:
        senders, recipients: in time order.

    Returns:
        The number of rows for those nodes themselves, -1 for those whose value can have reached none of them.

    >>> reaching_in_time([1, 0, 1], [2, 1, 3], 4, [3]).tolist()
    [1, 2, -1, 3]
    """
    senders, recipients = nodes_of(senders, node_count), nodes_of(recipients, node_count)
    departures = np.full(node_count, UNREACHED, np.int32)
    departures[nodes_of(nodes, node_count)] = len(senders)
    act(kernels.pass_back, len(senders))(senders, recipients, UNREACHED, departures)
    return departures


def shortest_path(forward: Adjacency, backward: Adjacency, origins: Any, targets: Any) -> Path | None:
    """Give a path of fewest transfers from any of one set of nodes to any of another; None where there is none.

    Of several the first in node order, node by node; of several transfers between two nodes the lowest row.

    Args:
        forward, backward: of the same transfers, by sender and by recipient.

    >>> from ledgers.graphs.columns import adjacency
    >>> senders, recipients = [0, 0, 1, 2], [2, 1, 3, 3]
    >>> ways = adjacency(senders, recipients, 4), adjacency(recipients, senders, 4)
    >>> shortest_path(*ways, [0], [3])
    Path(nodes=(0, 1, 3), rows=(1, 2))
    """
    hops = hops_from(backward, targets)
    begun = np.unique(nodes_of(origins, forward.node_count))
    begun = begun[hops[begun] >= 0]
    if not len(begun):
        return None
    node = int(begun[np.argmin(hops[begun])])
    nodes, rows = [node], []
    while hops[node]:
        nearer = int(np.argmax(hops[forward.of(node)] == hops[node] - 1))
        at = int(forward.starts[node]) + nearer
        rows.append(int(forward.rows[at]))
        node = int(forward.neighbours[at])
        nodes.append(node)
    return Path(tuple(nodes), tuple(rows))


def earliest_path(senders: Any, recipients: Any, node_count: int, origins: Any, targets: Any) -> Path | None:
    """Give the path by which something from one set of nodes could first have come to another; None where it cannot.

    Args:
        senders, recipients: in time order, and so are the rows of the path.

    >>> earliest_path([1, 0, 0, 1], [2, 1, 2, 2], 3, [0], [2])
    Path(nodes=(0, 2), rows=(2,))
    """
    senders, recipients = nodes_of(senders, node_count), nodes_of(recipients, node_count)
    targets = np.unique(nodes_of(targets, node_count))
    arrivals = reached_in_time(senders, recipients, node_count, origins)
    targets = targets[arrivals[targets] != len(senders)]
    if not len(targets):
        return None
    node = int(targets[np.argmin(arrivals[targets])])
    nodes, rows = [node], []
    while arrivals[node] >= 0:
        rows.append(int(arrivals[node]))
        node = int(senders[rows[-1]])
        nodes.append(node)
    return Path(tuple(reversed(nodes)), tuple(reversed(rows)))


def strong_components(graph: Adjacency) -> Nodes:
    """Number the strong components in topological order and give for each node that of its component.

    Two nodes are in one where value can go from each to the other. A transfer never goes to a lower number: sources
    come first. Numbers are dense from 0 and depend on who sent to whom, not on the order of the transfers.

    Args:
        graph: by sender.

    >>> from ledgers.graphs.columns import adjacency
    >>> strong_components(adjacency([0, 1, 1, 2], [1, 0, 2, 3], 4)).tolist()
    [0, 0, 1, 2]
    """
    count = graph.node_count
    spare = [np.empty(count, np.int32) for _ in range(2)]
    order, low, component = (np.full(count, UNREACHED, np.int32) for _ in range(3))
    size = max(len(graph.neighbours), count)
    found: int = act(kernels.find_strong, size)(
        graph.starts, graph.neighbours, graph.starts[:-1].copy(), *spare, order, low, component
    )
    ascending: Nodes = (found - 1 - component).astype(np.int32)
    return ascending


def cut_points(senders: Any, recipients: Any, node_count: int) -> NDArray[np.bool_]:
    """Mark the nodes without which some that are connected no longer would be, whichever way the transfers went.

    >>> cut_points([0, 1, 2, 4], [1, 2, 0, 2], 5).tolist()
    [False, False, True, False, False]
    """
    graph = both_ways(senders, recipients, node_count)
    is_cut = np.zeros(node_count, np.bool_)
    order, low = (np.full(node_count, UNREACHED, np.int32) for _ in range(2))
    size = max(len(graph.neighbours), node_count)
    act(kernels.find_cuts, size)(
        graph.starts, graph.neighbours, graph.starts[:-1].copy(), np.empty(node_count, np.int32), order, low, is_cut
    )
    return is_cut
