"""Where did it go, and under which rule? What was taken of an asset, place by place, each transfer by transfer."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, cast

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Static

from administrator.tui.cells import lines, whole
from administrator.tui.desk import Desk, Looking
from administrator.tui.screens.of_asset import OfAssetScreen
from administrator.tui.screens.sheet import Record, Sheet
from administrator.tui.widgets.edges import Key
from administrator.tui.widgets.parts import RowsPart, arranged, page_of
from administrator.tui.widgets.rows import Rows
from ledgers.tracing.rules import TracingRule

if TYPE_CHECKING:
    from administrator.usecases.looking import Page, TraceView

RULES = tuple(rule.value for rule in TracingRule)
FOUND_FIRST = ("place", "quantity", "stands", "counted")
ALL = "all that was taken"


class TraceScreen(OfAssetScreen):
    """What was taken of one asset, and where a rule finds it."""

    CURRENT = "trace"
    STAGE = "flows"
    FIRST = "starts"
    KEYS = (Key.SCREENS, Key.PART, Key.RULE, Key.OPEN, Key.HELP, Key.QUIT)
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("r", "rule(1)", show=False),
        Binding("R,shift+r", "rule(-1)", show=False),
    ]

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._start = ""
        self._rule = TracingRule.LOWEST_INTERMEDIATE_BALANCE.value

    def parts(self) -> ComposeResult:
        """What was taken, and where it is."""
        yield Static(id="totals", classes="facts")
        yield RowsPart("Taken", self.desk, None, empty="nothing that no posting explains", id="starts")
        yield RowsPart("Where it is", self.desk, None, empty="nowhere", id="found")

    def bring(self) -> None:
        """Follow another asset."""
        self._start = ""
        self.query_one("#starts", RowsPart).ask(self._load_starts)
        self._follow()

    def _load_starts(self, matter: Looking, offset: int, limit: int) -> Page:
        page = matter.trace_starts(self.asset)
        rows = list(page.rows)
        if len(rows) > 1:
            rows.insert(0, (ALL, "", ""))
        return page_of(page.columns, rows, offset, limit)

    @on(RowsPart.Chosen, "#starts")
    def _choose(self, message: RowsPart.Chosen) -> None:
        start = message.row["start"]
        self._start = "" if start == ALL else start
        self._follow()
        self.query_one("#found Rows", Rows).focus()

    def action_rule(self, step: int) -> None:
        """Ask under the next rule, or the one before."""
        self._rule = RULES[(RULES.index(self._rule) + step) % len(RULES)]
        if self.asset:
            self._follow()

    @property
    def _asked(self) -> tuple[str, str, str]:
        return self.asset, self._start, self._rule

    def _follow(self) -> None:
        asked = self._asked
        self.query_one("#totals", Static).update(whole(f"{self._rule}: following"))
        self.fetch(asked, lambda matter: matter.traced(*asked), lambda: asked == self._asked)

    def told(self, asked: object, answer: object) -> None:
        """Show where it is, and what the rule says."""
        if asked != self._asked:
            return
        view = cast("TraceView", answer)
        said = [f"{view.rule}: {view.says}", view.sums, *view.said]
        self.query_one("#totals", Static).update(lines(whole(text) for text in said))
        part = self.query_one("#found", RowsPart)
        part.retitle(f"Where it is: {self._start or ALL}", "nowhere")
        part.give(arranged(view.found, FOUND_FIRST))

    def refused(self, said: str) -> None:
        """Show why there is no answer."""
        self.query_one("#totals", Static).update(whole(said))

    @on(RowsPart.Chosen, "#found")
    def _open(self, message: RowsPart.Chosen) -> None:
        self.app.push_screen(
            StepsScreen(self.desk, self.asset, self._start, self._rule, message.row["place"], ())
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
