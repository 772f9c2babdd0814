"""Look at a case in the terminal: screens over the use cases, for reading only.

Nothing is computed here but by `run_case`, where a case has no run as it stands. A fault of the program ends it with
one line and an error id: a traceback would print what was on the screen, and that is people's data.
"""

from __future__ import annotations

import hashlib
import sys
import time
import traceback
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual import on, work
from textual.app import App
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.worker import WorkerFailed

from administrator.tui.desk import CaseFolder, Desk, Looking, Source
from administrator.tui.screens.accounts import AccountsScreen
from administrator.tui.screens.bridge import BridgeScreen
from administrator.tui.screens.case import CaseScreen
from administrator.tui.screens.computing import Computing
from administrator.tui.screens.cover import CoverScreen
from administrator.tui.screens.flags import FlagsScreen
from administrator.tui.screens.flows import FlowsScreen
from administrator.tui.screens.help import Help
from administrator.tui.screens.history import HistoryScreen
from administrator.tui.screens.plan import PlanScreen
from administrator.tui.screens.trace import TraceScreen
from administrator.tui.widgets.edges import SCREENS
from ledgers.errors import CaseError

if TYPE_CHECKING:
    from administrator.usecases.looking import Overview
    from ledgers.models import Progress, ProgressListener

SECONDS_BETWEEN = 0.1
"""Between two words about how far the run is."""
SECONDS_STOPPING = 0.2
"""Between two attempts to stop what is being computed: an interruption stops only the statement that is on."""


class NoTerminalError(CaseError):
    """There is nobody to show a screen to."""

    exit_code = 2


def open_case(folder: Path, memory_limit: str | None = None) -> int:
    """Show a case until somebody quits, and give the exit code.

    Raises:
        CaseError: the case cannot be computed or opened; its lines say where, what, why and what to do.
    """
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise NoTerminalError("`administrator open` needs a terminal. Without one: `administrator run CASE --json`, "
                              "`administrator explain CASE ACCOUNT`.")
    app = AdministratorApp(CaseFolder(folder, memory_limit))
    refused = app.run()
    app.close()
    if refused is not None:
        raise refused
    return app.return_code or 0


class AdministratorApp(App[CaseError]):
    """The screens of one case."""

    CSS_PATH = "app.tcss"
    TITLE = "administrator"
    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar[list[BindingType]] = [
        *(Binding(key, f"show('{name}')", show=False) for key, name, _ in SCREENS),
        Binding("slash", "search", show=False),
        Binding("question_mark", "help", show=False),
        Binding("q", "quit", show=False),
    ]

    class Opened(Message):
        """The case is there to look at."""

        def __init__(self, matter: Looking, overview: Overview) -> None:
            super().__init__()
            self.matter = matter
            self.overview = overview

    class Refused(Message):
        """The case cannot be looked at."""

        def __init__(self, error: CaseError) -> None:
            super().__init__()
            self.error = error

    class Progressed(Message):
        """The run went on; None when it begins."""

        def __init__(self, progress: Progress | None) -> None:
            super().__init__()
            self.progress = progress

    def __init__(self, source: Source) -> None:
        super().__init__()
        self.animation_level = "none"
        self._source = source
        self._computing = Computing()
        self._is_stopping = False
        self.desk: Desk | None = None

    def on_mount(self) -> None:
        """Open the case beside the screen's own work."""
        self.push_screen(self._computing)
        self._open()

    def close(self) -> None:
        """Let go of the case."""
        if self.desk is not None:
            self.desk.close()

    @work(thread=True, group="open")
    def _open(self) -> None:
        try:
            matter = self._source.look()
            if matter is None:
                self.post_message(self.Progressed(None))
                self._source.compute(self._listener())
                matter = self._source.look()
            assert matter is not None, "a run that ended well left nothing to look at"
            self.post_message(self.Opened(matter, matter.overview()))
        except CaseError as error:
            self.post_message(self.Refused(error))

    def _listener(self) -> ProgressListener:
        stage, said_at = "", 0.0

        def listen(progress: Progress) -> None:
            nonlocal stage, said_at
            now = time.monotonic()
            if progress.stage != stage or now - said_at >= SECONDS_BETWEEN:
                stage, said_at = progress.stage, now
                self.post_message(self.Progressed(progress))

        return listen

    @on(Progressed)
    def _progressed(self, message: Progressed) -> None:
        if self._is_stopping:
            return
        if message.progress is None:
            self._computing.begin()
        else:
            self._computing.hear(message.progress)

    @on(Refused)
    def _refused(self, message: Refused) -> None:
        self.exit(message.error)

    @on(Opened)
    async def _opened(self, message: Opened) -> None:
        desk = self.desk = Desk(message.matter, message.overview)
        self.add_mode("case", lambda: CaseScreen(desk))
        self.add_mode("accounts", lambda: AccountsScreen(desk))
        self.add_mode("bridge", lambda: BridgeScreen(desk))
        self.add_mode("plan", lambda: PlanScreen(desk))
        self.add_mode("flows", lambda: FlowsScreen(desk))
        self.add_mode("history", lambda: HistoryScreen(desk))
        self.add_mode("flags", lambda: FlagsScreen(desk))
        self.add_mode("trace", lambda: TraceScreen(desk))
        self.add_mode("cover", lambda: CoverScreen(desk))
        if self._is_stopping:
            self.exit()
        else:
            await self.switch_mode("case")

    async def action_show(self, name: str) -> None:
        """Show one of the screens; where it is shown already, its first page."""
        if self.desk is None:
            return
        if self.current_mode != name:
            await self.switch_mode(name)
        else:
            while len(self.screen_stack) > 1:
                await self.pop_screen()

    async def action_search(self) -> None:
        """Go to the search box of the accounts."""
        await self.action_show("accounts")
        while len(self.screen_stack) > 1 and self.desk is not None:
            await self.pop_screen()
        if isinstance(self.screen, AccountsScreen):
            self.screen.to_search()

    def action_help(self) -> None:
        """Show the keys."""
        if self.desk is not None and not isinstance(self.screen, Help):
            self.push_screen(Help(self.desk))

    @on(CaseScreen.AssetWanted)
    async def _asset_wanted(self, message: CaseScreen.AssetWanted) -> None:
        await self.action_show("bridge")
        if isinstance(self.screen, BridgeScreen):
            self.screen.show(message.asset)

    async def action_quit(self) -> None:
        """Quit; what is being computed is stopped first, and leaves nothing."""
        if self.desk is not None:
            self._source.interrupt()
            self.exit()
        elif not self._is_stopping:
            self._is_stopping = True
            self._computing.stop()
            self._source.interrupt()
            self.set_interval(SECONDS_STOPPING, self._source.interrupt)

    def _handle_exception(self, error: Exception) -> None:
        """End with one line and an error id; nothing of what was shown is printed."""
        self._return_code = 1
        if self._exception is None:
            self._exception = error
            self._exception_event.set()
        cause = error.error if isinstance(error, WorkerFailed) else error
        self._exit_renderables.append(Text(fault_line(cause)))
        self._close_messages_no_wait()

    def _print_error_renderables(self) -> None:
        """Print the first line only, whatever the environment asks for."""
        del self._exit_renderables[1:]
        super()._print_error_renderables()


def fault_line(error: BaseException) -> str:
    """Say where the program is wrong, with an id that is the same each time, and with no word of the data."""
    frames = traceback.extract_tb(error.__traceback__)
    places = [f"{Path(frame.filename).name}:{frame.lineno}" for frame in frames]
    said = hashlib.sha256(" ".join((type(error).__name__, *places)).encode()).hexdigest()[:8]
    where = places[-1] if places else "an unknown place"
    return (f"administrator: a fault of the program, error {said} ({type(error).__name__} at {where}). "
            "Nothing of the case was changed. Tell whoever maintains the program this line.")
