"""Say all that is wrong with a case at once, and what of it is well, without computing anything.

case.toml, the files it names, every row of them, the regime and the terms: all that can be known before a plan is made.
The rows are loaded as a run loads them, but into books that are thrown away, in a folder of their own beside those of
the case: no run finds anything of it, and none that is on is disturbed. A file that cannot be read does not hide what
is wrong in the others.
"""

from __future__ import annotations

import os
import re
import shutil
import tempfile
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, fields, replace
from pathlib import Path

from administrator import findings
from administrator.errors import RegimeError
from administrator.stages import RELATIONS, Run, resolved
from administrator.terms import parameters_of, regime_of
from administrator.usecases.resuming import is_bulk
from administrator.valuation import make_rates
from ledgers.configuration import CaseConfiguration, read_case
from ledgers.configuration_faults import CASE_FILE
from ledgers.configuration_sections import SourceSection
from ledgers.errors import CaseError, ConfigurationError, Interruption, SourceError, StorageError
from ledgers.ingestion.load import load
from ledgers.models import ProgressListener
from ledgers.storage.books import MEMORY_LIMIT, Books, private_folder
from ledgers.units import format_units

BLOCKED = 10
"""Exit code where findings would stop a run."""
MESSAGES_EACH = 3
FOLDER_PREFIX = "check-"
SUMMARY = "-summary"
IN_ALL = re.compile(r"(?P<count>[0-9]+) in all")
"""What the finding says that stands for those of a kind that are not listed."""
NO_FILE = "there is no such file. Correct the path in case.toml, or put the file there."
FAR_CODES = ("unlisted-account", "unlisted-wallet")
"""Findings that a file beside gives rise to: where that was not read, they would be false."""
SUMMED = {
    "balance": "asset_no", "journal": "asset_no", "wallet": "asset_no", "transfer": "asset_no", "claim": "asset_no",
    "payment": "pay_asset_no", "recovery": "asset_no",
}  # fmt: skip
"""The tables whose quantities are summed, and the column of their asset."""


@dataclass(frozen=True, slots=True)
class CodeFound:
    """All findings of one kind in one file."""

    code: str
    severity: str
    count: int
    messages: tuple[str, ...]
    """The first of them, the file left out."""
    remedy: str
    """What to do about the first."""


@dataclass(frozen=True, slots=True)
class StatedFound:
    """What a sender stated of a file, and what was found."""

    measure: str
    """`rows`, or an asset."""
    stated: str
    measured: str
    by: str | None


@dataclass(frozen=True, slots=True)
class FileFound:
    """One file: its rows, what was stated of it, and what is wrong with it."""

    source: str
    """As case.toml writes it; `case.toml` for what is no file's."""
    table: str
    rows: int
    accepted: int
    rejected: int
    ignored: int
    stated: tuple[StatedFound, ...]
    found: tuple[CodeFound, ...]


@dataclass(frozen=True, slots=True)
class CheckResult:
    """What a check found."""

    title: str
    """Empty where case.toml cannot be read."""
    exit_code: int
    faults: tuple[str, ...]
    """What is wrong with case.toml, with files as a whole, and with the terms; a line each."""
    files: tuple[FileFound, ...]
    findings: Mapping[str, int]
    """Count by severity."""
    assets: tuple[tuple[str, Mapping[str, str]], ...]
    """What the quantities sum to, by table, of each asset."""


@dataclass(frozen=True, slots=True)
class _Aside(CaseConfiguration):
    """A case whose working folder is elsewhere, and whose files are where they are."""

    origin: Path

    def path_of(self, written: str) -> Path:
        return self.origin / written


def check_case(
    folder: Path,
    listen: ProgressListener,
    *,
    threads: int | None = None,
    memory_limit: str = MEMORY_LIMIT,
    opened: Callable[[Books], None] = lambda _: None,
) -> CheckResult:
    """Look at everything in a case that can be wrong before it is computed.

    Args:
        folder: the case.
        listen: told how far it is.
        threads: None for as many as there are cores.
        memory_limit: of the relational part.
        opened: given the books while they are open, so that somebody can interrupt them.

    Raises:
        StorageError: there is no room for the books that are thrown away.
    """
    try:
        case = read_case(folder)
    except ConfigurationError as refused:
        lines = (*refused.lines, *_absent(folder))
        return CheckResult("", ConfigurationError.exit_code, lines, (), {}, ())
    faults: list[CaseError] = []
    try:
        parameters_of(case, regime_of(case))
    except RegimeError as refused:
        faults.append(refused)
    with _aside(case) as aside:
        result = _checked(aside, faults, listen, threads, memory_limit, opened)
    return result


def clear_check(folder: Path) -> None:
    """Take away what a check of this process that was left where it stood had half made."""
    shutil.rmtree(folder / "work" / f"{FOLDER_PREFIX}{os.getpid()}", ignore_errors=True)


@contextmanager
def _aside(case: CaseConfiguration) -> Iterator[_Aside]:
    """Give the case with a folder of its own for what is thrown away; one that cannot be written has it elsewhere."""
    work = case.folder / "work"
    was_there = work.exists()
    try:
        scratch = private_folder(private_folder(work) / f"{FOLDER_PREFIX}{os.getpid()}")
        _clear_left(work)
    except StorageError:
        scratch = Path(tempfile.mkdtemp(prefix="administrator-check-"))
    own = {field.name: getattr(case, field.name) for field in fields(case)} | {"folder": scratch}
    try:
        yield _Aside(**own, origin=case.folder)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
        if not was_there:
            with suppress(OSError):
                # A run has begun meanwhile, or there was no folder at all.
                work.rmdir()


def _clear_left(work: Path) -> None:
    """Give back the room that killed checks have left taken."""
    for left in work.glob(f"{FOLDER_PREFIX}*"):
        number = left.name.removeprefix(FOLDER_PREFIX)
        if number.isdecimal() and not Path(f"/proc/{number}").exists() and Path("/proc/self").exists():
            shutil.rmtree(left, ignore_errors=True)


def _checked(
    case: _Aside,
    faults: list[CaseError],
    listen: ProgressListener,
    threads: int | None,
    memory_limit: str,
    opened: Callable[[Books], None],
) -> CheckResult:
    """Load what can be loaded, again without the files that cannot, and look at the terms."""
    whole = case
    while case.sources:
        with Books.create(
            case.folder, None, threads=threads, memory_limit=memory_limit, bulk=is_bulk(case)
        ) as books:
            opened(books)
            try:
                load(case, books, listen)
            except SourceError as refused:
                faults.append(refused)
                left = _without(case, refused.lines)
                if left == case.sources:
                    break
                case = replace(case, sources=left)
                continue
            except CaseError as refused:
                if isinstance(refused, Interruption | StorageError):
                    raise
                faults.append(refused)
                break
            if not faults:
                _check_terms(Run(case, books, listen), faults)
            return _result(whole, faults, books, is_part=case is not whole)
    return _result(whole, faults, None, is_part=True)


def _check_terms(run: Run, faults: list[CaseError]) -> None:
    """Resolve the terms against what was loaded, as a run does before its long work."""
    books, case = run.books, run.case
    try:
        books.run(RELATIONS / "terms.sql")
        currency_no = books.value("select asset_no from asset where asset = $currency", {"currency": case.currency})
        make_rates(books, currency_no, case.currency_decimals)
        findings.add(books, findings.about_terms(case, resolved(run)))
    except CaseError as refused:
        if isinstance(refused, Interruption | StorageError):
            raise
        faults.append(refused)


def _without(case: _Aside, lines: Sequence[str]) -> tuple[SourceSection, ...]:
    """Give the sources without the files that lines are about; what is stated of the whole is not asked of the rest."""
    left = []
    for source in case.sources:
        good = tuple(path for path in source.path if not any(_is_about(line, path) for line in lines))
        if good == source.path:
            left.append(source)
        elif good:
            left.append(source.model_copy(update={"path": good, "control": None}))
    return tuple(left)


def _is_about(line: str, path: str) -> bool:
    return line.startswith((f"{path}:", f"{path} "))


def _result(case: CaseConfiguration, faults: Sequence[CaseError], books: Books | None, *, is_part: bool) -> CheckResult:
    counts = {} if books is None else dict(_severities(books, is_part))
    codes = [fault.exit_code for fault in faults]
    order = (ConfigurationError.exit_code, SourceError.exit_code, RegimeError.exit_code)
    exit_code = next((code for code in order if code in codes), codes[0] if codes else 0)
    if not exit_code and counts.get("blocking"):
        exit_code = BLOCKED
    return CheckResult(
        title=case.title,
        exit_code=exit_code,
        faults=tuple(line for fault in faults for line in fault.lines),
        files=() if books is None else tuple(_files(books, is_part)),
        findings=counts,
        assets=() if books is None else tuple(_assets(books)),
    )


def _severities(books: Books, is_part: bool) -> list[tuple[str, int]]:
    return [
        (severity, count)
        for severity, count in books.rows(
            "select severity, count(*) from finding where not ($part and list_contains($far, code)) "
            "group by severity order by severity",
            {"part": is_part, "far": list(FAR_CODES)},
        )
    ]


def _files(books: Books, is_part: bool) -> Iterator[FileFound]:
    """Give every file with what is wrong with it, and first what is wrong with none in particular."""
    listed = books.rows(
        "select source, table_name, rows, accepted, rejected, ignored from source order by source, source_no"
    )
    known = {source for source, *_ in listed}
    found = _found(books, is_part)
    strange = [code for source, codes in found.items() if source not in known for code in codes]
    if strange:
        yield FileFound(CASE_FILE, "", 0, 0, 0, 0, (), tuple(strange))
    stated: dict[str, list[StatedFound]] = {}
    for source, measure, asset, text, measured, by in books.rows(
        "select source, measure, asset, stated, measured, stated_by from control "
        "order by source, measure desc, asset, stated"
    ):
        what = asset if measure == "quantity" else measure
        stated.setdefault(source, []).append(StatedFound(what, text, measured, by))
    for source, table, rows, accepted, rejected, ignored in listed:
        # A file that two sources name is said of once.
        codes, told = found.pop(source, []), stated.pop(source, [])
        yield FileFound(source, table, rows, accepted, rejected, ignored, tuple(told), tuple(codes))


def _found(books: Books, is_part: bool) -> dict[str, list[CodeFound]]:
    """Give the findings by file and kind: what blocks first, the most of it first."""
    kinds: dict[tuple[str, str], list[tuple[str, str, str]]] = {}
    in_all: dict[tuple[str, str], int] = {}
    for source, code, severity, message, remedy in books.rows(
        "select source, code, severity, message, remedy from finding "
        'order by source, code, "row" nulls first, subject, message'
    ):
        if is_part and code in FAR_CODES:
            continue
        kind, counted = (source, code.removesuffix(SUMMARY)), IN_ALL.search(message)
        if code.endswith(SUMMARY) and counted is not None:
            in_all[kind] = int(counted["count"])
        else:
            kinds.setdefault(kind, []).append((severity, message, remedy))
    found: dict[str, list[CodeFound]] = {}
    for (source, code), held in kinds.items():
        severity, _, remedy = held[0]
        messages = tuple(_short(message, source) for _, message, _ in held[:MESSAGES_EACH])
        count = in_all.get((source, code), len(held))
        found.setdefault(source, []).append(CodeFound(code, severity, count, messages, remedy))
    severities = ("blocking", "warning", "note")
    for codes in found.values():
        codes.sort(key=lambda one: (severities.index(one.severity), -one.count, one.code))
    return found


def _short(message: str, source: str) -> str:
    """Give a message without the name of its file, under which it stands."""
    if not source or not message.startswith(f"{source}:"):
        return message
    rest = message[len(source) + 1 :]
    number, _, words = rest.partition(": ")
    return f"row {number}: {words}" if number.isdecimal() else rest.lstrip()


def _assets(books: Books) -> Iterator[tuple[str, Mapping[str, str]]]:
    """Give what each table's quantities sum to, by asset, whole."""
    sums: dict[int, dict[str, str]] = {}
    listed = books.rows("select asset_no, asset, decimals from asset")
    known = {number: (asset, places) for number, asset, places in listed}
    for table, asset_column in SUMMED.items():
        for number, units in books.rows(
            f"select {asset_column}, sum(units)::varchar from {table} group by all order by all"  # noqa: S608  ours
        ):
            sums.setdefault(number, {})[table] = format_units(int(units), known[number][1])
    for number in sorted(sums):
        yield known[number][0], sums[number]


def _absent(folder: Path) -> list[str]:
    """Name the files that are not there, where case.toml is TOML but cannot be followed yet."""
    try:
        document = tomllib.loads((folder / CASE_FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return []
    sources = document.get("sources")
    lines: list[str] = []
    for source in sources if isinstance(sources, list) else []:
        paths = source.get("path") if isinstance(source, dict) else None
        for path in paths if isinstance(paths, list) else [paths]:
            with suppress(OSError, ValueError):
                if isinstance(path, str) and path and not (folder / path).exists():
                    lines.append(f"{path}: {NO_FILE}")
    return lines
