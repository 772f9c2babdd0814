"""Where does everything of a chart stand? One layout in whole units: axes, step lines, their names at the line ends.

A value holds from its day to the next day that is there, so lines are steps. The axis always shows zero. Its ticks are
round numbers of base units times a power of ten; nothing is divided but to find a place on the paper.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from administrator.pictures.arrange import settled
from administrator.pictures.diagram import Chart, Mark, byte_order
from administrator.pictures.furniture import MARGIN
from administrator.pictures.measure import shortened, text_width, visible, wrapped
from administrator.pictures.places import Anchor, Box, Size, Text, place_text
from ledgers.units import format_units

PLOT_WIDTH, PLOT_HEIGHT = 860, 440
TICKS_MAX = 6
TICK_GAP = 8
DATE_GAP = 24
NAME_WIDTH_MAX = 220
LEADER, SAMPLE = 20, 28
"""From a line's end to its label: a bent line, and a piece of the line as it is drawn."""
LABEL_GAP = 8
PILL_HEIGHT = 15
MONTHS = (1, 2, 3, 6, 12, 24, 60, 120, 240, 600, 1_200)
"""How many months may lie between two dates on the axis."""


@dataclass(frozen=True, slots=True)
class Curve:
    """One series, drawn."""

    points: tuple[tuple[int, int], ...]
    """Corners of the steps."""
    leader: tuple[tuple[int, int], ...]
    """From the line's end to the height of its label."""
    sample: tuple[tuple[int, int], ...]
    texts: tuple[Text, ...]
    """Its name, and its last value."""


@dataclass(frozen=True, slots=True)
class MarkLine:
    """Something that happened, drawn as a line; `x` is None where its day is not among those shown."""

    number: int
    mark: Mark
    x: int | None
    pill: Box | None
    text: Text | None


@dataclass(frozen=True, slots=True)
class Plot:
    """A chart with a place for everything."""

    chart: Chart
    width: int
    height: int
    area: Box
    """Between the axes."""
    zero: int
    """Height of the zero line."""
    rows: tuple[tuple[int, Text], ...]
    """Ticks of the quantity, from the lowest: height and label."""
    months: tuple[tuple[int, Text], ...]
    """Ticks of the dates, from the first."""
    curves: tuple[Curve, ...]
    """As the chart has its series."""
    marks: tuple[MarkLine, ...]
    """By day, then by label in byte order."""
    headings: tuple[Text, ...]
    legend: tuple[Text, ...]


def ticks(low: int, high: int) -> tuple[int, ...]:
    """Give the round numbers an axis from low to high needs, zero among them: at most 6, the first and last outside.

    >>> ticks(0, 1_234), ticks(-30, 700)
    ((0, 250, 500, 750, 1000, 1250), (-200, 0, 200, 400, 600, 800))

    Four at least, unless there are not enough whole units between them.
    """
    low, high = min(low, 0), max(high, 0)
    power = 1
    while True:
        for step in (power, 2 * power, 5 * power) if power < 10 else (power, 2 * power, 5 * power // 2, 5 * power):
            first, last = low // step, -(-high // step)
            if last - first < TICKS_MAX:
                return tuple(number * step for number in range(first, max(last, first + 1) + 1))
        power *= 10


def decimals_of(chart: Chart) -> int:
    """Give the decimals of the chart's asset, from the texts, which are all at its full scale.

    Raises:
        AssertionError: a series has not one value and text a day, the texts are not of one scale, or one says
            something else than its units.
    """
    scales = set()
    for series in chart.series:
        assert len(series.units) == len(series.texts) == len(chart.days), "a series has one value a day"
        for units, text in zip(series.units, series.texts, strict=True):
            decimals = len(text.partition(".")[2])
            assert text == format_units(units, decimals), "the texts are the units at the asset's full scale"
            scales.add(decimals)
    assert len(scales) <= 1, "quantities of one asset have one scale"
    return next(iter(scales), 0)


def tick_texts(numbers: tuple[int, ...], decimals: int) -> tuple[str, ...]:
    """Write ticks in whole assets, with no more decimals than they need together, thousands apart.

    >>> tick_texts((-2500, 0, 2500), 3), tick_texts((0, 10**9), 2)
    (('-2.5', '0.0', '2.5'), ('0', '10,000,000'))
    """
    written = [format_units(number, decimals).partition(".") for number in numbers]
    needed = max((len(fraction.rstrip("0")) for _, _, fraction in written), default=0)
    return tuple(
        ("-" if whole.startswith("-") else "") + f"{abs(int(whole)):,}" + (f".{fraction[:needed]}" if needed else "")
        for whole, _, fraction in written
    )


def plot(chart: Chart) -> Plot:
    """Give everything of a chart a place.

    Raises:
        AssertionError: days do not ascend, or `decimals_of`.
    """
    assert all(one < other for one, other in pairwise(chart.days)), "days do not ascend"
    decimals = decimals_of(chart)
    values = [units for series in chart.series for units in series.units]
    numbers = ticks(min(values, default=0), max(values, default=0))
    labels = tick_texts(numbers, decimals)
    marks = sorted(chart.marks, key=lambda mark: (mark.on, byte_order(mark.label)))

    left = MARGIN + max(text_width(label, Size.TABLE) for label in labels) + TICK_GAP
    names = [_label(chart, at) for at in range(len(chart.series))]
    label_height = Size.FIGURE.line + Size.TABLE.line
    height = max(PLOT_HEIGHT, (label_height + LABEL_GAP) * len(names))
    right = max((text_width(text, Size.FIGURE) for lines in names for text in lines), default=0)
    width = left + PLOT_WIDTH + LEADER + SAMPLE + 3 * LABEL_GAP + right + MARGIN

    headings, y = _headings(chart, width)
    columns = _columns(chart, left)
    pills, pill_rows = _mark_lines(marks, columns, y)
    area = Box(left, y + pill_rows * (PILL_HEIGHT + 3) + 6, PLOT_WIDTH, height)
    span = numbers[-1] - numbers[0]

    def place(units: int) -> int:
        return area.y + (numbers[-1] - units) * area.height // span

    half = Size.TABLE.line // 2
    rows = tuple(
        (y, place_text(label, left - TICK_GAP, y - half, Size.TABLE, anchor=Anchor.END))
        for y, label in zip(map(place, numbers), labels, strict=True)
    )
    lines = [
        tuple((columns[day], place(units)) for day, units in zip(chart.days, series.units, strict=True))
        for series in chart.series
    ]
    curves = _curves(lines, names, area, label_height)
    months = _months(chart, columns, area)
    legend, bottom = _legend(pills, width, area.y + area.height + Size.TABLE.line + 24)
    return Plot(chart, width, bottom + MARGIN, area, place(0), rows, months, curves, pills, headings, legend)


def plot_overlaps(plot: Plot) -> list[tuple[str, str]]:
    """Name the pairs of texts that overlap, or leave the picture: there are none."""
    texts = [text for _, text in (*plot.rows, *plot.months)] + [*plot.headings, *plot.legend]
    texts += [text for curve in plot.curves for text in curve.texts]
    boxes = [(text.shown, text.box) for text in texts]
    boxes += [(f"mark {mark.number}", mark.pill) for mark in plot.marks if mark.pill is not None]
    canvas = Box(0, 0, plot.width, plot.height)
    wrong = [(name, "the edge") for name, box in boxes if not canvas.holds(box)]
    return wrong + [
        (name, other)
        for at, (name, box) in enumerate(boxes)
        for other, beside in boxes[at + 1 :]
        if box.meets(beside)
    ]


def _label(chart: Chart, at: int) -> tuple[str, str]:
    series = chart.series[at]
    last = f"{series.texts[-1]} {visible(chart.asset)}" if series.texts else ""
    return shortened(series.name, Size.FIGURE, NAME_WIDTH_MAX), last


def _headings(chart: Chart, width: int) -> tuple[tuple[Text, ...], int]:
    texts: list[Text] = []
    y = MARGIN
    days = f"{chart.days[0].isoformat()} to {chart.days[-1].isoformat()}" if chart.days else "no days"
    for told, size in ((visible(chart.title), Size.TITLE), (f"{visible(chart.asset)}, {days}.", Size.TEXT)):
        for line in wrapped(told, size, width - 2 * MARGIN):
            texts.append(place_text(line, MARGIN, y, size, told))
            y += size.line
    return tuple(texts), y + 14


class _Columns:
    """Where each day stands, by how many days it is from the first."""

    def __init__(self, days: tuple[date, ...], left: int) -> None:
        self._first = days[0] if days else None
        self._last = days[-1] if days else None
        self._left = left

    def __getitem__(self, day: date) -> int:
        assert self._first is not None
        assert self._last is not None
        span = max((self._last - self._first).days, 1)
        return self._left + (day - self._first).days * PLOT_WIDTH // span

    def __contains__(self, day: date) -> bool:
        return self._first is not None and self._last is not None and self._first <= day <= self._last


def _columns(chart: Chart, left: int) -> _Columns:
    return _Columns(chart.days, left)


def _mark_lines(marks: list[Mark], columns: _Columns, top: int) -> tuple[tuple[MarkLine, ...], int]:
    """Place the marks' numbers above the plot, in a further row where they would overlap."""
    ends: list[int] = []
    lines: list[MarkLine] = []
    for number, mark in enumerate(marks, start=1):
        if mark.on not in columns:
            lines.append(MarkLine(number, mark, None, None, None))
            continue
        x = columns[mark.on]
        width = text_width(str(number), Size.NUMBER) + 8
        start = x - width // 2
        row = next((row for row, end in enumerate(ends) if end < start), len(ends))
        if row == len(ends):
            ends.append(0)
        ends[row] = start + width + 2
        pill = Box(start, top + row * (PILL_HEIGHT + 3), width, PILL_HEIGHT)
        y = pill.y + (PILL_HEIGHT - Size.NUMBER.line) // 2
        lines.append(MarkLine(number, mark, x, pill, place_text(str(number), x, y, Size.NUMBER, anchor=Anchor.MIDDLE)))
    return tuple(lines), len(ends)


def _curves(
    lines: list[tuple[tuple[int, int], ...]], names: list[tuple[str, str]], area: Box, label_height: int
) -> tuple[Curve, ...]:
    """Draw the steps, and put the labels beside the line ends, moved apart where they would overlap."""
    order = sorted((at for at, line in enumerate(lines) if line), key=lambda at: (lines[at][-1][1], at))
    room = [(label_height + LABEL_GAP) * at for at in range(len(order))]
    wishes = [(lines[at][-1][1] - label_height // 2 - area.y, 1) for at in order]
    slack = area.height - (label_height + LABEL_GAP) * len(order)
    tops = dict(zip(order, settled(wishes, room, max(slack, 0)), strict=True))
    curves = []
    for at, line in enumerate(lines):
        if not line:
            curves.append(Curve((), (), (), ()))
            continue
        corners = [line[0]]
        for x, y in line[1:]:
            corners += [(x, corners[-1][1]), (x, y)]
        right, end = line[-1]
        top = area.y + tops[at]
        middle = top + label_height // 2
        start = area.x + area.width + LABEL_GAP
        sample = ((start + LEADER, middle), (start + LEADER + SAMPLE, middle))
        x = sample[1][0] + LABEL_GAP
        texts = (
            place_text(names[at][0], x, top, Size.FIGURE),
            place_text(names[at][1], x, top + Size.FIGURE.line, Size.TABLE),
        )
        curves.append(Curve(tuple(corners), ((right, end), (start, end), sample[0]), sample, texts))
    return tuple(curves)


def _months(chart: Chart, columns: _Columns, area: Box) -> tuple[tuple[int, Text], ...]:
    """Place the first days of months, as far apart as their names need; where there are too few, first and last day."""
    if not chart.days:
        return ()
    first, last = chart.days[0], chart.days[-1]
    y = area.y + area.height + 12
    start, end = first.year * 12 + first.month - 1, last.year * 12 + last.month - 1
    every = [date(month // 12, month % 12 + 1, 1) for month in range(start, end + 1)]
    every = [day for day in every if first <= day]
    room = text_width("0000-00", Size.TABLE) + DATE_GAP
    for apart in MONTHS:
        shown = [day for day in every if (day.year * 12 + day.month - 1) % apart == 0]
        if all(columns[other] - columns[one] >= room for one, other in pairwise(shown)):
            break
    if len(shown) < 2:
        edges = ((first, Anchor.START),) if first == last else ((first, Anchor.START), (last, Anchor.END))
        return tuple(
            (columns[day], place_text(day.isoformat(), columns[day], y, Size.TABLE, anchor=anchor))
            for day, anchor in edges
        )
    return tuple(
        (columns[day], place_text(day.isoformat()[:7], columns[day], y, Size.TABLE, anchor=Anchor.MIDDLE))
        for day in shown
    )


def _legend(marks: tuple[MarkLine, ...], width: int, top: int) -> tuple[tuple[Text, ...], int]:
    texts: list[Text] = []
    numbers = MARGIN + text_width(str(len(marks)), Size.TABLE)
    dates = numbers + 12
    labels = dates + text_width("0000-00-00", Size.TABLE) + 12
    y = top
    for mark in marks:
        texts.append(place_text(str(mark.number), numbers, y, Size.TABLE, anchor=Anchor.END))
        texts.append(place_text(mark.mark.on.isoformat(), dates, y, Size.TABLE))
        label = visible(mark.mark.label) + ("" if mark.x is not None else " (outside of the days shown)")
        for line in wrapped(label, Size.TABLE, width - MARGIN - labels):
            texts.append(place_text(line, labels, y, Size.TABLE, label))
            y += Size.TABLE.line + 1
    return tuple(texts), y
