"""What is looked at in a case that was run is what its files say."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from administrator.cli import main
from administrator.usecases.explaining import UnknownAccountError
from administrator.usecases.looking import Matter, Page
from administrator.usecases.running import run_case
from fixtures.generate import small_case

ACCOUNTS_MOST = 60


def rows_of(path: Path) -> list[tuple[str, ...]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(map(tuple, csv.reader(stream)))


def shown(page: Page) -> list[tuple[str, ...]]:
    return [page.columns, *page.rows]


def of_account(rows: list[tuple[str, ...]], account: str) -> list[tuple[str, ...]]:
    return [rows[0], *(row for row in rows[1:] if row[0] == account)]


@pytest.mark.parametrize("which", ["the demo", 47, 60])
def test_every_account_and_every_page_shows_what_the_files_say(which: str | int, tmp_path: Path) -> None:
    case, out = tmp_path / "case", tmp_path / "out"
    if isinstance(which, int):
        small_case(which, case)
    else:
        assert main(["demo", "--keep", str(case), "--quiet"]) == 0
    result = run_case(case, out, lambda _: None, threads=1)
    assert not result.is_blocked, "choose another seed"
    files = {name: rows_of(out / f"{name}.csv") for name in ("claims", "schedule", "bases", "pools")}
    with Matter.open(case) as matter:
        accounts = matter.accounts("", 0, 500)
        assert {row[0] for row in accounts.rows} >= {row[0] for row in files["claims"][1:501]}
        for account, *_ in accounts.rows[:ACCOUNTS_MOST]:
            view = matter.holder(account)
            for name, page in (("claims", view.claims), ("schedule", view.schedule), ("bases", view.bases)):
                assert shown(page) == of_account(files[name], account), (name, account)
                assert (page.offset, page.total) == (0, len(page.rows))
            assert view.why
        assert shown(matter.plan(0, 500, withheld_only=False)) == files["schedule"][:501]
        assert list(matter.plan(3, 5, withheld_only=False).rows) == files["schedule"][4:9]
        withheld = [row for row in files["schedule"][1:] if row[10] == "withhold"]
        assert list(matter.plan(0, 500, withheld_only=True).rows) == withheld[:500]
        assert [row[0] for row in matter.pools().rows] == [row[0] for row in files["pools"][1:]]
        for asset in matter.bridge_assets():
            matter.bridge(asset)
        with pytest.raises(UnknownAccountError):
            matter.holder("nobody' or 1=1 --")


def test_an_account_with_hostile_text_is_shown_as_the_files_have_it(tmp_path: Path) -> None:
    case, out = tmp_path / "case", tmp_path / "out"
    (case / "inputs").mkdir(parents=True)
    name = 'a,"b\nc\'; drop table account; --'
    written = '"' + name.replace('"', '""') + '"'
    (case / "inputs" / "balance.csv").write_text(f"account,asset,quantity\n{written},JPY,5\nz,JPY,5\n")
    (case / "inputs" / "wallet.csv").write_text("wallet,asset,quantity\nw,JPY,4\n")
    (case / "case.toml").write_text(
        '[case]\ntitle = "Looking"\ntrigger = "bankruptcy"\nregime = "custom"\n'
        'commencement_at = 2026-03-31T00:00:00Z\ncurrency = "JPY"\n[assets.JPY]\ndecimals = 0\nkind = "fiat"\n'
        '[[sources]]\ntable = "balance"\npath = "inputs/balance.csv"\n'
        '[[sources]]\ntable = "wallet"\npath = "inputs/wallet.csv"\n'
    )
    run_case(case, out, lambda _: None, threads=1)
    with Matter.open(case) as matter:
        view = matter.holder(name)
        assert shown(view.schedule) == of_account(rows_of(out / "schedule.csv"), name)
        assert len(view.schedule.rows) == 1
