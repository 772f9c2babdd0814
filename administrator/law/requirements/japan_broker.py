"""Liability reserve of Japanese securities firms (金融商品取引責任準備金).

The model that the planned crypto reserve points to.

Financial Instruments and Exchange Act (金融商品取引法, Act No. 25 of 1948): https://laws.e-gov.go.jp/law/323AC0000000025
Cabinet Office Order on Financial Instruments Business (Order No. 52 of 2007):
https://laws.e-gov.go.jp/law/419M60000002052. Read in the texts of 2026-06-14.

Article 46-5(1), Order art. 175(1)    each business year, the lower of
                                          L1 = sum over classes of rate x volume of this year
                                          L2 - reserve in hand, where L2 = sum over classes of
                                               4 x rate x the largest volume of this year and those
                                               beginning within the two years before it
Article 46-5(2), Order art. 175(2)    used for losses from accidents (事故) in trading, released above the cap,
                                      or with the supervisor's approval

So the reserve at the end of the year is min(in hand + L1, L2): that is the requirement here, and what is to be added
is the gap. Where more is in hand than L2, nothing is to be added. Turnover drives it, not what customers hold.

Not covered: the release of what exceeds the cap. Nothing in art. 46-5 makes the reserve a trust: in insolvency it may
be estate cash.
"""

from __future__ import annotations

from datetime import date
from fractions import Fraction

from administrator.law.regime import Citation, Provision, Standing
from administrator.law.requirements.method import Figures, LacksFigure, Method, Step, Worked

_ACT = "https://laws.e-gov.go.jp/law/323AC0000000025"
_ORDER = "https://laws.e-gov.go.jp/law/419M60000002052"
_CHOICE = Citation("この法律に定めなし", "", "", Standing.CHOICE)
CAP = 4
"""The cap is at four times the rate of each class."""
RATES = {
    "equities": Fraction(2, 100_000),
    "equity_index_futures": Fraction(6, 10_000_000),
    "equity_options": Fraction(3, 100_000),
    "bond_futures": Fraction(16, 100_000_000),
    "bond_options": Fraction(3, 100_000),
    "currency_futures": Fraction(96, 100_000_000),
    "deposit_rate_futures": Fraction(12, 100_000_000),
    "bill_discount_futures": Fraction(24, 100_000_000),
    "commodity_futures": Fraction(1, 1_000_000),
    "commodity_options": Fraction(1, 100_000),
}
"""Order art. 175(1): per unit traded, contracted, or of premium, by class (0.2 in ten thousand of equities)."""


def accrual(figures: Figures) -> Fraction:
    """Give what is to be set aside this year: max(0, min(L1, L2 - in hand)), in minor units, exactly."""
    first, cap = _limits(figures)
    return max(Fraction(0), min(first, cap - figures.held_minor))


def _limits(figures: Figures) -> tuple[Fraction, Fraction]:
    if not figures.volumes:
        raise LacksFigure("volumes are not given: what was traded of each class, this year and the two before")
    first = sum((RATES[kind] * years[0] for kind, years in figures.volumes.items()), Fraction(0))
    cap = sum((CAP * RATES[kind] * max(years) for kind, years in figures.volumes.items()), Fraction(0))
    return first, cap


def _work(figures: Figures) -> Worked:
    first, cap = _limits(figures)
    steps = tuple(
        Step(f"{kind}: rate x this year, {RATES[kind].numerator} / {RATES[kind].denominator}", RATES[kind] * years[0])
        for kind, years in sorted(figures.volumes.items())
    )
    return Worked(
        min(figures.held_minor + first, cap),
        (
            *steps,
            Step("L1, all classes", first),
            Step("L2, four times the rate x the largest year, all classes", cap),
            Step("in hand", Fraction(figures.held_minor)),
            Step("to be set aside this year: min(L1, L2 - in hand), nothing at the least", accrual(figures)),
        ),
        says=(
            "This is the rule for brokers. No formula for crypto exchanges was published by the day it was read; by "
            "the plan reported, past leaks are to decide the size, and trading volume decides this one.",
        ),
    )


METHOD = Method(
    name="japan_broker",
    title="Liability reserve of Japanese securities firms, by trading volume",
    in_force_from=date(2007, 9, 30),
    in_force_until=None,
    read_on=date(2026, 6, 14),
    official_for="brokers in Japan",
    replaceable=Fraction(0),
    asks=(
        "volumes: by class, traded this business year and in those beginning within the two years before",
        "held: the reserve in hand",
    ),
    work=_work,
    provisions=(
        Provision(
            "",
            "A securities firm sets aside a liability reserve by its trading volume.",
            Citation("金融商品取引法", "46-5(1)", _ACT, Standing.READ),
        ),
        Provision(
            "",
            "The lower of the year's rates, and of four times them on the largest of three years less what is in hand.",
            Citation("金融商品取引業等に関する内閣府令", "175(1)", _ORDER, Standing.READ),
        ),
        Provision(
            "",
            "It is used for losses from accidents only, or with approval.",
            Citation("金融商品取引業等に関する内閣府令", "175(2)", _ORDER, Standing.READ),
        ),
        Provision(
            "",
            "The Act applies under this name from 30 September 2007.",
            Citation("金融商品取引法", "附則", _ACT, Standing.UNREAD),
        ),
        Provision("", "Insurance replaces no part of it: the article does not provide for that.", _CHOICE),
        Provision("", "The reserve to be reached is rounded up.", _CHOICE),
    ),
    not_covered=(
        "the release of what exceeds the cap (art. 46-5(2))",
        "a reserve for crypto: neither Act nor orders had one on the day they were read",
        "ring-fencing: nothing in art. 46-5 makes the reserve a trust",
    ),
)
