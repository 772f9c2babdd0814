"""Is what is paid delivered in the assets that the plan says, to the unit? deliveries.csv beside the schedule."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from administrator.plans.verification.awards import Line
from administrator.plans.verification.books import Books, cell
from administrator.plans.verification.folder import PLAN, Payout, Plan
from administrator.plans.verification.numbers import fraction
from administrator.plans.verification.pools import FIRST
from administrator.plans.verification.tables import Row
from administrator.plans.verification.titles import Share
from administrator.plans.verification.verdict import Faults

DELIVERIES = "deliveries.csv"
Key = tuple[str, str, str, str, str, str]
"""Of a row within an account: claim asset, part, step, asset paid in, holder, asset delivered."""


class Deliveries:
    """What must be delivered of each account's lines, computed again."""

    def __init__(self, faults: Faults, plan: Plan, books: Books) -> None:
        self.faults = faults
        self.plan = plan
        self.books = books
        self.rates: dict[tuple[str, str], tuple[int, int]] = {}
        """Units delivered for a unit settled."""
        for payout in plan.payouts:
            prices = [self._price(asset) for asset in (payout.of, payout.paid_in)]
            if None in prices:
                faults.note(PLAN, 0, f"distribution_prices of {payout.of} and {payout.paid_in}", "two prices above 0",
                            "none")
                continue
            (top, bottom), (divisor, multiplier) = (price for price in prices if price is not None)
            self.rates[payout.of, payout.paid_in] = top * multiplier, bottom * divisor

    def _price(self, asset: str) -> tuple[int, int] | None:
        """What one unit brings, as a ratio of whole units of the reporting currency; nothing without a price."""
        known = self.books.assets.get(asset)
        text = "1" if asset == self.plan.currency else self.plan.distribution_prices.get(asset, "")
        exact = fraction(text)
        if known is None or exact is None or not exact[0]:
            return None
        return exact[0], exact[1] * 10**known.decimals

    def payouts_of(self, line: Line, election: str) -> list[Payout]:
        """How a line of somebody who chose this is delivered; nothing where it is delivered as it is awarded."""
        if not line.returns or line.step in FIRST or not line.quantity:
            return []
        mine = [payout for payout in self.plan.payouts if payout.of == line.pay_asset]
        chosen = [payout for payout in mine if election and payout.election == election]
        return chosen or [payout for payout in mine if not payout.election]

    def account(self, account: str, first: int, rows: list[Row], lines: list[Line], election: str,
                titles: Mapping[tuple[str, str, str, str, str], list[Share]]) -> None:
        """The account's rows against what its lines must be delivered in."""
        wanted: dict[Key, tuple[int, int, str]] = {}
        for line in lines:
            payouts = self.payouts_of(line, election)
            if not payouts:
                continue
            of = line.asset, line.part, line.step, line.pay_asset
            shares = [(share.holder, share.quantity, share.reason) for share in titles.get((account, *of), [])]
            for holder, quantity, reason in shares or [("", line.quantity, line.reason)]:
                for asset, settled, units in self.legs(line.pay_asset, quantity, payouts):
                    wanted[*of, holder, asset] = settled, units, reason
        for number, row in enumerate(rows, first):
            self.row(account, number, row, wanted)
        for key, (settled, _, _) in wanted.items():
            self.faults.note(DELIVERIES, first + len(rows), f"row of {account}/{'/'.join(key)}",
                             f"{settled} units discharged", "none")

    def legs(self, of: str, quantity: int, payouts: list[Payout]) -> Iterator[tuple[str, int, int]]:
        """Assets, what is settled in each, and what is delivered of it."""
        left = quantity
        for payout in payouts:
            top, bottom = self.rates.get((of, payout.paid_in), (0, 1))
            settled = quantity * payout.share[0] // payout.share[1]
            units = settled * top // bottom
            if units:
                left -= settled
                yield payout.paid_in, settled, units
        if left:
            yield of, left, left

    def row(self, account: str, number: int, row: Row, wanted: dict[Key, tuple[int, int, str]]) -> None:
        """One row, taken from what is wanted."""
        key = row[1], row[2], row[3], row[4], row[5], row[6]
        paying, delivered = self.books.assets.get(row[4]), self.books.assets.get(row[6])
        right = wanted.pop(key, None)
        if right is None or paying is None or delivered is None:
            self.faults.note(DELIVERIES, number, "row", f"what the plan delivers to {account}", "/".join(key))
            return
        settled, units, reason = right
        figures = ("discharged", row[7], paying, settled), ("quantity", row[8], delivered, units)
        for what, text, asset, should in figures:
            if cell(self.faults, DELIVERIES, number, what, text, asset.decimals) != should:
                self.faults.note(DELIVERIES, number, f"{what} of {account}/{'/'.join(key)}", asset.plain(should), text)
        self.faults.same(DELIVERIES, number, "status", "withhold" if row[10] else "pay", row[9])
        if row[10] != reason and (reason or row[10] != "unroutable"):
            self.faults.note(DELIVERIES, number, "reason", reason or "none, or unroutable", row[10])
