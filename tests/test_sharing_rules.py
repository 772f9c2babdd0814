"""The other sharing rules: what each promises for every problem, the published problems, and the Talmud's own."""

from __future__ import annotations

import itertools
import json
import os
from collections.abc import Sequence
from fractions import Fraction
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
    for one, other in itertools.combinations(range(len(claims)), 2):
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
    orders = list(itertools.permutations(range(len(claims))))
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
