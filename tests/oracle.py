"""What must stand in the output files of a small case? A second definition of rules.md, independent of the product.

Plain Python over the standard library, whole numbers and exact fractions, one function a rule, no care for speed.
It reads clean inputs only (layout `columns`, csv or csv.gz, comma) and knows the regime `custom` with the pooling
`per_asset` and the rule `proportional`. It makes no findings and rejects nothing, and leaves out `by_value`, tracing
(6), the estate (10) and levelling up (12). `# reading:` marks a choice the texts leave open.
"""

from __future__ import annotations

import csv
import gzip
import io
import tomllib
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from fnmatch import fnmatchcase
from fractions import Fraction
from math import ceil
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from tests import oracle_tracing

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
    "insiders": "share",
    "late": "share",
    "guarantee_in_pool": False,
    "tracing": "lowest_intermediate_balance",
    "traced_recoveries": "show",
    "projection": False,
}
MATCH_SPAN = timedelta(hours=48)


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
        assert (self.plan["pooling"], self.plan["rule"]) == ("per_asset", "proportional")
        self.events: list[dict[str, Any]] = self.document.get("events", [])
        self.policies: list[dict[str, Any]] = self.document.get("policies", [])
        self.reserves: list[dict[str, Any]] = self.document.get("reserves", [])
        self.costs: list[dict[str, Any]] = self.document.get("costs", [])
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
            )
        return list(found.values())

    def kind(self, account: str) -> str:
        """An account that only other tables name is a customer."""
        return self.accounts.get(account, {}).get("kind") or "customer"

    def units(self, row: Row, column: str = "quantity", of: str = "asset") -> int:
        return self.asset(row[of]).units(row[column])

    def in_books(self, instant: datetime) -> bool:
        return instant <= self.commencement_at

    def price(self, asset: str, *price_sets: str) -> str | None:
        """The text of the first price set that prices the asset; the reporting currency has price 1 always."""
        if asset == self.currency.code:
            return "1"
        for price_set in (*price_sets, "commencement"):
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


# ---------------------------------------------------------------- rule 3: who is who, which transfer is which posting


@dataclass(frozen=True)
class End:
    """One end of a transfer."""

    inside: bool
    party: str
    guarantee: bool
    custody: str
    wallet: str
    """our wallet's id, where the list has it for the transfer's asset; else ''"""


@dataclass(frozen=True)
class Flow:
    """A transfer at or before commencement and its two ends."""

    transfer: Transfer
    sender: End
    recipient: End

    @property
    def direction(self) -> str:
        if self.sender.inside:
            return "internal" if self.recipient.inside else "out"
        return "in" if self.recipient.inside else "outside"

    @property
    def counterparty(self) -> End:
        return self.recipient if self.sender.inside else self.sender


class Parties:
    """Whose an address is, and of which kind."""

    def __init__(self, case: Case) -> None:
        self.wallets = case.wallets
        self.labels: dict[str, set[tuple[str, str]]] = defaultdict(set)
        for row in case.tables["label"]:
            self.labels[row["address"]].add((row["party"], row["kind"]))
        kinds: dict[str, set[str]] = defaultdict(set)
        for label in set().union(*self.labels.values()):
            if label[1] != "customer_wallet":
                kinds[label[0]].add(label[1])
        self.kinds = {party: min(found, key=PARTY_KINDS.index) for party, found in kinds.items()}
        # reading: which party a wallet with several labels is, is decided by the kinds of the labels alone, before
        # the parties of our wallets become house.
        ours = {id(wallet): self._wallet_party(wallet) for wallet in self.wallets if wallet.purpose != "customer"}
        self.wallet_parties = ours
        self.kinds |= dict.fromkeys(ours.values(), "house")

    def kind(self, party: str) -> str:
        # reading: an unlabelled address that is spelled like a party's name is that party: one party has one kind.
        return self.kinds.get(party, "unknown")

    def _labelled(self, *names: str) -> str | None:
        """The party that the labels at these names give; labels of kind customer_wallet name nobody."""
        named = {
            party for name in names if name for party, kind in self.labels.get(name, ()) if kind != "customer_wallet"
        }
        return min(named, key=lambda party: (PARTY_KINDS.index(self.kind(party)), party), default=None)

    def _wallet_party(self, wallet: Wallet) -> str:
        if wallet.purpose == "guarantee":
            return "guarantee"
        return self._labelled(wallet.address, wallet.wallet) or wallet.wallet

    def wallet(self, name: str, asset: str) -> Wallet | None:
        """Our wallet of that id, else of that address; the asset's own row, else the first row by asset."""
        rows = [wallet for wallet in self.wallets if wallet.wallet == name]
        # reading: an address known only for other assets takes their first row too, as an id does.
        rows = rows or [wallet for wallet in self.wallets if wallet.address and wallet.address == name]
        own = [wallet for wallet in rows if wallet.asset == asset]
        return min(own or rows, key=lambda wallet: (wallet.asset, wallet.wallet), default=None)

    def end(self, name: str, asset: str) -> End:
        wallet = self.wallet(name, asset)
        if wallet:
            customer = wallet.purpose == "customer"
            return End(
                inside=customer,
                party="" if customer else self.wallet_parties[id(wallet)],
                guarantee=wallet.purpose == "guarantee",
                custody=wallet.custody,
                wallet=wallet.wallet if wallet.asset == asset else "",
            )
        if any(kind == "customer_wallet" for _, kind in self.labels.get(name, ())):
            return End(inside=True, party="", guarantee=False, custody="", wallet="")
        return End(inside=False, party=self._labelled(name) or name, guarantee=False, custody="", wallet="")

    def flow(self, transfer: Transfer) -> Flow:
        return Flow(transfer, self.end(transfer.sender, transfer.asset), self.end(transfer.recipient, transfer.asset))


def booked(posting: Posting) -> int:
    """A withdrawal counts as minus its quantity."""
    return -posting.units if posting.kind == "withdrawal" else posting.units


def match(postings: list[Posting], flows: list[Flow]) -> dict[str, str]:
    """posting -> transfer, for deposits and withdrawals of customers at or before commencement."""
    wanted = {"deposit": "in", "withdrawal": "out"}

    def same(posting: Posting, flow: Flow) -> bool:
        return flow.transfer.asset == posting.asset and flow.direction == wanted[posting.kind]

    matches: dict[str, str] = {}
    moves = [posting for posting in postings if posting.kind in wanted]
    for posting in (posting for posting in moves if posting.reference):
        near = [flow.transfer for flow in flows if same(posting, flow)]
        named = [transfer for transfer in near if transfer.transfer == posting.reference]
        named = named or [transfer for transfer in near if transfer.reference == posting.reference]
        if len(named) > 1:
            named = [transfer for transfer in named if transfer.units == booked(posting)]
        if len(named) == 1:
            matches[posting.posting] = named[0].transfer
    left = [flow for flow in flows if flow.transfer.transfer not in matches.values()]
    pairs = [
        (posting.posting, flow.transfer.transfer)
        for posting in moves
        for flow in left
        if not posting.reference
        and same(posting, flow)
        and flow.transfer.units == booked(posting)
        and abs(flow.transfer.occurred_at - posting.posted_at) <= MATCH_SPAN
    ]
    for candidate, transfer in pairs:
        if [pair for pair in pairs if pair[0] == candidate or pair[1] == transfer] == [(candidate, transfer)]:
            matches[candidate] = transfer
    return matches


# ---------------------------------------------------------------- rule 2


@dataclass(frozen=True)
class Holding:
    owed: int
    negative: int
    held_customer: int
    held_house: int
    held_guarantee: int
    hot: int

    @property
    def shortfall(self) -> int:
        return self.owed - self.held_customer


class Books:
    """What was owed and held at commencement, house accounts apart."""

    def __init__(self, case: Case) -> None:
        self.case = case
        self.assets = sorted(case.seen)
        self.parties = Parties(case)
        self.flows = [self.parties.flow(item) for item in case.transfers if case.in_books(item.occurred_at)]
        self.later = [self.parties.flow(item) for item in case.transfers if not case.in_books(item.occurred_at)]
        self.postings = [
            posting
            for posting in case.postings
            if case.in_books(posting.posted_at) and case.kind(posting.account) != "house"
        ]
        self.balances = self._balances()
        self.paid_in_kind: dict[str, int] = defaultdict(int)
        # reading: paid in kind are the payments of the steps of return; insurance and reserves pay other money.
        for row in earlier_payments(case):
            if row["step"].split(":")[0] == "return":
                self.paid_in_kind[row["pay_asset"]] += case.units(row, of="pay_asset")
        self.held = {id(wallet): self._held(wallet) for wallet in case.wallets}
        self.holdings = {asset: self._holding(asset) for asset in self.assets}
        self.matches = match(self.postings, self.flows)
        matched = set(self.matches.values())
        self.unmatched = [
            flow for flow in self.flows if flow.direction in ("in", "out") and flow.transfer.transfer not in matched
        ]

    def _balances(self) -> dict[tuple[str, str], int]:
        balances: dict[tuple[str, str], int] = defaultdict(int)
        if "balance" in self.case.sourced:
            for row in self.case.tables["balance"]:
                if self.case.kind(row["account"]) != "house":
                    balances[row["account"], row["asset"]] += self.case.units(row)
        else:
            for posting in self.postings:
                balances[posting.account, posting.asset] += posting.units
        return dict(balances)

    def _held(self, wallet: Wallet) -> int:
        """A wallet counted after commencement is taken back by the transfers between."""
        held = wallet.units
        for flow in self.later:
            transfer = flow.transfer
            if transfer.asset != wallet.asset or wallet.as_of is None or transfer.occurred_at > wallet.as_of:
                continue
            if flow.sender.wallet == wallet.wallet:
                held += transfer.units + transfer.fee
            if flow.recipient.wallet == wallet.wallet:
                held -= transfer.units
        return held

    def _holding(self, asset: str) -> Holding:
        balances = [units for (_, code), units in self.balances.items() if code == asset]

        def held(purpose: str, custody: Iterable[str] | None = None) -> int:
            return sum(
                self.held[id(wallet)]
                for wallet in self.case.wallets
                if wallet.asset == asset
                and wallet.purpose == purpose
                and (custody is None or wallet.custody in custody)
            )

        return Holding(
            owed=sum(max(units, 0) for units in balances),
            negative=sum(max(-units, 0) for units in balances),
            held_customer=held("customer") + self.paid_in_kind[asset],
            held_house=held("house"),
            held_guarantee=held("guarantee"),
            hot=held("customer", ("hot", "warm")),
        )

    def opening(self, asset: str) -> int:
        """Openings of the customer wallets; one without: 0 where the asset ever moved, else what it holds."""
        moved = any(posting.asset == asset and self.case.in_books(posting.posted_at) for posting in self.case.postings)
        moved = moved or any(flow.transfer.asset == asset for flow in self.flows)
        wallets = [item for item in self.case.wallets if item.asset == asset and item.purpose == "customer"]
        stated = sum(wallet.opening for wallet in wallets if wallet.opening is not None)
        silent = [wallet for wallet in wallets if wallet.opening is None]
        if moved:
            return stated
        # reading: what earlier rounds paid in kind was held when the wallets without an opening are taken to have
        # opened with what they hold, so that paying does not move the bridge. Wallets that all state one need it not.
        paid = self.paid_in_kind[asset] if silent or not wallets else 0
        return stated + sum(self.held[id(wallet)] for wallet in silent) + paid


def earlier_payments(case: Case) -> list[Row]:
    return [row for row in case.tables["payment"] if int(row["round"]) < int(case.plan["round"])]


# ---------------------------------------------------------------- rule 4


def unmatched_line(books: Books, flow: Flow) -> str:
    """The line of the bridge on which an unmatched in- or out-transfer stands."""
    party = flow.counterparty
    if party.guarantee:
        return "moved_to_guarantee"
    if books.parties.kind(party.party) in TAKERS:
        return f"taken_by:{party.party}"
    return "outflows_without_posting" if flow.direction == "out" else "receipts_without_posting"


def bridge(books: Books, asset: str) -> dict[str, int]:
    """From what is held to what is owed, line by line in the order of rules.md, zero lines left out."""
    holding = books.holdings[asset]
    postings = [posting for posting in books.postings if posting.asset == asset]
    flows = {flow.transfer.transfer: flow for flow in books.flows if flow.transfer.asset == asset}
    unmatched = [flow for flow in books.unmatched if flow.transfer.asset == asset]
    balance = sum(units for (_, code), units in books.balances.items() if code == asset)
    openings = books.opening(asset)

    def posted(kind: str, is_matched: bool | None = None) -> int:
        return sum(
            booked(posting)
            for posting in postings
            if posting.kind == kind and is_matched in (None, posting.posting in books.matches)
        )

    def moved(direction: str, ids: Iterable[str]) -> int:
        return sum(flows[name].transfer.units for name in ids if flows[name].direction == direction)

    taken: dict[str, int] = defaultdict(int)
    for flow in unmatched:
        taken[unmatched_line(books, flow)] += flow.transfer.units * (1 if flow.direction == "out" else -1)
    matched = {books.matches[posting.posting] for posting in postings if posting.posting in books.matches}
    fees = sum(flow.transfer.fee for flow in flows.values() if flow.direction in ("out", "internal"))
    journal = "journal" in books.case.sourced
    lines = {"opening_difference": (posted("opening") if journal else balance) - openings}
    if "transfer" in books.case.sourced:
        lines["deposits_without_receipt"] = posted("deposit", False)
        lines["receipts_without_posting"] = taken.pop("receipts_without_posting", 0)
        lines["deposit_differences"] = posted("deposit", True) - moved("in", matched)
        lines["withdrawals_not_sent"] = -posted("withdrawal", False)
        lines["withdrawal_differences"] = moved("out", matched) - posted("withdrawal", True)
        lines["moved_to_guarantee"] = taken.pop("moved_to_guarantee", 0)
        outflows = taken.pop("outflows_without_posting", 0)
        lines |= {line: taken[line] for line in sorted(taken)}
        lines["outflows_without_posting"] = outflows
        lines["network_fees"] = fees
    lines |= {f"credits:{kind}": posted(kind) for kind in CREDIT_KINDS}
    if journal and "balance" in books.case.sourced:
        lines["books_difference"] = balance - sum(posting.units for posting in postings)
    lines["negative_balances"] = holding.negative
    if "transfer" in books.case.sourced:
        expected = openings + moved("in", flows) - moved("out", flows) - fees
        lines["unobserved"] = -(holding.held_customer - expected)
    else:
        lines["unobserved"] = holding.shortfall - sum(lines.values())
    assert sum(lines.values()) == holding.shortfall
    return {line: units for line, units in lines.items() if units}


# ---------------------------------------------------------------- rule 5


@dataclass(frozen=True)
class Loss:
    event: str
    peril: str
    asset: str
    custody: str
    units: int


def event_of(books: Books, flow: Flow) -> str:
    """The first declared event whose parties and span fit an unmatched out-transfer, else its line."""
    for event in books.case.events:
        if flow.recipient.party in event.get("parties", []) and books.case.within(flow.transfer.occurred_at, event):
            return str(event["name"])
    return unmatched_line(books, flow)


def peril_of(books: Books, event: str) -> str:
    for declared in books.case.events:
        if declared["name"] == event:
            return str(declared["peril"])
    if event.startswith("taken_by:"):
        kind = books.parties.kind(event.removeprefix("taken_by:"))
        return {"thief": "external_theft", "insider": "insider_theft"}.get(kind, "misappropriation")
    if event in ("deposit_differences", "withdrawal_differences"):
        return "operational_failure"
    return "not_a_loss" if event in ("moved_to_guarantee", "network_fees") else "unexplained"


def line_losses(books: Books, asset: str, lines: dict[str, int]) -> dict[str, int]:
    """The shortfall shared by the positive lines, fees that the house earned netted first against what it took."""
    earned = -min(lines.get("credits:fee", 0), 0)
    weights = {line: units for line, units in lines.items() if units > 0}
    for line, units in weights.items():
        if line.startswith("taken_by:") and books.parties.kind(line.removeprefix("taken_by:")) == "house":
            weights[line] = units - min(earned, units)
            earned -= min(earned, units)
    return allocate(max(books.holdings[asset].shortfall, 0), weights, "largest_remainder")[0]


def items_of(books: Books, asset: str, line: str, loss: int) -> dict[tuple[str, str], int]:
    """A line's loss by (event, custody)."""
    items: dict[tuple[str, str], int] = {}
    left = [flow for flow in books.unmatched if flow.direction == "out" and flow.transfer.asset == asset]
    left = [flow for flow in left if unmatched_line(books, flow) == line]
    if left:
        names = [event["name"] for event in books.case.events] + [line]
        gross: dict[tuple[int, str], int] = defaultdict(int)
        for flow in left:
            gross[names.index(event_of(books, flow)), flow.sender.custody] += flow.transfer.units
        shares = allocate(loss, {key: gross[key] for key in sorted(gross)}, "largest_remainder")[0]
        # the loss of a line may not pass what left: inflows and netting only lower it
        return {(names[place], custody): units for (place, custody), units in shares.items()}
    if line == "unobserved":
        for event in books.case.events:
            if "quantity" in event and books.case.asset(event["asset"]).code == asset:
                taken = min(loss, books.case.asset(asset).units(event["quantity"]))
                items[event["name"], event_custody(books, event, asset)] = taken
                loss -= taken
    items[line, ""] = loss
    return items


def event_custody(books: Books, event: Mapping[str, Any], asset: str) -> str:
    """The custody of the wallets an event names, where they agree; else ''."""
    found = {books.parties.wallet(name, asset) for name in event.get("wallets", [])}
    custodies = {wallet.custody if wallet else "" for wallet in found}
    return custodies.pop() if len(custodies) == 1 else ""


def losses_of(books: Books, bridges: dict[str, dict[str, int]]) -> list[Loss]:
    """Every loss item, by event, asset, custody; of each asset they sum to its positive shortfall."""
    sums: dict[tuple[str, str, str], int] = defaultdict(int)
    for asset in books.assets:
        for line, loss in line_losses(books, asset, bridges[asset]).items():
            for (event, custody), units in items_of(books, asset, line, loss).items():
                sums[event, asset, custody] += units
    losses = [
        Loss(event, peril_of(books, event), asset, custody, sums[event, asset, custody])
        for event, asset, custody in sorted(sums)
        if sums[event, asset, custody]  # reading: items of no units are left out
    ]
    for asset in books.assets:
        of_asset = sum(loss.units for loss in losses if loss.asset == asset)
        assert of_asset == max(books.holdings[asset].shortfall, 0)
    return losses


def loss_value(case: Case, loss: Loss) -> int | None:
    return case.value(loss.units, loss.asset, f"loss:{loss.event}", "loss")


# ---------------------------------------------------------------- rule 7


@dataclass(frozen=True)
class Claim:
    scheduled: int
    filed: int | None
    parts: tuple[int, int, int]
    """allowed, disputed, unclaimed"""
    disallowed: int
    late: bool


def claims_of(case: Case, books: Books) -> dict[tuple[str, str], Claim]:
    """One a (account, asset) with a balance or a claim, house accounts apart."""
    filed: dict[tuple[str, str], Row] = {}
    # reading: a claim without filed_at counts as earlier than any that has one, and is never late.
    for row in sorted(case.tables["claim"], key=lambda row: (filed_at(row) or datetime.min, row["claim"])):
        if case.kind(row["account"]) != "house":
            filed[row["account"], row["asset"]] = row
    return {
        key: claim_of(case, max(books.balances.get(key, 0), 0), filed.get(key))
        for key in sorted(books.balances.keys() | filed.keys())
    }


def filed_at(row: Row) -> datetime | None:
    return datetime.fromisoformat(row["filed_at"]).replace(tzinfo=None) if row.get("filed_at") else None


def claim_of(case: Case, scheduled: int, row: Row | None) -> Claim:
    if row is None:
        return Claim(scheduled, None, (scheduled, 0, 0), 0, late=False)
    filed = case.units(row)
    at = filed_at(row)
    late = bool(at and case.bar_on and case.is_after(at.replace(tzinfo=UTC), case.bar_on))
    standing = row.get("standing") or "filed"
    if late and case.plan["late"] == "barred":
        standing = "disallowed"  # reading: barred is as if disallowed: nothing is left, not even what was scheduled
    if standing == "filed":
        parts = (min(filed, scheduled), max(filed - scheduled, 0), max(scheduled - filed, 0))
        return Claim(scheduled, filed, parts, 0, late)
    if standing == "allowed":
        # reading: an allowed claim was ruled on whole: nothing is unclaimed, whatever was scheduled.
        allowed = case.units(row, "allowed") if row.get("allowed") else filed
        return Claim(scheduled, filed, (allowed, 0, 0), max(filed - allowed, 0), late)
    if standing == "disputed":
        # reading: of a disputed claim nothing is unclaimed, be a provisional quantity set or not.
        disputed = case.units(row, "provisional") if row.get("provisional") else filed
        return Claim(scheduled, filed, (0, disputed, 0), 0, late)
    assert standing in ("disallowed", "withdrawn")
    return Claim(scheduled, filed, (0, 0, 0), filed, late)


# ---------------------------------------------------------------- rule 8


@dataclass(frozen=True)
class Pool:
    asset: str
    gross: int
    costs: int
    holdback: int
    claims: dict[Line, int]
    steps: dict[Line, str]
    entitled: dict[Line, int]
    surplus: int
    residue: int

    @property
    def distributable(self) -> int:
        return self.gross - self.costs - self.holdback


def step_of(case: Case, account: str, claim: Claim) -> str | None:
    """The tier in which a claim shares; None where it is no claim on the pool."""
    if case.kind(account) in ("insider", "affiliate"):
        if case.plan["insiders"] == "estate":
            return None
        if case.plan["insiders"] == "subordinate":
            return "return:subordinate"
    # reading: lateness is of the whole line: its disputed and unclaimed parts wait with it.
    return "return:late" if claim.late and case.plan["late"] == "after" else "return"


def pools_of(case: Case, books: Books, claims: dict[tuple[str, str], Claim]) -> dict[str, Pool]:
    gross = {asset: gross_of(case, books, asset) for asset in books.assets}
    costs = costs_of(case, gross)
    pools: dict[str, Pool] = {}
    for asset in books.assets:
        net = gross[asset] - costs[asset]
        holdback = int(Fraction(case.plan["holdback"]) * net)
        lines: dict[Line, int] = {}
        steps: dict[Line, str] = {}
        for (account, code), claim in claims.items():
            step = step_of(case, account, claim)
            for part, units in zip(PARTS, claim.parts, strict=True):
                if code == asset and step and units:
                    lines[account, asset, part] = units
                    steps[account, asset, part] = step
        left, residue = net - holdback, 0
        entitled: dict[Line, int] = {}
        for tier in ("return", "return:late", "return:subordinate"):
            # reading: a tier that is not whole leaves the next one nothing: its residue stays residue.
            sharing = {line: units for line, units in lines.items() if steps[line] == tier}
            awards, left, rest = allocate(left, sharing, case.plan["rounding"])
            entitled |= awards
            residue += rest
        pools[asset] = Pool(asset, gross[asset], costs[asset], holdback, lines, steps, entitled, left, residue)
        assert pools[asset].distributable == sum(entitled.values()) + left + residue
    return pools


def gross_of(case: Case, books: Books, asset: str) -> int:
    holding = books.holdings[asset]
    gross = holding.held_customer + (holding.held_guarantee if case.plan["guarantee_in_pool"] else 0)
    for row in case.tables["recovery"]:
        # reading: a recovery that names another pool than its own asset's is in no pool per asset.
        if row["asset"] == asset and (not row.get("pool") or row["pool"] == asset):
            gross += case.units(row)
    if case.plan["traced_recoveries"] == "pool":
        gross += traced_in_house(case, books, asset)
    return gross


def traced_in_house(case: Case, books: Books, asset: str) -> int:
    """What left the customers' wallets unexplained and lies, by the plan's rule, in the debtor's own (rules 6)."""
    flows = [flow for flow in books.flows if flow.transfer.asset == asset]
    flows.sort(key=lambda flow: (flow.transfer.occurred_at, flow.transfer.transfer.encode()))
    unmatched = {flow.transfer.transfer for flow in books.unmatched if flow.direction == "out"}
    ends: set[str] = set()
    declared = {event["name"] for event in case.events}

    def place(node: str) -> str:
        wallet = books.parties.wallet(node, asset)
        name = wallet.wallet if wallet else node
        end = books.parties.end(node, asset)
        if end.inside or books.parties.kind(end.party) in oracle_tracing.STOPS:
            ends.add(name)
        return name

    legs = [
        oracle_tracing.Leg(
            place(flow.transfer.sender), place(flow.transfer.recipient), flow.transfer.units, flow.transfer.fee,
            flow.transfer.transfer in unmatched,
        )
        for flow in flows
    ]  # fmt: skip
    # reading: whom a declared event names as the taker is not somebody else's omnibus wallet, whatever a label says.
    ends -= {
        place(flow.transfer.recipient)
        for flow in flows
        if flow.transfer.transfer in unmatched and event_of(books, flow) in declared and not flow.recipient.inside
    }
    mine = [wallet for wallet in case.wallets if wallet.asset == asset]
    opening = {wallet.wallet: wallet.opening for wallet in mine if wallet.opening is not None}
    found = oracle_tracing.traced(legs, ends, opening, case.plan["tracing"])
    counted = [(wallet.wallet, books.held[id(wallet)]) for wallet in mine if wallet.purpose == "house"]
    return oracle_tracing.house_share(found, counted)


def costs_of(case: Case, gross: dict[str, int]) -> dict[str, int]:
    """Units each pool bears, each cost rounded up by itself, together at most gross."""
    taken = dict.fromkeys(gross, 0)
    worth = {asset: case.value(units, asset) for asset, units in gross.items()}
    weights = {asset: minor for asset, minor in worth.items() if minor is not None}
    for cost in case.costs:
        minor = case.minor(cost["amount"], cost["currency"])
        if cost["borne_by"] == "estate":
            continue
        if cost["borne_by"] == "pools":
            # reading: the spread has no cap of its own: what a pool cannot bear in units falls on the estate below.
            whole = sum(weights.values())
            shares = {asset: minor * weight // whole for asset, weight in weights.items()} if whole else {}
            ordered = sorted(shares, key=lambda asset: (-(minor * weights[asset] % whole), asset.encode()))
            for asset in ordered[: minor - sum(shares.values()) if whole else 0]:
                shares[asset] += 1
        else:
            shares = {case.asset(cost["borne_by"]).code: minor}
        for asset, share in shares.items():
            # reading: an asset without a price, or worth nothing, cannot bear a cost that is named in money.
            if asset in taken:
                taken[asset] += case.units_for(share, asset) or 0
    return {asset: min(units, gross[asset]) for asset, units in taken.items()}


# ---------------------------------------------------------------- rule 9


Item = tuple[str, str]
"""event, custody"""


class Compensation:
    """What policies and reserves give to the lines, and the bases of loss they meet by it."""

    def __init__(self, case: Case, books: Books, losses: list[Loss], pools: dict[str, Pool]) -> None:
        self.case = case
        self.books = books
        self.losses = losses
        self.perils = {loss.event: loss.peril for loss in losses}
        self.bases = self._bases(pools)
        self.met: dict[tuple[Line, Item], int] = defaultdict(int)
        self.claims: dict[tuple[Line, str], int] = defaultdict(int)
        self.entitled: dict[tuple[Line, str], int] = defaultdict(int)
        self.coverage: list[Row] = []
        self.first_transfers: dict[str, datetime] = {}
        # reading: an event's first transfer is the first of all unmatched out-transfers that fall to it, in any asset.
        for flow in books.unmatched:
            if flow.direction == "out":
                event, at = event_of(books, flow), flow.transfer.occurred_at
                self.first_transfers[event] = min(at, self.first_transfers.get(event, at))
        for policy in sorted(case.policies, key=self._retention):  # sorted() keeps file order among equals
            self._policy(policy)
        for reserve in case.reserves:
            self._reserve(reserve)

    def _retention(self, policy: Mapping[str, Any]) -> int:
        return self.case.minor(policy.get("retention", "0"), policy["currency"])

    def _bases(self, pools: dict[str, Pool]) -> dict[tuple[Line, Item], int]:
        """Each line's loss in minor, by item, floored; only perils that some policy or reserve covers."""
        covered = {peril for source in self.case.policies + self.case.reserves for peril in source["covers"]}
        bases: dict[tuple[Line, Item], int] = {}
        for asset, pool in pools.items():
            awards = allocate(pool.gross, pool.claims, "floor")[0]
            items = [loss for loss in self.losses if loss.asset == asset]
            lost = sum(loss.units for loss in items)
            for line, claim in pool.claims.items():
                whole, got = self.case.value(claim, asset), self.case.value(awards[line], asset)
                if whole is None or got is None:
                    continue  # reading: the loss of an unpriced line is unknown, and nothing compensates it
                for loss in items:
                    if loss.peril in covered:
                        bases[line, (loss.event, loss.custody)] = (whole - got) * loss.units // lost
        return {key: bases[key] for key in sorted(bases) if bases[key]}

    def _give(self, step: str, minor: int, admits: Callable[[Item], bool]) -> int:
        """Share minor among the unmet bases of the admitted items; what was given."""
        unmet: dict[Line, int] = defaultdict(int)
        for (line, item), base in self.bases.items():
            if admits(item):
                unmet[line] += base - self.met[line, item]
        claims = {line: unmet[line] for line in sorted(unmet) if unmet[line]}
        awards = allocate(minor, claims, self.case.plan["rounding"])[0]
        for line, claim in claims.items():
            self.claims[line, step] += claim
            self.entitled[line, step] += awards[line]
            left = awards[line]
            for key, base in self.bases.items():  # in order of event, then custody
                if key[0] == line and admits(key[1]):
                    share = min(left, base - self.met[key])
                    self.met[key] += share
                    left -= share
            assert left == 0
        return sum(awards.values())

    def _date(self, policy: Mapping[str, Any], event: str) -> datetime | None:
        """When the event counts as having happened, for the basis of the policy."""
        declared = next((item for item in self.case.events if item["name"] == event), {})
        if policy.get("basis", "occurred") == "discovery":
            return self.case.from_instant(declared["discovered_at"]) if "discovered_at" in declared else None
        if "quantity" in declared:
            return self.case.from_instant(declared["from"]) if "from" in declared else None
        return self.first_transfers.get(event)

    def _covered(self, policy: Mapping[str, Any], event: str) -> tuple[int, bool]:
        """Value that peril, custody and sublimits admit, and whether all of it has a price."""
        by_custody: dict[str, int] = defaultdict(int)
        known = True
        for loss in self.losses:
            if loss.event == event and loss.peril in policy["covers"] and covers_custody(policy, loss.custody):
                value = loss_value(self.case, loss)
                known = known and value is not None
                by_custody[loss.custody] += value or 0
        for sublimit in policy.get("sublimits", []):
            limit = self.case.minor(sublimit["limit"], policy["currency"])
            by_custody[sublimit["custody"]] = min(by_custody[sublimit["custody"]], limit)
        return sum(by_custody.values()), known

    def _policy(self, policy: Mapping[str, Any]) -> None:
        def stated(name: str) -> int | None:
            return self.case.minor(policy[name], policy["currency"]) if name in policy else None

        def order(event: str) -> tuple[datetime, str]:
            # reading: events of one instant go by name; an undated one is answered by no policy, wherever it stands.
            return self._date(policy, event) or datetime.max.replace(tzinfo=UTC), event

        aggregate, limit = stated("aggregate"), stated("limit")
        aggregate_left = None if aggregate is None else max(aggregate - (stated("eroded") or 0), 0)
        purse = stated("received") or 0
        for event in sorted(self.perils, key=order):
            covered, known = self._covered(policy, event)
            above = max(covered - self._retention(policy), 0)
            reason = self._refusal(policy, event) or ("" if above else "below_retention")
            layer = due = received = distributed = 0
            if not reason and aggregate_left == 0:
                reason = "aggregate_exhausted"  # reading: exhausted before the event; a layer merely cut is no reason
            if not reason:
                layer = min(bound for bound in (above, limit, aggregate_left) if bound is not None)
                due = int(Fraction(policy.get("share", "1")) * layer)
                # reading: received falls to events in their order up to what is due; what passes all dues is left.
                received = due if self.case.plan["projection"] else min(due, purse)
                purse -= min(received, purse)
                if aggregate_left is not None:
                    aggregate_left -= layer
                if policy["payee"] == "estate":
                    reason = "estate"
                elif received:
                    # reading: the claim of the step sums only the events for which something was received.
                    distributed = self._give(f"insurance:{policy['name']}", received, covers_item(policy, event))
            known_covered = covered if known else None
            sums = (self._ground_up(event), known_covered, due, received, distributed)
            self._cover(policy["name"], event, *sums, reason)

    def _refusal(self, policy: Mapping[str, Any], event: str) -> str:
        if self.perils[event] not in policy["covers"]:
            return "peril"
        if not any(loss.event == event and covers_custody(policy, loss.custody) for loss in self.losses):
            return "custody"
        at = self._date(policy, event)
        if at is None:
            return "no_date"
        return "" if self.case.within(at, policy) else "outside_period"

    def _ground_up(self, event: str) -> int | None:
        return total(loss_value(self.case, loss) for loss in self.losses if loss.event == event)

    def _reserve(self, reserve: Mapping[str, Any]) -> None:
        def admits(item: Item) -> bool:
            return self.perils[item[0]] in reserve["covers"]

        held = self.case.minor(reserve["amount"], reserve["currency"])
        unmet = sum(base - self.met[key] for key, base in self.bases.items() if admits(key[1]))
        fenced = reserve["ring_fenced"]
        distributed = self._give(f"reserve:{reserve['name']}", held, admits) if fenced else 0
        self._cover(reserve["name"], "", unmet, unmet, held, held, distributed, "" if fenced else "estate")

    def _cover(self, source: str, event: str, *cells: int | str | None) -> None:
        # reading: a total over a loss without a price says `partial`, as case-format.md says of every total.
        texts = [cell if isinstance(cell, str) else total_text(self.case, cell) for cell in cells]
        columns = "source event ground_up covered due received distributed reason"
        self.coverage.append(named(columns, source, event, *texts))


def covers_custody(policy: Mapping[str, Any], custody: str) -> bool:
    return "custody" not in policy or custody in policy["custody"]


def covers_item(policy: Mapping[str, Any], event: str) -> Callable[[Item], bool]:
    return lambda item: item[0] == event and covers_custody(policy, item[1])


# ---------------------------------------------------------------- rules 11 and 12


@dataclass
class Due:
    """One line of the schedule."""

    account: str
    claim_asset: str
    part: str
    step: str
    pay_asset: str
    claim: int
    entitled: int
    paid_before: int = 0
    value: int | None = None
    reason: str = ""

    @property
    def quantity(self) -> int:
        return max(0, self.entitled - self.paid_before)


def schedule_of(case: Case, pools: dict[str, Pool], compensation: Compensation) -> list[Due]:
    lines: dict[tuple[str, str, str, str, str], Due] = {}

    def add(line: Line, step: str, pay_asset: str, claim: int, entitled: int) -> Due:
        key = (*line, step, pay_asset)
        lines[key] = Due(*key, claim, entitled)
        return lines[key]

    for pool in pools.values():
        for line, claim in pool.claims.items():
            add(line, pool.steps[line], pool.asset, claim, pool.entitled[line])
    for (line, step), claim in compensation.claims.items():
        add(line, step, case.currency.code, claim, compensation.entitled[line, step])
    paid: dict[tuple[str, str, str, str], int] = defaultdict(int)
    for row in earlier_payments(case):
        key = (row["account"], row["claim_asset"], row["step"], row["pay_asset"])
        paid[key] += case.units(row, of="pay_asset")
    for (account, asset, step, pay_asset), sum_paid in paid.items():
        left = sum_paid
        for part in PARTS:
            due = lines.get((account, asset, part, step, pay_asset))
            if due:
                due.paid_before = min(left, due.entitled)
                left -= due.paid_before
        if left:
            # reading: what was paid above all that is entitled stands on the allowed part, made if there is none.
            first = lines.get((account, asset, "", step, pay_asset))
            (first or add((account, asset, ""), step, pay_asset, 0, 0)).paid_before += left
    schedule = [lines[name] for name in sorted(lines) if lines[name].entitled or lines[name].paid_before]
    withhold(case, schedule)
    return schedule


def withhold(case: Case, schedule: list[Due]) -> None:
    """Value every line and give it the first reason for withholding that holds."""
    # reading: a case has payees when the table has a row.
    routes = {(row["account"], row.get("asset", "")) for row in case.tables["payee"]}
    for due in schedule:
        due.value = case.value(due.quantity, due.pay_asset)
        hold = case.accounts.get(due.account, {}).get("hold", "")
        if due.part == "disputed":
            due.reason = "disputed"
        elif hold:
            due.reason = hold
        elif due.part == "unclaimed":
            due.reason = "unclaimed"
        elif routes and (due.account, due.pay_asset) not in routes and (due.account, "") not in routes:
            due.reason = "unroutable"
    minimum = case.minor(case.plan["minimum_payment"], case.currency.code)
    for account in {due.account for due in schedule}:
        payable = [due for due in schedule if due.account == account and not due.reason]
        # reading: a line that pays nothing this round adds nothing, exempts nobody, and is withheld with the others.
        unpriced = any(due.value is None and due.quantity for due in payable)
        if not unpriced and sum(due.value or 0 for due in payable) < minimum:
            for due in payable:
                due.reason = "minimum_payment"


# ---------------------------------------------------------------- the files


def ratio_text(numerator: int, denominator: int) -> str:
    """Truncated, with 8 decimals; empty where there is nothing to divide by."""
    if denominator == 0:
        return ""
    scaled = Fraction(numerator, denominator) * 10**8
    return Asset("", 8, "").text(int(scaled))


def outputs(folder: Path) -> dict[str, list[Row]]:
    """The rows of every output file that the oracle knows, as the text that must stand there, in key order."""
    case = Case(folder)
    books = Books(case)
    bridges = {asset: bridge(books, asset) for asset in books.assets}
    losses = losses_of(books, bridges)
    claims = claims_of(case, books)
    pools = pools_of(case, books, claims)
    compensation = Compensation(case, books, losses, pools)
    schedule = schedule_of(case, pools, compensation)
    return {
        "reconciliation": reconciliation_rows(case, books),
        "bridge": [
            {"asset": asset, "line": line, "quantity": case.asset(asset).text(units)}
            for asset in books.assets
            for line, units in bridges[asset].items()
        ],
        "segregation": segregation_rows(case, books),
        "flows": flow_rows(case, books),
        "losses": loss_rows(case, losses),
        "coverage": sorted(compensation.coverage, key=lambda row: (row["source"], row["event"])),
        "claims": claim_rows(case, claims),
        "bases": base_rows(case, compensation),
        "pools": pool_rows(case, pools),
        "schedule": schedule_rows(case, schedule),
        "holders": holder_rows(case, claims, schedule),
    }


def total(values: Iterable[int | None]) -> int | None:
    """The sum; None where one of them is unknown."""
    known = list(values)
    return None if None in known else sum(minor for minor in known if minor is not None)


def minor_text(case: Case, minor: int | None) -> str:
    return "" if minor is None else case.currency.text(minor)


def total_text(case: Case, minor: int | None) -> str:
    return "partial" if minor is None else case.currency.text(minor)


def named(columns: str, *cells: str) -> Row:
    return dict(zip(columns.split(), cells, strict=True))


def reconciliation_rows(case: Case, books: Books) -> list[Row]:
    columns = "asset owed negative held_customer held_house held_guarantee hot shortfall"
    rows = []
    for asset, held in books.holdings.items():
        units = (held.owed, held.negative, held.held_customer, held.held_house, held.held_guarantee, held.hot)
        row = named(columns, asset, *map(case.asset(asset).text, (*units, held.shortfall)))
        row["coverage"] = ratio_text(held.held_customer, held.owed)
        row["price"] = case.price(asset) or ""  # reading: as received, no digit added or dropped
        row["owed_value"] = minor_text(case, case.value(held.owed, asset))
        row["shortfall_value"] = minor_text(case, case.value(held.shortfall, asset))
        rows.append(row)
    return rows


def segregation_rows(case: Case, books: Books) -> list[Row]:
    rows: list[Row] = []

    def add(*cells: str) -> None:
        rows.append(named("test asset measured required met", *cells))

    hot = held = 0
    partial = False
    for asset, holding in books.holdings.items():
        body = case.asset(asset)
        shortfall = holding.shortfall
        in_house = min(max(shortfall, 0), holding.held_house)
        # reading: a required 0 of an asset is a quantity, so it stands at the asset's scale.
        if in_house:
            add("customer_assets_in_house_wallets", asset, body.text(in_house), body.text(0), "no")
        if shortfall < 0:
            add("house_assets_in_customer_wallets", asset, body.text(-shortfall), body.text(0), "no")
        if body.kind == "crypto":
            met = "yes" if holding.held_guarantee >= holding.hot else "no"
            add("guarantee", asset, body.text(holding.held_guarantee), body.text(holding.hot), met)
            hot += case.value(holding.hot, asset) or 0
            held += case.value(holding.held_customer, asset) or 0
            partial = partial or (case.price(asset) is None and holding.held_customer > 0)
    measured = "partial" if partial else ratio_text(hot, held)
    # reading: the limit is held against the exact ratio, not against its truncation.
    met = "" if partial or held == 0 else ("yes" if hot * 20 <= held else "no")
    add("hot_share", "", measured, "0.05", met)
    return sorted(rows, key=lambda row: (row["test"], row["asset"]))


def flow_rows(case: Case, books: Books) -> list[Row]:
    taken: dict[tuple[str, str], int] = defaultdict(int)
    returned: dict[tuple[str, str], int] = defaultdict(int)
    for flow in books.unmatched:
        side = taken if flow.direction == "out" else returned
        side[flow.counterparty.party, flow.transfer.asset] += flow.transfer.units
    rows = []
    for party, asset in sorted(taken.keys() | returned.keys()):
        out, back = taken[party, asset], returned[party, asset]
        texts = map(case.asset(asset).text, (out, back, out - back))
        rows.append(named("party party_kind asset taken returned net", party, books.parties.kind(party), asset, *texts))
    return rows


def loss_rows(case: Case, losses: list[Loss]) -> list[Row]:
    rows = []
    for loss in losses:
        quantity, value = case.asset(loss.asset).text(loss.units), minor_text(case, loss_value(case, loss))
        cells = (loss.event, loss.peril, loss.asset, loss.custody, quantity, value)
        rows.append(named("event peril asset custody quantity value", *cells))
    return rows


def claim_rows(case: Case, claims: dict[tuple[str, str], Claim]) -> list[Row]:
    columns = "account asset scheduled filed allowed disputed unclaimed disallowed value"
    rows = []
    for (account, asset), claim in claims.items():
        text = case.asset(asset).text
        filed = "" if claim.filed is None else text(claim.filed)
        value = minor_text(case, total(case.value(units, asset) for units in claim.parts))
        cells = (text(claim.scheduled), filed, *map(text, claim.parts), text(claim.disallowed), value)
        rows.append(named(columns, account, asset, *cells))
    return rows


def base_rows(case: Case, compensation: Compensation) -> list[Row]:
    rows = []
    for (line, item), base in compensation.bases.items():
        texts = map(case.currency.text, (base, compensation.met[line, item]))
        rows.append(named("account asset part event custody base met", *line, *item, *texts))
    return rows


def pool_rows(case: Case, pools: dict[str, Pool]) -> list[Row]:
    columns = "pool asset gross costs holdback distributable claims awarded surplus residue"
    rows = []
    for asset, pool in pools.items():
        claims, awarded = sum(pool.claims.values()), sum(pool.entitled.values())
        units = (pool.gross, pool.costs, pool.holdback, pool.distributable, claims, awarded)
        row = named(columns, asset, asset, *map(case.asset(asset).text, (*units, pool.surplus, pool.residue)))
        dividend = Fraction(min(pool.distributable, claims), claims) if claims else None
        row["dividend_numerator"] = str(dividend.numerator) if dividend is not None else ""
        row["dividend_denominator"] = str(dividend.denominator) if dividend is not None else ""
        rows.append(row)
    return rows


def schedule_rows(case: Case, schedule: list[Due]) -> list[Row]:
    columns = "account claim_asset part step pay_asset claim entitled paid_before quantity value status reason"
    rows = []
    for due in schedule:
        texts = map(case.asset(due.pay_asset).text, (due.claim, due.entitled, due.paid_before, due.quantity))
        status = "withhold" if due.reason else "pay"
        key = (due.account, due.claim_asset, due.part, due.step, due.pay_asset)
        rows.append(named(columns, *key, *texts, minor_text(case, due.value), status, due.reason))
    return rows


def holder_rows(case: Case, claims: dict[tuple[str, str], Claim], schedule: list[Due]) -> list[Row]:
    """Values are rounded a line; units of an unpriced asset make a sum partial."""
    columns = "account allowed_value returned_value compensated_value withheld_value unpaid_value recovery"

    def worth(parts: Iterable[tuple[int, str]]) -> int | None:
        return total(case.value(units, asset) for units, asset in parts if units)

    def entitled(lines: list[Due], families: tuple[str, ...]) -> int | None:
        firm = [due for due in lines if due.part == "" and due.step.split(":")[0] in families]
        return worth((due.entitled, due.pay_asset) for due in firm)

    rows = []
    for account in sorted({account for account, _ in claims}):
        mine = [due for due in schedule if due.account == account]
        allowed = worth((claim.parts[0], asset) for (owner, asset), claim in claims.items() if owner == account)
        returned = entitled(mine, ("return",))
        made_good = entitled(mine, ("insurance", "reserve"))
        withheld = worth((due.quantity, due.pay_asset) for due in mine if due.reason)
        unpaid, recovery = None, ""
        # reading: an unknown value among what is withheld touches neither unpaid_value nor recovery.
        if allowed is not None and returned is not None and made_good is not None:
            unpaid = max(0, allowed - returned - made_good)
            recovery = ratio_text(returned + made_good, allowed)
        texts = [total_text(case, sum_) for sum_ in (allowed, returned, made_good, withheld, unpaid)]
        rows.append(named(columns, account, *texts, recovery))
    return rows
