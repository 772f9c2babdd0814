"""What looks wrong, and should be asked about? Red flags by kind, and the rows of the files that each rests on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.widgets import Static

from administrator.tui.cells import pairs, whole
from administrator.tui.desk import Desk, Looking
from administrator.tui.screens.accounts import HolderScreen
from administrator.tui.screens.sheet import Record, Sheet
from administrator.tui.widgets.edges import Key
from administrator.tui.widgets.parts import RowsPart, arranged, page_of
from administrator.tui.widgets.rows import Rows

if TYPE_CHECKING:
    from administrator.usecases.looking import Page

FLAG_FIRST = ("score", "kind", "account", "quantity", "asset", "why")
ALL = "all kinds"
NOT_LOOKED = "none was looked for: it takes a journal and transfers, and a run that came so far"
SAYS = "Candidates for a person to look at, never verdicts: no figure of the plan depends on any of them."


class FlagsScreen(Sheet):
    """Kinds at the left, their red flags at the right, the highest scores first."""

    CURRENT = "flags"
    KEYS = (Key.SCREENS, Key.PART, Key.OPEN, Key.PAGE, Key.HELP, Key.QUIT)
    AUTO_FOCUS = "#kinds Rows"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._kind = ""

    def body(self) -> ComposeResult:
        """The kinds, and the red flags of the one that is marked."""
        with Horizontal():
            yield RowsPart("", self.desk, self._load_kinds, empty=NOT_LOOKED, id="kinds", fixed=0)
            with Vertical(id="of_kind"):
                yield Static(whole(SAYS), classes="facts")
                yield RowsPart("Red flags", self.desk, self._load_flags, empty="none", id="flags", fixed=0)

    def _load_kinds(self, matter: Looking, offset: int, limit: int) -> Page:
        kinds = matter.red_flag_kinds()
        rows = [(kind, str(count)) for kind, count in kinds]
        if kinds:
            rows.insert(0, (ALL, str(sum(count for _, count in kinds))))
        return page_of(("kind", "flags"), rows, offset, limit)

    def _load_flags(self, matter: Looking, offset: int, limit: int) -> Page:
        return arranged(matter.red_flags(self._kind, offset, limit), FLAG_FIRST)

    @on(RowsPart.Marked, "#kinds")
    def _marked(self, message: RowsPart.Marked) -> None:
        marked = message.part.marked
        kind = "" if marked is None or marked["kind"] == ALL else marked["kind"]
        if kind != self._kind:
            self._kind = kind
            part = self.query_one("#flags", RowsPart)
            part.retitle(f"Red flags: {kind or ALL}", "none")
            part.reload()

    @on(RowsPart.Chosen, "#kinds")
    def _to_flags(self) -> None:
        self.query_one("#flags Rows", Rows).focus()

    @on(RowsPart.Chosen, "#flags")
    def _open(self, message: RowsPart.Chosen) -> None:
        self.app.push_screen(FlagScreen(self.desk, message.row))


class FlagScreen(Sheet):
    """One red flag: why, and the rows it rests on; Enter on the account's row opens the account."""

    CURRENT = "flags"
    AUTO_FOCUS = "#rows Rows"

    def __init__(self, desk: Desk, row: dict[str, str]) -> None:
        super().__init__(desk)
        self._row = row

    def body(self) -> ComposeResult:
        """What was found, and on what it rests."""
        with VerticalScroll(classes="told"):
            yield Static(pairs((name, text) for name, text in self._row.items() if name != "flag_no"))
        yield RowsPart("It rests on", self.desk, self._load, empty="no single row", id="rows", fixed=0)
        yield RowsPart("Account", self.desk, self._load_account, empty="none", id="account", fixed=0)

    def _load(self, matter: Looking, offset: int, limit: int) -> Page:
        return matter.red_flag_rows(int(self._row["flag_no"]), offset, limit)

    def _load_account(self, matter: Looking, offset: int, limit: int) -> Page:
        return matter.net_investment(self._row["account"])

    @on(RowsPart.Chosen, "#rows")
    def _open_row(self, message: RowsPart.Chosen) -> None:
        self.app.push_screen(Record(self.desk, self.CURRENT, "It rests on", message.row))

    @on(RowsPart.Chosen, "#account")
    def _open_account(self) -> None:
        self.app.push_screen(HolderScreen(self.desk, self.CURRENT, self._row["account"]))
