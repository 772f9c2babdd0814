"""Amounts side by side, as bars made of parts: what is there, what is missing. Layout and drawing in one, as SVG.

A bar is as long as its units by one scale for the picture, the length of each part cut off to a whole point; the amount
of every part stands below its bar in full, so no figure is rounded to fit. Parts differ by pattern and by word, not by
colour alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from administrator.pictures.furniture import MARGIN
from administrator.pictures.kinds import LEVEL, RISING
from administrator.pictures.markup import element
from administrator.pictures.measure import shortened, visible, wrapped
from administrator.pictures.places import Box, Size, Text, place_text
from administrator.pictures.svg import INK, PALE_INK, PAPER, RULE, line, rectangle, svg, written

WIDTH, NAME_WIDTH = 900, 220
BAR_HEIGHT, GAP = 26, 14
STYLES = (("#1f4e79", ""), ("#2f6b3a", RISING), ("#9c1c1c", LEVEL))
"""Colour and pattern of the first, second and third kind of part; an empty pattern is filled."""


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a bar."""

    units: int
    """0 or more."""
    text: str
    """The same, as the outputs write it."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One amount."""

    label: str
    """Text of strangers, as received."""
    total: str
    """What its parts sum to, as the outputs write it."""
    parts: tuple[Part, ...]
    """As many as the picture has kinds."""


@dataclass(frozen=True, slots=True)
class Bars:
    """Some amounts of one currency."""

    title: str
    currency: str
    kinds: tuple[str, ...]
    """What the parts are, at most three."""
    bars: tuple[Bar, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PlacedBars:
    """Bars with a place for everything."""

    width: int
    height: int
    pieces: tuple[tuple[int, Box], ...]
    """Kind and rectangle of every part that is not 0, legend included."""
    axis: tuple[tuple[int, int], ...]
    texts: tuple[Text, ...]


def place_bars(bars: Bars) -> PlacedBars:
    """Give everything a place.

    Raises:
        AssertionError: a bar has not one part a kind, there are more than three kinds, or units below 0.
    """
    assert len(bars.kinds) <= len(STYLES), "there are three looks of parts"
    for bar in bars.bars:
        assert len(bar.parts) == len(bars.kinds), "a bar has a part of every kind"
        assert all(part.units >= 0 for part in bar.parts), "a part is below 0"
    texts: list[Text] = []
    pieces: list[tuple[int, Box]] = []
    y = MARGIN
    for said, size in ((visible(bars.title), Size.TITLE), (visible(bars.currency), Size.TEXT)):
        for part_of in wrapped(said, size, WIDTH - 2 * MARGIN):
            texts.append(place_text(part_of, MARGIN, y, size, said))
            y += size.line
    y += 8
    for kind, word in enumerate(bars.kinds):
        pieces.append((kind, Box(MARGIN, y + 3, 22, 12)))
        texts.append(place_text(visible(word), MARGIN + 30, y, Size.TEXT))
        y += Size.TEXT.line + 2
    y += GAP
    top, left = y, MARGIN + NAME_WIDTH
    room = WIDTH - MARGIN - left
    longest = max((sum(part.units for part in bar.parts) for bar in bars.bars), default=0) or 1
    for bar in bars.bars:
        name = shortened(bar.label, Size.LABEL, NAME_WIDTH - 12)
        texts.append(place_text(name, MARGIN, y + 3, Size.LABEL, visible(bar.label)))
        passed = 0
        for kind, part in enumerate(bar.parts):
            start, end = (left + units * room // longest for units in (passed, passed + part.units))
            passed += part.units
            if end > start:
                pieces.append((kind, Box(start, y, end - start, BAR_HEIGHT)))
        y += BAR_HEIGHT + 2
        told = f"{bar.total}: {_parts_told(bars.kinds, bar.parts)}"
        for part_of in wrapped(told, Size.SMALL, room):
            texts.append(place_text(part_of, left, y, Size.SMALL, told))
            y += Size.SMALL.line
        y += GAP
    axis = ((left, top - 4), (left, y - GAP + 4))
    for note in bars.notes:
        for part_of in wrapped(visible(note), Size.TEXT, WIDTH - 2 * MARGIN):
            texts.append(place_text(part_of, MARGIN, y, Size.TEXT, visible(note)))
            y += Size.TEXT.line
    return PlacedBars(WIDTH, y + MARGIN, tuple(pieces), axis, tuple(texts))


def bars_svg(bars: Bars) -> str:
    """Draw bars.

    Raises:
        AssertionError: they are none (`place_bars`).
    """
    placed = place_bars(bars)
    parts = [_patterns()]
    for kind, box in placed.pieces:
        colour, motif = STYLES[kind]
        parts.append(rectangle(box, f"url(#part-{kind})" if motif else colour, ("stroke", colour), ("stroke-width", 1)))
    parts.append(line(placed.axis, RULE, 1))
    parts += [written(text, INK if text.size is not Size.SMALL else PALE_INK) for text in placed.texts]
    return svg(placed.width, placed.height, visible(bars.title), _told(bars), parts)


def bars_overlaps(placed: PlacedBars) -> list[tuple[str, str]]:
    """Name the pairs of texts that overlap, or leave the picture: there are none."""
    canvas = Box(0, 0, placed.width, placed.height)
    wrong = [(text.shown, "the edge") for text in placed.texts if not canvas.holds(text.box)]
    return wrong + [
        (text.shown, other.shown)
        for at, text in enumerate(placed.texts)
        for other in placed.texts[at + 1 :]
        if text.box.meets(other.box)
    ]


def _patterns() -> str:
    squares = [
        element(
            "pattern",
            [("id", f"part-{kind}"), ("width", 8), ("height", 8), ("patternUnits", "userSpaceOnUse")],
            "",
            element("rect", [("width", 8), ("height", 8), ("fill", PAPER)]),
            element("path", [("d", motif), ("stroke", colour), ("stroke-width", 2), ("fill", "none")]),
        )
        for kind, (colour, motif) in enumerate(STYLES)
        if motif
    ]
    return element("defs", [], "", *squares)


def _told(bars: Bars) -> str:
    """Say in words what there is to see."""
    return "; ".join(
        f"{visible(bar.label)} {bar.total} {visible(bars.currency)}: {_parts_told(bars.kinds, bar.parts)}"
        for bar in bars.bars
    )


def _parts_told(kinds: Sequence[str], parts: Sequence[Part]) -> str:
    return ", ".join(f"{word} {part.text}" for word, part in zip(kinds, parts, strict=True))
