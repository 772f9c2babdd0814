"""What do policies and reserves owe, and why? Each answer with its sums, and below the chosen one its steps."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text
from textual import on, work
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message
from textual.widgets import Static

from administrator.tui.cells import lines, whole
from administrator.tui.desk import Desk, Looking
from administrator.tui.screens.of_asset import NOT_REACHED
from administrator.tui.screens.sheet import Record, Sheet
from administrator.tui.widgets.edges import Key
from administrator.tui.widgets.parts import RowsPart, TextPart
from ledgers.errors import CaseError

if TYPE_CHECKING:
    from administrator.usecases.looking import Page

MARGIN_CELLS = 4


class CoverScreen(Sheet):
    """The answers of policies to events and of reserves; the steps of the marked one."""

    CURRENT = "cover"
    KEYS = (Key.SCREENS, Key.PART, Key.OPEN, Key.PAGE, Key.HELP, Key.QUIT)
    AUTO_FOCUS = "#covers Rows"

    class Told(Message):
        """The steps of an answer are there."""

        def __init__(self, asked: tuple[str, str], said: tuple[str, ...]) -> None:
            super().__init__()
            self.asked = asked
            self.said = said

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._asked = ("", "")

    def body(self) -> ComposeResult:
        """The answers, and the steps of one."""
        if not self.has_reached("plan"):
            yield Static(whole(NOT_REACHED), classes="whole")
            return
        with Vertical():
            yield RowsPart(
                "Policies and reserves", self.desk, self._load, empty="none: the case has no policy and no reserve",
                id="covers",
            )  # fmt: skip
            yield TextPart("Steps", id="steps")

    def _load(self, matter: Looking, offset: int, limit: int) -> Page:
        return matter.cover(offset, limit)

    @on(RowsPart.Marked, "#covers")
    def _marked(self, message: RowsPart.Marked) -> None:
        marked = message.part.marked
        if marked is not None and (marked["source"], marked["event"]) != self._asked:
            self._asked = (marked["source"], marked["event"])
            self._fetch(self._asked, max(20, (self.size.width or 80) - MARGIN_CELLS))

    @work(thread=True, exclusive=True, group="steps")
    def _fetch(self, asked: tuple[str, str], cells: int) -> None:
        def question(matter: Looking) -> tuple[str, ...] | None:
            return matter.cover_steps(*asked, cells) if asked == self._asked else None

        try:
            said = self.desk.ask(question)
        except CaseError as error:
            said = (str(error),)
        if said is not None:
            self.post_message(self.Told(asked, said))

    @on(Told)
    def _told(self, message: Told) -> None:
        if message.asked == self._asked:
            said = lines(Text(line, end="") for line in message.said)
            self.query_one("#steps", TextPart).give(said, " ".join(filter(None, message.asked)))

    @on(RowsPart.Chosen, "#covers")
    def _open(self, message: RowsPart.Chosen) -> None:
        self.app.push_screen(Record(self.desk, self.CURRENT, "Policies and reserves", message.row))
