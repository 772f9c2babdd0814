"""What does case.toml say?

The whole contract of the case file as frozen values: every key of it, used by this version or not. A value is checked
here as far as case.toml alone allows; whether the files agree with it is found when they are loaded, and whether a
regime exists and allows what [plan] asks is for the law to say. Nothing is guessed and nothing falls back: a key that
the contract does not know is refused.
"""

from __future__ import annotations

import codecs
import datetime
import hashlib
import os
import re
import stat
import tomllib
import zoneinfo
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic_core import PydanticCustomError

from ledgers.configuration_checks import contradictions
from ledgers.configuration_faults import CASE_FILE, TomlFloat, fault_lines
from ledgers.display import display
from ledgers.errors import ConfigurationError
from ledgers.models import AssetKind

DECIMALS_MAX = 38
CASE_FILE_BYTES_MAX = 10_000_000
WHOLE_NUMBER_MAX = (1 << 63) - 1
"""What TOML asks of every program that reads it; far longer ones cannot even be written into a message."""
LONG_NUMBER = re.compile(rb"[0-9][0-9_]{4000,}")
DECIMAL = re.compile(r"[0-9]+(\.[0-9]+)?", re.ASCII)

Peril = Literal["external_theft", "insider_theft", "misappropriation", "operational_failure", "unexplained"]
Custody = Literal["cold", "warm", "hot", "custodian", "bank", "trust"]
Table = Literal[
    "account", "balance", "journal", "wallet", "transfer", "label", "price", "claim", "payee", "payment", "assignment",
    "recovery",
]  # fmt: skip
Text = Annotated[str, StringConstraints(min_length=1)]


def _plain_decimal(value: object) -> object:
    """Let only text through: what TOML calls a number has been through a float in too many programs."""
    if isinstance(value, TomlFloat | int) and not isinstance(value, bool):
        raise PydanticCustomError("unquoted", 'is a bare number; put it in quotes: "{text}"', {"text": str(value)})
    if isinstance(value, str) and not DECIMAL.fullmatch(value):
        raise PydanticCustomError(
            "no_decimal",
            "is not a plain decimal: {text}; write digits, and a point where needed",
            {"text": repr(value)},
        )
    return value


def _share(value: str) -> str:
    whole, _, fraction = value.partition(".")
    if whole.lstrip("0") not in ("", "1") or (whole.lstrip("0") == "1" and fraction.strip("0")):
        raise PydanticCustomError("no_share", "is not a share from 0 to 1: {text}", {"text": repr(value)})
    return value


def _column_place(value: object) -> object:
    is_position = isinstance(value, int) and not isinstance(value, bool) and value >= 1
    if not is_position and not (isinstance(value, str) and value):
        raise PydanticCustomError(
            "no_column", "is neither a header in quotes nor a position from 1: {text}", {"text": str(value)}
        )
    return value


ColumnPlace = Annotated[str | int, BeforeValidator(_column_place)]
"""A header, or a position from 1."""
Decimal = Annotated[str, BeforeValidator(_plain_decimal)]
"""A plain decimal as written, never negative."""
Share = Annotated[str, BeforeValidator(_plain_decimal), AfterValidator(_share)]


@dataclass(frozen=True, slots=True)
class Bound:
    """A day or an instant that case.toml gives, and the instant that it means."""

    given: datetime.date | datetime.datetime
    at: datetime.datetime
    """In UTC: the beginning of a day, or where the day is the last one of a span its last microsecond."""


def _instant(value: object) -> object:
    if isinstance(value, datetime.datetime) and value.tzinfo is None:
        raise PydanticCustomError("no_offset", "has no offset; write it, as in 2026-03-31T09:00:00+09:00", {})
    if not isinstance(value, datetime.datetime):
        raise PydanticCustomError("no_instant", "is no instant; write it unquoted, as in 2026-03-31T09:00:00+09:00", {})
    try:
        value.astimezone(datetime.UTC)
    except OverflowError as far:
        raise PydanticCustomError("no_instant", "is an instant outside the calendar of UTC; correct it", {}) from far
    return value


def _bound(value: object, zone: datetime.tzinfo, last: bool) -> Bound:
    if isinstance(value, datetime.datetime):
        _instant(value)
        return Bound(value, value.astimezone(datetime.UTC))
    if not isinstance(value, datetime.date):
        raise PydanticCustomError("no_day", "is no day; write it unquoted, as in 2026-03-31", {})
    time = datetime.time.max if last else datetime.time.min
    try:
        return Bound(value, datetime.datetime.combine(value, time, zone).astimezone(datetime.UTC))
    except OverflowError as far:
        raise PydanticCustomError("no_day", "is a day outside the calendar", {}) from far


def _first(value: object, info: ValidationInfo) -> Bound:
    return _bound(value, (info.context or {})["zone"], last=False)


def _last(value: object, info: ValidationInfo) -> Bound:
    return _bound(value, (info.context or {})["zone"], last=True)


Instant = Annotated[datetime.datetime, BeforeValidator(_instant)]
First = Annotated[Bound, BeforeValidator(_first)]
"""Where a span begins."""
Last = Annotated[Bound, BeforeValidator(_last)]
"""Where a span ends, itself within it."""


class Section(BaseModel):
    """A part of case.toml: no key besides those named, nothing converted, nothing changed afterwards."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, arbitrary_types_allowed=True)


class CaseSection(Section):
    """[case]"""

    title: Text
    court: str | None = None
    reference: str | None = None
    trigger: Text
    regime: Text
    commencement_at: Instant
    currency: Text
    bar_on: Last | None = None
    """The last day on which a claim is filed in time."""


class AssetSection(Section):
    """[assets.CODE]; where the code has a `*`, every code it matches is an asset of its own."""

    decimals: Annotated[int, Field(ge=0, le=DECIMALS_MAX)]
    kind: Annotated[AssetKind, Field(strict=False)] = AssetKind.CRYPTO
    aliases: tuple[Text, ...] = ()


class SourceSection(Section):
    """[[sources]]: one file, or one export that was split over several."""

    table: Table
    path: tuple[Text, ...]
    columns: dict[str, ColumnPlace] = {}
    constants: dict[str, str] = {}
    encoding: str = "utf-8"
    timezone: str | None = None
    excess_digits: Literal["refuse", "truncate"] = "refuse"
    scientific: Literal["refuse", "accept"] = "refuse"
    duplicates: Literal["refuse", "sum"] = "refuse"
    mend: tuple[Literal["carriage-return"], ...] = ()
    ignore: str | None = None
    sheet: Text | None = None
    layout: Literal["columns", "packed"] = "columns"
    pattern: str | None = None

    @field_validator("path", mode="before")
    @classmethod
    def _as_paths(cls, value: object) -> object:
        paths = (value,) if isinstance(value, str) else value
        if not isinstance(paths, tuple) or not paths:
            raise PydanticCustomError("no_path", "must be a path or a list of paths, at least one", {})
        return paths

    @field_validator("encoding")
    @classmethod
    def _known_encoding(cls, value: str) -> str:
        try:
            known = codecs.lookup(value)
        except (LookupError, ValueError) as unknown:
            raise PydanticCustomError(
                "encoding", 'is no known encoding: {text}; write for instance "utf-8" or "cp932"', {"text": repr(value)}
            ) from unknown
        if not getattr(known, "_is_text_encoding", True) or known.name in ("idna", "punycode", "undefined"):
            raise PydanticCustomError("encoding", "is no encoding of text: {text}", {"text": repr(value)})
        return value

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, value: str | None) -> str | None:
        try:
            if value is not None:
                zoneinfo.ZoneInfo(value)
        except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError) as unknown:
            raise PydanticCustomError(
                "timezone", 'is no known time zone: {text}; write for instance "Asia/Tokyo"', {"text": repr(value)}
            ) from unknown
        return value

    @field_validator("ignore", "pattern")
    @classmethod
    def _regular(cls, value: str | None) -> str | None:
        try:
            re.compile(value or "")
        except re.error as fault:
            raise PydanticCustomError("regular", "is no regular expression ({why})", {"why": str(fault)}) from fault
        return value


class ReserveSection(Section):
    """[[reserves]]: the statutory liability reserve, or another compensation fund."""

    name: Text
    amount: Decimal
    currency: Text
    covers: Annotated[tuple[Peril, ...], Field(min_length=1)]
    ring_fenced: bool


class SublimitSection(Section):
    """[[policies.sublimits]]"""

    custody: Custody
    limit: Decimal


class PolicySection(Section):
    """[[policies]]: one layer of one policy."""

    name: Text
    insurer: str | None = None
    covers: Annotated[tuple[Peril, ...], Field(min_length=1)]
    custody: Annotated[tuple[Custody, ...], Field(min_length=1)] | None = None
    """None: every wallet."""
    basis: Literal["occurred", "discovery"] = "occurred"
    begins: Annotated[First, Field(alias="from")]
    ends: Annotated[Last, Field(alias="until")]
    currency: Text
    retention: Decimal = "0"
    limit: Decimal
    aggregate: Decimal | None = None
    eroded: Decimal = "0"
    share: Share = "1"
    payee: Literal["holders", "estate"]
    received: Decimal = "0"
    sublimits: tuple[SublimitSection, ...] = ()


class EventSection(Section):
    """[[events]]: a declared loss event: who took, or what was lost."""

    name: Text
    peril: Peril
    parties: tuple[Text, ...] = ()
    asset: Text | None = None
    quantity: Decimal | None = None
    wallets: tuple[Text, ...] = ()
    begins: Annotated[First | None, Field(alias="from")] = None
    ends: Annotated[Last | None, Field(alias="until")] = None
    discovered_at: First | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        lost = self.asset is not None and self.quantity is not None
        if bool(self.parties) == lost or (self.parties and (self.asset or self.quantity or self.wallets)):
            raise PydanticCustomError(
                "event", "says who took by `parties`, or what was lost by `asset` and `quantity`: one of the two", {}
            )
        return self


class CostSection(Section):
    """[[costs]]"""

    name: Text
    amount: Decimal
    currency: Text
    borne_by: Text
    """`pools`, `estate`, or an asset: its own pool."""


class EstateSection(Section):
    """[estate]"""

    amount: Decimal
    currency: Text
    other_claims: Decimal = "0"


class PlanSection(Section):
    """[plan]: None where the case says nothing and the regime decides."""

    round: Annotated[int, Field(ge=1)] = 1
    final: bool = False
    pooling: Literal["per_asset", "by_value"] | None = None
    rule: Literal[
        "proportional", "constrained_equal_awards", "constrained_equal_losses", "talmud", "piniles",
        "constrained_egalitarian", "reverse_talmud", "minimal_overlap", "adjusted_proportional", "random_arrival",
    ] | None = None  # fmt: skip
    rounding: Literal["floor", "largest_remainder"] | None = None
    holdback: Share | None = None
    minimum_payment: Decimal | None = None
    insiders: Literal["share", "estate", "subordinate"] | None = None
    late: Literal["share", "after", "barred"] | None = None
    guarantee_in_pool: bool | None = None
    compensation_reduces_claim: bool | None = None
    projection: bool = False


class CaseToml(Section):
    """case.toml, whole."""

    case: CaseSection
    assets: dict[Text, AssetSection]
    sources: tuple[SourceSection, ...]
    reserves: tuple[ReserveSection, ...] = ()
    policies: tuple[PolicySection, ...] = ()
    events: tuple[EventSection, ...] = ()
    costs: tuple[CostSection, ...] = ()
    estate: EstateSection | None = None
    plan: PlanSection = PlanSection()


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
    estate: EstateSection | None
    plan: PlanSection
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


def read_case(folder: Path) -> CaseConfiguration:
    """Read a case folder's case.toml, or refuse it with every fault at once.

    Raises:
        ConfigurationError: exit 2, a line a fault: where, what, and what to do.
    """
    content = _content(folder / CASE_FILE)
    document = _document(content)
    try:
        parsed = CaseToml.model_validate(document, context={"zone": _zone(document)})
    except ValidationError as refused:
        raise ConfigurationError(*fault_lines(refused.errors(), document, CaseToml)) from None
    lines = contradictions(parsed)
    if lines:
        raise ConfigurationError(*lines)
    return CaseConfiguration(
        folder=folder.resolve(),
        sha256=hashlib.sha256(content).hexdigest(),
        **{name: getattr(parsed, name) for name in CaseToml.model_fields},
    )


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
            f"{path}: cannot be read ({why}). Name a case folder; `administrator demo --keep FOLDER` gives one."
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


def _zone(document: Mapping[str, Any]) -> datetime.tzinfo:
    """Give the zone in which days are meant; where commencement_at is wrong, any will do: that is said elsewhere."""
    case = document.get("case")
    commencement_at = case.get("commencement_at") if isinstance(case, Mapping) else None
    zone = commencement_at.tzinfo if isinstance(commencement_at, datetime.datetime) else None
    return zone or datetime.UTC
