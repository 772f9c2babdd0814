"""Pictures: nothing overlaps, no figure is cut, nobody's text does anything, and the bytes are the same every time."""

from __future__ import annotations

import hashlib
import os
import random
import re
import subprocess
import sys
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree

import networkx
import pytest
from rich.cells import cell_len

from administrator.pictures import png as drawing
from administrator.pictures.arrange import columns_of, goes_on, settled
from administrator.pictures.diagram import Chart, Diagram, Layer, Link, Mark, Node, Series, in_order
from administrator.pictures.fonts import characters_of, choose, faces_in, system_folders
from administrator.pictures.graphml import diagram_graphml, exactly
from administrator.pictures.layout import FLOW_HEIGHT, SLOT, Layout, lay_out, overlaps
from administrator.pictures.measure import text_width, visible
from administrator.pictures.places import Box
from administrator.pictures.plot import plot, plot_overlaps, tick_texts, ticks
from administrator.pictures.plot_svg import chart_svg
from administrator.pictures.plot_text import chart_lines
from administrator.pictures.png import PictureError, png
from administrator.pictures.svg import FAMILIES, diagram_svg
from administrator.pictures.text import diagram_lines
from tests.pictured import HOSTILE, decimal, random_diagram, theft, two_years
from tests.pictured_font import LATIN, collection, font

SEEDS = range(24)
SVG = "{http://www.w3.org/2000/svg}"
ELEMENTS = {"svg", "title", "desc", "defs", "pattern", "g", "path", "rect", "text"}
ATTRIBUTES = {
    "version", "role", "width", "height", "viewBox", "font-family", "font-size", "text-anchor", "id", "patternUnits",
    "x", "y", "rx", "d", "fill", "stroke", "stroke-width", "stroke-dasharray",
}  # fmt: skip
WORD = re.compile(r"none|#[0-9a-f]{6}|url\(#kind-[a-z]+\)")
PATH = re.compile(r"[MLHVCQZlhv0-9 -]*")


def parsed(svg: str) -> ElementTree.Element:
    return ElementTree.fromstring(svg)  # noqa: S314  it is our own


def diagram_of(number: int) -> Diagram:
    print("seed", number)
    seed = random.Random(number)
    nodes = seed.choice((0, 1, 2, 3, 7, 12, 25))
    return random_diagram(seed, nodes, seed.randrange(2 * nodes + 1))


def chart_of(number: int) -> Chart:
    print("seed", number)
    seed = random.Random(number)
    days = sorted({date(2020, 1, 1) + timedelta(days=seed.randrange(seed.choice((2, 50, 4_000)))) for _ in range(60)})
    days = days[: seed.choice((0, 1, 2, 40, 60))]
    decimals = seed.choice((0, 8, 18))
    series = []
    for _ in range(seed.randrange(7)):
        size = seed.choice((1, 10**6, 10**30))
        units = [seed.randrange(-size, size) if seed.random() < 0.9 else 0 for _ in days]
        series.append(Series(seed.choice(HOSTILE), tuple(units), tuple(decimal(one, decimals) for one in units)))
    happened = [date(2020, 1, 1) + timedelta(days=seed.randrange(90)) for _ in range(seed.randrange(9))]
    marks = [Mark(day, seed.choice(HOSTILE)) for day in happened]
    return Chart(seed.choice(HOSTILE), "<BTC>", tuple(days), tuple(series), tuple(marks))


def shuffled(diagram: Diagram, number: int) -> Diagram:
    nodes, links = list(diagram.nodes), list(diagram.links)
    random.Random(number).shuffle(nodes)
    random.Random(number).shuffle(links)
    return replace(diagram, nodes=tuple(nodes), links=tuple(links))


def crossed_boxes(layout: Layout) -> list[tuple[int, str]]:
    """Name the bands that run through a box: level pieces that share a point with its inside."""
    wrong = []
    for band in layout.bands:
        for (x, y), (next_x, next_y) in pairwise(band.points):
            width = 0 if band.is_apart else band.width
            high, wide = abs(next_y - y) + width, abs(next_x - x)
            piece = Box(min(x, next_x), min(y, next_y) - width // 2, wide or 1, high or 1)
            # A piece that turns lies in a gap between columns; its box is larger than it is, and no node stands there.
            wrong += [(band.number, one.node.key) for one in layout.nodes if one.box.meets(piece)]
    return wrong


# Layout


@pytest.mark.parametrize("number", SEEDS)
def test_nothing_overlaps_and_all_lies_inside_the_picture(number: int) -> None:
    layout = lay_out(diagram_of(number))
    assert overlaps(layout) == []
    assert crossed_boxes(layout) == []
    canvas = Box(0, 0, layout.width, layout.height)
    for band in layout.bands:
        width = 2 if band.is_apart else band.width
        assert all(canvas.holds(Box(x, y - width // 2, 0, width)) for x, y in band.points)


@pytest.mark.parametrize("number", SEEDS)
def test_a_band_is_as_wide_as_its_units_say_and_never_narrower_than_one(number: int) -> None:
    bands = lay_out(diagram_of(number)).bands
    for one, other in pairwise(sorted(bands, key=lambda band: band.link.units)):
        assert 1 <= one.width <= other.width


@pytest.mark.parametrize("number", SEEDS)
def test_bands_leave_and_reach_a_box_side_by_side(number: int) -> None:
    layout = lay_out(diagram_of(number))
    for placed in layout.nodes:
        for key, end in (("sender", 0), ("recipient", -1)):
            ends = sorted(
                (band.points[end][1] - max(SLOT, size) // 2, max(SLOT, size))
                for band in layout.bands
                if getattr(band.link, key) == placed.node.key
                for size in [SLOT if band.is_apart else band.width]
            )
            assert all(top + size <= below for (top, size), (below, _) in pairwise(ends))
            if ends:
                assert placed.box.y <= ends[0][0]
                assert sum(ends[-1]) <= placed.box.y + placed.box.height


@pytest.mark.parametrize("number", SEEDS)
def test_the_order_in_which_a_diagram_was_made_changes_nothing(number: int) -> None:
    diagram = diagram_of(number)
    other = shuffled(diagram, number)
    assert lay_out(diagram) == lay_out(other)
    assert diagram_svg(diagram) == diagram_svg(other)
    assert diagram_graphml(diagram) == diagram_graphml(other)
    assert diagram_lines(diagram, 80, "utf-8") == diagram_lines(other, 80, "utf-8")


def test_two_hundred_nodes_are_laid_out_without_an_overlap() -> None:
    seed = random.Random(200)
    diagram = random_diagram(seed, 200, 300)
    layout = lay_out(diagram)
    assert len(layout.nodes) == 200
    assert len(layout.bands) == len(diagram.links) > 200
    assert overlaps(layout) == []
    assert crossed_boxes(layout) == []


def test_all_that_passes_a_column_fills_the_height_of_the_flows() -> None:
    layout = lay_out(theft())
    customers = next(placed for placed in layout.nodes if placed.node.key == "customers")
    assert customers.units_height == FLOW_HEIGHT
    into = [band.width for band in layout.bands if band.link.recipient == "customers" and not band.is_apart]
    assert FLOW_HEIGHT - len(into) <= sum(into) <= FLOW_HEIGHT


def test_empty_layers_have_no_column_and_a_layer_that_pays_itself_has_several() -> None:
    columns = columns_of(in_order(theft()))
    assert sorted(set(columns.values())) == list(range(8))
    assert columns["house"] + 1 == columns["fund"]
    assert columns["hop-1"] + 1 == columns["bridge"]


def test_a_circle_that_nobody_marked_is_drawn_apart_and_does_not_hang() -> None:
    nodes = tuple(Node(key, key, "unknown", Layer.HOPS, 5, "5") for key in "abc")
    links = tuple(Link(one, other, 5, "5", 1) for one, other in ("ab", "bc", "ca", "aa"))
    layout = lay_out(Diagram("circle", "BTC", nodes, links))
    assert overlaps(layout) == []
    columns = {placed.node.key: placed.column for placed in layout.nodes}
    for band in layout.bands:
        assert band.is_apart == (not goes_on(band.link, columns))
    assert any(band.is_apart for band in layout.bands)


def test_links_are_numbered_as_one_reads() -> None:
    layout = lay_out(theft())
    place = {placed.node.key: (placed.column, placed.box.y) for placed in layout.nodes}
    assert [band.number for band in layout.bands] == list(range(1, 26))
    senders = [place[band.link.sender] for band in layout.bands]
    assert senders == sorted(senders)


def test_returns_are_drawn_below_all_boxes() -> None:
    layout = lay_out(theft())
    lowest = max(placed.box.y + placed.box.height for placed in layout.nodes)
    returns = [band for band in layout.bands if band.link.is_return]
    assert len(returns) == 3
    for band in returns:
        assert band.is_apart
        assert max(y for _, y in band.points) > lowest


@pytest.mark.parametrize(
    ("nodes", "links"),
    [
        ((Node("a", "", "", Layer.HOPS, 1, "1"), Node("a", "", "", Layer.LIES, 1, "1")), ()),
        ((Node("a", "", "", Layer.HOPS, 1, "1"),), (Link("a", "b", 1, "1", 1),)),
        ((Node("a", "", "", Layer.HOPS, -1, "-1"),), ()),
        ((Node("a", "", "", Layer.HOPS, 1, "1"),), (Link("a", "a", 0, "0", 1),)),
        ((Node("a", "", "", Layer.HOPS, 1, "1"),), (Link("a", "a", 1, "1", 1), Link("a", "a", 2, "2", 1))),
    ],
)
def test_what_is_no_diagram_is_a_wrong_program(nodes: tuple[Node, ...], links: tuple[Link, ...]) -> None:
    with pytest.raises(AssertionError):
        lay_out(Diagram("", "BTC", nodes, links))


def cost(tops: list[int], wishes: list[tuple[int, int]]) -> int:
    return sum((top - wish) ** 2 for top, (wish, _) in zip(tops, wishes, strict=True))


def test_things_settle_in_order_inside_and_as_near_as_can_be() -> None:
    for number in range(200):
        print("seed", number)
        seed = random.Random(number)
        sizes = [seed.randrange(1, 9) for _ in range(seed.randrange(1, 7))]
        room = [sum(sizes[:at]) for at in range(len(sizes))]
        slack = seed.randrange(20)
        wishes = [(seed.randrange(-5, 40), 1) for _ in sizes]
        places = settled(wishes, room, slack)
        assert all(place + size <= below for place, size, below in zip(places, sizes, places[1:], strict=False))
        assert places[0] >= 0
        assert places[-1] + sizes[-1] <= sum(sizes) + slack

        # Whole places are rounded down by less than one, so no step of two of any group may be nearer.
        for start in range(len(sizes)):
            for step in (-2, 2):
                moved = [top + (step if at >= start else 0) for at, top in enumerate(places)]
                is_possible = moved[start] >= (moved[start - 1] + sizes[start - 1] if start else 0)
                if is_possible and moved[-1] + sizes[-1] <= sum(sizes) + slack:
                    assert cost(places, wishes) <= cost(moved, wishes)


# SVG


@pytest.mark.parametrize("number", SEEDS)
def test_an_svg_has_nothing_in_it_but_shapes_and_text(number: int) -> None:
    for svg in (diagram_svg(diagram_of(number)), chart_svg(chart_of(number))):
        for element in parsed(svg).iter():
            assert element.tag.removeprefix(SVG) in ELEMENTS
            assert set(element.attrib) <= ATTRIBUTES
            assert all(WORD.fullmatch(element.attrib.get(name, "none")) for name in ("fill", "stroke"))
            assert PATH.fullmatch(element.attrib.get("d", ""))
        outside = re.sub(r">[^<]*<", "><", svg)
        assert "http" not in outside.replace("http://www.w3.org/2000/svg", "")


@pytest.mark.parametrize("label", HOSTILE)
def test_a_hostile_label_is_shown_as_text_and_breaks_out_of_nothing(label: str) -> None:
    node = Node("k", label, label, Layer.TAKERS, 1, "1", label)
    diagram = Diagram(label, label, (node,), (Link("k", "k", 1, "1", 1, True),), (label,))
    assert overlaps(lay_out(diagram)) == []
    root = parsed(diagram_svg(diagram))
    title = root.find(f"{SVG}title")
    assert title is not None
    assert title.text == visible(label)
    boxed = [element.text for element in root.iter(f"{SVG}title")]
    assert boxed.count(visible(label)) >= 2
    chart = Chart(label, label, (date(2026, 1, 1),), (Series(label, (1,), ("1",)),), (Mark(date(2026, 1, 1), label),))
    assert plot_overlaps(plot(chart)) == []
    parsed(chart_svg(chart))


def test_a_figure_is_never_cut() -> None:
    units = 10**30
    node = Node("k", "x" * 90, "thief", Layer.TAKERS, units, decimal(units, 18))
    diagram = Diagram("", "ETH", (node,), (Link("k", "k", units, decimal(units, 18), 10**12, True),))
    shown = [element.text for element in parsed(diagram_svg(diagram)).iter(f"{SVG}text")]
    assert shown.count("1000000000000.000000000000000000") == 2
    assert "1,000,000,000,000, back" in shown


def test_every_quantity_of_the_diagram_stands_in_the_picture() -> None:
    diagram = theft()
    shown = [element.text for element in parsed(diagram_svg(diagram)).iter(f"{SVG}text")]
    for quantity in [node.quantity for node in diagram.nodes] + [link.quantity for link in diagram.links]:
        assert quantity in shown


def test_kinds_are_told_apart_without_colour() -> None:
    root = parsed(diagram_svg(theft()))
    words = {element.text for element in root.iter(f"{SVG}text")}
    assert {node.kind for node in theft().nodes} <= words
    motifs = [path.attrib["d"] for pattern in root.iter(f"{SVG}pattern") for path in pattern.iter(f"{SVG}path")]
    assert len(motifs) > 5
    # Parties nobody knows and parties folded into one have broken outlines too.
    assert len(set(motifs)) >= len(motifs) - 1


# Charts


@pytest.mark.parametrize("number", SEEDS)
def test_a_chart_has_no_overlaps_and_its_lines_stay_between_the_axes(number: int) -> None:
    chart = chart_of(number)
    placed = plot(chart)
    assert plot_overlaps(placed) == []
    area = placed.area
    assert area.y <= placed.zero <= area.y + area.height
    for series, curve in zip(chart.series, placed.curves, strict=True):
        assert all(area.holds(Box(x, y, 0, 0)) for x, y in curve.points)
        assert all(x == next_x or y == next_y for (x, y), (next_x, next_y) in pairwise(curve.points))
        for units, (_, y) in zip(series.units[-1:], curve.points[-1:], strict=True):
            # Above zero is up; on paper y grows downwards.
            assert (units >= 0) == (y <= placed.zero) or abs(y - placed.zero) <= 1


def test_ticks_are_round_few_and_enclose_all() -> None:
    for number in range(300):
        print("seed", number)
        seed = random.Random(number)
        size = 10 ** seed.randrange(1, 38)
        low, high = sorted((seed.randrange(-size, size), seed.randrange(-size, size)))
        marks = ticks(low, high)
        assert 0 in marks
        assert marks[0] <= min(low, 0) <= max(high, 0) <= marks[-1]
        steps = {other - one for one, other in pairwise(marks)}
        assert len(steps) == 1
        assert str(steps.pop()).rstrip("0") in ("1", "2", "25", "5")
        assert len(marks) <= 6
        if max(high, 0) - min(low, 0) >= 50:
            assert len(marks) >= 4
        texts = tick_texts(marks, 8)
        for mark, text in zip(marks, texts, strict=True):
            whole, _, fraction = text.replace(",", "").partition(".")
            assert int(whole + fraction.ljust(8, "0")) == mark


def test_ticks_of_nothing_are_zero_and_one() -> None:
    assert ticks(0, 0) == (0, 1)


def test_marks_are_numbered_by_day_and_those_outside_are_said() -> None:
    chart = two_years()
    chart = replace(chart, marks=(*chart.marks[::-1], Mark(date(2030, 1, 1), "later")))
    placed = plot(chart)
    assert [mark.mark.label[:4] for mark in placed.marks] == ["With", "Hot ", "With", "Comm", "late"]
    assert placed.marks[-1].x is None
    assert "later (outside of the days shown)" in [text.shown for text in placed.legend]


def test_line_ends_that_meet_have_labels_that_do_not() -> None:
    days = (date(2026, 1, 1), date(2026, 1, 2))
    series = tuple(Series(f"series {at}", (0, 5), ("0", "5")) for at in range(12))
    placed = plot(Chart("", "JPY", days, series))
    assert plot_overlaps(placed) == []
    assert len({curve.texts[0].box.y for curve in placed.curves}) == 12


@pytest.mark.parametrize("texts", [("1.0", "2"), ("1", "3"), ("1",), ("1,000", "2")])
def test_texts_that_are_not_the_units_are_a_wrong_program(texts: tuple[str, ...]) -> None:
    with pytest.raises(AssertionError):
        plot(Chart("", "JPY", (date(2026, 1, 1), date(2026, 1, 2)), (Series("s", (1, 2), texts),)))


def test_days_that_do_not_ascend_are_a_wrong_program() -> None:
    with pytest.raises(AssertionError):
        plot(Chart("", "JPY", (date(2026, 1, 2), date(2026, 1, 1)), ()))


# GraphML


@pytest.mark.parametrize("number", SEEDS)
def test_graphml_read_back_is_the_diagram(number: int, tmp_path: Path) -> None:
    diagram = diagram_of(number)
    (tmp_path / "flows.graphml").write_text(diagram_graphml(diagram), encoding="utf-8", newline="\n")
    graph = networkx.read_graphml(tmp_path / "flows.graphml")
    assert graph.is_directed()
    assert set(graph.nodes) == {exactly(node.key) for node in diagram.nodes}
    assert len(graph.nodes) == len(diagram.nodes)
    for node in diagram.nodes:
        read = graph.nodes[exactly(node.key)]
        assert int(read["units"]) == node.units
        assert read["layer"] == node.layer
        for name in ("label", "kind", "quantity", "note"):
            assert read.get(name, "") == exactly(getattr(node, name))
    assert set(graph.edges) == {(exactly(link.sender), exactly(link.recipient)) for link in diagram.links}
    for link in diagram.links:
        read = graph.edges[exactly(link.sender), exactly(link.recipient)]
        assert (int(read["units"]), read["quantity"]) == (link.units, link.quantity)
        assert (read["transfers"], read["is_return"]) == (link.transfers, link.is_return)


def test_graphml_has_the_places_of_the_picture(tmp_path: Path) -> None:
    (tmp_path / "flows.graphml").write_text(diagram_graphml(theft()), encoding="utf-8", newline="\n")
    graph = networkx.read_graphml(tmp_path / "flows.graphml")
    for placed in lay_out(theft()).nodes:
        read = graph.nodes[placed.node.key]
        assert placed.box.holds(Box(read["x"], read["y"], 0, 0))
        assert read["column"] == placed.column


# Text


@pytest.mark.parametrize("number", SEEDS)
def test_text_is_never_wider_than_asked_for(number: int) -> None:
    diagram, chart = diagram_of(number), chart_of(number)
    widths = (40, 60, 80, random.Random(number).randrange(40, 201))
    for encoding in ("utf-8", "ascii"):
        for columns in widths:
            for line in diagram_lines(diagram, columns, encoding) + chart_lines(chart, columns, encoding):
                assert cell_len(line) <= columns
                line.encode(encoding)
                assert line.replace("\u3000", "").isprintable()


def test_text_says_every_flow_with_its_number_and_quantity() -> None:
    for columns in (40, 80, 120):
        text = "\n".join(diagram_lines(theft(), columns, "utf-8"))
        for band in lay_out(theft()).bands:
            arrow = "<-" if band.link.is_return else "->"
            assert re.search(rf"^ +{band.number} {arrow} +{re.escape(band.link.quantity)} ", text, re.MULTILINE)


def test_figures_line_up_whatever_the_names_are() -> None:
    lines = diagram_lines(theft(), 80, "utf-8")
    points = {line.index(".") for line in lines if line.startswith("* ")}
    assert len(points) == 1
    assert any("顧客ウォレット" in line for line in lines)


def test_a_terminal_without_blocks_gets_ascii() -> None:
    lines = diagram_lines(theft(), 80, "ascii") + chart_lines(two_years(), 80, "ascii")
    assert all(line.isascii() for line in lines)
    assert any("#####" in line for line in lines)


def test_values_below_zero_stand_on_the_other_side_of_the_axis() -> None:
    days = (date(2026, 1, 1), date(2026, 1, 2), date(2026, 1, 3))
    chart = Chart("", "JPY", days, (Series("s", (-50, 0, 50), ("-50", "0", "50")),))
    rows = [line for line in chart_lines(chart, 80, "ascii") if "2026-" in line]
    axis = {row.index("|") for row in rows}
    assert len(axis) == 1
    assert rows[0].endswith("-|")
    assert rows[1].endswith(" |")
    assert rows[2].endswith("|" + "#" * (len(rows[2]) - axis.pop() - 1))


def test_two_years_are_shown_by_month_and_forty_days_by_day() -> None:
    chart = two_years()
    assert sum("2024-04-" in line for line in chart_lines(chart, 80, "utf-8")) == 2 * len(chart.series)
    short = replace(
        chart,
        days=chart.days[:40],
        series=tuple(replace(one, units=one.units[:40], texts=one.texts[:40]) for one in chart.series),
        marks=(),
    )
    for series in short.series:
        assert all(any(text in line for line in chart_lines(short, 80, "utf-8")) for text in series.texts)


# PNG


@pytest.fixture
def fonts(tmp_path: Path) -> Path:
    folder = tmp_path / "fonts"
    folder.mkdir()
    (folder / "latin.ttf").write_bytes(font(LATIN, "DejaVu Sans", cmap_format=4))
    return folder


def tiny(label: str) -> str:
    return diagram_svg(Diagram(label, "BTC", (Node("a", label, "thief", Layer.TAKERS, 1, "1.0"),), ()))


def test_a_png_has_the_announced_size_and_the_same_bytes_twice(fonts: Path) -> None:
    svg = tiny("Anna")
    root = parsed(svg)
    for zoom in (1, 2):
        drawn = png(svg, [fonts], zoom)
        assert drawn[:8] == b"\x89PNG\r\n\x1a\n"
        size = (int.from_bytes(drawn[16:20]), int.from_bytes(drawn[20:24]))
        assert size == (int(root.attrib["width"]) * zoom, int(root.attrib["height"]) * zoom)
        assert png(svg, [fonts], zoom) == drawn


def test_a_name_no_font_has_is_refused_and_named(fonts: Path) -> None:
    said = r"no font found on this machine has 山 \(U\+5C71\), 田 \(U\+7530\); .*Noto Sans CJK.*SVG"
    with pytest.raises(PictureError, match=said):
        png(tiny("山田"), [fonts], 1)


def test_a_name_that_a_second_font_has_is_drawn(fonts: Path) -> None:
    japanese = font(LATIN + "山田", "Noto Sans CJK JP", is_bold=True)
    (fonts / "japanese.ttc").write_bytes(collection(font("犬", "Other"), japanese))
    svg = tiny("山田")
    blank = svg.replace(">山田<", ">\u3000\u3000<")
    assert blank != svg
    assert png(svg, [fonts], 1) != png(blank, [fonts], 1)


def test_a_machine_without_fonts_is_told_so(tmp_path: Path) -> None:
    with pytest.raises(PictureError, match="no font with Latin letters"):
        png(tiny("Anna"), [tmp_path], 1)


def test_a_picture_too_large_is_refused_before_it_is_drawn(monkeypatch: pytest.MonkeyPatch, fonts: Path) -> None:
    monkeypatch.setattr(drawing, "PIXELS_MAX", 1000)
    with pytest.raises(PictureError, match="more than 1000"):
        png(tiny("Anna"), [fonts], 1)


@pytest.mark.parametrize("layout", [4, 12])
def test_the_characters_of_a_font_are_read(layout: int, tmp_path: Path) -> None:
    has = LATIN + "株式会社é" + ("\U00020bb7" if layout == 12 else "")
    (tmp_path / "one.ttf").write_bytes(font(has, "One", cmap_format=layout))
    (face,) = faces_in([tmp_path])
    assert face.families == {"One"}
    assert face.is_regular
    assert characters_of(face) == set(map(ord, has))


def test_fonts_are_taken_in_order_of_preference_and_no_more_than_needed(tmp_path: Path) -> None:
    (tmp_path / "a.ttf").write_bytes(font(LATIN, "Aardvark"))
    (tmp_path / "b.ttf").write_bytes(font(LATIN, "Noto Sans", is_bold=True))
    (tmp_path / "c.ttf").write_bytes(font(LATIN, "DejaVu Sans"))
    (tmp_path / "d.ttf").write_bytes(font(LATIN + "山", "Noto Sans CJK JP"))
    (tmp_path / "e.txt").write_bytes(font(LATIN, "Noto Sans"))
    chosen = choose(["abc"], FAMILIES, [tmp_path])
    assert ([path.name for path in chosen.paths], chosen.family, chosen.missing) == (["c.ttf"], "DejaVu Sans", ())
    chosen = choose(["a山田"], FAMILIES, [tmp_path])
    assert ([path.name for path in chosen.paths], chosen.missing) == (["c.ttf", "d.ttf"], ("田",))


def test_broken_fonts_are_left_out(tmp_path: Path) -> None:
    whole = font(LATIN, "Whole")
    for cut in range(0, len(whole), 97):
        (tmp_path / f"{cut}.ttf").write_bytes(whole[:cut])
    seed = random.Random(5)
    for number in range(60):
        broken = bytearray(whole)
        for _ in range(8):
            broken[seed.randrange(min(len(broken), 900))] = seed.randrange(256)
        (tmp_path / f"broken-{number}.otf").write_bytes(bytes(broken))
    for face in faces_in([tmp_path]):
        assert max(characters_of(face), default=0) <= sys.maxunicode


def test_each_system_keeps_its_fonts_where_it_does() -> None:
    linux = system_folders({"HOME": "/home/a"}, "linux")
    assert [path.as_posix() for path in linux] == [
        "/usr/local/share/fonts", "/usr/share/fonts", "/home/a/.local/share/fonts", "/home/a/.fonts",
    ]  # fmt: skip
    assert "/System/Library/Fonts" in [path.as_posix() for path in system_folders({"HOME": "/Users/a"}, "darwin")]
    assert len(system_folders({"WINDIR": "C:\\Windows", "LOCALAPPDATA": "C:\\a"}, "win32")) == 2


def test_a_text_is_measured_no_narrower_than_its_letters() -> None:
    assert text_width("a" * 10, 100) >= 613
    assert text_width("株" * 10, 100) == 1_000
    for text in HOSTILE:
        assert text_width(visible(text), 13) >= text_width(visible(text), 10) >= 0


# All of it, in another process


def all_bytes() -> str:
    text = [diagram_svg(theft()), diagram_graphml(theft()), chart_svg(two_years())]
    text += diagram_lines(theft(), 80, "utf-8") + chart_lines(two_years(), 80, "utf-8")
    return hashlib.sha256("\n".join(text).encode()).hexdigest()


def test_another_process_with_another_hash_seed_and_locale_draws_the_same_bytes() -> None:
    environment = {**os.environ, "PYTHONHASHSEED": "7", "LC_ALL": "C", "TZ": "Asia/Tokyo"}
    code = "from tests.test_pictures import all_bytes; print(all_bytes())"
    root = Path(__file__).parent.parent
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == all_bytes()
