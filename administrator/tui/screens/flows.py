"""Who took it, over whom did it go, and where does it lie? One asset's flows as a picture and as a table of edges."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar, cast

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Static

from administrator.tui.cells import lines, whole
from administrator.tui.desk import Desk, Looking
from administrator.tui.screens.of_asset import OfAssetScreen
from administrator.tui.screens.sheet import Record, Sheet
from administrator.tui.widgets.edges import Key
from administrator.tui.widgets.parts import RowsPart, TextPart, arranged

if TYPE_CHECKING:
    from textual.events import Resize

    from administrator.usecases.looking import FlowView, Page

SORTS = ("quantity", "transfers", "sender", "recipient", "first_at", "last_at")
EDGE_FIRST = ("quantity", "sender", "recipient", "transfers")
CUSTOMERS = "customers' wallets"


def named(page: Page) -> Page:
    """Give the edges with the customers' wallets named, who have no party's name."""
    at = [page.columns.index(column) for column in ("sender", "recipient") if column in page.columns]
    rows = (
        tuple(CUSTOMERS if place in at and not text else text for place, text in enumerate(row)) for row in page.rows
    )
    return arranged(replace(page, rows=tuple(rows)), EDGE_FIRST)


class FlowsScreen(OfAssetScreen):
    """One asset's flows, drawn and told, and its edges."""

    CURRENT = "flows"
    STAGE = "flows"
    FIRST = "edges"
    KEYS = (Key.SCREENS, Key.PART, Key.SORT, Key.OPEN, Key.HELP, Key.QUIT)
    BINDINGS: ClassVar[list[BindingType]] = [Binding("s", "sort", show=False)]

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._sort = SORTS[0]

    def parts(self) -> ComposeResult:
        """The picture, the edges."""
        yield TextPart("Flows", id="picture")
        yield RowsPart("Edges", self.desk, None, empty="none", id="edges", fixed=0)

    def bring(self) -> None:
        """Draw another asset, and list its edges."""
        self._draw()
        self._bring_edges()

    def on_resize(self, event: Resize) -> None:
        """Draw again, as wide as there is room now."""
        if self.asset:
            self._draw()

    def action_sort(self) -> None:
        """Order the edges by the next column."""
        self._sort = SORTS[(SORTS.index(self._sort) + 1) % len(SORTS)]
        if self.asset:
            self._bring_edges()

    def _bring_edges(self) -> None:
        part = self.query_one("#edges", RowsPart)
        part.retitle(f"Edges of {self.asset} by {self._sort.replace('_', ' ')}", "none: nothing went on")
        asset, sort = self.asset, self._sort
        part.ask(lambda matter, offset, limit: named(matter.flow_edges(asset, offset, limit, sort)))

    def _draw(self) -> None:
        asset, cells = self.asset, self.cells_beside
        self.fetch(asset, lambda matter: matter.flows(asset, cells), lambda: asset == self.asset)

    def told(self, asked: object, answer: object) -> None:
        """Show the picture, and below it the words."""
        if asked == self.asset:
            view = cast("FlowView", answer)
            # Every line was made for a terminal already; together they may be longer than one text is read.
            drawn = lines(Text(line, end="") for line in (*view.picture, "", *view.said))
            self.query_one("#picture", TextPart).give(drawn, self.asset)

    def refused(self, said: str) -> None:
        """Show why there is none."""
        self.query_one("#picture", TextPart).give(whole(said), "cannot be shown")

    @on(RowsPart.Chosen, "#edges")
    def _open(self, message: RowsPart.Chosen) -> None:
        ends = (message.row["sender"], message.row["recipient"])
        kinds = (message.row["sender_kind"], message.row["recipient_kind"])
        sender, recipient = ("" if kind == "customers" else end for end, kind in zip(ends, kinds, strict=True))
        self.app.push_screen(EdgeScreen(self.desk, self.asset, sender, recipient))


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
