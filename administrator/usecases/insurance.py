"""What do the policies of a case owe for each event, and why? Every answer with its steps.

The answers are worked out again from the terms and the losses in the books, by the functions the plan used, and
compared with the relation coverage of that plan: what is told here is what coverage.csv says. Nothing changes the case.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from administrator.events import find_losses
from administrator.insurance import Cover, EventLoss, cover_all
from administrator.stages import Run, resolved
from administrator.usecases.insurance_telling import WHY_NOT, Saying, grouped, picture_of, steps_of
from administrator.valuation import rates_of
from administrator.wrapping import wrapped
from ledgers.display import display
from ledgers.errors import CaseError
from ledgers.units import format_units

if TYPE_CHECKING:
    from administrator.usecases.looking import Matter

NAMED_MAX = 5


class UnknownPolicyError(CaseError):
    """The case knows no such policy or event, or came to no plan."""

    exit_code = 2


@dataclass(frozen=True, slots=True)
class CoverTold:
    """What one policy says to one event."""

    policy: str
    tower: str
    """Empty where it stands alone."""
    event: str
    steps: tuple[str, ...]
    covered: str
    layer: str
    due: str
    received: str
    outstanding: str
    """Due and not received."""
    distributed: str
    """To holders, in the step `insurance:` of the policy."""
    left_over: str
    """Received for holders and not distributed: they lack no more of this loss, or rounding left it."""
    payee: str
    """holders or estate."""
    why_not: str
    """Empty where holders get what was received."""


@dataclass(frozen=True, slots=True)
class TowerTold:
    """The layers that an event asks, drawn."""

    tower: str
    picture: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class EventTold:
    """One event, and who is asked for it in which order."""

    event: str
    peril: str
    occurred_on: str
    discovered_on: str
    notified_on: str
    """Days where the proceedings are; empty where nobody says."""
    towers: tuple[TowerTold, ...]
    covers: tuple[CoverTold, ...]
    due: str
    received: str
    outstanding: str


@dataclass(frozen=True, slots=True)
class InsuranceTold:
    """What all policies say to all events."""

    title: str
    currency: str
    is_projection: bool
    policies: tuple[str, ...]
    """In the order in which they are asked."""
    events: tuple[EventTold, ...]

    def lines(self, columns: int) -> list[str]:
        """The answer as text of a terminal."""
        said = list(wrapped(f"{display(self.title, 200)}: what the policies owe, in {self.currency}.", columns, ""))
        if self.is_projection:
            said += wrapped("A projection: what is due counts as received.", columns, "")
        if not self.policies:
            return [*said, "The case has no [[policies]]."]
        if not self.events:
            return [*said, "There is no loss to ask them for."]
        asked = ", ".join(display(name) for name in self.policies)
        said += wrapped(f"Asked in this order, by where they attach: {asked}.", columns, "", "  ")
        for event in self.events:
            said += ["", *_event_lines(event, columns)]
        return said


def insurance(matter: Matter, policy: str | None = None, event: str | None = None) -> InsuranceTold:
    """Tell every answer, or those of one policy or to one event.

    Raises:
        UnknownPolicyError: there is no such policy or event, or the run came to no plan.
    """
    case, books = matter.case, matter.books
    if not matter.is_planned:
        raise UnknownPolicyError(
            f"{case.folder}: the run came to no plan, so no policy was asked. Clear its blocking findings first."
        )
    terms = resolved(Run(case, books, lambda _: None))
    losses = find_losses(books, terms, rates_of(books))
    covers = cover_all(terms.policies, losses.events, terms.projection)
    say = Saying(lambda minor: grouped(format_units(minor, terms.currency_decimals)),
                 case.commencement_at.tzinfo or datetime.UTC)  # fmt: skip
    kept = {
        (source, of_event): (int(due), int(received), int(given))
        for source, of_event, due, received, given in books.rows(
            "select source, event, due_minor::varchar, received_minor::varchar, distributed_minor::varchar "
            "from coverage where event <> ''"
        )
    }
    answers = [answer for of_policy in covers for answer in of_policy]
    for answer in answers:
        key = (answer.policy.name, answer.event.event)
        assert kept[key][:2] == (answer.due_minor, answer.received_minor), f"coverage of policy {key} is another"
    _known("policy", policy, [one.name for one in terms.policies])
    _known("event", event, [one.event for one in losses.events])
    order = sorted(terms.policies, key=lambda one: (one.retention_minor, one.position))
    events = [
        _event(one, [answer for answer in answers if answer.event is one], kept, say, policy)
        for one in sorted(losses.events, key=lambda one: (one.occurred_at or datetime.datetime.max, one.position))
        if event in (None, one.event)
    ]
    names = tuple(one.name for one in order if policy in (None, one.name))
    return InsuranceTold(case.title, case.currency, terms.projection, names, tuple(events))


def step_lines(matter: Matter, source: str, event: str, cells: int) -> tuple[str, ...]:
    """Tell one answer in lines of so many cells: of a policy to an event, or of a reserve, whose event is empty."""
    if event:
        (told,) = insurance(matter, source, event).events
        return tuple(_event_lines(told, cells))
    ((amount, unmet, claimed, given, reason),) = matter.books.rows(
        "select units_text(due_minor, currency_decimals), units_text(ground_up_minor, currency_decimals), "
        "units_text(covered_minor, currency_decimals), units_text(distributed_minor, currency_decimals), reason "
        "from coverage cross join term where source = $source and event = ''", {"source": source},
    )  # fmt: skip
    steps = [
        f"losses that it answers for and nothing has met before: {grouped(unmet)}",
        f"of them claimed of it, after what it pays a holder at most: {grouped(claimed)}",
        f"it has {grouped(amount)}: to holders {grouped(given)}, in the step reserve:{display(source)}",
    ]
    if reason:
        steps.append("no trust or law keeps it apart, so it goes to the estate and not to the holders")
    return tuple(line for step in steps for line in wrapped(step, cells, "", "  "))


def _known(kind: str, asked: str | None, names: Sequence[str]) -> None:
    if asked is None or asked in names:
        return
    shown = ", ".join(f'"{display(name)}"' for name in names[:NAMED_MAX])
    more = f" and {len(names) - NAMED_MAX} more" if len(names) > NAMED_MAX else ""
    there = f"There are: {shown}{more}." if names else "There is none."
    raise UnknownPolicyError(f'--{kind} "{display(asked)}": no such {kind} is asked about. {there}')


def _event(
    event: EventLoss,
    answers: Sequence[Cover],
    kept: dict[tuple[str, str], tuple[int, int, int]],
    say: Saying,
    policy: str | None,
) -> EventTold:
    ordered = sorted(answers, key=lambda one: (one.policy.retention_minor, one.policy.position))
    shown = [one for one in ordered if policy in (None, one.policy.name)]
    towers: dict[str, list[Cover]] = {}
    for answer in ordered:
        if answer.policy.tower is not None and any(one.policy.tower == answer.policy.tower for one in shown):
            towers.setdefault(answer.policy.tower, []).append(answer)
    due, received = sum(one.due_minor for one in shown), sum(one.received_minor for one in shown)

    def day(at: datetime.datetime | None) -> str:
        return "" if at is None else say.day(at)

    return EventTold(
        event.event, event.peril.value, day(event.occurred_at), day(event.discovered_at), day(event.notified_at),
        tuple(TowerTold(name, picture_of(layers, say)) for name, layers in towers.items()),
        tuple(_cover(answer, kept[answer.policy.name, event.event][2], say) for answer in shown),
        say.money(due), say.money(received), say.money(due - received),
    )  # fmt: skip


def _cover(answer: Cover, given: int, say: Saying) -> CoverTold:
    policy = answer.policy
    return CoverTold(
        policy=policy.name,
        tower=policy.tower or "",
        event=answer.event.event,
        steps=steps_of(answer, say),
        covered=say.money(answer.covered_minor),
        layer=say.money(answer.layer_minor),
        due=say.money(answer.due_minor),
        received=say.money(answer.received_minor),
        outstanding=say.money(answer.due_minor - answer.received_minor),
        distributed=say.money(given),
        left_over=say.money(answer.received_minor - given if policy.pays_holders else 0),
        payee="holders" if policy.pays_holders else "estate",
        why_not="" if answer.reason is None else WHY_NOT[answer.reason],
    )


def _event_lines(event: EventTold, columns: int) -> Iterator[str]:
    dates = [f"{what} {on}" for what, on in (
        ("occurred", event.occurred_on), ("discovered", event.discovered_on), ("insurers told", event.notified_on),
    ) if on]  # fmt: skip
    yield from wrapped(f"{display(event.event, 200)}: {', '.join([event.peril, *dates])}", columns, "", "  ")
    for tower in event.towers:
        yield f"  tower {display(tower.tower, 60)}"
        yield from (f"    {line}".rstrip() for line in tower.picture)
    for cover in event.covers:
        yield from wrapped(f"{display(cover.policy, 200)}", columns, "  ")
        for step in cover.steps:
            yield from wrapped(step, columns, "    ", "      ")
        if cover.due != "0":
            yield from wrapped(_outcome(cover), columns, "    ", "      ")
    if len(event.covers) > 1:
        total = f"in all due {event.due}, received {event.received}, outstanding {event.outstanding}"
        yield from wrapped(total, columns, "  ", "    ")


def _outcome(cover: CoverTold) -> str:
    """Whom the money goes to, and what is still to come."""
    said = f"due {cover.due}, received {cover.received}, outstanding {cover.outstanding}; "
    if cover.payee == "estate":
        return f"{said}to the estate"
    if cover.left_over != "0":
        said += f"{cover.left_over} left over, beyond what holders still lack of this loss; "
    return f"{said}to holders {cover.distributed}, in the step insurance:{display(cover.policy)}"
