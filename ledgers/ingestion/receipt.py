"""What exactly was handed over?

A receipt: the file as it was named, copied byte for byte into the vault under its SHA-256, and hashed while it was
copied. Only the copy is read afterwards, so that nothing that happens to the original, and nothing in its name (`*`,
`?`, `amount=1/` mean something to readers), can change what is read. This module does not look into the file.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import stat
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ledgers.errors import SourceError, StorageError
from ledgers.storage.folders import private_folder

CHUNK_BYTES = 4 << 20
SOURCE_BYTES_MAX = 1 << 40
ENDINGS = ("csv.gz", "csv", "parquet", "xlsx", "jsonl.gz", "jsonl")
"""The kinds of files that the contract names, by the end of the name."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """One file, received."""

    source: str
    """The path as case.toml writes it."""
    sha256: str
    path: Path
    """The copy in the vault."""
    ending: str
    bytes_count: int


def receive(written: str, path: Path, vault: Path, on_bytes: Callable[[int], None]) -> Receipt:
    """Copy a file into the vault under its hash; the copy can only be read.

    Args:
        written: the path as case.toml writes it, for messages.
        path: where that is.
        vault: the folder of copies.
        on_bytes: told how many more bytes were copied.

    Raises:
        SourceError: there is no such file, it is no regular file (a link, a pipe, a device), or it cannot be read.
        StorageError: the copy cannot be written.
    """
    ending = next((ending for ending in ENDINGS if written.lower().endswith(f".{ending}")), None)
    if ending is None:
        raise SourceError(f"{written}: is of no known kind. Known are: {', '.join(ENDINGS)}.")
    private_folder(vault)
    part = vault / f".{os.getpid()}.part"
    source = _opened(written, path)
    try:
        sha256, bytes_count = _copied(written, source, part, on_bytes)
        kept = vault / f"{sha256}.{ending}"
        part.chmod(0o400)
        part.replace(kept)
    except OSError as failed:
        raise StorageError(
            f"{vault}: the copy of {written} cannot be written ({failed.strerror}). Free some space."
        ) from failed
    finally:
        os.close(source)
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)
    return Receipt(written, sha256, kept, ending, bytes_count)


def _opened(written: str, path: Path) -> int:
    """Open a regular file for reading; waiting for a pipe and following a link in its last part are refused."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except (OSError, ValueError) as refused:
        number = refused.errno if isinstance(refused, OSError) else None
        why = {
            errno.ENOENT: "there is no such file. Correct the path in case.toml, or put the file there.",
            errno.ENOTDIR: "there is no such file. Correct the path in case.toml, or put the file there.",
            errno.ELOOP: "is a link. Put the file itself there.",
        }.get(
            number or 0,
            f"cannot be opened ({getattr(refused, 'strerror', None) or refused}). Correct the path or its rights.",
        )
        raise SourceError(f"{written}: {why}") from None
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise SourceError(f"{written}: is no regular file. Name the file itself.")
    return descriptor


def _copied(written: str, source: int, part: Path, on_bytes: Callable[[int], None]) -> tuple[str, int]:
    digest = hashlib.sha256()
    bytes_count = 0
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
    with open(descriptor, "wb", buffering=0) as copy:
        while chunk := _read(written, source):
            bytes_count += len(chunk)
            if bytes_count > SOURCE_BYTES_MAX:
                raise SourceError(
                    f"{written}: has more than {SOURCE_BYTES_MAX} bytes. Split the export over several files."
                )
            digest.update(chunk)
            view = memoryview(chunk)
            while view:
                view = view[copy.write(view) :]
            on_bytes(len(chunk))
        os.fsync(copy.fileno())
    return digest.hexdigest(), bytes_count


def _read(written: str, source: int) -> bytes:
    try:
        return os.read(source, CHUNK_BYTES)
    except OSError as failed:
        raise SourceError(
            f"{written}: cannot be read ({failed.strerror}). Copy it again from where it came."
        ) from failed
