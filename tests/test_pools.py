"""What is there to share: costs, holdback and tiers, in whole units."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from administrator.pools import Cost, PoolGross, make_pools
from ledgers.units import Ratio, divide_half_even

YEN_A_UNIT = Ratio(1, 10)


def pool(asset_no: int, gross: int, claims: dict[int, int], rate: Ratio | None = YEN_A_UNIT) -> PoolGross:
    value = None if rate is None else divide_half_even(gross * rate.numerator, rate.denominator)
    return PoolGross(asset_no, str(asset_no), asset_no, gross, value, rate, claims)


@given(
    st.lists(st.integers(0, 10**12), min_size=1, max_size=4),
    st.lists(st.integers(0, 10**11), max_size=4),
    st.integers(0, 100),
    st.lists(st.integers(0, 10**12), min_size=3, max_size=3),
)
def test_nothing_is_made_or_lost_in_a_pool(
    grosses: list[int], costs: list[int], percent: int, claims: list[int]
) -> None:
    pools = [pool(at, gross, dict(enumerate(claims))) for at, gross in enumerate(grosses)]
    made = make_pools(pools, [Cost(f"c{at}", minor, None) for at, minor in enumerate(costs)], Ratio(percent, 100))
    for of_asset in made.pools:
        assert 0 <= of_asset.costs <= of_asset.gross
        assert of_asset.gross == of_asset.costs + of_asset.holdback + of_asset.distributable
        assert of_asset.holdback == percent * (of_asset.gross - of_asset.costs) // 100
        assert of_asset.distributable == sum(tier.payable for tier in of_asset.tiers) + of_asset.surplus
        whole = [tier.payable == tier.claimed for tier in of_asset.tiers]
        assert all(whole[at] or of_asset.tiers[at + 1].payable == 0 for at in range(len(whole) - 1))


def test_a_cost_is_taken_in_units_rounded_up() -> None:
    made = make_pools([pool(0, 1000, {0: 1000}, Ratio(3, 1))], [Cost("notices", 10, 0)], Ratio(0, 1))
    assert made.pools[0].costs == 4
    assert made.excesses == ()


def test_what_a_pool_cannot_bear_falls_on_the_estate_and_is_said() -> None:
    made = make_pools([pool(0, 10, {0: 10}, Ratio(1, 1))], [Cost("notices", 25, 0)], Ratio(0, 1))
    assert made.pools[0].costs == 10
    assert [(excess.name, excess.minor) for excess in made.excesses] == [("notices", 15)]


def test_an_unpriced_pool_bears_no_cost_named_in_money() -> None:
    made = make_pools([pool(0, 10, {0: 10}, None)], [Cost("notices", 5, None), Cost("own", 7, 0)], Ratio(0, 1))
    assert made.pools[0].costs == 0
    assert [(excess.name, excess.minor) for excess in made.excesses] == [("notices", 5), ("own", 7)]


def test_costs_are_spread_by_value_ties_to_the_earlier_pool() -> None:
    made = make_pools([pool(0, 50, {}), pool(1, 50, {})], [Cost("c", 3, None)], Ratio(0, 1))
    assert [of_asset.costs for of_asset in made.pools] == [20, 10]


def test_the_dividend_is_in_lowest_terms_and_absent_without_claims() -> None:
    made = make_pools([pool(0, 140, {0: 200}), pool(1, 5, {})], [], Ratio(0, 1))
    assert made.pools[0].dividend == Ratio(7, 10)
    assert made.pools[1].dividend is None


def test_a_pool_pays_timely_claims_whole_before_late_ones() -> None:
    made = make_pools([pool(0, 130, {0: 100, 1: 50, 2: 10})], [], Ratio(0, 1))
    assert [(tier.tier, tier.payable) for tier in made.pools[0].tiers] == [(0, 100), (1, 30), (2, 0)]
