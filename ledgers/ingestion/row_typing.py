"""How do the staged texts of one file become numbers, instants and words?

By SQL, a column at a time (relations/typed); only the rows that it refuses are looked at one by one, to say why. The
rows of a file that are accepted, rejected and ignored are counted here and compared with the count of its bytes.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import pyarrow as pa

from ledgers.display import display
from ledgers.errors import LedgerError, SourceError
from ledgers.ingestion.cells import CORRECT_THE_ROW, CellFault, Format, cell_faults
from ledgers.ingestion.codes import AssetCodes
from ledgers.ingestion.columns import ACCOUNT_COLUMNS, TABLES, Cell, subject_column
from ledgers.ingestion.fault_book import FaultBook
from ledgers.ingestion.instants import zone_days
from ledgers.ingestion.packed import packed_fault
from ledgers.ingestion.reader import UNFIT_REMEDIES, Met, Staging, TableFile
from ledgers.models import Finding, Severity
from ledgers.storage.books import Books
from ledgers.units import ExcessDigits, Scientific, format_units

if TYPE_CHECKING:
    from ledgers.configuration_sections import SourceSection

RELATIONS = Path(__file__).parent / "relations"
BATCH_ROWS = 20_000
RESERVED = ("row", "source_no", "unfit")


@dataclass(frozen=True, slots=True)
class Counts:
    """What became of the rows of one file."""

    rows: int
    rejected: int
    ignored: int


class RowTyping:
    """The typing of one file's staged rows."""

    def __init__(
        self,
        books: Books,
        faults: FaultBook,
        codes: AssetCodes,
        *,
        source_no: int,
        source: str,
        declared: SourceSection,
        table_file: TableFile,
    ) -> None:
        self._books = books
        self._faults = faults
        self._codes = codes
        self._source_no = source_no
        self._source = source
        self._declared = declared
        self._table = declared.table
        self._typed = f"typed_{declared.table}"
        self._file = table_file

    def run(self, staging: Staging) -> Counts:
        """Move what is staged into the typed table; what cannot be read becomes findings and rejects.

        Raises:
            SourceError: the rows read are not those counted.
        """
        ignored = self._ignore() + staging.blank.count
        rows = staging.typed + self._books.value("select count(*) + (select count(*) from unfit) from staged")
        counted = self._file.count()
        if staging.rows != counted or rows + ignored != counted:
            raise SourceError(
                f"{self._source}: {staging.rows} rows were read ({ignored} ignored), but its bytes hold {counted}. "
                "Report this file: one of the two counts is wrong."
            )
        rejected = self._reject_unfit()
        if self._declared.layout == "packed":
            rejected |= self._unpack()
        self._resolve_accounts()
        self._resolve_codes()
        self._resolve_days()
        self._type()
        rejected |= self._reject_typed()
        self._note(staging)
        return Counts(counted, len(rejected), ignored)

    def _ignore(self) -> int:
        """Leave out the rows that the source declares to be none; give how many."""
        if self._declared.ignore is None:
            return 0
        try:
            self._books.run(RELATIONS / "ignore.sql", pattern=self._declared.ignore)
        except duckdb.InvalidInputException as refused:
            raise SourceError(
                f"{self._source}: ignore is no regular expression to be used here ({display(str(refused), 200)}). "
                "Write it without looking ahead or back."
            ) from None
        ((rows, row),) = self._books.rows("select rows, row_met from ignored")
        if rows:
            shown = f'ignore "{display(self._declared.ignore)}"'
            self._say_first("rows-ignored", f"matches {shown} and was left out", Met(rows, row), "row")
        return int(rows)

    def _reject_unfit(self) -> set[int]:
        """Reject the records that have not the form of a row."""
        unfit = {row: about for row, *about in self._books.rows('select "row", "column", code, why from unfit')}
        for row, raw in self._file.raw(unfit.keys()):
            column, code, why = unfit[row]
            self._reject(row, "", [CellFault(column, "", code, why, UNFIT_REMEDIES.get(code, CORRECT_THE_ROW))], raw)
        return set(unfit)

    def _unpack(self) -> set[int]:
        """Take the packed cells apart; reject the rows where a cell is more than its positions."""
        pattern = self._declared.pattern
        assert pattern is not None
        groups = re.compile(pattern).groupindex
        self._books.run(
            RELATIONS / "unpack.sql",
            pattern=pattern,
            asset_group=groups["asset"],
            quantity_group=groups["quantity"],
        )
        apart = {
            row: rest for row, *rest in self._books.rows('select "row", account, positions, found from packed_apart')
        }
        for row, raw in self._file.raw(apart.keys()):
            account, positions, found = apart[row]
            self._reject(row, account or "", [packed_fault(account, positions, found)], raw)
        return set(apart)

    def _resolve_accounts(self) -> None:
        """Give the accounts of the file their keys."""
        column = "account" if self._table == "account" else ACCOUNT_COLUMNS.get(self._table)
        if column is not None:
            self._books.run(RELATIONS / "new_accounts.sql", {"column": column})

    def _resolve_codes(self) -> None:
        """Say which asset each code of the file means, as far as any declaration covers it."""
        columns = [column.name for column in TABLES[self._table] if column.cell is Cell.ASSET]
        for column in columns:
            self._books.run(RELATIONS / "new_codes.sql", {"column": column})
            codes = [code for (code,) in self._books.rows("select code from new_code order by code")]
            known = [(code, self._codes.key_of(code), self._codes.decimals_of(code)) for code in codes]
            self._insert("asset_code", [row for row in known if row[1] is not None])

    def _resolve_days(self) -> None:
        """Say what offset the declared zone has on each day that a row without an offset names."""
        column = next((column.name for column in TABLES[self._table] if column.cell is Cell.INSTANT), None)
        if column is None or self._declared.timezone is None:
            return
        self._books.run(RELATIONS / "local_days.sql", {"column": column})
        days = [day for (day,) in self._books.rows("select day from local_day order by day")]
        table = zone_days(self._declared.timezone, days)
        self._insert("zone_day", [(d.day, d.before_seconds, d.odd_from, d.odd_until, d.after_seconds) for d in table])

    def _insert(self, name: str, rows: list[tuple[Any, ...]]) -> None:
        if not rows:
            return
        columns = [pa.array(column) for column in zip(*rows, strict=True)]
        with self._books.lent("incoming_rows", pa.table(columns, [f"c{place}" for place in range(len(columns))])):
            self._books.run(RELATIONS / "insert.sql", {"relation": name})

    def _type(self) -> None:
        cells = {column.cell for column in TABLES[self._table]}
        parameters: dict[str, object] = {"source_no": self._source_no}
        if Cell.QUANTITY in cells:
            parameters["truncate"] = self._declared.excess_digits == "truncate"
        if cells & {Cell.QUANTITY, Cell.NUMBER}:
            parameters["scientific"] = self._declared.scientific == "accept"
        self._books.run(RELATIONS / "typed" / f"{self._table}.sql", None, **parameters)

    def _reject_typed(self) -> set[int]:
        """Reject the rows that SQL refused, each with what the definition says of it."""
        self._books.run(RELATIONS / "refused.sql", {"typed": self._typed}, source_no=self._source_no)
        if not self._books.value("select count(*) from refused"):
            return set()
        form = Format(
            ExcessDigits(self._declared.excess_digits),
            Scientific(self._declared.scientific),
            self._declared.timezone,
            self._codes.decimals_of,
        )
        rejected: set[int] = set()
        # One walk through the file gives the raw rows; both walks are in the order of rows.
        raws = self._file.raw({row for (row,) in self._books.rows('select distinct "row" from refused')})
        for row, cells in self._refused():
            faults = [fault for position in cells for fault in cell_faults(self._table, position, form)]
            if not faults:
                raise LedgerError(
                    f"{self._source}:{row}: was refused by column, and by cell nothing is wrong with it. "
                    "Report this row: two definitions disagree."
                )
            raw_row, raw = next(raws)
            assert raw_row == row, "the raw rows are walked in the same order"
            self._reject(row, cells[0].get(subject_column(self._table)) or "", faults, raw)
            rejected.add(row)
        self._books.run(RELATIONS / "drop_refused.sql", {"typed": self._typed}, source_no=self._source_no)
        return rejected

    def _refused(self) -> Iterator[tuple[int, list[dict[str, str | None]]]]:
        """Give the refused rows in order, each with its cells: several sets of them where the row was packed."""
        held: list[dict[str, str | None]] = []
        held_row = 0
        names = [name for (name,) in self._books.rows("select column_name from (describe refused)")]
        past = -1
        while True:
            rows = self._books.rows(
                "select * from refused where place > $past order by place limit $size",
                {"past": past, "size": BATCH_ROWS},
            )
            if not rows:
                break
            for values in rows:
                cells = dict(zip(names, values, strict=True))
                past, row = cells["place"], cells["row"]
                if row != held_row and held:
                    yield held_row, held
                    held = []
                held_row = row
                held.append(cells)
        if held:
            yield held_row, held

    def _reject(self, row: int, subject: str, faults: list[CellFault], raw: str) -> None:
        for fault in faults:
            self._faults.add_for_row(
                Finding(
                    fault.code,
                    Severity.BLOCKING,
                    f"{self._source}:{row}: {fault.why}.",
                    fault.remedy,
                    subject=subject,
                    source=self._source,
                    row=row,
                    column=fault.column,
                )
            )
        self._faults.reject(self._source, row, "; ".join(fault.why for fault in faults), raw)

    def _note(self, staging: Staging) -> None:
        """Say how many cells were read otherwise than as they stand, as the source declares."""
        if staging.mended.count:
            self._say_first("mended-cells", "a cell had carriage returns, which were taken out", staging.mended, "cell")
        if staging.blank.count:
            self._say_first("blank-rows", "is blank and was left out", staging.blank, "line")
        columns = {column.name: column for column in TABLES[self._table]}
        for name, column in columns.items():
            if column.cell in (Cell.QUANTITY, Cell.NUMBER) and self._declared.scientific == "accept":
                self._say_cells("scientific-notation", name, "scientific_cells.sql", "is in scientific notation")
            if column.cell is Cell.INSTANT and self._declared.timezone is not None:
                why = f"names a day only; read as 00:00 in {self._declared.timezone}"
                self._say_cells("day-as-midnight", name, "day_cells.sql", why)
            if column.cell is Cell.QUANTITY and self._declared.excess_digits == "truncate":
                self._note_cut(name, column.asset_column)

    def _say_cells(self, code: str, column: str, path: str, what: str) -> None:
        """Say of the first cell of a column what it is, and how many are."""
        self._books.run(RELATIONS / path, {"column": column})
        cells, row, cell = self._books.rows('select cells, "row", cell from cell_count')[0]
        if cells:
            self._say_first(code, f'{column} "{display(cell)}" {what}', Met(cells, row), "cell", column)

    def _say_first(self, code: str, what: str, met: Met, noun: str, column: str = "") -> None:
        """Say what the first of a kind is, and how many there are."""
        count = f"1 such {noun}" if met.count == 1 else f"{met.count} such {noun}s"
        message = f"{self._source}:{met.row}: {what}; {count} in the file."
        remedy = "Nothing to do; check that this is meant."
        self._faults.add(Finding(code, Severity.NOTE, message, remedy, source=self._source, row=met.row, column=column))

    def _note_cut(self, column: str, asset_column: str) -> None:
        """Say of each asset what truncation cut off, with the sign it had: what is kept and what is cut sum to the
        file."""
        self._books.run(
            RELATIONS / "cut.sql",
            {"column": column, "asset_column": asset_column, "typed": self._typed},
            source_no=self._source_no,
            scientific=self._declared.scientific == "accept",
        )
        sums: dict[int, Fraction] = defaultdict(Fraction)
        rows: dict[int, int] = defaultdict(int)
        firsts: dict[int, tuple[int, str]] = {}
        for key, is_negative, digits, count, row, cell in self._books.rows(
            'select asset_key, is_negative, digits, rows, "row", cell from cut'
        ):
            part = Fraction(int(digits), 10 ** len(digits)) * count
            sums[key] += -part if is_negative else part
            rows[key] += count
            firsts[key] = min((row, cell), firsts.get(key, (row, cell)))
        for key, total in sums.items():
            asset = self._codes.name_of(key)
            decimals = self._codes.decimals_of(asset) or 0
            quantity = _decimal(total / 10**decimals)
            row, cell = firsts[key]
            count = "1 such cell" if rows[key] == 1 else f"{rows[key]} such cells"
            self._faults.add(
                Finding(
                    "truncated-digits",
                    Severity.NOTE,
                    f'{self._source}:{row}: {column} "{display(cell)}" has digits behind the {decimals} decimals of '
                    f"{display(asset)}, which are cut off; {count} in the file, {quantity} in all.",
                    "Nothing to do; check that this is meant.",
                    asset=asset,
                    quantity=quantity,
                    source=self._source,
                    row=row,
                    column=column,
                )
            )


def _decimal(number: Fraction) -> str:
    """Write a fraction whose denominator is made of tens as an exact decimal."""
    places = 0
    while number.denominator != 1:
        number, places = number * 10, places + 1
    return format_units(number.numerator, places)
