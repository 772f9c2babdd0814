"""Omnibus accounts as pools of their own: who lies together bears together, and nothing of what others miss."""

from __future__ import annotations

from pathlib import Path

import pytest

from administrator.cli import main
from administrator.errors import RegimeError
from administrator.plans.verify import verify
from tests.test_verify import seal
from tests.written import Written

PER_OMNIBUS = '[plan]\npooling = "per_omnibus"\n'
TABLES = {
    "account": "account,omnibus\nann,A\nben,A\ncyd,B\ndan,\n",
    "balance": "account,asset,quantity\nann,BTC,5\nben,BTC,5\ncyd,BTC,10\ndan,BTC,4",
    "wallet": "wallet,asset,quantity,omnibus\ncold-a,BTC,9,A\ncold-b,BTC,5,B\ncold,BTC,4,",
    "price": "asset,price\nBTC,1000000",
}


def test_a_shortfall_is_borne_by_those_of_one_omnibus_account_reg_12_2(tmp_path: Path) -> None:
    """SI 2011/245 regulation 12(2): securities of one description in the same client omnibus account."""
    ran = Written(tmp_path, TABLES, PER_OMNIBUS)
    assert ran.due("return") == {
        "ann": "4.50000000", "ben": "4.50000000", "cyd": "5.00000000", "dan": "4.00000000",
    }  # fmt: skip
    assert [row["pool"] for row in ran.rows("pools")] == ["A/BTC", "B/BTC", "BTC"]
    assert ran.pool("A/BTC")["asset"] == "BTC"
    assert (ran.pool("A/BTC")["dividend_numerator"], ran.pool("A/BTC")["dividend_denominator"]) == ("9", "10")
    assert [tuple(row.values()) for row in ran.rows("accounts")] == [
        ("ann", "A", ""), ("ben", "A", ""), ("cyd", "B", ""),
    ]  # fmt: skip
    assert ran.faults() == []


def test_450_270_180_of_900_in_one_omnibus_account_reg_12_2(tmp_path: Path) -> None:
    tables = {
        "account": "account,omnibus\nann,A\nben,A\ncyd,A\ndan,B\n",
        "balance": "account,asset,quantity\nann,BTC,500\nben,BTC,300\ncyd,BTC,200\ndan,BTC,100",
        "wallet": "wallet,asset,quantity,omnibus\ncold-a,BTC,900,A\ncold-b,BTC,100,B",
        "price": "asset,price\nBTC,1000000",
    }
    ran = Written(tmp_path, tables, regime="uk_special_administration", trigger="special_administration")
    assert {account: due.partition(".")[0] for account, due in ran.due("return").items()} == {
        "ann": "450", "ben": "270", "cyd": "180", "dan": "100",
    }  # fmt: skip
    assert ran.faults() == []


def test_without_the_word_they_are_one_pool_and_it_is_said(tmp_path: Path) -> None:
    ran = Written(tmp_path, TABLES)
    assert ran.due("return")["ann"] == "3.75000000", "18 of 24"
    assert "omnibus-pooled" in ran.codes()
    assert ran.rows("accounts") == []


def test_what_came_back_goes_where_something_is_missing(tmp_path: Path) -> None:
    tables = TABLES | {"recovery": "recovery,received_at,asset,quantity,pool\nr1,2026-05-01T00:00:00Z,BTC,3,"}
    ran = Written(tmp_path, tables, PER_OMNIBUS)
    assert (ran.pool("A/BTC")["gross"], ran.pool("B/BTC")["gross"], ran.pool("BTC")["gross"]) == (
        "9.50000000", "7.50000000", "4.00000000",
    )  # fmt: skip
    assert ran.faults() == []


def test_a_recovery_may_name_its_omnibus_account(tmp_path: Path) -> None:
    tables = TABLES | {"recovery": "recovery,received_at,asset,quantity,pool\nr1,2026-05-01T00:00:00Z,BTC,3,B/BTC"}
    ran = Written(tmp_path, tables, PER_OMNIBUS)
    assert (ran.pool("A/BTC")["gross"], ran.pool("B/BTC")["gross"]) == ("9.00000000", "8.00000000")
    assert ran.faults() == []
    wrong = TABLES | {"recovery": "recovery,received_at,asset,quantity,pool\nr1,2026-05-01T00:00:00Z,BTC,3,C/BTC"}
    assert "recovery-without-pool" in Written(tmp_path / "wrong", wrong, PER_OMNIBUS).codes()


def test_a_recovery_may_name_the_pool_of_those_in_no_omnibus_account(tmp_path: Path) -> None:
    """Nobody claims of it, and nothing lies there: it is there all the same, and what names it is no other's."""
    tables = {
        "account": "account,omnibus\nann,A\ncyd,B\n", "balance": "account,asset,quantity\nann,BTC,10\ncyd,BTC,10",
        "wallet": "wallet,asset,quantity,omnibus\ncold-a,BTC,9,A\ncold-b,BTC,5,B", "price": TABLES["price"],
        "recovery": "recovery,received_at,asset,quantity,pool\nr1,2026-05-01T00:00:00Z,BTC,3,BTC",
    }  # fmt: skip
    ran = Written(tmp_path, tables, PER_OMNIBUS)
    assert {row["pool"]: row["gross"] for row in ran.rows("pools")} == {
        "A/BTC": "9.00000000", "B/BTC": "5.00000000", "BTC": "3.00000000",
    }  # fmt: skip
    assert ran.faults() == []


def test_rounds_are_levelled_within_each_omnibus_account(tmp_path: Path) -> None:
    first = Written(tmp_path / "1", TABLES, PER_OMNIBUS + 'holdback = "0.5"\n')
    paid = "\n".join(
        f"1,{row['account']},BTC,return,BTC,{row['quantity']}" for row in first.rows("schedule")
    )
    later = TABLES | {
        "payment": f"round,account,claim_asset,step,pay_asset,quantity\n{paid}",
        "wallet": "wallet,asset,quantity,omnibus\ncold-a,BTC,4.5,A\ncold-b,BTC,2.5,B\ncold,BTC,2,",
    }
    second = Written(tmp_path / "2", later, PER_OMNIBUS + "round = 2\n")
    assert second.due("return") == {
        "ann": "4.50000000", "ben": "4.50000000", "cyd": "5.00000000", "dan": "4.00000000",
    }  # fmt: skip
    assert second.faults() == []


def test_a_cost_of_one_asset_is_borne_by_what_is_in_its_pools(tmp_path: Path) -> None:
    tail = '[[costs]]\nname = "keys"\namount = "1800000"\ncurrency = "JPY"\nborne_by = "BTC"\n' + PER_OMNIBUS
    ran = Written(tmp_path, TABLES, tail)
    costs = [ran.pool(name)["costs"] for name in ("A/BTC", "B/BTC", "BTC")]
    assert costs == ["0.90000000", "0.50000000", "0.40000000"]
    assert ran.faults() == []


def test_a_misspelled_omnibus_account_is_found(tmp_path: Path) -> None:
    tables = TABLES | {"account": "account,omnibus\nann,a\nben,A\ncyd,B\ndan,\n"}
    ran = Written(tmp_path, tables, PER_OMNIBUS)
    (said,) = [row for row in ran.rows("findings") if row["code"] == "pool-empty"]
    assert said["subject"] == "pool a/BTC"
    assert '2: quantity "5.00000000" of "ann" is claimed of the pool a/BTC' in said["message"]


def test_two_pools_of_one_name_are_refused(tmp_path: Path) -> None:
    tables = {
        "account": "account,omnibus\nann,A\nben,\n",
        "balance": "account,asset,quantity\nann,BTC,5\nben,A/BTC,5",
        "wallet": "wallet,asset,quantity,omnibus\ncold-a,BTC,9,A\ncold-b,A/BTC,5,",
    }
    more = '[assets."A/BTC"]\ndecimals = 8'
    with pytest.raises(RegimeError, match='two pools would be called "A/BTC"'):
        Written(tmp_path, tables, PER_OMNIBUS, more=more)


def test_explain_and_the_pools_of_the_terminal_know_them(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ran = Written(tmp_path, TABLES, PER_OMNIBUS)
    assert main(["explain", str(ran.folder), "ann"]) == 0
    told = " ".join(capsys.readouterr().out.split())
    assert "pool A/BTC: gross 9.00000000 (what lies in its omnibus account" in told
    assert "pool A/BTC, gross = 9.00000000 BTC" in told
    assert "cold-a 9.00000000" in told
    assert "cold-b" not in told


@pytest.mark.parametrize(
    ("name", "old", "new", "told"),
    [
        ("accounts.csv", "ben,A,", "ben,B,", "entitled of ben/BTC"),
        ("accounts.csv", "ben,A,", "ben,C,", "one of pools.csv for ben"),
        ("pools.csv", "A/BTC,BTC", "A/ETH,BTC", "pool and asset"),
        ("schedule.csv", "ann,BTC,,return,BTC,5.00000000,4.50000000,0.00000000,4.50000000,4500000",
         "ann,BTC,,return,BTC,5.00000000,4.50000001,0.00000000,4.50000001,4500000", "entitled of ann/BTC"),
    ],
)  # fmt: skip
def test_verify_refuses_what_lies_elsewhere(tmp_path: Path, name: str, old: str, new: str, told: str) -> None:
    ran = Written(tmp_path, TABLES, PER_OMNIBUS)
    path = ran.out / name
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    seal(ran.out)
    faults = [str(fault) for fault in verify(ran.out).faults]
    assert any(told in fault for fault in faults), faults
