"""What came after commencement: deposits to be returned, what holdings earned, payments that came back.

Cases by name, each worked on paper. Names are invented.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path

import pytest

from administrator.cli import main
from administrator.usecases.explaining import explain
from ledgers.configuration import read_case
from ledgers.errors import ConfigurationError
from tests.small_case import Case, Row, files_of, write

AFTER = "2026-04-02T00:00:00Z"
LATER = "2026-04-03T00:00:00Z"
BEFORE = "2026-03-01T00:00:00Z"


def fork(asset: str = "ETH", of: str = "BTC", *, kind: str = "fork", goes_to: str = "holders", ratio: str = "1") -> str:
    return (
        f'[[accruals]]\nkind = "{kind}"\nasset = "{asset}"\nof = "{of}"\ngoes_to = "{goes_to}"\nratio = "{ratio}"\n'
    )


def codes(files: dict[str, list[Row]]) -> list[str]:
    return [row["code"] for row in files["findings"]]


def column(rows: Sequence[Row], *names: str) -> list[tuple[str, ...]]:
    return [tuple(row[name] for name in names) for row in rows]


# --- deposits after commencement ----------------------------------------------------------------------------------

DEPOSITS = {
    "balance": ["a,BTC,4", "b,BTC,4"],
    "journal": [
        f"p1,{BEFORE},a,BTC,4,opening,", f"p2,{BEFORE},b,BTC,4,opening,",
        f"p3,{AFTER},a,BTC,1,deposit,d1", f"p4,{LATER},b,BTC,0.5,deposit,ref-7", f"p5,{LATER},a,BTC,0.25,deposit,d3",
    ],
    "transfer": [
        f"d1,{AFTER},BTC,1,addr-a,hot,", f"d2,{LATER},BTC,0.5,addr-b,hot,ref-7", f"d3,{LATER},BTC,0.25,addr-a2,hot,",
        f"d4,{LATER},BTC,0.1,addr-nobody,hot,", f"d0,{BEFORE},BTC,2,addr-a,hot,", f"o1,{LATER},BTC,0.2,hot,addr-z,",
    ],
    "wallet": ["hot,BTC,6"],
}  # fmt: skip


def test_cryptopia_2024_deposits_after_the_hack_are_returned_whole_and_stand_in_no_pool(tmp_path: Path) -> None:
    """6 of 8 are held at commencement: everybody gets 75 %, and what came later goes back whole."""
    files = Case(tables=DEPOSITS).run(tmp_path)
    assert column(files["returnable"], "transfer", "occurred_at", "asset", "quantity", "sender", "wallet", "account",
                  "paid_before", "due") == [
        ("d1", "2026-04-02T00:00:00Z", "BTC", "1.00", "addr-a", "hot", "a", "0.00", "1.00"),
        ("d2", "2026-04-03T00:00:00Z", "BTC", "0.50", "addr-b", "hot", "b", "0.00", "0.50"),
        ("d3", "2026-04-03T00:00:00Z", "BTC", "0.25", "addr-a2", "hot", "a", "0.00", "0.25"),
        ("d4", "2026-04-03T00:00:00Z", "BTC", "0.10", "addr-nobody", "hot", "", "0.00", "0.10"),
    ]  # fmt: skip
    assert column(files["pools"], "gross", "dividend_numerator", "dividend_denominator") == [("6.00", "3", "4")]
    assert codes(files).count("deposit-after-commencement") == 4


def test_returned_deposits_are_no_dividend_and_meet_an_accounts_deposits_in_order_of_time(tmp_path: Path) -> None:
    files = Case(
        "[plan]\nround = 2\n",
        tables={**DEPOSITS, "payment": ["1,a,BTC,return:deposit,BTC,1.1", "1,a,BTC,return,BTC,3"]},
    ).run(tmp_path)
    assert column(files["returnable"], "transfer", "paid_before", "due") == [
        ("d1", "1.00", "0.00"), ("d2", "0.00", "0.50"), ("d3", "0.10", "0.15"), ("d4", "0.00", "0.10"),
    ]  # fmt: skip
    assert column(files["reconciliation"], "held_customer") == [("9.00",)], "only the dividend is added back"
    assert column(files["schedule"], "account", "step", "paid_before") == [
        ("a", "return", "3.00"), ("b", "return", "0.00"),
    ]  # fmt: skip
    assert "deposit-return-unfounded" not in codes(files)


def test_a_deposit_returned_twice_or_to_somebody_who_made_none_is_said(tmp_path: Path) -> None:
    files = Case(
        "[plan]\nround = 2\n",
        tables={**DEPOSITS, "payment": ["1,a,BTC,return:deposit,BTC,2", "1,c,BTC,return:deposit,BTC,0.3",
                                        "2,b,BTC,return:deposit,BTC,99"]},
    ).run(tmp_path)  # fmt: skip
    said = [row for row in files["findings"] if row["code"] == "deposit-return-unfounded"]
    assert column(said, "subject", "quantity") == [
        ("account a return:deposit", "0.75"), ("account c return:deposit", "0.30"),
    ]  # fmt: skip


def test_where_postings_name_two_accounts_nobody_is_guessed(tmp_path: Path) -> None:
    tables = {**DEPOSITS, "journal": [*DEPOSITS["journal"], f"p9,{AFTER},b,BTC,1,deposit,d1"]}
    files = Case(tables=tables).run(tmp_path)
    assert column(files["returnable"], "transfer", "account")[0] == ("d1", "")


def test_of_two_transfers_of_one_reference_the_posting_means_the_one_of_equal_quantity(tmp_path: Path) -> None:
    tables = {**DEPOSITS, "transfer": [*DEPOSITS["transfer"], f"d9,{AFTER},BTC,0.7,addr-b,hot,ref-7"]}
    files = Case(tables=tables).run(tmp_path)
    assert column(files["returnable"], "transfer", "account") == [
        ("d1", "a"), ("d2", "b"), ("d3", "a"), ("d4", ""), ("d9", ""),
    ]  # fmt: skip


def test_without_transfers_after_commencement_the_file_is_there_and_empty(tmp_path: Path) -> None:
    files = Case(tables={"balance": ["a,BTC,1"]}).run(tmp_path)
    assert files["returnable"] == []
    header = (tmp_path / "out/returnable.csv").read_text(encoding="utf-8")
    assert header == "transfer,occurred_at,asset,quantity,sender,wallet,account,paid_before,due\n"


# --- forks, airdrops, staking -------------------------------------------------------------------------------------


def test_mt_gox_a_fork_is_delivered_as_its_own_component_pro_rata_to_units(tmp_path: Path) -> None:
    """9 of 10 BTC are there, and 8 of the fork's 10: each holder gets 90 % of the one and 80 % of the other."""
    files = Case(
        fork(), tables={"balance": ["a,BTC,6", "b,BTC,4"], "wallet": ["w,BTC,9", "w,ETH,8"], "price": ["BTC,1000"]}
    ).run(tmp_path)
    assert column(files["claims"], "account", "asset", "scheduled", "filed", "allowed") == [
        ("a", "BTC", "6.00", "", "6.00"), ("a", "ETH", "0.000", "", "6.000"),
        ("b", "BTC", "4.00", "", "4.00"), ("b", "ETH", "0.000", "", "4.000"),
    ]  # fmt: skip
    assert column(files["schedule"], "account", "claim_asset", "entitled") == [
        ("a", "BTC", "5.40"), ("a", "ETH", "4.800"), ("b", "BTC", "3.60"), ("b", "ETH", "3.200"),
    ]  # fmt: skip
    assert column(files["reconciliation"], "asset", "owed") == [("BTC", "10.00"), ("ETH", "0.000")]
    assert "pool-without-claims" not in codes(files)
    told = "\n".join(explain(tmp_path, "a").lines())
    assert "from the fork of BTC: 6.00 x 1 = 6.000" in told
    assert "and 6.000 that came after commencement, as said below" in told


def test_what_accrues_is_claimed_part_by_part_at_the_ratio_and_rounded_down(tmp_path: Path) -> None:
    files = Case(
        fork(ratio="0.0333"),
        tables={
            "balance": ["a,BTC,1", "b,BTC,1"],
            "claim": ["1,a,BTC,1.5,filed", "2,b,BTC,0.5,filed"],
            "wallet": ["w,BTC,2", "w,ETH,1"],
        },
    ).run(tmp_path)
    assert column(files["claims"], "account", "asset", "allowed", "disputed", "unclaimed") == [
        ("a", "BTC", "1.00", "0.50", "0.00"), ("a", "ETH", "0.033", "0.016", "0.000"),
        ("b", "BTC", "0.50", "0.00", "0.50"), ("b", "ETH", "0.016", "0.000", "0.016"),
    ]  # fmt: skip


def test_rewards_of_staking_stand_beside_what_is_claimed_anyway_and_earn_nothing_themselves(tmp_path: Path) -> None:
    files = Case(
        fork("ETH", "ETH", kind="staking", ratio="0.1") + fork("ETH", "BTC", kind="airdrop", ratio="2"),
        tables={"balance": ["a,ETH,10", "a,BTC,1", "b,BTC,3"], "wallet": ["w,ETH,19", "w,BTC,4"]},
    ).run(tmp_path)
    assert column(files["claims"], "account", "asset", "scheduled", "allowed") == [
        ("a", "BTC", "1.00", "1.00"), ("a", "ETH", "10.000", "13.000"),
        ("b", "BTC", "3.00", "3.00"), ("b", "ETH", "0.000", "6.000"),
    ]  # fmt: skip
    told = "\n".join(explain(tmp_path, "a").lines())
    assert "from the staking of ETH: 10.000 x 0.1 = 1.000" in told
    assert "from the airdrop to holders of BTC: 1.00 x 2 = 2.000" in told


def test_what_goes_to_the_estate_is_surplus_and_no_finding_asks(tmp_path: Path) -> None:
    tables = {"balance": ["a,BTC,1"], "wallet": ["w,BTC,1", "w,ETH,5"]}
    files = Case(fork(goes_to="estate"), tables=tables).run(tmp_path)
    assert column(files["pools"], "asset", "claims", "surplus") == [("BTC", "1.00", "0.00"), ("ETH", "0.000", "5.000")]
    assert "pool-without-claims" not in codes(files)


def test_insiders_sent_to_the_estate_and_late_holders_keep_their_place_in_the_pool_of_what_came(tmp_path: Path) -> None:
    write(
        tmp_path,
        Case(
            fork() + '[plan]\ninsiders = "subordinate"\n',
            tables={"account": ["a,,", "i,,insider"], "balance": ["a,BTC,1", "i,BTC,1"],
                    "wallet": ["w,BTC,2", "w,ETH,1.5"]},
        ),
    )  # fmt: skip
    assert main(["run", str(tmp_path), "--out", str(tmp_path / "out"), "--quiet"]) == 0
    assert column(files_of(tmp_path)["schedule"], "account", "claim_asset", "step", "entitled") == [
        ("a", "BTC", "return", "1.00"), ("a", "ETH", "return", "1.000"),
        ("i", "BTC", "return:subordinate", "1.00"), ("i", "ETH", "return:subordinate", "0.500"),
    ]  # fmt: skip


def test_what_came_and_is_held_nowhere_is_a_pool_of_nothing_and_said(tmp_path: Path) -> None:
    files = Case(fork(), tables={"balance": ["a,BTC,1"], "wallet": ["w,BTC,1"]}).run(tmp_path)
    assert column(files["pools"], "asset", "gross", "claims") == [("BTC", "1.00", "1.00"), ("ETH", "0.000", "1.000")]
    (said,) = (row for row in files["findings"] if row["code"] == "pool-empty")
    assert said["message"].startswith('case.toml: [[accruals]] fork "ETH": 1.000 ETH are claimed in all')


def test_a_changed_accrual_makes_the_plan_anew_and_one_taken_out_leaves_no_claim(tmp_path: Path) -> None:
    case = Case(fork(), tables={"balance": ["a,BTC,1"], "wallet": ["w,BTC,1", "w,ETH,1"]})
    folder = write(tmp_path, case)
    text = (folder / "case.toml").read_text(encoding="utf-8")
    seen = []
    for changed in (text, text.replace('ratio = "1"', 'ratio = "0.5"'), text.replace(case.sections, "")):
        (folder / "case.toml").write_text(changed, encoding="utf-8")
        assert main(["run", str(folder), "--out", str(folder / "out"), "--quiet"]) == 0
        seen.append(column(files_of(folder)["claims"], "asset", "allowed"))
    assert seen == [[("BTC", "1.00"), ("ETH", "1.000")], [("BTC", "1.00"), ("ETH", "0.500")], [("BTC", "1.00")]]


@pytest.mark.parametrize(
    ("section", "says"),
    [
        (fork("BCH"), 'asset names the asset "BCH", which is not declared'),
        (fork(of="XBT"), 'of names the asset "XBT", which is not declared'),
        (fork("BTC", "BTC"), "is a fork of itself"),
        (fork() + fork(), "stands there twice"),
        (fork(kind="dividend"), "kind"),
        (fork(goes_to="pools"), "goes_to"),
        (fork(ratio="-1"), 'is not a plain decimal'),
        (fork(ratio="1.5.0"), 'is not a plain decimal'),
        (fork(ratio="0.00"), "has a ratio of 0"),
    ],
)  # fmt: skip
def test_a_crooked_accrual_is_one_line_with_what_to_do(tmp_path: Path, section: str, says: str) -> None:
    write(tmp_path, Case(section, tables={"balance": ["a,BTC,1"]}))
    with pytest.raises(ConfigurationError) as refused:
        read_case(tmp_path)
    assert any(says in line for line in refused.value.lines), refused.value.lines


@pytest.mark.parametrize("ratio", ["0." + "0" * 40 + "1", "1" + "0" * 36])
def test_a_ratio_beyond_what_numbers_hold_is_one_line(
    ratio: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(tmp_path, Case(fork(ratio=ratio), tables={"balance": ["a,BTC,12"]}))
    assert main(["run", str(tmp_path), "--quiet"]) == 5
    said = capsys.readouterr().err
    assert "Traceback" not in said
    assert said.rstrip().endswith(("Shorten it.", "Correct the ratio."))


# --- payments that came back --------------------------------------------------------------------------------------


def test_a_payment_that_came_back_is_due_again(tmp_path: Path) -> None:
    """8 of 10 held, all 8 were paid; b's 4 came back: the pool holds 8 again in all, and b is to be paid anew."""
    files = Case(
        "[plan]\nround = 3\n",
        tables={
            "balance": ["a,BTC,5", "b,BTC,5"], "wallet": ["w,BTC,4"],
            "payment": ["1,a,BTC,return,BTC,4", "1,b,BTC,return,BTC,4", "2,b,BTC,return,BTC,-4"],
        },
    ).run(tmp_path)  # fmt: skip
    assert column(files["reconciliation"], "held_customer") == [("8.00",)]
    assert column(files["schedule"], "account", "entitled", "paid_before", "quantity") == [
        ("a", "4.00", "4.00", "0.00"), ("b", "4.00", "0.00", "4.00"),
    ]  # fmt: skip
    assert "payment-below-zero" not in codes(files)


def test_more_back_than_was_paid_counts_as_nothing_paid_and_is_said_while_the_wallets_are_what_they_are(
    tmp_path: Path,
) -> None:
    files = Case(
        "[plan]\nround = 2\n",
        tables={
            "balance": ["a,BTC,5", "b,BTC,5"], "wallet": ["w,BTC,9"],
            "payment": ["1,a,BTC,return,BTC,2", "1,a,BTC,return,BTC,-3", "2,b,BTC,return,BTC,-3"],
        },
    ).run(tmp_path)  # fmt: skip
    assert column(files["reconciliation"], "held_customer") == [("8.00",)], "1 of the 9 is not the pool's"
    assert column(files["schedule"], "account", "paid_before", "quantity") == [
        ("a", "0.00", "4.00"), ("b", "0.00", "4.00"),
    ]  # fmt: skip
    (said,) = (row for row in files["findings"] if row["code"] == "payment-below-zero")
    assert (said["severity"], said["subject"], said["quantity"], said["row"]) == (
        "warning", "account a return", "-1.00", "3",
    )  # fmt: skip


def test_payments_in_any_order_of_rows_give_the_same_bytes(tmp_path: Path) -> None:
    seed = random.randrange(10**9)
    print("seed", seed)
    chance = random.Random(seed)
    rows = [f"1,{chance.choice('abc')},BTC,return:deposit,BTC,{chance.randint(-3, 3)}" for _ in range(9)]
    rows += [f"{chance.randint(1, 3)},{chance.choice('ab')},BTC,return,BTC,{chance.randint(-2, 0)}" for _ in range(5)]
    tables = {**DEPOSITS, "payment": rows}
    Case("[plan]\nround = 3\n", tables=tables).run(tmp_path / "1")
    chance.shuffle(rows)
    Case("[plan]\nround = 3\n", tables={**tables, "payment": rows}).run(tmp_path / "2")
    for name in ("returnable", "schedule", "pools", "reconciliation"):
        assert (tmp_path / f"1/out/{name}.csv").read_bytes() == (tmp_path / f"2/out/{name}.csv").read_bytes()
