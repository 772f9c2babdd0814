"""Begin a case from the files that somebody handed over: look at them, copy them, write a case.toml to correct.

Nothing that was handed over is changed, moved or followed through a link, and nothing that exists is written over. The
folder appears whole or not at all. What the files seem to be is a proposal; what only a person can say is listed.
"""

from __future__ import annotations

import datetime
import hashlib
import os
import re
import shutil
import stat
import unicodedata
import zoneinfo
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from administrator.law import REGIMES
from administrator.usecases.begun import Started, started_of
from administrator.usecases.drafting import Given, SourceGroup, case_text
from ledgers.configuration import read_case
from ledgers.display import INVISIBLE_CATEGORIES, display
from ledgers.errors import CaseError, ConfigurationError, SourceError, StorageError
from ledgers.ingestion.receipt import ENDINGS
from ledgers.surveying.assets import proposed_assets
from ledgers.surveying.samples import kind_of
from ledgers.surveying.survey import Surveyed, nothing, survey

FILES_MAX = 2_000
DEPTH_MAX = 12
CHUNK_BYTES = 4 << 20
NAME_BYTES_MAX = 180
UNSAFE = re.compile(r'[\x00-\x1f\x7f/\\:*?"<>|]')
DIGITS = re.compile("[0-9]+")
CODE = re.compile(r"\S{1,20}")
LEFT_OUT = ("case.toml", "Thumbs.db", "desktop.ini")
SPARE_BYTES = 64 << 20


class BeginningError(CaseError):
    """What was asked for cannot be begun."""

    exit_code = 2


@dataclass(frozen=True, slots=True)
class Handed:
    """One file that was handed over."""

    path: Path
    name: str
    """Below what was named on the command line."""
    bytes_count: int


def start_case(folder: Path, handed: Sequence[Path], given: Given, told: Callable[[str], None]) -> Started:
    """Leave a case in a folder: the files in inputs/ and a commented case.toml.

    Args:
        folder: does not exist, or is empty.
        handed: the files, and folders of files.
        given: what a person says of the case.
        told: called with the name of each file before it is looked at.

    Raises:
        BeginningError: an answer that was given is none.
        SourceError: a file is not there, or is a link, a pipe or a device; nothing is made.
        StorageError: the folder is in use, or cannot be written.
    """
    given = checked(given)
    _refuse_used(folder)
    files, left_out = _files(handed, folder)
    if not files:
        raise SourceError("--from: names no file. Name the files that were handed over, or the folder they are in.")
    part = folder.parent / f".{folder.name}.{os.getpid()}.part"
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        _refuse_full(folder.parent, files)
        part.mkdir(mode=0o700)
        found = _looked_at(part, files, given.timezone, told)
        groups = grouped(found)
        sources = [group for group in groups if group.first.is_source]
        assets = proposed_assets((one.assets for group in sources for one in group.parts), given.currency)
        text = case_text(folder.resolve().name, given, assets, groups, sorted(REGIMES))
        (part / "case.toml").write_text(text, encoding="utf-8")
        faults = _faults(part)
        part.rename(folder)
    except OSError as refused:
        raise StorageError(f"{folder}: cannot be written ({refused.strerror}). Name another folder.") from None
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return started_of(folder, given, groups, assets, left_out, faults)


def checked(given: Given) -> Given:
    """Give the answers as case.toml takes them, or say what is wrong with them.

    Raises:
        BeginningError: one of them is no answer; a line for each.
    """
    lines: list[str] = []
    at = given.commencement_at
    if given.regime is not None and given.regime not in REGIMES:
        lines.append(f'--regime "{display(given.regime)}" is not known. Known are: {", ".join(sorted(REGIMES))}.')
    if given.currency is not None and not CODE.fullmatch(given.currency):
        lines.append(f'--currency "{display(given.currency)}" is no code. Give one such as JPY.')
    for option, answer in (("--title", given.title), ("--trigger", given.trigger)):
        if answer is not None and not answer.strip():
            lines.append(f"{option} is empty. Give it, or leave the option out.")
    zone: zoneinfo.ZoneInfo | None = None
    if given.timezone is not None:
        try:
            zone = zoneinfo.ZoneInfo(given.timezone)
        except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
            lines.append(f'--timezone "{display(given.timezone)}" is not known. Give one such as Asia/Tokyo or UTC.')
    if at is not None:
        try:
            instant = datetime.datetime.fromisoformat(at)
        except ValueError:
            instant = None
        if instant is not None and instant.tzinfo is None and zone is not None:
            instant = instant.replace(tzinfo=zone)
        if instant is None or instant.tzinfo is None:
            lines.append(
                f'--commencement-at "{display(at)}" is no instant with an offset. Give it as in '
                "2026-03-31T09:00:00+09:00."
            )
        else:
            at = instant.isoformat()
    if lines:
        raise BeginningError(*lines)
    return replace(given, commencement_at=at)


def _refuse_used(folder: Path) -> None:
    try:
        if folder.is_symlink():
            raise StorageError(f"{folder}: is a link. Name a folder itself.")
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise StorageError(f"{folder}: exists already, and nothing in it is written over. Name a new folder.")
    except (OSError, ValueError) as refused:
        why = getattr(refused, "strerror", None) or refused
        raise StorageError(f"{folder}: cannot be looked at ({why}). Name another folder.") from None


def _refuse_full(place: Path, files: Sequence[Handed]) -> None:
    wanted = sum(file.bytes_count for file in files)
    free = shutil.disk_usage(place).free
    if free < wanted + SPARE_BYTES:
        raise StorageError(f"{place}: has {free:,} bytes free, and the files have {wanted:,}. Free some space.")


def _files(handed: Sequence[Path], folder: Path) -> tuple[list[Handed], list[str]]:
    """Give the files in a fixed order, and what was left out of folders; refuse what is no file, all at once."""
    files: list[Handed] = []
    left_out: list[str] = []
    lines: list[str] = []
    seen: set[tuple[int, int]] = set()
    for path, name, is_named in _walked(handed, folder, lines):
        try:
            status = path.lstat()
        except (OSError, ValueError) as refused:
            lines.append(f"{path}: {getattr(refused, 'strerror', None) or refused}. Correct the path.")
            continue
        if not is_named and (path.name.startswith((".", "~$")) or path.name in LEFT_OUT):
            left_out.append(name)
        elif stat.S_ISLNK(status.st_mode):
            lines.append(f"{path}: is a link, and links are not followed. Name the file itself.")
        elif not stat.S_ISREG(status.st_mode):
            lines.append(f"{path}: is no regular file. Name the file itself.")
        elif (status.st_dev, status.st_ino) not in seen:
            seen.add((status.st_dev, status.st_ino))
            files.append(Handed(path, name, status.st_size))
        if len(files) > FILES_MAX:
            lines.append(f"--from: names more than {FILES_MAX} files. Name those that hold the books.")
            break
    if lines:
        raise SourceError(*lines)
    return files, left_out


def _walked(handed: Sequence[Path], folder: Path, lines: list[str]) -> Iterator[tuple[Path, str, bool]]:
    """Give each path, its name below what was named, and whether it was named itself."""
    for top in handed:
        try:
            is_folder = top.is_dir() and not top.is_symlink()
        except (OSError, ValueError):
            is_folder = False
        if not is_folder:
            yield top, top.name, True
            continue

        def unread(refused: OSError) -> None:
            lines.append(f"{refused.filename}: cannot be looked into ({refused.strerror}). Correct its rights.")

        for place, folders, names in os.walk(top, onerror=unread):
            below = Path(place).relative_to(top)
            is_deep = len(below.parts) >= DEPTH_MAX
            folders[:] = [] if is_deep else sorted(
                name for name in folders
                if not name.startswith(".") and not (Path(place) / name).is_symlink()
                and (Path(place) / name).resolve() != folder.resolve()
            )  # fmt: skip
            for name in sorted(names, key=os.fsencode):
                yield Path(place) / name, "_".join([*below.parts, name]), False


def safe_name(name: str, taken: set[str]) -> str:
    r"""Give a name that every disk takes, that hides nothing, and that no other file has.

    >>> taken = set()
    >>> safe_name("残高 一覧.csv", taken), safe_name("..\\a\u202eb.csv", taken), safe_name("残高 一覧.csv", taken)
    ('残高 一覧.csv', '_a_b.csv', '残高 一覧-2.csv')
    """
    text = UNSAFE.sub("_", name.encode("utf-8", "replace").decode("utf-8"))
    text = "".join("_" if unicodedata.category(one) in INVISIBLE_CATEGORIES else one for one in text)
    text = text.lstrip(".-~ ").rstrip(". ") or "file"
    ending = next((f".{one}" for one in ENDINGS if text.lower().endswith(f".{one}")), Path(text).suffix[:10])
    stem = text[: len(text) - len(ending)] if ending else text
    ending = text[len(stem) :]
    while len((stem + ending).encode()) > NAME_BYTES_MAX:
        stem = stem[:-1]
    number, tried = 1, stem + ending
    while tried.casefold() in taken:
        number += 1
        tried = f"{stem}-{number}{ending}"
    taken.add(tried.casefold())
    return tried


def _looked_at(
    part: Path, files: Sequence[Handed], timezone: str | None, told: Callable[[str], None]
) -> list[Surveyed]:
    inputs, scratch = part / "inputs", part / ".survey"
    inputs.mkdir(mode=0o700)
    taken: set[str] = set()
    found: list[Surveyed] = []
    first_named: dict[str, str] = {}
    for file in files:
        told(file.name)
        name = safe_name(file.name, taken)
        sha256 = _copied(file, inputs / name)
        same = first_named.setdefault(sha256, file.name)
        if same != file.name and file.bytes_count:
            reason = f"it has the same bytes as {display(same)}, which would count twice."
            found.append(nothing(file.name, f"inputs/{name}", reason))
            continue
        kind = kind_of(inputs / name)
        if kind.endswith(".gz") and not name.lower().endswith(".gz"):
            name = _renamed(inputs, name, kind, taken)
        scratch.mkdir(mode=0o700)
        try:
            surveys = survey(inputs / name, file.name, f"inputs/{name}", sha256, scratch, timezone)
        except RecursionError:
            surveys = [nothing(file.name, f"inputs/{name}", "is nested too deeply to be looked at.")]
        finally:
            shutil.rmtree(scratch, ignore_errors=True)
        if surveys[0].is_source and not name.lower().endswith(ENDINGS):
            name = _renamed(inputs, name, kind, taken)
            surveys = [replace(one, written=f"inputs/{name}") for one in surveys]
        found += surveys
    return found


def _renamed(inputs: Path, name: str, kind: str, taken: set[str]) -> str:
    """Give a copy the ending of what it is, by which a run knows how to read it."""
    better = safe_name(f"{name}.{kind}", taken)
    (inputs / name).rename(inputs / better)
    return better


def _copied(file: Handed, copy: Path) -> str:
    """Copy one file byte for byte, and give its hash."""
    try:
        source = os.open(file.path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as refused:
        raise SourceError(f"{file.path}: cannot be opened ({refused.strerror}). Correct its rights.") from None
    digest = hashlib.sha256()
    with open(source, "rb", buffering=0) as original, copy.open("xb", buffering=0) as written:
        if not stat.S_ISREG(os.fstat(source).st_mode):
            raise SourceError(f"{file.path}: is no regular file. Name the file itself.")
        while chunk := original.read(CHUNK_BYTES):
            digest.update(chunk)
            view = memoryview(chunk)
            while view:
                view = view[written.write(view) :]
    copy.chmod(0o600)
    return digest.hexdigest()


def grouped(found: Sequence[Surveyed]) -> list[SourceGroup]:
    """Put together the files over which one export was split: the same but for the digits in their names."""
    groups: dict[tuple[str, ...], list[Surveyed]] = {}
    for number, one in enumerate(found):
        key: tuple[str, ...] = (str(number),)
        if one.is_source and one.sample is not None and one.sample.header and DIGITS.search(one.name):
            assert one.table is not None
            key = (
                DIGITS.sub("#", one.name), repr(one.sample.header), one.table.table, one.table.layout,
                repr(sorted(one.settings.items())),
            )  # fmt: skip
        groups.setdefault(key, []).append(one)
    return [SourceGroup(tuple(parts)) for parts in groups.values()]


def _faults(part: Path) -> tuple[str, ...]:
    """Give what a run would refuse of the case.toml that was written."""
    try:
        read_case(part)
    except ConfigurationError as refused:
        return refused.lines
    return ()
