"""How do typed rows become the numbered records that everything else reads?

Assets and accounts get dense numbers in byte order, so that no number depends on the order of files or rows; keys are
made unique; and the relations of the records are written. A second row of a key is rejected unless its source
declares that such rows are parts of one figure.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa

from ledgers.ingestion.codes import AssetCodes
from ledgers.ingestion.columns import ACCOUNT_COLUMNS, KEYS, SUMMABLE, TABLES
from ledgers.ingestion.fault_book import FaultBook
from ledgers.ingestion.reader import TableFile
from ledgers.models import Finding, Severity
from ledgers.storage.books import Books

if TYPE_CHECKING:
    from ledgers.configuration import SourceSection

RELATIONS = Path(__file__).parent / "relations"


@dataclass(frozen=True, slots=True)
class LoadedSource:
    """One file of the case, after its rows were typed."""

    source_no: int
    source: str
    declared: SourceSection
    table_file: TableFile


def number_records(books: Books, faults: FaultBook, codes: AssetCodes, sources: Sequence[LoadedSource]) -> Counter[int]:
    """Write every relation of the records; give how many rows of each source were rejected as duplicates."""
    _write_assets(books, codes)
    _write_strict_sources(books, sources)
    by_no = {source.source_no: source for source in sources}
    rejected: Counter[int] = Counter()
    if _has_duplicates(books, "typed_account", "account"):
        rejected += _reject_duplicates(
            books, faults, table="account", relation="typed_account", key="account", sources=by_no
        )
    _note_unlisted(books, faults)
    books.run(RELATIONS / "loaded" / "account.sql")
    books.run(RELATIONS / "loaded" / "records.sql")
    for table, key in KEYS.items():
        if table == "account":
            continue
        columns = ", ".join(key)
        if not _has_duplicates(books, table, columns):
            continue
        rejected += _reject_duplicates(books, faults, table=table, relation=table, key=columns, sources=by_no)
        if table in SUMMABLE:
            books.run(RELATIONS / f"summed_{table}.sql")
    books.run(RELATIONS / "end.sql")
    return rejected


def _write_assets(books: Books, codes: AssetCodes) -> None:
    numbered = codes.numbered()
    assets = sorted(numbered.values(), key=lambda asset: asset.asset_no)
    columns = pa.table(
        {
            "asset_no": pa.array([asset.asset_no for asset in assets], pa.int32()),
            "asset": pa.array([asset.asset for asset in assets], pa.string()),
            "decimals": pa.array([asset.decimals for asset in assets], pa.int32()),
            "kind": pa.array([str(asset.kind) for asset in assets], pa.string()),
        }
    )
    keys = pa.table(
        {
            "asset_key": pa.array(list(numbered), pa.int32()),
            "asset_no": pa.array([asset.asset_no for asset in numbered.values()], pa.int32()),
        }
    )
    with books.lent("incoming_assets", columns), books.lent("incoming_keys", keys):
        books.run(RELATIONS / "loaded" / "asset.sql")


def _write_strict_sources(books: Books, sources: Sequence[LoadedSource]) -> None:
    strict = [source.source_no for source in sources if source.declared.duplicates == "refuse"]
    with books.lent("incoming_rows", pa.table({"source_no": pa.array(strict, pa.int32())})):
        books.run(RELATIONS / "strict_source.sql")


def _note_unlisted(books: Books, faults: FaultBook) -> None:
    books.run(RELATIONS / "loaded" / "unlisted.sql")
    for table, accounts in books.rows("select table_name, accounts from unlisted order by table_name"):
        faults.add(
            Finding(
                "unlisted-account",
                Severity.NOTE,
                f"{table}: accounts that no account table lists, read as customers: {accounts}.",
                "Add them to the account table where they are of another kind.",
                subject=table,
                column=ACCOUNT_COLUMNS[table],
            )
        )


def _has_duplicates(books: Books, relation: str, key: str) -> bool:
    books.run(RELATIONS / "has_duplicates.sql", {"relation": relation, "key": key})
    return bool(books.value("select keys from duplicate_keys"))


def _reject_duplicates(
    books: Books,
    faults: FaultBook,
    *,
    table: str,
    relation: str,
    key: str,
    sources: Mapping[int, LoadedSource],
) -> Counter[int]:
    """Reject every row of a key after its first, but those of sources where rows are parts of a figure."""
    rejected: Counter[int] = Counter()
    books.run(RELATIONS / "duplicates.sql", {"relation": relation, "key": key})
    books.run(RELATIONS / "duplicate_rows.sql", {"relation": relation})
    rows = books.rows(
        'select source_no, "row", earlier_source_no, earlier_row from refused_further order by source_no, "row"'
    )
    by_source: dict[int, dict[int, tuple[int, int]]] = {}
    for source_no, row, earlier_source_no, earlier_row in rows:
        by_source.setdefault(source_no, {})[row] = (earlier_source_no, earlier_row)
    for source_no, further in by_source.items():
        source = sources[source_no]
        for row, raw in source.table_file.raw(further.keys()):
            earlier = f"{sources[further[row][0]].source}:{further[row][1]}"
            faults.add_for_row(_duplicate(table, source.source, row, earlier))
            faults.reject(source.source, row, f"the key is that of {earlier}", raw)
        rejected[source_no] += len(further)
        faults.close_source(source.source)
    return rejected


def _duplicate(table: str, source: str, row: int, earlier: str) -> Finding:
    columns = [name.removesuffix("_no") for name in KEYS[table]]
    assert all(column in {known.name for known in TABLES[table]} for column in columns)
    named = "the same " + " and ".join(columns)
    summed = ', or declare duplicates = "sum" if both are parts of one figure' if table in SUMMABLE else ""
    return Finding(
        "duplicate-row",
        Severity.BLOCKING,
        f"{source}:{row}: has {named} as {earlier}.",
        f"Remove one of the two rows{summed}.",
        source=source,
        row=row,
        column=columns[0],
    )
