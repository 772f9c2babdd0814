"""What does each reason of a red flag weigh, and how is it said?

A reason holds or it does not; the relations say which hold, with two numbers each. Here is the one table of what a
reason is worth and of its words, so that a score can be checked with a pencil: it is the sum of the points, at most
100. The points are choices of this program, no statistics: 40 for what makes the flag at all (what weighs less is
life), 10 to 30 for its size, and something for each circumstance that an investigator would ask about.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ledgers.display import display
from ledgers.units import format_units

SCORE_MAX = 100


@dataclass(frozen=True, slots=True)
class Reason:
    """One thing that speaks for a suspicion."""

    points: int
    """0 for what is only worth knowing beside the others."""
    words: str
    """With {much} and {whole}: a count as it stands, :units of the flag's asset, :minor of the reporting currency."""


@dataclass(frozen=True, slots=True)
class Scale:
    """In what the numbers of one flag are counted."""

    asset: str
    """Empty where the flag is about several."""
    decimals: int
    currency: str
    currency_decimals: int


@dataclass(frozen=True, slots=True)
class _Number:
    """A number that is written as its place in the words asks."""

    number: int
    scale: Scale

    def __format__(self, kind: str) -> str:
        scale = self.scale
        if kind == "units":
            return f"{format_units(self.number, scale.decimals)} {display(scale.asset)}"
        if kind == "minor":
            return f"{format_units(self.number, scale.currency_decimals)} {display(scale.currency)}"
        assert not kind, f"{kind!r} is no way to write a number"
        return str(self.number)


REASONS = {
    # Credits, and what became of them.
    "unreceived": Reason(40, "deposits booked that no receipt bears out: {much}"),
    "credited_above": Reason(40, "deposits credited for more than their receipt brought, or twice: {much}"),
    "dead_reference": Reason(10, "with a reference that leads to no receipt: {much}"),
    "repeated": Reason(10, "it happened {much} times"),
    "left_again": Reason(20, "{much:units} of {whole:units} left again afterwards"),
    # Round trips.
    "left_unbooked": Reason(60, "outflows that no posting explains came back as somebody's deposit: {much} of {whole}"),
    "came_to_another": Reason(40, "withdrawals of one account came back as deposits of another: {much} of {whole}"),
    "own_often": Reason(40, "the account's own money went out and came back {much} times"),
    "passed_on": Reason(10, "over another address in between: {much} of {whole}"),
    "within_a_day": Reason(10, "within a day: {much} of {whole}"),
    "sent_by_insider": Reason(20, "what went out was an insider's or an affiliate's"),
    # Insiders. The pairs of net exposure are law.md 4.1.
    "insider_took": Reason(40, "withdrawals within {whole} days before commencement: {much}"),
    "exposure": Reason(
        10, "net exposure after later deposits {much:minor}, simple net {whole:minor}, at prices of commencement"
    ),
    "exposure_units": Reason(10, "net exposure after later deposits {much:units}, simple net {whole:units}"),
    "new_value": Reason(0, "deposits in the same time {much:minor}, withdrawals {whole:minor}"),
    "no_new_value": Reason(10, "nothing was deposited in that time"),
    "exposed": Reason(10, "the exposure in one asset is {much} times its typical holding"),
    "exposed_10": Reason(20, "the exposure in one asset is {much} times its typical holding"),
    "exposed_100": Reason(30, "the exposure in one asset is {much} times its typical holding"),
    "recent": Reason(20, "in the last {whole} days: {much}"),
    "unpriced": Reason(0, "withdrawals of assets without a price, not in the value: {much}"),
    # Payees.
    "holders": Reason(20, "holders of different names: {much}"),
    "holders_4": Reason(30, "holders of different names: {much}"),
    "holders_5": Reason(40, "holders of different names: {much}"),
    "holders_6": Reason(50, "holders of different names: {much}"),
    "insider_among": Reason(40, "insiders or affiliates among them: {much} of {whole}"),
    "stranger_paid": Reason(20, "the place is in the name of none of them"),
    # Dormant accounts.
    "still": Reason(40, "the holder had done nothing for {much} days"),
    "still_long": Reason(60, "the holder had done nothing for {much} days"),
    "left_soon": Reason(20, "{much:units} left within {whole} days"),
    # Consecutive accounts.
    "alike": Reason(40, "first credited within the hour with {whole:units} each: {much} accounts in a row"),
    "alike_many": Reason(60, "first credited within the hour with {whole:units} each: {much} accounts in a row"),
    "nobody_else": Reason(20, "no other account began like that"),
    "never_funded": Reason(40, "a balance without any opening or deposit received: {much} accounts in a row"),
    "rarely_unfunded": Reason(10, "elsewhere that is rare: {much} of {whole} accounts"),
    # Hours.
    "odd_hours": Reason(40, "at night or at a weekend, as {much} of the exchange's {whole} acts of adjustment are"),
    "very_odd_hours": Reason(10, "that is at most one in fifty"),
    "no_reference": Reason(10, "without any reference: {much} of {whole}"),
    # Late bookings.
    "booked_after_leaving": Reason(40, "withdrawals booked after the units had left: {much}, up to {whole} days later"),
    "booked_after_coming": Reason(30, "deposits booked after the units had come: {much}, up to {whole} days later"),
    "long_after": Reason(20, "a delay of {much} days is no day's work left over"),
    # Fictitious balances.
    "not_backed": Reason(40, "{much} % of a balance of {whole:minor} rests on no receipt, trade or transfer"),
    "not_backed_units": Reason(40, "{much} % of a balance of {whole:units} rests on no receipt, trade or transfer"),
    "nearly_all": Reason(10, "that is nearly all of it"),
    "net_investment": Reason(
        0, "receipts less withdrawals come to {much:minor}, openings nobody verified to {whole:minor}"
    ),
    "nothing_invested": Reason(10, "nothing was ever put in, by what is handed over"),
    "fiction": Reason(10, "in one asset {much} times its typical holding"),
    "fiction_10": Reason(20, "in one asset {much} times its typical holding"),
    "fiction_100": Reason(30, "in one asset {much} times its typical holding"),
    # Of any kind.
    "size": Reason(10, "{much} times the typical holding of {whole:units}"),
    "size_10": Reason(20, "{much} times the typical holding of {whole:units}"),
    "size_100": Reason(30, "{much} times the typical holding of {whole:units}"),
    "insider": Reason(20, "the account is an insider's"),
    "affiliate": Reason(20, "the account is an affiliate's"),
}
"""Every reason by the name that the relations give it."""

Part = tuple[str, int, int]
"""A reason that holds, and its two numbers; 0 where it has none."""


def because(parts: Iterable[Part], scale: Scale) -> str:
    """Say why a score is what it is: the points of each reason with its words.

    >>> because([("unreceived", 2, 0), ("size", 12, 500)], Scale("BTC", 2, "JPY", 0))
    'Score 50 of 100: deposits booked that no receipt bears out: 2 (40); 12 times the typical holding of 5.00 BTC (10).'
    """
    parts = list(parts)
    score = min(SCORE_MAX, sum(REASONS[name].points for name, _, _ in parts))
    said = []
    for name, much, whole in parts:
        reason = REASONS[name]
        words = reason.words.format(much=_Number(much, scale), whole=_Number(whole, scale))
        said.append(f"{words} ({reason.points})" if reason.points else words)
    return f"Score {score} of {SCORE_MAX}: {'; '.join(said)}."
