"""Do the product's files say what section 13 of the rules works out by hand, to the unit?

The case is written here from literals; so is what must come out, sentence by sentence of the section. Bases floor
twice: the loss of a line is shared over two lines of the bridge, 25 and 10 parts of 35, each share cut off, so that of
3,000,000 lost only 2,142,857 + 857,142 = 2,999,999 are a base.
"""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import pytest

from administrator.plans.verify import verify
from administrator.progress import silent
from administrator.usecases.running import RunResult, run_case

Row = dict[str, str]
ROOT = Path(__file__).resolve().parents[1]

CASE_TOML = """
[case]
title = "Re Example"
trigger = "bankruptcy"
regime = "custom"
commencement_at = 2026-03-31T09:00:00+09:00
currency = "JPY"

[assets.JPY]
decimals = 0
kind = "fiat"

[assets.BTC]
decimals = 8

[assets.ETH]
decimals = 18

[[sources]]
table = "balance"
path = "inputs/balances.csv"

[[sources]]
table = "claim"
path = "inputs/claims.csv"

[[sources]]
table = "wallet"
path = "inputs/wallets.csv"

[[sources]]
table = "price"
path = "inputs/prices.csv"

[[reserves]]
name = "reserve"
amount = "1000000"
currency = "JPY"
covers = ["unexplained"]
ring_fenced = true
"""
INPUTS = {
    "balances.csv": "account,asset,quantity\nA,BTC,1\nB,BTC,0.5\nB,ETH,10\nC,BTC,0.25\nD,BTC,-0.1\n",
    "claims.csv": "claim,account,asset,quantity\n1,C,BTC,0.5\n",
    "wallets.csv": "wallet,asset,quantity\nvault,BTC,1.4\nvault,ETH,10\n",
    "prices.csv": "asset,price\nBTC,10000000\nETH,400000\n",
}
ETH_0 = "0." + "0" * 18
ETH_10 = "10." + "0" * 18

FILES = {
    "reconciliation.csv":
        "asset,owed,negative,held_customer,held_house,held_guarantee,hot,shortfall,coverage,price,owed_value,"
        "shortfall_value\n"
        "BTC,1.75000000,0.10000000,1.40000000,0.00000000,0.00000000,0.00000000,0.35000000,0.80000000,10000000,"
        "17500000,3500000\n"
        f"ETH,{ETH_10},{ETH_0},{ETH_10},{ETH_0},{ETH_0},{ETH_0},{ETH_0},1.00000000,400000,4000000,0\n",
    "bridge.csv": "asset,line,quantity\nBTC,opening_difference,0.25000000\nBTC,negative_balances,0.10000000\n",
    "segregation.csv": "test,asset,measured,required,met\n"
                       "guarantee,BTC,0.00000000,0.00000000,yes\n"
                       f"guarantee,ETH,{ETH_0},{ETH_0},yes\n"
                       "hot_share,,0.00000000,0.05,yes\n",
    "flows.csv": "party,party_kind,asset,taken,returned,net\n",
    "losses.csv": "event,peril,asset,custody,quantity,value\n"
                  "negative_balances,unexplained,BTC,,0.10000000,1000000\n"
                  "opening_difference,unexplained,BTC,,0.25000000,2500000\n",
    "coverage.csv": "source,event,ground_up,covered,due,received,distributed,reason\n"
                    "reserve,,5999996,5999996,1000000,1000000,999998,\n",
    "claims.csv": "account,asset,scheduled,filed,allowed,disputed,unclaimed,disallowed,value\n"
                  "A,BTC,1.00000000,,1.00000000,0.00000000,0.00000000,0.00000000,10000000\n"
                  "B,BTC,0.50000000,,0.50000000,0.00000000,0.00000000,0.00000000,5000000\n"
                  f"B,ETH,{ETH_10},,{ETH_10},{ETH_0},{ETH_0},{ETH_0},4000000\n"
                  "C,BTC,0.25000000,0.50000000,0.25000000,0.25000000,0.00000000,0.00000000,5000000\n"
                  "D,BTC,0.00000000,,0.00000000,0.00000000,0.00000000,0.00000000,0\n",
    "bases.csv": "account,asset,part,event,custody,base,met\n"
                 "A,BTC,,negative_balances,,857142,500000\n"
                 "A,BTC,,opening_difference,,2142857,0\n"
                 "B,BTC,,negative_balances,,428571,250000\n"
                 "B,BTC,,opening_difference,,1071428,0\n"
                 "C,BTC,,negative_balances,,214285,124999\n"
                 "C,BTC,,opening_difference,,535714,0\n"
                 "C,BTC,disputed,negative_balances,,214285,124999\n"
                 "C,BTC,disputed,opening_difference,,535714,0\n",
    "pools.csv": "pool,asset,gross,costs,holdback,distributable,claims,awarded,overpaid,surplus,residue,"
                 "dividend_numerator,dividend_denominator\n"
                 "BTC,BTC,1.40000000,0.00000000,0.00000000,1.40000000,2.00000000,1.40000000,0.00000000,0.00000000,"
                 "0.00000000,7,10\n"
                 f"ETH,ETH,{ETH_10},{ETH_0},{ETH_0},{ETH_10},{ETH_10},{ETH_10},{ETH_0},{ETH_0},{ETH_0},1,1\n",
    "schedule.csv": "account,claim_asset,part,step,pay_asset,claim,entitled,paid_before,quantity,value,status,reason\n"
                    "A,BTC,,reserve:reserve,JPY,2999999,500000,0,500000,500000,pay,\n"
                    "A,BTC,,return,BTC,1.00000000,0.70000000,0.00000000,0.70000000,7000000,pay,\n"
                    "B,BTC,,reserve:reserve,JPY,1499999,250000,0,250000,250000,pay,\n"
                    "B,BTC,,return,BTC,0.50000000,0.35000000,0.00000000,0.35000000,3500000,pay,\n"
                    f"B,ETH,,return,ETH,{ETH_10},{ETH_10},{ETH_0},{ETH_10},4000000,pay,\n"
                    "C,BTC,,reserve:reserve,JPY,749999,124999,0,124999,124999,pay,\n"
                    "C,BTC,,return,BTC,0.25000000,0.17500000,0.00000000,0.17500000,1750000,pay,\n"
                    "C,BTC,disputed,reserve:reserve,JPY,749999,124999,0,124999,124999,withhold,disputed\n"
                    "C,BTC,disputed,return,BTC,0.25000000,0.17500000,0.00000000,0.17500000,1750000,withhold,disputed\n",
    "holders.csv": "account,allowed_value,returned_value,compensated_value,estate_value,withheld_value,unpaid_value,"
                   "recovery\n"
                   "A,10000000,7000000,500000,0,0,2500000,0.75000000\n"
                   "B,9000000,7500000,250000,0,0,1250000,0.86111111\n"
                   "C,2500000,1750000,124999,0,1874999,625001,0.74999960\n"
                   "D,0,0,0,0,0,0,\n",
    "returnable.csv": "transfer,occurred_at,asset,quantity,sender,wallet,account,paid_before,due\n",
    "accounts.csv": "account,omnibus,election\n",
    "deliveries.csv": "account,claim_asset,part,step,pay_asset,holder,asset,discharged,quantity,status,reason\n",
    "set_offs.csv": "account,asset,side,part,holder,quantity,value,set_off\n",
    "titles.csv": "account,claim_asset,part,step,pay_asset,holder,paid_to,held,quantity,value,status,reason\n",
    "rejects.csv": "source,row,reason,raw\n",
}
"""Every table of the contract but findings.csv, whose sentences are not the rules'."""


def write_case(folder: Path) -> Path:
    (folder / "inputs").mkdir(parents=True)
    (folder / "case.toml").write_text(CASE_TOML, encoding="utf-8")
    for name, text in INPUTS.items():
        (folder / "inputs" / name).write_text(text, encoding="utf-8")
    return folder


class Example:
    """The worked example, computed once, and its files as rows."""

    def __init__(self, folder: Path) -> None:
        self.case, self.out = write_case(folder / "case"), folder / "out"
        self.result: RunResult = run_case(self.case, self.out, silent)

    def rows(self, name: str, **where: str) -> list[Row]:
        with (self.out / f"{name}.csv").open(encoding="utf-8", newline="") as stream:
            rows = list(csv.DictReader(stream))
        return [row for row in rows if all(row[column] == cell for column, cell in where.items())]

    def row(self, name: str, **where: str) -> Row:
        (row,) = self.rows(name, **where)
        return row

    def entitled(self, account: str, step: str, part: str = "", claim_asset: str = "BTC") -> tuple[Fraction, str]:
        row = self.row("schedule", account=account, step=step, part=part, claim_asset=claim_asset)
        return Fraction(row["entitled"]), row["status"]

    def bases(self, account: str, part: str = "") -> tuple[int, int]:
        """Of opening_difference and of negative_balances."""
        opening, negative = (
            int(self.row("bases", account=account, part=part, event=event)["base"])
            for event in ("opening_difference", "negative_balances")
        )
        return opening, negative


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> Example:
    return Example(tmp_path_factory.mktemp("worked"))


def test_owed_1_75_btc_negative_0_1_and_10_eth(example: Example) -> None:
    btc, eth = example.rows("reconciliation")
    assert (btc["asset"], btc["owed"], btc["negative"]) == ("BTC", "1.75000000", "0.10000000")
    assert (eth["asset"], eth["owed"], eth["negative"]) == ("ETH", ETH_10, ETH_0)


def test_shortfall_0_35_btc_is_opening_difference_0_25_and_negative_balances_0_1(example: Example) -> None:
    assert example.row("reconciliation", asset="BTC")["shortfall"] == "0.35000000"
    lines = {(row["asset"], row["line"]): row["quantity"] for row in example.rows("bridge")}
    assert lines == {("BTC", "opening_difference"): "0.25000000", ("BTC", "negative_balances"): "0.10000000"}


def test_claims_in_btc_are_1_and_0_5_and_0_25_and_0_25_disputed_together_2(example: Example) -> None:
    claims = {row["account"]: (row["allowed"], row["disputed"]) for row in example.rows("claims", asset="BTC")}
    assert claims == {
        "A": ("1.00000000", "0.00000000"),
        "B": ("0.50000000", "0.00000000"),
        "C": ("0.25000000", "0.25000000"),
        "D": ("0.00000000", "0.00000000"),
    }
    assert example.row("pools", pool="BTC")["claims"] == "2.00000000"


def test_dividend_is_7_10_and_eth_is_returned_in_full(example: Example) -> None:
    btc, eth = example.rows("pools")
    assert (btc["dividend_numerator"], btc["dividend_denominator"]) == ("7", "10")
    assert (eth["dividend_numerator"], eth["dividend_denominator"]) == ("1", "1")
    assert example.entitled("A", "return") == (Fraction("0.7"), "pay")
    assert example.entitled("B", "return") == (Fraction("0.35"), "pay")
    assert example.entitled("C", "return") == (Fraction("0.175"), "pay")
    assert example.entitled("C", "return", "disputed") == (Fraction("0.175"), "withhold")
    assert example.entitled("B", "return", claim_asset="ETH") == (Fraction(10), "pay")


def test_bases_are_the_floors_of_25_and_of_10_parts_of_35(example: Example) -> None:
    losses = {("A", ""): 3_000_000, ("B", ""): 1_500_000, ("C", ""): 750_000, ("C", "disputed"): 750_000}
    together = {("A", ""): 2_999_999, ("B", ""): 1_499_999, ("C", ""): 749_999, ("C", "disputed"): 749_999}
    for (account, part), loss in losses.items():
        assert example.bases(account, part) == (loss * 25 // 35, loss * 10 // 35)
        assert sum(example.bases(account, part)) == together[account, part]
    assert len(example.rows("bases")) == 8


def test_the_reserve_gives_500000_and_250000_and_124999_and_124999_withheld_and_2_remain(example: Example) -> None:
    assert example.entitled("A", "reserve:reserve") == (500_000, "pay")
    assert example.entitled("B", "reserve:reserve") == (250_000, "pay")
    assert example.entitled("C", "reserve:reserve") == (124_999, "pay")
    assert example.entitled("C", "reserve:reserve", "disputed") == (124_999, "withhold")
    covered = example.row("coverage")
    assert int(covered["received"]) - int(covered["distributed"]) == 2


@pytest.mark.parametrize("name", FILES)
def test_every_file_stands_to_the_byte(example: Example, name: str) -> None:
    assert (example.out / name).read_text(encoding="utf-8") == FILES[name]


def test_the_files_are_those_of_the_contract_and_verify(example: Example) -> None:
    assert {path.name for path in example.out.iterdir()} == {*FILES, "findings.csv", "plan.json", "manifest.json"}
    verdict = verify(example.out)
    assert verdict.faults == ()
    assert verdict.fault_count == 0


def test_what_was_noticed_is_said_and_stops_nothing(example: Example) -> None:
    said = {(row["code"], row["subject"]): row for row in example.rows("findings")}
    left = said["compensation-left-over", "compensation reserve"]
    assert (left["asset"], left["quantity"]) == ("JPY", "2")
    assert any(code == "unlisted-account" for code, _ in said), "accounts that only other tables name get a note"
    assert not [row for row in said.values() if row["severity"] == "blocking"]


def test_the_summary_says_the_same(example: Example) -> None:
    assets = {asset.asset: asset for asset in example.result.assets}
    assert (assets["BTC"].owed, assets["BTC"].held, assets["BTC"].shortfall) == (
        "1.75000000", "1.40000000", "0.35000000")
    assert (assets["BTC"].claims, assets["BTC"].awarded, assets["BTC"].dividend) == (
        "2.00000000", "1.40000000", "0.70000000")
    assert example.result.totals["allowed_value"] == "21500000"
    assert example.result.totals["returned_value"] == "16250000"
    assert example.result.totals["compensated_value"] == "874999"
    assert example.result.totals["withheld_value"] == "1874999"


def administrator(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "administrator", *arguments], cwd=ROOT, capture_output=True, text=True,
                          encoding="utf-8", check=False, timeout=120)


def test_the_command_line_comes_to_the_same(example: Example, tmp_path: Path) -> None:
    case, out = write_case(tmp_path / "case"), tmp_path / "out"
    done = administrator("run", case, "--out", out, "--json")
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert [(row["asset"], row["shortfall"], row["dividend"]) for row in said["assets"]] == [
        ("BTC", "0.35000000", "0.70000000"), ("ETH", ETH_0, "1.00000000")]
    assert said["totals"]["compensated_value"] == "874999"
    assert said["is_blocked"] is False
    assert said["out"] == str(out)
    for path in example.out.iterdir():
        assert (out / path.name).read_bytes() == path.read_bytes(), path.name
    verified = administrator("verify", out, "--json")
    assert verified.returncode == 0, verified.stdout
    assert json.loads(verified.stdout)["fault_count"] == 0
    explained = administrator("explain", case, "A", "--json")
    assert explained.returncode == 0, explained.stderr
    assert "0.70000000" in explained.stdout
