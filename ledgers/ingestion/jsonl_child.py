r"""Which rows do the lines of a jsonl file hold, as text?

One object a line. A number is the text that stands there, never what a program makes of it; null is an absent cell,
true and false are words. The columns are all the keys of all the lines, in the order in which they are first met. A
line that is no flat object is no row: a list or an object inside it, a key twice (programs differ in which of the two
counts), NaN. Runs in the child (confined.py).
"""

from __future__ import annotations

import codecs
import gzip
import json
import re
import zlib
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any, BinaryIO

from ledgers.display import display
from ledgers.ingestion.confined import Refused, RowWriter

LINE_BYTES_MAX = 16 << 20
COLUMNS_MAX = 10_000
BYTES_MAX_UNPACKED = 1 << 30
UNPACKED_TIMES_MAX = 200
CHUNK_BYTES = 1 << 20
FIRST_BYTES_MAX = 2_000
HALF_PAIR = re.compile(rb"\\u[dD][89a-fA-F]")
"""What could be an escape for half of a surrogate pair, which is no character."""
Pairs = list[tuple[str, Any]]


class _NoRow(Exception):
    """Why a line is none: the code of the finding, and why."""

    def __init__(self, code: str, why: str) -> None:
        super().__init__(why)
        self.code = code
        self.why = why


def draw(request: Mapping[str, Any]) -> dict[str, Any]:
    """Write the rows, and give the keys and how many lines there are."""
    places: dict[str, int] = {}
    writer = RowWriter(request)
    decoder = json.JSONDecoder(
        object_pairs_hook=list, parse_int=str, parse_float=str, parse_constant=_refuse_constant, strict=True
    )
    blank: dict[str, int | None] = {"count": 0, "row": None}
    counted = _Counted()
    for row, line in enumerate(_lines(request, counted), 1):
        if not line.strip():
            blank = {"count": (blank["count"] or 0) + 1, "row": blank["row"] or row}
            continue
        try:
            cells = _cells(decoder, line, places)
        except _NoRow as refused:
            cells = []
            # What `ignore` is asked of: a heading among the lines is no JSON, and has no other first cell.
            first = line[:FIRST_BYTES_MAX].decode("utf-8", "replace")
            writer.faults(row, first, [(0, refused.code, refused.why)])
        writer.row(row, cells)
    writer.close()
    return {"header": list(places), "blank": blank, "rows_counted": counted.lines}


def _cells(decoder: json.JSONDecoder, line: bytes, places: dict[str, int]) -> list[str | None]:
    try:
        text = line.decode("utf-8")
    except UnicodeDecodeError as fault:
        why = f"has bytes that are no text in UTF-8, the first is byte {fault.start + 1}"
        raise _NoRow("undecodable-row", why) from fault
    try:
        pairs = decoder.decode(text)
    except json.JSONDecodeError as fault:
        raise _NoRow("broken-row", f"is no JSON ({fault.msg} at character {fault.pos + 1})") from fault
    except RecursionError as deep:
        raise _NoRow("nested-value", "is nested thousands deep") from deep
    if not isinstance(pairs, list) or not text.lstrip().startswith("{"):
        raise _NoRow("broken-row", "is no object in braces")
    cells: list[str | None] = [None] * len(places)
    met: set[str] = set()
    for key, value in pairs:
        if key in met:
            raise _NoRow("repeated-key", f'has the key "{display(key)}" twice')
        met.add(key)
        if isinstance(value, list):
            raise _NoRow("nested-value", f'{display(key)} is a list or an object, not one value')
        place = _place(places, key)
        if place >= len(cells):
            cells += [None] * (place + 1 - len(cells))
        cells[place] = {True: "true", False: "false"}[value] if isinstance(value, bool) else value
    if HALF_PAIR.search(line):
        _check_pairs(cells, met)
    return cells


def _check_pairs(cells: list[str | None], keys: set[str]) -> None:
    try:
        "".join((*(cell or "" for cell in cells), *keys)).encode("utf-8")
    except UnicodeEncodeError:
        raise _NoRow("undecodable-row", "has half of a surrogate pair, which is no character") from None


def _place(places: dict[str, int], key: str) -> int:
    place = places.get(key)
    if place is None:
        with suppress(UnicodeEncodeError):
            key.encode("utf-8")
            place = places[key] = len(places)
            if place >= COLUMNS_MAX:
                raise Refused(f"has more than {COLUMNS_MAX} different keys. Export only the columns needed.")
            return place
        raise _NoRow("undecodable-row", "has half of a surrogate pair in a key, which is no character")
    return place


def _refuse_constant(name: str) -> None:
    raise _NoRow("broken-row", f"has {name}, which is no number")


class _Counted:
    """The lines of a stream, counted by their ends as its pieces pass."""

    def __init__(self) -> None:
        self.lines = 0
        self._is_open = False

    def pass_on(self, pieces: Iterator[bytes]) -> Iterator[bytes]:
        """Give the pieces on."""
        for piece in pieces:
            self.lines += piece.count(b"\n")
            self._is_open = not piece.endswith(b"\n")
            yield piece
        self.lines += self._is_open


def _lines(request: Mapping[str, Any], counted: _Counted) -> Iterator[bytes]:
    """Give every line without its end."""
    with open(request["path"], "rb") as file:
        pieces = _unpacked(file, request) if request["is_packed"] else iter(lambda: file.read(CHUNK_BYTES), b"")
        held = b""
        row = 0
        is_first = True
        for piece in counted.pass_on(pieces):
            if is_first:
                piece, is_first = _without_mark(piece, request), False  # noqa: PLW2901
            *whole, held = (held + piece).split(b"\n")
            for line in whole:
                row += 1
                yield line.removesuffix(b"\r")
            if len(held) > LINE_BYTES_MAX:
                raise Refused(
                    f"has a line of more than {LINE_BYTES_MAX >> 20} MB behind line {row}. "
                    "Check that it is a jsonl file."
                )
        if held:
            yield held.removesuffix(b"\r")


def _without_mark(piece: bytes, request: Mapping[str, Any]) -> bytes:
    if not piece.startswith(codecs.BOM_UTF8):
        return piece
    if not request["skips_mark"]:
        raise Refused('begins with a byte order mark. Declare encoding = "utf-8-sig" for it in case.toml.')
    return piece[len(codecs.BOM_UTF8) :]


def _unpacked(packed: BinaryIO, request: Mapping[str, Any]) -> Iterator[bytes]:
    limit = max(BYTES_MAX_UNPACKED, UNPACKED_TIMES_MAX * request["bytes_count"])
    bytes_count = 0
    try:
        with gzip.GzipFile(fileobj=packed, mode="rb") as stream:
            while piece := stream.read(CHUNK_BYTES):
                bytes_count += len(piece)
                if bytes_count > limit:
                    raise Refused(f"unpacks to more than {limit} bytes. Unpack and look at it first.")
                yield piece
    except (EOFError, gzip.BadGzipFile, zlib.error) as broken:
        why = "is cut off" if isinstance(broken, EOFError) else f"is damaged ({display(str(broken))})"
        raise Refused(f"the gzip file {why}. Copy it again from where it came.") from None
