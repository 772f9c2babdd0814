"""`administrator history` on the demo: told, drawn, written."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from rich.cells import cell_len

from administrator.cli import main


def asked(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = main(["history", *arguments])
    said = capsys.readouterr()
    return code, said.out, said.err


def test_it_tells_a_judge_since_when_and_what_moved_it(demo_run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for more in ((), ("--asset", "BTC"), ("--asset", "BTC", "--picture")):
        code, out, err = asked(capsys, str(demo_run), *more)
        assert (code, err) == (0, "")
        assert max(map(cell_len, out.splitlines())) <= 80
    code, out, _ = asked(capsys, str(demo_run), "--asset", "BTC")
    assert "Short without a break since 2025-11-08, 143 days before commencement." in out
    assert "+1.00921399 taken by operator-bitcoin" in out


def test_files_and_pictures_are_new_files(demo_run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    svg, out = tmp_path / "h.svg", tmp_path / "out"
    code, said, _ = asked(capsys, str(demo_run), "--asset", "BTC", "--svg", str(svg), "--out", str(out), "--json")
    assert code == 0
    assert json.loads(said)["assets"][0]["asset"] == "BTC"
    assert svg.read_text(encoding="utf-8").startswith("<")
    assert sorted(path.name for path in out.iterdir()) == [
        "history.csv", "history_moves.csv", "segregation_history.csv"
    ]  # fmt: skip
    last = [row for row in (out / "history.csv").read_text().splitlines() if row.startswith("BTC,")][-1]
    assert last.startswith("BTC,2026-03-31,79.49143247,75.03015357,")
    assert asked(capsys, str(demo_run), "--asset", "BTC", "--svg", str(svg))[0] == 8
    assert asked(capsys, str(demo_run), "--out", str(out))[0] == 8


@pytest.mark.parametrize(
    ("arguments", "said"), [(("--asset", "BTX"), "BTX"), (("--picture",), "Name it with --asset")]
)
def test_what_cannot_be_answered_is_one_line(
    arguments: tuple[str, ...], said: str, demo_run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, err = asked(capsys, str(demo_run), *arguments)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert said in err
