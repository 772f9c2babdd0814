"""Small cases for tests that care about one rule: rows by table, sections as text, and what a run made of them."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from administrator.progress import silent
from administrator.usecases.running import run_case

Row = dict[str, str]
HEAD = """[case]
title = "Re Example (invented)"
trigger = "bankruptcy"
regime = "custom"
commencement_at = 2026-03-31T09:00:00+09:00
currency = "{currency}"
[assets.{currency}]
decimals = 0
kind = "fiat"
[assets.BTC]
decimals = 2
[assets.ETH]
decimals = 3
"""
TABLES = {
    "account": "account,holder,kind", "balance": "account,asset,quantity", "wallet": "wallet,asset,quantity",
    "price": "asset,price", "claim": "claim,account,asset,quantity,standing", "recovery":
    "recovery,received_at,asset,quantity", "payment": "round,account,claim_asset,step,pay_asset,quantity", "journal":
    "posting,posted_at,account,asset,quantity,kind,reference", "transfer":
    "transfer,occurred_at,asset,quantity,sender,recipient,reference",
}  # fmt: skip


@dataclass
class Case:
    """A small case to be written, run and read."""

    sections: str = ""
    currency: str = "JPY"
    tables: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def run(self, folder: Path) -> dict[str, list[Row]]:
        """Run it and give every table by name."""
        write(folder, self)
        result = run_case(folder, folder / "out", silent, threads=1)
        assert not result.is_blocked, read(folder / "out/findings.csv")
        return files_of(folder)


def write(folder: Path, case: Case) -> Path:
    """Write a case folder."""
    (folder / "inputs").mkdir(parents=True)
    text = HEAD.format(currency=case.currency)
    tables: dict[str, Sequence[str]] = {"wallet": [], **case.tables}
    for table, rows in tables.items():
        text += f'[[sources]]\ntable = "{table}"\npath = "inputs/{table}.csv"\n'
        (folder / f"inputs/{table}.csv").write_text("\n".join([TABLES[table], *rows]) + "\n", encoding="utf-8")
    (folder / "case.toml").write_text(text + case.sections, encoding="utf-8")
    return folder


def files_of(folder: Path) -> dict[str, list[Row]]:
    """Read every table that a run of a case wrote, by name."""
    return {path.stem: read(path) for path in (folder / "out").glob("*.csv")}


def read(path: Path) -> list[Row]:
    """Read a file that a run wrote."""
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))
