"""What were the books made of, and up to which stage may they be believed?

Each stage leaves a note in the transaction in which it makes its relations, so that a stage is whole with its note or
not there at all. A later run goes on behind the last stage whose note says exactly what that run would do: by the same
program, from the same inputs, told the same by those sections of case.toml that the stages up to there are given. What
was made behind it is taken out again. Notes say nothing about threads or memory, on which no byte depends.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from administrator import __version__
from ledgers.errors import StorageError
from ledgers.storage.books import NAMES

if TYPE_CHECKING:
    from ledgers.configuration import CaseConfiguration
    from ledgers.storage.books import Books

NOTES = Path(__file__).parent / "relations" / "run_note.sql"
FINDING = "finding"
"""The one relation that every stage adds to: the rows of earlier stages come first."""
CHUNK_BYTES = 4 << 20
OF_A_VIEW = -1
"""Stands for the rows of a view, which are not counted."""
OnBytes = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class InputStat:
    """One input as it lies there, by what its file system says of it."""

    written: str
    """The path as case.toml writes it."""
    bytes_count: int
    stamp: str
    """Changes with every change of the content, even where somebody sets the time of change back."""


@cache
def program_digest() -> str:
    """Version and content of the program's own files: books of other rules are other books, released or not."""
    import ledgers

    digest = hashlib.sha256(__version__.encode())
    for package in (Path(__file__).parent, Path(ledgers.__file__).parent):
        for path in sorted(path for path in package.rglob("*") if path.suffix in (".py", ".sql")):
            digest.update(f"{path.relative_to(package.parent)}\0".encode())
            digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def stats_of(case: CaseConfiguration) -> list[InputStat]:
    """Each input that can be seen, by path; the others are said when they are received."""
    stats = []
    for written in sorted({path for source in case.sources for path in source.path}):
        with suppress(OSError, ValueError):
            found = os.lstat(case.path_of(written))
            stamp = f"{found.st_mtime_ns} {found.st_ctime_ns} {found.st_ino}"
            stats.append(InputStat(written, found.st_size, stamp))
    return stats


def digest_of(path: Path, on_bytes: OnBytes) -> str:
    """The SHA-256 of a file, told chunk by chunk so that whoever waits can stop it."""
    digest = hashlib.sha256()
    try:
        with path.open("rb", buffering=0) as stream:
            while chunk := stream.read(CHUNK_BYTES):
                digest.update(chunk)
                on_bytes(len(chunk))
    except OSError as refused:
        raise StorageError(f"{path}: cannot be read ({refused.strerror}). Look at the disk.") from None
    return digest.hexdigest()


def begin(books: Books) -> None:
    """Make room for the notes of a run in books that are empty."""
    books.run(NOTES)


def note_inputs(books: Books, case: CaseConfiguration, before: Sequence[InputStat]) -> None:
    """Keep what the run has read, once all of it is loaded.

    Args:
        before: the inputs as they lay there before the first was read. One that does not lie there in the same way any
            more may have changed before it was read, or after: it is kept without a stamp, so that it will be hashed.
    """
    hashes: dict[str, set[str]] = {}
    for source, sha256 in books.rows("select source, sha256 from source"):
        hashes.setdefault(source, set()).add(sha256)
    after = set(stats_of(case))
    for stat in before:
        read = hashes.get(stat.written, set())
        sha256 = next(iter(read)) if len(read) == 1 else ""
        stamp = stat.stamp if stat in after and sha256 else ""
        books.insert("run_input", stat.written, stat.bytes_count, stamp, sha256)


def note_stage(books: Books, stage_no: int, stage: str, key: str) -> None:
    """Keep that a stage is done, of what, and how many rows each relation has now; in the stage's own transaction."""
    books.insert("stage_note", stage_no, stage, key)
    rows = _counted(books)
    books.execute(f"insert into stage_relation select $stage_no, * from ({rows})", {"stage_no": stage_no})  # noqa: S608


def note_end(books: Books, case: CaseConfiguration, out: Path) -> None:
    """Keep for whoever looks at the books that a run came to its end, of which case.toml, and where it wrote."""
    with books.transaction():
        books.execute("delete from run_note")
        books.insert("run_note", "version", __version__)
        books.insert("run_note", "case_sha256", case.sha256)
        books.insert("run_note", "out", str(out))


def changed_input(
    books: Books, case: CaseConfiguration, stats: Sequence[InputStat], on_bytes: OnBytes
) -> str | None:
    """The first input that is not what the run read any more; None where all are.

    A file that lies there as it did is taken to be the same; any other of the same size is hashed.

    Args:
        stats: the inputs as they lie there now.
    """
    seen = {stat.written: stat for stat in stats}
    noted = books.rows("select path, bytes, stamp, sha256 from run_input order by path")
    for written, bytes_count, stamp, sha256 in noted:
        stat = seen.pop(written, None)
        if stat is None or stat.bytes_count != bytes_count:
            return str(written)
        if stat.stamp != stamp and digest_of(case.path_of(written), on_bytes) != sha256:
            return str(written)
    return min(seen, default=None)


def lost_copy(books: Books, case: CaseConfiguration) -> str | None:
    """The first input whose copy in the vault is gone, or was cut; None where all are there."""
    try:
        kept = {path.name.partition(".")[0]: path.stat().st_size for path in (case.folder / "vault").iterdir()}
    except OSError:
        kept = {}
    for written, bytes_count, sha256 in books.rows("select path, bytes, sha256 from run_input order by path"):
        if kept.get(sha256) != bytes_count:
            return str(written)
    return None


def stages_done(books: Books, keys: Sequence[tuple[str, str]]) -> int:
    """How many stages, from the first, have a note that says what they would do now.

    Args:
        keys: name and key of every stage, in order.
    """
    noted = dict(books.rows("select stage_no, stage || ' ' || key from stage_note"))
    done = 0
    while done < len(keys) and noted.get(done) == " ".join(keys[done]):
        done += 1
    return done


def keep_stages(books: Books, done: int, stats: Sequence[InputStat], *, is_kept_whole: bool = False) -> bool:
    """Take out what later stages made, and say whether what is left is what the kept ones left.

    What was made later goes; a relation that the kept stages left empty is emptied, and of the findings those that
    came later go. Any other relation that a later stage changed would be a stage that cannot be undone.

    Args:
        done: how many stages are kept.
        stats: the inputs as they lay there before they were found to be the same, so that none is hashed twice.
        is_kept_whole: all stages are kept, and nobody is going to write over what the run wrote: its end stays noted.
    """
    with books.transaction():
        for stat in stats:
            books.execute("update run_input set stamp = ? where path = ?", [stat.stamp, stat.written])
        return is_kept_whole or take_out(books, done)


def take_out(books: Books, done: int) -> bool:
    """Take out what the stages behind the first few made, within a transaction; say whether that could be done.

    Args:
        done: how many stages are kept, at least one.
    """
    kept = dict(books.rows("select relation, rows from stage_relation where stage_no = $last", {"last": done - 1}))
    if not kept:
        return False
    books.execute("delete from run_note")
    books.execute("delete from stage_note where stage_no >= $done", {"done": done})
    books.execute("delete from stage_relation where stage_no >= $done", {"done": done})
    for relation, rows in _counts(books).items():
        if relation not in kept:
            books.execute(f"drop {'view' if rows == OF_A_VIEW else 'table'} {relation}")
        elif rows != kept[relation] == 0:
            books.execute(f"delete from {relation}")  # noqa: S608, a relation of ours
        elif relation == FINDING and rows > kept[relation]:
            books.execute(
                "delete from finding where rowid in (select rowid from finding order by rowid offset $rows)",
                {"rows": kept[relation]},
            )
    return _counts(books) == kept


def _counts(books: Books) -> Mapping[str, int]:
    """How many rows each relation has, the notes themselves apart."""
    return dict(books.rows(_counted(books)))


def _counted(books: Books) -> str:
    """A select of each relation and its rows; of a view only that it is there."""
    relations = [
        relation
        for (relation,) in books.rows(
            "select table_name from duckdb_tables() where not temporary and table_name not in "
            "('run_note', 'run_input', 'stage_note', 'stage_relation') order by table_name"
        )
    ]
    assert all(NAMES.fullmatch(relation) for relation in relations)
    counted = [f"select '{relation}', count(*) from {relation}" for relation in relations]  # noqa: S608
    views = f"select view_name, {OF_A_VIEW} from duckdb_views() where not internal and not temporary"  # noqa: S608
    return " union all ".join([*counted, views])
