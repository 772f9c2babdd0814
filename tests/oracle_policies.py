"""What policies owe on each event, and what of a recovery is the insurers' (rules 9 and D) for the oracle.

Nothing here knows lines: an answer is of a policy to an event. tests/oracle_compensation.py gives it to holders.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from math import ceil
from typing import Any

from tests.oracle_books import Books, Loss, event_of, loss_prices
from tests.oracle_case import Case

Policy = Mapping[str, Any]


@dataclass
class Answer:
    """What one policy says to one event; sums in minor."""

    policy: Policy
    place: int
    """of the policy in the file"""
    event: str
    ground_up: int | None
    covered: int | None
    """None where a loss that it covers has no price"""
    reason: str = ""
    retention: int = 0
    borne: int = 0
    layer: int = 0
    dues: list[int] = field(default_factory=list)
    """a line of the policy each"""
    received: int = 0

    @property
    def due(self) -> int:
        return sum(self.dues)


def stated(case: Case, policy: Policy, name: str) -> int | None:
    """A sum of a policy, None where it has none."""
    return case.minor(policy[name], policy["currency"]) if name in policy else None


def retention_of(case: Case, policy: Policy) -> int:
    return stated(case, policy, "retention") or 0


def lines_of(case: Case, policy: Policy) -> list[tuple[Fraction, int]]:
    """Share and received of each insurer."""
    lines = policy.get("lines") or [{"share": policy.get("share", "1"), "received": policy.get("received", "0")}]
    currency = policy["currency"]
    return [(Fraction(line["share"]), case.minor(line.get("received", "0"), currency)) for line in lines]


def covers_custody(policy: Policy, custody: str) -> bool:
    return "custody" not in policy or custody in policy["custody"]


class Cover:
    """Every policy's answers, policies by retention and file, events by date and name."""

    def __init__(self, case: Case, books: Books, losses: list[Loss]) -> None:
        self.case = case
        self.losses = losses
        self.perils = {loss.event: loss.peril for loss in losses}
        self.declared = {str(event["name"]): event for event in case.events}
        self.first_transfers: dict[str, datetime] = {}
        # reading: an event's first transfer is the first of all unmatched out-transfers that fall to it, in any asset.
        for flow in books.unmatched:
            if flow.direction == "out":
                event, at = event_of(books, flow), flow.transfer.occurred_at
                self.first_transfers[event] = min(at, self.first_transfers.get(event, at))
        self.answers: dict[int, list[Answer]] = {}
        """by the policy's place in the file, in the order of answering"""
        places = range(len(case.policies))
        for place in sorted(places, key=lambda place: retention_of(case, case.policies[place])):
            self.answers[place] = []
            self._policy(place)

    # ------------------------------------------------------------ dates

    def occurred(self, event: str) -> datetime | None:
        declared = self.declared.get(event, {})
        if "quantity" in declared:
            return self.case.from_instant(declared["from"]) if "from" in declared else None
        return self.first_transfers.get(event)

    def discovered(self, event: str) -> datetime | None:
        declared = self.declared.get(event, {})
        return self.case.from_instant(declared["discovered_at"]) if "discovered_at" in declared else None

    def date(self, policy: Policy, event: str) -> datetime | None:
        """When the event counts as having happened, for the basis of the policy."""
        discovery = policy.get("basis", "occurred") == "discovery"
        return self.discovered(event) if discovery else self.occurred(event)

    def refusal(self, policy: Policy, event: str) -> str:
        """Why the policy does not answer the event at all, the first reason that holds."""
        if self.perils[event] not in policy["covers"]:
            return "peril"
        if not any(loss.event == event and covers_custody(policy, loss.custody) for loss in self.losses):
            return "custody"
        at = self.date(policy, event)
        if at is None:
            return "no_date"
        if not self.case.within(at, policy):
            return "outside_period"
        if policy.get("basis", "occurred") == "discovery" and "retroactive_from" in policy:
            occurred = self.occurred(event)
            if occurred is not None and occurred < self.case.from_instant(policy["retroactive_from"]):
                return "before_retroactive_date"
        return "late_notice" if self._is_late(policy, event) else ""

    def _is_late(self, policy: Policy, event: str) -> bool:
        declared = self.declared.get(event, {})
        if "notice_days" not in policy or "notified_at" not in declared:
            return False
        # reading: a day without an hour runs to its end, and a notice given on a day was given at its beginning.
        deadline = declared.get("discovered_at") or self.occurred(event)
        assert deadline is not None, "an event that is answered has a date"
        return self.case.is_after(
            self.case.from_instant(declared["notified_at"]), deadline + timedelta(days=policy["notice_days"])
        )

    # ------------------------------------------------------------ sums

    def _prices(self, policy: Policy, event: str) -> tuple[str, ...]:
        valuation = policy.get("valuation", "loss")
        if valuation == "distribution":
            return "distribution", "commencement"
        return loss_prices(event) if valuation == "loss" else ("commencement",)

    def _ground_up(self, policy: Policy, event: str) -> int | None:
        prices = self._prices(policy, event)
        values = [self.case.value(loss.units, loss.asset, *prices) for loss in self.losses if loss.event == event]
        return None if None in values else sum(value or 0 for value in values)

    def _covered(self, policy: Policy, event: str) -> tuple[int, bool]:
        """Value that peril, custody and sublimits admit, and whether all of it has a price."""
        by_custody: dict[str, int] = defaultdict(int)
        known = True
        for loss in self.losses:
            if loss.event == event and loss.peril in policy["covers"] and covers_custody(policy, loss.custody):
                value = self.case.value(loss.units, loss.asset, *self._prices(policy, event))
                known = known and value is not None
                by_custody[loss.custody] += value or 0
        for sublimit in policy.get("sublimits", []):
            limit = self.case.minor(sublimit["limit"], policy["currency"])
            by_custody[sublimit["custody"]] = min(by_custody[sublimit["custody"]], limit)
        return sum(by_custody.values()), known

    def capacity(self, place: int) -> int | None:
        """What the policy can pay in all its period from now on, before any event; None: without bound."""
        policy = self.case.policies[place]
        if "aggregate" not in policy and not policy.get("reinstatements", 0):
            return None
        eroded = stated(self.case, policy, "eroded") or 0
        times = 1 + int(policy.get("reinstatements", 0))
        return max(self._base(policy) * times - eroded, 0)

    def _base(self, policy: Policy) -> int:
        base = stated(self.case, policy, "aggregate" if "aggregate" in policy else "limit")
        assert base is not None, "reinstatements are of an aggregate or of a limit"
        return base

    def _drop(self, place: int, event: str) -> int:
        """How far down the layer attaches for what lower layers of its tower have used up before the event."""
        case, policy = self.case, self.case.policies[place]
        how = policy.get("drop_down", "never")
        if how == "never" or "tower" not in policy:
            return 0
        drop = 0
        for other, answers in self.answers.items():
            lower = case.policies[other]
            capacity = self.capacity(other)
            if lower.get("tower") != policy["tower"] or retention_of(case, lower) >= retention_of(case, policy):
                continue
            if capacity is None:
                continue
            # the events of one tower stand in one order, for its layers agree in their basis
            names = [answer.event for answer in answers]
            before = answers[: names.index(event)]
            used = sum(
                answer.layer for answer in before if how == "erosion" or answer.received == answer.due
            )
            # reading: a layer without a limit is as large as its aggregate.
            size = stated(case, lower, "limit")
            drop += max((self._base(lower) if size is None else size) - (capacity - used), 0)
        return drop

    def _lowest(self, policy: Policy) -> int:
        layers = [policy]
        if "tower" in policy:
            layers = [other for other in self.case.policies if other.get("tower") == policy["tower"]]
        return min(retention_of(self.case, layer) for layer in layers)

    # ------------------------------------------------------------ the answers of one policy

    def _policy(self, place: int) -> None:
        case, policy = self.case, self.case.policies[place]
        limit, left = stated(case, policy, "limit"), self.capacity(place)
        bound = stated(case, policy, "retention_aggregate")
        shares = lines_of(case, policy)
        purses = [received for _, received in shares]
        borne = used = 0

        def order(event: str) -> tuple[datetime, str]:
            # reading: events of one instant go by name; an undated one is answered by no policy, wherever it stands.
            return self.date(policy, event) or datetime.max.replace(tzinfo=UTC), event

        for event in sorted(self.perils, key=order):
            covered, known = self._covered(policy, event)
            answer = Answer(policy, place, event, self._ground_up(policy, event), covered if known else None)
            self.answers[place].append(answer)
            answer.reason = self.refusal(policy, event)
            if answer.reason:
                continue
            answer.retention = retention_of(case, policy)
            if bound is not None:
                answer.retention = min(answer.retention, max(bound - borne, 0))
            answer.borne = min(covered, answer.retention)
            borne += answer.borne
            # reading: the lowest retention of the tower bounds the dropping down, and it alone: a retention that its
            # yearly bound has lowered stays as low as that.
            floor = min(answer.retention, self._lowest(policy))
            above = max(covered - max(answer.retention - self._drop(place, event), floor), 0)
            answer.reason = "" if above else "below_retention"
            if not answer.reason and left == 0:
                # reading: exhausted before the event; a layer merely cut is no reason
                answer.reason = "aggregate_exhausted"
            if answer.reason:
                continue
            answer.layer = min(units for units in (above, limit, left) if units is not None)
            if left is not None:
                left -= answer.layer
            answer.dues = self._dues(policy, used, answer.layer, [share for share, _ in shares])
            used += answer.layer
            # reading: received falls to events in their order up to what is due; what passes all dues is left.
            got = list(answer.dues)
            if not case.plan["projection"]:
                got = [min(due, purse) for due, purse in zip(answer.dues, purses, strict=True)]
            purses = [max(purse - part, 0) for purse, part in zip(purses, got, strict=True)]
            answer.received = sum(got)
            answer.reason = "estate" if policy["payee"] == "estate" else ""

    def _dues(self, policy: Policy, used: int, layer: int, shares: list[Fraction]) -> list[int]:
        """What each insurer owes of a layer, less its part of the premium for what comes back by it."""
        premium = Fraction(0)
        if policy.get("reinstatements", 0):
            used += stated(self.case, policy, "eroded") or 0
            base = self._base(policy)
            whole = base * policy["reinstatements"]
            reinstated = min(used + layer, whole) - min(used, whole)
            rate = Fraction(policy.get("reinstatement_rate", "1"))
            premium = (stated(self.case, policy, "premium") or 0) * rate * reinstated / max(base, 1)
        return [max(int(share * layer) - ceil(share * premium), 0) for share in shares]

    def to_estate(self) -> int:
        """What policies whose payee is the estate bring it: all they paid; in a projection, what they owe."""
        total = 0
        for place, policy in enumerate(self.case.policies):
            if policy["payee"] == "estate":
                received = sum(received for _, received in lines_of(self.case, policy))
                owed = sum(answer.due for answer in self.answers[place])
                total += owed if self.case.plan["projection"] else received
        return total


# ---------------------------------------------------------------- recoveries after insurers paid


def insurers_parts(case: Case, losses: list[Loss], cover: Cover) -> dict[str, int]:
    """Of each recovery the units that go to insurers."""
    parts: dict[str, int] = defaultdict(int)
    recoveries = [row for row in case.tables["recovery"] if row.get("event")]
    for event in sorted({row["event"] for row in recoveries}):
        mine = [row for row in recoveries if row["event"] == event]
        for row in mine:
            for insurers, whole in subrogated(case, losses, cover, event, mine):
                parts[row["recovery"]] += case.units(row) * insurers // whole
    return parts


def subrogated(
    case: Case, losses: list[Loss], cover: Cover, event: str, recoveries: list[dict[str, str]]
) -> list[tuple[int, int]]:
    """(what an insurer has of it, what was recovered in all) in minor, a policy with a layer for the event each."""
    if not case.subrogation:
        return []
    prices = loss_prices(event)
    # reading: what has no price counts for nothing, in the loss as in what came back.
    ground = sum(case.value(loss.units, loss.asset, *prices) or 0 for loss in losses if loss.event == event)
    whole = sum(case.value(case.units(row), row["asset"], *prices) or 0 for row in recoveries)
    capped = min(whole, ground)
    layers = [answer for answers in cover.answers.values() for answer in answers if answer.event == event]
    layers = [answer for answer in layers if answer.layer]
    layers.sort(key=lambda answer: (retention_of(case, answer.policy), answer.place), reverse=True)
    if not layers or not whole or not ground:
        return []
    if case.subrogation == "pro_rata":
        found, left = [], capped
        for answer in layers:
            # reading: insurers of overlapping covers have together no more than came back.
            part = min(capped * answer.received // ground, left)
            left -= part
            found.append((part, whole))
        return found
    own = max(ground - sum(answer.layer for answer in layers) - layers[-1].borne, 0)
    left = capped - min(capped, own)
    found = []
    for answer in layers:
        mine = min(left, answer.layer)
        left -= mine
        found.append((mine * answer.received // answer.layer, whole))
    return found
