"""What rows does a jsonl file have, as text?

A child reads the lines (jsonl_child.py); here they become a table file. A row is a line, counted from 1, and its
columns are keys: they have names and no positions. A packed file is the same, packed by gzip.
"""

from __future__ import annotations

import codecs
import gzip
from collections.abc import Iterator, Mapping, Set
from pathlib import Path
from typing import IO, TYPE_CHECKING

from ledgers.errors import SourceError
from ledgers.ingestion.bounded import Bounds
from ledgers.ingestion.drawn_table import checked_header, drawn_of, stage_drawn
from ledgers.ingestion.reader import RAW_CHARACTERS_MAX, Place, Staging
from ledgers.ingestion.receipt import Receipt

if TYPE_CHECKING:
    from ledgers.configuration_sections import SourceSection
    from ledgers.storage.books import Books

MEMORY_BYTES = 512 << 20
CPU_SECONDS = 20
BYTES_A_SECOND = 1_000_000
UNPACKED_TIMES_MAX = 200
OUTPUT_BYTES = 1 << 30
OUTPUT_TIMES = 4


class JsonlTable:
    """One jsonl file, open to be staged."""

    def __init__(self, receipt: Receipt, declared: SourceSection, scratch: Path) -> None:
        self._receipt = receipt
        self._declared = declared
        self._is_packed = receipt.ending.endswith(".gz")
        unpacked = receipt.bytes_count * (UNPACKED_TIMES_MAX if self._is_packed else 1)
        bounds = Bounds(
            MEMORY_BYTES, CPU_SECONDS + unpacked // BYTES_A_SECOND, max(OUTPUT_BYTES, OUTPUT_TIMES * unpacked)
        )
        arguments = {
            "is_packed": self._is_packed,
            "skips_mark": codecs.lookup(declared.encoding).name == "utf-8-sig",
            "bytes_count": receipt.bytes_count,
        }
        self._drawn = drawn_of(receipt, "jsonl", arguments, bounds, scratch)
        header = self._drawn.made["header"]
        if not header:
            raise SourceError(
                f"{receipt.source}: has no line with an object. Copy the file again, or remove the source from "
                "case.toml."
            )
        self.header: tuple[str, ...] | None = checked_header(receipt.source, header, 1)
        self.width = len(header)

    def count(self) -> int:
        """Give the lines, counted by their ends."""
        return int(self._drawn.made["rows_counted"])

    def stage(self, books: Books, places: Mapping[str, Place]) -> Staging:
        """Leave the rows in `staged`, and those that are none in `unfit`."""
        return stage_drawn(
            books, self._drawn, self._declared, places, self.header or (), self._drawn.made["blank"], ()
        )

    def raw(self, rows: Set[int]) -> Iterator[tuple[int, str]]:
        """Give these lines as they stand in the file, bytes that are no text and NUL written as escapes."""
        last = max(rows, default=0)
        stream: IO[bytes]
        with gzip.open(self._receipt.path) if self._is_packed else self._receipt.path.open("rb") as stream:  # type: ignore[assignment]
            for row, line in enumerate(stream, 1):
                if row > last:
                    return
                if row in rows:
                    text = line[: 4 * RAW_CHARACTERS_MAX].decode("utf-8", "backslashreplace").rstrip("\r\n")
                    yield row, text[:RAW_CHARACTERS_MAX].replace("\0", "\\x00")
