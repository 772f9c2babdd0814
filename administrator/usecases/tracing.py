"""Where did it go, and by which rule? Tracing one asset of a case that was run, for the terminal and the command line.

Every figure is given under each rule that was asked for, side by side, and where transfers of one instant could stand
in another order, also with what comes in first and with what goes out first. What the records contradict is said: a
label that calls a thief's address an exchange's is not believed, and an address that paid out more than it was seen to
receive is named.
"""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import numpy as np

from administrator.usecases.looking import Page, TraceView
from administrator.views import view
from ledgers.display import display
from ledgers.errors import CaseError
from ledgers.limbs import total_of, whole
from ledgers.tracing.columns import BREAKS, columns_of
from ledgers.tracing.exact import deviation
from ledgers.tracing.order import open_count
from ledgers.tracing.rules import SAYS, Direction, Simultaneous, TracingRule
from ledgers.tracing.starts import all_taken, lies_at, taken_by, taken_from, taken_in
from ledgers.tracing.walk import Start, Traced, trace
from ledgers.units import format_units

if TYPE_CHECKING:
    from administrator.usecases.looking import Matter

PAGE_ROWS_MAX = 500
NEAR_MAX = 3
CONTRADICTIONS_MAX = 20
EPOCH = datetime(1970, 1, 1)
"""The books' instants are UTC without a mark."""


class UnknownStartError(CaseError):
    """The case knows no such asset, party, wallet, event or address."""

    exit_code = 2


@dataclass(frozen=True, slots=True)
class Range:
    """A quantity under one rule, and what other orders of simultaneous transfers make of it."""

    quantity: str
    deposits_first: str
    withdrawals_first: str

    @property
    def is_sure(self) -> bool:
        """Whether the order of simultaneous transfers changes nothing."""
        return self.quantity == self.deposits_first == self.withdrawals_first


@dataclass(frozen=True, slots=True)
class Found:
    """What of one start is at one place, under each rule."""

    start: str
    place: str
    party: str
    party_kind: str
    stands: str
    """lies, returned to customers, stopped at exchange; backward: came from customers, was there before."""
    by_rule: tuple[Range, ...]
    counted: str
    """What was counted there, where somebody counted."""


@dataclass(frozen=True, slots=True)
class RuleLine:
    """One rule over all places."""

    rule: str
    says: str
    started: str
    found: str
    lost: str
    """In fees."""
    excess: str
    """Under poison: by how much what was found passes what was started; else empty."""
    in_house: str
    """In the debtor's own wallets, at most what was counted in each: what a ruling may pool."""
    deviation: str
    """The largest difference from the exact ratios, in base units, where it was computed; else empty."""


@dataclass(frozen=True, slots=True)
class StartLine:
    """What is followed."""

    start: str
    transfers: int
    quantity: str


@dataclass(frozen=True, slots=True)
class StepLine:
    """One transfer of a place, and what of it is traced."""

    transfer: str
    occurred_at: str
    way: str
    """in or out."""
    other: str
    party: str
    quantity: str
    traced: str
    balance: str
    """At the place, after it."""
    source: str
    row: int


@dataclass(frozen=True, slots=True)
class Trace:
    """An answer."""

    asset: str
    direction: str
    until: str
    rules: tuple[RuleLine, ...]
    starts: tuple[StartLine, ...]
    found: tuple[Found, ...]
    """By start, then the most under the first rule."""
    total: int
    """How many there are; `found` may have only the first."""
    simultaneous: int
    """Transfers whose place among those of their instant decides something."""
    said: tuple[str, ...]
    """What the records contradict or leave open."""


class Tracer:
    """The transfers of one asset, loaded once and asked often."""

    def __init__(self, matter: Matter, asset: str, *, is_whole: bool) -> None:
        books = matter.books
        known = {code: (no, places) for code, no, places in books.rows("select asset, asset_no, decimals from asset")}
        if asset not in known:
            raise UnknownStartError(f"no asset {display(asset)} in this case.{_near(asset, known)}")
        self.asset = asset
        self.asset_no, self.decimals = known[asset]
        self.is_whole = is_whole
        self._books = books
        self._columns = columns_of(books, self.asset_no, is_whole=is_whole)
        self._is_end = self._columns.is_of("kind", "customers", *BREAKS)
        self._simultaneous = open_count(self._columns, self._is_end)

    def starts(self) -> tuple[Start, ...]:
        """All that was taken from the customers' wallets: by declared event, the rest by party."""
        events = dict(self._books.rows("select event_no, event from declared_event order by event_no"))
        return tuple(all_taken(self._columns, events))

    def start(self, text: str) -> Start:
        """Understand `party:NAME`, `event:NAME`, `wallet:NAME` or a bare address."""
        what, mark, name = text.partition(":")
        columns = self._columns
        if mark and what == "party":
            if columns.is_of("party", name).any():
                return taken_by(columns, name)
            raise self._unknown("party", name, columns.places.column("party").unique().to_pylist())
        if mark and what == "event":
            events = dict(self._books.rows("select event, event_no from declared_event"))
            if name in events:
                return taken_in(columns, name, events[name])
            raise self._unknown("declared event", name, list(events))
        return taken_from(columns, self.place(name if mark and what == "wallet" else text))

    def target(self, text: str) -> Start:
        """Understand `party:NAME` or an address: what lies there is followed backward."""
        what, mark, name = text.partition(":")
        if mark and what == "party":
            places = np.flatnonzero(self._columns.is_of("party", name)).astype(np.int32)
            if not len(places):
                raise self._unknown("party", name, self._columns.places.column("party").unique().to_pylist())
            return lies_at(self._columns, text, places)
        place = self.place(name if mark and what == "wallet" else text)
        return lies_at(self._columns, f"wallet:{self._columns.text('name', place)}", np.array([place], np.int32))

    def place(self, name: str) -> int:
        """Give the number of a wallet or address."""
        number = int(self._columns.numbers_of([name])[0])
        if number >= 0:
            return number
        wallet = self._books.rows(
            "select wallet from endpoint where node = $name and asset_no = $no and wallet is not null",
            {"name": name, "no": self.asset_no},
        )
        if wallet:
            return self.place(wallet[0][0])
        raise self._unknown("wallet or address", name, self._columns.places.column("name").to_pylist())

    def _unknown(self, what: str, name: str, known: Sequence[str]) -> UnknownStartError:
        return UnknownStartError(
            f"no {what} {display(name)} at either end of a transfer of {display(self.asset)}.{_near(name, known)}"
        )

    def walk(
        self, starts: Sequence[Start], rule: TracingRule, direction: Direction, order: Simultaneous, watched: int | None
    ) -> Traced:
        """Walk under one rule."""
        return trace(
            self._columns, starts, rule, order=order, direction=direction, is_end=self._is_end, watched=watched
        )

    def answer(
        self, starts: Sequence[Start], rules: Sequence[TracingRule], direction: Direction, most: int | None
    ) -> Trace:
        """Say where it is under each rule.

        Args:
            most: rows of `found` at most; None for all.
        """
        walked = []
        for rule in rules:
            first = self.walk(starts, rule, direction, Simultaneous.AS_RECORDED, None)
            others = [first, first]
            if self._simultaneous and rule is not TracingRule.PARI_PASSU:
                others = [
                    self.walk(starts, rule, direction, order, None)
                    for order in (Simultaneous.DEPOSITS_FIRST, Simultaneous.WITHDRAWALS_FIRST)
                ]
            walked.append([first, *others])
        keys = self._keys(walked)
        shown = keys if most is None else keys[:most]
        return Trace(
            self.asset,
            direction.value,
            "the last transfer" if self.is_whole else "commencement",
            tuple(self._rule_line(first) for first, _, _ in walked),
            tuple(self._start_line(start, at, walked[0][0]) for at, start in enumerate(starts)),
            tuple(self._found(starts, start, place, walked) for start, place in shown),
            len(keys),
            self._simultaneous,
            tuple(self._said(walked[0][0])),
        )

    def _keys(self, walked: list[list[Traced]]) -> list[tuple[int, int]]:
        """Start and place of whatever any walk found, by start, then the most under the first rule, then place."""
        of_any = np.zeros(walked[0][0].ends.shape[:2], np.bool_)
        for orders in walked:
            for traced in orders:
                of_any |= traced.ends.any(axis=2)
        first = walked[0][0].ends
        keys = []
        for start in range(len(walked[0][0].starts)):
            places = np.flatnonzero(of_any[:, start])
            most = first[places, start]
            order = np.lexsort((places, ~most[:, 0], ~most[:, 1]))
            keys += [(start, int(place)) for place in places[order]]
        return keys

    def _text(self, units: int) -> str:
        return format_units(units, self.decimals)

    def _found(self, starts: Sequence[Start], start: int, place: int, walked: list[list[Traced]]) -> Found:
        columns = self._columns
        kind = columns.text("kind", place)
        held = whole(columns.held[place])
        return Found(
            starts[start].name,
            columns.text("name", place),
            columns.text("party", place),
            kind,
            _stands(kind, bool(walked[0][0].is_end[place]), walked[0][0].direction),
            tuple(self._range(orders, place, start) for orders in walked),
            self._text(held) if columns.text("purpose", place) else "",
        )

    def _range(self, orders: list[Traced], place: int, start: int) -> Range:
        recorded, deposits_first, withdrawals_first = (self._text(traced.units_at(place, start)) for traced in orders)
        return Range(recorded, deposits_first, withdrawals_first)

    def _rule_line(self, traced: Traced) -> RuleLine:
        started, found, lost = sum(traced.started), sum(traced.ended), sum(traced.lost)
        exact = deviation(traced)
        return RuleLine(
            traced.rule.value,
            SAYS[traced.rule],
            self._text(started),
            self._text(found),
            self._text(lost),
            self._text(found + lost - started) if traced.rule is TracingRule.POISON else "",
            self._text(self._in_house(traced)),
            "" if exact is None else _three_decimals(exact.numerator, exact.denominator),
        )

    def _in_house(self, traced: Traced) -> int:
        if traced.direction is Direction.BACKWARD:
            return 0
        places = np.flatnonzero(self._columns.is_of("purpose", "house") & traced.ends.any(axis=(1, 2)))
        return sum(
            min(whole(self._columns.held[place]), sum(whole(pair) for pair in traced.ends[place])) for place in places
        )

    def _start_line(self, start: Start, at: int, traced: Traced) -> StartLine:
        return StartLine(start.name, len(start.transfers), self._text(traced.started[at]))

    def _said(self, traced: Traced) -> list[str]:
        """What the records contradict, and what must have been there unseen."""
        columns, said = self._columns, []
        touched = np.zeros(columns.place_count, np.bool_)
        for start in traced.starts:
            touched[columns.recipients[start.transfers]] = True
        labels = self._books.rows(view("trace_labels"), {"asset_no": self.asset_no, "breaks": list(BREAKS)})
        places = columns.numbers_of([label[0] for label in labels]).tolist()
        contradicting = [(*label, place) for label, place in zip(labels, places, strict=True) if touched[place]]
        for name, party, label, source, place in contradicting[:CONTRADICTIONS_MAX]:
            whose, kind = columns.text("party", place), columns.text("kind", place)
            where = "goes on there" if not traced.is_end[place] else "stops there"
            said.append(
                f"{display(name)} received what was taken as {display(whose)} ({kind}), "
                f"and a label ({display(source)}) calls it {label} {display(party)}: the trace {where}."
            )
        if len(contradicting) > CONTRADICTIONS_MAX:
            said.append(f"and {len(contradicting) - CONTRADICTIONS_MAX} more labels speak against what was taken.")
        if traced.direction is Direction.BACKWARD:
            return said
        needed = traced.ends.any(axis=(1, 2)) & (traced.openings != columns.stated).any(axis=1)
        unseen = [
            (whole(traced.openings[place]) - whole(columns.stated[place]), int(place))
            for place in np.flatnonzero(needed)
        ]
        for units, place in sorted(unseen, key=lambda pair: (-pair[0], pair[1]))[:NEAR_MAX]:
            said.append(
                f"{display(columns.text('name', place))} paid out {self._text(units)} {display(self.asset)} more than "
                "it was seen to receive: that was there before, and is of nobody's start."
            )
        if len(unseen) > NEAR_MAX:
            said.append(f"and {len(unseen) - NEAR_MAX} more addresses paid out more than they were seen to receive.")
        return said

    def steps(
        self, starts: Sequence[Start], rule: TracingRule, direction: Direction, name: str
    ) -> tuple[StepLine, ...]:
        """Follow one place through its transfers, with what of all starts together each carries."""
        place = self.place(name)
        together = Start(
            "together",
            np.unique(np.concatenate([start.transfers for start in starts])),
            np.unique(np.concatenate([start.places for start in starts])),
        )
        traced = self.walk([together], rule, direction, Simultaneous.AS_RECORDED, 0)
        steps = list(traced.steps(place))
        rows = [int(self._columns.rows[step.transfer]) for step in steps]
        told = {
            row: (transfer, source, number)
            for row, transfer, source, number in self._books.rows(view("trace_rows"), {"rows": rows})
        }
        columns = self._columns
        return tuple(
            StepLine(
                told[row][0],
                (EPOCH + timedelta(microseconds=int(columns.at[step.transfer]))).isoformat(sep=" ") + "Z",
                "in" if step.is_in else "out",
                columns.text("name", step.other),
                columns.text("party", step.other) or "customers",
                self._text(step.units),
                self._text(step.traced_units),
                self._text(step.balance_units),
                told[row][1],
                told[row][2],
            )
            for row, step in zip(rows, steps, strict=True)
        )

    def starts_page(self) -> Page:
        """What was taken and can be followed, for a screen."""
        starts = self.starts()
        rows = tuple(
            (start.name, self._text(total_of(self._columns.units[start.transfers])), str(len(start.transfers)))
            for start in starts[:PAGE_ROWS_MAX]
        )
        return Page(("start", "quantity", "transfers"), rows, 0, len(starts))

    def view(self, start: str, rule: str) -> TraceView:
        """Where a start of `starts` lies under one rule, for a screen; an empty name is all of them."""
        starts = [found for found in self.starts() if start in ("", found.name)]
        answer = self.answer(starts, [TracingRule(rule)], Direction.FORWARD, PAGE_ROWS_MAX)
        line = answer.rules[0]
        rows = tuple(
            (
                found.place,
                "" if found.party == found.place else found.party,
                found.party_kind,
                found.stands,
                found.by_rule[0].quantity,
                "" if found.by_rule[0].is_sure else found.by_rule[0].deposits_first,
                "" if found.by_rule[0].is_sure else found.by_rule[0].withdrawals_first,
                found.counted,
                found.start,
            )
            for found in answer.found
        )
        columns = (
            "place", "party", "kind", "stands", "quantity", "deposits_first", "withdrawals_first", "counted", "start",
        )  # fmt: skip
        sums = f"started {line.started}, found {line.found}, in fees {line.lost}, in the debtor's own {line.in_house}"
        if line.excess:
            sums += f", {line.excess} more than was started"
        return TraceView(line.rule, line.says, sums, Page(columns, rows, 0, answer.total), answer.said)

    def steps_page(self, start: str, rule: str, place: str) -> Page:
        """One place transfer by transfer, for a screen."""
        starts = [found for found in self.starts() if start in ("", found.name)]
        steps = self.steps(starts, TracingRule(rule), Direction.FORWARD, place)
        rows = tuple(
            (
                step.occurred_at, step.way, step.quantity, step.traced, step.other,
                "" if step.party == step.other else step.party, step.balance, step.transfer,
                f"{step.source}:{step.row}",
            )
            for step in steps[:PAGE_ROWS_MAX]
        )  # fmt: skip
        columns = (
            "occurred_at", "way", "quantity", "traced", "other", "party", "balance", "transfer", "source_row",
        )  # fmt: skip
        return Page(columns, rows, 0, len(steps))


def _stands(kind: str, is_end: bool, direction: Direction) -> str:
    if direction is Direction.BACKWARD:
        return f"came from {kind}" if is_end else "was there before"
    if kind == "customers":
        return "returned to customers"
    return f"stopped at {kind}" if is_end else "lies"


def _three_decimals(numerator: int, denominator: int) -> str:
    """A ratio, rounded up to three decimals: what is said to be the largest is not below it.

    >>> _three_decimals(2, 3)
    '0.667'
    """
    return format_units(-(-numerator * 1000 // denominator), 3)


def _near(name: str, known: Sequence[str] | dict[str, tuple[int, int]]) -> str:
    near = difflib.get_close_matches(name, [text for text in list(known)[:10_000] if text], NEAR_MAX)
    return f" Near it: {', '.join(display(text) for text in near)}." if near else ""
