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
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, fields, replace
from pathlib import Path

from administrator import findings
from administrator.errors import RegimeError
from administrator.stages import RELATIONS, Run, resolved
from administrator.terms import check_asked, parameters_of, regime_of
from administrator.usecases.resuming import is_bulk
from administrator.valuation import make_rates
from ledgers.configuration import CASE_FILE_BYTES_MAX, CaseConfiguration, read_case
from ledgers.configuration_faults import CASE_FILE
from ledgers.configuration_sections import SourceSection
from ledgers.display import display
from ledgers.errors import CaseError, ConfigurationError, Interruption, LedgerError, SourceError, StorageError
from ledgers.ingestion.load import load
from ledgers.models import ProgressListener
from ledgers.storage.books import MEMORY_LIMIT, Books
from ledgers.storage.folders import private_folder
from ledgers.units import format_units

BLOCKED = 10
"""Exit code where findings would stop a run."""
MESSAGES_EACH = 5
FOLDER_PREFIX = "check-"
ELSEWHERE_PREFIX = "administrator-check-"
HALF = 10**19
"""Sums are taken of halves, so that one of any length can be told."""
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
SUMMED_BY_RUN = ("balance", "wallet")
"""Those that every run sums by asset, within 38 digits."""


@dataclass(frozen=True, slots=True)
class CodeFound:
    """All findings of one kind in one file."""

    code: str
    severity: str
    count: int
    messages: tuple[str, ...]
    """The first of them, the file left out."""
    remedies: tuple[str, ...]
    """What to do about each of these."""


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
    for left in Path(tempfile.gettempdir()).glob(f"{ELSEWHERE_PREFIX}{os.getpid()}-*"):
        shutil.rmtree(left, ignore_errors=True)
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
        scratch = Path(tempfile.mkdtemp(prefix=f"{ELSEWHERE_PREFIX}{os.getpid()}-"))
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
                return _result(whole, faults, books, is_part=True, is_loaded=False)
            if not faults:
                faults += _term_faults(Run(case, books, listen))
            return _result(whole, faults, books, is_part=case is not whole)
    return _result(whole, faults, None, is_part=True)


def _term_faults(run: Run) -> list[CaseError]:
    """Resolve the terms against what was loaded, as a run does before its long work, and give what is wrong.

    Where a price was rejected nothing is asked: that there is none would be said of what only has to be corrected.
    """
    books, case = run.books, run.case
    if books.value("select count(*) from source where table_name = 'price' and rejected > 0"):
        return []
    try:
        books.run(RELATIONS / "terms.sql")
        currency_no = books.value("select asset_no from asset where asset = $currency", {"currency": case.currency})
        make_rates(books, currency_no, case.currency_decimals)
        check_asked(case)
        terms = resolved(run)
    except RegimeError as refused:
        apart = [line for part in _parts(case) for line in _refused(replace(run, case=part))]
        return [RegimeError(*dict.fromkeys([*refused.lines, *apart]))]
    except CaseError as refused:
        if isinstance(refused, Interruption | StorageError):
            raise
        return [refused]
    findings.add(books, findings.about_terms(case, terms))
    return []


def _parts(case: CaseConfiguration) -> Iterator[CaseConfiguration]:
    """Give the case with one section of sums at a time, for the first that is refused hides the others."""
    bare = replace(case, costs=(), policies=(), reserves=())
    yield from (replace(bare, costs=(cost,)) for cost in case.costs)
    yield from (replace(bare, policies=(policy,)) for policy in case.policies)
    yield from (replace(bare, reserves=(reserve,)) for reserve in case.reserves)


def _refused(run: Run) -> tuple[str, ...]:
    try:
        resolved(run)
    except RegimeError as refused:
        return refused.lines
    return ()


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


def _result(
    case: CaseConfiguration,
    faults: Sequence[CaseError],
    books: Books | None,
    *,
    is_part: bool,
    is_loaded: bool = True,
) -> CheckResult:
    """Put together what was found.

    Args:
        books: None where no file could be read.
        is_part: whether some files were left out.
        is_loaded: whether the books hold all records of the others; otherwise only findings are told.
    """
    files = () if books is None else tuple(_files(books, is_part, is_loaded))
    counts = _severities(files)
    sums = {} if books is None or not is_loaded else _sums(books)
    if not counts.get("blocking"):
        # Otherwise a run would not come to them.
        faults = [*faults, *_too_long(sums)]
    codes = [fault.exit_code for fault in faults]
    order = (ConfigurationError.exit_code, SourceError.exit_code, RegimeError.exit_code)
    exit_code = next((code for code in order if code in codes), codes[0] if codes else 0)
    if not exit_code and counts.get("blocking"):
        exit_code = BLOCKED
    return CheckResult(
        title=case.title,
        exit_code=exit_code,
        faults=tuple(line for fault in faults for line in fault.lines),
        files=files,
        findings=counts,
        assets=tuple(
            (asset, {table: format_units(units, decimals) for table, units in of_asset.items()})
            for (asset, decimals), of_asset in sums.items()
        ),
    )


def _severities(files: Sequence[FileFound]) -> dict[str, int]:
    """Count findings by severity, those among them that are not listed one by one."""
    counts: Counter[str] = Counter()
    for file in files:
        for found in file.found:
            counts[found.severity] += found.count
    return dict(sorted(counts.items()))


def _files(books: Books, is_part: bool, is_loaded: bool) -> Iterator[FileFound]:
    """Give every file with what is wrong with it, and first what is wrong with none in particular."""
    listed = []
    if is_loaded:
        listed = books.rows(
            "select source, table_name, rows, accepted, rejected, ignored from source order by source, source_no"
        )
    known = {source for source, *_ in listed}
    found = _found(books, is_part)
    for source in sorted(found.keys() - known):
        yield FileFound(source or CASE_FILE, "", 0, 0, 0, 0, (), tuple(found[source]))
    stated = _stated(books) if is_loaded else {}
    for source, table, rows, accepted, rejected, ignored in listed:
        # A file that two sources name is said of once.
        codes, told = found.pop(source, []), stated.pop(source, [])
        yield FileFound(source, table, rows, accepted, rejected, ignored, tuple(told), tuple(codes))


def _stated(books: Books) -> dict[str, list[StatedFound]]:
    """Give what senders stated, by the first file of the source."""
    stated: dict[str, list[StatedFound]] = {}
    for source, measure, asset, text, measured, by in books.rows(
        "select source, measure, asset, stated, measured, stated_by from control "
        "order by source, measure desc, asset, stated"
    ):
        what = asset if measure == "quantity" else measure
        stated.setdefault(source, []).append(StatedFound(what, text, measured, by))
    return stated


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
        shown = held[:MESSAGES_EACH]
        messages = tuple(_short(message, source) for _, message, _ in shown)
        remedies = tuple(remedy for _, _, remedy in shown)
        count = in_all.get((source, code), len(held))
        found.setdefault(source, []).append(CodeFound(code, held[0][0], count, messages, remedies))
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


def _sums(books: Books) -> dict[tuple[str, int], dict[str, int]]:
    """Give what each table's quantities sum to, by code and decimals of the asset, in the order of assets."""
    sums: dict[int, dict[str, int]] = {}
    listed = books.rows("select asset_no, asset, decimals from asset")
    known = {number: (asset, decimals) for number, asset, decimals in listed}
    for table, asset_column in SUMMED.items():
        for number, high, low in books.rows(
            f"select {asset_column}, coalesce(sum(units::hugeint // {HALF}::hugeint), 0)::varchar, "  # noqa: S608  ours
            f"coalesce(sum(units::hugeint % {HALF}::hugeint), 0)::varchar from {table} group by all order by all"
        ):
            sums.setdefault(number, {})[table] = int(high) * HALF + int(low)
    return {known[number]: sums[number] for number in sorted(sums)}


def _too_long(sums: Mapping[tuple[str, int], Mapping[str, int]]) -> list[CaseError]:
    """Say which sums a run could not hold."""
    lines = [
        f"{table}: the quantities of {display(asset)} sum to more than 38 digits in base units. Look for one that "
        "cannot be."
        for (asset, _), of_asset in sums.items()
        for table in SUMMED_BY_RUN
        if abs(of_asset.get(table, 0)) >= 10**38
    ]
    return [LedgerError(*lines)] if lines else []


def _absent(folder: Path) -> list[str]:
    """Name the files that are not there, where case.toml is TOML but cannot be followed yet."""
    place = folder / CASE_FILE
    try:
        if not place.is_file() or place.stat().st_size > CASE_FILE_BYTES_MAX:
            # A pipe would be waited for.
            return []
        document = tomllib.loads(place.read_text(encoding="utf-8"))
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
