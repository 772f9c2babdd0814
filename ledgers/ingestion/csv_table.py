"""What rows does a csv file have, as text?

The definition is Python's csv module in strict mode: comma, quotes doubled inside. A plain file (no quote, no NUL,
one kind of line end, no blank line, UTF-8), which most big exports are, is read by DuckDB many times faster, with
everything that guesses switched off; where it meets anything it does not expect, the definition reads the file again
and names the row. Tests compare the two. A file in another encoding, or packed by gzip, is first written out as UTF-8
in the case's work folder.
"""

from __future__ import annotations

import codecs
import csv
import gzip
import io
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Final

import duckdb

from ledgers.display import display
from ledgers.errors import SourceError, StorageError
from ledgers.ingestion.counting import BYTE_ORDER_MARK, CHUNK_BYTES, RecordCount, chunks_of_lines
from ledgers.ingestion.reader import RAW_CHARACTERS_MAX, Constant, Met, Place, Staging
from ledgers.ingestion.receipt import Receipt

if TYPE_CHECKING:
    import pyarrow as pa

    from ledgers.configuration_sections import SourceSection
    from ledgers.storage.books import Books

RELATIONS = Path(__file__).parent / "relations"
CELL_CHARACTERS_MAX = 16 << 20
COLUMNS_MAX = 10_000
BATCH_ROWS = 50_000
PATTERN_MARKS = frozenset("*?[]{}")
"""In the name of a folder above the case, they would make DuckDB look for other files."""
BYTES_MAX_UNPACKED = 1 << 30
UNPACKED_TIMES_MAX = 200
"""A gzip file that is more than both of these larger inside is a bomb: exports pack to a tenth."""
UNDECODABLE_ROWS_MAX = 1_000
"""More rows than this with bytes that are no text mean that the encoding is declared wrongly."""
MENDED: Final = "\ud800"
"""Stands for a carriage return while the csv module splits cells: half of a character, which no text has. UTF-7 can
write it all the same, and such a file is refused."""
Record = tuple[int, list[str], str]
"""row, cells, what is wrong with its form"""
Unfit = tuple[int, str, str, str, str]
"""row, first cell, code of the finding, why, raw"""


class CsvTable:
    """One csv file, open to be staged."""

    def __init__(self, receipt: Receipt, declared: SourceSection, scratch: Path) -> None:
        self._source = receipt.source
        self._mends = "carriage-return" in declared.mend
        self._encoding = codecs.lookup(declared.encoding).name
        self._text = self._as_utf8(receipt, scratch)
        self._errors = "surrogateescape" if self._is_utf8 else "surrogatepass"
        self._skips_mark = self._encoding == "utf-8-sig"
        self._counted = self._profile()
        is_positional = bool(declared.columns) and all(isinstance(place, int) for place in declared.columns.values())
        first = self._first_record()
        self.width = len(first)
        self.header = None if is_positional else tuple(first)
        if self.header is not None:
            self._check_header(self.header)

    @property
    def _is_utf8(self) -> bool:
        return self._encoding in ("utf-8", "utf-8-sig", "ascii")

    @property
    def first_row(self) -> int:
        """The number of the first record behind the header."""
        return 1 if self.header is None else 2

    @property
    def plain_bytes(self) -> int:
        """How large the file is, if every line is a row of plain cells; else 0."""
        counted = self._counted
        # DuckDB takes `a,b,c,` for three cells: a comma too many shows only in the sum.
        has_all_cells = counted.commas == (self.width - 1) * counted.records
        is_plain = counted.is_plain and has_all_cells and not (counted.has_mark and self.header is None)
        return counted.bytes_count if is_plain else 0

    def plain_chunks(self, size: int) -> Iterator[bytes]:
        """Give the bytes of a plain file behind its header, in chunks of whole lines."""
        with self._text.open("rb") as stream:
            if self.header is not None:
                stream.readline()
            while chunk := stream.read(size):
                yield chunk if chunk.endswith(b"\n") else chunk + stream.readline()

    def count(self) -> int:
        """Give the records after the header, counted from the bytes."""
        return self._counted.records - (0 if self.header is None else 1)

    def stage(self, books: Books, places: Mapping[str, Place]) -> Staging:
        """Leave the rows in `staged`, and those that are none in `unfit`."""
        is_one_name = not PATTERN_MARKS & set(str(self._text))
        if self.plain_bytes and is_one_name:
            try:
                return self._stage_plain(books, places)
            except (duckdb.InvalidInputException, duckdb.ConversionException):
                # A row with too few or too many cells, most likely: the definition will name it.
                pass
        return self._stage_by_definition(books, places)

    def raw(self, rows: Set[int]) -> Iterator[tuple[int, str]]:
        """Give these records as they stand in the file, bytes that are no text and NUL written as escapes."""
        last = max(rows, default=0)
        lines: list[str] = []
        for row, _, _ in self._records(lines):
            if row > last:
                return
            if row in rows:
                yield row, _raw(lines)

    def _stage_plain(self, books: Books, places: Mapping[str, Place]) -> Staging:
        names = [f"c{place}" for place in range(1, self.width + 1)]
        with books.guarded():
            incoming = books.connection.read_csv(
                str(self._text),
                columns=dict.fromkeys(names, "VARCHAR"),
                header=self.header is not None,
                sep=",",
                quotechar="",
                escapechar="",
                auto_detect=False,
                all_varchar=True,
                strict_mode=True,
                null_padding=False,
                ignore_errors=False,
                hive_partitioning=False,
                union_by_name=False,
                compression="none",
            )
            number = duckdb.SQLExpression(f"row_number() over () + {self.first_row - 1}")
            incoming.select(number.alias("row"), *_selected(places)).create_view("incoming")
        try:
            books.run(RELATIONS / "stage.sql")
        finally:
            books.execute("drop view incoming")
        return Staging(rows=books.value("select count(*) from staged"))

    def _stage_by_definition(self, books: Books, places: Mapping[str, Place]) -> Staging:
        read = _Reading(self.width, self._mends)
        read.stage(books, self._records([]), places)
        if read.undecodable > UNDECODABLE_ROWS_MAX or 2 * read.undecodable > read.rows:
            raise self._wrong_encoding(self._counted.undecodable_at or 0, "")
        return read.staging()

    def _records(self, lines: list[str]) -> Iterator[Record]:
        """Give every record after the header with its number, its cells, and what is wrong with its form.

        Args:
            lines: holds the lines of the record that was given last.
        """
        csv.field_size_limit(CELL_CHARACTERS_MAX)
        with self._text.open("rb") as stream:
            if self._counted.has_mark and self._skips_mark:
                stream.seek(len(BYTE_ORDER_MARK))
            text = io.TextIOWrapper(stream, encoding="utf-8", errors=self._errors, newline="")
            reader = csv.reader(_kept(_mended_lines(text) if self._mends else text, lines), strict=True)
            row = 0
            while True:
                lines.clear()
                row += 1
                fault = ""
                try:
                    cells = next(reader)
                except StopIteration:
                    return
                except csv.Error as refused:
                    cells, fault = [lines[0].split(",")[0]], str(refused)
                    if "field larger" in fault:
                        raise SourceError(
                            f"{self._source}:{row}: has a cell of more than {CELL_CHARACTERS_MAX} characters. "
                            "Look for a quote that nothing closes."
                        ) from None
                if row >= self.first_row:
                    yield row, cells, fault

    def _as_utf8(self, receipt: Receipt, scratch: Path) -> Path:
        """Give a file that has the text in UTF-8: the copy in the vault itself where it is so."""
        if self._is_utf8 and receipt.ending == "csv":
            return receipt.path
        written = scratch / f"{receipt.sha256}.{self._encoding}.csv"
        written.unlink(missing_ok=True)
        try:
            with receipt.path.open("rb") as packed, written.open("xb") as copy:
                chunks = (
                    self._unpacked(packed, receipt)
                    if receipt.ending == "csv.gz"
                    else iter(lambda: packed.read(CHUNK_BYTES), b"")
                )
                copy.writelines(chunks if self._is_utf8 else self._transcoded(chunks))
        except OSError as failed:
            raise StorageError(
                f"{scratch}: the text of {self._source} cannot be written ({failed.strerror}). Free some space."
            ) from failed
        return written

    def _unpacked(self, packed: BinaryIO, receipt: Receipt) -> Iterator[bytes]:
        limit = max(BYTES_MAX_UNPACKED, UNPACKED_TIMES_MAX * receipt.bytes_count)
        bytes_count = 0
        try:
            with gzip.GzipFile(fileobj=packed, mode="rb") as stream:
                while chunk := stream.read(CHUNK_BYTES):
                    bytes_count += len(chunk)
                    if bytes_count > limit:
                        raise SourceError(
                            f"{self._source}: unpacks to more than {limit} bytes. Unpack and look at it first."
                        )
                    yield chunk
        except (EOFError, gzip.BadGzipFile, zlib.error) as broken:
            why = "is cut off" if isinstance(broken, EOFError) else f"is damaged ({display(str(broken))})"
            raise SourceError(f"{self._source}: the gzip file {why}. Copy it again from where it came.") from None

    def _transcoded(self, chunks: Iterable[bytes]) -> Iterator[bytes]:
        """Give the text in UTF-8, what is no text as lone surrogates, which no strict decoder takes."""
        decoder = codecs.getincrementaldecoder(self._encoding)(errors="surrogateescape")
        offset = 0
        try:
            for chunk in chunks:
                text = decoder.decode(chunk)
                if MENDED in text:
                    raise self._wrong_encoding(offset, "")
                yield text.encode("utf-8", "surrogatepass")
                offset += len(chunk)
            yield decoder.decode(b"", final=True).encode("utf-8", "surrogatepass")
        except UnicodeError as fault:
            start = fault.start if isinstance(fault, UnicodeDecodeError) else 0
            raise self._wrong_encoding(offset + start, "") from None

    def _profile(self) -> RecordCount:
        counted = RecordCount(mends_carriage_returns=self._mends)
        with self._text.open("rb") as stream:
            for chunk in chunks_of_lines(stream, self._source):
                counted.feed(chunk)
        counted.finish()
        if counted.quote_opened_in is not None:
            raise SourceError(
                f"{self._source}:{counted.quote_opened_in}: opens a quote that nothing closes to the end of the file. "
                "Correct that row, or copy the file again: it may be cut off."
            )
        return counted

    def _first_record(self) -> list[str]:
        """Give the cells of the first record, which says how many there are."""
        self.header = None
        if self._counted.has_mark and not self._skips_mark:
            raise SourceError(
                f'{self._source}: begins with a byte order mark. Declare encoding = "utf-8-sig" for it in case.toml.'
            )
        first = next(self._records([]), None)
        if first is None or self._counted.bytes_count == 0:
            raise SourceError(f"{self._source}: is empty. Copy the file again, or remove the source from case.toml.")
        _, cells, fault = first
        if fault or not cells:
            raise SourceError(f"{self._source}:1: is no row of columns ({fault or 'blank'}). Correct the first line.")
        if not _is_decodable(cells):
            raise self._wrong_encoding(self._counted.undecodable_at or 0, "the first line")
        if any("\0" in cell for cell in cells):
            raise SourceError(
                f"{self._source}:1: has a NUL. Check the encoding of the file, and declare it in case.toml."
            )
        if len(cells) > COLUMNS_MAX:
            raise SourceError(
                f"{self._source}:1: has {len(cells)} columns, more than {COLUMNS_MAX}. Export only the columns needed."
            )
        return [cell.replace(MENDED, "") for cell in cells]

    def _check_header(self, header: tuple[str, ...]) -> None:
        for name, count in Counter(header).items():
            if name and count > 1:
                raise SourceError(f'{self._source}:1: the header has "{display(name)}" {count} times. Rename one.')

    def _wrong_encoding(self, offset: int, where: str) -> SourceError:
        return SourceError(
            f"{self._source}: {where or 'the file'} is not {self._encoding} (byte {offset}). "
            'Declare its encoding in case.toml, for instance encoding = "cp932".'
        )


class _Reading:
    """The records of one file on their way into columns, and a count of what is met."""

    def __init__(self, width: int, mends: bool) -> None:
        self._width, self._mends = width, mends
        self._unfit: list[Unfit] = []
        self.rows = self.undecodable = 0
        self.blank = self.mended = Met()

    def stage(self, books: Books, records: Iterable[Record], places: Mapping[str, Place]) -> None:
        """Leave the records in `staged`, and those that are no rows in `unfit`."""
        path = RELATIONS / "stage.sql"
        for batch in self._batches(records):
            with books.lent("incoming", as_columns(batch, self._width, places)):
                books.run(path)
            path = RELATIONS / "stage_more.sql"
            self._leave_unfit(books)

    def _leave_unfit(self, books: Books) -> None:
        import pyarrow as pa

        if not self._unfit:
            return
        names = ["row", "first_cell", "code", "why", "column"]
        columns = dict(zip(names, map(list, zip(*self._unfit, strict=True)), strict=True))
        with books.lent("incoming_unfit", pa.table(columns)):
            books.execute("insert into unfit select * from incoming_unfit")
        self._unfit = []

    def _batches(self, records: Iterable[Record]) -> Iterator[list[tuple[int | str | None, ...]]]:
        """Give the rows of full width, at most BATCH_ROWS at a time, and at least one batch."""
        batch: list[tuple[int | str | None, ...]] = []
        for row, found, fault in records:
            self.rows += 1
            if not found and not fault:
                self.blank = Met(self.blank.count + 1, self.blank.row or row)
                continue
            text = "".join(found)
            is_mended = self._mends and (MENDED in text or "\r" in text)
            cells = [self._mended(cell, row) for cell in found] if is_mended else found
            code, why = self._form(cells, text, fault)
            if why:
                self._unfit.append((row, _shown(cells[0]), code, why, ""))
            else:
                batch.append((row, *(cell or None for cell in cells)))
            if len(batch) + len(self._unfit) >= BATCH_ROWS:
                yield batch
                batch = []
        yield batch

    def _mended(self, cell: str, row: int) -> str:
        mended = cell.replace(MENDED, "").replace("\r", "")
        if mended != cell:
            self.mended = Met(self.mended.count + 1, self.mended.row or row)
        return mended

    def staging(self) -> Staging:
        """What was met, once all was read."""
        return Staging(self.rows, self.blank, self.mended)

    def _form(self, cells: list[str], text: str, fault: str) -> tuple[str, str]:
        if fault:
            return "broken-row", f"cannot be split into cells ({fault})"
        if not text.isascii() and not _is_decodable(cells):
            self.undecodable += 1
            return "undecodable-row", "has bytes that are no text in the declared encoding"
        if "\0" in text:
            return "nul-character", "has a NUL"
        if len(cells) != self._width:
            return "ragged-row", f"has {len(cells)} cells, not {self._width}"
        return "", ""


def stage_records(
    books: Books, records: Iterable[Record], width: int, places: Mapping[str, Place]
) -> Staging:
    """Leave records that were split already in `staged`, and those that are no rows in `unfit`."""
    read = _Reading(width, mends=False)
    read.stage(books, records, places)
    return read.staging()


def _selected(places: Mapping[str, Place]) -> list[duckdb.Expression]:
    """Give the columns of the contract out of those of the file; an empty cell is null, wherever it came from."""
    selected = [duckdb.ColumnExpression("c1").alias("first_cell")]
    for name, place in places.items():
        if isinstance(place, int):
            column = duckdb.ColumnExpression(f"c{place}")
        else:
            column = duckdb.ConstantExpression(place.text or None if isinstance(place, Constant) else None)
        selected.append(column.cast("VARCHAR").alias(name))
    return selected


def as_columns(batch: Sequence[Sequence[int | str | None]], width: int, places: Mapping[str, Place]) -> pa.Table:
    """Give rows as the columns of the contract, with their numbers and first cells."""
    import pyarrow as pa

    columns = list(zip(*batch, strict=True)) or [()] * (width + 1)
    table = {"row": pa.array(columns[0], pa.int64()), "first_cell": pa.array(columns[1], pa.string())}
    for name, place in places.items():
        if isinstance(place, int):
            table[name] = pa.array(columns[place], pa.string())
        else:
            text = place.text or None if isinstance(place, Constant) else None
            table[name] = pa.array([text] * len(batch), pa.string())
    return pa.table(table)


def _kept(lines: Iterable[str], kept: list[str]) -> Iterator[str]:
    for line in lines:
        kept.append(line)
        yield line


def _mended_lines(text: io.TextIOWrapper) -> Iterator[str]:
    """Give lines that end with a line feed; any other carriage return is marked, to be taken out."""
    held = ""
    for line in text:
        if line.endswith("\r"):
            held += line[:-1] + MENDED
            continue
        yield held + line
        held = ""
    if held:
        yield held


def _is_decodable(cells: Iterable[str]) -> bool:
    try:
        "".join(cells).replace(MENDED, "").encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _shown(text: str) -> str:
    """Give a text that can be stored: bytes that are no text as escapes."""
    return text.replace(MENDED, "\r").encode("utf-8", "backslashreplace").decode("utf-8")


def _raw(lines: list[str]) -> str:
    text = "".join(lines).rstrip("\r\n")[:RAW_CHARACTERS_MAX].replace(MENDED, "\r").replace("\0", "\\x00")
    escaped = "".join(f"\\x{ord(c) - 0xDC00:02x}" if "\udc80" <= c <= "\udcff" else c for c in text)
    return escaped[:RAW_CHARACTERS_MAX]
