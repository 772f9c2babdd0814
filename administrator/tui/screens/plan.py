"""Who gets what of which pool, and what is withheld from whom?"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from administrator.tui.desk import Desk, Looking
from administrator.tui.screens.accounts import LINE_FIRST, NO_PLAN, HolderScreen
from administrator.tui.screens.sheet import Record, Sheet
from administrator.tui.widgets.edges import Key
from administrator.tui.widgets.parts import RowsPart, arranged, page_of

if TYPE_CHECKING:
    from administrator.usecases.looking import Page


class PlanScreen(Sheet):
    """Pools above, schedule lines below."""

    CURRENT = "plan"
    KEYS = (Key.SCREENS, Key.PART, Key.WITHHELD, Key.OPEN, Key.HELP, Key.QUIT)
    BINDINGS: ClassVar[list[BindingType]] = [Binding("w", "withheld", show=False)]
    AUTO_FOCUS = "#schedule Rows"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._is_withheld_only = False

    def body(self) -> ComposeResult:
        """Two parts."""
        yield RowsPart("Pools", self.desk, self._load_pools, empty=NO_PLAN, id="pools")
        yield RowsPart("Schedule, all lines", self.desk, self._load_lines, empty=NO_PLAN, id="schedule")

    def _load_pools(self, matter: Looking, _: int, __: int) -> Page:
        return matter.pools() if matter.is_planned else page_of((), (), 0, 0)

    def _load_lines(self, matter: Looking, offset: int, limit: int) -> Page:
        if not matter.is_planned:
            return page_of((), (), 0, 0)
        return arranged(matter.plan(offset, limit, withheld_only=self._is_withheld_only), ("account", *LINE_FIRST))

    def action_withheld(self) -> None:
        """Show withheld lines only, or all."""
        self._is_withheld_only = not self._is_withheld_only
        part = self.query_one("#schedule", RowsPart)
        part.retitle("Schedule, withheld lines" if self._is_withheld_only else "Schedule, all lines",
                     "none is withheld" if self._is_withheld_only else NO_PLAN)
        part.reload()

    @on(RowsPart.Chosen, "#pools")
    def _open_pool(self, message: RowsPart.Chosen) -> None:
        self.app.push_screen(Record(self.desk, self.CURRENT, "Pool", message.row))

    @on(RowsPart.Chosen, "#schedule")
    def _open_holder(self, message: RowsPart.Chosen) -> None:
        self.app.push_screen(HolderScreen(self.desk, self.CURRENT, message.row["account"]))
