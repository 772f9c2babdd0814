"""How does a file leave, so that what has left is whole, and is what was computed?

Each file is written under a temporary name beside its own, flushed and hashed. Only when all are ready do they take
their names, between the hiding of an old manifest and the naming of the new one, which comes last: what no manifest
lists is not an export, and a run that fails leaves an earlier plan as it was. Nothing is ever replaced but what a
manifest of ours lists with the hash it still has. A run that is killed while its files take their names leaves files of
two plans, and both manifests hidden beside them: by these the next run knows them for ours, and takes them away.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from administrator.plans.exports.layouts import LAYOUTS, NAMES, Layout, Named
from administrator.plans.exports.lines import BATCH_ROWS, Legend, Lines, line
from administrator.valuation import COMMENCEMENT, rates_of
from ledgers.errors import StorageError

if TYPE_CHECKING:
    import pyarrow as pa

    from administrator.plans.exports.line_columns import LineColumns
    from ledgers.storage.books import Books

SELECTS = Path(__file__).parent
MANIFEST = "manifest.json"
EARLIER = ".manifest.json.earlier"
"""The manifest of the plan that is being replaced."""
PLAN = "plan.json"
PROGRAM = "administrator"
REPORTS = ("findings", "rejects")
"""What even a stopped run leaves."""
TABLES = (
    "findings", "rejects", "reconciliation", "bridge", "segregation", "flows", "losses", "coverage", "returnable",
    "accounts", "claims", "set_offs", "bases", "pools", "schedule", "holders", "titles", "deliveries",
)  # fmt: skip

WRITE_NEW = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC | os.O_NOFOLLOW


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
        manifests = [_listed(found.pop(MANIFEST), is_hidden=False)] if MANIFEST in found else []
        manifests += [_listed(found[name], is_hidden=True) for name in HIDDEN_MANIFESTS if name in found]
    for name, path in sorted(found.items()):
        if path.name in _hidden() and path.is_file():
            continue
        hashes = {listed[name] for listed in manifests if name in listed}
        if not hashes or not path.is_file():
            raise StorageError(f"{folder}: holds {name!r}, which no run made. Name an empty folder with --out.")
        with _readable(folder):
            is_same = digest(path) in hashes
        if not is_same:
            raise StorageError(f"{folder}: {name} was changed since it was sealed. Name another folder with --out.")


def make(folder: Path) -> None:
    """Make the folder where it is absent, for its owner alone, and take out what a killed run left half written.

    Of a folder that was checked: without a manifest, every file in it is one of a plan that was not finished.
    """
    with _readable(folder):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        unfinished = set() if (folder / MANIFEST).exists() else _files()
        # Manifests last: until the files are gone, they say whose they are.
        for name in (*sorted(unfinished), *sorted(_hidden() - HIDDEN_MANIFESTS), *sorted(HIDDEN_MANIFESTS)):
            (folder / name).unlink(missing_ok=True)


def seal_tables(books: Books, names: Sequence[str], folder: Path) -> list[Sealed]:
    """Write tables of the contract as CSV, each ordered by its key, under their temporary names."""
    known: dict[str, pa.StringArray] = {}
    return [_sealed(books, name, folder, known) for name in names]


def _sealed(books: Books, name: str, folder: Path, known: dict[str, pa.StringArray]) -> Sealed:
    part = _part(folder / f"{name}.csv")
    select = (SELECTS / f"{name}.sql").read_text(encoding="utf-8")
    layout = LAYOUTS.get(name)
    if layout is None:
        rows = books.copy_csv(select, part)
        return Sealed(f"{name}.csv", _flushed(part), rows)
    digest, rows = _written(books, select, _writer(books, layout, known), line(layout.cells), part)
    return Sealed(f"{name}.csv", digest, rows)


def _written(books: Books, select: str, writer: Lines | LineColumns, header: bytes, part: Path) -> tuple[str, int]:
    """Write a long table to a file and bring it to the disk; give its hash and its rows."""
    digest, rows = hashlib.sha256(), 0
    with _writable(part.name), open(os.open(part, WRITE_NEW, 0o600), "wb", buffering=0) as stream:
        lines: memoryview | bytes = header
        batches = books.batches(select, BATCH_ROWS)
        while True:
            digest.update(lines)
            view = memoryview(lines)
            while view:
                view = view[stream.write(view) :]
            batch = next(batches, None)
            if batch is None:
                break
            lines = writer.write(batch)
            rows += batch.num_rows
        os.fsync(stream.fileno())
    return digest.hexdigest(), rows


def rows_of_account(books: Books, name: str, account: str) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
    """Give the columns of a long table, and its rows of one account, with the text that the file has.

    Args:
        name: a key of LAYOUTS.
    """
    import pyarrow as pa

    layout = LAYOUTS[name]
    number = books.rows("select account_no from account where account = $account", {"account": account})
    if not number:
        return tuple(layout.cells), ()
    select = (SELECTS / f"{name}.sql").read_text(encoding="utf-8")
    # The one account is the first of its names, so that those of all others need not be fetched.
    sql = f"select * replace (0 as account) from ({select}) where account = {int(number[0][0])}"  # noqa: S608
    lines = Lines(layout, _legend(books, layout, {"account": pa.array([account])}))
    text = b"".join([lines.write(batch) for batch in list(books.batches(sql, BATCH_ROWS))]).decode("utf-8")
    return tuple(layout.cells), tuple(map(tuple, csv.reader(io.StringIO(text, newline=""))))


def _writer(books: Books, layout: Layout, known: dict[str, pa.StringArray]) -> Lines | LineColumns:
    legend = _legend(books, layout, known)
    if not books.is_bulk:
        return Lines(layout, legend)
    from administrator.plans.exports.line_columns import LineColumns

    return LineColumns(layout, legend)


def _legend(books: Books, layout: Layout, known: dict[str, pa.StringArray]) -> Legend:
    """What the numbers of a table mean.

    Args:
        known: names by kind that need not be fetched; those of this table are put beside them.
    """
    decimals = [decimals for (decimals,) in books.rows("select decimals from asset order by asset_no")]
    rates = {asset_no: rate for (asset_no, price_set), rate in rates_of(books).items() if price_set == COMMENCEMENT}
    kinds = sorted({cell.names for cell in layout.cells.values() if isinstance(cell, Named)})
    known |= {kind: _names(books, kind) for kind in kinds if kind not in known}
    names = {kind: known[kind] for kind in kinds}
    return Legend(names, decimals, books.value("select currency_decimals from term"), rates)


def _names(books: Books, kind: str) -> pa.StringArray:
    """Give the names of a kind, by number."""
    import pyarrow as pa

    chunks, count = [], 0
    for batch in books.batches(NAMES[kind], BATCH_ROWS):
        numbers = batch.column(0)
        first, last = numbers[0].as_py(), numbers[-1].as_py()
        assert (first, last + 1) == (count, count + len(numbers)), f"the numbers of each {kind} are not dense"
        count += len(numbers)
        chunks.append(batch.column(1).cast(pa.large_string()))
    return pa.chunked_array(chunks, pa.large_string()).combine_chunks()


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
        if (folder / MANIFEST).exists():
            (folder / MANIFEST).rename(folder / EARLIER)
        kept = {file.name for file in sealed}
        for name in _files() - kept:
            (folder / name).unlink(missing_ok=True)
        for file in sorted(sealed, key=lambda file: file.name == MANIFEST):
            _part(folder / file.name).rename(folder / file.name)
        (folder / EARLIER).unlink(missing_ok=True)
        parent = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(parent)
        finally:
            os.close(parent)


def digest(path: Path) -> str:
    """The SHA-256 of a file."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _listed(manifest: Path, *, is_hidden: bool) -> dict[str, str]:
    """What a manifest of ours lists, by name; nothing where it is not one.

    Args:
        is_hidden: it may be half written.
    """
    try:
        document = json.loads(manifest.read_bytes())
        if document["program"]["name"] != PROGRAM:
            return {}
        return {str(file["name"]): str(file["sha256"]) for file in document["outputs"]}
    except (ValueError, KeyError, TypeError):
        if is_hidden:
            return {}
        raise StorageError(
            f"{manifest.parent}: holds a {MANIFEST} that no run made. Name an empty folder with --out."
        ) from None


def _files() -> set[str]:
    return {f"{name}.csv" for name in TABLES} | {PLAN, MANIFEST}


def _hidden() -> set[str]:
    """What only a run that was killed leaves."""
    return {_part(Path(name)).name for name in _files()} | {EARLIER}


def _part(path: Path) -> Path:
    return path.with_name(f".{path.name}.part")


HIDDEN_MANIFESTS = frozenset({EARLIER, _part(Path(MANIFEST)).name})


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
