"""What should somebody do about the policies: tell the insurers, or ask them for what they owe?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from administrator.findings import NOTE, WARNING, of_case
from administrator.insurance import Cover
from administrator.terms import Terms
from ledgers.display import display
from ledgers.models import Finding
from ledgers.units import format_units


def about_policies(terms: Terms, currency: str, covers: Iterable[Sequence[Cover]]) -> Iterator[Finding]:
    """Say which events nobody says the insurers were told of, and what they owe and have not paid.

    Args:
        covers: the answers of each policy, in the order of the case.
    """
    for answers in covers:
        yield from _untold(answers)
        if not terms.projection:
            yield from _outstanding(terms, currency, answers)


def _untold(answers: Sequence[Cover]) -> Iterator[Finding]:
    for answer in answers:
        if answer.deadline_at is None or answer.event.notified_at is not None or not answer.is_answered:
            continue
        policy, event = display(answer.policy.name), display(answer.event.event)
        yield of_case(
            "notice-undeclared",
            WARNING,
            f'[[policies]] "{policy}" has notice_days {answer.policy.notice_days}, and nobody says when its insurers '
            f'were told of "{event}"; it is counted as told in time.',
            "Add notified_at to the event, as the notice proves it; what is told too late is not paid.",
            subject=f"policy {answer.policy.name} {answer.event.event}",
            column="notice_days",
        )


def _outstanding(terms: Terms, currency: str, answers: Sequence[Cover]) -> Iterator[Finding]:
    owed: dict[str, int] = {}
    for line in (line for answer in answers for line in answer.lines):
        owed[line.line.insurer] = owed.get(line.line.insurer, 0) + line.due_minor - line.received_minor
    outstanding = sum(owed.values())
    if not outstanding:
        return
    policy = answers[0].policy

    def money(minor: int) -> str:
        return f"{format_units(minor, terms.currency_decimals)} {display(currency)}"

    due = sum(answer.due_minor for answer in answers)
    who = ", ".join(f"{display(insurer)} {money(minor)}" for insurer, minor in owed.items() if insurer and minor)
    yield of_case(
        "insurance-outstanding",
        NOTE,
        f'[[policies]] "{display(policy.name)}" owes {money(due)} and has paid {money(due - outstanding)} of it: '
        f"{money(outstanding)} are outstanding{' (' + who + ')' if who else ''}, and nothing of them is paid out.",
        "Claim them of the insurers; enter what comes as received.",
        subject=f"policy {policy.name}",
        column="received",
        asset=currency,
        quantity=format_units(outstanding, terms.currency_decimals),
    )
