"""A choice that the plan gives: a share that is final, while nobody else gains or loses by it."""

from __future__ import annotations

from pathlib import Path

import pytest

from administrator.cli import main
from administrator.plans.verify import verify
from ledgers.errors import ConfigurationError
from tests.test_verify import seal
from tests.written import Written

GOX = "2014-04-24T17:00:00+09:00"
EARLY = '[[elections]]\nname = "early lump sum"\nshare = "0.21"\n'


def tables(chosen: str, cash: str) -> dict[str, str]:
    return {
        "account": f"account,election\n{chosen}",
        "balance": "account,asset,quantity\nann,BTC,10\nben,JPY,100000\ncyd,JPY,424659",
        "wallet": f"wallet,asset,quantity\nbank,JPY,{cash}",
        "price": "asset,price,price_set\nBTC,749318.83,commencement\nJPY,1,distribution",
    }


PLAN = '[plan]\npooling = "by_value"\nbase_payment = "200000"\n'


def test_early_lump_sum_of_the_mt_gox_plan_is_21_percent_of_what_the_base_payment_leaves(tmp_path: Path) -> None:
    """Outline of the draft rehabilitation plan, 12 January 2021: 7,293,188.30 x 21 % = 1,531,569.543."""
    rows = tables("ann,early lump sum\nben,\ncyd,", "4000000")
    ran = Written(tmp_path, rows, EARLY + PLAN, commencement_at=GOX)
    assert ran.due("dividend:base") == {"ann": "200000", "ben": "100000", "cyd": "200000"}
    # 4,000,000 - 500,000 of base sums for 7,293,188 + 224,659: 46.5 %; ann's balance stays among those that share.
    assert ran.due("dividend") == {"ann": "1531569", "cyd": str(224_659 * 3_500_000 // 7_517_847)}
    assert ran.pool("value")["surplus"] == str(7_293_188 * 3_500_000 // 7_517_847 - 1_531_569)
    assert "election-forgone" in ran.codes()
    assert ran.faults() == []


def test_whoever_chooses_neither_enriches_nor_dilutes_the_others(tmp_path: Path) -> None:
    others = []
    for number, chosen in enumerate(
        ("ann,early lump sum\nben,\ncyd,", "ann,\nben,\ncyd,", "ann,\nben,\ncyd,early lump sum")
    ):
        ran = Written(tmp_path / str(number), tables(chosen, "4000000"), EARLY + PLAN, commencement_at=GOX)
        assert ran.faults() == []
        others.append(ran.due("dividend"))
    assert others[0]["cyd"] == others[1]["cyd"]
    assert others[2]["ann"] == others[1]["ann"]


def test_a_share_above_the_dividend_gives_no_more_than_the_others_get(tmp_path: Path) -> None:
    rows = tables("ann,early lump sum\nben,\ncyd,", "1000000")
    ran = Written(tmp_path, rows, EARLY + PLAN, commencement_at=GOX)
    assert ran.due("dividend")["ann"] == str(7_293_188 * 500_000 // 7_517_847)
    assert "election-above-dividend" in ran.codes()
    assert "election-forgone" not in ran.codes()
    assert ran.faults() == []


def test_the_share_is_final_in_kind_too_and_neither_fund_nor_estate_pays_beside_it(tmp_path: Path) -> None:
    rows = {
        "account": "account,election\nann,early lump sum\nben,\n",
        "balance": "account,asset,quantity\nann,BTC,10\nben,BTC,10",
        "wallet": "wallet,asset,quantity,opening\ncold,BTC,10,20",
        "price": "asset,price\nBTC,1000000",
        "transfer": "transfer,occurred_at,asset,quantity,sender,recipient\nt1,2026-03-01T00:00:00Z,BTC,10,cold,thief",
        "label": "address,party,kind\nthief,thief,thief",
    }
    tail = (
        EARLY + '[[reserves]]\nname = "fund"\namount = "3000000"\ncurrency = "JPY"\ncovers = ["external_theft"]\n'
        'ring_fenced = true\n[estate]\namount = "1000000"\ncurrency = "JPY"\n'
    )  # fmt: skip
    ran = Written(tmp_path, rows, tail)
    assert ran.due("return") == {"ann": "2.10000000", "ben": "5.00000000"}
    assert ran.due("reserve:fund") == {"ben": "3000000"}
    assert set(ran.due("estate")) == {"ben"}
    assert ran.pool("BTC")["surplus"] == "2.90000000"
    assert ran.rows("accounts") == [{"account": "ann", "omnibus": "", "election": "early lump sum"}]
    assert ran.faults() == []


def test_a_later_round_pays_no_more_than_the_share(tmp_path: Path) -> None:
    rows = tables("ann,early lump sum\nben,\ncyd,", "4000000")
    first = Written(tmp_path / "1", rows, EARLY + PLAN + 'holdback = "0.5"\n', commencement_at=GOX)
    assert first.faults() == []
    paid = "\n".join(
        f"1,{row['account']},{row['claim_asset']},{row['step']},{row['pay_asset']},{row['quantity']}"
        for row in first.rows("schedule")
    )
    rows["payment"] = f"round,account,claim_asset,step,pay_asset,quantity\n{paid}"
    left = 4_000_000 - sum(int(row["quantity"]) for row in first.rows("schedule"))
    rows["wallet"] = f"wallet,asset,quantity\nbank,JPY,{left}"
    second = Written(tmp_path / "2", rows, EARLY + PLAN + "round = 2\n", commencement_at=GOX)
    assert second.due("dividend")["ann"] == "1531569"
    assert second.faults() == []


def test_a_choice_that_case_toml_does_not_know_stops_the_run(tmp_path: Path) -> None:
    ran = Written(tmp_path, tables("ann,early\nben,\ncyd,early", "4000000"), EARLY + PLAN, commencement_at=GOX)
    (said,) = [row for row in ran.rows("findings") if row["code"] == "election-undeclared"]
    assert said["message"].startswith('inputs/account.csv:2: election "early" of account "ann" and 1 more is no choice')
    assert said["severity"] == "blocking"


def test_a_choice_without_a_share_changes_nothing(tmp_path: Path) -> None:
    named = '[[elections]]\nname = "cash"\n'
    ran = Written(tmp_path, tables("ann,cash\nben,\ncyd,", "4000000"), named + PLAN, commencement_at=GOX)
    assert ran.due("dividend")["ann"] == str(7_293_188 * 3_500_000 // 7_517_847)
    assert ran.faults() == []


@pytest.mark.parametrize("share", ['"1.5"', '"-0.1"', "0.21"])
def test_a_share_is_a_ratio_from_0_to_1(tmp_path: Path, share: str) -> None:
    with pytest.raises(ConfigurationError, match="elections"):
        Written(tmp_path, tables("ann,", "1"), EARLY.replace('"0.21"', share) + PLAN, commencement_at=GOX)


@pytest.mark.parametrize(
    ("name", "old", "new", "told"),
    [
        ("schedule.csv", "ann,BTC,,dividend,JPY,7293188,1531569,0,1531569,1531569,",
         "ann,BTC,,dividend,JPY,7293188,1531570,0,1531570,1531570,", "at most 1531569 units, as chosen"),
        ("schedule.csv", "ann,BTC,,dividend,JPY,7293188,1531569,0,1531569,1531569,",
         "ann,BTC,,dividend,JPY,7293188,1531568,0,1531568,1531568,", "at most 1531569 units, as chosen"),
        ("accounts.csv", "ann,,early lump sum", "ann,,late lump sum", "election: expected one of plan.json"),
        ("accounts.csv", "ann,,early lump sum\n", "", "entitled of ann/BTC"),
        ("accounts.csv", "ann,,early lump sum", "ann,,", "omnibus and election"),
    ],
)  # fmt: skip
def test_verify_refuses_what_was_chosen_otherwise(tmp_path: Path, name: str, old: str, new: str, told: str) -> None:
    ran = Written(tmp_path, tables("ann,early lump sum\nben,\ncyd,", "4000000"), EARLY + PLAN, commencement_at=GOX)
    path = ran.out / name
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    seal(ran.out)
    faults = [str(fault) for fault in verify(ran.out).faults]
    assert any(told in fault for fault in faults), faults


def test_explain_says_that_the_share_is_final(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ran = Written(tmp_path, tables("ann,early lump sum\nben,\ncyd,", "4000000"), EARLY + PLAN, commencement_at=GOX)
    assert main(["explain", str(ran.folder), "ann"]) == 0
    told = " ".join(capsys.readouterr().out.split())
    assert 'the account chose "early lump sum": of this claim no more than 1531569, for good' in told
