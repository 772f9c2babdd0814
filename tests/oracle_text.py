"""How the oracle writes figures into cells."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

from tests.oracle_case import Asset, Case, Row


def ratio_text(numerator: int, denominator: int) -> str:
    """Truncated, with 8 decimals; empty where there is nothing to divide by."""
    if denominator == 0:
        return ""
    scaled = Fraction(numerator, denominator) * 10**8
    return Asset("", 8, "").text(int(scaled))


def total(values: Iterable[int | None]) -> int | None:
    """The sum; None where one of them is unknown."""
    known = list(values)
    return None if None in known else sum(minor for minor in known if minor is not None)


def minor_text(case: Case, minor: int | None) -> str:
    return "" if minor is None else case.currency.text(minor)


def total_text(case: Case, minor: int | None) -> str:
    return "partial" if minor is None else case.currency.text(minor)


def named(columns: str, *cells: str) -> Row:
    return dict(zip(columns.split(), cells, strict=True))
