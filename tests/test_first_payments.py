"""What is paid before claims share: a base sum to every holder, small holders whole. Worked on paper, by case."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from ledgers.errors import CaseError
from tests.written import Written

GOX = "2014-04-23T17:00:00+09:00"


def by_value(**more: object) -> str:
    return '[plan]\npooling = "by_value"\n' + "".join(f"{key} = {value}\n" for key, value in more.items())


def gox(folder: Path, tail: str = "") -> Written:
    """Ann claims 10 BTC, ben 100,000 yen, cyd 0.5 BTC and 50,000 yen; there is a fifth of it beyond the base sums."""
    tables = {
        "balance": "account,asset,quantity\nann,BTC,10\nben,JPY,100000\ncyd,BTC,0.5\ncyd,JPY,50000",
        "wallet": "wallet,asset,quantity,custody\nbank-1,JPY,2004902,bank",
        "price": "asset,price,price_set,source\nBTC,749318.83,commencement,plan of Mt. Gox",
    }  # fmt: skip
    return Written(folder, tables, by_value(base_payment='"200000"') + tail, commencement_at=GOX)


def test_base_payment_of_the_mt_gox_plan_is_200000_yen_money_claims_first(tmp_path: Path) -> None:
    ran = gox(tmp_path)
    assert ran.due("dividend:base", "claim")["ann"] == "200000"
    assert ran.due("dividend", "claim")["ann"] == "7293188", "10 x 749,318.83 less the base: 7,293,188.30"
    base = {row["account"] + row["claim_asset"]: row["entitled"] for row in ran.rows("schedule")
            if row["step"] == "dividend:base"}  # fmt: skip
    assert base == {"annBTC": "200000", "benJPY": "100000", "cydBTC": "150000", "cydJPY": "50000"}
    rest = 2_004_902 - 500_000
    claimed = 7_493_188 + 100_000 + 374_659 + 50_000 - 500_000
    assert ran.due("dividend") == {
        "ann": str(7_293_188 * rest // claimed), "cyd": str((374_659 - 150_000) * rest // claimed)}  # fmt: skip
    assert ran.pool("value")["claims"] == str(claimed + 500_000)
    assert ran.faults() == []


def test_early_lump_sum_of_the_mt_gox_plan_is_21_percent_of_the_balance() -> None:
    balance = 10 * Decimal("749318.83") - 200_000
    assert balance == Decimal("7293188.30")
    assert balance * Decimal("0.21") == Decimal("1531569.5430")


def test_where_there_is_less_than_the_base_sums_they_share(tmp_path: Path) -> None:
    tables = {
        "balance": "account,asset,quantity\nann,JPY,1000\nben,JPY,300\ncyd,JPY,100",
        "wallet": "wallet,asset,quantity,custody\nbank-1,JPY,250,bank",
    }  # fmt: skip
    ran = Written(tmp_path, tables, by_value(base_payment='"200"'))
    assert ran.due("dividend:base") == {"ann": "100", "ben": "100", "cyd": "50"}
    assert ran.due("dividend") == {}
    assert ran.faults() == []


def test_a_holder_of_several_accounts_has_one_base_sum(tmp_path: Path) -> None:
    """Else splitting one person into many accounts would pay (law.md section 9)."""
    tables = {
        "account": "account,holder\nann-1,Ann\nann-2,Ann\nben,Ben",
        "balance": "account,asset,quantity\nann-1,JPY,150\nann-2,JPY,150\nben,JPY,300",
        "wallet": "wallet,asset,quantity,custody\nbank-1,JPY,400,bank",
    }  # fmt: skip
    ran = Written(tmp_path, tables, by_value(base_payment='"200"'))
    assert ran.due("dividend:base") == {"ann-1": "150", "ann-2": "50", "ben": "200"}
    assert ran.faults() == []


def test_convenience_class_is_paid_whole_before_the_others_share(tmp_path: Path) -> None:
    """As class 7 of the plan of FTX: holders of 50,000 or less in all; ann's two accounts come to more."""
    tables = {
        "account": "account,holder\nann-1,Ann\nann-2,Ann\nben,Ben\ncyd,Cyd",
        "balance": "account,asset,quantity\nann-1,USD,40000\nann-2,USD,40000\nben,USD,50000\ncyd,USD,120000",
        "wallet": "wallet,asset,quantity,custody\nbank-1,USD,150000,bank",
    }  # fmt: skip
    ran = Written(
        tmp_path, tables, by_value(convenience_most='"50000"'), assets=("USD",), currency="USD",
        commencement_at="2022-11-11T00:00:00-05:00",
    )  # fmt: skip
    assert ran.due("dividend:convenience") == {"ben": "50000.00"}
    assert ran.due("dividend") == {"ann-1": "20000.00", "ann-2": "20000.00", "cyd": "60000.00"}
    assert ran.faults() == []


def test_what_was_paid_before_counts_whatever_its_step_was(tmp_path: Path) -> None:
    """A first round paid plain dividends; now base sums come first. Paid before meets the base, then the rest."""
    tables = {
        "balance": "account,asset,quantity\nann,JPY,1000\nben,JPY,300",
        "wallet": "wallet,asset,quantity,custody\nbank-1,JPY,390,bank",
        "payment": "round,account,claim_asset,step,pay_asset,quantity\n"
        "1,ann,JPY,dividend,JPY,200\n1,ben,JPY,dividend,JPY,60",
    }  # fmt: skip
    ran = Written(tmp_path, tables, by_value(base_payment='"100"', round=2))
    lines = {(row["account"], row["step"]): (row["entitled"], row["paid_before"]) for row in ran.rows("schedule")}
    assert ran.pool("value")["gross"] == "650", "what was paid before was made out of it"
    assert lines["ann", "dividend:base"] == ("100", "100")
    assert lines["ann", "dividend"] == (str(900 * 450 // 1100), "100")
    assert lines["ben", "dividend:base"] == ("100", "60")
    assert lines["ben", "dividend"] == (str(200 * 450 // 1100), "0")
    assert ran.faults() == []


@pytest.mark.parametrize("word", ["base_payment", "convenience_most"])
def test_sums_of_money_are_refused_where_each_asset_is_paid_in_kind(tmp_path: Path, word: str) -> None:
    tables = {"balance": "account,asset,quantity\nann,JPY,1", "wallet": "wallet,asset,quantity\nbank-1,JPY,1"}
    with pytest.raises(CaseError, match=f"{word} is a sum of money"):
        Written(tmp_path, tables, f'[plan]\n{word} = "5"\n')
