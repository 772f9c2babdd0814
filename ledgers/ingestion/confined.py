"""How does the child that parses a file of strangers keep to its bounds, and tell what it found?

The side of bounded.py that runs in a process of its own: it takes its request from the command line, limits itself
before it opens anything, does one task, and leaves a report and columns of text. It imports nothing but what the task
needs, and it never sees the books. What is wrong with the file is `Refused`; what is wrong with this program ends the
child, and the parent says so.
"""

from __future__ import annotations

import errno
import gc
import importlib
import json
import os
import resource
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

TASKS = {
    "workbook": ("ledgers.ingestion.workbook_child", "draw"),
    "workbook_sheets": ("ledgers.ingestion.workbook_child", "sheets"),
    "jsonl": ("ledgers.ingestion.jsonl_child", "draw"),
    "parquet": ("ledgers.ingestion.parquet_child", "look"),
    "parquet_rows": ("ledgers.ingestion.parquet_child", "stream"),
    "parquet_raw": ("ledgers.ingestion.parquet_child", "draw_raw"),
}
"""What a child can be asked for: the module and the function that does it."""
BATCH_ROWS = 20_000
BATCH_CHARACTERS = 8 << 20
CELLS_EACH_MAX = 100
"""Cells of one row that are named; a row of a thousand broken cells is one broken row."""
SECONDS_TO_REPORT = 2


class Refused(Exception):
    """The file is not what it was said to be, or passes a limit: one line, without the name of the file."""


def entry() -> None:
    """Do what the first argument asks and leave the report where it says."""
    request: dict[str, Any] = json.loads(sys.argv[1])
    _confine(request)
    module, function = TASKS[request["task"]]
    report: dict[str, Any]
    try:
        report = {"made": getattr(importlib.import_module(module), function)(request)}
    except Refused as refused:
        report = {"refused": str(refused)}
    except MemoryError:
        gc.collect()
        report = {"exceeded": "memory"}
    except BrokenPipeError:
        # The parent has stopped listening, and knows why.
        os._exit(0)
    except OSError as failed:
        if failed.errno == errno.EFBIG:
            report = {"exceeded": "output"}
        elif failed.errno in (errno.ENOSPC, errno.EDQUOT):
            report = {"full": failed.strerror}
        else:
            raise
    Path(request["report"]).write_text(json.dumps(report), encoding="utf-8")


def _confine(request: Mapping[str, Any]) -> None:
    os.umask(0o077)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (request["memory_bytes"],) * 2)
    resource.setrlimit(resource.RLIMIT_FSIZE, (request["output_bytes"],) * 2)
    seconds = request["cpu_seconds"]
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + SECONDS_TO_REPORT))


def is_orphan(request: Mapping[str, Any]) -> bool:
    """Say whether the parent is gone, so that nobody wants what is made here."""
    parent: int = request["parent"]
    return os.getppid() != parent


class RowWriter:
    """Rows as text, and what is wrong with some of their cells, on their way into two files of Arrow streams.

    `rows`    row BIGINT, cells VARCHAR[]: in order; a list may be shorter than the file is wide
    `faults`  row, first_cell, column INTEGER (from 1; 0 where it is the row's), code, why
    """

    def __init__(self, request: Mapping[str, Any]) -> None:
        import pyarrow as pa

        self._request = request
        self._row_schema = pa.schema([("row", pa.int64()), ("cells", pa.list_(pa.string()))])
        self._fault_schema = pa.schema(
            [
                ("row", pa.int64()), ("first_cell", pa.string()), ("column", pa.int32()), ("code", pa.string()),
                ("why", pa.string()),
            ]
        )  # fmt: skip
        self._rows_file = pa.OSFile(request["rows"], "wb")
        self._faults_file = pa.OSFile(request["faults"], "wb")
        self._rows_stream = pa.ipc.new_stream(self._rows_file, self._row_schema)
        self._faults_stream = pa.ipc.new_stream(self._faults_file, self._fault_schema)
        self._numbers: list[int] = []
        self._cells: list[list[str | None]] = []
        self._faults: list[tuple[int, str | None, int, str, str]] = []
        self._characters = 0

    def row(self, row: int, cells: list[str | None]) -> None:
        """Write one row."""
        self._numbers.append(row)
        self._cells.append(cells)
        self._characters += sum(len(cell) for cell in cells if cell) + len(cells)
        if len(self._numbers) >= BATCH_ROWS or self._characters >= BATCH_CHARACTERS:
            self._flush()

    def faults(self, row: int, first_cell: str | None, faults: list[tuple[int, str, str]]) -> None:
        """Write what is wrong with a row: column, code and why, each."""
        self._faults += [(row, first_cell, *fault) for fault in faults[:CELLS_EACH_MAX]]

    def close(self) -> None:
        """Write what is held."""
        self._flush()
        for stream in (self._rows_stream, self._faults_stream, self._rows_file, self._faults_file):
            stream.close()

    def _flush(self) -> None:
        import pyarrow as pa

        if is_orphan(self._request):
            os._exit(1)
        try:
            rows = [pa.array(self._numbers, pa.int64()), pa.array(self._cells, pa.list_(pa.string()))]
            self._rows_stream.write_batch(pa.record_batch(rows, schema=self._row_schema))
            if self._faults:
                held = [
                    pa.array(column, field.type)
                    for column, field in zip(zip(*self._faults, strict=True), self._fault_schema, strict=True)
                ]
                self._faults_stream.write_batch(pa.record_batch(held, schema=self._fault_schema))
        finally:
            self._numbers, self._cells, self._faults, self._characters = [], [], [], 0
