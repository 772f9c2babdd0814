"""How does a file leave, so that what has left is whole, and is what was computed?

Each file is written under a temporary name beside its own, flushed, hashed and only then renamed; the manifest, which
lists them all, comes last. What no manifest lists is not an export. A folder is filled once: its name carries a digest
of what went in, so that the same run meets the same bytes and another run another folder.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ledgers.errors import StorageError

if TYPE_CHECKING:
    from ledgers.storage.books import Books

SELECTS = Path(__file__).parent
MANIFEST = "manifest.json"
REPORTS = ("findings", "rejects")
"""What even a stopped run leaves."""
TABLES = (
    "findings",
    "rejects",
    "reconciliation",
    "bridge",
    "segregation",
    "flows",
    "losses",
    "coverage",
    "claims",
    "bases",
    "pools",
    "schedule",
    "holders",
)


@dataclass(frozen=True, slots=True)
class Sealed:
    """One file that has left."""

    name: str
    sha256: str
    rows: int
    """Without the header; of plan.json 1."""


def seal_table(books: Books, name: str, folder: Path) -> Sealed:
    """Write one table of the contract as CSV, ordered by its key."""
    path = folder / f"{name}.csv"
    part = _part(path)
    select = (SELECTS / f"{name}.sql").read_text(encoding="utf-8")
    try:
        rows = books.copy_csv(select, part)
        return Sealed(path.name, _seal(part, path), rows)
    finally:
        part.unlink(missing_ok=True)


def seal_document(document: Mapping[str, object], name: str, folder: Path) -> Sealed:
    """Write one JSON document, its keys as given."""
    path = folder / name
    part = _part(path)
    text = json.dumps(document, ensure_ascii=False, indent=2) + "\n"
    try:
        _write(part, text.encode("utf-8"))
        return Sealed(name, _seal(part, path), 1)
    finally:
        part.unlink(missing_ok=True)


def clear(folder: Path) -> None:
    """Make a folder ready for a run: private, and without what an earlier run of ours left in it.

    Raises:
        StorageError: the folder holds files that no manifest of ours lists.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        found = {path.name: path for path in folder.iterdir()}
    except OSError as refused:
        raise StorageError(
            f"{folder}: cannot be used ({refused.strerror}). Name a folder that can be written."
        ) from None
    ours = {f"{name}.csv" for name in TABLES} | {MANIFEST, "plan.json"}
    ours |= {f".{name}.part" for name in ours}
    strangers = sorted(set(found) - ours)
    if strangers:
        raise StorageError(f"{folder}: holds {strangers[0]}, which no run made. Name an empty folder with --out.")
    for name in sorted(found, key=lambda name: name != MANIFEST):
        found[name].unlink()


def digest(path: Path) -> str:
    """The SHA-256 of a file."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _part(path: Path) -> Path:
    return path.with_name(f".{path.name}.part")


def _write(path: Path, content: bytes) -> None:
    try:
        with path.open("wb") as stream:
            stream.write(content)
    except OSError as refused:
        raise StorageError(
            f"{path.name}: cannot be written ({refused.strerror}). Free some space and run again."
        ) from None


def _seal(part: Path, path: Path) -> str:
    """Flush a finished file to the disk, hash it, and give it its name."""
    try:
        os.chmod(part, 0o600)
        with part.open("rb") as stream:
            os.fsync(stream.fileno())
            sha256 = hashlib.file_digest(stream, "sha256").hexdigest()
        part.rename(path)
        parent = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(parent)
        finally:
            os.close(parent)
    except OSError as refused:
        raise StorageError(
            f"{path.name}: cannot be written ({refused.strerror}). Free some space and run again."
        ) from None
    return sha256
