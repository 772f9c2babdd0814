"""Who took it, over whom did it go, and where does it lie? One asset's flows as a picture and as a table of edges."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.widgets import Static

from administrator.tui.cells import lines, whole
from administrator.tui.desk import Desk, Looking
from administrator.tui.screens.sheet import Record, Sheet
from administrator.tui.widgets.edges import Key
from administrator.tui.widgets.parts import RowsPart, TextPart, arranged, page_of
from administrator.tui.widgets.rows import Rows
from ledgers.errors import CaseError

if TYPE_CHECKING:
    from textual.events import Resize

    from administrator.usecases.looking import FlowView, Page

SORTS = ("quantity", "transfers", "sender", "recipient", "first_at", "last_at")
EDGE_FIRST = ("quantity", "sender", "recipient", "transfers")
CUSTOMERS = "customers' wallets"
NOT_REACHED = "Blocking findings stopped the run before flows could be followed."


def named(page: Page) -> Page:
    """Give the edges with the customers' wallets named, who have no party's name."""
    at = [page.columns.index(column) for column in ("sender", "recipient") if column in page.columns]
    rows = (
        tuple(CUSTOMERS if place in at and not text else text for place, text in enumerate(row)) for row in page.rows
    )
    return arranged(replace(page, rows=tuple(rows)), EDGE_FIRST)


class FlowsScreen(Sheet):
    """Assets at the left; one asset's flows, drawn, and its edges."""

    CURRENT = "flows"
    KEYS = (Key.SCREENS, Key.PART, Key.SORT, Key.OPEN, Key.HELP, Key.QUIT)
    BINDINGS: ClassVar[list[BindingType]] = [Binding("s", "sort", show=False)]
    AUTO_FOCUS = "#assets Rows"

    class Loaded(Message):
        """The flows are there."""

        def __init__(self, asset: str, cells: int, view: FlowView) -> None:
            super().__init__()
            self.asset = asset
            self.cells = cells
            self.view = view

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._asset = ""
        self._sort = SORTS[0]

    def body(self) -> ComposeResult:
        """The list of assets, the picture, the edges."""
        if not self.has_reached("flows"):
            yield Static(whole(NOT_REACHED), classes="whole")
            return
        with Horizontal():
            yield RowsPart("", self.desk, self._load_assets, empty="none", id="assets", fixed=0)
            with Vertical(id="of_asset"):
                yield TextPart("Flows", id="picture")
                yield RowsPart("Edges", self.desk, None, empty="none", id="edges", fixed=0)

    def _load_assets(self, matter: Looking, offset: int, limit: int) -> Page:
        return page_of(("asset",), [(name,) for name in matter.bridge_assets()], offset, limit)

    @on(RowsPart.Marked, "#assets")
    def _marked(self, message: RowsPart.Marked) -> None:
        marked = message.part.marked
        if marked is not None and marked["asset"] != self._asset:
            self._asset = marked["asset"]
            self._bring()
            self._bring_edges()

    @on(RowsPart.Chosen, "#assets")
    def _to_edges(self) -> None:
        self.query_one("#edges Rows", Rows).focus()

    def on_resize(self, event: Resize) -> None:
        """Draw again, as wide as there is room now."""
        if self._asset:
            self._bring()

    def action_sort(self) -> None:
        """Order the edges by the next column."""
        self._sort = SORTS[(SORTS.index(self._sort) + 1) % len(SORTS)]
        if self._asset:
            self._bring_edges()

    def _bring_edges(self) -> None:
        part = self.query_one("#edges", RowsPart)
        part.retitle(f"Edges of {self._asset} by {self._sort.replace('_', ' ')}", "none: nothing went on")
        asset, sort = self._asset, self._sort
        part.ask(lambda matter, offset, limit: named(matter.flow_edges(asset, offset, limit, sort)))

    def _bring(self) -> None:
        self._fetch(self._asset, self.cells_beside)

    @work(thread=True, exclusive=True, group="page")
    def _fetch(self, asset: str, cells: int) -> None:
        try:
            view = self.desk.ask(lambda matter: matter.flows(asset, cells) if asset == self._asset else None)
        except CaseError as error:
            self.post_message(RowsPart.Refused(error))
            return
        if view is not None:
            self.post_message(self.Loaded(asset, cells, view))

    @on(RowsPart.Refused)
    def _refused(self, message: RowsPart.Refused) -> None:
        self.query_one("#picture", TextPart).give(whole(str(message.error)), "cannot be shown")

    @on(Loaded)
    def _loaded(self, message: Loaded) -> None:
        if message.asset == self._asset:
            # The picture is made of cells that were displayed already; it may be longer than one text is read.
            drawn = lines(Text(line, end="") for line in (*message.view.picture, "", *message.view.said))
            self.query_one("#picture", TextPart).give(drawn, message.asset)

    @on(RowsPart.Chosen, "#edges")
    def _open(self, message: RowsPart.Chosen) -> None:
        ends = (message.row["sender"], message.row["recipient"])
        kinds = (message.row["sender_kind"], message.row["recipient_kind"])
        sender, recipient = ("" if kind == "customers" else end for end, kind in zip(ends, kinds, strict=True))
        self.app.push_screen(EdgeScreen(self.desk, self._asset, sender, recipient))


class EdgeScreen(Sheet):
    """The transfers behind one edge."""

    CURRENT = "flows"
    AUTO_FOCUS = "#behind Rows"

    def __init__(self, desk: Desk, asset: str, sender: str, recipient: str) -> None:
        super().__init__(desk)
        self._asset = asset
        self._sender = sender
        self._recipient = recipient

    def body(self) -> ComposeResult:
        """Its ends, and its transfers."""
        ends = f"{self._sender or CUSTOMERS} > {self._recipient or CUSTOMERS}"
        yield Static(whole(f"{self._asset}: {ends}"), classes="title")
        yield RowsPart("Transfers", self.desk, self._load, empty="none", id="behind", fixed=0)

    def _load(self, matter: Looking, offset: int, limit: int) -> Page:
        return matter.flow_behind(self._asset, self._sender, self._recipient, offset, limit)

    @on(RowsPart.Chosen)
    def _open(self, message: RowsPart.Chosen) -> None:
        self.app.push_screen(Record(self.desk, self.CURRENT, f"Transfer of {self._asset}", message.row))
