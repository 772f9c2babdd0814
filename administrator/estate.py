"""What is there to share, asset by asset: gross, costs, holdback, and the tiers of claims that share the rest.

Pure arithmetic on a handful of whole numbers a pool (rules 8); the millions of lines that share in it are divided by
`relations/award.sql`. What belongs to the general estate is only collected here, not distributed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import gcd

from administrator.allocation import spread
from ledgers.units import Ratio


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

    asset_no: int
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

    asset_no: int
    gross: int
    costs: int
    holdback: int
    distributable: int
    claimed: int
    surplus: int
    tiers: tuple[TierShare, ...]

    @property
    def dividend(self) -> Ratio | None:
        """Least of distributable and claims, over claims, in lowest terms; None where nothing is claimed."""
        if self.claimed == 0:
            return None
        paid = min(self.distributable, self.claimed)
        divisor = gcd(paid, self.claimed)
        return Ratio(paid // divisor, self.claimed // divisor)


@dataclass(frozen=True, slots=True)
class CostExcess:
    """A cost that its pool could not bear in full; the rest falls on the estate."""

    name: str
    asset_no: int | None
    """None where no pool is priced at all."""
    minor: int
    """What falls on the estate, at commencement prices; rounded down."""


@dataclass(frozen=True, slots=True)
class Pools:
    """All pools of a case, by asset, and what their costs left to the estate."""

    pools: tuple[Pool, ...]
    excesses: tuple[CostExcess, ...]


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
        cost = charged.get(pool.asset_no, 0)
        kept = holdback.numerator * (pool.gross - cost) // holdback.denominator
        distributable = pool.gross - cost - kept
        left, tiers = distributable, []
        for tier, claimed in sorted(pool.claimed_by_tier.items()):
            payable = min(left, claimed)
            left -= payable
            tiers.append(TierShare(tier, payable, claimed))
        claimed_in_all = sum(pool.claimed_by_tier.values())
        pools.append(Pool(pool.asset_no, pool.gross, cost, kept, distributable, claimed_in_all, left, tuple(tiers)))
    return Pools(tuple(pools), excesses)


def charge_costs(grosses: Sequence[PoolGross], costs: Sequence[Cost]) -> tuple[dict[int, int], tuple[CostExcess, ...]]:
    """Charge each cost to its pools in units, every charge rounded up by itself, together at most what is there.

    Rounded up, because a cost of one yen taken as 0.4 of a base unit would leave somebody unpaid.

    Returns:
        Units charged by asset, and what the pools could not bear.
    """
    by_asset = {pool.asset_no: pool for pool in grosses}
    charged = dict.fromkeys(by_asset, 0)
    excesses = []
    priced = [pool for pool in grosses if pool.value_minor]
    for cost in costs:
        if cost.asset_no is not None:
            shares = [(by_asset[cost.asset_no], cost.minor)]
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
                excesses.append(CostExcess(cost.name, pool.asset_no, minor))
                continue
            units = -(-minor * pool.rate.denominator // pool.rate.numerator)
            borne = min(units, pool.gross - charged[pool.asset_no])
            charged[pool.asset_no] += borne
            if borne < units:
                unborne = minor - borne * pool.rate.numerator // pool.rate.denominator
                excesses.append(CostExcess(cost.name, pool.asset_no, max(unborne, 0)))
    return charged, tuple(excesses)
