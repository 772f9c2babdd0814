"""Work out what must be held against losses, what of it insurance may replace, and what each blend costs a year.

For a supervisor, an exchange that did not fail, or an administrator who asks what should have been there. It reads
[requirement] and, where the case asks for that, the books of its last run; it changes nothing in the case.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from math import floor
from pathlib import Path

from administrator.blends import Blend, InForce, Offer, Required, Scenario, Trials, all_blends, cheapest, count_blends
from administrator.errors import RegimeError
from administrator.law.requirements import METHODS
from administrator.law.requirements.method import Figures, LacksFigure, Method, NoSuchFormula, Worked, up
from administrator.law.requirements.precedent_quantile import assets_of
from administrator.law.requirements.precedents import known_on, severities
from administrator.usecases.sized import (
    BlendLine,
    LayerLine,
    ProvisionLine,
    Sized,
    SizedMethod,
    StepLine,
    TestLine,
    TriedLine,
)
from ledgers.configuration import CaseConfiguration, read_case
from ledgers.configuration_faults import line_of, meant
from ledgers.configuration_requirement import AMOUNTS
from ledgers.configuration_sections import OfferSection, RequirementSection
from ledgers.display import display
from ledgers.errors import ConfigurationError
from ledgers.storage.books import MEMORY_LIMIT
from ledgers.units import (
    ExcessDigits,
    NotANumber,
    Ratio,
    Scientific,
    format_ratio,
    format_units,
    read_quantity,
    read_ratio,
)

WHERE = "[requirement]"
CHOICES = ("market", "service", "applied_to")
SHARE_DECIMALS = 8
BLENDS_MAX = 20_000
"""Of all offers, however they are layered: each is worked out and tried on every scenario."""


def size_reserve(
    folder: Path, *, method: str | None = None, is_all: bool = False, memory_limit: str = MEMORY_LIMIT
) -> Sized:
    """Work out what a case requires by the method it names, or by every known one.

    Args:
        folder: the case folder; it may have no sources.
        method: another method than the case names.
        is_all: every known method; one that cannot be worked out says why.

    Raises:
        ConfigurationError: [requirement] is wrong, or lacks what the method asks for.
        RegimeError: there is no such method, or it is not known to hold on the day.
        StaleError, StorageError: the books are asked for, and the case was not run as it stands.
    """
    case = read_case(folder, needs_books=False)
    section = case.requirement
    if section is None:
        raise ConfigurationError(line_of("", f"has no section {WHERE}. Add it: method, on, held and what it asks for."))
    name = method or section.method
    if name not in METHODS:
        raise RegimeError(line_of(WHERE, f'method "{display(name)}" is not known{meant(name, METHODS)}'))
    _faults(section)
    measured = _from_books(folder, section.left_out, memory_limit) if section.from_books else {}
    given = _Given(case, section, measured)
    names = tuple(METHODS) if is_all else (name,)
    methods = tuple(_sized(METHODS[known], given, is_all) for known in names)
    return Sized(
        title=case.title,
        currency=case.currency,
        on=given.figures.on.isoformat(),
        held=given.money(given.figures.held_minor),
        held_minor=given.figures.held_minor,
        capital_rate=section.capital_rate,
        figures=tuple((key, given.money(minor)) for key, minor in given.figures.amounts.items()),
        from_books=section.from_books,
        left_out=tuple(sorted(set(section.left_out), key=str.encode)),
        methods=methods,
        is_all=is_all,
    )


class _Given:
    """What a case gives, read once into whole minor units and exact ratios."""

    def __init__(self, case: CaseConfiguration, section: RequirementSection, measured: Mapping[str, int]) -> None:
        self.section = section
        self.decimals = case.currency_decimals
        amounts = {key: self.minor(getattr(section, key)) for key in AMOUNTS
                   if key not in ("held", "insured") and getattr(section, key) is not None}  # fmt: skip
        self.figures = Figures(
            on=section.on or case.commencement_at.date(),
            currency=case.currency,
            decimals=self.decimals,
            held_minor=self.minor(section.held),
            amounts={**amounts, **measured},
            volumes={volume.kind: tuple(map(self.minor, volume.years)) for volume in section.volumes},
            choices={key: getattr(section, key) for key in CHOICES if getattr(section, key) is not None},
            quantile=None if section.quantile is None else _ratio("quantile", section.quantile),
            formula=section.formula,
            named={name: _ratio(f"figures.{name}", text) for name, text in section.figures.items()},
            rates={code: _ratio(f"rates.{code}", text) for code, text in section.rates.items()},
        )
        self.offers = tuple(self._offer(offer) for offer in section.insurance)
        blends = count_blends(self.offers)
        if blends > BLENDS_MAX:
            raise _fault(
                f"insurance: the offers can be layered in {blends:,} ways, more than {BLENDS_MAX:,}. Write larger "
                "steps, or leave out offers."
            )
        self.scenarios = self._scenarios()
        custody = section.insured_custody
        self.in_force = None if section.insured_retention is None else InForce(
            limit_minor=self.minor(section.insured),
            retention_minor=self.minor(section.insured_retention),
            custody=None if custody is None else frozenset(custody),
        )  # fmt: skip

    def minor(self, text: str) -> int:
        """Read an amount; that it is one was seen when case.toml was read."""
        return read_quantity(text, self.decimals, ExcessDigits.REFUSE, Scientific.REFUSE).units

    def money(self, minor: int) -> str:
        """Write an amount in whole currency."""
        return format_units(minor, self.decimals)

    def _offer(self, offer: OfferSection) -> Offer:
        if offer.quotes:
            prices = tuple((self.minor(quote.limit), Fraction(self.minor(quote.premium))) for quote in offer.quotes)
        else:
            assert offer.rate is not None
            assert offer.step is not None
            assert offer.limit_max is not None
            rate = _ratio(f"insurance {display(offer.name)} rate", offer.rate)
            step = self.minor(offer.step)
            most = self.minor(offer.limit_max) // step
            prices = tuple((step * number, rate * step * number) for number in range(1, most + 1))
        share = _ratio(f"insurance {display(offer.name)} share", offer.share)
        return Offer(
            name=offer.name,
            custody=None if offer.custody is None else frozenset(offer.custody),
            retention_minor=self.minor(offer.retention),
            attachment_minor=None if offer.attachment is None else self.minor(offer.attachment),
            share=Ratio(share.numerator, share.denominator),
            prices=prices,
        )

    def _scenarios(self) -> tuple[Scenario, ...]:
        """Give the losses to try: those declared, then all precedents with a known share, the earliest first."""
        known = severities(known_on(self.figures.on))
        shares = {found.incident: (share, "" if found.wallets == "all" else found.wallets) for share, found in known}
        scenarios = []
        for scenario in self.section.scenarios:
            if scenario.precedent is None:
                assert scenario.loss is not None
                scenarios.append(Scenario(scenario.name, self.minor(scenario.loss), scenario.custody or ""))
                continue
            if scenario.precedent not in shares:
                raise _fault(
                    f'scenarios "{display(scenario.name)}": no precedent "{display(scenario.precedent)}" with a known '
                    f"share had happened by {self.figures.on}{meant(scenario.precedent, shares)}"
                )
            share, wallets = shares[scenario.precedent]
            scenarios.append(Scenario(scenario.name, up(share * self._assets()), scenario.custody or wallets))
        if self.section.precedents_as_scenarios:
            for share, found in sorted(known, key=lambda pair: (pair[1].on, pair[1].number)):
                wallets = shares[found.incident][1]
                name = f"as {found.incident} {found.on_text}"
                scenarios.append(Scenario(name, up(share * self._assets()), wallets))
        return tuple(scenarios)

    def _assets(self) -> int:
        try:
            return assets_of(self.figures)
        except LacksFigure as lacks:
            raise _fault(f"precedents as scenarios are shares of customers' assets, and {lacks}. Add it.") from None


def _sized(method: Method, given: _Given, is_all: bool) -> SizedMethod:
    """Work out one method, or say why it cannot be."""
    figures = given.figures
    try:
        if not method.holds_on(figures.on):
            until = method.in_force_until.isoformat() if method.in_force_until else "further notice"
            raise RegimeError(
                line_of(WHERE, f"{figures.on} lies outside the days for which {method.name} is known to hold: "
                f"{method.in_force_from} until {until}. Choose another method or day.")
            )  # fmt: skip
        try:
            worked = method.work(figures)
        except LacksFigure as lacks:
            raise _fault(f"method {method.name}: {lacks}. Add it.") from None
        except NoSuchFormula as fault:
            raise _fault(str(fault)) from None
    except (RegimeError, ConfigurationError) as refused:
        if not is_all:
            raise
        return _described(method, given, None, refused.lines[0].removeprefix(f"case.toml: {WHERE} "))
    return _described(method, given, worked, "")


def _described(method: Method, given: _Given, worked: Worked | None, why_not: str) -> SizedMethod:
    figures, section = given.figures, given.section
    share = method.replaceable
    if share is None:
        share = _ratio("replaceable", section.replaceable or "0")
        whose = "the case says so; no law does" if section.replaceable is not None else "no law and no case says more"
    else:
        whose = "by the rule"
    required = 0 if worked is None else worked.required_minor
    insured = min(given.minor(section.insured), floor(share * required))
    blends: tuple[Blend, ...] = ()
    if worked is not None:
        wanted = Required(required, share, worked.parts)
        blends = all_blends(wanted, given.offers, _ratio("capital_rate", section.capital_rate))
    standing = f"an official formula for {method.official_for}" if method.is_official else "no official formula"
    standing += f"; {len(method.unread)} of {len(method.provisions)} provisions not read in the official text"
    return SizedMethod(
        method=method.name,
        title=method.title,
        official_for=method.official_for,
        standing=standing,
        required="" if worked is None else given.money(required),
        required_minor=None if worked is None else required,
        why_not=why_not,
        replaceable=f"{format_ratio(share.numerator, share.denominator, SHARE_DECIMALS)} of it ({whose})",
        insured=given.money(insured),
        insured_minor=insured,
        gap=given.money(max(required - figures.held_minor - insured, 0)) if worked is not None else "",
        band=_band(required, given) if worked is not None else "",
        steps=tuple(_step(given, step.says, step.minor) for step in worked.steps) if worked else (),
        tests=tuple(
            TestLine(
                test.says,
                "" if test.measured is None else format_ratio(*test.measured.as_integer_ratio(), SHARE_DECIMALS),
                {True: "yes", False: "no", None: ""}[test.met],
            )
            for test in worked.tests
        ) if worked else (),
        says=worked.says if worked else (),
        provisions=tuple(
            ProvisionLine(p.says, f"{p.authority.law} {p.authority.article}".strip(), p.authority.standing.value,
                          p.authority.source)
            for p in method.provisions
        ),
        not_covered=method.not_covered,
        asks=method.asks,
        insured_in_scenarios=_insured_in_scenarios(given),
        blends=_blend_lines(given, blends),
    )  # fmt: skip


def _step(given: _Given, says: str, minor: Fraction) -> StepLine:
    exact = "" if minor.denominator == 1 else f"{minor.numerator} / {minor.denominator}"
    # Beyond this nobody reads it, and a formula of many products has far more.
    return StepLine(says, given.money(up(minor)), exact if len(exact) <= 80 else "")


def _band(required: int, given: _Given) -> str:
    if given.section.band is None:
        return ""
    low, high = map(given.minor, given.section.band)
    where = "below" if required < low else "above" if required > high else "within"
    return f"It lies {where} the band from {given.money(low)} to {given.money(high)}, which changes nothing."


def _insured_in_scenarios(given: _Given) -> str:
    """Say how the insurance in force counts in the scenarios."""
    section = given.section
    if given.minor(section.insured) == 0:
        return ""
    if given.in_force is None:
        return "Scenarios leave the insurance in force out: insured_retention does not say above what it pays."
    of = f" out of {', '.join(sorted(given.in_force.custody))} wallets" if given.in_force.custody is not None else ""
    return (
        f"In scenarios the insurance in force pays first: {given.money(given.in_force.limit_minor)} above "
        f"{given.money(given.in_force.retention_minor)}{of}. No layer pays the same part of a loss again."
    )


def _blend_lines(given: _Given, blends: Sequence[Blend]) -> tuple[BlendLine, ...]:
    if not blends:
        return ()
    best = cheapest(blends)
    shown = _corners(blends)
    trials = Trials(given.scenarios, given.in_force)
    lines = []
    for number, blend in enumerate(blends):
        results = tuple(
            TriedLine(
                result.scenario.name,
                given.money(result.scenario.loss_minor),
                given.money(result.in_force_minor),
                given.money(result.insured_minor),
                given.money(result.reserved_minor),
                given.money(result.uncovered_minor),
                result.uncovered_minor,
            )
            for result in trials.of(blend)
        )
        lines.append(
            BlendLine(
                offer=" + ".join(blend.offers),
                limit=given.money(blend.limit_minor),
                layers=tuple(
                    LayerLine(
                        layer.offer.name,
                        given.money(layer.limit_minor),
                        given.money(layer.offer.attaches_minor),
                        given.money(up(layer.premium)),
                    )
                    for layer in blend.layers
                ),
                reserve=given.money(blend.reserve_minor),
                to_add=given.money(max(blend.reserve_minor - given.figures.held_minor, 0)),
                premium=given.money(up(blend.premium)),
                capital_cost=given.money(up(blend.capital_cost)),
                cost=given.money(up(blend.cost)),
                is_cheapest=blend is best,
                is_shown=number in shown or blend is best,
                tried=results,
            )
        )
    return tuple(lines)


def _corners(blends: Sequence[Blend]) -> frozenset[int]:
    """Number the blends that a reader needs: reserve alone, and of each offer its ends and where its reserve stops
    falling; of an offer with few limits all. Offers that are layered over each other count as one.
    """
    by_offer: dict[tuple[str, ...], list[int]] = {}
    for number, blend in enumerate(blends):
        by_offer.setdefault(blend.offers, []).append(number)
    shown: set[int] = set()
    for numbers in by_offer.values():
        if len(numbers) <= 5:
            shown.update(numbers)
            continue
        least = min(blends[number].reserve_minor for number in numbers)
        shown |= {numbers[0], numbers[-1], next(n for n in numbers if blends[n].reserve_minor == least)}
    return frozenset(shown)


def _from_books(folder: Path, left_out: Sequence[str], memory_limit: str) -> dict[str, int]:
    """Take what customers are owed, and what is held for them hot and cold, from the books of the last run.

    Raises:
        ConfigurationError: something of it has no price and is not left out by name: the requirement would be too low.
    """
    from administrator.usecases.looking import Matter
    from administrator.views import view

    with Matter.open(folder, memory_limit=memory_limit) as matter:
        rows = matter.books.rows(view("requirement_figures"))
    without = [asset for asset, _, _, _, is_unpriced in rows if is_unpriced]
    unpriced = [display(asset) for asset in without if asset not in left_out]
    if unpriced:
        more = f" and {len(unpriced) - 5} more" if len(unpriced) > 5 else ""
        raise _fault(
            f"from_books: no price for {', '.join(unpriced[:5])}{more}, and what is worth so much would not count. "
            "Add prices, name them in left_out, or type customers, hot and cold."
        )
    idle = [display(asset) for asset in left_out if asset not in without]
    if idle:
        raise _fault(f"left_out: {', '.join(idle[:5])} has a price, or occurs nowhere. Remove it there.")
    owed, held, hot = (sum(int(row[at] or 0) for row in rows) for at in (1, 2, 3))
    return {"customers": owed, "hot": hot, "cold": held - hot}


def _faults(section: RequirementSection) -> None:
    """Refuse ratios that no exact ratio can be made of, all at once."""
    texts: list[tuple[str, str]] = [("capital_rate", section.capital_rate)]
    texts += [(key, text) for key in ("replaceable", "quantile") if (text := getattr(section, key)) is not None]
    texts += [(f"figures.{display(name)}", text) for name, text in section.figures.items()]
    texts += [(f"rates.{display(code)}", text) for code, text in section.rates.items()]
    for offer in section.insurance:
        where = f'insurance "{display(offer.name)}"'
        texts += [(f"{where} {key}", text) for key, text in (("rate", offer.rate), ("share", offer.share)) if text]
    lines = list(_ratio_faults(texts))
    if lines:
        raise ConfigurationError(*lines)


def _ratio_faults(texts: Iterable[tuple[str, str]]) -> Iterable[str]:
    for key, text in texts:
        try:
            read_ratio(text, Scientific.REFUSE)
        except NotANumber as refused:
            yield line_of(WHERE, f'{key} "{display(text)}" is no exact ratio ({refused.refusal}). Shorten it.')


def _ratio(key: str, text: str) -> Fraction:
    """Read a ratio that `_faults` has let through."""
    try:
        return Fraction(*read_ratio(text, Scientific.REFUSE))
    except NotANumber as refused:
        raise AssertionError(f"{key} was to be refused before: {refused}") from None


def _fault(says: str) -> ConfigurationError:
    return ConfigurationError(line_of(WHERE, says))

