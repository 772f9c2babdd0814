"""The tower of the worked example as a case: what it pays, and how each step of it is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.insured import insured
from tests.written import Written


@pytest.fixture(scope="module")
def tower(tmp_path_factory: pytest.TempPathFactory) -> Written:
    """The case, run once; nothing here changes it."""
    folder: Path = tmp_path_factory.mktemp("tower") / "case"
    return insured(folder)


def test_the_tower_of_the_worked_example_as_a_case_pays_60_and_not_75(tower: Written) -> None:
    rows = {row["source"]: row for row in tower.rows("coverage")}
    told = {name: (row["ground_up"], row["covered"], row["due"], row["distributed"]) for name, row in rows.items()}
    assert told == {
        "primary": ("120000000.00", "80000000.00", "15000000.00", "15000000.00"),
        "excess": ("120000000.00", "80000000.00", "45000000.00", "45000000.00"),
    }
    assert tower.due("insurance:primary") == {"ann": "11250000.00", "ben": "3750000.00"}
    assert tower.due("insurance:excess") == {"ann": "33750000.00", "ben": "11250000.00"}
