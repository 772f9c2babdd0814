"""`administrator flows` on the demo: in words, as a table, as pictures; and what cannot be answered."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from xml.etree import ElementTree

import networkx
import pytest
from rich.cells import cell_len

from administrator.cli import main
from administrator.pictures.layout import lay_out, overlaps
from administrator.usecases.flows import flow_assets, flows
from administrator.usecases.looking import Matter


def asked(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = main(["flows", *arguments])
    said = capsys.readouterr()
    return code, said.out, said.err


def test_no_label_overlaps_another_on_any_picture_of_the_demo(demo_run: Path) -> None:
    with Matter.open(demo_run) as matter:
        assets = flow_assets(matter)
        assert len(assets) >= 5
        for asset in assets:
            assert overlaps(lay_out(flows(matter, asset).diagram)) == []


def test_words_and_picture_fit_80_columns(demo_run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for more in ((), ("--picture",)):
        for asset in ("BTC", "ETH", "JPY", "XRP"):
            code, out, err = asked(capsys, str(demo_run), "--asset", asset, *more)
            assert (code, err) == (0, "")
            assert max(map(cell_len, out.splitlines())) <= 80


def test_pictures_are_files_of_their_kind_and_never_written_over(
    demo_run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    svg, graphml = tmp_path / "flows.svg", tmp_path / "flows.graphml"
    assert asked(capsys, str(demo_run), "--asset", "BTC", "--svg", str(svg), "--graphml", str(graphml))[0] == 0
    assert ElementTree.parse(svg).getroot().tag.endswith("svg")  # noqa: S314  it is our own
    graph = networkx.read_graphml(graphml)
    with Matter.open(demo_run) as matter:
        diagram = flows(matter, "BTC").diagram
    assert (graph.number_of_nodes(), graph.number_of_edges()) == (len(diagram.nodes), len(diagram.links))
    code, _, err = asked(capsys, str(demo_run), "--asset", "BTC", "--svg", str(svg))
    assert code == 8
    assert "is there already" in err


def test_the_csv_of_edges_has_every_edge_and_json_the_same_figures(
    demo_run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "edges.csv"
    code, out, _ = asked(capsys, str(demo_run), "--asset", "BTC", "--csv", str(path), "--json")
    assert code == 0
    with path.open(encoding="utf-8", newline="") as file:
        header, *rows = list(csv.reader(file))
    edges = json.loads(out)["edges"]
    assert edges["columns"] == header
    assert edges["total"] == len(rows) > 10
    assert sorted(map(tuple, edges["rows"])) == sorted(map(tuple, rows[:100]))


def test_the_way_from_the_customers_wallets_to_a_mixer(demo_run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = asked(capsys, str(demo_run), "--asset", "BTC", "--from", "", "--to", "Mixer Gamma")
    assert code == 0
    assert out.splitlines()[1:3] == ["    the customers' wallets", "    unknown intruder"]
    assert "No way leads" in asked(capsys, str(demo_run), "--from", "Mixer Gamma", "--to", "nobody")[1]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [(("--asset", "BTX"), "BTX"), (("--from", "a"), "Give both"), (("--top", "0"), "give a number from 1")],
)
def test_what_cannot_be_answered_is_one_line(
    arguments: tuple[str, ...], said: str, demo_run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, err = asked(capsys, str(demo_run), *arguments)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert said in err
