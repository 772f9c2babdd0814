"""Hong Kong: compensation arrangement of licensed trading platforms.

Guidelines for Virtual Asset Trading Platform Operators. The guidelines themselves were not read; a law firm's note was:
https://sidley.com/zh-hans/insights/newsupdates/2023/5/hk-vatp-licensing-regime-2-key-infrastructure-requirements-under-the-vatp-guidelines

Arrangement    covers at least 50 % of customers' assets in cold storage, 100 % of those in hot and other storage;
               by third-party insurance, a bank guarantee, or own funds on trust in demand or short deposits
Hot storage    at most 2 %

Not covered: what the regulator approved for a single platform, and daily monitoring.
"""

from __future__ import annotations

from datetime import date
from fractions import Fraction

from administrator.law.regime import Citation, Provision, Standing
from administrator.law.requirements.method import Figures, Method, Step, Test, Worked, share_of

_NOTE = (
    "https://sidley.com/zh-hans/insights/newsupdates/2023/5/"
    "hk-vatp-licensing-regime-2-key-infrastructure-requirements-under-the-vatp-guidelines"
)
_HOT_NOTE = (
    "https://finreg.sg/answers/overview-of-crypto-trading-254/sfcs-view-on-segregation-of-customer-assets-856"
)
COLD_SHARE = Fraction(1, 2)
HOT_SHARE_MAX = Fraction(2, 100)


def _work(figures: Figures) -> Worked:
    hot, cold = figures.amount("hot"), figures.amount("cold")
    measured = share_of(hot, hot + cold)
    return Worked(
        hot + COLD_SHARE * cold,
        (Step("hot and other storage, whole", Fraction(hot)), Step("half of cold storage", COLD_SHARE * cold)),
        (Test("hot storage, of all", measured, None if measured is None else measured <= HOT_SHARE_MAX),),
        parts=(("hot", Fraction(hot)), ("cold", COLD_SHARE * cold)),
    )


def _citation(article: str, source: str) -> Citation:
    return Citation("Guidelines for Virtual Asset Trading Platform Operators", article, source, Standing.UNREAD)


METHOD = Method(
    name="hong_kong",
    title="Hong Kong: all of hot and half of cold storage, insured, guaranteed or on trust",
    in_force_from=date(2023, 6, 1),
    in_force_until=None,
    read_on=None,
    official_for="platforms in Hong Kong",
    replaceable=Fraction(1),
    asks=("hot: value in hot and other storage", "cold: value in cold storage"),
    work=_work,
    provisions=(
        Provision(
            "",
            "The arrangement covers 100 % of hot and other storage and 50 % of cold storage.",
            _citation("(compensation arrangement)", _NOTE),
        ),
        Provision(
            "",
            "It is insurance, a bank guarantee, or own funds on trust in demand deposits or deposits up to six months.",
            _citation("(compensation arrangement)", _NOTE),
        ),
        Provision("", "At most 2 % is kept hot.", _citation("(hot storage)", _HOT_NOTE)),
        Provision(
            "", "The guidelines apply from 1 June 2023.", _citation("(commencement, from memory)", _NOTE)
        ),
    ),
    not_covered=("conditions of a single licence", "own funds and liquid capital of the platform"),
)
