"""Where are findings and rejected rows written while sources are loaded?

Of one fault in one source so many cells get a finding each, and the rest one finding together, whose code sorts behind
theirs: a million equal lines help nobody. Every rejected row is in the rejects all the same.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from ledgers.models import Finding, Severity
from ledgers.storage.books import Books

FINDINGS_EACH_MAX = 1_000
"""Findings of one code in one source, each of a row or of a cell in it."""
BATCH_ROWS = 20_000


class FaultBook:
    """Findings and rejects of one load, on their way into the books."""

    def __init__(self, books: Books) -> None:
        self._books = books
        self._findings: list[Finding] = []
        self._rejects: list[tuple[str, int, str, str]] = []
        self._found: Counter[tuple[str, str]] = Counter()
        self._rows: Counter[tuple[str, str]] = Counter()
        self._row_met: dict[tuple[str, str], int | None] = {}
        self._row_beyond: dict[tuple[str, str], int | None] = {}

    def add(self, finding: Finding) -> None:
        """Write a finding that is no row's."""
        self._findings.append(finding)

    def add_for_row(self, finding: Finding) -> None:
        """Write a row's finding, unless the source has too many of the kind: then it is counted.

        The findings of one row follow each other.
        """
        kind = (finding.source, finding.code)
        self._found[kind] += 1
        if self._row_met.get(kind) != finding.row:
            self._rows[kind] += 1
            self._row_met[kind] = finding.row
        if self._found[kind] <= FINDINGS_EACH_MAX:
            self.add(finding)
        else:
            self._row_beyond.setdefault(kind, finding.row)

    def reject(self, source: str, row: int, reason: str, raw: str) -> None:
        """Write a rejected row as it stands in the file."""
        self._rejects.append((source, row, reason, raw))
        if len(self._rejects) >= BATCH_ROWS:
            self._write_rejects()

    def close_source(self, source: str) -> None:
        """Write one finding for each kind of which this source had too many, and all that is held."""
        for (named, code), count in sorted(self._found.items()):
            if named == source and count > FINDINGS_EACH_MAX:
                more, rows, row = count - FINDINGS_EACH_MAX, self._rows[named, code], self._row_beyond[named, code]
                what = "rows" if rows == count else "cells"
                among = "" if rows == count else f" in {rows} rows"
                self.add(
                    Finding(
                        f"{code}-summary", Severity.BLOCKING,
                        f"{source}:{row}: {more} more {what} of the kind {code} from here on, {count} in all{among}.",
                        "See rejects.csv for every row.", source=source, row=row,
                    )
                )  # fmt: skip
        for kind in [kind for kind in self._found if kind[0] == source]:
            del self._found[kind], self._rows[kind], self._row_met[kind]
            self._row_beyond.pop(kind, None)
        self.flush()

    def flush(self) -> None:
        """Write all that is held."""
        self._write_rejects()
        findings, self._findings = self._findings, []
        write_findings(self._books, findings)

    def _write_rejects(self) -> None:
        import pyarrow as pa

        rejects, self._rejects = self._rejects, []
        if not rejects:
            return
        names = ["source", "row", "reason", "raw"]
        table = pa.table(dict(zip(names, map(list, zip(*rejects, strict=True)), strict=True)))
        with self._books.lent("incoming_rejects", table):
            self._books.execute("insert into reject select source, row, reason, raw from incoming_rejects")


def write_findings(books: Books, findings: Iterable[Finding]) -> None:
    """Write findings into the books' relation `finding`, any number; one without a subject is about its place."""
    import pyarrow as pa

    rows = [
        (
            f.code, str(f.severity), f.subject or _place(f), f.asset, f.quantity, f.message, f.source, f.row, f.column,
            f.remedy,
        )
        for f in findings
    ]  # fmt: skip
    if not rows:
        return
    names = ["code", "severity", "subject", "asset", "quantity", "message", "source", "row", "column", "remedy"]
    types = [pa.int64() if name == "row" else pa.string() for name in names]
    columns = [pa.array(column, kind) for column, kind in zip(zip(*rows, strict=True), types, strict=True)]
    with books.lent("incoming_findings", pa.table(columns, names)):
        books.execute("insert into finding select * from incoming_findings")


def _place(finding: Finding) -> str:
    return finding.source if finding.row is None else f"{finding.source}:{finding.row}"
