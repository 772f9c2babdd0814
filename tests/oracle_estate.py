"""Rule 10 for the oracle: what the general estate has, and how deficiency claims share in it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from tests.oracle_books import Claim
from tests.oracle_case import PARTS, Case, Line, paid_before
from tests.oracle_compensation import Compensation
from tests.oracle_levels import level
from tests.oracle_policies import Cover
from tests.oracle_pools import Pool, tier_of
from tests.oracle_schedule import Due

Key = tuple[Line, str]
"""line, step"""
STEPS = ("estate", "estate:late", "estate:interest", "estate:subordinate")
OTHERS: Line = ("", "", "")
"""The other unsecured claims, one claim without a line, before all lines."""


@dataclass(frozen=True)
class Estate:
    gross: int
    costs: int
    claims: dict[Key, int]
    entitled: dict[Key, int]
    overpaid: int
    surplus: int
    residue: int
    dividend: Fraction | None

    def of_lines(self, figures: Mapping[Key, int]) -> dict[Key, int]:
        return {key: units for key, units in figures.items() if key[0] != OTHERS}


def estate_of(
    case: Case, claims: dict[tuple[str, str], Claim], pools: dict[str, Pool], unborne: int,
    compensation: Compensation, cover: Cover, dues: list[Due],
) -> Estate | None:  # fmt: skip
    """The estate, divided; None where the case has none."""
    if case.estate is None:
        return None
    gross = came_in(case, pools, cover)
    costs = min(gross, spent(case, unborne))
    weights, rooms, tiers = deficiencies(case, claims, pools, compensation, dues)
    other = case.minor(case.estate.get("other_claims", "0"), case.estate["currency"])
    steps: dict[str, tuple[dict[Key, int], dict[Key, int]]] = {step: ({}, {}) for step in STEPS}
    for line, weight in {OTHERS: other, **weights}.items():
        if weight:
            step = ("estate", "estate:late", "estate:subordinate")[tiers.get(line, 0)]
            steps[step][0][line, step] = weight
            steps[step][1][line, step] = rooms.get(line, weight)
    for step in ("estate", "estate:late"):
        for (line, _), weight in steps[step][0].items():
            interest = interest_on(case, weight)
            if interest:
                steps["estate:interest"][0][line, "estate:interest"] = interest
                steps["estate:interest"][1][line, "estate:interest"] = interest
    # ties go by line, the other claims before all
    for tier in steps.values():
        for figures in tier:
            ordered = {key: figures[key] for key in sorted(figures)}
            figures.clear()
            figures.update(ordered)
    paid: dict[Hashable, int] = {
        (item.account, item.claim_asset, item.family): item.units
        for item in paid_before(case)
        if item.family in STEPS and item.pay_asset == case.currency.code
    }
    # reading: an earlier payment counts in the step it was made in, as on the schedule.
    fixed = others_behind(case, gross - costs, steps["estate"])
    result = level(
        gross - costs, list(steps.values()), paid, case.plan["rounding"], lambda key: (*key[0][:2], key[1]), fixed=fixed
    )
    every = {key: weight for weights_of, _ in steps.values() for key, weight in weights_of.items()}
    return Estate(
        gross, costs, every, result.awards, result.overpaid, result.surplus, result.residue, result.dividend
    )


def others_behind(case: Case, amount: int, step: tuple[dict[Key, int], dict[Key, int]]) -> dict[Key, int]:
    """What the other claims get where the holders have a share to themselves: none of it is for them."""
    assert case.estate is not None
    share = Fraction(case.estate.get("customers_first", "0"))
    key: Key = (OTHERS, "estate")
    weights, rooms = step
    if not share or key not in weights:
        return {}
    other = weights[key]
    proved = sum(weights.values()) - other
    owed = sum(rooms.values()) - rooms[key]
    alone = min(int(share * amount), owed)
    ratable = Fraction((amount - alone) * other, proved - alone + other)
    # reading: what the holders have no room for is the others', up to their claim.
    rooms[key] = min(max(int(ratable), amount - owed), other)
    return {key: rooms[key]}


def came_in(case: Case, pools: dict[str, Pool], cover: Cover) -> int:
    """Minor units that came to the estate, before what is paid ahead of everybody."""
    assert case.estate is not None
    gross = case.minor(case.estate.get("amount", "0"), case.estate["currency"])
    # reading: what customers leave in an unpriced asset is left out.
    gross += sum(case.value(pool.surplus, pool.asset) or 0 for pool in pools.values())
    gross += cover.to_estate()
    for reserve in case.reserves:
        if not reserve["ring_fenced"]:
            gross += case.minor(reserve["amount"], reserve["currency"])
    return gross


def spent(case: Case, unborne: int) -> int:
    """Costs of the estate, what pools could not bear, and claims paid before everybody else."""
    assert case.estate is not None
    borne = [cost for cost in case.costs if cost["borne_by"] == "estate"]
    costs = sum(case.minor(cost["amount"], cost["currency"]) for cost in borne)
    return costs + unborne + case.minor(case.estate.get("prior_claims", "0"), case.estate["currency"])


def deficiencies(
    case: Case, claims: dict[tuple[str, str], Claim], pools: dict[str, Pool], compensation: Compensation,
    dues: list[Due],
) -> tuple[dict[Line, int], dict[Line, int], dict[Line, int]]:  # fmt: skip
    """Weight, room and tier of every line: its value less what was returned, its room less what compensated it."""
    returned: dict[Line, int] = defaultdict(int)
    for due in dues:
        if is_return(due):
            returned[due.line] += max(due.entitled, due.paid_before)
    compensated: dict[Line, int] = defaultdict(int)
    for (line, _), units in compensation.entitled.items():
        compensated[line] += units
    whole: dict[Line, int] = {}
    tiers: dict[Line, int] = {}
    for pool in pools.values():
        for line, claim in pool.claims.items():
            if case.fixed_share(line[0]) is not None:
                continue  # done with what he chose
            got = min(claim, returned.get(line, 0))
            if case.by_value:
                whole[line] = claim - got
            else:
                value, back = case.value(claim, pool.asset), case.value(got, pool.asset)
                if value is None or back is None:
                    continue  # reading: an unpriced line has no claim on the estate
                whole[line] = value - back
            tiers[line] = next(tier for tier, suffix in enumerate(("", "late", "subordinate"))
                               if pool.steps[line].partition(":")[2] == suffix)
    for (account, asset), claim_ in claims.items():
        if tier_of(case, account, claim_) is None:
            for part, units in zip(PARTS, claim_.parts, strict=True):
                # reading: what such a holder was once returned all the same is no deficiency any more.
                value = case.value(units, asset)
                if value:
                    whole[account, asset, part] = value
    rooms = {line: max(units - compensated[line], 0) for line, units in whole.items()}
    weights = rooms if case.plan["compensation_reduces_claim"] else whole
    return weights, rooms, tiers


def is_return(due: Due) -> bool:
    return due.step.split(":")[0] in ("return", "dividend")


def interest_on(case: Case, weight: int) -> int:
    """Simple interest from the day of commencement to the day stated, a year of 365 days, half to even."""
    assert case.estate is not None
    if "interest" not in case.estate:
        return 0
    until = case.estate["interest_until"]
    assert isinstance(until, date)
    days = (until - case.commencement_at.date()).days
    return max(round(weight * Fraction(case.estate["interest"]) * days / 365), 0)
