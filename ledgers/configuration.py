"""What does case.toml say?

The whole contract of the case file as frozen values: every key of it, used by this version or not. A value is checked
here as far as case.toml alone allows; whether the files agree with it is found when they are loaded, and whether a
regime exists and allows what [plan] asks is for the law to say. Nothing is guessed and nothing falls back: a key that
the contract does not know is refused.
"""

from __future__ import annotations

import datetime
import hashlib
import os
import re
import stat
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from pydantic import (
    ValidationError,
)

from ledgers.configuration_checks import contradictions
from ledgers.configuration_faults import CASE_FILE, TomlFloat, fault_lines
from ledgers.configuration_markers import MARKER, open_places, stood_in
from ledgers.configuration_plan import ElectionSection, PayoutSection, PlanSection
from ledgers.configuration_sections import (
    AccrualSection,
    AdvanceSection,
    AssetSection,
    CaseSection,
    CaseToml,
    CostSection,
    EstateSection,
    EventSection,
    PolicySection,
    RequirementSection,
    ReserveSection,
    SourceSection,
    SubrogationSection,
    UnsourcedToml,
)
from ledgers.configuration_values import Bound
from ledgers.display import display
from ledgers.errors import ConfigurationError

CASE_FILE_BYTES_MAX = 10_000_000
WHOLE_NUMBER_MAX = (1 << 63) - 1
"""What TOML asks of every program that reads it; far longer ones cannot even be written into a message."""
LONG_NUMBER = re.compile(rb"[0-9][0-9_]{4000,}")


@dataclass(frozen=True, slots=True)
class CaseConfiguration:
    """A case folder and what its case.toml says; every section by its own name."""

    folder: Path
    case: CaseSection
    assets: Mapping[str, AssetSection]
    """In the order of the file; a code with `*` is a pattern."""
    sources: tuple[SourceSection, ...]
    reserves: tuple[ReserveSection, ...]
    policies: tuple[PolicySection, ...]
    events: tuple[EventSection, ...]
    costs: tuple[CostSection, ...]
    advances: tuple[AdvanceSection, ...]
    accruals: tuple[AccrualSection, ...]
    elections: tuple[ElectionSection, ...]
    payouts: tuple[PayoutSection, ...]
    estate: EstateSection | None
    subrogation: SubrogationSection | None
    plan: PlanSection
    requirement: RequirementSection | None
    sha256: str
    """Of case.toml as read."""

    @property
    def title(self) -> str:
        """How the case is called."""
        return self.case.title

    @property
    def currency(self) -> str:
        """The reporting currency, an asset of kind fiat."""
        return self.case.currency

    @property
    def currency_decimals(self) -> int:
        """Decimal places of the reporting currency's minor unit."""
        return self.assets[self.case.currency].decimals

    @property
    def commencement_at(self) -> datetime.datetime:
        """When the proceedings commenced, with the offset as written."""
        return self.case.commencement_at

    @property
    def commencement_utc(self) -> datetime.datetime:
        """When the proceedings commenced, in UTC and without a zone: as instants stand in the books."""
        return self.case.commencement_at.astimezone(datetime.UTC).replace(tzinfo=None)

    @property
    def bar_on(self) -> Bound | None:
        """The last day for claims, and its last instant."""
        return self.case.bar_on

    @property
    def overrides(self) -> Mapping[str, object]:
        """What [plan] says itself, by key; each is printed in the plan."""
        return {key: getattr(self.plan, key) for key in PlanSection.model_fields if key in self.plan.model_fields_set}

    def path_of(self, written: str) -> Path:
        """Give the place of a path as case.toml writes it: from the case folder, or absolute."""
        return self.folder / written


Changes = Mapping[tuple[str, str], object]
"""Values by section and key, as TOML would give them."""


def read_case(folder: Path, *, needs_books: bool = True, changes: Changes = MappingProxyType({})) -> CaseConfiguration:
    """Read a case folder's case.toml, or refuse it with every fault at once.

    Args:
        needs_books: without it there may be no [[sources]], and then [case] need not say which law shares out, why and
            from when: nothing is shared out.
        changes: what the file says otherwise, for once: the file itself stays as it is.

    Raises:
        ConfigurationError: exit 2, a line a fault: where, what, and what to do.
    """
    content = _content(folder / CASE_FILE)
    document = _document(content)
    waiting = open_places(document, content)
    document = _changed(stood_in(document, waiting), changes)
    model = CaseToml if needs_books else UnsourcedToml
    if not needs_books:
        document = _without_insolvency(document)
    try:
        parsed = model.model_validate(document, context={"zone": _zone(document)})
    except ValidationError as refused:
        errors = [error for error in refused.errors() if not waiting.covers(error["loc"])]
        raise ConfigurationError(*waiting.lines, *fault_lines(errors, document, model)) from None
    # What contradicts a marker is no contradiction.
    lines = [line for line in contradictions(parsed, needs_books) if not waiting.lines or f'"{MARKER}"' not in line]
    if waiting.lines or lines:
        raise ConfigurationError(*waiting.lines, *lines)
    return CaseConfiguration(
        folder=folder.resolve(),
        sha256=hashlib.sha256(content).hexdigest(),
        **{name: getattr(parsed, name) for name in CaseToml.model_fields},
    )


def _changed(document: dict[str, Any], changes: Changes) -> dict[str, Any]:
    for (section, key), value in changes.items():
        said = document.get(section, {})
        if isinstance(said, Mapping):
            document = {**document, section: {**said, key: value}}
    return document


def _content(path: Path) -> bytes:
    try:
        # A pipe that nobody writes to would be waited for.
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            os.close(descriptor)
            raise ConfigurationError(f"{path}: is no regular file. Put the file itself there.")
        with open(descriptor, "rb") as stream:
            content = stream.read(CASE_FILE_BYTES_MAX + 1)
    except (OSError, ValueError) as refused:
        why = getattr(refused, "strerror", None) or refused
        raise ConfigurationError(
            f"{path}: cannot be read ({why}). Name a case folder; `administrator new FOLDER --from FILES` begins one."
        ) from None
    if len(content) > CASE_FILE_BYTES_MAX:
        raise ConfigurationError(f"{path}: is larger than {CASE_FILE_BYTES_MAX} bytes. It holds settings, not rows.")
    return content


def _document(content: bytes) -> dict[str, Any]:
    """Give the parsed file, its lists as tuples and its floats as what was written."""
    try:
        document = tomllib.loads(content.decode("utf-8"), parse_float=TomlFloat)
    except UnicodeDecodeError as fault:
        line = content.count(b"\n", 0, fault.start) + 1
        raise ConfigurationError(
            f"{CASE_FILE}: line {line} is not UTF-8 (byte {fault.start}). Save the file as UTF-8."
        ) from None
    except tomllib.TOMLDecodeError as fault:
        raise ConfigurationError(f"{CASE_FILE}: is not TOML: {fault}. Correct that place.") from None
    except ValueError:
        # Python makes no integer of more than 4300 digits; nothing else of a document fails like this.
        long = LONG_NUMBER.search(content)
        line = content.count(b"\n", 0, long.start() if long else 0) + 1
        raise ConfigurationError(
            f"{CASE_FILE}: line {line} has a whole number of thousands of digits. Correct that place."
        ) from None
    except RecursionError:
        raise ConfigurationError(f"{CASE_FILE}: is nested too deeply. Write it flat, as in the case format.") from None
    frozen = _frozen(document, ())
    assert isinstance(frozen, dict)
    return frozen


def _frozen(value: Any, place: tuple[str, ...]) -> Any:
    """Give a value that cannot be changed.

    Raises:
        ConfigurationError: a whole number is longer than those of TOML.
    """
    if isinstance(value, dict):
        return {key: _frozen(item, (*place, key)) for key, item in value.items()}
    if isinstance(value, list):
        return tuple(_frozen(item, (*place, str(number))) for number, item in enumerate(value, 1))
    if isinstance(value, int) and abs(value) > WHOLE_NUMBER_MAX:
        where = display(".".join(place))
        raise ConfigurationError(f"{CASE_FILE}: {where} is a whole number of more than 64 bits. Correct it.")
    return value


def _without_insolvency(document: dict[str, Any]) -> dict[str, Any]:
    """Fill in what [case] says of proceedings, where there are no books and it says nothing of them itself."""
    case, requirement = document.get("case"), document.get("requirement")
    if "sources" in document or not isinstance(case, Mapping) or not isinstance(requirement, Mapping):
        return document
    filled: dict[str, Any] = {"trigger": "none", "regime": "custom"}
    if "on" in requirement:
        # A day that is none is said in its own place; any will do here.
        day = requirement["on"] if type(requirement["on"]) is datetime.date else datetime.date(2000, 1, 1)
        filled["commencement_at"] = datetime.datetime.combine(day, datetime.time.min, datetime.UTC)
    return {**document, "case": {**filled, **case}}


def _zone(document: Mapping[str, Any]) -> datetime.tzinfo:
    """Give the zone in which days are meant; where commencement_at is wrong, any will do: that is said elsewhere."""
    case = document.get("case")
    commencement_at = case.get("commencement_at") if isinstance(case, Mapping) else None
    zone = commencement_at.tzinfo if isinstance(commencement_at, datetime.datetime) else None
    return zone or datetime.UTC
