"""What have screens about one asset alike? The list of assets at the left, and beside it the marked one."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.widgets import Static

from administrator.tui.cells import whole
from administrator.tui.desk import Desk, Looking
from administrator.tui.screens.sheet import Sheet
from administrator.tui.widgets.parts import RowsPart, page_of
from administrator.tui.widgets.rows import Rows
from ledgers.errors import CaseError

if TYPE_CHECKING:
    from administrator.usecases.looking import Page

NOT_REACHED = "Blocking findings stopped the run before there was anything to show here."


class OfAssetScreen(Sheet):
    """Assets at the left; what `parts` gives of the marked one at the right."""

    STAGE: ClassVar[str] = ""
    """The stage without which there is nothing to show."""
    FIRST: ClassVar[str] = ""
    """The part that Enter on an asset leads to."""
    AUTO_FOCUS = "#assets Rows"

    class Answered(Message):
        """What was asked in a worker is there."""

        def __init__(self, asked: object, answer: object) -> None:
            super().__init__()
            self.asked = asked
            self.answer = answer

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.asset = ""

    def body(self) -> ComposeResult:
        """The list of assets, and the parts."""
        if not self.has_reached(self.STAGE):
            yield Static(whole(NOT_REACHED), classes="whole")
            return
        with Horizontal():
            yield RowsPart("", self.desk, self._load_assets, empty="none", id="assets", fixed=0)
            with Vertical(id="of_asset"):
                yield from self.parts()

    def parts(self) -> ComposeResult:
        """What stands at the right."""
        raise NotImplementedError

    def bring(self) -> None:
        """Show another asset."""
        raise NotImplementedError

    def told(self, asked: object, answer: object) -> None:
        """Show what was asked for, if it is wanted still."""
        raise NotImplementedError

    def refused(self, said: str) -> None:
        """Show why there is no answer."""
        raise NotImplementedError

    def _load_assets(self, matter: Looking, offset: int, limit: int) -> Page:
        return page_of(("asset",), [(name,) for name in matter.bridge_assets()], offset, limit)

    @on(RowsPart.Marked, "#assets")
    def _marked(self, message: RowsPart.Marked) -> None:
        # The cursor may have gone on since: what counts is where it is.
        marked = message.part.marked
        if marked is not None and marked["asset"] != self.asset:
            self.asset = marked["asset"]
            self.bring()

    @on(RowsPart.Chosen, "#assets")
    def _to_first(self) -> None:
        self.query_one(f"#{self.FIRST} Rows", Rows).focus()

    @work(thread=True, exclusive=True, group="page")
    def fetch(self, asked: object, question: Callable[[Looking], object], is_wanted: Callable[[], bool]) -> None:
        """Ask in a worker, and hear of it in `told` or `refused`.

        Args:
            asked: what it is, to know it again.
            is_wanted: whether anybody still waits for it.
        """
        try:
            answer = self.desk.ask(lambda matter: question(matter) if is_wanted() else None)
        except CaseError as error:
            self.post_message(RowsPart.Refused(error))
            return
        if answer is not None:
            self.post_message(self.Answered(asked, answer))

    @on(Answered)
    def _answered(self, message: Answered) -> None:
        self.told(message.asked, message.answer)

    @on(RowsPart.Refused)
    def _refused(self, message: RowsPart.Refused) -> None:
        self.refused(str(message.error))
