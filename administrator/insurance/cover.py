"""What does each policy owe for each event, and how much of that can be given to holders now?

A policy answers event by event: the covered part of the loss, above where it attaches, up to its limit and what is
left of its capacity, each insurer at its own share (rules 9). Layers of one tower are asked together, because one of
them may attach lower once those below have given what they had. Only what an insurer has paid is distributed; sharing
it among the lines is the waterfall's work.

Every number on the way stands in the answer: whoever tells of it (usecases/insurance_telling.py) works nothing out.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from administrator.insurance.policy import Basis, DropDown, EventLoss, Policy, PolicyLine, Refused

_UNDATED = datetime.max
"""Sorts an event without a date behind every dated one."""


@dataclass(frozen=True, slots=True)
class CustodyCover:
    """What a policy counts of an event's loss out of one custody."""

    custody: str
    loss_minor: int
    is_answered: bool
    """Whether the policy covers the peril out of this custody."""
    sublimit_minor: int | None
    covered_minor: int
    """Within the sublimit; 0 where it is not answered."""
    is_partial: bool


@dataclass(frozen=True, slots=True)
class Drop:
    """By how much one lower layer of the tower lets a layer attach lower."""

    policy: str
    limit_minor: int
    left_minor: int
    """What that layer still had before the event, as this one counts it."""
    minor: int


@dataclass(frozen=True, slots=True)
class LineCover:
    """What one insurer owes for one event."""

    line: PolicyLine
    gross_minor: int
    """Its share of the layer, rounded down."""
    premium_minor: int
    """What it keeps for the reinstatement, rounded up."""
    due_minor: int
    received_minor: int
    """Of what it has paid, the part that falls to this event."""


@dataclass(frozen=True, slots=True)
class Cover:
    """What one policy says to one event, with every number on the way."""

    policy: Policy
    event: EventLoss
    custodies: tuple[CustodyCover, ...]
    deadline_at: datetime | None
    """The last instant of notice; None where the policy sets none, or nothing dates the event."""
    retention_borne_before_minor: int
    """Of the retention's aggregate."""
    retention_minor: int
    """Of this event: what is left of its aggregate may be less than the policy's."""
    borne_minor: int
    """What the insured bears of it; nothing where the policy does not answer."""
    drops: tuple[Drop, ...]
    lowest_minor: int
    """The lowest retention of the tower: no layer drops below it."""
    attachment_minor: int
    capacity_before_minor: int | None
    """None where each event finds the limit whole."""
    layer_minor: int
    capacity_after_minor: int | None
    reinstated_minor: int
    """Of what this event used up, how much comes back for premium."""
    lines: tuple[LineCover, ...]
    reason: Refused | None

    @property
    def ground_up_minor(self) -> int:
        """The whole loss of the event, at the policy's valuation."""
        return sum(part.loss_minor for part in self.custodies)

    @property
    def is_ground_up_partial(self) -> bool:
        """Whether units without a price were lost in the event."""
        return any(part.is_partial for part in self.custodies)

    @property
    def covered_minor(self) -> int:
        """Of a covered peril and custody, sublimits applied, whatever its date."""
        return sum(part.covered_minor for part in self.custodies)

    @property
    def is_covered_partial(self) -> bool:
        """Whether units without a price were lost out of a covered custody."""
        return any(part.is_partial and part.is_answered for part in self.custodies)

    @property
    def is_answered(self) -> bool:
        """Whether the policy answers for the event at all, be it with nothing."""
        return self.reason is None or self.reason in _ANSWERED

    @property
    def due_minor(self) -> int:
        """What its insurers owe for the event."""
        return sum(line.due_minor for line in self.lines)

    @property
    def received_minor(self) -> int:
        """Of what its insurers have paid, the part that falls to the event."""
        return sum(line.received_minor for line in self.lines)


_ANSWERED = frozenset({Refused.BELOW_RETENTION, Refused.AGGREGATE_EXHAUSTED, Refused.ESTATE})


def cover_all(
    policies: Sequence[Policy], events: Sequence[EventLoss], projection: bool
) -> tuple[tuple[Cover, ...], ...]:
    """Answer every event by every policy, the layers of a tower together.

    Args:
        events: all events with a loss, in any order.
        projection: what is due counts as received.

    Returns:
        For each policy, in the order given, its answers in its own order: by the date it asks for, then by name.

    Source:
        Rules section 9; the order of the steps is that of an adjuster.
    """
    answers: dict[int, tuple[Cover, ...]] = {}
    for places in _towers(policies):
        layers = [policies[place] for place in places]
        answers.update(zip(places, _answer_tower(layers, events, projection), strict=True))
    return tuple(answers[place] for place in range(len(policies)))


def cover(policy: Policy, events: Sequence[EventLoss], projection: bool) -> tuple[Cover, ...]:
    """Answer every event by one policy as if it stood alone, in the policy's order."""
    (answers,) = cover_all([policy], events, projection)
    return answers


def _towers(policies: Sequence[Policy]) -> Iterable[tuple[int, ...]]:
    """The places of the layers of each tower, those of policies that stand alone by themselves."""
    by_name: dict[str, list[int]] = {}
    for place, policy in enumerate(policies):
        if policy.tower is None:
            yield (place,)
        else:
            by_name.setdefault(policy.tower, []).append(place)
    yield from (tuple(places) for places in by_name.values())


@dataclass(slots=True)
class _Used:
    """What a layer has used up so far; the one thing here that changes."""

    layers_minor: int
    """Of all events so far."""
    settled_minor: int
    """Of those events for which it had paid what it owed."""
    borne_minor: int
    received_left: list[int]
    """Of each line, what it paid and no event has used."""


def _answer_tower(
    layers: Sequence[Policy], events: Sequence[EventLoss], projection: bool
) -> tuple[tuple[Cover, ...], ...]:
    """Walk the events once; each layer sees what the others had before the event."""
    bases = {layer.basis for layer in layers}
    assert len(bases) == 1, f"the layers of tower {layers[0].tower} differ in basis"
    (basis,) = bases
    states = [_Used(0, 0, 0, [line.received_minor for line in layer.lines]) for layer in layers]
    answers: list[tuple[Cover, ...]] = []
    for event in sorted(events, key=lambda event: _order(basis, event)):
        before = [replace(state, received_left=list(state.received_left)) for state in states]
        answered = tuple(
            _answer(layer, event, _drops(layer, layers, before), min(one.retention_minor for one in layers), state,
                    projection)
            for layer, state in zip(layers, states, strict=True)
        )  # fmt: skip
        answers.append(answered)
    return tuple(zip(*answers, strict=True)) if answers else tuple(() for _ in layers)


def _order(basis: Basis, event: EventLoss) -> tuple[datetime, int]:
    return event.dated(basis) or _UNDATED, event.position


def _drops(layer: Policy, layers: Sequence[Policy], before: Sequence[_Used]) -> tuple[Drop, ...]:
    """What each lower layer no longer had before the event: there is no drop where each event finds its limit whole."""
    if layer.drop_down is DropDown.NEVER:
        return ()
    lower = sorted(
        (under.retention_minor, under.position, place)
        for place, under in enumerate(layers)
        if under.retention_minor < layer.retention_minor
    )
    drops = []
    for _, _, place in lower:
        under, used = layers[place], before[place]
        # A layer without a limit is as large as what it has before a reinstatement.
        size = under.once_minor if under.limit_minor is None else under.limit_minor
        if under.capacity_minor is None or size is None:
            continue
        counted = used.layers_minor if layer.drop_down is DropDown.EROSION else used.settled_minor
        left = max(under.capacity_minor - counted, 0)
        drops.append(Drop(under.name, size, left, max(size - left, 0)))
    return tuple(drops)


def _answer(
    policy: Policy, event: EventLoss, drops: tuple[Drop, ...], lowest: int, used: _Used, projection: bool
) -> Cover:
    """One policy's answer to one event; what it uses up is noted."""
    custodies = _custodies(policy, event)
    covered = sum(part.covered_minor for part in custodies)
    deadline_at = _deadline(policy, event)
    reason = _refusal(policy, event, custodies, deadline_at)
    retention = policy.retention_minor
    if policy.retention_aggregate_minor is not None:
        retention = min(retention, max(policy.retention_aggregate_minor - used.borne_minor, 0))
    borne_before, borne = used.borne_minor, min(covered, retention) if reason is None else 0
    # Dropping stops where the tower begins; a retention that its own aggregate has lowered stays lowered.
    attachment = max(retention - sum(drop.minor for drop in drops), min(retention, lowest))
    capacity = policy.capacity_minor
    left = None if capacity is None else capacity - used.layers_minor
    layer = max(covered - attachment, 0) if reason is None else 0
    if reason is None and layer == 0:
        reason = Refused.BELOW_RETENTION
    if reason is None and left == 0:
        reason = Refused.AGGREGATE_EXHAUSTED
    layer = min([layer, *(most for most in (policy.limit_minor, left) if most is not None)])
    reinstated = _reinstated(policy, used.layers_minor, layer)
    lines = tuple(
        _line(policy, line, layer, reinstated, None if projection else used.received_left[place])
        for place, line in enumerate(policy.lines)
    )
    if reason is None and not policy.pays_holders:
        reason = Refused.ESTATE
    used.borne_minor += borne
    used.layers_minor += layer
    if all(line.received_minor == line.due_minor for line in lines):
        used.settled_minor += layer
    for place, line in enumerate(lines):
        used.received_left[place] -= min(line.received_minor, used.received_left[place])
    return Cover(
        policy, event, custodies, deadline_at, borne_before, retention, borne, drops, lowest, attachment, left, layer,
        None if left is None else left - layer, reinstated, lines, reason,
    )  # fmt: skip


def _custodies(policy: Policy, event: EventLoss) -> tuple[CustodyCover, ...]:
    """The loss of one event by custody, each within its sublimit."""
    caps = {sublimit.custody: sublimit.limit_minor for sublimit in policy.sublimits}
    parts = []
    for loss in event.valued[policy.valuation]:
        is_answered = policy.answers(event.peril, loss.custody)
        cap = caps.get(loss.custody)
        counted = (loss.minor if cap is None else min(loss.minor, cap)) if is_answered else 0
        parts.append(CustodyCover(loss.custody, loss.minor, is_answered, cap, counted, loss.is_partial))
    return tuple(parts)


def _deadline(policy: Policy, event: EventLoss) -> datetime | None:
    """The last instant at which the insurer may be told of an event."""
    found_at = event.discovered_until or event.discovered_at or event.occurred_at
    if policy.notice_days is None or found_at is None:
        return None
    if policy.notice_days > (datetime.max - found_at).days:
        return datetime.max
    return found_at + timedelta(days=policy.notice_days)


def _refusal(
    policy: Policy, event: EventLoss, custodies: Sequence[CustodyCover], deadline_at: datetime | None
) -> Refused | None:
    """Why a policy does not answer an event at all, or None where it does."""
    if event.peril not in policy.covers:
        return Refused.PERIL
    if not any(part.is_answered for part in custodies):
        return Refused.CUSTODY
    if event.dated(policy.basis) is None:
        return Refused.NO_DATE
    return _refusal_by_date(policy, event, deadline_at)


def _refusal_by_date(policy: Policy, event: EventLoss, deadline_at: datetime | None) -> Refused | None:
    """Why a policy does not answer an event that has the date it asks for."""
    at = event.dated(policy.basis)
    assert at is not None
    if (policy.from_at is not None and at < policy.from_at) or (policy.until_at is not None and at > policy.until_at):
        return Refused.OUTSIDE_PERIOD
    since, occurred_at = policy.retroactive_from, event.occurred_at
    if policy.basis is Basis.DISCOVERY and since is not None and occurred_at is not None and occurred_at < since:
        return Refused.BEFORE_RETROACTIVE_DATE
    if deadline_at is not None and event.notified_at is not None and event.notified_at > deadline_at:
        return Refused.LATE_NOTICE
    return None


def _reinstated(policy: Policy, used_before: int, layer: int) -> int:
    """How much of what an event uses up comes back: the first uses do, until every reinstatement is gone."""
    once = policy.once_minor
    if once is None or not policy.reinstatements:
        return 0
    back = once * policy.reinstatements
    before = policy.eroded_minor + used_before
    return min(before + layer, back) - min(before, back)


def _line(policy: Policy, line: PolicyLine, layer: int, reinstated: int, received_left: int | None) -> LineCover:
    """What one insurer owes and has paid; None of what is left to hand out counts what is due as received."""
    gross = line.share.numerator * layer // line.share.denominator
    premium = 0
    if reinstated:
        once = policy.once_minor
        assert once is not None
        assert policy.premium_minor is not None, f"{policy.name} is reinstated for no premium"
        rate = policy.reinstatement_rate
        numerator = line.share.numerator * policy.premium_minor * rate.numerator * reinstated
        premium = -(-numerator // (line.share.denominator * rate.denominator * once))
    due = max(gross - premium, 0)
    return LineCover(line, gross, premium, due, due if received_left is None else min(due, received_left))
