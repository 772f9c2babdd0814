"""Which assets does a file name, with how many decimals, and what do their quantities sum to?

Of all rows that were seen, exactly. Where those are all the rows of the file the sums are its totals, for a person to
hold against what the sender says; otherwise they are not shown. A cell that is no plain number is counted, not read.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from ledgers.surveying.forms import decimals_of
from ledgers.surveying.samples import Sample
from ledgers.surveying.tables import Table
from ledgers.units import PLAIN_DECIMAL, SCIENTIFIC, UNITS_DIGITS_MAX, format_units

ASSETS_MAX = 5_000
KEYS_MAX = 500_000
DIGITS_MAX = 60
"""Of a cell that is summed; a longer one is no quantity that any case could take."""
KEYS = {"balance": "account", "wallet": "wallet"}


@dataclass(slots=True)
class AssetSeen:
    """What was seen of one asset, spelled like this."""

    rows: int = 0
    decimals: int = 0
    """The most that say anything; zeros at the end are padding."""
    deep_rows: Counter[int] = field(default_factory=Counter)
    """Rows by their number of decimals."""
    units: int = 0
    """The sum, in units of DIGITS_MAX decimals."""

    @property
    def total(self) -> str:
        """The sum as a plain decimal."""
        whole, _, fraction = format_units(self.units, DIGITS_MAX).partition(".")
        return f"{whole}.{fraction.rstrip('0')}".rstrip(".")


@dataclass(slots=True)
class Sums:
    """What the quantities of one file are."""

    assets: dict[str, AssetSeen] = field(default_factory=dict)
    has_more_assets: bool = False
    rows: int = 0
    ragged: int = 0
    """Rows with another number of cells, and the first of them."""
    ragged_row: int = 0
    scientific: int = 0
    unread: int = 0
    """Quantities that are no plain decimal."""
    unread_row: int = 0
    unread_text: str = ""
    negative: int = 0
    long: int = 0
    """Quantities of more than 38 digits."""
    repeated: int = 0
    """Rows with a key that another row has."""


def sums_of(sample: Sample, table: Table, constant: str | None, pattern: str, ignore: str) -> Sums:
    """Read assets and quantities of all the rows that were seen, but for those that `ignore` matches."""
    sums = Sums()
    places = {name: place - 1 for name, place in table.places.items()}
    positions = re.compile(pattern)
    ignored = re.compile(ignore) if ignore else None
    keys: set[int] = set()
    key_place = places.get(KEYS.get(table.table, ""))
    for row, cells in sample.records():
        sums.rows += 1
        if ignored is not None and ignored.match(cells[0]):
            continue
        if len(cells) != sample.width:
            sums.ragged += 1
            sums.ragged_row = sums.ragged_row or row
            continue
        for asset, quantity in _positions(cells, places, constant, positions):
            if asset:
                _add(sums, asset, quantity, row)
                if key_place is not None and len(keys) < KEYS_MAX:
                    key = hash((cells[key_place], asset))
                    sums.repeated += key in keys
                    keys.add(key)
    return sums


def _positions(
    cells: list[str], places: Mapping[str, int], constant: str | None, positions: re.Pattern[str]
) -> Iterator[tuple[str, str]]:
    if "positions" in places:
        for found in positions.finditer(cells[places["positions"]]):
            yield found["asset"], found["quantity"]
        return
    asset = cells[places["asset"]] if "asset" in places else constant or ""
    sides = [name for name in ("quantity", "credit", "debit") if name in places]
    for name in sides:
        yield asset, cells[places[name]]
    if not sides:
        for name in ("asset", "claim_asset", "pay_asset"):
            if name in places:
                yield cells[places[name]], ""


def _add(sums: Sums, asset: str, quantity: str, row: int) -> None:
    seen = sums.assets.get(asset)
    if seen is None:
        if len(sums.assets) >= ASSETS_MAX:
            sums.has_more_assets = True
            return
        seen = sums.assets[asset] = AssetSeen()
    seen.rows += 1
    if not quantity:
        return
    plain = PLAIN_DECIMAL.fullmatch(quantity) if len(quantity) <= DIGITS_MAX else None
    if plain is None:
        if len(quantity) <= DIGITS_MAX and SCIENTIFIC.fullmatch(quantity):
            sums.scientific += 1
            return
        sums.unread += 1
        if not sums.unread_text:
            sums.unread_row, sums.unread_text = row, quantity
        return
    fraction = plain["fraction"] or ""
    decimals = decimals_of(quantity)
    seen.decimals = max(seen.decimals, decimals)
    seen.deep_rows[decimals] += 1
    sums.long += len(plain["whole"].lstrip("0")) + decimals > UNITS_DIGITS_MAX
    units = int(plain["whole"] + fraction.ljust(DIGITS_MAX, "0"))
    seen.units += -units if plain["sign"] else units
    sums.negative += bool(plain["sign"])
