"""Compute a case, from the files it names to a sealed folder of what leaves."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from administrator import __version__
from administrator.plans.document import plan_document
from administrator.plans.exports.seal import (
    MANIFEST,
    PLAN,
    PROGRAM,
    REPORTS,
    TABLES,
    Sealed,
    check,
    digest,
    make,
    publish,
    seal_document,
    seal_table,
)
from administrator.stages import RELATIONS, STAGES, Run, blocking, run_stages
from administrator.terms import parameters_of, regime_of
from administrator.views import view
from ledgers.configuration import CaseConfiguration, read_case
from ledgers.errors import StorageError
from ledgers.models import Progress, ProgressListener
from ledgers.storage.books import MEMORY_LIMIT, Books, private_folder

if TYPE_CHECKING:
    from collections.abc import Sequence

ROWS_BULK = 200_000
"""Rows of input from which compiled kernels pay for their start."""
BYTES_A_ROW = 20
"""A low guess of a row's size, to choose the kernels before anything is read."""


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
    opened: Callable[[Books], None] = lambda _: None,
) -> RunResult:
    """Run every stage of a case and seal its outputs; a blocking finding stops it and seals what is found.

    Args:
        folder: the case.
        out: where the files go; None for a folder of the case's own that is named by what went in.
        listen: told how far the run is.
        threads: None for as many as there are cores; no byte depends on it.
        opened: given the books while they are open, so that somebody can interrupt them.

    Raises:
        CaseError: the case cannot be computed; its lines say where, what, why and what to do.
    """
    case = read_case(folder)
    parameters_of(case, regime_of(case))
    wanted = None if out is None else _outside(case, out)
    with Books.create(case.folder, wanted, threads=threads, memory_limit=memory_limit, bulk=is_bulk(case)) as books:
        opened(books)
        if wanted is not None:
            check(wanted)
        run = Run(case, books, listen, rates={})
        for _ in run_stages(run, STAGES):
            pass
        target = wanted if wanted is not None else private_folder(case.folder / "out") / _folder_name(case, books)
        check(target)
        make(target)
        listen(Progress("export", 0, 0))
        try:
            outputs = _seal_all(run, target)
            result = _result(run, target, outputs)
            _remember(books, case, target)
        except BaseException:
            make(target)
            raise
        publish(target, outputs)
    return result


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


def is_bulk(case: CaseConfiguration) -> bool:
    """Whether the sources are large enough for compiled kernels, by their size on disk."""
    return sum(size for _, size, _ in _stats(case)) > ROWS_BULK * BYTES_A_ROW


def _stats(case: CaseConfiguration) -> list[tuple[str, int, int]]:
    """Path, size and time of change of each input that can be seen; the others are said when they are received."""
    stats = []
    for written in sorted({path for source in case.sources for path in source.path}):
        try:
            found = case.path_of(written).stat()
        except (OSError, ValueError):
            continue
        stats.append((written, found.st_size, found.st_mtime_ns))
    return stats


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
    outputs = [seal_table(books, name, target) for name in (REPORTS if is_blocked else TABLES)]
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


def _remember(books: Books, case: CaseConfiguration, target: Path) -> None:
    """Keep beside the relations what they were made from, so that a screen can tell when they are stale."""
    books.run(RELATIONS / "run_note.sql")
    books.insert("run_note", "version", __version__)
    books.insert("run_note", "case_sha256", case.sha256)
    books.insert("run_note", "out", str(target))
    hashes = dict(books.rows("select source, sha256 from source"))
    for written, size, changed_ns in _stats(case):
        books.insert("run_input", written, size, changed_ns, hashes.get(written, ""))


def changed_input(books: Books, case: CaseConfiguration) -> str | None:
    """The first input that is not what the run read any more; None where all are.

    A file of the same size and time of change is taken to be the same; any other is hashed.
    """
    noted = {written: rest for written, *rest in books.rows("select path, bytes, changed_ns, sha256 from run_input")}
    seen = {written: (size, changed_ns) for written, size, changed_ns in _stats(case)}
    for written, (size, changed_ns, sha256) in sorted(noted.items()):
        if seen.get(written) == (size, changed_ns):
            continue
        if written not in seen or seen[written][0] != size or digest(case.path_of(written)) != sha256:
            return str(written)
    return None
