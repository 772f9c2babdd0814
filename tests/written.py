"""A case written in a test: its tables as text, what its run wrote as rows."""

from __future__ import annotations

import csv
from pathlib import Path

from administrator.plans.verify import verify
from administrator.progress import silent
from administrator.usecases.running import RunResult, run_case

HEAD = """[case]
title = "Re Written Exchange (invented)"
trigger = "{trigger}"
regime = "{regime}"
commencement_at = {commencement_at}
currency = "{currency}"
"""
ASSETS = {
    "JPY": 'decimals = 0\nkind = "fiat"', "USD": 'decimals = 2\nkind = "fiat"', "BTC": "decimals = 8",
    "ETH": "decimals = 18", "BCH": "decimals = 8",
}  # fmt: skip
Row = dict[str, str]


class Written:
    """One case, run once."""

    def __init__(
        self, folder: Path, tables: dict[str, str], tail: str = "", *, assets: tuple[str, ...] = ("JPY", "BTC"),
        currency: str = "JPY", commencement_at: str = "2026-03-31T09:00:00+09:00", trigger: str = "bankruptcy",
        more: str = "", regime: str = "custom",
    ) -> None:  # fmt: skip
        (folder / "inputs").mkdir(parents=True)
        text = HEAD.format(currency=currency, commencement_at=commencement_at, trigger=trigger, regime=regime)
        text += f"{more}\n"
        text += "".join(f"\n[assets.{code}]\n{ASSETS[code]}\n" for code in assets)
        for table, rows in tables.items():
            text += f'\n[[sources]]\ntable = "{table}"\npath = "inputs/{table}.csv"\n'
            lines = [line.strip() for line in rows.strip().splitlines()]
            (folder / "inputs" / f"{table}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
        (folder / "case.toml").write_text(f"{text}\n{tail}", encoding="utf-8")
        self.folder, self.out = folder, folder / "result"
        self.result: RunResult = run_case(folder, self.out, silent, threads=1)

    def rows(self, name: str) -> list[Row]:
        with (self.out / f"{name}.csv").open(encoding="utf-8", newline="") as stream:
            return list(csv.DictReader(stream))

    def codes(self) -> set[str]:
        return {row["code"] for row in self.rows("findings")}

    def due(self, step: str, column: str = "entitled") -> dict[str, str]:
        """One column of the lines of one step, by account and, where it is not allowed, part."""
        return {
            row["account"] + (f" {row['part']}" if row["part"] else ""): row[column]
            for row in self.rows("schedule") if row["step"] == step
        }  # fmt: skip

    def pool(self, name: str) -> Row:
        (row,) = [row for row in self.rows("pools") if row["pool"] == name]
        return row

    def faults(self) -> list[str]:
        """What the second computation finds wrong with the files."""
        return [str(fault) for fault in verify(self.out).faults]
