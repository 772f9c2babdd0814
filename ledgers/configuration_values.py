"""What is a value of case.toml: a plain decimal, a share, a day, an instant?

The grammar of single values, which the sections are made of. None is converted, and none falls back.
"""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, StringConstraints, ValidationInfo
from pydantic_core import PydanticCustomError

from ledgers.configuration_faults import TomlFloat

DECIMALS_MAX = 38
DECIMAL = re.compile(r"[0-9]+(\.[0-9]+)?", re.ASCII)
SIGNED_DECIMAL = re.compile(r"-?[0-9]+(\.[0-9]+)?", re.ASCII)

Peril = Literal["external_theft", "insider_theft", "misappropriation", "operational_failure", "unexplained"]
Custody = Literal["cold", "warm", "hot", "custodian", "bank", "trust"]
Table = Literal[
    "account", "balance", "journal", "wallet", "transfer", "label", "price", "claim", "payee", "payment", "assignment",
    "recovery", "sanction",
]  # fmt: skip
VolumeClass = Literal[
    "equities", "equity_index_futures", "equity_options", "bond_futures", "bond_options", "currency_futures",
    "deposit_rate_futures", "bill_discount_futures", "commodity_futures", "commodity_options",
]  # fmt: skip
Text = Annotated[str, StringConstraints(min_length=1)]


def _plain_decimal(value: object) -> object:
    """Let only text through: what TOML calls a number has been through a float in too many programs."""
    return _decimal(value, DECIMAL)


def _signed_decimal(value: object) -> object:
    return _decimal(value, SIGNED_DECIMAL)


def _decimal(value: object, grammar: re.Pattern[str]) -> object:
    if isinstance(value, TomlFloat | int) and not isinstance(value, bool):
        raise PydanticCustomError("unquoted", 'is a bare number; put it in quotes: "{text}"', {"text": str(value)})
    if isinstance(value, str) and not grammar.fullmatch(value):
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
SignedDecimal = Annotated[str, BeforeValidator(_signed_decimal)]
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
