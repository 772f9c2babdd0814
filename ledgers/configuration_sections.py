"""What may each section of case.toml say?

The contract of the case file as frozen pydantic values, one class a section, every key of it, used by this version or
not. A value is checked as far as it alone allows; what sections say together is asked in configuration_checks.
"""

from __future__ import annotations

import codecs
import datetime
import re
import zoneinfo
from typing import Annotated, Literal, Self

from pydantic import Field, field_validator, model_validator
from pydantic_core import PydanticCustomError

from ledgers.configuration_plan import ElectionSection, PayoutSection, PlanSection
from ledgers.configuration_values import (
    DECIMALS_MAX,
    ColumnPlace,
    Custody,
    Decimal,
    First,
    Instant,
    Last,
    Peril,
    Section,
    Share,
    SignedDecimal,
    Table,
    Text,
    VolumeClass,
)
from ledgers.models import AssetKind

NOTICE_DAYS_MAX = 36_500
REINSTATEMENTS_MAX = 1_000


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


class ControlSection(Section):
    """[sources.control]: what the sender says that one source holds, all its paths together."""

    rows: Annotated[int, Field(ge=0)] | None = None
    """Rows that are accepted."""
    totals: dict[Text, SignedDecimal] = Field(default_factory=dict)
    """The sum of `quantity` by asset."""
    stated_by: Text | None = None

    @model_validator(mode="after")
    def _states_something(self) -> Self:
        if self.rows is None and not self.totals:
            raise PydanticCustomError("control", "states neither rows nor totals; write what the sender states", {})
        return self


class SourceSection(Section):
    """[[sources]]: one file, or one export that was split over several."""

    table: Table
    path: tuple[Text, ...]
    columns: dict[str, ColumnPlace] = Field(default_factory=dict)
    constants: dict[str, str] = Field(default_factory=dict)
    encoding: str = "utf-8"
    timezone: str | None = None
    excess_digits: Literal["refuse", "truncate"] = "refuse"
    scientific: Literal["refuse", "accept"] = "refuse"
    duplicates: Literal["refuse", "sum"] = "refuse"
    mend: tuple[Literal["carriage-return"], ...] = ()
    ignore: str | None = None
    sheet: Text | None = None
    layout: Literal["columns", "packed", "statement"] = "columns"
    pattern: str | None = None
    wallet: Text | None = None
    """Whose statement it is, where the layout is that."""
    control: ControlSection | None = None

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
    cap_per_holder: Decimal | None = None
    """The most that one holder gets of it, over all his accounts."""
    cap_per_holder_fiat: Decimal | None = None
    """Of that, the most for claims to fiat."""
    deducts_debts: bool = False
    """Whether what a holder owes is taken off his claims first."""
    excludes: tuple[Literal["insider", "affiliate"], ...] = ()
    """Kinds of account that get nothing of it."""


class AdvanceSection(Section):
    """[[advances]]: lent to a pool so that it can pay sooner, and repaid first out of what is recovered for it."""

    name: Text
    asset: Text
    """Whose pool."""
    quantity: Decimal


class AccrualSection(Section):
    """[[accruals]]: what came to customers' holdings after commencement: a fork, an airdrop, rewards of staking."""

    kind: Literal["fork", "airdrop", "staking"]
    asset: Text
    """What came."""
    of: Text
    """Whose holders it came to."""
    goes_to: Literal["holders", "estate"]
    ratio: Decimal = "1"
    """Whole `asset` for one whole `of`."""


class SublimitSection(Section):
    """[[policies.sublimits]]"""

    custody: Custody
    limit: Decimal


class PolicyLineSection(Section):
    """[[policies.lines]]: what one insurer has taken of a policy that was placed with several."""

    insurer: Text
    share: Share
    received: Decimal = "0"


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
    lines: tuple[PolicyLineSection, ...] = ()
    """Instead of insurer, share and received."""
    tower: Text | None = None
    """Layers of one tower are asked together; None: it stands alone."""
    drop_down: Literal["never", "erosion", "payment"] = "never"
    """Whether it attaches lower once the layers below it have used up, or paid, what they had."""
    retention_aggregate: Decimal | None = None
    """The most that the retentions of all events come to."""
    retroactive_from: First | None = None
    """Basis discovery: what occurred before is not answered."""
    notice_days: Annotated[int, Field(ge=0, le=NOTICE_DAYS_MAX)] | None = None
    """From discovery to the insurer's being told."""
    valuation: Literal["loss", "commencement", "distribution"] = "loss"
    reinstatements: Annotated[int, Field(ge=0, le=REINSTATEMENTS_MAX)] = 0
    """How often what it pays at most comes back."""
    premium: Decimal | None = None
    """Of the period."""
    reinstatement_rate: Decimal = "1"
    """Share of the premium due for one whole reinstatement."""


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
    notified_at: First | None = None
    """When the insurers were told."""

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        lost = self.asset is not None and self.quantity is not None
        if bool(self.parties) == lost or (self.parties and (self.asset or self.quantity or self.wallets)):
            raise PydanticCustomError(
                "event", "says who took by `parties`, or what was lost by `asset` and `quantity`: one of the two", {}
            )
        return self


class SubrogationSection(Section):
    """[subrogation]: what insurers who have paid may have of what is recovered of the same event."""

    rule: Literal["top_down", "pro_rata"]


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
    """Of the same rank as the holders'."""
    prior_claims: Decimal = "0"
    """Paid whole before anybody else."""
    customers_first: Share = "0"
    """Of what is divided: for the holders alone, before they share the rest with the other creditors."""
    interest: Share | None = None
    """A year, simple, on each claim, once claims are paid whole; None: none."""
    interest_until: datetime.date | None = None

    @model_validator(mode="after")
    def _both_or_none(self) -> Self:
        if (self.interest is None) != (self.interest_until is None):
            raise PydanticCustomError(
                "interest", "says only one of `interest` and `interest_until`; say both, or neither", {}
            )
        return self

    @field_validator("interest_until", mode="before")
    @classmethod
    def _a_day(cls, value: object) -> object:
        if value is not None and (isinstance(value, datetime.datetime) or not isinstance(value, datetime.date)):
            raise PydanticCustomError("no_day", "is no day; write it unquoted, as in 2027-03-31", {})
        return value


class VolumeSection(Section):
    """[[requirement.volumes]]: what was traded of one class, in the reporting currency."""

    kind: Annotated[VolumeClass, Field(alias="class")]
    years: Annotated[tuple[Decimal, ...], Field(min_length=1, max_length=3)]
    """This business year, then those before it: the years that the formula looks back on."""


class QuoteSection(Section):
    """[[requirement.insurance.quotes]]: one limit, and what it costs a year."""

    limit: Decimal
    premium: Decimal


class OfferSection(Section):
    """[[requirement.insurance]]: what an insurer offers, by quotes or by a rate."""

    name: Text
    custody: Annotated[tuple[Custody, ...], Field(min_length=1)] | None = None
    """None: every wallet."""
    retention: Decimal = "0"
    attachment: Decimal | None = None
    """Of an excess layer, instead of a retention: it pays above this, whatever pays below."""
    share: Share = "1"
    rate: Share | None = None
    """Premium a year for one unit of limit."""
    step: Decimal | None = None
    """Limits are sold in whole multiples of this."""
    limit_max: Decimal | None = None
    quotes: tuple[QuoteSection, ...] = ()

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        by_rate = (self.rate, self.step, self.limit_max)
        if (None in by_rate) if not self.quotes else by_rate != (None, None, None):
            raise PydanticCustomError(
                "offer", "is offered by `rate`, `step` and `limit_max` together, or by `quotes`: one of the two", {}
            )
        return self


class ScenarioSection(Section):
    """[[requirement.scenarios]]: a loss that is tried on every blend."""

    name: Text
    loss: Decimal | None = None
    precedent: Text | None = None
    """Instead of a loss: an incident of the precedents, at its share of customers' assets."""
    custody: Custody | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if (self.loss is None) == (self.precedent is None):
            raise PydanticCustomError("scenario", "says what is lost by `loss` or by `precedent`: one of the two", {})
        return self


class RequirementSection(Section):
    """[requirement]: what must be held against losses, by which method, and what it may be made of."""

    method: Text
    on: datetime.date | None = None
    """The day for which it is worked out; None: that of commencement_at."""
    held: Decimal
    """Reserve in hand."""
    insured: Decimal = "0"
    """Limit of the insurance in force that counts."""
    insured_retention: Decimal | None = None
    """Above how much of a loss it pays; None: it is left out of the scenarios."""
    insured_custody: Annotated[tuple[Custody, ...], Field(min_length=1)] | None = None
    """None: every wallet."""
    replaceable: Share | None = None
    """Share of the requirement that insurance may replace, where no law says."""
    capital_rate: Share = "0"
    """What one unit of reserve costs a year."""
    from_books: bool = False
    """Whether customers, hot and cold are those of the last run."""
    left_out: tuple[Text, ...] = ()
    """Assets without a price that are left out of the books' figures; each is said."""
    customers: Decimal | None = None
    hot: Decimal | None = None
    cold: Decimal | None = None
    market: Literal["won", "coin"] | None = None
    service: Literal["class_1", "class_2", "class_3"] | None = None
    expenses: Decimal | None = None
    bonuses: Decimal | None = None
    profit_shares: Decimal | None = None
    other_discretionary: Decimal | None = None
    non_recurring: Decimal | None = None
    quantile: Share | None = None
    applied_to: Literal["all", "hot"] | None = None
    band: tuple[Decimal, ...] | None = None
    """What a requirement is expected to lie between; it changes none."""
    formula: Text | None = None
    figures: dict[Text, Decimal] = Field(default_factory=dict)
    """Further names for the formula."""
    rates: dict[Text, Decimal] = Field(default_factory=dict)
    """Reporting currency for one whole unit of another, in which a method states an amount."""
    volumes: tuple[VolumeSection, ...] = ()
    insurance: tuple[OfferSection, ...] = ()
    scenarios: tuple[ScenarioSection, ...] = ()
    precedents_as_scenarios: bool = False

    @field_validator("band")
    @classmethod
    def _two(cls, value: tuple[str, ...] | None) -> tuple[str, ...] | None:
        if value is not None and len(value) != 2:
            raise PydanticCustomError("band", "must be two amounts, the lower first", {})
        return value

    @field_validator("on", mode="before")
    @classmethod
    def _a_day(cls, value: object) -> object:
        if value is not None and (isinstance(value, datetime.datetime) or not isinstance(value, datetime.date)):
            raise PydanticCustomError("no_day", "is no day; write it unquoted, as in 2026-03-31", {})
        return value


class CaseToml(Section):
    """case.toml, whole."""

    case: CaseSection
    assets: dict[Text, AssetSection]
    sources: tuple[SourceSection, ...]
    reserves: tuple[ReserveSection, ...] = ()
    policies: tuple[PolicySection, ...] = ()
    events: tuple[EventSection, ...] = ()
    costs: tuple[CostSection, ...] = ()
    advances: tuple[AdvanceSection, ...] = ()
    accruals: tuple[AccrualSection, ...] = ()
    elections: tuple[ElectionSection, ...] = ()
    payouts: tuple[PayoutSection, ...] = ()
    estate: EstateSection | None = None
    subrogation: SubrogationSection | None = None
    plan: PlanSection = PlanSection()
    requirement: RequirementSection | None = None


class UnsourcedToml(CaseToml):
    """case.toml of a supervisor, or of an exchange that did not fail: there may be no books."""

    sources: tuple[SourceSection, ...] = ()
