"""The walks themselves, one loop each, over columns of whole numbers.

Plain functions of Python: for a few rows they are run as they stand, for many they are compiled (questions.py). Each is
complete in itself, for a compiled function calls no other, and makes no array: whoever calls gives them, filled.

A graph comes as adjacency (columns.py): `starts`, one more than there are nodes, and `neighbours`. What is written into
stands last. Nothing here recurses: a chain of a million hops is an ordinary graph.

Source:
    R. E. Tarjan, *Depth-First Search and Linear Graph Algorithms*, SIAM Journal on Computing 1(2), 1972: strong
    components and cut points. R. E. Tarjan and J. van Leeuwen, *Worst-Case Analysis of Set Union Algorithms*, Journal
    of the ACM 31(2), 1984: halving of paths.
"""

from __future__ import annotations

from typing import Any


def count_keys(keys: Any, starts: Any) -> None:
    """Fill in where each key would begin in a sorted column; `starts` is zeros, one more than there are keys."""
    for row in range(len(keys)):
        starts[keys[row] + 1] += 1
    total = 0
    for key in range(len(starts)):
        total += starts[key]
        starts[key] = total


def place_rows(keys: Any, order: Any, places: Any, placed: Any) -> None:
    """Put rows behind each other by key, those of one key in the order given.

    Args:
        order: the rows. places: where each key begins; used up.
        placed: gets the rows.
    """
    for at in range(len(order)):
        row = order[at]
        key = keys[row]
        placed[places[key]] = row
        places[key] += 1


def join_components(senders: Any, recipients: Any, least: Any) -> None:
    """Name each node by the least node that it is connected with; `least` is each node itself.

    The root of a tree is always its least node. Halving alone keeps the trees flat enough.
    """
    for row in range(len(senders)):
        left, right = senders[row], recipients[row]
        while least[left] != left:
            least[left] = least[least[left]]
            left = least[left]
        while least[right] != right:
            least[right] = least[least[right]]
            right = least[right]
        if left < right:
            least[right] = left
        elif right < left:
            least[left] = right
    for node in range(len(least)):
        # What a node points to is less than it, and done.
        least[node] = least[least[node]]


def count_hops(starts: Any, neighbours: Any, filled: int, queue: Any, hops: Any) -> int:
    """Walk outwards from the first `filled` nodes of the queue, whose hops are 0; all others are below 0.

    Returns:
        How many nodes are reached; they stand in the queue, nearest first.
    """
    done = 0
    while done < filled:
        node = queue[done]
        done += 1
        for at in range(starts[node], starts[node + 1]):
            other = neighbours[at]
            if hops[other] < 0:
                hops[other] = hops[node] + 1
                queue[filled] = other
                filled += 1
    return filled


def pass_on(senders: Any, recipients: Any, never: int, arrivals: Any) -> None:
    """Go through transfers in time order; note by which row each node was first reached.

    Args:
        never: what `arrivals` holds of a node that is not reached; starts hold anything less.
    """
    for row in range(len(senders)):
        if arrivals[senders[row]] != never and arrivals[recipients[row]] == never:
            arrivals[recipients[row]] = row


def pass_back(senders: Any, recipients: Any, never: int, departures: Any) -> None:
    """Go through transfers against time; note by which row each node last sent something that still came there."""
    for back in range(len(senders)):
        row = len(senders) - 1 - back
        if departures[recipients[row]] != never and departures[senders[row]] == never:
            departures[senders[row]] = row


def find_strong(
    starts: Any, neighbours: Any, following: Any, path: Any, open_nodes: Any, order: Any, low: Any, component: Any
) -> int:
    """Number the strong components, last first: whoever can be reached from others gets the lower number.

    Args:
        following: the first of `starts`, used up. path, open_nodes: one place a node.
        order, low, component: one a node, below 0.

    Returns:
        How many components there are.
    """
    found = visited = opened = 0
    for root in range(len(starts) - 1):
        if order[root] >= 0:
            continue
        depth = 0
        path[0] = open_nodes[opened] = root
        order[root] = low[root] = visited
        visited += 1
        opened += 1
        while depth >= 0:
            node = path[depth]
            if following[node] < starts[node + 1]:
                other = neighbours[following[node]]
                following[node] += 1
                if order[other] < 0:
                    depth += 1
                    path[depth] = open_nodes[opened] = other
                    order[other] = low[other] = visited
                    visited += 1
                    opened += 1
                elif component[other] < 0 and order[other] < low[node]:
                    low[node] = order[other]
                continue
            if low[node] == order[node]:
                while True:
                    opened -= 1
                    component[open_nodes[opened]] = found
                    if open_nodes[opened] == node:
                        break
                found += 1
            depth -= 1
            if depth >= 0 and low[node] < low[path[depth]]:
                low[path[depth]] = low[node]
    return found


def find_cuts(starts: Any, neighbours: Any, following: Any, path: Any, order: Any, low: Any, is_cut: Any) -> None:
    """Mark the nodes without which their component falls apart; every edge stands in both directions.

    A second edge back to where the walk came from makes no difference to nodes, so it need not be told apart.

    Args:
        following: the first of `starts`, used up. path: one place a node. order, low: one a node, below 0.
    """
    visited = 0
    for root in range(len(starts) - 1):
        if order[root] >= 0:
            continue
        depth = branches = 0
        path[0] = root
        order[root] = low[root] = visited
        visited += 1
        while depth >= 0:
            node = path[depth]
            if following[node] < starts[node + 1]:
                other = neighbours[following[node]]
                following[node] += 1
                if order[other] < 0:
                    depth += 1
                    path[depth] = other
                    order[other] = low[other] = visited
                    visited += 1
                elif order[other] < low[node]:
                    low[node] = order[other]
                continue
            depth -= 1
            if depth < 0:
                break
            above = path[depth]
            low[above] = min(low[above], low[node])
            if depth == 0:
                branches += 1
            elif low[node] >= order[above]:
                is_cut[above] = True
        is_cut[root] = branches > 1
