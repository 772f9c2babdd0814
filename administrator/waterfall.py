"""Who gets what: the one interpreter, from pools in kind through policies to reserves.

It is given terms and relations, and walks the same steps under every law: each pool is shared by its tiers; what a line
still lacks at commencement value is its loss, split over the events that made it; policies answer for those events in
the order of their retentions, then reserves in the order of the case. The lines, millions of them, are divided by the
relations beside it; here is only the order, and the few whole numbers each step shares out.

It does not decide what a claim is (claims), what a pool holds (estate), what an insurer owes (insurance), or what is
paid now rather than withheld (plan_line).
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from administrator.advances import make_advances
from administrator.allocation import Rounding
from administrator.estate import PoolGross, Pools, make_pools
from administrator.events import Losses
from administrator.insurance import Cover, Refused, cover
from administrator.reserve import cut_claims
from administrator.terms import Terms
from administrator.valuation import COMMENCEMENT, Rates
from ledgers.units import divide_half_even

if TYPE_CHECKING:
    from ledgers.storage.books import Books

RELATIONS = Path(__file__).parent / "relations"

RETURN_STEPS = ("return", "return:late", "return:subordinate")
"""The step of each tier of claims, by tier."""


def share_pools(books: Books, terms: Terms, rates: Rates, *, is_all_booked: bool) -> Pools:
    """Make every pool and award its lines in kind (rules 8).

    Args:
        is_all_booked: every claim is a balance as it was handed over.

    Makes   pool(asset_no key, gross, costs, holdback, distributable, claimed, surplus units, dividend_numerator,
            dividend_denominator null), pool_tier, award, pool_award(asset_no key, awarded)
    Holds   distributable = awarded + surplus + residue, the residue less than the number of lines
    """
    made = make_pools(_grosses(books, terms, rates), terms.pool_costs, terms.holdback)
    for pool in made.pools:
        dividend = pool.dividend
        books.insert(
            "pool",
            pool.asset_no,
            pool.gross,
            pool.costs,
            pool.holdback,
            pool.distributable,
            pool.claimed,
            pool.surplus,
            dividend and dividend.numerator,
            dividend and dividend.denominator,
        )
        for tier in pool.tiers:
            books.insert(
                "pool_tier",
                pool.asset_no,
                tier.tier,
                tier.payable,
                tier.claimed,
                terms.rounding is Rounding.LARGEST_REMAINDER,
            )
    books.run(RELATIONS / "award.sql")
    if terms.rounding is Rounding.LARGEST_REMAINDER:
        books.run(RELATIONS / "award_remainder.sql")
    if books.is_bulk and is_all_booked and terms.rounding is Rounding.FLOOR:
        from administrator import plan_columns

        plan_columns.make_pool_awards(books)
    else:
        books.run(RELATIONS / "pool_award.sql")
    broken = books.rows(
        "select asset_no from pool join pool_award using (asset_no) where distributable - surplus - awarded < 0 or "
        "distributable - surplus - awarded >= greatest(lines, 1)"
    )
    assert not broken, f"pools {broken} do not sum"
    return made


def _grosses(books: Books, terms: Terms, rates: Rates) -> list[PoolGross]:
    """What each pool holds: for customers, the guarantee where it is in the pool, and recoveries, traced ones too."""
    claimed: dict[int, dict[int, int]] = {}
    for asset_no, tier, units in books.rows(
        "select asset_no, tier, sum(claim_units)::varchar from share_line group by asset_no, tier order by all"
    ):
        claimed.setdefault(asset_no, {})[tier] = int(units)
    grosses = []
    held_rows = books.rows(
        "select total.asset_no, total.held_customer::varchar, total.held_guarantee::varchar, "
        "coalesce(sum(recovery.units), 0)::varchar, coalesce((select sum(traced.units) from traced_recovery as traced "
        "where traced.is_pooled and traced.asset_no = total.asset_no), 0)::varchar "
        "from holding_total as total left join recovery on "
        "recovery.asset_no = total.asset_no and (recovery.pool is null or recovery.pool = '' or recovery.pool = "
        "(select asset.asset from asset where asset.asset_no = total.asset_no)) "
        "group by total.asset_no, total.held_customer, total.held_guarantee order by total.asset_no"
    )
    lent = make_advances(books, terms.advances, {asset_no: int(units) for asset_no, _, _, units, _ in held_rows})
    for asset_no, held, guarantee, recovered, traced in held_rows:
        pooled = int(held) + (int(guarantee) if terms.guarantee_in_pool else 0) + int(recovered) + int(traced)
        gross = max(pooled + lent.get(asset_no, 0), 0)
        rate = rates.get((asset_no, COMMENCEMENT))
        value = None if rate is None else divide_half_even(gross * rate.numerator, rate.denominator)
        grosses.append(PoolGross(asset_no, gross, value, rate, claimed.get(asset_no, {})))
    return grosses


def compensate(books: Books, terms: Terms, losses: Losses) -> None:
    """Let policies, then reserves, meet what the pools left unpaid (rules 9).

    Makes   base, compensation(account_no, asset_no, part, step_no, claim_minor, entitled), step(step_no, step),
            coverage
    Holds   no line gets more than its loss; a step gives what was there for it, less residue and what is left over
    """
    for asset_no, gross, claimed, lost in books.rows(
        "select asset_no, pool.gross::varchar, pool.claimed::varchar, sum(loss_item.units)::varchar "
        "from pool join loss_item using (asset_no) group by asset_no, pool.gross, pool.claimed "
        "having sum(loss_item.units) > 0 order by asset_no"
    ):
        books.insert("compensable", asset_no, gross, claimed, lost)
    books.run(RELATIONS / "base.sql")
    for tier, name in enumerate(RETURN_STEPS):
        books.insert("step", tier, name)
    step_no = len(RETURN_STEPS)
    for policy in sorted(terms.policies, key=lambda policy: (policy.retention_minor, policy.position)):
        books.insert("step", step_no, f"insurance:{policy.name}")
        for answer in cover(policy, losses.events, terms.projection):
            _pay_event(books, terms, losses, answer, step_no)
        step_no += 1
    for reserve in terms.reserves:
        books.insert("step", step_no, f"reserve:{reserve.name}")
        _claim_step(books, sorted({item.item_no for item in losses.items if item.peril in reserve.covers}))
        claims = cut_claims(books, reserve, step_no)
        given = _pay_step(books, terms, step_no, reserve.minor) if reserve.ring_fenced else 0
        books.insert(
            "coverage",
            reserve.name,
            "",
            claims.unmet_minor,
            False,
            claims.claimed_minor,
            False,
            reserve.minor,
            reserve.minor,
            claims.claimed_minor,
            given,
            None if reserve.ring_fenced else Refused.ESTATE.value,
        )
        step_no += 1


def _pay_event(books: Books, terms: Terms, losses: Losses, answer: Cover, step_no: int) -> None:
    """Share what a policy has paid for one event among the lines it covers."""
    policy = answer.policy
    items = sorted(
        {
            item.item_no
            for item in losses.items
            if item.event == answer.event.event and policy.answers(item.peril, item.custody)
        }
    )
    given, unmet = 0, _unmet(books, items)
    if policy.pays_holders and answer.received_minor > 0:
        _claim_step(books, items)
        given = _pay_step(books, terms, step_no, answer.received_minor)
    books.insert(
        "coverage",
        policy.name,
        answer.event.event,
        answer.ground_up_minor,
        answer.is_ground_up_partial,
        answer.covered_minor,
        answer.is_covered_partial,
        answer.due_minor,
        answer.received_minor,
        unmet,
        given,
        None if answer.reason is None else answer.reason.value,
    )


def _unmet(books: Books, items: list[int]) -> int:
    return int(
        books.value(
            "select coalesce(sum(base - met), 0)::varchar from base "
            "where item_no in (select unnest($items::integer[]))",
            {"items": items},
        )
    )


def _claim_step(books: Books, items: list[int]) -> None:
    """Let every line claim its unmet bases of these items."""
    books.execute("delete from step_item")
    for item_no in items:
        books.insert("step_item", item_no)
    books.run(RELATIONS / "compensation_claim.sql")


def _pay_step(books: Books, terms: Terms, step_no: int, minor: int) -> int:
    """Share a sum among what is claimed of the step, and give what was shared out."""
    claimed = int(books.value("select coalesce(sum(claim_minor), 0)::varchar from compensation_claim"))
    if claimed == 0 or minor == 0:
        return 0
    books.execute("delete from step_term")
    books.insert("step_term", step_no, min(minor, claimed), claimed, terms.rounding is Rounding.LARGEST_REMAINDER)
    books.run(RELATIONS / "compensation_award.sql")
    given = int(books.value("select coalesce(sum(entitled), 0)::varchar from compensation_award"))
    assert given <= minor, f"step {step_no} gives {given} of {minor}"
    return given
