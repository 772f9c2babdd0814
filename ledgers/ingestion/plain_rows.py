"""How are the rows of a large plain csv file typed without ever being text in the books?

Its bytes go, some megabytes at a time, through one compiled pass (plain_kernel) and come out as columns of keys, units
and instants, which are put into the typed table. What the pass is not sure of stays text: those lines are staged, and
typed by SQL and by cell as the rows of every other file. A file with many of them is no file for this, and is read the
other way from its beginning.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
import pyarrow as pa

from ledgers.ingestion import plain_kernel as kernel
from ledgers.ingestion.codes import AssetCodes
from ledgers.ingestion.columns import TABLES, Cell, Column
from ledgers.ingestion.csv_table import CELL_CHARACTERS_MAX, CsvTable, stage_records
from ledgers.ingestion.instants import zone_days
from ledgers.ingestion.plain_text import WORD_BYTES, NameKeys
from ledgers.ingestion.reader import Constant, Place, Staging
from ledgers.limbs import WHOLE_NUMBER

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from typing_extensions import TypeIs

    from ledgers.configuration_sections import SourceSection
    from ledgers.storage.books import Books

RELATIONS = Path(__file__).parent / "relations"
FILE_BYTES_MIN: Final = 1 << 20
"""Below this the compiled pass costs more to load than it saves."""
CHUNK_BYTES: Final = 4 << 20
PLAIN_TABLES: Final = frozenset(path.stem for path in (RELATIONS / "plain").glob("*.sql"))
LEFT_ROWS_MAX: Final = 10_000
LEARNT_ROWS: Final = 1 << 16
TAUGHT_ROWS: Final = 1 << 20
KINDS: Final = {
    Cell.TEXT: kernel.TEXT,
    Cell.ASSET: kernel.ASSET,
    Cell.QUANTITY: kernel.QUANTITY,
    Cell.WORD: kernel.WORD,
    Cell.INSTANT: kernel.INSTANT,
}


def is_plain(table_file: object, declared: SourceSection) -> TypeIs[CsvTable]:
    """Whether a file is one for this: large, plain, and nothing has to be done to its rows first."""
    return (
        isinstance(table_file, CsvTable)
        and table_file.plain_bytes >= FILE_BYTES_MIN
        and declared.table in PLAIN_TABLES
        and declared.layout == "columns"
        and declared.ignore is None
        and not declared.mend
    )


class AccountKeys(NameKeys):
    """The accounts that were met and their keys; the books hold the same."""

    def learn(self, books: Books) -> None:
        """Take up what the books got from files that were read another way."""
        known = len(self)
        for batch in books.batches(
            f"select account from account_key where account_key >= {known} order by account_key",  # noqa: S608  a number
            LEARNT_ROWS,
        ):
            self.add(batch.column(0))

    def teach(self, books: Books, known: int) -> None:
        """Give the books the names from `known` on."""
        for first in range(known, len(self), TAUGHT_ROWS):
            last = min(first + TAUGHT_ROWS, len(self))
            keys = pa.array(np.arange(first, last, dtype=np.int32))
            incoming = pa.table({"account_key": keys, "account": self.names(first, last)})
            with books.lent("incoming_rows", incoming):
                books.run(RELATIONS / "insert.sql", {"relation": "account_key"})


class PlainRows:
    """The reading of one large plain file."""

    def __init__(self, books: Books, codes: AssetCodes, accounts: AccountKeys) -> None:
        self._books = books
        self._codes = codes
        self._accounts = accounts

    def stage(
        self, table_file: CsvTable, declared: SourceSection, source_no: int, places: Mapping[str, Place]
    ) -> Staging | None:
        """Leave the rows in the typed table, and those not taken in `staged` and `unfit`.

        Returns:
            What was staged; None where too much of the file was not taken, and nothing is left of it.
        """
        self._accounts.learn(self._books)
        known = len(self._accounts)
        reading = _Reading(self._books, self._codes, self._accounts, declared, source_no, places, table_file.width)
        is_whole = reading.run(table_file)
        self._accounts.teach(self._books, known)
        if not is_whole:
            self._books.run(RELATIONS / "drop_source.sql", {"typed": f"typed_{declared.table}"}, source_no=source_no)
            return None
        records = ((row, line.split(","), "") for row, line in reading.left)
        staging = stage_records(self._books, records, table_file.width, places)
        return Staging(rows=reading.typed + staging.rows, typed=reading.typed)


class _Reading:
    """One file on its way."""

    def __init__(
        self,
        books: Books,
        codes: AssetCodes,
        accounts: AccountKeys,
        declared: SourceSection,
        source_no: int,
        places: Mapping[str, Place],
        width: int,
    ) -> None:
        self._books, self._codes, self._accounts = books, codes, accounts
        self._declared, self._source_no, self._width = declared, source_no, width
        self._columns = TABLES[declared.table]
        self._plan, self._constants = _plan(self._columns, places, width)
        self._spelled = NameKeys()
        self._answers = np.zeros((2, 1 << 9), np.int64)
        """Of each code, its asset and its decimals."""
        days = 0 if declared.timezone is None else kernel.LAST_DAY - kernel.FIRST_DAY + 1
        self._zone = np.full(days, kernel.UNASKED, np.int64)
        self._out = _room(0, len(self._columns))
        self._last = np.full(1, kernel.NULL, np.int64)
        """The key of the last account that was met: the next row is often of the same."""
        self._known = 0
        """Codes that were answered."""
        self._row = 0
        self.typed = 0
        self.left: list[tuple[int, str]] = []
        """Number and text of each line that was not taken."""

    def run(self, table_file: CsvTable) -> bool:
        """Read the file to its end; give whether it was one for this."""
        self._row = table_file.first_row
        for chunk in table_file.plain_chunks(CHUNK_BYTES):
            if len(chunk) > CELL_CHARACTERS_MAX:
                return False
            self._chunk(chunk)
            if len(self.left) > LEFT_ROWS_MAX:
                return False
        return True

    def _chunk(self, chunk: bytes) -> None:
        front = b"".join(self._constants)
        last = b"" if chunk.endswith(b"\n") else b"\n"
        held = np.frombuffer(b"".join((front, chunk, last, bytes(WORD_BYTES))), np.uint8)
        line, end = len(front), len(held) - WORD_BYTES
        rows = int(np.count_nonzero(held == kernel.FEED))
        if rows > len(self._out.rows):
            self._out = _room(rows, len(self._columns))
        spans = np.zeros((self._width + len(self._constants), 2), np.int64)
        at = 0
        for slot, text in enumerate(self._constants, self._width):
            spans[slot] = at, at + len(text)
            at += len(text)
        self._accounts.make_room(rows, end)
        taken = unread = 0
        while line < end:
            self._spelled.make_room(1, end)
            known = self._known
            taken, unread, line, self._row, column = kernel.read_rows(
                held, line, end, self._row, self._plan, self._width, spans, self._accounts.table, self._spelled.table,
                self._answers[0, :known], self._answers[1, :known], self._zone, self._out, taken, unread,
                self._last,
            )  # fmt: skip
            if column != kernel.NULL:
                self._answer(held, column, spans)
        self._keep(held, taken, unread)

    def _answer(self, held: NDArray[np.uint8], column: int, spans: NDArray[np.int64]) -> None:
        """Look up what the line at which reading stopped was asked for: an asset's code, or a day of the zone."""
        slot = self._plan.places[column]
        text = held[spans[slot, 0] : spans[slot, 1]].tobytes()
        if self._plan.kinds[column] == kernel.ASSET:
            code = text.decode("utf-8")
            key, decimals = self._codes.key_of(code), self._codes.decimals_of(code)
            if self._known == self._answers.shape[1]:
                self._answers = np.concatenate([self._answers, np.zeros_like(self._answers)], axis=1)
            self._answers[:, self._known] = kernel.NULL if key is None else key, decimals or 0
            self._known += 1
            return
        assert self._declared.timezone is not None, "only then is a day asked for"
        day = text[:10].decode("ascii")
        place = int(np.datetime64(day, "D").astype(np.int64)) - kernel.FIRST_DAY
        known = zone_days(self._declared.timezone, [day])
        is_even = bool(known) and known[0].odd_from is None
        self._zone[place] = known[0].before_seconds if is_even else kernel.AMBIGUOUS

    def _keep(self, held: NDArray[np.uint8], taken: int, unread: int) -> None:
        """Put what was taken into the typed table, and what was left with what is to be staged."""
        if taken:
            incoming = pa.table(dict(self._made(held, taken)))
            with self._books.lent("incoming", incoming):
                self._books.run(RELATIONS / "plain" / f"{self._declared.table}.sql", source_no=self._source_no)
            self.typed += taken
        for row, begin, end in self._out.left[:unread].tolist():
            self.left.append((row, held[begin:end].tobytes().decode("utf-8")))

    def _made(self, held: NDArray[np.uint8], taken: int) -> list[tuple[str, pa.Array]]:
        out = self._out
        columns: list[tuple[str, pa.Array]] = [("row", pa.array(out.rows[:taken]))]
        for place, column in enumerate(self._columns):
            is_known = out.is_known[place, :taken]
            kind = self._plan.kinds[place]
            name = column.name
            validity = None if is_known.all() else pa.py_buffer(np.packbits(is_known, bitorder="little"))
            if column.name in ("account",) or kind == kernel.ASSET:
                keys = np.ascontiguousarray(out.keys[place, :taken])
                name = f"{column.name}_key"
                made = pa.Array.from_buffers(pa.int32(), taken, [validity, pa.py_buffer(keys)])
            elif kind == kernel.QUANTITY:
                units = np.ascontiguousarray(out.units[place, :taken])
                made = pa.Array.from_buffers(WHOLE_NUMBER, taken, [validity, pa.py_buffer(units)])
            elif kind == kernel.INSTANT:
                instants = np.ascontiguousarray(out.instants[place, :taken])
                made = pa.Array.from_buffers(pa.timestamp("us"), taken, [validity, pa.py_buffer(instants)])
            elif kind == kernel.WORD:
                codes = pa.Array.from_buffers(
                    pa.int32(), taken, [validity, pa.py_buffer(np.ascontiguousarray(out.keys[place, :taken]))]
                )
                made = pa.DictionaryArray.from_arrays(codes, pa.array(list(column.words)))
            elif kind == kernel.TEXT:
                made = _texts(held, out.starts[place, :taken], out.lengths[place, :taken], validity)
            else:
                made = pa.nulls(taken, _type_of(column))
            columns.append((name, made))
        return columns


def _room(rows: int, columns: int) -> kernel.Rows:
    """Room for what one chunk gives."""
    return kernel.Rows(
        rows=np.empty(rows, np.int64),
        keys=np.empty((columns, rows), np.int32),
        units=np.empty((columns, rows, 2), np.uint64),
        instants=np.empty((columns, rows), np.int64),
        is_known=np.empty((columns, rows), np.bool_),
        starts=np.empty((columns, rows), np.int64),
        lengths=np.empty((columns, rows), np.int32),
        left=np.empty((rows, 3), np.int64),
    )


def _plan(
    columns: Sequence[Column], places: Mapping[str, Place], width: int
) -> tuple[kernel.Columns, list[bytes]]:
    """The columns of a table as the kernel wants them, and the constants that stand behind the cells of a line."""
    names = [column.name for column in columns]
    kinds, slots, traits, word_places = [], [], [], []
    constants: list[bytes] = []
    words: list[bytes] = []
    for column in columns:
        place = places.get(column.name)
        kind = kernel.ACCOUNT if column.name == "account" else KINDS[column.cell]
        slot = kernel.NULL
        if isinstance(place, Constant):
            if place.text:
                slot = width + len(constants)
                constants.append(place.text.encode("utf-8"))
        elif place is not None:
            slot = place - 1
        if slot == kernel.NULL and not column.is_required:
            kind = kernel.SKIPPED
        asset = names.index(column.asset_column) if column.cell is Cell.QUANTITY else 0
        kinds.append(kind)
        slots.append(slot)
        traits.append((column.is_required, column.is_signed, asset))
        word_places.append((len(words), len(words) + len(column.words)))
        words += [word.encode("ascii") for word in column.words]
    texts = np.frombuffer(b"".join((*words, bytes(WORD_BYTES))), np.uint8)
    begins = np.cumsum([0, *map(len, words)])
    return kernel.Columns(
        np.array(kinds, np.int64), np.array(slots, np.int64), np.array(traits, np.int64), begins, texts,
        np.array(word_places, np.int64),
    ), constants  # fmt: skip


def _texts(
    held: NDArray[np.uint8], starts: NDArray[np.int64], lengths: NDArray[np.int32], validity: pa.Buffer | None
) -> pa.Array:
    offsets = np.empty(len(starts) + 1, np.int32)
    text = np.empty(int(lengths.sum()), np.uint8)
    kernel.gather(held, np.ascontiguousarray(starts), np.ascontiguousarray(lengths), offsets, text)
    return pa.Array.from_buffers(pa.string(), len(starts), [validity, pa.py_buffer(offsets), pa.py_buffer(text)])


def _type_of(column: Column) -> pa.DataType:
    return {Cell.QUANTITY: WHOLE_NUMBER, Cell.INSTANT: pa.timestamp("us")}.get(column.cell, pa.string())
