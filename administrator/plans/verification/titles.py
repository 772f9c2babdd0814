"""Is each line of an assigned claim paid to its holders, all of it and no more? titles.csv beside the schedule."""

from __future__ import annotations

from typing import NamedTuple

from administrator.plans.verification.awards import SCHEDULE, Line
from administrator.plans.verification.books import Books, cell
from administrator.plans.verification.tables import Tables
from administrator.plans.verification.verdict import Faults

TITLES = "titles.csv"
Key = tuple[str, str, str, str, str]


class Share(NamedTuple):
    """What one holder has of one line."""

    line: int
    holder: str
    held: int
    quantity: int
    reason: str


class Titles:
    """The rows of titles.csv by line of the schedule: claims that changed hands are few."""

    def __init__(self, tables: Tables, books: Books) -> None:
        self.faults: Faults = tables.faults
        self.shares: dict[Key, list[Share]] = {}
        self.claims: set[tuple[str, str]] = set()
        for number, row in tables.numbered(TITLES):
            asset, paying = books.assets.get(row[1]), books.assets.get(row[4])
            if asset is None or paying is None:
                self.faults.note(TITLES, number, "claim_asset and pay_asset", "assets of the plan",
                                 f"{row[1]}/{row[4]}")
                continue
            held = cell(self.faults, TITLES, number, "held", row[7], asset.decimals)
            quantity = cell(self.faults, TITLES, number, "quantity", row[8], paying.decimals)
            minor = paying.value(quantity)
            self.faults.same(TITLES, number, "value", "" if minor is None else books.currency.plain(minor), row[9])
            self.faults.same(TITLES, number, "status", "withhold" if row[11] else "pay", row[10])
            if held <= 0 or quantity < 0:
                self.faults.note(TITLES, number, "held and quantity", "above 0, and 0 or more", f"{row[7]}/{row[8]}")
            self.shares.setdefault((row[0], row[1], row[2], row[3], row[4]), []).append(
                Share(number, row[5], held, quantity, row[11])
            )
            self.claims.add((row[0], row[1]))

    def has(self, account: str, asset: str) -> bool:
        """Whether a claim changed hands."""
        return (account, asset) in self.claims

    def account(self, account: str, lines: list[Line]) -> None:
        """The account's lines against those who hold its claims."""
        for line in lines:
            shares = self.shares.pop((account, line.asset, line.part, line.step, line.pay_asset), [])
            if not shares:
                if line.quantity and self.has(account, line.asset):
                    self.faults.note(SCHEDULE, line.number, f"holders of {account}/{line.asset}/{line.step}",
                                     "rows of titles.csv, as the claim changed hands", "none")
                continue
            paid, held = sum(share.quantity for share in shares), sum(share.held for share in shares)
            if paid != line.quantity:
                self.faults.note(TITLES, shares[0].line, f"quantities of {account}/{line.asset}/{line.step}",
                                 f"{line.quantity} units in all", f"{paid} units")
            for share in shares:
                least = line.quantity * share.held // max(held, 1)
                if not least <= share.quantity <= least + 1:
                    self.faults.note(TITLES, share.line, "quantity", f"{least} units, or one more",
                                     f"{share.quantity} units")
                if line.reason and share.reason != line.reason:
                    self.faults.note(TITLES, share.line, "reason", line.reason, share.reason)

    def closing(self) -> None:
        """Rows that are about no line."""
        for key, shares in self.shares.items():
            self.faults.note(TITLES, shares[0].line, "row", "about a line of the schedule", "/".join(key))
