"""What do the real data say, read a second time, and how does a case look that is made of them?

Imports nothing but the standard library. The data stay where they are: a case names them by absolute path, and only its
vault, which dies with the test's folder, holds a copy. What the data lack (wallets, books, prices of the theft) is made
up here and says so.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal, localcontext
from fractions import Fraction
from pathlib import Path

# ---------------------------------------------------------------- the second parse: 40 lines at most

HEADER = "Customer Code"


@dataclass
class Schedule:
    """The schedule of claims by the csv module and Decimal alone; quantities are whole 10^-16, NFTs whole ones."""

    ignored: list[int] = field(default_factory=list)
    broken: list[int] = field(default_factory=list)
    """Records whose cell has a carriage return inside."""
    rows: dict[str, int] = field(default_factory=dict)
    """By account; the first record of the file is 1."""
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
                read.ignored.append(row)
                continue
            assert account not in read.rows
            read.rows[account] = row
            read.broken += [row] if "\r" in cell else []
            for position in cell.replace("\r", "").removesuffix("]").split("],"):
                asset, quantity = position.split("[")
                units = Decimal(quantity).scaleb(0 if asset.startswith("NFT") else 16)
                assert units == int(units)
                assert (account, asset) not in read.positions
                read.positions[account, asset] = int(units)
    return read


def read_prices(path: Path) -> dict[str, Fraction]:
    """The price of one whole asset, exactly as written."""
    with path.open(encoding="ascii", newline="") as stream:
        return {row["asset"]: Fraction(row["price"]) for row in csv.DictReader(stream, strict=True)}


# ---------------------------------------------------------------- the schedule as a case

FIATS = ("USD", "AUD", "BRL", "CAD", "CHF", "EUR", "GBP", "HKD", "JPY", "MXN", "TRY", "ZAR")
"""Currencies that have a price of that day, the reporting currency first."""
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

{assets}

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
CATCH_ALL = ("*", "NFT*")
"""Where a carriage return stood for a blank, the mended code of an NFT has none: `NFT(12)`."""


def asset_section(code: str, decimals: int) -> str:
    if code.startswith("NFT"):
        return f'[assets."{code}"]\ndecimals = 0\nkind = "nft"'
    return f'[assets."{code}"]\ndecimals = {decimals}\nkind = "{"fiat" if code in FIATS else "crypto"}"'


def write_schedule_case(
    folder: Path, data: Path, owed: dict[str, int], *,
    decimals: int = PLACES, declared: str = f"{MEND}\n{IGNORE}", codes: tuple[str, ...] = CATCH_ALL,
) -> Path:  # fmt: skip
    """Write the schedule as a case whose wallets, made up, hold 60 % of what is owed of each asset.

    Args:
        folder: of the case, not there yet.
        data: where the real data lie.
        owed: whole units by asset.
        decimals: of every asset but the NFTs; wallets are left out where they are not those of the schedule.
        declared: what the source says of its dirt.
        codes: the assets declared besides the currencies, literally or by a pattern.
    """
    (folder / "inputs").mkdir(parents=True)
    document = SCHEDULE_CASE.format(
        assets="\n".join(asset_section(code, decimals) for code in (*FIATS, *codes)),
        schedule=data / "ftx_schedule" / "schedule_extract.csv",
        prices=data / "ftx_schedule" / "prices_2022-11-11_usd.csv",
        declared=declared,
    )
    (folder / "case.toml").write_text(document, encoding="utf-8")
    lines = ["wallet,asset,quantity,custody"]
    if decimals == PLACES and codes == CATCH_ALL:
        lines += [f"found,{asset},{plain(held_of(units), places(asset))},cold" for asset, units in owed.items()]
    (folder / "inputs" / "wallet.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


# ---------------------------------------------------------------- the theft as a case

THIEF = "unknown intruder"
THEFT = "theft of 2 August 2016"
BTC = 10**8
COLD = 200_000 * BTC
"""What the made-up exchange still holds."""
ACCOUNTS = {"A": 90_000 * BTC, "B": 120_000 * BTC + 1, "C": 7}
"""Made-up balances; D is owed the rest, so that what is owed is what the wallets once held."""
RETENTION, LIMIT, RECEIVED = 1_000_000_00, 25_000_000_00, 15_000_000_00

THEFT_CASE = """
[case]
title = "The thefts of 2 August 2016 from an exchange whose books are made up by a test"
trigger = "business_suspended"
regime = "custom"
commencement_at = 2016-08-03T00:00:00Z
currency = "USD"

[assets.USD]
decimals = 2
kind = "fiat"
[assets.BTC]
decimals = 8

[[sources]]
table = "transfer"
path = '{transfers}'
columns = {{ transfer = "txid", sender = "from", recipient = "to", quantity = "amount" }}
constants = {{ asset = "BTC", occurred_at = "2016-08-02T10:00:00Z" }}
{sources}
"""
THEFT_POLICY = f"""
[[policies]]
name = "made-up crime policy"
covers = ["external_theft"]
custody = ["hot"]
from = 2016-01-01
until = 2016-12-31
currency = "USD"
retention = "{RETENTION // 100}"
limit = "{LIMIT // 100}"
share = "0.9"
payee = "holders"
received = "{RECEIVED // 100}"
"""
THEFT_EVENT = f"""
[[events]]
name = "{THEFT}"
peril = "external_theft"
parties = ["{THIEF}"]
from = 2016-08-02T00:00:00Z
until = 2016-08-03T00:00:00Z
discovered_at = 2016-08-02T18:00:00Z
"""
LOSS_PRICE = 540_12
"""Made up, in cents."""


@dataclass
class Theft:
    """The transfers of the theft by the csv module alone, in satoshi, in the order of the file."""

    senders: list[str]
    recipients: list[str]
    quantities: list[int]

    def taken(self, *custodies: str) -> int:
        """Sum what left the made-up wallets of these custodies."""
        return sum(units for place, units in enumerate(self.quantities) if custody_of(place) in custodies)


def custody_of(place: int) -> str:
    """Every third wallet is warm, the others hot: made up, so that a policy covers only some."""
    return "warm" if place % 3 == 2 else "hot"


def read_theft(path: Path) -> Theft:
    with path.open(encoding="ascii", newline="") as stream:
        rows = list(csv.DictReader(stream, strict=True))
    units = [Decimal(row["amount"]).scaleb(8) for row in rows]
    assert all(one == int(one) for one in units)
    return Theft([row["from"] for row in rows], [row["to"] for row in rows], [int(one) for one in units])


def write_theft_case(folder: Path, data: Path, *, sections: str, labels: bool = True) -> Path:
    """Write the theft as transfers of a case; wallets, journal, balances, prices and labels are made up around it."""
    (folder / "inputs").mkdir(parents=True)
    transfers = data / "bitfinex_2016" / "theft_transfers.csv"
    theft = read_theft(transfers)
    total = sum(theft.quantities) + COLD
    balances = ACCOUNTS | {"D": total - sum(ACCOUNTS.values())}
    tables = {
        "wallet": ["wallet,asset,quantity,address,custody,opening", f"cold,BTC,{plain(COLD, 8)},,cold,{plain(COLD, 8)}"]
        + [
            f"wallet-{place},BTC,0,{sender},{custody_of(place)},{plain(units, 8)}"
            for place, (sender, units) in enumerate(zip(theft.senders, theft.quantities, strict=True))
        ],
        "balance": ["account,asset,quantity"] + [f"{name},BTC,{plain(units, 8)}" for name, units in balances.items()],
        "journal": ["posting,posted_at,account,asset,quantity,kind"]
        + [f"o-{name},2016-07-01T00:00:00Z,{name},BTC,{plain(units, 8)},opening" for name, units in balances.items()],
        "price": ["asset,price,price_set", "BTC,566.30,commencement", f"BTC,{plain(LOSS_PRICE, 2)},loss"],
        "label": ["address,party,kind"] + [f"{address},{THIEF},thief" for address in theft.recipients if labels],
    }
    for table, lines in tables.items():
        (folder / "inputs" / f"{table}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    sources = "".join(f'[[sources]]\ntable = "{table}"\npath = "inputs/{table}.csv"\n' for table in tables)
    document = THEFT_CASE.format(transfers=transfers, sources=sources) + sections
    (folder / "case.toml").write_text(document, encoding="utf-8")
    return folder
