"""In which column, in which order and how high does each node stand? Whole numbers, and the same ones every time.

The usual way to draw layers: nodes in columns; a link that passes over a column is given a place there too, so that it
runs between the nodes and never behind one; the order within a column is that of the mean place of the neighbours
(barycentre), swept to and fro and kept where fewer links cross; then every column is moved as near to its neighbours
as the order allows. Links that do not go to a later column are no part of it: they are drawn apart.

Nothing is measured or drawn here: heights come in, places go out.
"""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from administrator.pictures.diagram import Diagram, Link

COLUMNS_PER_LAYER_MAX = 3
"""Into how many columns a layer falls apart where its nodes pay each other; what is deeper is drawn apart."""
GAP = 16
"""Between two nodes of a column."""
PASS_GAP = 8
"""Beside a link that passes through a column."""
ORDER_SWEEPS = 12
PLACE_SWEEPS = 8
FINE = 1_000
"""A mean place is kept in thousandths, rounded down."""


@dataclass(frozen=True, slots=True)
class Item:
    """What takes a place in a column: a node, or a link on its way through."""

    column: int
    height: int
    node: str | None
    """Its key; None for a link."""


@dataclass(frozen=True, slots=True)
class Arrangement:
    """The columns, from left to right and from top to bottom."""

    items: tuple[Item, ...]
    columns: tuple[tuple[int, ...], ...]
    """Numbers of items, from top to bottom."""
    tops: tuple[int, ...]
    """Of each item, 0 at the top."""
    chains: Mapping[tuple[str, str], tuple[int, ...]]
    """By sender and recipient: the items a link runs over, both ends included; links drawn apart are not there."""
    height: int


def columns_of(diagram: Diagram) -> dict[str, int]:
    """Give each node its column: by layer, empty layers skipped, within a layer behind those that pay it.

    >>> from administrator.pictures.diagram import Layer, Node
    >>> nodes = tuple(Node(key, key, "unknown", layer, 1, "1") for key, layer in
    ...     (("c", Layer.CUSTOMERS), ("a", Layer.HOPS), ("b", Layer.HOPS)))
    >>> columns_of(Diagram("", "BTC", nodes, (Link("c", "a", 1, "1", 1), Link("a", "b", 1, "1", 1))))
    {'c': 0, 'a': 1, 'b': 2}
    """
    layer = {node.key: node.layer for node in diagram.nodes}
    inside = [link for link in diagram.links if not link.is_return and layer[link.sender] == layer[link.recipient]]
    depth = dict.fromkeys(layer, 0)
    # As many rounds as there may be columns: a circle that nobody marked as one ends here too.
    for _ in range(COLUMNS_PER_LAYER_MAX - 1):
        before = dict(depth)
        for link in inside:
            if link.sender != link.recipient:
                deeper = min(before[link.sender] + 1, COLUMNS_PER_LAYER_MAX - 1)
                depth[link.recipient] = max(depth[link.recipient], deeper)
    places = sorted({(layer[key], depth[key]) for key in layer})
    number = {place: index for index, place in enumerate(places)}
    return {key: number[layer[key], depth[key]] for key in layer}


def goes_on(link: Link, columns: Mapping[str, int]) -> bool:
    """Tell whether a link is drawn as a band to a later column; every other is drawn apart."""
    return not link.is_return and columns[link.sender] < columns[link.recipient]


def arrange(
    diagram: Diagram, columns: Mapping[str, int], heights: Mapping[str, int], widths: Mapping[tuple[str, str], int]
) -> Arrangement:
    """Give every node its place.

    Args:
        diagram: in order (`in_order`).
        columns: of each node, by key (`columns_of`).
        heights: of each node, by key.
        widths: of each link that goes on, by sender and recipient.
    """
    items = [Item(columns[node.key], heights[node.key], node.key) for node in diagram.nodes]
    number = {node.key: index for index, node in enumerate(diagram.nodes)}
    chains: dict[tuple[str, str], tuple[int, ...]] = {}
    for link in diagram.links:
        if goes_on(link, columns):
            pair = (link.sender, link.recipient)
            chain = [number[link.sender]]
            for column in range(columns[link.sender] + 1, columns[link.recipient]):
                chain.append(len(items))
                items.append(Item(column, widths[pair], None))
            chains[pair] = (*chain, number[link.recipient])
    steps = [
        (one, other, widths[pair]) for pair, chain in chains.items() for one, other in pairwise(chain)
    ]
    ordered = _ordered(items, steps)
    height = max((_height(items, column) for column in ordered), default=0)
    tops = _placed(items, ordered, steps, height)
    return Arrangement(tuple(items), tuple(map(tuple, ordered)), tuple(tops), chains, height)


def _ordered(items: Sequence[Item], steps: Sequence[tuple[int, int, int]]) -> list[list[int]]:
    """Order each column by the mean place of its neighbours, to and fro; keep the order with the fewest crossings."""
    count = max((item.column for item in items), default=-1) + 1
    columns: list[list[int]] = [[] for _ in range(count)]
    for index, item in enumerate(items):
        columns[item.column].append(index)
    before, after = _neighbours(items, steps)
    best, fewest = [list(column) for column in columns], _crossings(columns, after)
    for sweep in range(ORDER_SWEEPS):
        if fewest == 0:
            break
        neighbours = before if sweep % 2 == 0 else after
        for column in columns if sweep % 2 == 0 else reversed(columns):
            _sort_by_neighbours(column, columns, items, neighbours)
        crossings = _crossings(columns, after)
        if crossings < fewest:
            best, fewest = [list(column) for column in columns], crossings
    return best


def _neighbours(
    items: Sequence[Item], steps: Sequence[tuple[int, int, int]]
) -> tuple[list[list[tuple[int, int]]], list[list[tuple[int, int]]]]:
    """Give for each item those in the column before it and those in the column behind it, with the widths between."""
    before: list[list[tuple[int, int]]] = [[] for _ in items]
    after: list[list[tuple[int, int]]] = [[] for _ in items]
    for one, other, width in steps:
        after[one].append((other, width))
        before[other].append((one, width))
    return before, after


def _sort_by_neighbours(
    column: list[int],
    columns: Sequence[Sequence[int]],
    items: Sequence[Item],
    neighbours: Sequence[Sequence[tuple[int, int]]],
) -> None:
    beside = {items[other].column for index in column for other, _ in neighbours[index]}
    place = {index: at for near in beside for at, index in enumerate(columns[near])}
    mean: dict[int, int] = {}
    last = -1
    for index in column:
        weight = sum(width for _, width in neighbours[index])
        # What has no neighbour on this side stays behind the one before it.
        if weight:
            last = sum(place[other] * width for other, width in neighbours[index]) * FINE // weight
        mean[index] = last
    column.sort(key=lambda index: mean[index])


def _crossings(columns: Sequence[Sequence[int]], after: Sequence[Sequence[tuple[int, int]]]) -> int:
    place = {index: at for column in columns for at, index in enumerate(column)}
    crossings = 0
    for column in columns:
        passed: list[int] = []
        for index in column:
            ends = sorted(place[other] for other, _ in after[index])
            crossings += sum(len(passed) - bisect_right(passed, end) for end in ends)
            for end in ends:
                insort(passed, end)
    return crossings


def _gap(items: Sequence[Item], upper: int, lower: int) -> int:
    return GAP if items[upper].node is not None and items[lower].node is not None else PASS_GAP


def _height(items: Sequence[Item], column: Sequence[int]) -> int:
    gaps = sum(_gap(items, upper, lower) for upper, lower in pairwise(column))
    return sum(items[index].height for index in column) + gaps


def _placed(
    items: Sequence[Item], columns: Sequence[Sequence[int]], steps: Sequence[tuple[int, int, int]], height: int
) -> list[int]:
    """Move every column as near to its neighbours as its order and the height allow."""
    tops = [0] * len(items)
    for column in columns:
        top = (height - _height(items, column)) // 2
        for at, index in enumerate(column):
            tops[index] = top
            if at + 1 < len(column):
                top += items[index].height + _gap(items, index, column[at + 1])
    before, after = _neighbours(items, steps)
    for sweep in range(PLACE_SWEEPS):
        neighbours = before if sweep % 2 == 0 else after
        for column in columns if sweep % 2 == 0 else tuple(reversed(columns)):
            _move(column, items, tops, neighbours, height)
    return tops


def _move(
    column: Sequence[int],
    items: Sequence[Item],
    tops: list[int],
    neighbours: Sequence[Sequence[tuple[int, int]]],
    height: int,
) -> None:
    """Give the items of a column the tops nearest to what their neighbours wish, in order and without touching."""
    room: list[int] = []
    offset = 0
    for at, index in enumerate(column):
        room.append(offset)
        if at + 1 < len(column):
            offset += items[index].height + _gap(items, index, column[at + 1])
    wishes: list[tuple[int, int]] = []
    for index in column:
        weight = sum(width for _, width in neighbours[index])
        wishes.append((_wish(items, tops, index, neighbours[index], weight), weight) if weight else (tops[index], 1))
    for index, top in zip(column, settled(wishes, room, height - _height(items, column)), strict=True):
        tops[index] = top


def settled(wishes: Sequence[tuple[int, int]], room: Sequence[int], slack: int) -> list[int]:
    """Give things that stand in a row the places nearest to their wishes at which none overlaps the next.

    Where wishes are in each other's way, things are taken together and stand at the mean of their wishes (pooling of
    adjacent violators): nobody is pushed down only because he was placed later.

    Args:
        wishes: of each, from the top: where it would stand, and with what weight, more than 0.
        room: of each, what those before it take up at least.
        slack: what is left of the height when all stand without a gap, 0 or more.

    >>> settled([(0, 1), (2, 1), (50, 1)], [0, 10, 20], 70)
    [0, 10, 50]
    >>> settled([(40, 1), (42, 1)], [0, 10], 90)
    [36, 46]
    """
    pools: list[tuple[int, int, int]] = []
    for (wish, weight), before in zip(wishes, room, strict=True):
        pool = ((wish - before) * weight, weight, 1)
        while pools and pools[-1][0] * pool[1] > pool[0] * pools[-1][1]:
            last = pools.pop()
            pool = (last[0] + pool[0], last[1] + pool[1], last[2] + pool[2])
        pools.append(pool)
    starts = [min(max(total // weight, 0), slack) for total, weight, count in pools for _ in range(count)]
    return [start + before for start, before in zip(starts, room, strict=True)]


def _wish(
    items: Sequence[Item], tops: Sequence[int], index: int, near: Sequence[tuple[int, int]], weight: int
) -> int:
    """Give the top at which an item's middle stands at the mean of its neighbours' middles."""
    middles = sum((2 * tops[other] + items[other].height) * width for other, width in near)
    return (middles // weight - items[index].height) // 2
