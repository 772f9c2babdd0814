"""How does SQL read columns of this program, and let go of them?

A transaction keeps everything that was registered within it until its own end, however soon that was unregistered. So
it is lent a thing that gives the columns, and is emptied when they are given back.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow as pa


class Loan:
    """Columns that can be read as often as they can themselves, until they are given back."""

    def __init__(self, rows: pa.Table | pa.RecordBatch | pa.RecordBatchReader) -> None:
        self._rows: pa.Table | pa.RecordBatch | pa.RecordBatchReader | None = rows

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        assert self._rows is not None, "what was lent was given back"
        return self._rows.__arrow_c_stream__(requested_schema)

    def give_back(self) -> None:
        """Let go of them."""
        self._rows = None
