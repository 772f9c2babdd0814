"""A requirement by what others lost: a quantile of the shares of customers' assets that were lost, times those assets.

No law. By reports of November 2025 past leaks are to decide the size of the Japanese crypto reserve; no formula was
published, and this is a proposal of what one might be (nearest rank, the higher share where sources differ).

severity    s = loss / customers' assets, of each incident known by the day for which it is worked out
required    nearest rank of s at the quantile, times the assets

Not covered: a fitted tail. Ten shares say nothing of the one loss in a hundred.
"""

from __future__ import annotations

from datetime import date
from fractions import Fraction

from administrator.law.regime import Citation, Provision, Standing
from administrator.law.requirements.method import (
    NO_OFFICIAL_FORMULA,
    Figures,
    LacksFigure,
    Method,
    NoSuchFormula,
    Step,
    Worked,
)
from administrator.law.requirements.precedents import known_on, nearest_rank, severities
from ledgers.units import format_ratio

_CHOICE = Citation("no law", "", "", Standing.CHOICE)
_REPORT = "https://www.coindeskjapan.com/325769"
BAND_JPY = (2_000_000_000, 40_000_000_000)
"""Whole JPY that brokers are reported to hold as liability reserve: a crypto reserve is expected between them."""


def assets_of(figures: Figures) -> int:
    """Give what customers' assets are worth: as given, else hot and cold together.

    Raises:
        LacksFigure: neither is given.
    """
    if "customers" in figures.amounts:
        return figures.amounts["customers"]
    if "hot" in figures.amounts and "cold" in figures.amounts:
        return figures.amounts["hot"] + figures.amounts["cold"]
    raise LacksFigure("customers is not given, nor hot and cold")


def _work(figures: Figures) -> Worked:
    quantile = figures.quantile
    if quantile is None:
        raise LacksFigure("quantile is not given, such as 0.9")
    if not 0 < quantile <= 1:
        raise NoSuchFormula("quantile must be above 0. Write a share such as 0.9.")
    is_hot = figures.choice("applied_to", "all or hot") == "hot"
    assets = figures.amount("hot") if is_hot else assets_of(figures)
    ordered = severities(known_on(figures.on))
    if not ordered:
        raise NoSuchFormula(f"no precedent with a known share had happened by {figures.on}. Choose another method.")
    shares = [share for share, _ in ordered]
    share = nearest_rank(shares, quantile)
    steps = [Step("customers' assets in hot wallets" if is_hot else "customers' assets", Fraction(assets))]
    for rank, (severity, precedent) in enumerate(ordered, 1):
        steps.append(
            Step(
                f"{precedent.incident} {precedent.on_text}: {format_ratio(*severity.as_integer_ratio(), 5)} of its "
                f"assets, rank {rank} of {len(ordered)} ({precedent.share_standing})",
                severity * assets,
            )
        )
    hot, cold = figures.amounts.get("hot"), figures.amounts.get("cold")
    parts: tuple[tuple[str, Fraction], ...] = ()
    if is_hot:
        parts = (("hot", share * assets),)
    elif hot is not None and cold is not None and hot + cold == assets:
        parts = (("hot", share * hot), ("cold", share * cold))
    return Worked(share * assets, tuple(steps), says=(*_says(len(ordered), is_hot), *_banded(figures, share * assets)),
                  parts=parts)  # fmt: skip


def _says(count: int, is_hot: bool) -> tuple[str, ...]:
    says = [
        NO_OFFICIAL_FORMULA,
        f"{count} incidents are far too few for a rare loss: read the list, not the quantile alone.",
    ]
    if is_hot:
        says.append("Applied to hot wallets only: DMM Bitcoin, WazirX and Bybit were lost from cold or by signing.")
    return tuple(says)


def _banded(figures: Figures, required: Fraction) -> tuple[str, ...]:
    """Say where a requirement lies against what brokers hold; nothing where the case gives no rate to yen."""
    try:
        low, high = (figures.stated(whole, "JPY") for whole in BAND_JPY)
    except LacksFigure:
        return ()
    where = "below" if required < low else "above" if required > high else "within"
    return (
        f"It lies {where} the JPY 2bn to 40bn that brokers are reported to hold. Coincheck and DMM Bitcoin lost more "
        "than that: the band is a check, no guarantee.",
    )


METHOD = Method(
    name="precedents",
    title="What others lost: a quantile of past losses as shares of customers' assets",
    in_force_from=date(2014, 2, 28),
    in_force_until=None,
    read_on=None,
    official_for="",
    replaceable=None,
    asks=(
        "quantile: above 0, at most 1, such as 0.9",
        "applied_to: all, or hot",
        "customers: value of customers' assets (or hot and cold)",
        "band: what you expect the figure to lie between; it changes nothing",
    ),
    work=_work,
    provisions=(
        Provision(
            "",
            "The size of a crypto reserve is to be set with past leaks in mind, and insurance may replace a part.",
            Citation("press report of 25 November 2025", "(no article)", _REPORT, Standing.UNREAD),
        ),
        Provision("", "The quantile is a nearest rank; the higher share counts where sources differ.", _CHOICE),
        Provision("", "Incidents after the day for which it is worked out do not count.", _CHOICE),
    ),
    not_covered=("a fitted tail: the shares that happened are all there is", "any rule of a supervisor"),
)
