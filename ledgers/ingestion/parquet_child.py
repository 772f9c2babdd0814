"""What does a parquet file claim to hold, and which rows does it hold?

The footer is looked at before a page is: how many columns and rows it claims, and whether the file is long enough for
them. Then the wanted columns are given in batches, in types that turn into the same text everywhere, checksums of pages
verified where there are any. Runs in the child (confined.py). What a double is worth is not said here.
"""

from __future__ import annotations

import os
import sys
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from ledgers.display import display
from ledgers.ingestion.confined import Refused, RowWriter, is_orphan

COLUMNS_MAX = 10_000
ROW_GROUPS_MAX = 1_000_000
ROWS_FREE = 1_000_000
ROWS_A_BYTE_MAX = 1_000
"""Rows that differ in anything need more than a thousandth of a byte each."""
BYTES_MAX_UNPACKED = 1 << 30
UNPACKED_TIMES_MAX = 200
CELL_BYTES_MAX = 16 << 20
FOOTER_BYTES_MAX = 64 << 20
BATCH_ROWS = 1 << 16
BUFFER_BYTES = 1 << 20
DIGITS_MAX = 38
MAGIC, ENCRYPTED_MAGIC = b"PAR1", b"PARE"
AGAIN = "Copy it again from where it came."
EXPORT = "Export it again, or as csv."


def look(request: Mapping[str, Any]) -> dict[str, Any]:
    """Give the columns (name, kind) and the number of rows that the footer claims."""
    file = _opened(request)
    footer, schema = file.metadata, file.schema_arrow
    bytes_count = os.path.getsize(request["path"])
    if footer.num_columns > COLUMNS_MAX or len(schema) > COLUMNS_MAX:
        raise Refused(f"has {footer.num_columns} columns, more than {COLUMNS_MAX}. Export only the columns needed.")
    if footer.num_row_groups > ROW_GROUPS_MAX:
        raise Refused(f"has {footer.num_row_groups} groups of rows, more than {ROW_GROUPS_MAX}. {EXPORT}")
    rows = unpacked = 0
    for group_no in range(footer.num_row_groups):
        group = footer.row_group(group_no)
        if group.num_rows < 0 or group.total_byte_size < 0:
            raise Refused(f"claims less than nothing in its group of rows {group_no + 1}. {AGAIN}")
        rows += group.num_rows
        unpacked += group.total_byte_size
    if rows != footer.num_rows:
        raise Refused(f"claims {footer.num_rows} rows, but its groups claim {rows}. {AGAIN}")
    if rows > ROWS_FREE + ROWS_A_BYTE_MAX * bytes_count:
        raise Refused(f"claims {rows} rows in {bytes_count} bytes, which is a bomb. {EXPORT}")
    if unpacked > _limit(bytes_count):
        raise Refused(f"unfolds from {bytes_count} to {unpacked} bytes, too many. {EXPORT}")
    return {"columns": [[field.name, _kind(field.type)] for field in schema], "rows": rows}


def stream(request: Mapping[str, Any]) -> dict[str, Any]:
    """Write the wanted columns as a stream of Arrow to the parent: `row`, and `c1` and so on in native types."""
    file = _opened(request)
    left = _limit(os.path.getsize(request["path"]))
    wanted: list[int] = request["places"]
    kinds = [_target(file.schema_arrow.field(place - 1).type) for place in wanted]
    schema = pa.schema(
        [("row", pa.int64()), *((f"c{place}", kind) for place, kind in zip(wanted, kinds, strict=True))]
    )
    rows, has_nul = 0, False
    with pa.ipc.new_stream(pa.PythonFile(sys.stdout.buffer, "w"), schema) as out:
        for batch in _batches(file, wanted):
            columns = [_cast(column, kind) for column, kind in zip(batch.columns, kinds, strict=True)]
            for place, column in zip(wanted, columns, strict=True):
                has_nul = _checked(column, file.schema_arrow.field(place - 1).name) or has_nul
            left -= sum(column.nbytes for column in columns)
            if left < 0:
                raise Refused(f"unfolds to more than {_limit(os.path.getsize(request['path']))} bytes. {EXPORT}")
            numbers = pa.array(np.arange(rows + 1, rows + 1 + batch.num_rows, dtype=np.int64))
            out.write_batch(pa.record_batch([numbers, *columns], schema=schema))
            rows += batch.num_rows
            if is_orphan(request):
                os._exit(1)
    if rows != file.metadata.num_rows:
        raise Refused(f"claims {file.metadata.num_rows} rows and holds {rows}. {AGAIN}")
    sys.stdout.buffer.flush()
    return {"rows": rows, "has_nul": has_nul}


def draw_raw(request: Mapping[str, Any]) -> dict[str, Any]:
    """Write the wanted rows with all their columns, as text for people."""
    file = _opened(request)
    numbers = sorted(map(int, Path(request["numbers"]).read_text(encoding="ascii").split()))
    wanted = frozenset(numbers)
    writer = RowWriter(request)
    row = 0
    for group_no in range(file.metadata.num_row_groups):
        past = row + file.metadata.row_group(group_no).num_rows
        if bisect_right(numbers, past) == bisect_right(numbers, row):
            row = past
            continue
        for batch in _raw_batches(file, group_no):
            for place in range(batch.num_rows):
                row += 1
                if row in wanted:
                    cells = [column[place].as_py() for column in batch.columns]
                    writer.row(row, [None if cell is None else _shown(cell) for cell in cells])
    writer.close()
    return {}


def _raw_batches(file: pq.ParquetFile, group_no: int) -> Iterator[pa.RecordBatch]:
    with _reading():
        yield from file.iter_batches(BATCH_ROWS, row_groups=[group_no], use_threads=False)


def _shown(value: object) -> str:
    text = f"{value:f}" if type(value).__name__ == "Decimal" else str(value)
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def _opened(request: Mapping[str, Any]) -> pq.ParquetFile:
    pa.set_cpu_count(1)
    path = request["path"]
    bytes_count = os.path.getsize(path)
    with open(path, "rb") as file:
        start = file.read(4)
        file.seek(max(0, bytes_count - 8))
        length, end = int.from_bytes(file.read(4), "little"), file.read(4)
    if ENCRYPTED_MAGIC in (start, end):
        raise Refused("is an encrypted parquet file. Export it without encryption.")
    if start != MAGIC:
        raise Refused(f"is no parquet file: it begins with {start.hex() or 'nothing'}. Check what it is.")
    if end != MAGIC or length > bytes_count - 12:
        raise Refused(f"is a parquet file without its end. {AGAIN}")
    if length > FOOTER_BYTES_MAX:
        raise Refused(f"has a footer of {length} bytes, more than {FOOTER_BYTES_MAX}. {EXPORT}")
    with _reading():
        return pq.ParquetFile(
            path,
            buffer_size=BUFFER_BYTES,
            pre_buffer=False,
            page_checksum_verification=True,
            coerce_int96_timestamp_unit="us",
        )


def _batches(file: pq.ParquetFile, wanted: list[int]) -> Iterator[pa.RecordBatch]:
    """Give the wanted columns by their places: names may have points in them, and mean other things then."""
    before = [0]
    for field in file.schema_arrow:
        before.append(before[-1] + _leaves(field.type))
    with _reading():
        yield from file.reader.iter_batches(
            BATCH_ROWS,
            row_groups=list(range(file.metadata.num_row_groups)),
            column_indices=[before[place - 1] for place in wanted],
            use_threads=False,
        )


def _leaves(kind: pa.DataType) -> int:
    return sum(_leaves(kind.field(place).type) for place in range(kind.num_fields)) if kind.num_fields else 1


@contextmanager
def _reading() -> Iterator[None]:
    """Turn what the library says of a file into a refusal of it."""
    try:
        yield
    except MemoryError:
        # Of the library's own errors this one is about us.
        raise
    except (pa.ArrowException, OSError, UnicodeDecodeError, OverflowError) as broken:
        words = display(" ".join(str(broken).split()), 200)
        raise Refused(f"is damaged, or no parquet file that can be read ({words}). {AGAIN}") from None


def _kind(kind: pa.DataType) -> str:
    """Give a word for what a column holds; one that no cell can be made of begins with `no `."""
    types = pa.types
    if types.is_dictionary(kind):
        return _kind(kind.value_type)
    for is_one, word in (
        (lambda one: types.is_string(one) or types.is_large_string(one) or types.is_string_view(one), "text"),
        (types.is_integer, "whole"),
        (types.is_decimal, "decimal"),
        (types.is_float64, "DOUBLE"),
        (types.is_float32, "FLOAT"),
        (types.is_boolean, "boolean"),
        (types.is_date, "date"),
        (types.is_time, "time"),
        (types.is_null, "nothing"),
    ):
        if is_one(kind):
            return word
    if types.is_timestamp(kind):
        return "timestamp" if kind.tz is None else "timestamp with zone"
    return f"no {display(str(kind), 40)}"


def _target(kind: pa.DataType) -> pa.DataType:
    """Give the type in which a column travels: one that DuckDB writes as the same text always."""
    types = pa.types
    if types.is_dictionary(kind):
        return _target(kind.value_type)
    if types.is_large_string(kind) or types.is_string_view(kind) or types.is_null(kind):
        return pa.string()
    if types.is_decimal(kind):
        return pa.decimal128(DIGITS_MAX, kind.scale) if kind.precision > DIGITS_MAX else pa.decimal128(
            kind.precision, kind.scale
        )
    if types.is_timestamp(kind):
        return pa.timestamp(kind.unit)
    return pa.date32() if types.is_date(kind) else kind


def _cast(column: pa.Array, kind: pa.DataType) -> pa.Array:
    if column.type == kind:
        return column
    if pa.types.is_timestamp(kind):
        # A zone is how an instant is shown; what is stored is UTC.
        return column.view(kind)
    try:
        return pc.cast(column, kind)
    except pa.ArrowInvalid as broken:
        why = display(str(broken), 100)
        raise Refused(f"has a number of more than {DIGITS_MAX} digits ({why}). {EXPORT}") from None


def _checked(column: pa.Array, name: str) -> bool:
    """Say whether there is a NUL in a column of text; what is no text, or no cell, is refused."""
    if not pa.types.is_string(column.type):
        return False
    try:
        column.validate(full=True)
    except pa.ArrowInvalid:
        raise Refused(
            f'has bytes in the column "{display(name)}" that are no text: it is damaged, or was written wrongly. '
            f"{EXPORT}"
        ) from None
    longest = pc.max(pc.binary_length(column)).as_py() or 0
    if longest > CELL_BYTES_MAX:
        raise Refused(f'has a cell of {longest} bytes in the column "{display(name)}", more than {CELL_BYTES_MAX}.')
    return bool(pc.any(pc.match_substring(column, "\0")).as_py())


def _limit(bytes_count: int) -> int:
    return max(BYTES_MAX_UNPACKED, UNPACKED_TIMES_MAX * bytes_count)
