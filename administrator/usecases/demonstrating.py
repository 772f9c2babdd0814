"""Take the demo case out of the package, so that it can be run, opened and changed like any other."""

from __future__ import annotations

import shutil
from importlib.resources import as_file, files
from pathlib import Path

from ledgers.errors import StorageError


def copy_demo(folder: Path) -> Path:
    """Copy the demo case to a folder that does not exist yet, and give it.

    Raises:
        StorageError: there is something at that place already, or it cannot be written.
    """
    if folder.exists():
        raise StorageError(f"{folder}: exists already. Name a folder that does not.")
    try:
        with as_file(files("administrator") / "demo") as demo:
            shutil.copytree(demo, folder, ignore=shutil.ignore_patterns("__pycache__", "*.py"))
    except OSError as refused:
        raise StorageError(f"{folder}: cannot be written ({refused.strerror}). Name another folder.") from None
    return folder
