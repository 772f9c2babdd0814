"""How is one page of rows shown and walked through? A table that turns the page at its ends."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import Enum
from itertools import accumulate
from typing import ClassVar

from rich.segment import Segment
from rich.text import Text
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.strip import Strip
from textual.widgets import DataTable

from administrator.tui.cells import FIGURES, heading, of_column

GOES_ON = ">"
GOES_BACK = "<"


class Turn(Enum):
    """Where to go from a page."""

    FIRST = "first"
    BACK = "back"
    ON = "on"
    LAST = "last"


class Rows(DataTable[Text]):
    """One page of a longer list; asks for another page at its ends."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("home", "turn('first')", show=False),
        Binding("end", "turn('last')", show=False),
        Binding("n,right_square_bracket", "turn('on')", show=False),
        Binding("p,left_square_bracket", "turn('back')", show=False),
    ]

    class Turned(Message):
        """Another page is wanted."""

        def __init__(self, turn: Turn) -> None:
            super().__init__()
            self.turn = turn

    def __init__(self, fixed_columns: int) -> None:
        super().__init__(cursor_type="row", fixed_columns=fixed_columns, cell_padding=1)
        self._fixed = fixed_columns
        self._names: tuple[str, ...] = ()

    def fill(self, columns: Sequence[str], rows: Sequence[Sequence[str]], at: int) -> None:
        """Show these rows in place of those before, with the cursor on one, counted from the end where negative."""
        names = tuple(columns)
        self.clear(columns=True)
        self.fixed_columns = min(self._fixed, len(names))
        for name in names:
            self.add_column(heading(name), key=name)
        self.add_rows(
            [of_column(name, text, is_fixed=number < self.fixed_columns) for number, (name, text)
             in enumerate(zip(names, row, strict=True))] for row in rows
        )
        self._names = names
        self.scroll_home(animate=False)
        if at and rows:
            self.move_cursor(row=at % len(rows))

    def action_turn(self, turn: str) -> None:
        """Ask for another page, or go to the end of the only one."""
        self.post_message(self.Turned(Turn(turn)))

    def action_cursor_down(self) -> None:
        """Go to the next row, which may stand on the next page."""
        if self.cursor_row >= self.row_count - 1:
            self.action_turn("on")
        else:
            super().action_cursor_down()

    def action_cursor_up(self) -> None:
        """Go to the row before, which may stand on the page before."""
        if self.cursor_row <= 0:
            self.action_turn("back")
        else:
            super().action_cursor_up()

    def action_page_down(self) -> None:
        """Go on by what is seen, or to the next page."""
        if self.cursor_row >= self.row_count - 1:
            self.action_turn("on")
        else:
            super().action_page_down()

    def action_page_up(self) -> None:
        """Go back by what is seen, or to the page before."""
        if self.cursor_row <= 0:
            self.action_turn("back")
        else:
            super().action_page_up()

    def action_cursor_right(self) -> None:
        """Look further to the right, by a column, or by half a screen within a wider one."""
        seen = self.scrollable_content_region.width - self._edges()[self.fixed_columns]
        x = self.scroll_offset.x
        ahead = [at for at in self._starts() if at > x]
        self.scroll_to(x=ahead[0] if ahead and ahead[0] - x <= seen else x + max(1, seen // 2), animate=False)

    def action_cursor_left(self) -> None:
        """Look further to the left, by a column, or by half a screen within a wider one."""
        seen = self.scrollable_content_region.width - self._edges()[self.fixed_columns]
        x = self.scroll_offset.x
        behind = [at for at in self._starts() if at < x]
        self.scroll_to(x=behind[-1] if behind and x - behind[-1] <= seen else x - max(1, seen // 2), animate=False)

    def render_line(self, y: int) -> Strip:
        """Give one line; a figure is seen whole or not at all, and where the line goes on to a side a sign says so."""
        strip = super().render_line(y)
        if y > self.row_count - self.scroll_offset.y or not self._names:
            return strip
        width, x, edges = self.scrollable_content_region.width, self.scroll_offset.x, self._edges()
        begin = edges[self.fixed_columns]
        if x > 0:
            cut = next((at for at, edge in enumerate(edges[1:]) if edge > begin + x), 0)
            is_hidden = self._names[cut] in FIGURES and edges[cut] < begin + x and edges[cut + 1] - x < width
            strip = _covered(strip, begin, edges[cut + 1] - x if is_hidden else begin + 1, GOES_BACK.ljust)
        if edges[-1] - x > width:
            cut = next(at for at, edge in enumerate(edges[1:]) if edge > x + width)
            is_hidden = self._names[cut] in FIGURES and begin < edges[cut] - x
            strip = _covered(strip, edges[cut] - x if is_hidden else width - 1, width, GOES_ON.rjust)
        return strip

    def _edges(self) -> list[int]:
        """Where each column begins, and where the last one ends."""
        return [0, *accumulate(column.get_render_width(self) for column in self.ordered_columns)]

    def _starts(self) -> list[int]:
        """How far to scroll so that a column stands beside the fixed ones."""
        edges = self._edges()
        return [edge - edges[self.fixed_columns] for edge in edges[self.fixed_columns:-1]]


def _covered(strip: Strip, begin: int, end: int, fill: Callable[[int], str]) -> Strip:
    """Put a sign and blanks over some cells of a line, in the style they have."""
    begin, end = max(0, min(begin, end - 1)), min(end, strip.cell_length)
    style = next((segment.style for segment in strip.crop(begin, end)), None)
    middle = Strip([Segment(fill(end - begin), style)], end - begin)
    return Strip.join([strip.crop(0, begin), middle, strip.crop(end)])
