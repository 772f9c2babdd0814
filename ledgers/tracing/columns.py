"""The transfers of one asset as columns, in the order of the record: instant, then id in byte order.

An address and a wallet of our list that has it are one place. A place is inside (the customers' wallets) or of a party,
and some are ends of every walk: the customers' wallets, because from there value is everybody's, and breaks, because
behind an exchange's, a mixer's or a bridge's address units cannot be told apart.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ledgers.errors import LedgerError
from ledgers.limbs import limbs_of, whole_column

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ledgers.storage.books import Books

BREAKS = ("exchange", "mixer", "bridge")
"""Kinds of parties behind which a trace does not go on."""
UNITS_LIMIT = 2**126
"""Of all units and fees of an asset together: every sum of some of them then fits its limbs."""


@dataclass(frozen=True, slots=True)
class Columns:
    """The transfers of one asset."""

    asset_no: int
    places: pa.Table
    """name, party, kind, purpose: by name in byte order; the number of a place is its row. The name is the wallet's id
    where it is in our list, else the address. The party is empty for the customers' wallets, whose kind is `customers`;
    purpose is empty for what is not in our list."""
    senders: NDArray[np.int32]
    """Place by transfer."""
    recipients: NDArray[np.int32]
    units: NDArray[np.uint64]
    """(transfers, 2): limbs, the lower first."""
    fees: NDArray[np.uint64]
    at: NDArray[np.int64]
    """Microseconds since 1970."""
    rows: NDArray[np.int64]
    """The rowid of each in the relation `transfer`, for what is not here: ids, references, where it stood."""
    is_taken: NDArray[np.bool_]
    """Whether it left the customers' wallets and no posting explains it."""
    events: NDArray[np.int32]
    """The declared event that took it; -1 where none did."""
    stated: NDArray[np.uint64]
    """(places, 2): limbs of what our list says was there at the beginning; 0 where it says nothing."""
    held: NDArray[np.uint64]
    """(places, 2): limbs of what was counted there, at commencement; 0 where nobody counted."""

    @property
    def place_count(self) -> int:
        """How many places there are."""
        return int(self.places.num_rows)

    def is_of(self, column: str, *words: str) -> NDArray[np.bool_]:
        """Whether the party, kind, purpose or name of each place is one of these words."""
        found = pc.is_in(self.places.column(column), pa.array(words, pa.string()))
        return np.asarray(found.to_numpy(zero_copy_only=False), np.bool_)

    def numbers_of(self, names: Sequence[str]) -> NDArray[np.int64]:
        """The places of these names; -1 where there is none."""
        found = pc.index_in(pa.array(names, pa.string()), value_set=self.places.column("name").combine_chunks())
        return np.asarray(found.fill_null(-1).to_numpy(zero_copy_only=False), np.int64)

    def text(self, column: str, place: int) -> str:
        """The name, party, kind or purpose of a place."""
        return str(self.places.column(column)[place].as_py())


PLACE = """
    with place as (
        select coalesce(endpoint.wallet, endpoint.node) as name,
               min(coalesce(endpoint.party, '')) as party,
               min(case when endpoint.inside then 'customers' else endpoint.kind end) as kind,
               min(case when endpoint.wallet is null then '' else coalesce(holding.purpose, '') end) as purpose,
               min(case when endpoint.wallet is null or holding.opens_as_held then 0
                        else holding.opening_units end) as opening_units,
               min(case when endpoint.wallet is null then 0 else holding.units end) as held_units
        from endpoint
        left join holding on holding.wallet = endpoint.wallet and holding.asset_no = endpoint.asset_no
        where endpoint.asset_no = $asset_no
        group by 1
    )
    select row_number() over (order by name) - 1 as no, name, party, kind, purpose,
           greatest(coalesce(opening_units, 0), 0)::decimal(38, 0) as opening_units,
           greatest(coalesce(held_units, 0), 0)::decimal(38, 0) as held_units
    from place
    order by no
"""
TRANSFERS = """
    with place as (
        select endpoint.node, dense_rank() over (order by coalesce(endpoint.wallet, endpoint.node)) - 1 as no
        from endpoint
        where endpoint.asset_no = $asset_no
    )
    select sent.no::integer as sender, received.no::integer as recipient, transfer.units, transfer.fee_units,
           epoch_us(transfer.occurred_at) as at, transfer.rowid as row_no,
           unmatched_movement.movement_no is not null as is_taken,
           coalesce(event_movement.event_no, -1)::integer as event_no
    from transfer
    join place as sent on sent.node = transfer.sender
    join place as received on received.node = transfer.recipient
    left join unmatched_movement on unmatched_movement.source_no = transfer.source_no
        and unmatched_movement."row" = transfer."row" and unmatched_movement.direction = 'out'
    left join event_movement using (movement_no)
    cross join term
    where transfer.asset_no = $asset_no and ($is_whole or transfer.occurred_at <= term.commencement_at)
    order by transfer.occurred_at, transfer.transfer
"""


TOTAL = """
    select coalesce(sum(units) + sum(fee_units), 0)::varchar from transfer where asset_no = $asset_no
"""


def columns_of(books: Books, asset_no: int, *, is_whole: bool) -> Columns:
    """Load the transfers of one asset.

    Args:
        books: of a run that reconciled.
        asset_no: of the asset.
        is_whole: also those after commencement.

    Raises:
        LedgerError: all its units together pass 2^126.
    """
    total = books.value(TOTAL, {"asset_no": asset_no})
    if int(total) >= UNITS_LIMIT:
        raise LedgerError(
            f"transfer: those of one asset sum to {total} base units, more than a trace can add up. "
            "Look for a quantity that cannot be."
        )
    place = books.columns(PLACE, {"asset_no": asset_no})
    moved = books.columns(TRANSFERS, {"asset_no": asset_no, "is_whole": is_whole})
    return Columns(
        asset_no,
        place.select(["name", "party", "kind", "purpose"]),
        moved.column("sender").to_numpy(),
        moved.column("recipient").to_numpy(),
        _limbs(moved.column("units")),
        _limbs(moved.column("fee_units")),
        moved.column("at").to_numpy(),
        moved.column("row_no").to_numpy(),
        moved.column("is_taken").to_numpy(),
        moved.column("event_no").to_numpy(),
        _limbs(place.column("opening_units")),
        _limbs(place.column("held_units")),
    )


def _limbs(column: pa.ChunkedArray) -> NDArray[np.uint64]:
    return np.ascontiguousarray(limbs_of(whole_column(column)))
