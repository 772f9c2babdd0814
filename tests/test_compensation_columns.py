"""What policies and reserves give, worked out by column, is what the relations make of it, byte for byte."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from administrator import compensation_columns, waterfall
from administrator.cli import main
from administrator.compensation_columns import BasesByColumn
from administrator.usecases import resuming
from ledgers.storage.books import Books
from tests.written import Written

PERILS = '["external_theft", "unexplained", "insider_theft", "misappropriation"]'


def written(folder: Path, seed: int) -> Written:
    """A theft out of two wallets, an insider's withdrawal, layers, sublimits, an estate payee, two reserves."""
    rng = random.Random(f"compensation columns {seed}")
    accounts = [f"A{number:03}" for number in range(rng.choice((1, 5, 40)))]
    balances = [
        f"{account},{asset},{rng.randrange(1, 10**rng.randrange(1, 9))}"
        for account in accounts for asset in ("BTC", "JPY") if rng.random() < 0.8
    ]  # fmt: skip
    tail = "".join(
        f'[[policies]]\nname = "layer {layer}"\ncovers = {PERILS}\nfrom = 2020-01-01\nuntil = 2030-12-31\n'
        f'currency = "JPY"\nretention = "{rng.randrange(10**9)}"\nlimit = "{rng.randrange(1, 10**11)}"\n'
        f'payee = "{rng.choice(("holders", "holders", "estate"))}"\nreceived = "{rng.randrange(10**10)}"\n'
        + rng.choice(("", 'custody = ["hot"]\n', '[[policies.sublimits]]\ncustody = "hot"\nlimit = "100000"\n'))
        for layer in range(rng.randrange(4))
    )
    tail += "".join(
        f'[[reserves]]\nname = "r{number}"\namount = "{rng.randrange(10**10)}"\ncurrency = "JPY"\ncovers = {PERILS}\n'
        f"ring_fenced = {rng.choice(('true', 'true', 'false'))}\n"
        for number in range(rng.randrange(1, 3))
    )
    tail += '[[events]]\nname = "theft"\nperil = "external_theft"\nparties = ["thief"]\n'
    pooling = rng.choice(("per_asset", "per_asset", "by_value"))
    tail += f'[plan]\npooling = "{pooling}"\nholdback = "0.{rng.randrange(9)}"\n'
    return Written(
        folder,
        {
            "balance": "account,asset,quantity\n" + "\n".join(balances),
            "wallet": """wallet,asset,quantity,custody,opening
                hot,BTC,10,hot,5000
                cold,BTC,7,cold,9000
                bank,JPY,5,bank,99""",
            "transfer": "transfer,occurred_at,asset,quantity,sender,recipient\n"
            "t1,2026-03-01T00:00:00Z,BTC,4990,hot,thief\nt2,2026-03-02T00:00:00Z,BTC,8993,cold,thief\n"
            "t3,2026-03-03T00:00:00Z,JPY,94,bank,officer",
            "label": "address,party,kind\nthief,thief,thief\nofficer,officer,insider",
            "price": "asset,price,price_set\nBTC,3.7,commencement\nBTC,4,distribution",
        },
        tail,
    )


@pytest.mark.parametrize("seed", range(16))
def test_compensation_by_column_is_that_of_the_relations(
    seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resuming, "is_bulk", lambda case: True)
    monkeypatch.setattr(compensation_columns, "ROWS_AT_ONCE", 16)
    shared: list[int] = []
    finish = BasesByColumn.finish

    def finished(self: BasesByColumn) -> None:
        shared.append(seed)
        finish(self)

    monkeypatch.setattr(BasesByColumn, "finish", finished)
    by_column = written(tmp_path / "column", seed)
    assert shared == [seed]

    def by_relation(books: Books, terms: waterfall.Terms) -> waterfall.BasesByRelation:
        return waterfall.BasesByRelation(books, terms)

    monkeypatch.setattr(waterfall, "_bases", by_relation)
    by_definition = written(tmp_path / "relation", seed)
    assert shared == [seed]
    for path in sorted(by_column.out.iterdir()):
        assert path.read_bytes() == (by_definition.out / path.name).read_bytes(), path.name
    assert by_column.faults() == []


@pytest.mark.parametrize("is_by_column", [True, False])
def test_who_gets_nothing_of_a_fund_is_told_why(
    is_by_column: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(resuming, "is_bulk", lambda case: is_by_column)
    case = Written(
        tmp_path / "case",
        {
            "balance": "account,asset,quantity\nlarge,JPY,1000000\nsmall,JPY,100",
            "wallet": "wallet,asset,quantity,custody\nbank,JPY,0,bank",
        },
        '[[reserves]]\nname = "fund"\namount = "50"\ncurrency = "JPY"\ncovers = ["unexplained"]\nring_fenced = true\n',
    )
    assert case.due("reserve:fund") == {"large": "49"}
    assert main(["run", str(case.folder), "--quiet"]) == 0
    assert main(["explain", str(case.folder), "small"]) == 0
    told = capsys.readouterr().out
    assert "reserve:fund for JPY" in told
    assert "the step gives 49 JPY to unmet bases of 1000100 JPY" in told
    if is_by_column:
        assert "this line's share is less than the smallest unit of the currency" in told
