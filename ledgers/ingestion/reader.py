"""What must a reader of one kind of file give, so that everything behind it is the same?

Rows as text, with their numbers in the file, in the columns of the contract; and the number of rows by a count of its
own. A reader types nothing, drops nothing and decides nothing about a value. To add one: README.md here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from ledgers.models import Finding
from ledgers.storage.books import Books

RAW_CHARACTERS_MAX = 2_000


@dataclass(frozen=True, slots=True)
class Constant:
    """A column that the file does not have; every row says the same."""

    text: str


UNFIT_REMEDIES = {
    "rounded-cells": "Export the column again as text, or from the books it came from.",
    "error-cell": "Correct the cell, or save the sheet as values.",
    "nested-value": "Export one value a key.",
    "repeated-key": "Remove one of the two, or export the line again.",
    "credit-and-debit": "Fill in one of the two, or declare `ignore` for lines that are no movement.",
}
"""What to do about a row in `unfit`, by its code, where it is not to correct the row."""

Place: TypeAlias = int | Constant | None
"""Where a column of the contract comes from: a column of the file from 1, a constant, or nowhere."""


@dataclass(frozen=True, slots=True)
class Met:
    """How many of a kind were met in a file, and the row of the first."""

    count: int = 0
    row: int | None = None


@dataclass(frozen=True, slots=True)
class Staging:
    """What a reader found on its way."""

    rows: int
    """Rows after the header that it read, blank and unfit ones among them."""
    blank: Met = Met()
    """Lines without anything."""
    mended: Met = Met()
    """Cells that were mended."""
    typed: int = 0
    """Of the rows, those that are in the typed table already."""
    findings: tuple[Finding, ...] = ()
    """What the file itself shows that a table cannot: hidden, merged, computed, kept as a binary fraction."""


class TableFile(Protocol):
    """One file, open to be staged."""

    width: int
    """Columns of the file."""
    header: tuple[str, ...] | None
    """None where the source gives every column by its position: then the first record is a row."""

    def count(self) -> int:
        """Give the rows after the header, counted without reading them."""
        ...

    def stage(self, books: Books, places: Mapping[str, Place]) -> Staging:
        """Leave `staged` and `unfit` as relations/stage.sql says, one row a row of the file."""
        ...

    def raw(self, rows: Set[int]) -> Iterator[tuple[int, str]]:
        """Give these rows as they stand in the file, cut to RAW_CHARACTERS_MAX characters."""
        ...
