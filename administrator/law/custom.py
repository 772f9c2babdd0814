"""No body of law: the plan of the case itself decides, by order of the court.

Each parameter below is the neutral choice, and every one the case does not override is printed in the plan as such.

Not covered: everything a statute would say. There is no priority, no bar date and no small-sum rule but the case's own.
"""

from __future__ import annotations

from datetime import date

from administrator.allocation import Rounding
from administrator.law.regime import (
    Citation,
    Defaults,
    Insiders,
    Late,
    LookBack,
    Provision,
    Regime,
    Standing,
    Topic,
    TracedRecoveries,
)
from ledgers.tracing.rules import TracingRule

_CHOICE = Citation("the plan of the case", "[plan]", "", Standing.CHOICE)

REGIME = Regime(
    name="custom",
    title="The plan of the case itself, under the court's order",
    in_force_from=date(1900, 1, 1),
    in_force_until=None,
    read_on=None,
    costs_from_pools=True,
    defaults=Defaults(
        pooling="per_asset",
        rule="proportional",
        rounding=Rounding.FLOOR,
        holdback="0",
        minimum_payment="0",
        insiders=Insiders.SHARE,
        late=Late.SHARE,
        guarantee_in_pool=False,
        tracing=TracingRule.LOWEST_INTERMEDIATE_BALANCE,
        traced_recoveries=TracedRecoveries.SHOW,
        compensation_reduces_claim=True,
    ),
    triggers=(),
    ranks=(),
    provisions=(
        Provision("", "Whatever brought the administrator in, the plan of the case decides.", _CHOICE, Topic.TRIGGER),
        Provision("pooling", "Each asset is a pool of its own, returned in kind.", _CHOICE, Topic.POOL),
        Provision("guarantee_in_pool", "What the debtor holds as a guarantee is in no pool.", _CHOICE),
        Provision("", "Claims count in units; their value is that of the price at commencement.", _CHOICE,
                  Topic.VALUATION),
        Provision("rule", "Claims on a pool share in proportion to their units.", _CHOICE),
        Provision("late", "Late claims share with the others.", _CHOICE, Topic.LATE),
        Provision("set_off", "A debt of a holder is set off against none of his claims.", _CHOICE, Topic.SET_OFF),
        Provision("insiders", "Insiders and affiliates share with the others.", _CHOICE, Topic.INSIDERS),
        Provision("trust_terms", "Nobody is asked which terms he accepted.", _CHOICE),
        Provision("holdback", "Nothing is held back.", _CHOICE),
        Provision("base_payment", "Nobody is paid a base sum before the others.", _CHOICE),
        Provision("convenience_most", "No small holders are paid before the others.", _CHOICE),
        Provision("", "Pools bear the costs that the case lays on them.", _CHOICE, Topic.COSTS),
        Provision("", "What the pools do not return is claimed in the estate, where the case states one.", _CHOICE,
                  Topic.DEFICIENCY),
        Provision("compensation_reduces_claim", "What insurers and funds paid lowers the claim on the estate.", _CHOICE,
                  Topic.COMPENSATION),
        Provision("minimum_payment", "No sum is too small to be paid.", _CHOICE, Topic.SMALL_SUMS),
        Provision("rounding", "Shares are rounded down; what that leaves stays in the pool.", _CHOICE, Topic.ROUNDING),
        Provision("", "Each asset is paid in itself, sums by value in the reporting currency.", _CHOICE, Topic.PAYOUT),
        Provision(
            "tracing",
            "Of what lies in a mixed wallet the debtor's own leaves first, up to the lowest balance since.",
            _CHOICE,
        ),
        Provision("traced_recoveries", "What is traced to the debtor's own wallets is shown, not shared.", _CHOICE),
    ),
    look_back=LookBack(
        insiders_days=365,
        others_days=90,
        provisions=(
            Provision(
                "",
                "What insiders took is looked at for a year, what others took for ninety days, back from commencement.",
                _CHOICE,
            ),
        ),
    ),
    not_covered=("any statute: ranks, bar dates, set-off, avoidance and small sums are as the case says",),
)
