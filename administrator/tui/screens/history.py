"""How did the shortfall come about? One asset in words and as bars, its days, and what moved it on each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text
from textual import on, work
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.widgets import Static

from administrator.tui.cells import lines, whole
from administrator.tui.desk import Desk, Looking
from administrator.tui.screens.sheet import Record, Sheet
from administrator.tui.widgets.edges import Key
from administrator.tui.widgets.parts import RowsPart, TextPart, page_of
from administrator.tui.widgets.rows import Rows
from ledgers.errors import CaseError

if TYPE_CHECKING:
    from textual.events import Resize

    from administrator.usecases.looking import Page

NOT_REACHED = "Blocking findings stopped the run before what is held could be compared with what is owed."


class HistoryScreen(Sheet):
    """Assets at the left; one asset told, its days, and what moved it."""

    CURRENT = "history"
    KEYS = (Key.SCREENS, Key.PART, Key.OPEN, Key.PAGE, Key.HELP, Key.QUIT)
    AUTO_FOCUS = "#assets Rows"

    class Loaded(Message):
        """The history is told."""

        def __init__(self, asset: str, told: tuple[str, ...]) -> None:
            super().__init__()
            self.asset = asset
            self.told = told

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._asset = ""

    def body(self) -> ComposeResult:
        """The list of assets, the words, the days, the moves."""
        if not self.has_reached("reconcile"):
            yield Static(whole(NOT_REACHED), classes="whole")
            return
        with Horizontal():
            yield RowsPart("", self.desk, self._load_assets, empty="none", id="assets", fixed=0)
            with Vertical(id="of_asset"):
                yield TextPart("History", id="told")
                yield RowsPart("Days", self.desk, None, empty="none", id="days")
                yield RowsPart("Moves", self.desk, None, empty="none", id="moves")

    def _load_assets(self, matter: Looking, offset: int, limit: int) -> Page:
        return page_of(("asset",), [(name,) for name in matter.bridge_assets()], offset, limit)

    @on(RowsPart.Marked, "#assets")
    def _marked(self, message: RowsPart.Marked) -> None:
        marked = message.part.marked
        if marked is None or marked["asset"] == self._asset:
            return
        asset = self._asset = marked["asset"]
        self._bring()
        for name, title in (("days", "Days"), ("moves", "What moved it")):
            self.query_one(f"#{name}", RowsPart).retitle(f"{title}: {asset}", "none")
        self.query_one("#days", RowsPart).ask(lambda matter, offset, limit: matter.history_days(asset, offset, limit))
        self.query_one("#moves", RowsPart).ask(lambda matter, offset, limit: matter.history_moves(asset, offset, limit))

    @on(RowsPart.Chosen, "#assets")
    def _to_days(self) -> None:
        self.query_one("#days Rows", Rows).focus()

    def on_resize(self, event: Resize) -> None:
        """Tell it again, as wide as there is room now."""
        if self._asset:
            self._bring()

    def _bring(self) -> None:
        self._fetch(self._asset, self.cells_beside)

    @work(thread=True, exclusive=True, group="page")
    def _fetch(self, asset: str, cells: int) -> None:
        try:
            told = self.desk.ask(lambda matter: matter.history(asset, cells) if asset == self._asset else None)
        except CaseError as error:
            self.post_message(RowsPart.Refused(error))
            return
        if told is not None:
            self.post_message(self.Loaded(asset, told))

    @on(RowsPart.Refused)
    def _refused(self, message: RowsPart.Refused) -> None:
        self.query_one("#told", TextPart).give(whole(str(message.error)), "cannot be shown")

    @on(Loaded)
    def _loaded(self, message: Loaded) -> None:
        if message.asset == self._asset:
            # Every line was made for a terminal already; together they may be longer than one text is read.
            self.query_one("#told", TextPart).give(lines(Text(line, end="") for line in message.told), message.asset)

    @on(RowsPart.Chosen, "#days, #moves")
    def _open(self, message: RowsPart.Chosen) -> None:
        self.app.push_screen(Record(self.desk, self.CURRENT, self._asset, message.row))
