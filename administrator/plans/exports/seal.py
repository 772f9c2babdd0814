"""How does a file leave, so that what has left is whole, and is what was computed?

Each file is written under a temporary name beside its own, flushed and hashed. Only when all are ready do they take
their names, between the removal of an old manifest and the writing of the new one, which comes last: what no manifest
lists is not an export, and a run that fails leaves an earlier plan as it was. Nothing is ever replaced but what a
manifest of ours lists with the hash it still has.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ledgers.errors import StorageError

if TYPE_CHECKING:
    from ledgers.storage.books import Books

SELECTS = Path(__file__).parent
MANIFEST = "manifest.json"
PLAN = "plan.json"
PROGRAM = "administrator"
REPORTS = ("findings", "rejects")
"""What even a stopped run leaves."""
TABLES = (
    "findings", "rejects", "reconciliation", "bridge", "segregation", "flows", "losses", "coverage", "claims", "bases",
    "pools", "schedule", "holders",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Sealed:
    """One file that is ready to leave, or has left."""

    name: str
    sha256: str
    rows: int
    """Without the header; of a document 1."""


def check(folder: Path) -> None:
    """See that a folder may be filled: it is new, empty, or holds an earlier export that nobody touched since.

    Raises:
        StorageError: it holds a file that no run made, or one that was changed after it was sealed.
    """
    with _readable(folder):
        found = {path.name: path for path in folder.iterdir()} if folder.exists() else {}
        listed = _listed(found.pop(MANIFEST)) if MANIFEST in found else {}
    for name, path in sorted(found.items()):
        if path.name in _parts() and path.is_file():
            continue
        if name not in listed or not path.is_file():
            raise StorageError(f"{folder}: holds {name!r}, which no run made. Name an empty folder with --out.")
        with _readable(folder):
            is_same = digest(path) == listed[name]
        if not is_same:
            raise StorageError(f"{folder}: {name} was changed since it was sealed. Name another folder with --out.")


def make(folder: Path) -> None:
    """Make the folder where it is absent, for its owner alone, and take out what a killed run left half written."""
    with _readable(folder):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for name in _parts():
            (folder / name).unlink(missing_ok=True)


def seal_table(books: Books, name: str, folder: Path) -> Sealed:
    """Write one table of the contract as CSV, ordered by its key, under its temporary name."""
    part = _part(folder / f"{name}.csv")
    rows = books.copy_csv((SELECTS / f"{name}.sql").read_text(encoding="utf-8"), part)
    return Sealed(f"{name}.csv", _flushed(part), rows)


def seal_document(document: Mapping[str, object], name: str, folder: Path) -> Sealed:
    """Write one JSON document, its keys as given, under its temporary name."""
    part = _part(folder / name)
    text = json.dumps(document, ensure_ascii=False, indent=2) + "\n"
    with _writable(name):
        part.write_bytes(text.encode("utf-8"))
    return Sealed(name, _flushed(part), 1)


def publish(folder: Path, sealed: Sequence[Sealed]) -> None:
    """Give the files their names, the manifest the last, and remove what an earlier export had beside them."""
    with _writable(folder.name):
        (folder / MANIFEST).unlink(missing_ok=True)
        kept = {file.name for file in sealed}
        for name in _names() - kept:
            (folder / name).unlink(missing_ok=True)
        for file in sorted(sealed, key=lambda file: file.name == MANIFEST):
            _part(folder / file.name).rename(folder / file.name)
        parent = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(parent)
        finally:
            os.close(parent)


def digest(path: Path) -> str:
    """The SHA-256 of a file."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _listed(manifest: Path) -> dict[str, str]:
    """What a manifest of ours lists, by name; nothing where it is not one."""
    try:
        document = json.loads(manifest.read_bytes())
        if document["program"]["name"] != PROGRAM:
            return {}
        return {str(file["name"]): str(file["sha256"]) for file in document["outputs"]}
    except (ValueError, KeyError, TypeError):
        raise StorageError(
            f"{manifest.parent}: holds a {MANIFEST} that no run made. Name an empty folder with --out."
        ) from None


def _names() -> set[str]:
    return {f"{name}.csv" for name in TABLES} | {PLAN, MANIFEST}


def _parts() -> set[str]:
    return {_part(Path(name)).name for name in _names()}


def _part(path: Path) -> Path:
    return path.with_name(f".{path.name}.part")


def _flushed(part: Path) -> str:
    """Bring a written file to the disk and give its hash."""
    with _writable(part.name):
        os.chmod(part, 0o600)
        with part.open("rb") as stream:
            os.fsync(stream.fileno())
            return hashlib.file_digest(stream, "sha256").hexdigest()


@contextmanager
def _writable(name: str) -> Iterator[None]:
    try:
        yield
    except OSError as refused:
        raise StorageError(f"{name}: cannot be written ({refused.strerror}). Free some space and run again.") from None


@contextmanager
def _readable(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as refused:
        raise StorageError(
            f"{folder}: cannot be used ({refused.strerror}). Name a folder that can be written."
        ) from None
