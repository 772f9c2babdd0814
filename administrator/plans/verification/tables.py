"""Is each table written as the contract says, and what are its rows? Header, strict csv, width, keys in byte order.

It does not know what a cell means. Files are read in order, a block at a time; nothing but one block is held.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from io import BufferedReader, StringIO
from pathlib import Path

from administrator.plans.verification.verdict import Faults

Row = list[str]
Record = str | Row
"""One record: the text of its cells joined by commas, or the cells themselves where one of them holds a comma."""

HEADERS: dict[str, str] = {
    "findings.csv": "code,severity,subject,asset,quantity,message,source,row,column,remedy",
    "rejects.csv": "source,row,reason,raw",
    "reconciliation.csv": "asset,owed,negative,held_customer,held_house,held_guarantee,hot,shortfall,coverage,price,"
                          "owed_value,shortfall_value",
    "bridge.csv": "asset,line,quantity",
    "segregation.csv": "test,asset,measured,required,met",
    "flows.csv": "party,party_kind,asset,taken,returned,net",
    "losses.csv": "event,peril,asset,custody,quantity,value",
    "coverage.csv": "source,event,ground_up,covered,due,received,distributed,reason",
    "accounts.csv": "account,omnibus,election",
    "claims.csv": "account,asset,scheduled,filed,allowed,disputed,unclaimed,disallowed,value",
    "set_offs.csv": "account,asset,side,part,holder,quantity,value,set_off",
    "bases.csv": "account,asset,part,event,custody,base,met",
    "pools.csv": "pool,asset,gross,costs,holdback,distributable,claims,awarded,overpaid,surplus,residue,"
                 "dividend_numerator,dividend_denominator",
    "schedule.csv": "account,claim_asset,part,step,pay_asset,claim,entitled,paid_before,quantity,value,status,reason",
    "holders.csv": "account,allowed_value,returned_value,compensated_value,estate_value,withheld_value,unpaid_value,"
                   "recovery",
    "returnable.csv": "transfer,occurred_at,asset,quantity,sender,wallet,account,paid_before,due",
    "deliveries.csv": "account,claim_asset,part,step,pay_asset,holder,asset,discharged,quantity,status,reason",
    "titles.csv": "account,claim_asset,part,step,pay_asset,holder,paid_to,held,quantity,value,status,reason",
}
WIDTHS = {name: header.count(",") + 1 for name, header in HEADERS.items()}
PREFIX_KEYS = {"reconciliation.csv": 1, "segregation.csv": 2, "coverage.csv": 2, "claims.csv": 2, "bases.csv": 5,
               "pools.csv": 1, "schedule.csv": 5, "holders.csv": 1, "returnable.csv": 1, "titles.csv": 6,
               "set_offs.csv": 4, "accounts.csv": 1, "deliveries.csv": 7}
SCATTERED_KEYS = {"findings.csv": (0, 2, 6, 7, 8), "rejects.csv": (0, 1), "flows.csv": (0, 2), "losses.csv": (0, 2, 3)}
ROW_NUMBER = {"findings.csv": 7, "rejects.csv": 1}
BLOCK_BYTES = 1 << 19
CELL_AT_MOST = 1 << 24
ROW_DIGITS_AT_MOST = 18


def cells(record: Record) -> Row:
    """The cells of a record.

    >>> cells("A,BTC,,1"), cells(["A", "a, b"])
    (['A', 'BTC', '', '1'], ['A', 'a, b'])
    """
    return record.split(",") if isinstance(record, str) else record


def joined(row: Row) -> Record:
    """The record of these cells.

    >>> joined(["A", "BTC", "", "1"]), joined(["A", "a, b"])
    ('A,BTC,,1', ['A', 'a, b'])
    """
    text = ",".join(row)
    return row if text.count(",") >= max(len(row), 1) else text


def parsed(text: str) -> tuple[list[Record], csv.Error | None]:
    """The records of a text in which cells are quoted, by the standard reader, up to what it cannot read."""
    made: list[Record] = []
    try:
        made += map(joined, csv.reader(StringIO(text, newline=""), strict=True))
    except csv.Error as error:
        return made, error
    return made, None


def blocks(opened: BufferedReader) -> Iterator[bytes]:
    """Pieces of a file that end where a record ends: behind a line feed, and not inside of quotes."""
    while block := opened.read(BLOCK_BYTES):
        lines = [block, opened.readline()]
        size, quotes = sum(map(len, lines)), sum(line.count(b'"') for line in lines)
        while quotes % 2 and size < CELL_AT_MOST and (line := opened.readline()):
            lines.append(line)
            size, quotes = size + len(line), quotes + line.count(b'"')
        yield b"".join(lines)


class Tables:
    """The tables of one folder, and how many rows each had."""

    __slots__ = ("counts", "faults", "folder")

    def __init__(self, folder: Path, faults: Faults) -> None:
        csv.field_size_limit(CELL_AT_MOST)
        self.folder = folder
        self.faults = faults
        self.counts: dict[str, int] = {}

    def pieces(self, name: str) -> Iterator[list[Record]]:
        """The records of a table, header first, some thousands at a time; what is not csv is a fault and ends the file.

        Where no cell is quoted a record is its line. Only blocks with a quote or a carriage return need the csv reader.
        """
        number = 0
        self.counts[name] = 0
        path = self.folder / name
        if not path.is_file():
            return
        broken: Exception | None = None
        with path.open("rb") as opened:
            for block in blocks(opened):
                try:
                    text = block.decode("utf-8")
                except UnicodeDecodeError as error:
                    broken = error
                    text = block[:block.rfind(b"\n", 0, error.start) + 1].decode("utf-8")
                records: list[Record]
                if '"' in text or "\r" in text:
                    records, unreadable = parsed(text)
                    broken = unreadable or broken
                else:
                    records = [*text.split("\n")]
                    if not records[-1]:
                        del records[-1]
                if records and not number:
                    self.faults.same(name, 1, "header", HEADERS[name], ",".join(cells(records[0])))
                number += len(records)
                self.counts[name] = max(number - 1, 0)
                yield records
                if broken is not None:
                    break
        if isinstance(broken, csv.Error):
            self.faults.note(name, number + 1, "strict csv", "a row that can be read", broken)
        elif broken is not None:
            self.faults.note(name, number + 1, "encoding", "UTF-8", broken)
        if not number:
            self.faults.note(name, 1, "header", HEADERS[name], "an empty file")

    def fitted(self, name: str, number: int, row: Row) -> Row:
        """A row too short or too long, which is a fault, padded or cut so that every column has a place."""
        width = WIDTHS[name]
        self.faults.note(name, number, "cells in the row", width, len(row))
        return (row + [""] * width)[:width]

    def records(self, name: str) -> Iterator[Row]:
        """The rows after the header, each of the right width."""
        number, width = 0, WIDTHS[name]
        for records in self.pieces(name):
            for record in records:
                number += 1
                if number > 1:
                    row = record.split(",") if isinstance(record, str) else record
                    yield row if len(row) == width else self.fitted(name, number, row)

    def numbered(self, name: str) -> Iterator[tuple[int, Row]]:
        """The rows with their record numbers, their keys strictly rising (bridge.csv apart: its order is its own)."""
        size = PREFIX_KEYS.get(name)
        scattered = SCATTERED_KEYS.get(name)
        last: list[str] | None = None
        key: list[str]
        for number, row in enumerate(self.records(name), 2):
            if size is not None:
                key = row[:size]
            elif scattered is not None:
                key = [row[place] for place in scattered]
            else:
                yield number, row
                continue
            if last is not None and key <= last:
                self.faults.note(name, number, "key order", f"a key above {'/'.join(last)}", "/".join(key))
            last = key
            yield number, row

    def whole(self, name: str) -> list[tuple[int, Row]]:
        """All rows of a short table."""
        return list(self.numbered(name))

    def notices(self, name: str) -> bool:
        """Check findings.csv or rejects.csv, whose row numbers may stand in the order of numbers or of bytes.

        Returns whether a row of it is of severity blocking.
        """
        places = SCATTERED_KEYS[name]
        numeric = places.index(ROW_NUMBER[name])
        broken: list[tuple[int, str]] = []
        last: tuple[list[str], list[str | int]] | None = None
        orders = [True, True]
        blocking = False
        for number, row in enumerate(self.records(name), 2):
            blocking = blocking or (name == "findings.csv" and row[1] == "blocking")
            if name == "findings.csv" and row[1] not in ("note", "warning", "blocking"):
                self.faults.note(name, number, "severity", "note, warning or blocking", row[1])
            key = [row[place] for place in places]
            counted: list[str | int] = list(key)
            digits = key[numeric]
            whole = digits.isascii() and digits.isdigit() and len(digits) <= ROW_DIGITS_AT_MOST
            if digits and not whole:
                self.faults.note(name, number, "row", "a whole number or nothing", digits)
            counted[numeric] = int(digits) if whole else -1
            if last is not None:
                before = list(orders)
                orders[0] = orders[0] and last[0] < key
                orders[1] = orders[1] and last[1] < counted
                if before != orders:
                    broken.append((number, "/".join(key)))
            last = (key, counted)
        if not any(orders):
            number, found = broken[-1]
            self.faults.note(name, number, "key order", "a key above the one before", found)
        return blocking
