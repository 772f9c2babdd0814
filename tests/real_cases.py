"""What do the real data say, read a second time, and how does a case look that is made of them?

Imports nothing but the standard library. The data stay where they are: a case names them by absolute path, and only its
vault, which dies with the test's folder, holds a copy. What the data lack (wallets, books, prices of the theft) is made
up here and says so.
"""

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from decimal import Decimal, localcontext
from pathlib import Path

# ---------------------------------------------------------------- the second parse: 40 lines at most

HEADER = "Customer Code"


@dataclass
class Schedule:
    """The schedule of claims by the csv module and Decimal alone; quantities are whole 10^-16, NFTs whole ones."""

    ignored: int = 0
    mended: int = 0
    rows: dict[str, int] = field(default_factory=dict)
    """Record of the file by account, the first record being 1."""
    positions: dict[tuple[str, str], int] = field(default_factory=dict)

    def sum(self, sign: int) -> dict[str, int]:
        """Sum the positive or the negative positions by asset, without sign."""
        sums: dict[str, int] = defaultdict(int)
        for (_, asset), units in self.positions.items():
            sums[asset] += max(sign * units, 0)
        return sums


def read_schedule(path: Path) -> Schedule:
    read = Schedule()
    with path.open(encoding="ascii", newline="") as stream, localcontext(prec=60):
        for row, (account, cell) in enumerate(csv.reader(stream, strict=True), 1):
            if account.startswith(HEADER):
                read.ignored += 1
                continue
            assert account not in read.rows
            read.rows[account] = row
            read.mended += "\r" in cell
            for position in cell.replace("\r", "").removesuffix("]").split("],"):
                asset, quantity = position.split("[")
                units = Decimal(quantity).scaleb(0 if asset.startswith("NFT") else 16)
                assert units == int(units)
                assert (account, asset) not in read.positions
                read.positions[account, asset] = int(units)
    return read


# ---------------------------------------------------------------- the schedule as a case

FIATS = ("AUD", "BRL", "CAD", "CHF", "EUR", "GBP", "HKD", "JPY", "MXN", "TRY", "ZAR")
"""Currencies that have a price of that day; the reporting currency apart."""
PLACES = 16


def places(asset: str) -> int:
    return 0 if asset.startswith("NFT") else PLACES


def plain(units: int, decimals: int) -> str:
    """Write units as a plain decimal at full scale."""
    sign, digits = "-" * (units < 0), str(abs(units)).rjust(decimals + 1, "0")
    return sign + (f"{digits[:-decimals]}.{digits[-decimals:]}" if decimals else digits)


def held_of(owed: int) -> int:
    """Sixty hundredths of what is owed, whole units."""
    return owed * 60 // 100


SCHEDULE_CASE = """
[case]
title = "A schedule of customer claims, with wallets made up by a test"
trigger = "chapter_11"
regime = "custom"
commencement_at = 2022-11-11T00:00:00-05:00
currency = "USD"

[assets.USD]
decimals = {decimals}
kind = "fiat"
{fiats}
[assets."*"]
decimals = {decimals}
[assets."NFT*"]
decimals = 0
kind = "nft"

[[sources]]
table = "balance"
path = '{schedule}'
layout = "packed"
pattern = '(?P<asset>[^\\[,]+)\\[(?P<quantity>[^\\]]*)\\]'
columns = {{ account = 1, positions = 2 }}
encoding = "ascii"
{declared}

[[sources]]
table = "wallet"
path = "inputs/wallet.csv"

[[sources]]
table = "price"
path = '{prices}'
scientific = "accept"
"""
MEND = 'mend = ["carriage-return"]'
IGNORE = f"ignore = '^{HEADER}'"


def write_schedule_case(
    folder: Path, data: Path, owed: dict[str, int], *, decimals: int = PLACES, declared: str = f"{MEND}\n{IGNORE}"
) -> Path:
    """Write the schedule as a case whose wallets, made up, hold 60 % of what is owed of each asset."""
    (folder / "inputs").mkdir(parents=True)
    fiats = "\n".join(f'[assets.{code}]\ndecimals = {decimals}\nkind = "fiat"' for code in FIATS)
    document = SCHEDULE_CASE.format(
        decimals=decimals,
        fiats=fiats,
        schedule=data / "ftx_schedule" / "schedule_extract.csv",
        prices=data / "ftx_schedule" / "prices_2022-11-11_usd.csv",
        declared=declared,
    )
    (folder / "case.toml").write_text(document, encoding="utf-8")
    lines = ["wallet,asset,quantity,custody"]
    lines += [f"found,{asset},{plain(held_of(units), places(asset))},cold" for asset, units in owed.items()]
    (folder / "inputs" / "wallet.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder
