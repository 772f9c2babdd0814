"""How is the history of a shortfall told to a person, in lines of any width?

For a reader who knows no column of ours: since when, how much, what moved it, with plain words for the lines of the
bridge and the names of files nowhere. Nothing is computed here.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from administrator.wrapping import wrapped
from ledgers.display import display

if TYPE_CHECKING:
    from administrator.usecases.history import AssetHistory, Breach, History, MovedDay, MovedLine

WIDTH_MIN, WIDTH_MAX = 36, 100
ASSETS_TOLD_MAX = 40
DAYS_TOLD_MAX = 5
"""Of the days that moved it most, and of each only what moved it most, where no asset was asked for."""
BREACHES_TOLD_MAX = 6
TAKEN_BY, CREDITS = "taken_by:", "credits:"
WORDS = {
    "opening_difference": ("opening balances beyond what was there", "there at the opening beyond the balances"),
    "deposits_without_receipt": ("deposits credited that never arrived", "deposits taken back that never arrived"),
    "receipts_without_posting": ("received and credited to nobody", "received and credited to nobody"),
    "deposit_differences": ("deposits credited with more than arrived", "deposits credited with less than arrived"),
    "withdrawals_not_sent": ("withdrawals taken back that were never sent", "withdrawals booked and never sent"),
    "withdrawal_differences": ("withdrawals sent with more than booked", "withdrawals sent with less than booked"),
    "moved_to_guarantee": ("moved to the guarantee wallets", "came back from the guarantee wallets"),
    "outflows_without_posting": ("sent out without a booking", "sent out without a booking"),
    "network_fees": ("network fees", "network fees"),
    "books_difference": ("balances beyond the journal", "balances short of the journal"),
    "negative_balances": ("holders went below zero", "holders below zero made it good"),
    "unobserved": ("not there when the wallets were counted", "found when the wallets were counted"),
}
"""Of each line of the bridge, where it widens the shortfall and where it closes it; `phrase` makes the others."""
TESTS = {
    "hot_share": "more than 5 % of the customers' crypto in hot and warm wallets",
    "guarantee": "guarantee wallets below hot wallets",
    "customer_assets_in_house_wallets": "customers short while the house held some",
    "house_assets_in_customer_wallets": "more in the customers' wallets than owed to them",
}


def phrase(line: str, quantity: str) -> str:
    """Say a line of the bridge in plain words, which are others where it closes the shortfall.

    >>> phrase("taken_by:thief-1", "2.5"), phrase("taken_by:thief-1", "-2.5"), phrase("credits:reward", "1")
    ('taken by thief-1', 'brought back by thief-1', 'booked as reward')
    """
    is_closing = quantity.startswith("-")
    if line.startswith(TAKEN_BY):
        return f"{'brought back' if is_closing else 'taken'} by {line.removeprefix(TAKEN_BY)}"
    if line.startswith(CREDITS):
        return f"booked as {line.removeprefix(CREDITS)}"
    return WORDS[line][is_closing]


def signed(quantity: str) -> str:
    """Put a plus before what is not negative.

    >>> signed("0.25"), signed("-0.10")
    ('+0.25', '-0.10')
    """
    return quantity if quantity.startswith("-") else f"+{quantity}"


def largest(lines: Sequence[MovedLine]) -> MovedLine:
    """The line of a day that is most of it, either way; of equal ones the first.

    All are of one asset, and so of one scale: the longer number is the larger, and of equally long ones the later text.
    """
    return max(lines, key=lambda line: (len(_digits(line.quantity)), _digits(line.quantity)))


def _digits(quantity: str) -> str:
    return quantity.removeprefix("-")


def history_lines(history: History, columns: int) -> Iterator[str]:
    """Say all of a history; of one asset with every line and record, of several in short.

    Args:
        history: all assets, or one.
        columns: of the terminal; lines are broken to fit, from 36 cells on.
    """
    width = max(WIDTH_MIN, min(columns, WIDTH_MAX))
    is_one = history.asked != ""
    yield from wrapped(display(history.title, 200), width, "")
    yield from wrapped(f"From {history.opening_on} to {history.commencement_on}.", width, "")
    for asset in history.assets[:ASSETS_TOLD_MAX]:
        yield ""
        yield from _asset_lines(asset, width, is_one)
    if len(history.assets) > ASSETS_TOLD_MAX:
        yield ""
        yield f"and {len(history.assets) - ASSETS_TOLD_MAX} more assets"
    if history.hot_share:
        yield ""
        yield "All assets together"
        yield from _breach_lines(history.hot_share, width, is_one)
    yield ""
    for note in history.notes:
        yield from wrapped(note, width, "", "  ")


def _asset_lines(asset: AssetHistory, width: int, is_one: bool) -> Iterator[str]:
    yield display(asset.asset)
    figures = (("owed", asset.owed), ("held", asset.held), ("shortfall", asset.shortfall))
    longest = max(len(figure) for _, figure in figures)
    for name, figure in figures:
        yield from _fitting(f"  {name:<9}  {figure:>{longest}}", width)
    for sentence in _since(asset):
        yield from wrapped(sentence, width, "  ", "    ")
    shown = asset.moved if is_one else asset.moved[:DAYS_TOLD_MAX]
    if shown:
        yield "  What moved it most:"
    for moved in shown:
        yield from _day_lines(moved, width) if is_one else _day_in_short(moved, width)
    if asset.breaches:
        yield "  Not kept apart:"
        yield from _breach_lines(asset.breaches, width, is_one)


def _since(asset: AssetHistory) -> Iterator[str]:
    """Since when it is short, in sentences."""
    if not asset.is_short:
        yield "Not short at commencement."
    elif not asset.opened_on:
        yield "Short at commencement; nobody can say since when."
    elif asset.is_open_always:
        yield f"Short at the end of every day since the records begin, {asset.opened_on}, and perhaps longer."
    elif not asset.open_days:
        yield "Short at the end of the last day only: it shows at commencement and not before."
    else:
        days = "the day before" if asset.open_days == 1 else f"{asset.open_days} days before"
        yield f"Short without a break since {asset.opened_on}, {days} commencement."
    if asset.open_days and asset.undated.strip("0.") and not asset.undated.startswith("-"):
        yield f"Of it {asset.undated} shows at commencement only, and may be older."
    if asset.above_on and asset.above_on != asset.opened_on:
        yield f"The first day that ended short was {asset.above_on}."
    if asset.above_on and asset.greatest != asset.shortfall:
        yield f"Greatest on {asset.greatest_on}: {asset.greatest}."


def _day_in_short(moved: MovedDay, width: int) -> Iterator[str]:
    line = largest(moved.lines)
    said = f"{moved.day} {signed(moved.change)}: {_said(line)}"
    yield from wrapped(said, width, "    ", "      ")


def _day_lines(moved: MovedDay, width: int) -> Iterator[str]:
    yield from _fitting(f"    {moved.day}  {signed(moved.change)}", width)
    for line in moved.lines:
        yield from wrapped(f"{signed(line.quantity)} {_said(line)}", width, "      ", "        ")
        if line.behind:
            yield from wrapped(_records(line), width, "        ", "          ")


def _fitting(line: str, width: int) -> Iterator[str]:
    """A line set in columns, or where it is too long its words below each other."""
    if len(line) <= width:
        return iter([line])
    indent = " " * (len(line) - len(line.lstrip()))
    return wrapped(" ".join(line.split()), width, indent, indent * 2)


def _said(line: MovedLine) -> str:
    return display(phrase(line.line, line.quantity))


def _records(line: MovedLine) -> str:
    said = [f"{record.record} {display(record.id)}" for record in line.behind]
    more = line.records - len(line.behind)
    return ", ".join(said) + (f" and {more} more" if more else "")


def _breach_lines(breaches: Sequence[Breach], width: int, is_one: bool) -> Iterator[str]:
    """The times at which each test was not met, the longest first; in short only the longest."""
    by_test: dict[str, list[Breach]] = {}
    for breach in breaches:
        by_test.setdefault(breach.test, []).append(breach)
    for test, spans in by_test.items():
        spans.sort(key=lambda span: (-span.days, span.from_on))
        days = sum(span.days for span in spans)
        counted = f"{TESTS[test]}: {days} day{'' if days == 1 else 's'}"
        if len(spans) == 1:
            yield from wrapped(f"{counted}, {_span(spans[0])}", width, "    ", "      ")
        elif not is_one:
            yield from wrapped(f"{counted}, the longest time {_span(spans[0])}", width, "    ", "      ")
        else:
            yield from wrapped(f"{counted}, at {len(spans)} times", width, "    ", "      ")
            for span in spans[:BREACHES_TOLD_MAX]:
                yield f"      {_span(span)}"
            if len(spans) > BREACHES_TOLD_MAX:
                yield f"      and {len(spans) - BREACHES_TOLD_MAX} more"


def _span(span: Breach) -> str:
    if span.is_open:
        return f"{span.from_on} to commencement"
    return f"{span.from_on} to {span.until_on}" if span.days > 1 else span.from_on
