"""Where it went: hops, paths, circles and what lies where; who mixed it; who is on a list; and how a lawyer is told."""

from __future__ import annotations

import itertools
import random
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import networkx
import pytest
from rich.cells import cell_len

from administrator.pictures.diagram import Diagram, Layer
from administrator.usecases import flows as following
from administrator.usecases.flow_diagram import Booked, diagram_of, layers_of, trail_of
from administrator.usecases.looking import Matter
from administrator.usecases.running import run_case
from ledgers import circuits
from ledgers.circuits import circles, cut_points, paths, round_trips
from ledgers.commingling import Commingled, commingled
from ledgers.errors import CaseError
from ledgers.flows import BREAKS, Edge, destinations, lying
from tests import real_cases as real
from tests.test_real import data, needs_data


def test_units_are_followed_over_hops_to_where_they_lie() -> None:
    edges = [
        Edge("", "thief", 0, 100),
        Edge("thief", "hop", 0, 90),
        Edge("hop", "mixer", 0, 60),
        Edge("hop", "exchange", 0, 30),
    ]
    found = [(d.party, d.hops, d.lies_units) for d in destinations(edges)]
    assert found == [("thief", 0, 10), ("exchange", 2, 30), ("mixer", 2, 60)]


def test_a_cycle_ends_and_each_party_is_named_once() -> None:
    edges = [Edge("", "a", 0, 10), Edge("a", "b", 0, 10), Edge("b", "a", 0, 4)]
    assert [(d.party, d.lies_units) for d in destinations(edges)] == [("a", 4), ("b", 6)]


def test_what_came_back_is_not_followed_through_the_customers() -> None:
    edges = [Edge("", "a", 0, 10), Edge("a", "", 0, 5), Edge("", "b", 0, 3)]
    assert {(d.taker, d.party) for d in destinations(edges)} == {("a", "a"), ("b", "b")}


def test_assets_are_followed_apart() -> None:
    edges = [Edge("", "a", 0, 10), Edge("a", "b", 1, 10)]
    assert [(d.asset_no, d.party) for d in destinations(edges)] == [(0, "a")]


def test_the_order_of_edges_changes_nothing() -> None:
    edges = (
        [Edge("", "t", 0, 10)]
        + [Edge("t", f"h{n}", 0, 5) for n in range(9)]
        + [Edge(f"h{n}", "z", 0, 5) for n in range(9)]
    )
    wanted = list(destinations(edges))
    random.Random(7).shuffle(edges)
    assert list(destinations(edges)) == wanted
    assert wanted[-1].path == ("t", "h0", "z")


def test_a_fee_lies_with_nobody_of_the_trail() -> None:
    edges = [Edge("", "thief", 0, 100, fee_units=7), Edge("thief", "hop", 0, 90, fee_units=10)]
    assert [(d.party, d.lies_units) for d in destinations(edges)] == [("hop", 90)]
    assert lying(edges) == {"": -107, "thief": 0, "hop": 90}


# ---------------------------------------------------------------- ways and circles

NAMES = ("", "b", "c", "山", "É", "f", "<g>")


def edge_sets(count: int) -> Iterator[tuple[random.Random, list[Edge]]]:
    for seed in range(count):
        print("seed", seed)
        rng = random.Random(seed)
        names = NAMES[: rng.randint(1, len(NAMES))]
        pairs = [pair for pair in itertools.product(names, names) if rng.random() < 0.35]
        rng.shuffle(pairs)
        yield rng, [Edge(sender, recipient, 0, rng.randint(1, 4)) for sender, recipient in pairs]


def in_bytes(parties: tuple[str, ...]) -> list[bytes]:
    return [party.encode() for party in parties]


def test_ways_and_circles_are_those_of_networkx_in_their_order(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(circuits, "CIRCUITS_MAX", 10**6)
    monkeypatch.setattr(circuits, "PATHS_MAX", 10**6)
    for rng, edges in edge_sets(150):
        graph = networkx.DiGraph([(edge.sender, edge.recipient) for edge in edges])
        units = {(edge.sender, edge.recipient): edge.units for edge in edges}

        def least(way: tuple[str, ...], units: dict[tuple[str, str], int] = units) -> int:
            return min(units[pair] for pair in itertools.pairwise((*way, way[0])))

        every = []
        for circle in networkx.simple_cycles(graph):
            at = min(range(len(circle)), key=lambda place: circle[place].encode())
            every += [(*circle[at:], *circle[:at])] if len(circle) > 1 else []
        wanted = sorted((c for c in every if "" not in c), key=lambda c: (-least(c), len(c), in_bytes(c)))
        assert [(way.parties, way.units) for way in circles(edges).ways] == [(c, least(c)) for c in wanted]
        wanted = sorted((c for c in every if "" in c), key=lambda c: (len(c), -least(c), in_bytes(c)))
        assert [(way.parties, way.units) for way in round_trips(edges).ways] == [(c, least(c)) for c in wanted]
        origin, target = rng.choice(NAMES), rng.choice(NAMES)
        wanted = []
        if origin in graph and target in graph and origin != target:
            wanted = [tuple(way) for way in networkx.all_simple_paths(graph, origin, target) if "" not in way[1:-1]]
        wanted.sort(key=lambda way: (len(way), in_bytes(way)))
        found = paths(edges, origin, target)
        assert [way.parties for way in found.ways] == wanted
        assert found.is_whole


def test_a_cut_point_is_whom_nothing_can_do_without() -> None:
    for _, edges in edge_sets(150):
        graph = networkx.DiGraph([(edge.sender, edge.recipient) for edge in edges if edge.recipient])
        graph.add_node("")
        lies = lying(edges)
        reached = networkx.descendants(graph, "")
        wanted = {}
        for party in reached - set(graph.successors("")):
            without = graph.copy()
            without.remove_node(party)
            lost = [place for place in reached - networkx.descendants(without, "") - {party} if lies[place] > 0]
            if lost:
                wanted[party] = (len(lost), sum(lies[place] for place in lost))
        found = cut_points(edges, lies)
        assert {cut.party: (cut.places, cut.lies_units) for cut in found} == wanted
        assert [cut.lies_units for cut in found] == sorted((units for _, units in wanted.values()), reverse=True)


def test_too_many_ways_are_cut_off_and_that_is_said() -> None:
    names = [f"p{number:02}" for number in range(40)]
    pairs = sorted(itertools.permutations(names, 2))
    edges = [Edge(sender, recipient, 0, 1 + number) for number, (sender, recipient) in enumerate(pairs)]
    found = circles(edges)
    assert (len(found.ways), found.is_whole) == (circuits.CIRCUITS_MAX, False)
    greatest = [way.units for way in found.ways]
    assert greatest == sorted(greatest, reverse=True)
    assert all(2 <= len(way.parties) <= circuits.CIRCUIT_LENGTH_MAX for way in found.ways)
    found = paths(edges, "p00", "p39")
    assert (len(found.ways), found.is_whole, found.ways[0].parties) == (circuits.PATHS_MAX, False, ("p00", "p39"))


def test_nothing_is_passed_on_before_it_came() -> None:
    def at(day: int) -> datetime:
        return datetime(2026, 1, day, tzinfo=UTC)

    def edge(sender: str, recipient: str, first: int, last: int) -> Edge:
        return Edge(sender, recipient, 0, 5, first_at=at(first), last_at=at(last))

    against = [edge("a", "b", 5, 6), edge("b", "c", 1, 4)]
    assert paths(against, "a", "c").ways == ()
    assert len(paths([against[0], edge("b", "c", 1, 5)], "a", "c").ways) == 1
    assert round_trips([edge("", "a", 5, 5), edge("a", "", 4, 4)]).ways == ()
    assert len(round_trips([edge("", "a", 5, 5), edge("a", "", 4, 6)]).ways) == 1
    # A circle can be gone from any of its parties: b to c to a to b, not from a.
    assert len(circles([edge("a", "b", 3, 3), edge("b", "c", 1, 1), edge("c", "a", 2, 2)]).ways) == 1
    assert circles([edge("a", "b", 3, 3), edge("b", "a", 1, 1), edge("b", "c", 1, 1), edge("c", "b", 1, 1)]).is_whole


# ---------------------------------------------------------------- the picture


def random_flows(seed: int) -> tuple[list[Edge], dict[str, str]]:
    rng = random.Random(seed)
    names = ["", *(f"p{number}" for number in range(rng.randint(1, 40)))]
    kinds = {name: rng.choice(("unknown",) * 5 + ("thief", "house", "exchange", "mixer", "holder")) for name in names}
    kinds[""] = "customers"
    some = names[: rng.randint(1, len(names))]
    pairs = sorted({(rng.choice(names), rng.choice(some)) for _ in range(3 * len(names))})
    rng.shuffle(pairs)
    made = [Edge(a, b, 0, rng.randint(0, 10**30), transfers=rng.randint(1, 5)) for a, b in pairs if a or b]
    return made, kinds


@pytest.mark.parametrize("top", [0, 1, 3, 100])
def test_what_enters_a_folded_node_is_what_enters_those_it_stands_for(top: int) -> None:
    for seed in range(60):
        print("seed", seed)
        edges, kinds = random_flows(seed)
        booked = [Booked("in", None, None, 77, 3), Booked("in", "p0", "mixer", 5, 1), Booked("out", None, None, 9, 1)]
        trail = trail_of(edges, kinds)
        layers = layers_of(edges, kinds, trail)
        picture = diagram_of("BTC", 8, edges, kinds, booked, {}, top=top, short_units=0)
        assert_drawn(picture)
        named = {node.key for node in picture.nodes}
        folded = {party: layer for party, layer in layers.items() if f"party:{party}" not in named}
        for node in picture.nodes:
            if not node.key.startswith("folded:"):
                continue
            _, layer, kind = node.key.split(":")
            members = {p for p in folded if folded[p] == Layer[layer.upper()] and kinds[p] == kind}
            reached = members & set(trail.hops)
            # What an exchange or a mixer sends is drawn as from a source of its own.
            outside = [e for e in edges if e.sender not in members or kinds[e.sender] in BREAKS]
            into = sum(e.units for e in outside if e.recipient in reached and e.sender != e.recipient)
            assert sum(link.units for link in picture.links if link.recipient == node.key) == into
        drawn = sum(link.transfers for link in picture.links)
        assert drawn <= sum(edge.transfers for edge in edges) + 5
        random.Random(seed).shuffle(edges)
        assert diagram_of("BTC", 8, edges, kinds, booked[::-1], {}, top=top, short_units=0) == picture


def assert_drawn(picture: Diagram) -> None:
    """What every picture keeps."""
    keys = [node.key for node in picture.nodes]
    assert len(set(keys)) == len(keys)
    assert [(node.layer, -node.units, node.key.encode()) for node in picture.nodes] == sorted(
        (node.layer, -node.units, node.key.encode()) for node in picture.nodes
    )
    ends = [(link.sender, link.recipient) for link in picture.links]
    assert len(set(ends)) == len(ends)
    assert {end for pair in ends for end in pair} <= set(keys)
    layers = {node.key: node.layer for node in picture.nodes}
    for link in picture.links:
        assert link.units > 0
        assert link.sender != link.recipient
        assert link.is_return or layers[link.sender] <= layers[link.recipient]
    for node in picture.nodes:
        arrived = sum(link.units for link in picture.links if link.recipient == node.key)
        left = sum(link.units for link in picture.links if link.sender == node.key)
        assert node.units == max(arrived, left)


# ---------------------------------------------------------------- a case worked by hand

THIEF = "盗人 \u202e[bold]田中\x1b[2J"
CASE = """
[case]
title = "Following"
trigger = "bankruptcy"
regime = "custom"
commencement_at = 2026-03-31T00:00:00Z
currency = "JPY"
[assets.JPY]
decimals = 0
kind = "fiat"
[assets.BTC]
decimals = 1
[assets."A'B"]
decimals = 0
"""
TABLES = {
    "balance": "account,asset,quantity\nann,BTC,100\n",
    "price": "asset,price\nBTC,1000\n",
    "wallet": "wallet,asset,quantity,purpose,opening\nhot,BTC,90,customer,100\noffice,BTC,5,house,5\n",
    "journal": "posting,posted_at,account,asset,quantity,kind,reference\n"
    "p0,2026-01-01T00:00:00Z,ann,BTC,98,opening,\np1,2026-01-02T00:00:00Z,ann,BTC,3,deposit,b1\n"
    "p2,2026-01-03T00:00:00Z,ann,BTC,-1,withdrawal,b2\n",
    "label": f"address,party,kind,source\nt1,{THIEF},thief,press\nx1,Börse,exchange,\n",
    "sanction": "address,list,entry\nx1,List A,7\nx1,List B,\nnobody,List A,8\n",
    "transfer": "transfer,occurred_at,asset,quantity,sender,recipient,fee\n"
    "b1,2026-01-02T00:00:00Z,BTC,3,d1,hot,\n"
    "b2,2026-01-03T00:00:00Z,BTC,1,hot,c1,\n"
    "a0,2026-01-04T00:00:00Z,BTC,0.3,office,hot,\n"
    "a1,2026-01-05T00:00:00Z,BTC,10,hot,t1,0.1\n"
    "a2,2026-01-06T00:00:00Z,BTC,6,hot,office,\n"
    "a3,2026-01-07T00:00:00Z,BTC,4,s1,office,\n"
    "a4,2026-01-08T00:00:00Z,BTC,7,t1,h1,0.2\n"
    "a5,2026-01-08T00:00:00Z,BTC,0.5,s1,h1,\n"
    "a6,2026-01-09T00:00:00Z,BTC,5,h1,x1,\n"
    "a7,2026-01-10T00:00:00Z,BTC,1,h1,t1,\n"
    "a8,2026-01-11T00:00:00Z,BTC,2,office,hot,\n"
    "a9,2026-01-07T00:00:00Z,BTC,0.7,h2,x1,\n"
    "aa,2026-01-12T00:00:00Z,BTC,0.8,t1,h2,\n"
    "ab,2026-01-12T00:00:00Z,BTC,0.9,x1,h1,\n"
    "ac,2026-04-12T00:00:00Z,BTC,9,t1,h9,\n"
    "ad,2026-01-12T00:00:00Z,A'B,9,h1,h9,\n",
}


def write_case(folder: Path, tables: dict[str, str]) -> Path:
    (folder / "inputs").mkdir(parents=True)
    document = CASE
    for table, text in tables.items():
        (folder / "inputs" / f"{table}.csv").write_text(text, encoding="utf-8")
        document += f'[[sources]]\ntable = "{table}"\npath = "inputs/{table}.csv"\n'
    (folder / "case.toml").write_text(document, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def worked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    case = write_case(tmp_path_factory.mktemp("flows") / "case", TABLES)
    run_case(case, None, lambda _: None, threads=1)
    return case


def test_who_mixed_what_is_worked_by_hand(worked: Path) -> None:
    def on(day: int) -> datetime:
        return datetime(2026, 1, day)

    with Matter.open(worked) as matter:
        btc = matter.books.value("select asset_no from asset where asset = 'BTC'")
        assert commingled(matter.books, btc) == [
            # The opening of 100, a deposit of 3, and 2 that came back; 0.3 of the office's own before it took any.
            Commingled("", "customers", 1050, 2, 3, 1, 0, on(4)),
            # 7 of the thief's; 0.5 of a stranger's and 0.9 from the exchange, which carries nothing on.
            Commingled("h1", "unknown", 70, 1, 14, 2, 0, on(8)),
            Commingled("office", "house", 60, 1, 40, 1, 50, on(6)),
            # What h2 sent on the 7th it had before the thief's came on the 12th.
            Commingled("Börse", "exchange", 50, 1, 7, 1, 0, on(9)),
        ]


def test_the_flows_of_the_worked_case(worked: Path) -> None:
    with Matter.open(worked) as matter:
        flows = following.flows(matter)
        assert flows.asset == following.flow_assets(matter)[0] == "BTC"
        assert (flows.taken, flows.returned) == ("16.0", "2.3")
        takers = [(one.party, one.kind, one.taken, one.returned, one.net) for one in flows.takers]
        assert takers == [(THIEF, "thief", "10.0", "0.0", "10.0"), ("office", "house", "6.0", "2.3", "3.7")]
        # The thief: 10 and 1 back, less 7, 0.8 and a fee of 0.2. h1: 7 came of the trail, less what left it.
        lies = {one.party: (one.quantity, one.hops, one.over) for one in flows.places}
        assert lies == {
            "office": ("6.0", 1, ("office",)),
            "Börse": ("5.7", 3, (THIEF, "h1", "Börse")),
            THIEF: ("3.0", 1, (THIEF,)),
            "h1": ("2.4", 2, (THIEF, "h1")),
            "h2": ("0.1", 2, (THIEF, "h2")),
        }
        assert [route.parties for route in flows.round_trips.routes] == [("", "office")]
        assert [route.parties for route in flows.circles.routes] == [("h1", THIEF)]
        assert flows.cuts == ()
        assert [(met.party, met.kind, met.said_by) for met in flows.labelled] == [
            ("Börse", "exchange", ""), (THIEF, "thief", "press")]
        (listed,) = flows.sanctioned
        assert (listed.address, listed.party, listed.list, listed.entry) == ("x1", "Börse", "List A", "7")
        assert (listed.sent, listed.received, listed.transfers) == ("0.9", "5.7", "3")
        assert_drawn(flows.diagram)
        layers = {node.key: node.layer.name for node in flows.diagram.nodes}
        assert layers == {
            "deposits": "SOURCES", "deposits:Börse": "SOURCES", "party:s1": "SOURCES", "customers": "CUSTOMERS",
            "party:office": "HOUSE", f"party:{THIEF}": "TAKERS", "party:h1": "HOPS", "party:h2": "HOPS",
            "party:Börse": "LIES", "withdrawals": "LIES",
        }  # fmt: skip
        returns = {(link.sender, link.recipient) for link in flows.diagram.links if link.is_return}
        assert returns == {("party:h1", f"party:{THIEF}"), ("party:office", "customers")}


def test_the_lines_fit_and_obey_no_name(worked: Path) -> None:
    with Matter.open(worked) as matter:
        flows = following.flows(matter)
        for width in (0, 40, 80, 120):
            lines = list(flows.lines(width))
            assert not width or all(cell_len(line) <= width for line in lines)
            text = "\n".join(lines)
            assert "\x1b" not in text
            assert "\u202e" not in text
        assert "盗人 \\u202e[bold]田中\\x1b[2J (thief)" in text
        assert lines[0] == f"BTC: {flows.shortfall} is missing of 100.0 owed."


def test_pages_of_edges_and_of_the_transfers_behind_one(worked: Path) -> None:
    with Matter.open(worked) as matter:
        whole = following.edge_page(matter, "BTC", 0, 500)
        assert whole.columns == following.EDGE_COLUMNS
        assert whole.total == len(whole.rows) == 11
        assert whole.rows[0] == (
            "", "customers", THIEF, "thief", "10.0", "1", "2026-01-05T00:00:00Z", "2026-01-05T00:00:00Z")
        for sort, descending in itertools.product(following.EDGE_COLUMNS, (False, True)):
            page = following.edge_page(matter, "BTC", 0, 500, sort=sort, descending=descending)
            at = page.columns.index(sort)
            keys = [float(row[at]) if sort in ("quantity", "transfers") else row[at].encode() for row in page.rows]
            assert keys == sorted(keys, reverse=descending)
            assert sorted(page.rows) == sorted(whole.rows)
            part = following.edge_page(matter, "BTC", 3, 4, sort=sort, descending=descending)
            assert (part.rows, part.total) == (page.rows[3:7], 11)
        behind = following.transfers_behind(matter, "BTC", THIEF, "h1", 0, 10)
        assert [dict(zip(behind.columns, row, strict=True)) for row in behind.rows] == [
            {"transfer": "a4", "occurred_at": "2026-01-08T00:00:00Z", "quantity": "7.0", "fee": "0.2", "sender": "t1",
             "recipient": "h1", "reference": "", "place": "inputs/transfer.csv:8"}]
        assert following.transfers_behind(matter, "BTC", "", THIEF, 0, 10).rows[0][0] == "a1"
        assert following.transfers_behind(matter, "BTC", "' or 1=1 --", "h1", 0, 10).total == 0
        summed = [following.transfers_behind(matter, "BTC", row[0], row[2], 0, 500).total for row in whole.rows]
        assert summed == [int(row[5]) for row in whole.rows]
        ways = following.paths(matter, "BTC", "", "Börse").routes
        assert [(way.parties, way.quantity) for way in ways] == [(("", THIEF, "h1", "Börse"), "5.0")]


def test_an_asset_that_is_none_is_refused_with_those_that_are(worked: Path) -> None:
    with Matter.open(worked) as matter:
        with pytest.raises(following.UnknownAssetError, match=r'asset "x\\x1b" occurs nowhere.*BTC') as refused:
            following.flows(matter, "x\x1b")
        assert refused.value.exit_code == 2
        other = following.flows(matter, "A'B")
        assert other.takers == ()
        assert any("Left out: 9 A'B in 1 transfers" in note for note in other.notes)


def test_a_case_without_transfers_says_so_and_one_that_was_blocked_too(tmp_path: Path) -> None:
    bare = {name: TABLES[name] for name in ("balance", "wallet")}
    case = write_case(tmp_path / "bare", bare)
    run_case(case, None, lambda _: None, threads=1)
    with Matter.open(case) as matter:
        assert "No transfers were handed over" in following.flows(matter).notes[0]
    case = write_case(tmp_path / "blocked", bare | {"balance": "account,asset,quantity\nann,BTC,x\n"})
    run_case(case, None, lambda _: None, threads=1)
    with Matter.open(case) as matter, pytest.raises(CaseError, match="before it followed any flows"):
        following.flows(matter)


def test_the_order_of_the_rows_changes_nothing_that_is_said(worked: Path, tmp_path: Path) -> None:
    tables = {}
    for name, text in TABLES.items():
        header, *rows = text.splitlines()
        random.Random(name).shuffle(rows)
        tables[name] = "\n".join([header, *rows]) + "\n"
    case = write_case(tmp_path / "case", tables)
    run_case(case, None, lambda _: None, threads=2)
    with Matter.open(worked) as matter, Matter.open(case) as shuffled:
        assert following.flows(shuffled) == following.flows(matter)
        assert following.edge_page(shuffled, "BTC", 0, 500) == following.edge_page(matter, "BTC", 0, 500)


# ---------------------------------------------------------------- lists of sanctions


def sanctioned(case: Path, out: Path) -> list[str]:
    run_case(case, out, lambda _: None, threads=1)
    rows = (out / "findings.csv").read_text(encoding="utf-8").splitlines()
    return [row for row in rows if row.startswith("sanctioned-party,")]


@pytest.mark.parametrize(
    ("listed", "met", "is_one"),
    [
        ("0x" + "ab" * 20, "0x" + "AB" * 20, True),
        ("0x" + "aB" * 20, "0X" + "Ab" * 20, True),
        ("bc1q" + "0" * 30, "BC1Q" + "0" * 30, True),
        ("1aBcDeFgHiJkLmNoPqRsTuVwXyZ", "1abcdefghijklmnopqrstuvwxyz", False),
        ("0x" + "ab" * 19, "0x" + "AB" * 19, False),
        ("山田", "山田", True),
        ("' or 1=1 --", "' or 1=1 --", True),
    ],
)
def test_letters_are_only_alike_where_the_chain_says_so(listed: str, met: str, is_one: bool, tmp_path: Path) -> None:
    transfers = TABLES["transfer"].replace(",t1,h1,", f",t1,{met},")
    case = write_case(tmp_path / "case", TABLES | {"transfer": transfers, "sanction": f"address,list\n{listed},L\n"})
    assert len(sanctioned(case, tmp_path / "out")) == is_one


def test_a_party_on_a_list_is_told_once_with_its_first_transfer_and_the_sum(worked: Path, tmp_path: Path) -> None:
    case = tmp_path / "case"
    shutil.copytree(worked, case, ignore=shutil.ignore_patterns("out", "work", "vault"))
    (told,) = sanctioned(case, tmp_path / "out")
    # 0.7 on the 7th, 5 on the 9th and 0.9 out of it on the 12th.
    assert told.startswith("sanctioned-party,warning,address x1,BTC,6.6,")
    assert 'inputs/transfer.csv:13: recipient ""x1"" of transfer ""a9"" stands on the list ""List A"" (7)' in told
    assert "and has 1 more entry: transfers of BTC with it: 3, of 6.6." in told


# ---------------------------------------------------------------- real data


@needs_data
def test_the_real_theft_is_one_flow_or_two_thousand(tmp_path: Path) -> None:
    read = real.read_theft(data() / "bitfinex_2016" / "theft_transfers.csv")
    for labels in (True, False):
        case = real.write_theft_case(tmp_path / str(labels), data(), sections="", labels=labels)
        run_case(case, None, lambda _: None)
        with Matter.open(case) as matter:
            flows = following.flows(matter)
            assert flows.taken == real.plain(sum(read.quantities), 8)
            assert len(flows.takers) == (1 if labels else len(set(read.recipients)))
            assert sum(link.units for link in flows.diagram.links) == sum(read.quantities)
            assert_drawn(flows.diagram)
