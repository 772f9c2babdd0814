"""What may case.toml say of the plan: whose choice it is, in what is paid, and what the regime is overridden in?"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from ledgers.configuration_values import Decimal, Last, Section, Share, Text


class ElectionSection(Section):
    """[[elections]]: a choice that the plan gives, as the column `election` of the table account names it."""

    name: Text
    share: Share | None = None
    """Whoever chooses it gets no more of what he claims of a pool, now and for good; None: as much as the others."""


class PayoutSection(Section):
    """[[payouts]]: what a pool awards in one asset is delivered in another, at distribution prices."""

    of: Text
    """What it is awarded in: the asset of a pool, or the reporting currency where all is one pool by value."""
    paid_in: Annotated[Text, Field(alias="in")]
    share: Share = "1"
    """Of each payment; what all shares leave is delivered in `of`."""
    election: Text | None = None
    """For those who chose it, instead of what everybody else gets of `of`; None: for everybody else."""


class PlanSection(Section):
    """[plan]: None where the case says nothing and the regime decides."""

    round: Annotated[int, Field(ge=1)] = 1
    final: bool = False
    record_on: Last | None = None
    """Assignments after it are left to later rounds; None: all count."""
    price_set: Text | None = None
    """Claims are valued at the prices of the set `claims:` and this; None: at those of commencement."""
    pooling: Literal["per_asset", "per_omnibus", "by_value"] | None = None
    rule: Literal[
        "proportional", "constrained_equal_awards", "constrained_equal_losses", "talmud", "piniles",
        "constrained_egalitarian", "reverse_talmud", "minimal_overlap", "adjusted_proportional", "random_arrival",
    ] | None = None  # fmt: skip
    rounding: Literal["floor", "largest_remainder"] | None = None
    holdback: Share | None = None
    minimum_payment: Decimal | None = None
    base_payment: Decimal | None = None
    """By value: what every holder gets before the rest of his claims shares."""
    convenience_most: Decimal | None = None
    """By value: holders who claim no more in all are paid whole, first."""
    trust_terms: Annotated[tuple[Text, ...], Field(min_length=1)] | None = None
    """Whoever accepted other terms (account.terms) claims in the estate only; None: nobody's terms are asked for."""
    set_off: Literal["none", "account", "holder"] | None = None
    """Whether debts, which are negative balances, lower the claims of the same account, or of all of its holder's."""
    insiders: Literal["share", "estate", "subordinate"] | None = None
    late: Literal["share", "after", "barred"] | None = None
    guarantee_in_pool: bool | None = None
    tracing: Literal[
        "fifo", "lifo", "pari_passu", "rolling_charge", "lowest_intermediate_balance", "haircut", "poison"
    ] | None = None
    traced_recoveries: Literal["show", "pool"] | None = None
    compensation_reduces_claim: bool | None = None
    projection: bool = False
