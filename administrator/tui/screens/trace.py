"""Where did it go, and under which rule? What was taken of an asset, place by place, each transfer by transfer."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

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
from administrator.tui.widgets.parts import RowsPart, arranged, page_of
from administrator.tui.widgets.rows import Rows
from ledgers.errors import CaseError
from ledgers.tracing.rules import TracingRule

if TYPE_CHECKING:
    from administrator.usecases.looking import Page, TraceView

RULES = tuple(rule.value for rule in TracingRule)
FOUND_FIRST = ("place", "quantity", "stands", "counted")
ALL = "all that was taken"
NOT_REACHED = "Blocking findings stopped the run before what was taken could be followed."


class TraceScreen(Sheet):
    """Assets at the left; what was taken of one, and where a rule finds it."""

    CURRENT = "trace"
    KEYS = (Key.SCREENS, Key.PART, Key.RULE, Key.OPEN, Key.HELP, Key.QUIT)
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("r", "rule(1)", show=False),
        Binding("R,shift+r", "rule(-1)", show=False),
    ]
    AUTO_FOCUS = "#assets Rows"

    class Loaded(Message):
        """An answer is there."""

        def __init__(self, asked: tuple[str, str, str], view: TraceView) -> None:
            super().__init__()
            self.asked = asked
            self.view = view

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._asset = ""
        self._start = ""
        self._rule = TracingRule.LOWEST_INTERMEDIATE_BALANCE.value

    def body(self) -> ComposeResult:
        """The list of assets, what was taken, and where it is."""
        if not self.has_reached("flows"):
            yield Static(whole(NOT_REACHED), classes="whole")
            return
        with Horizontal():
            yield RowsPart("", self.desk, self._load_assets, empty="none", id="assets", fixed=0)
            with Vertical(id="of_asset"):
                yield Static(id="totals", classes="facts")
                yield RowsPart("Taken", self.desk, None, empty="nothing that no posting explains", id="starts")
                yield RowsPart("Where it is", self.desk, None, empty="nowhere", id="found")

    def _load_assets(self, matter: Looking, offset: int, limit: int) -> Page:
        return page_of(("asset",), [(name,) for name in matter.bridge_assets()], offset, limit)

    @on(RowsPart.Marked, "#assets")
    def _marked(self, message: RowsPart.Marked) -> None:
        marked = message.part.marked
        if marked is not None and marked["asset"] != self._asset:
            self._asset, self._start = marked["asset"], ""
            self.query_one("#starts", RowsPart).ask(self._load_starts)
            self._bring()

    def _load_starts(self, matter: Looking, offset: int, limit: int) -> Page:
        page = matter.trace_starts(self._asset)
        rows = list(page.rows)
        if len(rows) > 1:
            rows.insert(0, (ALL, "", ""))
        return page_of(page.columns, rows, offset, limit)

    @on(RowsPart.Chosen, "#assets")
    def _to_starts(self) -> None:
        self.query_one("#starts Rows", Rows).focus()

    @on(RowsPart.Chosen, "#starts")
    def _follow(self, message: RowsPart.Chosen) -> None:
        start = message.row["start"]
        self._start = "" if start == ALL else start
        self._bring()
        self.query_one("#found Rows", Rows).focus()

    def action_rule(self, step: int) -> None:
        """Ask under the next rule, or the one before."""
        self._rule = RULES[(RULES.index(self._rule) + step) % len(RULES)]
        if self._asset:
            self._bring()

    def _bring(self) -> None:
        self.query_one("#totals", Static).update(whole(f"{self._rule}: following"))
        self._fetch((self._asset, self._start, self._rule))

    @work(thread=True, exclusive=True, group="page")
    def _fetch(self, asked: tuple[str, str, str]) -> None:
        def question(matter: Looking) -> TraceView | None:
            return matter.traced(*asked) if asked == (self._asset, self._start, self._rule) else None

        try:
            view = self.desk.ask(question)
        except CaseError as error:
            self.post_message(RowsPart.Refused(error))
            return
        if view is not None:
            self.post_message(self.Loaded(asked, view))

    @on(RowsPart.Refused)
    def _refused(self, message: RowsPart.Refused) -> None:
        self.query_one("#totals", Static).update(whole(str(message.error)))

    @on(Loaded)
    def _loaded(self, message: Loaded) -> None:
        view = message.view
        if message.asked != (self._asset, self._start, self._rule):
            return
        told = [f"{view.rule}: {view.says}", view.sums, *view.said]
        self.query_one("#totals", Static).update(lines(whole(text) for text in told))
        part = self.query_one("#found", RowsPart)
        part.retitle(f"Where it is: {self._start or ALL}", "nowhere")
        part.give(arranged(view.found, FOUND_FIRST))

    @on(RowsPart.Chosen, "#found")
    def _open(self, message: RowsPart.Chosen) -> None:
        self.app.push_screen(
            StepsScreen(self.desk, self._asset, self._start, self._rule, message.row["place"], ())
        )


class StepsScreen(Sheet):
    """One place transfer by transfer; Enter goes on to whoever is at the other end of one."""

    CURRENT = "trace"
    KEYS = (Key.SCREENS, Key.OPEN, Key.RECORD, Key.BACK, Key.HELP, Key.QUIT)
    BINDINGS: ClassVar[list[BindingType]] = [Binding("space", "record", show=False)]
    AUTO_FOCUS = "#steps Rows"

    def __init__(
        self, desk: Desk, asset: str, start: str, rule: str, place: str, way: tuple[str, ...]
    ) -> None:
        super().__init__(desk)
        self._asset = asset
        self._start = start
        self._rule = rule
        self._place = place
        self._way = (*way, place)

    def body(self) -> ComposeResult:
        """The way here, and the transfers."""
        yield Static(whole(" > ".join(self._way)), classes="title")
        yield RowsPart(f"{self._asset} under {self._rule}", self.desk,
                       self._load, empty="no transfer", id="steps", fixed=0)

    def _load(self, matter: Looking, offset: int, limit: int) -> Page:
        page = matter.trace_steps(self._asset, self._start, self._rule, self._place)
        return page_of(page.columns, page.rows, offset, limit)

    @on(RowsPart.Chosen)
    def _hop(self, message: RowsPart.Chosen) -> None:
        self.app.push_screen(
            StepsScreen(self.desk, self._asset, self._start, self._rule, message.row["other"], self._way)
        )

    def action_record(self) -> None:
        """Show the transfer whole."""
        marked = self.query_one("#steps", RowsPart).marked
        if marked is not None:
            self.app.push_screen(Record(self.desk, self.CURRENT, f"{self._place}, {self._asset}", marked))
