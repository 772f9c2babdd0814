"""Follow one asset: who paid in, who took, over whom it went and where it lies; who mixed it, and who is on a list.

What is followed are transfers at or before commencement that no posting explains, summed by pair of parties. Postings'
own deposits and withdrawals stand in the picture as one node each. Quantities are what was moved; whose they are when
several flows mix is tracing, under a rule of law. Everything is text as the outputs have it.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from administrator.pictures.diagram import Diagram
from administrator.usecases.flow_diagram import Booked, Trail, diagram_of, trail_of
from administrator.usecases.looking import PAGE_ROWS_MAX, Matter, Page
from administrator.views import view
from ledgers import circuits
from ledgers.commingling import commingled
from ledgers.display import display
from ledgers.errors import CaseError
from ledgers.flows import BREAKS, CUSTOMERS, Edge, lying
from ledgers.storage.books import Books
from ledgers.units import format_units

EDGES_MAX = 50_000
"""The greatest edges are followed; how many more there are is said."""
EDGE_COLUMNS = (
    "sender", "sender_kind", "recipient", "recipient_kind", "quantity", "transfers", "first_at", "last_at",
)  # fmt: skip
"""Columns of the table of edges; any of them can order it."""


class UnknownAssetError(CaseError):
    """The case has no such asset."""

    exit_code = 2


@dataclass(frozen=True, slots=True)
class Taker:
    """A party to whom transfers went from the customers' wallets, without a posting."""

    party: str
    kind: str
    taken: str
    returned: str
    """What it sent back to them, itself."""
    net: str
    net_units: int
    transfers: int
    """Both ways."""
    first_at: str
    last_at: str


@dataclass(frozen=True, slots=True)
class Place:
    """A party with whom units lie that can have come from the customers' wallets."""

    party: str
    kind: str
    quantity: str
    """At most: what came there from others on the trail, or if that is less, what did not leave it again; of an
    exchange or a mixer all that came."""
    units: int
    """The same, in base units."""
    hops: int
    """From the customers' wallets; 1 is a taker."""
    over: tuple[str, ...]
    """The path, the party itself last; of several shortest the first in byte order."""
    is_straight: bool
    """Whether all of it came straight from the customers' wallets."""


@dataclass(frozen=True, slots=True)
class Route:
    """A path or a circle."""

    parties: tuple[str, ...]
    """Empty for the customers' wallets. A circle goes from the last back to the first."""
    quantity: str
    """The least of its edges: at most this went all the way."""


@dataclass(frozen=True, slots=True)
class Routes:
    """Paths or circles, as far as they were looked for."""

    routes: tuple[Route, ...]
    is_whole: bool
    """Whether these are all within the bounds of ledgers.circuits."""


@dataclass(frozen=True, slots=True)
class Cut:
    """A party without whom some places where units lie could not have been reached."""

    party: str
    kind: str
    places: int
    quantity: str
    """What lies at those places."""


@dataclass(frozen=True, slots=True)
class Mixed:
    """A party that received customers' value and other value; see ledgers.commingling."""

    party: str
    """Empty for the customers' wallets."""
    kind: str
    customers: str
    other: str
    opening: str
    mixed_at: str
    """Since when; empty: from the opening on."""


@dataclass(frozen=True, slots=True)
class Met:
    """A party on the way that a label names."""

    party: str
    kind: str
    said_by: str


@dataclass(frozen=True, slots=True)
class Sanctioned:
    """An end of transfers that stands on a list of sanctions."""

    address: str
    party: str
    list: str
    entry: str
    sent: str
    received: str
    transfers: str
    listed_at: str


@dataclass(frozen=True, slots=True)
class Flows:
    """The flows of one asset."""

    asset: str
    decimals: int
    owed: str
    shortfall: str
    taken: str
    """By transfers out of the customers' wallets that no posting explains."""
    returned: str
    """Into them, by those who took."""
    diagram: Diagram
    takers: tuple[Taker, ...]
    """The greatest net first."""
    places: tuple[Place, ...]
    """The greatest first."""
    circles: Routes
    """Without the customers' wallets; the greatest first. Nothing leads out of an exchange or a mixer."""
    round_trips: Routes
    """From the customers' wallets and back to them; the shortest first."""
    cuts: tuple[Cut, ...]
    mixed: tuple[Mixed, ...]
    labelled: tuple[Met, ...]
    sanctioned: tuple[Sanctioned, ...]
    notes: tuple[str, ...]
    """What else a reader must know: how much was left out, and why."""

    def lines(self, width: int) -> Iterator[str]:
        """What a lawyer reads first: who took how much, over whom, where it lies.

        Args:
            width: of the terminal, in cells; 0 where lines may have any length.
        """
        from administrator.usecases.flow_telling import flow_lines

        return flow_lines(self, width)


@dataclass(frozen=True, slots=True)
class _Asset:
    code: str
    asset_no: int
    decimals: int
    owed: str
    shortfall: str
    shortfall_units: int

    def text(self, units: int) -> str:
        return format_units(units, self.decimals)


@dataclass(frozen=True, slots=True)
class _Graph:
    """The greatest edges of one asset."""

    edges: tuple[Edge, ...]
    """By sender and recipient, in byte order."""
    kinds: Mapping[str, str]
    """Of each party; `customers` for the customers' wallets."""
    left_edges: int
    left_units: int


def flow_assets(matter: Matter) -> tuple[str, ...]:
    """Assets that occur, the one whose shortfall is worth most first."""
    return tuple(asset.code for asset in _assets(matter.books))


def flows(matter: Matter, asset: str = "", *, top: int = 12) -> Flows:
    """Follow one asset.

    Args:
        asset: its code; empty for the one whose shortfall is worth most.
        top: how many parties of a layer the picture has by name.

    Raises:
        CaseError: there is no such asset, or the last run did not come as far as the flows.
    """
    books = matter.books
    chosen = _chosen(books, asset)
    graph = _graph(books, chosen)
    trail = trail_of(graph.edges, graph.kinds)
    booked = tuple(
        Booked(direction, party, kind, int(units), transfers)
        for direction, party, kind, units, transfers, _, _ in books.rows(
            view("flow_booked"), {"asset_no": chosen.asset_no}
        )
    )
    lies = _lies(graph, trail)
    followed = [edge for edge in graph.edges if graph.kinds[edge.sender] not in BREAKS]
    diagram = diagram_of(
        chosen.code, chosen.decimals, graph.edges, graph.kinds, booked, lies,
        top=top, short_units=chosen.shortfall_units,
    )  # fmt: skip
    taken = sum(edge.units for edge in graph.edges if edge.sender == CUSTOMERS)
    takers = {edge.recipient for edge in graph.edges if edge.sender == CUSTOMERS}
    returned = sum(edge.units for edge in graph.edges if edge.recipient == CUSTOMERS and edge.sender in takers)
    return Flows(
        asset=chosen.code,
        decimals=chosen.decimals,
        owed=chosen.owed,
        shortfall=chosen.shortfall,
        taken=chosen.text(taken),
        returned=chosen.text(returned),
        diagram=diagram,
        takers=_takers(graph, chosen),
        places=_places(graph, trail, lies, chosen),
        circles=_routes(circuits.circles(followed), chosen),
        round_trips=_routes(circuits.round_trips(followed), chosen),
        cuts=tuple(
            Cut(cut.party, graph.kinds[cut.party], cut.places, chosen.text(cut.lies_units))
            for cut in circuits.cut_points(followed, lies)
        ),
        mixed=_mixed(books, chosen),
        labelled=tuple(Met(*row) for row in books.rows(view("flow_labels"), {"asset_no": chosen.asset_no})),
        sanctioned=tuple(
            Sanctioned(*row) for row in books.rows(view("flow_sanctioned"), {"asset_no": chosen.asset_no})
        ),
        notes=(*_notes(matter, graph, chosen), *diagram.notes),
    )


def edge_page(
    matter: Matter, asset: str, offset: int, limit: int, *, sort: str = "quantity", descending: bool = True
) -> Page:
    """A page of the edges between parties; the customers' wallets are the party with the empty name, kind customers.

    Args:
        sort: one of `EDGE_COLUMNS`; equal ones come by sender, then recipient.
    """
    assert sort in EDGE_COLUMNS
    chosen = _chosen(matter.books, asset)
    return _page(
        matter.books, "flow_edge_page", offset, limit, asset_no=chosen.asset_no, sort=sort, descending=descending
    )


def transfers_behind(matter: Matter, asset: str, sender: str, recipient: str, offset: int, limit: int) -> Page:
    """A page of the transfers behind one edge, by time: each with its addresses and where it stands in the files.

    Args:
        sender, recipient: as `edge_page` has them; empty for the customers' wallets.
    """
    chosen = _chosen(matter.books, asset)
    return _page(
        matter.books, "flow_behind", offset, limit, asset_no=chosen.asset_no, sender=sender, recipient=recipient
    )


def paths(matter: Matter, asset: str, sender: str, recipient: str) -> Routes:
    """The ways from one party to another, the fewest hops first; none where there is no such party.

    Args:
        sender, recipient: as `edge_page` has them; empty for the customers' wallets.
    """
    chosen = _chosen(matter.books, asset)
    return _routes(circuits.paths(_graph(matter.books, chosen).edges, sender, recipient), chosen)


def _assets(books: Books) -> list[_Asset]:
    tables = {name for (name,) in books.rows("select table_name from information_schema.tables")}
    if "sanctioned" not in tables:
        raise CaseError(
            "The last run was stopped before it followed any flows. See its findings.csv, correct what blocks, and run "
            "`administrator run` again."
        )
    return [
        _Asset(code, asset_no, decimals, owed, shortfall, int(units))
        for code, asset_no, decimals, owed, shortfall, units in books.rows(view("flow_assets"))
    ]


def _chosen(books: Books, asset: str) -> _Asset:
    assets = _assets(books)
    if not asset and assets:
        return assets[0]
    for one in assets:
        if one.code == asset:
            return one
    known = ", ".join(display(one.code) for one in assets[:20]) or "none"
    raise UnknownAssetError(
        f'asset "{display(asset)}" occurs nowhere in the case. Choose one that does: {known}'
        + (f" and {len(assets) - 20} more." if len(assets) > 20 else ".")
    )


def _graph(books: Books, asset: _Asset) -> _Graph:
    rows = books.rows(view("flow_edges"), {"asset_no": asset.asset_no, "limit": EDGES_MAX})
    kinds = {CUSTOMERS: "customers"}
    edges = []
    for sender, sender_kind, recipient, recipient_kind, units, fee_units, transfers, first_at, last_at, _, _ in rows:
        kinds[sender], kinds[recipient] = sender_kind, recipient_kind
        edges.append(Edge(sender, recipient, asset.asset_no, int(units), int(fee_units), transfers, first_at, last_at))
    edges.sort(key=lambda edge: (edge.sender.encode(), edge.recipient.encode()))
    in_all, units_in_all = (rows[0][9], int(rows[0][10])) if rows else (0, 0)
    return _Graph(tuple(edges), kinds, in_all - len(edges), units_in_all - sum(edge.units for edge in edges))


def _followed(graph: _Graph, trail: Trail) -> Iterator[Edge]:
    """The edges of the trail: from whom it reached, but for exchanges and mixers, to others than the customers."""
    for edge in graph.edges:
        is_followed = edge.sender in trail.hops and graph.kinds[edge.sender] not in BREAKS
        if is_followed and edge.recipient not in (CUSTOMERS, edge.sender):
            yield edge


def _lies(graph: _Graph, trail: Trail) -> dict[str, int]:
    """What lies with each party that was reached, at most."""
    came: dict[str, int] = {}
    for edge in _followed(graph, trail):
        came[edge.recipient] = came.get(edge.recipient, 0) + edge.units
    kept = lying(graph.edges)
    lies = {
        party: units if graph.kinds[party] in BREAKS else min(units, kept[party]) for party, units in came.items()
    }
    return {party: units for party, units in lies.items() if units > 0}


def _takers(graph: _Graph, asset: _Asset) -> tuple[Taker, ...]:
    taken = {edge.recipient: edge for edge in graph.edges if edge.sender == CUSTOMERS and edge.recipient != CUSTOMERS}
    returned = {edge.sender: edge for edge in graph.edges if edge.recipient == CUSTOMERS and edge.sender in taken}
    nets = {party: edge.units - (returned[party].units if party in returned else 0) for party, edge in taken.items()}
    found = []
    for party in sorted(taken, key=lambda party: (-nets[party], party.encode())):
        both = [taken[party], *([returned[party]] if party in returned else [])]
        found.append(
            Taker(
                party,
                graph.kinds[party],
                asset.text(taken[party].units),
                asset.text(returned[party].units if party in returned else 0),
                asset.text(nets[party]),
                nets[party],
                sum(edge.transfers for edge in both),
                _shown(min(edge.first_at for edge in both if edge.first_at is not None)),
                _shown(max(edge.last_at for edge in both if edge.last_at is not None)),
            )
        )
    return tuple(found)


def _places(graph: _Graph, trail: Trail, lies: Mapping[str, int], asset: _Asset) -> tuple[Place, ...]:
    order = sorted(lies, key=lambda party: (-lies[party], trail.hops[party], party.encode()))
    passed_on = {edge.recipient for edge in _followed(graph, trail) if edge.sender != CUSTOMERS}
    return tuple(
        Place(
            party,
            graph.kinds[party],
            asset.text(lies[party]),
            lies[party],
            trail.hops[party],
            trail.path(party),
            party not in passed_on,
        )
        for party in order
    )


def _routes(ways: circuits.Ways, asset: _Asset) -> Routes:
    return Routes(tuple(Route(way.parties, asset.text(way.units)) for way in ways.ways), ways.is_whole)


def _mixed(books: Books, asset: _Asset) -> tuple[Mixed, ...]:
    return tuple(
        Mixed(
            one.party,
            one.kind,
            asset.text(one.customer_units),
            asset.text(one.other_units),
            asset.text(one.opening_units),
            "" if one.mixed_at is None else _shown(one.mixed_at),
        )
        for one in commingled(books, asset.asset_no)
    )


def _notes(matter: Matter, graph: _Graph, asset: _Asset) -> Sequence[str]:
    notes = []
    if not matter.books.value("select has_transfers from term"):
        notes.append("No transfers were handed over, so nothing can be followed. Ask for them (table transfer).")
    if graph.left_edges:
        notes.append(
            f"Only the {EDGES_MAX} greatest pairs of parties were followed; {graph.left_edges} more, with "
            f"{asset.text(graph.left_units)} {asset.code}, stand in the table of edges."
        )
    return notes


def _shown(at: datetime.datetime) -> str:
    """An instant as the pages have it."""
    return f"{at.isoformat()}Z"


def _page(books: Books, name: str, offset: int, limit: int, **parameters: object) -> Page:
    assert 0 <= limit <= PAGE_ROWS_MAX
    assert offset >= 0
    columns, rows = books.table(view(name), {**parameters, "limit": limit, "offset": offset})
    total = int(rows[0][-1]) if rows else 0
    return Page(columns[:-1], tuple(row[:-1] for row in rows), offset, total)
