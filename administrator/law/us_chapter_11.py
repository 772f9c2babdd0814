"""Chapter 11 of the United States Bankruptcy Code (11 U.S.C.), as it was applied to failed exchanges.

Address: https://uscode.house.gov/browse/prelim@title11. The text of the Code was not read; what follows is remembered
or reported of FTX and Celsius.

Section 502(b)          claims count in dollars as of the petition
Section 502(d), (h), (j) preference: disallowed until repaid, a claim for what is repaid, reconsideration
Section 507             priorities
Section 547             preferences: 90 days, insiders one year
Section 553             set-off
Section 726(a)(5)       interest at the legal rate where the estate is solvent
Section 1122, 1123      classes, and convenience classes, under a plan
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
    Rank,
    Regime,
    Standing,
    Topic,
    TracedRecoveries,
)
from ledgers.tracing.rules import TracingRule

_CODE = "https://uscode.house.gov/browse/prelim@title11"


def _code(section: str) -> Citation:
    return Citation("11 U.S.C.", section, _CODE, Standing.UNREAD)


_CHOICE = Citation("", "", "", Standing.CHOICE)

REGIME = Regime(
    name="us_chapter_11",
    title="Chapter 11 (United States), claims in dollars as of the petition",
    in_force_from=date(1979, 10, 1),
    in_force_until=None,
    read_on=None,
    costs_from_pools=True,
    defaults=Defaults(
        pooling="by_value",
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
    triggers=("chapter_11",),
    ranks=(
        Rank(
            "Costs of administration.",
            _code("section 507(a)(2)"),
        ),
        Rank(
            "Priority claims.",
            _code("section 507"),
        ),
        Rank(
            "Holders of small claims, where the plan makes a convenience class.",
            _code("section 1122(b)"),
        ),
        Rank(
            "General unsecured claims, customers' among them, class by class under the plan.",
            _code("section 1123"),
        ),
        Rank(
            "Interest after the petition, where all are paid whole.",
            _code("section 726(a)(5)"),
        ),
        Rank(
            "Subordinated claims, then equity.",
            _code("section 510, 726"),
        ),
    ),
    provisions=(
        Provision(
            "",
            "The Code applies to cases since 1 October 1979, as far as is remembered.",
            _code("Pub. L. 95-598"),
        ),
        Provision(
            "",
            "It applies where a petition under chapter 11 is filed.",
            _code("section 301, 303"),
            Topic.TRIGGER,
        ),
        Provision(
            "",
            "A claim is determined in dollars as of the date of the petition: its crypto at that day's price, with "
            "the discounts for illiquid tokens that the court approved. The case gives these prices.",
            _code("section 502(b)"),
            Topic.VALUATION,
        ),
        Provision(
            "",
            "A transferee of a preference has no claim until he repays it, and one for what he repaid; the program "
            "decides neither.",
            _code("section 502(d), (h)"),
        ),
        Provision(
            "set_off",
            "Mutual debts from before the petition may be set off; nothing is, unless the case says so.",
            _code("section 553"),
            Topic.SET_OFF,
        ),
        Provision(
            "",
            "Costs of administration are paid first.",
            _code("section 503, 507(a)(2)"),
            Topic.COSTS,
        ),
        Provision(
            "convenience_most",
            "A plan may put small claims in a class of their own and pay it first; which are small the plan says, and"
            " there are none without it.",
            _code("section 1122(b)"),
        ),
        Provision(
            "rule",
            "Claims of one class are paid in proportion.",
            _code("section 1123(a)(4)"),
        ),
        Provision(
            "pooling",
            "All that is there is one fund, shared by value; several debtors, or customers who own their coins, need "
            "a case each.",
            _code("section 541, 1123"),
            Topic.POOL,
        ),
        Provision(
            "late",
            "Late claims are barred in principle; here the case decides, and without a word they share.",
            _CHOICE,
            Topic.LATE,
        ),
        Provision(
            "insiders",
            "Insiders share; a court may subordinate them.",
            _code("section 510(c)"),
            Topic.INSIDERS,
        ),
        Provision(
            "",
            "What property held for customers does not return is a claim on the estate.",
            _CHOICE,
            Topic.DEFICIENCY,
        ),
        Provision(
            "compensation_reduces_claim",
            "What insurers paid lowers the claim.",
            _CHOICE,
            Topic.COMPENSATION,
        ),
        Provision(
            "minimum_payment",
            "No sum is too small; plans have set ten dollars.",
            _CHOICE,
            Topic.SMALL_SUMS,
        ),
        Provision(
            "",
            "Payments are in dollars; plans have delivered coins in part, which is not computed here.",
            _CHOICE,
            Topic.PAYOUT,
        ),
        Provision(
            "base_payment",
            "Nobody is paid a base sum before the others.",
            _CHOICE,
        ),
        Provision(
            "rounding",
            "Shares are rounded down; what that leaves stays for the next round.",
            _CHOICE,
            Topic.ROUNDING,
        ),
        Provision(
            "trust_terms",
            "The estate is the law's: nobody is asked which terms he accepted.",
            _CHOICE,
        ),
        Provision(
            "holdback",
            "Nothing is held back but what a round of the case says.",
            _CHOICE,
        ),
        Provision(
            "guarantee_in_pool",
            "What the debtor holds as a guarantee is in no pool but where a special law says so.",
            _CHOICE,
        ),
        Provision(
            "tracing",
            "Nothing is traced by the law itself; where it is shown, the debtor's own leaves a mixed wallet first, up"
            " to the lowest balance since.",
            _CHOICE,
        ),
        Provision(
            "traced_recoveries",
            "What is traced to the debtor's own wallets is shown, not shared.",
            _CHOICE,
        ),
    ),
    look_back=LookBack(
        insiders_days=365,
        others_days=90,
        provisions=(
            Provision(
                "",
                "Payments on old debts within 90 days before the petition can be avoided, to insiders within a year.",
                _code("section 547"),
            ),
        ),
    ),
    not_covered=(
        "several debtors and pools, such as FTX.com, FTX US and a general pool, with claims of one on another",
        "preference exposure and settlements, holdbacks until they are decided",
        "elections, delivery of coins, stock or tokens, remission funds",
        "ownership by kind of account (custody, earn): trust_terms of the case can say it",
    ),
)
