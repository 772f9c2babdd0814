"""Tracing: the numbers of the law, what must hold whatever the tangle, and the compiled walk against the definition."""

from __future__ import annotations

import random
from fractions import Fraction

import numpy as np
import pytest

from ledgers.errors import LedgerError
from ledgers.limbs import whole
from ledgers.tracing.exact import TRANSFERS_MAX, deviation
from ledgers.tracing.order import open_count, order_of
from ledgers.tracing.rules import PROPORTIONAL, SAYS, Direction, Simultaneous, TracingRule
from ledgers.tracing.walk import Start
from tests import oracle_tracing
from tests.traced import NO_PLACES, NO_TRANSFERS, columns_from, drawn, followed, found, lying_at, start_at

FIFO, LIFO, PARI_PASSU = TracingRule.FIFO, TracingRule.LIFO, TracingRule.PARI_PASSU
ROLLING, LOWEST, HAIRCUT, POISON = (
    TracingRule.ROLLING_CHARGE, TracingRule.LOWEST_INTERMEDIATE_BALANCE, TracingRule.HAIRCUT, TracingRule.POISON,
)  # fmt: skip
ENGINES = pytest.mark.parametrize("is_compiled", [False, True], ids=["definition", "compiled"])
TANGLES = 150

# Deposits A 100, B 100; withdraw 120; deposit C 100; withdraw 60; the account's balance is 120.
BASE = columns_from(
    [(1, "a", "account", 100, 0), (2, "b", "account", 100, 0), (3, "account", "out 1", 120, 0),
     (4, "c", "account", 100, 0), (5, "account", "out 2", 60, 0)],
    {"a": "customers", "b": "customers", "c": "customers"},
)  # fmt: skip
DEPOSITORS = [start_at("A", 0), start_at("B", 1), start_at("C", 3)]


def in_account(rule: TracingRule, is_compiled: bool) -> list[int]:
    traced = followed(BASE, DEPOSITORS, rule, is_compiled=is_compiled)
    return [found(traced, start).get("account", 0) for start in range(3)]


# The table of law.md section 8 ---------------------------------------------------------------------------------------


@ENGINES
@pytest.mark.parametrize(
    ("rule", "expected"),
    [(FIFO, [0, 20, 100]), (LIFO, [80, 0, 40]), (PARI_PASSU, [40, 40, 40]), (ROLLING, [26, 27, 67]),
     (HAIRCUT, [26, 27, 67])],
)  # fmt: skip
def test_base_table_of_deposits_and_withdrawals(rule: TracingRule, expected: list[int], is_compiled: bool) -> None:
    """Rolling charge is exactly 80/3, 80/3, 200/3; in whole units the second withdrawal takes 14, 13 and 33."""
    assert in_account(rule, is_compiled) == expected
    assert sum(expected) == 120


def test_rolling_charge_is_within_a_unit_of_eighty_thirds() -> None:
    traced = followed(BASE, DEPOSITORS, ROLLING)
    assert deviation(traced) == Fraction(2, 3)
    assert Fraction(80, 3) - found(traced)["account"] == Fraction(2, 3)


@ENGINES
def test_lowest_intermediate_balance_of_each_alone_is_at_most_80_80_100(is_compiled: bool) -> None:
    alone = [
        found(followed(BASE, [start], LOWEST, is_compiled=is_compiled)).get("account", 0) for start in DEPOSITORS
    ]
    assert alone == [80, 80, 100]
    both = Start("A and B", np.array([0, 1]), NO_PLACES)
    assert found(followed(BASE, [both], LOWEST, is_compiled=is_compiled))["account"] == 80


@ENGINES
def test_roscoe_v_winder_own_50_trust_100_withdraw_130_own_200_leaves_20_of_220(is_compiled: bool) -> None:
    columns = columns_from(
        [(1, "own", "account", 50, 0), (2, "trust", "account", 100, 0), (3, "account", "spent", 130, 0),
         (4, "own", "account", 200, 0)],
        {"trust": "customers", "own": "house"},
    )  # fmt: skip
    traced = followed(columns, [start_at("trust", 1)], LOWEST, is_compiled=is_compiled)
    assert found(traced) == {"account": 20, "spent": 80}


@ENGINES
def test_re_hallett_the_trustees_own_money_leaves_first(is_compiled: bool) -> None:
    columns = columns_from(
        [(1, "trust", "account", 100, 0), (2, "own", "account", 50, 0), (3, "account", "spent", 50, 0)],
        {"trust": "customers", "own": "house"},
    )
    assert found(followed(columns, [start_at("trust", 0)], LOWEST, is_compiled=is_compiled)) == {"account": 100}


@ENGINES
def test_pari_passu_of_barlow_clowes_1000_and_2000_less_600_leaves_800_and_1600(is_compiled: bool) -> None:
    columns = columns_from(
        [(1, "a", "fund", 1000, 0), (2, "fund", "dissipated", 600, 0), (3, "b", "fund", 2000, 0)],
        {"a": "customers", "b": "customers"},
    )
    traced = followed(columns, [start_at("A", 0), start_at("B", 2)], PARI_PASSU, is_compiled=is_compiled)
    assert (found(traced, 0)["fund"], found(traced, 1)["fund"]) == (800, 1600)


@ENGINES
@pytest.mark.parametrize(
    ("rule", "x", "y"), [(POISON, 40, 60), (HAIRCUT, 12, 18), (FIFO, 30, 0), (LIFO, 0, 30), (ROLLING, 12, 18)]
)
def test_taint_of_three_stolen_then_seven_clean_paid_out_as_four_and_six(
    rule: TracingRule, x: int, y: int, is_compiled: bool
) -> None:
    columns = columns_from(
        [(1, "victim", "address", 30, 0), (2, "clean", "address", 70, 0), (3, "address", "x", 40, 0),
         (4, "address", "y", 60, 0)],
        {"victim": "customers"},
    )  # fmt: skip
    traced = followed(columns, [start_at("stolen", 0)], rule, is_compiled=is_compiled)
    assert (found(traced).get("x", 0), found(traced).get("y", 0)) == (x, y)
    assert sum(found(traced).values()) - traced.started[0] == (70 if rule is POISON else 0)


@ENGINES
def test_fees_leave_last_and_are_said(is_compiled: bool) -> None:
    """Outputs are paid first, in order, the fee last (RustyTaintChain's reading of a transaction)."""
    columns = columns_from(
        [(1, "victim", "thief", 10, 0), (2, "clean", "thief", 5, 0), (3, "thief", "x", 9, 2)], {"victim": "customers"}
    )
    traced = followed(columns, [start_at("stolen", 0)], FIFO, is_compiled=is_compiled)
    assert (found(traced), traced.lost) == ({"x": 9}, (1,))


# What must hold ------------------------------------------------------------------------------------------------------


def tangles(seed: int, count: int, transfers_max: int = 40):  # type: ignore[no-untyped-def]
    chance = random.Random(seed)
    for _ in range(count):
        yield (chance, *drawn(chance, transfers_max))


@pytest.mark.parametrize("rule", TracingRule)
def test_compiled_walk_is_the_definition_in_both_directions_and_every_order(rule: TracingRule) -> None:
    seed = random.randrange(10**9)
    print(f"seed {seed}")
    for chance, columns, starts in tangles(seed, TANGLES):
        name = columns.text("name", chance.randrange(columns.place_count))
        for order in Simultaneous:
            for direction, asked in ((Direction.FORWARD, starts), (Direction.BACKWARD, [lying_at(columns, name)])):
                defined, compiled = (
                    followed(columns, asked, rule, order=order, direction=direction, is_compiled=is_compiled)
                    for is_compiled in (False, True)
                )
                assert (defined.started, defined.lost) == (compiled.started, compiled.lost)
                assert (defined.ends == compiled.ends).all()
                assert (defined.moved == compiled.moved).all()


@pytest.mark.parametrize("rule", TracingRule)
def test_nothing_is_made_or_lost_and_nowhere_is_more_than_was_there(rule: TracingRule) -> None:
    seed = random.randrange(10**9)
    print(f"seed {seed}")
    excesses = 0
    for _, columns, starts in tangles(seed, TANGLES):
        traced = followed(columns, starts, rule)
        lies = lies_by_place(traced)
        for start in range(len(starts)):
            excess = traced.ended[start] + traced.lost[start] - traced.started[start]
            assert excess == 0 or rule is POISON
            excesses += excess > 0
        for place in range(columns.place_count):
            if not traced.is_end[place]:
                units = [traced.units_at(place, start) for start in range(len(starts))]
                assert (max(units, default=0) if rule is POISON else sum(units)) <= lies[place]
    assert (excesses > 0) == (rule is POISON)


def lies_by_place(traced) -> list[int]:  # type: ignore[no-untyped-def]
    """What is at each place at the end, by adding up; and it is never below zero on the way."""
    columns = traced.columns
    there = [whole(pair) for pair in traced.openings]
    for number in traced.numbers:
        sender, recipient = int(columns.senders[number]), int(columns.recipients[number])
        units, fee = whole(columns.units[number]), whole(columns.fees[number])
        if not traced.is_end[sender]:
            there[sender] -= fee + (units if sender != recipient else 0)
            assert there[sender] >= 0
        if not traced.is_end[recipient] and sender != recipient:
            there[recipient] += units
    return there


@pytest.mark.parametrize("rule", [FIFO, LIFO])
def test_backward_finds_at_the_start_what_forward_finds_at_the_place(rule: TracingRule) -> None:
    seed = random.randrange(10**9)
    print(f"seed {seed}")
    compared = 0
    for _, columns, starts in tangles(seed, TANGLES):
        for order in Simultaneous:
            forward = followed(columns, starts, rule, order=order)
            for place in range(columns.place_count):
                if forward.is_end[place]:
                    continue
                back = followed(
                    columns, [lying_at(columns, columns.text("name", place))], rule, order=order,
                    direction=Direction.BACKWARD,
                )  # fmt: skip
                for start, asked in enumerate(starts):
                    through = sum(whole(back.moved[transfer]) for transfer in asked.transfers)
                    assert through == forward.units_at(place, start)
                    compared += through > 0
    assert compared > 50


@pytest.mark.parametrize("rule", sorted(PROPORTIONAL))
def test_whole_units_stay_near_the_exact_ratios(rule: TracingRule) -> None:
    """Of up to 50 transfers. One unit is rounded at a transfer, so 50 could add up; they hardly ever do."""
    seed = random.randrange(10**9)
    largest = Fraction(0)
    for _, columns, starts in tangles(seed, TANGLES, TRANSFERS_MAX):
        asked = [(Direction.FORWARD, starts), (Direction.BACKWARD, [lying_at(columns, columns.text("name", 0))])]
        for direction, these in asked:
            off = deviation(followed(columns, these, rule, direction=direction))
            assert off is not None
            largest = max(largest, off)
    print(f"seed {seed}: {rule} is at most {float(largest):.3f} base units from the exact ratios")
    assert largest < 10


@pytest.mark.parametrize("rule", [rule for rule in TracingRule if rule is not POISON])
def test_every_rule_is_what_a_second_reading_of_the_law_makes_it(rule: TracingRule) -> None:
    seed = random.randrange(10**9)
    print(f"seed {seed}")
    compared = 0
    for _, columns, starts in tangles(seed, TANGLES):
        traced = followed(columns, starts[:1], rule)
        names = [columns.text("name", place) for place in range(columns.place_count)]
        taken = set(starts[0].transfers.tolist())
        legs = [
            oracle_tracing.Leg(
                names[columns.senders[at]], names[columns.recipients[at]], whole(columns.units[at]),
                whole(columns.fees[at]), at in taken,
            )
            for at in range(len(columns.at))
        ]  # fmt: skip
        ends = {name for place, name in enumerate(names) if traced.is_end[place]}
        opening = {name: whole(columns.stated[place]) for place, name in enumerate(names) if name not in ends}
        expected = oracle_tracing.traced(legs, ends, opening, rule.value)
        for place, name in enumerate(names):
            if name not in ends:
                assert traced.units_at(place, 0) == expected.get(name, 0), name
                compared += expected.get(name, 0) > 0
    assert compared > 50


def test_rolling_charge_and_haircut_are_one_arithmetic() -> None:
    for _, columns, starts in tangles(11, TANGLES):
        assert (followed(columns, starts, ROLLING).ends == followed(columns, starts, HAIRCUT).ends).all()


def test_each_start_alone_finds_under_fifo_and_lifo_what_it_finds_among_others() -> None:
    for _, columns, starts in tangles(12, TANGLES):
        for rule in (FIFO, LIFO):
            together = followed(columns, starts, rule)
            for at, start in enumerate(starts):
                assert (followed(columns, [start], rule).ends[:, 0] == together.ends[:, at]).all()


def test_pari_passu_knows_no_order() -> None:
    for _, columns, starts in tangles(13, TANGLES):
        made = [followed(columns, starts, PARI_PASSU, order=order) for order in Simultaneous]
        assert (made[0].ends == made[1].ends).all()
        assert (made[0].ends == made[2].ends).all()


def test_pari_passu_shares_a_circle_of_addresses_as_one_fund() -> None:
    columns = columns_from(
        [(1, "victim", "p", 100, 0), (2, "p", "q", 50, 0), (3, "own", "q", 300, 0), (4, "q", "p", 70, 0),
         (5, "p", "shop", 40, 0)],
        {"victim": "customers"},
    )  # fmt: skip
    # 100 of 400 are traced: a quarter of the 40 that went, of the 80 at p and of the 280 at q.
    assert found(followed(columns, [start_at("taken", 0)], PARI_PASSU)) == {"shop": 10, "p": 20, "q": 70}


# Order within an instant ---------------------------------------------------------------------------------------------


def test_what_comes_in_first_and_what_goes_out_first_decide_the_same_instant_differently() -> None:
    columns = columns_from(
        [(1, "own", "account", 10, 0), (2, "account", "shop", 10, 0), (2, "victim", "account", 10, 0)],
        {"victim": "customers"},
    )
    for rule, recorded, deposits_first, withdrawals_first in (
        (LIFO, {"account": 10}, {"shop": 10}, {"account": 10}),
        (HAIRCUT, {"account": 10}, {"account": 5, "shop": 5}, {"account": 10}),
    ):
        made = [
            found(followed(columns, [start_at("taken", 2)], rule, order=order))
            for order in (Simultaneous.AS_RECORDED, Simultaneous.DEPOSITS_FIRST, Simultaneous.WITHDRAWALS_FIRST)
        ]
        assert made == [recorded, deposits_first, withdrawals_first]


def test_orders_are_orders_and_keep_the_instants() -> None:
    for _, columns, _ in tangles(14, TANGLES):
        is_end = columns.is_of("kind", "customers")
        for how in Simultaneous:
            numbers = order_of(columns, how, is_end)
            assert sorted(numbers.tolist()) == list(range(len(columns.at)))
            assert (np.diff(columns.at[numbers]) >= 0).all()
            if open_count(columns, is_end) == 0:
                assert (numbers == np.arange(len(numbers))).all()


def test_within_an_instant_without_circles_every_address_takes_before_it_gives() -> None:
    columns = columns_from(
        [(1, "b", "c", 5, 0), (1, "a", "b", 5, 0), (1, "c", "d", 5, 0), (1, "x", "a", 5, 0)], {}
    )
    is_end = columns.is_of("kind", "customers")
    assert order_of(columns, Simultaneous.DEPOSITS_FIRST, is_end).tolist() == [3, 1, 0, 2]
    assert order_of(columns, Simultaneous.WITHDRAWALS_FIRST, is_end).tolist() == [2, 0, 1, 3]
    assert open_count(columns, is_end) == 4


def test_a_circle_within_an_instant_begins_with_the_first_by_id() -> None:
    columns = columns_from([(1, "a", "b", 1, 0), (1, "b", "c", 1, 0), (1, "c", "a", 1, 0)], {})
    is_end = columns.is_of("kind", "customers")
    assert order_of(columns, Simultaneous.DEPOSITS_FIRST, is_end).tolist() == [0, 1, 2]


# Ends and gaps -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["mixer", "exchange", "bridge"])
def test_a_trace_stops_at_a_break_and_goes_on_where_it_is_told_to(kind: str) -> None:
    columns = columns_from([(1, "victim", "m", 10, 0), (2, "m", "x", 10, 0)], {"victim": "customers", "m": kind})
    taken = start_at("taken", 0)
    assert found(followed(columns, [taken], FIFO)) == {"m": 10}
    through = Start("taken", taken.transfers, lying_at(columns, "m").places)
    assert found(followed(columns, [through], FIFO)) == {"x": 10}


def test_what_comes_back_to_the_customers_is_everybodys_again() -> None:
    columns = columns_from(
        [(1, "hot", "thief", 10, 0), (2, "thief", "cold", 4, 0), (3, "cold", "z", 4, 0)],
        {"hot": "customers", "cold": "customers"},
    )
    assert found(followed(columns, [start_at("taken", 0)], FIFO)) == {"thief": 6, "cold": 4}


def test_an_address_that_pays_more_than_it_was_seen_to_receive_had_it_before() -> None:
    columns = columns_from([(1, "hot", "thief", 10, 0), (2, "thief", "x", 25, 0)], {"hot": "customers"})
    traced = followed(columns, [start_at("taken", 0)], FIFO)
    assert whole(traced.openings[columns.is_of("name", "thief")][0]) == 15
    assert found(traced) == {"x": 10}
    stated = columns_from([(1, "hot", "t", 10, 0), (2, "t", "x", 10, 0)], {"hot": "customers"}, {"t": 7})
    assert found(followed(stated, [start_at("taken", 0)], FIFO)) == {"x": 3, "t": 7}


def test_nothing_to_follow_finds_nothing() -> None:
    columns = columns_from([], {"hot": "customers"})
    for rule in TracingRule:
        for is_compiled in (False, True):
            traced = followed(columns, [Start("x", NO_TRANSFERS, NO_PLACES)], rule, is_compiled=is_compiled)
            assert (list(traced.found()), traced.started) == ([], (0,))


def test_too_many_starts_are_refused_before_memory_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ledgers.tracing.walk.CELLS_MAX", 5)
    with pytest.raises(LedgerError, match="Trace some at a time"):
        followed(BASE, DEPOSITORS, FIFO)


def test_quantities_of_38_digits_are_traced_to_the_unit() -> None:
    units = 8 * 10**37
    columns = columns_from(
        [(1, "hot", "t", units, 0), (2, "own", "t", units // 8, 0), (3, "t", "x", units // 2 + 1, 7)],
        {"hot": "customers"},
    )
    for rule in (FIFO, LIFO, HAIRCUT, LOWEST):
        defined, compiled = (
            found(followed(columns, [start_at("taken", 0)], rule, is_compiled=engine)) for engine in (False, True)
        )
        assert defined == compiled


def test_steps_of_a_place_add_up_to_what_lies_there() -> None:
    compared = 0
    for _, columns, starts in tangles(15, TANGLES):
        for rule in (FIFO, HAIRCUT, LOWEST):
            traced = followed(columns, starts, rule)
            lies = lies_by_place(traced)
            for place in range(columns.place_count):
                steps = list(traced.steps(place))
                if traced.is_end[place] or not steps:
                    continue
                assert steps[-1].balance_units == lies[place]
                compared += 1
    assert compared > 100


def test_every_rule_says_what_it_does() -> None:
    assert set(SAYS) == set(TracingRule)
