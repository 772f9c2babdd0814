"""Does a check say all that is wrong at once, and leave no trace in the case?"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from administrator.cli import main
from administrator.progress import silent
from administrator.usecases.checking import FOLDER_PREFIX, MESSAGES_EACH, check_case
from administrator.usecases.demonstrating import copy_demo
from administrator.usecases.running import run_case
from administrator.usecases.telling import check_lines, verdict
from ledgers.errors import Interruption
from ledgers.models import Progress

CROOKED = Path(__file__).parent.parent / "fixtures" / "crooked"
CASE = """
[case]
title = "Re Checked Exchange (invented)"
trigger = "bankruptcy"
regime = "custom"
commencement_at = 2026-03-31T09:00:00+09:00
currency = "JPY"
[assets.JPY]
decimals = 0
kind = "fiat"
[assets.BTC]
decimals = 8
"""
BALANCES = "account,asset,quantity\nann,BTC,0.5\nben,JPY,100\n"
WALLETS = "wallet,asset,quantity\nbank-1,JPY,100\ncold-1,BTC,0.5\n"


def case_of(folder: Path, more: str = "", **files: str | bytes) -> Path:
    """Write a case with a source for each file, whose table is its name."""
    (folder / "inputs").mkdir(parents=True)
    document = CASE
    for name, content in files.items():
        path = folder / "inputs" / f"{name}.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        document += f'[[sources]]\ntable = "{name.partition("_")[0]}"\npath = "inputs/{name}.csv"\n'
    (folder / "case.toml").write_text(document + more, encoding="utf-8")
    return folder


def tree(folder: Path) -> dict[str, bytes | None]:
    return {
        str(path.relative_to(folder)): path.read_bytes() if path.is_file() else None for path in folder.rglob("*")
    }


def said(case: Path) -> str:
    result = check_case(case, silent)
    return "\n".join([*check_lines(result), verdict(result)])


def test_a_sound_case_is_ready_and_its_sums_are_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(case_of(tmp_path / "case", balance=BALANCES, wallet=WALLETS))]) == 0
    out = capsys.readouterr().out
    assert "inputs/balance.csv (balance): 2 rows, all accepted" in out
    assert "BTC    0.50000000  0.50000000" in out
    assert "Ready to run: 2 files, 4 rows, nothing that blocks" in out


def test_the_demo_is_ready_and_a_check_leaves_nothing_of_itself(tmp_path: Path) -> None:
    case = copy_demo(tmp_path / "demo")
    before = tree(case)
    assert check_case(case, silent).exit_code == 0
    assert tree(case) == before


def test_a_check_does_not_disturb_the_books_of_a_run(tmp_path: Path) -> None:
    case = case_of(tmp_path / "case", balance=BALANCES, wallet=WALLETS)
    run_case(case, tmp_path / "out", silent)
    before = tree(case)
    assert check_case(case, silent).exit_code == 0
    assert tree(case) == before
    heard: list[str] = []
    run_case(case, tmp_path / "out", lambda progress: heard.append(progress.stage))
    assert any(stage.startswith("resumed after") for stage in heard)


def test_every_kind_of_fault_is_said_at_once_by_file_with_counts(tmp_path: Path) -> None:
    bad = "account,asset,quantity\n" + "".join(f"u{number},BTC,x\n" for number in range(1237)) + "v,DOGE,1\n"
    case = case_of(tmp_path / "case", balance=bad, balance_2='account,asset,quantity\nann,BTC,"1,5"\n', wallet=WALLETS)
    result = check_case(case, silent)
    assert result.exit_code == 10
    by_file = {found.source: {code.code: code for code in found.found} for found in result.files}
    numbers = by_file["inputs/balance.csv"]["unreadable-quantity"]
    assert (numbers.count, len(numbers.messages)) == (1237, MESSAGES_EACH)
    assert by_file["inputs/balance.csv"]["unknown-asset"].count == 1
    assert by_file["inputs/balance_2.csv"]["unreadable-quantity"].messages[0].startswith("row 2: quantity")
    text = said(case)
    assert result.findings["blocking"] == 1239
    assert f"and {1237 - MESSAGES_EACH:,} more" in text
    assert "Not ready: 1,239 blocking findings" in text


def test_files_that_cannot_be_read_do_not_hide_the_rows_of_others(tmp_path: Path) -> None:
    balances = "account,asset,quantity\nann,BTC,x\n"
    account = "account,holder\nann,山田\n".encode("cp932")
    case = case_of(tmp_path / "case", account=account, balance=balances, wallet=WALLETS)
    (case / "inputs" / "wallet.csv").unlink()
    text = said(case)
    assert check_case(case, silent).exit_code == 3
    assert "inputs/account.csv: the file is not utf-8" in text
    assert "inputs/wallet.csv: there is no such file" in text
    assert 'row 2: quantity "x" is not a plain decimal' in text
    assert "unlisted" not in text


def test_a_wrong_column_is_said_beside_the_rows_of_other_files(tmp_path: Path) -> None:
    case = case_of(tmp_path / "case", balance="user,asset,quantity\nann,BTC,1\n", wallet=WALLETS.replace("100", "1_00"))
    text = said(case)
    assert 'the header has no column "account"' in text
    assert 'quantity "1_00" is not a plain decimal' in text


def test_regime_and_parameters_are_checked_with_everything_else(tmp_path: Path) -> None:
    more = '[plan]\nrule = "talmud"\n'
    case = case_of(tmp_path / "case", more, balance=BALANCES.replace("0.5", "?"), wallet=WALLETS)
    result = check_case(case, silent)
    assert result.exit_code == 5
    assert "talmud" in result.faults[0]
    assert any(code.code == "unreadable-quantity" for found in result.files for code in found.found)


def test_terms_that_no_price_carries_are_a_fault(tmp_path: Path) -> None:
    more = '[assets.USD]\ndecimals = 2\nkind = "fiat"\n[[costs]]\nname = "x"\n'
    more += 'amount = "1"\ncurrency = "USD"\nborne_by = "estate"\n'
    result = check_case(case_of(tmp_path / "case", more, balance=BALANCES, wallet=WALLETS), silent)
    assert result.exit_code == 5
    assert "which has no price at commencement" in result.faults[0]


def test_every_currency_without_a_price_is_said(tmp_path: Path) -> None:
    more = "".join(f'[assets.{code}]\ndecimals = 2\nkind = "fiat"\n' for code in ("USD", "EUR", "GBP"))
    more += '[estate]\namount = "5"\ncurrency = "JPY"\n'
    more += '[[costs]]\nname = "x"\namount = "1"\ncurrency = "USD"\nborne_by = "estate"\n'
    more += '[[costs]]\nname = "y"\namount = "2"\ncurrency = "USD"\nborne_by = "pools"\n'
    more += '[[costs]]\nname = "z"\namount = "1"\ncurrency = "EUR"\nborne_by = "pools"\n'
    more += '[[reserves]]\nname = "r"\namount = "1"\ncurrency = "GBP"\n'
    more += 'covers = ["external_theft"]\nring_fenced = true\n'
    result = check_case(case_of(tmp_path / "case", more, balance=BALANCES, wallet=WALLETS), silent)
    assert result.exit_code == 5
    assert [line.split("given in ")[1][:3] for line in result.faults] == ["USD", "EUR", "GBP"]


def test_a_price_that_was_rejected_is_not_called_absent(tmp_path: Path) -> None:
    more = '[assets.USD]\ndecimals = 2\nkind = "fiat"\n[estate]\namount = "5"\ncurrency = "JPY"\n'
    more += '[[costs]]\nname = "x"\namount = "1"\ncurrency = "USD"\nborne_by = "estate"\n'
    price = "asset,price\nUSD,1x50\n"
    result = check_case(case_of(tmp_path / "case", more, balance=BALANCES, wallet=WALLETS, price=price), silent)
    assert (result.exit_code, result.faults) == (10, ())


NINES = "9" * 30


def test_sums_that_no_run_could_hold_hide_nothing(tmp_path: Path) -> None:
    long = "account,asset,quantity\n" + "".join(f"u{number},BTC,{NINES}\n" for number in range(3))
    result = check_case(case_of(tmp_path / "long", balance=long, wallet=WALLETS), silent)
    assert result.exit_code == 4
    assert "balance: the quantities of BTC sum to more than 38 digits" in result.faults[0]
    assert dict(result.assets)["BTC"]["balance"] == f"2{NINES[1:]}7.00000000"
    worse = check_case(case_of(tmp_path / "worse", balance=long + "v,BTC,x\n", wallet=WALLETS), silent)
    assert worse.exit_code == 10
    assert any(code.code == "unreadable-quantity" for found in worse.files for code in found.found)


def test_parts_that_no_figure_holds_do_not_hide_what_is_wrong_with_rows(tmp_path: Path) -> None:
    parts = "account,asset,quantity\n" + f"ann,BTC,{NINES}\n" * 3 + "v,BTC,x\n"
    case = case_of(tmp_path / "case", 'duplicates = "sum"\n', wallet=WALLETS, balance=parts)
    result = check_case(case, silent)
    assert result.exit_code == 4
    assert "38 digits" in result.faults[0]
    assert any(code.code == "unreadable-quantity" for found in result.files for code in found.found)


def test_a_case_file_that_is_a_pipe_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "case.toml")
    assert check_case(tmp_path, silent).exit_code in (2, 8)


def test_every_fault_of_case_toml_and_every_absent_file_is_said_at_once(tmp_path: Path) -> None:
    case = case_of(tmp_path / "case", balance=BALANCES, wallet=WALLETS)
    text = (case / "case.toml").read_text(encoding="utf-8")
    changed = text.replace("decimals = 8", "decimals = 8.5").replace('"custom"', '"?"   # which law governs').replace(
        "2026-03-31T09:00:00+09:00", '"?" # the instant of the order'
    )
    (case / "case.toml").write_text(changed, encoding="utf-8")
    (case / "inputs" / "wallet.csv").unlink()
    result = check_case(case, silent)
    assert result.exit_code == 2
    line = changed.split("\n").index('regime = "?"   # which law governs') + 1
    assert list(result.faults) == [
        f'case.toml:{line}: [case] regime is still "?": which law governs. Fill it in.',
        f'case.toml:{line + 1}: [case] commencement_at is still "?": the instant of the order. Fill it in.',
        "case.toml: [assets.BTC] decimals must be a whole number without quotes, not 8.5.",
        "inputs/wallet.csv: there is no such file. Correct the path in case.toml, or put the file there.",
    ]


def test_markers_hide_no_other_fault_and_no_other_hides_them(tmp_path: Path) -> None:
    case = case_of(tmp_path / "case", balance=BALANCES, wallet=WALLETS)
    text = (case / "case.toml").read_text(encoding="utf-8")
    marked = text.replace('currency = "JPY"', 'currency = "?"').replace('"custom"', '"?"')
    marked += 'columns = { quantity = "?", account = "user" }\nencoding = "?"\ntimezone = "?"\nignroe = "x"\n'
    (case / "case.toml").write_text(marked, encoding="utf-8")
    faults = check_case(case, silent).faults
    for key in ("regime", "currency", "columns.quantity", "encoding", "timezone"):
        assert sum(f'{key} is still "?"' in line for line in faults) == 1, key
    assert sum("ignroe" in line for line in faults) == 1
    assert len(faults) == 6


@pytest.mark.parametrize("code", ["control-rows", "control-total"])
def test_what_is_stated_stands_beside_what_was_found(tmp_path: Path, code: str) -> None:
    case = tmp_path / "case"
    shutil.copytree(CROOKED / code, case)
    assert check_case(case, silent).exit_code == 10
    text = said(case)
    assert f"blocking {code}, 1:" in text
    assert "is stated by letter of the former operator (invented)" in text


def test_json_has_all_of_it_and_quiet_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    case = case_of(tmp_path / "case", balance=BALANCES.replace("0.5", "x"), wallet=WALLETS)
    assert main(["check", str(case), "--json"]) == 10
    found = json.loads(capsys.readouterr().out)
    assert found["exit_code"] == 10
    assert found["findings"]["blocking"] == 1
    assert [one["source"] for one in found["files"] if one["rejected"]] == ["inputs/balance.csv"]
    assert main(["check", str(case), "--quiet"]) == 10
    silence = capsys.readouterr()
    assert (silence.out, silence.err) == ("", "")


def test_what_a_killed_check_left_is_taken_away_by_the_next(tmp_path: Path) -> None:
    case = case_of(tmp_path / "case", balance=BALANCES, wallet=WALLETS)
    gone = subprocess.run([sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True, check=True)
    left = case / "work" / f"{FOLDER_PREFIX}{gone.stdout.decode().strip()}"
    (left / "vault").mkdir(parents=True)
    other = case / "work" / f"{FOLDER_PREFIX}{os.getppid()}"
    other.mkdir()
    assert check_case(case, silent).exit_code == 0
    assert not left.exists()
    assert other.exists()


def test_a_stopped_check_leaves_nothing(tmp_path: Path) -> None:
    case = case_of(tmp_path / "case", balance=BALANCES, wallet=WALLETS)
    before = tree(case)

    def stop(_: Progress) -> None:
        raise Interruption("stopped")

    with pytest.raises(Interruption):
        check_case(case, stop)
    assert tree(case) == before


def test_a_case_that_cannot_be_written_can_be_checked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from administrator.usecases import checking
    from ledgers.errors import StorageError
    from ledgers.storage import books

    case = case_of(tmp_path / "case", balance=BALANCES, wallet=WALLETS)
    before = tree(case)
    real = books.private_folder

    def refused(folder: Path) -> Path:
        if folder.is_relative_to(case):
            raise StorageError("read-only")
        return real(folder)

    monkeypatch.setattr(checking, "private_folder", refused)
    assert check_case(case, silent).exit_code == 0
    assert tree(case) == before


def test_no_case_at_all_names_the_act_that_begins_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(tmp_path / "nothing")]) == 2
    assert "administrator new FOLDER --from FILES" in capsys.readouterr().out
    assert not (tmp_path / "nothing").exists()


def test_text_of_strangers_reaches_the_terminal_harmless(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    case = case_of(tmp_path / "case", balance=BALANCES.replace("0.5", "\x1b[2J"), wallet=WALLETS)
    assert main(["check", str(case)]) == 10
    assert "\x1b" not in capsys.readouterr().out
