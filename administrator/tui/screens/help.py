"""Which keys are there?"""

from __future__ import annotations

from rich.text import Text
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.widgets import Static

from administrator.tui.screens.sheet import Sheet
from administrator.tui.widgets.edges import Key

HELP = """\
Everything here is for looking: nothing changes the case. Every figure is the one in the files of the run.

1 to 9          Case, Accounts, Bridge, Plan, Flows, Trace, History, Flags, Cover; again: back to its first page
Tab, Shift+Tab  the next part of a screen; on a low screen only the part with the cursor is open
Enter           open what the cursor is on: a finding, a holder, what is behind a line
Esc             back
Up Down PgUp PgDn   rows; at the end of a page the next one comes
n p             the next page, the page before       Home End   the first row, the last row
Left Right      the columns to the left and right, where a table is wider than the screen
/               search accounts by id or holder's name; Enter goes to what was found
w               on Plan: withheld lines only, or all
s               on Flows: order the edges by the next column
r, R            on Trace: the next tracing rule, the one before
Space           on the transfers of a trace: the transfer whole; Enter goes on to its other end
q, Ctrl+Q       quit

Figures stand to the right and are never cut. A long text ends in … and is whole after Enter.
Text from the case is shown letter by letter; what is invisible or would move the cursor is written \\x1b, \\u202e.

!! blocking  the run stopped here     ! warning  a figure may not mean what it seems     - note

To mark and copy with the mouse: Shift and drag (Option and drag on a Mac).
The same answers without a screen: administrator run --json, explain, flows, trace, history, insurance.
"""


class Help(Sheet):
    """The keys, and how to read what is shown."""

    KEYS = (Key.SCREENS, Key.SCROLL, Key.BACK, Key.QUIT)

    def body(self) -> ComposeResult:
        """The text."""
        with VerticalScroll(classes="whole"):
            yield Static(Text(HELP))
