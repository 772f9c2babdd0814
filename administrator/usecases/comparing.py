"""Compute a case under several answers to open questions, sharing the work that they have in common.

What was handed over, the books, the bridge and the flows are the same under every answer: they are made once, and what
an earlier run of the case has made is taken. Each scenario then goes on from there in a transaction that is rolled back
when its sums are taken, so that nothing of it is left in the case.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from administrator.comparison.figures import Measured, Recovered, know_persons, measure
from administrator.comparison.other_rules import share_otherwise
from administrator.comparison.questions import Scenario, questions_of, scenarios_of
from administrator.errors import RegimeError
from administrator.notes import take_out
from administrator.plans.exports.seal import seal_tables
from administrator.stages import STAGES, Run, blocking, given, run_on, run_stages
from administrator.terms import check_asked, parameters_of, regime_of
from administrator.usecases.compared import Compared, GroupLine, ScenarioLine
from administrator.usecases.resuming import Making, left_books, new_books
from administrator.valuation import Rates, rates_of
from ledgers.configuration import CaseConfiguration, read_case
from ledgers.display import display
from ledgers.errors import ConfigurationError, LedgerError
from ledgers.models import Progress, ProgressListener
from ledgers.storage.books import MEMORY_LIMIT, Books
from ledgers.storage.folders import SPILL_PREFIX, private_folder, purged_folder
from ledgers.units import format_ratio, format_units

if TYPE_CHECKING:
    import pyarrow as pa

_NAMES = [stage.name for stage in STAGES]
SHARED = _NAMES.index("claims")
"""Stages that know nothing of [plan] but the round and the prices, nor of the law."""
POOLED = _NAMES.index("pools") + 1
"""Stages behind which another rule may share what pools hold."""
LOADED = _NAMES.index("load") + 1
"""Stages that know no prices either."""
DIGESTED = ("pools", "schedule", "holders")
FAULTS_SHOWN = 3


@dataclass(slots=True)
class _First:
    """What the other scenarios are held against, once the first is worked out."""

    prices: Rates | None = None
    recovery: pa.Table | None = None


def compare_case(
    folder: Path,
    varied: Sequence[str],
    listen: ProgressListener,
    *,
    threads: int | None = None,
    memory_limit: str = MEMORY_LIMIT,
    is_digested: bool = False,
    opened: Callable[[Books], None] = lambda _: None,
) -> Compared:
    """Work out every scenario of a case.

    Args:
        folder: the case.
        varied: questions as KEY=ANSWER,ANSWER,...; none for the case as it is.
        listen: told how far it is.
        threads: None for as many as there are cores; no figure depends on it.
        is_digested: whether the tables that a run of each scenario would write are made and hashed.
        opened: given the books while they are open, so that somebody can interrupt them.

    Raises:
        QuestionError: the questions cannot be asked so.
        CaseError: the case cannot be computed, or no scenario of it can.
    """
    questions = questions_of(varied)
    scenarios = scenarios_of(questions)
    case = read_case(folder)
    cases, refused = _cases(folder, scenarios)
    if not cases:
        raise RegimeError(*(f"{display(scenario.name, 200)}: {refused[scenario.number]}" for scenario in scenarios))
    lines: list[ScenarioLine] = []
    with _books(Making(case, None, listen, threads, memory_limit, opened, nullcontext)) as books:
        know_persons(books)
        first = _First()
        for scenario in scenarios:
            if scenario.number in refused:
                lines.append(_line(scenario, case, refused[scenario.number], None, ()))
                continue
            listen(Progress(scenario.name, 0, 0))
            run = Run(cases[scenario.number], books, listen)
            lines.append(_worked_out(run, case, scenario, first, is_digested=is_digested))
    if all(line.why_not for line in lines):
        raise LedgerError(*(f"{display(line.name, 200)}: {line.why_not}" for line in lines))
    return Compared(
        title=case.title,
        currency=case.currency,
        decimals=case.currency_decimals,
        questions=tuple(question.key for question in questions),
        scenarios=tuple(lines),
    )


def _cases(
    folder: Path, scenarios: Iterable[Scenario]
) -> tuple[Mapping[int, CaseConfiguration], Mapping[int, str]]:
    """The case as each scenario has it, or why there is none."""
    cases, refused = {}, {}
    for scenario in scenarios:
        try:
            case = read_case(folder, changes={**scenario.changes, ("plan", "rule"): None})
            check_asked(case)
            parameters_of(case, regime_of(case))
            cases[scenario.number] = case
        except (RegimeError, ConfigurationError) as error:
            refused[scenario.number] = " ".join(error.lines[:FAULTS_SHOWN])
    return cases, refused


def _books(how: Making) -> Books:
    """The books of the case, with the stages that all scenarios share.

    Raises:
        LedgerError: a blocking finding stops every scenario.
    """
    books, done = left_books(how, is_read=True)
    if books is None:
        books, done = new_books(how), 0
    try:
        for _ in run_stages(Run(how.case, books, how.listen), done, SHARED):
            pass
        if done < SHARED and blocking(books):
            _refuse(books)
    except BaseException:
        books.close()
        raise
    return books


def _refuse(books: Books) -> None:
    messages = _messages(books)
    raise LedgerError(*messages, "Nothing can be compared before that is corrected. `administrator check` says all.")


def _messages(books: Books) -> list[str]:
    return [
        message
        for (message,) in books.rows(
            "select message || ' ' || remedy from finding where severity = 'blocking' "
            'order by code, subject, source, "row" limit $most', {"most": FAULTS_SHOWN},
        )
    ]  # fmt: skip


def _worked_out(
    run: Run, case: CaseConfiguration, scenario: Scenario, first: _First, *, is_digested: bool
) -> ScenarioLine:
    books = run.books
    with books.rolled_back():
        try:
            why_not = _plan_under(run, case, scenario)
        except (RegimeError, LedgerError) as error:
            why_not = " ".join(error.lines)
        if why_not:
            return _line(scenario, case, why_not, None, ())
        digests = _digests(run) if is_digested and scenario.is_law else ()
        first.prices = rates_of(books) if first.prices is None else first.prices
        measured = measure(books, first.prices, first.recovery, case.currency_decimals)
        first.recovery = measured.first if first.recovery is None else first.recovery
        return _line(scenario, case, "", measured, digests)


def _plan_under(run: Run, case: CaseConfiguration, scenario: Scenario) -> str:
    """Do all stages that the scenario does not share with the case; say what stopped them, if anything did."""
    books, shared = run.books, _shared_with(case, run.case)
    assert take_out(books, shared), "the books do not hold what their notes say"
    if not run_on(run, shared, POOLED):
        return " ".join(_messages(books))
    why_not = "" if scenario.is_law else share_otherwise(books, scenario.rule)
    return why_not or ("" if run_on(run, POOLED) else " ".join(_messages(books)))


def _shared_with(case: CaseConfiguration, other: CaseConfiguration) -> int:
    """How many stages are the same under both: those behind are given something else of case.toml."""
    for number, stage in enumerate(STAGES[:SHARED]):
        same_law = replace(given(other, stage), case=case.case)
        if number >= LOADED and same_law != given(case, stage):
            return number
    return SHARED


def _digests(run: Run) -> tuple[tuple[str, str], ...]:
    """The hashes of the tables that a run under these terms writes."""
    run.listen(Progress("export", 0, 0))
    work = private_folder(run.case.folder / "work")
    folder = Path(tempfile.mkdtemp(prefix=SPILL_PREFIX, dir=work))
    try:
        return tuple((sealed.name, sealed.sha256) for sealed in seal_tables(run.books, DIGESTED, folder))
    finally:
        purged_folder(folder).rmdir()


def _line(
    scenario: Scenario,
    case: CaseConfiguration,
    why_not: str,
    measured: Measured | None,
    digests: tuple[tuple[str, str], ...],
) -> ScenarioLine:
    groups = () if measured is None else measured.groups
    return ScenarioLine(
        number=scenario.number,
        name=scenario.name,
        answers=scenario.answers,
        is_law=scenario.is_law,
        why_not=why_not,
        groups=tuple(_group(case, group) for group in groups),
        claimed_minor=groups[0].claimed if groups else 0,
        recovered_minor=groups[0].got if groups else 0,
        digests=digests,
    )


def _group(case: CaseConfiguration, group: Recovered) -> GroupLine:
    def money(minor: int) -> str:
        return format_units(minor, case.currency_decimals)

    is_of_holders = group.holders is not None
    return GroupLine(
        kind=group.kind,
        group=group.group,
        holders=str(group.holders) if is_of_holders else "",
        claimed=money(group.claimed),
        recovered=money(group.got),
        recovery=format_ratio(group.got, group.claimed, 8) if group.claimed else "",
        winners=str(group.winners) if is_of_holders else "",
        gained=money(group.gained) if is_of_holders else "",
        losers=str(group.losers) if is_of_holders else "",
        lost=money(group.lost) if is_of_holders else "",
    )
