"""What is a part of a screen? A heading that says what and how much, and under it rows by pages, or text.

On a low screen only the part with the focus is open, and Tab opens the next; app.tcss says so.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from rich.text import Text
from textual import on, work
from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.message import Message
from textual.widgets import Static

from administrator.tui.cells import shown
from administrator.tui.desk import PAGE_ROWS, Desk, Looking
from administrator.tui.widgets.rows import Rows, Turn
from ledgers.errors import CaseError

if TYPE_CHECKING:
    from administrator.usecases.looking import Page

Load = Callable[[Looking, int, int], "Page"]
"""Give the page that begins at an offset, of at most so many rows."""


def page_of(columns: Sequence[str], rows: Sequence[Sequence[str]], offset: int, limit: int) -> Page:
    """Give a page of rows that are all there already."""
    from administrator.usecases.looking import Page

    return Page(tuple(columns), tuple(map(tuple, rows[offset : offset + limit])), offset, len(rows))


def arranged(page: Page, columns: Sequence[str]) -> Page:
    """Give a page with these of its columns first, as far as it has them; none is left out."""
    first = [column for column in columns if column in page.columns]
    order = [page.columns.index(column) for column in (*first, *(each for each in page.columns if each not in first))]
    return replace(page, columns=tuple(page.columns[at] for at in order),
                   rows=tuple(tuple(row[at] for at in order) for row in page.rows))


class TextPart(Vertical):
    """A heading over text that can be scrolled."""

    def __init__(self, title: str, id: str) -> None:
        super().__init__(id=id, classes="part")
        self._title = title

    def compose(self) -> ComposeResult:
        """Heading and text."""
        yield Static(Text(self._title), classes="heading")
        with VerticalScroll():
            yield Static(classes="text")

    def give(self, text: Text, said: str) -> None:
        """Show a text, and in the heading what is said of it."""
        self.query_one(".heading", Static).update(Text(f"{self._title}  {shown(said, 200)}"))
        self.query_one(".text", Static).update(text)


class RowsPart(Vertical):
    """A heading over rows, a page at a time, loaded beside the screen's own work."""

    class AboutRow(Message):
        """Something about one row."""

        def __init__(self, part: RowsPart, row: dict[str, str]) -> None:
            super().__init__()
            self.part = part
            self.row = row
            """Text as in the page, by column."""

        @property
        def control(self) -> RowsPart:
            """The part."""
            return self.part

    class Chosen(AboutRow):
        """Enter on a row."""

    class Marked(AboutRow):
        """The cursor came to a row. Not a kind of `Chosen`: whoever waits for that would be told of this too."""

    class Loaded(Message):
        """A page is there."""

        def __init__(self, serial: int, page: Page, at: int) -> None:
            super().__init__()
            self.serial = serial
            self.page = page
            self.at = at
            """The row to go to, counted from the end where it is negative."""

    class Refused(Message):
        """A page cannot be had."""

        def __init__(self, error: CaseError) -> None:
            super().__init__()
            self.error = error

    def __init__(self, title: str, desk: Desk, load: Load | None, *, empty: str, id: str, fixed: int = 1) -> None:
        super().__init__(id=id, classes="part")
        self._title = title
        self._desk = desk
        self._load = load
        self._empty = empty
        self._fixed = fixed
        self._serial = 0
        self.page: Page | None = None

    def compose(self) -> ComposeResult:
        """Heading and table."""
        yield Static(classes="heading")
        yield Rows(self._fixed)

    def on_mount(self) -> None:
        """Load the first page."""
        self._head("" if self._load is None else "loading")
        if self._load is not None:
            self.reload()

    @property
    def rows(self) -> Rows:
        """The table."""
        return self.query_one(Rows)

    def ask(self, load: Load) -> None:
        """Show another list from its beginning."""
        self._load = load
        self.reload()

    def retitle(self, title: str, empty: str) -> None:
        """Name the list otherwise, from its next page on."""
        self._title = title
        self._empty = empty

    def give(self, page: Page) -> None:
        """Show a page that is there already: by parts where it is the whole list, else it alone."""
        if len(page.rows) == page.total > PAGE_ROWS:
            self.ask(lambda _, offset, limit: page_of(page.columns, page.rows, offset, limit))
            return
        self._load = None
        self._serial += 1
        self._show(page, 0)

    def reload(self, offset: int = 0, at: int = 0) -> None:
        """Load the page that begins at an offset, and go to one of its rows."""
        assert self._load is not None, "what was given cannot be loaded"
        self._serial += 1
        self._fetch(self._load, self._serial, offset, at)

    @work(thread=True, exclusive=True, group="page")
    def _fetch(self, load: Load, serial: int, offset: int, at: int) -> None:
        def question(matter: Looking) -> Page | None:
            # Whoever waited long may not be wanted any more: somebody types on, or turned the page again.
            return load(matter, offset, PAGE_ROWS) if serial == self._serial else None

        try:
            page = self._desk.ask(question)
        except CaseError as error:
            self.post_message(self.Refused(error))
            return
        if page is not None:
            self.post_message(self.Loaded(serial, page, at))

    @on(Loaded)
    def _loaded(self, message: Loaded) -> None:
        message.stop()
        if message.serial == self._serial:
            self._show(message.page, message.at)

    @on(Refused)
    def _refused(self, message: Refused) -> None:
        message.stop()
        self._head(f"cannot be shown: {message.error}")

    def _show(self, page: Page, at: int) -> None:
        self.page = page
        if page.rows:
            self._head(f"rows {page.offset + 1}-{page.offset + len(page.rows)} of {page.total}")
        else:
            self._head(self._empty)
        self.rows.fill(page.columns, page.rows, at)

    def _head(self, said: str) -> None:
        self.query_one(".heading", Static).update(Text(shown(f"{self._title}  {said}".strip(), 300)))

    @on(Rows.Turned)
    def _turned(self, message: Rows.Turned) -> None:
        message.stop()
        page = self.page
        if page is None or not page.rows:
            return
        last = (page.total - 1) // PAGE_ROWS * PAGE_ROWS
        back, forth = max(0, page.offset - PAGE_ROWS), min(last, page.offset + PAGE_ROWS)
        offset = {Turn.FIRST: 0, Turn.BACK: back, Turn.ON: forth, Turn.LAST: last}[message.turn]
        if self._load is not None and offset != page.offset:
            self.reload(offset, -1 if message.turn in (Turn.BACK, Turn.LAST) else 0)
        elif message.turn in (Turn.FIRST, Turn.LAST):
            self.rows.move_cursor(row=0 if message.turn is Turn.FIRST else len(page.rows) - 1)

    def on_data_table_row_selected(self, event: Rows.RowSelected) -> None:
        """Say which row was chosen, as it stands in the page."""
        event.stop()
        self._tell(self.Chosen, event.cursor_row)

    def on_data_table_row_highlighted(self, event: Rows.RowHighlighted) -> None:
        """Say to which row the cursor came."""
        event.stop()
        self._tell(self.Marked, event.cursor_row)

    @property
    def marked(self) -> dict[str, str] | None:
        """The row with the cursor, by column."""
        return self._row(self.rows.cursor_row)

    def go_to(self, number: int) -> None:
        """Put the cursor on one row of the whole list."""
        offset = number // PAGE_ROWS * PAGE_ROWS
        if self.page is not None and self.page.offset == offset:
            self.rows.move_cursor(row=number - offset)
        else:
            self.reload(offset, number - offset)

    def _row(self, at: int) -> dict[str, str] | None:
        page = self.page
        if page is None or not 0 <= at < len(page.rows):
            return None
        return dict(zip(page.columns, page.rows[at], strict=True))

    def _tell(self, kind: type[RowsPart.AboutRow], at: int) -> None:
        row = self._row(at)
        if row is not None:
            self.post_message(kind(self, row))
