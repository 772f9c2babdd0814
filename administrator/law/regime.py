"""What a body of law must say before anything can be shared out.

A regime is a value, not a program: the choices the law makes, each with the place where it is written and whether
that place was read in the official text. `administrator.waterfall` is the one interpreter; it never asks for a
regime's name.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from administrator.allocation import Rounding
from ledgers.tracing.rules import TracingRule


class Standing(StrEnum):
    """How sure a citation is."""

    READ = "read in the official text"
    UNREAD = "not read in the official text"
    CHOICE = "a choice of this program where the law is silent"


class Topic(StrEnum):
    """What every body of law must answer, in the order in which its page reads."""

    TRIGGER = "when it applies"
    POOL = "what is one pool"
    VALUATION = "as of when and at which price claims count"
    LATE = "late claims"
    SET_OFF = "set-off"
    INSIDERS = "insiders"
    COSTS = "costs"
    DEFICIENCY = "what the pools do not return"
    COMPENSATION = "what insurers and funds paid"
    SMALL_SUMS = "small sums"
    ROUNDING = "rounding"
    PAYOUT = "what is paid in"


class Insiders(StrEnum):
    """Where insiders and affiliates share."""

    SHARE = "share"
    ESTATE = "estate"
    SUBORDINATE = "subordinate"


class SetOff(StrEnum):
    """Against which claims a debt of a holder is set off."""

    NONE = "none"
    ACCOUNT = "account"
    HOLDER = "holder"


class Late(StrEnum):
    """What becomes of a claim filed after the bar date."""

    SHARE = "share"
    AFTER = "after"
    BARRED = "barred"


class TracedRecoveries(StrEnum):
    """What becomes of customers' units that are traced into the debtor's own wallets."""

    SHOW = "show"
    POOL = "pool"
    """By ruling: they are in the gross of their asset's pool."""


@dataclass(frozen=True, slots=True)
class Citation:
    """One place in one law, precise enough to open at the right line."""

    law: str
    article: str
    source: str
    """The official publisher's address; empty for a choice of this program."""
    standing: Standing


@dataclass(frozen=True, slots=True)
class Provision:
    """One thing the regime says, and where it says it."""

    parameter: str
    """The plan parameter it decides, or empty where it decides none."""
    says: str
    authority: Citation
    topic: Topic | None = None
    """The question it answers, where it is one of those that every body of law is asked."""


@dataclass(frozen=True, slots=True)
class Rank:
    """One place in the order of payment."""

    who: str
    authority: Citation


@dataclass(frozen=True, slots=True)
class Defaults:
    """The plan parameters a regime sets; a case overrides them one by one, and each override is printed."""

    pooling: str
    rule: str
    rounding: Rounding
    holdback: str
    minimum_payment: str
    insiders: Insiders
    late: Late
    guarantee_in_pool: bool
    tracing: TracingRule
    """Under which what lies in the debtor's own wallets is found to be the customers'."""
    traced_recoveries: TracedRecoveries
    compensation_reduces_claim: bool
    base_payment: str = "0"
    convenience_most: str = "0"
    trust_terms: tuple[str, ...] = ()
    set_off: SetOff = SetOff.NONE


@dataclass(frozen=True, slots=True)
class LookBack:
    """How far back what was taken before commencement is looked at: it finds candidates and decides no figure."""

    insiders_days: int
    """Days before commencement, for insiders and affiliates."""
    others_days: int
    """The same for everybody else."""
    provisions: tuple[Provision, ...]
    """What the days rest on, each with its standing; none of them decides a parameter of the plan."""


@dataclass(frozen=True, slots=True)
class Regime:
    """The order of return under one law, over one span of days."""

    name: str
    title: str
    in_force_from: date
    in_force_until: date | None
    """The last day it is known to hold; None while the official text read is the current one."""
    read_on: date | None
    """The day a person last compared this value with the official text; None for no law at all."""
    costs_from_pools: bool
    """Whether the customers' pools bear any cost; otherwise the estate does."""
    defaults: Defaults
    triggers: tuple[str, ...]
    """The events that case.toml may name as its trigger; empty where any will do."""
    ranks: tuple[Rank, ...]
    """Who is paid before whom, first to last; empty where the case alone says."""
    provisions: tuple[Provision, ...]
    """The articles, in their order."""
    look_back: LookBack
    not_covered: tuple[str, ...]
    unsettled: str = ""
    """Why it is shown as a method only: what makes its application to crypto uncertain; empty where it was applied."""
    asks: tuple[str, ...] = ()
    """Plan parameters that the law leaves to the facts: a case under it must state them."""

    @property
    def unread(self) -> tuple[Provision, ...]:
        """Provisions whose official text nobody has compared: said each time the regime runs.

        Those of the look-back are not among them: no figure rests on them, and every candidate says their standing.
        """
        return tuple(p for p in self.provisions if p.authority.standing is Standing.UNREAD)
