"""What can be followed: what a party took, what left a wallet, what an event took, or what came to an address.

Out of the customers' wallets only what no posting explains is followed: what was booked was its holder's to take. Of
any other place or party all that came to it from others is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ledgers.tracing.columns import BREAKS
from ledgers.tracing.walk import Start

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ledgers.tracing.columns import Columns

NO_TRANSFERS = np.zeros(0, np.int64)
NO_PLACES = np.zeros(0, np.int32)


def taken_by(columns: Columns, party: str) -> Start:
    """What a party took from the customers' wallets; where it took nothing, all that others paid to it."""
    is_party = columns.is_of("party", party)
    to_it = is_party[columns.recipients]
    taken = np.flatnonzero(to_it & columns.is_taken)
    if not len(taken):
        taken = np.flatnonzero(to_it & ~is_party[columns.senders])
    return Start(f"party:{party}", taken, _not_believed(columns, taken))


def taken_from(columns: Columns, place: int) -> Start:
    """What left one of the customers' wallets without a posting; of any other place, all that came to it."""
    name = f"wallet:{columns.text('name', place)}"
    if columns.text("kind", place) == "customers":
        return Start(name, np.flatnonzero((columns.senders == place) & columns.is_taken), NO_PLACES)
    came = np.flatnonzero((columns.recipients == place) & (columns.senders != place))
    return Start(name, came, np.array([place], np.int32))


def taken_in(columns: Columns, event: str, event_no: int) -> Start:
    """What a declared event took."""
    taken = np.flatnonzero(columns.events == event_no)
    return Start(f"event:{event}", taken, _not_believed(columns, taken))


def lies_at(columns: Columns, name: str, places: NDArray[np.int32]) -> Start:
    """What lies at some places, to be followed backward."""
    return Start(name, NO_TRANSFERS, places)


def takers(columns: Columns) -> list[str]:
    """Parties that took from the customers' wallets, in byte order."""
    places = np.unique(columns.recipients[columns.is_taken])
    return sorted({columns.text("party", int(place)) for place in places}, key=str.encode)


def _not_believed(columns: Columns, taken: NDArray[np.int64]) -> NDArray[np.int32]:
    """Places that were paid straight out of a theft though a label calls them an exchange's, a mixer's or a bridge's.

    The walk goes on there: who is named as the taker is not somebody else's omnibus wallet.
    """
    places = np.unique(columns.recipients[taken])
    return places[columns.is_of("kind", *BREAKS)[places]].astype(np.int32)
