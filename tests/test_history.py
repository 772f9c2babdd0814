"""Is the history of a shortfall what a plain replay of its files says, day by day and line by line?

The replay (dicts, one day after the other, over the rules of tests/oracle.py) shares nothing with the relations. Small
cases of every shape are held against it, to the files; the cases below say by name what a day, a move and a span are.
"""

from __future__ import annotations

import csv
import gzip
import hashlib
import json
import os
import random
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from datetime import date, datetime, timedelta, timezone
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest
from rich.cells import cell_len

from administrator import notes
from administrator.pictures.diagram import Chart
from administrator.plans.exports.seal import SELECTS
from administrator.progress import silent
from administrator.stages import Run, blocking, run_stages
from administrator.usecases.demonstrating import copy_demo
from administrator.usecases.history import (
    AssetHistory,
    History,
    UnknownAssetError,
    chart,
    days_page,
    explore_history,
    history,
    moves_page,
    segregation_page,
)
from administrator.usecases.history_files import FILES, write_history
from administrator.usecases.looking import Matter
from administrator.usecases.running import run_case
from fixtures.generate import large_case, small_case
from fixtures.generation.folder import csv_bytes, toml_text, write_file
from ledgers.configuration import read_case
from ledgers.errors import CaseError, StorageError
from ledgers.history import make_history
from ledgers.storage.books import Books
from tests import oracle
from tests.test_cases import add_second_round, shuffle_rows

SEEDS = range(int(os.environ.get("ADMINISTRATOR_HISTORY_CASES", "12")))
SECOND_ROUND = 18
"""A small case that pays in kind."""
Row = dict[str, str]
COLUMNS = ("owed", "held", "house", "guarantee", "hot", "shortfall")
LINES = (
    "opening_difference", "deposits_without_receipt", "receipts_without_posting", "deposit_differences",
    "withdrawals_not_sent", "withdrawal_differences", "moved_to_guarantee", "taken_by", "outflows_without_posting",
    "network_fees", "credits", "books_difference", "negative_balances", "unobserved", "timing",
)  # fmt: skip
EXCESS = ("customer_assets_in_house_wallets", "house_assets_in_customer_wallets")


# ---------------------------------------------------------------- the second computation


class Replay:
    """A case replayed day by day."""

    def __init__(self, folder: Path) -> None:
        self.case = oracle.Case(folder)
        self.books = oracle.Books(self.case)
        self.has_journal = "journal" in self.case.sourced
        self.has_transfers = "transfer" in self.case.sourced
        postings = self.books.postings
        self.last = self.day(self.case.commencement_at)
        happened = [posting.posted_at for posting in postings]
        happened += [flow.transfer.occurred_at for flow in self.books.flows]
        self.opening = min(map(self.day, happened), default=self.last)
        opens_itself = any(posting.kind == "opening" for posting in postings)
        self.opens_with_balances = self.has_journal and "balance" in self.case.sourced and not opens_itself
        self.beyond: dict[tuple[str, str], int] = defaultdict(int, self.books.balances)
        for posting in postings:
            self.beyond[posting.account, posting.asset] -= posting.units

    def day(self, at: datetime) -> date:
        return at.astimezone(self.case.commencement_at.tzinfo).date()

    def days(self, asset: str) -> list[date]:
        found = {self.opening, self.last}
        found |= {self.day(posting.posted_at) for posting in self.books.postings if posting.asset == asset}
        for flow in self.books.flows:
            parties, ends = self.books.parties, (flow.transfer.sender, flow.transfer.recipient)
            is_ours = any(parties.wallet(end, asset) or parties.end(end, asset).inside for end in ends)
            if flow.transfer.asset == asset and is_ours:
                found.add(self.day(flow.transfer.occurred_at))
        return sorted(found)

    def balances(self, asset: str, day: date) -> list[int]:
        """What each account had at the end of a day."""
        if day == self.last:
            return [units for (_, code), units in self.books.balances.items() if code == asset]
        found: dict[str, int] = defaultdict(int)
        if self.opens_with_balances:
            for (account, code), units in self.beyond.items():
                if code == asset:
                    found[account] += units
        for posting in self.books.postings:
            if posting.asset == asset and self.day(posting.posted_at) <= day:
                found[posting.account] += posting.units
        return list(found.values())

    def stores(self, asset: str, day: date) -> dict[str, int]:
        """What lay in the wallets at the end of a day."""
        counted = self.books.holdings[asset]
        if day == self.last:
            return {"held": counted.held_customer, "hot": counted.hot, "house": counted.held_house,
                    "guarantee": counted.held_guarantee}
        found = {"held": self.books.opening(asset), "hot": 0, "house": 0, "guarantee": 0}
        moved = any(flow.transfer.asset == asset for flow in self.books.flows)
        moved = moved or any(row.asset == asset and self.case.in_books(row.posted_at) for row in self.case.postings)
        for wallet in self.case.wallets:
            if wallet.asset == asset:
                opened = wallet.opening
                if opened is None:
                    opened = 0 if moved else self.books.held[id(wallet)]
                if wallet.purpose != "customer":
                    found[wallet.purpose] += opened
                elif wallet.custody in ("hot", "warm"):
                    found["hot"] += opened
        for flow in self.books.flows:
            transfer = flow.transfer
            if transfer.asset != asset or self.day(transfer.occurred_at) > day:
                continue
            for name, end, units in ((transfer.sender, flow.sender, -transfer.units - transfer.fee),
                                     (transfer.recipient, flow.recipient, transfer.units)):
                if end.inside:
                    found["held"] += units
                    found["hot"] += units if end.custody in ("hot", "warm") else 0
                elif self.books.parties.wallet(name, asset):
                    found["guarantee" if end.party == "guarantee" else "house"] += units
        return found

    def state(self, asset: str, day: date) -> dict[str, int | None]:
        """Every figure at the end of a day; None where nobody can know it."""
        balances = self.balances(asset, day)
        found: dict[str, int | None] = {"owed": sum(max(units, 0) for units in balances), **self.stores(asset, day)}
        if day != self.last and not self.has_journal:
            found["owed"] = None
        if day != self.last and not self.has_transfers:
            found |= dict.fromkeys(("held", "hot", "house", "guarantee"))
        is_known = found["owed"] is not None and found["held"] is not None
        found["shortfall"] = cast(int, found["owed"]) - cast(int, found["held"]) if is_known else None
        return found

    def row(self, asset: str, day: date) -> Row:
        """A row of history.csv."""
        state, text = self.state(asset, day), self.case.asset(asset).text
        cells = {name: "" if state[name] is None else text(cast(int, state[name])) for name in COLUMNS}
        return {"asset": asset, "day": str(day)} | cells

    def moves(self, asset: str) -> dict[tuple[date, str], int]:
        """What moved the shortfall, by day and line, each fact by itself."""
        books, found = self.books, cast(dict[tuple[date, str], int], defaultdict(int))
        last, opened = self.last, self.opening if self.has_journal else self.last
        found[opened, "opening_difference"] -= books.opening(asset)
        if not self.has_journal:
            found[last, "opening_difference"] += sum(self.balances(asset, last))
        elif "balance" in self.case.sourced:
            beyond = sum(units for (_, code), units in self.beyond.items() if code == asset)
            found[self.opening if self.opens_with_balances else last, "books_difference"] += beyond
        flows = {flow.transfer.transfer: flow for flow in books.flows if flow.transfer.asset == asset}
        parts: dict[str, list[tuple[date, int]]] = defaultdict(list)
        for posting in (posting for posting in books.postings if posting.asset == asset):
            day = self.day(posting.posted_at)
            if posting.kind == "opening":
                found[day, "opening_difference"] += posting.units
            elif posting.kind in oracle.CREDIT_KINDS:
                found[day, f"credits:{posting.kind}"] += posting.units
            elif posting.posting in books.matches:
                parts[books.matches[posting.posting]].append((day, posting.units))
            elif self.has_transfers:
                name = "deposits_without_receipt" if posting.kind == "deposit" else "withdrawals_not_sent"
                found[day, name] += posting.units
        for name, flow in flows.items():
            day, sign = self.day(flow.transfer.occurred_at), 1 if flow.direction == "out" else -1
            if flow.direction in ("out", "internal"):
                found[day, "network_fees"] += flow.transfer.fee
            if flow.direction in ("in", "out") and name not in parts:
                found[day, oracle.unmatched_line(books, flow)] += sign * flow.transfer.units
            if name in parts:
                parts[name].append((day, sign * flow.transfer.units))
                line = "deposit_differences" if flow.direction == "in" else "withdrawal_differences"
                over = sum(units for _, units in parts[name])
                whole = max(day for day, _ in parts[name])
                found[whole, line] += over
                found[whole, "timing"] -= over
                for day, units in parts[name]:
                    found[day, "timing"] += units
        before = 0
        for day in self.days(asset):
            if day == last or self.has_journal:
                negative = sum(max(-units, 0) for units in self.balances(asset, day))
                found[day, "negative_balances"] += negative - before
                before = negative
        found[last, "unobserved"] += oracle.bridge(books, asset).get("unobserved", 0)
        return {key: units for key, units in found.items() if units}

    def segregation(self, day: date) -> list[Row]:
        """The rows of segregation.csv, had proceedings commenced at the end of that day."""
        holdings = {}
        for asset in self.books.assets:
            state = self.state(asset, day)
            if state["held"] is None:
                return []
            # Where nobody knows what was owed, neither of the two tests that ask it can be said.
            owed = state["held"] if state["owed"] is None else state["owed"]
            house = max(cast(int, state["house"]), 0)  # on a day before it was counted a wallet can be below zero
            figures = (owed, 0, state["held"], house, state["guarantee"], state["hot"])
            holdings[asset] = oracle.Holding(*cast(tuple[int, int, int, int, int, int], figures))
        rows = oracle.segregation_rows(self.case, cast(oracle.Books, SimpleNamespace(holdings=holdings)))
        crypto = [asset for asset in holdings if self.case.asset(asset).kind == "crypto"]
        if sum(self.case.value(holdings[asset].held_customer, asset) or 0 for asset in crypto) <= 0:
            # A share of less than nothing is none; the oracle is never asked for it.
            share = next(row for row in rows if row["test"] == "hot_share")
            share |= {"measured": "partial" if share["measured"] == "partial" else "", "met": ""}
        return rows


def move_order(move: tuple[tuple[date, str], int]) -> tuple[date, int, bytes]:
    """By day, then as the bridge has its lines."""
    (day, line), _ = move
    return day, LINES.index(line.partition(":")[0]), line.encode()


def rows_of(path: Path) -> list[Row]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def said_by_day(rows: list[Row], days: list[str]) -> dict[str, list[Row]]:
    """What each test says at the end of each day: its row of that day, or its last one before."""
    latest: dict[tuple[str, str], Row] = {}
    found = {}
    by_day: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        by_day[row["day"]].append(row)
    for day in days:
        for row in by_day[day]:
            latest[row["test"], row["asset"]] = {name: cell for name, cell in row.items() if name != "day"}
        found[day] = [latest[key] for key in sorted(latest) if latest[key]["met"] != "yes" or key[0] not in EXCESS]
    return found


def judge(folder: Path, out: Path, told: Path) -> None:
    """Hold the three files of a case against the replay and against the outputs of its run."""
    replay = Replay(folder)
    days = {asset: replay.days(asset) for asset in replay.books.assets}
    wanted = [replay.row(asset, day) for asset in replay.books.assets for day in days[asset]]
    assert rows_of(told / "history.csv") == wanted
    moves = rows_of(told / "history_moves.csv")
    assert [tuple(row.values()) for row in moves] == [
        (asset, str(day), line, replay.case.asset(asset).text(units))
        for asset in replay.books.assets for (day, line), units in sorted(replay.moves(asset).items(), key=move_order)
    ]
    all_days = sorted({str(day) for of_asset in days.values() for day in of_asset})
    segregation = rows_of(told / "segregation_history.csv")
    for day, found in said_by_day(segregation, all_days).items():
        assert found == replay.segregation(date.fromisoformat(day)), day
    judge_end(out, told, replay.last)


def judge_end(out: Path, told: Path, last: date) -> None:
    """The last day is the reconciliation, the moves sum to the bridge, and the tests are those of the run."""
    by_asset = {row["asset"]: row for row in rows_of(told / "history.csv") if row["day"] == str(last)}
    for row in rows_of(out / "reconciliation.csv"):
        ended = by_asset[row["asset"]]
        assert [ended[name] for name in COLUMNS] == [
            row[name] for name in ("owed", "held_customer", "held_house", "held_guarantee", "hot", "shortfall")]
    sums: dict[tuple[str, str], int] = defaultdict(int)
    for row in rows_of(told / "history_moves.csv"):
        sums[row["asset"], row["line"]] += int(row["quantity"].replace(".", ""))
    bridge = {(row["asset"], row["line"]): int(row["quantity"].replace(".", "")) for row in rows_of(out / "bridge.csv")}
    assert {key: units for key, units in sums.items() if units} == bridge
    rows = rows_of(told / "segregation_history.csv")
    tests = said_by_day(rows, sorted({row["day"] for row in rows}))[str(last)]
    assert tests == rows_of(out / "segregation.csv")


@contextmanager
def reconciled(folder: Path, threads: int = 1) -> Iterator[Matter]:
    """A case, open, run up to its reconciliation; what it writes by then lies in `out` beside it."""
    case = read_case(folder)
    out = folder.parent / "out"
    out.mkdir(exist_ok=True)
    with Books.create(folder, out, threads=threads, bulk=False) as books:
        notes.begin(books)
        for stage in run_stages(Run(case, books, silent), 0):
            if stage.name == "reconcile":
                break
        assert not blocking(books), books.rows("select message from finding where severity = 'blocking'")
        for name in ("reconciliation", "bridge", "segregation"):
            books.copy_csv((SELECTS / f"{name}.sql").read_text(encoding="utf-8"), out / f"{name}.csv")
        yield Matter(case, books)


def judged(folder: Path, asset: str | None) -> History:
    """The history of a case that is what its replay says."""
    with reconciled(folder) as matter:
        write_history(matter, folder.parent / "told")
        judge(folder, folder.parent / "out", folder.parent / "told")
        return history(matter, asset)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_small_case_is_what_its_replay_says(seed: int, tmp_path: Path) -> None:
    print(f"seed {seed}")
    small_case(seed, tmp_path / "case")
    judged(tmp_path / "case", None)


def test_a_second_round_is_what_its_replay_says(tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    for folder in (first, second):
        small_case(SECOND_ROUND, folder)
    run_case(first, tmp_path / "paid", silent, threads=1)
    add_second_round(second, tmp_path / "paid", random.Random("second"))
    assert any(oracle.Books(oracle.Case(second)).paid_in_kind.values()), "choose another seed"
    judged(second, None)


def test_the_small_cases_have_every_shape(tmp_path: Path) -> None:
    shapes = set()
    for seed in SEEDS:
        small_case(seed, tmp_path / str(seed))
        case = oracle.Case(tmp_path / str(seed))
        has_openings = any(posting.kind == "opening" for posting in case.postings)
        shapes.add((*(table in case.sourced for table in ("journal", "transfer", "balance")), has_openings))
    assert shapes >= {(True, True, True, True), (True, True, False, True), (True, False, True, True),
                      (False, True, True, False), (False, False, True, False)}


def test_a_generated_exchange_ends_as_its_run_says(tmp_path: Path) -> None:
    large_case(tmp_path / "case", 60, 11, 2, True, unpriced="", breaks=("taken_by", "unobserved", "moved_to_guarantee"))
    with reconciled(tmp_path / "case") as matter:
        write_history(matter, tmp_path / "told")
    judge_end(tmp_path / "out", tmp_path / "told", date(2026, 3, 31))
    assert len({row["day"] for row in rows_of(tmp_path / "told" / "history.csv")}) > 20


# ---------------------------------------------------------------- cases written by hand


TABLES = {
    "journal": "posting posted_at account asset quantity kind reference",
    "transfer": "transfer occurred_at asset quantity sender recipient fee reference",
    "wallet": "wallet asset quantity custody purpose opening as_of",
    "balance": "account asset quantity",
    "label": "address party kind",
    "price": "asset price",
    "payment": "round account claim_asset step pay_asset quantity",
}
NOON = "T12:00:00+09:00"
TOKYO = timezone(timedelta(hours=9))
START = ("o1 2026-03-01 a BTC 10 opening", "o2 2026-03-01 b BTC 5 opening")
Tables = Mapping[str, tuple[str, ...]]


def made_case(
    folder: Path, tables: Tables, *, assets: Iterable[str] = ("BTC",), zone: str = "", round_no: int = 1,
    commencement_at: str = "2026-03-31T17:00:00+09:00",
) -> Path:
    """Write a case of assets with 2 decimals; a row is its cells, a day alone is that day at noon in Tokyo."""
    sources = []
    for table, rows in tables.items():
        columns = TABLES[table].split()
        cells = [row.split(" ") + [""] * (len(columns) - row.count(" ") - 1) for row in rows]
        for row in cells:
            for place, column in enumerate(columns):
                if column.endswith("_at") and len(row[place]) == 10:
                    row[place] += NOON
        write_file(folder / "inputs" / f"{table}.csv", csv_bytes(columns, cells))
        source = {"table": table, "path": f"inputs/{table}.csv"}
        sources.append(source | ({"timezone": zone} if zone else {}))
    settings = {
        "case": {"title": "Re Told", "trigger": "bankruptcy", "regime": "custom",
                 "commencement_at": datetime.fromisoformat(commencement_at), "currency": "JPY"},
        "assets": {"JPY": {"decimals": 0, "kind": "fiat"}} | {asset: {"decimals": 2} for asset in assets},
        "sources": sources,
        "plan": {"round": round_no},
    }
    write_file(folder / "case.toml", toml_text(settings).encode())
    return folder


def theft_at(at: str) -> Tables:
    return {"journal": START, "wallet": ("cold BTC 12 cold customer 15",), "transfer": (f"t {at} BTC 3 cold y",)}


STORIES: dict[str, Tables] = {
    "THEFT": {"journal": START, "wallet": ("cold BTC 12 cold customer 15",),
              "transfer": ("t1 2026-03-12 BTC 1 cold x", "t2 2026-03-12 BTC 2 cold x")},
    "AGAIN": {"journal": START, "wallet": ("cold BTC 14 cold customer 15",),
              "transfer": ("t1 2026-03-05 BTC 4 cold x", "t2 2026-03-09 BTC 4 x cold", "t3 2026-03-20 BTC 1 cold x")},
    "OWING": {"journal": (*START, "p1 2026-03-10 b BTC -7 trade", "p2 2026-03-11 b BTC 3 trade"),
              "wallet": ("cold BTC 15 cold customer 15",)},
    "EARLY": {"journal": (*START, "p1 2026-03-10 a BTC 4 deposit EARLY-t1"),
              "wallet": ("cold BTC 18 cold customer 15",),
              "transfer": ("t1 2026-03-12 BTC 3 y cold",)},
    "NIGHT-1": theft_at("2026-03-11T23:59:59.999999"),
    "NIGHT-2": theft_at("2026-03-12T00:00:00"),
    "NIGHT-3": theft_at("2026-03-11T14:59:59Z"),
    "NIGHT-4": theft_at("2026-03-11T15:00:00Z"),
    "LAST": {"journal": (*START, "late 2026-03-31T17:00:01+09:00 a BTC 9 adjustment"),
             "wallet": ("cold BTC 12 cold customer 15",),
             "transfer": ("t1 2026-03-31T17:00:00+09:00 BTC 3 cold y", "t2 2026-03-31T17:00:01+09:00 BTC 4 cold y")},
    "LATER": {"journal": START, "wallet": ("cold BTC 11 cold customer 15 2026-04-05T00:00:00Z",),
              "transfer": ("t1 2026-03-20 BTC 1 cold y", "t2 2026-04-02 BTC 3 cold y")},
    "FOUND": {"journal": (*START, "p1 2026-03-04 a BTC 1 reward"), "wallet": ("cold BTC 7 cold customer 15",)},
    "PAID": {"journal": START, "wallet": ("cold BTC 5 cold customer 15",), "payment": ("1 a BTC return BTC 10",)},
    "LOST": {"journal": START, "wallet": ("cold BTC 11 cold customer 15",),
             "transfer": ("t1 2026-03-12 BTC 4 cold lost 0.5",)},
    "HOUSE": {"journal": START, "wallet": ("cold BTC 14 cold customer 15", "own BTC 1 cold house 0"),
              "transfer": ("t1 2026-03-05 BTC 4 cold own", "t2 2026-03-09 BTC 4 own cold",
                           "t3 2026-03-20 BTC 1 cold own")},
}
"""What happened to each asset of one case; its ids get the asset in front."""
LABELS = ("x thief-1 thief", "lost us customer_wallet")


@pytest.fixture(scope="module")
def stories(tmp_path_factory: pytest.TempPathFactory) -> dict[str, AssetHistory]:
    """One case with a story an asset, which is what its replay says."""
    folder = tmp_path_factory.mktemp("stories") / "case"
    tables: dict[str, tuple[str, ...]] = {"journal": (), "wallet": (), "transfer": (), "payment": (), "label": LABELS}
    for asset, story in STORIES.items():
        for table, rows in story.items():
            own = tuple(row.replace("BTC", asset) for row in rows)
            tables[table] += tuple(f"{asset}-{row}" for row in own) if table in ("journal", "transfer") else own
    made_case(folder, tables, assets=STORIES, zone="Asia/Tokyo", round_no=2)
    with reconciled(folder) as matter:
        write_history(matter, folder.parent / "told")
        judge(folder, folder.parent / "out", folder.parent / "told")
        return {asset: history(matter, asset).assets[0] for asset in STORIES}


def shortfalls(asset: AssetHistory) -> dict[str, str]:
    place = asset.columns.index("shortfall")
    return {row[1][5:]: row[place] for row in asset.rows}


def moves_of(asset: AssetHistory) -> dict[str, dict[str, str]]:
    return {day.day[5:]: {line.line: line.quantity for line in day.lines} for day in asset.moved}


def test_a_theft_opens_the_shortfall_on_its_day_and_is_named(stories: dict[str, AssetHistory]) -> None:
    asset = stories["THEFT"]
    assert shortfalls(asset) == {"03-01": "0.00", "03-12": "3.00", "03-31": "3.00"}
    assert (asset.above_on, asset.opened_on, asset.open_days) == ("2026-03-12", "2026-03-12", 19)
    assert not asset.is_open_always
    assert (asset.greatest, asset.greatest_on, asset.undated) == ("3.00", "2026-03-12", "0.00")
    assert moves_of(asset) == {"03-12": {"taken_by:thief-1": "3.00"}}
    line = asset.moved[0].lines[0]
    assert [(record.record, record.id, record.quantity) for record in line.behind] == [
        ("transfer", "THEFT-t2", "2.00"), ("transfer", "THEFT-t1", "1.00")]
    assert line.records == 2


def test_a_shortfall_that_closes_and_opens_again_is_open_since_then(stories: dict[str, AssetHistory]) -> None:
    asset = stories["AGAIN"]
    assert shortfalls(asset) == {"03-01": "0.00", "03-05": "4.00", "03-09": "0.00", "03-20": "1.00", "03-31": "1.00"}
    assert (asset.above_on, asset.opened_on, asset.greatest_on) == ("2026-03-05", "2026-03-20", "2026-03-05")
    assert [day.change for day in asset.moved] == ["4.00", "-4.00", "1.00"]


def test_one_who_owes_never_lowers_what_the_others_are_owed(stories: dict[str, AssetHistory]) -> None:
    asset = stories["OWING"]
    place = asset.columns.index("owed")
    assert [row[place] for row in asset.rows] == ["15.00", "10.00", "11.00", "11.00"]
    assert moves_of(asset) == {
        "03-10": {"credits:trade": "-7.00", "negative_balances": "2.00"},
        "03-11": {"credits:trade": "3.00", "negative_balances": "-2.00"}}


def test_what_is_booked_before_it_arrives_is_timing_and_what_never_came_not(stories: dict[str, AssetHistory]) -> None:
    asset = stories["EARLY"]
    assert shortfalls(asset) == {"03-01": "0.00", "03-10": "4.00", "03-12": "1.00", "03-31": "1.00"}
    assert moves_of(asset) == {"03-12": {"deposit_differences": "1.00"}}
    assert [(day.change, day.lines[0].behind[0].id) for day in asset.moved] == [("1.00", "EARLY-t1")]


@pytest.mark.parametrize(("story", "day"), [
    ("NIGHT-1", "03-11"), ("NIGHT-2", "03-12"), ("NIGHT-3", "03-11"), ("NIGHT-4", "03-12")])
def test_a_day_ends_at_midnight_of_the_zone_of_commencement(
    story: str, day: str, stories: dict[str, AssetHistory]
) -> None:
    assert shortfalls(stories[story]) == {"03-01": "0.00", day: "3.00", "03-31": "3.00"}


def test_days_have_the_offset_of_commencement_before_the_clocks_change_too(tmp_path: Path) -> None:
    """In New York they went forward on 8 March 2026: eleven at night of the 7th by its clocks is midnight here."""
    moments = {"A": "2026-03-07T22:59:59", "B": "2026-03-07T23:00:00",
               "C": "2026-03-08T23:59:59", "D": "2026-03-09T00:00:00"}
    tables = {
        "journal": tuple(f"o{name} 2026-03-01 a {name} 5 opening" for name in moments),
        "wallet": tuple(f"cold {name} 2 cold customer 5" for name in moments),
        "transfer": tuple(f"t{name} {at} {name} 3 cold x" for name, at in moments.items()),
    }
    found = judged(made_case(
        tmp_path / "case", tables, assets=moments, zone="America/New_York",
        commencement_at="2026-03-31T17:00:00-04:00"), None)
    assert [asset.opened_on[5:] for asset in found.assets] == ["03-07", "03-08", "03-08", "03-09"]
    assert found.zone == "UTC-04:00"
    assert "without summer time" in found.notes[0]


def test_the_last_row_is_at_commencement_and_not_at_the_end_of_its_day(stories: dict[str, AssetHistory]) -> None:
    asset = stories["LAST"]
    assert shortfalls(asset) == {"03-01": "0.00", "03-31": "3.00"}
    assert (asset.opened_on, asset.open_days) == ("2026-03-31", 0)


def test_a_wallet_counted_later_is_what_it_was_at_commencement(stories: dict[str, AssetHistory]) -> None:
    assert shortfalls(stories["LATER"]) == {"03-01": "0.00", "03-20": "1.00", "03-31": "1.00"}


def test_what_is_missing_when_the_wallets_are_counted_stands_on_the_last_day(stories: dict[str, AssetHistory]) -> None:
    asset = stories["FOUND"]
    assert shortfalls(asset) == {"03-01": "0.00", "03-04": "1.00", "03-31": "9.00"}
    assert asset.undated == "8.00"
    assert moves_of(asset)["03-31"] == {"unobserved": "8.00"}


def test_what_an_earlier_round_paid_in_kind_is_no_loss(stories: dict[str, AssetHistory]) -> None:
    assert shortfalls(stories["PAID"]) == {"03-01": "0.00", "03-31": "0.00"}
    assert stories["PAID"].moved == ()


def test_a_wallet_of_ours_that_no_list_names_is_held_until_it_is_counted(stories: dict[str, AssetHistory]) -> None:
    assert shortfalls(stories["LOST"]) == {"03-01": "0.00", "03-12": "0.50", "03-31": "4.00"}


def test_customers_short_while_the_house_holds_some_ends_and_lasts(stories: dict[str, AssetHistory]) -> None:
    assert [(b.test, b.from_on[5:], b.until_on[5:], b.days, b.is_open) for b in stories["HOUSE"].breaches] == [
        ("customer_assets_in_house_wallets", "03-05", "03-08", 4, False),
        ("customer_assets_in_house_wallets", "03-20", "03-31", 12, True)]


def test_without_a_journal_only_commencement_says_what_was_owed(tmp_path: Path) -> None:
    found = judged(made_case(tmp_path / "case", {
        "balance": ("a BTC 10",), "wallet": ("cold BTC 6 cold customer 9",),
        "transfer": ("t1 2026-03-12 BTC 3 cold x",)}), "BTC")
    asset = found.assets[0]
    assert [row[1:4] for row in asset.rows] == [("2026-03-12", "", "6.00"), ("2026-03-31", "10.00", "6.00")]
    assert shortfalls(asset) == {"03-12": "", "03-31": "4.00"}
    assert (asset.opened_on, asset.above_on) == ("", "")
    assert "  Short at commencement; nobody can say since when." in list(found.lines(90))
    assert moves_of(asset) == {"03-12": {"outflows_without_posting": "3.00"}, "03-31": {"opening_difference": "1.00"}}
    assert any(note.startswith("There is no journal") for note in found.notes)


def test_without_transfers_only_commencement_says_what_was_held(tmp_path: Path) -> None:
    folder = made_case(tmp_path / "case", {
        "journal": (*START, "p1 2026-03-10 a BTC 2 reward"), "wallet": ("cold BTC 12 cold customer 15",)})
    with reconciled(folder) as matter:
        write_history(matter, tmp_path / "told")
        judge(folder, tmp_path / "out", tmp_path / "told")
        found, drawn = history(matter, "BTC"), chart(matter, "BTC")
    assert [row[2:4] for row in found.assets[0].rows] == [("15.00", ""), ("17.00", ""), ("17.00", "12.00")]
    assert found.assets[0].opened_on == ""
    assert any(note.startswith("There are no transfers") for note in found.notes)
    assert [series.name for series in drawn.series] == ["owed"]
    assert "known here only: held 12.00, shortfall 5.00" in drawn.marks[-1].label


def test_balances_and_wallets_alone_have_one_row(tmp_path: Path) -> None:
    folder = made_case(tmp_path / "case", {"balance": ("a BTC 10",), "wallet": ("cold BTC 6 cold customer",)})
    with reconciled(folder) as matter:
        asset = history(matter, "BTC").assets[0]
        assert shortfalls(asset) == {"03-31": "4.00"}
        assert (asset.is_short, asset.opened_on, asset.above_on) == (True, "", "")
        assert chart(matter, "BTC").days == (date(2026, 3, 31),)


def test_books_without_an_opening_posting_open_with_their_balances(tmp_path: Path) -> None:
    found = judged(made_case(tmp_path / "case", {
        "journal": ("p1 2026-03-10 a BTC -2 withdrawal t1",), "balance": ("a BTC 8", "b BTC 5"),
        "wallet": ("cold BTC 13 cold customer 15",), "transfer": ("t1 2026-03-10 BTC 2 cold x",)}), "BTC")
    asset = found.assets[0]
    assert [row[2] for row in asset.rows] == ["13.00", "13.00"]
    assert not asset.is_short
    assert "no opening postings" in found.notes[1]
    assert "2026-03-10" in found.notes[1]


def test_books_with_openings_keep_what_nobody_can_date_for_the_last_day(tmp_path: Path) -> None:
    found = judged(made_case(tmp_path / "case", {
        "journal": (*START, "p1 2026-03-04 a BTC 1 reward"), "balance": ("a BTC 13", "b BTC 5"),
        "wallet": ("cold BTC 15 cold customer 15",), "transfer": ()}), "BTC")
    assert shortfalls(found.assets[0]) == {"03-01": "0.00", "03-04": "1.00", "03-31": "3.00"}
    assert moves_of(found.assets[0])["03-31"] == {"books_difference": "2.00"}
    assert any("books_difference stands on 2026-03-31" in note for note in found.notes)
    assert "  Of it 2.00 shows at commencement only, and may be older." in list(found.lines(90))


def test_segregation_fails_on_the_planted_days_only(tmp_path: Path) -> None:
    folder = made_case(tmp_path / "case", {
        "price": ("BTC 1000",), "journal": ("o1 2026-03-01 a BTC 100 opening",),
        "wallet": ("cold BTC 95 cold customer 95", "hot BTC 5 hot customer 5", "g BTC 5 cold guarantee 5"),
        "transfer": ("t1 2026-03-10 BTC 1 cold hot", "t2 2026-03-14 BTC 1 hot cold", "t3 2026-03-20 BTC 2 cold hot",
                     "t4 2026-03-20 BTC 2 hot cold", "t5 2026-03-25 BTC 1 cold hot", "t6 2026-03-26 BTC 1 hot cold")})
    with reconciled(folder) as matter:
        write_history(matter, tmp_path / "told")
        judge(folder, tmp_path / "out", tmp_path / "told")
        found = history(matter)
        shares = [row[3] for row in segregation_page(matter, "", 0, 500).rows]
        assert segregation_page(matter, "BTC", 1, 2).total == 7
    spans = [(breach.from_on[5:], breach.until_on[5:], breach.days, breach.is_open) for breach in found.hot_share]
    assert spans == [("03-10", "03-13", 4, False), ("03-25", "03-25", 1, False)]
    assert [(b.test, b.from_on[5:], b.until_on[5:]) for b in found.assets[0].breaches] == [
        ("guarantee", "03-10", "03-13"), ("guarantee", "03-25", "03-25")]
    assert shares == ["0.05000000", "0.06000000", "0.05000000", "0.05000000", "0.06000000", "0.05000000", "0.05000000"]


# ---------------------------------------------------------------- what is told, drawn and written


def write_of(case: Path, folder: Path) -> None:
    with Matter.open(case) as matter:
        write_history(matter, folder)


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo case, run; its history lies in `told` beside it."""
    folder = copy_demo(tmp_path_factory.mktemp("demo") / "case")
    assert not run_case(folder, folder.parent / "out", silent, threads=1).is_blocked
    write_of(folder, folder.parent / "told")
    return folder


def test_the_demo_is_told_and_every_theft_of_it_on_its_day(demo: Path) -> None:
    truth = json.loads((Path(__file__).parents[1] / "fixtures" / "demo_truth.json").read_text(encoding="utf-8"))
    judge_end(demo.parent / "out", demo.parent / "told", date(2026, 3, 31))
    moves = {(row["asset"], row["day"], row["line"]) for row in rows_of(demo.parent / "told" / "history_moves.csv")}
    days = dict(days_of_transfers(demo))
    thefts = [found for found in truth["breaks"] if found["line"].startswith("taken_by:") and found["transfers"]]
    assert thefts
    for found in thefts:
        for transfer in found["transfers"]:
            assert (found["asset"], str(days[transfer]), found["line"]) in moves


def days_of_transfers(folder: Path) -> Iterator[tuple[str, date]]:
    text = gzip.decompress((folder / "inputs" / "transfer.csv.gz").read_bytes()).decode("utf-8")
    for row in csv.DictReader(text.splitlines()):
        at = datetime.fromisoformat(row["occurred_at"])
        at = at if at.tzinfo else at.replace(tzinfo=TOKYO)
        yield row["transfer"], at.astimezone(TOKYO).date()


def test_lines_fit_a_telephone_and_say_the_same_as_json(demo: Path) -> None:
    found, of_one = explore_history(demo, None), explore_history(demo, "ETH")
    for told in (found, of_one):
        for width in (36, 40, 80):
            lines = list(told.lines(width))
            assert max(map(cell_len, lines)) <= width
            assert not any(line != line.rstrip() for line in lines)
    text = "\n".join(found.lines(100))
    assert "Short without a break since 2025-11-08, 143 days before commencement." in text
    assert "taken by unknown intruder" in text
    document = json.loads(json.dumps(asdict(found)))
    assert [asset["asset"] for asset in document["assets"]] == [asset.asset for asset in found.assets]
    assert all(not asset.rows for asset in found.assets)
    assert of_one.assets[0].rows


def test_a_chart_has_a_figure_and_its_text_for_every_day(demo: Path) -> None:
    with Matter.open(demo) as matter:
        drawn = chart(matter, "BTC")
        page = days_page(matter, "BTC", 0, 500)
        moves = moves_page(matter, "BTC", 7, 3)
    written = rows_of(demo.parent / "told" / "history_moves.csv")
    assert [tuple(row.values()) for row in written[7:10]] == list(moves.rows)
    assert isinstance(drawn, Chart)
    assert list(drawn.days) == sorted(set(drawn.days))
    assert [str(day) for day in drawn.days] == [row[1] for row in page.rows]
    for series in drawn.series:
        assert series.texts == tuple(row[page.columns.index(series.name)] for row in page.rows)
        assert [int(text.replace(".", "")) for text in series.texts] == list(series.units)
    days = [mark.on for mark in drawn.marks]
    assert days == sorted(set(days))
    assert set(days) <= set(drawn.days)
    assert "taken by unknown intruder +2.92260756" in next(m.label for m in drawn.marks if m.on == date(2026, 3, 12))


def test_any_order_of_rows_and_any_number_of_threads_give_the_same_bytes(demo: Path, tmp_path: Path) -> None:
    shuffled = copy_demo(tmp_path / "case")
    shuffle_rows(shuffled, 5)
    with reconciled(shuffled, threads=2) as matter:
        write_history(matter, tmp_path / "two")
    for name in FILES:
        assert (demo.parent / "told" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()
        assert b"\r" not in (demo.parent / "told" / name).read_bytes()


def test_a_history_leaves_the_case_as_it_was(demo: Path, tmp_path: Path) -> None:
    def digests() -> Mapping[str, str]:
        files = [path for path in sorted(demo.rglob("*")) if path.is_file()]
        return {str(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}

    before = digests()
    write_of(demo, tmp_path / "told")
    assert digests() == before


def test_nothing_that_is_there_is_replaced(demo: Path, tmp_path: Path) -> None:
    (tmp_path / "told").mkdir()
    (tmp_path / "told" / "history_moves.csv").write_text("mine")
    with pytest.raises(StorageError, match=r"history_moves\.csv"):
        write_of(demo, tmp_path / "told")
    assert [(path.name, path.read_text()) for path in (tmp_path / "told").iterdir()] == [("history_moves.csv", "mine")]
    with pytest.raises(StorageError, match="holds a plan"):
        write_of(demo, demo.parent / "out")
    for inside in ("inputs", "work", "out/round-1", "vault"):
        with pytest.raises(StorageError, match="among the files of the case"):
            write_of(demo, demo / inside)


def test_where_one_file_cannot_have_its_name_none_has(
    demo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rename = Path.rename

    def refused(path: Path, target: Path) -> Path:
        if target.name == "history_moves.csv":
            raise OSError(28, "No space left on device")
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", refused)
    with pytest.raises(StorageError, match="No space left"):
        write_of(demo, tmp_path / "told")
    assert list((tmp_path / "told").iterdir()) == []


def test_texts_of_strangers_are_shown_and_written_as_what_they_are(tmp_path: Path) -> None:
    found = judged(made_case(tmp_path / "case", {
        "journal": START, "wallet": ("cold BTC 12 cold customer 15",), "label": ("x =1+1,\u202e thief",),
        "transfer": ('t\x1b[2J"; 2026-03-12 BTC 3 cold x',)}), "BTC")
    text = "\n".join(found.lines(100))
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert "taken by =1+1,\\u202e" in text
    assert '"taken_by:=1+1,\u202e"' in (tmp_path / "told" / "history_moves.csv").read_text(encoding="utf-8")


def test_an_asset_nobody_names_is_refused(demo: Path) -> None:
    with pytest.raises(UnknownAssetError, match="DOGE"):
        explore_history(demo, "DOGE")


def test_a_run_that_was_stopped_before_it_was_reconciled_has_no_history(tmp_path: Path) -> None:
    case = made_case(tmp_path / "case", {"journal": START, "wallet": ("cold BTC ten cold customer 15",)})
    assert run_case(case, tmp_path / "out", silent, threads=1).is_blocked
    with pytest.raises(CaseError, match="blocking findings"):
        explore_history(case, None)


TAMPERED = (
    ("update holding_total set owed = owed + 1", "does not end with the reconciliation"),
    ("update holding_total set shortfall = shortfall + 1", "does not end with the reconciliation"),
    ("update bridge_line set units = units + 1 where line = 'credits:reward'", "do not sum to the bridge"),
    ("delete from match", "do not sum to the bridge"),
    ("update movement set occurred_at = occurred_at + interval 3 days", "are not what the days differ by"),
    ("update booking set posted_at = posted_at - interval 3 days", "do not sum to the bridge"),
)


def test_a_history_that_is_not_its_reconciliation_is_never_told(tmp_path: Path) -> None:
    folder = made_case(tmp_path / "case", {
        "journal": (*START, "p1 2026-03-10 a BTC 4 deposit t1", "p2 2026-03-11 a BTC 1 reward"),
        "wallet": ("cold BTC 19 cold customer 15",), "transfer": ("t1 2026-03-12 BTC 4 x cold",)})
    with reconciled(folder) as matter:
        make_history(matter.books, 32400)
        for tampered, said in TAMPERED:
            matter.books.execute("begin transaction")
            matter.books.execute(tampered)
            with pytest.raises(AssertionError, match=said):
                make_history(matter.books, 32400)
            matter.books.execute("rollback")
        make_history(matter.books, 32400)


def test_a_history_is_made_once_for_a_case_that_is_open(demo: Path) -> None:
    with Matter.open(demo) as matter:
        first = history(matter)
        matter.books.execute("create temp table kept as select count(*) as rows from history_move")
        matter.books.execute("delete from history_breach")
        again = history(matter, "BTC")
    assert first.assets[0].breaches
    assert not again.assets[0].breaches
