"""How many records are in these bytes, and are they plain?

The second, independent count behind the row equation: it looks at bytes and knows nothing of the csv module or of
DuckDB. While it counts, it notes what keeps a file from being plain (quotes, NUL, mixed line ends, blank lines, other
than UTF-8), which decides how it is read. It splits nothing and types nothing.

A record ends at LF, CRLF or CR outside quotes. A quote opens a cell only where the cell begins, is doubled inside, and
must be followed by a comma or the end of the record when it closes; where it is not, the rest of that line belongs to
the faulty record. Where carriage returns are mended, one without LF behind it is part of its cell.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import TYPE_CHECKING, BinaryIO, Final

import numpy as np

from ledgers.errors import SourceError

if TYPE_CHECKING:
    from numpy.typing import NDArray

CHUNK_BYTES = 4 << 20
LINE_BYTES_MAX = 64 << 20
STRUCTURE: Final = re.compile(rb'\r\n|[\r\n",]')
LF, CR, QUOTE, COMMA = b'\n\r",'
BYTE_ORDER_MARK: Final = codecs.BOM_UTF8


class _Place(Enum):
    """Where in a record the next byte stands."""

    CELL_START = auto()
    IN_PLAIN_CELL = auto()
    IN_QUOTES = auto()
    BEHIND_QUOTE = auto()
    IN_FAULT = auto()


@dataclass(slots=True)
class RecordCount:
    """What the bytes of one file are, in chunks of whole lines."""

    mends_carriage_returns: bool
    records: int = 0
    bytes_count: int = 0
    quotes: int = 0
    commas: int = 0
    nuls: int = 0
    line_feeds: int = 0
    carriage_returns: int = 0
    pairs: int = 0
    """CR LF."""
    has_blank_line: bool = False
    has_mark: bool = False
    """Begins with the byte order mark of UTF-8."""
    undecodable_at: int | None = None
    """Offset of the first byte that is not UTF-8."""
    quote_opened_in: int | None = None
    """Record in which a quote was opened that nothing closes, once the end is reached."""
    _place: _Place = _Place.CELL_START
    _is_open_line: bool = False
    _decoder: codecs.IncrementalDecoder = field(default_factory=codecs.getincrementaldecoder("utf-8"))

    def feed(self, chunk: bytes) -> None:
        """Count what a chunk holds; every chunk but the last ends with a line feed."""
        self._decode(chunk)
        length = len(chunk)
        if self.bytes_count == 0:
            self.has_mark = chunk.startswith(BYTE_ORDER_MARK)
            # The first cell begins behind the mark, and may be quoted.
            chunk = chunk.removeprefix(BYTE_ORDER_MARK)
        columns = np.frombuffer(chunk, np.uint8)
        feeds = columns == LF
        line_feeds, carriage_returns, quotes, commas, nuls = (
            int(np.count_nonzero(found))
            for found in (feeds, columns == CR, columns == QUOTE, columns == COMMA, columns == 0)
        )
        pairs = chunk.count(b"\r\n") if carriage_returns else 0
        self.has_blank_line = self.has_blank_line or _has_blank_line(chunk, feeds, carriage_returns > 0)
        if not quotes and self._place is _Place.CELL_START:
            self.records += line_feeds + (0 if self.mends_carriage_returns else carriage_returns - pairs)
        elif not self._count_paired(chunk):
            self._walk(chunk)
        self.bytes_count += length
        self.commas += commas
        self.nuls += nuls
        self.quotes += quotes
        self.line_feeds += line_feeds
        self.carriage_returns += carriage_returns
        self.pairs += pairs
        self._is_open_line = not chunk.endswith((b"\n",) if self.mends_carriage_returns else (b"\n", b"\r"))

    def finish(self) -> None:
        """Count a last record that no line end closes."""
        self._decode(b"", final=True)
        if self._place is _Place.IN_QUOTES:
            self.quote_opened_in = self.records + 1
            self.records += 1
        elif self.bytes_count and self._is_open_line:
            self.records += 1

    @property
    def is_plain(self) -> bool:
        """Whether a line is a record, a comma always parts two cells, and every byte is text."""
        is_uniform = self.carriage_returns in (0, self.line_feeds) and self.pairs == self.carriage_returns
        return is_uniform and not (self.quotes or self.nuls or self.has_blank_line) and self.undecodable_at is None

    def _decode(self, chunk: bytes, final: bool = False) -> None:
        if self.undecodable_at is not None:
            return
        held = len(self._decoder.getstate()[0])
        try:
            self._decoder.decode(chunk, final)
        except UnicodeDecodeError as fault:
            self.undecodable_at = self.bytes_count - held + fault.start

    def _count_paired(self, chunk: bytes) -> bool:
        """Count by the parity of quotes, which is right where every quote stands where one may; say whether it does."""
        if self._place not in (_Place.CELL_START, _Place.IN_QUOTES):
            return False
        columns = np.frombuffer(chunk, dtype=np.uint8)
        is_quote = columns == QUOTE
        inside = self._place is _Place.IN_QUOTES
        is_inside = (np.cumsum(is_quote) + inside) % 2 == 1
        places = np.flatnonzero(is_quote)
        opens = places[is_inside[places]]
        closes = places[~is_inside[places]]
        ends = columns == LF
        bare = np.zeros(len(columns), dtype=bool)
        bare[:-1] = (columns[:-1] == CR) & (columns[1:] != LF)
        bare[-1] = columns[-1] == CR
        stops = ends | (columns == COMMA) | is_quote | ((columns == CR) & ~(bare & self.mends_carriage_returns))
        before = opens[opens > 0] - 1
        behind = closes[closes < len(columns) - 1] + 1
        starts_well = ends | (columns == COMMA) | is_quote | (bare & (not self.mends_carriage_returns))
        if not (starts_well[before].all() and stops[behind].all()):
            return False
        if not self.mends_carriage_returns:
            ends = ends | bare
        self.records += int(np.count_nonzero(ends & ~is_inside))
        self._place = _Place.IN_QUOTES if is_inside[-1] else _Place.CELL_START
        return True

    def _walk(self, chunk: bytes) -> None:
        """Count a chunk quote by quote: the definition, for the few chunks in which a quote stands where none may."""
        place, past = self._place, 0
        for match in STRUCTURE.finditer(chunk):
            if match.start() > past:
                place = _beside(place)
            past = match.end()
            mark = match.group()
            if mark == b'"':
                place = _quoted(place)
            elif mark == b"\r" and self.mends_carriage_returns:
                place = _beside(place)
            elif place is _Place.IN_QUOTES:
                continue
            elif mark != b",":
                self.records += 1
                place = _Place.CELL_START
            elif place is not _Place.IN_FAULT:
                place = _Place.CELL_START
        self._place = _beside(place) if past < len(chunk) else place


def _beside(place: _Place) -> _Place:
    """Give the place after a byte that is no comma, quote or line end."""
    return {_Place.CELL_START: _Place.IN_PLAIN_CELL, _Place.BEHIND_QUOTE: _Place.IN_FAULT}.get(place, place)


def _quoted(place: _Place) -> _Place:
    """Give the place after a quote."""
    return {
        _Place.CELL_START: _Place.IN_QUOTES,
        _Place.IN_QUOTES: _Place.BEHIND_QUOTE,
        _Place.BEHIND_QUOTE: _Place.IN_QUOTES,
    }.get(place, place)


def _has_blank_line(chunk: bytes, feeds: NDArray[np.bool_], has_carriage_returns: bool) -> bool:
    if chunk.startswith((b"\n", b"\r")) or bool((feeds[1:] & feeds[:-1]).any()):
        return True
    return has_carriage_returns and (b"\n\r" in chunk or b"\r\r" in chunk)


def chunks_of_lines(stream: BinaryIO, source: str) -> Iterator[bytes]:
    """Give a stream in chunks that end with a line feed.

    Raises:
        SourceError: a line is longer than any table has.
    """
    while chunk := stream.read(CHUNK_BYTES):
        if not chunk.endswith(b"\n"):
            chunk += stream.readline(LINE_BYTES_MAX)
            if len(chunk) >= LINE_BYTES_MAX and not chunk.endswith(b"\n"):
                raise SourceError(
                    f"{source}: has a line of more than {LINE_BYTES_MAX} bytes. Check that it is a csv file."
                )
        yield chunk
