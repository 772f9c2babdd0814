"""What are the bytes of a file of text, as far as it is looked at?

Every byte is counted once (records, commas, quotes, what is not UTF-8), packed files while they are unpacked and within
the reader's own limits. Of the bytes themselves the first are kept, the last, and some between: a small file whole, of
a large one a few MB, so that a look takes seconds and little memory however large it is. Nothing is decoded here.
"""

from __future__ import annotations

import gzip
import io
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

from ledgers.display import display
from ledgers.errors import SourceError
from ledgers.ingestion.counting import RecordCount, chunks_of_lines
from ledgers.ingestion.csv_table import BYTES_MAX_UNPACKED, UNPACKED_TIMES_MAX

HEAD_BYTES = 8 << 20
TAIL_BYTES = 1 << 20
PIECE_BYTES = 256 << 10
PIECES_MAX = 16
PIECE_EVERY_BYTES = 64 << 20
OnBytes = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Look:
    """What was seen of one file."""

    bytes_count: int
    """Unpacked."""
    head: bytes
    """The first of it, or all."""
    pieces: tuple[bytes, ...]
    """Some lines from between, and the last; each piece begins and ends with a line."""
    counted: RecordCount

    @property
    def is_whole(self) -> bool:
        """Whether the head is all there is."""
        return len(self.head) == self.bytes_count

    @property
    def seen(self) -> bytes:
        """All that is kept, in order."""
        return b"".join((self.head, *self.pieces))


def look_at(path: Path, name: str, on_bytes: OnBytes) -> Look:
    """Look at a file of text, or at one packed by gzip.

    Args:
        path: where it lies.
        name: how it is called, for messages.
        on_bytes: told how many more bytes of the file were read.

    Raises:
        SourceError: it is packed and damaged or a bomb, or has a line that no table has.
    """
    counted = RecordCount(mends_carriage_returns=False)
    head = bytearray()
    pieces: list[bytes] = []
    tail = b""
    with path.open("rb") as file:
        stream = _Counting(file, on_bytes)
        is_packed = path.name.lower().endswith(".gz")
        text = _Unpacking(stream, name, path.stat().st_size) if is_packed else stream
        for chunk in chunks_of_lines(cast(BinaryIO, io.BufferedReader(text)), name):
            if len(head) < HEAD_BYTES:
                head += chunk
            else:
                if counted.bytes_count // PIECE_EVERY_BYTES > len(pieces) and len(pieces) < PIECES_MAX:
                    pieces.append(_lines(chunk[:PIECE_BYTES]))
                tail = (tail + chunk)[-TAIL_BYTES:] if len(chunk) < TAIL_BYTES else chunk[-TAIL_BYTES:]
            counted.feed(chunk)
    counted.finish()
    if tail:
        pieces.append(tail.partition(b"\n")[2])
    return Look(counted.bytes_count, bytes(head), tuple(pieces), counted)


def _lines(chunk: bytes) -> bytes:
    return chunk[: chunk.rfind(b"\n") + 1]


class _Counting(io.RawIOBase):
    """A file that tells how far it was read."""

    def __init__(self, file: BinaryIO, on_bytes: OnBytes) -> None:
        self._file, self._on_bytes = file, on_bytes

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        read = self._file.read(len(buffer))
        buffer[: len(read)] = read
        self._on_bytes(len(read))
        return len(read)


class _Unpacking(io.RawIOBase):
    """What a packed file holds, up to the limit from which it is a bomb."""

    def __init__(self, packed: io.RawIOBase, name: str, packed_bytes: int) -> None:
        self._stream = gzip.GzipFile(fileobj=io.BufferedReader(packed), mode="rb")
        self._name = name
        self._left = max(BYTES_MAX_UNPACKED, UNPACKED_TIMES_MAX * packed_bytes)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        try:
            read = self._stream.read(len(buffer))
        except (EOFError, gzip.BadGzipFile, zlib.error) as broken:
            why = "is cut off" if isinstance(broken, EOFError) else f"is damaged ({display(str(broken))})"
            raise SourceError(f"{self._name}: the gzip file {why}. Copy it again from where it came.") from None
        buffer[: len(read)] = read
        self._left -= len(read)
        if self._left < 0:
            raise SourceError(f"{self._name}: unpacks to more than a file of its size can hold. Look at it first.")
        return len(read)
