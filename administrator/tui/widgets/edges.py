"""What stands above and below every screen? Which of them it is and of what case; and the keys that matter here."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

from rich.text import Text
from textual.events import Click
from textual.widgets import Static

from administrator.tui.cells import whole

if TYPE_CHECKING:
    from administrator.usecases.looking import Overview

SCREENS = (("1", "case", "Case"), ("2", "accounts", "Accounts"), ("3", "bridge", "Bridge"), ("4", "plan", "Plan"),
           ("5", "flows", "Flows"), ("6", "trace", "Trace"), ("7", "history", "History"), ("8", "flags", "Flags"),
           ("9", "cover", "Cover"))


class Key(Enum):
    """A key that a screen names below, and the word for it."""

    SCREENS = ("1-9", "Screens")
    PART = ("Tab", "Part")
    OPEN = ("Enter", "Open")
    SEARCH = ("/", "Search")
    PAGE = ("n p", "Page")
    WITHHELD = ("w", "Withheld/all")
    SORT = ("s", "Sort")
    RULE = ("r", "Rule")
    RECORD = ("Space", "Whole")
    SCROLL = ("Up Down", "Scroll")
    BACK = ("Esc", "Back")
    HELP = ("?", "Help")
    QUIT = ("q", "Quit")
    STOP = ("q", "Stop and quit")


class Top(Static):
    """The screens, this one in brackets, and the case; it says where a figure is a projection."""

    def __init__(self, current: str, overview: Overview) -> None:
        said = Text(end="")
        self._ends: list[tuple[int, str]] = []
        was_here = False
        for key, name, word in SCREENS:
            # One sign between two names, so that nine stand in 80 columns and none moves.
            is_here = name == current
            said.append("[" if is_here else "]" if was_here else " ", "bold")
            said.append(f"{key} {word}", "bold" if is_here else "")
            self._ends.append((len(said), name))
            was_here = is_here
        said.append("]" if was_here else " ", "bold")
        said.append("  PROJECTION  " if overview.projection else "  ", "bold reverse" if overview.projection else "")
        super().__init__(Text.assemble(said, whole(overview.title), end=""))

    async def on_click(self, event: Click) -> None:
        """Show the screen whose name was clicked."""
        at = event.get_content_offset(self)
        name = next((name for end, name in self._ends if at is not None and at.x < end), None)
        if name is not None:
            await self.run_action(f"app.show('{name}')")


class Keys(Static):
    """At most six keys; the others stand in the help."""

    def __init__(self, keys: tuple[Key, ...]) -> None:
        assert len(keys) <= 6, "more keys than a screen of 80 columns shows"
        named = (key.value for key in keys)
        said = Text("  ", end="").join(Text.assemble((key, "bold"), f" {word}") for key, word in named)
        super().__init__(said)
