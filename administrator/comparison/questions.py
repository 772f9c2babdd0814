"""Which questions are varied, and which scenarios do their answers make together?

    regime=NAME,...            another law
    pooling, rounding, ...     any key of [plan] but round and final, also as plan.KEY
    tracing=RULE,...           what is traced into the debtor's wallets by that rule is in the pools; none: only shown
    prices=NAME,...            claims at the prices of price_set claims:NAME, or at commencement
    rule=RULE,...              how a pool is shared; all but proportional are no legal basis

Every answer to one question meets every answer to the others. The first scenario is what the others are held against.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import get_args

from administrator.sharing_rules import SharingRule
from ledgers.configuration import Changes
from ledgers.configuration_faults import meant
from ledgers.configuration_plan import PlanSection
from ledgers.display import display
from ledgers.errors import CaseError

SCENARIOS_MAX = 64
"""Of one comparison: more are no longer read."""
FIXED = ("round", "final", "record_on")
"""What a round is, and whom it pays, is no open question."""
SHORT = ("regime", "tracing", "prices", "rule")
TRUTHS = {"true": True, "false": False}
AS_IT_IS = "as it is"
"""What the one scenario is called that answers nothing."""


class QuestionError(CaseError):
    """What is varied cannot be: exit 2."""

    exit_code = 2


@dataclass(frozen=True, slots=True)
class Question:
    """One thing that is varied."""

    key: str
    """As it was asked."""
    answers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Scenario:
    """One answer to every question."""

    number: int
    """From 1."""
    answers: tuple[tuple[str, str], ...]
    """Question and answer."""
    changes: Changes
    """What case.toml would say."""
    rule: SharingRule

    @property
    def name(self) -> str:
        """The answers in one line."""
        return " ".join(f"{key}={answer}" for key, answer in self.answers) or AS_IT_IS

    @property
    def is_law(self) -> bool:
        """Whether its pools are shared in proportion, as the law has it within a rank."""
        return self.rule is SharingRule.PROPORTIONAL


def questions_of(varied: Sequence[str]) -> tuple[Question, ...]:
    """Read what was asked, as KEY=ANSWER,ANSWER,... each.

    Raises:
        QuestionError: no such key, no answer, or one twice.
    """
    questions: dict[str, Question] = {}
    for text in varied:
        key, _, listed = text.partition("=")
        answers = tuple(answer.strip() for answer in listed.split(","))
        shown = display(text, 200)
        if not all(answers):
            raise QuestionError(f"--vary {shown}: give a key and its answers, such as plan.pooling=per_asset,by_value.")
        if len(set(answers)) < len(answers):
            raise QuestionError(f"--vary {shown}: names an answer twice. Leave one out.")
        name = key if key in SHORT else key.removeprefix("plan.")
        if name in FIXED:
            raise QuestionError(
                f"--vary {shown}: {name} says which payment this is, not how the law is read. Set it in case.toml."
            )
        if key not in (*SHORT, *_plan_keys()):
            raise QuestionError(f'--vary {shown}: "{display(key)}" is no question{meant(key, (*SHORT, *_plan_keys()))}')
        if name in questions:
            raise QuestionError(f"--vary {shown}: {name} is varied twice. Give all its answers together.")
        questions[name] = Question(key, answers)
    return tuple(questions.values())


def scenarios_of(questions: Sequence[Question]) -> tuple[Scenario, ...]:
    """Every answer to one question with every answer to the others, the last question varying fastest.

    Raises:
        QuestionError: there are too many, or an answer cannot be read.
    """
    count = 1
    for question in questions:
        count *= len(question.answers)
    if count > SCENARIOS_MAX:
        raise QuestionError(
            f"{count} scenarios are more than {SCENARIOS_MAX}. Ask fewer questions at once, or leave answers out."
        )
    made = []
    for number, answers in enumerate(product(*(question.answers for question in questions)), 1):
        given = tuple((question.key, answer) for question, answer in zip(questions, answers, strict=True))
        changes: dict[tuple[str, str], object] = {}
        rule = SharingRule.PROPORTIONAL
        for key, answer in given:
            if key.removeprefix("plan.") == "rule":
                rule = _rule(answer)
            else:
                changes |= _changes(key, answer)
        made.append(Scenario(number, given, changes, rule))
    return tuple(made)


def _rule(answer: str) -> SharingRule:
    try:
        return SharingRule(answer)
    except ValueError:
        raise QuestionError(f'--vary rule: "{display(answer)}" is no rule{meant(answer, list(SharingRule))}') from None


def _changes(key: str, answer: str) -> Mapping[tuple[str, str], object]:
    if key == "regime":
        return {("case", "regime"): answer}
    if key == "tracing":
        if answer == "none":
            return {("plan", "traced_recoveries"): "show"}
        return {("plan", "tracing"): answer, ("plan", "traced_recoveries"): "pool"}
    if key == "prices":
        return {("plan", "price_set"): None if answer == "commencement" else answer}
    name = key.removeprefix("plan.")
    return {("plan", name): _typed(name, answer)}


def _typed(name: str, answer: str) -> object:
    """An answer as TOML would give it; whether it may stand there is said where case.toml is read."""
    if name == "trust_terms":
        return tuple(answer.split("+"))
    annotation = PlanSection.model_fields[name].annotation
    if bool not in (annotation, *get_args(annotation)):
        return answer
    if answer not in TRUTHS:
        raise QuestionError(f'--vary plan.{name}: "{display(answer)}" is neither true nor false.')
    return TRUTHS[answer]


def _plan_keys() -> tuple[str, ...]:
    names = [name for name in PlanSection.model_fields if name not in FIXED]
    return *names, *(f"plan.{name}" for name in names)


