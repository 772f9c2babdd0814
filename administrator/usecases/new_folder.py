"""Write a few small files to a folder that is made for them: tables as CSV, pictures."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from ledgers.errors import StorageError


def csv_text(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table as its file has it."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    return text.getvalue()


def write_new(folder: Path, contents: Mapping[str, str]) -> None:
    """Write files by name to a folder that is made here.

    Raises:
        StorageError: it is there already, or cannot be written.
    """
    try:
        folder.mkdir(parents=True)
        for name, content in contents.items():
            with (folder / name).open("x", encoding="utf-8", newline="") as file:
                file.write(content)
    except FileExistsError:
        raise StorageError(f"{folder}: is there already, and nothing is written over. Name a new folder.") from None
    except (OSError, ValueError) as refused:
        why = getattr(refused, "strerror", None) or refused
        raise StorageError(f"{folder}: cannot be written ({why}). Name another place.") from None
