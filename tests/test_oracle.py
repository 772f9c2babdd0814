"""Does the oracle say what a person computes by hand from rules.md? Small cases, every figure worked on paper."""

from __future__ import annotations

import random
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from textwrap import dedent

import pytest

from tests.oracle import Row, allocate, outputs

HEAD = """
[case]
title = "Re Example"
trigger = "bankruptcy"
regime = "custom"
commencement_at = 2026-03-31T09:00:00+09:00
currency = "JPY"
bar_on = 2026-09-30
[assets.JPY]
decimals = 0
kind = "fiat"
[assets.USD]
decimals = 2
kind = "fiat"
[assets.BTC]
decimals = 0
aliases = ["XBT"]
[assets.ETH]
decimals = 2
"""
PRICES = "asset,price\nBTC,10\nETH,2.5\n"
Outputs = dict[str, list[Row]]


class Bench:
    """Writes a case from text and runs the oracle on it, with the invariants that every run must keep."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __call__(self, more: str = "", /, *, head: str = HEAD, **tables: str) -> Outputs:
        (self.folder / "inputs").mkdir(exist_ok=True)
        sources = ""
        for table, text in tables.items():
            path = f"inputs/{table}.csv"
            (self.folder / path).write_text(dedent(text).strip() + "\n", encoding="utf-8")
            sources += f'[[sources]]\ntable = "{table}"\npath = "{path}"\ntimezone = "Asia/Tokyo"\n'
        (self.folder / "case.toml").write_text(head + sources + dedent(more), encoding="utf-8")
        result = outputs(self.folder)
        assert_invariants(result)
        return result


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


def assert_invariants(result: Outputs) -> None:
    for row in result["reconciliation"]:
        shortfall = Fraction(row["shortfall"])
        assert shortfall == total(result["bridge"], "quantity", asset=row["asset"])
        assert max(shortfall, 0) == total(result["losses"], "quantity", asset=row["asset"])
    for pool in result["pools"]:
        parts = [Fraction(pool[name]) for name in ("awarded", "overpaid", "surplus", "residue")]
        assert Fraction(pool["distributable"]) == sum(parts)
        assert min(parts) >= 0
        step = {"estate": "estate", "value": "dividend"}.get(pool["pool"], "return")
        lines = [row for row in result["schedule"] if row["step"].split(":")[0] == step]
        shared = total(lines, "entitled", pay_asset=pool["asset"])
        # of the estate's awards those to other claims are on no line
        assert shared <= parts[0] if step == "estate" else shared == parts[0]
    paid = [row for row in result["schedule"] if row["step"].split(":")[0] in ("insurance", "reserve")]
    assert total(paid, "entitled") == total(result["bases"], "met") == total(result["coverage"], "distributed")
    for row in result["bases"]:
        assert 0 <= Fraction(row["met"]) <= Fraction(row["base"])


def total(rows: list[Row], column: str, **where: str) -> Fraction:
    return sum((Fraction(row[column]) for row in pick(rows, **where)), Fraction(0))


def pick(rows: list[Row], **where: str) -> list[Row]:
    return [row for row in rows if all(row[name] == text for name, text in where.items())]


def only(rows: list[Row], **where: str) -> Row:
    (row,) = pick(rows, **where)
    return row


def columns(rows: list[Row], names: str, **where: str) -> list[str]:
    """Each row's named cells, joined by spaces."""
    return [" ".join(row[name] for name in names.split()) for row in pick(rows, **where)]


def lines_of(result: Outputs) -> dict[str, str]:
    return {row["line"]: row["quantity"] for row in result["bridge"]}


# ---------------------------------------------------------------- rule 13


WORKED = """
[case]
title = "Worked example"
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
[[reserves]]
name = "R"
amount = "1000000"
currency = "JPY"
covers = ["unexplained"]
ring_fenced = true
"""


@pytest.fixture
def worked(bench: Bench) -> Outputs:
    return bench(
        head=WORKED,
        balance="account,asset,quantity\nA,BTC,1\nB,BTC,0.5\nB,ETH,10\nC,BTC,0.25\nD,BTC,-0.1",
        claim="claim,account,asset,quantity\nc1,C,BTC,0.5",
        wallet="wallet,asset,quantity\nw1,BTC,1.4\nw2,ETH,10",
        price="asset,price\nBTC,10000000\nETH,400000",
    )


def test_worked_example_reconciles_to_the_unit(worked: Outputs) -> None:
    btc, eth = worked["reconciliation"]
    assert list(btc.items()) == [
        ("asset", "BTC"),
        ("owed", "1.75000000"),
        ("negative", "0.10000000"),
        ("held_customer", "1.40000000"),
        ("held_house", "0.00000000"),
        ("held_guarantee", "0.00000000"),
        ("hot", "0.00000000"),
        ("shortfall", "0.35000000"),
        ("coverage", "0.80000000"),
        ("price", "10000000"),
        ("owed_value", "17500000"),
        ("shortfall_value", "3500000"),
    ]
    assert (eth["owed"], eth["shortfall"], eth["coverage"]) == ("10." + "0" * 18, "0." + "0" * 18, "1.00000000")
    assert worked["bridge"] == [
        {"asset": "BTC", "line": "opening_difference", "quantity": "0.25000000"},
        {"asset": "BTC", "line": "negative_balances", "quantity": "0.10000000"},
    ]
    assert columns(worked["losses"], "event peril asset custody quantity value") == [
        "negative_balances unexplained BTC  0.10000000 1000000",
        "opening_difference unexplained BTC  0.25000000 2500000",
    ]
    assert worked["flows"] == []


def test_worked_example_returns_seven_tenths(worked: Outputs) -> None:
    assert columns(worked["claims"], "account asset scheduled filed allowed disputed unclaimed disallowed value") == [
        "A BTC 1.00000000  1.00000000 0.00000000 0.00000000 0.00000000 10000000",
        "B BTC 0.50000000  0.50000000 0.00000000 0.00000000 0.00000000 5000000",
        f"B ETH 10.{'0' * 18}  10.{'0' * 18} 0.{'0' * 18} 0.{'0' * 18} 0.{'0' * 18} 4000000",
        "C BTC 0.25000000 0.50000000 0.25000000 0.25000000 0.00000000 0.00000000 5000000",
        "D BTC 0.00000000  0.00000000 0.00000000 0.00000000 0.00000000 0",
    ]
    btc, eth = worked["pools"]
    assert btc == {
        "pool": "BTC",
        "asset": "BTC",
        "gross": "1.40000000",
        "costs": "0.00000000",
        "holdback": "0.00000000",
        "distributable": "1.40000000",
        "claims": "2.00000000",
        "awarded": "1.40000000",
        "overpaid": "0.00000000",
        "surplus": "0.00000000",
        "residue": "0.00000000",
        "dividend_numerator": "7",
        "dividend_denominator": "10",
    }
    assert (eth["dividend_numerator"], eth["dividend_denominator"]) == ("1", "1")
    kept = "account part claim entitled paid_before quantity value status reason"
    assert columns(worked["schedule"], kept, step="return", pay_asset="BTC") == [
        "A  1.00000000 0.70000000 0.00000000 0.70000000 7000000 pay ",
        "B  0.50000000 0.35000000 0.00000000 0.35000000 3500000 pay ",
        "C  0.25000000 0.17500000 0.00000000 0.17500000 1750000 pay ",
        "C disputed 0.25000000 0.17500000 0.00000000 0.17500000 1750000 withhold disputed",
    ]
    assert only(worked["schedule"], claim_asset="ETH")["quantity"] == "10." + "0" * 18


def test_worked_example_compensates_to_the_yen(worked: Outputs) -> None:
    assert columns(worked["bases"], "account part event base met") == [
        "A  negative_balances 857142 500000",
        "A  opening_difference 2142857 0",
        "B  negative_balances 428571 250000",
        "B  opening_difference 1071428 0",
        "C  negative_balances 214285 124999",
        "C  opening_difference 535714 0",
        "C disputed negative_balances 214285 124999",
        "C disputed opening_difference 535714 0",
    ]
    assert columns(worked["schedule"], "account claim_asset part claim entitled status", step="reserve:R") == [
        "A BTC  2999999 500000 pay",
        "B BTC  1499999 250000 pay",
        "C BTC  749999 124999 pay",
        "C BTC disputed 749999 124999 withhold",
    ]
    row = only(worked["coverage"])
    assert columns([row], "source event ground_up covered due received distributed reason") == [
        "R  5999996 5999996 1000000 1000000 999998 "
    ]
    assert columns(
        worked["holders"],
        "account allowed_value returned_value compensated_value withheld_value unpaid_value recovery",
    ) == [
        "A 10000000 7000000 500000 0 2500000 0.75000000",
        "B 9000000 7500000 250000 0 1250000 0.86111111",
        "C 2500000 1750000 124999 1874999 625001 0.74999960",
        "D 0 0 0 0 0 ",
    ]
    assert columns(worked["segregation"], "test asset measured required met") == [
        "guarantee BTC 0.00000000 0.00000000 yes",
        f"guarantee ETH 0.{'0' * 18} 0.{'0' * 18} yes",
        "hot_share  0.00000000 0.05 yes",
    ]


# ---------------------------------------------------------------- rule 1


def test_allocate_floors_and_names_the_residue() -> None:
    assert allocate(10, {"a": 7, "b": 7, "c": 7}, "floor") == ({"a": 3, "b": 3, "c": 3}, 0, 1)
    assert allocate(22, {"a": 7, "b": 14}, "floor") == ({"a": 7, "b": 14}, 1, 0)
    assert allocate(5, {}, "floor") == ({}, 5, 0)


def test_largest_remainder_breaks_ties_by_key() -> None:
    assert allocate(10, {"a": 7, "b": 7, "c": 7}, "largest_remainder") == ({"a": 4, "b": 3, "c": 3}, 0, 0)
    assert allocate(5, {"a": 1, "b": 2, "c": 4}, "largest_remainder") == ({"a": 1, "b": 1, "c": 3}, 0, 0)


# ---------------------------------------------------------------- rules 2 to 4


JOURNAL = "posting,posted_at,account,asset,quantity,kind,reference\n"
TRANSFER = "transfer,occurred_at,asset,quantity,sender,recipient,fee,reference\n"
WALLET = "wallet,asset,quantity,address,custody,purpose,opening\n"
LABEL = "address,party,kind\n"
DAY = "2026-03-01T00:00:00"


def test_every_line_of_the_bridge_has_its_sign(bench: Bench) -> None:
    # openings 90; in 100 + 7 + 4 + 6 = 117; out 20 + 9 + 11 + 13 + 5 + 8 = 66, internal fee 1, out fees 2
    result = bench(
        journal=JOURNAL
        + f"""p1,{DAY},A,BTC,100,opening,
p2,{DAY},A,BTC,99,deposit,in1
p3,{DAY},A,BTC,30,deposit,nowhere
p4,{DAY},A,BTC,-20,withdrawal,out1
p5,{DAY},A,BTC,-9,withdrawal,batch
p6,{DAY},B,BTC,-3,withdrawal,batch
p7,{DAY},B,BTC,-40,withdrawal,nowhere
p8,{DAY},B,BTC,-17,fee,
p9,{DAY},B,BTC,2,reward,
px,{DAY},H,BTC,1000,deposit,
py,2026-03-31T09:00:01,A,BTC,500,deposit,""",
        balance="account,asset,quantity\nA,BTC,165\nB,BTC,-4\nH,BTC,77",
        account="account,kind\nH,house\nA,\n",
        wallet=WALLET + "w,BTC,60,a-w,cold,,90\nhw,BTC,5,a-hw,,house,\ng,BTC,8,a-g,,guarantee,",
        label=LABEL + "a-t,thief-1,thief\na-hw,Op Co,affiliate\nmixed,X,exchange\nmixed,Y,insider",
        transfer=TRANSFER
        + f"""in1,{DAY},BTC,100,outside-1,a-w,9,
in2,{DAY},BTC,7,outside-2,w,0,
in3,{DAY},BTC,4,a-g,w,0,
in4,{DAY},BTC,6,a-t,w,0,
out1,{DAY},BTC,20,w,cust-1,1,
out2,{DAY},BTC,9,w,cust-2,1,batch
out3,{DAY},BTC,11,w,a-g,0,
out4,{DAY},BTC,13,w,a-t,0,
out5,{DAY},BTC,5,w,a-hw,0,
out6,{DAY},BTC,8,w,nobody,0,
out7,{DAY},BTC,2,w,mixed,0,
self,{DAY},BTC,50,w,w,1,
far,{DAY},BTC,50,a-t,nobody,0,
late,2026-03-31T09:00:01,BTC,50,w,a-t,0,""",
    )
    assert list(lines_of(result).items()) == [
        ("opening_difference", "10"),
        ("deposits_without_receipt", "30"),
        ("receipts_without_posting", "-7"),
        ("deposit_differences", "-1"),
        ("withdrawals_not_sent", "-40"),
        ("withdrawal_differences", "-3"),  # 20 - 20 + 9 - (9 + 3)
        ("moved_to_guarantee", "7"),
        ("taken_by:Op Co", "5"),
        ("taken_by:Y", "2"),
        ("taken_by:thief-1", "7"),
        ("outflows_without_posting", "8"),
        ("network_fees", "3"),
        ("credits:fee", "-17"),
        ("credits:reward", "2"),
        ("books_difference", "19"),  # 161 - (100 + 99 + 30 - 20 - 9 - 3 - 40 - 17 + 2)
        ("negative_balances", "4"),
        ("unobserved", "76"),  # 90 + 117 - 68 - 3 = 136 expected, 60 held
    ]
    assert only(result["reconciliation"])["shortfall"] == "105"
    assert columns(result["flows"], "party party_kind asset taken returned net") == [
        "Op Co house BTC 5 0 5",
        "Y insider BTC 2 0 2",
        "guarantee house BTC 11 4 7",
        "nobody unknown BTC 8 0 8",
        "outside-2 unknown BTC 0 7 -7",
        "thief-1 thief BTC 13 6 7",
    ]
    assert columns(result["segregation"], "test asset measured required met") == [
        "customer_assets_in_house_wallets BTC 5 0 no",
        "guarantee BTC 8 0 yes",
        "hot_share  partial 0.05 ",
    ]


def test_without_transfers_the_rest_is_unobserved(bench: Bench) -> None:
    result = bench(
        journal=JOURNAL + f"p1,{DAY},A,BTC,10,deposit,\np2,{DAY},A,BTC,-4,withdrawal,\np3,{DAY},A,BTC,1,trade,",
        wallet="wallet,asset,quantity\nw,BTC,5",
    )
    assert lines_of(result) == {"credits:trade": "1", "unobserved": "1"}


def test_without_a_journal_balances_are_the_opening(bench: Bench) -> None:
    result = bench(
        balance="account,asset,quantity\nA,BTC,10",
        wallet=WALLET + "w,BTC,5,,,,8",
        transfer=TRANSFER + f"t,{DAY},BTC,3,w,elsewhere,0,",
    )
    assert lines_of(result) == {"opening_difference": "2", "outflows_without_posting": "3"}


@pytest.mark.parametrize(("posting", "opened"), [("H", "0"), ("", "5")])
def test_a_wallet_without_opening_opened_empty_where_the_asset_moved(bench: Bench, posting: str, opened: str) -> None:
    journal = JOURNAL + (f"p,{DAY},{posting},BTC,1,trade," if posting else "")
    result = bench(
        account="account,kind\nH,house",
        balance="account,asset,quantity\nA,BTC,10",
        journal=journal,
        wallet="wallet,asset,quantity\nw,BTC,5",
    )
    assert lines_of(result).get("opening_difference", "0") == str(-int(opened))


def test_a_late_count_is_taken_back_to_commencement(bench: Bench) -> None:
    result = bench(
        balance="account,asset,quantity\nA,BTC,100",
        wallet="wallet,asset,quantity,as_of,custody\nw,BTC,50,2026-04-02T00:00:00,hot\nv,BTC,9,,",
        transfer=TRANSFER
        + """t1,2026-04-01T00:00:00,BTC,20,w,x,1,
t2,2026-04-02T00:00:00,BTC,3,x,w,4,
t3,2026-04-02T00:00:01,BTC,500,w,x,0,
t4,2026-04-01T00:00:00,BTC,7,v,x,0,
t5,2026-03-31T00:00:00Z,BTC,1,w,x,0,""",
    )
    row = only(result["reconciliation"])
    assert (row["held_customer"], row["hot"]) == ("77", "68")  # 50 + 21 - 3 and 9: v's count has no date
    # t5 is at 09:00 in Tokyo, on the stroke: not after commencement, so the wallets opened empty
    assert lines_of(result)["outflows_without_posting"] == "1"


def test_segregation_measures_value_and_says_what_is_missing(bench: Bench) -> None:
    result = bench(
        balance="account,asset,quantity\nA,BTC,10\nA,JPY,5",
        wallet=WALLET
        + "c,BTC,19,,cold,customer,\nh,BTC,1,,warm,customer,\nk,ETH,0.00,,hot,customer,\nb,JPY,9,,bank,customer,",
        price=PRICES,
    )
    assert columns(result["segregation"], "test asset measured required met") == [
        "guarantee BTC 0 1 no",
        "guarantee ETH 0.00 0.00 yes",
        "hot_share  0.05000000 0.05 yes",
        "house_assets_in_customer_wallets BTC 10 0 no",
        "house_assets_in_customer_wallets JPY 4 0 no",
    ]
    assert [row["asset"] for row in result["reconciliation"]] == ["BTC", "ETH", "JPY"]
    assert only(result["reconciliation"], asset="JPY")["price"] == "1"
    assert only(result["reconciliation"], asset="BTC")["shortfall_value"] == "-100"


# ---------------------------------------------------------------- rule 3


def matched(bench: Bench, postings: str, transfers: str, label: str = LABEL) -> set[str]:
    """The lines of the bridge that deposits, withdrawals and transfers leave."""
    result = bench(
        journal=JOURNAL + postings,
        transfer=TRANSFER + transfers,
        wallet=WALLET + "w,BTC,0,a-w,,,\nw2,ETH,0,a-w2,,,",
        label=label,
    )
    kept = ("deposits_without_receipt", "receipts_without_posting", "withdrawals_not_sent", "outflows_without_posting")
    lines = [(line, units) for line, units in lines_of(result).items() if line in kept or line.endswith("differences")]
    return {f"{line} {units}" for line, units in lines}


def test_a_posting_matches_by_the_transfers_id_before_its_reference(bench: Bench) -> None:
    moves = f"t1,{DAY},BTC,5,x,w,0,\nt2,{DAY},BTC,6,y,w,0,t1"
    assert matched(bench, "p,2020-01-01T00:00:00,A,BTC,5,deposit,t1", moves) == {"receipts_without_posting -6"}


def test_a_posting_matches_by_reference_however_far_and_unequal(bench: Bench) -> None:
    moves = f"t1,{DAY},BTC,5,x,w,0,R"
    assert matched(bench, "p,2020-01-01T00:00:00,A,BTC,8,deposit,R", moves) == {"deposit_differences 3"}


def test_of_several_with_the_reference_the_equal_one_matches(bench: Bench) -> None:
    moves = f"t1,{DAY},BTC,5,w,x,0,R\nt2,{DAY},BTC,6,w,x,2,R"
    assert matched(bench, f"p,{DAY},A,BTC,-6,withdrawal,R", moves) == {"outflows_without_posting 5"}


@pytest.mark.parametrize("quantities", [(5, 6), (7, 7)])
def test_none_or_several_equal_is_ambiguous(bench: Bench, quantities: tuple[int, int]) -> None:
    moves = "\n".join(f"t{units}{place},{DAY},BTC,{units},w,x,0,R" for place, units in enumerate(quantities))
    found = matched(bench, f"p,{DAY},A,BTC,-7,withdrawal,R", moves)
    assert found == {"withdrawals_not_sent -7", f"outflows_without_posting {sum(quantities)}"}


def test_asset_and_direction_come_before_the_reference(bench: Bench) -> None:
    moves = f"t1,{DAY},ETH,5,x,w2,0,R\nt2,{DAY},BTC,5,w,x,0,R"
    assert "deposits_without_receipt 5" in matched(bench, f"p,{DAY},A,BTC,5,deposit,R", moves)


def test_a_batch_is_compared_as_a_sum(bench: Bench) -> None:
    postings = f"p1,{DAY},A,BTC,-5,withdrawal,t\np2,{DAY},B,BTC,-4,withdrawal,t\np3,{DAY},B,BTC,1,withdrawal,t"
    assert matched(bench, postings, f"t,{DAY},BTC,9,w,x,3,") == {"withdrawal_differences 1"}


@pytest.mark.parametrize(("second", "found"), [("00", set()), ("01", {"both"})])
def test_forty_eight_hours_is_the_bound(bench: Bench, second: str, found: set[str]) -> None:
    lines = matched(bench, f"p,2026-03-03T00:00:{second},A,BTC,5,deposit,", f"t,{DAY},BTC,5,x,w,0,ignored")
    assert lines == ({"deposits_without_receipt 5", "receipts_without_posting -5"} if found else set())


def test_without_reference_each_must_be_the_others_only_candidate(bench: Bench) -> None:
    two_transfers = f"t1,{DAY},BTC,5,x,w,0,\nt2,{DAY},BTC,5,x,w,0,"
    found = {"deposits_without_receipt 5", "receipts_without_posting -10"}
    assert matched(bench, f"p,{DAY},A,BTC,5,deposit,", two_transfers) == found
    # p2 could take t2 only, were it not that t2 has p1 as a candidate too
    postings = f"p1,{DAY},A,BTC,5,deposit,\np2,2026-03-03T06:00:00,A,BTC,5,deposit,"
    transfers = "t1,2026-02-28T00:00:00,BTC,5,x,w,0,\nt2,2026-03-02T00:00:00,BTC,5,x,w,0,"
    found = {"deposits_without_receipt 10", "receipts_without_posting -10"}
    assert matched(bench, postings, transfers) == found


def test_a_transfer_matched_by_reference_is_no_candidate(bench: Bench) -> None:
    postings = f"p1,{DAY},A,BTC,5,deposit,t1\np2,{DAY},A,BTC,5,deposit,"
    assert matched(bench, postings, f"t1,{DAY},BTC,5,x,w,0,\nt2,{DAY},BTC,5,x,w,0,") == set()


def test_a_reference_that_finds_nothing_is_unmatched(bench: Bench) -> None:
    found = matched(bench, f"p,{DAY},A,BTC,5,deposit,gone", f"t,{DAY},BTC,5,x,w,0,")
    assert found == {"deposits_without_receipt 5", "receipts_without_posting -5"}


def test_a_labelled_customer_wallet_is_inside_and_wallets_are_found_by_any_asset(bench: Bench) -> None:
    label = LABEL + "old,Someone,thief\nold,Us,customer_wallet\na-w,Eve,thief"
    # into the unlisted wallet; from the BTC wallet in ETH; from unlisted to ours, inside
    moves = f"t1,{DAY},BTC,5,x,old,0,\nt2,{DAY},ETH,1,w,x,0,\nt3,{DAY},BTC,5,old,a-w,0,"
    found = matched(bench, f"p,{DAY},A,BTC,5,deposit,", moves, label)
    assert found == {"outflows_without_posting 1.00"}


# ---------------------------------------------------------------- rule 5


def test_fees_earned_are_netted_against_what_the_house_took(bench: Bench) -> None:
    # lines: taken_by:Hw 4, taken_by:eve 6, credits:fee -5, books_difference 3: shortfall 8 over (0, 6, 3)
    result = bench(
        journal=JOURNAL + f"p0,{DAY},A,BTC,20,opening,\np1,{DAY},A,BTC,-5,fee,",
        balance="account,asset,quantity\nA,BTC,18",
        wallet=WALLET + "w,BTC,10,,hot,,20\nHw,BTC,0,,,house,",
        label=LABEL + "eve,eve,insider",
        transfer=TRANSFER + f"t1,{DAY},BTC,4,w,Hw,0,\nt2,{DAY},BTC,6,w,eve,0,",
    )
    assert columns(result["losses"], "event peril custody quantity value") == [
        "books_difference unexplained  3 ",  # 2 2/3 rounds up: the greater remainder
        "taken_by:eve insider_theft hot 5 ",
    ]


EVENTS = """
[[events]]
name = "second hack"
peril = "external_theft"
parties = ["T"]
from = 2026-03-02
until = 2026-03-02
[[events]]
name = "all of T"
peril = "operational_failure"
parties = ["T", "guarantee"]
until = 2026-03-04T00:00:00+09:00
[[events]]
name = "lost keys"
peril = "operational_failure"
asset = "XBT"
quantity = "7"
wallets = ["cold-1"]
"""


def losses_by_event(bench: Bench, *, events: str = EVENTS) -> list[str]:
    result = bench(
        events,
        balance="account,asset,quantity\nA,BTC,100",
        wallet=WALLET + "w,BTC,40,,hot,,70\ncold-1,BTC,9,,cold,,30\ng,BTC,1,,,guarantee,",
        label=LABEL + "a-t,T,thief",
        transfer=TRANSFER
        + """t1,2026-03-01T23:59:59,BTC,2,w,a-t,0,
t2,2026-03-02T00:00:00,BTC,4,w,a-t,0,
t3,2026-03-02T23:59:59,BTC,8,cold-1,a-t,0,
t4,2026-03-04T00:00:00,BTC,6,w,a-t,0,
t5,2026-03-04T00:00:01,BTC,9,w,a-t,0,
t6,2026-03-01T00:00:00,BTC,4,w,g,0,
t7,2026-03-05T00:00:00,BTC,1,w,g,0,""",
        price="asset,price,price_set\nBTC,10,\nBTC,20,loss\nBTC,30,loss:second hack",
    )
    return columns(result["losses"], "event peril custody quantity value")


def test_declared_events_take_their_transfers_and_lost_keys_the_unobserved(bench: Bench) -> None:
    # taken 29, guarantee 5, unobserved 51 - 34 = 17; the shortfall is 51
    assert losses_by_event(bench) == [
        "all of T operational_failure hot 12 240",  # t1, t4, t6
        "lost keys operational_failure cold 7 140",
        "moved_to_guarantee not_a_loss hot 1 20",
        "second hack external_theft cold 8 240",
        "second hack external_theft hot 4 120",
        "taken_by:T external_theft hot 9 180",
        "unobserved unexplained  10 200",
    ]


def test_without_events_every_line_is_its_own(bench: Bench) -> None:
    assert losses_by_event(bench, events="") == [
        "moved_to_guarantee not_a_loss hot 5 100",
        "taken_by:T external_theft cold 8 160",
        "taken_by:T external_theft hot 21 420",
        "unobserved unexplained  17 340",
    ]


def test_custody_splits_by_what_left_gross_and_ties_by_name(bench: Bench) -> None:
    # 1 + 1 left, 1 came back: the loss of 1 goes to cold, first by name
    result = bench(
        balance="account,asset,quantity\nA,BTC,9",
        wallet=WALLET + "w,BTC,4,,hot,,4\nc,BTC,4,,cold,,5",
        label=LABEL + "t,T,thief",
        transfer=TRANSFER + f"t1,{DAY},BTC,1,w,t,0,\nt2,{DAY},BTC,1,c,t,0,\nt3,{DAY},BTC,1,t,w,0,",
    )
    assert columns(result["losses"], "event custody quantity") == ["taken_by:T cold 1"]


# ---------------------------------------------------------------- rule 7


def claims_after(bench: Bench, claim: str, plan: str = "") -> list[str]:
    result = bench(
        plan,
        balance="account,asset,quantity\nA,BTC,10",
        claim="claim,account,asset,quantity,filed_at,standing,allowed,provisional\n" + claim,
    )
    return columns(result["claims"], "account scheduled filed allowed disputed unclaimed disallowed")


@pytest.mark.parametrize(
    ("claim", "parts"),
    [
        ("c,A,BTC,4,,,,", "A 10 4 4 0 6 0"),
        ("c,A,BTC,14,,filed,,", "A 10 14 10 4 0 0"),
        ("c,A,BTC,14,,allowed,,", "A 10 14 14 0 0 0"),
        ("c,A,BTC,14,,allowed,12,", "A 10 14 12 0 0 2"),
        ("c,A,BTC,4,,disputed,,", "A 10 4 0 4 0 0"),
        ("c,A,BTC,4,,disputed,,3", "A 10 4 0 3 0 0"),
        ("c,A,BTC,4,,disallowed,,", "A 10 4 0 0 0 4"),
        ("c,A,BTC,4,,withdrawn,,", "A 10 4 0 0 0 4"),
        ("c1,A,BTC,4,2026-05-02T00:00:00,,,\nc2,A,BTC,5,2026-05-01T00:00:00,,,", "A 10 4 4 0 6 0"),
        ("c2,A,BTC,4,2026-05-01T00:00:00,,,\nc1,A,BTC,5,2026-05-01T00:00:00,,,", "A 10 4 4 0 6 0"),
    ],
)
def test_standings(bench: Bench, claim: str, parts: str) -> None:
    assert claims_after(bench, claim) == [parts]


def test_a_claim_without_a_balance_is_disputed(bench: Bench) -> None:
    assert claims_after(bench, "c,Z,BTC,4,,,,") == ["A 10  10 0 0 0", "Z 0 4 0 4 0 0"]


def test_barred_disallows_only_what_came_after_the_bar_day(bench: Bench) -> None:
    barred = '[plan]\nlate = "barred"\n'
    assert claims_after(bench, "c,A,BTC,4,2026-09-30T23:59:59,,,", barred) == ["A 10 4 4 0 6 0"]
    assert claims_after(bench, "c,A,BTC,4,2026-10-01T00:00:00,,,", barred) == ["A 10 4 0 0 0 4"]


def test_late_after_takes_what_timely_claims_leave(bench: Bench) -> None:
    tables = {
        "balance": "account,asset,quantity\nA,BTC,10\nB,BTC,6\nC,BTC,3",
        "claim": "claim,account,asset,quantity,filed_at\nc,B,BTC,6,2026-10-01T00:00:00\nd,C,BTC,3,2026-10-02T00:00:00",
    }
    result = bench('[plan]\nlate = "after"\n', wallet="wallet,asset,quantity\nw,BTC,14", **tables)
    # what is left is 4 for 6 and 3: 2 2/3 and 1 1/3
    assert columns(result["schedule"], "account step claim entitled") == [
        "A return 10 10",
        "B return:late 6 2",
        "C return:late 3 1",
    ]
    pool = only(result["pools"])
    assert columns([pool], "claims awarded surplus residue dividend_numerator dividend_denominator") == [
        "19 13 0 1 14 19"
    ]


def test_a_tier_that_is_not_whole_leaves_the_next_nothing(bench: Bench) -> None:
    result = bench(
        '[plan]\ninsiders = "subordinate"\n',
        account="account,kind\nI,insider\nF,affiliate",
        balance="account,asset,quantity\nA,BTC,10\nB,BTC,10\nI,BTC,6\nF,BTC,3",
        wallet="wallet,asset,quantity\nw,BTC,15",
    )
    assert columns(result["schedule"], "account step entitled") == ["A return 7", "B return 7"]
    assert columns(result["pools"], "claims awarded residue") == ["29 14 1"]


def test_insiders_sent_to_the_estate_leave_the_pool_but_not_the_claims(bench: Bench) -> None:
    tables = {
        "account": "account,kind\nI,insider\nF,affiliate",
        "balance": "account,asset,quantity\nA,BTC,10\nI,BTC,6\nF,BTC,3",
        "wallet": "wallet,asset,quantity\nw,BTC,12",
    }
    result = bench('[plan]\ninsiders = "estate"\n', **tables)
    assert columns(result["schedule"], "account step entitled") == ["A return 10"]
    assert columns(result["pools"], "claims awarded surplus") == ["10 10 2"]
    assert [row["account"] for row in result["claims"]] == ["A", "F", "I"]
    subordinated = bench('[plan]\ninsiders = "subordinate"\n', **tables)
    assert columns(subordinated["schedule"], "account step entitled") == ["A return 10", "I return:subordinate 1"]


# ---------------------------------------------------------------- rule 8


def test_costs_are_spread_by_value_and_rounded_up_in_units(bench: Bench) -> None:
    # values 300 (BTC 30 at 10), 100 (ETH 40.00 at 2.5), 1 (JPY); 11 of 401: 8.22, 2.74, 0.02 -> 8, 3, 0
    result = bench(
        """
        [[costs]]
        name = "spread"
        amount = "11"
        currency = "JPY"
        borne_by = "pools"
        [[costs]]
        name = "own"
        amount = "25"
        currency = "JPY"
        borne_by = "XBT"
        [[costs]]
        name = "not theirs"
        amount = "99"
        currency = "JPY"
        borne_by = "estate"
        [plan]
        holdback = "0.1"
        guarantee_in_pool = true
        """,
        balance="account,asset,quantity\nA,BTC,50\nA,ETH,40\nA,USD,9.99",
        wallet=WALLET + "w,BTC,20,,,,\ng,BTC,4,,,guarantee,\ne,ETH,40,,,,\nj,JPY,1,,,,\nu,USD,9.99,,,,",
        recovery="recovery,received_at,asset,quantity,pool\nr1,2026-05-01,BTC,5,\nr2,2026-05-01,BTC,1,BTC\n"
        "r3,2026-05-01,BTC,7,estate",
        price=PRICES,
    )
    # BTC: ceil(8/10) + ceil(25/10) = 4 of 30; holdback floor(2.6); ETH: ceil(300/2.5) = 120 cents
    assert columns(result["pools"], "pool gross costs holdback distributable awarded surplus residue") == [
        "BTC 30 4 2 24 24 0 0",
        "ETH 40.00 1.20 3.88 34.92 34.92 0.00 0.00",
        "JPY 1 0 0 1 0 1 0",
        "USD 9.99 0.00 0.99 9.00 9.00 0.00 0.00",
    ]
    jpy = only(result["pools"], pool="JPY")
    assert (jpy["dividend_numerator"], jpy["dividend_denominator"]) == ("", "")


def test_costs_take_at_most_the_pool(bench: Bench) -> None:
    cost = '[[costs]]\nname = "{0}"\namount = "70"\ncurrency = "JPY"\nborne_by = "BTC"\n'
    result = bench(
        cost.format("a") + cost.format("b"),
        balance="account,asset,quantity\nA,BTC,50",
        wallet="wallet,asset,quantity\nw,BTC,10",
        price=PRICES,
    )
    pool = only(result["pools"], pool="BTC")
    assert columns([pool], "gross costs distributable dividend_numerator dividend_denominator") == ["10 10 0 0 1"]
    assert result["schedule"] == []


def test_largest_remainder_empties_the_pool(bench: Bench) -> None:
    result = bench(
        '[plan]\nrounding = "largest_remainder"\n',
        balance="account,asset,quantity\nA,BTC,5\nB,BTC,5\nC,BTC,5",
        wallet="wallet,asset,quantity\nw,BTC,10",
    )
    assert columns(result["schedule"], "account entitled") == ["A 4", "B 3", "C 3"]
    assert only(result["pools"])["residue"] == "0"


# ---------------------------------------------------------------- rule 9


THEFTS = {
    "balance": "account,asset,quantity\nA,BTC,60\nB,BTC,40",
    "wallet": WALLET + "h,BTC,0,,hot,,40\nc,BTC,60,,cold,,60",
    "label": LABEL + "t1,T1,thief\nt2,T2,thief",
    "transfer": TRANSFER + "x,2026-03-01T00:00:00,BTC,30,h,t1,0,\ny,2026-03-02T00:00:00,BTC,10,h,t2,0,",
    "price": PRICES,
}
"""A loses 240, B 160; two events: T1 took 300 in value on the first of March, T2 100 on the second."""

POLICY = """
[[policies]]
name = "P"
insurer = "I"
covers = ["external_theft"]
custody = ["hot"]
from = 2026-01-01
until = 2026-12-31
currency = "JPY"
"""
COVER = "source event ground_up covered due received distributed reason"


def test_retention_limit_and_share_make_what_is_due(bench: Bench) -> None:
    terms = 'retention = "60"\nlimit = "200"\nshare = "0.9"\npayee = "holders"\nreceived = "1000"\n'
    result = bench(POLICY + terms, **THEFTS)
    assert columns(result["coverage"], COVER) == [
        "P taken_by:T1 300 300 180 180 180 ",
        "P taken_by:T2 100 100 36 36 35 ",  # 14.4 and 21.6 of 36
    ]
    assert columns(result["bases"], "account event custody base met") == [
        "A taken_by:T1 hot 180 108",
        "A taken_by:T2 hot 60 21",
        "B taken_by:T1 hot 120 72",
        "B taken_by:T2 hot 40 14",
    ]
    assert columns(result["schedule"], "account claim entitled", step="insurance:P") == ["A 240 129", "B 160 86"]


def test_only_what_was_received_is_distributed_first_event_first(bench: Bench) -> None:
    terms = 'retention = "0"\npayee = "holders"\nreceived = "310"\n'
    result = bench(POLICY + terms, **THEFTS)
    assert columns(result["coverage"], COVER) == [
        "P taken_by:T1 300 300 300 300 300 ",
        "P taken_by:T2 100 100 100 10 10 ",
    ]
    projected = bench(POLICY + terms + "[plan]\nprojection = true\n", **THEFTS)
    assert columns(projected["coverage"], "due received distributed") == ["300 300 300", "100 100 100"]


def test_the_aggregate_erodes_by_layer_and_sublimits_come_first(bench: Bench) -> None:
    terms = """
    retention = "0"
    aggregate = "300"
    eroded = "70"
    share = "0.5"
    payee = "holders"
    received = "1000"
    [[policies.sublimits]]
    custody = "hot"
    limit = "230"
    """
    result = bench(POLICY + dedent(terms), **THEFTS)
    assert columns(result["coverage"], COVER) == [
        "P taken_by:T1 300 230 115 115 115 ",
        "P taken_by:T2 100 100 0 0 0 aggregate_exhausted",
    ]


@pytest.mark.parametrize(
    ("change", "reasons"),
    [
        (("external_theft", "insider_theft"), ["peril", "peril"]),
        (('custody = ["hot"]', 'custody = ["cold"]'), ["custody", "custody"]),
        (("until = 2026-12-31", "until = 2026-03-01"), ["", "outside_period"]),
        (("from = 2026-01-01", 'basis = "discovery"\nfrom = 2026-01-01'), ["no_date", "no_date"]),
        (('retention = "0"', 'retention = "100"'), ["", "below_retention"]),
        (('payee = "holders"', 'payee = "estate"'), ["estate", "estate"]),
    ],
)
def test_a_policy_says_why_it_does_not_answer(bench: Bench, change: tuple[str, str], reasons: list[str]) -> None:
    terms = POLICY + 'retention = "0"\npayee = "holders"\nreceived = "1000"\n'
    result = bench(terms.replace(*change), **THEFTS)
    assert [row["reason"] for row in result["coverage"]] == reasons
    for row in result["coverage"]:
        assert row["reason"] == "" or row["distributed"] == "0"
        assert (row["received"] == "0") == (row["reason"] not in ("", "estate"))


def test_discovery_decides_period_and_order(bench: Bench) -> None:
    events = ""
    for name, discovered in (("T1", "2026-03-20T00:00:00+09:00"), ("T2", "2026-03-19T00:00:00+09:00")):
        events += f'[[events]]\nname = "theft {name}"\nperil = "external_theft"\nparties = ["{name}"]\n'
        events += f"discovered_at = {discovered}\n"
    terms = POLICY.replace("from = 2026-01-01", 'basis = "discovery"\nfrom = 2026-03-19')
    result = bench(events + terms + 'retention = "0"\npayee = "holders"\nreceived = "150"\n', **THEFTS)
    assert columns(result["coverage"], "event received") == ["theft T1 50", "theft T2 100"]
    early = terms.replace("until = 2026-12-31", "until = 2026-03-19")
    result = bench(events + early + 'retention = "0"\npayee = "holders"\nreceived = "150"\n', **THEFTS)
    assert columns(result["coverage"], "event received reason") == ["theft T1 0 outside_period", "theft T2 100 "]


def test_an_excess_layer_answers_after_the_primary_whatever_the_file_order(bench: Bench) -> None:
    rest = 'payee = "holders"\nreceived = "1000"\n'
    excess = POLICY.replace('"P"', '"excess"') + 'retention = "100"\nlimit = "150"\n' + rest
    result = bench(excess + POLICY + 'retention = "0"\nlimit = "100"\n' + rest, **THEFTS)
    assert columns(result["coverage"], "source event due distributed reason") == [
        "P taken_by:T1 100 100 ",
        "P taken_by:T2 100 100 ",
        "excess taken_by:T1 150 150 ",
        "excess taken_by:T2 0 0 below_retention",
    ]
    assert columns(result["schedule"], "account step claim entitled", claim_asset="BTC", pay_asset="JPY") == [
        "A insurance:P 240 120",
        "A insurance:excess 120 90",
        "B insurance:P 160 80",
        "B insurance:excess 80 60",
    ]


def reserve(name: str, amount: int, *, ring_fenced: bool = True, covers: str = "external_theft") -> str:
    fenced = "true" if ring_fenced else "false"
    return (
        f'[[reserves]]\nname = "{name}"\namount = "{amount}"\ncurrency = "JPY"\n'
        f'covers = ["{covers}"]\nring_fenced = {fenced}\n'
    )


def test_reserves_answer_in_file_order_what_is_left(bench: Bench) -> None:
    policy = POLICY + 'retention = "0"\nlimit = "50"\npayee = "holders"\nreceived = "100"\n'
    reserves = reserve("Z", 200) + reserve("not fenced", 500, ring_fenced=False) + reserve("M", 500)
    result = bench(policy + reserves, **THEFTS)
    assert columns(result["coverage"], COVER) == [
        "M  100 100 500 500 100 ",
        "P taken_by:T1 300 300 50 50 50 ",
        "P taken_by:T2 100 100 50 50 50 ",
        "Z  300 300 200 200 200 ",
        "not fenced  100 100 500 500 0 estate",
    ]
    # A's bases are 180 and 60; P met 30 and 30; Z's 120 go to T1 first, M's 60 to what is left of both
    assert columns(result["bases"], "account base met") == ["A 180 180", "A 60 60", "B 120 120", "B 40 40"]
    assert columns(result["holders"], "account returned_value compensated_value unpaid_value recovery") == [
        "A 360 240 0 1.00000000",
        "B 240 160 0 1.00000000",
    ]


def test_bases_are_kept_for_covered_perils_only(bench: Bench) -> None:
    assert bench(reserve("R", 1, covers="insider_theft"), **THEFTS)["bases"] == []


def test_costs_and_holdback_are_no_loss(bench: Bench) -> None:
    more = '[[costs]]\nname = "c"\namount = "50"\ncurrency = "JPY"\nborne_by = "pools"\n[plan]\nholdback = "0.5"\n'
    result = bench(reserve("R", 10**6) + more, **THEFTS)
    assert total(result["bases"], "base") == 400


def test_an_event_by_quantity_is_dated_by_its_from(bench: Bench) -> None:
    event = '[[events]]\nname = "keys"\nperil = "external_theft"\nasset = "BTC"\nquantity = "3"\nwallets = ["h"]\n'
    tables = {
        "balance": "account,asset,quantity\nA,BTC,10",
        "wallet": WALLET + "h,BTC,6,,hot,,10",
        "transfer": TRANSFER + f"x,{DAY},BTC,1,nobody,elsewhere,0,",
        "price": PRICES,
    }
    terms = 'retention = "0"\npayee = "holders"\nreceived = "100"\n'
    undated = bench(event + POLICY + terms, **tables)
    assert columns(undated["coverage"], "event covered reason") == ["keys 30 no_date", "unobserved 0 peril"]
    dated = bench(event + "from = 2026-02-01\n" + POLICY + terms, **tables)
    assert columns(dated["coverage"], "event received reason") == ["keys 30 ", "unobserved 0 peril"]


# ---------------------------------------------------------------- rules 11 and 12


def test_withholding_gives_the_first_reason_that_holds(bench: Bench) -> None:
    result = bench(
        '[plan]\nminimum_payment = "30"\n',
        account="account,hold\nA,identity\nB,\nS,",
        balance="account,asset,quantity\nA,BTC,10\nB,BTC,10\nC,BTC,10\nD,BTC,2\nD,ETH,3\nE,BTC,3\nF,BTC,1\nF,USD,1",
        claim="claim,account,asset,quantity\n1,A,BTC,11\n2,B,BTC,9\n3,C,BTC,4",
        payee="account,asset,method\nA,,bank\nB,BTC,chain\nC,ETH,chain\nD,,chain\nE,,bank\nF,,bank",
        wallet="wallet,asset,quantity\nw,BTC,100\ne,ETH,3\nu,USD,1",
        price=PRICES,
    )
    assert columns(result["schedule"], "account claim_asset part status reason") == [
        "A BTC  withhold identity",
        "A BTC disputed withhold disputed",
        "B BTC  pay ",
        "B BTC unclaimed withhold unclaimed",
        "C BTC  withhold unroutable",
        "C BTC unclaimed withhold unclaimed",
        "D BTC  withhold minimum_payment",  # 20 and 7.5 -> 8: 28
        "D ETH  withhold minimum_payment",
        "E BTC  pay ",  # exactly 30
        "F BTC  pay ",  # the dollar has no price
        "F USD  pay ",
    ]
    assert columns(result["holders"], "account allowed_value returned_value withheld_value unpaid_value recovery") == [
        "A 100 100 110 0 1.00000000",
        "B 90 90 10 0 1.00000000",
        "C 40 40 100 0 1.00000000",
        "D 28 28 28 0 1.00000000",
        "E 30 30 0 0 1.00000000",
        "F partial partial 0 partial ",
    ]


def test_a_hold_comes_before_unclaimed(bench: Bench) -> None:
    result = bench(
        account="account,hold\nA,sanctions",
        balance="account,asset,quantity\nA,BTC,10",
        claim="claim,account,asset,quantity\n1,A,BTC,4",
        wallet="wallet,asset,quantity\nw,BTC,10",
    )
    assert columns(result["schedule"], "part reason") == [" sanctions", "unclaimed sanctions"]


def test_a_second_round_pays_the_rest_and_paying_is_no_loss(bench: Bench) -> None:
    result = bench(
        "[plan]\nround = 2\n",
        balance="account,asset,quantity\nA,BTC,10\nB,BTC,10",
        claim="claim,account,asset,quantity\n1,A,BTC,6",
        wallet="wallet,asset,quantity\nw,BTC,7",
        payment="""
        round,account,claim_asset,step,pay_asset,quantity
        1,A,BTC,return,BTC,5
        1,B,BTC,return,BTC,2
        1,Z,BTC,return,BTC,1
        2,B,BTC,return,BTC,3
        """.replace("        ", ""),
    )
    assert columns(result["reconciliation"], "held_customer shortfall") == ["15 5"]
    assert lines_of(result) == {"opening_difference": "5"}
    # the 1 of Z stands apart; 14 for 20: A 4.2 and 2.8, B 7; the 5 that A had meet the allowed part first
    assert columns(result["schedule"], "account part claim entitled paid_before quantity") == [
        "A  6 4 4 0",
        "A unclaimed 4 2 1 1",
        "B  10 7 2 5",
        "Z  0 0 1 0",
    ]


def test_what_was_paid_beyond_entitlement_stands_on_the_allowed_part(bench: Bench) -> None:
    result = bench(
        "[plan]\nround = 2\n",
        balance="account,asset,quantity\nA,BTC,10",
        claim="claim,account,asset,quantity\n1,A,BTC,6",
        payment="round,account,claim_asset,step,pay_asset,quantity\n1,A,BTC,return,BTC,12",
    )
    assert columns(result["schedule"], "part entitled paid_before quantity") == [" 6 8 0", "unclaimed 4 4 0"]


# ---------------------------------------------------------------- reading


def test_columns_constants_aliases_and_patterns_are_read(bench: Bench) -> None:
    head = HEAD + '[assets."NFT *"]\ndecimals = 0\nkind = "nft"\n'
    (bench.folder / "inputs").mkdir()
    (bench.folder / "inputs/b.csv").write_text('id,n,"a,b"\nA,5.000,\nB,7,\n', encoding="utf-8")
    source = '[[sources]]\ntable = "balance"\npath = ["inputs/b.csv"]\n'
    source += 'columns = { account = "id", quantity = 2 }\nconstants = { asset = "XBT" }\n'
    result = bench(source, head=head, wallet="wallet,asset,quantity\nw,NFT b,1\nw,NFT a,1")
    assert columns(result["claims"], "account asset scheduled") == ["A BTC 5", "B BTC 7"]
    assert [row["asset"] for row in result["pools"]] == ["BTC", "NFT a", "NFT b"]


# ---------------------------------------------------------------- what the cases above would let pass


def test_a_house_wallet_is_named_by_its_label_but_not_by_customer_wallet(bench: Bench) -> None:
    result = bench(
        wallet=WALLET + "w,BTC,0,,,,\nh1,BTC,0,a1,,house,\nh2,BTC,0,a2,,house,\nh3,BTC,0,a3,,house,",
        label=LABEL
        + "a1,AA,customer_wallet\nh2,Op,thief\na2,Bourse,exchange\nfar,Op,thief\na3,P2,holder\nh3,P1,holder",
        transfer=TRANSFER
        + f"1,{DAY},BTC,1,w,a1,0,\n2,{DAY},BTC,2,w,h2,0,\n3,{DAY},BTC,4,w,far,0,\n4,{DAY},BTC,8,w,a3,0,",
    )
    assert columns(result["flows"], "party party_kind taken") == ["Op house 6", "P1 house 8", "h1 house 1"]


def test_a_late_claim_shares_alike_where_the_plan_says_share(bench: Bench) -> None:
    result = bench(
        balance="account,asset,quantity\nA,BTC,10\nB,BTC,10",
        claim="claim,account,asset,quantity,filed_at\nc,B,BTC,10,2026-10-01T00:00:00",
        wallet="wallet,asset,quantity\nw,BTC,10",
    )
    assert columns(result["schedule"], "account step entitled") == ["A return 5", "B return 5"]


def test_one_event_spans_assets_and_starts_with_its_first_transfer(bench: Bench) -> None:
    tables = {
        "balance": "account,asset,quantity\nA,BTC,5\nA,ETH,4",
        "wallet": WALLET + "w,ETH,0,a,cold,,4\nw,BTC,0,a,hot,,5\nv,BTC,0,b,hot,,0",
        "label": LABEL + "t,T,thief",
        "transfer": TRANSFER + "y,2026-03-02T00:00:00,BTC,3,w,t,0,\nx,2026-03-01T00:00:00,ETH,4,a,t,0,\n"
        "z,2026-03-03T00:00:00,BTC,2,v,t,0,",
        "price": PRICES,
    }
    terms = 'payee = "holders"\nreceived = "100"\n'
    both = POLICY.replace('custody = ["hot"]\n', "").replace("until = 2026-12-31", "until = 2026-03-01")
    result = bench(both + terms, **tables)
    assert columns(result["coverage"], COVER) == ["P taken_by:T 60 60 60 60 60 "]
    assert columns(result["bases"], "asset custody base met") == ["BTC hot 50 50", "ETH cold 10 10"]
    late = bench(both.replace("from = 2026-01-01\nuntil = 2026-03-01", "from = 2026-03-02") + terms, **tables)
    assert columns(late["coverage"], "covered reason") == ["60 outside_period"]


def test_values_of_one_custody_add_up_over_assets_and_an_unknown_one_says_partial(bench: Bench) -> None:
    tables = {
        "balance": "account,asset,quantity\nA,BTC,5\nA,ETH,4\nA,USD,3",
        "wallet": WALLET + "w,ETH,0,,hot,,4\nw,BTC,0,,hot,,5\nw,USD,0,,hot,,3",
        "label": LABEL + "t,T,thief",
        "price": PRICES,
    }
    moves = TRANSFER + f"1,{DAY},BTC,5,w,t,0,\n2,{DAY},ETH,4,w,t,0,"
    terms = 'payee = "holders"\nreceived = "100"\n'
    result = bench(POLICY + terms, transfer=moves, **tables)
    assert columns(result["coverage"], COVER, event="taken_by:T") == ["P taken_by:T 60 60 60 60 60 "]
    result = bench(POLICY + terms, transfer=moves + f"\n3,{DAY},USD,3,w,t,0,", **tables)
    assert columns(result["coverage"], COVER) == ["P taken_by:T partial partial 60 60 60 "]


def test_an_unpriced_line_that_pays_nothing_exempts_nobody(bench: Bench) -> None:
    result = bench(
        '[plan]\nround = 2\nminimum_payment = "100"\n',
        balance="account,asset,quantity\nA,BTC,1\nA,USD,1",
        payment="round,account,claim_asset,step,pay_asset,quantity\n1,A,USD,return,USD,1",
        wallet="wallet,asset,quantity\nw,BTC,1",
        price=PRICES,
    )
    assert columns(result["schedule"], "claim_asset quantity value reason") == [
        "BTC 1 10 minimum_payment",
        "USD 0.00  minimum_payment",
    ]


def test_a_reserve_in_dollars_is_paid_in_the_currency(bench: Bench) -> None:
    dollars = reserve("R", 2).replace('"JPY"', '"USD"')
    result = bench(dollars, **(THEFTS | {"price": PRICES + "USD,50"}))
    assert columns(result["coverage"], COVER) == ["R  400 400 100 100 100 "]
    assert columns(result["schedule"], "account pay_asset entitled", step="reserve:R") == ["A JPY 60", "B JPY 40"]


# ---------------------------------------------------------------- any case


def random_tables(chance: random.Random) -> dict[str, str]:
    """A crowded little exchange: few names and quantities, so that everything meets everything."""

    def some(*names: str) -> str:
        return chance.choice(names)

    def moment() -> str:
        return f"2026-0{chance.randint(3, 4)}-0{chance.randint(1, 4)}T0{chance.randint(0, 9)}:00:00"

    def accounts() -> Iterator[str]:
        yield "account,kind,hold"
        for account in "ABCDEFGH":
            yield f"{account},{some('customer', 'customer', 'insider', 'affiliate', 'house', '')},{some('', '', 'kyc')}"

    def balances() -> Iterator[str]:
        yield "account,asset,quantity"
        for account in "ABCDEFG":
            for asset in chance.sample(("BTC", "ETH", "USD"), 2):
                yield f"{account},{asset},{chance.randint(-5, 60)}"

    def journal() -> Iterator[str]:
        yield JOURNAL.strip()
        for place in range(chance.randint(0, 12)):
            kind = some("opening", "deposit", "deposit", "withdrawal", "withdrawal", "fee", "trade")
            units = chance.randint(1, 9) * (-1 if kind in ("withdrawal", "fee") else 1)
            bearing = f"{some('BTC', 'ETH')},{units},{kind},{some('', '', 't0', 't1', 't2', 't3', 'R')}"
            yield f"p{place},{moment()},{some(*'ABCDEFG')},{bearing}"

    def transfers() -> Iterator[str]:
        yield TRANSFER.strip()
        for place in range(chance.randint(0, 14)):
            sender = some("w", "w", "c", "a-w", "x", "t1")
            ends = f"{sender},{some('w', 'c', 'hw', 'g', 't1', 't1', 't2', 'in', 'x', 'y')}"
            bearing = f"{some('BTC', 'ETH')},{chance.randint(1, 9)},{ends},{chance.randint(0, 2)},{some('', 'R')}"
            yield f"t{place},{moment()},{bearing}"

    def wallets() -> Iterator[str]:
        yield WALLET.strip()
        for wallet, custody, purpose in (("w", "hot", ""), ("c", "cold", "customer"), ("g", "", "guarantee")):
            for asset in ("BTC", "ETH"):
                yield f"{wallet},{asset},{chance.randint(0, 40)},a-{wallet},{custody},{purpose},{some('', '9', '40')}"
        yield "hw,BTC,3,a-hw,,house,"

    def claims() -> Iterator[str]:
        yield "claim,account,asset,quantity,filed_at,standing"
        for place in range(chance.randint(0, 6)):
            line = f"{some(*'ABCDZ')},{some('BTC', 'ETH')},{chance.randint(0, 40)}"
            filed = some("", "2026-09-30T10:00:00", "2026-10-01T00:00:00")
            yield f"c{place},{line},{filed},{some('', 'filed', 'allowed', 'disputed', 'disallowed')}"

    def payments() -> Iterator[str]:
        yield "round,account,claim_asset,step,pay_asset,quantity"
        for round_ in (1, 2):
            yield f"{round_},{some(*'ABC')},BTC,return,BTC,{chance.randint(1, 9)}"
            yield f"{round_},{some(*'ABC')},BTC,reserve:R,JPY,{chance.randint(1, 9)}"

    makers = [accounts, balances, journal, transfers, wallets, claims, payments]
    tables = {maker.__name__.removesuffix("s"): list(maker()) for maker in makers if chance.random() < 0.8}
    tables["label"] = ["address,party,kind", "t1,T,thief", "t2,T,exchange", "in,I,insider", "y,Us,customer_wallet"]
    tables["price"] = ["asset,price", "BTC,10.5", "ETH,0.25"]
    for rows in tables.values():
        rows[1:] = chance.sample(rows[1:], len(rows) - 1)
    return {table: "\n".join(rows) for table, rows in tables.items()}


@pytest.mark.parametrize("seed", range(80))
def test_random_cases_keep_the_invariants_in_any_row_order(bench: Bench, seed: int) -> None:
    chance = random.Random(seed)
    tables = random_tables(chance)
    more = "".join(
        chance.sample(
            [
                POLICY + 'retention = "20"\nlimit = "60"\nshare = "0.7"\npayee = "holders"\nreceived = "90"\n',
                POLICY.replace('"P"', '"Q"') + 'aggregate = "50"\npayee = "holders"\nreceived = "40"\n',
                reserve("R", 30, covers="unexplained"),
                reserve("S", 300),
                EVENTS,
                '[[costs]]\nname = "c"\namount = "37"\ncurrency = "JPY"\nborne_by = "pools"\n',
            ],
            chance.randint(0, 6),
        )
    )
    more += f"""[plan]
round = 2
rounding = "{chance.choice(["floor", "largest_remainder"])}"
holdback = "{chance.choice(["0", "0.05"])}"
minimum_payment = "{chance.choice(["0", "50"])}"
insiders = "{chance.choice(["share", "estate", "subordinate"])}"
late = "{chance.choice(["share", "after", "barred"])}"
guarantee_in_pool = {chance.choice(["true", "false"])}
projection = {chance.choice(["true", "false"])}
"""
    first = bench(more, **tables)
    shuffled = {}
    for table, text in tables.items():
        header, *rows = text.split("\n")
        shuffled[table] = "\n".join([header, *chance.sample(rows, len(rows))])
    assert bench(more, **shuffled) == first
