"""What does the general estate pay on what the pools and the insurers left unpaid?

Where there is an insolvency, what no pool needs, what insurers owe the company and what no trust rings come together in
the estate. A holder shares in it with what he is still owed at commencement value, beside the other unsecured creditors
of his rank (rules 10). Late claims come after, then interest, then claims that the law puts last.

A settlement may give the holders a share of what is divided before they share the rest with the other creditors: that
fixes what the others get, and the holders divide all else among themselves, with one rounding.

A law that lets a holder prove for the whole while somebody else has paid him a part (Bankruptcy Act of Japan art. 104)
divides by the whole, and stops at what is still owed: `weight` is what shares, `room` what may be had.

Sources:
    Rules section 10. Bankruptcy Act of Japan (Act No. 75 of 2004) arts. 97, 99, 104, 108, 194.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from administrator.allocation import Rounding
from administrator.pools import ESTATE_POOL, dividend_of
from administrator.terms import Estate, Terms
from administrator.valuation import COMMENCEMENT, Rates
from ledgers.units import divide_half_even

if TYPE_CHECKING:
    from ledgers.storage.books import Books

RELATIONS = Path(__file__).parent / "relations"
STEPS = ("estate", "estate:late", "estate:interest", "estate:subordinate")
"""In the order in which they are paid, each when the one before is whole."""


@dataclass(frozen=True, slots=True)
class Came:
    """What came to the estate, or was taken out of it, in minor units of the reporting currency."""

    source: str
    """`amount`, `pools`, `policies` or `reserves`; `costs`, `pool_costs` and `prior_claims` are taken."""
    minor: int


def share_estate(books: Books, terms: Terms, rates: Rates) -> None:
    """Collect the estate, and share it among the lines and the other creditors.

    Makes   estate_award, estate_pool, estate_source, estate_other, and rows of step
    Holds   distributable = awarded + overpaid + surplus + residue; no line gets more than it has room for
    """
    estate = terms.estate
    assert estate is not None
    came = list(_came(books, terms, estate, rates))
    for part in came:
        books.insert("estate_source", part.source, part.minor)
    gross = sum(part.minor for part in came[:4])
    costs = min(sum(part.minor for part in came[4:]), gross)
    first = int(books.value("select max(step_no) + 1 from step"))
    for place, step in enumerate(STEPS):
        books.insert("step", first + place, step, False)
    books.run(RELATIONS / "estate_line.sql", reduces=terms.compensation_reduces_claim)
    if estate.other_claims:
        books.insert("estate_line", -1, -1, 0, 0, estate.other_claims, estate.other_claims, False, False)
    if estate.interest is not None:
        interest = estate.interest
        books.run(
            RELATIONS / "estate_interest.sql", numerator=str(interest.numerator), denominator=str(interest.denominator)
        )
    distributable = gross - costs
    others = _others_behind(books, estate, distributable)
    surplus = _level(books, terms, distributable, others, first)
    books.run(RELATIONS / "estate_award.sql", first=first)
    claimed, awarded, overpaid, lines = books.rows(
        "select (select coalesce(sum(weight), 0)::varchar from estate_line), coalesce(sum(entitled), 0)::varchar, "
        "(select coalesce(sum(paid), 0)::varchar from estate_paid where is_out), count(*) from estate_share"
    )[0]
    had = int(books.value("select coalesce(sum(entitled), 0)::varchar from estate_share where is_out"))
    excess = min(int(overpaid) - had, max(distributable - int(awarded), 0))
    # As of every pool: of those who had no more than their share, where anybody else claims anything.
    rest = int(books.value("select coalesce(sum(weight), 0)::varchar from estate_line where not is_out"))
    there = max(distributable - int(overpaid), 0) if rest else distributable
    dividend = dividend_of(there, rest or int(claimed))
    books.insert(
        "estate_pool", ESTATE_POOL, "estate", terms.currency_no, gross, costs, 0, distributable, claimed, excess,
        surplus, dividend and dividend.numerator, dividend and dividend.denominator, awarded, lines,
    )  # fmt: skip
    residue = distributable - int(awarded) - excess - surplus
    assert 0 <= residue < max(lines, 1), f"the estate leaves {residue} of {lines} lines"
    books.execute("drop table estate_share")
    books.execute("drop table estate_line")


def _came(books: Books, terms: Terms, estate: Estate, rates: Rates) -> Iterator[Came]:
    surplus = 0
    for asset_no, units in books.rows("select asset_no, surplus::varchar from pool where surplus > 0 order by pool_no"):
        rate = rates.get((asset_no, COMMENCEMENT))
        surplus += 0 if rate is None else divide_half_even(int(units) * rate.numerator, rate.denominator)
    yield Came("amount", estate.minor)
    yield Came("pools", surplus)
    yield Came("policies", _from_policies(books, terms))
    yield Came("reserves", sum(reserve.minor for reserve in terms.reserves if not reserve.ring_fenced))
    yield Came("costs", sum(cost.minor for cost in terms.estate_costs))
    yield Came("pool_costs", int(books.value("select coalesce(sum(minor), 0)::varchar from cost_excess")))
    yield Came("prior_claims", estate.prior_claims)


def _from_policies(books: Books, terms: Terms) -> int:
    """All that policies in favour of the estate have paid; in a projection what they owe."""
    policies = [policy for policy in terms.policies if not policy.pays_holders]
    if not terms.projection:
        return sum(policy.received_minor for policy in policies)
    owed = dict(books.rows("select source, sum(due_minor)::varchar from coverage where event <> '' group by source"))
    return sum(int(owed.get(policy.name, 0)) for policy in policies)


def _others_behind(books: Books, estate: Estate, distributable: int) -> int | None:
    """What the other creditors get where a share of what is divided is the holders' alone; None where none is."""
    share = estate.customers_first
    if not share.numerator:
        return None
    weight, room = map(int, books.rows(HOLDERS)[0])
    alone = min(distributable * share.numerator // share.denominator, room)
    rest, claimed = distributable - alone, weight - alone + estate.other_claims
    behind = rest * estate.other_claims // max(claimed, 1)
    return min(max(behind, distributable - room), estate.other_claims)


def _level(books: Books, terms: Terms, distributable: int, others: int | None, first: int) -> int:
    """Divide among those who had no more than their share; give what is left when every step is whole."""
    books.run(RELATIONS / "estate_paid.sql", first=first)
    is_largest = terms.rounding is Rounding.LARGEST_REMAINDER
    surplus = _divide(books, terms, distributable, others, is_largest=False)
    books.execute(
        "create or replace table estate_ordinary as "
        "select account_no, asset_no, part, tier, entitled from estate_share"
    )
    if is_largest:
        surplus = _divide(books, terms, distributable, others, is_largest=True)
    if books.value("select count(*) from estate_paid"):
        out = 0
        while True:
            books.run(RELATIONS / "estate_out.sql")
            had, now = books.rows(
                "select coalesce(sum(paid), 0)::varchar, count(*) from estate_paid where is_out"
            )[0]
            if now == out:
                break
            out = now
            surplus = _divide(books, terms, max(distributable - int(had), 0), others, is_largest=is_largest)
        books.run(RELATIONS / "estate_outpaid.sql")
    books.execute("drop table estate_ordinary")
    return surplus


def _divide(books: Books, terms: Terms, distributable: int, others: int | None, *, is_largest: bool) -> int:
    """Fill estate_tier and estate_share; give what is left when every step is whole."""
    if not terms.compensation_reduces_claim:
        books.execute("update estate_line set is_capped = false where is_capped")
    if others is not None:
        books.execute(BEHIND, {"room": str(min(others, distributable))})
    books.execute("delete from estate_tier")
    left, is_whole = distributable, True
    for tier in range(len(STEPS)):
        whole = int(books.value(WHOLE, {"tier": tier}))
        if is_whole and left >= whole:
            books.insert("estate_tier", tier, True, 0, 1, is_largest)
            left -= whole
            continue
        payable, claimed = _dividend(books, tier, left if is_whole else 0)
        books.insert("estate_tier", tier, False, payable, max(claimed, 1), is_largest)
        is_whole = False
    books.run(RELATIONS / "estate_share.sql")
    if is_largest:
        books.run(RELATIONS / "estate_remainder.sql")
    return left if is_whole else 0


def _dividend(books: Books, tier: int, there: int) -> tuple[int, int]:
    """Where the exact dividend is that gives nobody more than he has room for: what is shared, and by which weights."""
    while True:
        rooms, weights = books.rows(OPEN, {"tier": tier})[0]
        payable, claimed = there - int(rooms), int(weights)
        terms = {"tier": tier, "payable": str(payable), "claimed": str(max(claimed, 1))}
        if not books.value(TOO_MUCH, terms):
            return payable, claimed
        books.execute(CAP, terms)


HOLDERS = """
    select coalesce(sum(weight), 0)::varchar, coalesce(sum(room), 0)::varchar
    from estate_line
    where tier = 0 and account_no >= 0
"""
BEHIND = """
    update estate_line set room = $room::decimal(38, 0), is_capped = true where account_no < 0 and tier = 0
"""
WHOLE = """
    select coalesce(sum(least(weight, room)), 0)::varchar from estate_line where tier = $tier and not is_out
"""
OPEN = """
    select coalesce(sum(room) filter (where is_capped), 0)::varchar,
           coalesce(sum(weight) filter (where not is_capped), 0)::varchar
    from estate_line
    where tier = $tier and not is_out
"""
_ABOVE = """
    tier = $tier and not is_out and not is_capped and room < weight
    and scaled_floor(weight, $payable::decimal(38, 0), $claimed::decimal(38, 0)) > room
"""
TOO_MUCH = f"select count(*) from estate_line where {_ABOVE}"  # noqa: S608  text of ours
CAP = f"update estate_line set is_capped = true where {_ABOVE}"  # noqa: S608  text of ours
