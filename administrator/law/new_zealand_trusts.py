"""Trusts of New Zealand law over crypto, as declared for Cryptopia in [2020] NZHC 728.

Ruscoe v Cryptopia Ltd (in liquidation): https://www.courtsofnz.govt.nz/cases/ruscoe-v-cryptoia-ltd-in-liquidation, of
which an excerpt was seen; the orders of 1 March 2024 are known from reports only, their paragraphs were not seen.

[2020] NZHC 728             crypto is property; an express trust for each cryptocurrency; stolen coins that come back
                            belong to each trust in proportion to what was stolen of it
Orders of 1 March 2024      claims as of 14 May 2019; costs over trusts and holders; low sums; unclaimed holdings first
                            reimburse costs, then losses
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

_COURT = "https://www.courtsofnz.govt.nz/cases/ruscoe-v-cryptoia-ltd-in-liquidation"
_REPORT = "https://minterellison.co.nz/insights/next-steps-for-cryptopia-s-account-holders"


def _judgment(what: str) -> Citation:
    return Citation("Ruscoe v Cryptopia Ltd", what, _COURT, Standing.UNREAD)


def _orders(what: str) -> Citation:
    return Citation("Ruscoe v Cryptopia Ltd", what, _REPORT, Standing.UNREAD)


_CHOICE = Citation("", "", "", Standing.CHOICE)

REGIME = Regime(
    name="new_zealand_trusts",
    title="Trusts of each cryptocurrency (New Zealand, as for Cryptopia)",
    in_force_from=date(2019, 5, 14),
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
    triggers=("liquidation",),
    ranks=(
        Rank(
            "Costs of the trusts, each of its own and a share of what is common.",
            _orders("orders of 1 March 2024"),
        ),
        Rank(
            "Holders of each cryptocurrency, out of its trust, in proportion.",
            _judgment("[2020] NZHC 728"),
        ),
        Rank(
            "Unsecured creditors, out of what is the company's own.",
            _judgment("[2020] NZHC 728"),
        ),
    ),
    provisions=(
        Provision(
            "",
            "It applies where the company that held the coins on trust is in liquidation; the earliest day is that of"
            " Cryptopia's.",
            _orders("orders of 1 March 2024"),
            Topic.TRIGGER,
        ),
        Provision(
            "pooling",
            "Each cryptocurrency is a trust of its own.",
            _judgment("[2020] NZHC 728"),
            Topic.POOL,
        ),
        Provision(
            "rule",
            "Holders of one share in proportion to what they held.",
            _judgment("[2020] NZHC 728"),
        ),
        Provision(
            "",
            "Stolen coins that come back belong to each trust by what was stolen of it: the case names the pool of "
            "each recovery.",
            _judgment("[2020] NZHC 728"),
        ),
        Provision(
            "",
            "Claims are of units, as they stood on the day of the liquidation.",
            _orders("orders of 1 March 2024"),
            Topic.VALUATION,
        ),
        Provision(
            "",
            "Costs are borne by the trusts and over their holders; the case lays each cost on pools by value or on "
            "one of them.",
            _orders("orders of 1 March 2024"),
            Topic.COSTS,
        ),
        Provision(
            "minimum_payment",
            "Holders below the cost of paying them need not be paid, with the court's leave; the case sets the sum, "
            "and there is none without it.",
            _orders("orders of 1 March 2024"),
            Topic.SMALL_SUMS,
        ),
        Provision(
            "late",
            "After the first distribution late holders share in what follows; here late claims share, and the case "
            "may put them after the others.",
            _orders("orders of 1 March 2024"),
            Topic.LATE,
        ),
        Provision(
            "",
            "Coins are returned in kind, one transaction a coin and holder.",
            _orders("orders of 1 March 2024"),
            Topic.PAYOUT,
        ),
        Provision(
            "",
            "What came in after the theft is returned whole.",
            _orders("orders of 1 March 2024"),
        ),
        Provision(
            "",
            "What a trust does not return is no claim on another trust.",
            _judgment("[2020] NZHC 728"),
            Topic.DEFICIENCY,
        ),
        Provision(
            "set_off",
            "A debt of a holder is set off against none of his coins.",
            _CHOICE,
            Topic.SET_OFF,
        ),
        Provision(
            "insiders",
            "Insiders who held coins share.",
            _CHOICE,
            Topic.INSIDERS,
        ),
        Provision(
            "compensation_reduces_claim",
            "What insurers paid lowers what is still owed.",
            _CHOICE,
            Topic.COMPENSATION,
        ),
        Provision(
            "rounding",
            "Shares are rounded down; what that leaves stays for the next round.",
            _CHOICE,
            Topic.ROUNDING,
        ),
        Provision(
            "trust_terms",
            "The trust is of all holders: nobody is asked which terms he accepted.",
            _judgment("[2020] NZHC 728"),
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
        insiders_days=730,
        others_days=180,
        provisions=(
            Provision(
                "",
                "Two years for related parties and six months for others are remembered; the Companies Act 1993 was "
                "not read.",
                Citation(
                    "Companies Act 1993", "section 292",
                    "https://www.legislation.govt.nz/act/public/1993/0105/latest/whole.html",
                    Standing.UNREAD,
                ),
            ),
        ),
    ),
    not_covered=(
        "unclaimed holdings that first reimburse costs, then losses by theft, up to the whole",
        "reimbursement of the trusts that advanced costs for the others: advances of the case can state it",
        "identification, screening and the dates of the court's orders",
    ),
)
