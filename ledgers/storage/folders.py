"""Which folders are the case's own, for its owner alone, and what may a later run clear out of them?"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from pathlib import Path

from ledgers.errors import StorageError

SPILL_PREFIX = "spill-"
"""Of the folders in which a connection, or somebody who writes, keeps what does not outlive him."""


def clear_spill(work: Path) -> None:
    """Give back the room that killed runs have left taken."""
    for left in work.glob(f"{SPILL_PREFIX}*"):
        purged_folder(left).rmdir()


def clear_work(case_folder: Path) -> None:
    """Take away what only a run that is on has any use for: what it spilled, unpacked or had half copied."""
    work, vault = case_folder / "work", case_folder / "vault"
    if work.is_dir():
        clear_spill(work)
        purged_folder(work / "scratch")
    for part in vault.glob(".*.part"):
        part.unlink(missing_ok=True)


def spill_folder(work: Path) -> Path:
    """Give a new folder for what is spilled."""
    try:
        return Path(tempfile.mkdtemp(prefix=SPILL_PREFIX, dir=work))
    except OSError as refused:
        raise StorageError(f"{work}: cannot be written ({refused.strerror}). Make the case folder writable.") from None


def private_folder(folder: Path) -> Path:
    """Give a folder that only its owner can enter; make it where it is absent."""
    if folder.is_symlink():
        raise StorageError(f"{folder}: is a link, and nothing is written outside the case. Put a folder in its place.")
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as refused:
        raise StorageError(
            f"{folder}: cannot be made ({refused.strerror}). Make the case folder writable."
        ) from refused
    return folder


def purged_folder(folder: Path) -> Path:
    """Give a private folder without the files that a killed run left in it."""
    private_folder(folder)
    for left in _files(folder):
        left.unlink(missing_ok=True)
    return folder


def _files(folder: Path) -> Iterable[Path]:
    return [path for path in folder.iterdir() if path.is_file() or path.is_symlink()]
