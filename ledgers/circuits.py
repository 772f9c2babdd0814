"""Over whom did it go: every way from one party to another, the circles it went in, and whom it had to pass.

Asked of the graph of one asset's parties (flows.py), which is small: one edge for all transfers between two. Ways and
circles are enumerated, and there may be more of them than atoms, so each question is bounded: in length, in number and
in steps, and says whether it was answered whole. What comes first is told by a total order, never by chance.

Nobody passes on what has not come yet: a way whose edges cannot have been gone in their order is left out, where the
edges say when they began and ended. Within those spans it is not asked, for an edge does not know its transfers.
"""

from __future__ import annotations

import datetime
from bisect import insort
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from ledgers.flows import CUSTOMERS, Edge

PATHS_MAX = 20
PATH_HOPS_MAX = 10
CIRCUITS_MAX = 100
CIRCUIT_LENGTH_MAX = 8
STEPS_MAX = 1_000_000
"""Parties stepped on by one question, some seconds; what is found by then is in order, and not whole."""


@dataclass(frozen=True, slots=True)
class Way:
    """A path from party to party, or a circle."""

    parties: tuple[str, ...]
    """In order, none twice; a circle begins with its first in byte order, and goes from the last back to that."""
    units: int
    """The least of its edges: no more than that can have gone the whole way."""


@dataclass(frozen=True, slots=True)
class Ways:
    """What a bounded enumeration gives."""

    ways: tuple[Way, ...]
    is_whole: bool
    """Whether these are all within the length; else it stopped at the number, or after too many steps."""


@dataclass(frozen=True, slots=True)
class CutPoint:
    """A party that everything had to pass that came from the takers to some place where it lies."""

    party: str
    places: int
    """How many parties with units nothing reaches without it; itself not among them."""
    lies_units: int
    """What lies with those in all."""


class _Steps:
    """How far a question may still walk."""

    def __init__(self, most: int) -> None:
        self.left = most

    def take(self) -> bool:
        self.left -= 1
        return self.left >= 0


_Span = tuple[datetime.datetime, datetime.datetime]
BACK = "\0"
"""The customers' wallets as the end of a walk that began there; no text of a source has this character."""
_Graph = Mapping[str, Sequence[tuple[bytes, str]]]
"""The recipients of each sender in byte order, each with its bytes."""


def paths(edges: Iterable[Edge], origin: str, target: str) -> Ways:
    """List the simple paths from one party to another, the fewest hops first, then in byte order, party by party.

    Paths do not lead through the customers' wallets, from where it is everybody's; they may begin or end there.

    Args:
        edges: of one asset, one a pair of parties.

    >>> edges = [Edge("a", "b", 0, 5), Edge("b", "c", 0, 3), Edge("a", "c", 0, 4), Edge("c", "a", 0, 9)]
    >>> [(way.parties, way.units) for way in paths(edges, "a", "c").ways]
    [(('a', 'c'), 4), (('a', 'b', 'c'), 3)]
    """
    edges = tuple(edges)
    units, spans = _units(edges), _spans(edges)
    if origin == target:
        return Ways((), True)
    graph = _graph(pair for pair in units if CUSTOMERS in (origin, target) or CUSTOMERS not in pair)
    graph = {
        sender: others for sender, others in graph.items() if sender == origin or sender not in (target, CUSTOMERS)
    }
    steps = _Steps(STEPS_MAX)
    found: list[Way] = []
    for way in _simple(graph, origin, target, PATH_HOPS_MAX, steps):
        if not _is_in_order(way, spans):
            continue
        if len(found) == PATHS_MAX:
            return Ways(tuple(found), False)
        found.append(Way(way, min(units[pair] for pair in pairwise(way))))
    return Ways(tuple(found), steps.left >= 0)


def circles(edges: Iterable[Edge]) -> Ways:
    """List the circles in which units went among parties, without the customers' wallets: the greatest first.

    A circle is as great as its least edge; of equal ones the shorter comes first, then by byte order.

    >>> edges = [Edge("a", "b", 0, 5), Edge("b", "a", 0, 3), Edge("b", "c", 0, 9), Edge("c", "b", 0, 9)]
    >>> [(way.parties, way.units) for way in circles(edges).ways]
    [(('b', 'c'), 9), (('a', 'b'), 3)]
    """
    edges = tuple(edges)
    units = {pair: least for pair, least in _units(edges).items() if CUSTOMERS not in pair}
    spans = _spans(edges)
    ordered = sorted(_in_circles(units), key=lambda pair: (-units[pair], pair[0].encode(), pair[1].encode()))
    graph: dict[str, list[tuple[bytes, str]]] = {}
    back: dict[str, list[str]] = {}
    steps = _Steps(STEPS_MAX)
    found: list[Way] = []
    # Edges are laid down from the greatest on, and each closes the circles of which it is the least: so the greatest
    # are found without the others.
    for sender, recipient in ordered:
        distance = _near(back, sender, CIRCUIT_LENGTH_MAX - 1)
        steps.left -= len(distance)
        if recipient in distance and steps.left >= 0:
            for way in _simple(graph, recipient, sender, CIRCUIT_LENGTH_MAX - 1, steps):
                if not any(_is_in_order((*way[at:], *way[: at + 1]), spans) for at in range(len(way))):
                    continue
                if len(found) == CIRCUITS_MAX:
                    return Ways(tuple(_greatest(found)), False)
                found.append(Way(_turned(way), units[sender, recipient]))
        if steps.left < 0:
            return Ways(tuple(_greatest(found)), False)
        insort(graph.setdefault(sender, []), (recipient.encode(), recipient))
        back.setdefault(recipient, []).append(sender)
    return Ways(tuple(_greatest(found)), True)


def round_trips(edges: Iterable[Edge]) -> Ways:
    """List the circles through the customers' wallets: over whom units went out and came back; the shortest first.

    Of equal length the greatest comes first, then by byte order. Each begins with the customers' wallets.

    >>> [way.parties for way in round_trips([Edge("", "a", 0, 5), Edge("a", "b", 0, 5), Edge("b", "", 0, 1)]).ways]
    [('', 'a', 'b')]
    """
    edges = tuple(edges)
    units = {(sender, recipient or BACK): least for (sender, recipient), least in _units(edges).items()}
    spans = {(sender, recipient or BACK): span for (sender, recipient), span in _spans(edges).items()}
    steps = _Steps(STEPS_MAX)
    found: list[Way] = []
    for way in _simple(_graph(units), CUSTOMERS, BACK, CIRCUIT_LENGTH_MAX, steps):
        if not _is_in_order(way, spans):
            continue
        if len(found) == CIRCUITS_MAX:
            return Ways(tuple(_shortest(found)), False)
        found.append(Way(way[:-1], min(units[pair] for pair in pairwise(way))))
    return Ways(tuple(_shortest(found)), steps.left >= 0)


def _shortest(ways: list[Way]) -> list[Way]:
    return sorted(ways, key=lambda way: (len(way.parties), -way.units, [party.encode() for party in way.parties]))


def cut_points(edges: Iterable[Edge], lies: Mapping[str, int]) -> tuple[CutPoint, ...]:
    """List the parties without whom nothing leads from the takers to some place where units lie, other than takers.

    By what lies behind them, the most first; of equal ones the nearer to the takers, then by byte order. Each is a
    dominator of those places in the graph of what can be reached from the customers' wallets.

    Args:
        lies: units that lie with parties; who is not there has none.

    Source: K. D. Cooper, T. J. Harvey and K. Kennedy, *A Simple, Fast Dominance Algorithm*, 2001 (in networkx).

    >>> edges = [Edge("", "thief", 0, 9), Edge("thief", "hop", 0, 9), Edge("hop", "x", 0, 5), Edge("hop", "y", 0, 4)]
    >>> [(cut.party, cut.places, cut.lies_units) for cut in cut_points(edges, {"x": 5, "y": 4})]
    [('hop', 2, 9)]
    """
    import networkx

    edges = sorted(edges, key=lambda edge: (edge.sender.encode(), edge.recipient.encode()))
    outside = networkx.DiGraph()
    outside.add_node(CUSTOMERS)
    outside.add_edges_from((edge.sender, edge.recipient) for edge in edges if edge.recipient != CUSTOMERS)
    takers = set(outside.successors(CUSTOMERS))
    above = dict(networkx.immediate_dominators(outside, CUSTOMERS))
    above.pop(CUSTOMERS, None)
    hops = networkx.single_source_shortest_path_length(outside, CUSTOMERS)
    below = {party: [0, 0] for party in above}
    # Who dominates is nearer, so what lies behind the farthest is summed first.
    for party in sorted(above, key=lambda party: -hops[party]):
        places, units = below[party]
        if (passed := above[party]) in below:
            below[passed][0] += places + (lies.get(party, 0) > 0)
            below[passed][1] += units + max(lies.get(party, 0), 0)
    found = (CutPoint(party, *counted) for party, counted in below.items() if counted[0] and party not in takers)
    return tuple(sorted(found, key=lambda cut: (-cut.lies_units, hops[cut.party], cut.party.encode())))


def _units(edges: Iterable[Edge]) -> dict[tuple[str, str], int]:
    units = {(edge.sender, edge.recipient): edge.units for edge in edges if edge.sender != edge.recipient}
    return dict(sorted(units.items(), key=lambda item: (item[0][0].encode(), item[0][1].encode())))


def _spans(edges: Iterable[Edge]) -> dict[tuple[str, str], _Span]:
    """When each edge was gone first and last, of those that say it."""
    return {
        (edge.sender, edge.recipient): (edge.first_at, edge.last_at)
        for edge in edges
        if edge.first_at is not None and edge.last_at is not None
    }


def _is_in_order(way: Sequence[str], spans: Mapping[tuple[str, str], _Span]) -> bool:
    """Whether each edge of a way was gone at or after the earliest at which something can have come to its sender."""
    came: datetime.datetime | None = None
    for pair in pairwise(way):
        if pair in spans:
            began, ended = spans[pair]
            if came is not None and ended < came:
                return False
            came = began if came is None else max(came, began)
    return True


def _graph(pairs: Iterable[tuple[str, str]]) -> dict[str, list[tuple[bytes, str]]]:
    graph: dict[str, list[tuple[bytes, str]]] = {}
    for sender, recipient in pairs:
        graph.setdefault(sender, []).append((recipient.encode(), recipient))
    for others in graph.values():
        others.sort()
    return graph


def _simple(graph: _Graph, origin: str, target: str, hops_max: int, steps: _Steps) -> Iterator[tuple[str, ...]]:
    """Give the simple paths of each length in turn, those of one length in byte order.

    A party is only stepped on where the target is near enough from it, so that few steps lead nowhere.
    """
    distance = _distances(graph, target, hops_max)
    if origin not in distance:
        return
    for length in range(distance[origin], hops_max + 1):
        path, following = [origin], [iter(graph.get(origin, ()))]
        visited = {origin}
        while path:
            other = next(following[-1], None)
            if other is None:
                visited.discard(path.pop())
                following.pop()
                continue
            party = other[1]
            left = length - len(path)
            if party in visited or distance.get(party, hops_max + 1) > left or (party == target) != (left == 0):
                continue
            if not steps.take():
                return
            if left == 0:
                yield (*path, party)
                continue
            path.append(party)
            visited.add(party)
            following.append(iter(graph.get(party, ())))


def _distances(graph: _Graph, target: str, hops_max: int) -> dict[str, int]:
    """How many hops each party is from the target, of those that are near enough."""
    back: dict[str, list[str]] = {}
    for sender, others in graph.items():
        for _, recipient in others:
            back.setdefault(recipient, []).append(sender)
    return _near(back, target, hops_max)


def _near(back: Mapping[str, Iterable[str]], target: str, hops_max: int) -> dict[str, int]:
    distance = {target: 0}
    queue = deque([target])
    while queue:
        party = queue.popleft()
        if distance[party] < hops_max:
            for sender in back.get(party, ()):
                if sender not in distance:
                    distance[sender] = distance[party] + 1
                    queue.append(sender)
    return distance


def _turned(way: tuple[str, ...]) -> tuple[str, ...]:
    """A circle, begun with its first party in byte order."""
    at = min(range(len(way)), key=lambda place: way[place].encode())
    return way[at:] + way[:at]


def _greatest(ways: list[Way]) -> list[Way]:
    return sorted(ways, key=lambda way: (-way.units, len(way.parties), [party.encode() for party in way.parties]))


def _in_circles(units: Mapping[tuple[str, str], int]) -> list[tuple[str, str]]:
    """The pairs that a circle can go over: both in one strong component."""
    from ledgers.graphs.columns import adjacency
    from ledgers.graphs.questions import strong_components

    parties = sorted({party for pair in units for party in pair}, key=str.encode)
    numbers = {party: number for number, party in enumerate(parties)}
    senders, recipients = ([numbers[pair[end]] for pair in units] for end in (0, 1))
    component = strong_components(adjacency(senders, recipients, len(parties)))
    return [pair for pair in units if component[numbers[pair[0]]] == component[numbers[pair[1]]]]
