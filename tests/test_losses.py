"""A shortfall, split: conservation first, then the rules by name."""

from __future__ import annotations

from datetime import datetime

from hypothesis import given
from hypothesis import strategies as st

from administrator.losses import (
    BridgeLine,
    DeclaredEvent,
    Gross,
    Peril,
    losses_of_asset,
    peril_of_line,
    share_losses,
)

MARCH = datetime(2026, 3, 12)
kinds = st.sampled_from(["house", "affiliate", "insider", "thief"])
quantities = st.integers(-(10**20), 10**20)


@st.composite
def bridges(draw: st.DrawFn) -> list[BridgeLine]:
    taken = [BridgeLine(f"taken_by:p{at}", draw(quantities), draw(kinds)) for at in range(draw(st.integers(0, 4)))]
    names = ["opening_difference", "deposit_differences", "network_fees", "credits:fee", "unobserved"]
    return [BridgeLine(names[0], draw(quantities)), *taken] + [BridgeLine(name, draw(quantities)) for name in names[1:]]


@given(bridges())
def test_losses_sum_to_the_shortfall_and_stand_on_positive_lines_only(lines: list[BridgeLine]) -> None:
    shortfall = sum(line.units for line in lines)
    shares = share_losses(shortfall, lines)
    assert sum(shares) == max(shortfall, 0)
    assert all(0 <= share <= max(line.units, 0) for share, line in zip(shares, lines, strict=True))


@given(bridges(), st.data())
def test_items_sum_to_the_shortfall_whatever_the_transfers_and_events(
    lines: list[BridgeLine], data: st.DataObject
) -> None:
    shortfall = sum(line.units for line in lines)
    events = [
        DeclaredEvent(0, "raid", Peril.EXTERNAL_THEFT, None, ""),
        DeclaredEvent(1, "lost keys", Peril.OPERATIONAL_FAILURE, data.draw(st.integers(0, 10**20)), "cold"),
    ]
    gross = [
        Gross(line.line, data.draw(st.sampled_from([None, 0])), custody, data.draw(st.integers(1, 10**20)), MARCH)
        for line in lines
        if line.line.startswith("taken_by:")
        for custody in data.draw(st.lists(st.sampled_from(["", "cold", "hot"]), min_size=1, max_size=3, unique=True))
    ]
    losses = losses_of_asset(shortfall, lines, gross, events)
    assert sum(item.units for item in losses.items) == max(shortfall, 0)
    assert all(item.units > 0 for item in losses.items)
    keys = [(item.event.encode(), item.custody.encode()) for item in losses.items]
    assert keys == sorted(set(keys))


def test_earned_fees_answer_first_for_what_the_house_took_in_the_order_of_the_bridge() -> None:
    lines = [
        BridgeLine("taken_by:house-1", 20, "house"),
        BridgeLine("taken_by:house-2", 20, "house"),
        BridgeLine("taken_by:thief", 60, "thief"),
        BridgeLine("credits:fee", -30),
    ]
    assert share_losses(70, lines) == (0, 10, 60, 0)


def test_a_surplus_is_no_loss() -> None:
    assert share_losses(-5, [BridgeLine("unobserved", -5)]) == (0,)


def test_a_declared_event_takes_from_the_unobserved_loss_and_says_what_it_did_not_find() -> None:
    lost = DeclaredEvent(0, "lost keys", Peril.OPERATIONAL_FAILURE, 12, "cold")
    losses = losses_of_asset(10, [BridgeLine("unobserved", 10)], [], [lost])
    assert [(item.event, item.units, item.custody) for item in losses.items] == [("lost keys", 10, "cold")]
    assert losses.unmet == (("lost keys", 2),)


def test_odd_units_of_a_line_go_to_declared_events_before_the_line_itself() -> None:
    raid = DeclaredEvent(0, "raid", Peril.EXTERNAL_THEFT, None, "")
    gross = [Gross("taken_by:t", None, "hot", 1, MARCH), Gross("taken_by:t", 0, "hot", 1, MARCH)]
    losses = losses_of_asset(3, [BridgeLine("taken_by:t", 3, "thief")], gross, [raid])
    assert {item.event: item.units for item in losses.items} == {"raid": 2, "taken_by:t": 1}


def test_perils_of_lines_are_those_of_rules_5() -> None:
    said = {
        ("taken_by:a", "thief"): Peril.EXTERNAL_THEFT,
        ("taken_by:a", "insider"): Peril.INSIDER_THEFT,
        ("taken_by:a", "house"): Peril.MISAPPROPRIATION,
        ("taken_by:a", "affiliate"): Peril.MISAPPROPRIATION,
        ("deposit_differences", ""): Peril.OPERATIONAL_FAILURE,
        ("withdrawal_differences", ""): Peril.OPERATIONAL_FAILURE,
        ("moved_to_guarantee", ""): Peril.NOT_A_LOSS,
        ("network_fees", ""): Peril.NOT_A_LOSS,
        ("unobserved", ""): Peril.UNEXPLAINED,
    }
    assert {key: peril_of_line(BridgeLine(key[0], 1, key[1])) for key in said} == said
