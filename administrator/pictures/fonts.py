"""Which fonts of this machine are needed to draw a text? Only those found in the folders where systems keep them.

A font that is not there leaves boxes or nothing, and no renderer says so. So the characters each font has are read
from its file (tables `name`, `OS/2` and `cmap` of OpenType), fonts are taken in the order in which the pictures name
them until every character is covered, and whatever no font has is named. Nothing is fetched from anywhere.
"""

from __future__ import annotations

import os
import sys
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from struct import Struct, error
from typing import BinaryIO

SUFFIXES = frozenset({".ttf", ".otf", ".ttc", ".otc"})
FACES_MAX = 64
"""In one collection; more is no font."""
TABLE_BYTES_MAX = 64 * 1024 * 1024
LETTERS = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789 .,-()")
"""What the first font must have: figures and Latin letters are never put together from several."""

_U16, _U32 = Struct(">H"), Struct(">I")
_RECORD = Struct(">4sIII")
_NAME = Struct(">6H")
_GROUP = Struct(">III")
_FAMILY, _POSTSCRIPT_NAME, _TYPOGRAPHIC_FAMILY = 1, 6, 16
_WINDOWS, _UNICODE = 3, 0
_REGULAR, _NORMAL_WIDTH = 400, 5


@dataclass(frozen=True, slots=True)
class Face:
    """One font in a file."""

    path: Path
    families: frozenset[str]
    is_regular: bool
    """Neither bold nor italic nor narrow."""
    cmap: int
    """Where the table of characters begins in the file; 0 where there is none."""
    cmap_bytes: int


@dataclass(frozen=True, slots=True)
class Chosen:
    """The fonts to draw with."""

    paths: tuple[Path, ...]
    """The files, the preferred first."""
    family: str
    """Of the first: for what names no font that is there."""
    missing: tuple[str, ...]
    """Characters that no font has, in order."""


def system_folders(environment: Mapping[str, str], platform: str) -> tuple[Path, ...]:
    """Give the folders where a system keeps fonts, in the order in which they are looked through.

    Args:
        environment: such as `os.environ`.
        platform: such as `sys.platform`.
    """
    home = Path(environment.get("HOME") or environment.get("USERPROFILE") or os.sep)
    if platform == "darwin":
        return Path("/System/Library/Fonts"), Path("/Library/Fonts"), home / "Library" / "Fonts"
    if platform == "win32":
        windows = Path(environment.get("WINDIR", "C:\\Windows")) / "Fonts"
        local = environment.get("LOCALAPPDATA")
        return (windows, Path(local) / "Microsoft" / "Windows" / "Fonts") if local else (windows,)
    shared = environment.get("XDG_DATA_DIRS") or "/usr/local/share:/usr/share"
    own = Path(environment.get("XDG_DATA_HOME") or home / ".local" / "share")
    return (*(Path(part) / "fonts" for part in shared.split(":") if part), own / "fonts", home / ".fonts")


def this_system() -> tuple[Path, ...]:
    """Give the font folders of the machine that this runs on."""
    return system_folders(os.environ, sys.platform)


def faces_in(folders: Iterable[Path]) -> list[Face]:
    """List the fonts below some folders, by path; what is no font, or a broken one, is left out."""
    found: dict[Path, None] = {}
    for folder in folders:
        for place, subfolders, names in os.walk(folder):
            subfolders.sort()
            for name in sorted(names):
                if Path(name).suffix.lower() in SUFFIXES:
                    found[Path(place) / name] = None
    return [face for path in found for face in _faces(path) if face.families]


def choose(text: Iterable[str], preferred: Sequence[str], folders: Iterable[Path]) -> Chosen:
    """Choose as few fonts as the order of preference allows for some text.

    Args:
        text: all that is written; each text may be of any length.
        preferred: names of families, the best first; any other family comes behind them.
        folders: where fonts are looked for.
    """
    needed = {character for piece in text for character in unicodedata.normalize("NFC", piece)}
    missing = {character for character in needed if not character.isspace()} | {" "}
    rank = {family: at for at, family in enumerate(preferred)}

    def order(face: Face) -> tuple[bool, int, str]:
        best = min(rank.get(family, len(rank)) for family in face.families)
        return not face.is_regular, best, face.path.as_posix()

    paths: list[Path] = []
    family = ""
    for face in sorted(faces_in(folders), key=order):
        if family and not missing:
            break
        has = characters_of(face)
        if not family:
            if not all(ord(letter) in has for letter in LETTERS):
                continue
            family = min(face.families, key=lambda name: (rank.get(name, len(rank)), name))
        elif not any(ord(character) in has for character in missing):
            continue
        missing = {character for character in missing if ord(character) not in has}
        if face.path not in paths:
            paths.append(face.path)
    if not family:
        missing = {character for character in needed if not character.isspace()}
    return Chosen(tuple(paths), family, tuple(sorted(missing)))


def characters_of(face: Face) -> set[int]:
    """Give the code points a font has a glyph for; none where its table cannot be read."""
    if not face.cmap or face.cmap_bytes > TABLE_BYTES_MAX:
        return set()
    try:
        with face.path.open("rb") as file:
            file.seek(face.cmap)
            table = file.read(face.cmap_bytes)
        return _code_points(table)
    except (OSError, error, IndexError):
        return set()


def _faces(path: Path) -> Iterator[Face]:
    try:
        with path.open("rb") as file:
            start = file.read(12)
            offsets = [0]
            if start[:4] == b"ttcf":
                count = _U32.unpack_from(start, 8)[0]
                offsets = [_U32.unpack(file.read(4))[0] for _ in range(min(count, FACES_MAX))]
            for offset in offsets:
                file.seek(offset)
                count = _U16.unpack_from(file.read(12), 4)[0]
                directory = file.read(count * _RECORD.size)
                tables = {tag: (at, size) for tag, _, at, size in _RECORD.iter_unpack(directory)}
                yield _face(path, tables, {tag: _table(file, *tables.get(tag, (0, 0))) for tag in (b"name", b"OS/2")})
    except (OSError, error):
        return


def _table(file: BinaryIO, at: int, size: int) -> bytes:
    file.seek(at)
    return file.read(min(size, TABLE_BYTES_MAX))


def _face(path: Path, tables: Mapping[bytes, tuple[int, int]], read: Mapping[bytes, bytes]) -> Face:
    os2 = read[b"OS/2"]
    is_regular = False
    if len(os2) >= 64:
        weight, width, selection = (_U16.unpack_from(os2, at)[0] for at in (4, 6, 62))
        is_regular = weight == _REGULAR and width == _NORMAL_WIDTH and not selection & 1
    return Face(path, frozenset(_families(read[b"name"])), is_regular, *tables.get(b"cmap", (0, 0)))


def _families(table: bytes) -> Iterator[str]:
    """Give the names of the family in a table `name`; none where resvg would not load the font for its names."""
    if len(table) < 6:
        return
    count, storage = _U16.unpack_from(table, 2)[0], _U16.unpack_from(table, 4)[0]
    records = [_NAME.unpack_from(table, at) for at in range(6, 6 + count * _NAME.size, _NAME.size)]
    if not any(name == _POSTSCRIPT_NAME for _, _, _, name, _, _ in records):
        return
    for platform, _, _, name, length, offset in records:
        if name in (_FAMILY, _TYPOGRAPHIC_FAMILY) and platform in (_WINDOWS, _UNICODE):
            yield table[storage + offset : storage + offset + length].decode("utf-16-be", "replace")


def _code_points(cmap: bytes) -> set[int]:
    """Read the subtables for Unicode, formats 4 and 12: all that current fonts have for it."""
    points: set[int] = set()
    for at in range(4, 4 + _U16.unpack_from(cmap, 2)[0] * 8, 8):
        platform, encoding, offset = _U16.unpack_from(cmap, at)[0], *Struct(">HI").unpack_from(cmap, at + 2)
        if platform not in (_WINDOWS, _UNICODE) or (platform == _WINDOWS and encoding not in (1, 10)):
            continue
        layout = _U16.unpack_from(cmap, offset)[0]
        if layout == 4:
            points |= _segments(cmap, offset)
        elif layout == 12:
            groups = min(_U32.unpack_from(cmap, offset + 12)[0], (len(cmap) - offset - 16) // _GROUP.size)
            before = -1
            for start, end, glyph in _GROUP.iter_unpack(cmap[offset + 16 : offset + 16 + groups * _GROUP.size]):
                if start <= before:
                    # They ascend in every whole font; of a broken one nothing is read twice.
                    break
                before = end
                # Glyph 0 is the box that says a glyph is missing; no font has more glyphs than 16 bits count.
                points.update(range(start + (glyph == 0), min(end, start + 0xFFFF, sys.maxunicode) + 1))
    return points


def _segments(cmap: bytes, offset: int) -> set[int]:
    """Read a subtable of format 4: segments of code points, each with a difference or a list of glyphs."""
    twice = _U16.unpack_from(cmap, offset + 6)[0]
    ends, starts = offset + 14, offset + 16 + twice
    points: set[int] = set()
    before = -1
    for at in range(0, twice, 2):
        start, end = _U16.unpack_from(cmap, starts + at)[0], _U16.unpack_from(cmap, ends + at)[0]
        if start <= before:
            break
        before = end
        delta = _U16.unpack_from(cmap, starts + twice + at)[0]
        place = starts + 2 * twice + at
        indirect = _U16.unpack_from(cmap, place)[0]
        for point in range(start, min(end, 0xFFFE) + 1):
            glyph = point
            if indirect:
                glyph = _U16.unpack_from(cmap, place + indirect + 2 * (point - start))[0]
                if glyph == 0:
                    continue
            if (glyph + delta) & 0xFFFF:
                points.add(point)
    return points
