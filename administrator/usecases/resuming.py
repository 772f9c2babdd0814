"""Go on with what an earlier run of the case has finished, where that is exactly what this one would do.

Whatever is in doubt is made anew, and said: another program, another input, books that do not open or do not hold what
their notes say.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from administrator import notes
from administrator.stages import STAGES, stage_keys
from ledgers.configuration import CaseConfiguration
from ledgers.errors import StorageError
from ledgers.models import Progress, ProgressListener
from ledgers.storage.books import BOOKS_FILE, Books

ROWS_BULK = 200_000
"""Rows of input from which compiled kernels pay for their start."""
BYTES_A_ROW = 20
"""A low guess of a row's size, to choose the kernels before anything is read."""


@dataclass(frozen=True, slots=True)
class Making:
    """How the books of one case are to be made."""

    case: CaseConfiguration
    out: Path | None
    listen: ProgressListener
    threads: int | None
    memory_limit: str
    opened: Callable[[Books], None]
    """Given the books while they are open, so that somebody can interrupt them."""
    leaving: Callable[[], AbstractContextManager[None]]
    """The block within which the files take their names."""


def is_bulk(case: CaseConfiguration) -> bool:
    """Whether the sources are large enough for compiled kernels, by their size on disk."""
    return sum(stat.bytes_count for stat in notes.stats_of(case)) > ROWS_BULK * BYTES_A_ROW


def new_books(how: Making) -> Books:
    """Open empty books in place of whatever was there."""
    books = Books.create(
        how.case.folder, how.out, threads=how.threads, memory_limit=how.memory_limit, bulk=is_bulk(how.case)
    )
    try:
        how.opened(books)
        notes.begin(books)
    except BaseException:
        books.close()
        raise
    return books


def left_books(how: Making, *, is_read: bool = False) -> tuple[Books | None, int]:
    """Open the books of an earlier run as far as they are what this one would make, and give how many stages that is.

    Without any, or with none that can be used: None and 0.

    Args:
        is_read: nothing will be written in place of what that run wrote: if its books are whole, they stay finished.
    """
    books = Books.reopen(
        how.case.folder, how.out, threads=how.threads, memory_limit=how.memory_limit, bulk=is_bulk(how.case)
    )
    if books is None:
        if (how.case.folder / "work" / BOOKS_FILE).exists():
            how.listen(Progress("made anew: the books that a run had left do not open", 0, 0))
        return None, 0
    how.opened(books)
    try:
        done, doubt = _done(books, how, is_read=is_read)
    except StorageError:
        done, doubt = 0, "the books that a run had left cannot be read"
    except BaseException:
        books.close()
        raise
    if done:
        how.listen(Progress(f"resumed after {STAGES[done - 1].name}", 0, 0))
        return books, done
    books.close()
    how.listen(Progress(f"made anew: {doubt}", 0, 0))
    return None, 0


def _done(books: Books, how: Making, *, is_read: bool) -> tuple[int, str]:
    """How many stages may be kept; where none, why not."""
    names = {name for (name,) in books.rows("select table_name from duckdb_tables()")}
    if not names >= {"run_note", "run_input", "stage_note", "stage_relation"}:
        return 0, "another program made the books"
    done = notes.stages_done(books, stage_keys(how.case, books.is_bulk))
    if done:
        stats = notes.stats_of(how.case)
        doubt = _doubt(books, how, stats)
        if not doubt and not notes.keep_stages(books, done, stats, is_kept_whole=is_read and done == len(STAGES)):
            doubt = "the books do not hold what their notes say"
        return (0, doubt) if doubt else (done, "")
    if books.value("select count(*) from stage_note"):
        return 0, "the program, or what case.toml says of the case, its assets or its sources, is not what it was"
    return 0, "the run before finished no stage"


def _doubt(books: Books, how: Making, stats: list[notes.InputStat]) -> str:
    """Why the books cannot be of the inputs as they lie there; empty where they are."""
    changed = notes.changed_input(books, how.case, stats, _Hashing(how))
    if changed is not None:
        return f"{changed} changed"
    lost = notes.lost_copy(books, how.case)
    return "" if lost is None else f"the copy of {lost} in the vault is gone"


class _Hashing:
    """Tells how many bytes of changed inputs were hashed."""

    def __init__(self, how: Making) -> None:
        self._listen = how.listen
        self._total = sum(stat.bytes_count for stat in notes.stats_of(how.case))
        self._done = 0

    def __call__(self, bytes_count: int) -> None:
        self._done += bytes_count
        self._listen(Progress("compare", self._done, self._total, "bytes"))
