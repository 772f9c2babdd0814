"""Investment Bank Special Administration Regulations 2011 (SI 2011/245), as amended by SI 2017/443, and CASS 7A.

Addresses: https://www.legislation.gov.uk/uksi/2011/245/contents, https://www.legislation.gov.uk/uksi/2017/443/contents,
https://www.handbook.fca.org.uk/handbook/CASS/7A/2.html. Only excerpts of these were seen: no article counts as read.

Regulation 10B to 10I   transfer, reconciliation of client money, no interest on it
Regulation 11           soft bar date for client assets
Regulation 12(2)        a shortfall in an omnibus account is borne in proportion to beneficial interests
Regulation 12A          distribution of client money, allowing for those who have not claimed
Regulation 12B to 12F   hard bar dates, costs of making a claim
CASS 7A.2               pooling: one notional pool, sums rateable to entitlement as at the pooling event

Whether the regime covers custodians of crypto was not verified: it is shown as a method.
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

_SI_2011 = "https://www.legislation.gov.uk/uksi/2011/245/contents"
_SI_2017 = "https://www.legislation.gov.uk/uksi/2017/443/contents"
_CASS = "https://www.handbook.fca.org.uk/handbook/CASS/7A/2.html"


def _reg(article: str, source: str = _SI_2011) -> Citation:
    return Citation("Investment Bank Special Administration Regulations 2011", article, source, Standing.UNREAD)


def _cass(rule: str) -> Citation:
    return Citation("FCA Handbook", rule, _CASS, Standing.UNREAD)


_CHOICE = Citation("", "", "", Standing.CHOICE)

REGIME = Regime(
    name="uk_special_administration",
    title="Special administration of investment banks (United Kingdom), client assets in kind",
    in_force_from=date(2017, 4, 6),
    in_force_until=None,
    read_on=None,
    costs_from_pools=True,
    defaults=Defaults(
        pooling="per_omnibus",
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
    triggers=("special_administration",),
    ranks=(
        Rank(
            "Clients, out of the assets held for them of each description, in proportion to their interests.",
            _reg("regulation 12(2)"),
        ),
        Rank(
            "Clients, out of pooled client money, rateably, after costs properly attributable to distributing it.",
            _cass("CASS 7A.2.4R"),
        ),
        Rank(
            "The firm's own creditors, and clients for their shortfall.",
            _reg("regulation 12(3) to (5)"),
        ),
    ),
    provisions=(
        Provision(
            "",
            "It applies where special administration objectives are set by the court's order; the amended text since "
            "6 April 2017, as far as is remembered.",
            _reg("regulation 10", _SI_2017),
            Topic.TRIGGER,
        ),
        Provision(
            "late",
            "After the soft bar date assets are returned under a plan that the court approves; a late claimant does "
            "not disturb what was returned, and shares in what is left. Here late claims share; the case may put them"
            " after the others.",
            _reg("regulation 11"),
            Topic.LATE,
        ),
        Provision(
            "pooling",
            "A shortfall is shared among the clients of the same omnibus account by description of asset: each omnibus "
            "account that the case names is a pool of its own, asset by asset; who names none is in one with the rest.",
            _reg("regulation 12(2)"),
            Topic.POOL,
        ),
        Provision(
            "rule",
            "It is borne in proportion to beneficial interests.",
            _reg("regulation 12(2)"),
        ),
        Provision(
            "",
            "A client claims the shortfall like any other creditor, and never more than he would have had.",
            _reg("regulation 12(3) to (5)"),
            Topic.DEFICIENCY,
        ),
        Provision(
            "",
            "Client money counts as it stood at the pooling event, by the firm's own reconciliation; the day of "
            "commencement is taken for it.",
            _cass("CASS 7A.2.5R"),
            Topic.VALUATION,
        ),
        Provision(
            "",
            "What came in after the pooling event is not pooled, and goes back whole.",
            _cass("CASS 7A.2.7-A"),
        ),
        Provision(
            "",
            "Client assets and client money bear the costs properly attributable to distributing them, and no others.",
            _cass("CASS 7A.2, 13.3.1R"),
            Topic.COSTS,
        ),
        Provision(
            "",
            "Assets are returned in kind, money as money.",
            _reg("regulation 12, 12A"),
            Topic.PAYOUT,
        ),
        Provision(
            "set_off",
            "A debt of a client is set off against none of his assets unless the case says so.",
            _CHOICE,
            Topic.SET_OFF,
        ),
        Provision(
            "insiders",
            "Insiders who are clients share.",
            _CHOICE,
            Topic.INSIDERS,
        ),
        Provision(
            "compensation_reduces_claim",
            "What a compensation scheme or an insurer paid lowers the claim.",
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
            "rounding",
            "Shares are rounded down; what that leaves stays for the next round.",
            _CHOICE,
            Topic.ROUNDING,
        ),
        Provision(
            "trust_terms",
            "Nobody is asked which terms he accepted.",
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
        insiders_days=730,
        others_days=180,
        provisions=(
            Provision(
                "",
                "Two years for connected persons and six months for others are remembered for preferences; the "
                "Insolvency Act 1986 was not read.",
                Citation(
                    "Insolvency Act 1986", "section 240",
                    "https://www.legislation.gov.uk/ukpga/1986/45/section/240",
                    Standing.UNREAD,
                ),
            ),
        ),
    ),
    not_covered=(
        "which event emptied which of several omnibus accounts of one asset: losses are known by asset",
        "hard bar dates and the disposal of what nobody claims (regulations 12B to 12D)",
        "allowance in client money for those who have not claimed (regulation 12A): unclaimed parts are withheld "
        "instead",
        "transfers to another firm (regulations 10B to 10G)",
    ),
    unsettled=(
        "Whether the regime extends to custodians of crypto, and the final rules of CASS 17, were not verified."
    ),
)
