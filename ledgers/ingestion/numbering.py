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

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ledgers.display import display
from ledgers.ingestion.codes import AssetCodes
from ledgers.ingestion.columns import ACCOUNT_COLUMNS, KEYS, SUMMABLE, TABLES
from ledgers.ingestion.fault_book import FaultBook
from ledgers.ingestion.reader import TableFile
from ledgers.models import Finding, Severity
from ledgers.storage.books import Books

if TYPE_CHECKING:
    from ledgers.configuration_sections import SourceSection

RELATIONS = Path(__file__).parent / "relations"
CODES_SHOWN_MAX = 6
BATCH_ROWS = 1 << 18
PORTION_ROWS = 1 << 25
"""Of keys whose hashes are sorted at once: a quarter of a GiB."""
EQUAL_HASHES_MAX = 10_000
"""Looked at in one statement. Ids that were chosen to collide cost time; they hide nothing."""


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
    _note_patterns(faults, codes)
    _write_strict_sources(books, sources)
    by_no = {source.source_no: source for source in sources}
    rejected: Counter[int] = Counter()
    if _has_duplicates(books, "typed_account", "account_key"):
        rejected += _reject_duplicates(
            books, faults, table="account", relation="typed_account", key="account_key", sources=by_no
        )
    is_in_order = books.is_bulk and _has_accounts_in_order(books)
    if not is_in_order:
        _note_unlisted(books, faults, by_no)
    _write_accounts_and_balances(books, is_in_order)
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


def _write_accounts_and_balances(books: Books, is_in_order: bool) -> None:
    """Write them in the order of their keys.

    Args:
        is_in_order: whether the accounts lie in it and are all listed; sorting tens of millions is what takes longest.
    """
    books.run(RELATIONS / "loaded" / "kept.sql")
    books.run(RELATIONS / "loaded" / ("account_in_order.sql" if is_in_order else "account.sql"))
    is_in_order = is_in_order and _has_balances_in_order(books)
    books.run(RELATIONS / "loaded" / ("balance_in_order.sql" if is_in_order else "balance.sql"))


def _has_accounts_in_order(books: Books) -> bool:
    """Whether the list of accounts has every account, and lies in the order of their keys and of their ids alike."""
    count, listed = books.rows("select (select count(*) from account_key), (select count(*) from typed_account)")[0]
    if count != listed:
        return False
    last: str | None = None
    for query in ("select account_key from typed_account", "select account_key, account from account_key"):
        expected = 0
        for batch in books.batches(query, BATCH_ROWS):
            keys = batch.column(0).to_numpy()
            if not np.array_equal(keys, np.arange(expected, expected + len(keys), dtype=keys.dtype)):
                return False
            expected += len(keys)
            if batch.num_columns == 1:
                continue
            ids = batch.column(1)
            # Arrow compares bytes, as the books do.
            is_after = pc.all(pc.greater(ids[1:], ids[:-1]), min_count=0).as_py()
            if not is_after or (last is not None and pc.less_equal(ids[0], last).as_py()):
                return False
            last = ids[-1]
    return True


def _has_balances_in_order(books: Books) -> bool:
    """Whether balances lie in the order of account and asset, where accounts are numbered by their keys."""
    pairs = books.rows("select asset_key, asset_no from asset_key order by asset_key")
    if [key for key, _ in pairs] != list(range(len(pairs))):
        return False
    asset_nos = np.array([number for _, number in pairs], np.int64)
    last = -1
    for batch in books.batches("select account_key, asset_key from typed_balance", BATCH_ROWS):
        account_nos, asset_keys = (column.to_numpy() for column in batch.columns)
        places = account_nos.astype(np.int64) * max(len(asset_nos), 1) + asset_nos[asset_keys]
        if places[0] < last or (places[1:] < places[:-1]).any():
            return False
        last = int(places[-1])
    return True


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


def _note_patterns(faults: FaultBook, codes: AssetCodes) -> None:
    """Say how many assets each pattern made: where it catches all, a misspelt code is one of them."""
    for pattern, made in codes.made():
        shown = ", ".join(f'"{display(code)}"' for code in made[:CODES_SHOWN_MAX])
        more = "" if len(made) <= CODES_SHOWN_MAX else f" and {len(made) - CODES_SHOWN_MAX} more"
        count = "1 code is an asset" if len(made) == 1 else f"{len(made)} codes are assets"
        faults.add(
            Finding(
                "pattern-codes",
                Severity.NOTE,
                f'case.toml: {count} only because the pattern "{display(pattern)}" matches: {shown}{more}.',
                "Look for misspelt codes among the assets; declare each as an alias of the asset that is meant.",
                subject=pattern,
                source="case.toml",
            )
        )


def _write_strict_sources(books: Books, sources: Sequence[LoadedSource]) -> None:
    strict = [source.source_no for source in sources if source.declared.duplicates == "refuse"]
    with books.lent("incoming_rows", pa.table({"source_no": pa.array(strict, pa.int32())})):
        books.run(RELATIONS / "strict_source.sql")


def _note_unlisted(books: Books, faults: FaultBook, by_no: Mapping[int, LoadedSource]) -> None:
    books.run(RELATIONS / "loaded" / "unlisted.sql")
    for table, accounts, source_no, row, account in books.rows(
        'select table_name, accounts, source_no, "row", account from unlisted order by table_name'
    ):
        source, column = by_no[source_no].source, ACCOUNT_COLUMNS[table]
        more = "" if accounts == 1 else f"; so are {accounts - 1} more that {table} names"
        faults.add(
            Finding(
                "unlisted-account",
                Severity.NOTE,
                f'{source}:{row}: {column} "{display(account)}" is in no account table and read as a customer{more}.',
                "Add them to the account table where they are of another kind.",
                subject=table,
                source=source,
                row=row,
                column=column,
            )
        )


def _has_duplicates(books: Books, relation: str, key: str) -> bool:
    """Whether two rows of a relation have the same key.

    Hashes of keys are sorted here, in portions by their first bits, and only where two are equal are the keys
    themselves compared: grouping two hundred million ids would take ten times as long, and all of memory.
    """
    if relation == "balance":
        books.run(RELATIONS / "has_twins.sql")
        return bool(books.value("select keys from duplicate_keys"))
    rows = int(books.value(f"select count(*) from {relation}"))  # noqa: S608  a name of ours
    portions = 1 << max(rows // PORTION_ROWS, 0).bit_length()
    for portion in range(portions):
        equal = _equal_hashes(books, relation, key, portion, portions, rows)
        for first in range(0, len(equal), EQUAL_HASHES_MAX):
            some = equal[first : first + EQUAL_HASHES_MAX]
            books.run(RELATIONS / "has_duplicates.sql", {"relation": relation, "key": key}, hashes=some)
            if books.value("select keys from duplicate_keys"):
                return True
    return False


def _equal_hashes(books: Books, relation: str, key: str, portion: int, portions: int, rows: int) -> list[int]:
    """The hashes that two keys or more have, of those whose first bits are `portion`."""
    shift = 64 - (portions.bit_length() - 1)
    chosen = "" if portions == 1 else f" where hash({key}) >> {shift} = {portion}"
    hashes = np.empty(2 * rows // portions + PORTION_ROWS // 8 + 1, np.uint64)
    count = 0
    for batch in books.batches(f"select hash({key}) from {relation}{chosen}", BATCH_ROWS):  # noqa: S608  names of ours
        column = batch.column(0).to_numpy(zero_copy_only=False)
        if count + len(column) > len(hashes):
            hashes = np.concatenate([hashes, np.empty(len(hashes), np.uint64)])
        hashes[count : count + len(column)] = column
        count += len(column)
    known = hashes[:count]
    known.sort()
    equal: list[int] = np.unique(known[1:][known[1:] == known[:-1]]).tolist()
    return equal


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
    books.run(RELATIONS / "duplicate_rows.sql", {"relation": relation, "key": key})
    named = _names(books, key)
    columns = key.split(", ")
    by_source: dict[int, dict[int, tuple[int, int, dict[str, str]]]] = {}
    for source_no, row, earlier_source_no, earlier_row, *values in books.rows(
        'select * from refused_further order by source_no, "row"'
    ):
        bears = {
            column.removesuffix("_no").removesuffix("_key"): named[column][value] if column in named else value
            for column, value in zip(columns, values, strict=True)
            if value is not None
        }
        by_source.setdefault(source_no, {})[row] = (earlier_source_no, earlier_row, bears)
    for source_no, further in by_source.items():
        source = sources[source_no]
        for row, raw in source.table_file.raw(further.keys()):
            earlier_source_no, earlier_row, bears = further[row]
            earlier = f"{sources[earlier_source_no].source}:{earlier_row}"
            faults.add_for_row(_duplicate(table, source.source, row, earlier, bears))
            faults.reject(source.source, row, f"the key is that of {earlier}", raw)
        rejected[source_no] += len(further)
        faults.close_source(source.source)
    return rejected


def _names(books: Books, key: str) -> dict[str, dict[int, str]]:
    """Give the names of the accounts and assets that refused rows bear the numbers of, by column of the key."""
    named: dict[str, dict[int, str]] = {}
    if "account_key" in key:
        named["account_key"] = dict(
            books.rows(
                "select account_key, account from account_key "
                "where account_key in (select account_key from refused_further)"
            )
        )
    if "account_no" in key:
        named["account_no"] = dict(
            books.rows(
                "select account_no, account from account where account_no in (select account_no from refused_further)"
            )
        )
    if "asset_no" in key:
        named["asset_no"] = dict(books.rows("select asset_no, asset from asset"))
    return named


def _duplicate(table: str, source: str, row: int, earlier: str, bears: Mapping[str, str]) -> Finding:
    """Say of a row that another bears its key.

    Args:
        bears: the key, value by column of the contract.
    """
    columns = [name.removesuffix("_no") for name in KEYS[table]]
    assert all(column in {known.name for known in TABLES[table]} for column in columns)
    named = "the same " + " and ".join(f'{column} "{display(value)}"' for column, value in bears.items())
    summed = ', or declare duplicates = "sum" if both are parts of one figure' if table in SUMMABLE else ""
    return Finding(
        "duplicate-row",
        Severity.BLOCKING,
        f"{source}:{row}: has {named} as {earlier}.",
        f"Remove one of the two rows{summed}.",
        subject=bears[columns[0]],
        asset=bears.get("asset", ""),
        source=source,
        row=row,
        column=columns[0],
    )
