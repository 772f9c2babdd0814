"""What did the administration notice that no row of a file can say: about terms, losses, pools, compensation, the plan?

Findings that rest on rows are made where the rows are, in relations/finding_*.sql; these rest on the terms of the plan,
and point to the key of case.toml that says them, or to the first row, by its key, of those that together make them.
Each begins with that place, gives the value that stands there, and says what to do.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from administrator.events import Losses
from administrator.omnibus import about_omnibus, about_unasked
from administrator.pools import Pools
from administrator.terms import Terms
from ledgers.configuration import CaseConfiguration
from ledgers.display import display
from ledgers.models import Finding, Severity
from ledgers.units import format_units

if TYPE_CHECKING:
    from ledgers.storage.books import Books

NOTE, WARNING, BLOCKING = Severity.NOTE, Severity.WARNING, Severity.BLOCKING
CASE = "case.toml"
HELD_ROW = """
    select source.source, wallet."row", wallet.wallet, wallet.units::varchar
    from wallet join source on source.source_no = wallet.source_no
    where wallet.asset_no = $asset_no and wallet.purpose <> 'house'
    order by wallet.units = 0, wallet.purpose <> 'customer', wallet.wallet limit 1
"""
LENT_ROW = """
    select 'case.toml', null, advance.name, advance.units::varchar
    from advance
    where advance.asset_no = $asset_no
    order by advance.advance_no limit 1
"""
RECOVERED_ROW = """
    select source.source, recovery."row", recovery.recovery, recovery.units::varchar
    from recovery join source on source.source_no = recovery.source_no
    where recovery.asset_no = $asset_no
    order by recovery.units = 0, recovery.recovery limit 1
"""
PAID_ROW = """
    select source.source, payment."row", account.account, payment.units::varchar
    from payment join source on source.source_no = payment.source_no join account using (account_no)
    where payment.pay_asset_no = $asset_no
    order by payment.units = 0, payment.account_no, payment.round, payment.step, payment."row" limit 1
"""
OWED_ROW = """
    select source.source, balance."row", account.account, balance.units::varchar
    from balance join source on source.source_no = balance.source_no join account using (account_no)
    where balance.asset_no = $asset_no and balance.units > 0 and account.kind <> 'house'
    order by balance.account_no limit 1
"""
CLAIMED_ROW = """
    select source.source, claim."row", account.account, claim.units::varchar
    from claim join source on source.source_no = claim.source_no join account using (account_no)
    where claim.asset_no = $asset_no and account.kind <> 'house'
    order by claim.units = 0, claim.account_no, claim.claim limit 1
"""
POSTED_ROW = """
    select source.source, posting."row", account.account, posting.units::varchar
    from posting join source on source.source_no = posting.source_no join account using (account_no)
    where posting.asset_no = $asset_no and posting.units > 0
    order by posting.account_no, posting.posting limit 1
"""
UNPOOLED = """
    select recovery.recovery, recovery.pool, asset.asset, source.source, recovery."row"
    from recovery
    join asset using (asset_no)
    join source using (source_no)
    where recovery.pool is not null and recovery.pool <> '' and recovery.pool <> asset.asset
    order by recovery.recovery, source.source, recovery."row"
"""


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
        first = display(terms.policies[0].name)
        yield of_case(
            "events-undeclared",
            WARNING,
            f'[[policies]] "{first}": policies without any declared event: {len(terms.policies)}; each line of the '
            "bridge counts as one occurrence.",
            "Declare the events in case.toml; how many there were decides retentions.",
            subject="policies",
            column="events",
        )
    if terms.projection:
        yield of_case(
            "projection",
            WARNING,
            "[plan] projection is true: what policies owe counts as received, and no plan of it can be approved.",
            "Set plan.projection to false for a plan.",
            subject="plan",
            column="projection",
        )
    yield from _about_regime(case, terms)
    if case.estate is not None and terms.estate is None:
        yield of_case(
            "estate-not-distributed",
            WARNING,
            f"[estate] amount {case.estate.amount} {display(case.estate.currency)} is stated, and the trigger "
            f'"{display(case.case.trigger)}" is no insolvency: there is no estate to share, and nothing of it is paid.',
            "Leave [estate] out, or correct [case] trigger.",
            subject="estate",
            column="amount",
        )
    if terms.final and terms.holdback.numerator:
        yield of_case(
            "holdback-in-final-round",
            WARNING,
            f'[plan] final is true, and holdback is {terms.parameters["holdback"]}: what is held back of each pool is '
            "never paid.",
            "Release it, or say in the plan whose it is; a later round can still pay it.",
            subject="plan",
            column="holdback",
        )
    yield from _about_costs(case, terms)
    for reserve in terms.reserves:
        if not reserve.ring_fenced:
            yield of_case(
                "reserve-not-ring-fenced",
                WARNING,
                f'[[reserves]] "{display(reserve.name)}" has ring_fenced = false: no trust or law keeps it from the '
                "estate, so it goes to the estate, not to the holders.",
                "Show the trust or the article that rings it, if there is one.",
                subject=f"reserve {reserve.name}",
                column="ring_fenced",
            )


def _about_regime(case: CaseConfiguration, terms: Terms) -> Iterator[Finding]:
    """What a reader of the law should beware of: another event, a method only, articles nobody read."""
    if terms.regime.triggers and case.case.trigger not in terms.regime.triggers:
        yield of_case(
            "trigger-outside-regime",
            WARNING,
            f'[case] trigger "{display(case.case.trigger)}" is not what regime "{terms.regime.name}" is for: it is for '
            f"{' or '.join(terms.regime.triggers)}.",
            "Name the law of the event that happened; under another the result serves comparison only.",
            subject="case",
            column="trigger",
        )
    if terms.regime.unsettled:
        yield of_case(
            "method-only",
            WARNING,
            f'[case] regime "{terms.regime.name}" is a method only: {terms.regime.unsettled}',
            "Have counsel in the forum say whether it applies before anything is filed on it.",
            subject=f"regime {terms.regime.name}",
            column="regime",
        )
    unread: dict[str, list[str]] = {}
    for provision in terms.regime.unread:
        unread.setdefault(f"{provision.authority.law} {provision.authority.article}", []).append(provision.says)
    for place, says in unread.items():
        yield of_case(
            "provision-unread",
            NOTE,
            f'[case] regime "{terms.regime.name}" rests on {place}: {" ".join(says)} This was not compared with the '
            "official text.",
            "Have it read before the plan is filed.",
            subject=f"regime {terms.regime.name} {place}",
            column="regime",
        )


def _about_costs(case: CaseConfiguration, terms: Terms) -> Iterator[Finding]:
    """Costs that the case lays on pools where the regime keeps them from it."""
    for cost in () if terms.regime.costs_from_pools else case.costs:
        if cost.borne_by != "estate":
            yield of_case(
                "cost-falls-on-estate",
                WARNING,
                f'[[costs]] "{display(cost.name)}" of {cost.amount} {display(cost.currency)} has borne_by '
                f'"{display(cost.borne_by)}", and pools bear none under {terms.regime.name}; it falls on the estate.',
                'Set its borne_by to "estate", or have the court order otherwise.',
                subject=f"cost {cost.name}",
                column="borne_by",
            )


def about_losses(books: Books, terms: Terms, losses: Losses) -> Iterator[Finding]:
    """Events that find no loss, or ask for more than is gone, and losses that no price values."""
    codes = _codes(books)
    found = {item.event for item in losses.items}
    short_of = {short.event for short in losses.shortages}
    for event in terms.events:
        if event.event not in found | short_of:
            took = ", ".join(f'"{display(party)}"' for party in event.parties)
            sought = "nothing of its asset is missing"
            if took:
                sought = f"no unexplained transfer went to {took} in its span"
            yield of_case(
                "event-without-loss",
                WARNING,
                f'[[events]] "{display(event.event)}" finds no loss: {sought}.',
                "Check the spelling of its parties against the labels, its span and its asset.",
                subject=f"event {event.event}",
                column="parties" if took else "asset",
            )
    for short in losses.shortages:
        asset, decimals = codes[short.asset_no]
        quantity = format_units(short.units, decimals)
        yield of_case(
            "event-exceeds-loss",
            WARNING,
            f'[[events]] "{display(short.event)}" has a quantity that is {quantity} {display(asset)} more than the '
            "unobserved loss there is.",
            "Correct its quantity, or find the loss among the other lines of the bridge.",
            subject=f"event {short.event}",
            column="quantity",
            asset=asset,
            quantity=quantity,
        )
    unvalued = {item.asset_no for item in losses.items if item.value_minor is None}
    for asset_no in sorted(unvalued if terms.policies or terms.reserves else ()):
        asset, decimals = codes[asset_no]
        quantity = format_units(sum(item.units for item in losses.items if item.asset_no == asset_no), decimals)
        files = books.rows("select source from source where table_name = 'price' order by source_no limit 1")
        where = files[0][0] if files else CASE
        has = "has no price" if files else "names no file with a price"
        yield Finding(
            "loss-unvalued",
            WARNING,
            f'{where}: {has} of "{display(asset)}", of which {quantity} are lost: no policy or reserve can answer for '
            "them.",
            'Add a price of price_set "commencement" or "loss".',
            f"asset {asset}",
            asset,
            quantity,
            where,
            column="price",
        )


def about_trust(books: Books, terms: Terms) -> Iterator[Finding]:
    """Who accepted terms that make no trust, or none that anybody knows of, where the plan asks."""
    for accounts, unknown, lowest in books.rows(OUTSIDE_TRUST):
        if not accounts:
            continue
        has_estate = terms.estate is not None
        where = "they claim in the estate only" if has_estate else "they claim in the estate only, and there is none"
        of_unknown = f", {unknown} of them by no terms that the accounts name" if unknown else ""
        yield of_case(
            "outside-trust",
            NOTE if has_estate else WARNING,
            f"[plan] trust_terms leaves out {accounts} account{'' if accounts == 1 else 's'} that claim{of_unknown}, "
            f'the lowest of them "{display(lowest)}": {where}.',
            "Check which terms each accepted, by the log of acceptances and the last use, before anybody is sent away.",
            subject="plan",
            column="trust_terms",
        )


def about_pools(books: Books, case: CaseConfiguration, terms: Terms, pools: Pools) -> Iterator[Finding]:
    """Costs that pools cannot bear, pools without claims, claims on nothing, recoveries for no pool."""
    codes = _codes(books)
    yield from _about_values(books, terms, pools, codes)
    for excess in pools.excesses:
        asset = "" if excess.asset_no is None else codes[excess.asset_no][0]
        too_much = format_units(excess.minor, terms.currency_decimals)
        yield of_case(
            "cost-exceeds-pool",
            WARNING,
            f'[[costs]] "{display(excess.name)}" finds too little to be taken from'
            f"{' the pool ' + display(excess.pool) if excess.pool else ''}: {too_much} {display(case.currency)} of its "
            "amount fall on the estate.",
            "Charge it elsewhere, or leave it to the estate.",
            subject=f"cost {excess.name} {excess.pool}".rstrip(),
            column="amount",
            asset=asset,
        )
    if terms.is_by_omnibus:
        yield from about_omnibus(books, pools.pools)
    else:
        yield from about_unasked(books, terms.parameters["pooling"])
    for pool in pools.pools if terms.parameters["pooling"] == "per_asset" else ():
        asset, decimals = codes[pool.asset_no]
        came = [accrual for accrual in terms.accruals if accrual.asset_no == pool.asset_no]
        if pool.gross > 0 and pool.claimed == 0 and not came:
            where, row, wallet, units = _lowest(books, pool.asset_no, HELD_ROW, RECOVERED_ROW, PAID_ROW, LENT_ROW)
            quantity = format_units(pool.gross, decimals)
            yield Finding(
                "pool-without-claims",
                NOTE,
                f'{where}{"" if row is None else f":{row}"}: quantity "{format_units(int(units), decimals)}" of '
                f'"{display(wallet)}" is claimed by '
                f"nobody, nor is any of the {quantity} {display(asset)} that are there; they are surplus.",
                "Ask whose they are before they go to the estate.",
                f"pool {asset}", asset, quantity, where, row, "quantity",
            )  # fmt: skip
        if pool.gross == 0 and pool.claimed > 0 and came:
            quantity = format_units(pool.claimed, decimals)
            yield of_case(
                "pool-empty",
                WARNING,
                f'[[accruals]] {came[0].kind} "{display(asset)}": {quantity} {display(asset)} are claimed in all, and '
                "none are held.",
                "Add the wallet that holds what came, or leave the accrual out until it is claimed.",
                subject=f"pool {asset}", column="asset", asset=asset, quantity=quantity,
            )  # fmt: skip
        elif pool.gross == 0 and pool.claimed > 0:
            where, row, account, units = _lowest(books, pool.asset_no, OWED_ROW, CLAIMED_ROW, POSTED_ROW)
            quantity = format_units(pool.claimed, decimals)
            yield Finding(
                "pool-empty",
                WARNING,
                f'{where}:{row}: quantity "{format_units(int(units), decimals)}" of account "{display(account)}" is '
                f"claimed, {quantity} {display(asset)} in all, and none are held.",
                "Check that every wallet of the asset is in the list.",
                f"pool {asset}", asset, quantity, where, row, "quantity",
            )  # fmt: skip
    yield from _about_recovered(books, terms, pools, codes)


def _about_recovered(
    books: Books, terms: Terms, pools: Pools, codes: Mapping[int, tuple[str, int]]
) -> Iterator[Finding]:
    """Recoveries that name a pool which is none of their asset's."""
    own: dict[str, set[str]] = {}
    for pool in pools.pools:
        own.setdefault(codes[pool.asset_no][0], set()).add(pool.name)
    for recovery, named, asset, where, row in books.rows(UNPOOLED):
        if named in (("value",) if terms.is_by_value else own.get(asset, ())):
            continue
        yield Finding(
            "recovery-without-pool",
            BLOCKING,
            f'{where}:{row}: pool "{display(named)}" of recovery "{display(recovery)}" is not the pool of its asset, '
            f"{display(asset)}.",
            "Name the pool of the asset that came back, or leave it empty.",
            subject=f"recovery {recovery}",
            source=where,
            row=row,
            column="pool",
        )


def _about_values(
    books: Books, terms: Terms, pools: Pools, codes: Mapping[int, tuple[str, int]]
) -> Iterator[Finding]:
    """Values that a pool by value or the estate needs, and no price gives; payments under the other way of pooling."""
    files = books.rows("select source from source where table_name = 'price' order by source_no limit 1")
    where = files[0][0] if files else CASE
    if terms.is_by_value:
        for asset_no in pools.unsold:
            asset = codes[asset_no][0]
            yield Finding(
                "distribution-price-missing",
                BLOCKING,
                f'{where}: names no price of "{display(asset)}" of price_set "distribution", and it is in the pool by '
                "value.",
                "Add what a whole one brings on distribution, or what was realised for it.",
                f"asset {asset}", asset, "", where, column="price",
            )  # fmt: skip
    if terms.is_by_value or terms.estate is not None:
        for asset_no, claimed in books.rows(UNVALUED):
            asset, decimals = codes[asset_no]
            quantity = format_units(int(claimed), decimals)
            shared = "in the pool by value" if terms.is_by_value else "in the estate"
            yield Finding(
                "claim-unvalued",
                WARNING,
                f'{where}: names no price of "{display(asset)}" at commencement, of which {quantity} are claimed: '
                f"these claims have no value to share with {shared}.",
                "Add a price of price_set \"commencement\"; 0 where it is worth nothing.",
                f"asset {asset}", asset, quantity, where, column="price",
            )  # fmt: skip
    other = "return" if terms.is_by_value else "dividend"
    for where, row, step, account in books.rows(OTHERWISE_PAID, {"family": other}):
        yield Finding(
            "paid-under-other-pooling",
            BLOCKING,
            f'{where}:{row}: step "{display(step)}" of account "{display(account)}" was paid under another [plan] '
            f'pooling than "{terms.parameters["pooling"]}"; nothing says how much of a claim it met.',
            "Keep the pooling of the rounds before, or enter what was paid as the court rules that it counts.",
            f"account {account}", "", "", where, row, "step",
        )  # fmt: skip


OUTSIDE_TRUST = """
    with outside as (
        select account_no, account, coalesce(terms, '') = '' as is_unknown
        from account
        anti join trust_term using (terms)
        where exists (select 1 from trust_term)
    ),
    claiming as (
        select distinct account_no from claim_units where allowed + disputed + unclaimed > 0
    )
    select count(*), count(*) filter (where outside.is_unknown), min(outside.account)
    from outside
    semi join claiming using (account_no)
"""
UNVALUED = """
    select claim_units.asset_no, sum(allowed + disputed + unclaimed)::varchar
    from claim_units
    where claim_units.asset_no not in (select asset_no from rate where price_set = 'commencement')
    group by claim_units.asset_no
    having sum(allowed + disputed + unclaimed) > 0
    order by claim_units.asset_no
"""
OTHERWISE_PAID = """
    select source.source, payment."row", payment.step, account.account
    from payment
    join source on source.source_no = payment.source_no
    join account using (account_no)
    cross join term
    where payment.round < term.round and payment.step <> 'return:deposit'
      and (payment.step = $family or starts_with(payment.step, $family || ':'))
    order by payment.account_no, payment.round, source.source, payment."row" limit 1
"""


def about_compensation(books: Books, case: CaseConfiguration, terms: Terms) -> Iterator[Finding]:
    """Money that met every loss, or that rounding left over."""
    for source, event, unmet, received, distributed in books.rows(
        "select source, event, unmet_minor::varchar, received_minor::varchar, distributed_minor::varchar "
        "from coverage where reason is null and received_minor > distributed_minor order by source, event"
    ):
        left = format_units(int(received) - int(distributed), terms.currency_decimals)
        of_event = f' for event "{display(event)}"' if event else ""
        why = "by rounding" if int(unmet) > int(received) else "once every loss it answers for is met"
        section, column = ("[[policies]]", "received") if event else ("[[reserves]]", "amount")
        yield of_case(
            "compensation-left-over",
            NOTE,
            f'{section} "{display(source)}": {left} {display(case.currency)} of it{of_event} are left over {why}.',
            "Keep them for late claims, or return them as their terms say.",
            subject=f"compensation {source} {event}".rstrip(),
            column=column,
            asset=case.currency,
            quantity=left,
        )


def of_case(
    code: str,
    severity: Severity,
    said: str,
    remedy: str,
    *,
    subject: str,
    column: str,
    asset: str = "",
    quantity: str = "",
) -> Finding:
    """A finding that points to a key of case.toml."""
    return Finding(code, severity, f"{CASE}: {said}", remedy, subject, asset, quantity, CASE, column=column)


def _lowest(books: Books, asset_no: int, *queries: str) -> tuple[str, int | None, str, str]:
    """File, row, name and units of the first row that one of the queries finds; one of them must."""
    for query in queries:
        for where, row, name, units in books.rows(query, {"asset_no": asset_no}):
            return where, row, name, units
    raise AssertionError(f"a pool of asset {asset_no} rests on no row")


def _codes(books: Books) -> dict[int, tuple[str, int]]:
    rows = books.rows("select asset_no, asset, decimals from asset")
    return {asset_no: (asset, decimals) for asset_no, asset, decimals in rows}
