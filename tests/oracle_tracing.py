"""Rules 6 a second time, for the oracle: what of the customers' units lies where, in plain Python.

Written from the rules and the definitions of law.md section 8 alone; slow, and in lists.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

import networkx

STOPS = ("exchange", "mixer", "bridge")


@dataclass(frozen=True)
class Leg:
    """One transfer between places."""

    sender: str
    recipient: str
    units: int
    fee: int
    is_taken: bool


def traced(legs: list[Leg], ends: set[str], opening: dict[str, int], rule: str) -> dict[str, int]:
    """Units taken from the ends that lie at each other place, after all legs."""
    there = opening_needed(legs, ends, opening)
    if rule == "pari_passu":
        return by_fund(legs, ends, there)
    return in_order(legs, ends, there, rule)


def opening_needed(legs: list[Leg], ends: set[str], opening: dict[str, int]) -> dict[str, int]:
    """What each place had at first, so that it is never overdrawn."""
    needed = defaultdict(int, opening)
    for place in {leg.sender for leg in legs} - ends:
        balance = lowest = 0
        for leg in legs:
            if leg.sender == place:
                balance -= leg.fee + (leg.units if leg.recipient != place else 0)
                lowest = min(lowest, balance)
            elif leg.recipient == place:
                balance += leg.units
        needed[place] = max(needed[place], -lowest)
    return needed


def in_order(legs: list[Leg], ends: set[str], there: dict[str, int], rule: str) -> dict[str, int]:
    """Every unit pile is a list of [is it traced, units], oldest first; shares are two piles."""
    piles: dict[str, list[list[int]]] = defaultdict(list)
    for place, units in there.items():
        piles[place] = [[0, units]]
    for leg in legs:
        for units, place in ((leg.units, leg.recipient), (leg.fee, None)):
            if leg.sender == leg.recipient == place:
                continue
            pile = [[int(leg.is_taken), units]] if leg.sender in ends else piles[leg.sender]
            parts = taken_out(pile, units, rule)
            if place is not None and place not in ends:
                piles[place] += parts
    if rule == "poison":
        raise AssertionError("poison is no rule to pool by")
    return {place: sum(units for is_traced, units in pile if is_traced) for place, pile in piles.items()}


def taken_out(pile: list[list[int]], units: int, rule: str) -> list[list[int]]:
    whole = sum(part for _, part in pile)
    mine = sum(part for is_traced, part in pile if is_traced)
    assert units <= whole
    if rule in ("fifo", "lifo"):
        out: list[list[int]] = []
        while units:
            is_traced, part = pile.pop(0 if rule == "fifo" else -1)
            if part > units:
                pile.insert(0 if rule == "fifo" else len(pile), [is_traced, part - units])
                part = units
            out.append([is_traced, part])
            units -= part
        return out
    if rule == "lowest_intermediate_balance":
        gone = max(0, units - (whole - mine))
    else:
        # The nearest whole number, a half upward: the traced part is the lower key.
        gone = (2 * units * mine + whole) // (2 * whole) if whole else 0
    pile[:] = [[0, whole - mine - (units - gone)], [1, mine - gone]]
    return [[0, units - gone], [1, gone]]


def by_fund(legs: list[Leg], ends: set[str], there: dict[str, int]) -> dict[str, int]:
    """Places that pay each other in a circle are a fund; a fund has got everything before it pays."""
    graph = networkx.DiGraph()
    graph.add_nodes_from({place for leg in legs for place in (leg.sender, leg.recipient)} | set(there))
    graph.add_edges_from(
        (leg.sender, leg.recipient) for leg in legs if leg.sender not in ends and leg.recipient not in ends
    )
    circles = networkx.condensation(graph)
    fund_of = {place: fund for fund, found in circles.nodes(data="members") for place in found}
    got: dict[int, list[int]] = defaultdict(lambda: [0, 0])
    for place, units in there.items():
        got[fund_of[place]][0] += units
    for leg in legs:
        if leg.sender in ends and leg.recipient not in ends:
            got[fund_of[leg.recipient]][int(leg.is_taken)] += leg.units
    closing: dict[str, int] = defaultdict(int, there)
    for leg in legs:
        closing[leg.recipient] += leg.units
        closing[leg.sender] -= leg.units + leg.fee
    lies: dict[str, int] = {}
    for fund in networkx.topological_sort(circles):
        members = circles.nodes[fund]["members"]
        if members & ends:
            continue

        def paid(units: int, of: list[int] = got[fund]) -> int:
            whole = sum(of)
            mine = (2 * units * of[1] + whole) // (2 * whole) if whole else 0
            of[0] -= units - mine
            of[1] -= mine
            return mine

        within = [leg for leg in legs if {leg.sender, leg.recipient} <= members]
        out = [leg for leg in legs if leg.sender in members and leg.recipient not in members]
        for leg in [*within, *out]:
            if leg.recipient not in members:
                mine = paid(leg.units)
                if leg.recipient not in ends:
                    got[fund_of[leg.recipient]][0] += leg.units - mine
                    got[fund_of[leg.recipient]][1] += mine
            paid(leg.fee)
        for place in sorted(members, key=str.encode):
            lies[place] = paid(closing[place])
    return lies


def house_share(found: dict[str, int], counted: Iterable[tuple[str, int]]) -> int:
    """In each wallet at most what was counted there."""
    return sum(min(found.get(wallet, 0), max(units, 0)) for wallet, units in counted)
