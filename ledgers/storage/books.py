"""Where are the relations of a case kept, and how is one made from others?

The one connection factory: DuckDB with explicit settings, closed to everything outside the case folder. Books are
derived: they can be made again from the vault at any time, so a file of another run is thrown away, never mended.
This module knows no relation by name and no law. SQL comes from files, values are always bound; a name put into SQL
comes from the program's own closed lists.
"""

from __future__ import annotations

import fcntl
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

import duckdb

from ledgers.errors import STOPPED, DamageError, Interruption, LedgerError, StorageError
from ledgers.storage.folders import clear_spill, private_folder, purged_folder, spill_folder
from ledgers.storage.loan import Loan

if TYPE_CHECKING:
    import pyarrow as pa

BOOKS_FILE = "books.duckdb"
LOCK_FILE = "books.lock"
MEMORY_LIMIT = "2GB"
"""Of the relational part; what does not fit is spilled into the case's work folder."""
DAMAGE = ("corrupt", "checksum")
"""Words of what the engine says of a block that is not as it was written."""
MACROS = Path(__file__).parent.parent / "relations" / "macro"
NAMES = re.compile(r"[a-z_][a-z0-9_]*(, [a-z_][a-z0-9_]*)*")
"""Identifiers that may be put into SQL: lower case only, because two names that differ in case were once added
twice."""


@contextmanager
def _own_errors() -> Iterator[None]:
    """Turn what the operator can act on into errors of ours; a wrong program stays a wrong program."""
    try:
        yield
    except duckdb.InterruptException as stop:
        raise Interruption(STOPPED) from stop
    except duckdb.OutOfMemoryException as full:
        raise StorageError(
            f"The books need more memory or disk than they were given: {_line(full)}. "
            "Free some space for the case's work folder, or give more memory."
        ) from full
    except duckdb.OutOfRangeException as wide:
        raise LedgerError(
            f"A sum or product has more than 38 digits: {_line(wide)}. Look for a quantity or a price that cannot be."
        ) from wide
    except duckdb.IOException as failed:
        if any(word in str(failed).lower() for word in DAMAGE):
            raise _damaged(failed) from failed
        raise StorageError(f"The books cannot be read or written: {_line(failed)}. Look at the disk.") from failed
    except duckdb.TransactionException as refused:
        raise StorageError(
            f"The books cannot be written: {_line(refused)}. Free some space for the case's work folder and run again."
        ) from refused
    except (duckdb.FatalException, duckdb.InternalException, duckdb.SerializationException) as damage:
        raise _damaged(damage) from damage
    except duckdb.Error as other:
        # A block that is not as it was written is sometimes said by the root of all errors alone.
        if any(word in str(other).lower() for word in DAMAGE):
            raise _damaged(other) from other
        raise


def _damaged(damage: Exception) -> DamageError:
    return DamageError(f"The books are damaged: {_line(damage)}. Delete the case's work folder; it is made again.")


def _line(error: Exception) -> str:
    return str(error).splitlines()[0].rstrip(".") if str(error) else type(error).__name__


class Books:
    """The relations of one case, open."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, spill: Path | None) -> None:
        self._connection = connection
        self._spill = spill
        self._lock: int | None = None
        self._is_open = True
        self._is_stopped = False
        self._reader: pa.RecordBatchReader | None = None
        self.is_bulk = False
        """Whether compiled kernels do what is done for every row."""

    @classmethod
    def create(
        cls,
        case_folder: Path,
        out_folder: Path | None = None,
        *,
        threads: int | None = None,
        memory_limit: str = MEMORY_LIMIT,
        bulk: bool = True,
    ) -> Books:
        """Open empty books in the case's work folder, in place of whatever was there.

        Args:
            case_folder: the case; nothing outside it is read or written,
            out_folder: except this one, where given.
            threads: None for as many as there are cores; no result depends on it.
            memory_limit: as DuckDB writes it.
            bulk: whether millions of rows will be scaled; see storage/functions.py.
        """
        if "?" in str(case_folder.resolve()):
            # DuckDB takes what follows for a query, as in an address, and puts the log of its writes elsewhere.
            raise StorageError(
                f"{case_folder}: the name of a case folder cannot have a question mark. Rename the folder."
            )
        work = private_folder(case_folder / "work")
        path = work / BOOKS_FILE
        lock = _locked(work / LOCK_FILE)
        try:
            for stale in (path, path.with_name(path.name + ".wal")):
                stale.unlink(missing_ok=True)
            clear_spill(work)
            books = cls._open(
                path, case_folder, out_folder, threads=threads, memory_limit=memory_limit, bulk=bulk, read_only=False
            )
        except BaseException:
            os.close(lock)
            raise
        books._lock = lock
        return books

    @classmethod
    def reopen(
        cls,
        case_folder: Path,
        out_folder: Path | None = None,
        *,
        threads: int | None = None,
        memory_limit: str = MEMORY_LIMIT,
        bulk: bool = True,
    ) -> Books | None:
        """Open the books that an earlier run has left, to go on with them; None where there are none that open.

        Arguments as for `create`.
        """
        work = case_folder / "work"
        path = work / BOOKS_FILE
        if not path.is_file() or path.is_symlink():
            return None
        lock = _locked(work / LOCK_FILE)
        try:
            clear_spill(work)
            books = cls._open(
                path, case_folder, out_folder, threads=threads, memory_limit=memory_limit, bulk=bulk, read_only=False
            )
        except StorageError:
            os.close(lock)
            return None
        except BaseException:
            os.close(lock)
            raise
        books._lock = lock
        return books

    @classmethod
    def read_only(
        cls, case_folder: Path, *, threads: int | None = None, memory_limit: str = MEMORY_LIMIT, bulk: bool = False
    ) -> Books:
        """Open the books that a run has left, for looking only."""
        path = case_folder / "work" / BOOKS_FILE
        if not path.is_file():
            raise StorageError(f"{path}: there are no books yet. Run `administrator run` on the case first.")
        return cls._open(path, case_folder, None, threads=threads, memory_limit=memory_limit, bulk=bulk, read_only=True)

    @classmethod
    def memory(
        cls,
        case_folder: Path | None = None,
        *,
        threads: int | None = None,
        memory_limit: str = MEMORY_LIMIT,
        bulk: bool = False,
    ) -> Books:
        """Open books that are gone when they are closed."""
        return cls._open(
            None, case_folder, None, threads=threads, memory_limit=memory_limit, bulk=bulk, read_only=False
        )

    @classmethod
    def _open(
        cls,
        path: Path | None,
        case_folder: Path | None,
        out_folder: Path | None,
        *,
        threads: int | None,
        memory_limit: str,
        bulk: bool,
        read_only: bool,
    ) -> Books:
        spill = None
        if case_folder is not None and not (read_only and not os.access(case_folder / "work", os.W_OK)):
            # A folder of its own for each connection: two of them in one would take each other's files. On a disk that
            # cannot be written a case can still be looked at, without one.
            spill = spill_folder(private_folder(case_folder / "work"))
        settings: dict[str, Any] = {
            "threads": threads or os.cpu_count() or 1,
            "memory_limit": memory_limit,
            "preserve_insertion_order": True,
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
            "python_enable_replacements": False,
            "allow_community_extensions": False,
            "temp_directory": "" if spill is None else str(spill),
        }
        umask = os.umask(0o077)
        try:
            connection = duckdb.connect(":memory:" if path is None else str(path), read_only=read_only, config=settings)
        except duckdb.Error as refused:
            raise StorageError(
                f"{path}: the books cannot be opened: {_line(refused)}. "
                "Close the other program that has them open, or delete the case's work folder."
            ) from refused
        finally:
            os.umask(umask)
        books = cls(connection, spill)
        try:
            with _own_errors():
                books._register(bulk)
            books._close_doors([folder for folder in (case_folder, out_folder) if folder is not None])
        except BaseException:
            books.close()
            raise
        return books

    def _register(self, bulk: bool) -> None:
        from ledgers.storage import functions

        functions.register(self._connection, bulk)
        self.is_bulk = bulk
        for path in sorted(MACROS.glob("*.sql")):
            self.run(path)

    def _close_doors(self, folders: Sequence[Path]) -> None:
        """Leave these folders readable and writable, nothing else, and let no statement change that."""
        connection = self._connection
        connection.execute(
            "set allowed_directories = $folders", {"folders": [f"{folder.resolve()}/" for folder in folders]}
        )
        connection.execute("set enable_external_access = false")
        connection.execute("set lock_configuration = true")

    def run(self, path: Path, names: Mapping[str, str] | None = None, **parameters: object) -> None:
        """Execute a file of SQL, statement by statement, each with those of the parameters that it names.

        Args:
            path: one relation, one file.
            names: identifiers by placeholder `{placeholder}`, from the program's own closed lists.
            parameters: values by name, bound and never written into the SQL.
        """
        text = path.read_text(encoding="utf-8")
        for placeholder, name in (names or {}).items():
            assert NAMES.fullmatch(name), f"{name!r} is no name of ours"
            text = text.replace("{" + placeholder + "}", name)
        unused = set(parameters)
        with self.guarded():
            for statement in self._connection.extract_statements(text):
                wanted = statement.named_parameters
                unused -= wanted
                self._connection.execute(statement, {name: parameters[name] for name in wanted})
        assert not unused, f"{path.name} takes no {sorted(unused)}"

    def rows(
        self, sql: str, parameters: Mapping[str, object] | Sequence[object] | None = None
    ) -> list[tuple[Any, ...]]:
        """Give all rows of a query, which must be few: a screen, a summary, a report."""
        with self.guarded():
            return self._connection.execute(sql, parameters).fetchall()

    def table(
        self, sql: str, parameters: Mapping[str, object]
    ) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
        """Give the column names and the rows of a query as text, empty where nothing is known.

        Args:
            sql: few rows, or with a limit of its own.
            parameters: values by name.
        """
        with self.guarded():
            cursor = self._connection.execute(sql, parameters)
            columns = tuple(column[0] for column in cursor.description or ())
            rows = cursor.fetchall()
        return columns, tuple(tuple("" if cell is None else str(cell) for cell in row) for row in rows)

    def value(self, sql: str, parameters: Mapping[str, object] | Sequence[object] | None = None) -> Any:
        """Give the one value of a query that has one."""
        ((value,),) = self.rows(sql, parameters)
        return value

    def execute(self, sql: str, parameters: Mapping[str, object] | Sequence[object] | None = None) -> None:
        """Execute one statement for what it does."""
        with self.guarded():
            self._connection.execute(sql, parameters).fetchall()

    def insert(self, relation: str, *values: object) -> None:
        """Add one row to a small relation; whole numbers are bound as text, for they may need more than 64 bits."""
        assert NAMES.fullmatch(relation), f"{relation!r} is no name of ours"
        places = ", ".join("?" for _ in values)
        self.execute(
            f"insert into {relation} values ({places})",  # noqa: S608  the name was checked, the values are bound
            [str(value) if type(value) is int else value for value in values],
        )

    def copy_csv(self, select: str, path: Path) -> int:
        """Write the rows of a select to a CSV file in their order, quoted where needed; give their number."""
        with self.guarded():
            ((rows,),) = self._connection.execute(
                f"copy ({select}) to $path "
                "(format csv, header true, delimiter ',', quote '\"', escape '\"', nullstr '')",
                {"path": str(path)},
            ).fetchall()
        return int(rows)

    def batches(self, sql: str, size: int) -> Iterator[pa.RecordBatch]:
        """Give the rows of a query of any number, in columns of at most `size` rows; nothing else may run meanwhile.

        What is asked of one relation alone comes in the order in which it lies; what is joined comes in any.
        """
        with self.guarded():
            reader = self._connection.sql(sql).to_arrow_reader(size)
            self._reader = reader
            try:
                while (batch := self._next(reader)) is not None:
                    yield batch
            finally:
                self._let_go()

    def columns(self, sql: str, parameters: Mapping[str, object]) -> pa.Table:
        """Give all rows of a query as columns; they stay in memory, so they are millions at most."""
        with self.guarded():
            return self._connection.sql(sql, params=dict(parameters)).to_arrow_table()

    def _let_go(self) -> None:
        """End a query whose rows were not all taken: until then the connection does nothing else."""
        reader, self._reader = self._reader, None
        if reader is not None:
            reader.close()

    def _next(self, reader: pa.RecordBatchReader) -> pa.RecordBatch | None:
        """Give the next batch, None behind the last; what stops the query comes as a fault of Arrow's, said as ours."""
        if self._is_stopped:
            raise Interruption(STOPPED)
        try:
            return reader.read_next_batch()
        except StopIteration:
            return None
        except OSError as failed:
            if self._is_stopped:
                raise Interruption(STOPPED) from failed
            raise StorageError(
                f"The books cannot be read to their end: {_line(failed)}. "
                "Free some space for the case's work folder, or give more memory."
            ) from failed

    @contextmanager
    def lent(self, name: str, rows: pa.Table | pa.RecordBatch | pa.RecordBatchReader) -> Iterator[None]:
        """Let SQL read columns of this program under a name, for as long as the block runs."""
        assert NAMES.fullmatch(name), f"{name!r} is no name of ours"
        loan = Loan(rows)
        with _own_errors():
            # Both are statements, which can be stopped.
            self._connection.register(name, loan)
        try:
            yield
        finally:
            loan.give_back()
            with _own_errors():
                self._connection.unregister(name)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Keep all of what the block does, or nothing of it."""
        self.execute("begin transaction")
        try:
            yield
        except BaseException:
            with _own_errors():
                self._connection.rollback()
            raise
        self.execute("commit")

    @contextmanager
    def rolled_back(self) -> Iterator[None]:
        """Keep nothing of what the block does."""
        self.execute("begin transaction")
        try:
            yield
        finally:
            with _own_errors():
                self._connection.rollback()

    @property
    def connection(self) -> duckdb.DuckDBPyConnection:
        """The connection itself, for what has no method here."""
        return self._connection

    def interrupt(self) -> None:
        """Stop what is running, from another thread: it ends in `Interruption`, and so does whatever is asked next."""
        self._is_stopped = True
        if self._is_open:
            with suppress(duckdb.ConnectionException):
                # It may be closing at this moment, its work done.
                self._connection.interrupt()

    @contextmanager
    def guarded(self) -> Iterator[None]:
        """Turn what the engine says inside the block into errors of ours, and stop it where that is wanted."""
        if self._is_stopped:
            raise Interruption(STOPPED)
        with _own_errors():
            yield

    def close(self) -> None:
        """Let go of the file, and of what was spilled."""
        if not self._is_open:
            return
        self._is_open = False
        self._let_go()
        from ledgers.storage import functions

        functions.unregister(self._connection)
        self._connection.close()
        if self._spill is not None:
            purged_folder(self._spill).rmdir()
        if self._lock is not None:
            os.close(self._lock)

    def __enter__(self) -> Books:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _locked(path: Path) -> int:
    """Give an open lock, which ends with the process at the latest: of two runs of one case the second is refused."""
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    except OSError as refused:
        raise StorageError(f"{path}: cannot be locked ({refused.strerror}). Make the case folder writable.") from None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        raise StorageError(f"{path.parent}: another run of this case is going on. Wait for it, or stop it.") from None
    return descriptor
