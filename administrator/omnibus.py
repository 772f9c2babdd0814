"""Whose pool is whose: where assets lie in omnibus accounts, each of them is a pool of its own, asset by asset.

Clients whose assets lie together bear together what is missing there, and nothing of what is missing elsewhere. So the
pool of an asset is cut: what lies in the wallets of an omnibus account is its pool's, whoever's books say otherwise; an
account of its own is an omnibus account of one. What came back without a word of whose it is goes where something is
missing, in proportion to it, as does a guarantee, an advance and what was traced: nobody is whole before the others.

Losses are known by asset, from its bridge: which event emptied which omnibus account is not split further.

Sources:
    Investment Bank Special Administration Regulations 2011 (SI 2011/245) reg. 12(2): a shortfall of securities of one
    description in the same client omnibus account is borne in proportion to beneficial interests.
    Ruscoe v Cryptopia Ltd [2020] NZHC 728: what was recovered goes to each trust by what was stolen from it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from administrator.allocation import spread
from administrator.errors import RegimeError
from administrator.pools import Pool, PoolGross
from administrator.valuation import Rates
from ledgers.display import display
from ledgers.models import Finding, Severity
from ledgers.units import divide_half_even, format_units

if TYPE_CHECKING:
    from ledgers.storage.books import Books

POOLS = """
    select pool.pool_no, pool.pool, pool.asset_no, pool.held::varchar,
           coalesce(sum(recovery.units - coalesce((select sum(had.units) from subrogated as had
               where had.recovery = recovery.recovery and had.asset_no = recovery.asset_no), 0)), 0)::varchar
    from omnibus_pool as pool
    left join recovery on recovery.asset_no = pool.asset_no and recovery.pool = pool.pool
    group by pool.pool_no, pool.pool, pool.asset_no, pool.held
    order by pool.pool_no
"""


def split_by_omnibus(
    books: Books, grosses: Sequence[PoolGross], claimed: Mapping[int, Mapping[int, int]], rates: Rates
) -> list[PoolGross]:
    """Cut the pool of each asset into those of its omnibus accounts.

    Args:
        grosses: one an asset, with all that is there of it.
        claimed: units that share, by pool and tier.

    Raises:
        RegimeError: two pools would have one name.

    Holds   the pools of an asset sum to what is there of it, where no wallet holds less than nothing
    """
    _check_names(books)
    own: dict[int, list[tuple[int, str, int]]] = {}
    for pool_no, name, asset_no, held, came in books.rows(POOLS):
        own.setdefault(asset_no, []).append((pool_no, name, max(int(held) + int(came), 0)))
    made: list[PoolGross] = []
    for whole in grosses:
        pools = own[whole.asset_no]
        missing = [max(sum(claimed.get(pool_no, {}).values()) - there, 0) for pool_no, _, there in pools]
        rest = max(whole.gross - sum(there for *_, there in pools), 0)
        shares = spread(rest, missing) if any(missing) else (rest, *(0 for _ in pools[1:]))
        for (pool_no, name, there), more in zip(pools, shares, strict=True):
            rate = whole.rate
            gross = there + more
            value = None if rate is None else divide_half_even(gross * rate.numerator, rate.denominator)
            tiers = claimed.get(pool_no, {})
            made.append(
                replace(whole, pool_no=pool_no, name=name, gross=gross, value_minor=value, claimed_by_tier=tiers)
            )
    return sorted(made, key=lambda pool: pool.pool_no)


def _check_names(books: Books) -> None:
    """See that no asset, and no other omnibus account, makes a pool of the same name."""
    for (name,) in books.rows(
        "select pool from (select pool, pool_no from omnibus_pool union select asset, asset_no from asset) "
        "group by pool having count(*) > 1 order by pool limit 1"
    ):
        raise RegimeError(
            f'case.toml: two pools would be called "{display(name)}": the names of omnibus accounts and the codes of '
            "assets run into each other at a stroke. Give the asset another code, and this one as an alias."
        )


def about_omnibus(books: Books, pools: Sequence[Pool]) -> Iterator[Finding]:
    """Omnibus accounts that hold what nobody claims, and claims on omnibus accounts that hold nothing."""
    for pool in pools:
        if (pool.gross > 0) == (pool.claimed > 0):
            continue
        code, query = ("pool-without-claims", HELD_ROW) if pool.gross else ("pool-empty", CLAIMING_ROW)
        asset, decimals, where, row, named, units = books.rows(query, {"pool": pool.name, "asset_no": pool.asset_no})[0]
        quantity = format_units(pool.gross or pool.claimed, decimals)
        place = f"{where}:{row}" if row is not None else where
        told = f'{place}: quantity "{format_units(int(units), decimals)}" of "{display(named)}"'
        if pool.gross:
            said = f"{told}: nobody claims of the pool {display(pool.name)}, and {quantity} {display(asset)} are in it."
            remedy = "Ask whose they are before they go to the estate."
        else:
            said = f"{told} is claimed of the pool {display(pool.name)}, {quantity} in all, and none are held there."
            remedy = "Check that a wallet names that omnibus account, spelled the same, and that the account does."
        severity = Severity.NOTE if pool.gross else Severity.WARNING
        yield Finding(code, severity, said, remedy, f"pool {pool.name}", asset, quantity, where, row, "omnibus")


HELD_ROW = """
    select asset.asset, asset.decimals, coalesce(source.source, 'case.toml'), wallet."row",
           coalesce(wallet.wallet, asset.asset), coalesce(wallet.units, 0)::varchar
    from asset
    left join wallet on wallet.asset_no = asset.asset_no and wallet.purpose <> 'house'
    left join source on source.source_no = wallet.source_no
    where asset.asset_no = $asset_no
    order by coalesce(nullif(wallet.omnibus, '') || '/', '') || asset.asset <> $pool, wallet.wallet limit 1
"""
CLAIMING_ROW = """
    select asset.asset, asset.decimals, source.source, account."row", account.account,
           sum(share_line.claim_units)::varchar
    from share_line
    join account using (account_no)
    join asset using (asset_no)
    left join omnibus_member using (account_no)
    left join source on source.source_no = account.source_no
    where share_line.asset_no = $asset_no
    group by asset.asset, asset.decimals, source.source, account."row", account.account, omnibus_member.omnibus
    order by coalesce(omnibus_member.omnibus || '/', '') || asset.asset <> $pool, account.account limit 1
"""
UNASKED = """
    select source.source, account."row", account.account, account.omnibus, count(*) over () as accounts
    from account
    join source using (source_no)
    where account.omnibus <> '' and account.kind <> 'house'
    order by account.account limit 1
"""


def about_unasked(books: Books, pooling: str) -> Iterator[Finding]:
    """Omnibus accounts that accounts name, where the plan pools what lies in them with everything else."""
    for where, row, account, omnibus, accounts in books.rows(UNASKED):
        more = f", and {accounts - 1} more name one" if accounts > 1 else ""
        yield Finding(
            "omnibus-pooled",
            Severity.WARNING,
            f'{where}:{row}: omnibus "{display(omnibus)}" of account "{display(account)}"{more}: under pooling '
            f'"{pooling}" it is no pool of its own.',
            'Set [plan] pooling = "per_omnibus" where the law shares a shortfall among those of one omnibus account.',
            subject="plan",
            source=where,
            row=row,
            column="omnibus",
        )
