"""Who chose what of the plan, and who is done with a share that is fixed?

A plan may let each holder choose between treatments: an early lump sum, final, or a share of what will be there (Mt.
Gox: 21 % of what was left of a claim, and the rest given up). Whoever chooses a fixed share gets no more than it of
what he claims of a pool; his claims stay among those that share, so that nobody else gains or loses by what he chose,
and what he gives up stays in the pool as surplus. He is done: no policy, reserve or estate pays him beside it.

The share is a most, not a promise: where the pool gives less to everybody, it gives him no more than the others.

Sources:
    Mt. Gox: outline of the draft rehabilitation plan, 12 January 2021: whoever takes the early lump sum gives up the
    rest of his claim; it is not deducted from what the others share, and his balance stays in the denominator.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ledgers.display import display
from ledgers.models import Finding, Severity
from ledgers.units import Ratio, format_units

if TYPE_CHECKING:
    from ledgers.storage.books import Books

RELATIONS = Path(__file__).parent / "relations"


@dataclass(frozen=True, slots=True)
class Election:
    """A choice that the plan gives."""

    name: str
    share: Ratio | None
    """The most of a claim that whoever chose it gets of a pool, for good; None: as much as the others."""


def find_elected(books: Books, elections: Sequence[Election]) -> Iterator[Finding]:
    """Find who chose a fixed share; whoever chose what case.toml does not know stops the run.

    Makes   election(election, numerator, denominator null), elected, as elected.sql says
    """
    for chosen in elections:
        share = chosen.share
        books.insert("election", chosen.name, share and share.numerator, share and share.denominator)
    books.run(RELATIONS / "elected.sql")
    for election, accounts, account, where, row in books.rows(UNDECLARED):
        more = f" and {accounts - 1} more" if accounts > 1 else ""
        yield Finding(
            "election-undeclared",
            Severity.BLOCKING,
            f'{where}:{row}: election "{display(election)}" of account "{display(account)}"{more} is no choice that '
            "case.toml knows.",
            "Add it as [[elections]] with its name and share, or correct the table.",
            subject=f"election {election}",
            source=where,
            row=row,
            column="election",
        )


UNDECLARED = """
    select account.election, count(*), min(account.account), arg_min(source.source, account.account),
           arg_min(account."row", account.account)
    from account
    join source using (source_no)
    anti join election using (election)
    where account.election <> '' and account.kind <> 'house'
    group by account.election
    order by account.election
"""


def about_elected(books: Books) -> Iterator[Finding]:
    """What was given up in each pool, and shares that are more than a pool gives."""
    for pool, asset, decimals, lines, forgone, short in books.rows(GIVEN_UP):
        if int(forgone):
            quantity = format_units(int(forgone), decimals)
            yield Finding(
                "election-forgone",
                Severity.NOTE,
                f"case.toml: [[elections]] give up {quantity} {display(asset)} of the pool {display(pool)} on {lines} "
                f"line{'' if lines == 1 else 's'}: their shares are final, and what is above them is surplus.",
                "See that the plan says whose it is.",
                subject=f"pool {pool}",
                asset=asset,
                quantity=quantity,
                source="case.toml",
                column="share",
            )
        if short:
            yield Finding(
                "election-above-dividend",
                Severity.WARNING,
                f"case.toml: [[elections]] share is more than the pool {display(pool)} gives on {short} "
                f"line{'' if short == 1 else 's'} of whoever chose it: they get what the others get.",
                "Lower the holdback, or the share that is promised; a later round makes up for it as far as there is "
                "enough.",
                subject=f"pool {pool} share",
                asset=asset,
                source="case.toml",
                column="share",
            )


GIVEN_UP = """
    select pool.pool, asset.asset, asset.decimals, count(*), sum(before.entitled - award.entitled)::varchar,
           count(*) filter (where before.entitled < scaled_floor(before.claim_units, elected.numerator,
                                                                 elected.denominator))
    from award_ordinary as before
    join award_shared as award using (account_no, asset_no, part, tier)
    join elected using (account_no)
    join pool on pool.pool_no = before.pool_no
    join asset on asset.asset_no = pool.asset_no
    where before.tier >= 0
    group by pool.pool_no, pool.pool, asset.asset, asset.decimals
    order by pool.pool_no
"""
