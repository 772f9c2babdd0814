"""Rules of division: what must hold for every claims problem, then cases by name."""

from __future__ import annotations

import doctest
import random
from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from administrator import allocation
from administrator.allocation import Division, Rounding, allocate, certificate_breaches, spread

Claims = dict[str, int]

units = st.one_of(st.integers(0, 20), st.integers(0, 10**38))
claims_problems = st.tuples(units, st.dictionaries(st.text(min_size=1, max_size=3), units, max_size=12))
roundings = st.sampled_from(Rounding)


def test_the_examples_in_the_prose_hold() -> None:
    assert doctest.testmod(allocation).failed == 0


@given(claims_problems, roundings)
def test_every_unit_is_awarded_surplus_or_residue(problem: tuple[int, Claims], rounding: Rounding) -> None:
    amount, claims = problem
    division = allocate(amount, claims, rounding)
    assert sum(division.awards.values()) + division.surplus + division.residue == amount
    assert division.surplus == max(amount - sum(claims.values()), 0)
    assert 0 <= division.residue < max(len(claims), 1)
    assert rounding is Rounding.FLOOR or division.residue == 0


@given(claims_problems, roundings)
def test_an_award_lies_between_nothing_and_the_claim_and_within_a_unit_of_the_exact_share(
    problem: tuple[int, Claims], rounding: Rounding
) -> None:
    amount, claims = problem
    total = sum(claims.values())
    for line, award in allocate(amount, claims, rounding).awards.items():
        assert 0 <= award <= claims[line]
        if total:
            exact = Fraction(min(amount, total) * claims[line], total)
            assert exact - 1 < award < exact + 1
            assert rounding is Rounding.LARGEST_REMAINDER or award <= exact


@given(claims_problems, roundings, st.randoms(use_true_random=False))
def test_the_order_of_claims_changes_nothing(
    problem: tuple[int, Claims], rounding: Rounding, order: random.Random
) -> None:
    amount, claims = problem
    shuffled = list(claims.items())
    order.shuffle(shuffled)
    first, second = allocate(amount, claims, rounding), allocate(amount, dict(shuffled), rounding)
    assert first == second
    assert list(first.awards) == list(second.awards) == sorted(claims, key=str.encode)


@given(claims_problems)
def test_equal_claims_are_treated_equally_under_floor_and_within_a_unit_otherwise(problem: tuple[int, Claims]) -> None:
    amount, claims = problem
    twins = {**claims, "twin 1": 7, "twin 2": 7}
    floored = allocate(amount, twins, Rounding.FLOOR).awards
    assert floored["twin 1"] == floored["twin 2"]
    emptied = allocate(amount, twins, Rounding.LARGEST_REMAINDER).awards
    assert emptied["twin 1"] - emptied["twin 2"] in (0, 1)


@given(claims_problems, units, st.integers(0, 100))
def test_splitting_a_claim_gains_nothing_under_floor(problem: tuple[int, Claims], claim: int, percent: int) -> None:
    amount, claims = problem
    part = claim * percent // 100
    whole = allocate(amount, {**claims, "whole": claim}, Rounding.FLOOR).awards["whole"]
    cut = allocate(amount, {**claims, "part 1": part, "part 2": claim - part}, Rounding.FLOOR).awards
    assert cut["part 1"] + cut["part 2"] <= whole


@given(claims_problems, units)
def test_no_award_falls_when_the_pool_grows_under_floor(problem: tuple[int, Claims], more: int) -> None:
    amount, claims = problem
    before = allocate(amount, claims, Rounding.FLOOR).awards
    after = allocate(amount + more, claims, Rounding.FLOOR).awards
    assert all(after[line] >= before[line] for line in claims)


@given(claims_problems, roundings)
def test_the_certificate_admits_the_right_division(problem: tuple[int, Claims], rounding: Rounding) -> None:
    amount, claims = problem
    assert certificate_breaches(amount, claims, allocate(amount, claims, rounding), rounding) == ()


@given(claims_problems, roundings, st.data())
def test_the_certificate_admits_no_other_division(
    problem: tuple[int, Claims], rounding: Rounding, draw: st.DataObject
) -> None:
    amount, claims = problem
    assume(claims)
    right = allocate(amount, claims, rounding)
    giver, taker = (draw.draw(st.sampled_from(sorted(claims))) for _ in range(2))
    moved = draw.draw(st.integers(1, 3))
    awards = dict(right.awards)
    awards[giver] -= moved
    if taker == giver:
        wrong = Division(awards, right.surplus, right.residue + moved)
    else:
        awards[taker] += moved
        wrong = Division(awards, right.surplus, right.residue)
    assert certificate_breaches(amount, claims, wrong, rounding)


def test_the_certificate_sees_a_missing_line_and_a_false_residue() -> None:
    claims = {"ann": 1, "bob": 1}
    assert certificate_breaches(1, claims, Division({"ann": 0}, 0, 1), Rounding.FLOOR)
    assert certificate_breaches(1, claims, Division({"ann": 0, "bob": 0}, 0, 0), Rounding.FLOOR)
    assert certificate_breaches(1, claims, Division({"ann": 0, "bob": 1}, 0, 0), Rounding.LARGEST_REMAINDER)


def test_largest_remainder_claws_back_when_the_pool_grows_and_floor_does_not() -> None:
    claims = {"a": 2, "b": 6, "c": 6}
    rounds = {
        rounding: [tuple(allocate(pool, claims, rounding).awards.values()) for pool in (3, 4)] for rounding in Rounding
    }
    assert rounds[Rounding.LARGEST_REMAINDER] == [(1, 1, 1), (0, 2, 2)]
    assert rounds[Rounding.FLOOR] == [(0, 1, 1), (0, 1, 1)]


def test_largest_remainder_rewards_splitting_a_claim() -> None:
    whole = allocate(14, {"a": 10, "b": 9}, Rounding.LARGEST_REMAINDER).awards
    cut = allocate(14, {"a1": 1, "a2": 9, "b": 9}, Rounding.LARGEST_REMAINDER).awards
    assert (whole["a"], cut["a1"] + cut["a2"]) == (7, 8)


def test_lines_of_several_parts_are_sorted_part_by_part() -> None:
    claims = {("b", "", "x"): 1, ("a", "z"): 1, ("a", "b", ""): 1, ("é",): 1, ("z",): 1}
    awards = allocate(2, claims, Rounding.LARGEST_REMAINDER).awards
    assert list(awards) == [("a", "b", ""), ("a", "z"), ("b", "", "x"), ("z",), ("é",)]
    assert list(awards.values()) == [1, 1, 0, 0, 0]


@pytest.mark.parametrize(
    ("amount", "claims", "awards", "surplus"),
    [
        (0, {"a": 5}, {"a": 0}, 0),
        (5, {}, {}, 5),
        (0, {}, {}, 0),
        (3, {"a": 0}, {"a": 0}, 3),
        (7, {"a": 0, "b": 7}, {"a": 0, "b": 7}, 0),
        (10**60, {"a": 2 * 10**60, "b": 0}, {"a": 10**60, "b": 0}, 0),
    ],
)
def test_edges_of_the_pool(amount: int, claims: Claims, awards: Claims, surplus: int) -> None:
    for rounding in Rounding:
        assert allocate(amount, claims, rounding) == Division(awards, surplus, 0)


def test_a_division_cannot_be_changed_afterwards() -> None:
    division = allocate(1, {"a": 1}, Rounding.FLOOR)
    with pytest.raises(TypeError):
        division.awards["a"] = 2  # type: ignore[index]


@pytest.mark.parametrize(("amount", "claims"), [(-1, {"a": 1}), (1, {"a": -1})])
def test_negative_quantities_are_no_claims_problem(amount: int, claims: Claims) -> None:
    with pytest.raises(AssertionError):
        allocate(amount, claims, Rounding.FLOOR)


weight_lists = st.lists(units, min_size=1, max_size=12).filter(any)


@given(units, weight_lists)
def test_spread_places_every_unit_within_one_of_its_exact_share(amount: int, weights: list[int]) -> None:
    shares = spread(amount, weights)
    assert sum(shares) == amount
    assert len(shares) == len(weights)
    for share, weight in zip(shares, weights, strict=True):
        assert abs(share - Fraction(amount * weight, sum(weights))) < 1
        assert weight or share == 0


@given(units, weight_lists)
def test_spread_agrees_with_allocate_where_both_are_defined(amount: int, weights: list[int]) -> None:
    assume(amount <= sum(weights))
    claims = {f"{place:02}": weight for place, weight in enumerate(weights)}
    assert spread(amount, weights) == tuple(allocate(amount, claims, Rounding.LARGEST_REMAINDER).awards.values())


def test_spread_gives_ties_to_the_earlier_and_may_exceed_the_weights() -> None:
    assert spread(100, (1, 1, 1)) == (34, 33, 33)
    assert spread(0, ()) == ()


def test_spread_refuses_units_that_nobody_bears() -> None:
    with pytest.raises(AssertionError, match="no weight"):
        spread(1, (0, 0))
