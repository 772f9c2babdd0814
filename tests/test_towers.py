"""Layers that answer together: 10,000 random towers paid euro by euro, bounds, and towers worked on paper."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from fractions import Fraction
from math import ceil, floor

import pytest

from administrator.insurance import (
    Basis,
    Cover,
    CustodyLoss,
    DropDown,
    EventLoss,
    Policy,
    PolicyLine,
    Refused,
    Sublimit,
    at_every_valuation,
    cover_all,
)
from administrator.losses import Peril
from ledgers.units import Ratio

SEED = 20260331
START = datetime(2026, 1, 1)
THEFT = frozenset({Peril.EXTERNAL_THEFT})
WHOLE = (PolicyLine("A", Ratio(1, 1), "1", 10**9),)


def layer(name: str, retention: int, limit: int, **more: object) -> Policy:
    """A layer of the one tower of these tests, whole in one hand and paid up, unless said otherwise."""
    policy = Policy(
        0, name, THEFT, None, Basis.OCCURRED, None, None, retention, limit, None, 0, WHOLE, True, (), tower="t"
    )
    return replace(policy, **more)  # type: ignore[arg-type]


def losses(*minors: int) -> list[EventLoss]:
    """One event a day, all out of the hot wallet."""
    return [
        EventLoss(f"e{day}", Peril.EXTERNAL_THEFT, START + timedelta(day), None, None, None, day,
                  at_every_valuation((CustodyLoss("hot", minor),)))
        for day, minor in enumerate(minors)
    ]  # fmt: skip


def placed(policies: Sequence[Policy]) -> list[Policy]:
    return [replace(policy, position=at) for at, policy in enumerate(policies)]


def answer(policies: Sequence[Policy], events: Sequence[EventLoss], projection: bool = False) -> list[list[Cover]]:
    return [list(answers) for answers in cover_all(placed(policies), events, projection)]


def paid(policies: Sequence[Policy], *minors: int) -> list[list[int]]:
    return [[one.layer_minor for one in answers] for answers in answer(policies, losses(*minors))]


# --- the second formula ---------------------------------------------------------------------------------------------


class ByTheEuro:
    """A tower that pays each euro of a loss by itself; nothing in it is a difference of two sums."""

    def __init__(self, layers: Sequence[Policy]) -> None:
        self.layers = layers
        self.used: list[list[tuple[int, bool]]] = [[(0, True)] * one.eroded_minor for one in layers]
        """Of each layer, every euro it ever used: in which event, and whether that event was settled."""
        self.borne = [0] * len(layers)
        self.purses = [[line.received_minor for line in one.lines] for one in layers]

    def most(self, at: int) -> float:
        """How many euros a layer can ever use."""
        one = self.layers[at]
        if one.aggregate_minor is None and not one.reinstatements:
            return float("inf")
        once = one.limit_minor if one.aggregate_minor is None else one.aggregate_minor
        assert once is not None
        return sum(once for _ in range(1 + one.reinstatements))

    def gone(self, below: int, is_strict: bool) -> int:
        """How many euros at the top of its limit a lower layer can no longer give."""
        counted = [euro for euro in self.used[below] if euro[1] or not is_strict]
        limit = self.layers[below].limit_minor
        assert limit is not None
        return sum(1 for place in range(limit) if len(counted) + place >= self.most(below))

    def event(self, loss: int, projection: bool) -> list[tuple[int, list[tuple[int, int]]]]:
        """Of each layer, the euros it takes of one loss and what each line owes and has paid."""
        starts = []
        for at, one in enumerate(self.layers):
            start = one.retention_minor
            if one.retention_aggregate_minor is not None:
                start = min(start, one.retention_aggregate_minor - self.borne[at])
            bottom = min(start, *(other.retention_minor for other in self.layers))
            dropping = [
                self.gone(below, one.drop_down is DropDown.PAYMENT)
                for below, other in enumerate(self.layers)
                if other.retention_minor < one.retention_minor and one.drop_down is not DropDown.NEVER
            ]
            self.borne[at] += sum(1 for euro in range(loss) if euro < start)
            for _ in range(sum(dropping)):
                start -= start > bottom
            starts.append(start)
        told = []
        for at, (one, start) in enumerate(zip(self.layers, starts, strict=True)):
            taken = 0
            premium = Fraction(0)
            once = one.limit_minor if one.aggregate_minor is None else one.aggregate_minor
            for euro in range(loss):
                if euro < start or taken == one.limit_minor or len(self.used[at]) + taken >= self.most(at):
                    continue
                if one.reinstatements and once and len(self.used[at]) + taken < once * one.reinstatements:
                    premium += Fraction(one.premium_minor or 0) * Fraction(*one.reinstatement_rate) / once
                taken += 1
            lines = []
            for number, line in enumerate(one.lines):
                share = Fraction(*line.share)
                due = max(0, floor(share * taken) - ceil(share * premium))
                received = due if projection else min(due, self.purses[at][number])
                self.purses[at][number] -= 0 if projection else received
                lines.append((due, received))
            self.used[at] += [(1, all(due == received for due, received in lines))] * taken
            told.append((taken, lines))
        return told


def a_tower(chance: random.Random) -> list[Policy]:
    layers = []
    for number in range(chance.randint(1, 4)):
        shares = chance.choice(((10,), (9,), (6, 4), (5, 3, 1), (0,), (7, 0)))
        lines = tuple(
            PolicyLine(f"i{at}", Ratio(share, 10), "", chance.choice((0, 3, 8, 100))) for at, share in enumerate(shares)
        )
        layers.append(
            layer(
                f"l{number}", chance.randint(0, 18), chance.randint(0, 14),
                aggregate_minor=chance.choice((None, None, 0, 5, 12, 20, 40)),
                eroded_minor=chance.choice((0, 0, 0, 4, 11)),
                retention_aggregate_minor=chance.choice((None, None, 3, 10, 25)),
                drop_down=chance.choice(tuple(DropDown)), lines=lines,
            )
        )  # fmt: skip
        once = layers[-1].once_minor if layers[-1].aggregate_minor is not None else layers[-1].limit_minor
        if once and chance.random() < 0.4:
            layers[-1] = replace(
                layers[-1], reinstatements=chance.randint(1, 3), premium_minor=chance.randint(0, 9),
                reinstatement_rate=Ratio(chance.choice((0, 1, 1, 3)), 2),
            )  # fmt: skip
    return layers


def test_ten_thousand_towers_pay_what_they_pay_euro_by_euro() -> None:
    print(f"seed {SEED}")
    chance = random.Random(SEED)
    for number in range(10_000):
        layers, projection = a_tower(chance), chance.random() < 0.2
        minors = [chance.randint(0, 40) for _ in range(chance.randint(1, 4))]
        answers, second = answer(layers, losses(*minors), projection), ByTheEuro(layers)
        for day, minor in enumerate(minors):
            expected = second.event(minor, projection)
            got = [
                (mine[day].layer_minor, [(line.due_minor, line.received_minor) for line in mine[day].lines])
                for mine in answers
            ]
            assert got == expected, f"tower {number} of seed {SEED}, event {day}: {layers} {minors}"


def test_no_layer_pays_above_its_limit_its_capacity_or_the_loss_above_it() -> None:
    print(f"seed {SEED + 1}")
    chance = random.Random(SEED + 1)
    for _ in range(1_000):
        layers = a_tower(chance)
        for one, mine in zip(layers, answer(layers, losses(*(chance.randint(0, 40) for _ in range(4)))), strict=True):
            for told in mine:
                assert told.layer_minor <= min(one.limit_minor or 0, max(told.covered_minor - told.attachment_minor, 0))
                assert 0 <= told.received_minor <= told.due_minor <= told.layer_minor
                assert told.lowest_minor <= told.attachment_minor or told.attachment_minor == told.retention_minor
            if one.capacity_minor is not None:
                assert sum(told.layer_minor for told in mine) <= one.capacity_minor
            if one.retention_aggregate_minor is not None:
                assert sum(told.borne_minor for told in mine) <= one.retention_aggregate_minor
            assert all(
                sum(told.lines[at].received_minor for told in mine) <= line.received_minor
                for at, line in enumerate(one.lines)
            )


def test_a_greater_loss_never_takes_less_of_a_layer() -> None:
    print(f"seed {SEED + 2}")
    chance = random.Random(SEED + 2)
    for _ in range(300):
        layers = a_tower(chance)
        before = [0] * len(layers)
        for minor in range(0, 45, 3):
            now = [mine[0].layer_minor for mine in answer(layers, losses(minor))]
            assert all(more >= less for more, less in zip(now, before, strict=True))
            before = now


def test_layers_that_lie_on_each_other_pay_the_whole_between_retention_and_top() -> None:
    print(f"seed {SEED + 3}")
    chance = random.Random(SEED + 3)
    for _ in range(500):
        bottom = retention = chance.randint(0, 20)
        layers = []
        for number in range(chance.randint(1, 6)):
            limit = chance.randint(1, 30)
            layers.append(layer(f"l{number}", retention, limit, drop_down=chance.choice(tuple(DropDown))))
            retention += limit
        chance.shuffle(layers)
        loss = chance.randint(0, 200)
        assert sum(mine[0] for mine in paid(layers, loss)) == max(min(loss, retention) - bottom, 0)


# --- worked on paper ------------------------------------------------------------------------------------------------


HOT_100_COLD_20 = EventLoss(
    "raid", Peril.EXTERNAL_THEFT, START, START, START, START, 0,
    at_every_valuation((CustodyLoss("cold", 20), CustodyLoss("hot", 100))),
)  # fmt: skip
SUBLIMIT = (Sublimit("hot", 60),)
PRIMARY = layer("primary", 5, 25, aggregate_minor=25, eroded_minor=10, sublimits=SUBLIMIT)
EXCESS = layer("excess", 30, 50, lines=(PolicyLine("B", Ratio(9, 10), "0.9", 10**9),), sublimits=SUBLIMIT)


def test_the_tower_of_the_worked_example_pays_60_of_120_where_a_naive_sum_says_75() -> None:
    """Hot 100 (sublimit 60), cold 20: covered 80. 25 above 5 with 10 eroded; 50 above 30, of which 90 % are placed."""
    ((primary,), (excess,)) = answer([PRIMARY, EXCESS], [HOT_100_COLD_20])
    assert (primary.covered_minor, excess.covered_minor) == (80, 80)
    assert (primary.layer_minor, primary.due_minor) == (15, 15)
    assert (excess.attachment_minor, excess.layer_minor, excess.due_minor) == (30, 50, 45)
    assert primary.due_minor + excess.due_minor == 60


@pytest.mark.parametrize(
    ("drop_down", "where_paid", "where_unpaid"),
    [(DropDown.NEVER, 0, 0), (DropDown.EROSION, 15, 15), (DropDown.PAYMENT, 15, 0)],
)
def test_an_excess_drops_by_what_the_layer_below_has_used_or_paid(
    drop_down: DropDown, where_paid: int, where_unpaid: int
) -> None:
    """30 above 10, an aggregate of 60, of which 15 were used before; then 50 above 40, which may drop.

    Events of 60 and 40. The first takes 30 of the primary, leaving 15, and 20 of the excess. Before the second the
    primary lacks 15 of its limit of 30: so lowered the excess attaches at 25 and takes 15 of 40. By payment the 30 do
    not count while one of them is unpaid, and the 15 from before leave the limit whole.
    """
    primary = layer("primary", 10, 30, aggregate_minor=60, eroded_minor=15)
    excess = layer("excess", 40, 50, drop_down=drop_down)
    assert paid([primary, excess], 60, 40) == [[30, 15], [20, where_paid]]
    unpaid = replace(primary, lines=(PolicyLine("A", Ratio(1, 1), "1", 29),))
    assert paid([unpaid, excess], 60, 40) == [[30, 15], [20, where_unpaid]]


def test_no_layer_drops_below_where_the_tower_begins() -> None:
    used_up = layer("primary", 10, 30, aggregate_minor=30, eroded_minor=30)
    middle = layer("middle", 40, 20, aggregate_minor=20, eroded_minor=20)
    top = layer("top", 60, 100, drop_down=DropDown.EROSION)
    ((_,), (_,), (told,)) = answer([used_up, middle, top], losses(100))
    assert sum(drop.minor for drop in told.drops) == 50
    assert (told.attachment_minor, told.layer_minor) == (10, 90)


def test_a_layer_without_an_aggregate_never_lets_one_drop() -> None:
    assert paid([layer("a", 10, 30), layer("b", 40, 50, drop_down=DropDown.EROSION)], 100, 40) == [[30, 30], [50, 0]]


def test_a_reinstatement_brings_the_limit_back_for_its_share_of_the_premium() -> None:
    """50 above 10, reinstated once for the whole premium of 7: 50 + 50 in all, and 7 for the first 50 used."""
    policy = layer("crime", 10, 50, reinstatements=1, premium_minor=7)
    (told,) = answer([policy], losses(40, 60, 60))
    assert [one.layer_minor for one in told] == [30, 50, 20]
    assert [one.capacity_before_minor for one in told] == [100, 70, 20]
    assert [one.reinstated_minor for one in told] == [30, 20, 0]
    # 7 x 30 / 50 = 4.2 and 7 x 20 / 50 = 2.8, each rounded up.
    assert [one.lines[0].premium_minor for one in told] == [5, 3, 0]
    assert [one.due_minor for one in told] == [25, 47, 20]


def test_each_insurer_keeps_its_share_of_the_premium_and_never_owes_less_than_nothing() -> None:
    lines = (PolicyLine("A", Ratio(6, 10), "0.6", 99), PolicyLine("B", Ratio(4, 10), "0.4", 99))
    policy = layer("crime", 0, 50, reinstatements=1, premium_minor=100, lines=lines)
    ((told,),) = answer([policy], losses(50))
    assert [(line.gross_minor, line.premium_minor, line.due_minor) for line in told.lines] == [(30, 60, 0), (20, 40, 0)]


def test_an_insurer_that_does_not_pay_is_not_made_good_by_the_others() -> None:
    lines = (PolicyLine("A", Ratio(6, 10), "0.6", 99), PolicyLine("B", Ratio(4, 10), "0.4", 0))
    ((told,),) = answer([layer("crime", 0, 50, lines=lines)], losses(50))
    assert [(line.due_minor, line.received_minor) for line in told.lines] == [(30, 30), (20, 0)]
    assert (told.due_minor, told.received_minor) == (50, 30)


def test_retentions_end_where_their_aggregate_is_borne() -> None:
    (told,) = answer([layer("crime", 10, 50, retention_aggregate_minor=15)], losses(8, 30, 30))
    assert [one.retention_minor for one in told] == [10, 7, 0]
    assert [one.borne_minor for one in told] == [8, 7, 0]
    assert [one.layer_minor for one in told] == [0, 23, 30]
    assert told[0].reason is Refused.BELOW_RETENTION
