"""Accounts and balances that lie in order are numbered as any others are."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest

from ledgers.configuration import read_case
from ledgers.ingestion import numbering, plain_rows
from ledgers.ingestion.load import load
from ledgers.storage.books import Books

CASE = """
[case]
title = "Re Order"
trigger = "bankruptcy"
regime = "custom"
commencement_at = 2026-03-31T09:00:00+09:00
currency = "JPY"
[assets.JPY]
decimals = 0
kind = "fiat"
[assets.BTC]
decimals = 8
[assets.AXS]
decimals = 4
[[sources]]
table = "balance"
path = "balance.csv"
[[sources]]
table = "account"
path = "account.csv"
[[sources]]
table = "claim"
path = "claim.csv"
[[sources]]
table = "wallet"
path = "wallet.csv"
"""
IDS = ["a", "a\u0301", "b", "é", "ｂ", "山", "𠮷", "\U0010ffff", *(f"n{number:03}" for number in range(300))]
ASSETS = ("AXS", "BTC", "JPY")


def loaded(folder: Path) -> dict[str, Any]:
    with Books.create(folder, None, threads=2, memory_limit="1GB", bulk=True) as books:
        load(read_case(folder), books, lambda _: None)
        queries = {
            "account": "select * from account", "balance": "select * from balance",
            "claim": "select * from claim order by all", "finding": "select * from finding order by all",
        }  # fmt: skip
        return {name: books.rows(query) for name, query in queries.items()}


def write(folder: Path, ids: list[str], pairs: list[tuple[str, str]], listed: list[str]) -> None:
    folder.mkdir()
    (folder / "case.toml").write_text(CASE)
    rows = [f"{account},{asset},{number}" for number, (account, asset) in enumerate(pairs)]
    (folder / "balance.csv").write_text("\n".join(["account,asset,quantity", *rows, ""]))
    (folder / "account.csv").write_text("\n".join(["account,kind", *(f"{account}," for account in listed), ""]))
    (folder / "wallet.csv").write_text("wallet,asset,quantity\nw,BTC,1\n")
    (folder / "claim.csv").write_text(f"claim,account,asset,quantity\nc1,{ids[0]},BTC,1\nc2,{ids[-1]},JPY,1\n")


@pytest.mark.parametrize("way", ["in order", "balances shuffled", "all shuffled", "one is unlisted", "one is added"])
@pytest.mark.parametrize("seed", range(3))
def test_records_are_the_same_in_whatever_order_rows_lie(
    way: str, seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rng = random.Random(f"{way} {seed}")
    ids = sorted(IDS, key=lambda name: name.encode())
    pairs = [(account, asset) for account in ids for asset in ASSETS]
    listed = list(ids)
    if way in ("balances shuffled", "all shuffled"):
        rng.shuffle(pairs)
    if way == "all shuffled":
        rng.shuffle(listed)
    if way == "one is unlisted":
        listed.remove(rng.choice(ids[1:]))
    if way == "one is added":
        listed.insert(rng.randrange(len(ids)), "n0005")
    # Only the compiled pass gives keys in the order in which it meets the ids.
    monkeypatch.setattr(plain_rows, "FILE_BYTES_MIN", 0)
    taken: list[bool] = []
    whole = numbering._has_accounts_in_order

    def has_accounts_in_order(books: Books) -> bool:
        taken.append(whole(books))
        return taken[-1]

    monkeypatch.setattr(numbering, "_has_accounts_in_order", has_accounts_in_order)
    write(tmp_path / "one", ids, pairs, listed)
    found = loaded(tmp_path / "one")
    monkeypatch.setattr(numbering, "_has_accounts_in_order", lambda books: False)
    assert found == loaded(tmp_path / "one")
    assert [row[1] for row in found["account"]] == sorted({*ids, *listed}, key=lambda name: name.encode())
    assert [row[:2] for row in found["balance"]] == sorted(row[:2] for row in found["balance"])
    # Balances come before the list, and give the accounts their keys.
    assert taken == [way == "in order"]
