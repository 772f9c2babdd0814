"""How is what a policy says to an event told to a person, step by step, with the numbers that the plan used?

Each step is one sentence that can be done again with a pocket calculator, in the order in which an adjuster goes: the
date, the peril, the value, the sublimits, where the layer attaches, how high it reaches, who has which share of it.
Nothing is worked out here: every number stands in the answer (administrator.insurance.cover).
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from administrator.insurance import Basis, Cover, DropDown, Refused, Valuation
from administrator.insurance.cover import LineCover
from ledgers.display import display

WHY_NOT = {
    Refused.PERIL: "the policy does not cover this peril",
    Refused.CUSTODY: "nothing was lost out of a custody that the policy covers",
    Refused.NO_DATE: "nobody knows the date that the policy asks for",
    Refused.OUTSIDE_PERIOD: "the date is outside the policy's period",
    Refused.BEFORE_RETROACTIVE_DATE: "it occurred before the policy's retroactive date",
    Refused.LATE_NOTICE: "the insurers were told too late",
    Refused.BELOW_RETENTION: "the covered loss does not come above the attachment",
    Refused.AGGREGATE_EXHAUSTED: "nothing is left of what the policy pays over its period",
    Refused.ESTATE: "the policy pays the company, so it goes to the estate and not to the holders",
}
PRICES = {
    Valuation.LOSS: "at the prices of the loss",
    Valuation.COMMENCEMENT: "at the prices of commencement",
    Valuation.DISTRIBUTION: "at the prices of distribution",
}


@dataclass(frozen=True, slots=True)
class Saying:
    """How sums and instants of a case are written."""

    money: Callable[[int], str]
    zone: datetime.tzinfo

    def day(self, at: datetime.datetime) -> str:
        """The day of an instant, where the proceedings are."""
        return str(at.replace(tzinfo=datetime.UTC).astimezone(self.zone).date())


def grouped(number: str) -> str:
    """Write a decimal for reading: its thousands apart, a fraction of zeros left out.

    >>> grouped("30000000.00"), grouped("1250.50"), grouped("7")
    ('30,000,000', '1,250.50', '7')
    """
    whole, _, fraction = number.partition(".")
    return f"{int(whole):,}" + (f".{fraction}" if fraction.strip("0") else "")


def steps_of(answer: Cover, say: Saying) -> tuple[str, ...]:
    """Tell one answer, up to the step at which the policy says no."""
    steps = [*_dates(answer, say), *_loss(answer, say)]
    if not answer.is_answered:
        assert answer.reason is not None
        return (*steps, f"nothing is due: {WHY_NOT[answer.reason]}")
    steps += [*_attachment(answer, say), *_layer(answer, say)]
    if answer.layer_minor:
        steps += _lines(answer, say)
    elif answer.reason in (Refused.BELOW_RETENTION, Refused.AGGREGATE_EXHAUSTED):
        steps.append(f"nothing is due: {WHY_NOT[answer.reason]}")
    return tuple(steps)


def _dates(answer: Cover, say: Saying) -> Iterator[str]:
    policy, event = answer.policy, answer.event
    verb = "occurred" if policy.basis is Basis.OCCURRED else "discovered"
    was = "occurred" if policy.basis is Basis.OCCURRED else "was discovered"
    at = event.dated(policy.basis)
    begins = "" if policy.from_at is None else f" from {say.day(policy.from_at)}"
    ends = "" if policy.until_at is None else f" to {say.day(policy.until_at)}"
    if at is None:
        yield f"period{begins}{ends}, basis {policy.basis}: nobody knows when it {was}"
        return
    is_out = answer.reason is Refused.OUTSIDE_PERIOD
    yield f"{verb} {say.day(at)}, period{begins}{ends}: {'outside' if is_out else 'inside'}"
    if policy.retroactive_from is not None and not is_out:
        since = say.day(policy.retroactive_from)
        when = "not known when" if event.occurred_at is None else say.day(event.occurred_at)
        yield f"occurred {when}, retroactive date {since}"
    if policy.notice_days is not None and answer.deadline_at is not None and not is_out:
        told = "nobody says when" if event.notified_at is None else say.day(event.notified_at)
        yield (
            f"notice: within {policy.notice_days} days, by {say.day(answer.deadline_at)}; told: {told}"
            f"{' - too late' if answer.reason is Refused.LATE_NOTICE else ''}"
        )


def _loss(answer: Cover, say: Saying) -> Iterator[str]:
    """What was lost, what the policy counts of it, and why less."""
    policy, event = answer.policy, answer.event
    is_covered = event.peril in policy.covers
    yield f"peril {event.peril}: {'covered' if is_covered else 'not covered'}"
    partial = ", without what has no price" if answer.is_ground_up_partial else ""
    yield f"loss {say.money(answer.ground_up_minor)} {PRICES[policy.valuation]}{partial}"
    for part in answer.custodies if is_covered else ():
        custody = display(part.custody) if part.custody else "of no known custody"
        if not part.is_answered:
            yield f"{custody} {say.money(part.loss_minor)}: not covered"
        elif part.sublimit_minor is not None:
            sublimit, covered = say.money(part.sublimit_minor), say.money(part.covered_minor)
            yield f"{custody} {say.money(part.loss_minor)}, sublimit {sublimit}: {covered}"
        else:
            yield f"{custody} {say.money(part.loss_minor)}, no sublimit"
    counted = [part for part in answer.custodies if part.is_answered]
    if counted:
        sums = " + ".join(say.money(part.covered_minor) for part in counted)
        yield f"covered {sums if len(counted) == 1 else f'{sums} = {say.money(answer.covered_minor)}'}"


def _attachment(answer: Cover, say: Saying) -> Iterator[str]:
    """Where the layer begins, and why lower than its retention."""
    policy = answer.policy
    if policy.retention_aggregate_minor is not None:
        before = answer.retention_borne_before_minor
        yield (
            f"retention {say.money(policy.retention_minor)} an event, {say.money(policy.retention_aggregate_minor)} "
            f"in all, {say.money(before)} of it borne before: {say.money(answer.retention_minor)}"
        )
    dropped = [drop for drop in answer.drops if drop.minor]
    for drop in dropped:
        counted = "has" if policy.drop_down is DropDown.EROSION else "has, counting what is paid in full,"
        yield (
            f'below it "{display(drop.policy)}" {counted} {say.money(drop.left_minor)} left for its limit of '
            f"{say.money(drop.limit_minor)}: drops by {say.money(drop.minor)}"
        )
    attachment = f"attachment {say.money(answer.attachment_minor)} = retention"
    if not dropped:
        yield attachment
        return
    sums = " - ".join(say.money(minor) for minor in (answer.retention_minor, *(drop.minor for drop in dropped)))
    is_floor = answer.retention_minor - sum(drop.minor for drop in dropped) < answer.attachment_minor
    floor = f", at least {say.money(answer.lowest_minor)} where the tower begins" if is_floor else ""
    yield f"{attachment} {sums}{floor}"


def _layer(answer: Cover, say: Saying) -> Iterator[str]:
    policy = answer.policy
    above = max(answer.covered_minor - answer.attachment_minor, 0)
    said = f"covered {say.money(answer.covered_minor)} - {say.money(answer.attachment_minor)} = {say.money(above)}"
    if answer.covered_minor < answer.attachment_minor:
        said = f"covered {say.money(answer.covered_minor)} is below {say.money(answer.attachment_minor)}"
    if policy.limit_minor is not None:
        said += f", limit {say.money(policy.limit_minor)}"
    if answer.capacity_before_minor is not None:
        said += f", {say.money(answer.capacity_before_minor)} left over the period"
    yield f"{said}: layer {say.money(answer.layer_minor)}"
    if answer.capacity_after_minor is not None:
        yield f"left over the period after it: {say.money(answer.capacity_after_minor)}"
    if answer.reinstated_minor and policy.premium_minor is not None:
        yield (
            f"reinstated {say.money(answer.reinstated_minor)} for {policy.reinstatement_rate_text} of the premium of "
            f"{say.money(policy.premium_minor)} x {say.money(answer.reinstated_minor)} / "
            f"{say.money(policy.once_minor or 0)}, each insurer at its share, rounded up"
        )


def _lines(answer: Cover, say: Saying) -> Iterator[str]:
    """What each insurer owes, and what the insured keeps because nobody took it."""
    for line in answer.lines:
        yield _line(line, answer.layer_minor, say)
    gross = sum(line.gross_minor for line in answer.lines)
    if gross < answer.layer_minor:
        kept = say.money(answer.layer_minor - gross)
        yield f"of the layer {kept} are with no insurer: the insured bears them"
    if any(line.received_minor < line.due_minor for line in answer.lines) and len(answer.lines) > 1:
        yield "what one insurer does not pay, the others do not make good"


def _line(line: LineCover, layer_minor: int, say: Saying) -> str:
    insurer = display(line.line.insurer) if line.line.insurer else "the insurer"
    said = f"{insurer}: {line.line.share_text} x {say.money(layer_minor)} = {say.money(line.gross_minor)}"
    if line.premium_minor:
        less = "" if line.gross_minor > line.premium_minor else " (more than it owes)"
        said += f", less premium {say.money(line.premium_minor)}{less}"
    return f"{said}: due {say.money(line.due_minor)}, received {say.money(line.received_minor)}"


BAR_CELLS = 32
NAME_CELLS = 30


def picture_of(answers: Sequence[Cover], say: Saying) -> tuple[str, ...]:
    """Draw the layers that one event asks, the highest first: where each lies, and what the event takes of it.

    The bar is the layer's limit: `#` what the event takes, `-` what is no longer there for it, `.` what it leaves.
    """
    drawn = []
    for answer in sorted(answers, key=lambda one: (one.policy.retention_minor, one.policy.position), reverse=True):
        limit = answer.policy.limit_minor
        if limit is None:
            continue
        had = limit if answer.capacity_before_minor is None else min(limit, answer.capacity_before_minor)
        taken = -(-BAR_CELLS * answer.layer_minor // limit) if limit else 0
        there = max(-(-BAR_CELLS * had // limit) if limit else 0, taken)
        bar = "#" * taken + "." * (there - taken) + "-" * (BAR_CELLS - there)
        drawn.append(f"[{bar}] {display(answer.policy.name, NAME_CELLS)}")
        drawn.append(f"  {say.money(limit)} above {say.money(answer.attachment_minor)}")
        drawn.append(f"  used now {say.money(answer.layer_minor)}, left of it {say.money(had - answer.layer_minor)}")
    return tuple(drawn)
