"""What holders owe against what they claim: worked on paper, and what must hold whatever the case."""

from __future__ import annotations

import csv
from collections import defaultdict
from fractions import Fraction
from pathlib import Path

import pytest

from administrator.cli import main
from administrator.plans.verify import verify
from administrator.progress import silent
from administrator.usecases.running import run_case
from tests.test_cases import add_table, make_case
from tests.test_verify import seal
from tests.written import Written

TABLES = {
    "account": "account,holder\nann-1,Ann\nann-2,Ann\nben,Ben",
    "balance": "account,asset,quantity\nann-1,BTC,2\nann-1,JPY,-50\nann-2,JPY,-100\nann-2,ETH,1\nben,BTC,1\n"
    "ben,JPY,-900",
    "wallet": "wallet,asset,quantity\nw,BTC,2\nv,ETH,1",
    "price": "asset,price\nBTC,100\nETH,50",
}


def ran(folder: Path, how: str, tables: dict[str, str] = TABLES, more: str = "") -> Written:
    return Written(folder, tables, f'[plan]\nset_off = "{how}"\n{more}', assets=("JPY", "BTC", "ETH"))


def allowed(case: Written) -> dict[tuple[str, str], str]:
    return {(row["account"], row["asset"]): row["allowed"].rstrip("0").rstrip(".") or "0" for row in case.rows("claims")
            if row["asset"] != "JPY"}  # fmt: skip


def test_debts_are_set_off_at_commencement_value_bankruptcy_act_arts_67_68(tmp_path: Path) -> None:
    # Ann's accounts claim 200 and 50 and owe 50 and 100; ben claims 100 and owes 900.
    apart = ran(tmp_path / "account", "account")
    assert allowed(apart) == {("ann-1", "BTC"): "1.5", ("ann-2", "ETH"): "0", ("ben", "BTC"): "0"}
    together = ran(tmp_path / "holder", "holder")
    # 150 of 250: each claim keeps two fifths.
    assert allowed(together) == {("ann-1", "BTC"): "0.8", ("ann-2", "ETH"): "0.4", ("ben", "BTC"): "0"}
    assert [(row["account"], row["side"], row["set_off"], row["holder"]) for row in together.rows("set_offs")] == [
        ("ann-1", "claim", "1.20000000", "ann-1"), ("ann-1", "debt", "50", "ann-1"),
        ("ann-2", "claim", "0.600000000000000000", "ann-1"), ("ann-2", "debt", "100", "ann-1"),
        ("ben", "claim", "1.00000000", "ben"), ("ben", "debt", "100", "ben"),
    ]  # fmt: skip
    assert apart.faults() == together.faults() == []


def test_without_a_word_of_the_plan_nothing_is_set_off(tmp_path: Path) -> None:
    case = ran(tmp_path, "none")
    assert allowed(case)["ann-1", "BTC"] == "2"
    assert case.rows("set_offs") == []


def test_what_has_no_price_is_set_off_against_nothing(tmp_path: Path) -> None:
    case = ran(tmp_path, "account", TABLES | {"price": "asset,price\nETH,50"})
    assert allowed(case) == {("ann-1", "BTC"): "2", ("ann-2", "ETH"): "0", ("ben", "BTC"): "1"}
    assert {(row["account"], row["asset"]) for row in case.rows("set_offs")} == {("ann-2", "ETH"), ("ann-2", "JPY")}
    assert case.faults() == []


def test_disputed_parts_lose_the_same_share(tmp_path: Path) -> None:
    claims = "claim,account,asset,quantity,standing\nc1,ann-1,BTC,3,filed"
    case = ran(tmp_path, "account", TABLES | {"claim": claims})
    # 2 allowed and 1 disputed, 300 in all, against 50: a sixth of each.
    (line,) = (row for row in case.rows("claims") if (row["account"], row["asset"]) == ("ann-1", "BTC"))
    assert (line["allowed"], line["disputed"], line["filed"]) == ("1.66666667", "0.83333334", "3.00000000")
    assert case.faults() == []


def test_a_fund_that_deducts_debts_deducts_what_is_still_owed(tmp_path: Path) -> None:
    fund = (
        '[[reserves]]\nname = "fund"\namount = "1000"\ncurrency = "JPY"\ncovers = ["unexplained"]\n'
        "ring_fenced = true\ndeducts_debts = true\n"
    )
    tables = TABLES | {"wallet": "wallet,asset,quantity\nw,BTC,0.4\nv,ETH,1"}
    case = ran(tmp_path, "holder", tables, more=fund)
    paid = {row["account"]: row["entitled"] for row in case.rows("schedule") if row["step"] == "reserve:fund"}
    # Of 0.8 BTC half is there; the other 40 yen are lost, and her debts of 150 are gone.
    assert paid == {"ann-1": "40"}
    assert case.faults() == []


def test_explain_says_what_was_set_off(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    case = ran(tmp_path, "holder")
    assert main(["run", str(case.folder), "--quiet"]) == 0
    assert main(["explain", str(case.folder), "ann-1"]) == 0
    assert "set off against what the holder owes: 1.20000000" in capsys.readouterr().out


@pytest.mark.parametrize("seed", range(24))
def test_claims_and_debts_lose_the_same_value_whatever_the_case(tmp_path: Path, seed: int) -> None:
    print(f"seed {seed}")
    sums: dict[str, dict[str, Fraction]] = {}
    for how in ("none", "holder"):
        folder = tmp_path / how
        make_case(seed, folder)
        add_table(folder, "price", "", [], set_off=how)
        if run_case(folder, folder / "result", silent, threads=1).is_blocked:
            pytest.skip("blocked either way")
        with (folder / "result/claims.csv").open(encoding="utf-8", newline="") as stream:
            rows = list(csv.DictReader(stream))
        sums[how] = defaultdict(Fraction)
        for row in rows:
            for part in ("allowed", "disputed", "unclaimed"):
                sums[how][row["asset"]] += Fraction(row[part])
    with (tmp_path / "holder/result/set_offs.csv").open(encoding="utf-8", newline="") as stream:
        lines = list(csv.DictReader(stream))
    lost: dict[str, Fraction] = defaultdict(Fraction)
    values: dict[str, dict[str, Fraction]] = defaultdict(lambda: defaultdict(Fraction))
    for line in lines:
        quantity, gone = Fraction(line["quantity"]), Fraction(line["set_off"])
        assert 0 <= gone <= quantity
        if line["side"] == "claim":
            lost[line["asset"]] += gone
        if line["value"]:
            values[line["holder"]][line["side"]] += Fraction(line["value"])
    for asset, before in sums["none"].items():
        assert before - sums["holder"][asset] == lost[asset]
    assert all(sides["claim"] > 0 and sides["debt"] > 0 for sides in values.values())


@pytest.mark.parametrize(
    ("row", "wrong", "told"),
    [
        (1, "ann-1,BTC,claim,,ann-1,2.00000000,200,1.20000001", "set_off"),
        (1, "ann-1,BTC,claim,,ann-2,2.00000000,200,1.20000000", "set_off"),
        (1, "ann-1,BTC,claim,,ann-1,2.50000000,250,1.20000000", "set_off"),
        (1, "ann-1,BTC,claim,disputed,ann-1,2.00000000,200,1.20000000", "scheduled/filed/allowed"),
        (2, "ann-1,JPY,debt,,ann-1,50,51,50", "value"),
        (2, "ann-1,JPY,loan,,ann-1,50,50,50", "asset, side and part"),
    ],
)
def test_verify_refuses_what_was_set_off_otherwise(tmp_path: Path, row: int, wrong: str, told: str) -> None:
    case = ran(tmp_path / "case", "holder")
    path = case.out / "set_offs.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    lines[row] = wrong
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    seal(case.out)
    assert any(told in fault for fault in verify(case.out).faults)
