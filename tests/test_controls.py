"""Does what the sender states hold against what is accepted: to the row, to the unit, whatever the table and layout?"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from administrator.progress import silent
from administrator.usecases.running import RunResult, run_case
from ledgers.configuration import read_case
from ledgers.errors import ConfigurationError
from ledgers.ingestion.load import load
from ledgers.storage.books import Books

CASE = """
[case]
title = "Re Stated Exchange (invented)"
trigger = "bankruptcy"
regime = "custom"
commencement_at = 2026-03-31T09:00:00+09:00
currency = "JPY"
[assets.JPY]
decimals = 0
kind = "fiat"
[assets.BTC]
decimals = 8
aliases = ["XBT"]
[assets."NFT *"]
decimals = 0
kind = "nft"
"""
ACCOUNTS = "account\nann\nben\ncai\n"
BALANCES = "account,asset,quantity\nann,BTC,0.5\nben,XBT,1.25\ncai,BTC,-0.1\nann,JPY,100\n"
WALLETS = "wallet,asset,quantity\nbank-1,JPY,100\ncold-1,BTC,1.65\n"


def source(table: str, *paths: str, more: str = "", control: str = "") -> str:
    stated = f"[sources.control]\n{control}\n" if control else ""
    return f"[[sources]]\ntable = \"{table}\"\npath = {json.dumps(list(paths))}\n{more}\n{stated}"


def case_of(folder: Path, files: dict[str, str], *sources: str) -> Path:
    (folder / "inputs").mkdir(parents=True)
    for name, text in files.items():
        (folder / "inputs" / name).write_text(text, encoding="utf-8")
    (folder / "case.toml").write_text(CASE + "\n".join(sources), encoding="utf-8")
    return folder


def simple(folder: Path, control: str, balances: str = BALANCES, more: str = "") -> Path:
    files = {"accounts.csv": ACCOUNTS, "balances.csv": balances, "wallets.csv": WALLETS}
    return case_of(
        folder, files, source("account", "inputs/accounts.csv"),
        source("balance", "inputs/balances.csv", more=more, control=control), source("wallet", "inputs/wallets.csv"),
    )  # fmt: skip


def run(case: Path) -> RunResult:
    return run_case(case, case.parent / f"{case.name}-out", silent)


def stated(case: Path) -> list[dict[str, str | None]]:
    plan = json.loads((case.parent / f"{case.name}-out" / "plan.json").read_text(encoding="utf-8"))
    return list(plan["control_totals"]["stated"])


def test_what_holds_is_kept_in_the_plan_with_who_stated_it(tmp_path: Path) -> None:
    control = 'rows = 4\ntotals = { XBT = "1.65", JPY = "100.00" }\nstated_by = "letter of 3 April"'
    case = simple(tmp_path / "case", control)
    assert not run(case).is_blocked
    by = "letter of 3 April"
    balances = "inputs/balances.csv"
    assert stated(case) == [
        {"source": balances, "measure": "rows", "asset": "", "stated": "4", "measured": "4", "by": by},
        {"source": balances, "measure": "quantity", "asset": "BTC", "stated": "1.65000000", "measured": "1.65000000",
         "by": by},
        {"source": balances, "measure": "quantity", "asset": "JPY", "stated": "100", "measured": "100", "by": by},
    ]  # fmt: skip


def test_a_unit_too_little_blocks_and_is_named(tmp_path: Path) -> None:
    result = run(simple(tmp_path / "case", 'totals = { BTC = "1.65000001" }'))
    assert result.is_blocked
    assert "the sender states 1.65000001 BTC, and the accepted rows sum to 1.65000000 BTC: 0.00000001 less." in (
        result.blocking[0]
    )


def test_a_row_too_many_blocks_and_both_faults_are_said_at_once(tmp_path: Path) -> None:
    result = run(simple(tmp_path / "case", 'rows = 3\ntotals = { BTC = "1.5", JPY = "90" }'))
    assert result.findings["blocking"] == 3
    assert any("states 3 rows, and 4 were accepted: 1 more." in message for message in result.blocking)
    assert any("10 more." in message for message in result.blocking)


def test_an_asset_of_a_pattern_that_no_row_has_is_missing_whole(tmp_path: Path) -> None:
    result = run(simple(tmp_path / "case", 'totals = { "NFT 7" = "1" }'))
    assert "states 1 NFT 7, and the accepted rows sum to 0 NFT 7: 1 less." in result.blocking[0]
    assert not run(simple(tmp_path / "none", 'totals = { "NFT 7" = "0" }')).is_blocked


def test_parts_of_one_figure_are_counted_and_summed_as_read(tmp_path: Path) -> None:
    balances = "account,asset,quantity\nann,BTC,0.5\nann,BTC,0.25\nben,JPY,7\n"
    more = 'duplicates = "sum"'
    assert not run(simple(tmp_path / "a", 'rows = 3\ntotals = { BTC = "0.75", JPY = "7" }', balances, more)).is_blocked
    assert run(simple(tmp_path / "b", "rows = 2", balances, more)).is_blocked


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_a_source_beside_one_of_parts_is_held_against_its_own_rows_only(tmp_path: Path, order: tuple[int, int]) -> None:
    first = source("balance", "inputs/one.csv", control='rows = 1\ntotals = { BTC = "0.5" }')
    parts = source("balance", "inputs/two.csv", more='duplicates = "sum"', control='rows = 2\ntotals = { BTC = "3" }')
    files = {
        "one.csv": "account,asset,quantity\nann,BTC,0.5\n",
        "two.csv": "account,asset,quantity\nben,BTC,1\nben,BTC,2\n",
        "wallets.csv": WALLETS,
    }
    sources = [first, parts]
    case = case_of(tmp_path / "case", files, *(sources[at] for at in order), source("wallet", "inputs/wallets.csv"))
    assert not run(case).is_blocked


def test_a_sum_of_any_length_is_compared_to_the_unit(tmp_path: Path) -> None:
    nines = "9" * 30
    balances = f"account,asset,quantity\nann,BTC,{nines}\nben,BTC,{nines}\ncai,BTC,-0.00000001\n"
    result = run(simple(tmp_path / "case", f'totals = {{ BTC = "{nines}" }}', balances))
    assert f"sum to 1{nines[1:]}7.99999999 BTC: {nines[:-1]}8.99999999 more." in result.blocking[0]


def test_rows_of_a_table_that_leave_the_quantity_out_sum_to_nothing(tmp_path: Path) -> None:
    assignments = "claim_account,asset,quantity,from_holder,to_holder,at\nann,BTC,,x,y,2026-01-01T00:00:00Z\n"
    case = simple(tmp_path / "case", "rows = 4")
    (case / "inputs" / "assignments.csv").write_text(assignments, encoding="utf-8")
    with (case / "case.toml").open("a", encoding="utf-8") as document:
        document.write(source("assignment", "inputs/assignments.csv", control='totals = { BTC = "1" }'))
    assert "states 1.00000000 BTC, and the accepted rows sum to 0.00000000 BTC" in run(case).blocking[0]


def test_the_compiled_pass_is_held_against_what_is_stated(tmp_path: Path) -> None:
    balances = "account,asset,quantity\n" + "".join(f"u{number},BTC,0.1\n" for number in range(1000))
    for at, more in enumerate(("", 'duplicates = "sum"')):
        case = read_case(simple(tmp_path / str(at), 'rows = 999\ntotals = { BTC = "100" }', balances, more))
        with Books.memory(case.folder, bulk=True) as books:
            load(case, books, silent)
            assert books.rows("select measure, stated, measured from control order by measure desc") == [
                ("rows", "999", "1000"), ("quantity", "100.00000000", "100.00000000"),
            ]  # fmt: skip


def test_all_paths_of_a_split_export_count_together(tmp_path: Path) -> None:
    head = "account,asset,quantity\n"
    files = {"b-1.csv": f"{head}ann,BTC,1\n", "b-2.csv": f"{head}ben,BTC,2\n", "wallets.csv": WALLETS}
    wallet = source("wallet", "inputs/wallets.csv")

    def split(folder: Path, control: str) -> Path:
        return case_of(folder, files, source("balance", "inputs/b-1.csv", "inputs/b-2.csv", control=control), wallet)

    assert not run(split(tmp_path / "a", 'rows = 2\ntotals = { BTC = "3" }')).is_blocked
    result = run(split(tmp_path / "b", "rows = 1"))
    assert result.blocking[0].startswith("inputs/b-1.csv and 1 more: the sender states 1 rows")


def test_a_statement_states_what_came_less_what_went(tmp_path: Path) -> None:
    lines = "occurred_at,counterparty,credit,debit\n2026-01-01T00:00:00Z,x,100,\n2026-01-02T00:00:00Z,y,,30\n"
    more = 'layout = "statement"\nwallet = "bank-1"\nconstants = { asset = "JPY" }'

    def bank(folder: Path, control: str) -> Path:
        return case_of(
            folder, {"balances.csv": BALANCES, "wallets.csv": WALLETS, "bank.csv": lines},
            source("balance", "inputs/balances.csv"), source("wallet", "inputs/wallets.csv"),
            source("transfer", "inputs/bank.csv", more=more, control=control),
        )  # fmt: skip

    assert not run(bank(tmp_path / "a", 'rows = 2\ntotals = { JPY = "70" }')).is_blocked
    assert run(bank(tmp_path / "b", 'totals = { JPY = "130" }')).is_blocked


def test_a_rejected_row_is_told_apart_in_the_difference(tmp_path: Path) -> None:
    result = run(simple(tmp_path / "case", "rows = 5", BALANCES + "cai,JPY,1.5.5\n"))
    assert any("5 rows, and 4 were accepted (1 rejected, 0 ignored): 1 fewer." in said for said in result.blocking)


@pytest.mark.parametrize(
    ("control", "says"),
    [
        ('stated_by = "nobody"', "states neither rows nor totals"),
        ("rows = -1", "rows"),
        ('totals = { DOGE = "1" }', 'names the asset "DOGE", which is not declared'),
        ('totals = { BTC = "1", XBT = "1" }', "are one asset"),
        ('totals = { BTC = "0.123456789" }', "has more decimals than the 8 of BTC"),
        ("totals = { BTC = 1.5 }", "put it in quotes"),
        ('totals = { BTC = "1,5" }', "is not a plain decimal"),
        ("row = 5", 'did you mean "rows"?'),
    ],
)
def test_a_statement_that_cannot_be_is_refused_by_name(tmp_path: Path, control: str, says: str) -> None:
    with pytest.raises(ConfigurationError) as refused:
        read_case(simple(tmp_path / "case", control))
    assert any(says in line and line.startswith("case.toml: ") for line in refused.value.lines), refused.value.lines


def test_totals_of_a_table_without_quantities_are_refused(tmp_path: Path) -> None:
    case = simple(tmp_path / "case", "rows = 4")
    text = (case / "case.toml").read_text(encoding="utf-8")
    account = 'path = ["inputs/accounts.csv"]\n'
    stated_twice = text.replace(account, f'{account}[sources.control]\ntotals = {{ BTC = "1" }}\n')
    (case / "case.toml").write_text(stated_twice, encoding="utf-8")
    with pytest.raises(ConfigurationError, match="the table account has no quantity to sum"):
        read_case(case)
