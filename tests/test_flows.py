"""Where it went: hops, paths and what lies where, on graphs small enough to draw."""

from __future__ import annotations

import random

from ledgers.flows import Edge, destinations


def test_units_are_followed_over_hops_to_where_they_lie() -> None:
    edges = [
        Edge("", "thief", 0, 100),
        Edge("thief", "hop", 0, 90),
        Edge("hop", "mixer", 0, 60),
        Edge("hop", "exchange", 0, 30),
    ]
    found = [(d.party, d.hops, d.lies_units) for d in destinations(edges)]
    assert found == [("thief", 0, 10), ("exchange", 2, 30), ("mixer", 2, 60)]


def test_a_cycle_ends_and_each_party_is_named_once() -> None:
    edges = [Edge("", "a", 0, 10), Edge("a", "b", 0, 10), Edge("b", "a", 0, 4)]
    assert [(d.party, d.lies_units) for d in destinations(edges)] == [("a", 4), ("b", 6)]


def test_what_came_back_is_not_followed_through_the_customers() -> None:
    edges = [Edge("", "a", 0, 10), Edge("a", "", 0, 5), Edge("", "b", 0, 3)]
    assert {(d.taker, d.party) for d in destinations(edges)} == {("a", "a"), ("b", "b")}


def test_assets_are_followed_apart() -> None:
    edges = [Edge("", "a", 0, 10), Edge("a", "b", 1, 10)]
    assert [(d.asset_no, d.party) for d in destinations(edges)] == [(0, "a")]


def test_the_order_of_edges_changes_nothing() -> None:
    edges = (
        [Edge("", "t", 0, 10)]
        + [Edge("t", f"h{n}", 0, 5) for n in range(9)]
        + [Edge(f"h{n}", "z", 0, 5) for n in range(9)]
    )
    wanted = list(destinations(edges))
    random.Random(7).shuffle(edges)
    assert list(destinations(edges)) == wanted
    assert wanted[-1].path == ("t", "h0", "z")
