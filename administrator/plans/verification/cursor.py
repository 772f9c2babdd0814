"""Where are we in a long file, and whose rows come next? One file read account by account, forwards only.

It does not know what a row says beyond its key; a few hundred kilobytes of records are held at a time.
"""

from __future__ import annotations

from administrator.plans.verification.tables import PREFIX_KEYS, WIDTHS, Record, Row, Tables, cells


def account_of(record: Record) -> str:
    """The first cell."""
    return record.partition(",")[0] if isinstance(record, str) else record[0]


class Cursor:
    """The records of one table that are not yet used.

    `records` holds some of them, `at` is the place of the next, and the one before it stays, for its key.
    """

    __slots__ = ("_pieces", "_used", "at", "name", "records", "tables")

    def __init__(self, tables: Tables, name: str) -> None:
        self.tables = tables
        self.name = name
        self.records: list[Record] = []
        self.at = 1
        self._used = 0
        """Records dropped from the front."""
        self._pieces = tables.pieces(name)
        while len(self.records) < self.at and self.more():
            pass

    @property
    def number(self) -> int:
        """The record number of the next row, or of the one that would stand there at the end."""
        return max(self._used + self.at + 1, 2)

    def more(self) -> bool:
        """Hold some further records; false where the file has no more."""
        read = next(self._pieces, None)
        if read is None:
            return False
        dropped = self.at - 1
        if dropped > 0:
            del self.records[:dropped]
            self._used += dropped
            self.at = 1
        self.records += read
        return True

    def account(self) -> str | None:
        """Whose row is next; nothing at the end."""
        while self.at >= len(self.records):
            if not self.more():
                return None
        return account_of(self.records[self.at])

    def waiting(self, account: str) -> list[str]:
        """The next records, as far as they are of the account; none where one of its cells holds a comma."""
        lines: list[str] = []
        start = f"{account},"
        records, place = self.records, self.at
        while True:
            while place < len(records):
                record = records[place]
                if not isinstance(record, str):
                    return [] if record[0] == account else lines
                if not record.startswith(start):
                    return lines
                lines.append(record)
                place += 1
            if not self.more():
                return lines
            place = self.at + len(lines)

    def comes(self, wanted: list[Record], account: str) -> bool:
        """Whether the next rows are these of the account, and what follows is of a later one."""
        count = len(wanted)
        while self.at + count >= len(self.records) and self.more():
            pass
        end = self.at + count
        if self.records[self.at:end] != wanted:
            return False
        return end >= len(self.records) or account_of(self.records[end]) > account

    def take(self, account: str) -> tuple[int, list[Row]]:
        """The next rows as far as they are of the account, and the record number of the first; keys must rise."""
        name, size, faults = self.name, PREFIX_KEYS[self.name], self.tables.faults
        first = number = self.number
        width = WIDTHS[name]
        rows: list[Row] = []
        last = cells(self.records[self.at - 1])[:size] if first > 2 else []
        while self.at < len(self.records) or self.more():
            record = self.records[self.at]
            row = record.split(",") if isinstance(record, str) else record
            if row[0] != account:
                break
            if len(row) != width:
                row = self.tables.fitted(name, number, row)
            key = row[:size]
            if key <= last:
                faults.note(name, number, "key order", f"a key above {'/'.join(last)}", "/".join(key))
            last = key
            rows.append(row)
            self.at += 1
            number += 1
        return first, rows
