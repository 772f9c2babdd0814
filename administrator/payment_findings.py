"""What should a reader beware of in what is paid: too much before, small sums at the end?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from administrator.findings import WARNING, of_case
from administrator.terms import Terms
from ledgers.display import display
from ledgers.models import Finding
from ledgers.units import format_units

if TYPE_CHECKING:
    from ledgers.storage.books import Books

OVERPAID_LISTED_MAX = 1000
OVERPAID = """
    with over as (
        select plan_line.account_no, plan_line.claim_asset_no, plan_line.step, plan_line.pay_asset_no, step_name.family,
               plan_line.paid_before - plan_line.entitled as units
        from plan_line
        join step_name using (step)
        where plan_line.paid_before > plan_line.entitled
    ),
    paid as (
        select over.account_no, over.claim_asset_no, over.step, over.pay_asset_no, over.units,
               payment.units as paid_units, payment.source_no, payment."row",
               row_number() over (
                   partition by over.account_no, over.claim_asset_no, over.step, over.pay_asset_no
                   order by payment.round, payment.units desc, payment.source_no, payment."row"
               ) as nth
        from over
        join payment using (account_no, claim_asset_no, pay_asset_no)
        join step_name as paid_step on paid_step.step = payment.step and paid_step.family = over.family
        where payment.round < $round
    )
    select account.account, asset.asset, paid.step, units_text(paid.units::decimal(38, 0), paid_asset.decimals),
           paid_asset.asset, units_text(paid.paid_units, paid_asset.decimals), source.source, paid."row"
    from paid
    join account using (account_no)
    join asset on asset.asset_no = paid.claim_asset_no
    join asset as paid_asset on paid_asset.asset_no = paid.pay_asset_no
    join source on source.source_no = paid.source_no
    where paid.nth = 1
    order by all limit $most
"""
SMALL = """
    select count(distinct plan_line.account_no), min(account.account)
    from plan_line join account using (account_no)
    where plan_line.reason = 'minimum_payment'
"""
OVERDRAWN = """
    with had as (select pool_no, sum(paid) as paid from outpaid group by pool_no)
    select pool.pool, (had.paid - pool.distributable)::varchar, asset.asset, asset.decimals
    from pool
    join had using (pool_no)
    join asset on asset.asset_no = pool.asset_no
    where had.paid > pool.distributable
    order by pool.pool_no
"""
FROM_RECOVERIES = """
    select asset.asset, asset.decimals, least(-bridge.units, held.paid_in_kind, came.units)::varchar,
           held.paid_in_kind::varchar, came.units::varchar, source.source, came."row"
    from bridge_line as bridge
    join holding_total as held using (asset_no)
    join (
        select asset_no, sum(units) over (partition by asset_no) as units, source_no, "row",
               row_number() over (partition by asset_no order by source_no, "row") as nth
        from recovery
    ) as came on came.asset_no = bridge.asset_no and came.nth = 1
    join asset on asset.asset_no = bridge.asset_no
    join source on source.source_no = came.source_no
    where bridge.line = 'unobserved' and bridge.units < 0 and held.paid_in_kind > 0 and came.units > 0
    order by asset.asset
"""
"""What may be in a pool twice: paid out of what came back, and added to the wallets once more as paid."""


def about_plan(books: Books, terms: Terms) -> Iterator[Finding]:
    """Payments above what an account is entitled to, small sums in a final round."""
    yield from _about_pools(books)
    for account, asset, step, excess, paid_asset, paid, where, row in books.rows(
        OVERPAID, {"round": terms.round, "most": OVERPAID_LISTED_MAX}
    ):
        yield Finding(
            "overpaid",
            WARNING,
            f'{where}:{row}: quantity "{paid}": account "{display(account)}" was paid more than it is entitled to in '
            f"step {display(step)} of {display(asset)}, by {excess} {display(paid_asset)}; the others share what that "
            "leaves.",
            "Collect it, or set it off against what else the account gets; correct the payments if they are wrong.",
            f"account {account} {step}",
            asset,
            excess,
            where,
            row,
            "quantity",
        )
    for small, lowest in books.rows(SMALL) if terms.final else ():
        if not small:
            continue
        yield of_case(
            "small-sums-in-final-round",
            WARNING,
            f"[plan] final is true, and accounts are withheld for their smallness: {small}, the lowest of them "
            f'"{display(lowest)}".',
            "Name the rule that says whose they are; until then they stay the holders'.",
            subject="plan",
            column="final",
        )


def _about_pools(books: Books) -> Iterator[Finding]:
    """Pools that paid more than there is, or in which something may stand twice."""
    for pool, beyond, asset, decimals in books.rows(OVERDRAWN):
        quantity = format_units(int(beyond), decimals)
        yield of_case(
            "pool-overdrawn",
            WARNING,
            f'[plan]: the pool "{display(pool)}" has paid {quantity} {display(asset)} more to holders who had too much '
            "than is distributable in it, over all rounds: nobody else is paid out of it.",
            "Collect what was overpaid; look at costs and holdback, which come off first.",
            subject=f"pool {pool}",
            column="holdback",
            asset=asset,
            quantity=quantity,
        )
    for asset, decimals, twice, paid, came, where, row in books.rows(FROM_RECOVERIES):
        quantity = format_units(int(twice), decimals)
        yield Finding(
            "paid-out-of-recoveries",
            WARNING,
            f"{where}:{row}: {quantity} {display(asset)} may be in the pool twice: {format_units(int(came), decimals)} "
            f"came back, and with the {format_units(int(paid), decimals)} that earlier rounds paid the wallets hold "
            "more than flows explain, so that it may have been paid out of what came back.",
            "What was paid out of recoveries is counted as paid: list only the rest of them as recovery.",
            f"pool {asset}",
            asset,
            quantity,
            where,
            row,
            "quantity",
        )
