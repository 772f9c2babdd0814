"""Rules 11 and 12 for the oracle: the lines of the schedule, what was paid on them, and what is withheld."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from tests.oracle_case import PARTS, Case, Line, Paid, family, paid_before

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
