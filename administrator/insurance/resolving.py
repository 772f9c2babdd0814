"""The terms of one policy as the case writes them, resolved to whole numbers and instants; and back, for plan.json."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from administrator.insurance.policy import Basis, DropDown, Policy, PolicyLine, Sublimit, Valuation
from administrator.losses import Peril
from ledgers.configuration_sections import PolicySection
from ledgers.configuration_values import Bound
from ledgers.units import Scientific, format_units, read_ratio


def policy_of(position: int, policy: PolicySection, minor_of: Callable[[str, str], int]) -> Policy:
    """Resolve one policy.

    Args:
        position: its place in the case, from 0.
        minor_of: a sum of some currency in minor units of the reporting currency.
    """

    def minor(text: str | None) -> int | None:
        return None if text is None else minor_of(text, policy.currency)

    placed = [(line.insurer, line.share, line.received) for line in policy.lines]
    return Policy(
        position=position,
        name=policy.name,
        covers=frozenset(Peril(peril) for peril in policy.covers),
        custody=None if policy.custody is None else frozenset(policy.custody),
        basis=Basis(policy.basis),
        from_at=_instant(policy.begins),
        until_at=_instant(policy.ends),
        retention_minor=minor_of(policy.retention, policy.currency),
        limit_minor=minor(policy.limit),
        aggregate_minor=minor(policy.aggregate),
        eroded_minor=minor_of(policy.eroded, policy.currency),
        lines=tuple(
            PolicyLine(insurer, read_ratio(share, Scientific.REFUSE), share, minor_of(received, policy.currency))
            for insurer, share, received in placed or [(policy.insurer or "", policy.share, policy.received)]
        ),
        pays_holders=policy.payee == "holders",
        sublimits=tuple(
            Sublimit(sublimit.custody, minor_of(sublimit.limit, policy.currency)) for sublimit in policy.sublimits
        ),
        tower=policy.tower,
        drop_down=DropDown(policy.drop_down),
        retention_aggregate_minor=minor(policy.retention_aggregate),
        retroactive_from=_instant(policy.retroactive_from),
        notice_days=policy.notice_days,
        valuation=Valuation(policy.valuation),
        reinstatements=policy.reinstatements,
        premium_minor=minor(policy.premium),
        reinstatement_rate=read_ratio(policy.reinstatement_rate, Scientific.REFUSE),
        reinstatement_rate_text=policy.reinstatement_rate,
        is_placed_by_line=bool(policy.lines),
    )


def policy_document(policy: Policy, decimals: int) -> dict[str, object]:
    """A policy's terms for plan.json, its sums in the reporting currency, its keys those of case.toml.

    `share` and `received` stand at a policy of one insurer, at their lines where it was placed with several.
    """

    def money(minor: int | None) -> str | None:
        return None if minor is None else format_units(minor, decimals)

    def day(at: datetime | None) -> str | None:
        return None if at is None else at.isoformat() + "Z"

    return {
        "name": policy.name,
        "tower": policy.tower,
        "drop_down": policy.drop_down.value,
        "covers": sorted(policy.covers),
        "custody": None if policy.custody is None else sorted(policy.custody),
        "basis": policy.basis.value,
        "from": day(policy.from_at),
        "until": day(policy.until_at),
        "retroactive_from": day(policy.retroactive_from),
        "notice_days": policy.notice_days,
        "valuation": policy.valuation.value,
        "retention": money(policy.retention_minor),
        "retention_aggregate": money(policy.retention_aggregate_minor),
        "limit": money(policy.limit_minor),
        "aggregate": money(policy.aggregate_minor),
        "eroded": money(policy.eroded_minor),
        "reinstatements": policy.reinstatements,
        "premium": money(policy.premium_minor),
        "reinstatement_rate": policy.reinstatement_rate_text,
        **_placed(policy, money),
        "sublimits": [{"custody": s.custody, "limit": money(s.limit_minor)} for s in policy.sublimits],
        "payee": "holders" if policy.pays_holders else "estate",
    }


def _placed(policy: Policy, money: Callable[[int | None], str | None]) -> dict[str, object]:
    lines = [
        {"insurer": line.insurer, "share": line.share_text, "received": money(line.received_minor)}
        for line in policy.lines
    ]
    if policy.is_placed_by_line:
        return {"lines": lines}
    (line,) = lines
    return {"insurer": line["insurer"] or None, "share": line["share"], "received": line["received"], "lines": []}


def _instant(bound: Bound | None) -> datetime | None:
    """As instants stand in the books: in UTC, without a zone."""
    return None if bound is None else bound.at.astimezone(UTC).replace(tzinfo=None)
