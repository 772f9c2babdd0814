"""The terms one plan is computed on: the case and its regime, resolved to whole numbers, instants and closed choices.

Everything behind this border computes; nothing behind it reads case.toml, and nothing asks for a regime's name. Sums of
money are in minor units of the reporting currency, instants are naive and in UTC.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import gcd

from administrator.accruals import Accrual
from administrator.advances import Advance
from administrator.allocation import Rounding
from administrator.deliveries import Payout
from administrator.elections import Election
from administrator.errors import RegimeError
from administrator.insurance import Policy, SubrogationRule
from administrator.insurance.resolving import policy_of
from administrator.law import REGIMES
from administrator.law.regime import Insiders, Late, Regime, SetOff
from administrator.losses import Peril
from administrator.pools import Cost
from administrator.reserve import Reserve
from administrator.valuation import COMMENCEMENT, DIGITS_MAX, Rates, distribution_rate
from ledgers.configuration import CaseConfiguration
from ledgers.configuration_plan import ElectionSection, PayoutSection
from ledgers.configuration_sections import (
    AccrualSection,
    AdvanceSection,
    ReserveSection,
)
from ledgers.configuration_values import Bound
from ledgers.display import display
from ledgers.tracing.rules import TracingRule
from ledgers.units import (
    ExcessDigits,
    NotANumber,
    Ratio,
    Scientific,
    divide_half_even,
    read_quantity,
    read_ratio,
    value_ratio,
)


@dataclass(frozen=True, slots=True)
class DeclaredLoss:
    """A loss event as the case declares it (rules 5)."""

    event_no: int
    """Place in the case file, from 0."""
    event: str
    peril: Peril
    parties: tuple[str, ...]
    """Who took; empty for an event by quantity."""
    asset_no: int | None
    units: int | None
    """Of that asset, for an event by quantity."""
    wallets: tuple[str, ...]
    from_at: datetime | None
    until_at: datetime | None
    discovered_at: datetime | None
    discovered_until: datetime | None
    """The same, or where a day is given the last instant of it."""
    notified_at: datetime | None


@dataclass(frozen=True, slots=True)
class Estate:
    """The general estate, where there is an insolvency; sums in minor units of the reporting currency."""

    minor: int
    other_claims: int
    """Of the holders' rank, as one claim."""
    prior_claims: int
    """Paid whole before anybody else."""
    customers_first: Ratio
    """Of what is divided: for the holders alone, before they share the rest with the other creditors."""
    interest: Ratio | None
    """Of a claim, from the day of commencement to `interest_until`; None where claims bear none."""
    days: int


@dataclass(frozen=True, slots=True)
class Terms:
    """What the computation of one plan depends on, besides the relations."""

    regime: Regime
    currency_no: int
    currency_decimals: int
    commencement_at: datetime
    bar_at: datetime | None
    """The first instant that is late; None without a bar date."""
    has_balance: bool
    has_journal: bool
    has_transfers: bool
    has_payees: bool
    """Whether the case has a source of each kind, be it empty; of payees, at least one row."""
    round: int
    final: bool
    record_until: datetime | None
    """Who holds a claim then is paid this round; None: whoever holds it after all assignments that are known."""
    price_set: str
    """What claims are valued at: `commencement`, or `claims:` and a name."""
    is_by_value: bool
    """Whether all that is held for customers is one pool, shared by value."""
    is_by_omnibus: bool
    """Whether each omnibus account is a pool of its own, asset by asset."""
    rounding: Rounding
    holdback: Ratio
    minimum_minor: int
    base_minor: int
    """What every holder gets before the rest of his claims shares, by value; 0 for nothing."""
    convenience_minor: int
    """Holders who claim no more in all are paid whole first, by value; 0 for nobody."""
    trust_terms: tuple[str, ...]
    """Terms whose acceptance makes customers' assets trust property; empty: nobody's terms are asked for."""
    set_off: SetOff
    insiders: Insiders
    late: Late
    guarantee_in_pool: bool
    tracing: TracingRule
    is_traced_pooled: bool
    """Whether what is traced into the debtor's own wallets is in the pools, by ruling."""
    projection: bool
    events: tuple[DeclaredLoss, ...]
    pool_costs: tuple[Cost, ...]
    estate_costs: tuple[Cost, ...]
    policies: tuple[Policy, ...]
    reserves: tuple[Reserve, ...]
    estate: Estate | None
    compensation_reduces_claim: bool
    subrogation: SubrogationRule | None
    """None: the case does not say what insurers may have of recoveries, and nothing goes to them."""
    advances: tuple[Advance, ...]
    accruals: tuple[Accrual, ...]
    elections: tuple[Election, ...]
    """The choices that the plan gives."""
    payouts: tuple[Payout, ...]
    """What is delivered in another asset than it is awarded in."""
    parameters: Mapping[str, str]
    """Every plan parameter as text, for plan.json."""
    overrides: tuple[str, ...]
    """Parameters that the case sets otherwise than the regime."""

    @property
    def has_first(self) -> bool:
        """Whether something is paid before claims share."""
        return bool(self.base_minor or self.convenience_minor)


@dataclass(frozen=True, slots=True)
class Scales:
    """Which assets the books know, and how sums in any of them become minor units."""

    numbers: Mapping[str, int]
    """asset_no by code."""
    decimals: Mapping[str, int]
    rates: Rates
    has_payees: bool
    currency_no: int

    def minor(self, text: str, currency: str) -> int:
        """A sum of some currency in minor units of the reporting currency, rounded half to even once."""
        units = self.units(text, currency)
        rate = self.rates.get((self.numbers[currency], COMMENCEMENT))
        if rate is None:
            raise RegimeError(
                f"case.toml: a sum is given in {currency}, which has no price at commencement. Add the price."
            )
        return divide_half_even(units * rate.numerator, rate.denominator)

    def units(self, text: str, asset: str) -> int:
        """A quantity of an asset in base units."""
        return read_quantity(text, self.decimals[asset], ExcessDigits.REFUSE, Scientific.REFUSE).units


def regime_of(case: CaseConfiguration) -> Regime:
    """The regime a case names, where it covers the day of commencement; never the nearest one."""
    name = case.case.regime
    if name not in REGIMES:
        raise RegimeError(f'case.toml: [case] regime "{name}" is not known. Known are: {", ".join(sorted(REGIMES))}.')
    regime = REGIMES[name]
    day = case.commencement_at.date()
    if day < regime.in_force_from or (regime.in_force_until is not None and day > regime.in_force_until):
        raise RegimeError(
            f"case.toml: commencement on {day} lies outside {name}, which holds from {regime.in_force_from} to "
            f"{regime.in_force_until or 'today'}. Name the law of that day."
        )
    return regime


def check_asked(case: CaseConfiguration) -> None:
    """See that a case states what its law leaves to the facts.

    Raises:
        RegimeError: a parameter of the plan that the regime asks for is not stated.
    """
    regime = regime_of(case)
    for name in regime.asks:
        if getattr(case.plan, name) is None:
            raise RegimeError(
                f'case.toml: under regime "{regime.name}" [plan] {name} is a question of fact that the law does not '
                f"answer. State it: `administrator law {regime.name}` says what it decides."
            )


def parameters_of(case: CaseConfiguration, regime: Regime) -> dict[str, str]:
    """Every plan parameter as text: the case's own where it sets one, else the regime's."""
    plan = case.plan
    parameters: dict[str, str] = {}
    for name in (
        "pooling",
        "rule",
        "rounding",
        "holdback",
        "minimum_payment",
        "base_payment",
        "convenience_most",
        "trust_terms",
        "set_off",
        "insiders",
        "late",
        "guarantee_in_pool",
        "tracing",
        "traced_recoveries",
        "compensation_reduces_claim",
    ):
        own = getattr(plan, name)
        parameters[name] = _text(getattr(regime.defaults, name) if own is None else own)
    parameters["price_set"] = COMMENCEMENT if plan.price_set is None else f"claims:{plan.price_set}"
    if parameters["rule"] != "proportional":
        raise RegimeError(
            f'case.toml: [plan] rule "{parameters["rule"]}" serves comparison and is no legal basis; this version '
            'computes "proportional".'
        )
    for name in ("base_payment", "convenience_most"):
        if parameters["pooling"] != "by_value" and read_ratio(parameters[name], Scientific.REFUSE).numerator:
            raise RegimeError(
                f'case.toml: [plan] {name} is a sum of money, and pooling "{parameters["pooling"]}" pays each asset in '
                'kind. Set pooling = "by_value", or leave it out.'
            )
    if parameters["traced_recoveries"] == "pool" and parameters["tracing"] == TracingRule.POISON:
        raise RegimeError(
            'case.toml: [plan] tracing "poison" finds more than was taken and is no claim to any of it; '
            'with traced_recoveries = "pool" choose another rule.'
        )
    return parameters


def resolve_terms(case: CaseConfiguration, scales: Scales) -> Terms:
    """Resolve a case and its regime to the terms of one plan.

    Args:
        case: as read and checked.
        scales: assets and rates of the loaded books.

    Raises:
        RegimeError: no regime of that name or for that day, or a parameter no rule here computes.
    """
    regime = regime_of(case)
    parameters = parameters_of(case, regime)
    tables = {source.table for source in case.sources}
    to_pools = regime.costs_from_pools
    estate = _estate(case, scales)
    made = [*(["value"] if parameters["pooling"] == "by_value" else []), *(["estate"] if estate else [])]
    for name in made:
        if name in scales.numbers:
            raise RegimeError(
                f'case.toml: an asset is called "{name}", and so is a pool of this plan. Give the asset another code, '
                "and this one as an alias."
            )
    return Terms(
        regime=regime,
        currency_no=scales.numbers[case.currency],
        currency_decimals=case.currency_decimals,
        commencement_at=case.commencement_utc,
        bar_at=None if case.bar_on is None else naive(case.bar_on.at) + timedelta(microseconds=1),
        has_balance="balance" in tables,
        has_journal="journal" in tables,
        has_transfers="transfer" in tables,
        has_payees=scales.has_payees,
        round=case.plan.round,
        final=case.plan.final,
        record_until=None if case.plan.record_on is None else naive(case.plan.record_on.at),
        price_set=parameters["price_set"],
        is_by_value=parameters["pooling"] == "by_value",
        is_by_omnibus=parameters["pooling"] == "per_omnibus",
        rounding=Rounding(parameters["rounding"]),
        holdback=read_ratio(parameters["holdback"], Scientific.REFUSE),
        minimum_minor=scales.units(parameters["minimum_payment"], case.currency),
        base_minor=scales.units(parameters["base_payment"], case.currency),
        convenience_minor=scales.units(parameters["convenience_most"], case.currency),
        trust_terms=case.plan.trust_terms or regime.defaults.trust_terms,
        set_off=SetOff(parameters["set_off"]),
        insiders=Insiders(parameters["insiders"]),
        late=Late(parameters["late"]),
        guarantee_in_pool=parameters["guarantee_in_pool"] == "true",
        tracing=TracingRule(parameters["tracing"]),
        is_traced_pooled=parameters["traced_recoveries"] == "pool",
        projection=case.plan.projection,
        events=_events(case, scales),
        pool_costs=_costs(case, scales, of_pools=True) if to_pools else (),
        estate_costs=_costs(case, scales, of_pools=False) + (() if to_pools else _costs(case, scales, of_pools=True)),
        policies=tuple(policy_of(at, policy, scales.minor) for at, policy in enumerate(case.policies)),
        reserves=tuple(_reserve(reserve, scales) for reserve in case.reserves),
        advances=tuple(_advance(advance, scales) for advance in case.advances),
        estate=estate,
        compensation_reduces_claim=parameters["compensation_reduces_claim"] == "true",
        subrogation=None if case.subrogation is None else SubrogationRule(case.subrogation.rule),
        accruals=tuple(_accrual(accrual, scales) for accrual in case.accruals),
        elections=tuple(map(_election, case.elections)),
        payouts=tuple(_payout(payout, scales) for payout in case.payouts),
        parameters=parameters,
        overrides=tuple(
            name
            for name, text in parameters.items()
            if getattr(case.plan, name) is not None and text != _text(getattr(regime.defaults, name, None))
        ),
    )


def naive(at: datetime) -> datetime:
    """An instant in UTC without its zone, as instants stand in the books."""
    return at.astimezone(UTC).replace(tzinfo=None)


def _until(bound: Bound) -> datetime:
    """The last instant that a day or an instant means."""
    at = naive(bound.at)
    return at if isinstance(bound.given, datetime) else at + timedelta(days=1, microseconds=-1)


def _text(value: object) -> str:
    if isinstance(value, tuple):
        return ", ".join(value)
    return str(value).lower() if isinstance(value, bool) else str(value)


def _events(case: CaseConfiguration, scales: Scales) -> tuple[DeclaredLoss, ...]:
    return tuple(
        DeclaredLoss(
            event_no=at,
            event=event.name,
            peril=Peril(event.peril),
            parties=event.parties,
            asset_no=None if event.asset is None else scales.numbers[event.asset],
            units=None if event.asset is None or event.quantity is None else scales.units(event.quantity, event.asset),
            wallets=event.wallets,
            from_at=None if event.begins is None else naive(event.begins.at),
            until_at=None if event.ends is None else naive(event.ends.at),
            discovered_at=None if event.discovered_at is None else naive(event.discovered_at.at),
            discovered_until=None if event.discovered_at is None else _until(event.discovered_at),
            notified_at=None if event.notified_at is None else naive(event.notified_at.at),
        )
        for at, event in enumerate(case.events)
    )


GOING_ON = frozenset({"registration_revoked", "business_suspended", "business_abolished", "management_absent"})
"""Triggers without an insolvency: assets are returned, and there is no estate to share."""
DAYS_A_YEAR = 365


def _estate(case: CaseConfiguration, scales: Scales) -> Estate | None:
    """The estate a case states; None without an insolvency."""
    estate = case.estate
    if estate is None or case.case.trigger in GOING_ON:
        return None
    interest, days = None, 0
    if estate.interest is not None and estate.interest_until is not None:
        days = (estate.interest_until - case.commencement_at.date()).days
        if days < 0:
            raise RegimeError(
                f"case.toml: [estate] interest_until {estate.interest_until} is before the day of commencement, "
                f"{case.commencement_at.date()}. Give the last day that claims bear interest for."
            )
        rate = read_ratio(estate.interest, Scientific.REFUSE)
        interest = Ratio(rate.numerator * days, rate.denominator * DAYS_A_YEAR)
    return Estate(
        scales.minor(estate.amount, estate.currency),
        scales.minor(estate.other_claims, estate.currency),
        scales.minor(estate.prior_claims, estate.currency),
        read_ratio(estate.customers_first, Scientific.REFUSE),
        interest,
        days,
    )


def _costs(case: CaseConfiguration, scales: Scales, *, of_pools: bool) -> tuple[Cost, ...]:
    return tuple(
        Cost(
            cost.name,
            scales.minor(cost.amount, cost.currency),
            None if cost.borne_by in ("pools", "estate") else scales.numbers[cost.borne_by],
        )
        for cost in case.costs
        if (cost.borne_by != "estate") == of_pools
    )


def _reserve(reserve: ReserveSection, scales: Scales) -> Reserve:
    cap, cap_fiat = reserve.cap_per_holder, reserve.cap_per_holder_fiat
    return Reserve(
        name=reserve.name,
        minor=scales.minor(reserve.amount, reserve.currency),
        covers=frozenset(Peril(peril) for peril in reserve.covers),
        ring_fenced=reserve.ring_fenced,
        cap_minor=None if cap is None else scales.minor(cap, reserve.currency),
        cap_fiat_minor=None if cap_fiat is None else scales.minor(cap_fiat, reserve.currency),
        deducts_debts=reserve.deducts_debts,
        excludes=frozenset(reserve.excludes),
    )


def _advance(advance: AdvanceSection, scales: Scales) -> Advance:
    return Advance(advance.name, scales.numbers[advance.asset], scales.units(advance.quantity, advance.asset))


def _election(election: ElectionSection) -> Election:
    return Election(election.name, None if election.share is None else read_ratio(election.share, Scientific.REFUSE))


def _payout(payout: PayoutSection, scales: Scales) -> Payout:
    """Resolve a payout: what a unit awarded comes to in units delivered, at the prices of distribution."""
    where = f'case.toml: [[payouts]] of "{display(payout.of)}" in "{display(payout.paid_in)}"'
    known, currency_no = scales.numbers, scales.currency_no
    rates = []
    for asset in (payout.of, payout.paid_in):
        rate = distribution_rate(scales.rates, known[asset], currency_no)
        if rate is None or not rate.numerator:
            raise RegimeError(
                f'{where}: no price above 0 of price_set "distribution" says what {display(asset)} brings. Add it.'
            )
        rates.append(rate)
    top, bottom = rates[0].numerator * rates[1].denominator, rates[0].denominator * rates[1].numerator
    divisor = gcd(top, bottom)
    if max(top, bottom) // divisor >= 10**DIGITS_MAX:
        raise RegimeError(f"{where}: the two prices make a ratio of more than {DIGITS_MAX} digits. Shorten them.")
    share = read_ratio(payout.share, Scientific.REFUSE)
    rate = Ratio(top // divisor, bottom // divisor)
    return Payout(known[payout.of], known[payout.paid_in], payout.election or "", share, rate)


def _accrual(accrual: AccrualSection, scales: Scales) -> Accrual:
    """Resolve what accrued: the ratio of whole assets becomes one of base units."""
    try:
        ratio = value_ratio(
            scales.decimals[accrual.of], read_ratio(accrual.ratio, Scientific.REFUSE), scales.decimals[accrual.asset]
        )
    except NotANumber as refused:
        raise RegimeError(
            f'case.toml: [[accruals]] {accrual.kind} "{display(accrual.asset)}" has a ratio that is no exact ratio '
            f"({refused.refusal}). Shorten it."
        ) from None
    if max(ratio.numerator, ratio.denominator) >= 10**DIGITS_MAX:
        raise RegimeError(
            f'case.toml: [[accruals]] {accrual.kind} "{display(accrual.asset)}" has a ratio that needs more than '
            f"{DIGITS_MAX} digits in base units. Shorten it."
        )
    return Accrual(
        kind=accrual.kind,
        asset_no=scales.numbers[accrual.asset],
        of_no=scales.numbers[accrual.of],
        is_holders=accrual.goes_to == "holders",
        ratio=ratio,
        ratio_text=accrual.ratio,
    )
