"""The command line as a person and a script meet it: stdout is data, stderr is talk, one exit code."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path

import pytest

from administrator.cli import main

ACCOUNT = "000012"


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo case, run once."""
    folder = tmp_path_factory.mktemp("cli") / "demo"
    assert main(["demo", "--keep", str(folder), "--quiet"]) == 0
    return folder


def out_of(case: Path) -> Path:
    (folder,) = (case / "out").iterdir()
    return folder


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def test_a_run_prints_a_summary_on_stdout_and_progress_on_stderr(
    demo: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["run", str(demo), "--fresh", "--out", str(tmp_path / "o")]) == 0
    said = capsys.readouterr()
    for row in rows(tmp_path / "o/reconciliation.csv"):
        assert f"{row['asset']} " in said.out
        assert row["shortfall"] in said.out
    assert "load" in said.err
    assert "load" not in said.out


def test_json_is_the_same_figures_and_nothing_else(
    demo: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["run", str(demo), "--out", str(tmp_path / "o"), "--json"]) == 0
    summary = json.loads(capsys.readouterr().out)
    pools = {row["pool"]: row for row in rows(tmp_path / "o/pools.csv")}
    assert {asset["asset"]: asset["awarded"] for asset in summary["assets"]} == {
        name: row["awarded"] for name, row in pools.items()
    }
    assert summary["is_blocked"] is False


def test_quiet_says_nothing(demo: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", str(demo), "--out", str(tmp_path / "o"), "--quiet"]) == 0
    said = capsys.readouterr()
    assert (said.out, said.err) == ("", "")


def test_the_same_case_meets_the_same_folder_and_the_same_bytes(demo: Path) -> None:
    before = {path.name: path.read_bytes() for path in out_of(demo).iterdir()}
    assert main(["run", str(demo), "--quiet"]) == 0
    assert {path.name: path.read_bytes() for path in out_of(demo).iterdir()} == before


def test_what_leaves_verifies(demo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["verify", str(out_of(demo))]) == 0
    assert "Not to be seen without the case" in capsys.readouterr().out


def test_a_changed_file_is_refused(demo: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "changed"
    shutil.copytree(out_of(demo), folder)
    schedule = folder / "schedule.csv"
    schedule.write_text(schedule.read_text(encoding="utf-8").replace(",pay,", ",withhold,", 1), encoding="utf-8")
    assert main(["verify", str(folder)]) == 1
    assert "schedule.csv" in capsys.readouterr().out


def test_explain_leads_each_figure_of_the_schedule_back_to_a_row(
    demo: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["explain", str(demo), ACCOUNT]) == 0
    said = capsys.readouterr().out
    lines = [row for row in rows(out_of(demo) / "schedule.csv") if row["account"] == ACCOUNT]
    assert lines
    for line in lines:
        assert f"{line['quantity']} {line['pay_asset']}" in said
    claims = [row for row in rows(out_of(demo) / "claims.csv") if row["account"] == ACCOUNT]
    for claim in claims:
        assert f"claim on {claim['asset']}, allowed = {claim['allowed']}" in said
    assert "inputs/balance.csv.gz:" in said


def test_the_arithmetic_that_explain_writes_out_is_right(demo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    accounts = [row["account"] for row in rows(out_of(demo) / "claims.csv")][::400]
    checked = 0
    for account in accounts:
        assert main(["explain", str(demo), account]) == 0
        for line in capsys.readouterr().out.splitlines():
            if "in base units:" in line:
                left, _, right = line.split(":")[1].partition("=")
                product, _, divisor = left.partition("/")
                claim, _, payable = product.partition("x")
                result = int(right.split(",")[0])
                assert result == int(claim) * int(payable) // int(divisor)
                checked += 1
    assert checked > 5


def test_an_unknown_account_is_one_line_and_code_2(demo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", str(demo), "nobody"]) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_a_case_that_changed_since_is_stale_with_code_6(
    demo: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    case = tmp_path / "case"
    shutil.copytree(demo, case)
    with (case / "case.toml").open("a", encoding="utf-8") as stream:
        stream.write("\n# a note\n")
    assert main(["explain", str(case), ACCOUNT]) == 6
    assert "Run `administrator run` again" in capsys.readouterr().err


def test_a_case_that_was_never_run_says_so_with_code_8(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from administrator.usecases.demonstrating import copy_demo

    assert main(["explain", str(copy_demo(tmp_path / "case")), ACCOUNT]) == 8
    assert "administrator run" in capsys.readouterr().err


def test_law_lists_the_regimes_and_refuses_an_unknown_one(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["law"]) == 0
    assert "japan_payment_services" in capsys.readouterr().out
    assert main(["law", "atlantis"]) == 5


@pytest.mark.parametrize("arguments", [[], ["fly"], ["run"], ["run", "x", "--threads", "two"]])
def test_misuse_is_code_2(arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(arguments)
    assert stopped.value.code == 2
