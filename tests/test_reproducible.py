"""Do the same inputs give the same bytes, wherever and however they are computed?

The demo case is run as a program of its own each time: by one thread and by two, in other time zones, locales and hash
seeds, from a folder with a space and Japanese letters in its name, and with the rows of all its inputs shuffled. Every
file is compared byte by byte, the manifest too. Shuffled inputs are other inputs: there only their hashes may differ,
and the row numbers that findings name.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

from administrator.usecases.demonstrating import copy_demo
from tests.test_cases import manifest_of, rows_of, sheets, shuffle_rows, unlike

ROOT = Path(__file__).resolve().parents[1]
FILES = {
    "findings.csv", "rejects.csv", "reconciliation.csv", "bridge.csv", "segregation.csv", "flows.csv", "losses.csv",
    "coverage.csv", "claims.csv", "bases.csv", "pools.csv", "schedule.csv", "holders.csv", "returnable.csv",
    "titles.csv", "set_offs.csv", "accounts.csv", "deliveries.csv", "plan.json", "manifest.json",
}
SURROUNDINGS: dict[str, dict[str, str]] = {
    "new-york": {"TZ": "America/New_York", "LANG": "C", "LC_ALL": "C"},
    "tokyo": {"TZ": "Asia/Tokyo", "LANG": "ja_JP.UTF-8", "LC_ALL": "ja_JP.UTF-8", "PYTHONHASHSEED": "4294967295"},
    "turkish": {"LANG": "tr_TR.UTF-8", "LC_ALL": "tr_TR.UTF-8", "LC_NUMERIC": "de_DE.UTF-8", "PYTHONHASHSEED": "0"},
    "posix": {"LANG": "POSIX", "LC_ALL": "POSIX", "PYTHONHASHSEED": "1", "COLUMNS": "20"},
}


def run(case: Path, out: Path, *arguments: str, **surroundings: str) -> Path:
    """Run a case as a program of its own, in these surroundings."""
    ours = ("LC_", "LANG", "TZ", "PYTHONHASH")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    done = subprocess.run(
        [sys.executable, "-m", "administrator", "run", str(case), "--out", str(out), *arguments],
        cwd=ROOT, env=kept | surroundings, capture_output=True, check=False, timeout=300,
    )
    assert done.returncode == 0, done.stderr.decode("utf-8", "replace")
    return out


def digests(out: Path) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(out.iterdir())}


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copy_demo(tmp_path_factory.mktemp("demo") / "case")


@pytest.fixture(scope="module")
def reference(case: Path) -> Path:
    """What one thread makes of the demo case in UTC."""
    return run(case, case.parent / "out", "--threads", "1", TZ="UTC", LANG="C.UTF-8", PYTHONHASHSEED="123")


def test_a_run_writes_the_files_of_the_contract_and_no_other(reference: Path) -> None:
    assert set(digests(reference)) == FILES
    assert len(rows_of(reference / "schedule.csv")) > 5_000


def test_a_second_run_gives_the_same_bytes(case: Path, reference: Path, tmp_path: Path) -> None:
    assert digests(run(case, tmp_path / "out", "--threads", "1", TZ="UTC")) == digests(reference)


def test_two_threads_and_little_memory_give_the_same_bytes(case: Path, reference: Path, tmp_path: Path) -> None:
    assert digests(run(case, tmp_path / "out", "--threads", "2", "--memory", "400MB")) == digests(reference)


@pytest.mark.parametrize("name", SURROUNDINGS)
def test_time_zone_locale_and_hash_seed_change_no_byte(name: str, case: Path, reference: Path, tmp_path: Path) -> None:
    assert digests(run(case, tmp_path / "out", **SURROUNDINGS[name])) == digests(reference)


def test_a_terminal_that_cannot_write_japanese_changes_no_byte(case: Path, reference: Path, tmp_path: Path) -> None:
    """The title of the demo case is Japanese; what stdout cannot say must not end a run that is sealed already."""
    assert digests(run(case, tmp_path / "out", PYTHONIOENCODING="ascii")) == digests(reference)


def test_another_folder_gives_the_same_bytes(reference: Path, tmp_path: Path) -> None:
    folder = tmp_path / "破産者 見本 'quoted' & co"
    case = copy_demo(folder / "case of the 事件")
    assert digests(run(case, folder / "出力 folder", LANG="C.UTF-8")) == digests(reference)


def test_the_folder_of_its_own_that_a_run_chooses_holds_the_same_bytes(reference: Path, tmp_path: Path) -> None:
    case = copy_demo(tmp_path / "case")
    done = subprocess.run([sys.executable, "-m", "administrator", "run", str(case), "--quiet"], cwd=ROOT,
                          capture_output=True, check=False, timeout=300)
    assert done.returncode == 0, done.stderr
    assert done.stdout == b""
    (out,) = (case / "out").iterdir()
    assert digests(out) == digests(reference)


def test_shuffled_rows_give_the_same_bytes(reference: Path, tmp_path: Path) -> None:
    case = copy_demo(tmp_path / "case")
    before = {sheet.path: list(sheet.records) for sheet in sheets(case)}
    places = shuffle_rows(case, 20260331)
    assert any(list(sheet.records) != before[sheet.path] for sheet in sheets(case))
    out = run(case, tmp_path / "out", "--threads", "2")
    assert unlike(reference, out, places) == []
    assert manifest_of(out)["inputs"] == manifest_of(reference)["inputs"]
    assert digests(out)["manifest.json"] != digests(reference)["manifest.json"], "other inputs, another seal"


def test_the_comparison_would_notice_one_byte(reference: Path, tmp_path: Path) -> None:
    for path in reference.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    assert unlike(reference, tmp_path, {}) == []
    schedule = tmp_path / "schedule.csv"
    schedule.write_bytes(schedule.read_bytes().replace(b",pay,", b",pay ,", 1))
    assert unlike(reference, tmp_path, {}) == ["shuffled: schedule.csv"]
