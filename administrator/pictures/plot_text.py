"""How does a chart look in a terminal? Each series as a column of figures with bars, at the end of each month.

All series have one scale. A value below zero has its bar on the other side of the axis, and its sign in the figure.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from rich.cells import cell_len

from administrator.pictures.diagram import Chart, byte_order
from administrator.pictures.measure import broken
from administrator.pictures.plot import decimals_of
from administrator.pictures.text import COLUMNS_MIN, Signs, bar, heading, paragraph, signs

DAYS_MAX, MONTHS_MAX = 40, 60
"""Up to so many days each is shown; up to so many months the last day of each; else of each year."""
BAR_CELLS_MIN, BAR_CELLS_MAX = 8, 60


def chart_lines(chart: Chart, columns: int, encoding: str) -> list[str]:
    """Give a chart as lines of at most so many cells.

    Args:
        chart: what is shown.
        columns: of the terminal, 20 or more.
        encoding: of the terminal, such as `sys.stdout.encoding`.

    Raises:
        AssertionError: the chart is none (`decimals_of`), or there is no room for anything.
    """
    assert columns >= COLUMNS_MIN, "no room for anything"
    decimals_of(chart)
    drawn = signs(encoding)
    lines = list(paragraph(drawn.said(chart.title), columns, "", ""))
    shown, said = shown_days(chart.days)
    lines += paragraph(f"{drawn.said(chart.asset)}. {said}", columns, "", "")
    values = [units for series in chart.series for units in series.units]
    low, high = min(0, *values, 0), max(0, *values, 0)
    figures = max((len(series.texts[at]) for series in chart.series for at in shown), default=0)
    for series in chart.series:
        lines += ["", *broken(drawn.said(series.name), columns, cell_len)]
        for at in shown:
            row = f"  {chart.days[at].isoformat()}  {series.texts[at]:>{figures}}"
            room = min(columns - len(row) - 2, BAR_CELLS_MAX)
            if room >= BAR_CELLS_MIN:
                lines.append(f"{row}  {_bar(series.units[at], low, high, room, drawn)}")
            elif room >= -2:
                lines.append(row)
            else:
                lines += paragraph(series.texts[at], columns, f"  {chart.days[at].isoformat()}  ", " " * 14)
    lines += _marks(chart, columns, drawn)
    return lines


def shown_days(days: tuple[date, ...]) -> tuple[list[int], str]:
    """Choose the days that are shown, by their place in the list: the first, and the last of each month or year.

    >>> shown_days((date(2026, 1, 30), date(2026, 1, 31), date(2026, 2, 1)))
    ([0, 1, 2], 'Every day.')
    """
    if len(days) <= DAYS_MAX:
        return list(range(len(days))), "Every day." if days else "No days."
    months = (days[-1].year - days[0].year) * 12 + days[-1].month - days[0].month + 1
    by_month = months <= MONTHS_MAX
    periods = [(day.year, day.month if by_month else 0) for day in days]
    last = [at for at, period in enumerate(periods) if at + 1 == len(periods) or periods[at + 1] != period]
    return [0, *last], f"The first day, and the last of each {'month' if by_month else 'year'}."


def _bar(units: int, low: int, high: int, cells: int, drawn: Signs) -> str:
    """Draw one value on the scale of all, on its side of the axis."""
    span = high - low
    if span == 0:
        return drawn.axis
    left = -(-(cells - 1) * -low // span)
    right = cells - 1 - left
    if units < 0:
        return bar(-units, -low, left, drawn.below, drawn.trace).rjust(left) + drawn.axis
    return " " * left + drawn.axis + (bar(units, high, right, drawn.full, drawn.trace) if right else "")


def _marks(chart: Chart, columns: int, drawn: Signs) -> Iterator[str]:
    if not chart.marks:
        return
    yield ""
    yield heading("What happened", columns, drawn)
    for mark in sorted(chart.marks, key=lambda mark: (mark.on, byte_order(mark.label))):
        yield from paragraph(drawn.said(mark.label), columns, f"  {mark.on.isoformat()}  ", " " * 14)
