"""Which parts has a workbook, and may they be unfolded?

A workbook is a zip archive of XML. Before any part is opened, the directory of the archive is asked how many entries
there are, how they are called, and to how much they unfold; the sizes it claims bind while they are read. Runs in the
child (confined.py), and knows nothing of sheets.
"""

from __future__ import annotations

import posixpath
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from xml.parsers import expat

from ledgers.display import display
from ledgers.ingestion.confined import Refused

ENTRIES_MAX = 10_000
BYTES_MAX_UNPACKED = 4 << 30
BYTES_FREE = 64 << 20
"""Up to here an archive may unfold as it likes: it is small all the same."""
UNPACKED_TIMES_MAX = 200
CHUNK_BYTES = 1 << 18
DEPTH_MAX = 64
ZIP_MAGIC = b"PK\x03\x04"
OLE_MAGIC = bytes.fromhex("d0cf11e0a1b11ae1")
IS_ENCRYPTED = 0x1
EXPORT = "Save it as .xlsx again, or export the sheet as csv."
MAIN = ("http://schemas.openxmlformats.org/spreadsheetml/2006/main", "http://purl.oclc.org/ooxml/spreadsheetml/main")
"""The two spellings of the format; elements of other name spaces say nothing here."""
Starts = Callable[[str, dict[str, str]], None]


class Archive:
    """The parts of one workbook."""

    def __init__(self, path: Path) -> None:
        with path.open("rb") as stream:
            magic = stream.read(8)
        if magic == OLE_MAGIC:
            raise Refused(
                "is an old .xls workbook, or one with a password, whatever its name says. Save it as .xlsx without one."
            )
        if not magic.startswith(ZIP_MAGIC):
            raise Refused(f"is no workbook: it begins with {magic[:4].hex()}. Check what it is; {EXPORT}")
        try:
            self._zip = zipfile.ZipFile(path)
            entries = self._zip.infolist()
        except (zipfile.BadZipFile, NotImplementedError, UnicodeDecodeError, ValueError, OSError) as broken:
            why = display(str(broken))
            raise Refused(f"is a damaged workbook ({why}). Copy it again from where it came.") from None
        self._check(entries, path.stat().st_size)
        self.names = {entry.filename for entry in entries}

    def _check(self, entries: list[zipfile.ZipInfo], bytes_count: int) -> None:
        if len(entries) > ENTRIES_MAX:
            raise Refused(f"has {len(entries)} parts, more than {ENTRIES_MAX}. {EXPORT}")
        for name, count in Counter(entry.filename for entry in entries).items():
            if count > 1:
                raise Refused(f'has the part "{display(name)}" {count} times. {EXPORT}')
        unpacked = 0
        for entry in entries:
            shown = display(entry.filename)
            parts = entry.filename.replace("\\", "/").split("/")
            if ".." in parts or entry.filename.startswith(("/", "\\")) or ":" in entry.filename:
                raise Refused(f'has a part whose name leads elsewhere, "{shown}". No program writes this; look at it.')
            if entry.flag_bits & IS_ENCRYPTED:
                raise Refused(f'has an encrypted part, "{shown}". Save it without a password.')
            if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                raise Refused(f'has a part packed in a way that workbooks have not, "{shown}". {EXPORT}')
            times = entry.file_size // max(1, entry.compress_size)
            if entry.file_size > BYTES_FREE and times > UNPACKED_TIMES_MAX:
                raise Refused(f'unfolds "{shown}" to {times} times its size, which is a bomb. {EXPORT}')
            unpacked += entry.file_size
        if unpacked > BYTES_MAX_UNPACKED or unpacked > max(BYTES_FREE, UNPACKED_TIMES_MAX * bytes_count):
            raise Refused(f"unfolds from {bytes_count} to {unpacked} bytes, too many. {EXPORT}")

    def chunks(self, name: str) -> Iterator[bytes]:
        """Give a part piece by piece; its length and checksum are those that the directory says."""
        try:
            left = self._zip.getinfo(name).file_size
            with self._zip.open(name) as stream:
                while chunk := stream.read(CHUNK_BYTES):
                    left -= len(chunk)
                    yield chunk
        except KeyError:
            raise Refused(f'lacks its part "{display(name)}". Copy it again from where it came.') from None
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError) as broken:
            raise Refused(
                f'is damaged in "{display(name)}" ({display(str(broken))}). Copy it again from where it came.'
            ) from None
        if left:
            raise Refused(f'is cut off in "{display(name)}". Copy it again from where it came.')

    def parse(
        self, name: str, start: Starts, end: Callable[[str], None] | None, text: Callable[[str], None] | None
    ) -> None:
        """Walk through a part: told of each element of the format, by its name without its space.

        A document type is refused, and with it every entity: no workbook has one.
        """
        depth = 0
        local: dict[str, str] = {}

        def opened(tag: str, attributes: dict[str, str]) -> None:
            nonlocal depth
            depth += 1
            if depth > DEPTH_MAX:
                raise Refused(f'is nested more than {DEPTH_MAX} deep in "{display(name)}". {EXPORT}')
            known = local.get(tag)
            start(local.setdefault(tag, _local(tag)) if known is None else known, attributes)

        def closed(tag: str) -> None:
            nonlocal depth
            depth -= 1
            if end is not None:
                end(local[tag])

        def doctype(*_: object) -> None:
            raise Refused(f'declares a document type in "{display(name)}", which no workbook does. Look at it.')

        parser = expat.ParserCreate(namespace_separator=" ")
        parser.buffer_text = True
        parser.StartElementHandler = opened
        parser.EndElementHandler = closed
        parser.StartDoctypeDeclHandler = doctype
        if text is not None:
            parser.CharacterDataHandler = text
        try:
            for chunk in self.chunks(name):
                parser.Parse(chunk, False)
            parser.Parse(b"", True)
        except (expat.ExpatError, LookupError) as broken:
            raise Refused(
                f'is damaged in "{display(name)}" ({display(str(broken))}). Copy it again from where it came.'
            ) from None

    def relations_of(self, name: str) -> dict[str, tuple[str, str]]:
        """Give the kind and the part of every relation of a part, by its id; those to the outside are left out."""
        folder, base = posixpath.split(name)
        path = posixpath.join(folder, "_rels", f"{base}.rels")
        found: dict[str, tuple[str, str]] = {}
        if path not in self.names:
            return found

        def start(tag: str, attributes: dict[str, str]) -> None:
            if tag == "Relationship" and attributes.get("TargetMode") != "External":
                kind = attributes.get("Type", "").rpartition("/")[2]
                target = attributes.get("Target", "")
                part = target[1:] if target.startswith("/") else posixpath.normpath(posixpath.join(folder, target))
                found[attributes.get("Id", "")] = (kind, part)

        self.parse(path, start, None, None)
        return found


def _local(tag: str) -> str:
    """Give the name of an element of the format, or nothing for one of another name space."""
    space, _, local = tag.rpartition(" ")
    return local if space in MAIN or space.endswith("/relationships") else ""
