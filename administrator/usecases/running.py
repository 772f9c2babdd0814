"""Compute a case, from the files it names to a sealed folder of what leaves."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from administrator import __version__
from administrator.notes import note_end
from administrator.plans.document import plan_document
from administrator.plans.exports.seal import (
    MANIFEST,
    PLAN,
    PROGRAM,
    REPORTS,
    TABLES,
    Sealed,
    check,
    make,
    publish,
    seal_document,
    seal_tables,
)
from administrator.stages import Run, blocking, run_stages
from administrator.terms import parameters_of, regime_of
from administrator.usecases.resuming import Making, left_books, new_books
from administrator.usecases.room import check_room
from administrator.views import view
from ledgers.configuration import CaseConfiguration, read_case
from ledgers.errors import DamageError, StorageError
from ledgers.models import Progress, ProgressListener
from ledgers.storage.books import MEMORY_LIMIT, Books
from ledgers.storage.folders import clear_work, private_folder

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True)
class AssetResult:
    """One asset, from owed to returned, as text in whole assets."""

    asset: str
    owed: str
    held: str
    shortfall: str
    claims: str
    awarded: str
    dividend: str
    """Of distributable over claims, truncated to eight decimals; empty where nothing is claimed."""


@dataclass(frozen=True, slots=True)
class RunResult:
    """What a run found and where it left it."""

    title: str
    regime: str
    currency: str
    out: str
    findings: dict[str, int]
    """Count by severity."""
    is_blocked: bool
    blocking: tuple[str, ...]
    """The first messages of what blocks."""
    assets: tuple[AssetResult, ...]
    totals: dict[str, str]
    inputs: tuple[dict[str, object], ...]
    outputs: tuple[dict[str, object], ...]


def run_case(
    folder: Path,
    out: Path | None,
    listen: ProgressListener,
    *,
    threads: int | None = None,
    memory_limit: str = MEMORY_LIMIT,
    is_fresh: bool = False,
    is_room_checked: bool = True,
    opened: Callable[[Books], None] = lambda _: None,
    leaving: Callable[[], AbstractContextManager[None]] = nullcontext,
) -> RunResult:
    """Run every stage of a case and seal its outputs; a blocking finding stops it and seals what is found.

    Stages that an earlier run has finished, of exactly what this one would do, are not done again.

    Args:
        folder: the case.
        out: where the files go; None for a folder of the case's own that is named by what went in.
        listen: told how far the run is.
        threads: None for as many as there are cores; no byte depends on it.
        is_fresh: whether all is made anew, whatever an earlier run has finished.
        is_room_checked: whether the disks must have the room that such a case usually needs.
        opened: given the books while they are open, so that somebody can interrupt them.
        leaving: gives the block within which the files take their names, all or none.

    Raises:
        CaseError: the case cannot be computed; its lines say where, what, why and what to do.
    """
    case = read_case(folder)
    parameters_of(case, regime_of(case))
    wanted = None if out is None else _outside(case, out)
    for said in check_room(case, wanted) if is_room_checked else ():
        listen(Progress(said, 0, 0))
    how = Making(case, wanted, listen, threads, memory_limit, opened, leaving)
    if not is_fresh:
        books, done = left_books(how)
        if books is not None:
            try:
                return _run(how, books, done)
            except DamageError:
                listen(Progress("made anew: the books that a run had left are damaged", 0, 0))
    return _run(how, new_books(how), 0)


def _run(how: Making, books: Books, done: int) -> RunResult:
    case, wanted, listen = how.case, how.out, how.listen
    with books:
        if wanted is not None:
            check(wanted)
        run = Run(case, books, listen)
        for _ in run_stages(run, done):
            pass
        target = wanted if wanted is not None else private_folder(case.folder / "out") / _folder_name(case, books)
        check(target)
        is_new = not target.exists()
        make(target)
        try:
            listen(Progress("export", 0, 0))
            outputs = _seal_all(run, target)
            result = _result(run, target, outputs)
            with how.leaving():
                note_end(books, case, target)
                publish(target, outputs)
        except BaseException:
            clear(target, is_new)
            raise
    return result


def clear_away(folder: Path, out: Path | None) -> None:
    """Take away what a run that was left where it stood had half made; its thread may still be there.

    Its books stay: the next run takes them for no more than their notes say.
    """
    with suppress(OSError, StorageError):
        clear_work(folder)
    own = folder / "out"
    for target in [*(own.iterdir() if own.is_dir() else ()), *([] if out is None else [out])]:
        if target.is_dir():
            with suppress(OSError, StorageError):
                clear(target, is_new=target != out)


def clear(target: Path, is_new: bool) -> None:
    """Leave a folder as it was before a run began to write into it."""
    make(target)
    if is_new:
        with suppress(OSError):
            # It holds something all the same.
            target.rmdir()


def _outside(case: CaseConfiguration, out: Path) -> Path:
    """The folder that --out means, which holds nothing of the case.

    Raises:
        StorageError: it is the case folder, or lies among its inputs, its vault or its working files.
    """
    wanted = out.resolve()
    own = [case.folder / name for name in ("inputs", "vault", "work")]
    is_within = any(place == wanted or place in wanted.parents for place in own)
    if is_within or wanted in (case.folder, *_source_folders(case)):
        raise StorageError(f"{out}: lies among the files of the case itself. Name another folder with --out.")
    return wanted


def _source_folders(case: CaseConfiguration) -> list[Path]:
    folders = []
    for path in (path for source in case.sources for path in source.path):
        with suppress(OSError, ValueError, RuntimeError):
            # A path that cannot be is said when its file is received.
            folders.append(case.path_of(path).resolve().parent)
    return folders


def _folder_name(case: CaseConfiguration, books: Books) -> str:
    """Round and a digest of all that went in: the same inputs meet the same folder, others never."""
    digest = hashlib.sha256(f"{__version__} {case.sha256}".encode())
    for source in inputs_of(books):
        digest.update(json.dumps(source, sort_keys=True).encode())
    return f"round-{case.plan.round}-{digest.hexdigest()[:12]}"


def inputs_of(books: Books) -> list[dict[str, object]]:
    """Each input with its hash and rows, by name."""
    return [
        {"source": source, "sha256": sha256, "rows": rows}
        for source, sha256, rows in books.rows(
            "select source, sha256, rows from source order by source, sha256, source_no"
        )
    ]


def _seal_all(run: Run, target: Path) -> list[Sealed]:
    books = run.books
    is_blocked = blocking(books) > 0
    outputs = seal_tables(books, REPORTS if is_blocked else TABLES, target)
    if not is_blocked:
        outputs.append(seal_document(plan_document(run), PLAN, target))
    manifest = {
        "program": {"name": PROGRAM, "version": __version__},
        "inputs": [{"source": "case.toml", "sha256": run.case.sha256, "rows": 1}, *inputs_of(books)],
        "outputs": [
            {"name": sealed.name, "sha256": sealed.sha256, "rows": sealed.rows}
            for sealed in sorted(outputs, key=lambda sealed: sealed.name)
        ],
    }
    outputs.append(seal_document(manifest, MANIFEST, target))
    return outputs


def _result(run: Run, target: Path, outputs: Sequence[Sealed]) -> RunResult:
    books, case = run.books, run.case
    counts = dict(books.rows("select severity, count(*) from finding group by severity order by severity"))
    is_blocked = blocking(books) > 0
    messages = books.rows(
        "select message || ' ' || remedy from finding where severity = 'blocking' "
        'order by code, subject, source, "row" limit 20'
    )
    return RunResult(
        title=case.title,
        regime=case.case.regime,
        currency=case.currency,
        out=str(target),
        findings=counts,
        is_blocked=is_blocked,
        blocking=tuple(message for (message,) in messages),
        assets=() if is_blocked else asset_results(books),
        totals={} if is_blocked else plan_document(run)["totals"],  # type: ignore[arg-type]
        inputs=tuple(inputs_of(books)),
        outputs=tuple({"name": sealed.name, "sha256": sealed.sha256, "rows": sealed.rows} for sealed in outputs),
    )


def asset_results(books: Books) -> tuple[AssetResult, ...]:
    """Owed, held and returned of every asset."""
    return tuple(AssetResult(*(value or "" for value in row)) for row in books.rows(view("asset_result")))
