"""What was lent to a pool so that it could pay sooner, and how much of that has come back to the lender?

An advance is in the pool from the day it is lent, and the first of what is recovered for the pool repays it: those
who share are no better off by the loan, only earlier. Several advances of one pool are repaid in the order of the case.

Source: Rules section 8; bridge finance for the return of customers' assets is known to the FIEA (art. 79-59).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ledgers.display import display
from ledgers.models import Finding, Severity
from ledgers.units import format_units

if TYPE_CHECKING:
    from ledgers.storage.books import Books

CASE = "case.toml"


@dataclass(frozen=True, slots=True)
class Advance:
    """A loan to one pool."""

    name: str
    asset_no: int
    """Whose pool."""
    units: int


@dataclass(frozen=True, slots=True)
class Repaid:
    """One advance and what came back of it."""

    advance: Advance
    repaid: int

    @property
    def outstanding(self) -> int:
        """Units that the pool still owes the lender."""
        return self.advance.units - self.repaid


def repay(advances: Sequence[Advance], recovered: Mapping[int, int]) -> tuple[Repaid, ...]:
    """Repay advances out of what is recovered for their pools, those of one pool in the order given.

    >>> loans = (Advance("first", 0, 100), Advance("second", 0, 50), Advance("other pool", 1, 10))
    >>> [(paid.repaid, paid.outstanding) for paid in repay(loans, {0: 120})]
    [(100, 0), (20, 30), (0, 10)]

    Args:
        recovered: units by pool, less what insurers have of them.
    """
    left = dict(recovered)
    repaid = []
    for advance in advances:
        units = min(advance.units, max(left.get(advance.asset_no, 0), 0))
        left[advance.asset_no] = left.get(advance.asset_no, 0) - units
        repaid.append(Repaid(advance, units))
    return tuple(repaid)


def make_advances(books: Books, advances: Sequence[Advance], recovered: Mapping[int, int]) -> dict[int, int]:
    """Store the advances with what is repaid, and give what they add to each pool: units lent, less those repaid.

    Makes   advance(advance_no INTEGER key, name, asset_no, units, repaid DECIMAL(38,0)), in the order of the case
    """
    added: dict[int, int] = {}
    for number, paid in enumerate(repay(advances, recovered)):
        asset_no = paid.advance.asset_no
        books.insert("advance", number, paid.advance.name, asset_no, paid.advance.units, paid.repaid)
        added[asset_no] = added.get(asset_no, 0) + paid.outstanding
    return added


def about_advances(books: Books) -> Iterator[Finding]:
    """Say which loans the pools still owe, and which were lent to no pool."""
    for name, asset, decimals, units in books.rows(
        "select advance.name, asset.asset, asset.decimals, advance.units::varchar from advance "
        "join asset using (asset_no) anti join holding_total using (asset_no) where advance.units > 0 "
        "order by advance.advance_no"
    ):
        lent = format_units(int(units), decimals)
        yield Finding(
            "advance-without-pool",
            Severity.BLOCKING,
            f'{CASE}: [[advances]] "{display(name)}" lends {lent} {display(asset)}, and no table of the case names '
            "that asset: there is no pool of it.",
            "Name the asset whose pool was lent to.",
            f"advance {name}",
            asset,
            lent,
            CASE,
            column="asset",
        )
    for name, asset, decimals, units, repaid in books.rows(
        "select advance.name, asset.asset, asset.decimals, advance.units::varchar, advance.repaid::varchar "
        "from advance join asset using (asset_no) join holding_total using (asset_no) "
        "where advance.units > advance.repaid order by advance.advance_no"
    ):
        lent, owed = format_units(int(units), decimals), format_units(int(units) - int(repaid), decimals)
        yield Finding(
            "advance-outstanding",
            Severity.NOTE,
            f'{CASE}: [[advances]] "{display(name)}": of {lent} {display(asset)} lent to the pool, {owed} are not '
            "repaid yet; what is recovered for the pool next repays them first.",
            "Keep the lender informed, and do not close the pool before it is repaid or he waives it.",
            f"advance {name}",
            asset,
            owed,
            CASE,
            column="quantity",
        )


def advances_document(books: Books) -> list[dict[str, str]]:
    """The advances for plan.json, in whole assets."""
    return [
        {
            "name": name,
            "asset": asset,
            "quantity": format_units(int(units), decimals),
            "repaid": format_units(int(repaid), decimals),
            "outstanding": format_units(int(units) - int(repaid), decimals),
        }
        for name, asset, decimals, units, repaid in books.rows(
            "select advance.name, asset.asset, asset.decimals, advance.units::varchar, advance.repaid::varchar "
            "from advance join asset using (asset_no) order by advance.advance_no"
        )
    ]
