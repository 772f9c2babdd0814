"""A font of one square for every character it has: so that no test depends on the fonts of the machine it runs on."""

from __future__ import annotations

import struct
from collections.abc import Iterable

LATIN = "".join(map(chr, range(0x20, 0x7F))) + "…"
EM = 1000


def font(characters: Iterable[str], family: str, *, cmap_format: int = 12, is_bold: bool = False) -> bytes:
    """Make an OpenType font that has some characters and no other."""
    points = sorted({ord(character) for character in characters})
    square = struct.pack(">hhhhh", 1, 50, 0, 450, 700) + struct.pack(">HH", 3, 0) + bytes([1, 1, 1, 1])
    square += struct.pack(">4h", 50, 400, 0, -400) + struct.pack(">4h", 0, 0, 700, 0)
    named = family.encode("utf-16-be")
    names = struct.pack(">6H", 3, 1, 0x409, 1, len(named), 0) + struct.pack(">6H", 3, 1, 0x409, 6, len(named), 0)
    tables = {
        b"OS/2": struct.pack(">HhHHH", 4, 500, 700 if is_bold else 400, 5, 0).ljust(62, b"\0")
        + struct.pack(">H", 0x40) + bytes(32),
        b"cmap": _cmap(points, cmap_format),
        b"glyf": square,
        b"head": struct.pack(">IIIIHH", 0x10000, 0x10000, 0, 0x5F0F3CF5, 0, EM) + bytes(16)
        + struct.pack(">4hHHhhh", 0, 0, 500, 700, 0, 8, 2, 1, 0),
        b"hhea": struct.pack(">I3hH11hH", 0x10000, 800, -200, 0, 500, *(0,) * 11, 2),
        b"hmtx": struct.pack(">4h", 500, 0, 500, 0),
        b"loca": struct.pack(">III", 0, 0, len(square)),
        b"maxp": struct.pack(">IH13H", 0x10000, 2, 4, 1, *(0,) * 11),
        b"name": struct.pack(">HHH", 0, 2, 6 + len(names)) + names + named,
        b"post": struct.pack(">I", 0x30000) + bytes(28),
    }  # fmt: skip
    at = 12 + 16 * len(tables)
    directory, body = struct.pack(">IHHHH", 0x10000, len(tables), 0, 0, 0), b""
    for tag, table in sorted(tables.items()):
        directory += tag + struct.pack(">III", 0, at + len(body), len(table))
        body += table + bytes(-len(table) % 4)
    return directory + body


def collection(*fonts: bytes) -> bytes:
    """Put fonts into one file."""
    start = 12 + 4 * len(fonts)
    offsets, body = [], b""
    for one in fonts:
        at = start + len(body)
        offsets.append(at)
        count = struct.unpack_from(">H", one, 4)[0]
        moved = bytearray(one)
        for record in range(12, 12 + 16 * count, 16):
            struct.pack_into(">I", moved, record + 8, struct.unpack_from(">I", one, record + 8)[0] + at)
        body += bytes(moved)
    return b"ttcf" + struct.pack(">II", 0x10000, len(fonts)) + struct.pack(f">{len(fonts)}I", *offsets) + body


def _cmap(points: list[int], layout: int) -> bytes:
    if layout == 12:
        groups = b"".join(struct.pack(">III", point, point, 1) for point in points)
        table = struct.pack(">HHIII", 12, 0, 16 + len(groups), 0, len(points)) + groups
        return struct.pack(">HHHHI", 0, 1, 3, 10, 12) + table
    # Format 4: even segments point by a difference, odd ones by a list of glyphs behind the table.
    points = [point for point in points if point < 0xFFFF]
    count = len(points) + 1
    deltas, offsets, listed = [], [], 0
    for at, point in enumerate(points):
        deltas.append((1 - point) & 0xFFFF if at % 2 == 0 else 0)
        offsets.append(0 if at % 2 == 0 else 2 * (count - at) + 2 * listed)
        listed += at % 2
    packed = struct.pack(f">{count}H", *points, 0xFFFF) + b"\0\0" + struct.pack(f">{count}H", *points, 0xFFFF)
    packed += struct.pack(f">{count}H", *deltas, 1) + struct.pack(f">{count}H", *offsets, 0)
    packed += struct.pack(f">{listed}H", *(1,) * listed)
    head = struct.pack(">7H", 4, 14 + len(packed), 0, 2 * count, 0, 0, 0)
    return struct.pack(">HHHHI", 0, 1, 3, 1, 12) + head + packed
