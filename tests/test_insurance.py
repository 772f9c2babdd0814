"""What a policy owes: bounds for every policy, then its terms one by one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from administrator.insurance import (
    Basis,
    CustodyLoss,
    EventLoss,
    Policy,
    PolicyLine,
    Refused,
    Sublimit,
    Valuation,
    at_every_valuation,
    cover,
)
from administrator.losses import Peril
from ledgers.units import Ratio

MARCH, APRIL = datetime(2026, 3, 1), datetime(2026, 4, 1)
THEFT = frozenset({Peril.EXTERNAL_THEFT})
POLICY = Policy(
    0, "crime", THEFT, None, Basis.OCCURRED, datetime(2026, 1, 1), datetime(2026, 12, 31), 10, 100, None, 0,
    (PolicyLine("", Ratio(1, 1), "1", 10**9),), True, (),
)  # fmt: skip


def hot(minor: int) -> Mapping[Valuation, tuple[CustodyLoss, ...]]:
    return at_every_valuation((CustodyLoss("hot", minor),))


def placed(numerator: int, denominator: int = 1, received: int = 10**9) -> tuple[PolicyLine, ...]:
    return (PolicyLine("", Ratio(numerator, denominator), f"{numerator}/{denominator}", received),)


RAID = EventLoss("raid", Peril.EXTERNAL_THEFT, MARCH, APRIL, APRIL, APRIL, 0, hot(60))


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
        POLICY, retention_minor=retention, limit_minor=limit, aggregate_minor=aggregate,
        lines=placed(percent, 100, received),
    )  # fmt: skip
    events = [replace(RAID, event=f"e{at}", position=at, valued=hot(loss)) for at, loss in enumerate(losses)]
    answers = cover(policy, events, projection=False)
    for answer, loss in zip(answers, losses, strict=True):
        assert 0 <= answer.due_minor <= answer.layer_minor <= min(limit, max(loss - retention, 0))
        assert answer.received_minor <= answer.due_minor
    assert sum(answer.layer_minor for answer in answers) <= aggregate
    assert sum(answer.received_minor for answer in answers) <= received


def test_the_layer_lies_between_retention_and_limit_and_pays_its_share() -> None:
    assert one(POLICY) == (50, 50, None)
    assert one(replace(POLICY, limit_minor=30)) == (30, 30, None)
    assert one(replace(POLICY, lines=placed(9, 10))) == (45, 45, None)
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
    policy = replace(POLICY, lines=placed(1, 1, 20))
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
    partly = at_every_valuation((CustodyLoss("hot", 60, is_partial=True),))
    (answer,) = cover(POLICY, [replace(RAID, valued=partly)], projection=False)
    assert answer.is_ground_up_partial
    assert answer.is_covered_partial


def test_what_occurred_before_the_retroactive_date_is_not_answered() -> None:
    policy = replace(POLICY, basis=Basis.DISCOVERY, retroactive_from=APRIL)
    assert one(policy) == (0, 0, Refused.BEFORE_RETROACTIVE_DATE)
    assert one(replace(policy, retroactive_from=MARCH)) == (50, 50, None), "the day itself is inside"
    assert one(policy, replace(RAID, occurred_at=None)) == (50, 50, None), "nobody knows that it occurred before"
    assert one(replace(policy, basis=Basis.OCCURRED))[2] is None


def test_notice_after_its_days_is_late() -> None:
    told = replace(POLICY, notice_days=10)
    assert one(told, replace(RAID, notified_at=APRIL + timedelta(10)))[2] is None
    late = replace(RAID, notified_at=APRIL + timedelta(10, microseconds=1))
    assert one(told, late) == (0, 0, Refused.LATE_NOTICE)
    assert one(told, replace(RAID, notified_at=None))[2] is None
    until = APRIL + timedelta(1, microseconds=-1)
    by_day = replace(RAID, discovered_until=until, notified_at=APRIL + timedelta(10, 3600))
    assert one(told, by_day)[2] is None, "a day runs to its end"
    # Where nobody said when it was discovered, the days run from the day it occurred.
    unfound = replace(RAID, discovered_at=None, discovered_until=None, notified_at=MARCH + timedelta(11))
    assert one(told, unfound)[2] is Refused.LATE_NOTICE
    assert one(replace(told, notice_days=36_500), late)[2] is None


def test_a_refusal_costs_no_retention_and_no_capacity() -> None:
    policy = replace(POLICY, aggregate_minor=60, retention_aggregate_minor=10, until_at=MARCH, retention_minor=10)
    outside = replace(RAID, event="later", occurred_at=APRIL, position=1)
    inside = replace(RAID, event="same day", position=2)
    answers = {answer.event.event: answer for answer in cover(policy, [outside, inside, RAID], projection=False)}
    assert answers["later"].reason is Refused.OUTSIDE_PERIOD
    assert [(answers[name].borne_minor, answers[name].layer_minor) for name in ("raid", "same day", "later")] == [
        (10, 50), (0, 10), (0, 0),
    ]  # fmt: skip


def test_the_valuation_chooses_the_prices() -> None:
    valued = {
        Valuation.LOSS: (CustodyLoss("hot", 60),), Valuation.COMMENCEMENT: (CustodyLoss("hot", 30),),
        Valuation.DISTRIBUTION: (CustodyLoss("hot", 90),),
    }  # fmt: skip
    raid = replace(RAID, valued=valued)
    assert [one(replace(POLICY, valuation=valuation), raid)[0] for valuation in Valuation] == [50, 20, 80]
