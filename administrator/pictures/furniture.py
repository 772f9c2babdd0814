"""What stands below a diagram? How it is read, a table of all links by number, their quantities in full, the notes."""

from __future__ import annotations

from collections.abc import Sequence

from administrator.pictures.diagram import Diagram, Link
from administrator.pictures.measure import shortened, text_width, visible, wrapped
from administrator.pictures.places import Anchor, Box, Size, Text, place_text

MARGIN = 24
NAME_WIDTH_MAX = 360
"""Of a party in the table: an address of 42 letters stands whole."""
COLUMN_GAP = 16
BLOCK_GAP = 40
HEADS = ("no.", "from", "to", "quantity", "transfers")
ANCHORS = (Anchor.END, Anchor.START, Anchor.START, Anchor.END, Anchor.END)
BANDS_SAID = "The wider a band, the more it carries; the narrowest is one point wide."
APART_SAID = (
    "Dashed lines below the boxes lead back to an earlier stage, round in a circle, or to a party of the same stage; "
    "they are all drawn at one width."
)

Row = tuple[tuple[str, str], ...]
"""Of each cell: what is shown, and the same in full."""


def foot(
    diagram: Diagram, links: Sequence[tuple[int, Link, bool]], width: int, top: int
) -> tuple[tuple[Text, ...], tuple[Box, ...], int]:
    """Place everything below the lanes.

    Args:
        diagram: what is drawn.
        links: number, link, and whether it is drawn apart; by number.
        width: of the whole picture.
        top: where there is room.

    Returns:
        The texts, the thin lines of the table, and where it ends.
    """
    texts: list[Text] = []
    y = top + 20
    said = [BANDS_SAID] if any(not is_apart for _, _, is_apart in links) else []
    said += [APART_SAID] if any(is_apart for _, _, is_apart in links) else []
    for sentence in said:
        for line in wrapped(sentence, Size.SMALL, width - 2 * MARGIN):
            texts.append(place_text(line, MARGIN, y, Size.SMALL, sentence))
            y += Size.SMALL.line
    rules: list[Box] = []
    if links:
        table, rules, y = _table(diagram, links, width, y + 10)
        texts += table
    if diagram.notes:
        y += 12
        for note in map(visible, diagram.notes):
            for line in wrapped(note, Size.TABLE, width - 2 * MARGIN):
                texts.append(place_text(line, MARGIN, y, Size.TABLE, note))
                y += Size.TABLE.line
            y += 2
    return tuple(texts), tuple(rules), y


def _table(
    diagram: Diagram, links: Sequence[tuple[int, Link, bool]], width: int, top: int
) -> tuple[list[Text], list[Box], int]:
    """Place the table, in as many blocks side by side as there is room for."""
    rows = _rows(diagram, links)
    widths = _widths(rows)
    block = sum(widths) + COLUMN_GAP * (len(widths) - 1)
    blocks = max(1, min((width - 2 * MARGIN + BLOCK_GAP) // (block + BLOCK_GAP), -(-len(rows) // 4)))
    each = -(-len(rows) // blocks)
    texts: list[Text] = []
    rules: list[Box] = []
    for start in range(0, len(rows), each):
        x = MARGIN + start // each * (block + BLOCK_GAP)
        _write(texts, tuple((head, head) for head in HEADS), widths, x, top)
        rules.append(Box(x, top + Size.TABLE.line + 2, block, 1))
        for at, row in enumerate(rows[start : start + each]):
            _write(texts, row, widths, x, top + (Size.TABLE.line + 1) * (at + 1) + 4)
    return texts, rules, top + (Size.TABLE.line + 1) * (each + 1) + 4


def foot_width(diagram: Diagram, links: Sequence[tuple[int, Link, bool]]) -> int:
    """Give the width the table needs at least, margins included."""
    return sum(_widths(_rows(diagram, links))) + COLUMN_GAP * (len(HEADS) - 1) + 2 * MARGIN


def _rows(diagram: Diagram, links: Sequence[tuple[int, Link, bool]]) -> list[Row]:
    label = {node.key: node.label for node in diagram.nodes}
    return [_row(number, link, is_apart, label) for number, link, is_apart in links]


def _widths(rows: Sequence[Row]) -> list[int]:
    return [
        max(text_width(shown, Size.TABLE) for shown in (head, *(row[at][0] for row in rows)))
        for at, head in enumerate(HEADS)
    ]


def _row(number: int, link: Link, is_apart: bool, label: dict[str, str]) -> Row:
    names = [label[link.sender], label[link.recipient]]
    quantity = visible(link.quantity)
    transfers = f"{link.transfers:,}" + (", back" if link.is_return else ", apart" if is_apart else "")
    return (
        (str(number), str(number)),
        *((shortened(name, Size.TABLE, NAME_WIDTH_MAX), visible(name)) for name in names),
        (quantity, quantity),
        (transfers, transfers),
    )


def _write(texts: list[Text], row: Row, widths: Sequence[int], x: int, y: int) -> None:
    for (shown, full), width, anchor in zip(row, widths, ANCHORS, strict=True):
        at = x + width if anchor is Anchor.END else x
        texts.append(place_text(shown, at, y, Size.TABLE, full, anchor))
        x += width + COLUMN_GAP
