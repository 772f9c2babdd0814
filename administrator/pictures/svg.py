"""How does a diagram look as SVG? One file that shows the same everywhere: no script, no link, nothing from outside.

The text stays text, so that it can be searched, copied and read aloud; what was shortened has its full name in a title
that shows when the pointer rests on it. The same diagram gives the same bytes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

from administrator.pictures.diagram import Diagram
from administrator.pictures.kinds import LOOKS, look_of
from administrator.pictures.layout import STRIPE, Band, Layout, Placed, lay_out
from administrator.pictures.markup import DECLARATION, element
from administrator.pictures.measure import visible
from administrator.pictures.places import Anchor, Box, Size, Text

FAMILIES = (
    "Noto Sans", "DejaVu Sans", "Arial", "Helvetica", "Noto Sans CJK JP", "Noto Sans JP", "Source Han Sans JP",
    "Hiragino Sans", "Hiragino Kaku Gothic ProN", "Yu Gothic", "Meiryo", "MS PGothic", "IPAexGothic",
    "Noto Sans CJK SC", "PingFang SC", "Microsoft YaHei", "Noto Sans CJK KR", "Malgun Gothic",
)  # fmt: skip
"""Fonts in order of preference: Latin first, then those with Japanese, then with Chinese and Korean."""
INK, PALE_INK, RULE, PAPER = "#1a1a1a", "#4d4d4d", "#9a9a9a", "#ffffff"
BAND, BAND_EDGE, LINE = "#ccd6e0", "#75879a", "#3d3d3d"
ARROW = 6
BEND = 8
"""By how much the corners of a line drawn apart are cut."""


def diagram_svg(diagram: Diagram) -> str:
    """Draw a diagram.

    Raises:
        AssertionError: the diagram is none (`in_order`).
    """
    layout = lay_out(diagram)
    apart = [band for band in layout.bands if band.is_apart]
    # The widest first, so that no band hides a narrower one.
    onward = sorted((band for band in layout.bands if not band.is_apart), key=lambda band: (-band.width, band.number))
    label = {placed.node.key: visible(placed.node.label) for placed in layout.nodes}
    said = {band.number: _said(band, visible(layout.diagram.asset), label) for band in layout.bands}
    parts = [_patterns(layout)]
    parts += [_ribbon(band, said[band.number]) for band in onward]
    parts += [_dashed(band, said[band.number]) for band in apart]
    parts += [_box(placed) for placed in layout.nodes]
    parts += [_pill(band) for band in layout.bands]
    parts += [rectangle(rule, RULE) for rule in layout.rules]
    parts += [written(text, INK if text.size > Size.TEXT else PALE_INK) for text in layout.headings]
    parts += [written(text, INK) for text in layout.foot]
    return svg(layout.width, layout.height, visible(diagram.title), _told(layout, label), parts)


def svg(width: int, height: int, title: str, told: str, parts: Sequence[str]) -> str:
    """Give the whole file: white paper, a title and a description for who cannot see it, and the parts, a line each."""
    root = (
        '<svg xmlns="http://www.w3.org/2000/svg" version="1.1" role="img" '
        f'width="{width}" height="{height}" viewBox="0 0 {width} {height}" font-family="{families()}">'
    )
    lines = [
        DECLARATION,
        root,
        element("title", [], title),
        element("desc", [], told),
        rectangle(Box(0, 0, width, height), PAPER),
        *(part for part in parts if part),
        "</svg>",
    ]
    return "\n".join(lines) + "\n"


def families() -> str:
    """Give the fonts as SVG names them."""
    return ", ".join([f"'{family}'" for family in FAMILIES] + ["sans-serif"])


def rectangle(box: Box, fill: str, *more: tuple[str, str | int]) -> str:
    """Draw a rectangle."""
    place = [("x", box.x), ("y", box.y), ("width", box.width), ("height", box.height)]
    return element("rect", [*place, ("fill", fill), *more])


def written(text: Text, fill: str) -> str:
    """Write a line of text; what was shortened has its full text in a title."""
    attributes: list[tuple[str, str | int]] = [("x", text.x), ("y", text.baseline), ("font-size", int(text.size))]
    if text.anchor is not Anchor.START:
        attributes.append(("text-anchor", text.anchor.value))
    attributes.append(("fill", fill))
    title = [element("title", [], text.full)] if text.full != text.shown else []
    return element("text", attributes, text.shown, *title)


def line(points: Sequence[tuple[int, int]], colour: str, width: int, dashes: str = "") -> str:
    """Draw a line through points."""
    path = "M" + "L".join(f"{x} {y}" for x, y in points)
    return stroked(path, colour, width, dashes)


def stroked(path: str, colour: str, width: int, dashes: str = "", *children: str) -> str:
    """Draw a path as a line, solid or in dashes."""
    attributes: list[tuple[str, str | int]] = [("d", path), ("fill", "none"), ("stroke", colour)]
    attributes += [("stroke-width", width), *([("stroke-dasharray", dashes)] if dashes else [])]
    return element("path", attributes, "", *children)


def _told(layout: Layout, label: Mapping[str, str]) -> str:
    """Say in words what there is to see."""
    flows = [
        f"{band.number}: {visible(band.link.quantity)} from {label[band.link.sender]} to {label[band.link.recipient]}"
        + (" (back)" if band.link.is_return else "")
        for band in layout.bands
    ]
    return "; ".join([f"{visible(layout.diagram.asset)}: parties as boxes, from left to right, flows as bands", *flows])


def _patterns(layout: Layout) -> str:
    kinds = sorted({look_of(placed.node.kind) for placed in layout.nodes})
    patterns = []
    for kind in kinds:
        look = LOOKS[kind]
        if look.motif:
            size = [("id", f"kind-{kind}"), ("width", "8"), ("height", "8"), ("patternUnits", "userSpaceOnUse")]
            paper = rectangle(Box(0, 0, 8, 8), PAPER)
            patterns.append(element("pattern", size, "", paper, stroked(look.motif, look.colour, 2)))
    return element("defs", [], "", *patterns) if patterns else ""


def _ribbon(band: Band, said: str) -> str:
    """Draw a band: both its edges turn alike, so that it is as wide at any x."""
    upper = [(x, y - band.width // 2) for x, y in band.points]
    lower = [(x, y + band.width) for x, y in upper]
    path = "M" + _curved(upper) + "L" + _curved(lower[::-1]) + "Z"
    title = element("title", [], said)
    edge = BAND_EDGE if band.width > 2 else LINE
    x, y = band.points[-1]
    head = element("path", [("d", f"M{x - ARROW} {y - 4}L{x} {y}L{x - ARROW} {y + 4}Z"), ("fill", LINE)])
    ribbon = element("path", [("d", path), ("fill", BAND), ("stroke", edge), ("stroke-width", 1)], "", title)
    return ribbon + head


def _curved(points: Sequence[tuple[int, int]]) -> str:
    """Write a path that runs level, turns in a curve where the height changes, and runs level again."""
    path = f"{points[0][0]} {points[0][1]}"
    for (x, y), (next_x, next_y) in pairwise(points):
        middle = (x + next_x) // 2
        path += f"L{next_x} {next_y}" if y == next_y else f"C{middle} {y} {middle} {next_y} {next_x} {next_y}"
    return path


def _dashed(band: Band, said: str) -> str:
    points = band.points
    path = f"M{points[0][0]} {points[0][1]}"
    for (from_x, from_y), (x, y), (to_x, to_y) in zip(points, points[1:], points[2:], strict=False):
        before = (x + _toward(x, from_x), y + _toward(y, from_y))
        behind = (x + _toward(x, to_x), y + _toward(y, to_y))
        path += f"L{before[0]} {before[1]}Q{x} {y} {behind[0]} {behind[1]}"
    path += f"L{points[-1][0]} {points[-1][1]}"
    title = element("title", [], said)
    x, y = points[-1]
    head = element("path", [("d", f"M{x - ARROW} {y - 4}L{x} {y}L{x - ARROW} {y + 4}Z"), ("fill", LINE)])
    return stroked(path, LINE, 2, "6 4", title) + head


def _toward(start: int, end: int) -> int:
    """Give the step from a corner that its bend takes, at most half of the way."""
    step = min(BEND, abs(end - start) // 2)
    return step if end > start else -step


def _said(band: Band, asset: str, label: Mapping[str, str]) -> str:
    transfers = f"{band.link.transfers:,} {'transfer' if band.link.transfers == 1 else 'transfers'}"
    return (
        f"{band.number}: {label[band.link.sender]} to {label[band.link.recipient]}, "
        f"{visible(band.link.quantity)} {asset}, {transfers}"
    )


def _box(placed: Placed) -> str:
    kind = look_of(placed.node.kind)
    look = LOOKS[kind]
    box = placed.box
    dashes: list[tuple[str, str | int]] = [("stroke-dasharray", "4 3")] if look.is_dashed else []
    stripe = Box(box.x, box.y, STRIPE, box.height)
    fill = f"url(#kind-{kind})" if look.motif else look.colour
    parts = [
        rectangle(box, look.tint),
        rectangle(stripe, fill),
        rectangle(box, "none", ("stroke", look.colour), ("stroke-width", 1), *dashes),
    ]
    parts += [written(text, PALE_INK if text.size is Size.SMALL else INK) for text in placed.texts]
    return element("g", [], "", element("title", [], visible(placed.node.label)), *parts)


def _pill(band: Band) -> str:
    pill = rectangle(band.pill, PAPER, ("stroke", BAND_EDGE), ("stroke-width", 1), ("rx", 4))
    return pill + written(band.text, INK)
