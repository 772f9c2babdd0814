"""What is there to share, pool by pool: gross, costs, holdback, and the tiers of claims that share the rest.

Pure arithmetic on a handful of whole numbers a pool (rules 8); the millions of lines that share in it are divided by
`relations/award.sql`. A pool holds one asset, or by value all that is held for customers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import gcd

from administrator.allocation import spread
from ledgers.units import Ratio, divide_half_even

VALUE_POOL = -1
"""The number of the one pool by value; those in kind have the number of their asset, those of an omnibus account that
and the number that its pools begin with."""
ESTATE_POOL = -2


@dataclass(frozen=True, slots=True)
class Cost:
    """A cost that pools bear."""

    name: str
    minor: int
    """In the reporting currency's minor units."""
    asset_no: int | None
    """The pool it is charged to; None spreads it over all priced pools by their value."""


@dataclass(frozen=True, slots=True)
class PoolGross:
    """What one pool holds before anything is taken from it."""

    pool_no: int
    name: str
    asset_no: int
    """What it is counted in: the asset, or where all is one pool by value the reporting currency."""
    gross: int
    """Units: held for customers, the guarantee where it is in the pool, recoveries."""
    value_minor: int | None
    """Of the gross at commencement prices; None without a price."""
    rate: Ratio | None
    """Minor units a base unit is worth; None without a price."""
    claimed_by_tier: Mapping[int, int]
    """Units that share, by tier: 0 first."""


@dataclass(frozen=True, slots=True)
class TierShare:
    """What one tier of a pool shares."""

    tier: int
    payable: int
    """Units: the least of what is left and what is claimed."""
    claimed: int


@dataclass(frozen=True, slots=True)
class Pool:
    """One pool, ready to be shared: distributable = gross - costs - holdback."""

    pool_no: int
    name: str
    """The asset, the omnibus account and the asset, or `value`."""
    asset_no: int
    """What it is counted in."""
    gross: int
    costs: int
    holdback: int
    distributable: int
    claimed: int
    overpaid: int
    """Of the distributable, what lies with holders who had more before than they are entitled to."""
    surplus: int
    tiers: tuple[TierShare, ...]
    dividend: Ratio | None
    """What a unit claimed gets, in lowest terms; None where nothing is claimed."""


@dataclass(frozen=True, slots=True)
class CostExcess:
    """A cost that its pool could not bear in full; the rest falls on the estate."""

    name: str
    asset_no: int | None
    """None where no pool is priced at all."""
    minor: int
    """What falls on the estate, at commencement prices: what the pool bears is valued like any line."""
    pool: str = ""
    """Its name; empty where no pool is priced at all."""


@dataclass(frozen=True, slots=True)
class Pools:
    """All pools of a case, by asset, and what their costs left to the estate."""

    pools: tuple[Pool, ...]
    excesses: tuple[CostExcess, ...]
    unsold: tuple[int, ...] = ()
    """asset_no of what is in the pool by value, and no price says what it brings."""


def make_pools(grosses: Sequence[PoolGross], costs: Sequence[Cost], holdback: Ratio) -> Pools:
    """Take costs and holdback from each pool and share what is left among its tiers, the first before the next.

    Args:
        grosses: in byte order of the asset.
        costs: those that pools bear, in file order.
        holdback: share of every pool kept back this round.

    Source:
        Rules section 8.
    """
    charged, excesses = charge_costs(grosses, costs)
    pools = []
    for pool in grosses:
        cost = charged.get(pool.pool_no, 0)
        kept = holdback.numerator * (pool.gross - cost) // holdback.denominator
        distributable = pool.gross - cost - kept
        tiers, left = share_tiers(distributable, pool.claimed_by_tier)
        claimed = sum(pool.claimed_by_tier.values())
        pools.append(
            Pool(pool.pool_no, pool.name, pool.asset_no, pool.gross, cost, kept, distributable, claimed, 0, left, tiers,
                 dividend_of(distributable, claimed))
        )  # fmt: skip
    return Pools(tuple(pools), excesses)


def share_tiers(distributable: int, claimed_by_tier: Mapping[int, int]) -> tuple[tuple[TierShare, ...], int]:
    """Pay each tier whole before the next one gets anything.

    >>> share_tiers(130, {0: 100, 1: 50})
    ((TierShare(tier=0, payable=100, claimed=100), TierShare(tier=1, payable=30, claimed=50)), 0)

    Returns:
        The tiers in their order, and what is left when all are whole.
    """
    left, tiers = distributable, []
    for tier, claimed in sorted(claimed_by_tier.items()):
        payable = min(left, claimed)
        left -= payable
        tiers.append(TierShare(tier, payable, claimed))
    return tuple(tiers), left


def dividend_of(distributable: int, claimed: int) -> Ratio | None:
    """Least of distributable and claims, over claims, in lowest terms; None where nothing is claimed."""
    if claimed == 0:
        return None
    paid = min(distributable, claimed)
    divisor = gcd(paid, claimed)
    return Ratio(paid // divisor, claimed // divisor)


def charge_costs(grosses: Sequence[PoolGross], costs: Sequence[Cost]) -> tuple[dict[int, int], tuple[CostExcess, ...]]:
    """Charge each cost to its pools in units, every charge rounded up by itself, together at most what is there.

    Rounded up, because a cost of one yen taken as 0.4 of a base unit would leave somebody unpaid.

    Returns:
        Units charged by pool, and what the pools could not bear.
    """
    by_asset: dict[int, list[PoolGross]] = {}
    for pool in grosses:
        by_asset.setdefault(pool.asset_no, []).append(pool)
    charged = dict.fromkeys((pool.pool_no for pool in grosses), 0)
    excesses = []
    priced = [pool for pool in grosses if pool.value_minor]
    for cost in costs:
        if cost.asset_no is not None:
            own = by_asset[cost.asset_no]
            # Several pools of one asset bear its cost by what is in them.
            weights = [pool.gross for pool in own]
            minors = spread(cost.minor, weights) if any(weights) else [cost.minor]
            shares = list(zip(own[: len(minors)], minors, strict=True))
        elif priced:
            minors = spread(cost.minor, [pool.value_minor or 0 for pool in priced])
            shares = list(zip(priced, minors, strict=True))
        else:
            excesses.append(CostExcess(cost.name, None, cost.minor))
            continue
        for pool, minor in shares:
            if minor == 0:
                continue
            if pool.rate is None or pool.rate.numerator == 0:
                excesses.append(CostExcess(cost.name, pool.asset_no, minor, pool.name))
                continue
            units = -(-minor * pool.rate.denominator // pool.rate.numerator)
            borne = min(units, pool.gross - charged[pool.pool_no])
            charged[pool.pool_no] += borne
            if borne < units:
                unborne = minor - divide_half_even(borne * pool.rate.numerator, pool.rate.denominator)
                excesses.append(CostExcess(cost.name, pool.asset_no, max(unborne, 0), pool.name))
    return charged, tuple(excesses)
