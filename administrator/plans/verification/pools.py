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
FIGURES = ("gross", "costs", "holdback", "distributable", "claims", "awarded", "overpaid", "surplus", "residue")
TIERS = ("return", "return:late", "return:subordinate")
FIRST = {"dividend:convenience": "convenience_most", "dividend:base": "base_payment"}
"""Steps that come before the dividend, and the parameter that asks for each."""
DIVIDENDS = (*FIRST, "dividend", "dividend:late", "dividend:subordinate")
VALUE, ESTATE = "value", "estate"
"""Pools that are of no one asset; they are counted in the reporting currency."""


@dataclass(frozen=True, slots=True)
class Pool:
    """One row of pools.csv in units."""

    line: int
    name: str
    asset: str
    gross: int
    costs: int
    distributable: int
    claims: int
    awarded: int
    overpaid: int
    surplus: int
    residue: int
    dividend: tuple[int, int] | None
    """As printed; nothing where it is empty or no ratio."""

    @property
    def is_levelled(self) -> bool:
        """Whether somebody had more of it before than he is entitled to, so that the others share what that leaves."""
        payable = min(self.distributable, self.claims)
        ordinary = self.dividend is None or self.dividend[0] * self.claims == payable * self.dividend[1]
        return self.overpaid > 0 or not ordinary


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
    for what, should, found in zip(("dividend_numerator", "dividend_denominator"), wanted, row[11:], strict=True):
        tables.faults.same(POOLS, line, what, should, found)


def pool_of(line: int, row: Row, tables: Tables, plan: Plan, books: Books) -> Pool:
    """One pool, after the arithmetic of its row was checked."""
    faults = tables.faults
    asset = books.assets[row[1]]
    units = [cell(faults, POOLS, line, what, text, asset.decimals)
             for what, text in zip(FIGURES, row[2:11], strict=True)]
    gross, costs, holdback, distributable, claims, awarded, overpaid, surplus, residue = units
    for what, figure in zip(FIGURES, units, strict=True):
        if figure < 0:
            faults.note(POOLS, line, what, "0 or more", asset.plain(figure))
    share = fraction(plan.parameters.get("holdback", "0"))
    if share is None:
        faults.note(PLAN, 0, "parameters holdback", "a plain decimal", plan.parameters.get("holdback"))
    if share is None or row[0] == ESTATE:
        share = (0, 1)
    if costs > gross:
        faults.note(POOLS, line, "costs", "at most gross", asset.plain(costs))
    faults.same(POOLS, line, "holdback", asset.plain(share[0] * (gross - costs) // share[1]), row[4])
    faults.same(POOLS, line, "distributable", asset.plain(gross - costs - holdback), row[5])
    faults.same(POOLS, line, "awarded + overpaid + surplus + residue", asset.plain(distributable),
                asset.plain(awarded + overpaid + surplus + residue))
    if awarded > claims:
        faults.note(POOLS, line, "awarded", f"at most the claims {asset.plain(claims)}", row[7])
    parts = row[11:]
    printed = (int(parts[0]), int(parts[1])) if all(text.isascii() and text.isdigit() for text in parts) else None
    pool = Pool(line, row[0], asset.name, gross, costs, distributable, claims, awarded, overpaid, surplus, residue,
                printed)
    if plan.round == 1 and overpaid:
        faults.note(POOLS, line, "overpaid", "0, as nothing was paid before the first round", row[8])
    if plan.round == 1 or (not overpaid if row[0] == ESTATE else not pool.is_levelled):
        dividend(line, row, min(distributable, claims), claims, tables)
    if row[0] != ESTATE and (plan.round == 1 or not pool.is_levelled):
        least = max(distributable - claims, 0)
        if surplus < least or not plan.fixes_shares:
            faults.same(POOLS, line, "surplus", asset.plain(least), row[9])
    return pool


def pooled(tables: Tables, plan: Plan, books: Books) -> dict[str, Pool]:
    """The pools by name: one for every asset of the reconciliation and its omnibus accounts, or the one of values; and
    the estate.
    """
    faults = tables.faults
    by_value = plan.parameters.get("pooling") == "by_value"
    unnamed = {VALUE} if by_value else set()
    if plan.estate is not None:
        unnamed.add(ESTATE)
    pools: dict[str, Pool] = {}
    there: dict[str, int] = {}
    places: dict[str, int] = {}
    line = 1
    for line, row in tables.numbered(POOLS):
        name = row[0]
        right = row[1] == plan.currency if name in unnamed else not by_value and row[1] in books.figures and (
            row[1] == name or (plan.by_omnibus and name.endswith(f"/{row[1]}")))
        if row[1] not in books.assets or not right or name in pools:
            faults.note(POOLS, line, "pool and asset", "one pool an asset reconciled", "/".join(row[:2]))
            continue
        pools[name] = pool = pool_of(line, row, tables, plan, books)
        if name not in unnamed:
            there[row[1]] = there.get(row[1], 0) + pool.gross
            places[row[1]] = line
    with_guarantee = plan.parameters.get("guarantee_in_pool") == "true"
    for name, gross in there.items():
        figures, asset = books.figures[name], books.assets[name]
        held = figures["held_customer"] + (figures["held_guarantee"] if with_guarantee else 0)
        if gross < max(held, 0):
            faults.note(POOLS, places[name], "gross", f"at least what is held, {asset.plain(held)}", asset.plain(gross))
    for name in sorted(unnamed | (set() if by_value else set(books.figures))):
        if name not in pools:
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


def lost_by_value(pool: Pool | None, claim: int) -> int:
    """The same of a claim on the pool by value, in minor."""
    if pool is None or not pool.claims:
        return 0
    return claim - (claim if pool.gross >= pool.claims else pool.gross * claim // pool.claims)


def tiers_of(plan: Plan) -> tuple[str, ...]:
    """The steps of return, or of the dividend, that the parameters allow, in their order."""
    allowed = [True, plan.parameters.get("late") == "after", plan.parameters.get("insiders") == "subordinate"]
    if plan.parameters.get("pooling") != "by_value":
        return tuple(tier for tier, there in zip(TIERS, allowed, strict=True) if there)
    first = [is_asked(plan, name) for name in FIRST.values()]
    return tuple(tier for tier, there in zip(DIVIDENDS, first + allowed, strict=True) if there)


def is_asked(plan: Plan, name: str) -> bool:
    """Whether a parameter that is a sum of money is above 0."""
    share = fraction(plan.parameters.get(name, "0"))
    return share is not None and share[0] > 0


def tiered(steps: tuple[str, ...], there: int, claimed: int, totals: Mapping[str, StepTotals],
           largest_remainder: bool) -> dict[str, Sharing]:
    """What each step divides: what the steps before left when they were whole.

    A step that is whole has every line in the schedule, so its claims are the sum of them. Of the first that is not,
    lines may be missing (entitled to nothing), like all lines of the steps after it: its claims lie between bounds.

    Args:
        there: what all steps share.
        claimed: what is claimed in all of them.
        totals: what the lines of each step sum to.
    """
    left, open_claims = there, claimed
    made: dict[str, Sharing] = {}

    def paid_later(step: str) -> bool:
        """Whether a step behind this one got something, which it can only where this one is whole."""
        later = (totals.get(behind) for behind in steps[steps.index(step) + 1:])
        return any(seen.entitled for seen in later if seen)

    for step in steps:
        seen = totals.get(step)
        claims = seen.claim if seen else 0
        if step == steps[-1]:
            made[step] = Sharing(min(left, open_claims), open_claims, open_claims, largest_remainder)
        elif left <= 0:
            made[step] = Sharing(0, 1, 1, largest_remainder)
        elif claims <= left and (seen is None or claims in (seen.entitled, open_claims) or paid_later(step)):
            made[step] = Sharing(claims, claims, claims, largest_remainder)
            left -= claims
            open_claims -= claims
        else:
            made[step] = Sharing(left, max(claims, left), max(open_claims, claims), largest_remainder)
            left = 0
    return made
