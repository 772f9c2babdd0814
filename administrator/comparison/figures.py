"""What does one scenario give to whom? A few sums of its books, at the prices of the first scenario.

Every scenario is measured by the same prices, those that claims are valued at in the first: what somebody gains by
another answer is then more of something, never the same at another price.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from administrator.valuation import COMMENCEMENT, Rates, rates_of
from ledgers.units import Ratio

if TYPE_CHECKING:
    import pyarrow as pa

    from ledgers.storage.books import Books

HERE = Path(__file__).parent
FIRST = "select holder_no, class, claimed, got from holder_recovery order by holder_no"


@dataclass(frozen=True, slots=True)
class Recovered:
    """Of one group of holders, in minor units of the reporting currency."""

    kind: str
    """`all`, `class`, `size` or `asset`."""
    group: str
    holders: int | None
    """None of an asset."""
    claimed: int
    got: int
    winners: int = 0
    """Holders who get more than in the first scenario."""
    gained: int = 0
    losers: int = 0
    lost: int = 0


@dataclass(frozen=True, slots=True)
class Measured:
    """What one scenario gives."""

    groups: tuple[Recovered, ...]
    first: pa.Table
    """holder_no, class, claimed, got: what later scenarios are held against."""


def know_persons(books: Books) -> None:
    """Make the relation `person`, once, outside of any scenario."""
    books.run(HERE.parent / "relations" / "holder_of.sql")
    books.run(HERE / "person.sql")


def measure(books: Books, prices: Rates, first: pa.Table | None, currency_decimals: int) -> Measured:
    """Sum what a scenario gives, inside its transaction.

    Args:
        books: with its plan.
        prices: those of the first scenario.
        first: what everybody gets there; None for the first itself.
    """
    books.execute(
        "create or replace temp table measured(asset_no integer, numerator decimal(38, 0), denominator decimal(38, 0), "
        "is_own boolean)"
    )
    own, theirs = _of_claims(rates_of(books)), _of_claims(prices)
    for asset_no, rate in theirs.items():
        books.insert("measured", asset_no, rate.numerator, rate.denominator, own.get(asset_no) == rate)
    books.run(HERE / "asset.sql")
    books.run(HERE / ("holder_own.sql" if own == theirs else "holder.sql"))
    mine = books.columns(FIRST, {})
    with books.lent("first_recovery", mine if first is None else first):
        rows = books.rows((HERE / "recovery.sql").read_text(encoding="utf-8"), {"whole": str(10**currency_decimals)})
    cells = [(class_, digits, *map(int, figures)) for class_, digits, *figures in rows]
    groups = [
        *_summed("all", [("everybody", cell) for _, _, *cell in cells]),
        *_summed("class", [(class_, cell) for class_, _, *cell in cells]),
        *_summed("size", [(band(digits), cell) for _, digits, *cell in sorted(cells, key=lambda cell: cell[1])]),
        *(
            Recovered("asset", asset, None, int(claimed), int(got))
            for asset, claimed, got in books.rows(
                "select asset.asset, claimed::varchar, got::varchar from asset_recovery join asset using (asset_no) "
                "order by asset_no"
            )
        ),
    ]
    return Measured(tuple(groups), mine)


def _of_claims(prices: Rates) -> dict[int, Ratio]:
    return {asset_no: rate for (asset_no, price_set), rate in prices.items() if price_set == COMMENCEMENT}


def _summed(kind: str, cells: Sequence[tuple[str, Sequence[int]]]) -> Iterator[Recovered]:
    """The sums of each group, in the order in which the groups come."""
    groups: dict[str, Sequence[int]] = {}
    for group, figures in cells:
        had = groups.get(group, (0,) * len(figures))
        groups[group] = [one + other for one, other in zip(had, figures, strict=True)]
    for group, (holders, claimed, got, winners, gained, losers, lost) in groups.items():
        yield Recovered(kind, group, holders, claimed, got, winners, gained, losers, lost)


def band(digits: int) -> str:
    """The sizes of claim between two powers of ten, in whole reporting currency.

    >>> band(0), band(1), band(4)
    ('below 1', '1 to 10', '1,000 to 10,000')
    """
    return "below 1" if digits == 0 else f"{10 ** (digits - 1):,} to {10**digits:,}"
