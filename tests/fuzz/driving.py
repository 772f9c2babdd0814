"""What does each reader make of one file, and is it what the definitions say?

The readers run in this process, without DuckDB and without a child, so that a file takes a millisecond; every hundredth
or so goes through the whole load beside. Held against a csv file: Python's csv module in strict mode over the text as
its codec gives it, and ledgers.units for what was typed. Against a jsonl file: Python's json, line by line.
"""

from __future__ import annotations

import codecs
import csv
import gzip
import io
import json
import os
import random
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pyarrow as pa

from ledgers.configuration import read_case
from ledgers.configuration_sections import SourceSection
from ledgers.errors import CaseError, SourceError
from ledgers.ingestion import jsonl_child, parquet_child, plain_rows, workbook_child
from ledgers.ingestion.cells import Format, cell_faults
from ledgers.ingestion.codes import AssetCodes
from ledgers.ingestion.columns import TABLES, Cell
from ledgers.ingestion.confined import Refused
from ledgers.ingestion.csv_table import CsvTable, _Reading
from ledgers.ingestion.drawn_table import checked_header
from ledgers.ingestion.load import load
from ledgers.ingestion.places import places_of
from ledgers.ingestion.reader import Constant, Place
from ledgers.ingestion.receipt import Receipt
from ledgers.storage.books import Books
from ledgers.units import ExcessDigits, Scientific, read_quantity
from tests.fuzz.mutations import mutated
from tests.fuzz.originals import Original
from tests.fuzz.outcomes import Disagreement, Outcome, reason_of

LOADED_EACH = 101
"""A prime, so that the files of every worker and every kind have their turn."""
HEAD = """
[case]
title = "Re Example"
trigger = "bankruptcy"
regime = "custom"
commencement_at = 2026-03-31T09:00:00+09:00
currency = "JPY"
[assets.JPY]
decimals = 0
kind = "fiat"
[assets.BTC]
decimals = 8
aliases = ["XBT"]
[assets.ETH]
decimals = 18
[assets."NFT *"]
decimals = 0
kind = "nft"
"""
NAMES = (
    "f", "a*", "b?", "[x]", "{a,b}", "amount=1", "x\ny", "\u202ef", "$(id)", "'; drop table x; --", "%s{0}", "~",
    "é" * 60, "-f", " ", "a" * 200, "file:f", "\\\\host\\x", "con", "f.csv", "口座",
)  # fmt: skip
OTHERS = {"wallet": "wallet,asset,quantity\nfirst,BTC,1\n", "balance": "account,asset,quantity\n"}
"""What every case has to have."""
Cells = list[str]
Faults = list[tuple[int, str | None, int, str, str]]
"""row, first cell, column, code, why"""


def mutated_file(kind: str, number: int) -> tuple[Original, bytes]:
    """The file of a kind and a number: always the same one."""
    return mutated(kind, random.Random(f"{kind}:{number}"))


class Driver:
    """All readers, and a folder for what they write."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        (folder / "inputs").mkdir(parents=True, exist_ok=True)
        (folder / "work").mkdir(exist_ok=True)
        (folder / "inputs" / "wallet.csv").write_text("wallet,asset,quantity\nfirst,BTC,1\n")
        self._written = folder / "file"
        (folder / "case.toml").write_text(HEAD + '[[sources]]\ntable = "wallet"\npath = "inputs/wallet.csv"\n'
                                          '[[sources]]\ntable = "balance"\npath = "inputs/wallet.csv"\n')  # fmt: skip
        self._assets = read_case(folder).assets
        self._books = [
            Books.memory(folder, threads=1, memory_limit="256MB", bulk=is_bulk) for is_bulk in (False, True)
        ]

    def close(self) -> None:
        """Close the books."""
        for books in self._books:
            books.close()

    def drive(self, made: Original, content: bytes, number: int) -> Outcome:
        """Read one file; what is no outcome at all is raised."""
        declared = SourceSection.model_validate({"path": ("f." + made.kind,), **made.settings})
        self._written.write_bytes(content)
        try:
            accepted, codes = getattr(self, "_" + made.kind.split(".")[0])(made, content, declared)
            outcome = Outcome(made.kind, "accepted" if not codes else "rows rejected", accepted, codes)
        except (SourceError, Refused) as refused:
            lines = refused.lines if isinstance(refused, SourceError) else (str(refused),)
            if any("Report this" in line for line in lines):
                raise Disagreement(lines[0]) from refused
            outcome = Outcome(made.kind, f"refused: {reason_of(lines[0])}", None, ())
        if number % LOADED_EACH == 0:
            self._load(made, content, declared, outcome, number)
        return outcome

    def _csv(self, made: Original, content: bytes, declared: SourceSection) -> tuple[int, tuple[str, ...]]:
        receipt = Receipt("f", "0", self._written, made.kind, len(content))
        table_file = CsvTable(receipt, declared, self._folder)
        places, _ = places_of("f", declared, table_file.header, table_file.width)
        records = list(table_file._records([]))
        if len(records) != table_file.count():
            raise Disagreement(f"{len(records)} records were read, {table_file.count()} counted")
        if not declared.mend:
            _compare_with_csv(content, made, declared, table_file.first_row, records)
        read = _Reading(table_file.width, bool(declared.mend))
        codes: list[str] = []
        good: dict[int, Cells] = {}
        is_refused: set[int] = set()
        for batch in read._batches(iter(records)):
            codes += [code for _, _, code, _, _ in read._unfit]
            is_refused |= {row for row, *_ in read._unfit}
            read._unfit = []
            for number, *cells in batch:
                assert isinstance(number, int)
                good[number] = [str(cell or "") for cell in cells]
        faulty = self._judged(declared, places, good, codes)
        if table_file.plain_bytes and declared.table in plain_rows.PLAIN_TABLES and not declared.mend:
            self._compare_with_kernel(table_file, declared, places, good, is_refused, faulty)
        return len(good) - len(faulty), tuple(sorted(set(codes)))

    def _judged(
        self, declared: SourceSection, places: Mapping[str, Place], rows: Mapping[int, Cells], codes: list[str]
    ) -> set[int]:
        """Judge the cells of each row; give the rows that are refused."""
        form = Format(
            ExcessDigits(declared.excess_digits), Scientific(declared.scientific), declared.timezone,
            AssetCodes(self._assets).decimals_of,
        )  # fmt: skip
        faulty: set[int] = set()
        for number, row in rows.items():
            cells = _placed(places, row)
            faults = cell_faults(declared.table, cells, form)
            if faults:
                faulty.add(number)
                codes += [fault.code for fault in faults]
        return faulty

    def _compare_with_kernel(
        self, table_file: CsvTable, declared: SourceSection, places: Mapping[str, Place], rows: Mapping[int, Cells],
        unfit: set[int], faulty: set[int],
    ) -> None:  # fmt: skip
        """The compiled pass takes only rows that are right, says of them what the definition says, and leaves the
        rest."""
        codes = AssetCodes(self._assets)
        accounts = plain_rows.AccountKeys()
        reading = _KernelReading(None, codes, accounts, declared, 1, places, table_file.width)
        if not reading.run(table_file):
            return
        left = {number for number, _ in reading.left}
        taken = {number for batch in reading.kept for number in batch.column("row").to_pylist()}
        if taken & (left | faulty | unfit) or taken | left != set(rows) | unfit:
            raise Disagreement(f"taken {sorted(taken)}, left {sorted(left)}, faulty {sorted(faulty | unfit)}")
        names = accounts.names(0, len(accounts)).to_pylist()
        for batch in reading.kept:
            for made in batch.to_pylist():
                self._compare_row(declared, _placed(places, rows[made["row"]]), made, names, codes)

    def _compare_row(
        self, declared: SourceSection, cells: Mapping[str, str | None], made: Mapping[str, Any], names: list[str],
        codes: AssetCodes,
    ) -> None:  # fmt: skip
        for column in TABLES[declared.table]:
            text = cells.get(column.name) or None
            if column.name == "account":
                found = names[made["account_key"]]
            elif column.cell is Cell.ASSET:
                found, text = made["asset_key"], codes.key_of(text or "")  # type: ignore[assignment]
            elif column.cell is Cell.QUANTITY and text is not None:
                decimals = codes.decimals_of(cells[column.asset_column] or "")
                assert decimals is not None
                found = int(made[column.name])
                text = read_quantity(text, decimals, ExcessDigits.REFUSE, Scientific.REFUSE).units  # type: ignore[assignment]
            elif column.cell is Cell.INSTANT and text is not None:
                continue
            else:
                found = made[column.name]
            if found != text:
                raise Disagreement(f"row {made['row']}, {column.name}: the kernel says {found!r}, not {text!r}")

    def _jsonl(self, made: Original, content: bytes, declared: SourceSection) -> tuple[int, tuple[str, ...]]:
        is_packed = made.kind.endswith(".gz")
        request = self._request(is_packed=is_packed, skips_mark=False, bytes_count=len(content))
        report = jsonl_child.draw(request)
        rows, faults = _drawn(request)
        blank = report["blank"]["count"]
        if len(rows) + blank != report["rows_counted"]:
            raise Disagreement(f"{len(rows)} rows and {blank} blank are not {report['rows_counted']}")
        bad = {number for number, _, column, _, _ in faults if column == 0}
        whole = gzip.decompress(content) if is_packed else content
        lines = whole.split(b"\n")
        for number, cells in rows.items():
            if number not in bad:
                _compare_with_json(lines[number - 1], report["header"], cells, number)
        return self._finished(declared, report["header"], rows, faults)

    def _xlsx(self, made: Original, content: bytes, declared: SourceSection) -> tuple[int, tuple[str, ...]]:
        request = self._request(sheet=None, is_positional=False)
        report = workbook_child.draw(request)
        rows, faults = _drawn(request)
        if not report["first_row"]:
            raise Refused("is empty")
        if len(rows) + report["blank"]["count"] + 1 != report["rows_counted"]:
            raise Refused("has rows that two counts differ about")
        return self._finished(declared, report["header"], rows, faults)

    def _parquet(self, made: Original, content: bytes, declared: SourceSection) -> tuple[int, tuple[str, ...]]:
        request = self._request()
        report = parquet_child.look(request)
        header = checked_header("f", [name for name, _ in report["columns"]], 1)
        places, _ = places_of("f", declared, header, len(header))
        wanted = sorted({place for place in places.values() if isinstance(place, int)})
        if any(report["columns"][place - 1][1].startswith("no ") for place in wanted):
            raise Refused("holds values of a type")
        store, stdout = io.BytesIO(), sys.stdout
        sys.stdout = SimpleNamespace(buffer=store)
        try:
            streamed = parquet_child.stream({**request, "places": wanted})
        finally:
            sys.stdout = stdout
        table = pa.ipc.open_stream(pa.BufferReader(store.getvalue())).read_all()
        if table.num_rows != streamed["rows"]:
            raise Disagreement(f"{table.num_rows} rows came of {streamed['rows']}")
        if table.num_rows != report["rows"]:
            # The row equation refuses it.
            raise Refused("holds other rows than it claims")
        codes: tuple[str, ...] = ("nul-character",) if streamed["has_nul"] else ()
        return table.num_rows, codes

    def _request(self, **more: object) -> dict[str, Any]:
        stem = str(self._folder / "drawn")
        return {
            "path": str(self._written), "rows": f"{stem}.rows", "faults": f"{stem}.faults",
            "scratch": str(self._folder), "parent": os.getppid(), **more,
        }  # fmt: skip

    def _finished(
        self, declared: SourceSection, header: list[str], rows: Mapping[int, list[str | None]],
        faults: Faults,
    ) -> tuple[int, tuple[str, ...]]:  # fmt: skip
        """Judge the rows that a child has drawn."""
        if not header:
            raise Refused("has no line with an object")
        checked = checked_header("f", header, 1)
        places, _ = places_of("f", declared, checked, len(checked))
        read = {place for place in places.values() if isinstance(place, int)} | {0}
        unfit = {number for number, _, column, _, _ in faults if column in read}
        # No child looks for them in texts that can name any character: it is done once all is staged.
        unfit |= {
            number for number, cells in rows.items()
            if any("\0" in (cell or "") for place, cell in enumerate(cells, 1) if place in read)
        }
        codes = [code for _, _, column, code, _ in faults if column in read]
        good = {
            number: [cell or "" for cell in cells] + [""] * (len(checked) - len(cells))
            for number, cells in rows.items()
            if number not in unfit
        }
        faulty = self._judged(declared, places, good, codes)
        return len(good) - len(faulty), tuple(sorted(set(codes)))

    def _load(self, made: Original, content: bytes, declared: SourceSection, outcome: Outcome, number: int) -> None:
        """The whole load of the file as a case, under a name that no program should take for more than a name."""
        rng = random.Random(number)
        path = f"inputs/{rng.choice(NAMES)[:60]}.{made.kind}"
        settings = {"table": made.table, **made.settings}
        told = "\n".join(f"{key} = {_toml(value)}" for key, value in settings.items())
        sources = f'[[sources]]\npath = {json.dumps(path, ensure_ascii=False)}\n{told}\n'
        for table, line in OTHERS.items():
            if made.table != table:
                (self._folder / "inputs" / f"other-{table}.csv").write_text(line)
                sources += f'[[sources]]\ntable = "{table}"\npath = "inputs/other-{table}.csv"\n'
        (self._folder / "case.toml").write_text(HEAD + sources, encoding="utf-8")
        file = self._folder / path
        file.write_bytes(content)
        try:
            case = read_case(self._folder)
            books = self._books[number // LOADED_EACH % 2]
            result = load(case, books, lambda _: None)
            twice = books.value("select count(*) from finding where code = 'duplicate-row'")
        except CaseError as refused:
            if made.kind != "parquet" and any("Report this" in line for line in refused.lines):
                raise Disagreement(refused.lines[0]) from refused
            if outcome.accepted is not None and made.kind != "parquet" and not _is_of_many(refused.lines[0]):
                raise Disagreement(f"refused as a whole: {refused.lines[0]}") from refused
        else:
            if outcome.accepted is None:
                raise Disagreement(f"accepted as a whole, though {outcome.verdict}")
            ignored = result.sources[0].ignored if declared.ignore is not None else 0
            accepted = result.sources[0].accepted
            if made.kind != "parquet" and not ignored and not accepted <= outcome.accepted <= accepted + twice:
                raise Disagreement(f"{accepted} rows are accepted as a whole, {outcome.accepted} by definition")
        finally:
            file.unlink()


class _KernelReading(plain_rows._Reading):
    """A reading whose rows go nowhere."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.kept: list[pa.Table] = []

    def _keep(self, held: Any, taken: int, unread: int) -> None:
        if taken:
            # Its memory is used again for the next chunk.
            self.kept.append(pa.concat_tables([pa.table(dict(self._made(held, taken)))]).take(list(range(taken))))
        for row, begin, end in self._out.left[:unread].tolist():
            self.left.append((row, held[begin:end].tobytes().decode("utf-8")))


def _is_of_many(line: str) -> bool:
    """Whether a file was refused for what only the whole load asks."""
    return any(words in line for words in ("regular expression", "more than 38 digits", "no known kind", "is not "))


def _toml(value: object) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {_toml(one)}" for key, one in value.items()) + " }"
    return json.dumps(list(value) if isinstance(value, tuple) else value)


def _placed(places: Mapping[str, Place], row: Cells) -> dict[str, str | None]:
    cells: dict[str, str | None] = {}
    for name, place in places.items():
        if isinstance(place, int):
            cells[name] = row[place - 1] or None
        else:
            cells[name] = place.text or None if isinstance(place, Constant) else None
    return cells


def _compare_with_csv(
    content: bytes, made: Original, declared: SourceSection, first_row: int, records: list[tuple[int, Cells, str]]
) -> None:
    """Hold records against those of the csv module over the decoded text."""
    whole = gzip.decompress(content) if made.kind.endswith(".gz") else content
    codec = "utf-8" if codecs.lookup(declared.encoding).name == "ascii" else declared.encoding
    text = whole.decode(codec, "surrogateescape")
    expected = list(_csv_records(text))[first_row - 1 :]
    found = [(None if fault else cells) for _, cells, fault in records]
    if found != expected:
        place = next((n for n, (a, b) in enumerate(zip(found, expected, strict=False)) if a != b), -1)
        raise Disagreement(f"{len(found)} records, csv has {len(expected)}; they differ at {place}")
    if [row for row, _, _ in records] != list(range(first_row, first_row + len(records))):
        raise Disagreement("the records are not numbered as they come")


def _csv_records(text: str) -> Iterator[Cells | None]:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    while True:
        try:
            yield next(reader)
        except StopIteration:
            return
        except csv.Error:
            yield None


def _compare_with_json(line: bytes, header: list[str], cells: list[str | None], number: int) -> None:
    expected = json.loads(line.decode("utf-8"), parse_int=str, parse_float=str)
    found = {header[place]: cell for place, cell in enumerate(cells) if cell is not None}
    words = {True: "true", False: "false"}
    said = {
        key: words[value] if isinstance(value, bool) else value for key, value in expected.items() if value is not None
    }
    if found != said:
        raise Disagreement(f"line {number}: {found!r}, json says {said!r}")


def _drawn(request: Mapping[str, Any]) -> tuple[dict[int, list[str | None]], Faults]:
    """What a child has written: rows by number, and faults."""
    with pa.OSFile(request["rows"]) as file:
        batches = [batch.to_pydict() for batch in pa.ipc.open_stream(file)]
    rows = {n: cells for batch in batches for n, cells in zip(batch["row"], batch["cells"], strict=True)}
    with pa.OSFile(request["faults"]) as file:
        faults: Faults = [tuple(fault.values()) for batch in pa.ipc.open_stream(file) for fault in batch.to_pylist()]
    return rows, faults


