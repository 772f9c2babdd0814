"""The other sharing rules: what each promises for every problem, the published problems, and the Talmud's own."""

from __future__ import annotations

import json
import os
import random
from collections.abc import Callable, Sequence
from fractions import Fraction
from itertools import combinations, pairwise, permutations
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from administrator.sharing_rules import RULES, SharingRule, TooManyClaimsError, shared

REAL = os.environ.get("ADMINISTRATOR_REAL_DATA")
PUBLISHED = {
    "PRO": SharingRule.PROPORTIONAL, "APRO": SharingRule.ADJUSTED_PROPORTIONAL,
    "CEA": SharingRule.CONSTRAINED_EQUAL_AWARDS, "CEL": SharingRule.CONSTRAINED_EQUAL_LOSSES,
    "CE": SharingRule.CONSTRAINED_EGALITARIAN, "PIN": SharingRule.PINILES, "MO": SharingRule.MINIMAL_OVERLAP,
    "RA": SharingRule.RANDOM_ARRIVAL, "Talmud": SharingRule.TALMUD, "RTalmud": SharingRule.REVERSE_TALMUD,
}  # fmt: skip
SELF_DUAL = (
    SharingRule.PROPORTIONAL, SharingRule.TALMUD, SharingRule.RANDOM_ARRIVAL, SharingRule.ADJUSTED_PROPORTIONAL,
    SharingRule.REVERSE_TALMUD,
)  # fmt: skip
CONCEDES = (
    SharingRule.TALMUD, SharingRule.RANDOM_ARRIVAL, SharingRule.MINIMAL_OVERLAP, SharingRule.ADJUSTED_PROPORTIONAL,
)  # fmt: skip
claims_of = st.lists(st.integers(0, 50), min_size=1, max_size=6)


@st.composite
def problems(draw: st.DrawFn) -> tuple[int, list[int]]:
    claims = draw(claims_of)
    return draw(st.integers(0, sum(claims))), claims


@pytest.mark.parametrize("rule", SharingRule)
@given(problem=problems())
def test_every_rule_shares_all_within_the_claims_and_keeps_their_order(
    rule: SharingRule, problem: tuple[int, list[int]]
) -> None:
    amount, claims = problem
    awards = shared(rule, amount, claims)
    assert sum(awards) == amount
    assert all(0 <= award <= claim for award, claim in zip(awards, claims, strict=True))
    for one, other in combinations(range(len(claims)), 2):
        low, high = sorted((one, other), key=claims.__getitem__)
        assert awards[low] <= awards[high], "a larger claim never gets less"
        assert claims[low] - awards[low] <= claims[high] - awards[high], "nor loses less"


@pytest.mark.parametrize("rule", SharingRule)
@given(problem=problems(), more=st.integers(0, 30))
def test_nobody_gets_less_when_there_is_more(rule: SharingRule, problem: tuple[int, list[int]], more: int) -> None:
    amount, claims = problem
    grown = shared(rule, min(amount + more, sum(claims)), claims)
    assert all(before <= after for before, after in zip(shared(rule, amount, claims), grown, strict=True))


@pytest.mark.parametrize("rule", SharingRule)
@given(problem=problems(), shuffle=st.randoms(use_true_random=False))
def test_awards_do_not_depend_on_the_order(
    rule: SharingRule, problem: tuple[int, list[int]], shuffle: st.DataObject
) -> None:
    amount, claims = problem
    order = list(range(len(claims)))
    shuffle.shuffle(order)
    moved = shared(rule, amount, [claims[place] for place in order])
    assert [shared(rule, amount, claims)[place] for place in order] == moved


@pytest.mark.parametrize("rule", SELF_DUAL)
@given(problem=problems())
def test_what_is_lost_is_shared_like_what_is_there(rule: SharingRule, problem: tuple[int, list[int]]) -> None:
    amount, claims = problem
    losses = shared(rule, sum(claims) - amount, claims)
    assert shared(rule, amount, claims) == [claim - loss for claim, loss in zip(claims, losses, strict=True)]


@given(problem=problems())
def test_equal_awards_and_equal_losses_are_each_others_mirror(problem: tuple[int, list[int]]) -> None:
    amount, claims = problem
    losses = shared(SharingRule.CONSTRAINED_EQUAL_AWARDS, sum(claims) - amount, claims)
    mirror = [claim - loss for claim, loss in zip(claims, losses, strict=True)]
    assert shared(SharingRule.CONSTRAINED_EQUAL_LOSSES, amount, claims) == mirror


@pytest.mark.parametrize("rule", CONCEDES)
@given(one=st.integers(0, 50), other=st.integers(0, 50), data=st.data())
def test_of_two_each_concedes_what_he_does_not_claim_and_the_rest_is_halved(
    rule: SharingRule, one: int, other: int, data: st.DataObject
) -> None:
    amount = data.draw(st.integers(0, one + other))
    first, second = max(amount - other, 0), max(amount - one, 0)
    contested = Fraction(amount - first - second, 2)
    assert shared(rule, amount, [one, other]) == [first + contested, second + contested]


@given(problem=problems())
def test_random_arrival_is_the_mean_over_all_orders(problem: tuple[int, list[int]]) -> None:
    amount, claims = problem
    claims = claims[:5]
    amount = min(amount, sum(claims))
    sums = [Fraction(0)] * len(claims)
    orders = list(permutations(range(len(claims))))
    for order in orders:
        left = amount
        for place in order:
            sums[place] += min(left, claims[place])
            left -= min(left, claims[place])
    assert shared(SharingRule.RANDOM_ARRIVAL, amount, claims) == [sum_ / len(orders) for sum_ in sums]


@pytest.mark.parametrize(
    ("amount", "awards"),
    [(100, ("100/3", "100/3", "100/3")), (200, ("50", "75", "75")), (300, ("50", "100", "150"))],
)
def test_the_three_wives_of_the_talmud(amount: int, awards: Sequence[str]) -> None:
    assert shared(SharingRule.TALMUD, amount, [100, 200, 300]) == [Fraction(award) for award in awards]


@pytest.mark.parametrize(
    ("rule", "amount", "awards"),
    [
        (SharingRule.ADJUSTED_PROPORTIONAL, 200, ("40", "80", "80")),
        (SharingRule.REVERSE_TALMUD, 200, ("50/3", "200/3", "350/3")),
        (SharingRule.MINIMAL_OVERLAP, 200, ("100/3", "250/3", "250/3")),
        (SharingRule.TALMUD, 400, ("50", "125", "225")),
        (SharingRule.PINILES, 400, ("250/3", "400/3", "550/3")),
        (SharingRule.CONSTRAINED_EGALITARIAN, 400, ("100", "150", "150")),
        (SharingRule.RANDOM_ARRIVAL, 400, ("200/3", "350/3", "650/3")),
        (SharingRule.MINIMAL_OVERLAP, 400, ("100/3", "400/3", "700/3")),
        (SharingRule.TALMUD, 500, ("200/3", "500/3", "800/3")),
        (SharingRule.CONSTRAINED_EQUAL_LOSSES, 500, ("200/3", "500/3", "800/3")),
    ],
)
def test_claims_of_100_200_and_300_worked_by_hand(rule: SharingRule, amount: int, awards: Sequence[str]) -> None:
    assert shared(rule, amount, [100, 200, 300]) == [Fraction(award) for award in awards]


def test_the_contested_garment() -> None:
    assert shared(SharingRule.TALMUD, 100, [50, 100]) == [25, 75]


def test_random_arrival_of_many_claims_is_refused_in_words() -> None:
    assert sum(shared(SharingRule.RANDOM_ARRIVAL, 30, list(range(1, 16)))) == 30
    with pytest.raises(TooManyClaimsError, match="21 claims is not worked out"):
        shared(SharingRule.RANDOM_ARRIVAL, 5, [1] * 21)


@pytest.mark.skipif(not REAL, reason="ADMINISTRATOR_REAL_DATA names no folder with the published problems")
def test_the_sixteen_published_problems() -> None:
    """An independent package printed these awards with fifteen digits."""
    published = json.loads((Path(str(REAL)) / "vectors" / "claims_problems_published.json").read_text(encoding="utf-8"))
    assert len(published) == 16
    compared = 0
    for problem in published:
        amount, claims = Fraction(str(problem["E"])), [Fraction(str(claim)) for claim in problem["d"]]
        for name, printed in problem["awards"].items():
            if name in PUBLISHED:
                awards = RULES[PUBLISHED[name]](amount, claims)
                assert all(
                    abs(award - Fraction(str(wanted))) <= Fraction(1, 10**9) * max(1, wanted)
                    for award, wanted in zip(awards, map(Fraction, map(str, printed)), strict=True)
                ), (problem["id"], name)
                compared += 1
    assert compared == 157


# ---------------------------------------------------------------- the definitions, written a second way

Awarded = Callable[[Fraction, Fraction], Fraction]
"""What a claim gets at one level."""


def at_the_level(amount: Fraction, claims: Sequence[Fraction], awarded: Awarded) -> list[Fraction]:
    """The awards at the level where they come to the amount, found between the two bends that hold it."""

    def given(level: Fraction) -> Fraction:
        return sum((awarded(claim, level) for claim in claims), Fraction(0))

    bends = sorted({Fraction(0), *claims, *(claim / 2 for claim in claims)})
    ends = ((low, high) for low, high in pairwise(bends)
            if min(given(low), given(high)) <= amount <= max(given(low), given(high)))  # fmt: skip
    low, high = next(ends)
    level = low
    if given(low) != given(high):
        level += (amount - given(low)) * (high - low) / (given(high) - given(low))
    return [awarded(claim, level) for claim in claims]


def second(rule: SharingRule, amount: Fraction, claims: list[Fraction]) -> list[Fraction]:
    """Thomson's formulas, one level each."""
    whole = sum(claims, Fraction(0))
    if not claims or whole == 0:
        return [Fraction(0)] * len(claims)
    is_low = amount <= whole / 2
    match rule:
        case SharingRule.PROPORTIONAL:
            return [claim * (amount / whole) for claim in claims]
        case SharingRule.CONSTRAINED_EQUAL_AWARDS:
            return at_the_level(amount, claims, min)
        case SharingRule.CONSTRAINED_EQUAL_LOSSES:
            return at_the_level(amount, claims, lambda claim, level: max(Fraction(0), claim - level))
        case SharingRule.TALMUD if is_low:
            return at_the_level(amount, claims, lambda claim, level: min(claim / 2, level))
        case SharingRule.TALMUD:
            return at_the_level(amount, claims, lambda claim, level: claim - min(claim / 2, level))
        case SharingRule.PINILES if is_low:
            return at_the_level(amount, claims, lambda claim, level: min(claim / 2, level))
        case SharingRule.PINILES:
            return at_the_level(amount, claims, lambda claim, level: claim / 2 + min(claim / 2, level))
        case SharingRule.CONSTRAINED_EGALITARIAN if is_low:
            return at_the_level(amount, claims, lambda claim, level: min(claim / 2, level))
        case SharingRule.CONSTRAINED_EGALITARIAN:
            return at_the_level(amount, claims, lambda claim, level: max(claim / 2, min(claim, level)))
        case SharingRule.REVERSE_TALMUD if is_low:
            return at_the_level(amount, claims, lambda claim, level: max(claim / 2 - level, Fraction(0)))
        case SharingRule.REVERSE_TALMUD:
            return at_the_level(amount, claims, lambda claim, level: claim / 2 + min(claim / 2, level))
        case SharingRule.MINIMAL_OVERLAP:
            return overlapped(amount, claims)
        case SharingRule.ADJUSTED_PROPORTIONAL:
            least = [max(Fraction(0), amount - sum(claims[:at]) - sum(claims[at + 1 :])) for at in range(len(claims))]
            left = amount - sum(least)
            cut = [min(left, claim - had) for claim, had in zip(claims, least, strict=True)]
            return [had + (left * rest / sum(cut) if left else 0) for had, rest in zip(least, cut, strict=True)]
        case SharingRule.RANDOM_ARRIVAL:
            return over_all_orders(amount, claims)


def overlapped(amount: Fraction, claims: list[Fraction]) -> list[Fraction]:
    """By O'Neill: above the level each has his part alone, below it each piece is shared by all who reach it."""
    claims = [min(claim, amount) for claim in claims]
    level = max(claims)
    if amount > level:
        # Below the greatest claim, what lies above a level and the level itself come to the amount only once.
        above: Awarded = lambda claim, height: max(claim - height, Fraction(0))  # noqa: E731
        bends = sorted({Fraction(0), *claims})
        excess = {height: sum((above(claim, height) for claim in claims), Fraction(0)) + height for height in bends}
        low, high = next((low, high) for low, high in pairwise(bends) if excess[low] >= amount >= excess[high])
        level = low if excess[low] == excess[high] else low + (excess[low] - amount) * (high - low) / (
            excess[low] - excess[high])  # fmt: skip
    edges = sorted({Fraction(0), level, *(min(claim, level) for claim in claims)})
    awards = [max(claim - level, Fraction(0)) for claim in claims]
    for below, edge in pairwise(edges):
        sharing = [at for at, claim in enumerate(claims) if claim >= edge]
        for at in sharing:
            awards[at] += (edge - below) / len(sharing)
    return awards


def over_all_orders(amount: Fraction, claims: list[Fraction]) -> list[Fraction]:
    awards = [Fraction(0)] * len(claims)
    orders = list(permutations(range(len(claims))))
    for order in orders:
        left = amount
        for at in order:
            paid = min(left, claims[at])
            awards[at] += paid / len(orders)
            left -= paid
    return awards


@pytest.mark.parametrize("number", range(76))
def test_random_problems_against_the_definitions_written_a_second_way(number: int) -> None:
    draw = random.Random(f"claims problem {number}")
    claims = [draw.choice((draw.randint(0, 9), draw.randint(0, 10**6), draw.randint(0, 10**30)))
              for _ in range(draw.randint(1, 6))]  # fmt: skip
    whole = sum(claims)
    for amount in (0, whole // 3, whole // 2, draw.randint(0, whole), whole):
        for rule in SharingRule:
            told = second(rule, Fraction(amount), [Fraction(claim) for claim in claims])
            assert shared(rule, amount, claims) == told, (rule, amount, claims)


@given(problem=problems(), part=st.integers(0, 50))
def test_only_by_proportion_nobody_gains_by_splitting_or_joining_claims(
    problem: tuple[int, list[int]], part: int
) -> None:
    amount, claims = problem
    part = min(part, claims[0])
    split = [part, claims[0] - part, *claims[1:]]
    whole, apart = (shared(SharingRule.PROPORTIONAL, amount, each) for each in (claims, split))
    assert whole == [apart[0] + apart[1], *apart[2:]]


def test_equal_awards_reward_who_splits_and_equal_losses_who_joins() -> None:
    """So persons are brought together before any of them is compared (law.md, section 9)."""
    awards, losses = SharingRule.CONSTRAINED_EQUAL_AWARDS, SharingRule.CONSTRAINED_EQUAL_LOSSES
    assert shared(awards, 60, [60, 60])[0] == 30 < sum(shared(awards, 60, [30, 30, 60])[:2])
    assert shared(losses, 60, [60, 60])[0] == 30 > sum(shared(losses, 60, [30, 30, 60])[:2])
