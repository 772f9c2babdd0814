"""Bankruptcy Act of Japan (破産法, Act No. 75 of 2004): what is left for everybody, by value.

Official text: https://laws.e-gov.go.jp/law/416AC0000000075. Read in the text in force on 2026-06-01.

Article 65, 108        rights of separate satisfaction are exercised outside; only the deficiency is proved
Article 67, 68, 71, 72 set-off by the creditor, at the value at commencement; barred for what was acquired after it
Article 97, 99         interest and damages after commencement are subordinated
Article 103(2)         crypto, foreign currency and uncertain sums count at their estimated value at commencement
Article 104            who owes the same debt: the whole may be proved until all of it is paid
Article 109, 201(4)    who was paid abroad waits until the others of his rank have as much
Article 111 to 114     small payments, filing late, changes of name
Article 148, 151       estate claims: costs of court, realisation and distribution are paid first
Article 162            avoidance of payments and acts in the crisis
Article 194            the order of payment; in proportion within a rank
Article 195 to 215     final, simplified, interim and additional distributions

What the program does not do by itself: no claim is set off, none excused, no period counted.
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

_ADDRESS = "https://laws.e-gov.go.jp/law/416AC0000000075"


def _act(article: str, standing: Standing = Standing.READ) -> Citation:
    return Citation("破産法", article, _ADDRESS, standing)


_CHOICE = Citation("", "", "", Standing.CHOICE)

REGIME = Regime(
    name="japan_bankruptcy",
    title="Bankruptcy Act of Japan, distribution by value",
    in_force_from=date(2005, 1, 1),
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
    triggers=("bankruptcy",),
    ranks=(
        Rank(
            "Estate claims: costs of the court, of realisation and of distribution, and some taxes.",
            _act("148, 151"),
        ),
        Rank(
            "Priority claims.",
            _act("194(1)"),
        ),
        Rank(
            "Ordinary claims, customers' among them, in proportion to their amounts.",
            _act("194"),
        ),
        Rank(
            "Subordinated claims: interest and damages since commencement, and costs of taking part.",
            _act("97, 99, 194"),
        ),
        Rank(
            "Claims subordinated by agreement.",
            _act("194"),
        ),
    ),
    provisions=(
        Provision(
            "",
            "The Act applies since 1 January 2005, as far as is remembered; the provision was not read.",
            _act("附則第1条", Standing.UNREAD),
        ),
        Provision(
            "",
            "It applies where bankruptcy proceedings are commenced.",
            _act("103(2)(i)"),
            Topic.TRIGGER,
        ),
        Provision(
            "",
            "Rights of separate satisfaction are exercised outside of the proceedings.",
            _act("65(2)"),
        ),
        Provision(
            "set_off",
            "A creditor may set off, at commencement value, what he owed by then; not what he acquired or came to owe"
            " after it, or in knowledge of the crisis. Nothing is set off unless the case says that it was.",
            _act("67, 68, 71, 72"),
            Topic.SET_OFF,
        ),
        Provision(
            "",
            "Claims on crypto, on foreign currency and of uncertain amount count at their estimated value at "
            "commencement.",
            _act("103(2)(i)"),
            Topic.VALUATION,
        ),
        Provision(
            "",
            "Who has a right of separate satisfaction proves only for what it did not bring.",
            _act("108"),
            Topic.DEFICIENCY,
        ),
        Provision(
            "",
            "A creditor who was paid abroad gets nothing until those of his rank have the same share.",
            _act("109, 201(4)"),
        ),
        Provision(
            "late",
            "A claim filed after the period counts only where its creditor is excused and filed within a month after "
            "the cause ended; the administrator marks such a claim as excused.",
            _act("112"),
            Topic.LATE,
        ),
        Provision(
            "",
            "Costs of realisation and distribution are paid before all claims.",
            _act("148, 151"),
            Topic.COSTS,
        ),
        Provision(
            "rule",
            "Claims of one rank are paid in proportion to their amounts.",
            _act("194(2)"),
        ),
        Provision(
            "",
            "What is found after the notice of final amounts is distributed in addition, even when the case is "
            "closed.",
            _act("215"),
        ),
        Provision(
            "pooling",
            "All that is there is one fund, shared by value.",
            _act("194"),
            Topic.POOL,
        ),
        Provision(
            "",
            "Dividends are paid in yen.",
            _CHOICE,
            Topic.PAYOUT,
        ),
        Provision(
            "compensation_reduces_claim",
            "What others paid lowers the claim on the estate. Article 104 lets the whole be proved against each who "
            "owes the same debt; whether an insurer or a fund owes it is open, and the case decides.",
            _CHOICE,
            Topic.COMPENSATION,
        ),
        Provision(
            "minimum_payment",
            "No sum is too small. A threshold of 1,000 yen is remembered from the Supreme Court's rules, article 32, "
            "which were not read: it is no default, and a case may set it.",
            _act("111(1)(iv), 113(2), 201(5)"),
            Topic.SMALL_SUMS,
        ),
        Provision(
            "insiders",
            "The articles read give insiders no rank of their own; they share.",
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
        others_days=30,
        provisions=(
            Provision(
                "",
                "Payments after inability to pay, or after the petition, to a creditor who knew can be avoided, and "
                "acts that the debtor was not obliged to do within 30 days before inability to pay.",
                _act("162"),
            ),
            Provision(
                "",
                "A suspension of payments within one year before the petition presumes inability to pay; insiders are"
                " looked at for that year, back from commencement.",
                _CHOICE,
            ),
        ),
    ),
    not_covered=(
        "the permission, tables, notices and periods of a distribution (arts. 195 to 202): the program has the "
        "figures, not the calendar",
        "which debts a creditor may set off, and that he did (arts. 67 to 73): set_off takes all negative balances",
        "co-obligors who paid (art. 104): a switch of the case",
        "taxes and wages among priority and estate claims: prior_claims of the estate states their sum",
    ),
)
