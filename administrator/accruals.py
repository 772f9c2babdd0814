"""What came to customers' holdings after commencement, and who claims it: forks, airdrops, rewards of staking?

Who held an asset at commencement has what it earned since: his claim to the asset is, unit for unit at the declared
ratio, a claim on the pool of what came. It is no balance and was never scheduled. Only what is claimed without any
accrual earns: a fork of a fork is declared of the first asset. Which accrual is the customers' is the law's to say, so
the case declares it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from administrator.errors import RegimeError
from administrator.valuation import DIGITS_MAX
from ledgers.display import display
from ledgers.units import Ratio

if TYPE_CHECKING:
    from ledgers.storage.books import Books


@dataclass(frozen=True, slots=True)
class Accrual:
    """What one asset earned after commencement."""

    kind: str
    """fork, airdrop or staking."""
    asset_no: int
    """What came."""
    of_no: int
    """Whose holders it came to."""
    is_holders: bool
    """Whether the holders claim it; else what comes is the estate's."""
    ratio: Ratio
    """Base units of the asset that came, for one base unit of the asset that earned it."""
    ratio_text: str
    """As the case writes it: whole assets for one whole asset."""


def check_accruals(books: Books) -> None:
    """See that what accrued can be counted: all claims on what came, together.

    Raises:
        RegimeError: they would have more digits than a quantity may.
    """
    came: dict[str, int] = {}
    for asset, held, numerator, denominator in books.rows(
        "select asset.asset, sum(claim_ruled.allowed + claim_ruled.disputed + claim_ruled.unclaimed)::varchar, "
        "accrual.numerator::varchar, accrual.denominator::varchar from accrual join asset using (asset_no) "
        "join claim_ruled on claim_ruled.asset_no = accrual.of_no where accrual.is_holders "
        "group by accrual.accrual_no, asset.asset, accrual.numerator, accrual.denominator order by accrual.accrual_no"
    ):
        came[asset] = came.get(asset, 0) + int(held) * int(numerator) // int(denominator)
        if came[asset] >= 10**DIGITS_MAX:
            raise RegimeError(
                f'case.toml: [[accruals]] of "{display(asset)}" come to more than {DIGITS_MAX} digits in base units. '
                "Correct the ratio."
            )


def store_accruals(books: Books, accruals: tuple[Accrual, ...]) -> None:
    """Fill the relation accrual, in the order of the case.

    Makes   accrual(accrual_no INTEGER key, kind VARCHAR, asset_no, of_no INTEGER, is_holders BOOLEAN, numerator,
            denominator DECIMAL(38,0), ratio VARCHAR)
    """
    books.execute("delete from accrual")
    for number, accrual in enumerate(accruals):
        books.insert(
            "accrual",
            number,
            accrual.kind,
            accrual.asset_no,
            accrual.of_no,
            accrual.is_holders,
            accrual.ratio.numerator,
            accrual.ratio.denominator,
            accrual.ratio_text,
        )
