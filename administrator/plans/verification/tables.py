"""Is each table written as the contract says, and what are its rows? Header, strict csv, width, keys in byte order.

It does not know what a cell means. Files are read in order, a row at a time; nothing but the last key is held.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

from administrator.plans.verification.verdict import Faults

Row = list[str]

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
    "claims.csv": "account,asset,scheduled,filed,allowed,disputed,unclaimed,disallowed,value",
    "bases.csv": "account,asset,part,event,custody,base,met",
    "pools.csv": "pool,asset,gross,costs,holdback,distributable,claims,awarded,surplus,residue,dividend_numerator,"
                 "dividend_denominator",
    "schedule.csv": "account,claim_asset,part,step,pay_asset,claim,entitled,paid_before,quantity,value,status,reason",
    "holders.csv": "account,allowed_value,returned_value,compensated_value,withheld_value,unpaid_value,recovery",
}
PREFIX_KEYS = {"reconciliation.csv": 1, "segregation.csv": 2, "coverage.csv": 2, "claims.csv": 2, "bases.csv": 5,
               "pools.csv": 1, "schedule.csv": 5, "holders.csv": 1}
SCATTERED_KEYS = {"findings.csv": (0, 2, 6, 7, 8), "rejects.csv": (0, 1), "flows.csv": (0, 2), "losses.csv": (0, 2, 3)}
ROW_NUMBER = {"findings.csv": 7, "rejects.csv": 1}
CELL_AT_MOST = 1 << 24
ROW_DIGITS_AT_MOST = 18


class Tables:
    """The tables of one folder, and how many rows each had."""

    __slots__ = ("counts", "faults", "folder")

    def __init__(self, folder: Path, faults: Faults) -> None:
        csv.field_size_limit(CELL_AT_MOST)
        self.folder = folder
        self.faults = faults
        self.counts: dict[str, int] = {}

    def records(self, name: str) -> Iterator[Row]:
        """The rows after the header, each of the right width; what is not csv is a fault and ends the file.

        A row too short or too long is a fault and is padded or cut, so that record numbers stay true.
        """
        header = HEADERS[name].split(",")
        width = len(header)
        number = 0
        self.counts[name] = 0
        path = self.folder / name
        if not path.is_file():
            return
        with path.open(encoding="utf-8", errors="strict", newline="") as opened:
            reader = csv.reader(opened, strict=True)
            try:
                for number, row in enumerate(reader, 1):
                    if number == 1:
                        self.faults.same(name, 1, "header", ",".join(header), ",".join(row))
                    elif len(row) == width:
                        yield row
                    else:
                        self.faults.note(name, number, "cells in the row", width, len(row))
                        yield (row + [""] * width)[:width]
            except csv.Error as error:
                self.faults.note(name, number + 1, "strict csv", "a row that can be read", error)
            except UnicodeDecodeError as error:
                self.faults.note(name, number + 1, "encoding", "UTF-8", error)
        if not number:
            self.faults.note(name, 1, "header", ",".join(header), "an empty file")
        self.counts[name] = max(number - 1, 0)

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

    def grouped(self, name: str) -> Iterator[tuple[str, int, list[Row]]]:
        """The rows of each account in turn: account, record number of its first row, its rows.

        Accounts that return after others are a fault of the key order, and come as a group of their own.
        """
        size = PREFIX_KEYS[name]
        faults = self.faults
        rows: list[Row] = []
        account = ""
        first = 2
        last: Row = []
        number = 1
        for row in self.records(name):
            number += 1
            key = row[:size]
            if key <= last:
                faults.note(name, number, "key order", f"a key above {'/'.join(last)}", "/".join(key))
            last = key
            if row[0] != account and rows:
                yield account, first, rows
                rows = []
            if not rows:
                account = row[0]
                first = number
            rows.append(row)
        if rows:
            yield account, first, rows

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
