"""Which losses of exchanges are known, how large a part of customers' assets was each, and how sure is that?

The table is `precedents.csv`, 25 incidents of 2014 to 2025, each figure with where it was seen and by when. Where
sources differ, both stand in the row. A reading of 25 press reports is no statistics: ten of them say which part of
the assets was lost, far too few for a rare loss, so the list itself is shown and nothing is fitted to it.
"""

from __future__ import annotations

import csv
from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction
from functools import cache
from importlib.resources import files


class Seen(StrEnum):
    """How sure the facts of a row are."""

    PAGE = "read on the page named, in excerpt"
    SECONDARY = "secondary source: a lead, no authority"
    MEMORY = "from memory, not verified"


_SEEN = {"page": Seen.PAGE, "secondary": Seen.SECONDARY, "memory": Seen.MEMORY}


@dataclass(frozen=True, slots=True)
class Precedent:
    """One incident."""

    number: int
    incident: str
    on: date
    """The day, or the last day of the month where only that is known."""
    on_text: str
    """As it is known: a day or a month."""
    loss: str
    """Plain decimal in whole `unit`; empty where not known."""
    unit: str
    """A currency or a crypto-asset."""
    loss_says: str
    usd: int | None
    """At the time; the highest of several sources."""
    assets: str
    """What customers had, with its currency; empty where not known."""
    share_low: Fraction | None
    share_high: Fraction | None
    """Of customers' assets; low and high differ where sources do. None: not known."""
    share_says: str
    share_standing: Seen | None
    wallets: str
    """hot, warm, cold, all, or empty where it is not known or was no theft from a wallet."""
    cause: str
    made_whole: str
    standing: Seen
    sources: tuple[str, ...]
    seen_by: date | None
    """No later than this day; None where nothing was seen."""


@cache
def precedents() -> tuple[Precedent, ...]:
    """Give all incidents, in the order of the table."""
    text = (files("administrator.law.requirements") / "precedents.csv").read_text(encoding="utf-8")
    return tuple(_precedent(row) for row in csv.DictReader(text.splitlines()))


def known_on(day: date) -> tuple[Precedent, ...]:
    """Give the incidents that had happened by a day: nobody sizes a reserve by what is still to come."""
    return tuple(precedent for precedent in precedents() if precedent.on <= day)


def severities(known: Sequence[Precedent]) -> tuple[tuple[Fraction, Precedent], ...]:
    """Give the share of customers' assets that each loss was, the smallest first, ties by number.

    The higher share counts where sources differ. An incident in which nothing was lost is no loss and left out.
    """
    shares = [(found.share_high, found) for found in known if found.share_high is not None and found.share_high > 0]
    return tuple(sorted(shares, key=lambda pair: (pair[0], pair[1].number)))


def nearest_rank(ordered: Sequence[Fraction], quantile: Fraction) -> Fraction:
    """Give the smallest value that at least a share of all values does not exceed.

    >>> [int(nearest_rank((Fraction(1), Fraction(2), Fraction(3), Fraction(4)), Fraction(q, 4))) for q in (1, 2, 3, 4)]
    [1, 2, 3, 4]

    No value lies between two that happened: interpolating would name a loss that nobody had.

    Args:
        ordered: ascending, at least one.
        quantile: above 0, at most 1.
    """
    assert ordered, "there is no value"
    assert 0 < quantile <= 1, f"a quantile is above 0 and at most 1, not {quantile}"
    rank = -(-quantile.numerator * len(ordered) // quantile.denominator)
    return ordered[rank - 1]


def _last_day(text: str) -> date:
    if len(text) == len("2014-02-28"):
        return date.fromisoformat(text)
    year, month = map(int, text.split("-"))
    return date(year, month, monthrange(year, month)[1])


def _precedent(row: dict[str, str]) -> Precedent:
    day = row["on"]
    return Precedent(
        number=int(row["number"]),
        incident=row["incident"],
        on=_last_day(day),
        on_text=day,
        loss=row["loss"],
        unit=row["unit"],
        loss_says=row["loss_says"],
        usd=int(row["usd"]) if row["usd"] else None,
        assets=row["assets"],
        share_low=Fraction(row["share_low"]) if row["share_low"] else None,
        share_high=Fraction(row["share_high"]) if row["share_high"] else None,
        share_says=row["share_says"],
        share_standing=_SEEN[row["share_standing"]] if row["share_standing"] else None,
        wallets=row["wallets"],
        cause=row["cause"],
        made_whole=row["made_whole"],
        standing=_SEEN[row["standing"]],
        sources=tuple(row["sources"].split()),
        seen_by=date.fromisoformat(row["seen_by"]) if row["seen_by"] else None,
    )
