"""How far is the run that must come before the case can be looked at?"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.screen import Screen
from textual.widgets import Static

from administrator.progress import line
from administrator.tui.cells import cell, lines
from administrator.tui.widgets.edges import Key, Keys

if TYPE_CHECKING:
    from ledgers.models import Progress


class Computing(Screen[None]):
    """The stages done and the one that is on."""

    def __init__(self) -> None:
        super().__init__()
        self._done: list[str] = []
        self._stage = ""
        self._began = 0.0

    def compose(self) -> ComposeResult:
        """A title, the stages, a key."""
        yield Static(cell("Opening the case"), classes="title")
        yield Static(id="stages", classes="whole")
        yield Keys((Key.STOP,))

    def begin(self) -> None:
        """Say that there is no run to look at, and that one is on."""
        said = "There is no run of this case as it stands: computing it first"
        self.query_one(".title", Static).update(cell(said, 200))

    def hear(self, progress: Progress) -> None:
        """Show how far the run is."""
        now = time.monotonic()
        said = line(progress, now - self._began) if progress.stage == self._stage else line(progress, 0.0)
        if progress.stage == self._stage:
            self._done[-1] = said
        else:
            self._stage, self._began = progress.stage, now
            self._done.append(said)
        self.query_one("#stages", Static).update(lines(cell(one, 200) for one in self._done))

    def stop(self) -> None:
        """Say that the run is being stopped."""
        self.query_one(".title", Static).update(cell("Stopping the run; nothing of it is kept", 200))
