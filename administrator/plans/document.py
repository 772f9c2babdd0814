"""plan.json: what a court reads beside the tables: under which terms, with which totals, and what to beware of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from administrator.advances import advances_document
from administrator.events import find_losses
from administrator.insurance.resolving import policy_document
from administrator.reserve import Reserve
from administrator.stages import Run, resolved
from administrator.subrogation import subrogation_document
from administrator.terms import Terms
from administrator.valuation import rates_of
from administrator.views import view
from ledgers.units import format_units

if TYPE_CHECKING:
    from ledgers.storage.books import Books

WARNINGS_MAX = 200
ACCRUAL = ("kind", "asset", "of", "ratio", "goes_to")
DISTRIBUTION_PRICES = """
    select asset.asset, price.price
    from price
    join asset using (asset_no)
    where price.price_set = 'distribution'
    order by price.asset_no
"""


def plan_document(run: Run) -> dict[str, object]:
    """The plan as one document, its keys in reading order."""
    case, books, terms = run.case, run.books, resolved(run)

    return {
        "title": case.title,
        "court": case.case.court,
        "reference": case.case.reference,
        "trigger": case.case.trigger,
        "regime": terms.regime.name,
        "commencement_at": case.commencement_at.isoformat(),
        "currency": case.currency,
        "round": terms.round,
        "final": terms.final,
        "record_on": None if run.case.plan.record_on is None else str(run.case.plan.record_on.given),
        "projection": terms.projection,
        "statement": "A projection: what policies owe counts as received. No plan of it can be approved."
        if terms.projection
        else "Proposed. It is a plan only once it is approved.",
        "parameters": dict(terms.parameters),
        "overrides": list(terms.overrides),
        "provisions": [
            {
                "parameter": p.parameter,
                "says": p.says,
                "law": p.authority.law,
                "article": p.authority.article,
                "source": p.authority.source,
                "standing": p.authority.standing.value,
            }
            for p in terms.regime.provisions
        ],
        "not_covered": list(terms.regime.not_covered),
        "assets": {
            asset: {"decimals": decimals, "kind": kind}
            for asset, decimals, kind in books.rows(
                "select asset, decimals, kind from asset "
                "where asset_no = $no or asset_no in (select asset_no from occurring) "
                "order by asset_no",
                {"no": terms.currency_no},
            )
        },
        "policies": [policy_document(policy, terms.currency_decimals) for policy in terms.policies],
        "events": _events(books, terms),
        "subrogation": subrogation_document(books, terms.subrogation),
        "reserves": [_reserve(reserve, terms.currency_decimals) for reserve in terms.reserves],
        "estate": _estate(run, terms),
        "advances": advances_document(books),
        "accruals": [{name: getattr(accrual, name) for name in ACCRUAL} for accrual in case.accruals],
        "elections": [{"name": election.name, "share": election.share} for election in case.elections],
        "payouts": [payout.model_dump(by_alias=True) for payout in case.payouts],
        "loss_prices": _loss_prices(books),
        "distribution_prices": dict(books.rows(DISTRIBUTION_PRICES)),
        "totals": totals(books, terms.currency_decimals),
        "control_totals": control_totals(books),
        "warnings": [
            message
            for (message,) in books.rows(
                # Without rows: findings.csv names them, and the plan is the same in whatever order they stand.
                "select case when \"row\" is not null and starts_with(message, place_shown(source, \"row\")) "
                "then substr(message, length(place_shown(source, \"row\")) + 1) else message end "
                "from finding where severity = 'warning' "
                'order by code, subject, source, "row", message '
                "limit $most",
                {"most": WARNINGS_MAX},
            )
        ],
    }


def _reserve(reserve: Reserve, decimals: int) -> dict[str, object]:
    """A reserve's terms, its sums in the reporting currency."""

    def money(minor: int | None) -> str | None:
        return None if minor is None else format_units(minor, decimals)

    return {
        "name": reserve.name,
        "amount": money(reserve.minor),
        "covers": sorted(reserve.covers),
        "ring_fenced": reserve.ring_fenced,
        "cap_per_holder": money(reserve.cap_minor),
        "cap_per_holder_fiat": money(reserve.cap_fiat_minor),
        "deducts_debts": reserve.deducts_debts,
        "excludes": sorted(reserve.excludes),
    }


def _estate(run: Run, terms: Terms) -> dict[str, object] | None:
    """What came to the estate, what shares in it beside the holders, and what that gets; None where there is none."""
    if terms.estate is None or run.case.estate is None:
        return None

    def money(minor: object) -> str:
        return format_units(int(str(minor)), terms.currency_decimals)

    sources = run.books.rows("select source, minor::varchar from estate_source")
    came = {source: money(minor) for source, minor in sources}
    others = run.books.rows("select step, claim_minor::varchar, entitled::varchar from estate_other order by step")
    return {
        "amount": came["amount"],
        "from_pools": came["pools"],
        "from_policies": came["policies"],
        "from_reserves": came["reserves"],
        "costs": came["costs"],
        "pool_costs": came["pool_costs"],
        "prior_claims": came["prior_claims"],
        "other_claims": money(terms.estate.other_claims),
        "customers_first": run.case.estate.customers_first,
        "other_claims_awarded": {step: money(entitled) for step, _, entitled in others},
        "interest": run.case.estate.interest,
        "interest_until": run.case.estate.interest_until and run.case.estate.interest_until.isoformat(),
        "days": terms.estate.days,
    }


def _events(books: Books, terms: Terms) -> list[dict[str, str]]:
    """The declared events with the dates that policies ask for, as far as they are known."""
    occurred = {event.event: event.occurred_at for event in find_losses(books, terms, rates_of(books)).events}
    events = []
    for event in terms.events:
        dates = {
            "occurred_at": occurred.get(event.event) or event.from_at,
            "discovered_at": event.discovered_at,
            "notified_at": event.notified_at,
        }
        told = {key: at.isoformat() + "Z" for key, at in dates.items() if at is not None}
        events.append({"name": event.event, **told})
    return events


def _loss_prices(books: Books) -> dict[str, dict[str, str]]:
    """Prices that losses are valued at instead of those of commencement, by event; the empty one is for every event."""
    prices: dict[str, dict[str, str]] = {}
    for price_set, asset, price in books.rows(
        "select price.price_set, asset.asset, price.price from price join asset using (asset_no) "
        "where price.price_set = 'loss' or price.price_set like 'loss:%' order by price.price_set, asset.asset_no"
    ):
        prices.setdefault(price_set.removeprefix("loss").removeprefix(":"), {})[asset] = price
    return prices


def totals(books: Books, currency_decimals: int) -> dict[str, str]:
    """Sums over all holders in the reporting currency; `partial` where an unpriced unit is in it."""

    def money(minor: str, is_partial: bool) -> str:
        return "partial" if is_partial else format_units(int(minor), currency_decimals)

    (
        (
            allowed,
            allowed_partial,
            returned,
            returned_partial,
            compensated,
            estate,
            withheld,
            withheld_partial,
            holders,
            paid,
            held_back,
        ),
    ) = books.rows(view("total"))
    sums = {"allowed": allowed, "returned": returned, "withheld": withheld}
    is_partial = {"allowed": allowed_partial, "returned": returned_partial, "withheld": withheld_partial}
    priced = {f"{name}_value_of_priced": money(minor, False) for name, minor in sums.items() if is_partial[name]}
    return {
        "allowed_value": money(allowed, allowed_partial),
        "returned_value": money(returned, returned_partial),
        "compensated_value": money(compensated, False),
        "estate_value": money(estate, False),
        "withheld_value": money(withheld, withheld_partial),
        **priced,
        "holders": str(holders),
        "lines_paid": str(paid),
        "lines_withheld": str(held_back),
    }


def control_totals(books: Books) -> dict[str, object]:
    """Rows of each source as counted twice, what senders stated of them, and the two sides of each stage per asset."""
    columns, rows = books.table(view("control_total"), {})
    return {
        "sources": [
            {"source": source, "rows": rows, "accepted": accepted, "rejected": rejected, "ignored": ignored}
            for source, rows, accepted, rejected, ignored in books.rows(
                "select source, rows, accepted, rejected, ignored from source order by source, source_no"
            )
        ],
        "stated": [
            {"source": source, "measure": measure, "asset": asset, "stated": stated, "measured": measured, "by": by}
            for source, measure, asset, stated, measured, by in books.rows(
                "select path, measure, asset, stated, measured, stated_by from control "
                "order by source, measure desc, asset, stated, path"
            )
        ],
        "assets": {row[0]: dict(zip(columns[1:], row[1:], strict=True)) for row in rows},
    }
