"""Do the terms of policies contradict each other, within one policy or within its tower?

One line a contradiction. Only what case.toml alone shows: whether an event occurred in the period is the run's to see.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import TYPE_CHECKING

from ledgers.configuration_faults import line_of
from ledgers.display import display

if TYPE_CHECKING:
    from ledgers.configuration_sections import CaseToml, PolicySection

AMOUNTS = ("retention", "limit", "aggregate", "eroded", "received", "retention_aggregate", "premium")
OF_ONE_INSURER = ("insurer", "share", "received")
"""Keys that a policy placed with several gives by line instead."""


def policy_faults(parsed: CaseToml) -> Iterator[str]:
    """Give a line for everything that is wrong with [[policies]] and their towers."""
    for policy in parsed.policies:
        where = f'[[policies]] "{display(policy.name)}"'
        for fault in (*_lines(policy), *_terms(policy)):
            yield line_of(where, fault)
    yield from _towers(parsed)
    if parsed.subrogation is not None and not parsed.policies:
        yield line_of("[subrogation]", "stands without any [[policies]]: nobody has paid. Remove it.")


def policy_amounts(policy: PolicySection) -> Iterator[tuple[str, Mapping[str, str | None]]]:
    """Give every amount of a policy by its key, with where it stands."""
    where = f'[[policies]] "{display(policy.name)}"'
    yield where, {key: getattr(policy, key) for key in AMOUNTS}
    for sublimit in policy.sublimits:
        yield f"{where} sublimits", {"limit": sublimit.limit}
    for line in policy.lines:
        yield f'{where} line of "{display(line.insurer)}"', {"received": line.received}


def _lines(policy: PolicySection) -> Iterator[str]:
    """Several insurers: each at its own share, together at most the whole, and said once."""
    if not policy.lines:
        return
    for key in OF_ONE_INSURER:
        if key in policy.model_fields_set:
            yield f"has lines, and the key {key} too, which each line gives itself. Remove {key}."
    together = sum((Fraction(line.share) for line in policy.lines), Fraction(0))
    if together > 1:
        shares = " + ".join(line.share for line in policy.lines)
        yield f"lines: their shares are together more than 1 ({shares}). Correct the shares as they were placed."
    for insurer, count in Counter(line.insurer for line in policy.lines).items():
        if count > 1:
            yield f'lines name the insurer "{display(insurer)}" {count} times. Write one line with its whole share.'


def _terms(policy: PolicySection) -> Iterator[str]:
    if policy.reinstatements and policy.premium is None:
        yield (
            f"has reinstatements = {policy.reinstatements} and no premium, of which each of them costs a share. "
            'Add premium, the premium of the period; "0" where they are free.'
        )
    if policy.reinstatements and not Fraction(policy.aggregate or policy.limit):
        yield "has reinstatements of nothing: its aggregate, or without one its limit, is 0. Correct it."
    if not policy.reinstatements and "reinstatement_rate" in policy.model_fields_set:
        yield "has a reinstatement_rate and no reinstatements. Say how many there are, or remove the rate."
    if policy.retroactive_from is not None and policy.basis == "occurred":
        yield (
            'has retroactive_from and basis "occurred", by which only the day of the event counts. '
            'Remove retroactive_from, or set basis = "discovery".'
        )
    if policy.drop_down != "never" and policy.tower is None:
        yield f'has drop_down = "{policy.drop_down}" and no tower: there is nothing below it. Name its tower.'
    for custody, count in Counter(sublimit.custody for sublimit in policy.sublimits).items():
        if count > 1:
            yield f'has {count} sublimits for the custody "{custody}". Leave one.'


def _towers(parsed: CaseToml) -> Iterator[str]:
    """Layers of one tower answer for the same events in the same order, so they must ask for the same date."""
    first: dict[str, PolicySection] = {}
    for policy in parsed.policies:
        if policy.tower is None:
            continue
        other = first.setdefault(policy.tower, policy)
        if policy.basis != other.basis:
            yield line_of(
                f'[[policies]] "{display(policy.name)}"',
                f'has the basis "{policy.basis}", and "{display(other.name)}" of the same tower '
                f'"{display(policy.tower)}" has "{other.basis}". Layers of a tower follow one basis: correct it, or '
                "take the policy out of the tower.",
            )
