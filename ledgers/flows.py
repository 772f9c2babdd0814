"""Where did it go: from whoever took units out of the customers' wallets, along the parties, to where they lie.

The graph is of parties, with one edge for all transfers of an asset between two of them; it never sees a transfer. It
answers reachability, hops and net positions. It does not say whose value lies where when several flows mix: that is
tracing, under a rule of law (rules 6).
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import networkx

CUSTOMERS = ""
"""The name of the customers' wallets as a node; no party bears it."""

TAKERS = ("house", "affiliate", "insider", "thief")
"""Kinds of party whose takings are a line of the bridge."""
BREAKS = ("exchange", "mixer")
"""Kinds of party behind whom a trail is not followed: they hold for too many."""


@dataclass(frozen=True, slots=True)
class Edge:
    """All transfers of one asset from one party to another."""

    sender: str
    recipient: str
    asset_no: int
    units: int
    """What arrived."""
    fee_units: int = 0
    """What the sender paid on top, to whoever carried it."""
    transfers: int = 0
    """How many; 0 where nobody counted them, as are the instants None."""
    first_at: datetime.datetime | None = None
    """In UTC."""
    last_at: datetime.datetime | None = None


@dataclass(frozen=True, slots=True)
class Destination:
    """A party at which units lie that can be reached from one who took them."""

    taker: str
    asset_no: int
    party: str
    hops: int
    """0 where the taker still has them."""
    path: tuple[str, ...]
    """Party by party, the taker first; of several shortest paths the first in byte order."""
    lies_units: int
    """What arrived at the party less what left it, fees too, over all its transfers of the asset; more than 0."""


def party_graph(edges: Iterable[Edge]) -> networkx.DiGraph:
    """Build the graph of one asset's parties; edges carry `units`.

    Parties and edges are added in byte order, so that every walk over the graph is the same walk.
    """
    import networkx

    graph = networkx.DiGraph()
    for edge in sorted(edges, key=lambda edge: (edge.sender.encode(), edge.recipient.encode())):
        graph.add_edge(edge.sender, edge.recipient, units=edge.units)
    return graph


def lying(edges: Iterable[Edge]) -> dict[str, int]:
    """Give for each party what arrived less what left it and the fees it paid; below 0 where it had more before.

    >>> lying([Edge("", "thief", 0, 10), Edge("thief", "hop", 0, 7, fee_units=1)])
    {'': -10, 'thief': 2, 'hop': 7}
    """
    lies: dict[str, int] = {}
    for edge in edges:
        lies[edge.sender] = lies.get(edge.sender, 0) - edge.units - edge.fee_units
        lies[edge.recipient] = lies.get(edge.recipient, 0) + edge.units
    return lies


def destinations(edges: Iterable[Edge]) -> Iterator[Destination]:
    """Follow every taker's units to the parties where units lie, nearest first.

    Value that came back to the customers' wallets is not followed further: from there it is everybody's.

    >>> took = [Edge("", "thief", 0, 10), Edge("thief", "hop", 0, 9), Edge("hop", "mixer", 0, 9)]
    >>> [(d.party, d.hops, d.lies_units) for d in destinations(took)]
    [('thief', 0, 1), ('mixer', 2, 9)]
    """
    by_asset: dict[int, list[Edge]] = {}
    for edge in edges:
        by_asset.setdefault(edge.asset_no, []).append(edge)
    for asset_no in sorted(by_asset):
        graph = party_graph(by_asset[asset_no])
        if CUSTOMERS not in graph:
            continue
        takers = sorted(graph.successors(CUSTOMERS), key=str.encode)
        # A copy, not a view: a view counts its nodes anew for every walk.
        outside = graph.copy()
        outside.remove_node(CUSTOMERS)
        lies = lying(by_asset[asset_no])
        for taker in takers:
            if taker != CUSTOMERS:
                yield from _reached(outside, taker, asset_no, lies)


def _reached(outside: networkx.DiGraph, taker: str, asset_no: int, lies: dict[str, int]) -> Iterator[Destination]:
    import networkx

    paths = networkx.single_source_shortest_path(outside, taker)
    for party in sorted(paths, key=lambda party: (len(paths[party]), party.encode())):
        if lies[party] > 0:
            path = tuple(paths[party])
            yield Destination(taker, asset_no, party, len(path) - 1, path, lies[party])
