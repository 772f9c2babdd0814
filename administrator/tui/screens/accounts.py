"""Who has a claim? Accounts by id or holder's name, and one holder's page with the why."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.message import Message
from textual.timer import Timer
from textual.widgets import Input, Static

from administrator.tui.cells import cell, lines, pairs, whole
from administrator.tui.desk import Desk, Looking
from administrator.tui.screens.sheet import Record, Sheet
from administrator.tui.widgets.edges import Key
from administrator.tui.widgets.parts import RowsPart, TextPart, arranged
from administrator.tui.widgets.rows import Rows
from ledgers.errors import CaseError

if TYPE_CHECKING:
    from administrator.usecases.looking import HolderView, Page

SECONDS_TYPED = 0.25
"""So long nobody types before the search begins by itself."""
SEARCHED = r"[^\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff]*"
"""What the search box takes: a paste with control characters in it would reach the terminal as it is."""
ACCOUNT_FIRST = ("account", "holder", "allowed_value", "recovery")
LINE_FIRST = ("claim_asset", "part", "quantity", "pay_asset", "status", "reason", "step", "claim", "entitled",
              "paid_before", "value")
"""Read first on a narrow screen."""
NO_PLAN = "none: blocking findings stopped the run before there was a plan"
CONTENTS = ("claims", "schedule", "bases", "postings")


class Search(Input):
    """The search box; Down and Esc leave it."""

    BINDINGS = [Binding("down,escape", "screen.to_rows", show=False)]  # noqa: RUF012


class AccountsScreen(Sheet):
    """Every account, by pages."""

    CURRENT = "accounts"
    KEYS = (Key.SCREENS, Key.SEARCH, Key.OPEN, Key.PAGE, Key.HELP, Key.QUIT)
    AUTO_FOCUS = "#accounts Rows"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._searched = ""
        self._typed: Timer | None = None

    def body(self) -> ComposeResult:
        """The search box and what it finds."""
        yield Search(placeholder="account id or holder's name", restrict=SEARCHED, id="search", compact=True)
        yield RowsPart("Accounts", self.desk, self._load, empty="none has this in its id or holder's name",
                       id="accounts")

    def _load(self, matter: Looking, offset: int, limit: int) -> Page:
        return arranged(matter.accounts(self._searched, offset, limit), ACCOUNT_FIRST)

    @on(Input.Changed)
    def _changed(self) -> None:
        if self._typed is not None:
            self._typed.stop()
        self._typed = self.set_timer(SECONDS_TYPED, self._search)

    @on(Input.Submitted)
    def _submitted(self) -> None:
        self._search()
        self.action_to_rows()

    def _search(self) -> None:
        if self._typed is not None:
            self._typed.stop()
        searched = self.query_one(Input).value
        if searched != self._searched:
            self._searched = searched
            self.query_one(RowsPart).reload()

    def action_to_rows(self) -> None:
        """Leave the search box."""
        self.query_one(Rows).focus()

    def to_search(self) -> None:
        """Go to the search box, with what was searched before ready to be overwritten."""
        box = self.query_one(Input)
        box.focus()
        box.select_all()

    @on(RowsPart.Chosen)
    def _open(self, message: RowsPart.Chosen) -> None:
        self.app.push_screen(HolderScreen(self.desk, self.CURRENT, message.row["account"]))


class HolderScreen(Sheet):
    """One account: facts, claims, what it gets, and why."""

    AUTO_FOCUS = "#schedule Rows"

    class Loaded(Message):
        """The holder is there."""

        def __init__(self, view: HolderView) -> None:
            super().__init__()
            self.view = view

    class Refused(Message):
        """The holder cannot be shown."""

        def __init__(self, error: CaseError) -> None:
            super().__init__()
            self.error = error

    def __init__(self, desk: Desk, current: str, account: str) -> None:
        super().__init__(desk)
        self.CURRENT = current  # type: ignore[misc]
        self._account = account

    def body(self) -> ComposeResult:
        """Facts, and five parts."""
        yield Static(cell(f"Account {self._account}", 400), classes="title")
        yield Static(id="holder", classes="facts")
        yield RowsPart("Claims", self.desk, None, empty="none", id="claims")
        yield RowsPart("Schedule", self.desk, None, empty="none: nothing is paid or withheld", id="schedule")
        yield RowsPart("Bases of compensation", self.desk, None, empty="none", id="bases")
        yield RowsPart("Postings", self.desk, None, empty="none", id="postings")
        yield TextPart("Why", id="why")

    def on_mount(self) -> None:
        """Ask for the holder."""
        self._fetch()

    @work(thread=True, exclusive=True, group="page")
    def _fetch(self) -> None:
        try:
            view = self.desk.ask(lambda matter: matter.holder(self._account))
        except CaseError as error:
            self.post_message(self.Refused(error))
        else:
            self.post_message(self.Loaded(view))

    @on(Loaded)
    def _loaded(self, message: Loaded) -> None:
        view = message.view
        self.query_one("#holder", Static).update(pairs(view.facts))
        if not view.why:
            self.query_one("#schedule", RowsPart).retitle("Schedule", NO_PLAN)
        for name in CONTENTS:
            page: Page = getattr(view, name)
            first = LINE_FIRST if name == "schedule" else [column for column in page.columns if column != "account"]
            self.query_one(f"#{name}", RowsPart).give(arranged(page, first))
        # What comes before the first empty line is the account's facts, which stand above.
        why = view.why[view.why.index("") + 1 :] if "" in view.why else view.why
        said = f"{len(why)} lines" if why else "there is no plan"
        self.query_one("#why", TextPart).give(lines(map(whole, why)), said)

    @on(Refused)
    def _refused(self, message: Refused) -> None:
        self.query_one("#holder", Static).update(lines(map(whole, message.error.lines)))

    @on(RowsPart.Chosen)
    def _open(self, message: RowsPart.Chosen) -> None:
        title = f"Account {self._account}, {message.part.id}"
        self.app.push_screen(Record(self.desk, self.CURRENT, title, message.row))
