"""How do the files of a history leave: history.csv, history_moves.csv and segregation_history.csv?

Into a folder that is named, beside whatever lies there; nothing of that name is ever replaced. They are no part of a
plan: no manifest lists them and `administrator verify` does not ask for them. The same case gives the same bytes.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from administrator.plans.exports.seal import MANIFEST, WRITE_NEW, Sealed, digest
from administrator.usecases.history import made
from administrator.views import view
from ledgers.errors import StorageError
from ledgers.storage.folders import SPILL_PREFIX, private_folder, purged_folder

if TYPE_CHECKING:
    from administrator.usecases.looking import Matter

FILES = {
    "history.csv": "history_rows",
    "history_moves.csv": "history_move_rows",
    "segregation_history.csv": "history_segregation_rows",
}
"""Each file, and the select that is in it."""


def write_history(matter: Matter, folder: Path) -> tuple[Sealed, ...]:
    """Write the three files of all assets into a folder, all of them or none, and give their hashes and rows.

        history.csv              asset, day, owed, held, house, guarantee, hot, shortfall; by asset, day
        history_moves.csv        asset, day, line, quantity; by asset, day, then the order of the bridge, timing last
        segregation_history.csv  day, test, asset, measured, required, met; by day, test, asset

    A cell is empty where nobody can know: what was owed on a day without a journal, what was held without transfers.

    Args:
        matter: an open case; its work folder must be writable.
        folder: is made, for its owner alone, where it is absent.

    Raises:
        StorageError: a file of one of the names is there, or a plan (a run would not fill that folder again), or the
            folder lies among the case's own, or it cannot be written.
        CaseError: the run was stopped before it was reconciled.
    """
    folder = _outside(matter.case.folder, folder)
    books = made(matter)
    with _writable(folder):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    _check_absent(folder)
    # The engine writes nowhere but in the case; a folder that a killed program leaves is cleared by the next run.
    work = private_folder(matter.case.folder / "work")
    with _writable(work):
        scratch = Path(tempfile.mkdtemp(prefix=SPILL_PREFIX, dir=work))
    parts = {name: folder / f".{name}.part" for name in FILES}
    try:
        sealed = []
        for name, select in FILES.items():
            rows = books.copy_csv(view(select), scratch / name)
            with _writable(folder):
                _copy(scratch / name, parts[name])
                sealed.append(Sealed(name, digest(parts[name]), rows))
        _check_absent(folder)
        _name(folder, parts)
    finally:
        purged_folder(scratch).rmdir()
        for part in parts.values():
            part.unlink(missing_ok=True)
    return tuple(sealed)


def _name(folder: Path, parts: Mapping[str, Path]) -> None:
    """Give the files their names; where one cannot have it, none has."""
    named = []
    try:
        with _writable(folder):
            for name, part in parts.items():
                part.rename(folder / name)
                named.append(folder / name)
    except BaseException:
        for path in named:
            path.unlink(missing_ok=True)
        raise


def _copy(written: Path, part: Path) -> None:
    """Bring a file to the disk where it is wanted, for its owner alone."""
    with written.open("rb") as source, open(os.open(part, WRITE_NEW, 0o600), "wb") as target:
        shutil.copyfileobj(source, target)
        target.flush()
        os.fsync(target.fileno())


def _check_absent(folder: Path) -> None:
    if (folder / MANIFEST).exists():
        raise StorageError(f"{folder}: holds a plan, of which these files are no part. Name another folder.")
    found = [name for name in FILES if os.path.lexists(folder / name)]
    if found:
        raise StorageError(f"{folder}: holds {found[0]}, and nothing is replaced. Name another folder.")


def _outside(case_folder: Path, folder: Path) -> Path:
    """The folder that was named, which holds nothing of the case."""
    wanted = folder.resolve()
    own = [case_folder / name for name in ("inputs", "vault", "work", "out")]
    if wanted == case_folder or any(place == wanted or place in wanted.parents for place in own):
        raise StorageError(f"{folder}: lies among the files of the case itself. Name another folder.")
    return wanted


@contextmanager
def _writable(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as refused:
        raise StorageError(
            f"{folder}: cannot be written ({refused.strerror}). Name a folder that can be written."
        ) from None
