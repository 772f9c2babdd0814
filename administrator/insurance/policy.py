"""What does a policy say, and what is it asked about? Terms of policies and losses of events, in whole numbers.

Sums are minor units of the reporting currency, instants are naive and in UTC. Whether an occurrence is one or two is
the case's to declare.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from administrator.losses import Peril
from ledgers.units import Ratio

WHOLE = Ratio(1, 1)


class Basis(StrEnum):
    """Which date of an event must lie in the policy's period."""

    OCCURRED = "occurred"
    DISCOVERY = "discovery"


class DropDown(StrEnum):
    """When a layer attaches lower because the layers below it in its tower have given what they had."""

    NEVER = "never"
    EROSION = "erosion"
    """Once their capacity is used up, by whatever they owe."""
    PAYMENT = "payment"
    """Only as far as they have paid what they owe."""


class Valuation(StrEnum):
    """The prices at which a policy values what was lost."""

    LOSS = "loss"
    """Of the event: `loss:EVENT`, else `loss`, else commencement."""
    COMMENCEMENT = "commencement"
    DISTRIBUTION = "distribution"
    """Else commencement."""


class SubrogationRule(StrEnum):
    """In which order what is recovered goes back to insurers who paid."""

    TOP_DOWN = "top_down"
    """First to what no policy covers, then from the highest layer down, last to the retention."""
    PRO_RATA = "pro_rata"


class Refused(StrEnum):
    """Why a policy pays nothing for an event, or holders get nothing of it."""

    PERIL = "peril"
    CUSTODY = "custody"
    NO_DATE = "no_date"
    OUTSIDE_PERIOD = "outside_period"
    BEFORE_RETROACTIVE_DATE = "before_retroactive_date"
    LATE_NOTICE = "late_notice"
    BELOW_RETENTION = "below_retention"
    AGGREGATE_EXHAUSTED = "aggregate_exhausted"
    ESTATE = "estate"


@dataclass(frozen=True, slots=True)
class Sublimit:
    """The most that one custody counts for within an event."""

    custody: str
    limit_minor: int


@dataclass(frozen=True, slots=True)
class PolicyLine:
    """What one insurer has taken of a policy; each answers for its own share and for no other's."""

    insurer: str
    """Empty where the case names none."""
    share: Ratio
    share_text: str
    """The share as the case writes it."""
    received_minor: int


@dataclass(frozen=True, slots=True)
class Policy:
    """One policy layer."""

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
    lines: tuple[PolicyLine, ...]
    """At least one; their shares are together at most the whole."""
    pays_holders: bool
    sublimits: tuple[Sublimit, ...]
    tower: str | None = None
    """Its layers answer together; None stands alone."""
    drop_down: DropDown = DropDown.NEVER
    retention_aggregate_minor: int | None = None
    """The most that the retentions of all events come to."""
    retroactive_from: datetime | None = None
    notice_days: int | None = None
    valuation: Valuation = Valuation.LOSS
    reinstatements: int = 0
    premium_minor: int | None = None
    """Of the period; there where anything is reinstated."""
    reinstatement_rate: Ratio = WHOLE
    """Share of the premium due for one whole reinstatement."""
    reinstatement_rate_text: str = "1"
    is_placed_by_line: bool = False
    """Whether the case says who took which share, be it one; else it has the one line of its own."""

    @property
    def received_minor(self) -> int:
        """What its insurers have paid, together."""
        return sum(line.received_minor for line in self.lines)

    @property
    def once_minor(self) -> int | None:
        """What a reinstatement brings back: the aggregate, or without one the limit; None where nothing is used up."""
        if self.aggregate_minor is not None:
            return self.aggregate_minor
        return self.limit_minor if self.reinstatements else None

    @property
    def capacity_minor(self) -> int | None:
        """What it has for all events together before the first; None where each event finds its limit whole."""
        once = self.once_minor
        return None if once is None else max(once * (1 + self.reinstatements) - self.eroded_minor, 0)

    def answers(self, peril: Peril, custody: str) -> bool:
        """Whether a loss of this peril out of this custody is covered at all."""
        return peril in self.covers and (self.custody is None or custody in self.custody)


@dataclass(frozen=True, slots=True)
class CustodyLoss:
    """What one event took out of one custody, over all assets, at one valuation."""

    custody: str
    minor: int
    """A sum of once-rounded values an asset; unpriced assets are left out."""
    is_partial: bool = False
    """Whether units without a price were lost too: what is said of them is partial."""


@dataclass(frozen=True, slots=True)
class EventLoss:
    """One event's losses by custody, with its dates."""

    event: str
    peril: Peril
    occurred_at: datetime | None
    """Of its first transfer, or as declared where it has none."""
    discovered_at: datetime | None
    discovered_until: datetime | None
    """From when the insurer is to be told within so many days: where discovery is given as a day, its last instant."""
    notified_at: datetime | None
    position: int
    """Place by name in byte order: settles ties of time."""
    valued: Mapping[Valuation, tuple[CustodyLoss, ...]]
    """By custody in byte order, at each valuation."""

    def dated(self, basis: Basis) -> datetime | None:
        """The date that a policy of this basis asks for."""
        return self.occurred_at if basis is Basis.OCCURRED else self.discovered_at


def at_every_valuation(losses: tuple[CustodyLoss, ...]) -> Mapping[Valuation, tuple[CustodyLoss, ...]]:
    """Give the same losses at each valuation, for whoever has but one price."""
    return dict.fromkeys(Valuation, losses)
