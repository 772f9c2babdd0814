"""How long does each question about 10 million transfers between 1.25 million parties take, and what is networkx to it?

    python -m tests.benchmarks.graphs [TRANSFERS] [NETWORKX_TRANSFERS]

The transfers are random, seeded, and in time order as they lie; a few parties have most of them. Printed: CPU seconds
of each question when what it needs is laid out, peak memory, and on fewer transfers (a million; 0: none) the ratio to
networkx in the same process, whose graph is built apart. The kernels are compiled before anything is measured.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from typing import Any

import numpy as np

from ledgers.graphs import columns
from ledgers.graphs import questions as asked
from ledgers.graphs.columns import adjacency
from tests.benchmarks.whole_run import cpu, peak_mib

TRANSFERS = 10_000_000
NETWORKX_TRANSFERS = 1_000_000
PARTY_TRANSFERS = 8
"""How many transfers there are to a party."""
SEED = 1


def transfers(count: int) -> tuple[Any, Any, int]:
    """Senders, recipients and how many parties there are; the lower the number of a party, the more it has."""
    nodes = max(count // PARTY_TRANSFERS, 2)
    rng = np.random.default_rng(SEED)
    ends = [np.minimum(rng.integers(0, nodes, count), rng.integers(0, nodes, count)).astype(np.int32) for _ in range(2)]
    return ends[0], ends[1], nodes


def timed(act: Callable[[], Any]) -> tuple[Any, float]:
    began = cpu()
    answer = act()
    return answer, cpu() - began


def questions(senders: Any, recipients: Any, nodes: int) -> dict[str, tuple[float, str]]:
    """CPU seconds and a figure of each question."""
    said: dict[str, tuple[float, str]] = {}

    def ask(name: str, act: Callable[[], Any], figure: Callable[[Any], object]) -> Any:
        answer, seconds = timed(act)
        said[name] = seconds, str(figure(answer))
        return answer

    one, other = [nodes // 3], [nodes // 2]
    forward = ask("lay out by sender", lambda: adjacency(senders, recipients, nodes), lambda graph: len(graph.rows))
    backward = ask("lay out by recipient", lambda: adjacency(recipients, senders, nodes), lambda graph: len(graph.rows))
    ask("weak components", lambda: asked.weak_components(senders, recipients, nodes), lambda x: len(np.unique(x)))
    ask("descendants", lambda: asked.hops_from(forward, one), lambda hops: int((hops >= 0).sum()))
    ask("ancestors", lambda: asked.hops_from(backward, one), lambda hops: int((hops >= 0).sum()))
    ask("descendants in time", lambda: asked.reached_in_time(senders, recipients, nodes, one),
        lambda rows: int((rows < len(senders)).sum()))  # fmt: skip
    ask("ancestors in time", lambda: asked.reaching_in_time(senders, recipients, nodes, one),
        lambda rows: int((rows >= 0).sum()))  # fmt: skip
    hops = lambda path: "none" if path is None else f"{len(path.rows)} hops"  # noqa: E731
    ask("shortest path", lambda: asked.shortest_path(forward, backward, one, other), hops)
    ask("earliest path", lambda: asked.earliest_path(senders, recipients, nodes, one, other), hops)
    ask("strong components", lambda: asked.strong_components(forward), lambda numbers: int(numbers.max()) + 1)
    ask("cut points", lambda: asked.cut_points(senders, recipients, nodes), lambda is_cut: int(is_cut.sum()))
    return said


def of_networkx(senders: Any, recipients: Any, nodes: int) -> dict[str, tuple[float, str]]:
    """The same questions, as far as networkx has them; a graph of pairs, for it has no cheaper one."""
    import networkx

    def build() -> networkx.DiGraph:
        graph = networkx.DiGraph()
        graph.add_nodes_from(range(nodes))
        graph.add_edges_from(zip(senders.tolist(), recipients.tolist(), strict=True))
        return graph

    graph, seconds = timed(build)
    plain, undirected = timed(graph.to_undirected)
    one, other = nodes // 3, nodes // 2

    def path() -> str:
        try:
            return f"{len(networkx.shortest_path(graph, one, other)) - 1} hops"
        except networkx.NetworkXNoPath:
            return "none"

    acts: dict[str, Callable[[], object]] = {
        "weak components": lambda: networkx.number_weakly_connected_components(graph),
        "descendants": lambda: len(networkx.descendants(graph, one)) + 1,
        "ancestors": lambda: len(networkx.ancestors(graph, one)) + 1,
        "shortest path": path,
        "strong components": lambda: networkx.number_strongly_connected_components(graph),
        "cut points": lambda: len(set(networkx.articulation_points(plain))),
    }
    said = {"lay out by sender": (seconds, str(len(senders)))}
    for name, act in acts.items():
        figure, spent = timed(act)
        said[name] = spent + (undirected if name == "cut points" else 0), str(figure)
    return said


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("transfers", type=int, nargs="?", default=TRANSFERS)
    parser.add_argument("networkx", type=int, nargs="?", default=NETWORKX_TRANSFERS)
    options = parser.parse_args(arguments)
    columns.COMPILED_FROM = 0
    questions(*transfers(1_000))
    given = transfers(options.transfers)
    print(f"{options.transfers} transfers, {given[2]} parties; {peak_mib():.0f} MiB before any question")
    for name, (seconds, figure) in questions(*given).items():
        print(f"    {name:<24}{seconds:8.2f} CPU s    {figure}")
    print(f"peak {peak_mib():.0f} MiB")
    if options.networkx:
        given = transfers(options.networkx)
        ours, theirs = questions(*given), of_networkx(*given)
        print(f"{options.networkx} transfers, {given[2]} parties, beside networkx")
        for name, (seconds, figure) in theirs.items():
            assert figure == ours[name][1], f"{name}: {ours[name][1]}, and {figure} by networkx"
            ratio = f"{seconds / ours[name][0]:8.0f} x" if ours[name][0] > 0 else "        -"
            print(f"    {name:<24}{ours[name][0]:8.3f} CPU s  {seconds:8.2f} CPU s  {ratio}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
