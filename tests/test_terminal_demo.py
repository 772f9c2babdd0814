"""The demo case, run by the command line and read in the terminal: the figures are the same."""

from __future__ import annotations

import asyncio
import csv
from pathlib import Path

import pytest
from rich.text import Text
from textual.pilot import Pilot
from textual.widgets import DataTable

from administrator.cli import main
from administrator.tui.app import AdministratorApp
from administrator.tui.desk import CaseFolder
from ledgers.errors import CaseError
from tests.test_tui import settle


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("terminal") / "demo"
    assert main(["demo", "--keep", str(folder), "--quiet"]) == 0
    return folder


def rows(case: Path, name: str) -> list[dict[str, str]]:
    (out,) = (case / "out").iterdir()
    with (out / f"{name}.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def shown(pilot: Pilot[CaseError]) -> set[tuple[str, ...]]:
    """Every row of every table of the screen, as text."""
    found = set()
    for table in pilot.app.screen.query(DataTable):
        for at in range(table.row_count):
            cells = table.get_row_at(at)
            found.add(tuple(cell.plain.strip() if isinstance(cell, Text) else str(cell).strip() for cell in cells))
    return found


def is_shown(tables: set[tuple[str, ...]], *figures: str) -> bool:
    """Whether one row has all of these."""
    return any(set(figures) <= set(row) for row in tables)


def test_the_terminal_shows_what_the_command_line_wrote(demo: Path) -> None:
    async def run() -> None:
        app = AdministratorApp(CaseFolder(demo))
        async with app.run_test(size=(160, 60)) as pilot:
            await settle(pilot)
            case = shown(pilot)
            pools = {row["pool"]: row for row in rows(demo, "pools")}
            for row in rows(demo, "reconciliation"):
                awarded = pools[row["asset"]]["awarded"]
                assert is_shown(case, row["asset"], row["owed"], row["held_customer"], row["shortfall"], awarded)
            await pilot.press("4")
            await settle(pilot)
            plan = shown(pilot)
            for pool in pools.values():
                assert is_shown(plan, pool["gross"], pool["holdback"], pool["distributable"], pool["claims"])
            for row in rows(demo, "schedule")[:50]:
                assert is_shown(plan, row["account"], row["entitled"], row["quantity"], row["status"])
            await pilot.press("3")
            await settle(pilot)
            first = rows(demo, "bridge")[0]["asset"]
            lines = {cell.lstrip("+") for row in shown(pilot) for cell in row}
            for row in rows(demo, "bridge"):
                if row["asset"] == first:
                    assert {row["line"], row["quantity"]} <= lines
        app.close()

    asyncio.run(run())
