"""The screens: keys lead where they say, figures are those of the page, and hostile text is shown and never obeyed."""

from __future__ import annotations

import asyncio
import os
import pty
import re
import select
import subprocess
import sys
import threading
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path

import pytest
from rich.cells import cell_len
from textual.events import Paste
from textual.pilot import Pilot
from textual.widgets import Input, Static

from administrator.tui.app import AdministratorApp, NoTerminalError, fault_line, open_case
from administrator.tui.cells import FIGURES, figure, of_column, shown, whole
from administrator.tui.desk import PAGE_ROWS, Looking
from administrator.tui.screens.accounts import AccountsScreen, HolderScreen
from administrator.tui.screens.bridge import BehindScreen, BridgeScreen
from administrator.tui.screens.case import CaseScreen
from administrator.tui.screens.computing import Computing
from administrator.tui.screens.cover import CoverScreen
from administrator.tui.screens.flags import FlagsScreen
from administrator.tui.screens.flows import FlowsScreen
from administrator.tui.screens.help import Help
from administrator.tui.screens.history import HistoryScreen
from administrator.tui.screens.plan import PlanScreen
from administrator.tui.screens.sheet import Record
from administrator.tui.screens.trace import TraceScreen
from administrator.tui.widgets.bar import bars
from administrator.tui.widgets.edges import Keys, Top
from administrator.tui.widgets.parts import RowsPart, arranged, page_of
from administrator.tui.widgets.rows import Rows
from administrator.usecases.looking import BridgeView, FlowView, HolderView, Overview, Page, StageLine, TraceView
from administrator.usecases.running import AssetResult
from ledgers.display import display
from ledgers.errors import CaseError, Interruption, StorageError
from ledgers.models import Progress, ProgressListener

ROOT = Path(__file__).parent.parent
NAUGHTY = (
    "[@click=app.quit]x[/]",
    "[/]",
    "a[/b]c",
    "[bold red]PAID[/]",
    "[link=http://x.example]y[/link]",
    "[type=x, v={'a[0]'}]",
    "Acme [Japan] KK",
    "$title ${x} %s {0}",
    "\x1b]52;c;ZXZpbA==\x07",
    "\x9d52;c;ZXZpbA==\x9c",
    "\x1b[2J\x1b[H",
    "a\u202eb\u2066c\u200bd",
    "line\nbreak\r\ttab\x00nul",
    "x" * 500,
    "見本" * 300,
    "𠮷野 葛\U000e0100",
    "ﾐﾎﾝ ｶﾞｷﾞ",
    "e" + "\u0301" * 50,
    "\ud800",
    "👨\u200d👩\u200d👧",
    "\\x1b \\",
    "",
    " ",
)
LONG = "12345678901234567890.123456789012345678"
RAW = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u206f\ud800-\udfff]")
"""What must not reach a terminal from the data."""


ALIKE = ("stages", "pools")
"""Parts that open what the findings open."""
EACH = "each of NAUGHTY in a row of its own"
TOGETHER = "".join(name for name in NAUGHTY if len(name) < 100 and name != "\ud800")


def text_of(column: str, number: int, name: str) -> str:
    if column in FIGURES:
        return LONG
    return f"{number:05}{name}" if name != EACH else NAUGHTY[number % len(NAUGHTY)]


class MadeUp:
    """A case of any size in which every text is as bad as wanted."""

    is_planned = True

    def __init__(self, name: str = "見本", accounts: int = 450) -> None:
        self.name = TOGETHER if name == EACH else name
        self.row_name = name
        self.count = accounts
        self.asked: list[str] = []
        self.inside = 0
        self.most_inside = 0
        self.is_closed = False

    def table(self, columns: str, offset: int, limit: int, total: int) -> Page:
        names = tuple(columns.split())
        self.asked.append(f"{names[0]} {offset} {limit}")
        self.inside += 1
        self.most_inside = max(self.inside, self.most_inside)
        time.sleep(0.001)
        self.inside -= 1
        rows = tuple(tuple(text_of(column, at, self.row_name) for column in names)
                     for at in range(offset, min(total, offset + limit)))
        return Page(names, rows, offset, total)

    def overview(self) -> Overview:
        name = self.name
        return Overview(
            title=name, court=name, reference=name, regime=name, commencement_at=name, currency=name, round=1,
            projection=False, out=name, findings=(("blocking", 1), ("note", 2)),
            stages=tuple(StageLine(stage, name, name) for stage in ("load", "books", "reconcile", "flows", "plan")),
            assets=tuple(AssetResult(f"{at}{name}", LONG, LONG, LONG, LONG, LONG, "0.5") for at in range(3)),
        )

    def findings(self, offset: int, limit: int) -> Page:
        page = self.table("severity code subject message remedy source row", offset, limit, 3)
        return Page(page.columns, tuple(("warning", *row[1:]) for row in page.rows), offset, 3)

    def accounts(self, search: str, offset: int, limit: int) -> Page:
        self.asked.append(f"search {search}")
        total = 0 if search == "zz" else self.count
        return self.table("account holder kind hold allowed_value recovery", offset, limit, total)

    def holder(self, account: str) -> HolderView:
        self.asked.append(f"holder {account}")
        return HolderView(
            account, (("holder", self.name), (self.name, self.name)),
            self.table("account asset scheduled filed allowed value", 0, 500, 2),
            self.table("account claim_asset part step pay_asset claim quantity value status reason", 0, 500, 2),
            self.table("account asset part event custody base met", 0, 500, 2),
            self.table("posting posted_at asset quantity kind reference source row", 0, 500, 2),
            (f"account {self.name}", "", self.name, f"    {self.name} x 2 / 3"),
        )

    def bridge_assets(self) -> tuple[str, ...]:
        return (f"0{self.name}", f"1{self.name}")

    def bridge(self, asset: str) -> BridgeView:
        taken = (f"taken_by:{self.name}", "0.30", "0.30")
        others = (("credits:fee", "-0.10", "0.20"), ("unobserved", "0.01", "0.21"))
        return BridgeView(asset, LONG, LONG, "0.21", "0.5", (taken, *others))

    def behind(self, asset: str, line: str, offset: int, limit: int) -> Page:
        self.asked.append(f"behind {asset} {line}")
        return self.table("record id at quantity who reference source row", offset, limit, 250)

    def destinations(self, party: str) -> Page:
        self.asked.append(f"destinations {party}")
        names = ("asset", "lies_with", "hops", "quantity", "path")
        return Page(names, ((f"0{self.name}", self.name, "1", LONG, self.name), ("other", "x", "1", LONG, "x")), 0, 2)

    def trace_starts(self, asset: str) -> Page:
        return self.table("start quantity transfers", 0, 500, 2)

    def traced(self, asset: str, start: str, rule: str) -> TraceView:
        self.asked.append(f"traced {asset} {start} {rule}")
        columns = "place party kind stands quantity deposits_first withdrawals_first counted start"
        return TraceView(rule, self.name, self.name, self.table(columns, 0, 500, 3), (self.name,))

    def trace_steps(self, asset: str, start: str, rule: str, place: str) -> Page:
        self.asked.append(f"steps {asset} {start} {rule} {place}")
        columns = "occurred_at way quantity traced other party balance transfer source_row"
        return self.table(columns, 0, 500, 3)

    def flows(self, asset: str, cells: int) -> FlowView:
        self.asked.append(f"flows {asset} {cells}")
        return FlowView((display(self.name), "picture"), (display(self.name),))

    def flow_edges(self, asset: str, offset: int, limit: int, sort: str) -> Page:
        self.asked.append(f"edges {asset} {sort}")
        page = self.table("sender sender_kind recipient recipient_kind quantity transfers", 0, 500, 2)
        return Page(page.columns, (("", "customers", *page.rows[0][2:]), page.rows[1]), 0, 2)

    def flow_behind(self, asset: str, sender: str, recipient: str, offset: int, limit: int) -> Page:
        self.asked.append(f"behind edge {asset} {sender} {recipient}")
        return self.table("transfer occurred_at quantity fee sender recipient", offset, limit, 2)

    def history(self, asset: str, cells: int) -> tuple[str, ...]:
        self.asked.append(f"history {asset} {cells}")
        return (display(self.name), "bars")

    def history_days(self, asset: str, offset: int, limit: int) -> Page:
        return self.table("day owed held house guarantee hot shortfall", offset, limit, 300)

    def history_moves(self, asset: str, offset: int, limit: int) -> Page:
        return self.table("day line quantity", offset, limit, 300)

    def red_flag_kinds(self) -> tuple[tuple[str, int], ...]:
        return ((f"one{self.name}", 3), (f"two{self.name}", 0))

    def red_flags(self, kind: str, offset: int, limit: int) -> Page:
        self.asked.append(f"flags {kind}")
        page = self.table("flag_no score kind account asset quantity why", offset, limit, 3)
        return Page(page.columns, tuple((str(at), *row[1:]) for at, row in enumerate(page.rows)), offset, 3)

    def red_flag_rows(self, flag_no: int, offset: int, limit: int) -> Page:
        self.asked.append(f"rows of flag {flag_no}")
        return self.table("table id happened_at source row", offset, limit, 2)

    def net_investment(self, account: str) -> Page:
        return self.table("asset opening received sent net_investment balance", 0, 500, 2)

    def cover(self, offset: int, limit: int) -> Page:
        columns = "source event ground_up covered due received outstanding distributed reason"
        return self.table(columns, offset, limit, 3)

    def cover_steps(self, source: str, event: str, cells: int) -> tuple[str, ...]:
        self.asked.append(f"steps of {source}")
        return (display(self.name), "attachment")

    def plan(self, offset: int, limit: int, *, withheld_only: bool) -> Page:
        columns = "account claim_asset part step pay_asset claim entitled paid_before quantity value status reason"
        return self.table(columns, offset, limit, 7 if withheld_only else 450)

    def pools(self) -> Page:
        columns = (
            "pool gross costs holdback distributable claims awarded paid withheld overpaid surplus residue dividend"
        )
        return self.table(columns, 0, 500, 2)

    def close(self) -> None:
        self.is_closed = True


class Given:
    """A source that has a case, or must compute it first, or cannot."""

    def __init__(self, matter: Looking | None, error: CaseError | None = None, *, is_slow: bool = False) -> None:
        self.matter = matter
        self.error = error
        self.is_computed = error is None and not is_slow
        self.stopped = threading.Event()

    def look(self) -> Looking | None:
        return self.matter if self.is_computed else None

    def compute(self, listen: ProgressListener) -> None:
        listen(Progress("load", 1, 2))
        if self.error is not None:
            raise self.error
        assert self.stopped.wait(5)
        raise Interruption("stopped")

    def interrupt(self) -> None:
        self.stopped.set()


Act = Callable[[Pilot[CaseError]], Awaitable[None]]


def on_screens(matter: Looking, act: Act, size: tuple[int, int] = (80, 24)) -> None:
    """Open a case at a size, do the act, and leave."""

    async def run() -> None:
        app = AdministratorApp(Given(matter))
        async with app.run_test(size=size) as pilot:
            await settle(pilot)
            await act(pilot)

    asyncio.run(run())


async def settle(pilot: Pilot[CaseError]) -> None:
    """Wait until nothing is loading."""
    await pilot.pause()
    while any(not worker.is_finished for worker in pilot.app.workers):
        await pilot.app.workers.wait_for_complete()
        await pilot.pause()


async def keys(pilot: Pilot[CaseError], *names: str) -> None:
    """Press keys, each after what the one before set going is done; `pilot.press` waits thrice as long."""
    for name in names:
        pilot.app.simulate_key(name)
        await settle(pilot)


def seen(pilot: Pilot[CaseError]) -> list[str]:
    """The lines of the screen as they would be printed."""
    width, height = pilot.app.size
    strips = pilot.app.screen._compositor.render_strips()
    lines = ["".join(segment.text for segment in strip if not segment.control) for strip in strips]
    assert len(lines) == height
    assert all(cell_len(line) == width for line in lines), "a line is wider or narrower than the screen"
    return lines


def part(pilot: Pilot[CaseError], name: str) -> RowsPart:
    return pilot.app.screen.query_one(f"#{name}", RowsPart)


def heading(pilot: Pilot[CaseError], name: str) -> str:
    return str(part(pilot, name).query_one(".heading", Static).content)


def test_keys_lead_where_the_footer_says() -> None:
    async def act(pilot: Pilot[CaseError]) -> None:
        assert isinstance(pilot.app.screen, CaseScreen)
        for key, kind in (("2", AccountsScreen), ("3", BridgeScreen), ("4", PlanScreen),
                          ("5", FlowsScreen), ("6", TraceScreen), ("7", HistoryScreen),
                          ("8", FlagsScreen), ("9", CoverScreen), ("1", CaseScreen)):
            await keys(pilot, key)
            assert isinstance(pilot.app.screen, kind)
        await keys(pilot, "question_mark")
        assert isinstance(pilot.app.screen, Help)
        await keys(pilot, "escape", "escape")
        assert isinstance(pilot.app.screen, CaseScreen)
        await keys(pilot, "slash")
        assert isinstance(pilot.app.screen, AccountsScreen)
        assert isinstance(pilot.app.focused, Input)
        await pilot.press("1")
        assert pilot.app.screen.query_one(Input).value == "1", "a digit is typed into the search, not obeyed"
        await keys(pilot, "escape")
        await pilot.click(Top, offset=(26, 0))
        await settle(pilot)
        assert isinstance(pilot.app.screen, BridgeScreen), "a click on its name above"
        await keys(pilot, "q")
        assert pilot.app.return_code == 0

    on_screens(MadeUp(), act)


def test_enter_opens_a_finding_whole_and_an_asset_in_its_bridge() -> None:
    matter = MadeUp()

    async def act(pilot: Pilot[CaseError]) -> None:
        pilot.app.screen.query_one("#findings Rows", Rows).focus()
        await keys(pilot, "down", "enter")
        assert isinstance(pilot.app.screen, Record)
        assert any("00001見本" in line for line in seen(pilot))
        await keys(pilot, "escape")
        pilot.app.screen.query_one("#recovery Rows", Rows).focus()
        await keys(pilot, "down", "enter")
        assert isinstance(pilot.app.screen, BridgeScreen)
        assert "Shortfall of 1見本" in heading(pilot, "lines")
        assert part(pilot, "assets").marked == {"asset": "1見本"}
        await keys(pilot, "1", "up", "enter")
        assert "Shortfall of 0見本" in heading(pilot, "lines")

    on_screens(matter, act)


def test_pages_turn_at_their_ends_and_say_which_rows_they_show() -> None:
    matter = MadeUp(accounts=450)

    async def act(pilot: Pilot[CaseError]) -> None:
        await keys(pilot, "2")
        assert heading(pilot, "accounts") == "Accounts  rows 1-200 of 450"
        await keys(pilot, "n")
        assert heading(pilot, "accounts") == "Accounts  rows 201-400 of 450"
        await keys(pilot, "end")
        assert heading(pilot, "accounts") == "Accounts  rows 401-450 of 450"
        assert part(pilot, "accounts").rows.cursor_row == 49
        await keys(pilot, "n", "down")
        assert heading(pilot, "accounts") == "Accounts  rows 401-450 of 450", "there is nothing after the last page"
        await keys(pilot, "home", "up")
        assert heading(pilot, "accounts") == "Accounts  rows 1-200 of 450"
        await keys(pilot, "p", "end", "p", "down")
        assert heading(pilot, "accounts") == "Accounts  rows 401-450 of 450", "down on the last row goes on"
        await keys(pilot, "enter")
        assert matter.asked[-5] == "holder 00400見本"

    on_screens(matter, act)
    assert all(int(asked.split()[2]) <= 500 for asked in matter.asked if re.fullmatch(r"\S+ \d+ \d+", asked))


def test_search_asks_once_for_what_was_typed() -> None:
    matter = MadeUp()

    async def act(pilot: Pilot[CaseError]) -> None:
        await keys(pilot, "slash")
        await pilot.press("z", "z", "enter")
        await settle(pilot)
        assert heading(pilot, "accounts") == "Accounts  none has this in its id or holder's name"
        assert isinstance(pilot.app.focused, Rows)
        assert [asked for asked in matter.asked if asked.startswith("search")] == ["search ", "search zz"]
        await keys(pilot, "enter", "down", "n", "end")
        await keys(pilot, "slash")
        await pilot.press("q")
        box = pilot.app.screen.query_one(Input)
        assert box.value == "q", "what was searched before is typed over"
        box.post_message(Paste("\x1b]52;c;eA==\x07"))
        await settle(pilot)
        assert box.value == "q", "control characters are not taken in"
        box.post_message(Paste("[/][@click=app.quit]x"))
        await settle(pilot)
        assert any("q[/][@click=app.quit]x" in line for line in seen(pilot))

    on_screens(matter, act)


def test_the_plan_shows_withheld_lines_and_goes_to_their_holder() -> None:
    matter = MadeUp()

    async def act(pilot: Pilot[CaseError]) -> None:
        await keys(pilot, "4", "w")
        assert heading(pilot, "schedule") == "Schedule, withheld lines  rows 1-7 of 7"
        await keys(pilot, "w")
        assert heading(pilot, "schedule") == "Schedule, all lines  rows 1-200 of 450"
        await keys(pilot, "enter")
        assert isinstance(pilot.app.screen, HolderScreen)
        assert "holder 00000見本" in matter.asked
        await keys(pilot, "4")
        assert isinstance(pilot.app.screen, PlanScreen)

    on_screens(matter, act)


def test_a_bridge_line_opens_what_is_behind_it_and_where_it_lies() -> None:
    matter = MadeUp()

    async def act(pilot: Pilot[CaseError]) -> None:
        await keys(pilot, "3", "enter", "enter")
        assert isinstance(pilot.app.screen, BehindScreen)
        assert "behind 0見本 taken_by:見本" in matter.asked
        assert "destinations 見本" in matter.asked
        assert heading(pilot, "behind") == "Behind it  rows 1-200 of 250"
        assert heading(pilot, "destinations").endswith("rows 1-1 of 1"), "another asset's rows are not this line's"
        await keys(pilot, "escape", "down", "enter")
        assert isinstance(pilot.app.screen, BehindScreen)
        assert not pilot.app.screen.query("#destinations")

    on_screens(matter, act)


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
def test_figures_on_the_screens_are_those_of_the_pages(size: tuple[int, int]) -> None:
    async def act(pilot: Pilot[CaseError]) -> None:
        for key in ("1", "2", "3", "4"):
            await keys(pilot, key)
            for each in pilot.app.screen.query(RowsPart):
                page = each.page
                assert page is not None
                assert each.rows.row_count == len(page.rows)
                for at, row in enumerate(page.rows):
                    for column, text, drawn in zip(page.columns, row, each.rows.get_row_at(at), strict=True):
                        if column in FIGURES:
                            assert (drawn.plain, drawn.justify) == (text, "right")
        assert any(LONG in line for line in seen(pilot)), "the longest figure is whole on the screen"

    on_screens(MadeUp(accounts=5), act, size)


def test_a_table_that_goes_on_says_so_and_scrolls_by_columns() -> None:
    async def act(pilot: Pilot[CaseError]) -> None:
        await keys(pilot, "4")
        pilot.app.screen.query_one("#pools Rows", Rows).focus()
        assert seen(pilot)[2].rstrip().endswith(">")
        rows = part(pilot, "pools").rows
        starts = []
        for _ in range(3):
            await pilot.press("right")
            starts.append(rows.scroll_offset.x)
        assert starts == sorted(set(starts)), "each key goes further"
        rows.scroll_to(x=rows.max_scroll_x - 1, animate=False)
        await keys(pilot, "right")
        assert rows.scroll_offset.x == rows.max_scroll_x
        assert not seen(pilot)[2].rstrip().endswith(">")
        assert re.match(r" pool +<", seen(pilot)[2]), "it says so at the left as well"
        for x in range(0, rows.max_scroll_x, 7):
            rows.scroll_to(x=x, animate=False)
            await pilot.pause()
            figures = re.findall(r"\d+\.\d+", seen(pilot)[3])
            assert set(figures) <= {LONG}, "a figure is seen whole or not at all"
        rows.scroll_to(x=5, animate=False)
        await pilot.press("left")
        assert rows.scroll_offset.x == 0

    on_screens(MadeUp(), act)


def test_hostile_text_is_shown_and_never_obeyed() -> None:
    async def act(pilot: Pilot[CaseError]) -> None:
        app = pilot.app
        lines = seen(pilot)
        for key in ("1", "2", "3", "4"):
            await keys(pilot, key)
            mode = app.current_mode
            lines += seen(pilot)
            for at in range(len(app.screen.query(Rows))):
                if app.screen.query(RowsPart)[at].id in ALIKE:
                    continue
                app.screen.query(Rows)[at].focus()
                await keys(pilot, "enter")
                lines += seen(pilot)
                for _ in range(4 if isinstance(app.screen, HolderScreen) else 0):
                    await keys(pilot, "tab")
                    lines += seen(pilot)
                while len(app.screen_stack) > 1:
                    await keys(pilot, "escape")
                if app.current_mode != mode:
                    await keys(pilot, key)
        app.notify(shown(TOGETHER, 400), markup=False)
        await pilot.pause()
        lines += seen(pilot)
        assert not [line for line in lines if RAW.search(line)]
        for name in ("[@click=app.quit]x[/]", "\\x1b]52;c", "\\u202e", "[bold red]PAID[/]", "𠮷野", "ﾐﾎﾝ ｶﾞｷﾞ"):
            assert any(name in line for line in lines), name
        await keys(pilot, "2", "enter")
        for widget in app.screen.query(Static):
            if widget.region:
                await pilot.click(widget, offset=(4, 0))
        assert app.is_running, "a click on a name did what the name said"

    on_screens(MadeUp(EACH, accounts=len(NAUGHTY)), act)


@pytest.mark.parametrize("name", NAUGHTY)
def test_a_cell_is_one_line_without_styles_and_no_wider_than_said(name: str) -> None:
    for text in (of_column("holder", name, is_fixed=False), of_column("account", name, is_fixed=True), whole(name)):
        assert not text.spans
        assert not RAW.search(text.plain)
        assert "\n" not in text.plain
    assert cell_len(of_column("account", name, is_fixed=True).plain) <= 32
    assert figure("9" * 78).plain == "9" * 78


def test_bars_are_in_proportion_and_need_no_colour() -> None:
    assert bars(["0.30", "-0.10", "0.01", "0.00"], 9) == ("+" * 9, "---", ".", "")
    assert bars([f"{10**37}", f"-{10**37 // 3}"], 16) == ("+" * 16, "-----")
    assert bars([], 16) == ()


def test_a_trace_changes_its_rule_and_goes_hop_by_hop() -> None:
    matter = MadeUp(name="")

    async def act(pilot: Pilot[CaseError]) -> None:
        await keys(pilot, "6")
        assert matter.asked[-1].startswith("place") or "traced 0  lowest_intermediate_balance" in matter.asked
        await keys(pilot, "r")
        assert "traced 0  haircut" in matter.asked
        await keys(pilot, "R", "R")
        assert "traced 0  rolling_charge" in matter.asked
        await keys(pilot, "enter", "down", "enter")
        assert "traced 0 00000 rolling_charge" in matter.asked
        await keys(pilot, "enter")
        assert "steps 0 00000 rolling_charge 00000" in matter.asked
        await keys(pilot, "down", "enter")
        assert "steps 0 00000 rolling_charge 00001" in matter.asked
        await keys(pilot, "space")
        assert isinstance(pilot.app.screen, Record)
        await keys(pilot, "escape", "escape", "escape")
        assert isinstance(pilot.app.screen, TraceScreen)

    on_screens(matter, act)


def test_flows_are_drawn_ordered_and_opened_to_their_transfers() -> None:
    matter = MadeUp(name="")

    async def act(pilot: Pilot[CaseError]) -> None:
        await keys(pilot, "5")
        assert any(asked.startswith("flows 0 ") for asked in matter.asked)
        assert "edges 0 quantity" in matter.asked
        assert any("picture" in line for line in seen(pilot))
        assert any("customers' wallets" in line for line in seen(pilot)) or pilot.app.size.height < 34
        await keys(pilot, "s")
        assert "edges 0 transfers" in matter.asked
        await keys(pilot, "enter", "enter")
        assert "behind edge 0  00000" in matter.asked, "the customers' wallets are asked for by their empty name"
        await keys(pilot, "enter")
        assert isinstance(pilot.app.screen, Record)

    on_screens(matter, act)


def test_a_history_is_told_with_its_days_and_moves() -> None:
    matter = MadeUp(name="")

    async def act(pilot: Pilot[CaseError]) -> None:
        await keys(pilot, "7")
        assert any(asked.startswith("history 0 ") for asked in matter.asked)
        assert any("bars" in line for line in seen(pilot))
        assert "of 300" in heading(pilot, "days")
        await keys(pilot, "enter", "n")
        assert "rows 201-300 of 300" in heading(pilot, "days")
        await keys(pilot, "enter")
        assert isinstance(pilot.app.screen, Record)
        await keys(pilot, "escape", "down")

    on_screens(matter, act)


def test_a_red_flag_opens_on_what_it_rests_and_its_account() -> None:
    matter = MadeUp(name="")

    async def act(pilot: Pilot[CaseError]) -> None:
        await keys(pilot, "8")
        assert "rows 1-3 of 3" in heading(pilot, "flags")
        await keys(pilot, "down")
        assert matter.asked[-2] == "flags one"
        await keys(pilot, "enter", "down", "enter")
        assert "rows of flag 1" in matter.asked
        await keys(pilot, "enter")
        assert isinstance(pilot.app.screen, Record)
        await keys(pilot, "escape", "tab", "enter")
        assert isinstance(pilot.app.screen, HolderScreen)
        await keys(pilot, "escape", "escape")
        assert isinstance(pilot.app.screen, FlagsScreen)

    on_screens(matter, act)


def test_the_steps_of_a_policy_stand_below_its_row() -> None:
    matter = MadeUp(name="")

    async def act(pilot: Pilot[CaseError]) -> None:
        await keys(pilot, "9")
        assert "rows 1-3 of 3" in heading(pilot, "covers")
        assert "steps of 00000" in matter.asked
        assert any("attachment" in line for line in seen(pilot))
        await keys(pilot, "down")
        assert "steps of 00001" in matter.asked
        await keys(pilot, "enter")
        assert isinstance(pilot.app.screen, Record)

    on_screens(matter, act)


def test_every_screen_of_a_projection_says_so() -> None:
    overview = replace(MadeUp().overview(), projection=True)
    assert "PROJECTION" in str(Top("plan", overview).content)
    assert "PROJECTION" not in str(Top("plan", MadeUp().overview()).content)


def test_keys_below_fit_eighty_columns() -> None:
    async def act(pilot: Pilot[CaseError]) -> None:
        for key in ("1", "2", "3", "4", "5", "6", "7", "8", "9", "question_mark"):
            await keys(pilot, key)
            said = str(pilot.app.screen.query_one(Keys).content)
            assert cell_len(said) <= 78
            assert said.count("  ") <= 5

    on_screens(MadeUp(), act)


def test_one_question_at_a_time() -> None:
    matter = MadeUp()

    async def act(pilot: Pilot[CaseError]) -> None:
        await pilot.press("2", "n", "n", "4", "w", "w", "3", "down")
        await settle(pilot)

    on_screens(matter, act)
    assert matter.most_inside == 1


def test_a_page_that_cannot_be_had_says_why() -> None:
    class Refusing(MadeUp):
        def findings(self, offset: int, limit: int) -> Page:
            raise StorageError("the books are [/] damaged\x1b[2J")

        def holder(self, account: str) -> HolderView:
            raise StorageError("no such [bold]account[/]")

    async def act(pilot: Pilot[CaseError]) -> None:
        assert heading(pilot, "findings") == "Findings  cannot be shown: the books are [/] damaged\\x1b[2J"
        await keys(pilot, "2", "enter")
        assert any("no such [bold]account[/]" in line for line in seen(pilot))

    on_screens(Refusing(), act)


def test_a_blocked_run_shows_its_findings_and_no_plan() -> None:
    class Blocked(MadeUp):
        is_planned = False

        def overview(self) -> Overview:
            whole_one = super().overview()
            stages = (StageLine("load", "?", "1 rows"), StageLine("reconcile", "?", "not reached"))
            return replace(whole_one, stages=stages, assets=())

        def pools(self) -> Page:
            raise AssertionError("there are no pools to ask for")

        plan = bridge_assets = pools  # type: ignore[assignment]

    async def act(pilot: Pilot[CaseError]) -> None:
        assert "blocking findings stopped the run" in heading(pilot, "recovery")
        await keys(pilot, "3")
        assert any("Blocking findings stopped the run" in line for line in seen(pilot))
        await keys(pilot, "4", "w", "enter")
        assert isinstance(pilot.app.screen, PlanScreen)

    on_screens(Blocked(), act)


def test_a_case_that_was_never_run_is_computed_first_and_quitting_stops_that() -> None:
    async def run() -> None:
        source = Given(MadeUp(), is_slow=True)
        app = AdministratorApp(source)
        async with app.run_test() as pilot:
            await pilot.pause(0.1)
            assert isinstance(app.screen, Computing)
            await pilot.press("1", "2", "slash", "question_mark")
            assert isinstance(app.screen, Computing), "there is nothing to look at yet"
            await pilot.press("q")
            await settle(pilot)
        assert source.stopped.is_set()
        assert isinstance(app.return_value, Interruption)

    asyncio.run(run())


def test_a_case_that_cannot_be_computed_ends_with_its_error() -> None:
    async def run() -> None:
        app = AdministratorApp(Given(None, StorageError("the disk is full")))
        async with app.run_test() as pilot:
            await settle(pilot)
        assert isinstance(app.return_value, StorageError)

    asyncio.run(run())


def test_without_a_terminal_it_says_what_to_do_instead() -> None:
    with pytest.raises(NoTerminalError, match="administrator run CASE --json"):
        open_case(ROOT)


def test_a_fault_of_the_program_says_where_and_nothing_of_the_data() -> None:
    name = "山田 太郎"
    try:
        int(name)
    except ValueError as error:
        said = fault_line(error)
    assert "ValueError at test_tui.py:" in said
    assert name not in said
    assert "\n" not in said


ON_A_TERMINAL = """
import sys
sys.path.insert(0, {root!r})
from administrator.tui.app import AdministratorApp
from tests.test_tui import EACH, Given, MadeUp
class Faulty(MadeUp):
    def plan(self, offset, limit, *, withheld_only):
        secret = self.name
        raise ValueError(secret)
case = Faulty(EACH, accounts=30)
app = AdministratorApp(Given(case))
app.run()
app.close()
sys.exit(app.return_code)
"""


def on_a_terminal(program: str, typed: list[bytes], environment: dict[str, str]) -> tuple[bytes, int]:
    """Run a program under a pseudo-terminal of 120x40, type, and give every byte that came out."""
    parent, child = pty.openpty()
    os.set_blocking(parent, False)
    subprocess.run(["stty", "cols", "120", "rows", "40"], stdin=child, check=True)
    running = subprocess.Popen(
        [sys.executable, "-c", program], stdin=child, stdout=child, stderr=child, cwd=ROOT, close_fds=True,
        env={**os.environ, "TERM": "xterm-256color", "LANG": "C.UTF-8", "PYTHONUTF8": "1", **environment},
    )
    os.close(child)
    out = bytearray()
    ends = time.monotonic() + 60
    pending = list(typed)
    quiet = time.monotonic()
    while time.monotonic() < ends and running.poll() is None:
        if select.select([parent], [], [], 0.05)[0]:
            try:
                out += os.read(parent, 65536)
            except OSError:
                break
            quiet = time.monotonic()
        elif pending and b"1 Case" in out and time.monotonic() - quiet > 0.2:
            os.write(parent, pending.pop(0))
            quiet = time.monotonic()
    if running.poll() is None:
        running.kill()
    while select.select([parent], [], [], 0.05)[0]:
        try:
            out += os.read(parent, 65536)
        except OSError:
            break
    os.close(parent)
    return bytes(out), running.wait()


def test_on_a_real_terminal_nothing_of_the_data_is_obeyed_and_a_crash_tells_no_data() -> None:
    typed = [b"2", b"\r", b"\x1b", b"3", b"\r", b"\r", b"?", b"\x1b", b"4"]
    out, code = on_a_terminal(ON_A_TERMINAL.format(root=str(ROOT)), typed, {"NO_COLOR": "1"})
    text = out.decode("utf-8", "replace")
    assert code == 1
    assert "\x1b]52" not in text
    assert "\x1b[2J\x1b[H" not in text
    assert not re.search("[\x00\x80-\x9f\u200b\u202a-\u202e\u2066]", text)
    assert "[@click=app.quit]" in text, "the names were on the screen"
    end = text[text.rindex("\x1b[?1049l"):]
    assert "administrator: a fault of the program, error" in end
    # A terminal that is narrow breaks the line.
    assert "ValueError at <string>" in " ".join(end.split())
    assert "Traceback" not in text
    assert "click" not in end


def test_a_part_of_what_is_all_there_is_a_page_of_it() -> None:
    page = page_of(("a",), [("1",), ("2",), ("3",)], 1, 1)
    assert (page.rows, page.offset, page.total) == ((("2",),), 1, 3)
    assert PAGE_ROWS <= 500


def test_columns_read_first_come_first_and_none_is_lost() -> None:
    page = arranged(Page(("a", "b", "c"), (("1", "2", "3"),), 0, 1), ("c", "x", "a"))
    assert (page.columns, page.rows) == (("c", "a", "b"), (("3", "1", "2"),))
