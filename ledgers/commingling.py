"""Who mixed customers' value with other value, and how much of each did they receive?

Once units of both lie in one place, nobody can point at his own: which of them are whose is a rule of law (tracing),
and this only says where the question arises. A party carries customers' value from the moment it receives any; what it
sends after that is counted as such, all of it. Exchanges and mixers pass nothing on: they hold for too many.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ledgers.storage.books import Books

RELATIONS = Path(__file__).parent / "relations"
BATCH_ROWS = 500_000
CARRIED = """
    select passing.passing_no, passing.sender_no, passing.recipient_no
    from passing
    join passing_party on passing_party.party_no = passing.sender_no
    where passing_party.kind not in ('exchange', 'mixer')
    order by passing.passing_no
"""


@dataclass(frozen=True, slots=True)
class Commingled:
    """One party that received both."""

    party: str
    """Empty for the customers' wallets themselves."""
    kind: str
    customer_units: int
    """What arrived in transfers that carried customers' value; more than 0."""
    customer_transfers: int
    other_units: int
    """What arrived in any other transfer."""
    other_transfers: int
    opening_units: int
    """What its own wallets held before any of that."""
    mixed_at: datetime.datetime | None
    """Since when both lay there, in UTC; None where that was from the opening on."""


def commingled(books: Books, asset_no: int) -> list[Commingled]:
    """List the parties that received customers' value and other value of one asset, the most of customers' first.

    Makes the temporary relations passing, passing_party and commingling; the books may be open for looking only.

    Args:
        books: those of a run that came as far as the flows.
    """
    import pyarrow as pa

    from ledgers.graphs.questions import reached_in_time

    books.run(RELATIONS / "passing.sql", asset_no=asset_no)
    parties = int(books.value("select count(*) from passing_party"))
    schema = pa.schema([(name, pa.int32()) for name in ("passing_no", "sender_no", "recipient_no")])
    sent = pa.Table.from_batches(books.batches(CARRIED, BATCH_ROWS), schema)
    numbers, senders, recipients = (sent.column(at).to_numpy() for at in range(3))
    arrivals = reached_in_time(senders, recipients, parties, [0])
    carriers = (arrivals >= 0) & (arrivals < len(numbers))
    since = {"party_no": pa.array(carriers.nonzero()[0], pa.int32()), "since_no": numbers[arrivals[carriers]]}
    with books.lent("carrier", pa.table(since)):
        books.run(RELATIONS / "commingling.sql", asset_no=asset_no)
    return [
        Commingled(party, kind, int(customers), customer_transfers, int(other), other_transfers, int(opening), mixed_at)
        for party, kind, customers, customer_transfers, other, other_transfers, opening, mixed_at in books.rows(
            "select party, kind, customer_units::varchar, customer_transfers, other_units::varchar, other_transfers, "
            "opening_units::varchar, mixed_at from commingling order by customer_units desc, party"
        )
    ]
