"""What is a picture made of? Parties in layers with flows between them; or series over days. Nothing here is drawn.

Every figure comes with its text as the outputs have it: whoever draws never formats a quantity, and sizes by `units`
only, which are whole.
"""

from __future__ import annotations

from dataclasses import dataclass
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
