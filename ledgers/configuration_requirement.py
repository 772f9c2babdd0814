"""Does [requirement] contradict itself, or the rest of case.toml?

One line a contradiction. Which methods there are, what each asks for and whether a formula can be read is for the law
to say; here it is only seen that amounts are of the reporting currency and names are given once.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

from ledgers.configuration_faults import line_of
from ledgers.display import display

if TYPE_CHECKING:
    from ledgers.configuration_sections import CaseToml, OfferSection, RequirementSection

AMOUNTS = (
    "held", "insured", "customers", "hot", "cold", "expenses", "bonuses", "profit_shares", "other_discretionary",
    "non_recurring",
)  # fmt: skip
"""Keys of [requirement] that are amounts of the reporting currency."""
FIGURE_NAME = re.compile(r"[a-z_][a-z0-9_]*", re.ASCII)
RESERVED_NAMES = frozenset({*AMOUNTS, "min", "max"})
DIGITS_MAX = 38
STEPS_MAX = 1_000
"""Limits that one offer may be sold in: each is worked out."""


def requirement_faults(parsed: CaseToml) -> Iterator[str]:
    """Give a line for everything that is wrong with [requirement], as far as case.toml alone shows it."""
    section = parsed.requirement
    currency = parsed.assets.get(parsed.case.currency)
    if section is None or currency is None:
        return
    where = "[requirement]"
    for place, key, text in _amounts(section):
        fault = _amount_fault(text, currency.decimals, parsed.case.currency)
        if fault:
            yield line_of(place, f'{key} "{display(text)}" {fault}')
    if section.from_books:
        for key in ("customers", "hot", "cold"):
            if getattr(section, key) is not None:
                yield line_of(where, f"has from_books = true and the key {key} too. Remove one of the two.")
        if not parsed.sources:
            yield line_of(where, "has from_books = true, and the case has no [[sources]]. Type the figures instead.")
    elif section.left_out:
        yield line_of(where, "has left_out without from_books = true. Remove one of the two.")
    for name in section.figures:
        if name in RESERVED_NAMES or not FIGURE_NAME.fullmatch(name):
            yield line_of(
                where,
                f'figures: "{display(name)}" cannot be a name: write small letters, digits and _, '
                f"and none of {', '.join(sorted(RESERVED_NAMES))}.",
            )
    if section.band is not None and _number(section.band[0]) > _number(section.band[1]):
        yield line_of(where, "band begins above its end. Write the lower figure first.")
    yield from _insurance_faults(section, where)
    yield from _twice("[[requirement.insurance]]", "name", [offer.name for offer in section.insurance])
    yield from _twice("[[requirement.scenarios]]", "name", [scenario.name for scenario in section.scenarios])
    yield from _twice("[[requirement.volumes]]", "class", [volume.kind for volume in section.volumes])


def _insurance_faults(section: RequirementSection, where: str) -> Iterator[str]:
    for key in ("insured_retention", "insured_custody"):
        if getattr(section, key) is not None and _number(section.insured) == (0, ""):
            yield line_of(where, f"has {key}, and insured is 0. Write the limit that is in force, or remove {key}.")
    if section.insured_custody is not None and section.insured_retention is None:
        yield line_of(where, "has insured_custody without insured_retention. Write above what the insurance pays.")
    for offer in section.insurance:
        yield from _offer_faults(offer)


def _amounts(section: RequirementSection) -> Iterator[tuple[str, str, str]]:
    """Give every amount of money with its place and key."""
    for key in AMOUNTS:
        text = getattr(section, key)
        if text is not None:
            yield "[requirement]", key, text
    if section.insured_retention is not None:
        yield "[requirement]", "insured_retention", section.insured_retention
    for text in section.band or ():
        yield "[requirement]", "band", text
    for volume in section.volumes:
        for text in volume.years:
            yield f'[[requirement.volumes]] "{volume.kind}"', "years", text
    for offer in section.insurance:
        where = f'[[requirement.insurance]] "{display(offer.name)}"'
        for key in ("retention", "attachment", "step", "limit_max"):
            text = getattr(offer, key)
            if text is not None:
                yield where, key, text
        for quote in offer.quotes:
            yield where, "quotes.limit", quote.limit
            yield where, "quotes.premium", quote.premium
    for scenario in section.scenarios:
        if scenario.loss is not None:
            yield f'[[requirement.scenarios]] "{display(scenario.name)}"', "loss", scenario.loss


def _amount_fault(text: str, decimals: int, currency: str) -> str:
    whole, _, fraction = text.partition(".")
    if len(fraction.rstrip("0")) > decimals:
        return f"has more decimals than the {decimals} of {display(currency)}. Shorten it."
    if len(whole.lstrip("0")) + decimals > DIGITS_MAX:
        return f"has more than {DIGITS_MAX} digits in base units. Correct it."
    return ""


def _offer_faults(offer: OfferSection) -> Iterator[str]:
    where = f'[[requirement.insurance]] "{display(offer.name)}"'
    if offer.attachment is not None and _number(offer.retention) != (0, ""):
        yield line_of(where, "has a retention and an attachment. Leave the attachment for an excess layer.")
    if offer.step is not None and offer.limit_max is not None:
        step, most = _number(offer.step), _number(offer.limit_max)
        if step == (0, ""):
            yield line_of(where, "step is 0. Write in which steps limits are sold.")
        elif _scaled(offer.limit_max) > _scaled(offer.step) * STEPS_MAX:
            yield line_of(where, f"is sold in more than {STEPS_MAX} steps. Write a larger step.")
        elif step > most:
            yield line_of(where, "has a step above limit_max. Correct one of the two.")
    limits = [_number(quote.limit) for quote in offer.quotes]
    if len(set(limits)) < len(limits):
        yield line_of(where, "quotes one limit twice. Leave the one that holds.")
    if (0, "") in limits:
        yield line_of(where, "quotes a limit of 0. Remove it.")
    if len(limits) > STEPS_MAX:
        yield line_of(where, f"has more than {STEPS_MAX} quotes. Leave those that matter.")


def _number(text: str) -> tuple[int, str]:
    """Give a plain decimal as what orders like it: the digits in front of the point, and those behind it.

    >>> _number("010.50") == _number("10.5"), _number("9.9") < _number("10")
    (True, True)
    """
    whole, _, fraction = text.partition(".")
    return int(whole[-4000:] or "0"), fraction.rstrip("0")


def _scaled(text: str) -> int:
    """Give a plain decimal as a whole number of the smallest amounts that any asset has."""
    whole, _, fraction = text.partition(".")
    return int(whole[-4000:] + fraction[:DIGITS_MAX].ljust(DIGITS_MAX, "0"))


def _twice(where: str, key: str, names: list[str]) -> Iterator[str]:
    for name, count in Counter(names).items():
        if count > 1:
            yield line_of(where, f'give the {key} "{display(name)}" {count} times. Each must be unique.')
