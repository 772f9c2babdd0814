"""Who had more before than he is entitled to, and how do the others share what that leaves?

Entitlement is for all rounds together (rules 12). Where somebody was paid more than his share, elsewhere or before his
claim was cut down, he is left out with what he had, and the rest is divided anew among the others: the exact dividend
at which the payments fit. Each that goes lowers the dividend of the rest, so who is out stays out, and whoever goes
first the same are out in the end. What he had above his share is a receivable; nobody is paid out of it before it is
back.

Sources:
    Bankruptcy Act of Japan (Act No. 75 of 2004) arts. 109, 201(4), 213: a creditor paid abroad waits for the others,
    and one who was passed over in an interim distribution is paid first in the next.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from administrator.allocation import Rounding
from administrator.pools import Pool, dividend_of, share_tiers
from administrator.terms import Terms

if TYPE_CHECKING:
    from ledgers.storage.books import Books

RELATIONS = Path(__file__).parent / "relations"


def level_pools(books: Books, terms: Terms, pools: Sequence[Pool]) -> tuple[Pool, ...]:
    """Divide every pool among those who had no more than their share.

    Args:
        pools: as the relations `pool` and `pool_tier` have them.

    Makes   award, outpaid(pool_no, account_no, asset_no, paid): who had more; pool and pool_tier anew for their pools
    Holds   distributable = awarded + overpaid + surplus + residue; what a fixed share gives up is surplus
    """
    books.execute("insert into pool_tier_ordinary select pool_no, tier, payable, claimed from pool_tier")
    levelled = {pool.pool_no: pool for pool in pools}
    if books.value("select count(*) from paid_sum"):
        books.run(RELATIONS / "pool_paid.sql")
        books.run(RELATIONS / "outpaid_without_claim.sql")
        _share_out(books, terms)
        out = -1
        while out != (out := int(books.value("select count(*) from outpaid"))):
            levelled |= _without_outpaid(books, levelled)
            _share_out(books, terms)
            books.run(RELATIONS / "outpaid.sql")
    else:
        _share_out(books, terms)
    books.run(RELATIONS / "award_out.sql")
    return tuple(_with_overpaid(books, levelled))


def _share_out(books: Books, terms: Terms) -> None:
    books.run(RELATIONS / "award.sql")
    if terms.rounding is Rounding.LARGEST_REMAINDER:
        books.run(RELATIONS / "award_remainder.sql")
    if books.value("select count(*) from elected"):
        books.run(RELATIONS / "award_elected.sql")


def _without_outpaid(books: Books, pools: dict[int, Pool]) -> dict[int, Pool]:
    """The pools that somebody had too much of, as the others share them; `pool_tier` anew for them."""
    claims: dict[int, dict[int, int]] = {}
    for pool_no, tier, claimed in books.rows(
        "with gone as (select pool_line.pool_no, pool_line.tier, sum(pool_line.weight) as weight from pool_line "
        "semi join outpaid using (pool_no, account_no, asset_no) group by pool_line.pool_no, pool_line.tier) "
        "select whole.pool_no, whole.tier, (whole.claimed - coalesce(gone.weight, 0))::varchar "
        "from pool_tier_ordinary as whole left join gone using (pool_no, tier) "
        "where whole.pool_no in (select pool_no from outpaid) order by all"
    ):
        claims.setdefault(pool_no, {})[tier] = int(claimed)
    shared = {}
    for pool_no, paid in books.rows(
        "select pool_no, sum(paid)::varchar from outpaid group by pool_no order by pool_no"
    ):
        pool, rest = pools[pool_no], claims.get(pool_no, {})
        there = max(pool.distributable - int(paid), 0)
        tiers, surplus = share_tiers(there, rest)
        claimed = sum(rest.values())
        dividend = dividend_of(there, claimed) if claimed else pool.dividend
        shared[pool_no] = replace(pool, tiers=tiers, surplus=surplus, dividend=dividend)
        for tier in tiers:
            books.execute(
                "update pool_tier set payable = ?, claimed = ? where pool_no = ? and tier = ?",
                [str(tier.payable), str(tier.claimed), pool_no, tier.tier],
            )
    return shared


def _with_overpaid(books: Books, pools: dict[int, Pool]) -> list[Pool]:
    """The pools with what lies with holders who had too much, and what others gave up, in `pool` too."""
    forgone = {
        pool_no: int(units)
        for pool_no, units in books.rows(
            "select pool_no, sum(before.entitled - award.entitled)::varchar from award_ordinary as before "
            "join award_shared as award using (account_no, asset_no, part, tier, pool_no) group by pool_no"
        )
    }
    excess: dict[int, tuple[int, int]] = {}
    for pool_no, paid, entitled in books.rows(
        "with had as (select pool_no, sum(paid) as paid from outpaid group by pool_no), "
        "due as (select pool_no, sum(entitled) as entitled from award_out group by pool_no) "
        "select had.pool_no, had.paid::varchar, coalesce(due.entitled, 0)::varchar "
        "from had left join due using (pool_no) order by had.pool_no"
    ):
        excess[pool_no] = int(paid), int(entitled)
    found = []
    for shared in pools.values():
        pool = replace(shared, surplus=shared.surplus + forgone.get(shared.pool_no, 0))
        if pool.pool_no in excess:
            paid, entitled = excess[pool.pool_no]
            # Where more was paid than is there the others get nothing, and only what is there is of the pool.
            pool = replace(pool, overpaid=max(min(paid, pool.distributable) - entitled, 0))
        if pool.pool_no in excess or pool.pool_no in forgone:
            dividend = pool.dividend
            books.execute(
                "update pool set overpaid = ?, surplus = ?, dividend_numerator = ?, dividend_denominator = ? "
                "where pool_no = ?",
                [str(pool.overpaid), str(pool.surplus), dividend and str(dividend.numerator),
                 dividend and str(dividend.denominator), pool.pool_no],
            )  # fmt: skip
        found.append(pool)
    return found


def level_step(books: Books, step_no: int, available: int) -> int:
    """Cut what others get in one step of compensation where somebody had more of it before than he is entitled to.

    Their shares are cut in proportion, rounded down once more, so that never more than `available` is paid in all; the
    losses that are met by them fall too, the last event first.

    Args:
        available: what the step has for holders over all rounds, in minor units.

    Makes   compensation and base anew, where somebody had too much

    Returns:
        By how much the shares fell together, in minor units.
    """
    if not books.value(
        "select count(*) from paid_sum join step using (step) where step.step_no = $step_no", {"step_no": step_no}
    ):
        return 0
    books.run(RELATIONS / "step_paid.sql", step_no=step_no)
    while True:
        rest, had, out = books.rows(
            "select coalesce(sum(share) filter (where not is_out), 0)::varchar, "
            "coalesce(sum(paid) filter (where is_out), 0)::varchar, count(*) filter (where is_out) from step_holder"
        )[0]
        there = max(available - int(had), 0)
        if not out or there >= int(rest):
            there = int(rest)
        books.run(RELATIONS / "step_level.sql", there=str(there), rest=rest)
        if books.value("select count(*) filter (where is_out) from step_holder") == out:
            break
    if not out:
        return 0
    books.run(RELATIONS / "step_levelled.sql", step_no=step_no)
    return int(books.value("select sum(share - entitled)::varchar from step_line") or 0)
