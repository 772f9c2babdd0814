"""How did the shortfall come about? One asset in words and as bars, its days, and what moved it on each."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from rich.text import Text
from textual import on
from textual.app import ComposeResult

from administrator.tui.cells import lines, whole
from administrator.tui.screens.of_asset import OfAssetScreen
from administrator.tui.screens.sheet import Record
from administrator.tui.widgets.edges import Key
from administrator.tui.widgets.parts import RowsPart, TextPart

if TYPE_CHECKING:
    from textual.events import Resize


class HistoryScreen(OfAssetScreen):
    """One asset told, its days, and what moved it."""

    CURRENT = "history"
    STAGE = "reconcile"
    FIRST = "days"
    KEYS = (Key.SCREENS, Key.PART, Key.OPEN, Key.PAGE, Key.HELP, Key.QUIT)

    def parts(self) -> ComposeResult:
        """The words, the days, the moves."""
        yield TextPart("History", id="told")
        yield RowsPart("Days", self.desk, None, empty="none", id="days")
        yield RowsPart("Moves", self.desk, None, empty="none", id="moves")

    def bring(self) -> None:
        """Tell of another asset."""
        asset = self.asset
        self._tell()
        days, moves = self.query_one("#days", RowsPart), self.query_one("#moves", RowsPart)
        days.retitle(f"Days: {asset}", "none")
        days.ask(lambda matter, offset, limit: matter.history_days(asset, offset, limit))
        moves.retitle(f"What moved it: {asset}", "none")
        moves.ask(lambda matter, offset, limit: matter.history_moves(asset, offset, limit))

    def on_resize(self, event: Resize) -> None:
        """Tell it again, as wide as there is room now."""
        if self.asset:
            self._tell()

    def _tell(self) -> None:
        asset, cells = self.asset, self.cells_beside
        self.fetch(asset, lambda matter: matter.history(asset, cells), lambda: asset == self.asset)

    def told(self, asked: object, answer: object) -> None:
        """Show the words."""
        if asked == self.asset:
            # Every line was made for a terminal already; together they may be longer than one text is read.
            said = lines(Text(line, end="") for line in cast("tuple[str, ...]", answer))
            self.query_one("#told", TextPart).give(said, self.asset)

    def refused(self, said: str) -> None:
        """Show why there are none."""
        self.query_one("#told", TextPart).give(whole(said), "cannot be shown")

    @on(RowsPart.Chosen, "#days, #moves")
    def _open(self, message: RowsPart.Chosen) -> None:
        self.app.push_screen(Record(self.desk, self.CURRENT, self.asset, message.row))
