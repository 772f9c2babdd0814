"""Lines and holders worked out by column are those of the relations: the same bytes of every file."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest

from administrator import plan_columns, stages, waterfall
from administrator.usecases import resuming
from administrator.usecases.running import run_case
from ledgers.storage.books import Books

ASSETS = ("BTC", "ETH", "JPY", "LOST", "NEVER")
"""LOST has no price; of NEVER nothing is held."""
HOLDS = ("", "", "", "", "kyc", "sanctions")


def write_case(seed: int, folder: Path) -> None:
    rng = random.Random(f"plan columns {seed}")
    accounts = [f"A{number:03}" for number in range(rng.choice((1, 7, 60)))]
    inputs = folder / "inputs"
    inputs.mkdir(parents=True)
    quantity = rng.choice((lambda: rng.randrange(100), lambda: rng.randrange(10**14), lambda: rng.choice((0, -3, 5))))
    (inputs / "account.csv").write_text(
        "account,holder,hold\n" + "".join(f"{account},h,{rng.choice(HOLDS)}\n" for account in accounts[::2])
    )
    balances = [(account, asset) for account in accounts for asset in ASSETS if rng.random() < 0.8]
    (inputs / "balance.csv").write_text(
        "account,asset,quantity\n" + "".join(f"{account},{asset},{quantity()}\n" for account, asset in balances)
    )
    held = "".join(f"w{asset},{asset},{rng.randrange(10 ** rng.randrange(15))}\n" for asset in ASSETS[:-1])
    (inputs / "wallet.csv").write_text("wallet,asset,quantity\n" + held)
    price = rng.choice(("0.000001", "7", "123456789012345678.5"))
    (inputs / "price.csv").write_text(
        f"asset,price_set,price\nBTC,commencement,{price}\nETH,commencement,3.5\nNEVER,commencement,1\n"
    )
    tables = ["account", "balance", "wallet", "price"]
    if rng.random() < 0.6:
        tables.append("payee")
        ways = [(account, asset) for account in accounts for asset in ("", *ASSETS) if rng.random() < 0.3]
        (inputs / "payee.csv").write_text(
            "account,asset,method,name\n" + "".join(f"{account},{asset},bank,h\n" for account, asset in ways)
        )
    sources = "".join(f'[[sources]]\ntable = "{table}"\npath = "inputs/{table}.csv"\n' for table in tables)
    minimum = rng.choice(("0", "50", "100000000000000000000"))
    (folder / "case.toml").write_text(
        '[case]\ntitle = "Columns"\ntrigger = "bankruptcy"\nregime = "custom"\n'
        'commencement_at = 2026-03-31T00:00:00Z\ncurrency = "JPY"\n'
        '[assets.JPY]\ndecimals = 0\nkind = "fiat"\n'
        + "".join(f"[assets.{asset}]\ndecimals = {8 if asset == 'BTC' else 18}\n" for asset in ASSETS if asset != "JPY")
        + f'{sources}[plan]\nminimum_payment = "{minimum}"\nholdback = "0.{rng.randrange(10)}"\n'
    )


@pytest.mark.parametrize("seed", range(24))
def test_lines_by_column_are_those_of_the_relations(
    seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[dict[str, bytes]] = []
    monkeypatch.setattr(resuming, "is_bulk", lambda case: True)
    monkeypatch.setattr(plan_columns, "ROWS_AT_ONCE", 16)
    by_column: list[int] = []
    whole = plan_columns.make_plan

    def by_relation(books: Books) -> None:
        books.run(waterfall.RELATIONS / "pool_award.sql")

    def make_plan(*given: Any) -> None:
        by_column.append(seed)
        whole(*given)

    monkeypatch.setattr(plan_columns, "make_plan", make_plan)
    for way in ("by column", "by relation"):
        if way == "by relation":
            monkeypatch.setattr(stages, "_is_first_in_kind", lambda books: False)
            monkeypatch.setattr(plan_columns, "make_pool_awards", by_relation)
        folder, out = tmp_path / way / "case", tmp_path / way / "out"
        write_case(seed, folder)
        result = run_case(folder, out, lambda progress: None, threads=1)
        assert not result.is_blocked, result.blocking
        made.append({path.name: path.read_bytes() for path in out.iterdir()})
    assert by_column == [seed]
    assert made[0] == made[1]


def test_a_sum_of_more_than_38_digits_is_said_and_never_wrapped() -> None:
    import numpy as np
    import pyarrow as pa

    from ledgers.limbs import WHOLE_NUMBER

    places, most = np.array([0, 1, 1]), 10**38 - 1
    sums = plan_columns._summed(places, 2, pa.array([most, 1, most - 1], WHOLE_NUMBER)).limbs
    assert [int(low) + (int(high) << 64) for low, high in sums] == [most, most]
    for rows in ([most, 2, most - 1], [most, most, most]):
        with pytest.raises(OverflowError, match="38 digits"):
            plan_columns._summed(places, 2, pa.array(rows, WHOLE_NUMBER))
