"""Civil Rehabilitation Act of Japan (民事再生法, Act No. 225 of 1999): what a plan gives, by value.

Official text: https://laws.e-gov.go.jp/law/411AC0000000225. Read in the text in force on 2026-06-01.

Article 53             rights of separate satisfaction are exercised outside
Article 85(5)          small claims may be paid early, with leave
Article 87(1)(iii)     claims not on money count, for voting, at their value at commencement
Article 95             late filing: within a month after the excuse ends, never after the plan goes to the vote
Article 155(1)         equal among creditors, but by consent, for small claims, or where equity is not harmed
Article 155(3)         ten years at most
Article 159            appropriate measures for claims that are not settled

The plan decides; the Act bounds it. The plan of Mt. Gox (draft of 2021, seen in an outline and in the press) paid a
base sum of 200,000 yen to each first: `base_payment` is the word for it, and a case under this regime states its own.
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

_ADDRESS = "https://laws.e-gov.go.jp/law/411AC0000000225"


def _act(article: str, standing: Standing = Standing.READ) -> Citation:
    return Citation("民事再生法", article, _ADDRESS, standing)


_CHOICE = Citation("", "", "", Standing.CHOICE)

REGIME = Regime(
    name="japan_civil_rehabilitation",
    title="Civil Rehabilitation Act of Japan, distribution under a plan",
    in_force_from=date(2000, 4, 1),
    in_force_until=None,
    read_on=date(2026, 6, 14),
    costs_from_pools=True,
    defaults=Defaults(
        pooling="by_value",
        rule="proportional",
        rounding=Rounding.FLOOR,
        holdback="0",
        minimum_payment="0",
        insiders=Insiders.SHARE,
        late=Late.BARRED,
        guarantee_in_pool=False,
        tracing=TracingRule.LOWEST_INTERMEDIATE_BALANCE,
        traced_recoveries=TracedRecoveries.SHOW,
        compensation_reduces_claim=True,
    ),
    triggers=("civil_rehabilitation",),
    ranks=(
        Rank(
            "Common-benefit claims and costs of the proceedings.",
            _act("121", Standing.UNREAD),
        ),
        Rank(
            "Claims of the plan, equal among each other but where the Act lets the plan distinguish.",
            _act("155(1)"),
        ),
    ),
    provisions=(
        Provision(
            "",
            "The Act applies since 1 April 2000, as far as is remembered; the provision was not read.",
            _act("附則第1条", Standing.UNREAD),
        ),
        Provision(
            "",
            "It applies where rehabilitation proceedings are commenced.",
            _act("87(1)"),
            Topic.TRIGGER,
        ),
        Provision(
            "",
            "A right of separate satisfaction is exercised outside of the proceedings; the plan has the deficiency.",
            _act("53"),
            Topic.DEFICIENCY,
        ),
        Provision(
            "",
            "Claims that are not on money, and those in foreign currency, count for voting at their value at "
            "commencement; the plan is taken to pay by the same value.",
            _act("87(1)(iii)"),
            Topic.VALUATION,
        ),
        Provision(
            "late",
            "A late claim counts where it was excused and filed within a month after the cause ended, and never after"
            " the plan went to the vote; the administrator marks it as excused.",
            _act("95"),
            Topic.LATE,
        ),
        Provision(
            "rule",
            "Creditors are treated equally; the plan may differ by consent, for small claims, and where equity is not"
            " harmed.",
            _act("155(1)"),
        ),
        Provision(
            "base_payment",
            "A base sum for each may be paid first under the exception for small claims; the plan says which, and "
            "there is none without it.",
            _act("155(1)"),
        ),
        Provision(
            "convenience_most",
            "Holders of little may be paid whole under the same exception; the plan says who, and there is nobody "
            "without it.",
            _act("155(1)"),
        ),
        Provision(
            "minimum_payment",
            "Small claims may be paid early with leave of the court; no sum is too small to be paid.",
            _act("85(5)"),
            Topic.SMALL_SUMS,
        ),
        Provision(
            "",
            "The plan takes appropriate measures for claims that are not settled: what they would get is kept for "
            "them.",
            _act("159"),
        ),
        Provision(
            "pooling",
            "All that is there is one fund, shared by value.",
            _CHOICE,
            Topic.POOL,
        ),
        Provision(
            "",
            "Payments are in yen; the plan of Mt. Gox delivered BTC and BCH in part, which is not computed here.",
            _CHOICE,
            Topic.PAYOUT,
        ),
        Provision(
            "",
            "Costs of the proceedings are paid before the plan's claims.",
            _act("121", Standing.UNREAD),
            Topic.COSTS,
        ),
        Provision(
            "set_off",
            "A debt of a holder is set off against none of his claims unless the case says so.",
            _CHOICE,
            Topic.SET_OFF,
        ),
        Provision(
            "compensation_reduces_claim",
            "What others paid lowers the claim; whether they are co-obligors is open, and the case decides.",
            _CHOICE,
            Topic.COMPENSATION,
        ),
        Provision(
            "insiders",
            "Insiders share; a plan may treat them worse with their consent.",
            _CHOICE,
            Topic.INSIDERS,
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
        others_days=30,
        provisions=(
            Provision(
                "",
                "The spans are those of the Bankruptcy Act; the articles on avoidance of this Act were not read.",
                _act("127 to 127-3", Standing.UNREAD),
            ),
        ),
    ),
    not_covered=(
        "elections between an early lump sum and a final payment, as in the plan of Mt. Gox",
        "delivery in crypto or in a mix of crypto and money",
        "voting, confirmation and the term of the plan",
    ),
)
