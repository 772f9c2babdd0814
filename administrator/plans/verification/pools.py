"""Do the pools add up, and what does each division start from? pools.csv, and the tiers of its steps.

Costs and recoveries are taken as printed: only that nothing leaves a pool unnamed can be seen from here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import gcd

from administrator.plans.verification.books import Books, cell
from administrator.plans.verification.folder import PLAN, Plan
from administrator.plans.verification.numbers import Asset, fraction, half_even
from administrator.plans.verification.sharing import Sharing
from administrator.plans.verification.tables import Row, Tables

POOLS = "pools.csv"
FIGURES = ("gross", "costs", "holdback", "distributable", "claims", "awarded", "surplus", "residue")
TIERS = ("return", "return:late", "return:subordinate")


@dataclass(frozen=True, slots=True)
class Pool:
    """One row of pools.csv in units."""

    line: int
    asset: str
    gross: int
    distributable: int
    claims: int
    awarded: int
    residue: int


@dataclass(frozen=True, slots=True)
class StepTotals:
    """What the lines of one step and asset sum to."""

    claim: int
    entitled: int
    overpaid: bool
    """Whether a line of it was paid more before than it is entitled to."""


def dividend(line: int, row: Row, payable: int, claims: int, tables: Tables) -> None:
    """The dividend is payable / claims in lowest terms, and empty without claims."""
    divisor = gcd(payable, claims) or 1
    wanted = (str(payable // divisor), str(claims // divisor)) if claims else ("", "")
    for what, should, found in zip(("dividend_numerator", "dividend_denominator"), wanted, row[10:], strict=True):
        tables.faults.same(POOLS, line, what, should, found)


def pool_of(line: int, row: Row, tables: Tables, plan: Plan, books: Books) -> Pool:
    """One pool, after the arithmetic of its row was checked."""
    faults = tables.faults
    asset = books.assets[row[1]]
    gross, costs, holdback, distributable, claims, awarded, surplus, residue = (
        cell(faults, POOLS, line, what, text, asset.decimals) for what, text in zip(FIGURES, row[2:10], strict=True))
    for what, units in zip(FIGURES, (gross, costs, holdback, distributable, claims, awarded, surplus, residue),
                           strict=True):
        if units < 0:
            faults.note(POOLS, line, what, "0 or more", asset.plain(units))
    share = fraction(plan.parameters.get("holdback", "0"))
    if share is None:
        faults.note(PLAN, 0, "parameters holdback", "a plain decimal", plan.parameters.get("holdback"))
        share = (0, 1)
    if costs > gross:
        faults.note(POOLS, line, "costs", "at most gross", asset.plain(costs))
    faults.same(POOLS, line, "holdback", asset.plain(share[0] * (gross - costs) // share[1]), row[4])
    faults.same(POOLS, line, "distributable", asset.plain(gross - costs - holdback), row[5])
    faults.same(POOLS, line, "surplus", asset.plain(max(distributable - claims, 0)), row[8])
    faults.same(POOLS, line, "awarded + surplus + residue", asset.plain(distributable),
                asset.plain(awarded + surplus + residue))
    if awarded > claims:
        faults.note(POOLS, line, "awarded", f"at most the claims {asset.plain(claims)}", row[7])
    dividend(line, row, min(distributable, claims), claims, tables)
    return Pool(line, asset.name, gross, distributable, claims, awarded, residue)


def pooled(tables: Tables, plan: Plan, books: Books) -> dict[str, Pool]:
    """The pools by asset, one for every asset of the reconciliation (or the one pool of values)."""
    faults = tables.faults
    by_value = plan.parameters.get("pooling") == "by_value"
    pools: dict[str, Pool] = {}
    line = 1
    for line, row in tables.numbered(POOLS):
        name = row[1]
        if name not in books.assets or (row[0] != ("value" if by_value else name)) or name in pools:
            faults.note(POOLS, line, "pool and asset", "one pool an asset reconciled", "/".join(row[:2]))
            continue
        pools[name] = pool = pool_of(line, row, tables, plan, books)
        figures = books.figures.get(name)
        if by_value or figures is None:
            continue
        with_guarantee = plan.parameters.get("guarantee_in_pool") == "true"
        held = figures["held_customer"] + (figures["held_guarantee"] if with_guarantee else 0)
        if pool.gross < max(held, 0):
            faults.note(POOLS, line, "gross", f"at least what is held, {books.assets[name].plain(held)}", row[2])
    if not by_value:
        for name in sorted(set(books.figures) - set(pools)):
            faults.note(POOLS, line + 1, "row", f"a pool of {name}", "none")
    return pools


def lost_minor(pool: Pool | None, asset: Asset, claim: int) -> int:
    """What a line lost in minor: its claim less what the gross of its pool would have given; neither costs nor
    holdback are a loss.
    """
    if pool is None or asset.price is None or not pool.claims:
        return 0
    kept = claim if pool.gross >= pool.claims else pool.gross * claim // pool.claims
    return half_even(claim, *asset.price) - half_even(kept, *asset.price)


def tiers_of(plan: Plan) -> tuple[str, ...]:
    """The steps of return that the parameters allow, in their order."""
    allowed = (True, plan.parameters.get("late") == "after", plan.parameters.get("insiders") == "subordinate")
    return tuple(tier for tier, there in zip(TIERS, allowed, strict=True) if there)


def tiered(plan: Plan, pool: Pool, totals: Mapping[tuple[str, str], StepTotals]) -> dict[str, Sharing]:
    """What each tier of one pool divides: what the tiers before left when they were whole.

    A tier that is whole has every line in the schedule, so its claims are the sum of them. Of the first that is not,
    lines may be missing (entitled to nothing), like all lines of the tiers after it: its claims lie between bounds.
    """
    largest = plan.parameters.get("rounding") == "largest_remainder"
    steps = tiers_of(plan)
    left, open_claims = pool.distributable, pool.claims
    made: dict[str, Sharing] = {}

    def paid_later(step: str) -> bool:
        """Whether a tier behind this one got something, which it can only where this one is whole."""
        later = (totals.get((pool.asset, behind)) for behind in steps[steps.index(step) + 1:])
        return any(seen.entitled for seen in later if seen)

    for step in steps:
        seen = totals.get((pool.asset, step))
        claims = seen.claim if seen else 0
        if step == steps[-1]:
            made[step] = Sharing(min(left, open_claims), open_claims, open_claims, largest)
        elif left <= 0:
            made[step] = Sharing(0, 1, 1, largest)
        elif claims <= left and (seen is None or claims in (seen.entitled, open_claims) or paid_later(step)):
            made[step] = Sharing(claims, claims, claims, largest)
            left -= claims
            open_claims -= claims
        else:
            made[step] = Sharing(left, max(claims, left), max(open_claims, claims), largest)
            left = 0
    for step, sharing in made.items():
        seen = totals.get((pool.asset, step))
        sharing.levelled = seen is not None and seen.overpaid
    return made
