"""plan.json: what a court needs to read beside the tables: under which terms, with which totals, and what to beware of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from administrator.insurance import Policy
from administrator.stages import Run, resolved
from ledgers.units import format_units

if TYPE_CHECKING:
    from ledgers.storage.books import Books

WARNINGS_MAX = 200


def plan_document(run: Run) -> dict[str, object]:
    """The plan as one document, its keys in reading order."""
    case, books, terms = run.case, run.books, resolved(run)

    def money(minor: int) -> str:
        return format_units(minor, terms.currency_decimals)

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
        "projection": terms.projection,
        "statement": "A projection: what policies owe counts as received. No plan of it can be approved."
        if terms.projection else "Proposed. It is a plan only once it is approved.",
        "parameters": dict(terms.parameters),
        "overrides": list(terms.overrides),
        "provisions": [
            {"parameter": p.parameter, "says": p.says, "law": p.authority.law, "article": p.authority.article,
             "source": p.authority.source, "standing": p.authority.standing.value}
            for p in terms.regime.provisions
        ],
        "not_covered": list(terms.regime.not_covered),
        "assets": {asset: {"decimals": decimals, "kind": kind} for asset, decimals, kind in books.rows(
            "select asset, decimals, kind from asset where asset_no = $no or asset_no in (select asset_no from occurring) "
            "order by asset_no", {"no": terms.currency_no})},
        "policies": [_policy(policy, terms.currency_decimals) for policy in terms.policies],
        "reserves": [{"name": reserve.name, "amount": money(reserve.minor), "covers": sorted(reserve.covers),
                      "ring_fenced": reserve.ring_fenced} for reserve in terms.reserves],
        "loss_prices": _loss_prices(books),
        "totals": totals(books, terms.currency_decimals),
        "control_totals": control_totals(books),
        "warnings": [message for (message,) in books.rows(
            "select message from finding where severity = 'warning' order by code, subject, source, \"row\", message "
            "limit $most", {"most": WARNINGS_MAX})],
    }


def _policy(policy: Policy, decimals: int) -> dict[str, object]:
    """A policy's terms, its sums in the reporting currency."""

    def money(minor: int | None) -> str | None:
        return None if minor is None else format_units(minor, decimals)

    return {
        "name": policy.name,
        "covers": sorted(policy.covers),
        "custody": None if policy.custody is None else sorted(policy.custody),
        "basis": policy.basis.value,
        "from": policy.from_at and policy.from_at.isoformat() + "Z",
        "until": policy.until_at and policy.until_at.isoformat() + "Z",
        "retention": money(policy.retention_minor),
        "limit": money(policy.limit_minor),
        "aggregate": money(policy.aggregate_minor),
        "eroded": money(policy.eroded_minor),
        "share": policy.share_text,
        "sublimits": [{"custody": s.custody, "limit": money(s.limit_minor)} for s in policy.sublimits],
        "payee": "holders" if policy.pays_holders else "estate",
        "received": money(policy.received_minor),
    }


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
    row = books.rows(
        "select sum(allowed_minor)::varchar, bool_or(allowed_partial), sum(returned_minor)::varchar, "
        "bool_or(returned_partial), sum(compensated_minor)::varchar, false, sum(withheld_minor)::varchar, "
        "bool_or(withheld_partial) from holder"
    )[0]
    names = ("allowed_value", "returned_value", "compensated_value", "withheld_value")
    values = {
        name: "partial" if row[2 * at + 1] else format_units(int(row[2 * at] or 0), currency_decimals)
        for at, name in enumerate(names)
    }
    counts = books.rows(
        "select (select count(*) from holder), (select count(*) from plan_line where status = 'pay' and quantity > 0), "
        "(select count(*) from plan_line where status = 'withhold')"
    )[0]
    return {**values, "holders": str(counts[0]), "lines_paid": str(counts[1]), "lines_withheld": str(counts[2])}


def control_totals(books: Books) -> dict[str, object]:
    """Rows of each source as counted twice, and per asset what the two sides of each stage sum to."""
    return {
        "sources": [
            {"source": source, "rows": rows, "accepted": accepted, "rejected": rejected, "ignored": ignored}
            for source, rows, accepted, rejected, ignored in books.rows(
                "select source, rows, accepted, rejected, ignored from source order by source, source_no")
        ],
        "assets": {
            asset: {"owed": owed, "claims": claims, "distributable": distributable, "awarded": awarded, "surplus": surplus,
                    "residue": residue, "withheld": withheld}
            for asset, owed, claims, distributable, awarded, surplus, residue, withheld in books.rows(
                "select asset.asset, units_text(total.owed, asset.decimals), units_text(pool.claimed, asset.decimals), "
                "units_text(pool.distributable, asset.decimals), units_text(pool_award.awarded, asset.decimals), "
                "units_text(pool.surplus, asset.decimals), "
                "units_text((pool.distributable - pool.surplus - pool_award.awarded)::decimal(38, 0), asset.decimals), "
                "units_text(coalesce(held.units, 0)::decimal(38, 0), asset.decimals) "
                "from pool join pool_award using (asset_no) join asset using (asset_no) "
                "join holding_total as total using (asset_no) "
                "left join (select pay_asset_no as asset_no, sum(quantity) as units from plan_line "
                "where status = 'withhold' and step like 'return%' group by pay_asset_no) as held using (asset_no) order by asset.asset_no")
        },
    }
