"""What a policy owes: bounds for every policy, then its terms one by one."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from hypothesis import given
from hypothesis import strategies as st

from administrator.insurance import Basis, EventLoss, Policy, Refused, Sublimit, cover
from administrator.losses import Peril
from ledgers.units import Ratio

MARCH, APRIL = datetime(2026, 3, 1), datetime(2026, 4, 1)
THEFT = frozenset({Peril.EXTERNAL_THEFT})
POLICY = Policy(
    0, "crime", THEFT, None, Basis.OCCURRED, datetime(2026, 1, 1), datetime(2026, 12, 31), 10, 100, None, 0,
    Ratio(1, 1), "1", True, 10**9, (),
)  # fmt: skip
RAID = EventLoss("raid", Peril.EXTERNAL_THEFT, MARCH, APRIL, 0, (("hot", 60),), frozenset())


def one(policy: Policy, event: EventLoss = RAID) -> tuple[int, int, Refused | None]:
    (answer,) = cover(policy, [event], projection=False)
    return answer.due_minor, answer.received_minor, answer.reason


@given(
    st.lists(st.integers(0, 10**9), min_size=1, max_size=5),
    st.integers(0, 10**9), st.integers(0, 10**9), st.integers(0, 10**9), st.integers(0, 100), st.integers(0, 10**9),
)  # fmt: skip
def test_a_policy_never_owes_above_its_limit_its_aggregate_or_the_loss(
    losses: list[int], retention: int, limit: int, aggregate: int, percent: int, received: int
) -> None:
    policy = replace(
        POLICY, retention_minor=retention, limit_minor=limit, aggregate_minor=aggregate, share=Ratio(percent, 100),
        received_minor=received,
    )  # fmt: skip
    events = [replace(RAID, event=f"e{at}", position=at, by_custody=(("hot", loss),)) for at, loss in enumerate(losses)]
    answers = cover(policy, events, projection=False)
    for answer, loss in zip(answers, losses, strict=True):
        assert 0 <= answer.due_minor <= answer.layer_minor <= min(limit, max(loss - retention, 0))
        assert answer.received_minor <= answer.due_minor
    assert sum(answer.layer_minor for answer in answers) <= aggregate
    assert sum(answer.received_minor for answer in answers) <= received


def test_the_layer_lies_between_retention_and_limit_and_pays_its_share() -> None:
    assert one(POLICY) == (50, 50, None)
    assert one(replace(POLICY, limit_minor=30)) == (30, 30, None)
    assert one(replace(POLICY, share=Ratio(9, 10))) == (45, 45, None)
    assert one(replace(POLICY, retention_minor=60)) == (0, 0, Refused.BELOW_RETENTION)


def test_a_sublimit_binds_before_the_retention() -> None:
    assert one(replace(POLICY, sublimits=(Sublimit("hot", 40),))) == (30, 30, None)


def test_the_aggregate_erodes_by_the_layer_over_events_in_time() -> None:
    policy = replace(POLICY, aggregate_minor=80, eroded_minor=20)
    later = replace(RAID, event="again", occurred_at=APRIL, position=1)
    third = replace(RAID, event="and again", occurred_at=datetime(2026, 5, 1), position=2)
    answers = cover(policy, [third, later, RAID], projection=False)
    assert [(answer.event.event, answer.due_minor) for answer in answers] == [
        ("raid", 50),
        ("again", 10),
        ("and again", 0),
    ]
    assert answers[2].reason is Refused.AGGREGATE_EXHAUSTED


def test_only_what_was_received_is_distributed_unless_it_is_a_projection() -> None:
    policy = replace(POLICY, received_minor=20)
    assert one(policy) == (50, 20, None)
    (projected,) = cover(policy, [RAID], projection=True)
    assert projected.received_minor == 50


def test_each_refusal_is_named() -> None:
    assert one(POLICY, replace(RAID, peril=Peril.UNEXPLAINED))[2] is Refused.PERIL
    assert one(replace(POLICY, custody=frozenset({"cold"})))[2] is Refused.CUSTODY
    assert one(POLICY, replace(RAID, occurred_at=None))[2] is Refused.NO_DATE
    assert one(replace(POLICY, from_at=APRIL))[2] is Refused.OUTSIDE_PERIOD
    assert one(replace(POLICY, pays_holders=False)) == (50, 50, Refused.ESTATE)


def test_the_basis_chooses_the_date_that_must_lie_in_the_period() -> None:
    until_march = replace(POLICY, until_at=datetime(2026, 3, 15))
    assert one(until_march)[2] is None
    assert one(replace(until_march, basis=Basis.DISCOVERY))[2] is Refused.OUTSIDE_PERIOD


def test_both_ends_of_a_period_are_inside() -> None:
    assert one(replace(POLICY, from_at=MARCH, until_at=MARCH))[2] is None


def test_an_unpriced_loss_leaves_the_figure_partial() -> None:
    (answer,) = cover(POLICY, [replace(RAID, unpriced=frozenset({"hot"}))], projection=False)
    assert answer.is_ground_up_partial
    assert answer.is_covered_partial
