"""What have all screens alike? The line above, the line below, and the way back."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.screen import Screen
from textual.widgets import Static

from administrator.tui.cells import cell, pairs
from administrator.tui.desk import Desk
from administrator.tui.widgets.edges import Key, Keys, Top

WIDE = 110
ASIDE_CELLS = 30
"""What the list of assets, borders and a scroll bar take of a wide screen."""
ASIDE_CELLS_NARROW = 20


class Sheet(Screen[None]):
    """A screen between its two edges."""

    CURRENT: ClassVar[str] = ""
    """Which of the screens above it is, or belongs to."""
    KEYS: ClassVar[tuple[Key, ...]] = (Key.SCREENS, Key.PART, Key.OPEN, Key.BACK, Key.HELP, Key.QUIT)
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (WIDE, "-wide")]  # noqa: RUF012 - as the library declares it
    VERTICAL_BREAKPOINTS = [(0, "-low"), (34, "-high")]  # noqa: RUF012 - as the library declares it
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "back", show=False)]

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk

    def compose(self) -> ComposeResult:
        """Edges around the body."""
        yield Top(self.CURRENT, self.desk.overview)
        yield from self.body()
        yield Keys(self.KEYS)

    def body(self) -> ComposeResult:
        """What is between the edges."""
        raise NotImplementedError

    def action_back(self) -> None:
        """Go back to where this was opened from."""
        if len(self.app.screen_stack) > 1:
            self.app.pop_screen()

    @property
    def cells_beside(self) -> int:
        """Cells of a line beside the list of assets."""
        width = self.size.width or 80
        return max(20, width - (ASIDE_CELLS if width >= WIDE else ASIDE_CELLS_NARROW))

    def has_reached(self, stage: str) -> bool:
        """Whether the run came to the end of a stage, so that what it makes can be asked for."""
        return any(line.name == stage and line.made != "not reached" for line in self.desk.overview.stages)


class Record(Sheet):
    """One row of a table, whole, a column a line."""

    KEYS = (Key.SCREENS, Key.SCROLL, Key.BACK, Key.HELP, Key.QUIT)

    def __init__(self, desk: Desk, current: str, title: str, row: dict[str, str]) -> None:
        super().__init__(desk)
        self._current = current
        self._title = title
        self._row = row

    def compose(self) -> ComposeResult:
        """Edges around the row; the line above says where it was opened."""
        yield Top(self._current, self.desk.overview)
        yield Static(cell(self._title, 200), classes="title")
        with VerticalScroll(classes="whole"):
            yield Static(pairs(self._row.items()))
        yield Keys(self.KEYS)
