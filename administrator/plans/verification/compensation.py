"""What should policies and reserves have given each line? Bases computed again, coverage checked, awards replayed.

Which date of an event lies in whose period is in the case alone: what coverage.csv says was received for an event is
taken as printed, and held against its sums.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from administrator.plans.verification.books import Books, cell
from administrator.plans.verification.folder import PLAN, Plan, Source
from administrator.plans.verification.numbers import fraction
from administrator.plans.verification.tables import Row, Tables

COVERAGE = "coverage.csv"
FIGURES = ("ground_up", "covered", "due", "received", "distributed")
REASONS = frozenset({"", "peril", "custody", "no_date", "outside_period", "before_retroactive_date", "late_notice",
                     "below_retention", "aggregate_exhausted", "estate"})
UNANSWERED = frozenset({"peril", "custody", "no_date", "outside_period", "before_retroactive_date", "late_notice"})
CUTS = ("cap_per_holder", "cap_per_holder_fiat", "deducts_debts", "excludes")
"""Terms of a reserve by which claims are cut: who holds what, and owes what, is in the case alone."""

Item = tuple[str, str, int]
"""Event, custody, base."""
Share = tuple["Fund", str, int, int]
"""One source and event: what a line claims of it, and gets."""


@dataclass(slots=True)
class Fund:
    """One policy or reserve while the lines pass by."""

    source: Source
    line: int
    """Its last record in coverage.csv."""
    received: dict[str, int] = field(default_factory=dict)
    """Per event what holders can get of a policy; a reserve has the one event ''."""
    ground_up: int = 0
    claimed: int = 0
    """Of a reserve, what shares of `ground_up` when claims are cut to what one holder may have."""
    due_in_all: int = 0
    received_in_all: int = 0
    distributed: int = 0
    claims: dict[str, int] = field(default_factory=dict)
    """Sum of the unmet bases that share, per event; '' for a reserve."""
    shared: dict[str, int] = field(default_factory=dict)
    """The same sum, while the lines pass by."""
    awarded: dict[str, int] = field(default_factory=dict)
    answered: dict[tuple[str, str], bool] = field(default_factory=dict)
    """Whether it answers for an event and custody, as far as that was asked."""
    printed: dict[str, tuple[int, int]] = field(default_factory=dict)
    """Per event the record in coverage.csv and what it says was distributed."""
    scheduled: int = 0
    """Sum of entitled over the lines of the step."""

    @property
    def reserve(self) -> bool:
        """Whether the source is a reserve, not a policy."""
        return self.source.step.startswith("reserve:")


class Compensation:
    """All sources of compensation, in the order in which they answer."""

    __slots__ = ("books", "by_value", "funds", "items", "known", "losses_of", "perils", "plan", "replayable",
                 "rounded_up")

    def __init__(self, plan: Plan, books: Books) -> None:
        self.plan = plan
        self.books = books
        self.perils = {loss.event: loss.peril for loss in books.losses}
        self.losses_of: dict[str, int] = {}
        for loss in books.losses:
            self.losses_of[loss.asset] = self.losses_of.get(loss.asset, 0) + loss.units
        declared = (*plan.policies, *plan.reserves)
        self.funds = {source.step: Fund(source, 1) for source in declared}
        self.known = known = all(source.covers is not None for source in declared)
        kept = frozenset().union(*(source.covers or () for source in declared))
        self.items: dict[str, tuple[Item, ...]] = {}
        """Per asset the items that are kept, with their losses in units, in the order of bases.csv."""
        for loss in sorted(books.losses, key=lambda loss: (loss.event, loss.custody)):
            if loss.peril in kept or not known:
                self.items[loss.asset] = (*self.items.get(loss.asset, ()), (loss.event, loss.custody, loss.units))
        cut = any(source.terms.get(term) for source in plan.reserves for term in CUTS)
        self.by_value = plan.parameters.get("pooling") == "by_value"
        self.replayable = known and plan.round == 1 and plan.parameters.get("rounding") == "floor" and not cut
        self.rounded_up = known and plan.round == 1 and not self.replayable and not cut
        if self.by_value:
            self._pooled(books, kept)
        """Largest remainders: who got a unit more is read from the schedule, and claims and met follow from it."""

    def _pooled(self, books: Books, kept: frozenset[str]) -> None:
        """Where all is one pool by value, a line's loss is spread over the items of all assets by their value."""
        values: dict[tuple[str, str], int] = {}
        perils: dict[tuple[str, str], str] = {}
        for loss in books.losses:
            key = loss.event, loss.custody
            values[key] = values.get(key, 0) + (books.assets[loss.asset].value(loss.units) or 0)
            perils[key] = loss.peril
        whole = sum(values.values())
        items = tuple((*key, values[key]) for key in sorted(values)
                      if values[key] and (perils[key] in kept or not self.known))
        self.losses_of = dict.fromkeys(books.assets, whole)
        self.items = dict.fromkeys(books.assets, items) if items else {}

    @property
    def followable(self) -> bool:
        """Whether each source paid for one event at most, so that a line's award is the award of that event."""
        return self.rounded_up and all(len(fund.received) <= 1 for fund in self.funds.values())

    def answers(self, fund: Fund, event: str, custody: str) -> bool:
        """Whether the fund's source covers an item, remembered, for it is asked of every line."""
        known = fund.answered.get((event, custody))
        if known is None:
            known = fund.answered[event, custody] = self.covers(fund.source, event, custody)
        return known

    def covers(self, source: Source, event: str, custody: str) -> bool:
        """Whether the source answers for an item of this event and custody."""
        admitted = source.covers is None or self.perils.get(event) in source.covers
        return admitted and (source.custody is None or custody in source.custody)

    def bases(self, asset: str, loss_minor: int) -> list[Item]:
        """The bases of a line that lost so much: floor(loss x item / all items of the asset), zeros left out."""
        whole = self.losses_of.get(asset, 0)
        made = ((event, custody, loss_minor * units // whole) for event, custody, units in self.items.get(asset, ()))
        return [item for item in made if item[2] > 0]

    def replay(self, items: Iterable[Item], upto: Fund | None,
               printed: dict[str, int] | None) -> tuple[dict[str, tuple[int, int, int]], list[int], list[Share]]:
        """Per step what the line claims (of paid events, of all events) and gets; what each item got; its shares.

        With `upto`, stops before that fund and adds the line's unmet bases to its claims. With `printed`, takes the
        awards per step from there instead of dividing.
        """
        listed = list(items)
        unmet = [base for _, _, base in listed]
        awards: dict[str, tuple[int, int, int]] = {}
        taken: list[Share] = []
        for step, fund in self.funds.items():
            if not fund.source.pays_holders:
                continue
            shares: dict[str, list[int]] = {}
            for place, (event, custody, _) in enumerate(listed):
                if unmet[place] and self.answers(fund, event, custody):
                    shares.setdefault("" if fund.reserve else event, []).append(place)
            if fund is upto:
                for event, places in shares.items():
                    fund.claims[event] = fund.claims.get(event, 0) + sum(unmet[place] for place in places)
                return awards, [], taken
            paid = claimed = given = 0
            for event, places in shares.items():
                claim = sum(unmet[place] for place in places)
                received, claims = fund.received.get(event, 0), fund.claims.get(event, 0)
                if printed is not None:
                    award = min(printed.get(step, 0), claim) if received else 0
                else:
                    award = 0 if not received else claim if received >= claims else received * claim // claims
                claimed += claim
                paid += claim if received else 0
                given += award
                taken.append((fund, event, claim, award))
                for place in places:
                    met = min(unmet[place], award)
                    unmet[place] -= met
                    award -= met
            awards[step] = (paid, claimed, given)
        return awards, [base - left for (_, _, base), left in zip(listed, unmet, strict=True)], taken

    def book(self, shares: Iterable[Share]) -> None:
        """Add a line's shares to the sums of their sources."""
        for fund, event, claim, award in shares:
            fund.shared[event] = fund.shared.get(event, 0) + claim
            fund.awarded[event] = fund.awarded.get(event, 0) + award

    def minor(self, source: Source, term: str) -> int | None:
        """A sum among the terms of a source, in minor of the reporting currency; nothing where it is not printed so."""
        if source.terms.get("currency", self.plan.currency) != self.plan.currency:
            return None
        exact = fraction(str(source.terms.get(term)))
        if exact is None:
            return None
        scaled = exact[0] * 10**self.books.currency.decimals
        return scaled // exact[1] if scaled % exact[1] == 0 else None


def covered_losses(compensation: Compensation, source: Source, event: str) -> tuple[int, bool]:
    """The value of the losses of an event that a policy answers for, sublimits applied; whether some is unpriced."""
    by_custody: dict[str, int] = {}
    is_partial = False
    for loss in compensation.books.losses:
        if loss.event == event and compensation.covers(source, event, loss.custody):
            is_partial = is_partial or loss.minor is None
            by_custody[loss.custody] = by_custody.get(loss.custody, 0) + (loss.minor or 0)
    sublimits = source.terms.get("sublimits")
    for sublimit in sublimits if isinstance(sublimits, list) else []:
        limit = fraction(str(sublimit.get("limit"))) if isinstance(sublimit, dict) else None
        custody = str(sublimit.get("custody")) if isinstance(sublimit, dict) else ""
        if limit is not None and custody in by_custody:
            scaled = limit[0] * 10**compensation.books.currency.decimals // limit[1]
            by_custody[custody] = min(by_custody[custody], scaled)
    return sum(by_custody.values()), is_partial


def is_plain(source: Source) -> bool:
    """Whether what a policy owes for an event follows from that event alone: no tower, no memory but its aggregate."""
    terms = source.terms
    lines = terms.get("lines")
    several = isinstance(lines, list) and len(lines) > 1
    remembers = terms.get("retention_aggregate") is not None or bool(terms.get("reinstatements"))
    return not several and not remembers and terms.get("drop_down", "never") in ("never", None)


def policy_row(line: int, row: Row, figures: list[int], compensation: Compensation, fund: Fund, tables: Tables) -> None:
    """One policy's answer to one event, as far as the plan prints the policy's terms."""
    faults = tables.faults
    event, reason = row[1], row[7]
    source = fund.source
    currency = compensation.books.currency
    values = [loss.minor for loss in compensation.books.losses if loss.event == event]
    known = sum(minor for minor in values if minor is not None)
    partial = None in values
    if not (partial and row[2] == "partial") and source.terms.get("valuation", "loss") == "loss":
        faults.same(COVERAGE, line, "ground_up", currency.plain(known), row[2])
    _, covered, due, received, _ = figures
    unanswered = reason in UNANSWERED
    if source.covers is not None and source.terms.get("valuation", "loss") == "loss":
        covered, is_partial = covered_losses(compensation, source, event)
        faults.same(COVERAGE, line, "covered", "partial" if is_partial else currency.plain(covered), row[3])
    if unanswered and (due or received):
        faults.note(COVERAGE, line, "due and received", f"0, as the reason is {reason}", "/".join(row[4:6]))
    retention, limit = compensation.minor(source, "retention"), compensation.minor(source, "limit")
    share = fraction(str(source.terms.get("share")))
    if not is_plain(source) or (row[3] == "partial" and source.terms.get("valuation", "loss") != "loss"):
        # It has a memory, or answers for a sum that is only known to be more than what has a price.
        retention = None
    if retention is not None and share is not None and not unanswered:
        layer = max(covered - retention, 0)
        layer = layer if limit is None else min(layer, limit)
        most = share[0] * layer // share[1]
        if due > most or (source.terms.get("aggregate") is None and due != most):
            faults.note(COVERAGE, line, "due", currency.plain(most), row[4])
    if reason == "below_retention" and due:
        faults.note(COVERAGE, line, "due", "0, as the reason is below_retention", row[4])
    if received > due or (compensation.plan.projection and received != due):
        faults.note(COVERAGE, line, "received", "what is due" if received <= due else "at most what is due", row[5])
    fund.due_in_all += due
    fund.received_in_all += received
    if received and source.pays_holders:
        fund.received[event] = received


def reserve_row(line: int, row: Row, figures: list[int], compensation: Compensation, fund: Fund,
                tables: Tables) -> None:
    """What one reserve had, against what the plan declares."""
    faults = tables.faults
    own = compensation.minor(fund.source, "amount")
    if not any(fund.source.terms.get(term) for term in CUTS):
        faults.same(COVERAGE, line, "covered", row[2], row[3])
    if own is None:
        faults.note(PLAN, 0, f"reserves {fund.source.name} amount", "a plain decimal of the reporting currency",
                    fund.source.terms.get("amount"))
    else:
        for place, what in ((4, "due"), (5, "received")):
            faults.same(COVERAGE, line, what, compensation.books.currency.plain(own), row[place])
    fund.ground_up = figures[0]
    fund.claimed = figures[1]
    fund.received[""] = figures[3]
    fund.claims[""] = figures[1]


def received_in_all(tables: Tables, compensation: Compensation) -> None:
    """What a policy paid falls to its events until it is used up or nothing more is due."""
    plain = compensation.books.currency.plain
    for fund in compensation.funds.values():
        printed = compensation.minor(fund.source, "received")
        if fund.reserve or printed is None or compensation.plan.projection:
            continue
        tables.faults.same(COVERAGE, fund.line, f"received of {fund.source.name} over all events",
                           plain(min(printed, fund.due_in_all)), plain(fund.received_in_all))


def covered_by(tables: Tables, plan: Plan, books: Books) -> Compensation:
    """coverage.csv row by row, and from it what each source divides."""
    faults = tables.faults
    compensation = Compensation(plan, books)
    named = {fund.source.name: fund for fund in compensation.funds.values()}
    wanted = {(source.name, event) for source in plan.policies for event in compensation.perils}
    wanted |= {(source.name, "") for source in plan.reserves}
    line = 1
    for line, row in tables.numbered(COVERAGE):
        fund = named.get(row[0])
        if fund is None or (row[0], row[1]) not in wanted:
            faults.note(COVERAGE, line, "source and event", "one of the plan's, an event with losses",
                        "/".join(row[:2]))
            continue
        wanted.discard((row[0], row[1]))
        figures = [0 if text == "partial" and what in ("ground_up", "covered") and not fund.reserve else
                   cell(faults, COVERAGE, line, what, text, books.currency.decimals)
                   for what, text in zip(FIGURES, row[2:7], strict=True)]
        if row[7] not in REASONS:
            faults.note(COVERAGE, line, "reason", "/".join(sorted(REASONS)), row[7])
        if min(figures) < 0 or (figures[1] > figures[0] and "partial" not in row[2:4]) or figures[4] > figures[3]:
            faults.note(COVERAGE, line, "figures", "none negative, covered <= ground_up, distributed <= received",
                        "/".join(row[2:7]))
        if not fund.source.pays_holders:
            if figures[4]:
                faults.note(COVERAGE, line, "distributed", "0, as it goes to the estate", row[6])
            if row[7] in ("", *(("estate",) if fund.reserve else ())):
                faults.same(COVERAGE, line, "reason", "estate", row[7])
        elif row[7] == "estate" or (fund.reserve and row[7]):
            faults.note(COVERAGE, line, "reason", "none, as holders are paid", row[7])
        fund.line = line
        fund.distributed += figures[4]
        fund.printed[row[1]] = (line, figures[4])
        (reserve_row if fund.reserve else policy_row)(line, row, figures, compensation, fund, tables)
    received_in_all(tables, compensation)
    for key in sorted(wanted):
        faults.note(COVERAGE, line + 1, "row", "/".join(key), "none")
    return compensation
