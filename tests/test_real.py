"""Does the product account for every unit of real data, against a second parse that shares nothing with it?

The data are found by the environment variable ADMINISTRATOR_REAL_DATA and never enter the repository: an extract of a
failed exchange's schedule of customer claims (packed cells, page headers among the rows, carriage returns inside names
and digits, most assets unpriced), and the 2,072 transfers of the theft of 2 August 2016. What they lack is made up in
tests/real_cases.py.
"""

from __future__ import annotations

import ast
import csv
import json
import os
from collections import defaultdict
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from administrator.plans.verify import verify
from administrator.progress import silent
from administrator.usecases.explaining import explain
from administrator.usecases.running import RunResult, run_case
from tests import real_cases as real
from tests.real_cases import Schedule, Theft, plain

DATA = os.environ.get("ADMINISTRATOR_REAL_DATA", "")
needs_data = pytest.mark.skipif(not DATA, reason="ADMINISTRATOR_REAL_DATA names no folder of real data")
SECOND_PARSE_LINES_MAX = 40
PUBLISHED_TRANSFERS = 2_072
PUBLISHED_BTC = "119756.62032288"

Row = dict[str, str]


def data() -> Path:
    """The folder of real data: named but not there is a fault, not a reason to skip."""
    folder = Path(DATA).resolve()
    assert (folder / "ftx_schedule").is_dir(), "ADMINISTRATOR_REAL_DATA names a folder without ftx_schedule/"
    return folder


def rows_of(path: Path) -> list[Row]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def keyed(path: Path, *key: str) -> dict[tuple[str, ...], Row]:
    """The rows of an output by their key, which must be unique and in byte order."""
    rows = rows_of(path)
    found = {tuple(row[name] for name in key): row for row in rows}
    assert len(found) == len(rows), f"{path.name} has a key twice"
    ordered = [[cell.encode() for cell in one] for one in found]
    assert all(before < after for before, after in pairwise(ordered)), f"{path.name} is out of order"
    return found


def run(case: Path, out: Path) -> RunResult:
    return run_case(case, out, silent)


def refused(folder: Path, read: Schedule, **settings: Any) -> set[int]:
    """The records of the schedule that a run with these settings refuses, each with a reason; nothing else leaves."""
    case, out = real.write_schedule_case(folder / "case", data(), read.sum(+1), **settings), folder / "out"
    assert run(case, out).is_blocked
    assert sorted(path.name for path in out.iterdir()) == ["findings.csv", "manifest.json", "rejects.csv"]
    rejects = rows_of(out / "rejects.csv")
    assert all(row["reason"] and row["source"].endswith("schedule_extract.csv") for row in rejects)
    return {int(row["row"]) for row in rejects}


def sources_of(out: Path) -> dict[str, dict[str, int]]:
    """The row equation of each file, by file name."""
    told = json.loads((out / "plan.json").read_text(encoding="utf-8"))["control_totals"]["sources"]
    return {Path(one["source"]).name: {name: one[name] for name in one if name != "source"} for one in told}


# ---------------------------------------------------------------- the second parse itself


def test_the_second_parse_is_short_and_shares_nothing_with_the_product() -> None:
    source = Path(real.__file__).read_text(encoding="utf-8")
    tree = ast.parse(source)
    named = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    named |= {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert named == {"__future__", "collections", "csv", "dataclasses", "decimal", "fractions", "pathlib"}
    spans = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef)}
    parse = [spans["Schedule"], spans["read_schedule"]]
    assert sum((node.end_lineno or 0) - node.lineno + 1 for node in parse) <= SECOND_PARSE_LINES_MAX


# ---------------------------------------------------------------- the schedule of claims


@dataclass(frozen=True)
class Ran:
    """The schedule as a case that was run, and what the second parse says of the same file."""

    read: Schedule
    prices: dict[str, Fraction]
    case: Path
    out: Path
    owed: dict[str, int]
    held: dict[str, int]

    def value(self, units: int, asset: str) -> str:
        """Units at their price in 10^-16 dollars, rounded half to even; empty without a price."""
        if asset not in self.prices:
            return ""
        return plain(round(units * self.prices[asset] * 10 ** (real.PLACES - real.places(asset))), real.PLACES)

    def award(self, units: int, asset: str) -> int:
        return self.held[asset] * units // self.owed[asset] if self.owed[asset] else 0


@pytest.fixture(scope="module")
def read() -> Schedule:
    return real.read_schedule(data() / "ftx_schedule" / "schedule_extract.csv")


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory, read: Schedule) -> Ran:
    folder = tmp_path_factory.mktemp("schedule")
    prices = real.read_prices(data() / "ftx_schedule" / "prices_2022-11-11_usd.csv")
    owed = read.sum(+1)
    case = real.write_schedule_case(folder / "case", data(), owed)
    result = run(case, folder / "out")
    assert not result.is_blocked, result.blocking
    held = {asset: real.held_of(units) for asset, units in owed.items()}
    return Ran(read, prices, case, folder / "out", owed, held)


@needs_data
class TestSchedule:
    def test_the_extract_is_as_dirty_as_it_is_said_to_be(self, ran: Ran) -> None:
        assert len(ran.read.broken) > 60
        assert len(ran.read.ignored) > 60
        assert sum(units < 0 for units in ran.read.positions.values()) > 100
        assert sum(asset.startswith("NFT") for asset in ran.owed) > 100
        assert len(ran.owed.keys() - ran.prices.keys()) > len(ran.owed) // 2

    def test_every_row_is_accepted_or_a_page_header(self, ran: Ran) -> None:
        told = sources_of(ran.out)["schedule_extract.csv"]
        accepted, ignored = len(ran.read.rows), len(ran.read.ignored)
        assert told == {"rows": accepted + ignored, "accepted": accepted, "rejected": 0, "ignored": ignored}
        assert rows_of(ran.out / "rejects.csv") == []

    def test_mended_cells_and_prices_in_scientific_notation_are_counted(self, ran: Ran) -> None:
        told = {row["code"]: row["message"] for row in rows_of(ran.out / "findings.csv") if row["severity"] == "note"}
        assert told["mended-cells"].endswith(f" {len(ran.read.broken)} such cells in the file.")
        text = (data() / "ftx_schedule" / "prices_2022-11-11_usd.csv").read_text(encoding="ascii")
        scientific = sum("e" in line.split(",")[1] for line in text.splitlines()[1:])
        assert scientific
        assert told["scientific-notation"].endswith(f" is in scientific notation; {scientific} such cells in the file.")

    def test_owed_negative_and_held_are_right_to_the_unit(self, ran: Ran) -> None:
        found = keyed(ran.out / "reconciliation.csv", "asset")
        negative = ran.read.sum(-1)
        assert {asset for (asset,) in found} == ran.owed.keys() | ran.prices.keys()
        for (asset,), row in found.items():
            owed, held, scale = ran.owed.get(asset, 0), ran.held.get(asset, 0), real.places(asset)
            expected = {
                "owed": plain(owed, scale), "negative": plain(negative.get(asset, 0), scale),
                "held_customer": plain(held, scale), "held_house": plain(0, scale), "held_guarantee": plain(0, scale),
                "hot": plain(0, scale), "shortfall": plain(owed - held, scale),
                "coverage": plain(held * 10**8 // owed, 8) if owed else "",
                "owed_value": ran.value(owed, asset), "shortfall_value": ran.value(owed - held, asset),
            }  # fmt: skip
            assert {name: row[name] for name in expected} == expected, asset
            assert (Fraction(row["price"]) if row["price"] else None) == ran.prices.get(asset), asset

    def test_each_bridge_is_exact_and_says_what_is_negative(self, ran: Ran) -> None:
        negative, expected = ran.read.sum(-1), []
        for asset, owed in sorted(ran.owed.items(), key=lambda item: item[0].encode()):
            less = negative[asset]
            lines = {"opening_difference": owed - less - ran.held[asset], "negative_balances": less}
            expected += [
                {"asset": asset, "line": line, "quantity": plain(units, real.places(asset))}
                for line, units in lines.items() if units
            ]  # fmt: skip
        assert rows_of(ran.out / "bridge.csv") == expected

    def test_each_position_is_a_claim_to_the_unit(self, ran: Ran) -> None:
        found = keyed(ran.out / "claims.csv", "account", "asset")
        assert found.keys() == ran.read.positions.keys()
        for (account, asset), row in found.items():
            scheduled, zero = max(ran.read.positions[account, asset], 0), plain(0, real.places(asset))
            text = plain(scheduled, real.places(asset))
            assert row == {
                "account": account, "asset": asset, "scheduled": text, "filed": "", "allowed": text,
                "disputed": zero, "unclaimed": zero, "disallowed": zero, "value": ran.value(scheduled, asset),
            }  # fmt: skip

    def test_each_award_is_the_floor_of_its_share(self, ran: Ran) -> None:
        found = keyed(ran.out / "schedule.csv", "account", "claim_asset", "part", "step", "pay_asset")
        expected: dict[tuple[str, ...], Row] = {}
        for (account, asset), units in ran.read.positions.items():
            award, scale = ran.award(max(units, 0), asset), real.places(asset)
            if award:
                expected[account, asset, "", "return", asset] = {
                    "claim": plain(units, scale), "entitled": plain(award, scale), "paid_before": plain(0, scale),
                    "quantity": plain(award, scale), "value": ran.value(award, asset), "status": "pay", "reason": "",
                }  # fmt: skip
        assert found.keys() == expected.keys()
        for key, row in found.items():
            assert {name: row[name] for name in expected[key]} == expected[key], key

    def test_what_flooring_leaves_is_the_residue_of_its_pool(self, ran: Ran) -> None:
        found = keyed(ran.out / "pools.csv", "pool")
        assert {asset for (asset,) in found} == ran.owed.keys() | ran.prices.keys()
        awarded: dict[str, int] = defaultdict(int)
        for (_, asset), units in ran.read.positions.items():
            awarded[asset] += ran.award(max(units, 0), asset)
        for (asset,), row in found.items():
            owed, held, scale = ran.owed.get(asset, 0), ran.held.get(asset, 0), real.places(asset)
            expected = {"gross": held, "costs": 0, "holdback": 0, "distributable": held, "claims": owed, "surplus": 0}
            expected |= {"awarded": awarded[asset], "residue": held - awarded[asset]}
            assert {name: row[name] for name in expected} == {name: plain(n, scale) for name, n in expected.items()}
            dividend = (row["dividend_numerator"], row["dividend_denominator"])
            share = Fraction(held, owed) if owed else None
            assert dividend == ((str(share.numerator), str(share.denominator)) if share is not None else ("", ""))

    def test_a_missing_price_is_said_and_is_no_zero(self, ran: Ran) -> None:
        unpriced = {asset for asset, units in ran.owed.items() if units and asset not in ran.prices}
        told = {row["asset"] for row in rows_of(ran.out / "findings.csv") if row["code"] == "price-missing"}
        assert told == unpriced
        assert all(row["value"] == "" for row in rows_of(ran.out / "losses.csv") if row["asset"] in unpriced)
        totals = json.loads((ran.out / "plan.json").read_text(encoding="utf-8"))["totals"]
        assert (totals["allowed_value"], totals["returned_value"]) == ("partial", "partial")

    def test_a_holder_of_an_unpriced_asset_has_a_partial_total_and_everybody_else_an_exact_one(self, ran: Ran) -> None:
        found = keyed(ran.out / "holders.csv", "account")
        assert {account for (account,) in found} == ran.read.rows.keys()
        claims: dict[str, dict[str, int]] = defaultdict(dict)
        for (account, asset), units in ran.read.positions.items():
            claims[account][asset] = max(units, 0)
        partial = 0
        for (account,), row in found.items():
            allowed = self.total(ran, claims[account])
            awards = {asset: ran.award(units, asset) for asset, units in claims[account].items()}
            returned = self.total(ran, awards)
            assert row["allowed_value"] == ("partial" if allowed is None else plain(allowed, real.PLACES)), account
            assert row["returned_value"] == ("partial" if returned is None else plain(returned, real.PLACES)), account
            partial += allowed is None
            if allowed is None or returned is None:
                assert (row["unpaid_value"], row["recovery"]) == ("partial", ""), account
            else:
                assert row["unpaid_value"] == plain(max(0, allowed - returned), real.PLACES), account
                assert row["recovery"] == (plain(returned * 10**8 // allowed, 8) if allowed else ""), account
        assert 0 < partial < len(found)

    @staticmethod
    def total(ran: Ran, units_of: dict[str, int]) -> int | None:
        """The sum of values in 10^-16 dollars; None where an unpriced asset is among what is not zero."""
        values = [ran.value(units, asset) for asset, units in units_of.items() if units]
        return None if "" in values else sum(int(value.replace(".", "")) for value in values)

    def test_the_folder_verifies(self, ran: Ran) -> None:
        verdict = verify(ran.out)
        assert verdict.fault_count == 0, verdict.faults

    def test_an_account_is_led_back_to_its_record_of_the_file(self, ran: Ran) -> None:
        paid = {row["account"] for row in rows_of(ran.out / "schedule.csv")}
        broken = [account for account, row in ran.read.rows.items() if row in ran.read.broken and account in paid]
        for account in broken[:: len(broken) // 3]:
            said = "\n".join(explain(ran.case, account).lines())
            for (holder, asset), units in ran.read.positions.items():
                if holder == account and units >= 0:
                    scale, record = real.places(asset), ran.read.rows[account]
                    assert f"balance {plain(units, scale)} {asset} at commencement: " in said
                    assert f"schedule_extract.csv:{record}\n" in said
                    if award := ran.award(units, asset):
                        assert f"return of {asset} = {plain(award, scale)} {asset}" in said

    def test_a_negative_balance_is_explained_as_what_it_is(self, ran: Ran) -> None:
        (account, asset), units = next(item for item in ran.read.positions.items() if item[1] < 0)
        said = "\n".join(explain(ran.case, account).lines())
        assert f"balance {plain(units, real.places(asset))} {asset}" in said


@needs_data
class TestUndeclaredDirt:
    """The same file where case.toml does not declare its dirt: refused row by row, never read as something else."""

    def test_page_headers_are_refused_each(self, tmp_path: Path, read: Schedule) -> None:
        assert refused(tmp_path, read, declared=real.MEND) == set(read.ignored)

    def test_carriage_returns_are_refused_each_where_assets_are_named(self, tmp_path: Path, read: Schedule) -> None:
        codes = {asset for _, asset in read.positions if not asset.startswith("NFT")} - set(real.FIATS)
        assert refused(tmp_path, read, declared=real.IGNORE, codes=(*sorted(codes), "NFT (*")) == set(read.broken)

    def test_carriage_returns_are_refused_each_where_a_pattern_catches_all(
        self, tmp_path: Path, read: Schedule
    ) -> None:
        assert refused(tmp_path, read, declared=real.IGNORE) == set(read.broken)

    def test_a_digit_more_than_an_asset_has_is_refused_and_padding_is_not(self, tmp_path: Path, read: Schedule) -> None:
        deep = {
            read.rows[account] for (account, asset), units in read.positions.items()
            if not asset.startswith("NFT") and units % 10
        }  # fmt: skip
        assert refused(tmp_path, read, decimals=real.PLACES - 1) == deep


# ---------------------------------------------------------------- the theft


@dataclass(frozen=True)
class Stolen:
    """The theft as a case that was run, and what the second parse says of it."""

    read: Theft
    case: Path
    out: Path


def stolen(folder: Path, sections: str, labels: bool = True) -> Stolen:
    read = real.read_theft(data() / "bitfinex_2016" / "theft_transfers.csv")
    case = real.write_theft_case(folder / "case", data(), sections=sections, labels=labels)
    result = run(case, folder / "out")
    assert not result.is_blocked, result.blocking
    return Stolen(read, case, folder / "out")


def losses_of(one: Stolen, event: str, peril: str) -> list[Row]:
    return [
        {"event": event, "peril": peril, "asset": "BTC", "custody": custody, "quantity": plain(taken, 8),
         "value": plain(round(Fraction(taken * real.LOSS_PRICE, real.BTC)), 2)}
        for custody in ("hot", "warm") for taken in (one.read.taken(custody),)
    ]  # fmt: skip


@pytest.fixture(scope="module")
def theft(tmp_path_factory: pytest.TempPathFactory) -> Stolen:
    return stolen(tmp_path_factory.mktemp("theft"), real.THEFT_EVENT + real.THEFT_POLICY)


@needs_data
class TestTheft:
    def test_the_file_has_the_published_figures(self, theft: Stolen) -> None:
        assert len(theft.read.quantities) == PUBLISHED_TRANSFERS
        assert plain(sum(theft.read.quantities), 8) == PUBLISHED_BTC
        assert not set(theft.read.senders) & set(theft.read.recipients)

    def test_every_transfer_is_accepted(self, theft: Stolen) -> None:
        told = sources_of(theft.out)["theft_transfers.csv"]
        assert told == {"rows": PUBLISHED_TRANSFERS, "accepted": PUBLISHED_TRANSFERS, "rejected": 0, "ignored": 0}

    def test_the_bridge_is_one_line_and_exact(self, theft: Stolen) -> None:
        line = {"asset": "BTC", "line": f"taken_by:{real.THIEF}", "quantity": PUBLISHED_BTC}
        assert rows_of(theft.out / "bridge.csv") == [line]
        (row,) = rows_of(theft.out / "reconciliation.csv")
        assert row["owed"] == plain(real.COLD + sum(theft.read.quantities), 8)
        assert (row["held_customer"], row["shortfall"]) == (plain(real.COLD, 8), PUBLISHED_BTC)

    def test_one_thief_took_it_and_returned_nothing(self, theft: Stolen) -> None:
        assert rows_of(theft.out / "flows.csv") == [
            {"party": real.THIEF, "party_kind": "thief", "asset": "BTC", "taken": PUBLISHED_BTC,
             "returned": plain(0, 8), "net": PUBLISHED_BTC}
        ]  # fmt: skip

    def test_it_is_one_event_of_external_theft_by_custody(self, theft: Stolen) -> None:
        assert theft.read.taken("hot") + theft.read.taken("warm") == sum(theft.read.quantities)
        assert rows_of(theft.out / "losses.csv") == losses_of(theft, real.THEFT, "external_theft")

    def test_the_policy_answers_for_the_hot_wallets_once(self, theft: Stolen) -> None:
        ground_up, covered = (
            sum(round(Fraction(theft.read.taken(custody) * real.LOSS_PRICE, real.BTC)) for custody in custodies)
            for custodies in (("hot", "warm"), ("hot",))
        )
        due = min(max(covered - real.RETENTION, 0), real.LIMIT) * 9 // 10
        assert due > real.RECEIVED
        paid = [row for row in rows_of(theft.out / "schedule.csv") if row["step"].startswith("insurance:")]
        distributed = sum(int(row["entitled"].replace(".", "")) for row in paid)
        assert real.RECEIVED - len(paid) < distributed <= real.RECEIVED
        (row,) = rows_of(theft.out / "coverage.csv")
        figures = {"ground_up": ground_up, "covered": covered, "due": due, "received": real.RECEIVED}
        figures["distributed"] = distributed
        assert {name: row[name] for name in figures} == {name: plain(minor, 2) for name, minor in figures.items()}
        assert (row["event"], row["reason"]) == (real.THEFT, "")

    def test_a_cent_of_rounding_is_not_called_what_is_left_when_all_is_met(self, theft: Stolen) -> None:
        (told,) = [row for row in rows_of(theft.out / "findings.csv") if row["code"] == "compensation-left-over"]
        assert "every loss" not in told["message"]

    def test_the_folder_verifies_and_an_account_is_explained(self, theft: Stolen) -> None:
        verdict = verify(theft.out)
        assert verdict.fault_count == 0, verdict.faults
        lines = [row for row in rows_of(theft.out / "schedule.csv") if row["account"] == "B"]
        assert {row["step"].split(":")[0] for row in lines} == {"insurance", "return"}
        said = "\n".join(explain(theft.case, "B").lines())
        assert "inputs/balance.csv:3" in said
        assert f"loss of BTC by {real.THEFT}" in said
        for line in lines:
            assert f"= {line['quantity']} {line['pay_asset']}" in said

    def test_undeclared_it_is_an_event_of_its_own_line_and_a_finding_asks(self, tmp_path: Path, theft: Stolen) -> None:
        undeclared = stolen(tmp_path, real.THEFT_POLICY)
        assert (undeclared.out / "bridge.csv").read_bytes() == (theft.out / "bridge.csv").read_bytes()
        line = f"taken_by:{real.THIEF}"
        assert rows_of(undeclared.out / "losses.csv") == losses_of(undeclared, line, "external_theft")
        assert "events-undeclared" in {row["code"] for row in rows_of(undeclared.out / "findings.csv")}

    def test_unlabelled_it_went_to_as_many_strangers_and_nobody_insures_that(self, tmp_path: Path) -> None:
        unlabelled = stolen(tmp_path, real.THEFT_POLICY, labels=False)
        line = "outflows_without_posting"
        assert rows_of(unlabelled.out / "bridge.csv") == [{"asset": "BTC", "line": line, "quantity": PUBLISHED_BTC}]
        assert rows_of(unlabelled.out / "losses.csv") == losses_of(unlabelled, line, "unexplained")
        found = keyed(unlabelled.out / "flows.csv", "party", "asset")
        went = dict(zip(unlabelled.read.recipients, unlabelled.read.quantities, strict=True))
        assert {party: row["taken"] for (party, _), row in found.items()} == {
            party: plain(units, 8) for party, units in went.items()
        }
        assert {row["party_kind"] for row in found.values()} == {"unknown"}
        (row,) = rows_of(unlabelled.out / "coverage.csv")
        assert (row["distributed"], row["reason"]) == ("0.00", "peril")
        assert verify(unlabelled.out).fault_count == 0
