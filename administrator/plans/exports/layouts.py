"""What stands in each column of the long tables: schedule, claims, bases, holders?

Their relations hold numbers only, in the order of the key, one row a line; the select beside this file (schedule.sql,
...) names the columns. Here is what turns a number into what is read: the name that a small relation gives it, the
units of an asset as a plain decimal, or a value in the reporting currency.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Named:
    """A number that has a name; none below 0."""

    names: str
    """A key of NAMES."""


@dataclass(frozen=True, slots=True)
class Units:
    """Units of the asset that another column of the row names."""

    asset_column: str


@dataclass(frozen=True, slots=True)
class Minor:
    """Minor units of the reporting currency."""

    unknown: str = ""
    """What is written where it is not known."""


@dataclass(frozen=True, slots=True)
class Share:
    """A share of one, in units of 10^-8."""


@dataclass(frozen=True, slots=True)
class Value:
    """What quantities of the row are worth at commencement, each rounded by itself; nothing where there is no price."""

    units_columns: tuple[str, ...]
    asset_column: str


Cell: TypeAlias = Named | Units | Minor | Share | Value


@dataclass(frozen=True, slots=True)
class Layout:
    """One long table."""

    cells: Mapping[str, Cell]
    """By the name of the column, in order; all but values are columns of the select."""
    key_columns: int
    """How many of the columns, from the first, are the key that the rows are in the order of."""


NAMES: Mapping[str, str] = {
    "account": "select account_no, account from account order by account_no",
    "asset": "select asset_no, asset from asset order by asset_no",
    "part": "select part, name from part_name order by part",
    "step": "select step_no, step from step_name order by step_no",
    "status": "select status_no, status from status_name order by status_no",
    "reason": "select reason_no, reason from reason_name order by reason_no",
    "event": "select distinct item_no, event from loss_item order by item_no",
    "custody": "select distinct item_no, nullif(custody, '') from loss_item order by item_no",
}
"""Each gives the names by number, dense from 0."""

_PAID = Units("pay_asset")
_CLAIMED = Units("asset")
LAYOUTS: Mapping[str, Layout] = {
    "schedule": Layout(
        {
            "account": Named("account"), "claim_asset": Named("asset"), "part": Named("part"), "step": Named("step"),
            "pay_asset": Named("asset"), "claim": _PAID, "entitled": _PAID, "paid_before": _PAID, "quantity": _PAID,
            "value": Minor(), "status": Named("status"), "reason": Named("reason"),
        },
        key_columns=5,
    ),
    "claims": Layout(
        {
            "account": Named("account"), "asset": Named("asset"), "scheduled": _CLAIMED, "filed": _CLAIMED,
            "allowed": _CLAIMED, "disputed": _CLAIMED, "unclaimed": _CLAIMED, "disallowed": _CLAIMED,
            "value": Value(("allowed", "disputed", "unclaimed"), "asset"),
        },
        key_columns=2,
    ),
    "bases": Layout(
        {
            "account": Named("account"), "asset": Named("asset"), "part": Named("part"), "event": Named("event"),
            "custody": Named("custody"), "base": Minor(), "met": Minor(),
        },
        key_columns=4,
    ),
    "holders": Layout(
        {
            "account": Named("account"), "allowed_value": Minor("partial"), "returned_value": Minor("partial"),
            "compensated_value": Minor(), "estate_value": Minor(), "withheld_value": Minor("partial"),
            "unpaid_value": Minor("partial"), "recovery": Share(),
        },
        key_columns=1,
    ),
}  # fmt: skip
