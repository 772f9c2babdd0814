"""The flows of one asset as a picture: who paid in, who took, over whom it went, where it lies.

Parties stand in layers, the greatest of each by themselves and the rest drawn as one node a kind, so that what enters
such a node is the sum of what enters those it stands for. Nothing is drawn here; see administrator/pictures.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from administrator.pictures.diagram import Diagram, Layer, Link, Node
from ledgers.flows import BREAKS, CUSTOMERS, Edge
from ledgers.units import format_units

CUSTOMERS_KEY = "customers"
DEPOSITS_KEY, WITHDRAWALS_KEY = "deposits", "withdrawals"
OWN_KINDS = ("house", "affiliate", "insider")
NAMED_KINDS = (*OWN_KINDS, "thief", *BREAKS)
"""Kinds of party that are drawn by themselves before any that are only large."""
LABELS = {CUSTOMERS_KEY: "customers' wallets", DEPOSITS_KEY: "customers' deposits",
          WITHDRAWALS_KEY: "customers' withdrawals"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Booked:
    """What came in or went out as postings say."""

    direction: str
    """`in` or `out`."""
    party: str | None
    """Whom a label names."""
    kind: str | None
    units: int
    transfers: int


@dataclass(frozen=True, slots=True)
class Trail:
    """How the parties stand to the customers' wallets."""

    hops: Mapping[str, int]
    """Over how few transfers each was reached; the customers' wallets 0. Who was not reached is not here."""
    before: Mapping[str, str]
    """From whom, on the first of the shortest paths in byte order."""

    def path(self, party: str) -> tuple[str, ...]:
        """Give that path, the customers' wallets left out."""
        path: list[str] = []
        while party != CUSTOMERS:
            path.append(party)
            party = self.before[party]
        return tuple(reversed(path))


@dataclass(slots=True)
class _Sum:
    units: int = 0
    transfers: int = 0

    def add(self, units: int, transfers: int) -> None:
        self.units += units
        self.transfers += transfers


def trail_of(edges: Iterable[Edge], kinds: Mapping[str, str]) -> Trail:
    """Follow what left the customers' wallets: not through exchanges and mixers, and not through the wallets again."""
    following: dict[str, list[str]] = {}
    for edge in edges:
        following.setdefault(edge.sender, []).append(edge.recipient)
    hops, before = {CUSTOMERS: 0}, {}
    reached = [CUSTOMERS]
    for party in reached:
        if kinds.get(party) in BREAKS:
            continue
        for other in sorted(following.get(party, ()), key=str.encode):
            if other not in hops:
                hops[other] = hops[party] + 1
                before[other] = party
                reached.append(other)
    return Trail(hops, before)


def layers_of(edges: Sequence[Edge], kinds: Mapping[str, str], trail: Trail) -> dict[str, Layer]:
    """Give the layer of each party that is drawn: those reached, and those who sent something to one of them."""
    sends_on = {edge.sender for edge in edges if edge.recipient not in (CUSTOMERS, edge.sender)}
    took = {edge.recipient for edge in edges if edge.sender == CUSTOMERS}
    layers = {}
    for edge in edges:
        for party in (edge.sender, edge.recipient):
            kind = kinds[party]
            if party in layers or (party not in trail.hops and edge.recipient not in trail.hops):
                continue
            if party == CUSTOMERS:
                layers[party] = Layer.CUSTOMERS
            elif kind in OWN_KINDS:
                layers[party] = Layer.HOUSE
            elif party not in trail.hops:
                layers[party] = Layer.SOURCES
            elif kind in BREAKS:
                layers[party] = Layer.LIES
            elif party in took:
                layers[party] = Layer.TAKERS
            else:
                layers[party] = Layer.HOPS if party in sends_on else Layer.LIES
    return layers


def diagram_of(
    asset: str,
    decimals: int,
    edges: Sequence[Edge],
    kinds: Mapping[str, str],
    booked: Sequence[Booked],
    lies: Mapping[str, int],
    *,
    top: int,
    short_units: int,
) -> Diagram:
    """Lay the flows of one asset out.

    Args:
        edges: between parties, none booked. kinds: of every party of them.
        lies: units that lie with parties.
        top: how many of each layer are drawn by themselves.
        short_units: what is missing in the customers' wallets.
    """
    trail = trail_of(edges, kinds)
    layers = layers_of(edges, kinds, trail)
    layers[CUSTOMERS] = Layer.CUSTOMERS
    picture = _Picture(decimals, trail)
    for party in layers:
        if kinds.get(party) not in BREAKS or party in trail.hops:
            picture.put(_key(party), party, kinds.get(party, "customers"), layers[party], lies.get(party, 0))
    outside = _Sum()
    for edge in edges:
        if edge.sender == edge.recipient:
            continue
        if edge.recipient not in trail.hops or edge.sender not in layers:
            outside.add(edge.units, edge.transfers)
        elif kinds[edge.sender] in BREAKS:
            picture.pay_in(edge.sender, kinds[edge.sender], _key(edge.recipient), edge.units, edge.transfers)
        else:
            picture.link(_key(edge.sender), _key(edge.recipient), edge.units, edge.transfers)
    for one in booked:
        picture.book(one)
    folded = picture.fold(top)
    notes = []
    if outside.transfers:
        quantity = format_units(outside.units, decimals)
        notes.append(
            f"Left out: {quantity} {asset} in {outside.transfers} transfers to parties whom nothing from the "
            "customers' wallets has reached; it is not followed through exchanges and mixers."
        )
    if folded.transfers:
        quantity = format_units(folded.units, decimals)
        notes.append(f"Not drawn: {quantity} {asset} in {folded.transfers} transfers among those drawn as one.")
    short = f"{format_units(short_units, decimals)} short" if short_units > 0 else ""
    return Diagram(f"Flows of {asset}", asset, picture.nodes(short), picture.links(), tuple(notes))


def _key(party: str) -> str:
    return CUSTOMERS_KEY if party == CUSTOMERS else f"party:{party}"


class _Picture:
    """Nodes and links, until they are drawn."""

    def __init__(self, decimals: int, trail: Trail) -> None:
        self._decimals = decimals
        self._hops = {_key(party): hops for party, hops in trail.hops.items()}
        self._labels: dict[str, str] = {}
        self._kinds: dict[str, str] = {}
        self._layers: dict[str, Layer] = {}
        self._lies: dict[str, int] = {}
        self._links: dict[tuple[str, str], _Sum] = {}

    def put(self, key: str, label: str, kind: str, layer: Layer, lies_units: int) -> None:
        self._labels[key] = LABELS.get(key, label)
        self._kinds[key], self._layers[key], self._lies[key] = kind, layer, max(lies_units, 0)

    def link(self, sender: str, recipient: str, units: int, transfers: int) -> None:
        self._links.setdefault((sender, recipient), _Sum()).add(units, transfers)

    def book(self, booked: Booked) -> None:
        """Add what postings explain: holders as one node, others who paid in by name."""
        if booked.direction == "out":
            self.put(WITHDRAWALS_KEY, "", "folded", Layer.LIES, 0)
            self.link(CUSTOMERS_KEY, WITHDRAWALS_KEY, booked.units, booked.transfers)
            return
        if booked.party is not None and booked.kind in NAMED_KINDS:
            self.pay_in(booked.party, booked.kind, CUSTOMERS_KEY, booked.units, booked.transfers)
            return
        self.put(DEPOSITS_KEY, "", "folded", Layer.SOURCES, 0)
        self.link(DEPOSITS_KEY, CUSTOMERS_KEY, booked.units, booked.transfers)

    def pay_in(self, party: str, kind: str, recipient: str, units: int, transfers: int) -> None:
        """Add what somebody paid as a source, though he may be drawn elsewhere: it did not come back from there."""
        key = f"deposits:{party}"
        self.put(key, party, kind, Layer.SOURCES, 0)
        self.link(key, recipient, units, transfers)

    def fold(self, top: int) -> _Sum:
        """Draw all but the first of each layer as one node a kind; give what went among those drawn as one."""
        sizes = self._sizes()
        by_layer: dict[Layer, list[str]] = {}
        for key in self._layers:
            if key not in LABELS:
                by_layer.setdefault(self._layers[key], []).append(key)
        into: dict[str, str] = {}
        for layer, keys in by_layer.items():
            keys.sort(key=lambda key: (self._kinds[key] not in NAMED_KINDS, -sizes[key], key.encode()))
            # Of those who paid in, only whom somebody knows is worth a name.
            shown = [key for key in keys if layer != Layer.SOURCES or self._kinds[key] in NAMED_KINDS][:top]
            rest: dict[str, list[str]] = {}
            for key in keys:
                if key not in shown:
                    rest.setdefault(self._kinds[key], []).append(key)
            for kind, members in rest.items():
                # One alone takes no more room under its own name.
                if len(members) > 1:
                    folded = f"folded:{layer.name.lower()}:{kind}"
                    into |= dict.fromkeys(members, folded)
                    is_rest = any(self._kinds[key] == kind for key in shown)
                    many = f"and {len(members):,} more" if is_rest else f"{len(members):,} parties"
                    self._labels[folded] = f"{many}, {kind}"
        return self._merge(into)

    def _merge(self, into: Mapping[str, str]) -> _Sum:
        lies: dict[str, int] = {}
        for key, folded in into.items():
            lies[folded] = lies.get(folded, 0) + self._lies[key]
            self._hops[folded] = min(self._hops.get(folded, self._hops.get(key, 0)), self._hops.get(key, 0))
        for key, folded in into.items():
            layer = self._layers.pop(key)
            if folded not in self._layers:
                self.put(folded, self._labels[folded], "folded", layer, lies[folded])
        links, self._links = self._links, {}
        among = _Sum()
        for (sender, recipient), moved in links.items():
            ends = into.get(sender, sender), into.get(recipient, recipient)
            if ends[0] == ends[1]:
                among.add(moved.units, moved.transfers)
            else:
                self.link(*ends, moved.units, moved.transfers)
        return among

    def _sizes(self) -> dict[str, int]:
        arrived, left = dict.fromkeys(self._layers, 0), dict.fromkeys(self._layers, 0)
        for (sender, recipient), moved in self._links.items():
            left[sender] += moved.units
            arrived[recipient] += moved.units
        return {key: max(arrived[key], left[key]) for key in self._layers}

    def nodes(self, short: str) -> tuple[Node, ...]:
        """The nodes, by layer, the greatest first."""
        sizes = self._sizes()
        found = []
        for key, layer in self._layers.items():
            note = f"lies {format_units(self._lies[key], self._decimals)}" if self._lies[key] else ""
            quantity = format_units(sizes[key], self._decimals)
            note = short if key == CUSTOMERS_KEY else note
            found.append(Node(key, self._labels[key], self._kinds[key], layer, sizes[key], quantity, note))
        return tuple(sorted(found, key=lambda node: (node.layer, -node.units, node.key.encode())))

    def links(self) -> tuple[Link, ...]:
        """The links, by sender and recipient."""
        circle = self._circles()
        found = []
        for (sender, recipient), moved in self._links.items():
            if moved.units == 0:
                continue
            ends = self._layers[sender], self._layers[recipient]
            is_round = ends[0] == ends[1] and circle[sender] == circle[recipient]
            is_return = ends[0] > ends[1] or (is_round and self._rank(sender) > self._rank(recipient))
            quantity = format_units(moved.units, self._decimals)
            found.append(Link(sender, recipient, moved.units, quantity, moved.transfers, is_return))
        return tuple(sorted(found, key=lambda link: (link.sender.encode(), link.recipient.encode())))

    def _rank(self, key: str) -> tuple[int, bytes]:
        return self._hops.get(key, 0), key.encode()

    def _circles(self) -> dict[str, int]:
        """The strong component of each node, without the customers' wallets, through which nothing is followed."""
        from ledgers.graphs.columns import adjacency
        from ledgers.graphs.questions import strong_components

        keys = sorted(self._layers, key=str.encode)
        numbers = {key: number for number, key in enumerate(keys)}
        pairs = [pair for pair in self._links if CUSTOMERS_KEY not in pair]
        senders, recipients = ([numbers[pair[end]] for pair in pairs] for end in (0, 1))
        components = strong_components(adjacency(senders, recipients, len(keys))).tolist()
        return dict(zip(keys, components, strict=True))
