"""What does each policy owe for each event, and how much of that can be given to holders now?

A policy answers event by event: the covered part of the loss, above its retention, up to its limit and what is left of
its aggregate, at its share (rules 9). Only what the insurer has paid is distributed. Sharing it among the lines is the
waterfall's work, and whether an occurrence is one or two is the case's to declare.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from administrator.losses import Peril
from ledgers.units import Ratio

_UNDATED = datetime.max
"""Sorts an event without a date behind every dated one; instants here are naive and in UTC."""


class Basis(StrEnum):
    """Which date of an event must lie in the policy's period."""

    OCCURRED = "occurred"
    DISCOVERY = "discovery"


class Refused(StrEnum):
    """Why a policy pays nothing for an event, or holders get nothing of it."""

    PERIL = "peril"
    CUSTODY = "custody"
    NO_DATE = "no_date"
    OUTSIDE_PERIOD = "outside_period"
    BELOW_RETENTION = "below_retention"
    AGGREGATE_EXHAUSTED = "aggregate_exhausted"
    ESTATE = "estate"


@dataclass(frozen=True, slots=True)
class Sublimit:
    """The most that one custody counts for within an event."""

    custody: str
    limit_minor: int


@dataclass(frozen=True, slots=True)
class Policy:
    """One policy layer, its sums in minor units of the reporting currency."""

    position: int
    """Place in the case file, from 0."""
    name: str
    covers: frozenset[Peril]
    custody: frozenset[str] | None
    """None covers every custody, the unknown one too."""
    basis: Basis
    from_at: datetime | None
    until_at: datetime | None
    """Both inclusive; None leaves that side open."""
    retention_minor: int
    limit_minor: int | None
    aggregate_minor: int | None
    eroded_minor: int
    share: Ratio
    share_text: str
    """The share as the case writes it."""
    pays_holders: bool
    received_minor: int
    sublimits: tuple[Sublimit, ...]

    def answers(self, peril: Peril, custody: str) -> bool:
        """Whether a loss of this peril out of this custody is covered at all."""
        return peril in self.covers and (self.custody is None or custody in self.custody)


@dataclass(frozen=True, slots=True)
class EventLoss:
    """One event's losses by custody, over all assets."""

    event: str
    peril: Peril
    occurred_at: datetime | None
    """Of its first transfer, or as declared where it has none."""
    discovered_at: datetime | None
    position: int
    """Place by name in byte order: settles ties of time."""
    by_custody: tuple[tuple[str, int], ...]
    """Minor units, a sum of once-rounded values an asset; unpriced assets are left out."""
    unpriced: frozenset[str]
    """Custodies out of which units without a price were lost too: what is said of them is partial."""


@dataclass(frozen=True, slots=True)
class Cover:
    """What one policy says to one event."""

    policy: Policy
    event: EventLoss
    ground_up_minor: int
    is_ground_up_partial: bool
    """Whether units without a price were lost in the event."""
    covered_minor: int
    """Of a covered peril and custody, sublimits applied, whatever its date."""
    is_covered_partial: bool
    layer_minor: int
    due_minor: int
    received_minor: int
    """Of what the policy has paid, the part that falls to this event."""
    reason: Refused | None


def cover(policy: Policy, events: Sequence[EventLoss], projection: bool) -> tuple[Cover, ...]:
    """Answer every event in the policy's order, eroding its aggregate, and hand out what it has paid.

    Args:
        events: all events with a loss, in any order.
        projection: what is due counts as received.

    Source:
        Rules section 9.
    """
    aggregate_left = None if policy.aggregate_minor is None else max(policy.aggregate_minor - policy.eroded_minor, 0)
    received_left = policy.received_minor
    covers = []
    for event in sorted(events, key=lambda event: _order(policy, event)):
        custodies = frozenset(custody for custody, _ in event.by_custody if policy.answers(event.peril, custody))
        covered = _covered(policy, event, custodies)
        reason = _refusal(policy, event, custodies)
        layer = max(covered - policy.retention_minor, 0) if reason is None else 0
        if reason is None and layer == 0:
            reason = Refused.BELOW_RETENTION
        if policy.limit_minor is not None:
            layer = min(layer, policy.limit_minor)
        if aggregate_left is not None:
            if reason is None and aggregate_left == 0:
                reason = Refused.AGGREGATE_EXHAUSTED
            layer = min(layer, aggregate_left)
            aggregate_left -= layer
        due = policy.share.numerator * layer // policy.share.denominator
        received = due if projection else min(due, received_left)
        received_left -= min(received, received_left)
        if reason is None and not policy.pays_holders:
            reason = Refused.ESTATE
        covers.append(
            Cover(
                policy,
                event,
                sum(minor for _, minor in event.by_custody),
                bool(event.unpriced),
                covered,
                bool(event.unpriced & custodies),
                layer,
                due,
                received,
                reason,
            )
        )
    return tuple(covers)


def _covered(policy: Policy, event: EventLoss, custodies: frozenset[str]) -> int:
    """The loss of one event out of the custodies a policy covers, each within its sublimit."""
    caps = {sublimit.custody: sublimit.limit_minor for sublimit in policy.sublimits}
    return sum(min(minor, caps.get(custody, minor)) for custody, minor in event.by_custody if custody in custodies)


def _refusal(policy: Policy, event: EventLoss, custodies: frozenset[str]) -> Refused | None:
    """Why a policy does not answer an event at all, or None where it does."""
    if event.peril not in policy.covers:
        return Refused.PERIL
    if not custodies:
        return Refused.CUSTODY
    at = event.occurred_at if policy.basis is Basis.OCCURRED else event.discovered_at
    if at is None:
        return Refused.NO_DATE
    if (policy.from_at is not None and at < policy.from_at) or (policy.until_at is not None and at > policy.until_at):
        return Refused.OUTSIDE_PERIOD
    return None


def _order(policy: Policy, event: EventLoss) -> tuple[datetime, int]:
    at = event.occurred_at if policy.basis is Basis.OCCURRED else event.discovered_at
    return at or _UNDATED, event.position
