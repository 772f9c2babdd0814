"""Rules 2 to 5 and 7 for the oracle: books, matching, the bridge, losses, claims."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from fractions import Fraction
from typing import Any

from tests.oracle_case import (
    CREDIT_KINDS,
    MATCH_SPAN,
    PARTY_KINDS,
    TAKERS,
    Case,
    Posting,
    Row,
    Transfer,
    Wallet,
    allocate,
    earlier_payments,
    family,
)  # fmt: skip

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
        self.debts_met: dict[tuple[str, str], int] = {}
        """What was set off of each debt."""
        self.paid_in_kind: dict[str, int] = defaultdict(int)
        # reading: paid in kind are the payments of the steps of return; insurance and reserves pay other money.
        # Here what came back counts in full, be it more than was paid: the wallets are counted with it.
        for row in earlier_payments(case):
            if family(row["step"]) == "return" and row["pay_asset"] == row["claim_asset"]:
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
        # opened with what they hold, so that paying does not move the bridge. Wallets that all state one need it not,
        # and where there is none it was paid out of what came back.
        paid = self.paid_in_kind[asset] if silent else 0
        return stated + sum(self.held[id(wallet)] for wallet in silent) + paid


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
    return case.value(loss.units, loss.asset, *loss_prices(loss.event))


def loss_prices(event: str) -> tuple[str, ...]:
    return f"loss:{event}", "loss", "commencement"


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
    claims = {
        key: claim_of(case, max(books.balances.get(key, 0), 0), filed.get(key))
        for key in sorted(books.balances.keys() | filed.keys())
    }
    return set_off(case, books, accrued(case, claims))


def set_off(case: Case, books: Books, claims: dict[tuple[str, str], Claim]) -> dict[tuple[str, str], Claim]:
    """The claims less what their holder, or account, owes, each by the same share of it."""
    if case.plan["set_off"] == "none":
        return claims

    def together(account: str) -> tuple[str, str]:
        return case.holder(account) if case.plan["set_off"] == "holder" else ("account", account)

    owed: dict[tuple[str, str], int] = defaultdict(int)
    claimed: dict[tuple[str, str], int] = defaultdict(int)
    for (account, asset), units in books.balances.items():
        if units < 0 and case.kind(account) != "house":
            owed[together(account)] += case.value(-units, asset) or 0  # reading: what has no price is not set off
    for (account, asset), claim in claims.items():
        claimed[together(account)] += sum(case.value(units, asset) or 0 for units in claim.parts)
    found = {}
    for (account, asset), claim in claims.items():
        debts, whole = owed[together(account)], claimed[together(account)]
        parts = claim.parts
        if debts and whole and case.value(1, asset) is not None:
            # reading: each part of each claim by itself, rounded down.
            less = [units - units * min(debts, whole) // whole for units in parts]
            parts = (less[0], less[1], less[2])
        found[account, asset] = replace(claim, parts=parts)
    for (account, asset), units in books.balances.items():
        debts, whole = owed[together(account)], claimed[together(account)]
        if units < 0 and case.kind(account) != "house" and debts and whole and case.value(1, asset) is not None:
            books.debts_met[account, asset] = -units * min(debts, whole) // debts
    return found


def accrued(case: Case, claims: dict[tuple[str, str], Claim]) -> dict[tuple[str, str], Claim]:
    """The claims with what forks, airdrops and staking on an asset add to those of another (E)."""
    found = dict(claims)
    origins: dict[tuple[str, str], bool] = {}
    for accrual in case.accruals:
        if accrual["goes_to"] != "holders":
            continue
        asset, of = case.asset(accrual["asset"]), case.asset(accrual["of"])
        # reading: the ratio is of whole assets, as chains announce it, not of base units.
        ratio = Fraction(accrual.get("ratio", "1")) * Fraction(10**asset.decimals, 10**of.decimals)
        for (account, code), claim in claims.items():  # what accrued earns nothing by itself
            # reading: who claims nothing of it earns no line; who claims too little for a unit has a line of nothing.
            if code == of.code and any(claim.parts):
                key = account, asset.code
                own = found.get(key, Claim(0, None, (0, 0, 0), 0, claim.late))
                origins[key] = origins.get(key, False) or claim.late
                more = [units + int(ratio * base) for units, base in zip(own.parts, claim.parts, strict=True)]
                # reading: a line that claims by itself keeps its tier; one that only accrued takes that of its origin.
                late = own.late if key in claims and any(claims[key].parts) else origins[key]
                found[key] = replace(own, parts=(more[0], more[1], more[2]), late=late)
    return {key: found[key] for key in sorted(found)}


def filed_at(row: Row) -> datetime | None:
    return datetime.fromisoformat(row["filed_at"]).replace(tzinfo=None) if row.get("filed_at") else None


def claim_of(case: Case, scheduled: int, row: Row | None) -> Claim:
    if row is None:
        return Claim(scheduled, None, (scheduled, 0, 0), 0, late=False)
    filed = case.units(row)
    at = filed_at(row)
    late = bool(at and case.bar_on and case.is_after(at.replace(tzinfo=UTC), case.bar_on))
    standing = row.get("standing") or "filed"
    if standing == "excused":
        standing, late = "allowed", False
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
