"""How much of what is recovered belongs to insurers who have paid for its loss?

An insurer who has paid steps into the insured's rights against whoever took the money. What comes back later is shared
between him and the insured by the rule of the policy or of the law; there is no rule that every law knows, so the case
states it. By `top_down` the insured has back first what no policy covers, then the highest layer, and the retention
last; by `pro_rata` every part of the loss shares alike.

Only recoveries that name their event are shared; costs of the recovery are the case's to charge to a pool.

Source: Rules, addendum D.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from administrator.events import LossItem
from administrator.insurance import Cover, SubrogationRule
from administrator.valuation import Rates, loss_rate
from ledgers.display import display
from ledgers.models import Finding, Severity
from ledgers.units import divide_half_even, format_units

if TYPE_CHECKING:
    from ledgers.storage.books import Books

CASE = "case.toml"
RECOVERED = """
    select recovery.recovery, recovery.asset_no, recovery.event, recovery.units::varchar
    from recovery
    where recovery.event is not null and recovery.event <> ''
    order by recovery.recovery, recovery.asset_no, recovery.units, recovery.source_no, recovery."row"
"""


@dataclass(frozen=True, slots=True)
class Paid:
    """One layer that answered for an event, in minor units of the reporting currency."""

    policy: str
    retention_minor: int
    position: int
    """Place in the case file."""
    layer_minor: int
    received_minor: int
    borne_minor: int
    """What the insured bore of the retention below it."""


@dataclass(frozen=True, slots=True)
class Subrogated:
    """What one policy has of one recovery."""

    recovery: str
    asset_no: int
    policy: str
    units: int


def insurers_parts(
    rule: SubrogationRule, ground_up_minor: int, recovered_minor: int, layers: Sequence[Paid]
) -> tuple[tuple[str, int], ...]:
    """Share what was recovered of one event between the insured and the insurers, layer by layer.

    Of 120 lost, two layers cover 25 above 5 (10 of it used up before) and 50 above 30, placed for 90 %: they pay 60.
    When 30 come back, the 50 that nobody covers come first from the top, and pro rata insurers have 30 x 60 / 120.

    >>> tower = [Paid("primary", 5, 0, 15, 15, 5), Paid("excess", 30, 1, 50, 45, 30)]
    >>> insurers_parts(SubrogationRule.TOP_DOWN, 120, 30, tower)
    (('excess', 0), ('primary', 0))
    >>> insurers_parts(SubrogationRule.PRO_RATA, 120, 30, tower)
    (('excess', 11), ('primary', 3))
    >>> insurers_parts(SubrogationRule.TOP_DOWN, 120, 110, tower)
    (('excess', 45), ('primary', 10))

    Args:
        ground_up_minor: the whole loss of the event.
        recovered_minor: what came back of it, at the same prices; what is above the loss is the insured's.

    Returns:
        Policy and its part, in minor units, the highest layer first.
    """
    paying = sorted(
        (layer for layer in layers if layer.layer_minor > 0),
        key=lambda layer: (layer.retention_minor, layer.position), reverse=True,
    )  # fmt: skip
    if not paying or ground_up_minor <= 0:
        return ()
    recovered = min(recovered_minor, ground_up_minor)
    parts = []
    if rule is SubrogationRule.PRO_RATA:
        left = recovered
        for layer in paying:
            # Insurers of overlapping covers have together no more than came back.
            part = min(recovered * layer.received_minor // ground_up_minor, left)
            parts.append((layer.policy, part))
            left -= part
        return tuple(parts)
    own = max(ground_up_minor - sum(layer.layer_minor for layer in paying) - paying[-1].borne_minor, 0)
    left = recovered - min(recovered, own)
    for layer in paying:
        reached = min(left, layer.layer_minor)
        parts.append((layer.policy, reached * layer.received_minor // layer.layer_minor))
        left -= reached
    return tuple(parts)


@dataclass(frozen=True, slots=True)
class _Recovery:
    recovery: str
    asset_no: int
    event: str
    units: int
    minor: int
    """At the prices of the event's loss; 0 without one."""


def share_recoveries(
    books: Books,
    rule: SubrogationRule | None,
    items: Iterable[LossItem],
    covers: Iterable[Cover],
    rates: Rates,
) -> tuple[Subrogated, ...]:
    """Give insurers their part of every recovery that names an event, and keep it.

    Makes   subrogated(recovery VARCHAR, asset_no INTEGER, policy VARCHAR, units DECIMAL(38,0)),
            key (recovery, asset_no, policy); nothing without a rule
    Holds   of no recovery more than came back
    """
    if rule is None:
        return ()
    ground_up: dict[str, int] = {}
    for item in items:
        ground_up[item.event] = ground_up.get(item.event, 0) + (item.value_minor or 0)
    layers: dict[str, list[Paid]] = {}
    for answer in covers:
        policy = answer.policy
        layers.setdefault(answer.event.event, []).append(
            Paid(policy.name, policy.retention_minor, policy.position, answer.layer_minor, answer.received_minor,
                 answer.borne_minor)
        )  # fmt: skip
    found = []
    for event, recoveries in _by_event(books, rates).items():
        recovered = sum(recovery.minor for recovery in recoveries)
        if recovered == 0:
            continue
        for policy_name, minor in insurers_parts(rule, ground_up.get(event, 0), recovered, layers.get(event, [])):
            for recovery in recoveries:
                units = recovery.units * minor // recovered
                if units:
                    found.append(Subrogated(recovery.recovery, recovery.asset_no, policy_name, units))
    found.sort(key=lambda part: (part.recovery.encode(), part.asset_no, part.policy.encode()))
    for part in found:
        books.insert("subrogated", part.recovery, part.asset_no, part.policy, part.units)
    above = books.value(
        "select count(*) from (select recovery, asset_no, sum(units) as units from subrogated group by all) as had "
        "join (select recovery, asset_no, sum(units) as units from recovery group by all) as came "
        "using (recovery, asset_no) where had.units > came.units"
    )
    assert above == 0, f"insurers have more of {above} recoveries than came back"
    return tuple(found)


def _by_event(books: Books, rates: Rates) -> dict[str, list[_Recovery]]:
    recoveries: dict[str, list[_Recovery]] = {}
    for recovery, asset_no, event, units in books.rows(RECOVERED):
        rate = loss_rate(rates, asset_no, event)
        minor = 0 if rate is None else divide_half_even(int(units) * rate.numerator, rate.denominator)
        recoveries.setdefault(event, []).append(_Recovery(recovery, asset_no, event, int(units), minor))
    return recoveries


NAMED = """
    select recovery.recovery, recovery.event, asset.asset, asset.decimals, source.source, recovery."row",
           recovery.units::varchar, subrogated.policy, subrogated.units::varchar
    from recovery
    join asset using (asset_no)
    join source using (source_no)
    left join subrogated using (recovery, asset_no)
    where recovery.event is not null and recovery.event <> ''
    order by recovery.recovery, recovery.asset_no, subrogated.policy
"""


def about_recoveries(
    books: Books, rule: SubrogationRule | None, declared: frozenset[str], covers: Iterable[Cover]
) -> Iterator[Finding]:
    """Recoveries of events that nobody declared, those that insurers share in, and those nobody has ruled on."""
    paid: dict[str, set[str]] = {}
    for answer in covers:
        if answer.layer_minor and answer.received_minor:
            paid.setdefault(answer.event.event, set()).add(answer.policy.name)
    asked = set()
    for recovery, event, asset, decimals, source, row, units, policy, part in books.rows(NAMED):
        where, subject = f"{source}:{row}", f"recovery {recovery} {asset}"
        quantity = format_units(int(units), decimals)
        if event not in declared:
            yield Finding(
                "recovery-of-unknown-event",
                Severity.BLOCKING,
                f'{where}: event "{display(event)}" of recovery "{display(recovery)}" is none of the [[events]] of '
                "case.toml.",
                "Write the event as case.toml names it, declare it there, or leave the cell empty.",
                subject, asset, quantity, source, row, "event",
            )  # fmt: skip
        elif rule is None and event in paid and event not in asked:
            asked.add(event)
            insurers = ", ".join(f'"{display(name)}"' for name in sorted(paid[event], key=str.encode))
            yield Finding(
                "subrogation-undecided",
                Severity.WARNING,
                f'{where}: event "{display(event)}" of recovery "{display(recovery)}" is one that {insurers} paid for, '
                "and case.toml does not say what insurers have of recoveries: all of it is in the pool.",
                'Read the policies, and add [subrogation] with rule = "top_down" or "pro_rata"; or have them waive it.',
                subject, asset, quantity, source, row, "event",
            )  # fmt: skip
        elif policy is not None:
            had = format_units(int(part), decimals)
            yield Finding(
                "recovery-subrogated",
                Severity.NOTE,
                f'{where}: quantity "{quantity}" of recovery "{display(recovery)}": {had} {display(asset)} of it '
                f'belong to the insurers of "{display(policy)}", who paid for event "{display(event)}"; they are in no '
                "pool.",
                "Have the insurers agree on the part, and transfer it to them.",
                f"{subject} {policy}", asset, had, source, row, "quantity",
            )  # fmt: skip


def subrogation_document(books: Books, rule: SubrogationRule | None) -> dict[str, object] | None:
    """The rule and what insurers have of each recovery, for plan.json; None where the case states no rule."""
    if rule is None:
        return None
    return {
        "rule": rule.value,
        "recoveries": [
            {"recovery": recovery, "asset": asset, "policy": policy, "quantity": format_units(int(units), decimals)}
            for recovery, asset, decimals, policy, units in books.rows(
                "select subrogated.recovery, asset.asset, asset.decimals, subrogated.policy, subrogated.units::varchar "
                "from subrogated join asset using (asset_no) "
                "order by subrogated.recovery, subrogated.asset_no, subrogated.policy"
            )
        ],
    }
