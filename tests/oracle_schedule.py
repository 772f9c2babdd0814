"""Rules 11 and 12 for the oracle: the lines of the schedule, what was paid on them, and what is withheld."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from tests.oracle_case import PARTS, Case, Line, Paid, Row, family, paid_before

FIRST = ("dividend:convenience", "dividend:base")
"""Steps before the others of their family."""
Named = dict[tuple[Line, str], int]
"""(line, step) -> units"""


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

    @property
    def line(self) -> Line:
        return self.account, self.claim_asset, self.part


def dues_of(claims: Named, entitled: Named, pay_asset: str) -> Iterator[Due]:
    """The lines of some steps, paid in one asset, nothing paid yet."""
    for (line, step), claim in claims.items():
        yield Due(*line, step, pay_asset, claim, entitled[line, step])


def enter_payments(case: Case, dues: list[Due]) -> list[Due]:
    """Put what was paid before on its lines: each part up to its entitlement, the rest on the first part.

    What was paid on no line stands on one of its own, entitled to nothing.
    """
    by_key: dict[tuple[str, str, str, str], list[Due]] = defaultdict(list)
    places = {step: place for place, step in enumerate(FIRST)}
    for due in sorted(dues, key=lambda due: (PARTS.index(due.part), places.get(due.step, len(FIRST)), due.step)):
        by_key[due.account, due.claim_asset, family(due.step), due.pay_asset].append(due)
    own = []
    for paid in paid_before(case):
        mine = by_key.get((paid.account, paid.claim_asset, paid.family, paid.pay_asset), [])
        if mine:
            spread(mine, paid)
        elif paid.units:
            line = (paid.account, paid.claim_asset, "")
            own.append(Due(*line, paid.step, paid.pay_asset, 0, 0, paid_before=paid.units))
    return dues + own


def spread(mine: list[Due], paid: Paid) -> None:
    left = paid.units
    for due in mine:
        due.paid_before = min(left, due.entitled)
        left -= due.paid_before
    mine[0].paid_before += left


def schedule_of(case: Case, dues: list[Due]) -> list[Due]:
    """Every line with an entitlement or a payment, in key order, valued, paid or withheld."""
    key = [(due.account, due.claim_asset, due.part, due.step, due.pay_asset) for due in dues]
    assert len(set(key)) == len(key), "one line a key"
    schedule = [due for _, due in sorted(zip(key, dues, strict=True), key=lambda pair: pair[0])]
    schedule = [due for due in schedule if due.entitled or due.paid_before]
    withhold(case, schedule)
    return schedule


def withhold(case: Case, schedule: list[Due]) -> None:
    """Value every line and give it the first reason for withholding that holds."""
    # reading: a case has payees when the table has a row.
    routes = {(row["account"], row.get("asset", "")) for row in case.tables["payee"]}
    # reading: a way to be paid in what a line may be delivered in is a way for the line; its legs are asked one by one.
    routes |= {
        (account, case.asset(each["of"]).code)
        for account, asset in routes for each in case.payouts if asset == case.asset(each["in"]).code
    }  # fmt: skip
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


Leg = tuple[str, int, int]
"""asset delivered, units settled of the payment, units delivered"""


def deliveries_of(case: Case, due: Due) -> list[Leg]:
    """In which assets a payment is delivered; nothing where it is delivered as it is awarded."""
    if due.step.split(":")[0] not in ("return", "dividend") or due.step in FIRST or not due.quantity:
        return []
    chosen = case.accounts.get(due.account, {}).get("election", "")
    mine = [each for each in case.payouts if case.asset(each["of"]).code == due.pay_asset]
    own = [each for each in mine if each.get("election") and each["election"] == chosen]
    asked = own or [each for each in mine if not each.get("election")]
    if not asked:
        return []
    legs = []
    for each in asked:
        asset = case.asset(each["in"])
        settled = int(due.quantity * Fraction(each["share"]))
        # reading: one rounding, of what is delivered; the value of what is settled is not rounded before.
        units = int(Fraction(settled) * brought(case, due.pay_asset) / brought(case, asset.code))
        if units:
            legs.append((asset.code, settled, units))
    rest = due.quantity - sum(settled for _, settled, _ in legs)
    return sorted([*legs, *([(due.pay_asset, rest, rest)] if rest else [])])


def brought(case: Case, asset: str) -> Fraction:
    """What one base unit brings on distribution, in whole units of the reporting currency."""
    price = "1" if asset == case.currency.code else case.price(asset, "distribution")
    assert price is not None, "a case without that price is refused"
    return Fraction(price) / 10 ** case.asset(asset).decimals


def delivery_rows(case: Case, schedule: list[Due]) -> list[Row]:
    """deliveries.csv: what of a payment has no way of its own to be paid waits."""
    routes = {(row["account"], row.get("asset", "")) for row in case.tables["payee"]}
    rows = []
    for due in schedule:
        for asset, settled, units in deliveries_of(case, due):
            reason = due.reason
            if not reason and routes and not {(due.account, asset), (due.account, "")} & routes:
                reason = "unroutable"
            rows.append({
                "account": due.account, "claim_asset": due.claim_asset, "part": due.part, "step": due.step,
                "pay_asset": due.pay_asset, "holder": "", "asset": asset,
                "discharged": case.asset(due.pay_asset).text(settled), "quantity": case.asset(asset).text(units),
                "status": "withhold" if reason else "pay", "reason": reason,
            })  # fmt: skip
    return rows
