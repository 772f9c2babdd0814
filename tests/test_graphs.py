"""Are the walks over columns what networkx, or the plain definition, says; in any order of rows, run or compiled?"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any

import networkx
import numpy as np
import pytest

from ledgers.graphs import columns
from ledgers.graphs.columns import Adjacency, adjacency
from ledgers.graphs.questions import (
    Path,
    cut_points,
    earliest_path,
    hops_from,
    reached_in_time,
    reaching_in_time,
    shortest_path,
    strong_components,
    weak_components,
)

SEEDS = 250
COMPILED_SEEDS = 60
Transfers = list[tuple[int, int]]


def graphs(seeds: int) -> Iterator[tuple[int, random.Random, int, Transfers]]:
    """Random multigraphs, with transfers of a node to itself, several between two, lone nodes, none at all."""
    for seed in range(seeds):
        print("seed", seed)
        rng = random.Random(seed)
        nodes = rng.choice((0, 1, 2, 3, 5, 8, 13, 30))
        count = rng.randint(0, 3 * nodes) if nodes else 0
        rows = [(rng.randrange(nodes), rng.randrange(nodes)) for _ in range(count)]
        if rng.random() < 0.3:
            rows += rng.choices(rows, k=len(rows) // 2) if rows else []
        yield seed, rng, nodes, rows


def ends(rows: Transfers) -> tuple[list[int], list[int]]:
    return [sender for sender, _ in rows], [recipient for _, recipient in rows]


def drawn(nodes: int, rows: Transfers) -> networkx.DiGraph:
    graph = networkx.DiGraph()
    graph.add_nodes_from(range(nodes))
    graph.add_edges_from(rows)
    return graph


def both(nodes: int, rows: Transfers) -> tuple[Adjacency, Adjacency]:
    senders, recipients = ends(rows)
    return adjacency(senders, recipients, nodes), adjacency(recipients, senders, nodes)


def picked(rng: random.Random, nodes: int) -> list[int]:
    return rng.sample(range(nodes), rng.randint(0, min(nodes, 3)))


@pytest.fixture(params=["as it stands", "compiled"])
def seeds(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int:
    """How many graphs to try, the kernels run either way."""
    if request.param == "compiled":
        monkeypatch.setattr(columns, "COMPILED_FROM", 0)
        return COMPILED_SEEDS
    return SEEDS


def test_adjacency_keeps_every_transfer_in_order(seeds: int) -> None:
    for _, _, nodes, rows in graphs(seeds):
        graph = adjacency(*ends(rows), nodes)
        wanted = sorted((sender, recipient, row) for row, (sender, recipient) in enumerate(rows))
        senders = np.repeat(np.arange(nodes), np.diff(graph.starts)).tolist()
        assert list(zip(senders, graph.neighbours.tolist(), graph.rows.tolist(), strict=True)) == wanted
        assert graph.node_count == nodes


def test_components_are_those_of_networkx(seeds: int) -> None:
    for _, _, nodes, rows in graphs(seeds):
        graph = drawn(nodes, rows)
        wanted = {node: min(part) for part in networkx.weakly_connected_components(graph) for node in part}
        assert dict(enumerate(weak_components(*ends(rows), nodes).tolist())) == wanted


def test_strong_components_are_those_of_networkx_and_sources_come_first(seeds: int) -> None:
    for _, rng, nodes, rows in graphs(seeds):
        found = strong_components(both(nodes, rows)[0]).tolist()
        parts: dict[int, set[int]] = {}
        for node, component in enumerate(found):
            parts.setdefault(component, set()).add(node)
        wanted = {frozenset(part) for part in networkx.strongly_connected_components(drawn(nodes, rows))}
        assert {frozenset(part) for part in parts.values()} == wanted
        assert sorted(parts) == list(range(len(parts)))
        assert all(found[sender] <= found[recipient] for sender, recipient in rows)
        rng.shuffle(rows)
        assert strong_components(both(nodes, rows)[0]).tolist() == found


def test_cut_points_are_those_of_networkx(seeds: int) -> None:
    for _, _, nodes, rows in graphs(seeds):
        graph = drawn(nodes, rows).to_undirected()
        graph.remove_edges_from(list(networkx.selfloop_edges(graph)))
        assert set(np.flatnonzero(cut_points(*ends(rows), nodes)).tolist()) == set(networkx.articulation_points(graph))


def test_hops_are_those_of_networkx_both_ways(seeds: int) -> None:
    for _, rng, nodes, rows in graphs(seeds):
        begun = picked(rng, nodes)
        for graph, way in zip(both(nodes, rows), (drawn(nodes, rows), drawn(nodes, rows).reverse()), strict=True):
            wanted = dict.fromkeys(range(nodes), -1)
            if begun:
                wanted |= dict(networkx.multi_source_dijkstra_path_length(way, set(begun)))
            assert dict(enumerate(hops_from(graph, begun).tolist())) == wanted


def test_the_shortest_path_is_the_first_of_all_shortest(seeds: int) -> None:
    for _, rng, nodes, rows in graphs(seeds):
        origins, targets = picked(rng, nodes), picked(rng, nodes)
        found = shortest_path(*both(nodes, rows), origins, targets)
        graph = drawn(nodes, rows)
        every = [
            path
            for origin in origins
            for target in targets
            if networkx.has_path(graph, origin, target)
            for path in networkx.all_shortest_paths(graph, origin, target)
        ]
        if not every:
            assert found is None
            continue
        assert found is not None
        wanted = min(every, key=lambda path: (len(path), path))
        assert list(found.nodes) == wanted
        assert found.rows == tuple(rows.index((a, b)) for a, b in pairwise(wanted))


def carried(rows: Transfers, begun: list[int]) -> dict[int, int]:
    """The definition: go through the rows; who has it passes it on."""
    has = dict.fromkeys(begun, -1)
    for row, (sender, recipient) in enumerate(rows):
        if sender in has:
            has.setdefault(recipient, row)
    return has


def test_time_is_respected_forwards_and_backwards(seeds: int) -> None:
    for _, rng, nodes, rows in graphs(seeds):
        begun = picked(rng, nodes)
        found = reached_in_time(*ends(rows), nodes, begun).tolist()
        assert found == [carried(rows, begun).get(node, len(rows)) for node in range(nodes)]
        # Who can be reached from a node in time is who it reaches backwards in time.
        back = reaching_in_time(*ends(rows), nodes, begun).tolist()
        for node in range(nodes):
            has = carried(rows, [node])
            assert (back[node] >= 0) == any(target in has for target in begun), (node, begun)
            if 0 <= back[node] < len(rows):
                assert rows[back[node]][0] == node
        turned = [(recipient, sender) for sender, recipient in reversed(rows)]
        wanted = {node: len(rows) - 1 - row for node, row in carried(turned, begun).items()}
        assert back == [wanted.get(node, -1) for node in range(nodes)]


def test_the_earliest_path_can_be_gone_and_none_comes_earlier(seeds: int) -> None:
    for _, rng, nodes, rows in graphs(seeds):
        origins, targets = picked(rng, nodes), picked(rng, nodes)
        found = earliest_path(*ends(rows), nodes, origins, targets)
        has = carried(rows, origins)
        arrivals = [has[target] for target in targets if target in has]
        if not arrivals:
            assert found is None
            continue
        assert found is not None
        assert found.nodes[0] in origins
        assert found.nodes[-1] in targets
        assert [rows[row] for row in found.rows] == list(pairwise(found.nodes))
        assert list(found.rows) == sorted(set(found.rows))
        assert (found.rows[-1] if found.rows else -1) == min(arrivals)


def test_a_way_that_only_exists_against_time_is_no_path_in_time() -> None:
    rows = [(1, 2), (0, 1)]
    assert shortest_path(*both(3, rows), [0], [2]) == Path((0, 1, 2), (1, 0))
    assert earliest_path(*ends(rows), 3, [0], [2]) is None


def test_a_chain_of_many_hops_needs_no_recursion() -> None:
    nodes = 50_000
    rows = np.arange(nodes - 1)
    assert strong_components(adjacency(rows, rows + 1, nodes)).tolist() == list(range(nodes))
    assert cut_points(rows, rows + 1, nodes).sum() == nodes - 2
    assert weak_components(rows[::-1], rows[::-1] + 1, nodes).max() == 0
    path = shortest_path(adjacency(rows, rows + 1, nodes), adjacency(rows + 1, rows, nodes), [0], [nodes - 1])
    assert path is not None
    assert len(path.rows) == nodes - 1


@pytest.mark.parametrize(
    "asked",
    [
        lambda: adjacency([0], [1], 1),
        lambda: adjacency([-1], [0], 1),
        lambda: adjacency([0, 0], [0], 1),
        lambda: hops_from(adjacency([0], [0], 1), [1]),
        lambda: reached_in_time([0], [0], 1, [2]),
    ],
)
def test_a_node_that_is_none_is_a_wrong_program(asked: Callable[[], Any]) -> None:
    with pytest.raises(AssertionError):
        asked()
