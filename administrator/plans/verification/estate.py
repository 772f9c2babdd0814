"""Does the estate pay what is still owed, step by step? Its row, the weights of its lines, interest, and its divisions.

What came to the estate from outside, and what others claim of it, is taken as plan.json prints it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from administrator.plans.verification.books import Books
from administrator.plans.verification.folder import PLAN, Plan
from administrator.plans.verification.numbers import fraction, half_even
from administrator.plans.verification.pools import ESTATE, POOLS, Pool, StepTotals, tiered
from administrator.plans.verification.sharing import Sharing
from administrator.plans.verification.verdict import Faults

STEPS = ("estate", "estate:late", "estate:interest", "estate:subordinate")
OF_TIER = {
    "": "estate", ":base": "estate", ":convenience": "estate", ":late": "estate:late",
    ":subordinate": "estate:subordinate",
}  # fmt: skip
"""The step in which a line shares, by what its step of return adds to the name."""


@dataclass(frozen=True, slots=True)
class Estate:
    """The estate as the plan prints it, and what each of its steps divides."""

    pool: Pool
    sharings: Mapping[str, Sharing]
    others: Mapping[str, int]
    """What the other creditors get of each step, in minor."""
    interest: tuple[int, int] | None
    """Of a claim over all days, as a ratio; nothing where claims bear none."""
    reduces: bool
    """Whether compensation lowers what shares, not only what may be had."""

    def interest_of(self, weight: int) -> int:
        """What a claim bears, in minor."""
        return 0 if self.interest is None else half_even(weight, *self.interest)


def minor_of(faults: Faults, plan: Plan, books: Books, what: str, text: object) -> int:
    """A sum that plan.json prints in the reporting currency; 0 with a fault where it is none."""
    exact = fraction(str(text))
    scaled = (0, 1) if exact is None else (exact[0] * 10**books.currency.decimals, exact[1])
    if exact is None or scaled[0] % scaled[1]:
        faults.note(PLAN, 0, f"estate {what}", "a plain decimal of the reporting currency", text)
        return 0
    return scaled[0] // scaled[1]


def estate_of(faults: Faults, plan: Plan, books: Books, pools: Mapping[str, Pool],
              totals: Mapping[str, StepTotals]) -> Estate | None:
    """The estate, after its row was held against plan.json and the pools; nothing where there is none."""
    told, pool = plan.estate, pools.get(ESTATE)
    if told is None or pool is None:
        return None
    plain = books.currency.plain

    def sum_of(name: str) -> int:
        return minor_of(faults, plan, books, name, told.get(name))

    surplus = sum(books.assets[each.asset].value(each.surplus) or 0 for each in pools.values() if each.name != ESTATE)
    faults.same(PLAN, 0, "estate from_pools, the surplus of the pools at commencement", plain(surplus),
                plain(sum_of("from_pools")))
    reserves = sum(minor_of(faults, plan, books, f"reserve {each.name}", each.terms.get("amount"))
                   for each in plan.reserves if not each.pays_holders)
    faults.same(PLAN, 0, "estate from_reserves, what no trust rings", plain(reserves), plain(sum_of("from_reserves")))
    gross = sum(sum_of(name) for name in ("amount", "from_pools", "from_policies", "from_reserves"))
    costs = min(sum(sum_of(name) for name in ("costs", "pool_costs", "prior_claims")), gross)
    faults.same(POOLS, pool.line, "gross of the estate", plain(gross), plain(pool.gross))
    faults.same(POOLS, pool.line, "costs of the estate", plain(costs), plain(pool.costs))
    awarded = told.get("other_claims_awarded")
    others = {str(step): minor_of(faults, plan, books, f"other_claims_awarded {step}", text)
              for step, text in awarded.items()} if isinstance(awarded, dict) else {}
    interest = _interest(faults, told)
    claim = sum_of("other_claims")
    claims = {"estate": claim, "estate:interest": 0 if interest is None else half_even(claim, *interest)}
    steps = tuple(step for step, there in zip(STEPS, (
        True, plan.parameters.get("late") == "after", interest is not None,
        plan.parameters.get("insiders") == "subordinate"), strict=True) if there)
    reduces = plan.parameters.get("compensation_reduces_claim") != "false"
    levelled = bool(pool.overpaid or any(seen.overpaid for seen in totals.values()) or not reduces)
    behind = _behind(faults, told, pool, (steps, totals, claim), others.get("estate", 0), levelled=levelled)
    there, claimed = pool.distributable, pool.claims
    if behind is not None:
        there, claimed = max(there - behind, 0), claimed - claims.pop("estate")
    whole: dict[str, StepTotals] = {}
    for step in steps:
        seen = totals.get(step, StepTotals(0, 0, False))
        if step in claims:
            seen = StepTotals(seen.claim + claims[step], seen.entitled + others.get(step, 0), seen.overpaid)
        whole[step] = seen
    largest = plan.parameters.get("rounding") == "largest_remainder"
    sharings = tiered(steps, there, claimed, whole, largest)
    if behind is not None:
        sharings["estate"].claimed, sharings["estate"].awarded = claim, behind
    for step, sharing in sharings.items():
        sharing.levelled = sharing.levelled or levelled
        if claims.get(step) and not sharing.admits(claims[step], others.get(step, 0), ("", "", ""), 0):
            faults.note(PLAN, 0, f"estate other_claims_awarded {step}", sharing.expected(claims[step]),
                        others.get(step))
    return Estate(pool, sharings, others, interest, reduces)


def _behind(faults: Faults, told: Mapping[str, object], pool: Pool,
            claims: tuple[tuple[str, ...], Mapping[str, StepTotals], int], found: int, *, levelled: bool) -> int | None:
    """What the others get where a share of the estate is the holders' alone; nothing where they share alike.

    Args:
        claims: the steps, what their lines sum to, and what the others claim. Lines that get nothing may be missing of
            the first step, where others come behind it: the more the holders claim, the less is left for the others.
    """
    steps, totals, others = claims
    share = fraction(str(told.get("customers_first")))
    if share is None or share[0] > share[1]:
        faults.note(PLAN, 0, "estate customers_first", "a plain decimal from 0 to 1", told.get("customers_first"))
        return None
    if not share[0] or not others:
        return None
    there, high = pool.distributable, pool.claims - others
    low = high if len(steps) == 1 else totals.get("estate", StepTotals(0, 0, False)).claim

    def most(holders: int) -> int:
        alone = min(share[0] * there // share[1], holders)
        return min((there - alone) * others // max(holders - alone + others, 1), others)

    least, highest = (0, min(others, there)) if levelled else (most(high), most(low))
    if not least <= found <= highest:
        faults.note(PLAN, 0, "estate other_claims_awarded estate", f"{least} to {highest} units", found)
    return found


def _interest(faults: Faults, told: Mapping[str, object]) -> tuple[int, int] | None:
    if told.get("interest") is None:
        return None
    rate, days = fraction(str(told.get("interest"))), told.get("days")
    if rate is None or isinstance(days, bool) or not isinstance(days, int) or days < 0:
        faults.note(PLAN, 0, "estate interest and days", "a plain decimal and a whole number",
                    f"{told.get('interest')}/{days}")
        return None
    return rate[0] * days, rate[1] * 365
