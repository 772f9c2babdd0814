"""What of the customers' units does the law's tracing rule find in the debtor's own wallets?

What lies there by the plan's rule is theirs by property and not by dividend. It is shown; only where a ruling says so
(`plan.traced_recoveries = "pool"`) it is added to the gross of its asset's pool. Never more than was counted in the
wallet, whatever the transfers make of it.

This module does not follow value into anybody else's hands: what a party holds must be got back first, and then it is a
recovery.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from administrator.terms import Terms
from ledgers.display import display
from ledgers.limbs import whole
from ledgers.models import Finding, Severity
from ledgers.tracing.columns import BREAKS, columns_of
from ledgers.tracing.rules import Direction, Simultaneous
from ledgers.tracing.starts import not_believed
from ledgers.tracing.walk import Start, trace
from ledgers.units import format_units

if TYPE_CHECKING:
    from ledgers.storage.books import Books

ASKED = """
    select distinct unmatched_movement.asset_no
    from unmatched_movement
    join holding on holding.asset_no = unmatched_movement.asset_no
    where unmatched_movement.direction = 'out' and holding.purpose = 'house' and holding.units > 0
    order by unmatched_movement.asset_no
"""
WALLET = """
    select asset.asset, asset.decimals, source.source, holding."row"
    from holding
    join asset using (asset_no)
    join source using (source_no)
    where holding.wallet = $wallet and holding.asset_no = $asset_no
"""


@dataclass(frozen=True, slots=True)
class TracedRecovery:
    """What a rule finds in one wallet of the debtor's own."""

    asset_no: int
    wallet: str
    traced: int
    """Units that the rule puts there."""
    units: int
    """The same, at most what was counted there."""


def make_traced_recoveries(books: Books, terms: Terms) -> tuple[TracedRecovery, ...]:
    """Trace what left the customers' wallets unexplained into the debtor's own, and keep what is found.

    Makes   traced_recovery(asset_no INTEGER, wallet VARCHAR, traced, units DECIMAL(38,0), is_pooled BOOLEAN),
            key (asset_no, wallet), by it
    """
    found = []
    for (asset_no,) in books.rows(ASKED):
        columns = columns_of(books, asset_no, is_whole=False)
        declared = np.flatnonzero(columns.is_taken & (columns.events >= 0))
        taken = Start("taken", np.flatnonzero(columns.is_taken), not_believed(columns, declared))
        traced = trace(
            columns, [taken], terms.tracing, order=Simultaneous.AS_RECORDED, direction=Direction.FORWARD,
            is_end=columns.is_of("kind", "customers", *BREAKS), watched=None,
        )  # fmt: skip
        for place in np.flatnonzero(columns.is_of("purpose", "house") & traced.ends.any(axis=(1, 2))):
            units = traced.units_at(int(place), 0)
            counted = min(units, whole(columns.held[place]))
            found.append(TracedRecovery(asset_no, columns.text("name", int(place)), units, counted))
    is_pooled = terms.is_traced_pooled
    for recovery in found:
        books.insert(
            "traced_recovery", recovery.asset_no, recovery.wallet, recovery.traced, recovery.units, is_pooled
        )
    return tuple(found)


def about_traced(books: Books, terms: Terms, recoveries: tuple[TracedRecovery, ...]) -> Iterator[Finding]:
    """What a ruling could move into the customers' pools, wallet by wallet, or has moved."""
    for recovery in recoveries:
        ((asset, decimals, source, row),) = books.rows(
            WALLET, {"wallet": recovery.wallet, "asset_no": recovery.asset_no}
        )
        quantity = format_units(recovery.units, decimals)
        said = f"quantity: {quantity} {display(asset)} of what lies in the debtor's own wallet " \
            f'"{display(recovery.wallet)}" came from the customers\' wallets under the rule {terms.tracing.value}'
        if recovery.units < recovery.traced:
            said += f" (by the transfers {format_units(recovery.traced, decimals)}, more than was counted there)"
        became = "it is in the customers' pool" if terms.is_traced_pooled else "it is shown and in no pool"
        yield Finding(
            "traced-recovery",
            Severity.NOTE,
            f"{source}:{row}: {said}; {became}.",
            'Have it ruled on: plan.traced_recoveries = "pool" adds it to the pool, "show" leaves it out.',
            f"wallet {recovery.wallet}",
            asset,
            quantity,
            source,
            row,
            "quantity",
        )
