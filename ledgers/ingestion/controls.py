"""Do the files hold what their sender says they hold?

What [sources.control] states (rows, and the sum of `quantity` by asset, of all paths of a source together) against
what was accepted. A difference blocks: a row too few is somebody's money, and no other figure would show it. Rows of a
source that are parts of one figure (duplicates = "sum") are counted and summed as read. Nothing is corrected here, and
a source of which nobody stated anything is not looked at.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ledgers.configuration_checks import code_of
from ledgers.display import display
from ledgers.ingestion.columns import SUMMABLE
from ledgers.models import Asset, Finding, Severity, SourceCount
from ledgers.units import ExcessDigits, Scientific, format_units, read_quantity

if TYPE_CHECKING:
    from ledgers.configuration import CaseConfiguration
    from ledgers.configuration_sections import ControlSection, SourceSection
    from ledgers.storage.books import Books

RELATIONS = Path(__file__).parent / "relations"
HALF = 10**19
"""Quantities are summed in halves, so that a sum of any length is compared."""
ASSET_COLUMNS = {"payment": "pay_asset"}
"""Where the asset of the quantity stands, in tables that name it otherwise."""
REMEDY = (
    "Ask who stated it, or for the file again; correct control in case.toml only where the statement itself is wrong."
)


class Controls:
    """What the senders of one case stated, on its way to be compared."""

    def __init__(self, case: CaseConfiguration, books: Books) -> None:
        self._case = case
        self._books = books
        self._stated: list[tuple[int, SourceSection, ControlSection]] = []
        """With the number of the first file of each source."""
        source_no = 1
        for declared in case.sources:
            if declared.control is not None:
                self._stated.append((source_no, declared, declared.control))
            source_no += len(declared.path)
        self._as_read: dict[int, dict[int, int]] = {}
        books.run(RELATIONS / "control_begin.sql")

    def sum_parts(self) -> None:
        """Sum what will be merged, while it is still apart: before it is numbered.

        Where one source of a table is declared `sum`, its rows may come to stand in the first row of any other.
        """
        merged = {declared.table for declared in self._case.sources if declared.duplicates == "sum"}
        for first, declared, control in self._stated:
            if control.totals and declared.table in merged and declared.table in SUMMABLE:
                self._as_read[first] = self._sums(f"typed_{declared.table}", "asset_key", first, declared)

    def compare(self, counts: Sequence[SourceCount], numbered: Mapping[int, Asset]) -> list[Finding]:
        """Keep what was stated and measured in `control`, and give a finding for each difference.

        Args:
            counts: of every file, numbered from 1.
            numbered: asset by the key it had before it was numbered.
        """
        findings: list[Finding] = []
        by_no = {asset.asset_no: asset for asset in numbered.values()}
        for first, declared, control in self._stated:
            own = counts[first - 1 : first - 1 + len(declared.path)]
            if control.rows is not None:
                findings += self._rows(declared, control, own)
            if not control.totals:
                continue
            if first in self._as_read:
                sums: dict[str, int] = {}
                for key, units in self._as_read[first].items():
                    sums[numbered[key].asset] = sums.get(numbered[key].asset, 0) + units
            else:
                asset_column = f"{ASSET_COLUMNS.get(declared.table, 'asset')}_no"
                measured = self._sums(declared.table, asset_column, first, declared)
                sums = {by_no[number].asset: units for number, units in measured.items()}
            findings += self._totals(declared, control, sums, {asset.asset: asset for asset in by_no.values()})
        return findings

    def _sums(self, relation: str, asset: str, first: int, declared: SourceSection) -> dict[int, int]:
        past = first + len(declared.path)
        if declared.layout == "statement":
            path = RELATIONS / "control_sum_statement.sql"
            self._books.run(path, wallet=declared.wallet, first=first, past=past, half=HALF)
        else:
            names = {"relation": relation, "asset": asset}
            self._books.run(RELATIONS / "control_sum.sql", names, first=first, past=past, half=HALF)
        found = self._books.rows(
            "select asset, high::varchar, low::varchar from control_sum where asset is not null order by asset"
        )
        return {key: int(high) * HALF + int(low) for key, high, low in found}

    def _rows(
        self, declared: SourceSection, control: ControlSection, counts: Sequence[SourceCount]
    ) -> Iterator[Finding]:
        assert control.rows is not None
        accepted, rejected, ignored = (
            sum(getattr(count, name) for count in counts) for name in ("accepted", "rejected", "ignored")
        )
        self._keep(declared, control, "rows", "", str(control.rows), str(accepted))
        if accepted == control.rows:
            return
        what = "more" if accepted > control.rows else "fewer"
        apart = f" ({rejected} rejected, {ignored} ignored)" if rejected or ignored else ""
        yield self._finding(
            "control-rows",
            declared,
            f"{_places(declared)}: {_by(control)} {control.rows:,} rows, and {accepted:,} were accepted{apart}: "
            f"{abs(accepted - control.rows):,} {what}.",
        )

    def _totals(
        self, declared: SourceSection, control: ControlSection, sums: Mapping[str, int], assets: Mapping[str, Asset]
    ) -> Iterator[Finding]:
        for spelled, text in sorted(control.totals.items(), key=lambda item: item[0].encode()):
            code = code_of(self._case.assets, spelled)
            asset = assets.get(code)
            if asset is None:
                # Of a pattern, and no row has it: its scale is of no matter, for nothing was measured.
                stated, measured, difference = text, "0", text.lstrip("-")
                differs = bool(text.strip("-0."))
                is_more = text.startswith("-")
            else:
                units = read_quantity(text, asset.decimals, ExcessDigits.REFUSE, Scientific.REFUSE).units
                counted = sums.get(code, 0)
                stated, measured = (format_units(one, asset.decimals) for one in (units, counted))
                difference = format_units(abs(counted - units), asset.decimals)
                differs, is_more = counted != units, counted > units
            self._keep(declared, control, "quantity", code, stated, measured)
            if differs:
                shown = display(code)
                yield self._finding(
                    "control-total",
                    declared,
                    f'{_places(declared)}: column quantity: {_by(control)} {stated} {shown}, and the accepted rows sum '
                    f"to {measured} {shown}: {difference} {'more' if is_more else 'less'}.",
                    asset=code,
                    quantity=difference if is_more else f"-{difference}",
                    column="quantity",
                )

    def _finding(
        self, code: str, declared: SourceSection, message: str, *, asset: str = "", quantity: str = "", column: str = ""
    ) -> Finding:
        return Finding(
            code, Severity.BLOCKING, message, REMEDY, subject=asset, asset=asset, quantity=quantity,
            source=declared.path[0], column=column,
        )  # fmt: skip

    def _keep(
        self, declared: SourceSection, control: ControlSection, measure: str, asset: str, stated: str, measured: str
    ) -> None:
        self._books.insert(
            "control", declared.path[0], _places(declared), measure, asset, stated, measured, control.stated_by
        )


def _places(declared: SourceSection) -> str:
    more = len(declared.path) - 1
    return declared.path[0] + (f" and {more} more" if more else "")


def _by(control: ControlSection) -> str:
    return "the sender states" if control.stated_by is None else f'"{display(control.stated_by)}" states'
