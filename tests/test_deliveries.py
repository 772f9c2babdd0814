"""In kind, in cash or both: in which assets what is paid is delivered, to the unit."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from administrator.cli import main
from administrator.errors import RegimeError
from administrator.plans.verify import verify
from ledgers.errors import ConfigurationError
from tests.test_verify import seal
from tests.written import Written

GOX = "2014-04-24T17:00:00+09:00"
FIRST = '[plan]\npooling = "by_value"\nbase_payment = "200000"\n'


def payout(of: str, paid_in: str, share: str, election: str = "") -> str:
    chosen = f'election = "{election}"\n' if election else ""
    return f'[[payouts]]\nof = "{of}"\nin = "{paid_in}"\nshare = "{share}"\n{chosen}'


def delivered(ran: Written, account: str) -> dict[str, tuple[str, str]]:
    """What an account's payments come to by asset: discharged, delivered."""
    rows = [row for row in ran.rows("deliveries") if row["account"] == account]
    return {f"{row['step']} {row['asset']}": (row["discharged"], row["quantity"]) for row in rows}


def mona(**more: str) -> dict[str, str]:
    return {
        "balance": "account,asset,quantity\nann,BTC,1000\nben,BTC,500",
        "wallet": "wallet,asset,quantity\nhot,BTC,1500",
        "price": "asset,price,price_set\nBTC,144.548,commencement\nBTC,144.548,distribution",
    } | more


def test_zaif_60_percent_in_coin_and_40_in_yen_at_144_548(tmp_path: Path) -> None:
    """Zaif, 2018 (press report): 1,000 MONA -> 600 MONA and 57,819.2 yen; the coin is called BTC here."""
    ran = Written(tmp_path, mona(), payout("BTC", "JPY", "0.4"))
    assert delivered(ran, "ann") == {
        "return BTC": ("600.00000000", "600.00000000"), "return JPY": ("400.00000000", "57819"),
    }  # fmt: skip
    assert Decimal("1000") * Decimal("0.4") * Decimal("144.548") == Decimal("57819.2000")
    assert ran.due("return") == {"ann": "1000.00000000", "ben": "500.00000000"}
    assert ran.faults() == []


def test_mt_gox_pays_a_sum_of_money_partly_in_btc_and_bch_at_plan_rates(tmp_path: Path) -> None:
    """Illustration of law.md 2.6: 71 % in coin, 88.417 % of it BTC: 1.2831 BTC, 1.2921 BCH and 444,155 yen."""
    tables = {
        "account": "account,election\nann,early lump sum\nben,",
        "balance": "account,asset,quantity\nann,BTC,10\nben,BTC,1000",
        "wallet": "wallet,asset,quantity\nbank,JPY,100000000\ncold,BTC,200\ncold,BCH,200",
        "price": "asset,price,price_set\nBTC,749318.83,commencement\nBTC,749318.83,distribution\n"
                 "BCH,97481.19,commencement\nBCH,97481.19,distribution",
    }  # fmt: skip
    early = '[[elections]]\nname = "early lump sum"\nshare = "0.21"\n'
    coins = payout("JPY", "BTC", "0.6277607") + payout("JPY", "BCH", "0.0822393")
    ran = Written(tmp_path, tables, early + coins + FIRST, assets=("JPY", "BTC", "BCH"), commencement_at=GOX)
    got = {name: quantity for name, (_, quantity) in delivered(ran, "ann").items()}
    assert ran.due("dividend")["ann"] == "1531569"
    assert {name: quantity[:6] for name, quantity in got.items()} == {
        "dividend BTC": "1.2831", "dividend BCH": "1.2920", "dividend JPY": "444156",
    }  # fmt: skip
    assert Fraction(1531569) * Fraction("0.6277607") // 1 / Fraction("749318.83") - Fraction(got["dividend BTC"]) < (
        Fraction(1, 10**8)
    )
    assert all("base" not in name for name in got), "what comes first is paid in money"
    assert ran.faults() == []


def test_whoever_chose_otherwise_is_paid_otherwise(tmp_path: Path) -> None:
    chosen = '[[elections]]\nname = "cash"\n[[elections]]\nname = "coin"\n'
    tables = mona(account="account,election\nann,cash\nben,coin")
    ran = Written(tmp_path, tables, chosen + payout("BTC", "JPY", "1", "cash"))
    assert delivered(ran, "ann") == {"return JPY": ("1000.00000000", "144548")}
    assert delivered(ran, "ben") == {}
    both = payout("BTC", "JPY", "1", "cash") + payout("BTC", "JPY", "0.5")
    again = Written(tmp_path / "both", tables, chosen + both)
    assert delivered(again, "ann") == {"return JPY": ("1000.00000000", "144548")}
    assert delivered(again, "ben")["return BTC"] == ("250.00000000", "250.00000000")
    assert ran.faults() == again.faults() == []


def test_less_than_a_unit_stays_in_its_own_asset(tmp_path: Path) -> None:
    tables = mona(balance="account,asset,quantity\nann,BTC,0.00001\nben,BTC,1499")
    ran = Written(tmp_path, tables, payout("BTC", "JPY", "0.4"))
    assert delivered(ran, "ann") == {"return BTC": ("0.00001000", "0.00001000")}
    assert ran.faults() == []


def test_a_later_round_settles_what_was_not_discharged(tmp_path: Path) -> None:
    first = Written(tmp_path / "1", mona(), payout("BTC", "JPY", "0.4") + '[plan]\nholdback = "0.5"\n')
    paid = "\n".join(f"1,{row['account']},BTC,return,BTC,{row['quantity']}" for row in first.rows("schedule"))
    later = mona(payment=f"round,account,claim_asset,step,pay_asset,quantity\n{paid}",
                 wallet="wallet,asset,quantity\nhot,BTC,750")  # fmt: skip
    second = Written(tmp_path / "2", later, payout("BTC", "JPY", "0.4") + "[plan]\nround = 2\n")
    assert delivered(second, "ann") == delivered(first, "ann") == {
        "return BTC": ("300.00000000", "300.00000000"), "return JPY": ("200.00000000", "28909"),
    }  # fmt: skip
    assert first.faults() == second.faults() == []


def test_a_way_to_be_paid_in_what_is_delivered_is_enough(tmp_path: Path) -> None:
    tables = mona(payee="account,asset,method,bank,account_number\nann,JPY,bank,0001,1234567\n")
    ran = Written(tmp_path, tables, payout("BTC", "JPY", "0.4"))
    status = {(row["account"], row["asset"]): (row["status"], row["reason"]) for row in ran.rows("deliveries")}
    assert status == {
        ("ann", "BTC"): ("withhold", "unroutable"), ("ann", "JPY"): ("pay", ""),
        ("ben", "BTC"): ("withhold", "unroutable"), ("ben", "JPY"): ("withhold", "unroutable"),
    }  # fmt: skip
    assert ran.due("return", "reason") == {"ann": "", "ben": "unroutable"}
    assert ran.faults() == []


def test_holders_of_an_assigned_claim_are_each_delivered_theirs(tmp_path: Path) -> None:
    tables = mona(
        account="account,holder\nann,Ann\nben,Ben\nfund,Fund",
        assignment="claim_account,asset,quantity,from_holder,to_holder,at\nann,BTC,300,Ann,Fund,2026-05-01T00:00:00Z",
    )
    ran = Written(tmp_path, tables, payout("BTC", "JPY", "0.4"))
    rows = [(row["holder"], row["asset"], row["quantity"]) for row in ran.rows("deliveries") if row["account"] == "ann"]
    assert rows == [
        ("Ann", "BTC", "420.00000000"), ("Ann", "JPY", "40473"), ("Fund", "BTC", "180.00000000"),
        ("Fund", "JPY", "17345"),
    ]  # fmt: skip
    assert ran.faults() == []


def test_more_than_is_there_of_an_asset_is_said(tmp_path: Path) -> None:
    tables = {
        "balance": "account,asset,quantity\nann,JPY,1000000",
        "wallet": "wallet,asset,quantity\nbank,JPY,1000000\ncold,BTC,0.01",
        "price": "asset,price,price_set\nBTC,1000000,commencement\nBTC,1000000,distribution",
    }
    ran = Written(tmp_path, tables, payout("JPY", "BTC", "0.5") + '[plan]\npooling = "by_value"\n')
    (said,) = [row for row in ran.rows("findings") if row["code"] == "payout-short"]
    assert said["quantity"] == "0.50000000"
    assert "0.01000000 are held" in said["message"]


@pytest.mark.parametrize(
    ("tail", "told"),
    [
        (payout("BTC", "JPY", "0.6") + payout("BTC", "ETH", "0.6"), "comes to more than 1"),
        (payout("BTC", "BTC", "0.6"), "delivers it in itself"),
        (payout("BTC", "JPY", "0.6") * 2, "stands there twice"),
        (payout("BTC", "DOGE", "0.6"), 'names the asset "DOGE"'),
        (payout("BTC", "JPY", "0.6", "cash"), "which no [[elections]] names"),
    ],
)
def test_payouts_that_contradict_themselves_are_refused(tmp_path: Path, tail: str, told: str) -> None:
    with pytest.raises(ConfigurationError) as refused:
        Written(tmp_path, mona(), tail, assets=("JPY", "BTC", "ETH"))
    assert any(told in line for line in refused.value.lines), refused.value.lines


def test_an_asset_without_a_distribution_price_cannot_be_delivered(tmp_path: Path) -> None:
    with pytest.raises(RegimeError, match='"distribution" says what ETH brings'):
        Written(tmp_path, mona(), payout("BTC", "ETH", "0.5"), assets=("JPY", "BTC", "ETH"))


def test_a_delivery_of_more_digits_than_a_quantity_holds_is_refused(tmp_path: Path) -> None:
    much = "1" + "0" * 20
    tables = {
        "balance": f"account,asset,quantity\nann,BTC,{much}",
        "wallet": f"wallet,asset,quantity\ncold,BTC,{much}",
        "price": "asset,price,price_set\nBTC,100000000000,distribution\nETH,0.00000001,distribution",
    }
    with pytest.raises(RegimeError, match="more than 38 digits in base units of ETH"):
        Written(tmp_path, tables, payout("BTC", "ETH", "0.5"), assets=("JPY", "BTC", "ETH"))


def test_explain_says_what_is_delivered(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ran = Written(tmp_path, mona(), payout("BTC", "JPY", "0.4"))
    assert main(["explain", str(ran.folder), "ann"]) == 0
    told = " ".join(capsys.readouterr().out.split())
    assert "delivered for return of BTC = 57819 JPY" in told
    assert "it settles 400.00000000 BTC" in told


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("ann,BTC,,return,BTC,,JPY,400.00000000,57819,pay,", "ann,BTC,,return,BTC,,JPY,400.00000000,57820,pay,", "JPY"),
        ("ann,BTC,,return,BTC,,JPY,400.00000000,57819,pay,", "ann,BTC,,return,BTC,,JPY,400.00000001,57819,pay,", "JPY"),
        ("ann,BTC,,return,BTC,,JPY,400.00000000,57819,pay,\n", "", "400"),
        ("ann,BTC,,return,BTC,,JPY,400.00000000,57819,pay,", "ann,BTC,,return,BTC,Ann,JPY,400.00000000,57819,pay,",
         "row"),
        ("ben,BTC,,return,BTC,,JPY,200.00000000,28909,pay,", "cyd,BTC,,return,BTC,,JPY,200.00000000,28909,pay,", "cyd"),
        ("ann,BTC,,return,BTC,,JPY,400.00000000,57819,pay,", "ann,BTC,,return,BTC,,JPY,400.00000000,57819,withhold,",
         "status"),
    ],
)  # fmt: skip
def test_verify_refuses_what_is_delivered_otherwise(tmp_path: Path, old: str, new: str, told: str) -> None:
    ran = Written(tmp_path, mona(), payout("BTC", "JPY", "0.4"))
    path = ran.out / "deliveries.csv"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    seal(ran.out)
    faults = [str(fault) for fault in verify(ran.out).faults if "deliveries.csv" in str(fault)]
    assert any(told in fault for fault in faults), faults


@settings(max_examples=15, deadline=None)
@given(
    units=st.integers(1, 10**12), first=st.integers(0, 1000), second=st.integers(0, 1000),
    price=st.integers(1, 10**10), other=st.integers(1, 10**10),
)  # fmt: skip
def test_every_payment_is_discharged_to_the_unit_and_nothing_is_worth_more(
    tmp_path_factory: pytest.TempPathFactory, units: int, first: int, second: int, price: int, other: int
) -> None:
    second = min(second, 1000 - first)
    quantity = f"{Decimal(units) / 10**8:.8f}"
    tables = {
        "balance": f"account,asset,quantity\nann,BTC,{quantity}",
        "wallet": f"wallet,asset,quantity\ncold,BTC,{quantity}",
        "price": f"asset,price,price_set\nBTC,{price},distribution\nETH,{other},distribution",
    }
    tail = payout("BTC", "JPY", str(Decimal(first) / 1000)) + payout("BTC", "ETH", str(Decimal(second) / 1000))
    ran = Written(tmp_path_factory.mktemp("drawn"), tables, tail, assets=("JPY", "BTC", "ETH"))
    legs = delivered(ran, "ann")
    assert sum(Fraction(settled) for settled, _ in legs.values()) == Fraction(units, 10**8)
    prices = {"BTC": price, "ETH": other, "JPY": 1}
    for name, (settled, got) in legs.items():
        worth = Fraction(got) * prices[name.split()[1]]
        assert 0 <= Fraction(settled) * price - worth < prices[name.split()[1]]
    assert ran.faults() == []
