"""How does a text of the case's data get into a widget? Through `cell`, and no other way.

Names, labels, addresses and file names were written by strangers. A widget that is given a `str` may read it as markup
and obey it (`[@click=app.quit]`), or send its escape sequences to the terminal. `cell` gives a `Text` without styles in
which every character is visible. Figures are shown as the use case gave them; nothing here parses or rounds one.
"""

from __future__ import annotations

from collections.abc import Iterable

from rich.cells import cell_len
from rich.text import Text

from ledgers.display import display

LINE_CELLS_MAX = 72
"""Of a sentence in a table."""
NAME_CELLS_MAX = 44
"""Of a name in a table: an address of 42 letters stands whole; what is longer is one Enter away."""
FIXED_CELLS_MAX = 32
"""Of a text in a column that stays while the others move: it must leave room for them at 80 columns."""
WHOLE_CELLS_MAX = 4_000
"""Of a text that is read by itself."""
FIGURE_CELLS_MAX = 200
"""Far above the 38 digits that a quantity can have: a figure is never cut."""

FIGURES = frozenset({
    "accounts", "adjustments", "allowed", "allowed_value", "awarded", "balance", "base", "books_difference",
    "claim", "claims", "costs", "counted", "coverage", "covered", "deposits_first", "disallowed", "disputed",
    "distributable", "distributed", "dividend", "due", "entitled", "fees", "filed", "flags", "gross",
    "ground_up", "held", "holdback", "hops", "met", "net_investment", "not_received", "not_sent", "opening",
    "outstanding", "owed", "paid", "paid_before", "quantity", "received", "recovery", "residue", "returned",
    "rewards", "row", "running_total", "scheduled", "score", "sent", "shortfall", "surplus", "traced",
    "traded", "transferred", "transfers", "unclaimed", "value", "withdrawals_first", "withheld",
})
"""Columns that hold figures: to the right, never cut."""

SENTENCES = frozenset({"message", "remedy", "path", "question"})
"""Columns that hold sentences: wider than names."""

SEVERITIES = {"blocking": "!! blocking", "warning": "! warning", "note": "- note"}
"""Symbol and word, so that no colour is needed. ASCII, because other signs are two cells wide in some terminals."""


def shown(text: str, cells_max: int = NAME_CELLS_MAX) -> str:
    r"""Give a text as it may be seen, at most so many cells wide; `…` says that it goes on.

    >>> shown("見本商事株式会社", 10), shown("a\x1b]52;c;eA==\x07")
    ('見本商事…', 'a\\x1b]52;c;eA==\\x07')
    """
    characters = cells_max
    seen = display(text, characters)
    while cell_len(seen) > cells_max and characters > 1:
        # Wide characters take two cells: what is over is at least half as many characters too many.
        characters -= max(1, (cell_len(seen) - cells_max) // 2)
        seen = display(text, characters)
    return seen


def cell(text: str, cells_max: int = NAME_CELLS_MAX) -> Text:
    """Give a text for a widget: shown, never obeyed.

    >>> cell("[@click=app.quit]x[/]").plain
    '[@click=app.quit]x[/]'
    """
    return Text(shown(text, cells_max), end="")


def whole(text: str) -> Text:
    """Give a text that stands by itself, and is wrapped."""
    return cell(text, WHOLE_CELLS_MAX)


def figure(text: str) -> Text:
    """Give a figure, to the right, never cut."""
    right = cell(text, FIGURE_CELLS_MAX)
    right.justify = "right"
    return right


def heading(column: str) -> Text:
    """Give a column's name over its cells."""
    words = column.replace("_", " ")
    return figure(words) if column in FIGURES else cell(words)


def of_column(column: str, text: str, *, is_fixed: bool) -> Text:
    """Give one cell of a page by the kind of its column."""
    if column == "severity":
        return cell(SEVERITIES.get(text, text))
    if column in FIGURES:
        return figure(text)
    if is_fixed:
        return cell(text, FIXED_CELLS_MAX)
    return cell(text, LINE_CELLS_MAX if column in SENTENCES else NAME_CELLS_MAX)


def lines(parts: Iterable[Text]) -> Text:
    """Give texts under each other."""
    return Text("\n", end="").join(parts)


def pairs(facts: Iterable[tuple[str, str]]) -> Text:
    """Give names and values under each other, the names in bold; what is empty is left out."""
    said = [(name.replace("_", " "), value) for name, value in facts if value]
    width = max((len(name) for name, _ in said), default=0)
    return lines(Text.assemble((shown(name).ljust(width), "bold"), "  ", whole(value)) for name, value in said)


def totals(named: Iterable[tuple[str, str]]) -> Text:
    """Give names and figures under each other, the figures to the right."""
    said = [(name, value) for name, value in named if value]
    width = max((len(value) for _, value in said), default=0)
    return pairs((name, value.rjust(width)) for name, value in said)
