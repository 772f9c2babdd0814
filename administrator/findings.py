"""What did the administration notice that no row of a file can say: about losses, pools, compensation and the plan.

Findings that rest on rows are made where the rows are, in relations/finding_*.sql; these rest on the terms of the plan.
Each is a sentence with its numbers, and what to do.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from administrator.estate import Pools
from administrator.events import Losses
from administrator.terms import Terms
from ledgers.configuration import CaseConfiguration
from ledgers.models import Finding, Severity
from ledgers.units import format_units

if TYPE_CHECKING:
    from ledgers.storage.books import Books


def add(books: Books, finding: Finding) -> None:
    """Put one finding beside the others."""
    books.insert(
        "finding",
        finding.code,
        finding.severity.value,
        finding.subject,
        finding.asset or None,
        finding.quantity or None,
        finding.message,
        finding.source or None,
        finding.row,
        finding.column or None,
        finding.remedy,
    )


def about_losses(books: Books, case: CaseConfiguration, terms: Terms, losses: Losses) -> None:
    """Events that ask for more than is gone, policies without an event, losses that no price values."""
    codes = _codes(books)
    for short in losses.shortages:
        asset, decimals = codes[short.asset_no]
        quantity = format_units(short.units, decimals)
        add(
            books,
            Finding(
                "event-exceeds-loss",
                Severity.WARNING,
                f'event "{short.event}" declares {quantity} {asset} more than the unobserved loss there is',
                "Correct its quantity, or find the loss among the other lines of the bridge.",
                f"event {short.event}",
                asset,
                quantity,
            ),
        )
    if terms.policies and not terms.events:
        add(
            books,
            Finding(
                "events-undeclared",
                Severity.WARNING,
                f"{len(terms.policies)} policies and no declared event: each line of the bridge counts as one "
                "occurrence",
                "Declare the events in case.toml; how many there were decides retentions.",
                "policies",
            ),
        )
    for asset_no in sorted({item.asset_no for item in losses.items if item.value_minor is None}):
        asset, decimals = codes[asset_no]
        quantity = format_units(sum(item.units for item in losses.items if item.asset_no == asset_no), decimals)
        add(
            books,
            Finding(
                "loss-unvalued",
                Severity.WARNING,
                f"{quantity} {asset} are lost and have no price: no policy or reserve can answer for them",
                'Add a price of price_set "commencement" or "loss".',
                f"asset {asset}",
                asset,
                quantity,
            ),
        )
    if terms.projection:
        add(
            books,
            Finding(
                "projection",
                Severity.WARNING,
                "what policies owe counts as received: this is a projection and no plan of it can be approved",
                "Set plan.projection to false for a plan.",
                "plan",
            ),
        )
    for provision in terms.regime.unread:
        add(
            books,
            Finding(
                "provision-unread",
                Severity.NOTE,
                f"{provision.authority.law} {provision.authority.article}: {provision.says} "
                "This was not compared with the official text.",
                "Have it read before the plan is filed.",
                f"regime {terms.regime.name} {provision.authority.article}",
            ),
        )
    if case.estate is not None:
        add(
            books,
            Finding(
                "estate-not-distributed",
                Severity.WARNING,
                "the general estate is stated and not distributed by this version",
                "Distribute it by hand, or leave [estate] out.",
                "estate",
            ),
        )


def about_pools(books: Books, case: CaseConfiguration, terms: Terms, pools: Pools) -> None:
    """Costs that pools do not or cannot bear, pools without claims, claims on nothing, recoveries for no pool."""
    codes = _codes(books)
    if not terms.regime.costs_from_pools:
        for cost in case.costs:
            if cost.borne_by != "estate":
                add(
                    books,
                    Finding(
                        "cost-falls-on-estate",
                        Severity.WARNING,
                        f'cost "{cost.name}" of {cost.amount} {cost.currency} is laid on the pools, which bear none '
                        f"under {terms.regime.name}; it falls on the estate",
                        'Set its borne_by to "estate", or have the court order otherwise.',
                        f"cost {cost.name}",
                    ),
                )
    for excess in pools.excesses:
        asset = "" if excess.asset_no is None else codes[excess.asset_no][0]
        left = f"{format_units(excess.minor, terms.currency_decimals)} {case.currency}"
        add(
            books,
            Finding(
                "cost-exceeds-pool",
                Severity.WARNING,
                f'cost "{excess.name}" finds too little to be taken from{" pool " + asset if asset else ""}: '
                f"{left} fall on the estate",
                "Charge it elsewhere, or leave it to the estate.",
                f"cost {excess.name}",
                asset,
            ),
        )
    for pool in pools.pools:
        asset, decimals = codes[pool.asset_no]
        if pool.gross > 0 and pool.claimed == 0:
            quantity = format_units(pool.gross, decimals)
            add(
                books,
                Finding(
                    "pool-without-claims",
                    Severity.NOTE,
                    f"nobody claims the {quantity} {asset} that are held; they are surplus",
                    "Ask whose they are before they go to the estate.",
                    f"pool {asset}",
                    asset,
                    quantity,
                ),
            )
        if pool.gross == 0 and pool.claimed > 0:
            quantity = format_units(pool.claimed, decimals)
            add(
                books,
                Finding(
                    "pool-empty",
                    Severity.WARNING,
                    f"{quantity} {asset} are claimed and none are held",
                    "Check that every wallet of the asset is in the list.",
                    f"pool {asset}",
                    asset,
                    quantity,
                ),
            )
    for recovery, pool_name in books.rows(
        "select recovery, pool from recovery where pool is not null and pool <> '' and pool not in "
        "(select asset from asset where asset.asset_no = recovery.asset_no) order by recovery"
    ):
        add(
            books,
            Finding(
                "recovery-without-pool",
                Severity.BLOCKING,
                f"recovery {recovery} names pool {pool_name}, which is not the pool of its asset",
                "Name the pool of the asset that came back, or leave it empty.",
                f"recovery {recovery}",
            ),
        )


def about_compensation(books: Books, case: CaseConfiguration, terms: Terms) -> None:
    """Reserves that fall into the estate, and money that met every loss and is left over."""
    for reserve in terms.reserves:
        if not reserve.ring_fenced:
            add(
                books,
                Finding(
                    "reserve-not-ring-fenced",
                    Severity.WARNING,
                    f'reserve "{reserve.name}" is not kept from the estate by trust or law: it goes into the '
                    "estate, not to the holders",
                    "Show the trust or the article that rings it, if there is one.",
                    f"reserve {reserve.name}",
                ),
            )
    for source, event, covered, received, distributed in books.rows(
        "select source, event, covered_minor::varchar, received_minor::varchar, distributed_minor::varchar from coverage "
        "where reason is null and received_minor > distributed_minor order by source, event"
    ):
        left = format_units(int(received) - int(distributed), terms.currency_decimals)
        of_event = f' for event "{event}"' if event else ""
        why = (
            "by rounding"
            if int(covered) > int(received) and int(distributed)
            else "once every loss it answers for is met"
        )
        add(
            books,
            Finding(
                "compensation-left-over",
                Severity.NOTE,
                f'{left} {case.currency} of "{source}"{of_event} are left over {why}',
                "Keep them for late claims, or return them as their terms say.",
                f"compensation {source} {event}".rstrip(),
                case.currency,
                left,
            ),
        )


def about_plan(books: Books, terms: Terms) -> None:
    """Payments above what an account is entitled to, final rounds with small sums, assignments that nothing applies yet."""
    for account, asset, step in books.rows(
        "select account.account, asset.asset, plan_line.step from plan_line join account using (account_no) "
        "join asset on asset.asset_no = plan_line.claim_asset_no where paid_before > entitled order by all limit 1000"
    ):
        add(
            books,
            Finding(
                "overpaid",
                Severity.BLOCKING,
                f"account {account} was paid more of {asset} in step {step} than it is entitled to",
                "Levelling by hotchpot is not computed by this version: correct the payments, or rule on it.",
                f"account {account}",
                asset,
            ),
        )
    if books.value("select count(*) from assignment"):
        add(
            books,
            Finding(
                "assignments-not-applied",
                Severity.BLOCKING,
                "claims are said to have changed hands, and this version pays the account",
                "Leave the table out, or pay the transferees by hand.",
                "assignments",
            ),
        )
    small = books.value("select count(distinct account_no) from plan_line where reason = 'minimum_payment'")
    if terms.final and small:
        add(
            books,
            Finding(
                "small-sums-in-final-round",
                Severity.WARNING,
                f"{small} accounts are withheld for their smallness in a final round",
                "Name the rule that says whose they are; until then they stay the holders'.",
                "plan",
            ),
        )


def _codes(books: Books) -> dict[int, tuple[str, int]]:
    return {
        number: (asset, decimals)
        for number, asset, decimals in books.rows("select asset_no, asset, decimals from asset")
    }
