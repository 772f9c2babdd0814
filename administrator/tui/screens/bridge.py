"""What explains a shortfall? Line by line from what is held to what is owed, down to postings and transfers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import on, work
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.widgets import Static

from administrator.tui.cells import totals, whole
from administrator.tui.desk import Desk, Looking
from administrator.tui.screens.sheet import Record, Sheet
from administrator.tui.widgets.bar import BAR_CELLS, bars
from administrator.tui.widgets.edges import Key
from administrator.tui.widgets.parts import RowsPart, page_of
from administrator.tui.widgets.rows import Rows
from ledgers.errors import CaseError

if TYPE_CHECKING:
    from administrator.usecases.looking import BridgeView, Page

LINE_COLUMNS = ("line", "quantity", "running_total", "proportion")
TAKEN_BY = "taken_by:"
NOT_REACHED = "Blocking findings stopped the run before what is held could be compared with what is owed."


def signed(quantity: str) -> str:
    """Put a plus before what is not negative, so that both directions are seen.

    >>> signed("0.25"), signed("-0.10")
    ('+0.25', '-0.10')
    """
    return quantity if quantity.startswith("-") else f"+{quantity}"


class BridgeScreen(Sheet):
    """Assets at the left, one asset's bridge at the right."""

    CURRENT = "bridge"
    KEYS = (Key.SCREENS, Key.PART, Key.OPEN, Key.SEARCH, Key.HELP, Key.QUIT)
    AUTO_FOCUS = "#assets Rows"

    class Loaded(Message):
        """A bridge is there."""

        def __init__(self, view: BridgeView) -> None:
            super().__init__()
            self.view = view

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._asset = ""
        self._wanted = ""
        self._names: tuple[str, ...] = ()

    def body(self) -> ComposeResult:
        """The list of assets, and the bridge."""
        if not self.has_reached("reconcile"):
            yield Static(whole(NOT_REACHED), classes="whole")
            return
        with Horizontal():
            yield RowsPart("", self.desk, self._load_assets, empty="none", id="assets", fixed=0)
            with Vertical(id="of_asset"):
                yield Static(id="totals", classes="facts")
                yield RowsPart("Shortfall", self.desk, None, empty="none: what is held is what is owed", id="lines")

    def _load_assets(self, matter: Looking, offset: int, limit: int) -> Page:
        self._names = matter.bridge_assets()
        return page_of(("asset",), [(name,) for name in self._names], offset, limit)

    @on(RowsPart.Marked, "#assets")
    def _marked(self, message: RowsPart.Marked) -> None:
        # The cursor may have gone on since: what counts is where it is.
        marked = message.part.marked
        if self._wanted:
            self.show(self._wanted)
        elif marked is not None and marked["asset"] != self._asset:
            self._bring(marked["asset"])

    @on(RowsPart.Chosen, "#assets")
    def _to_lines(self) -> None:
        self.query_one("#lines Rows", Rows).focus()

    def show(self, asset: str) -> None:
        """Show the bridge of an asset, and mark it in the list, when there is one."""
        part = self.query_one("#assets", RowsPart)
        if part.page is None:
            self._wanted = asset
            return
        self._wanted = ""
        if asset in self._names:
            part.go_to(self._names.index(asset))
            self._bring(asset)

    def _bring(self, asset: str) -> None:
        self._asset = asset
        self._fetch(asset)

    @work(thread=True, exclusive=True, group="page")
    def _fetch(self, asset: str) -> None:
        try:
            view = self.desk.ask(lambda matter: matter.bridge(asset) if asset == self._asset else None)
        except CaseError as error:
            self.post_message(RowsPart.Refused(error))
            return
        if view is not None:
            self.post_message(self.Loaded(view))

    @on(RowsPart.Refused)
    def _refused(self, message: RowsPart.Refused) -> None:
        self.query_one("#totals", Static).update(whole(str(message.error)))

    @on(Loaded)
    def _loaded(self, message: Loaded) -> None:
        view = message.view
        if view.asset != self._asset:
            return
        self.query_one("#totals", Static).update(totals((
            ("owed", view.owed), ("held", view.held), ("shortfall", view.shortfall), ("coverage", view.coverage),
        )))
        drawn = bars([quantity for _, quantity, _ in view.lines], BAR_CELLS)
        rows = [(line, signed(quantity), running, bar)
                for (line, quantity, running), bar in zip(view.lines, drawn, strict=True)]
        part = self.query_one("#lines", RowsPart)
        part.retitle(f"Shortfall of {view.asset}", "none: what is held is what is owed")
        part.ask(lambda _, offset, limit: page_of(LINE_COLUMNS, rows, offset, limit))

    @on(RowsPart.Chosen, "#lines")
    def _open(self, message: RowsPart.Chosen) -> None:
        self.app.push_screen(BehindScreen(self.desk, self._asset, message.row["line"], message.row["quantity"]))


class BehindScreen(Sheet):
    """What one line of a bridge rests on, and where lies what a party took."""

    CURRENT = "bridge"
    AUTO_FOCUS = "#behind Rows"

    def __init__(self, desk: Desk, asset: str, line: str, quantity: str) -> None:
        super().__init__(desk)
        self._asset = asset
        self._line = line
        self._quantity = quantity

    def body(self) -> ComposeResult:
        """Records, and destinations where somebody took."""
        yield Static(whole(f"{self._line}  {self._quantity} {self._asset}"), classes="title")
        yield RowsPart("Behind it", self.desk,
                       lambda matter, offset, limit: matter.behind(self._asset, self._line, offset, limit),
                       empty="nothing single: this line is a difference of totals", id="behind", fixed=0)
        if self._line.startswith(TAKEN_BY):
            yield RowsPart("Where it lies", self.desk, lambda matter, _, __: self._destinations(matter),
                           empty="nobody passed it on", id="destinations", fixed=0)

    def _destinations(self, matter: Looking) -> Page:
        """Give those of this asset; all of them, where the use case gave only the first of many."""
        page = matter.destinations(self._line.removeprefix(TAKEN_BY))
        if page.total > len(page.rows):
            return page
        at = page.columns.index("asset")
        rows = [row for row in page.rows if row[at] == self._asset]
        return page_of(page.columns, rows, 0, len(rows))

    @on(RowsPart.Chosen)
    def _open(self, message: RowsPart.Chosen) -> None:
        self.app.push_screen(Record(self.desk, self.CURRENT, f"{self._line}, {self._asset}", message.row))
