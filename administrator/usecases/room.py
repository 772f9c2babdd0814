"""Is there room on the disks for what a run will write? Asked before it begins, not after an hour.

The factors were measured on generated cases (tests/test_resume.py says how to do it again) and lean to the large side:
a case of balances alone writes the most for each byte that it reads, one with a journal half of that. They foretell
what the finished folders hold and what is spilled on the way at a middling memory; a run that is short all the same
ends in an error of its own, and keeps what its finished stages have.
"""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ledgers.errors import StorageError
from ledgers.storage.books import BOOKS_FILE

if TYPE_CHECKING:
    from ledgers.configuration import CaseConfiguration

UNPACKED_TIMES = {".gz": 8, ".parquet": 6, ".xlsx": 8}
"""Bytes as plain csv of one byte of a packed file, at most usually; by the end of the name."""
BOOKS_TIMES = 4
SPILL_TIMES = 2
OUT_TIMES = 6
"""Bytes written for one byte of plain csv."""
SAID_BYTES_MIN = 256 << 20
"""A need worth telling somebody who has room enough."""
MEBIBYTE = 1 << 20


@dataclass(frozen=True, slots=True)
class Room:
    """What one file system must take, and what it has."""

    folder: Path
    need_bytes: int
    free_bytes: int
    """What is free, and what the run gives back before it begins."""

    @property
    def is_enough(self) -> bool:
        """Whether the run can be begun."""
        return self.need_bytes <= self.free_bytes

    def said(self) -> str:
        """Both in one sentence."""
        need, free = -(-self.need_bytes // MEBIBYTE), self.free_bytes // MEBIBYTE
        return f"about {need} MiB are needed in {self.folder}, {free} MiB are free"


def rooms_for(case: CaseConfiguration, out: Path | None) -> tuple[Room, ...]:
    """What a run needs on each file system it writes to, the case folder's first.

    Args:
        out: where the files go, be it there or not; None for the case folder.
    """
    sizes = _sizes(case)
    received = sum(sizes.values())
    plain = sum(size * _times(path) for path, size in sizes.items())
    unpacked = max((size * _times(path) for path, size in sizes.items() if _times(path) > 1), default=0)
    kept = _kept_bytes(case.folder / "vault")
    # A file received again is copied beside its copy, which it then replaces.
    vault = max(received - kept, max(sizes.values(), default=0))
    own = vault + unpacked + (BOOKS_TIMES + SPILL_TIMES) * plain
    leaving = OUT_TIMES * plain
    given_back = _size(case.folder / "work" / BOOKS_FILE)
    target = _existing(out or case.folder)
    if os.stat(target).st_dev == os.stat(case.folder).st_dev:
        return (Room(case.folder, own + leaving, _free(case.folder) + given_back),)
    return Room(case.folder, own, _free(case.folder) + given_back), Room(target, leaving, _free(target))


def check_room(case: CaseConfiguration, out: Path | None) -> tuple[str, ...]:
    """Give what is to be said of the room a large case needs.

    Raises:
        StorageError: there is too little, with the numbers.
    """
    try:
        rooms = rooms_for(case, out)
    except OSError as refused:
        raise StorageError(f"{case.folder}: cannot be looked at ({refused.strerror}). Look at the disk.") from None
    short = [room for room in rooms if not room.is_enough]
    if short:
        raise StorageError(
            *(
                f"{room.said()}. Free some space, name a folder on another disk with --out, or run with "
                "--no-disk-check where you know better."
                for room in short
            )
        )
    return tuple(room.said() for room in rooms if room.need_bytes >= SAID_BYTES_MIN)


def _sizes(case: CaseConfiguration) -> dict[str, int]:
    """Bytes of each regular file that can be seen, by path; the others are said when they are received."""
    return {path: _size(case.path_of(path)) for source in case.sources for path in source.path}


def _size(path: Path) -> int:
    try:
        found = path.lstat()
    except (OSError, ValueError):
        return 0
    return found.st_size if stat.S_ISREG(found.st_mode) else 0


def _times(path: str) -> int:
    return UNPACKED_TIMES.get(Path(path).suffix.lower(), 1)


def _kept_bytes(vault: Path) -> int:
    try:
        return sum(_size(path) for path in vault.iterdir())
    except OSError:
        return 0


def _existing(folder: Path) -> Path:
    return next((place for place in (folder, *folder.parents) if place.exists()), Path("/"))


def _free(folder: Path) -> int:
    found = os.statvfs(folder)
    return found.f_bavail * found.f_frsize
