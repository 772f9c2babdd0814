"""How does the case stand? What each stage made, what was found, and what comes back of each asset."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult
from textual.message import Message
from textual.widgets import Static

from administrator.tui.cells import pairs
from administrator.tui.desk import Desk
from administrator.tui.screens.accounts import NO_PLAN
from administrator.tui.screens.sheet import Record, Sheet
from administrator.tui.widgets.edges import Key
from administrator.tui.widgets.parts import RowsPart, arranged, page_of
from administrator.tui.widgets.rows import Rows

STAGE_COLUMNS = ("stage", "made", "question")
ASSET_COLUMNS = ("asset", "dividend", "owed", "held", "shortfall", "claims", "returned")
FINDING_FIRST = ("severity", "code", "message", "remedy")
"""Read first on a narrow screen; so is the dividend above."""


class CaseScreen(Sheet):
    """The case at a glance."""

    CURRENT = "case"
    AUTO_FOCUS = None
    KEYS = (Key.SCREENS, Key.PART, Key.OPEN, Key.SEARCH, Key.HELP, Key.QUIT)

    class AssetWanted(Message):
        """Somebody wants to see the bridge of an asset."""

        def __init__(self, asset: str) -> None:
            super().__init__()
            self.asset = asset

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._first = "#recovery Rows" if desk.overview.assets else "#findings Rows"

    def on_mount(self) -> None:
        """Begin with what comes back, or with what stopped the run."""
        self.query_one(self._first, Rows).focus()

    def body(self) -> ComposeResult:
        """Facts, and three parts."""
        overview = self.desk.overview
        found = ", ".join(f"{count} {severity}" for severity, count in overview.findings) or "none"
        yield Static(pairs((
            ("case", overview.title),
            ("court", ", ".join(filter(None, (overview.court, overview.reference)))),
            ("regime", f"{overview.regime}, round {overview.round}, reporting currency {overview.currency}"),
            ("commencement", overview.commencement_at),
            ("findings", found),
            ("written to", overview.out),
        )), classes="facts")
        stages = [(line.name, line.made, line.question) for line in overview.stages]
        assets = [(of.asset, of.dividend, of.owed, of.held, of.shortfall, of.claims, of.awarded)
                  for of in overview.assets]
        yield RowsPart("Stages", self.desk, lambda _, offset, limit: page_of(STAGE_COLUMNS, stages, offset, limit),
                       empty="none", id="stages")
        yield RowsPart("Findings", self.desk,
                       lambda matter, offset, limit: arranged(matter.findings(offset, limit), FINDING_FIRST),
                       empty="none", id="findings", fixed=0)
        yield RowsPart("Recovery", self.desk, lambda _, offset, limit: page_of(ASSET_COLUMNS, assets, offset, limit),
                       empty=NO_PLAN, id="recovery")

    @on(RowsPart.Chosen, "#stages")
    @on(RowsPart.Chosen, "#findings")
    def _open_record(self, message: RowsPart.Chosen) -> None:
        title = "Stage" if message.part.id == "stages" else "Finding"
        self.app.push_screen(Record(self.desk, self.CURRENT, title, message.row))

    @on(RowsPart.Chosen, "#recovery")
    def _open_asset(self, message: RowsPart.Chosen) -> None:
        self.post_message(self.AssetWanted(message.row["asset"]))
