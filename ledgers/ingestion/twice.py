"""Is one file read twice for one table?

Then its rows count twice, and where they are parts of a figure or have no key (payments, labels, assignments) nothing
else would show it. What counts are the bytes, not the name: a copy of an export is the export. A file may be read
several times where each time other columns of it say whose, what or how much: one column an asset, one an age of a
price. That is said and does not stop the run.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from ledgers.ingestion.columns import KEYS, PACKED, TABLES
from ledgers.ingestion.reader import Place
from ledgers.ingestion.receipt import Receipt
from ledgers.models import Finding, Severity


@dataclass(frozen=True, slots=True)
class Reading:
    """One file, as it is read for a table."""

    source: str
    telling: tuple[tuple[str, Place], ...]
    """Where the columns come from that every row of the table needs, and those of its key."""


class Readings:
    """The files that were read so far."""

    def __init__(self) -> None:
        self._met: defaultdict[tuple[str, str], list[Reading]] = defaultdict(list)

    def add(self, receipt: Receipt, table: str, places: Mapping[str, Place], rows: int) -> list[Finding]:
        """Note that a file is to be read; give what is to be said of earlier readings of the same bytes.

        Args:
            rows: how many the file has; without any, nothing counts twice, and only the same name is a slip.

        Returns:
            A blocking finding where the very rows were read before, so that they must not be read again; a warning
            where they were read with other columns.
        """
        reading = Reading(receipt.source, _telling(table, places))
        earlier = self._met[table, receipt.sha256]
        again = [met for met in earlier if met.telling == reading.telling and (rows or met.source == reading.source)]
        others = [met for met in earlier if met.telling != reading.telling]
        earlier.append(reading)
        if again:
            what = f"{_both(reading, again[0], table)}: each of its {rows} rows would count twice; none was read again."
            return [_said(Severity.BLOCKING, what, "Remove one of the two from case.toml.", reading, again[0])]
        if others:
            what = f"{_both(reading, others[0], table)}, each time with other columns."
            return [_said(Severity.WARNING, what, "Check that nothing counts twice.", reading, others[0])]
        return []


STATEMENT = {"credit", "debit", "counterparty", "wallet"}
"""What tells two readings of one statement apart."""


def _both(reading: Reading, met: Reading, table: str) -> str:
    if met.source == reading.source:
        return f"{reading.source}: is named twice for the table {table}"
    return f"{reading.source}: has the same bytes as {met.source}, and both are for the table {table}"


def _said(severity: Severity, message: str, remedy: str, reading: Reading, met: Reading) -> Finding:
    return Finding("source-twice", severity, message, remedy, subject=met.source, source=reading.source)


def _telling(table: str, places: Mapping[str, Place]) -> tuple[tuple[str, Place], ...]:
    required = {column.name for column in (*TABLES[table], *PACKED.get(table, ())) if column.is_required}
    telling = required | STATEMENT | {column.removesuffix("_no") for column in KEYS.get(table, ())}
    return tuple((name, place) for name, place in places.items() if name in telling)
