"""What did the administration notice that no row of a file can say: about terms, losses, pools, compensation, the plan?

Findings that rest on rows are made where the rows are, in relations/finding_*.sql; these rest on the terms of the plan.
Each is a sentence with its numbers, and what to do.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from administrator.estate import Pools
from administrator.events import Losses
from administrator.terms import Terms
from ledgers.configuration import CaseConfiguration
from ledgers.models import Finding, Severity
from ledgers.units import format_units

if TYPE_CHECKING:
    from ledgers.storage.books import Books

NOTE, WARNING, BLOCKING = Severity.NOTE, Severity.WARNING, Severity.BLOCKING
OVERPAID_LISTED_MAX = 1000


def add(books: Books, findings: Iterator[Finding]) -> None:
    """Put findings beside the others."""
    for finding in findings:
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


def about_terms(case: CaseConfiguration, terms: Terms) -> Iterator[Finding]:
    """What the terms themselves should make a reader beware of."""
    if terms.policies and not terms.events:
        yield Finding(
            "events-undeclared",
            WARNING,
            f"{len(terms.policies)} policies and no declared event: each line of the bridge counts as one occurrence",
            "Declare the events in case.toml; how many there were decides retentions.",
            subject="policies",
        )
    if terms.projection:
        yield Finding(
            "projection",
            WARNING,
            "what policies owe counts as received: this is a projection and no plan of it can be approved",
            "Set plan.projection to false for a plan.",
            subject="plan",
        )
    for provision in terms.regime.unread:
        authority = provision.authority
        yield Finding(
            "provision-unread",
            NOTE,
            f"{authority.law} {authority.article}: {provision.says} This was not compared with the official text.",
            "Have it read before the plan is filed.",
            subject=f"regime {terms.regime.name} {authority.article}",
        )
    if case.estate is not None:
        yield Finding(
            "estate-not-distributed",
            WARNING,
            "the general estate is stated and not distributed by this version",
            "Distribute it by hand, or leave [estate] out.",
            subject="estate",
        )
    for cost in () if terms.regime.costs_from_pools else case.costs:
        if cost.borne_by != "estate":
            yield Finding(
                "cost-falls-on-estate",
                WARNING,
                f'cost "{cost.name}" of {cost.amount} {cost.currency} is laid on the pools, which bear none under '
                f"{terms.regime.name}; it falls on the estate",
                'Set its borne_by to "estate", or have the court order otherwise.',
                subject=f"cost {cost.name}",
            )
    for reserve in terms.reserves:
        if not reserve.ring_fenced:
            yield Finding(
                "reserve-not-ring-fenced",
                WARNING,
                f'reserve "{reserve.name}" is not kept from the estate by trust or law: it goes to the estate, not to '
                "the holders",
                "Show the trust or the article that rings it, if there is one.",
                subject=f"reserve {reserve.name}",
            )


def about_losses(books: Books, terms: Terms, losses: Losses) -> Iterator[Finding]:
    """Events that find no loss, or ask for more than is gone, and losses that no price values."""
    codes = _codes(books)
    found = {item.event for item in losses.items}
    short_of = {short.event for short in losses.shortages}
    for event in terms.events:
        if event.event not in found | short_of:
            yield Finding(
                "event-without-loss",
                WARNING,
                f'event "{event.event}" finds no loss: no unexplained transfer went to its parties in its span, or '
                "nothing of the asset is missing",
                "Check the spelling of its parties against the labels, its span and its asset.",
                subject=f"event {event.event}",
            )
    for short in losses.shortages:
        asset, decimals = codes[short.asset_no]
        quantity = format_units(short.units, decimals)
        yield Finding(
            "event-exceeds-loss",
            WARNING,
            f'event "{short.event}" declares {quantity} {asset} more than the unobserved loss there is',
            "Correct its quantity, or find the loss among the other lines of the bridge.",
            f"event {short.event}",
            asset,
            quantity,
        )
    unvalued = {item.asset_no for item in losses.items if item.value_minor is None}
    for asset_no in sorted(unvalued if terms.policies or terms.reserves else ()):
        asset, decimals = codes[asset_no]
        quantity = format_units(sum(item.units for item in losses.items if item.asset_no == asset_no), decimals)
        yield Finding(
            "loss-unvalued",
            WARNING,
            f"{quantity} {asset} are lost and have no price: no policy or reserve can answer for them",
            'Add a price of price_set "commencement" or "loss".',
            f"asset {asset}",
            asset,
            quantity,
        )


def about_pools(books: Books, case: CaseConfiguration, terms: Terms, pools: Pools) -> Iterator[Finding]:
    """Costs that pools cannot bear, pools without claims, claims on nothing, recoveries for no pool."""
    codes = _codes(books)
    for excess in pools.excesses:
        asset = "" if excess.asset_no is None else codes[excess.asset_no][0]
        yield Finding(
            "cost-exceeds-pool",
            WARNING,
            f'cost "{excess.name}" finds too little to be taken from{" pool " + asset if asset else ""}: '
            f"{format_units(excess.minor, terms.currency_decimals)} {case.currency} fall on the estate",
            "Charge it elsewhere, or leave it to the estate.",
            f"cost {excess.name} {asset}".rstrip(),
            asset,
        )
    for pool in pools.pools:
        asset, decimals = codes[pool.asset_no]
        if pool.gross > 0 and pool.claimed == 0:
            quantity = format_units(pool.gross, decimals)
            said = f"nobody claims the {quantity} {asset} that are held; they are surplus"
            remedy = "Ask whose they are before they go to the estate."
            yield Finding("pool-without-claims", NOTE, said, remedy, f"pool {asset}", asset, quantity)
        if pool.gross == 0 and pool.claimed > 0:
            quantity = format_units(pool.claimed, decimals)
            said = f"{quantity} {asset} are claimed and none are held"
            remedy = "Check that every wallet of the asset is in the list."
            yield Finding("pool-empty", WARNING, said, remedy, f"pool {asset}", asset, quantity)
    for recovery, named in books.rows(
        "select recovery, pool from recovery join asset using (asset_no) "
        "where pool is not null and pool <> '' and pool <> asset.asset order by recovery"
    ):
        yield Finding(
            "recovery-without-pool",
            BLOCKING,
            f"recovery {recovery} names pool {named}, which is not the pool of its asset",
            "Name the pool of the asset that came back, or leave it empty.",
            subject=f"recovery {recovery}",
        )


def about_compensation(books: Books, case: CaseConfiguration, terms: Terms) -> Iterator[Finding]:
    """Money that met every loss, or that rounding left over."""
    for source, event, unmet, received, distributed in books.rows(
        "select source, event, unmet_minor::varchar, received_minor::varchar, distributed_minor::varchar "
        "from coverage where reason is null and received_minor > distributed_minor order by source, event"
    ):
        left = format_units(int(received) - int(distributed), terms.currency_decimals)
        of_event = f' for event "{event}"' if event else ""
        why = "by rounding" if int(unmet) > int(received) else "once every loss it answers for is met"
        yield Finding(
            "compensation-left-over",
            NOTE,
            f'{left} {case.currency} of "{source}"{of_event} are left over {why}',
            "Keep them for late claims, or return them as their terms say.",
            f"compensation {source} {event}".rstrip(),
            case.currency,
            left,
        )


def about_plan(books: Books, terms: Terms) -> Iterator[Finding]:
    """Payments above what an account is entitled to, small sums in a final round, assignments nothing applies yet."""
    for account, asset, step in books.rows(
        "select distinct account.account, asset.asset, plan_line.step from plan_line join account using (account_no) "
        "join asset on asset.asset_no = plan_line.claim_asset_no where paid_before > entitled order by all limit $most",
        {"most": OVERPAID_LISTED_MAX},
    ):
        yield Finding(
            "overpaid",
            BLOCKING,
            f"account {account} was paid more of {asset} in step {step} than it is entitled to",
            "Levelling by hotchpot is not computed by this version: correct the payments, or rule on it.",
            f"account {account} {step}",
            asset,
        )
    if books.value("select count(*) from assignment"):
        yield Finding(
            "assignments-not-applied",
            BLOCKING,
            "claims are said to have changed hands, and this version pays the account",
            "Leave the table out, or pay the transferees by hand.",
            subject="assignments",
        )
    small = books.value("select count(distinct account_no) from plan_line where reason = 'minimum_payment'")
    if terms.final and small:
        yield Finding(
            "small-sums-in-final-round",
            WARNING,
            f"{small} accounts are withheld for their smallness in a final round",
            "Name the rule that says whose they are; until then they stay the holders'.",
            subject="plan",
        )


def _codes(books: Books) -> dict[int, tuple[str, int]]:
    rows = books.rows("select asset_no, asset, decimals from asset")
    return {asset_no: (asset, decimals) for asset_no, asset, decimals in rows}
