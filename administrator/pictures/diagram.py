"""What is a picture made of? Parties in layers with flows between them; or series over days. Nothing here is drawn.

Every figure comes with its text as the outputs have it: whoever draws never formats a quantity, and sizes by `units`
only, which are whole.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from enum import IntEnum


class Layer(IntEnum):
    """Where in the story of a flow a node stands, from left to right."""

    SOURCES = 0
    """Who paid in."""
    CUSTOMERS = 1
    """The wallets held for customers."""
    HOUSE = 2
    """The debtor's own wallets, its insiders and affiliates."""
    TAKERS = 3
    """Whoever else took from the customers' wallets."""
    HOPS = 4
    """Those it passed through after that."""
    LIES = 5
    """Where it lies, and where a trace stops."""


@dataclass(frozen=True, slots=True)
class Node:
    """A party, or some parties folded into one."""

    key: str
    """Unique in its diagram."""
    label: str
    """What is shown: text of strangers, as received."""
    kind: str
    """thief, insider, affiliate, house, exchange, mixer, bridge, holder, unknown, customers, or folded."""
    layer: Layer
    units: int
    """What passed through it, whole base units, 0 or more: its height."""
    quantity: str
    """The same, as the outputs write it."""
    note: str = ""
    """A few words below the label, such as `lies 12.50`."""


@dataclass(frozen=True, slots=True)
class Link:
    """All transfers of the asset from one node to another."""

    sender: str
    recipient: str
    units: int
    """More than 0."""
    quantity: str
    transfers: int
    is_return: bool = False
    """Whether it goes back to an earlier layer, or round in a circle."""


@dataclass(frozen=True, slots=True)
class Diagram:
    """The flows of one asset."""

    title: str
    asset: str
    nodes: tuple[Node, ...]
    """By layer, the greatest first, ties by key in byte order."""
    links: tuple[Link, ...]
    """Key (sender, recipient)."""
    notes: tuple[str, ...] = ()
    """Said below the picture: what was folded, which circles there are."""


@dataclass(frozen=True, slots=True)
class Series:
    """One quantity over the days."""

    name: str
    units: tuple[int, ...]
    """One a day; below 0 too."""
    texts: tuple[str, ...]
    """The same, as the outputs write them."""


@dataclass(frozen=True, slots=True)
class Mark:
    """Something that happened on a day."""

    on: date
    label: str


@dataclass(frozen=True, slots=True)
class Chart:
    """Some quantities of one asset over the same days."""

    title: str
    asset: str
    days: tuple[date, ...]
    """Ascending, each once; not every calendar day need be there."""
    series: tuple[Series, ...]
    marks: tuple[Mark, ...] = ()


def in_order(diagram: Diagram) -> Diagram:
    """Give the same diagram with nodes and links in their order, whatever order they were made in.

    >>> thief = Node("t", "thief", "thief", Layer.TAKERS, 5, "5")
    >>> wallets = Node("c", "wallets", "customers", Layer.CUSTOMERS, 5, "5")
    >>> [node.key for node in in_order(Diagram("", "BTC", (thief, wallets), ())).nodes]
    ['c', 't']

    Raises:
        AssertionError: two nodes of one key, two links of one pair, a link from or to nothing, or units out of range.
    """
    keys = {node.key for node in diagram.nodes}
    pairs = {(link.sender, link.recipient) for link in diagram.links}
    assert len(keys) == len(diagram.nodes), "two nodes have one key"
    assert len(pairs) == len(diagram.links), "two links join the same two nodes"
    assert all(sender in keys and recipient in keys for sender, recipient in pairs), "a link leads nowhere"
    assert all(node.units >= 0 for node in diagram.nodes), "a node has units below 0"
    assert all(link.units > 0 for link in diagram.links), "a link has no units"
    nodes = sorted(diagram.nodes, key=lambda node: (node.layer, -node.units, byte_order(node.key)))
    links = sorted(diagram.links, key=lambda link: (byte_order(link.sender), byte_order(link.recipient)))
    return replace(diagram, nodes=tuple(nodes), links=tuple(links))


def byte_order(text: str) -> bytes:
    """Give the key that orders texts by bytes; half a surrogate pair, which UTF-8 refuses, has its place too."""
    return text.encode("utf-8", "surrogatepass")
