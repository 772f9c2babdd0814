"""Securities Investor Protection Act of the United States (15 U.S.C. 78aaa and following), as a method.

Address: https://uscode.house.gov/browse/prelim@title15/chapter2B-1. Excerpts of 78fff-2 and 78fff-3 were seen on pages
that copy the Code; no section counts as read in the official text.

Section 78fff-2(b)   securities at the close of business of the filing date; delivered in kind, in proportion
Section 78fff-2(c)   customer property: customers rateably by net equity, then the Corporation as subrogee
Section 78fff-3(a)   advances up to 500,000 dollars a customer, of which 250,000 for cash
Section 78lll        customers, customer property, net equity

The advance is a fund of the case: [[reserves]] with cap_per_holder = "500000" and cap_per_holder_fiat = "250000".
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
    SetOff,
    Standing,
    Topic,
    TracedRecoveries,
)
from ledgers.tracing.rules import TracingRule

_CODE = "https://uscode.house.gov/browse/prelim@title15/chapter2B-1"


def _code(section: str) -> Citation:
    return Citation("15 U.S.C.", section, _CODE, Standing.UNREAD)


_CHOICE = Citation("", "", "", Standing.CHOICE)

REGIME = Regime(
    name="us_sipa",
    title="Securities Investor Protection Act (United States), customer property by net equity",
    in_force_from=date(2010, 7, 22),
    in_force_until=None,
    read_on=None,
    costs_from_pools=False,
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
        set_off=SetOff.HOLDER,
    ),
    triggers=("sipa_liquidation",),
    ranks=(
        Rank(
            "The Corporation, for certain advances, out of customer property.",
            _code("78fff-2(c)(1)(A)"),
        ),
        Rank(
            "Customers, rateably by net equity.",
            _code("78fff-2(c)(1)(B)"),
        ),
        Rank(
            "The Corporation as subrogee, only after customers' allocation.",
            _code("78fff-3(a)"),
        ),
        Rank(
            "General creditors, and customers for what is still owed to them.",
            _code("78fff-2(c)"),
        ),
    ),
    provisions=(
        Provision(
            "",
            "The limits of 500,000 and 250,000 dollars apply since 22 July 2010, as far as is remembered.",
            _code("78fff-3(a)"),
        ),
        Provision(
            "",
            "It applies where a member is put in liquidation under the Act.",
            _code("78eee"),
            Topic.TRIGGER,
        ),
        Provision(
            "",
            "Securities count at the close of business of the filing date.",
            _code("78fff-2(b)"),
            Topic.VALUATION,
        ),
        Provision(
            "pooling",
            "Customer property is one fund.",
            _code("78lll(4)"),
            Topic.POOL,
        ),
        Provision(
            "rule",
            "Customers share in proportion to their net equity.",
            _code("78fff-2(c)(1)(B)"),
        ),
        Provision(
            "set_off",
            "What the customer owes is taken off: net equity is what liquidation would bring him, less his debts,"
            " those of all his accounts together.",
            _code("78lll(11)"),
            Topic.SET_OFF,
        ),
        Provision(
            "",
            "Securities of the same class are delivered as far as they go; here all is paid by value.",
            _code("78fff-2(b), (d)"),
            Topic.PAYOUT,
        ),
        Provision(
            "",
            "Costs of the liquidation are borne by the general estate, and by the Corporation beyond that.",
            _code("78fff-3(b)"),
            Topic.COSTS,
        ),
        Provision(
            "",
            "The rest of net equity is a claim of a general creditor.",
            _code("78fff-2(c)"),
            Topic.DEFICIENCY,
        ),
        Provision(
            "compensation_reduces_claim",
            "What the Corporation advanced lowers the claim; it takes the customer's place.",
            _code("78fff-3(a)"),
            Topic.COMPENSATION,
        ),
        Provision(
            "late",
            "Claims filed late share here; the periods of the Act were not read.",
            _code("78fff-2(a)(3)"),
            Topic.LATE,
        ),
        Provision(
            "insiders",
            "Insiders share here; who is no customer was not read.",
            _code("78lll(2)"),
            Topic.INSIDERS,
        ),
        Provision(
            "minimum_payment",
            "No sum is too small to be paid.",
            _CHOICE,
            Topic.SMALL_SUMS,
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
            "base_payment",
            "Nobody is paid a base sum before the others.",
            _CHOICE,
        ),
        Provision(
            "convenience_most",
            "No small holders are paid before the others.",
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
                "The spans are those of the Bankruptcy Code, which applies beside the Act; they were not read.",
                Citation("11 U.S.C.", "section 547", "https://uscode.house.gov/browse/prelim@title11", Standing.UNREAD),
            ),
        ),
    ),
    not_covered=(
        "delivery of the same class of security, and purchases to that end",
        "net investment instead of the last statement, where the books are invented",
        "the Corporation's place among customers for what it advanced",
    ),
    unsettled="The Act is about securities at member firms; that it would apply to crypto is not settled.",
)
