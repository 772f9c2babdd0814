"""Failures that people know, run as cases, to the figures that their READMEs work on paper."""

from __future__ import annotations

import csv
import json
import re
import shutil
from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from pathlib import Path

import pytest

from administrator.cli import main
from administrator.plans.verify import verify
from administrator.progress import silent
from administrator.usecases.comparing import compare_case
from administrator.usecases.running import run_case

PRECEDENTS = Path(__file__).parents[1] / "fixtures" / "cases"
NAMES = sorted(path.name for path in PRECEDENTS.iterdir() if path.is_dir())
Row = dict[str, str]


class Precedent:
    """One precedent, run on a copy."""

    def __init__(self, name: str, scratch: Path, change: Callable[[str], str] = str) -> None:
        self.folder, self.out = scratch / name, scratch / f"{name} out"
        shutil.copytree(PRECEDENTS / name, self.folder)
        path = self.folder / "case.toml"
        path.write_text(change(path.read_text(encoding="utf-8")), encoding="utf-8")
        result = run_case(self.folder, self.out, silent, threads=1)
        assert not result.is_blocked, result.blocking
        assert verify(self.out).faults == ()

    def rows(self, table: str) -> list[Row]:
        with (self.out / f"{table}.csv").open(encoding="utf-8", newline="") as stream:
            return list(csv.DictReader(stream))

    def lines(self, column: str = "entitled") -> dict[str, str]:
        return {
            f"{row['account']} {row['claim_asset']} {row['step']}": row[column] for row in self.rows("schedule")
        }  # fmt: skip

    def holder(self, account: str) -> Row:
        return next(row for row in self.rows("holders") if row["account"] == account)


@pytest.mark.parametrize("name", NAMES)
def test_each_says_its_sources_and_what_is_illustration_and_is_in_the_table(name: str) -> None:
    told = (PRECEDENTS / name / "README.md").read_text(encoding="utf-8")
    for heading in ("Sources", "Illustration", "On paper"):
        assert f"\n## {heading}\n" in told
    assert "http" in told
    table = (PRECEDENTS / "README.md").read_text(encoding="utf-8")
    assert f"[{name}]({name}/README.md)" in table
    settings = (PRECEDENTS / name / "case.toml").read_text(encoding="utf-8")
    assert settings.startswith("# Fact: ")
    assert "Illustration: " in settings


def test_the_table_lists_no_other() -> None:
    table = (PRECEDENTS / "README.md").read_text(encoding="utf-8")
    assert re.findall(r"^\| \[([a-z0-9-]+)\]", table, re.MULTILINE) == NAMES


def test_mt_gox_base_payment_200000_and_21_percent_of_7293188_30(tmp_path: Path) -> None:
    lines = Precedent("mt-gox", tmp_path).lines()
    assert lines["ann BTC dividend:base"] == "200000"
    assert lines["ann BTC dividend"] == "1531569", "1,531,569.543 in whole yen"
    assert Decimal("7293188.30") * Decimal("0.21") == Decimal("1531569.5430")
    assert lines["ben JPY dividend:base"] == "100000"
    assert lines["cyd BTC dividend"] == "53019", "whatever ann chose"


def test_cryptopia_90_and_100_percent_by_trust_against_95_pooled(tmp_path: Path) -> None:
    ran = Precedent("cryptopia", tmp_path)
    dividends = {row["pool"]: (row["dividend_numerator"], row["dividend_denominator"]) for row in ran.rows("pools")}
    assert dividends == {"BTC": ("9", "10"), "ETH": ("1", "1")}
    by_trust, pooled = compare_case(ran.folder, ["pooling=per_asset,by_value"], silent).scenarios
    shares = [{line.group: line.recovery for line in scenario.groups if line.kind == "asset"}
              for scenario in (by_trust, pooled)]  # fmt: skip
    assert shares[0] == {"BTC": "0.90000000", "ETH": "1.00000000"}
    assert shares[1] == {"BTC": "0.95000000", "ETH": "0.95000000"}
    assert (pooled.groups[0].winners, pooled.groups[0].gained) == ("1", "30.00"), "ann; for ben it is one"
    assert (pooled.groups[0].losers, pooled.groups[0].lost) == ("1", "30.00")


def test_gatecoin_three_groups(tmp_path: Path) -> None:
    lines = Precedent("gatecoin", tmp_path).lines()
    assert lines == {
        "ann BTC return": "1.60000000", "ben BTC return": "2.40000000", "ann BTC estate": "480.00",
        "ben BTC estate": "720.00", "cyd BTC estate": "1200.00",
    }  # fmt: skip


def test_gatecoin_group_c_is_told_why_it_has_no_part_of_the_trust(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = Precedent("gatecoin", tmp_path).folder
    assert main(["explain", str(folder), "cyd"]) == 0
    told = capsys.readouterr().out
    assert "the terms that were accepted make no trust" in told
    assert "insider" not in told


def test_ftx_convenience_class_whole_and_72_percent_of_the_others(tmp_path: Path) -> None:
    assert Precedent("ftx-classes", tmp_path).lines() == {
        "ann USD dividend:convenience": "10000.00", "ben-1 USD dividend": "28800.00", "ben-2 USD dividend": "14400.00",
    }  # fmt: skip


def test_ftx_a_pool_an_exchange_and_66_percent_of_the_general_one_for_customers_alone(tmp_path: Path) -> None:
    ran = Precedent("ftx-pools", tmp_path)
    assert ran.lines() == {
        "ann USD return": "1100000000.00", "ann USD estate": "4224905136.25",
        "ben USD return": "334000000.00", "ben USD estate": "78801601.41",
    }  # fmt: skip
    told = json.loads((ran.out / "plan.json").read_text(encoding="utf-8"))["estate"]
    assert told["other_claims_awarded"] == {"estate": "696293262.33"}


@pytest.mark.parametrize(
    ("until", "interest", "percent"),
    [("2025-01-03", ("1933.15", "11598.90"), "119.33"), ("2025-02-18", ("2046.58", "12279.45"), "120.47")],
)
def test_ftx_interest_comes_to_119_33_and_120_47_percent(
    tmp_path: Path, until: str, interest: tuple[str, str], percent: str
) -> None:
    ran = Precedent("ftx-interest", tmp_path, lambda text: text.replace("2025-01-03", until))
    lines = ran.lines()
    assert (lines["ann USD estate:interest"], lines["ben USD estate:interest"]) == interest
    got = Decimal(lines["ann USD estate"]) + Decimal(interest[0])
    assert (got / 100).quantize(Decimal("0.01"), ROUND_HALF_UP) == Decimal(percent)


def test_celsius_custody_36_25_percent_twice_and_insiders_excluded(tmp_path: Path) -> None:
    ran = Precedent("celsius-custody", tmp_path)
    assert ran.lines() == {"ann BTC return": "0.72500000", "ben BTC return": "2.17500000"}
    assert ran.lines("paid_before") == ran.lines("quantity")
    assert ran.lines("quantity")["ann BTC return"] == "0.36250000"


def test_dmm_bitcoin_everybody_whole_by_way_of_a_successor(tmp_path: Path) -> None:
    ran = Precedent("dmm-bitcoin", tmp_path)
    (loss,) = ran.rows("losses")
    assert (loss["event"], loss["quantity"]) == ("31 May 2024", "4502.90000000")
    assert {row["recovery"] for row in ran.rows("holders")} == {"1.00000000"}
    assert {row["status"] for row in ran.rows("schedule")} == {"pay"}


def test_ftx_japan_full_return_and_a_surplus(tmp_path: Path) -> None:
    ran = Precedent("ftx-japan", tmp_path)
    assert {row["recovery"] for row in ran.rows("holders")} == {"1.00000000"}
    surplus = {row["pool"]: row["surplus"] for row in ran.rows("pools")}
    assert surplus == {"JPY": "0", "BTC": "0.05000000", "SOL": "1.000000000"}
    coverage = {row["asset"]: row["coverage"] for row in ran.rows("reconciliation")}
    assert coverage["BTC"].startswith("1.0285")
    assert ran.rows("losses") == []


def test_bitfinex_639_33_and_360_67_of_1000(tmp_path: Path) -> None:
    ran = Precedent("bitfinex-2016", tmp_path)
    assert ran.lines() == {
        "ann USD dividend": "639.33", "ben BTC dividend": "3861.93", "cyd USD dividend": "1892.03"}  # fmt: skip
    assert ran.holder("ann")["unpaid_value"] == "360.67"
    assert next(row for row in ran.rows("pools") if row["pool"] == "value")["residue"] == "0.01"


def test_bitpoint_published_rows_do_not_sum_and_units_do(tmp_path: Path) -> None:
    published = [row.split("|")[3:5] for row in _table("bitpoint") if "| total" not in row]
    rows, customers = ([Decimal(row[at].strip()) for row in published] for at in (0, 1))
    assert sum(rows) == Decimal("3.00") != Decimal("3.02")
    assert sum(customers) == Decimal("2.04") != Decimal("2.06")
    losses = Precedent("bitpoint", tmp_path).rows("losses")
    values = {row["asset"]: int(row["value"]) for row in losses}
    cut = {asset: Decimal(value // 10_000_000) / 100 for asset, value in values.items()}
    assert [cut[asset] for asset in ("BTC", "BCH", "ETH", "LTC", "XRP")] == rows
    assert sum(values.values()) == 3_024_683_885
    assert Decimal(sum(values.values()) // 10_000_000) / 100 == Decimal("3.02")


def _table(name: str) -> list[str]:
    told = (PRECEDENTS / name / "README.md").read_text(encoding="utf-8").splitlines()
    return [line for line in told if re.match(r"\| (BTC|BCH|ETH|LTC|XRP|total)", line)]


def test_quadriga_interim_dividend_of_39_69_million(tmp_path: Path) -> None:
    ran = Precedent("quadriga", tmp_path)
    assert ran.lines()["ann CAD return"] == "1309.41"
    pool = next(row for row in ran.rows("pools") if row["pool"] == "CAD")
    shared = Decimal(pool["distributable"])
    assert (shared / 1_000_000).quantize(Decimal("0.01")) == Decimal("39.69")
    assert (Decimal("303100000") * Decimal("0.13094156")).quantize(Decimal("0.01")) == Decimal("39688386.84")
    dividend = Fraction(int(pool["dividend_numerator"]), int(pool["dividend_denominator"]))
    assert round(dividend * 10**8) == 13094156


def test_wazirx_1_27875_of_1_5(tmp_path: Path) -> None:
    lines = Precedent("wazirx", tmp_path).lines()
    assert lines["ann BTC return"] == "1.27875000"
    assert lines["ben ETH return"] == "85.250000000000000000"


def test_zaif_600_of_1000_mona_and_57819_yen(tmp_path: Path) -> None:
    ran = Precedent("zaif", tmp_path)
    lines = ran.lines()
    assert lines["ann MONA return"] == "600.00000000"
    assert lines["ann MONA reserve:money of the buyer"] == "57819", "57,819.2 in whole yen"
    assert ran.holder("ann")["recovery"] == ran.holder("ben")["recovery"] == "1.00000000"
