"""Does `verify` accept a correct folder and refuse every change of it, naming the file and the line?

Two folders are written out by hand: the worked example of the rules (section 13), and a theft with flows, a policy, a
reserve, costs, a holdback and a hold. Every mutant is sealed anew, so that only the figures can betray it. Each folder
is verified three times: as always, with every account taken apart, and read in the smallest blocks; all must agree.
"""

from __future__ import annotations

import ast
import csv
import hashlib
import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from administrator.plans import verify as verifying
from administrator.plans.verification import tables as reading
from administrator.plans.verification.ordinary import Ordinary
from administrator.plans.verification.sharing import Sharing
from administrator.plans.verification.verdict import Faults, Verdict
from administrator.plans.verify import main

Tables = dict[str, str]

HEADERS = {
    "findings.csv": "code,severity,subject,asset,quantity,message,source,row,column,remedy\n",
    "rejects.csv": "source,row,reason,raw\n",
    "reconciliation.csv": "asset,owed,negative,held_customer,held_house,held_guarantee,hot,shortfall,coverage,price,"
                          "owed_value,shortfall_value\n",
    "bridge.csv": "asset,line,quantity\n",
    "segregation.csv": "test,asset,measured,required,met\n",
    "flows.csv": "party,party_kind,asset,taken,returned,net\n",
    "losses.csv": "event,peril,asset,custody,quantity,value\n",
    "coverage.csv": "source,event,ground_up,covered,due,received,distributed,reason\n",
    "accounts.csv": "account,omnibus,election\n",
    "claims.csv": "account,asset,scheduled,filed,allowed,disputed,unclaimed,disallowed,value\n",
    "bases.csv": "account,asset,part,event,custody,base,met\n",
    "pools.csv": "pool,asset,gross,costs,holdback,distributable,claims,awarded,overpaid,surplus,residue,"
                 "dividend_numerator,dividend_denominator\n",
    "schedule.csv": "account,claim_asset,part,step,pay_asset,claim,entitled,paid_before,quantity,value,status,reason\n",
    "holders.csv": "account,allowed_value,returned_value,compensated_value,estate_value,withheld_value,unpaid_value,"
                   "recovery\n",
    "returnable.csv": "transfer,occurred_at,asset,quantity,sender,wallet,account,paid_before,due\n",
    "deliveries.csv": "account,claim_asset,part,step,pay_asset,holder,asset,discharged,quantity,status,reason\n",
    "set_offs.csv": "account,asset,side,part,holder,quantity,value,set_off\n",
    "titles.csv": "account,claim_asset,part,step,pay_asset,holder,paid_to,held,quantity,value,status,reason\n",
}
NUMERIC = {
    "reconciliation.csv": range(1, 12), "bridge.csv": (2,), "segregation.csv": (2, 3), "flows.csv": (3, 4, 5),
    "losses.csv": (4, 5), "coverage.csv": range(2, 7), "claims.csv": range(2, 9), "bases.csv": (5, 6),
    "pools.csv": range(2, 13), "schedule.csv": range(5, 10), "holders.csv": range(1, 8), "returnable.csv": (3, 7, 8),
    "set_offs.csv": (5, 6, 7),
    "titles.csv": (7, 8, 9), "deliveries.csv": (7, 8),
}

WORKED: Tables = {
    "findings.csv": "negative-balance,warning,D,BTC,-0.10000000,D owes the estate,balances.csv,9,quantity,\n"
                    "negative-balance,warning,E,BTC,-0.10000000,E owes nobody,balances.csv,10,quantity,\n",
    "rejects.csv": "",
    "reconciliation.csv":
        "BTC,1.75000000,0.10000000,1.40000000,0.00000000,0.00000000,0.00000000,0.35000000,0.80000000,10000000,"
        "17500000,3500000\n"
        "ETH,10.000000000000000000,0.000000000000000000,10.000000000000000000,0.000000000000000000,"
        "0.000000000000000000,0.000000000000000000,0.000000000000000000,1.00000000,400000,4000000,0\n",
    "bridge.csv": "BTC,opening_difference,0.25000000\nBTC,negative_balances,0.10000000\n",
    "segregation.csv": "guarantee,BTC,0.00000000,0.00000000,yes\n"
                       "guarantee,ETH,0.000000000000000000,0.000000000000000000,yes\n"
                       "hot_share,,0.00000000,0.05,yes\n",
    "flows.csv": "",
    "losses.csv": "negative_balances,unexplained,BTC,,0.10000000,1000000\n"
                  "opening_difference,unexplained,BTC,,0.25000000,2500000\n",
    "coverage.csv": "liability reserve,,5999996,5999996,1000000,1000000,999998,\n",
    "claims.csv": "A,BTC,1.00000000,,1.00000000,0.00000000,0.00000000,0.00000000,10000000\n"
                  "B,BTC,0.50000000,,0.50000000,0.00000000,0.00000000,0.00000000,5000000\n"
                  "B,ETH,10.000000000000000000,,10.000000000000000000,0.000000000000000000,0.000000000000000000,"
                  "0.000000000000000000,4000000\n"
                  "C,BTC,0.25000000,0.50000000,0.25000000,0.25000000,0.00000000,0.00000000,5000000\n"
                  "D,BTC,0.00000000,,0.00000000,0.00000000,0.00000000,0.00000000,0\n",
    "bases.csv": "A,BTC,,negative_balances,,857142,500000\n"
                 "A,BTC,,opening_difference,,2142857,0\n"
                 "B,BTC,,negative_balances,,428571,250000\n"
                 "B,BTC,,opening_difference,,1071428,0\n"
                 "C,BTC,,negative_balances,,214285,124999\n"
                 "C,BTC,,opening_difference,,535714,0\n"
                 "C,BTC,disputed,negative_balances,,214285,124999\n"
                 "C,BTC,disputed,opening_difference,,535714,0\n",
    "pools.csv":
        "BTC,BTC,1.40000000,0.00000000,0.00000000,1.40000000,2.00000000,1.40000000,0.00000000,0.00000000,0.00000000,7,10\n"
        "ETH,ETH,10.000000000000000000,0.000000000000000000,0.000000000000000000,10.000000000000000000,"
        "10.000000000000000000,10.000000000000000000,0.000000000000000000,0.000000000000000000,"
        "0.000000000000000000,1,1\n",
    "schedule.csv":
        "A,BTC,,reserve:liability reserve,JPY,2999999,500000,0,500000,500000,pay,\n"
        "A,BTC,,return,BTC,1.00000000,0.70000000,0.00000000,0.70000000,7000000,pay,\n"
        "B,BTC,,reserve:liability reserve,JPY,1499999,250000,0,250000,250000,pay,\n"
        "B,BTC,,return,BTC,0.50000000,0.35000000,0.00000000,0.35000000,3500000,pay,\n"
        "B,ETH,,return,ETH,10.000000000000000000,10.000000000000000000,0.000000000000000000,10.000000000000000000,"
        "4000000,pay,\n"
        "C,BTC,,reserve:liability reserve,JPY,749999,124999,0,124999,124999,pay,\n"
        "C,BTC,,return,BTC,0.25000000,0.17500000,0.00000000,0.17500000,1750000,pay,\n"
        "C,BTC,disputed,reserve:liability reserve,JPY,749999,124999,0,124999,124999,withhold,disputed\n"
        "C,BTC,disputed,return,BTC,0.25000000,0.17500000,0.00000000,0.17500000,1750000,withhold,disputed\n",
    "holders.csv": "A,10000000,7000000,500000,0,0,2500000,0.75000000\n"
                   "B,9000000,7500000,250000,0,0,1250000,0.86111111\n"
                   "C,2500000,1750000,124999,0,1874999,625001,0.74999960\n"
                   "D,0,0,0,0,0,0,\n",
    "returnable.csv": "t-9,2026-04-01T00:00:00Z,BTC,0.50000000,addr-9,cold-1,,0.00000000,0.50000000\n",
    "set_offs.csv": "",
    "accounts.csv": "",
    "deliveries.csv": "",
    "titles.csv": "",
}

# A and B have 3 and 1 BTC. 4 BTC were there; thief-1 took 2 from the hot wallet and gave 0.5 back, an exchange sent 0.1
# that no posting explains: 2.6 are left, 1.4 are missing. Costs 0.1, holdback 5 % of 2.5; 2.375 among 4 is 19/32.
# Lost: 4 - 2.6 BTC at 10,000,000, so 10,500,000 and 3,500,000. The policy owes 0.9 x min(14 - 5, 8) million, paid 4.
THEFT: Tables = {
    "findings.csv": "",
    "rejects.csv": 'balances.csv,12,excess_digits,"X,BTC,""1,5"""\n',
    "reconciliation.csv": "BTC,4.00000000,0.00000000,2.60000000,0.30000000,0.20000000,1.50000000,1.40000000,0.65000000,"
                          "10000000,40000000,14000000\n",
    "bridge.csv": "BTC,receipts_without_posting,-0.10000000\nBTC,taken_by:thief-1,1.50000000\n",
    "segregation.csv": "customer_assets_in_house_wallets,BTC,0.30000000,0.00000000,no\n"
                       "guarantee,BTC,0.20000000,1.50000000,no\n"
                       "hot_share,,0.57692307,0.05,no\n",
    "flows.csv": "ex-1,exchange,BTC,0.00000000,0.10000000,-0.10000000\n"
                 "thief-1,thief,BTC,2.00000000,0.50000000,1.50000000\n",
    "losses.csv": "hot wallet theft,external_theft,BTC,hot,1.40000000,14000000\n",
    "coverage.csv": "crime policy,hot wallet theft,14000000,14000000,7200000,4000000,4000000,\n"
                    "liability reserve,,10000000,10000000,1000000,1000000,1000000,\n",
    "claims.csv": "A,BTC,3.00000000,,3.00000000,0.00000000,0.00000000,0.00000000,30000000\n"
                  "B,BTC,1.00000000,,1.00000000,0.00000000,0.00000000,0.00000000,10000000\n",
    "bases.csv": "A,BTC,,hot wallet theft,hot,10500000,3750000\n"
                 "B,BTC,,hot wallet theft,hot,3500000,1250000\n",
    "pools.csv":
        "BTC,BTC,2.60000000,0.10000000,0.12500000,2.37500000,4.00000000,2.37500000,0.00000000,0.00000000,0.00000000,19,32\n",
    "schedule.csv":
        "A,BTC,,insurance:crime policy,JPY,10500000,3000000,0,3000000,3000000,pay,\n"
        "A,BTC,,reserve:liability reserve,JPY,7500000,750000,0,750000,750000,pay,\n"
        "A,BTC,,return,BTC,3.00000000,1.78125000,0.00000000,1.78125000,17812500,pay,\n"
        "B,BTC,,insurance:crime policy,JPY,3500000,1000000,0,1000000,1000000,withhold,identity\n"
        "B,BTC,,reserve:liability reserve,JPY,2500000,250000,0,250000,250000,withhold,identity\n"
        "B,BTC,,return,BTC,1.00000000,0.59375000,0.00000000,0.59375000,5937500,withhold,identity\n",
    "holders.csv": "A,30000000,17812500,3750000,0,0,8437500,0.71875000\n"
                   "B,10000000,5937500,1250000,0,7187500,2812500,0.71875000\n",
    "returnable.csv": "",
    "set_offs.csv": "",
    "accounts.csv": "",
    "deliveries.csv": "",
    "titles.csv": "",
}


def plan_of(theft: bool) -> dict[str, Any]:
    """plan.json of the two folders."""
    reserve = {"name": "liability reserve", "amount": "1000000", "currency": "JPY", "ring_fenced": True,
               "covers": ["external_theft" if theft else "unexplained"]}
    policy = {"name": "crime policy", "payee": "holders", "covers": ["external_theft"], "custody": ["hot"],
              "retention": "5000000", "limit": "8000000", "share": "0.9", "currency": "JPY", "received": "4000000"}
    return {
        "title": "Re Invented Exchange", "court": "", "reference": "", "regime": "custom", "trigger": "bankruptcy",
        "commencement_at": "2026-03-31T09:00:00+09:00", "currency": "JPY", "round": 1, "final": False,
        "projection": False,
        "parameters": {"rounding": "floor", "holdback": "0.05" if theft else "0", "minimum_payment": "0",
                       "late": "share", "insiders": "share", "pooling": "per_asset", "rule": "proportional",
                       "guarantee_in_pool": False},
        "overrides": [], "totals": {}, "control_totals": {}, "warnings": [], "statement": "",
        "assets": {"BTC": {"decimals": 8, "kind": "crypto"}, "ETH": {"decimals": 18, "kind": "crypto"},
                   "JPY": {"decimals": 0, "kind": "fiat"}},
        "policies": [policy] if theft else [], "reserves": [reserve],
    }


def seal(folder: Path, **changed: object) -> None:
    """Write the manifest of what the folder holds."""
    outputs = [{"name": path.name, "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
                "rows": path.read_text("utf-8").count("\n") - 1 if path.suffix == ".csv" else None}
               for path in sorted(folder.iterdir()) if path.name != "manifest.json"]
    told: dict[str, object] = {"program": {"name": "administrator", "version": "1"},
                               "inputs": [{"source": "balances.csv", "sha256": "0" * 64, "rows": 5}],
                               "outputs": outputs}
    (folder / "manifest.json").write_text(json.dumps(told | changed), encoding="utf-8")


def write(folder: Path, tables: Tables, plan: dict[str, Any]) -> Path:
    """A sealed folder with these rows."""
    folder.mkdir(exist_ok=True)
    for name, header in HEADERS.items():
        (folder / name).write_bytes((header + tables[name]).encode())
    (folder / "plan.json").write_text(json.dumps(plan), encoding="utf-8")
    seal(folder)
    return folder


CASES: dict[str, tuple[Tables, dict[str, Any]]] = {"worked": (WORKED, plan_of(False)), "theft": (THEFT, plan_of(True))}


def assert_alike(one: Verdict, other: Verdict) -> None:
    """The same is found and said, in whatever order."""
    assert sorted(one.faults) == sorted(other.faults)
    assert (one.fault_count, one.checked, one.unseen) == (other.fault_count, other.checked, other.unseen)


def verify_opened(folder: Path) -> Verdict:
    """The verdict, the same whether ordinary accounts pass unopened or not."""
    verdict = verifying.verify(folder)
    with patch.object(Ordinary, "passes", return_value=False):
        assert_alike(verdict, verifying.verify(folder))
    return verdict


def verify(folder: Path) -> Verdict:
    """That verdict, the same wherever a block of a file ends."""
    verdict = verify_opened(folder)
    with patch.object(reading, "BLOCK_BYTES", 7):
        assert_alike(verdict, verifying.verify(folder))
    return verdict


def refused(folder: Path, place: str) -> tuple[str, ...]:
    """The faults of a folder that has to be refused, one of them at this place."""
    faults = verify(folder).faults
    assert any(fault.startswith(f"{place}:") for fault in faults), (place, faults)
    return faults


def rows_of(tables: Tables, name: str) -> list[list[str]]:
    """The cells of a table; none of the changed ones is quoted."""
    return [line.split(",") for line in tables[name].splitlines()]


def with_rows(tables: Tables, name: str, rows: list[list[str]]) -> Tables:
    """The tables with other rows in one of them."""
    return tables | {name: "".join(",".join(row) + "\n" for row in rows)}


def moved(text: str, step: int) -> str:
    """The number one unit of its last digit further."""
    digits = len(text.partition(".")[2])
    units = int(text.replace(".", "")) + step
    whole = str(abs(units)).zfill(digits + 1)
    return ("-" if units < 0 else "") + (f"{whole[:-digits]}.{whole[-digits:]}" if digits else whole)


@pytest.mark.parametrize("case", CASES)
def test_a_correct_folder_is_accepted(case: str, tmp_path: Path) -> None:
    tables, plan = CASES[case]
    verdict = verify(write(tmp_path / "out", tables, plan))
    assert verdict.faults == ()
    assert verdict.fault_count == 0
    assert dict(verdict.checked)["schedule.csv"] == len(rows_of(tables, "schedule.csv"))
    assert verdict.unseen


def unit_mutants() -> list[tuple[str, str, int, int, int]]:
    """Every numeric cell of both folders, one unit up and down."""
    return [(case, name, line, column, step) for case, (tables, _) in CASES.items() for name, columns in NUMERIC.items()
            for line, row in enumerate(rows_of(tables, name), 2) for column in columns if row[column]
            for step in (1, -1)]


# What the house holds of an asset that nothing is missing of is in no other file.
UNSEEN_UNITS = {("worked", "reconciliation.csv", 3, 4, 1)}
# A table held against another as a sum is refused where the sum is made: at its last row, or in the other table.
NAMED_BY_SUM = {"reconciliation.csv", "bridge.csv", "losses.csv"}


@pytest.mark.parametrize(("case", "name", "line", "column", "step"), sorted(set(unit_mutants()) - UNSEEN_UNITS))
def test_one_unit_anywhere_is_refused(case: str, name: str, line: int, column: int, step: int, tmp_path: Path) -> None:
    tables, plan = CASES[case]
    rows = rows_of(tables, name)
    rows[line - 2][column] = moved(rows[line - 2][column], step)
    verdict = verify(write(tmp_path / "out", with_rows(tables, name, rows), plan))
    places = {fault.partition(": ")[0] for fault in verdict.faults}
    assert places
    assert all(place.rpartition(":")[2].isdigit() for place in places)
    assert f"{name}:{line}" in places or name in NAMED_BY_SUM, verdict.faults


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("name", list(NUMERIC))
def test_a_row_deleted_or_doubled_is_refused(case: str, name: str, tmp_path: Path) -> None:
    """That a deposit after commencement is missing cannot be seen, and is said so."""
    tables, plan = CASES[case]
    rows = rows_of(tables, name)
    for place in range(len(rows)):
        deleted = verify(write(tmp_path / "out", with_rows(tables, name, rows[:place] + rows[place + 1:]), plan))
        assert deleted.fault_count or name == "returnable.csv", (name, place)
        doubled = rows[:place + 1] + rows[place:]
        refused(write(tmp_path / "out", with_rows(tables, name, doubled), plan), f"{name}:{place + 3}")


def test_a_deleted_award_is_named_where_it_should_stand(tmp_path: Path) -> None:
    rows = rows_of(WORKED, "schedule.csv")
    tables = with_rows(WORKED, "schedule.csv", rows[:3] + rows[4:])
    faults = refused(write(tmp_path / "out", tables, CASES["worked"][1]), "schedule.csv:6")
    assert "B/BTC//return" in faults[0]


def test_two_awards_swapped_are_refused_at_both_lines(tmp_path: Path) -> None:
    rows = rows_of(WORKED, "schedule.csv")
    rows[1][6:10], rows[3][6:10] = rows[3][6:10], rows[1][6:10]
    folder = write(tmp_path / "out", with_rows(WORKED, "schedule.csv", rows), CASES["worked"][1])
    refused(folder, "schedule.csv:3")
    refused(folder, "schedule.csv:5")


def test_an_award_of_a_stranger_is_refused(tmp_path: Path) -> None:
    rows = rows_of(WORKED, "schedule.csv")
    rows[8][0] = "Z"
    refused(write(tmp_path / "out", with_rows(WORKED, "schedule.csv", rows), CASES["worked"][1]), "schedule.csv:10")
    rows = rows_of(WORKED, "schedule.csv")
    rows[0][0], rows[1][0] = "0", "0"
    refused(write(tmp_path / "out", with_rows(WORKED, "schedule.csv", rows), CASES["worked"][1]), "schedule.csv:2")


@pytest.mark.parametrize(("line", "column", "text"), [
    (3, 10, "withhold"), (9, 10, "pay"), (9, 11, "unclaimed"), (9, 11, ""), (3, 11, "identity"), (3, 11, "unclaimed"),
    (3, 3, "return:late"), (2, 3, "reserve:another"), (3, 4, "ETH"), (3, 2, "unclaimed"), (6, 6, "1"),
    (3, 5, "1.000000000"), (3, 8, "00.70000000"), (3, 8, "0.7"), (3, 7, "-0.00000000"), (3, 6, "\uff10.70000000"),
    (3, 6, "0." + "7" * 5000),
])
def test_a_changed_cell_of_the_schedule_is_refused(line: int, column: int, text: str, tmp_path: Path) -> None:
    rows = rows_of(WORKED, "schedule.csv")
    rows[line - 2][column] = text
    folder = write(tmp_path / "out", with_rows(WORKED, "schedule.csv", rows), CASES["worked"][1])
    refused(folder, f"schedule.csv:{line}")


def rounded_up() -> tuple[Tables, dict[str, Any]]:
    """The worked example by largest remainder: the 2 yen left over go to C's lines, whose remainders are largest."""
    tables = {name: text.replace("124999", "125000") for name, text in WORKED.items()}
    tables["coverage.csv"] = tables["coverage.csv"].replace("999998", "1000000")
    tables["holders.csv"] = tables["holders.csv"].replace("1874999,625001,0.74999960", "1875000,625000,0.75000000")
    plan = plan_of(False)
    plan["parameters"]["rounding"] = "largest_remainder"
    return tables, plan


def test_compensation_by_largest_remainder_is_followed(tmp_path: Path) -> None:
    tables, plan = rounded_up()
    assert verify(write(tmp_path / "out", tables, plan)).faults == ()
    refused(write(tmp_path / "out", tables, plan_of(False)), "schedule.csv:7")
    rows = rows_of(tables, "schedule.csv")
    rows[0][6] = rows[0][8] = rows[0][9] = "500001"
    rows[7][6] = rows[7][8] = rows[7][9] = "124999"
    refused(write(tmp_path / "out", with_rows(tables, "schedule.csv", rows), plan), "schedule.csv:2")
    cells = (("schedule.csv", 2, 5), ("bases.csv", 2, 5), ("bases.csv", 3, 6), ("coverage.csv", 2, 2))
    for name, line, column in cells:
        for step in (1, -1):
            rows = rows_of(tables, name)
            rows[line - 2][column] = moved(rows[line - 2][column], step)
            refused(write(tmp_path / "out", with_rows(tables, name, rows), plan), f"{name}:{line}")


def test_a_plan_that_prints_no_perils_is_held_to_sums_and_says_so(tmp_path: Path) -> None:
    for tables, plan in CASES.values():
        bare = json.loads(json.dumps(plan))
        for source in (*bare["policies"], *bare["reserves"]):
            del source["covers"]
        verdict = verify(write(tmp_path / "out", tables, bare))
        assert verdict.faults == ()
        assert any("prints no perils" in sentence for sentence in verdict.unseen)
        for line in (2, 3):
            rows = rows_of(tables, "schedule.csv")
            for column in (6, 8, 9):
                rows[line - 2][column] = moved(rows[line - 2][column], 1)
            assert verify(write(tmp_path / "out", with_rows(tables, "schedule.csv", rows), bare)).fault_count


@pytest.mark.parametrize("line", range(2, 8))
@pytest.mark.parametrize(("status", "reason"), [("pay", ""), ("withhold", "identity"), ("withhold", "unroutable"),
                                                ("withhold", "minimum_payment"), ("withhold", "unclaimed")])
def test_a_status_flipped_with_its_reason_is_refused(line: int, status: str, reason: str, tmp_path: Path) -> None:
    rows = rows_of(THEFT, "schedule.csv")
    if rows[line - 2][10:] == [status, reason]:
        return
    rows[line - 2][10:] = [status, reason]
    assert verify(write(tmp_path / "out", with_rows(THEFT, "schedule.csv", rows), CASES["theft"][1])).fault_count


def small_payment(smallest: str, withheld: bool, tmp_path: Path) -> Path:
    """The worked example under a minimum payment, C's payable lines (1,874,999) withheld for smallness or not."""
    plan = plan_of(False)
    plan["parameters"]["minimum_payment"] = smallest
    tables = dict(WORKED)
    if withheld:
        rows = rows_of(WORKED, "schedule.csv")
        rows[5][10:] = rows[6][10:] = ["withhold", "minimum_payment"]
        tables = with_rows(tables, "schedule.csv", rows)
        tables["holders.csv"] = tables["holders.csv"].replace("1874999,625001", "3749998,625001")
    return write(tmp_path / "out", tables, plan)


def test_the_minimum_payment_is_derived_again(tmp_path: Path) -> None:
    assert verify(small_payment("1874999", False, tmp_path)).faults == ()
    assert verify(small_payment("1875000", True, tmp_path)).faults == ()
    refused(small_payment("1875000", False, tmp_path), "schedule.csv:7")
    refused(small_payment("1874999", True, tmp_path), "schedule.csv:7")


@pytest.mark.parametrize(("name", "old", "new", "place"), [
    ("bridge.csv", "BTC,opening_difference,0.25000000\nBTC,negative_balances,0.10000000\n",
     "BTC,negative_balances,0.10000000\nBTC,opening_difference,0.25000000\n", "bridge.csv:3"),
    ("bridge.csv", "opening_difference", "credits:theft", "bridge.csv:2"),
    ("losses.csv", "unexplained,BTC,,0.25", "sorcery,BTC,,0.25", "losses.csv:3"),
    ("segregation.csv", "0.05,yes", "0.05,no", "segregation.csv:4"),
    ("pools.csv", ",7,10", ",14,20", "pools.csv:2"),
    ("coverage.csv", "999998,", "999998,estate", "coverage.csv:2"),
    ("claims.csv", "D,BTC", "D,DOGE", "claims.csv:6"),
    ("findings.csv", "D,BTC", "F,BTC", "findings.csv:3"),
    ("findings.csv", "negative-balance,warning,E", "negative-balance,grave,E", "findings.csv:3"),
    ("holders.csv", "A,10000000", "A,1_000_000", "holders.csv:2"),
    ("reconciliation.csv", "0.35000000,0.80", "0.35000000,0.81", "reconciliation.csv:2"),
    ("schedule.csv", "A,BTC,,return,BTC,", "A,BTC,,return,BTC,,", "schedule.csv:3"),
    ("schedule.csv", "A,BTC,,return", 'A,"BTC,,return', "schedule.csv:3"),
    ("schedule.csv", "\nA,BTC,,return", "\n\nA,BTC,,return", "schedule.csv:3"),
    ("schedule.csv", "pay,\n", "pay,\r\n", "schedule.csv"),
    ("bases.csv", "opening_difference,,2142857", "opening_difference,hot,2142857", "bases.csv:3"),
])
def test_a_change_in_any_file_is_refused_at_its_line(name: str, old: str, new: str, place: str, tmp_path: Path) -> None:
    assert old in WORKED[name]
    tables = WORKED | {name: WORKED[name].replace(old, new)}
    refused(write(tmp_path / "out", tables, CASES["worked"][1]), place)


def test_a_header_changed_is_refused(tmp_path: Path) -> None:
    for name, header in HEADERS.items():
        folder = write(tmp_path / "out", WORKED, CASES["worked"][1])
        path = folder / name
        path.write_text(header.upper() + WORKED[name], encoding="utf-8")
        seal(folder)
        refused(folder, f"{name}:1")


def test_what_the_manifest_does_not_say_is_refused(tmp_path: Path) -> None:
    folder = write(tmp_path / "out", WORKED, CASES["worked"][1])
    (folder / "schedule2.csv").write_text("x\n", encoding="utf-8")
    refused(folder, "schedule2.csv")
    (folder / "schedule2.csv").unlink()
    (folder / "bridge.csv").rename(folder / "bridge.bak")
    refused(folder, "bridge.csv")
    folder = write(tmp_path / "other", WORKED, CASES["worked"][1])
    told = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    told["outputs"][0]["rows"] += 1
    seal(folder, outputs=told["outputs"])
    refused(folder, "manifest.json")


def test_a_byte_flipped_without_a_new_seal_is_refused_in_every_file(tmp_path: Path) -> None:
    for name in (*HEADERS, "plan.json"):
        folder = write(tmp_path / "out", WORKED, CASES["worked"][1])
        seen = bytearray((folder / name).read_bytes())
        seen[-2] ^= 1
        (folder / name).write_bytes(bytes(seen))
        assert any(fault.startswith(f"{name}: sha256") for fault in verify(folder).faults), name


@pytest.mark.parametrize("broken", [b"", b"\xff\xfe", b"\x00", b"{}", b"[]", b'{"outputs": 3}', b'"', b"a\n\n\n"])
@pytest.mark.parametrize("name", [*HEADERS, "plan.json", "manifest.json"])
def test_rubbish_is_a_fault_and_never_a_traceback(name: str, broken: bytes, tmp_path: Path) -> None:
    folder = write(tmp_path / "out", WORKED, CASES["worked"][1])
    (folder / name).write_bytes(broken)
    assert verify(folder).fault_count


def test_a_run_stopped_at_blocking_findings_has_no_plan_and_says_so(tmp_path: Path) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    (folder / "findings.csv").write_text(HEADERS["findings.csv"] + "c,blocking,s,,,m,f,1,,r\n", encoding="utf-8")
    (folder / "rejects.csv").write_text(HEADERS["rejects.csv"], encoding="utf-8")
    seal(folder)
    verdict = verify(folder)
    assert verdict.faults == ()
    assert any("there is none" in sentence for sentence in verdict.unseen)
    (folder / "findings.csv").write_text(HEADERS["findings.csv"] + "c,note,s,,,m,f,1,,r\n", encoding="utf-8")
    seal(folder)
    refused(folder, "findings.csv")


def tokens(folder: Path, held: int, rounding: str, late: str, lines: list[tuple[str, int, str, int]],
           price: str) -> Path:
    """A folder of one indivisible asset worth a yen or without a price: account, claim, step, award (0: no line)."""
    owed, awarded = sum(line[1] for line in lines), sum(line[3] for line in lines)
    plan = plan_of(False) | {"assets": {"PT": {"decimals": 0, "kind": "nft"}, "JPY": {"decimals": 0, "kind": "fiat"}},
                             "reserves": []}
    plan["parameters"] |= {"rounding": rounding, "late": late}
    dividend = {(4, 6): "2,3", (6, 10): "3,5", (4, 10): "2,5"}[held, owed]
    coverage = {(4, 6): "0.66666666", (6, 10): "0.60000000", (4, 10): "0.40000000"}[held, owed]

    def worth(units: int) -> str:
        return str(units) if price else ""

    def holder(claim: int, award: int) -> str:
        if not price:
            return f"partial,{'partial' if award else 0},0,0,0,partial,"
        recovery = f"{award * 10**8 // claim:09d}"
        return f"{claim},{award},0,0,0,{claim - award},{recovery[:-8]}.{recovery[-8:]}"

    tables = dict.fromkeys(HEADERS, "") | {
        "reconciliation.csv": f"PT,{owed},0,{held},0,0,0,{owed - held},{coverage},{price},{worth(owed)},"
                              f"{worth(owed - held)}\n",
        "bridge.csv": f"PT,opening_difference,{owed - held}\n",
        "segregation.csv": "hot_share,,,0.05,\n",
        "losses.csv": f"opening_difference,unexplained,PT,,{owed - held},{worth(owed - held)}\n",
        "claims.csv": "".join(f"{account},PT,{claim},,{claim},0,0,0,{worth(claim)}\n"
                              for account, claim, _, _ in lines),
        "pools.csv": f"PT,PT,{held},0,0,{held},{owed},{awarded},0,0,{held - awarded},{dividend}\n",
        "schedule.csv": "".join(f"{account},PT,,{step},PT,{claim},{award},0,{award},{worth(award)},pay,\n"
                                for account, claim, step, award in lines if award),
        "holders.csv": "".join(f"{account},{holder(claim, award)}\n" for account, claim, _, award in lines),
    }
    return write(folder, tables, plan)


@pytest.mark.parametrize("price", ["", "1"])
@pytest.mark.parametrize(("held", "rounding", "late", "lines", "place"), [
    # 6 among 10, C late: A and B are whole, C gets the 1 that is left.
    (6, "floor", "after", [("A", 3, "return", 3), ("B", 2, "return", 2), ("C", 5, "return:late", 1)], None),
    (6, "floor", "after", [("A", 3, "return", 2), ("B", 2, "return", 2), ("C", 5, "return:late", 2)], "schedule.csv:2"),
    (6, "floor", "after", [("A", 3, "return", 3), ("B", 2, "return", 1), ("C", 5, "return:late", 2)], "schedule.csv:3"),
    (6, "floor", "share", [("A", 3, "return", 3), ("B", 2, "return", 2), ("C", 5, "return:late", 1)], "schedule.csv:4"),
    # 4 among 10, C late: 4 x 3/5 and 4 x 2/5, nothing for C.
    (4, "floor", "after", [("A", 3, "return", 2), ("B", 2, "return", 1), ("C", 5, "return:late", 0)], None),
    (4, "floor", "after", [("A", 3, "return", 1), ("B", 2, "return", 1), ("C", 5, "return:late", 1)], "schedule.csv:4"),
    # 4 among 6: floors 0, 0, 2; the remainders are equal, so the residue 2 goes to the lower keys.
    (4, "floor", "share", [("A", 1, "return", 0), ("B", 1, "return", 0), ("C", 4, "return", 2)], None),
    (4, "floor", "share", [("A", 1, "return", 1), ("B", 1, "return", 1), ("C", 4, "return", 2)], "schedule.csv:2"),
    (4, "largest_remainder", "share", [("A", 1, "return", 1), ("B", 1, "return", 1), ("C", 4, "return", 2)], None),
    (4, "largest_remainder", "share", [("A", 1, "return", 0), ("B", 1, "return", 1), ("C", 4, "return", 3)],
     "schedule.csv:3"),
    (4, "largest_remainder", "share", [("A", 1, "return", 0), ("B", 1, "return", 0), ("C", 4, "return", 2)],
     "pools.csv:2"),
])
def test_tiers_and_residues_of_an_asset(held: int, rounding: str, late: str, place: str | None, price: str,
                                        lines: list[tuple[str, int, str, int]], tmp_path: Path) -> None:
    folder = tokens(tmp_path / "out", held, rounding, late, lines, price)
    if place is None:
        assert verify(folder).faults == ()
    else:
        refused(folder, place)


@pytest.mark.parametrize("base", ["A,PT,,opening_difference,,1,0\n", "Z,PT,,opening_difference,,1,0\n"])
def test_a_base_where_nothing_is_insured_is_refused(base: str, tmp_path: Path) -> None:
    # 6 among 10: floors 1, 1 and 3; the residue stays.
    lines = [("A", 3, "return", 1), ("B", 2, "return", 1), ("C", 5, "return", 3)]
    folder = tokens(tmp_path / "out", 6, "floor", "share", lines, "1")
    assert verify(folder).faults == ()
    (folder / "bases.csv").write_text(HEADERS["bases.csv"] + base, encoding="utf-8")
    seal(folder)
    refused(folder, "bases.csv:2")


def test_largest_remainders_get_the_residue_in_order() -> None:
    def shared(*awards: int) -> tuple[bool, bool]:
        sharing = Sharing(4, 6, 6, True)
        right = [sharing.admits(claim, award, (str(place), "", ""), place)
                 for place, (claim, award) in enumerate(zip((1, 1, 4), awards, strict=True))]
        return all(right), sharing.overtaken() is None
    # 4 x 1/6, 4 x 1/6 and 4 x 4/6: floors 0, 0, 2, remainders 4, 4, 4 of 6; the residue 2 goes to the lower keys.
    assert shared(1, 1, 2) == (True, True)
    assert shared(1, 0, 3) == (True, False)
    assert shared(0, 1, 3) == (True, False)
    assert not shared(2, 0, 2)[0]


def test_an_unknown_sum_of_claims_leaves_no_room_for_a_unit() -> None:
    claims, payable = (10**12 + 1, 7 * 10**11, 3 * 10**11), 1_234_567_890_123
    awards = [payable * claim // sum(claims) for claim in claims]
    for wrong in (None, 0, 1, 2):
        sharing = Sharing(payable, 19 * 10**11, 25 * 10**11, False)
        right = [sharing.admits(claim, award + (place == wrong), ("", "", ""), 2)
                 for place, (claim, award) in enumerate(zip(claims, awards, strict=True))]
        assert all(right) == (wrong is None)


def passing(folder: Path) -> int:
    """How many accounts of the folder pass unopened."""
    passed: list[bool] = []
    passes = Ordinary.passes

    def counting(ordinary: Ordinary) -> bool:
        passed.append(passes(ordinary))
        return passed[-1]

    with patch.object(Ordinary, "passes", counting):
        verifying.verify(folder)
    return sum(passed)


def test_plain_accounts_pass_unopened_and_others_do_not(tmp_path: Path) -> None:
    """A, B and D of the worked example, not C, who filed more; of the theft A, not B, whose payment is on hold."""
    for (tables, plan), count in zip(CASES.values(), (3, 1), strict=True):
        assert passing(write(tmp_path / "out", tables, plan)) == count
    lines = [("A", 3, "return", 1), ("B", 2, "return", 1), ("C", 5, "return", 3)]
    for rounding, late, price, count in (("floor", "share", "1", 3), ("floor", "share", "", 0),
                                         ("largest_remainder", "share", "1", 0), ("floor", "after", "1", 0)):
        assert passing(tokens(tmp_path / "out", 6, rounding, late, lines, price)) == count


def test_no_account_passes_where_awards_are_followed_not_computed(tmp_path: Path) -> None:
    """By largest remainder, and where the plan prints no perils."""
    assert passing(write(tmp_path / "out", *rounded_up())) == 0
    bare = plan_of(False)
    del bare["reserves"][0]["covers"]
    assert passing(write(tmp_path / "out", WORKED, bare)) == 0


def test_a_claim_below_zero_is_refused_though_all_follows_from_it(tmp_path: Path) -> None:
    """A owes one ETH, which is paid whole, so A seems to be paid less."""
    eth, none = "-1.000000000000000000", "0.000000000000000000"
    added = {"claims.csv": (1, f"A,ETH,{eth},,{eth},{none},{none},{none},-400000"),
             "schedule.csv": (2, f"A,ETH,,return,ETH,{eth},{eth},{none},{eth},-400000,pay,")}
    tables = dict(WORKED)
    tables["holders.csv"] = WORKED["holders.csv"].replace("10000000,7000000,500000,0,0,2500000,0.75000000",
                                                          "9600000,6600000,500000,0,0,2500000,0.73958333")
    for name, (place, row) in added.items():
        before = WORKED[name].splitlines(keepends=True)
        tables[name] = "".join([*before[:place], row + "\n", *before[place:]])
    refused(write(tmp_path / "out", tables, CASES["worked"][1]), "claims.csv:3")


def test_an_asset_with_a_comma_belongs_to_its_account(tmp_path: Path) -> None:
    """A has none of it, which takes a row of claims.csv and changes nothing else."""
    plan = plan_of(False)
    plan["assets"]["BTC, old"] = {"decimals": 8, "kind": "crypto"}
    zeros = ["0.00000000"] * 7
    old = '"BTC, old"'
    added = {
        "reconciliation.csv": ",".join([old, *zeros, "", "10000000", "0", "0"]),
        "segregation.csv": f"guarantee,{old},0.00000000,0.00000000,yes",
        "claims.csv": ",".join(["A", old, zeros[0], "", *zeros[:4], "0"]),
        "pools.csv": ",".join([old, old, *zeros, zeros[0], zeros[0], "", ""]),
    }
    tables = dict(WORKED)
    for name, row in added.items():
        before = WORKED[name].splitlines(keepends=True)
        tables[name] = "".join([before[0], row + "\n", *before[1:]])
    folder = write(tmp_path / "out", tables, plan)
    assert verify(folder).faults == ()
    assert passing(folder) == 2


def test_carriage_returns_are_one_fault_and_not_one_a_row(tmp_path: Path) -> None:
    tables = WORKED | {"schedule.csv": WORKED["schedule.csv"].replace("\n", "\r\n")}
    (fault,) = refused(write(tmp_path / "out", tables, CASES["worked"][1]), "schedule.csv")
    assert "line ends" in fault


def test_an_ordinary_account_below_the_minimum_payment_is_refused(tmp_path: Path) -> None:
    """A is to be paid 7,500,000 and B 7,750,000."""
    assert verify(small_payment("7500000", True, tmp_path)).faults == ()
    refused(small_payment("7500001", True, tmp_path), "schedule.csv:3")
    refused(small_payment("7750001", True, tmp_path), "schedule.csv:5")


@pytest.mark.parametrize(("order", "place"), [("BACD", "claims.csv:4"), ("DABC", "claims.csv:3")])
def test_ordinary_accounts_out_of_order_are_refused(order: str, place: str, tmp_path: Path) -> None:
    """Whole accounts stand elsewhere, in every file alike."""
    tables = dict(WORKED)
    for name in ("claims.csv", "bases.csv", "schedule.csv", "holders.csv"):
        tables = with_rows(tables, name, sorted(rows_of(WORKED, name), key=lambda row: order.index(row[0])))
    refused(write(tmp_path / "out", tables, CASES["worked"][1]), place)


def test_assets_of_an_ordinary_account_out_of_order_are_refused(tmp_path: Path) -> None:
    tables = dict(WORKED)
    for name in ("claims.csv", "schedule.csv"):
        rows = sorted(rows_of(WORKED, name), key=lambda row: (row[0], row[0] == "B" and row[1] == "BTC"))
        tables = with_rows(tables, name, rows)
    refused(write(tmp_path / "out", tables, CASES["worked"][1]), "claims.csv:4")


@pytest.mark.parametrize("account", ['"A, Incorporated"', '"A ""and"" partners"', '"A"', "A\N{GREEK SMALL LETTER PI}"])
def test_names_in_quotes_are_read_and_refused_alike(account: str, tmp_path: Path) -> None:
    tables, plan = dict(WORKED), plan_of(False)
    plan["reserves"][0]["name"] = "reserve, of law"
    for name in ("claims.csv", "bases.csv", "schedule.csv", "holders.csv", "coverage.csv"):
        rows = [[account if cell == "A" else cell.replace("liability reserve", "reserve, of law") for cell in row]
                for row in rows_of(WORKED, name)]
        rows = [[f'"{cell}"' if "," in cell and '"' not in cell else cell for cell in row] for row in rows]
        tables = with_rows(tables, name, rows)
    folder = write(tmp_path / "out", tables, plan)
    assert verify(folder).faults == ()
    for name, line in (("claims.csv", 2), ("bases.csv", 2), ("schedule.csv", 2), ("schedule.csv", 3),
                       ("holders.csv", 2)):
        before = tables[name].splitlines(keepends=True)
        changed = before[line - 2].replace("00", "01", 1)
        assert changed != before[line - 2]
        faulty = tables | {name: "".join([*before[:line - 2], changed, *before[line - 1:]])}
        refused(write(tmp_path / "out", faulty, plan), f"{name}:{line}")


CELLS = st.text(st.sampled_from('ab,"\n\r \N{GREEK SMALL LETTER PI}'), max_size=6)


@given(rows=st.lists(st.lists(CELLS, min_size=4, max_size=4)), block=st.integers(1, 40), is_quoted=st.booleans())
@settings(deadline=None)
def test_records_are_those_of_the_standard_reader(rows: list[list[str]], block: int, is_quoted: bool,
                                                  tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("read")
    text = io.StringIO(newline="")
    if not is_quoted:
        rows = [[cell.replace("\r", "") for cell in row] for row in rows]
    csv.writer(text, lineterminator="\n", quoting=csv.QUOTE_ALL if is_quoted else csv.QUOTE_MINIMAL).writerows(rows)
    (folder / "rejects.csv").write_text(HEADERS["rejects.csv"] + text.getvalue(), encoding="utf-8", newline="")
    faults = Faults()
    with patch.object(reading, "BLOCK_BYTES", block):
        assert list(reading.Tables(folder, faults).records("rejects.csv")) == rows
    assert not faults.count


def test_the_command_prints_faults_and_what_it_cannot_see(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = write(tmp_path / "out with a space", WORKED, CASES["worked"][1])
    assert main([str(folder)]) == 0
    assert "verified" in capsys.readouterr().out
    (folder / "schedule.csv").write_text(HEADERS["schedule.csv"], encoding="utf-8")
    seal(folder)
    assert main([str(folder)]) == 1
    told = capsys.readouterr().out
    assert "schedule.csv:2" in told
    assert "REFUSED" in told
    assert "without the case" in told


def test_the_file_runs_alone_and_imports_nothing_else_of_ours(tmp_path: Path) -> None:
    folder = write(tmp_path / "out", WORKED, CASES["worked"][1])
    source = Path(__file__).resolve().parents[1] / "administrator" / "plans" / "verify.py"
    ran = subprocess.run([sys.executable, "-I", str(source), str(folder)], capture_output=True, text=True, check=False,
                         cwd=tmp_path)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    for path in (source, *(source.parent / "verification").glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) else (
                [each.name for each in node.names] if isinstance(node, ast.Import) else [])
            for name in names:
                assert name.split(".")[0] in sys.stdlib_module_names or name.startswith(
                    "administrator.plans.verification."), (path, name)


def test_many_faults_are_counted_and_hostile_text_is_shown_harmless(tmp_path: Path,
                                                                    capsys: pytest.CaptureFixture[str]) -> None:
    rows = "".join(f"x{place:03d}\x1b[2J\N{RIGHT-TO-LEFT OVERRIDE},1,0,0,0,0,1,\n" for place in range(150))
    folder = write(tmp_path / "out", WORKED | {"holders.csv": WORKED["holders.csv"] + rows}, CASES["worked"][1])
    verdict = verify(folder)
    assert (len(verdict.faults), verdict.fault_count) == (100, 150)
    assert main([str(folder)]) == 1
    told = capsys.readouterr().out
    assert "and 50 more" in told
    assert "\x1b" not in told
    assert "\N{RIGHT-TO-LEFT OVERRIDE}" not in told
