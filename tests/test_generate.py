"""Does the generator keep its own books, and is the truth it writes what its files say?

The files are read here by a second, slow reading of rules.md sections 2 to 4 that shares nothing with the generator
and nothing with the product.
"""

from __future__ import annotations

import ast
import csv
import datetime
import gzip
import json
import re
import tomllib
from collections import Counter, defaultdict
from decimal import Decimal, getcontext
from itertools import chain
from pathlib import Path
from typing import Any

import pytest

from fixtures.generate import KINDS, large_case, main, small_case
from fixtures.generation.bulk import write_balances
from fixtures.generation.demo import demo_case
from fixtures.generation.folder import COLUMNS, REQUIRED

getcontext().prec = 80
ROOT = Path(__file__).resolve().parents[1]
DEMO = ROOT / "administrator" / "demo"
TAKERS = ("thief", "insider", "affiliate", "house", "exchange", "mixer", "bridge", "holder", "unknown")
BRIDGE = ("opening_difference", "deposits_without_receipt", "receipts_without_posting", "deposit_differences",
          "withdrawals_not_sent", "withdrawal_differences", "moved_to_guarantee", "outflows_without_posting",
          "credits:trade", "credits:fee", "credits:transfer", "credits:reward", "credits:adjustment",
          "network_fees", "books_difference", "negative_balances", "unobserved", "taken_by:thief-1",
          "taken_by:insider-1", "taken_by:Affiliate Alpha", "taken_by:Operator KK", "taken_by:Ghost")
Table = list[dict[str, str]]


def files(folder: Path) -> dict[str, bytes]:
    """Return every file below a folder by its path."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def read_tables(folder: Path) -> tuple[dict[str, Any], dict[str, Table]]:
    """Return case.toml and every table, read with the standard library by what the sources declare."""
    case = tomllib.loads((folder / "case.toml").read_text(encoding="utf-8"))
    tables: dict[str, Table] = defaultdict(list)
    for source in case["sources"]:
        paths = source["path"] if isinstance(source["path"], list) else [source["path"]]
        for path in paths:
            content = (folder / path).read_bytes()
            content = gzip.decompress(content) if path.endswith(".gz") else content
            header, *rows = csv.reader(content.decode(source.get("encoding", "utf-8")).splitlines(keepends=True))
            assert len(set(header)) == len(header)
            assert rows
            assert {len(row) for row in rows} == {len(header)}
            theirs = source.get("columns", {name: name for name in header})
            places = {ours: name - 1 if isinstance(name, int) else header.index(name) for ours, name in theirs.items()}
            tables[source["table"]] += [{ours: row[place] for ours, place in places.items()} for row in rows]
    return case, tables


class Reading:
    """The written files, and the bridge that rules.md makes of them."""

    def __init__(self, folder: Path) -> None:
        self.case, self.tables = read_tables(folder)
        self.end = self.case["case"]["commencement_at"]
        self.kinds = {row["account"]: row["kind"] for row in self.tables["account"]}
        self.wallets = {(row["wallet"], row["asset"]): row for row in self.tables["wallet"]}
        self.by_address = {(row["address"], row["asset"]): row for row in self.tables["wallet"] if row["address"]}
        self.labels: dict[str, tuple[str, str]] = {}
        kinds: dict[str, set[str]] = defaultdict(set)
        for row in self.tables["label"]:
            kinds[row["party"]].add(row["kind"])
        for row in self.tables["label"]:
            kind = min(kinds[row["party"]], key=lambda kind: TAKERS.index(kind) if kind in TAKERS else -1)
            self.labels[row["address"]] = (row["party"], kind)
        self.postings = [row for row in self.tables["journal"] if self.before(row["posted_at"])
                         and self.kinds[row["account"]] != "house"]
        self.transfers = [row for row in self.tables["transfer"] if self.before(row["occurred_at"])]
        self.sides = {row["transfer"]: (self.party(row["sender"], row["asset"]), self.party(row["recipient"],
                                                                                           row["asset"]))
                      for row in self.transfers}
        self.matched: dict[str, list[str]] = {}
        self.match()

    def before(self, instant: str) -> bool:
        """Say whether an instant is no later than commencement."""
        return bool(datetime.datetime.fromisoformat(instant) <= self.end)

    def party(self, end: str, asset: str) -> tuple[str, str]:
        """Return party and kind of an end of a transfer; kind `inside` for the customers' own."""
        row = self.wallets.get((end, asset)) or self.by_address.get((end, asset))
        if row:
            return {"customer": ("", "inside"), "guarantee": ("guarantee", "house")}.get(
                row["purpose"], (row["wallet"], "house"))
        party, kind = self.labels.get(end, (end, "unknown"))
        return (party, "inside") if kind == "customer_wallet" else (party, kind)

    def direction(self, transfer: str) -> str:
        """Return deposit for what came in, withdrawal for what went out, else nothing."""
        (_, sender), (_, recipient) = self.sides[transfer]
        if (sender == "inside") == (recipient == "inside"):
            return ""
        return "withdrawal" if sender == "inside" else "deposit"

    def match(self) -> None:
        """Match by reference, then by quantity and time where each is the other's only candidate."""
        by_id: dict[tuple[str, str, str], list[dict[str, str]]] = defaultdict(list)
        by_reference: dict[tuple[str, str, str], list[dict[str, str]]] = defaultdict(list)
        for row in self.transfers:
            side = self.direction(row["transfer"])
            by_id[row["asset"], side, row["transfer"]].append(row)
            if row.get("reference"):
                by_reference[row["asset"], side, row["reference"]].append(row)
        loose = []
        for row in self.postings:
            if row["kind"] not in ("deposit", "withdrawal"):
                continue
            key = (row["asset"], row["kind"], row["reference"])
            units = Decimal(row["quantity"]) * (1 if row["kind"] == "deposit" else -1)
            found = by_id[key] or by_reference[key] if row["reference"] else []
            if len(found) > 1:
                found = [other for other in found if Decimal(other["quantity"]) == units]
            if len(found) == 1:
                self.matched.setdefault(found[0]["transfer"], []).append(row["posting"])
            elif not row["reference"]:
                loose.append((row, units))
        self.match_by_time(loose)

    def match_by_time(self, loose: list[tuple[dict[str, str], Decimal]]) -> None:
        """Pair loose postings with transfers that no reference matched."""
        free: dict[tuple[str, str, Decimal], list[dict[str, str]]] = defaultdict(list)
        for row in self.transfers:
            if row["transfer"] not in self.matched:
                free[row["asset"], self.direction(row["transfer"]), Decimal(row["quantity"])].append(row)
        wanted: dict[str, list[str]] = defaultdict(list)
        offers: dict[str, list[str]] = {}
        for row, units in loose:
            at = datetime.datetime.fromisoformat(row["posted_at"])
            near = [other["transfer"] for other in free[row["asset"], row["kind"], units]
                    if abs(datetime.datetime.fromisoformat(other["occurred_at"]) - at) <= datetime.timedelta(hours=48)]
            offers[row["posting"]] = near
            for name in near:
                wanted[name].append(row["posting"])
        self.by_time = sorted([posting, near[0]] for posting, near in offers.items()
                              if len(near) == 1 and len(wanted[near[0]]) == 1)
        for posting, name in self.by_time:
            self.matched[name] = [posting]

    def flow(self, wallet: dict[str, str], first: datetime.datetime, last: datetime.datetime) -> Decimal:
        """Return what transfers changed in one wallet after `first` and up to `last`."""
        names, change = {wallet["wallet"], wallet["address"]} - {""}, Decimal(0)
        for row in self.tables["transfer"]:
            at = datetime.datetime.fromisoformat(row["occurred_at"])
            if row["asset"] == wallet["asset"] and first < at <= last:
                units, fee = Decimal(row["quantity"]), Decimal(row.get("fee") or 0)
                change += (units if row["recipient"] in names else 0) - (units + fee if row["sender"] in names else 0)
        return change

    def held(self, wallet: dict[str, str]) -> Decimal:
        """Return what a wallet held at commencement."""
        as_of = wallet.get("as_of")
        later = self.flow(wallet, self.end, datetime.datetime.fromisoformat(as_of)) if as_of else Decimal(0)
        return Decimal(wallet["quantity"]) - later

    def bridge(self, asset: str) -> dict[str, Decimal]:
        """Return the lines of one asset that are not zero."""
        lines: defaultdict[str, Decimal] = defaultdict(Decimal)
        named = {row["posting"]: row for row in self.postings if row["asset"] == asset}
        balances = {row["account"]: Decimal(row["quantity"]) for row in self.tables["balance"]
                    if row["asset"] == asset and self.kinds[row["account"]] != "house"}
        wallets = [row for row in self.tables["wallet"] if row["asset"] == asset and row["purpose"] == "customer"]
        openings = sum((Decimal(row["opening"] or 0) for row in wallets), Decimal(0))
        if self.tables["journal"]:
            opened = sum((Decimal(row["quantity"]) for row in named.values() if row["kind"] == "opening"), Decimal(0))
            posted = sum(Decimal(row["quantity"]) for row in named.values())
            lines["books_difference"] = sum(balances.values(), Decimal(0)) - posted
        else:
            opened = sum(balances.values(), Decimal(0))
        lines["opening_difference"] = opened - openings
        lines["negative_balances"] = sum((max(-units, Decimal(0)) for units in balances.values()), Decimal(0))
        matched = {posting for postings in self.matched.values() for posting in postings}
        flows = self.transfer_lines(asset, named, lines)
        for row in named.values():
            units = Decimal(row["quantity"])
            if row["kind"] in ("deposit", "withdrawal"):
                if row["posting"] not in matched:
                    lines["deposits_without_receipt" if row["kind"] == "deposit" else "withdrawals_not_sent"] += units
            elif row["kind"] != "opening":
                lines[f"credits:{row['kind']}"] += units
        lines["unobserved"] = openings + flows - sum(self.held(row) for row in wallets)
        return {line: Decimal(units) for line, units in lines.items() if units}

    def transfer_lines(self, asset: str, named: dict[str, dict[str, str]], lines: defaultdict[str, Decimal]) -> Decimal:
        """Add the lines of the transfers, and return what came in less what went out and fees."""
        flows = Decimal(0)
        for row in self.transfers:
            if row["asset"] != asset:
                continue
            units, fee, side = Decimal(row["quantity"]), Decimal(row.get("fee") or 0), self.direction(row["transfer"])
            (sender, kind), (recipient, to) = self.sides[row["transfer"]]
            if kind == "inside":
                flows -= fee
                lines["network_fees"] += fee
            if not side:
                continue
            sign = 1 if side == "withdrawal" else -1
            flows -= sign * units
            if row["transfer"] in self.matched:
                posted = sum(Decimal(named[name]["quantity"]) for name in self.matched[row["transfer"]])
                lines[f"{side}_differences"] += sign * units + posted
                continue
            party, kind = (recipient, to) if sign > 0 else (sender, kind)
            line = "moved_to_guarantee" if party == "guarantee" else f"taken_by:{party}" if kind in TAKERS[:4] else (
                "outflows_without_posting" if sign > 0 else "receipts_without_posting")
            lines[line] += sign * units
        return flows


def truth_of(folder: Path) -> Any:
    """Return the truth beside a case."""
    return json.loads((folder / "truth.json").read_text(encoding="utf-8"))


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others(tmp_path: Path) -> None:
    for name, seed in (("a", 7), ("b", 7), ("c", 8)):
        large_case(tmp_path / name, 200, seed, 3, True, unpriced="", breaks=KINDS)
        small_case(seed, tmp_path / name / "small")
        write_balances(tmp_path / name / "bulk", 500, seed)
    assert files(tmp_path / "a") == files(tmp_path / "b")
    one, other = files(tmp_path / "a"), files(tmp_path / "c")
    for path in ("inputs/balance.csv", "small/case.toml", "bulk/inputs/balance.csv", "truth.json"):
        assert one[path] != other.get(path)


def test_the_demo_case_is_what_the_generator_makes(tmp_path: Path) -> None:
    demo_case(tmp_path / "demo", tmp_path / "truth.json")
    committed = files(DEMO)
    made = files(tmp_path / "demo")
    assert {path: content for path, content in committed.items() if path in made} == made
    assert set(committed) - set(made) == {"README.md"}
    assert (tmp_path / "truth.json").read_bytes() == (ROOT / "fixtures" / "demo_truth.json").read_bytes()
    assert sum(len(content) for path, content in committed.items() if path.startswith("inputs/")) < 700_000


@pytest.mark.parametrize(("seed", "journal"), [(1, True), (2, True), (3, True), (3, False)])
def test_a_second_reading_of_the_files_finds_the_truth_to_the_unit(tmp_path: Path, seed: int, journal: bool) -> None:
    large_case(tmp_path, 300, seed, 4, journal, unpriced="ETH", breaks=KINDS)
    truth, reading = truth_of(tmp_path), Reading(tmp_path)
    check_against_truth(truth, reading)


def test_a_second_reading_of_the_demo_finds_the_truth_to_the_unit() -> None:
    truth = json.loads((ROOT / "fixtures" / "demo_truth.json").read_text(encoding="utf-8"))
    check_against_truth(truth, Reading(DEMO))


def check_against_truth(truth: Any, reading: Reading) -> None:
    """Compare sums, every line of every asset, and the pairs matched by time."""
    for asset, found in truth["assets"].items():
        lines = reading.bridge(asset)
        assert lines == {line: Decimal(units) for line, units in found["bridge"].items()}, asset
        assert sum(lines.values()) == Decimal(found["shortfall"]) == Decimal(found["owed"]) - Decimal(
            found["held_customer"])
        for purpose in ("customer", "house", "guarantee"):
            held = sum(reading.held(row) for row in reading.tables["wallet"]
                       if row["asset"] == asset and row["purpose"] == purpose)
            assert held == Decimal(found[f"held_{purpose}"])
    if truth["journal"]:
        assert reading.by_time == truth["matched_by_time"]
        matched = sum(len(postings) for postings in reading.matched.values())
        assert matched - len(reading.by_time) == truth["matched_by_reference"]


def test_balances_are_the_sums_of_the_journal_but_for_the_planted_differences(tmp_path: Path) -> None:
    large_case(tmp_path, 300, 5, 3, True, unpriced="", breaks=KINDS)
    reading = Reading(tmp_path)
    sums: defaultdict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for row in reading.tables["journal"]:
        if reading.before(row["posted_at"]):
            sums[row["account"], row["asset"]] += Decimal(row["quantity"])
    differences: defaultdict[str, Decimal] = defaultdict(Decimal)
    for row in reading.tables["balance"]:
        differences[row["asset"]] += Decimal(row["quantity"]) - sums[row["account"], row["asset"]]
    for asset, found in truth_of(tmp_path)["assets"].items():
        assert differences[asset] == Decimal(found["bridge"].get("books_difference", "0")) != 0


def test_wallets_hold_openings_and_flows_but_for_what_was_taken_unobserved(tmp_path: Path) -> None:
    large_case(tmp_path, 300, 6, 3, True, unpriced="", breaks=[kind for kind in KINDS if kind != "unlisted"])
    reading, truth = Reading(tmp_path), truth_of(tmp_path)
    gaps: defaultdict[str, Decimal] = defaultdict(Decimal)
    for row in reading.tables["wallet"]:
        first = datetime.datetime(2000, 1, 1, tzinfo=datetime.UTC)
        gap = Decimal(row["opening"] or 0) + reading.flow(row, first, reading.end) - reading.held(row)
        assert gap == 0 or (gap > 0 and row["custody"] in ("cold", "trust"))
        gaps[row["asset"]] += gap
    for asset, found in truth["assets"].items():
        assert gaps[asset] == Decimal(found["bridge"]["unobserved"]) > 0


def test_no_wallet_is_ever_below_zero(tmp_path: Path) -> None:
    large_case(tmp_path, 300, 9, 3, True, unpriced="", breaks=KINDS)
    check_never_below_zero(Reading(tmp_path))


def check_never_below_zero(reading: Reading) -> None:
    """Follow every wallet from its opening through the transfers in their order."""
    names = {name: (row["wallet"], row["asset"]) for row in reading.tables["wallet"]
             for name in ((row["wallet"], row["asset"]), (row["address"], row["asset"]))}
    units = {(row["wallet"], row["asset"]): Decimal(row["opening"] or 0) for row in reading.tables["wallet"]}
    for row in reading.transfers:
        quantity, fee = Decimal(row["quantity"]), Decimal(row.get("fee") or 0)
        sender = names.get((row["sender"], row["asset"]))
        if sender:
            units[sender] -= quantity + fee
        if recipient := names.get((row["recipient"], row["asset"])):
            units[recipient] += quantity
        assert not sender or units[sender] >= 0, row


@pytest.mark.parametrize(("accounts", "seed", "assets", "journal"),
                         [(1, 1, 8, True), (1, 2, 1, False), (10, 3, 1, True), (10, 4, 5, True), (50, 5, 8, True)])
def test_a_handful_of_accounts_bears_every_break(
    tmp_path: Path, accounts: int, seed: int, assets: int, journal: bool
) -> None:
    large_case(tmp_path, accounts, seed, assets, journal, unpriced="", breaks=KINDS)
    truth, reading = truth_of(tmp_path), Reading(tmp_path)
    check_against_truth(truth, reading)
    check_never_below_zero(reading)
    if journal:
        lines = {line for line in BRIDGE if not line.startswith(("credits:fee", "taken_by:Operator"))}
        for asset in set(truth["assets"]) - {"JPY"}:
            assert not lines - set(truth["assets"][asset]["bridge"]), asset


def test_many_accounts_bear_more_breaks_and_no_greater_part_of_what_they_had_is_gone(tmp_path: Path) -> None:
    large_case(tmp_path, 10_000, 7, 1, True, unpriced="", breaks=KINDS)
    truth, reading = truth_of(tmp_path), Reading(tmp_path)
    check_against_truth(truth, reading)
    check_never_below_zero(reading)
    for asset, found in truth["assets"].items():
        opened = sum(Decimal(row["quantity"]) for row in reading.postings
                     if row["asset"] == asset and row["kind"] == "opening")
        assert Decimal("0.02") < Decimal(found["shortfall"]) / opened < Decimal("0.1"), asset
        kinds = Counter(row["kind"] for row in truth["breaks"] if row["asset"] == asset)
        assert {kind for kind, number in kinds.items() if number < 4} <= {"unlisted-wallet"}


def test_every_line_and_every_peril_is_planted_and_nothing_where_nothing_is_asked(tmp_path: Path) -> None:
    large_case(tmp_path / "all", 200, 7, 3, True, unpriced="", breaks=KINDS)
    truth = truth_of(tmp_path / "all")
    for asset in ("BTC", "ETH", "USDT"):
        assert not set(BRIDGE) - set(truth["assets"][asset]["bridge"])
    assert set(truth["gross_by_peril"]) == {"external_theft", "insider_theft", "misappropriation",
                                            "operational_failure", "not_a_loss", "unexplained"}
    perils = {event["peril"] for event in tomllib.loads((tmp_path / "all/case.toml").read_text("utf-8"))["events"]}
    assert perils == {"external_theft", "operational_failure"}
    assert {row["by"] for row in truth["breaks"]} == {"reference", "time", "none"}
    large_case(tmp_path / "none", 200, 7, 3, True, unpriced="", breaks=())
    for found in truth_of(tmp_path / "none")["assets"].values():
        assert set(found["bridge"]) <= {"credits:fee", "credits:reward", "network_fees"}


def test_rows_of_breaks_that_stand_unmatched_match_nothing(tmp_path: Path) -> None:
    large_case(tmp_path, 300, 4, 3, True, unpriced="", breaks=KINDS)
    reading, truth = Reading(tmp_path), truth_of(tmp_path)
    matched = set(reading.matched) | set(chain.from_iterable(reading.matched.values()))
    differing = {"deposit_differences", "withdrawal_differences", "decoy:batch", "withdrawal-to-taker"}
    for row in truth["breaks"]:
        # A deposit refers to the other asset's transfer; that transfer is not listed, so nothing is shared here.
        shared = matched & {*row["postings"], *row["transfers"]}
        assert bool(shared) == (row["kind"] in differing), row


def test_balances_are_skewed_as_in_life(tmp_path: Path) -> None:
    large_case(tmp_path, 2_000, 7, 2, True, unpriced="", breaks=KINDS)
    units = sorted(Decimal(row["quantity"]) for row in read_tables(tmp_path)[1]["balance"] if row["asset"] == "BTC")
    above = [quantity for quantity in units if quantity > 0]
    assert sum(above[-len(above) // 100:]) > sum(above) / 5
    assert sum(1 for quantity in above if quantity < Decimal("0.0001")) > len(above) / 10
    assert Decimal(0) in units
    assert units[0] < 0


def test_balances_alone_add_up_to_their_truth(tmp_path: Path) -> None:
    write_balances(tmp_path, 3_000, 7)
    tables = read_tables(tmp_path)[1]
    assert [len(tables["balance"]), len(tables["account"])] == [15_000, 3_000]
    for asset, found in truth_of(tmp_path)["assets"].items():
        units = [Decimal(row["quantity"]) for row in tables["balance"] if row["asset"] == asset]
        held = sum(Decimal(row["quantity"]) for row in tables["wallet"] if row["asset"] == asset)
        owed, negative = sum(max(one, Decimal(0)) for one in units), sum(max(-one, Decimal(0)) for one in units)
        assert [owed, negative, held] == [Decimal(found[name]) for name in ("owed", "negative", "held_customer")]
        assert sum(map(Decimal, found["bridge"].values())) == owed - held == Decimal(found["shortfall"])
        assert min(units) < 0 < units.count(Decimal(0))


def test_tiny_cases_follow_the_contract(tmp_path: Path) -> None:
    seen: Counter[str] = Counter()
    for seed in range(250):
        folder = tmp_path / str(seed)
        small_case(seed, folder)
        case, tables = read_tables(folder)
        check_tiny_case(case, tables)
        seen.update(list(tables))
        seen.update(name for name in ("events", "policies", "reserves", "costs", "plan") if name in case)
    assert len(seen) == 14
    assert min(seen.values()) > 60


def check_tiny_case(case: dict[str, Any], tables: dict[str, Table]) -> None:
    """Check grammar, keys, assets and instants of one tiny case."""
    codes = {alias: code for code, asset in case["assets"].items() for alias in (code, *asset.get("aliases", ()))}
    keys = {"account": ("account",), "balance": ("account", "asset"), "journal": ("posting",), "claim": ("claim",),
            "transfer": ("transfer",), "wallet": ("wallet", "asset"), "price": ("asset", "price_set"),
            "payee": ("account", "asset")}
    for table, rows in tables.items():
        found: set[tuple[str, ...]] = set()
        for row in rows:
            assert set(row) <= set(COLUMNS[table])
            assert all(row[name] for name in COLUMNS[table][: REQUIRED[table]] if (table, name) != ("payee", "asset"))
            code = codes.get(row.get("asset", ""), row.get("asset", ""))
            assert not code or code in case["assets"] or code.startswith("NFT "), code
            decimals = case["assets"].get(code, {"decimals": 0})["decimals"]
            for name in {"quantity", "fee", "opening", "allowed", "provisional"} & set(row):
                check_quantity(row[name], decimals)
            key = tuple(code if name == "asset" else row.get(name) or "commencement" for name in keys.get(table, ()))
            assert table == "label" or key not in found, (table, key)
            found.add(key)
    assert "balance" in tables or "journal" in tables
    assert len({event["name"] for event in case.get("events", [])}) == len(case.get("events", []))


def check_quantity(quantity: str, decimals: int) -> None:
    """Check the grammar of a quantity, and that only zeros are cut off."""
    if quantity:
        assert re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", quantity, re.ASCII)
        units = Decimal(quantity).scaleb(decimals)
        assert units % 1 == 0
        assert abs(units) < 10**38


def test_the_generator_imports_nothing_of_the_product() -> None:
    for path in (ROOT / "fixtures").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else (
                [node.module or ""] if isinstance(node, ast.ImportFrom) else [])
            assert not [name for name in names if name.split(".")[0] in ("administrator", "ledgers")], path


def test_a_wrong_choice_is_refused_in_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for choice in (["--breaks", "gremlins"], ["--accounts", "0"], ["--assets", "99"], ["--unpriced", "XYZ"]):
        with pytest.raises(SystemExit) as stopped:
            main([str(tmp_path / "out"), *choice])
        assert stopped.value.code == 2
        assert "error:" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()
