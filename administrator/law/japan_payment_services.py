"""Payment Services Act of Japan (資金決済に関する法律, Act No. 59 of 2009): customers' crypto and money at an exchange.

Official text: https://laws.e-gov.go.jp/law/421AC0000000059, and the Cabinet Office Order on Crypto-Asset Exchange
Service Providers (Order No. 7 of 2017): https://laws.e-gov.go.jp/law/429M60000002007.
Read in the texts in force on 2026-06-01.

Article 63-11(1), Order art. 26       customers' money is entrusted; each beneficiary is paid
                                      min(own, principal realised x own / required)            a pool a currency
Article 63-11(2), Order art. 27       customers' crypto is held apart from the exchange's own, each holder's quantity
                                      clear from the books; hot wallets at most 5 % by value    the segregation tests
Article 63-11-2, Order art. 29        for what is not held offline the exchange holds the same kind and quantity of its
                                      own (履行保証暗号資産)                                      guarantee >= hot
Article 63-19-2(1)                    a holder's claim to have crypto transferred is paid, before other creditors, out
                                      of the segregated crypto and the guarantee crypto           guarantee_in_pool
Article 63-19-2(2)                    Civil Code art. 333 applies: no pursuit after delivery to a third party

What the law leaves open, decided here and printed each time:
    whether the priority right of one crypto reaches the crypto of another kind (here it does not: a pool an asset);
    whether pools bear costs of their own return (here they do not: costs fall on the estate);
    whether customers' crypto in the exchange's own wallets is theirs, and by which rule (here: shown, not shared);
    the procedure for exercising the right, which no order has laid down.

The deficiency of a holder is shared in the estate that the case states, as an ordinary claim (Bankruptcy Act arts. 65,
108: the right is taken for one of separate satisfaction, which the Act does not say in so many words).

Not covered: the estate's ranks beyond prior, ordinary, interest and subordinated claims (art. 194), and the liability
reserve that the 2026 amendment plans; no official formula for it was published by the day this was read.
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

_ACT = "https://laws.e-gov.go.jp/law/421AC0000000059"
_ORDER = "https://laws.e-gov.go.jp/law/429M60000002007"
_BANKRUPTCY = "https://laws.e-gov.go.jp/law/416AC0000000075"


def _act(article: str) -> Citation:
    return Citation("資金決済に関する法律", article, _ACT, Standing.READ)


def _order(article: str) -> Citation:
    return Citation("暗号資産交換業者に関する内閣府令", article, _ORDER, Standing.READ)


_CHOICE = Citation("この法律に定めなし", "", "", Standing.CHOICE)

REGIME = Regime(
    name="japan_payment_services",
    title="Payment Services Act of Japan, priority right over customers' crypto",
    in_force_from=date(2020, 5, 1),
    in_force_until=None,
    read_on=date(2026, 6, 14),
    costs_from_pools=False,
    defaults=Defaults(
        pooling="per_asset",
        rule="proportional",
        rounding=Rounding.FLOOR,
        holdback="0",
        minimum_payment="0",
        insiders=Insiders.SHARE,
        late=Late.SHARE,
        guarantee_in_pool=True,
        tracing=TracingRule.LOWEST_INTERMEDIATE_BALANCE,
        traced_recoveries=TracedRecoveries.SHOW,
        compensation_reduces_claim=True,
    ),
    triggers=(),
    ranks=(
        Rank("Customers, out of their segregated crypto and the guarantee crypto, before any other creditor.",
             _act("63-19-2(1)")),
        Rank("Customers, out of the money held on trust for them, each in proportion.", _order("26(1)(xiv)")),
        Rank("All other creditors, and customers for what is still owed to them, in the insolvency.",
             Citation("破産法", "108", _BANKRUPTCY, Standing.READ)),
    ),
    provisions=(
        Provision(
            "",
            "Customers' money is entrusted and paid to each in proportion, never above what is his.",
            _order("26(1)(xiv)"),
            Topic.PAYOUT,
        ),
        Provision(
            "",
            "The trust pays out when the registration is revoked, on an insolvency petition, when the business is "
            "abolished, or when its suspension is ordered.",
            _order("26(1)(iv)"),
            Topic.TRIGGER,
        ),
        Provision("", "Customers' crypto is held apart from the exchange's own.", _act("63-11(2)")),
        Provision("", "Crypto not held offline is at most 5 % by value.", _order("27(2)")),
        Provision(
            "", "The exchange holds crypto of the same kind and quantity for what is not offline.", _act("63-11-2(1)")
        ),
        Provision(
            "guarantee_in_pool",
            "Holders are paid before other creditors out of segregated and guarantee crypto.",
            _act("63-19-2(1)"),
        ),
        Provision(
            "",
            "The right and the guarantee apply from 1 May 2020.",
            Citation("令和元年法律第28号", "附則第1条", _ACT, Standing.UNREAD),
        ),
        Provision(
            "",
            "A claim on crypto counts in the bankruptcy at its estimated value at commencement.",
            Citation("破産法", "103(2)(i)", _BANKRUPTCY, Standing.READ),
            Topic.VALUATION,
        ),
        Provision(
            "",
            "What the pools do not return is proved in the bankruptcy as an ordinary claim, for the deficiency only.",
            Citation("破産法", "108", _BANKRUPTCY, Standing.READ),
            Topic.DEFICIENCY,
        ),
        Provision(
            "rule",
            "Claims of one rank are paid in proportion to their amounts.",
            Citation("破産法", "194(2)", _BANKRUPTCY, Standing.READ),
        ),
        Provision(
            "",
            "The priority right is taken for a right of separate satisfaction; the Act does not say so.",
            _CHOICE,
        ),
        Provision(
            "pooling", "The right to one crypto is not exercised on crypto of another kind.", _CHOICE, Topic.POOL
        ),
        Provision("", "Costs are borne by the estate, not by the customers' pools.", _CHOICE, Topic.COSTS),
        Provision(
            "set_off", "A debt of a holder is set off against none of his claims on a pool.", _CHOICE, Topic.SET_OFF
        ),
        Provision(
            "compensation_reduces_claim",
            "What insurers and funds paid lowers the claim on the estate; whether they are co-obligors, who would not "
            "lower it, is open.",
            _CHOICE,
            Topic.COMPENSATION,
        ),
        Provision("minimum_payment", "No sum is too small to be paid out of a pool.", _CHOICE, Topic.SMALL_SUMS),
        Provision(
            "rounding", "Shares are rounded down; what that leaves stays in the pool.", _CHOICE, Topic.ROUNDING
        ),
        Provision("late", "No bar date cuts off the priority right; late claims share.", _CHOICE, Topic.LATE),
        Provision("insiders", "Insiders hold the same right; their claims share.", _CHOICE, Topic.INSIDERS),
        Provision("trust_terms", "The right is the law's: nobody is asked which terms he accepted.", _CHOICE),
        Provision("holdback", "Nothing is held back.", _CHOICE),
        Provision("base_payment", "Nobody is paid a base sum before the others.", _CHOICE),
        Provision("convenience_most", "No small holders are paid before the others.", _CHOICE),
        Provision(
            "tracing",
            "The Act knows no tracing; where it is shown, the debtor's own leaves first, up to the lowest balance.",
            _CHOICE,
        ),
        Provision("traced_recoveries", "What is traced to the debtor's own wallets is shown, not shared.", _CHOICE),
    ),
    look_back=LookBack(
        insiders_days=365,
        others_days=30,
        provisions=(
            Provision(
                "",
                "Payments after inability to pay, or after the petition, to a creditor who knew can be avoided; so "
                "can acts that the debtor was not obliged to do, within 30 days before inability to pay.",
                Citation("破産法", "162", _BANKRUPTCY, Standing.READ),
            ),
            Provision(
                "",
                "A suspension of payments within one year before the petition presumes inability to pay.",
                Citation("破産法", "162", _BANKRUPTCY, Standing.READ),
            ),
            Provision(
                "",
                "Acts that harm creditors, gifts among them, and sales at a fair price that hide the proceeds can be "
                "avoided; the spans of these articles are not taken into account.",
                Citation("破産法", "160, 161", _BANKRUPTCY, Standing.UNREAD),
            ),
            Provision(
                "",
                "The article read gives insiders no span of their own: they are looked at for the year within which a "
                "suspension of payments counts, others for 30 days, back from commencement, not from the petition.",
                _CHOICE,
            ),
        ),
    ),
    not_covered=(
        "the estate's ranks beyond prior, ordinary, interest and subordinated claims (Bankruptcy Act art. 194)",
        "a statutory liability reserve for crypto: no official formula was published by the day this was read",
        "the procedure for exercising the priority right: no order lays it down",
    ),
)
