"""What can be followed: what a party took, what left a wallet, what an event took, or what came to an address.

Out of the customers' wallets only what no posting explains is followed: what was booked was its holder's to take. Of
any other place or party all that came to it from others is.
"""

from __future__ import annotations

from collections.abc import Mapping
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
    return Start(f"party:{party}", taken, NO_PLACES)


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
    return Start(f"event:{event}", taken, not_believed(columns, taken))


def lies_at(columns: Columns, name: str, places: NDArray[np.int32]) -> Start:
    """What lies at some places, to be followed backward."""
    return Start(name, NO_TRANSFERS, places)


def all_taken(columns: Columns, events: Mapping[int, str]) -> list[Start]:
    """All that was taken from the customers' wallets: by declared event, and what is of none by party in byte order.

    Args:
        events: names of declared events by number, in the order of the case.
    """
    starts = [taken_in(columns, event, no) for no, event in events.items() if (columns.events == no).any()]
    rest = columns.is_taken & (columns.events < 0)
    by_party: dict[str, list[int]] = {}
    parties = columns.places.column("party").take(columns.recipients[rest])
    for party, transfer in zip(parties.to_pylist(), np.flatnonzero(rest).tolist(), strict=True):
        by_party.setdefault(party, []).append(transfer)
    starts += [
        Start(f"party:{party}", np.array(by_party[party], np.int64), NO_PLACES)
        for party in sorted(by_party, key=str.encode)
    ]
    return starts


def not_believed(columns: Columns, taken: NDArray[np.int64]) -> NDArray[np.int32]:
    """Places that a declared event paid though a label calls them an exchange's, a mixer's or a bridge's.

    The walk goes on there: whoever is named as the taker is not somebody else's omnibus wallet.
    """
    places = np.unique(columns.recipients[taken])
    return places[columns.is_of("kind", *BREAKS)[places]].astype(np.int32)
