"""Trusts of Hong Kong law over crypto, by the terms a customer accepted, as for Gatecoin.

The judgments are known from a law firm's note; their text was not read. Address of the judiciary: https://legalref.judiciary.hk.

[2023] HKCFI 914    crypto is property; the terms of 2016 and the trust terms made a trust, those of 2018 did not
[2025] HKCFI 493    who did not use the platform after March 2018 is not bound by the terms of 2018, unless he
                    accepted them
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

_COURT = "https://legalref.judiciary.hk"


def _judgment(what: str) -> Citation:
    return Citation("Re Gatecoin Ltd", what, _COURT, Standing.UNREAD)


_CHOICE = Citation("", "", "", Standing.CHOICE)

REGIME = Regime(
    name="hong_kong_trusts",
    title="Trusts by the terms accepted (Hong Kong, as for Gatecoin)",
    in_force_from=date(2019, 3, 13),
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
    triggers=("winding_up",),
    ranks=(
        Rank(
            "Customers whose terms made a trust, out of the coins held, in proportion.",
            _judgment("[2023] HKCFI 914"),
        ),
        Rank(
            "All other creditors, customers under other terms among them, out of what is the company's own.",
            _judgment("[2023] HKCFI 914"),
        ),
    ),
    provisions=(
        Provision(
            "",
            "It applies where the company that held the coins is wound up; the earliest day is that of Gatecoin's.",
            _judgment("[2023] HKCFI 914"),
            Topic.TRIGGER,
        ),
        Provision(
            "trust_terms",
            "Whose coins are on trust depends on the terms he is bound by, which his acceptances and his last use "
            "decide: the case must say which terms make a trust.",
            _judgment("[2023] HKCFI 914, [2025] HKCFI 493"),
        ),
        Provision(
            "pooling",
            "Each asset is a pool of those whose terms made a trust.",
            _judgment("[2023] HKCFI 914"),
            Topic.POOL,
        ),
        Provision(
            "rule",
            "They share in proportion to what they held.",
            _CHOICE,
        ),
        Provision(
            "",
            "Who is no beneficiary claims in the winding up, as an unsecured creditor.",
            _judgment("[2023] HKCFI 914"),
            Topic.DEFICIENCY,
        ),
        Provision(
            "",
            "Claims on a trust are of units; others count at their value on the day of the winding up.",
            _CHOICE,
            Topic.VALUATION,
        ),
        Provision(
            "late",
            "Late claims share.",
            _CHOICE,
            Topic.LATE,
        ),
        Provision(
            "",
            "Trust property bears the costs of returning it, so far as the court orders; the case states them.",
            _CHOICE,
            Topic.COSTS,
        ),
        Provision(
            "set_off",
            "A debt of a customer is set off against none of his coins unless the case says so.",
            _CHOICE,
            Topic.SET_OFF,
        ),
        Provision(
            "insiders",
            "Insiders whose terms made a trust share.",
            _CHOICE,
            Topic.INSIDERS,
        ),
        Provision(
            "compensation_reduces_claim",
            "What insurers paid lowers the claim.",
            _CHOICE,
            Topic.COMPENSATION,
        ),
        Provision(
            "minimum_payment",
            "No sum is too small to be returned.",
            _CHOICE,
            Topic.SMALL_SUMS,
        ),
        Provision(
            "",
            "Coins are returned in kind.",
            _CHOICE,
            Topic.PAYOUT,
        ),
        Provision(
            "rounding",
            "Shares are rounded down; what that leaves stays for the next round.",
            _CHOICE,
            Topic.ROUNDING,
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
                "Two years for associates and six months for others are remembered; the ordinance was not read.",
                Citation(
                    "Companies (Winding Up and Miscellaneous Provisions) Ordinance (Cap. 32)",
                    "section 266B",
                    "https://www.elegislation.gov.hk/hk/cap32",
                    Standing.UNREAD,
                ),
            ),
        ),
    ),
    not_covered=(
        "which terms bind whom: acceptances and last use are facts of the case, account.terms states their result",
        "separate trusts for those under the terms of 2016 and under the trust terms, should a court find them",
    ),
    asks=("trust_terms",),
)
