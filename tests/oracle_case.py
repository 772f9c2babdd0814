"""Reading a case for the oracle: case.toml and its tables, values, and rule 1 (allocate)."""

from __future__ import annotations

import csv
import gzip
import io
import tomllib
from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from fnmatch import fnmatchcase
from fractions import Fraction
from math import ceil
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

Row = dict[str, str]
Line = tuple[str, str, str]
"""account, asset, part"""
Key = TypeVar("Key", bound=Hashable)

PARTS = ("", "disputed", "unclaimed")
PARTY_KINDS = ("thief", "insider", "affiliate", "house", "exchange", "mixer", "bridge", "holder", "unknown")
TAKERS = ("house", "affiliate", "insider", "thief")
ASSET_COLUMNS = ("asset", "claim_asset", "pay_asset")
INSTANT_COLUMNS = {"journal": "posted_at", "transfer": "occurred_at", "wallet": "as_of", "claim": "filed_at"}
CREDIT_KINDS = ("adjustment", "fee", "reward", "trade", "transfer")
PLAN_OF_CUSTOM: dict[str, Any] = {
    "round": 1,
    "pooling": "per_asset",
    "rule": "proportional",
    "rounding": "floor",
    "holdback": "0",
    "minimum_payment": "0",
    "base_payment": "0",
    "convenience_most": "0",
    "trust_terms": [],
    "set_off": "none",
    "insiders": "share",
    "late": "share",
    "guarantee_in_pool": False,
    "compensation_reduces_claim": True,
    "tracing": "lowest_intermediate_balance",
    "traced_recoveries": "show",
    "projection": False,
}
MATCH_SPAN = timedelta(hours=48)
NO_INSOLVENCY = ("registration_revoked", "business_suspended", "business_abolished", "management_absent")
"""Triggers without an insolvency: no estate is divided."""


# ---------------------------------------------------------------- the case, read


@dataclass(frozen=True)
class Asset:
    code: str
    decimals: int
    kind: str

    def units(self, text: str) -> int:
        """Whole base units of a plain decimal."""
        exact = Fraction(text) * 10**self.decimals
        assert exact.denominator == 1, f"{text} has more digits than {self.code}"
        return int(exact)

    def text(self, units: int) -> str:
        """A plain decimal in whole assets at full scale."""
        sign = "-" if units < 0 else ""
        if self.decimals == 0:
            return f"{sign}{abs(units)}"
        whole, rest = divmod(abs(units), 10**self.decimals)
        return f"{sign}{whole}.{rest:0{self.decimals}d}"


@dataclass(frozen=True)
class Posting:
    posting: str
    posted_at: datetime
    account: str
    asset: str
    units: int
    kind: str
    reference: str


@dataclass(frozen=True)
class Wallet:
    wallet: str
    asset: str
    units: int
    address: str
    custody: str
    purpose: str
    as_of: datetime | None
    opening: int | None
    omnibus: str


@dataclass(frozen=True)
class Transfer:
    transfer: str
    occurred_at: datetime
    asset: str
    units: int
    sender: str
    recipient: str
    fee: int
    reference: str


class Case:
    """case.toml and the tables it names; every row a dict of text, '' where a column or cell is absent."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.document = tomllib.loads((folder / "case.toml").read_text(encoding="utf-8"))
        stated = self.document["case"]
        assert stated["regime"] == "custom", "the oracle knows the regime custom only"
        self.commencement_at: datetime = stated["commencement_at"]
        self.bar_on: date | None = stated.get("bar_on")
        self.plan: dict[str, Any] = PLAN_OF_CUSTOM | self.document.get("plan", {})
        assert self.plan["rule"] == "proportional"
        self.by_value: bool = self.plan["pooling"] == "by_value"
        self.events: list[dict[str, Any]] = self.document.get("events", [])
        self.policies: list[dict[str, Any]] = self.document.get("policies", [])
        self.reserves: list[dict[str, Any]] = self.document.get("reserves", [])
        self.costs: list[dict[str, Any]] = self.document.get("costs", [])
        self.advances: list[dict[str, Any]] = self.document.get("advances", [])
        self.accruals: list[dict[str, Any]] = self.document.get("accruals", [])
        self.payouts: list[dict[str, Any]] = self.document.get("payouts", [])
        self.elections: list[dict[str, Any]] = self.document.get("elections", [])
        self.subrogation: str = self.document.get("subrogation", {}).get("rule", "")
        self.estate: dict[str, Any] | None = self.document.get("estate")
        if stated["trigger"] in NO_INSOLVENCY:
            self.estate = None
        self.seen: dict[str, Asset] = {}
        """every asset that occurs in any table"""
        self.currency = self.asset(stated["currency"])
        self.tables: dict[str, list[Row]] = defaultdict(list)
        self.sourced = {source["table"] for source in self.document.get("sources", [])}
        """tables that have a source, be it an empty one"""
        for source in self.document.get("sources", []):
            self.tables[source["table"]] += self._read(source)
        self.accounts = {row["account"]: row for row in self.tables["account"]}
        self.prices = {
            (row["asset"], row.get("price_set") or "commencement"): row["price"] for row in self.tables["price"]
        }
        self.postings = [self._posting(row) for row in self.tables["journal"]]
        self.wallets = self._wallets()
        self.transfers = [self._transfer(row) for row in self.tables["transfer"]]

    def omnibus(self, account: str) -> str:
        """The omnibus account that an account's assets lie in."""
        if self.plan["pooling"] != "per_omnibus" or self.kind(account) == "house":
            return ""
        return self.accounts.get(account, {}).get("omnibus", "")

    def pools_named(self, asset: str) -> set[str]:
        """What a recovery may call the pool of its asset."""
        lying = {wallet.omnibus for wallet in self.wallets if wallet.asset == asset and wallet.purpose != "house"}
        if self.plan["pooling"] == "per_omnibus":
            return {"", asset} | {f"{omnibus}/{asset}" for omnibus in lying if omnibus}
        return {"", asset, "value"} if self.by_value else {"", asset}

    def fixed_share(self, account: str) -> Fraction | None:
        """The share that an account chose for good, of what it claims of a pool."""
        chosen = self.accounts.get(account, {}).get("election", "")
        return next(
            (Fraction(each["share"]) for each in self.elections if each["name"] == chosen and "share" in each), None
        )

    def _read(self, source: dict[str, Any]) -> Iterable[Row]:
        paths = source["path"] if isinstance(source["path"], list) else [source["path"]]
        for path in paths:
            content = (self.folder / path).read_bytes()
            content = gzip.decompress(content) if path.endswith(".gz") else content
            text = content.decode(source.get("encoding", "utf-8"))
            header, *records = list(csv.reader(io.StringIO(text, newline="")))
            theirs = source.get("columns", {})
            for record in records:
                cells = dict(zip(header, record, strict=True))
                row = dict(cells)
                for ours, name in theirs.items():
                    row[ours] = record[name - 1] if isinstance(name, int) else cells[name]
                row |= source.get("constants", {})
                for column in ASSET_COLUMNS:
                    if row.get(column):
                        row[column] = self.asset(row[column]).code
                        self.seen[row[column]] = self.asset(row[column])
                instant = INSTANT_COLUMNS.get(source["table"], "")
                if row.get(instant):
                    row[instant] = self._instant(row[instant], source.get("timezone")).isoformat()
                yield row

    @staticmethod
    def _instant(text: str, timezone: str | None) -> datetime:
        instant = datetime.fromisoformat(text)
        if instant.tzinfo is None:
            assert timezone, f"{text} has no offset and its source no timezone"
            instant = instant.replace(tzinfo=ZoneInfo(timezone))
        return instant.astimezone(UTC)

    def asset(self, spelled: str) -> Asset:
        """The asset of a code, an alias, or a code that a pattern matches."""
        declared: dict[str, dict[str, Any]] = self.document["assets"]
        for code, body in declared.items():
            if spelled == code or spelled in body.get("aliases", []):
                return Asset(code, body["decimals"], body.get("kind", "crypto"))
        for code, body in declared.items():
            if "*" in code and fnmatchcase(spelled, code):
                return Asset(spelled, body["decimals"], body.get("kind", "crypto"))
        raise KeyError(spelled)

    def _posting(self, row: Row) -> Posting:
        at, units = datetime.fromisoformat(row["posted_at"]), self.units(row)
        reference = row.get("reference", "")
        return Posting(row["posting"], at, row["account"], row["asset"], units, row["kind"], reference)

    def _transfer(self, row: Row) -> Transfer:
        at, units = datetime.fromisoformat(row["occurred_at"]), self.units(row)
        fee = self.units(row, "fee") if row.get("fee") else 0
        reference = row.get("reference", "")
        return Transfer(row["transfer"], at, row["asset"], units, row["sender"], row["recipient"], fee, reference)

    def _wallets(self) -> list[Wallet]:
        """One a (wallet, asset); rows of one key, where `duplicates = "sum"`, are added up."""
        found: dict[tuple[str, str], Wallet] = {}
        for row in self.tables["wallet"]:
            key = (row["wallet"], row["asset"])
            before = found.get(key)
            opening = self.units(row, "opening") if row.get("opening") else None
            if before and before.opening is not None:
                opening = (opening or 0) + before.opening
            found[key] = Wallet(
                wallet=row["wallet"],
                asset=row["asset"],
                units=self.units(row) + (before.units if before else 0),
                address=row.get("address", ""),
                custody=row.get("custody", ""),
                purpose=row.get("purpose") or "customer",
                as_of=datetime.fromisoformat(row["as_of"]) if row.get("as_of") else None,
                opening=opening,
                omnibus=row.get("omnibus", ""),
            )
        return list(found.values())

    def kind(self, account: str) -> str:
        """An account that only other tables name is a customer."""
        return self.accounts.get(account, {}).get("kind") or "customer"

    def holder(self, account: str) -> tuple[str, str]:
        """Whose account it is; one without a holder is a holder of its own, whatever others are called."""
        name = self.accounts.get(account, {}).get("holder", "")
        return ("holder", name) if name else ("account", account)

    def units(self, row: Row, column: str = "quantity", of: str = "asset") -> int:
        return self.asset(row[of]).units(row[column])

    def in_books(self, instant: datetime) -> bool:
        return instant <= self.commencement_at

    def price(self, asset: str, *price_sets: str) -> str | None:
        """The text of the first price set that prices the asset, commencement where none is named; the reporting
        currency has price 1 always."""
        if asset == self.currency.code:
            return "1"
        for price_set in price_sets or ("commencement",):
            if (asset, price_set) in self.prices:
                return self.prices[asset, price_set]
        return None

    def value(self, units: int, asset: str, *price_sets: str) -> int | None:
        """Minor units of the reporting currency, rounded half to even once; None where there is no price."""
        price = self.price(asset, *price_sets)
        if price is None:
            return None
        return round(self._unit_price(asset, price) * units)

    def _unit_price(self, asset: str, price: str) -> Fraction:
        """Minor units for one unit."""
        whole: int = 10**self.currency.decimals
        return Fraction(price) * Fraction(whole, 10 ** self.asset(asset).decimals)

    def units_for(self, minor: int, asset: str) -> int | None:
        """The least units worth the minor; None where the asset has no price or is worth nothing."""
        price = self.price(asset)
        if price is None or Fraction(price) == 0:
            return None
        return ceil(minor / self._unit_price(asset, price))

    def minor(self, text: str, currency: str) -> int:
        """A sum of case.toml in minor units of the reporting currency."""
        # reading: a sum in another priced fiat asset is valued once, at commencement, and paid in the currency.
        asset = self.asset(currency)
        minor = self.value(asset.units(text), asset.code)
        assert minor is not None, f"{currency} has no price"
        return minor

    def from_instant(self, stated: date) -> datetime:
        """The first instant of a day, or the instant itself; without a zone, in the zone of commencement."""
        if not isinstance(stated, datetime):
            stated = datetime.combine(stated, time.min)
        return stated if stated.tzinfo else stated.replace(tzinfo=self.commencement_at.tzinfo)

    def is_after(self, instant: datetime, until: date) -> bool:
        """Later than an inclusive end: a whole day, or an instant."""
        if isinstance(until, datetime):
            return instant > self.from_instant(until)
        return instant >= self.from_instant(until + timedelta(days=1))

    def within(self, instant: datetime, span: Mapping[str, Any]) -> bool:
        begun = "from" not in span or instant >= self.from_instant(span["from"])
        return begun and ("until" not in span or not self.is_after(instant, span["until"]))


# ---------------------------------------------------------------- rule 1


def allocate(amount: int, claims: Mapping[Key, int], rounding: str) -> tuple[dict[Key, int], int, int]:
    """Awards, surplus and residue of a whole amount among whole claims; ties in the order the claims are given."""
    total = sum(claims.values())
    if amount >= total:
        return dict(claims), amount - total, 0
    awards = {key: amount * claim // total for key, claim in claims.items()}
    residue = amount - sum(awards.values())
    if rounding == "largest_remainder":
        by_remainder = sorted(claims, key=lambda key: -(amount * claims[key] % total))  # sorted() keeps ties in order
        for key in by_remainder[:residue]:
            awards[key] += 1
        residue = 0
    return awards, 0, residue


# ---------------------------------------------------------------- what earlier rounds paid


@dataclass(frozen=True)
class Paid:
    """What earlier rounds paid on one (account, claim asset) in one pay asset: by family of steps, never below zero."""

    account: str
    claim_asset: str
    family: str
    pay_asset: str
    units: int
    step: str
    """the lowest of the steps it was paid in"""


def family(step: str) -> str:
    """The steps that count together: all of return, all of dividend; any other step by itself."""
    first = step.split(":", maxsplit=1)[0]
    return first if first in ("return", "dividend") and step != "return:deposit" else step


def earlier_payments(case: Case) -> list[Row]:
    return [row for row in case.tables["payment"] if int(row["round"]) < int(case.plan["round"])]


def paid_before(case: Case) -> list[Paid]:
    """Sums of what earlier rounds paid; a payment that came back is a negative row, and no sum is below zero."""
    sums: dict[tuple[str, str, str, str], int] = defaultdict(int)
    steps: dict[tuple[str, str, str, str], str] = {}
    for row in earlier_payments(case):
        key = (row["account"], row["claim_asset"], family(row["step"]), row["pay_asset"])
        sums[key] += case.units(row, of="pay_asset")
        steps[key] = min(row["step"], steps.get(key, row["step"]))
    # reading: a deposit sent back is no return of what was owed: it is in returnable.csv only.
    return [Paid(*key, max(sums[key], 0), steps[key]) for key in sorted(sums) if key[2] != "return:deposit"]
