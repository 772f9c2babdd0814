"""Who gets what: the one interpreter, from pools in kind through policies to reserves.

It is given terms and relations, and walks the same steps under every law: each pool is shared by its tiers; what a line
still lacks at commencement value is its loss, split over the events that made it; policies answer for those events in
the order of their retentions, then reserves in the order of the case. The lines, millions of them, are divided by the
relations beside it; here is only the order, and the few whole numbers each step shares out.

It does not decide what a claim is (claims), what a pool holds (estate), what an insurer owes (insurance), or what is
paid now rather than withheld (plan_line).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from administrator.advances import make_advances
from administrator.allocation import Rounding
from administrator.events import Losses
from administrator.insurance import Cover, Refused, cover_all
from administrator.levelling import level_pools, level_step
from administrator.omnibus import split_by_omnibus
from administrator.pools import VALUE_POOL, Pool, PoolGross, Pools, make_pools
from administrator.reserve import ReserveClaims, cut_claims
from administrator.terms import Terms
from administrator.valuation import COMMENCEMENT, Rates, distribution_rate
from ledgers.units import Ratio, divide_half_even

if TYPE_CHECKING:
    from administrator.compensation_columns import BasesByColumn
    from ledgers.storage.books import Books

RELATIONS = Path(__file__).parent / "relations"

RETURN_STEPS = {0: "return", 1: "return:late", 2: "return:subordinate"}
"""The step of each tier of claims, in the order in which they are paid."""
DIVIDEND_STEPS = {-3: "dividend:convenience", -2: "dividend:base", 0: "dividend", 1: "dividend:late",
                  2: "dividend:subordinate"}  # fmt: skip
"""The same where all is one pool by value; small holders and base sums come first where the plan knows them."""


POOL_LINES = {
    (False, False): "pool_line.sql", (True, False): "pool_line_by_value.sql", (False, True): "pool_line_by_omnibus.sql",
}  # fmt: skip
"""By whether all is one pool by value, and whether each omnibus account is a pool of its own."""


def share_pools(books: Books, terms: Terms, rates: Rates, *, is_all_booked: bool) -> Pools:
    """Make every pool and award its lines (rules 8), nobody beyond what levelling leaves him (rules 12).

    Args:
        is_all_booked: every claim is a balance as it was handed over.

    Makes   pool(pool_no key, pool, asset_no, gross, costs, holdback, distributable, claimed, overpaid, surplus units,
            dividend_numerator, dividend_denominator null), pool_line, pool_tier, award,
            pool_award(pool_no key, awarded)
    Holds   distributable = awarded + overpaid + surplus + residue, the residue less than the number of lines
    """
    if terms.is_by_omnibus:
        books.run(RELATIONS / "omnibus.sql")
    books.run(RELATIONS / POOL_LINES[terms.is_by_value, terms.is_by_omnibus])
    if terms.has_first:
        books.run(
            RELATIONS / "pool_line_first.sql", convenience=str(terms.convenience_minor), base=str(terms.base_minor)
        )
    in_kind = _grosses(books, terms, rates)
    if terms.is_by_value:
        costs = [replace(cost, asset_no=terms.currency_no) for cost in terms.pool_costs]
        made = make_pools([_gross_by_value(books, terms, rates, in_kind)], costs, terms.holdback)
        made = replace(made, unsold=_unsold(terms, rates, in_kind))
    else:
        if terms.is_by_omnibus:
            in_kind = split_by_omnibus(books, in_kind, _claimed_by_tier(books), rates)
        made = make_pools(in_kind, terms.pool_costs, terms.holdback)
    for pool in made.pools:
        _keep(books, terms, pool)
    made = replace(made, pools=level_pools(books, terms, made.pools))
    is_plain = is_all_booked and terms.rounding is Rounding.FLOOR and terms.parameters["pooling"] == "per_asset"
    if books.is_bulk and is_plain and not books.value("select count(*) from outpaid"):
        from administrator import plan_columns

        plan_columns.make_pool_awards(books)
    else:
        books.run(RELATIONS / "pool_award.sql")
    broken = books.rows(
        "select pool_no from pool join pool_award using (pool_no) "
        "where distributable - surplus - overpaid - awarded < 0 or "
        "distributable - surplus - overpaid - awarded >= greatest(lines, 1)"
    )
    assert not broken, f"pools {broken} do not sum"
    return made


def _keep(books: Books, terms: Terms, pool: Pool) -> None:
    dividend = pool.dividend
    books.insert(
        "pool", pool.pool_no, pool.name, pool.asset_no, pool.gross, pool.costs, pool.holdback, pool.distributable,
        pool.claimed, pool.overpaid, pool.surplus, dividend and dividend.numerator, dividend and dividend.denominator,
    )  # fmt: skip
    for tier in pool.tiers:
        is_whole = terms.rounding is Rounding.LARGEST_REMAINDER
        books.insert("pool_tier", pool.pool_no, tier.tier, tier.payable, tier.claimed, is_whole)


def _claimed_by_tier(books: Books) -> dict[int, dict[int, int]]:
    claimed: dict[int, dict[int, int]] = {}
    for pool_no, tier, units in books.rows(
        "select pool_no, tier, sum(weight)::varchar from pool_line group by pool_no, tier order by all"
    ):
        claimed.setdefault(pool_no, {})[tier] = int(units)
    return claimed


def _grosses(books: Books, terms: Terms, rates: Rates) -> list[PoolGross]:
    """What is there of each asset: for customers, the guarantee where it is pooled, recoveries less insurers' part."""
    claimed = _claimed_by_tier(books)
    grosses = []
    held_rows = books.rows(
        "select total.asset_no, asset.asset, total.held_customer::varchar, total.held_guarantee::varchar, "
        "greatest(coalesce(sum(recovery.units - coalesce((select sum(had.units) from subrogated as had "
        "where had.recovery = recovery.recovery and had.asset_no = recovery.asset_no), 0)), 0), 0)::varchar, "
        "coalesce((select sum(traced.units) from traced_recovery as traced "
        "where traced.is_pooled and traced.asset_no = total.asset_no), 0)::varchar "
        "from holding_total as total join asset using (asset_no) left join recovery on "
        "recovery.asset_no = total.asset_no and (recovery.pool is null or recovery.pool = '' "
        "or recovery.pool = asset.asset or ($is_by_value and recovery.pool = 'value') "
        "or ($is_by_omnibus and recovery.pool in (select pool from omnibus_pool where asset_no = total.asset_no))) "
        "group by total.asset_no, asset.asset, total.held_customer, total.held_guarantee order by total.asset_no",
        {"is_by_value": terms.is_by_value, "is_by_omnibus": terms.is_by_omnibus},
    )
    lent = make_advances(books, terms.advances, {asset_no: int(units) for asset_no, *_, units, _ in held_rows})
    for asset_no, asset, held, guarantee, recovered, traced in held_rows:
        pooled = int(held) + (int(guarantee) if terms.guarantee_in_pool else 0) + int(recovered) + int(traced)
        gross = max(pooled + lent.get(asset_no, 0), 0)
        rate = rates.get((asset_no, COMMENCEMENT))
        value = None if rate is None else divide_half_even(gross * rate.numerator, rate.denominator)
        grosses.append(PoolGross(asset_no, asset, asset_no, gross, value, rate, claimed.get(asset_no, {})))
    return grosses


def _gross_by_value(books: Books, terms: Terms, rates: Rates, in_kind: Sequence[PoolGross]) -> PoolGross:
    """All that is there, at what it brings; dividends paid before were made out of it."""
    paid = int(
        books.value(
            "select coalesce(sum(units), 0)::varchar from paid_sum where pay_asset_no = $currency_no "
            "and (step = 'dividend' or starts_with(step, 'dividend:'))", {"currency_no": terms.currency_no},
        )
    )  # fmt: skip
    there = paid
    for pool in in_kind:
        rate = distribution_rate(rates, pool.asset_no, terms.currency_no)
        if rate is not None:
            there += divide_half_even(pool.gross * rate.numerator, rate.denominator)
    claimed = _claimed_by_tier(books).get(VALUE_POOL, {})
    return PoolGross(VALUE_POOL, "value", terms.currency_no, there, there, Ratio(1, 1), claimed)


def _unsold(terms: Terms, rates: Rates, in_kind: Sequence[PoolGross]) -> tuple[int, ...]:
    there = (pool.asset_no for pool in in_kind if pool.gross > 0)
    return tuple(asset_no for asset_no in there if distribution_rate(rates, asset_no, terms.currency_no) is None)


IN_KIND = """
    select pool.pool_no, pool.gross::varchar, pool.claimed::varchar, sum(loss_item.units)::varchar
    from pool
    join loss_item on loss_item.asset_no = pool.asset_no and pool.pool_no >= 0
    group by pool.pool_no, pool.gross, pool.claimed
    having sum(loss_item.units) > 0
    order by pool.pool_no
"""
"""What is lost of the asset of each pool, in units; losses are known by asset, whichever of its pools they emptied."""
BY_VALUE = """
    select pool.pool_no, pool.gross::varchar, pool.claimed::varchar,
           sum(scaled_half_even(loss_item.units, rate.numerator, rate.denominator))::varchar
    from pool
    cross join loss_item
    join rate on rate.asset_no = loss_item.asset_no and rate.price_set = 'commencement'
    where pool.pool_no = -1
    group by pool.pool_no, pool.gross, pool.claimed
    having sum(scaled_half_even(loss_item.units, rate.numerator, rate.denominator)) > 0
"""
"""The same of the pool by value, in the currency: what it was worth at commencement."""


def compensate(books: Books, terms: Terms, losses: Losses) -> None:
    """Let policies, then reserves, meet what the pools left unpaid (rules 9).

    Makes   step_answer, step_claimed: of which items each step shares, and what is claimed of it in all
            base, compensation(account_no, asset_no, part, step_no, claim_minor, entitled), step(step_no, step,
            is_split: whether a line may have several rows of it, one an event), coverage
    Holds   no line gets more than its loss; a step gives what was there for it, less residue and what is left over
    """
    for pool_no, gross, claimed, lost in books.rows(BY_VALUE if terms.is_by_value else IN_KIND):
        books.insert("compensable", pool_no, gross, claimed, lost)
    books.run(RELATIONS / ("base_by_value.sql" if terms.is_by_value else "base.sql"))
    for tier, name in (DIVIDEND_STEPS if terms.is_by_value else RETURN_STEPS).items():
        books.insert("step", tier, name, False)
    bases = _bases(books, terms)
    step_no = len(RETURN_STEPS)
    covers = zip(terms.policies, cover_all(terms.policies, losses.events, terms.projection), strict=True)
    for policy, answers in sorted(covers, key=lambda pair: (pair[0].retention_minor, pair[0].position)):
        is_split = policy.pays_holders and sum(answer.received_minor > 0 for answer in answers) > 1
        books.insert("step", step_no, f"insurance:{policy.name}", is_split)
        paid = [_pay_event(books, bases, losses, answer, step_no, is_split=is_split) for answer in answers]
        cut = level_step(books, step_no, sum(answer.received_minor for answer in answers) if policy.pays_holders else 0)
        for answer, (unmet, given) in zip(answers, _less(paid, cut), strict=True):
            _keep_cover(books, answer, unmet, given)
        step_no += 1
    for reserve in terms.reserves:
        books.insert("step", step_no, f"reserve:{reserve.name}", False)
        covered = sorted({item.item_no for item in losses.items if item.peril in reserve.covers})
        claimed = bases.claim(covered)
        claims = cut_claims(books, reserve, step_no) if reserve.is_cut else ReserveClaims(claimed, claimed)
        if reserve.ring_fenced and reserve.minor:
            _note_answer(books, step_no, covered, claims.claimed_minor)
        given = bases.pay(step_no, reserve.minor, claims.claimed_minor, is_split=False) if reserve.ring_fenced else 0
        given -= level_step(books, step_no, reserve.minor if reserve.ring_fenced else 0)
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
    bases.finish()


def _note_answer(books: Books, step_no: int, items: Sequence[int], claimed: int) -> None:
    """Keep of which items a step shares, and what is claimed of it."""
    for item_no in items:
        books.insert("step_answer", step_no, item_no)
    books.insert("step_claimed", step_no, claimed)


def _pay_event(
    books: Books, bases: BasesByRelation | BasesByColumn, losses: Losses, answer: Cover, step_no: int, *, is_split: bool
) -> tuple[int, int]:
    """Share what a policy has paid for one event among the lines it covers; give what was unmet and what was shared."""
    policy = answer.policy
    items = sorted(
        {
            item.item_no
            for item in losses.items
            if item.event == answer.event.event and policy.answers(item.peril, item.custody)
        }
    )
    if not policy.pays_holders or answer.received_minor == 0:
        return bases.unmet(items), 0
    unmet = bases.claim(items)
    _note_answer(books, step_no, items, unmet)
    return unmet, bases.pay(step_no, answer.received_minor, unmet, is_split=is_split)


def _less(paid: Sequence[tuple[int, int]], cut: int) -> list[tuple[int, int]]:
    """What levelling took comes off the last event first, as it comes off the losses that are met."""
    left = []
    for unmet, given in reversed(paid):
        taken = min(given, cut)
        cut -= taken
        left.append((unmet, given - taken))
    return left[::-1]


def _keep_cover(books: Books, answer: Cover, unmet: int, given: int) -> None:
    """Keep what a policy says to one event, and what holders get of it."""
    books.insert(
        "coverage",
        answer.policy.name,
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


class BasesByRelation:
    """The bases of all lines in the relation `base`, and the claims of the step being shared: the definition."""

    def __init__(self, books: Books, terms: Terms) -> None:
        self._books = books
        self._is_largest = terms.rounding is Rounding.LARGEST_REMAINDER

    def unmet(self, items: Sequence[int]) -> int:
        """What is lacking of these items, all lines together, in minor units."""
        return int(
            self._books.value(
                "select coalesce(sum(base - met), 0)::varchar from base "
                "where item_no in (select unnest($items::integer[]))",
                {"items": list(items)},
            )
        )

    def claim(self, items: Sequence[int]) -> int:
        """Let every line claim its unmet bases of these items; give the sum."""
        self._books.execute("delete from step_item")
        for item_no in items:
            self._books.insert("step_item", item_no)
        self._books.run(RELATIONS / "compensation_claim.sql")
        return int(self._books.value("select coalesce(sum(claim_minor), 0)::varchar from compensation_claim"))

    def pay(self, step_no: int, minor: int, claimed: int, *, is_split: bool) -> int:
        """Share a sum among what is claimed, and give what was shared out."""
        if claimed == 0 or minor == 0:
            return 0
        books = self._books
        books.execute("delete from step_term")
        books.insert("step_term", step_no, min(minor, claimed), claimed, self._is_largest)
        books.run(RELATIONS / "compensation_award.sql")
        given = int(books.value("select coalesce(sum(entitled), 0)::varchar from compensation_award"))
        assert given <= minor, f"step {step_no} gives {given} of {minor}"
        return given

    def finish(self) -> None:
        """Nothing is left to be written."""


def _bases(books: Books, terms: Terms) -> BasesByRelation | BasesByColumn:
    """By column where there are many lines, rounded down, that no fund cuts and no step has paid before."""
    is_plain = terms.rounding is Rounding.FLOOR and not any(reserve.is_cut for reserve in terms.reserves)
    if books.is_bulk and is_plain and (terms.policies or terms.reserves):
        paid = "select count(*) from paid_sum where starts_with(step, 'insurance:') or starts_with(step, 'reserve:')"
        if not books.value(paid):
            from administrator.compensation_columns import BasesByColumn

            return BasesByColumn(books) if BasesByColumn.fits(books) else BasesByRelation(books, terms)
    return BasesByRelation(books, terms)
