"""Who is paid, where a claim changed hands?

What a claim is entitled to does not depend on who owns it: price and buyer are nothing to the pool. So pools, caps and
rounds know only the account that the claim arose on, and what its lines are paid now is divided here among those who
hold it on the record date. Each assignment must come from whoever holds that much at its time: the chain of title is
walked from the account's holder, one assignment after the other. Where it breaks, nobody is paid until somebody says
whose the claim is.

Sources:
    Civil Code of Japan (Act No. 89 of 1896) arts. 466, 467; Bankruptcy Act of Japan (Act No. 75 of 2004) art. 113 (the
    register follows the assignment); record dates and notice periods as in the distributions of FTX (2025).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from administrator.allocation import spread
from administrator.findings import BLOCKING, NOTE, WARNING
from ledgers.display import display
from ledgers.models import Finding
from ledgers.units import divide_half_even, format_units

if TYPE_CHECKING:
    from ledgers.storage.books import Books

RELATIONS = Path(__file__).parent / "relations"
ASSIGNMENTS = """
    select assignment.claim_account_no, assignment.asset_no, account.account,
           coalesce(nullif(account.holder, ''), account.account), asset.asset, asset.decimals,
           (coalesce(claim_units.allowed + claim_units.disputed + claim_units.unclaimed, 0)
            + coalesce(gone.units, 0))::varchar,
           assignment.units::varchar, assignment.from_holder, assignment.to_holder, assignment."at", source.source,
           assignment."row"
    from assignment
    join account on account.account_no = assignment.claim_account_no
    join asset on asset.asset_no = assignment.asset_no
    join source on source.source_no = assignment.source_no
    left join claim_units on claim_units.account_no = assignment.claim_account_no
        and claim_units.asset_no = assignment.asset_no
    left join (
        select account_no, asset_no, sum(set_off) as units from set_off where not is_debt group by account_no, asset_no
    ) as gone on gone.account_no = assignment.claim_account_no and gone.asset_no = assignment.asset_no
    order by assignment.claim_account_no, assignment.asset_no, assignment."at", source.source, assignment."row"
"""
LINES = """
    select line.account_no, line.claim_asset_no, line.part, line.step_no, line.pay_asset_no,
           greatest(line.entitled - line.paid_before, 0)::varchar, reason_name.reason, rate.numerator::varchar,
           rate.denominator::varchar, title.place, title.units::varchar, title.paid_to_no, paid_to.hold,
           not term.has_payees or exists (
               select 1 from payee where payee.account_no = title.paid_to_no
                   and (payee.asset_no is null or payee.asset_no = line.pay_asset_no
                        or payee.asset_no in (select in_no from payout where of_no = line.pay_asset_no)))
    from plan_units as line
    join title on title.account_no = line.account_no and title.asset_no = line.claim_asset_no
    cross join term
    left join account as paid_to on paid_to.account_no = title.paid_to_no
    left join reason_name using (reason_no)
    left join rate on rate.asset_no = line.pay_asset_no and rate.price_set = 'commencement'
    where line.entitled > line.paid_before
    order by line.account_no, line.claim_asset_no, line.part, line.step_no, line.pay_asset_no, title.place
"""


@dataclass(slots=True)
class Chain:
    """Who holds how much of one claim, walked up to some assignment."""

    account_no: int
    asset_no: int
    held: dict[str, int]
    since: dict[str, datetime]


def make_titles(books: Books, record_until: datetime | None) -> Iterator[Finding]:
    """Walk the assignments of every claim, and say where a chain of title breaks.

    Args:
        record_until: assignments after this instant are left to later rounds; None: all count.

    Makes   title(account_no, asset_no, place INTEGER, holder VARCHAR, units DECIMAL(38,0), since TIMESTAMP null,
            paid_to_no INTEGER null), key (account_no, asset_no, place): who holds any of a claim that changed hands
    Holds   the units of a claim are those it claims, and before anything was set off: what its first holder owes falls
            on all who hold it; only claims whose chain is whole have rows
    """
    chain: Chain | None = None
    is_broken = False
    later: list[tuple[str, int, datetime]] = []
    for (account_no, asset_no, account, owner, asset, decimals, whole, text, sender, recipient, at, where, row
         ) in books.rows(ASSIGNMENTS):  # fmt: skip
        if chain is None or (chain.account_no, chain.asset_no) != (account_no, asset_no):
            _keep(books, chain, is_broken=is_broken)
            chain, is_broken = Chain(account_no, asset_no, {owner: int(whole)}, {}), False
        if record_until is not None and at > record_until:
            later.append((where, row, at))
            continue
        has = chain.held.get(sender, 0)
        units = has if text is None else int(text)
        if units <= 0 or units > has:
            is_broken = True
            quantity = "all" if text is None else format_units(units, decimals)
            holders = ", ".join(f'"{display(name)}" ({format_units(held, decimals)})'
                                for name, held in sorted(chain.held.items()) if held)  # fmt: skip
            yield Finding(
                "assignment-without-title",
                BLOCKING,
                f'{where}:{row}: from_holder "{display(sender)}" assigns {quantity} of the claim of account '
                f'"{display(account)}" and holds {format_units(has, decimals)} {display(asset)} of it at that time; '
                + (f"it is held by {holders}." if holders else "nothing is claimed there."),
                "Complete the chain of assignments, correct the names or the quantity, or leave the row out.",
                f"account {account}", asset, format_units(units, decimals), where, row, "from_holder",
            )  # fmt: skip
            continue
        chain.held[sender] = has - units
        chain.held[recipient] = chain.held.get(recipient, 0) + units
        chain.since[recipient] = at
    _keep(books, chain, is_broken=is_broken)
    books.run(RELATIONS / "title.sql")
    yield from _about_routes(books)
    for where, row, at in later[:1]:
        others = f", as {len(later) - 1} more are" if len(later) > 1 else ""
        yield Finding(
            "assignment-after-record-date",
            NOTE,
            f'{where}:{row}: at "{at.isoformat()}Z" is after [plan] record_on{others}: this round pays whoever held '
            "the claim then.",
            "Nothing needs doing; a later round with a later record date follows it.",
            subject="assignments", source=where, row=row, column="at",
        )  # fmt: skip


def _keep(books: Books, chain: Chain | None, *, is_broken: bool) -> None:
    if chain is None or is_broken or not chain.since:
        return
    holders = sorted((name, units) for name, units in chain.held.items() if units)
    for name, units in holders:
        books.insert("title_chain", chain.account_no, chain.asset_no, name, units, chain.since.get(name))


def _about_routes(books: Books) -> Iterator[Finding]:
    for where, row, holder, claims in books.rows(
        "select min(source.source), min(assignment.\"row\"), title.holder, "
        "count(distinct (title.account_no, title.asset_no)) from title "
        "join assignment on assignment.to_holder = title.holder "
        "and assignment.claim_account_no = title.account_no and assignment.asset_no = title.asset_no "
        "join source on source.source_no = assignment.source_no "
        "where title.paid_to_no is null group by title.holder order by title.holder limit 1000"
    ):
        yield Finding(
            "assignee-unlisted",
            WARNING,
            f'{where}:{row}: to_holder "{display(holder)}" holds {claims} claim{"" if claims == 1 else "s"} by '
            "assignment and is the holder of no account: nobody can be identified and paid.",
            "Add an account whose holder is this name (and its payee), so that it is identified like any other.",
            subject=f"holder {holder}", source=where, row=row, column="to_holder",
        )  # fmt: skip


def make_title_lines(books: Books) -> None:
    """Divide what each line of an assigned claim is paid now among those who hold it, in proportion to their units.

    Makes   title_line(account_no, claim_asset_no, part, step_no, pay_asset_no, place INTEGER, quantity DECIMAL(38,0)
            units, value_minor DECIMAL(38,0) null, reason VARCHAR null), key (account_no, claim_asset_no, part, step_no,
            pay_asset_no, place)
    Holds   the quantities of a line sum to what it is paid now; units that do not divide go to the largest remainders
    """
    if not books.value("select count(*) from title"):
        return
    line: list[tuple[object, ...]] = []
    key: tuple[int, ...] = ()
    for row in books.rows(LINES):
        if row[:5] != key:
            _divide(books, line)
            key, line = row[:5], []
        line.append(row)
    _divide(books, line)


def _divide(books: Books, rows: list[tuple[object, ...]]) -> None:
    if not rows:
        return
    quantity = int(str(rows[0][5]))
    shares = spread(quantity, [int(str(row[10])) for row in rows])
    for row, share in zip(rows, shares, strict=True):
        withheld, top, bottom, place, _, paid_to, hold, has_route = row[6:]
        value = None if top is None else divide_half_even(share * int(str(top)), int(str(bottom)))
        own = "unlisted" if paid_to is None else str(hold) if hold else None if has_route else "unroutable"
        books.insert("title_line", *row[:5], place, share, value, withheld or own)
