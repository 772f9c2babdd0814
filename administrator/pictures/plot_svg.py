"""How does a chart look as SVG? Step lines told apart by dashes and by the names at their ends, not by colour alone."""

from __future__ import annotations

from administrator.pictures.diagram import Chart
from administrator.pictures.markup import element
from administrator.pictures.measure import visible
from administrator.pictures.places import Size
from administrator.pictures.plot import Curve, Plot, plot
from administrator.pictures.svg import INK, PALE_INK, PAPER, RULE, line, rectangle, stroked, svg, written

GRID = "#e2e2e2"
STROKES = (
    ("#1f4e79", ""), ("#9c1c1c", "9 3"), ("#2f6b3a", "3 2"), ("#5b3f8c", "12 3 3 3"), ("#7a5c00", "6 6"),
    ("#0f6b6b", "2 4"), ("#444444", "14 4"), ("#a04a00", "8 2 2 2 2 2"),
)  # fmt: skip
"""Colour and dashes of the first series, the second and so on; then from the start again, for a chart of more than
eight lines is read by its labels."""


def chart_svg(chart: Chart) -> str:
    """Draw a chart.

    Raises:
        AssertionError: the chart is none (`plot`).
    """
    placed = plot(chart)
    area = placed.area
    right, bottom = area.x + area.width, area.y + area.height
    parts = [line(((area.x, y), (right, y)), GRID, 1) for y, _ in placed.rows]
    parts += [line(((x, bottom), (x, bottom + 5)), RULE, 1) for x, _ in placed.months]
    parts.append(line(((area.x, area.y), (area.x, bottom)), RULE, 1))
    parts.append(line(((area.x, placed.zero), (right, placed.zero)), INK, 1))
    for mark in placed.marks:
        if mark.x is not None and mark.pill is not None:
            parts.append(line(((mark.x, mark.pill.y + mark.pill.height), (mark.x, bottom)), PALE_INK, 1, "2 3"))
    parts += [_curve(curve, *STROKES[at % len(STROKES)]) for at, curve in enumerate(placed.curves)]
    for mark in placed.marks:
        if mark.pill is not None and mark.text is not None:
            told = element("title", [], f"{mark.mark.on.isoformat()} {visible(mark.mark.label)}")
            pill = rectangle(mark.pill, PAPER, ("stroke", PALE_INK), ("stroke-width", 1), ("rx", 4))
            parts.append(element("g", [], "", told, pill, written(mark.text, INK)))
    parts += [written(text, PALE_INK) for _, text in (*placed.rows, *placed.months)]
    parts += [written(text, INK) for curve in placed.curves for text in curve.texts]
    parts += [written(text, INK if text.size is Size.TITLE else PALE_INK) for text in placed.headings]
    parts += [written(text, INK) for text in placed.legend]
    return svg(placed.width, placed.height, visible(chart.title), _told(placed), parts)


def _curve(curve: Curve, colour: str, dashes: str) -> str:
    if not curve.points:
        return ""
    path = f"M{curve.points[0][0]} {curve.points[0][1]}"
    for (x, y), (next_x, next_y) in zip(curve.points, curve.points[1:], strict=False):
        if x != next_x:
            path += f"H{next_x}"
        elif y != next_y:
            path += f"V{next_y}"
    return stroked(path, colour, 2, dashes) + line(curve.leader, colour, 1) + line(curve.sample, colour, 2, dashes)


def _told(placed: Plot) -> str:
    """Say in words what there is to see: each line from its first to its last value, and what happened when."""
    chart = placed.chart
    told = [f"{visible(chart.asset)} by day"]
    for series in chart.series:
        if series.texts:
            told.append(f"{visible(series.name)}: from {series.texts[0]} to {series.texts[-1]}")
    told += [f"{mark.mark.on.isoformat()}: {visible(mark.mark.label)}" for mark in placed.marks]
    return "; ".join(told)
