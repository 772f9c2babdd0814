"""How does a diagram look in a terminal? Stage by stage, each party a line with a bar, below it what it paid to whom.

A drawing of lines between boxes cannot be read at 80 columns, nor read aloud. So figures stand to the left, where they
line up, and names last: names of any script, however wide, push nothing aside, and text that runs from right to left
takes no figure with it. Numbers are those of the drawn picture. Nothing depends on colour.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from rich.cells import cell_len

from administrator.pictures.diagram import Diagram, Link, Node
from administrator.pictures.kinds import word_of
from administrator.pictures.layout import LAYER_TITLES, Layout, lay_out
from administrator.pictures.measure import broken, visible

COLUMNS_MIN, ROWS_COLUMNS_MIN = 20, 60
"""Of a terminal at all; of one that shows rows and bars, and no plain list."""
BAR_CELLS, KIND_CELLS_MAX = 8, 12
NAME_CELLS_MIN = 24
"""A name with less room than this stands on a line of its own."""


@dataclass(frozen=True, slots=True)
class Signs:
    """What is drawn with, in the encoding of the terminal."""

    encoding: str
    full: str
    """One cell of a bar."""
    below: str
    """One cell of a bar below zero."""
    trace: str
    """More than nothing, less than a cell."""
    rule: str
    axis: str
    more: str
    """Says that a text goes on."""

    def said(self, text: str) -> str:
        """Give a text of strangers, visible, in characters that the encoding has."""
        return visible(text).encode(self.encoding, "backslashreplace").decode(self.encoding)


def signs(encoding: str) -> Signs:
    """Choose what to draw with: blocks where the encoding has them, else ASCII.

    >>> signs("utf-8").full, signs("ascii").full, signs("no such encoding").full
    ('█', '#', '#')
    """
    drawn = ("█", "▒", "▏", "─", "│", "…")
    try:
        "".join(drawn).encode(encoding)
    except UnicodeEncodeError:
        drawn = ("#", "-", ".", "-", "|", "~")
    except LookupError:
        return signs("ascii")
    return Signs(encoding, *drawn)


def diagram_lines(diagram: Diagram, columns: int, encoding: str) -> list[str]:
    """Give a diagram as lines of at most so many cells.

    Args:
        diagram: what is shown.
        columns: of the terminal, 20 or more; below 60 a plain list.
        encoding: of the terminal, such as `sys.stdout.encoding`.

    Raises:
        AssertionError: the diagram is none (`in_order`), or there is no room for anything.
    """
    assert columns >= COLUMNS_MIN, "no room for anything"
    drawn = signs(encoding)
    layout = lay_out(diagram)
    sheet = _sheet(layout, columns, drawn)
    lines = list(paragraph(drawn.said(diagram.title), columns, "", ""))
    told = f"{drawn.said(diagram.asset)}. Parties: {len(diagram.nodes):,}. Flows: {len(diagram.links):,}."
    lines += paragraph(told, columns, "", "")
    show = _rows if columns >= ROWS_COLUMNS_MIN else _points
    named = None
    for placed in layout.nodes:
        title = LAYER_TITLES[placed.node.layer]
        if title != named:
            named = title
            lines += ["", heading(title, columns, drawn)]
        lines += show(placed.node, sheet)
    if diagram.notes:
        lines.append("")
        for note in diagram.notes:
            lines += paragraph(drawn.said(note), columns, "", "  ")
    return lines


def heading(title: str, columns: int, drawn: Signs) -> str:
    """Give a title with a line behind it, over all the columns."""
    room = columns - cell_len(title) - 1
    return f"{title} {drawn.rule * room}" if room > 0 else title


def paragraph(text: str, columns: int, start: str, indent: str) -> Iterator[str]:
    """Break a text into lines: the first begins with a start, the others with an indent, which is no shorter.

    >>> list(paragraph("one two three", 9, "- ", "  "))
    ['- one two', '  three']
    """
    first, *others = broken(text, columns - cell_len(indent), cell_len)
    yield start + first
    for line in others:
        yield indent + line


def shortened_cells(text: str, cells: int, mark: str) -> str:
    """Give as much of a visible text as some cells can take.

    >>> shortened_cells("見本商事", 7, "…"), shortened_cells("見本商事", 8, "…")
    ('見本商…', '見本商事')
    """
    if cell_len(text) <= cells:
        return text
    shown = ""
    for character in text:
        if cell_len(shown + character) > cells - cell_len(mark):
            break
        shown += character
    return shown + mark


def bar(units: int, most: int, cells: int, full: str, trace: str) -> str:
    """Draw units beside the most there are: whole cells, rounded down; more than nothing is never nothing.

    >>> bar(5, 10, 8, "#", "."), bar(1, 1000, 8, "#", "."), bar(0, 10, 8, "#", ".")
    ('####', '.', '')
    """
    if units == 0:
        return ""
    return full * (units * cells // most) or trace


@dataclass(frozen=True, slots=True)
class _Sheet:
    """What all lines of one diagram share."""

    columns: int
    drawn: Signs
    figures: int
    """Cells of the widest quantity."""
    kinds: int
    numbers: int
    transfers: int
    most: int
    """Units of the greatest party."""
    label: Mapping[str, str]
    """By key, as it is said."""
    paid: Mapping[str, Sequence[Link]]
    """By sender, in the order of the picture."""
    number: Mapping[tuple[str, str], int]


def _sheet(layout: Layout, columns: int, drawn: Signs) -> _Sheet:
    nodes = [placed.node for placed in layout.nodes]
    links = [band.link for band in layout.bands]
    quantities = [node.quantity for node in nodes] + [link.quantity for link in links]
    paid: dict[str, list[Link]] = {}
    for link in links:
        paid.setdefault(link.sender, []).append(link)
    return _Sheet(
        columns,
        drawn,
        max((cell_len(drawn.said(quantity)) for quantity in quantities), default=0),
        min(max((cell_len(drawn.said(word_of(node.kind))) for node in nodes), default=0), KIND_CELLS_MAX),
        len(str(len(links))),
        max((len(f"{link.transfers:,}") for link in links), default=0),
        max((node.units for node in nodes), default=0) or 1,
        {node.key: drawn.said(node.label) for node in nodes},
        paid,
        {(band.link.sender, band.link.recipient): band.number for band in layout.bands},
    )


def _rows(node: Node, sheet: _Sheet) -> Iterator[str]:
    """Show one party as a line, its note, and a line for each flow that leaves it."""
    drawn = sheet.drawn
    size = bar(node.units, sheet.most, BAR_CELLS, drawn.full, drawn.trace)
    kind = shortened_cells(drawn.said(word_of(node.kind)), sheet.kinds, drawn.more)
    quantity = _right(drawn.said(node.quantity), sheet.figures)
    prefix = f"* {quantity} {_left(size, BAR_CELLS)} {_left(kind, sheet.kinds)}"
    yield from _named(prefix, sheet.label[node.key], sheet)
    if node.note.strip():
        yield from paragraph(drawn.said(node.note), sheet.columns, "  ", "  ")
    for link in sheet.paid.get(node.key, ()):
        number = f"{sheet.number[link.sender, link.recipient]:>{sheet.numbers}}"
        quantity = _right(drawn.said(link.quantity), sheet.figures)
        count = f"{link.transfers:>{sheet.transfers},} {'transfer ' if link.transfers == 1 else 'transfers'}"
        prefix = f"    {number} {_arrow(link)} {quantity}  {count} {_way(link)}"
        yield from _named(prefix, sheet.label[link.recipient], sheet)


def _points(node: Node, sheet: _Sheet) -> Iterator[str]:
    """Show one party as a point of a list."""
    drawn, columns = sheet.drawn, sheet.columns
    yield from paragraph(sheet.label[node.key], columns, "* ", "  ")
    yield from paragraph(f"{drawn.said(node.quantity)}, {drawn.said(word_of(node.kind))}", columns, "  ", "  ")
    if node.note.strip():
        yield from paragraph(drawn.said(node.note), columns, "  ", "  ")
    for link in sheet.paid.get(node.key, ()):
        count = f"{link.transfers:,} {'transfer' if link.transfers == 1 else 'transfers'}"
        told = f"{_arrow(link)} {drawn.said(link.quantity)} in {count} {_way(link)} {sheet.label[link.recipient]}"
        yield from paragraph(f"{sheet.number[link.sender, link.recipient]} {told}", columns, "  ", "    ")


def _arrow(link: Link) -> str:
    return "<-" if link.is_return else "->"


def _way(link: Link) -> str:
    return "back to" if link.is_return else "to"


def _named(prefix: str, name: str, sheet: _Sheet) -> Iterator[str]:
    """Put a name behind figures, or below them where there is too little room; a figure is broken, never cut."""
    room = sheet.columns - cell_len(prefix) - 1
    if room >= min(NAME_CELLS_MIN, cell_len(name)):
        yield f"{prefix} {shortened_cells(name, room, sheet.drawn.more)}"
        return
    start = " " * (len(prefix) - len(prefix.lstrip(" ")))
    yield from paragraph(prefix.strip(" "), sheet.columns, start, start + "  ")
    yield "      " + shortened_cells(name, sheet.columns - 6, sheet.drawn.more)


def _right(text: str, cells: int) -> str:
    return " " * (cells - cell_len(text)) + text


def _left(text: str, cells: int) -> str:
    return text + " " * (cells - cell_len(text))
