"""Who had more of a pool before than he is entitled to, and do the others share just what that leaves?

The dividend that pools.csv prints is the proof. Whoever had more than it gives him must be out, nobody else may be; and
what the payments of those leave, over the claims of the others, must be that dividend again. There is no second set of
holders of which this is true, so one passage over the schedule finds them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from administrator.plans.verification.books import Books
from administrator.plans.verification.folder import Plan
from administrator.plans.verification.numbers import read
from administrator.plans.verification.pools import ESTATE, POOLS, VALUE, Pool, tiers_of
from administrator.plans.verification.sharing import Sharing
from administrator.plans.verification.tables import Tables
from administrator.plans.verification.verdict import Faults

SCHEDULE, CLAIMS = "schedule.csv", "claims.csv"
PARTS = ("", "disputed", "unclaimed")
Holder = tuple[str, str]
"""Account and asset of the claim."""


@dataclass(slots=True)
class Levelled:
    """One pool as the others share it, and those who are out."""

    pool: Pool
    is_exact: bool
    """Whether it was worked out: one tier, rounded down, with a printed dividend."""
    had: dict[Holder, int] = field(default_factory=dict)
    """What each who is out was paid before."""
    claims: dict[Holder, list[int]] = field(default_factory=dict)
    """What he claims, by part."""
    there: int = 0
    """What the others share."""
    claimed: int = 0

    def entitled(self, holder: Holder, part: str) -> int:
        """What a line of somebody who is out is entitled to: his ordinary share, and at most what he had."""
        payable, whole = min(self.pool.distributable, self.pool.claims), self.pool.claims
        left = self.had[holder]
        share = 0
        for name, claim in zip(PARTS, self.claims[holder], strict=True):
            share = min(payable * claim // whole if whole else 0, left)
            if name == part:
                return share
            left -= share
        return share


def levelled(tables: Tables, plan: Plan, books: Books, pools: dict[str, Pool]) -> dict[str, Levelled]:
    """The pools that somebody had too much of, by name, after their rows were held against what the schedule says."""
    steps = tiers_of(plan)
    is_simple = len(steps) == 1 and plan.parameters.get("rounding") == "floor"
    is_simple = is_simple and not plan.fixes_shares and not plan.by_omnibus
    made = {
        name: Levelled(pool, is_simple and pool.dividend is not None)
        for name, pool in pools.items() if name != ESTATE and plan.round > 1 and pool.is_levelled
    }
    by_value = plan.parameters.get("pooling") == "by_value"
    exact = {name: level for name, level in made.items() if level.is_exact}
    if not exact:
        return made
    for holders in _accounts(tables, books, exact, steps[0], by_value):
        for (name, holder), (had, share) in holders.items():
            if had > share:
                exact[name].had[holder] = had
    _claims(tables, books, exact, by_value)
    for level in exact.values():
        if sum(level.had.values()) > level.pool.distributable:
            level.is_exact = False
        else:
            _row(tables, books, level)
    return made


def _accounts(tables: Tables, books: Books, exact: dict[str, Levelled], family: str,
              by_value: bool) -> Iterator[dict[tuple[str, Holder], tuple[int, int]]]:
    """Account by account what it was paid before of each pool, and what the printed dividend gives it."""
    holders: dict[tuple[str, Holder], tuple[int, int]] = {}
    current = ""
    for row in Tables(tables.folder, Faults()).records(SCHEDULE):
        if row[0] != current:
            yield holders
            holders, current = {}, row[0]
        level = exact.get(VALUE if by_value else row[4])
        if level is None or row[3].split(":")[0] != family or (not by_value and row[1] != row[4]):
            continue
        assert level.pool.dividend is not None
        decimals = books.assets[row[4]].decimals
        top, bottom = level.pool.dividend
        key = level.pool.name, (row[0], row[1])
        had, share = holders.get(key, (0, 0))
        share += (read(row[5], decimals) or 0) * top // max(bottom, 1)
        holders[key] = had + (read(row[7], decimals) or 0), share
    yield holders


def _claims(tables: Tables, books: Books, exact: dict[str, Levelled], by_value: bool) -> None:
    """What those who are out claim, from claims.csv: a part may have no line."""
    wanted = {holder: level for level in exact.values() for holder in level.had}
    for holder, level in wanted.items():
        level.claims[holder] = [0, 0, 0]
    for row in Tables(tables.folder, Faults()).records(CLAIMS):
        mine, asset = wanted.get((row[0], row[1])), books.assets.get(row[1])
        if mine is None or asset is None:
            continue
        units = [read(text, asset.decimals) or 0 for text in row[4:7]]
        mine.claims[row[0], row[1]] = [(asset.value(part) or 0) if by_value else part for part in units]


def _row(tables: Tables, books: Books, level: Levelled) -> None:
    """The pool's row: dividend, surplus and overpaid of those who are out and of the rest."""
    faults, pool = tables.faults, level.pool
    asset = books.assets[pool.asset]
    had = sum(level.had.values())
    level.there = max(pool.distributable - had, 0)
    level.claimed = pool.claims - sum(sum(parts) for parts in level.claims.values())
    payable = min(level.there, level.claimed)
    assert pool.dividend is not None
    top, bottom = pool.dividend
    if level.claimed > 0 and top * level.claimed != payable * bottom:
        faults.note(POOLS, pool.line, "dividend", f"{payable} / {level.claimed} in lowest terms, of those who had no "
                    "more", f"{top} / {bottom}")
    faults.same(POOLS, pool.line, "surplus", asset.plain(max(level.there - max(level.claimed, 0), 0)),
                asset.plain(pool.surplus))
    entitled = sum(level.entitled(holder, part) for holder in level.had for part in PARTS)
    excess = max(min(had, pool.distributable) - entitled, 0)
    faults.same(POOLS, pool.line, "overpaid", asset.plain(excess), asset.plain(pool.overpaid))


def sharing_of(level: Levelled) -> Sharing:
    """What the others divide."""
    made = Sharing(min(level.there, level.claimed), level.claimed, level.claimed, False)
    made.full = level.there >= level.claimed
    return made
