"""What may each line claim of a compensation fund that caps what a holder gets, takes off debts, or leaves some out?

A fund that answers for everybody alike claims nothing here. One with caps looks at a holder as one person, over all of
his accounts: what he owes is taken off first, then his claims to fiat are cut to their own cap, then all he claims to
the cap, each cut in proportion and rounded down, so that no cut claim ever passes a cap. What the fund then pays of the
cut claims is the waterfall's work.

Source: Rules section 9; the Japan Investor Protection Fund pays by such caps (FIEA art. 79-57, Enforcement Order art.
18-12), the Securities Investor Protection Corporation too (15 USC 78fff-3(a)).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from administrator.losses import Peril
from ledgers.display import display
from ledgers.models import Finding, Severity
from ledgers.units import format_units

if TYPE_CHECKING:
    from ledgers.storage.books import Books

RELATIONS = Path(__file__).parent / "relations"
UNVALUED = """
    select account.account, asset.asset, asset.decimals, (-book.units)::varchar, source.source, book."row",
           count(*) over ()
    from book
    join account using (account_no)
    join asset using (asset_no)
    left join source on source.source_no = book.source_no
    left join rate on rate.asset_no = book.asset_no and rate.price_set = 'commencement'
    where book.units < 0 and rate.asset_no is null
    order by book.account_no, book.asset_no limit 1
"""


@dataclass(frozen=True, slots=True)
class Reserve:
    """A fund that answers for losses of some perils."""

    name: str
    minor: int
    covers: frozenset[Peril]
    ring_fenced: bool
    cap_minor: int | None
    """The most that one holder gets of it; None: no cap."""
    cap_fiat_minor: int | None
    """Of that, the most for claims to fiat."""
    deducts_debts: bool
    """Whether what a holder owes is taken off his claims before they are capped."""
    excludes: frozenset[str]
    """Kinds of account that get nothing of it."""

    @property
    def is_cut(self) -> bool:
        """Whether what lines may claim of it is less than what they lost, for anybody."""
        return bool(
            self.cap_minor is not None or self.cap_fiat_minor is not None or self.deducts_debts or self.excludes
        )


@dataclass(frozen=True, slots=True)
class ReserveClaims:
    """What is claimed of a fund, in minor units of the reporting currency."""

    unmet_minor: int
    """Unmet bases of accounts that are not left out, before any cut."""
    claimed_minor: int
    """After the cuts: what the fund shares among."""


def cut_claims(books: Books, reserve: Reserve, step_no: int) -> ReserveClaims:
    """Cut the claims of one step to what the fund pays at most, holder by holder.

    Reads   compensation_claim of the step, as the bases make it
    Makes   compensation_claim anew, rows of reserve_claim and reserve_holder; nothing where the fund cuts nothing
    Holds   no holder claims more than his cap, no line more than its unmet bases
    """
    if reserve.is_cut:
        books.execute("delete from reserve_term")
        books.execute("delete from reserve_exclusion")
        books.insert("reserve_term", step_no, reserve.cap_minor, reserve.cap_fiat_minor, reserve.deducts_debts)
        for kind in sorted(reserve.excludes):
            books.insert("reserve_exclusion", step_no, kind)
        books.run(RELATIONS / "reserve_claim.sql")
        unmet = _sum(books, "uncut_minor", "reserve_claim", step_no)
        above = books.value("select count(*) from reserve_holder where claim_minor > cap_minor")
        assert above == 0, f"reserve {step_no}: {above} holders claim above their caps"
    claimed = int(books.value("select coalesce(sum(claim_minor), 0)::varchar from compensation_claim"))
    return ReserveClaims(unmet if reserve.is_cut else claimed, claimed)


def _sum(books: Books, column: str, relation: str, step_no: int) -> int:
    return int(
        books.value(
            f"select coalesce(sum({column}), 0)::varchar from {relation} where step_no = $step_no",  # noqa: S608
            {"step_no": step_no},
        )
    )


def about_reserves(books: Books, reserves: tuple[Reserve, ...]) -> Iterator[Finding]:
    """Say where a debt that should be taken off a holder's claims has no price."""
    names = [f'"{display(reserve.name)}"' for reserve in reserves if reserve.deducts_debts]
    for account, asset, decimals, units, source, row, others in books.rows(UNVALUED) if names else ():
        quantity = format_units(int(units), decimals)
        place = f"{source}:{row}" if source is not None else "case.toml"
        yield Finding(
            "debt-unvalued",
            Severity.WARNING,
            f'{place}: quantity "-{quantity}" of account "{display(account)}": a debt in {display(asset)}, which has '
            f"no price at commencement, is not taken off what {', '.join(names)} pays; such debts: {others}.",
            'Add a price of price_set "commencement".',
            f"account {account}",
            asset,
            quantity,
            source or "case.toml",
            row,
            "quantity",
        )
