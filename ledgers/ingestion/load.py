"""How do the files of a case become its records?

Every file is received, staged as text, typed, and only when all of them could be read numbered and stored. Each row is
accepted, rejected with a reason, or ignored as declared, and the three sum to the rows that a count of the bytes gives.
What is wrong with a row is a finding; what is wrong with a file is a SourceError, which is raised after all were tried.
What the rows mean together (matches, what came after commencement, labels that disagree) is not asked here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from ledgers.errors import LedgerError, SourceError
from ledgers.ingestion.bounded import watched
from ledgers.ingestion.codes import AssetCodes
from ledgers.ingestion.controls import Controls
from ledgers.ingestion.csv_table import CsvTable
from ledgers.ingestion.fault_book import FaultBook
from ledgers.ingestion.jsonl_table import JsonlTable
from ledgers.ingestion.numbering import LoadedSource, number_records
from ledgers.ingestion.parquet_table import ParquetTable
from ledgers.ingestion.places import Headers, places_of
from ledgers.ingestion.reader import Place, Staging, TableFile
from ledgers.ingestion.receipt import Receipt, receive
from ledgers.ingestion.row_typing import Counts, RowTyping
from ledgers.ingestion.statement import missing_wallets, read_statement
from ledgers.ingestion.twice import Readings
from ledgers.ingestion.workbook_table import WorkbookTable
from ledgers.models import LoadResult, Progress, ProgressListener, Severity, SourceCount
from ledgers.storage.books import Books
from ledgers.storage.folders import private_folder, purged_folder

if TYPE_CHECKING:
    from ledgers.configuration import CaseConfiguration
    from ledgers.configuration_sections import SourceSection
    from ledgers.ingestion.plain_rows import AccountKeys

RELATIONS = Path(__file__).parent / "relations"
STAGE = "load"
Opening = Callable[[Receipt, "SourceSection", Path], TableFile]
READERS: dict[str, Opening] = {
    "csv": CsvTable,
    "csv.gz": CsvTable,
    "parquet": ParquetTable,
    "xlsx": WorkbookTable,
    "jsonl": JsonlTable,
    "jsonl.gz": JsonlTable,
}
"""The reader of each kind of file, by the ending of its name."""


def load(case: CaseConfiguration, books: Books, progress: ProgressListener) -> LoadResult:
    """Leave the records of a case in its books, and what is wrong with its rows as findings and rejects.

    Args:
        case: what case.toml says.
        books: open and empty.
        progress: told bytes, each counted when it is copied and again when its file is typed.

    Raises:
        SourceError: files that are not what case.toml says, a line for each fault; the books have no records then.
        LedgerError: the sums of a key declared `sum` pass 38 digits, or the rows do not add up.
    """
    books.run(RELATIONS / "begin.sql")
    work = private_folder(case.folder / "work")
    scratch = purged_folder(work / "scratch")
    try:
        return _Load(case, books, progress, scratch).run()
    finally:
        purged_folder(scratch)


class _Load:
    """One load, on its way."""

    def __init__(self, case: CaseConfiguration, books: Books, progress: ProgressListener, scratch: Path) -> None:
        self._case = case
        self._books = books
        self._scratch = scratch
        self._faults = FaultBook(books)
        self._codes = AssetCodes(case.assets)
        self._readings = Readings()
        self._headers = Headers()
        self._accounts: AccountKeys | None = None
        self._progress = progress
        self._done = 0
        self._lines: list[str] = []
        self._named = [(written, declared) for declared in case.sources for written in declared.path]
        self._total = 2 * sum(self._size(written) for written, _ in self._named)

    def run(self) -> LoadResult:
        """Load every file; raise what is wrong with files once all were tried."""
        loaded: list[tuple[LoadedSource, Counts, Receipt]] = []
        for source_no, (written, declared) in enumerate(self._named, 1):
            with self._collected(), watched(lambda: self._advance(0)):
                loaded.append(self._source(source_no, written, declared))
        if self._lines:
            raise SourceError(*self._lines)
        controls = Controls(self._case, self._books)
        controls.sum_parts()
        twice = number_records(self._books, self._faults, self._codes, [source for source, _, _ in loaded])
        counts = tuple(_count(source, counted, receipt, twice[source.source_no]) for source, counted, receipt in loaded)
        wallets = missing_wallets(self._books, self._case.sources)
        for finding in (*wallets, *controls.compare(counts, self._codes.numbered())):
            self._faults.add(finding)
        self._faults.flush()
        self._store(counts)
        ((findings, blocking),) = self._books.rows(
            "select count(*), count(*) filter (where severity = 'blocking') from finding"
        )
        return LoadResult(counts, findings, blocking)

    @contextmanager
    def _collected(self) -> Iterator[None]:
        try:
            yield
        except SourceError as fault:
            self._lines += fault.lines

    def _source(self, source_no: int, written: str, declared: SourceSection) -> tuple[LoadedSource, Counts, Receipt]:
        receipt = receive(written, self._case.path_of(written), self._case.folder / "vault", self._advance)
        reader = READERS.get(receipt.ending)
        if reader is None:
            raise SourceError(f"{written}: this version reads {', '.join(READERS)}. Export the file as one of them.")
        table_file = reader(receipt, declared, self._scratch)
        places, notes = places_of(written, declared, table_file.header, table_file.width)
        rows = table_file.count()
        again = self._readings.add(receipt, declared.table, places, rows)
        differing = self._headers.add(written, declared, table_file.header, table_file.width)
        for finding in (*notes, *differing, *again):
            self._faults.add(finding)
        source = LoadedSource(source_no, written, declared, table_file)
        if any(finding.severity is Severity.BLOCKING for finding in again):
            self._advance(receipt.bytes_count)
            return source, Counts(rows, rejected=0, ignored=rows), receipt
        self._books.run(RELATIONS / "begin_source.sql")
        staging = self._staged(source_no, declared, table_file, places)
        for finding in staging.findings:
            self._faults.add(finding)
        if declared.layout == "statement":
            read_statement(self._books, written, declared, places)
        typing = RowTyping(
            self._books,
            self._faults,
            self._codes,
            source_no=source_no,
            source=written,
            declared=declared,
            table_file=table_file,
        )
        counts = typing.run(staging)
        self._faults.close_source(written)
        self._advance(receipt.bytes_count)
        return source, counts, receipt

    def _staged(
        self, source_no: int, declared: SourceSection, table_file: TableFile, places: Mapping[str, Place]
    ) -> Staging:
        """Stage the rows of a file, or of a large plain one only those that the compiled pass leaves."""
        if self._books.is_bulk:
            from ledgers.ingestion.plain_rows import AccountKeys, PlainRows, is_plain

            if is_plain(table_file, declared):
                self._accounts = self._accounts or AccountKeys()
                plain = PlainRows(self._books, self._codes, self._accounts)
                staging = plain.stage(table_file, declared, source_no, places)
                if staging is not None:
                    return staging
        return table_file.stage(self._books, places)

    def _advance(self, bytes_count: int) -> None:
        self._done += bytes_count
        self._progress(Progress(STAGE, self._done, self._total, "bytes"))

    def _size(self, written: str) -> int:
        path = self._case.path_of(written)
        try:
            return path.stat().st_size
        except (OSError, ValueError):
            # Said when it is received.
            return 0

    def _store(self, counts: tuple[SourceCount, ...]) -> None:
        import pyarrow as pa

        names = ("source_no", "source", "table_name", "sha256", "rows", "accepted", "rejected", "ignored")
        table = pa.table({name: [getattr(count, name) for count in counts] for name in names})
        with self._books.lent("incoming_sources", table):
            self._books.run(RELATIONS / "loaded" / "source.sql")
        for count in counts:
            if count.rows != count.accepted + count.rejected + count.ignored or count.accepted < 0:
                raise LedgerError(
                    f"{count.source}: {count.rows} rows are not {count.accepted} accepted + {count.rejected} rejected "
                    f"+ {count.ignored} ignored. Report this file."
                )


def _count(source: LoadedSource, counts: Counts, receipt: Receipt, twice: int) -> SourceCount:
    rejected = counts.rejected + twice
    return SourceCount(
        source_no=source.source_no,
        source=source.source,
        table_name=source.declared.table,
        sha256=receipt.sha256,
        rows=counts.rows,
        accepted=counts.rows - rejected - counts.ignored,
        rejected=rejected,
        ignored=counts.ignored,
    )
