"""Korea: insurance or reserve for hot wallets under the Virtual Asset User Protection Act, from 19 July 2024.

Article and decree were not read; the regulator's own note was, in its opening: https://fsc.go.kr/eng/pr010101/81217.

Reserve or insurance limit    at least 5 % of the value in hot wallets, and at least a floor: KRW 3bn for exchanges with
                              won markets, 0.5bn for those with coin markets only (the floors from memory)
Cold storage                  at least 80 % of the value

Not covered: interest on deposits, duties of the trust bank, and how the value is averaged.
"""

from __future__ import annotations

from datetime import date
from fractions import Fraction

from administrator.law.regime import Citation, Provision, Standing
from administrator.law.requirements.method import Figures, Method, Step, Test, Worked, share_of

_NOTE = "https://fsc.go.kr/eng/pr010101/81217"
HOT_SHARE = Fraction(5, 100)
COLD_SHARE_MIN = Fraction(80, 100)
FLOORS = {"won": 3_000_000_000, "coin": 500_000_000}
"""Whole KRW, by the markets that the exchange runs."""


def _work(figures: Figures) -> Worked:
    hot = figures.amount("hot")
    floor = figures.stated(FLOORS[figures.choice("market", "won or coin")], "KRW")
    tests: tuple[Test, ...] = ()
    if "cold" in figures.amounts:
        measured = share_of(figures.amounts["cold"], hot + figures.amounts["cold"])
        tests = (Test("cold wallets, of all", measured, None if measured is None else measured >= COLD_SHARE_MIN),)
    return Worked(
        max(HOT_SHARE * hot, floor),
        (Step("5 % of hot wallets", HOT_SHARE * hot), Step("the floor", floor)),
        tests,
        ("80 % of the value is to be kept cold; that test is shown where cold is given.",) if not tests else (),
        (("hot", max(HOT_SHARE * hot, floor)),),
    )


def _citation(article: str, standing: Standing) -> Citation:
    return Citation("가상자산 이용자 보호 등에 관한 법률", article, _NOTE, standing)


METHOD = Method(
    name="korea",
    title="Korea: 5 % of hot wallets, insured or reserved",
    in_force_from=date(2024, 7, 19),
    in_force_until=None,
    read_on=None,
    official_for="exchanges in Korea",
    replaceable=Fraction(1),
    asks=("hot: value in hot wallets", "market: won or coin", "cold: value in cold wallets, for the test of 80 %"),
    work=_work,
    provisions=(
        Provision(
            "",
            "Insurance limit or reserve is at least 5 % of the value in hot wallets.",
            _citation("(insurance or reserve, article not read)", Standing.UNREAD),
        ),
        Provision(
            "",
            "It is at least KRW 3bn with won markets, 0.5bn with coin markets only.",
            _citation("(floor, from memory)", Standing.UNREAD),
        ),
        Provision("", "At least 80 % is kept in cold wallets.", _citation("(cold storage, not read)", Standing.UNREAD)),
    ),
    not_covered=("how the value of hot wallets is averaged over days", "deposits in money, held by a bank"),
)
