"""What does one file seem to be, how sure is that, and what about it should a person hear before anything else?

The pieces put together: its rows (samples.py), what its columns hold (forms.py), the table that it is (tables.py), the
assets that it names. The answer is a proposal for one source of case.toml. Nothing is decided here and nothing changed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ledgers.display import display
from ledgers.errors import SourceError
from ledgers.ingestion.columns import LAYOUTS, Column
from ledgers.surveying.dialect import Record
from ledgers.surveying.encodings import Sure
from ledgers.surveying.faults import asks_timezone, faults_of, usable
from ledgers.surveying.forms import ColumnForms, Form, columns_of
from ledgers.surveying.headings import Headings, escaped, headings_of
from ledgers.surveying.samples import STRANGERS, Sample, kind_of, samples_of
from ledgers.surveying.sums import AssetSeen, Sums, sums_of
from ledgers.surveying.tables import Table, is_known, table_of
from ledgers.surveying.wide import wide_of
from ledgers.surveying.words import BRACKETED, FILE_NAMES, plain_name

ADDRESSES_PERCENT = 80
NAMES_MAX = 8
FORM_ROWS = 50_000
"""Rows from the beginning whose cells are judged one by one; of the others only assets and quantities are read."""
PATTERN = r"(?P<asset>[^\[,]+)\[(?P<quantity>[^\]]*)\]"
TOKEN = re.compile(r"[A-Za-z0-9]{2,10}")
ASK = "?"
"""Stands in case.toml where only a person can say."""


@dataclass(frozen=True, slots=True)
class Surveyed:
    """What was found out about one file, or one sheet of it, and how it would be declared."""

    name: str
    """As it was handed over."""
    written: str
    """Its path in the case."""
    sample: Sample | None
    columns: tuple[ColumnForms, ...]
    table: Table | None
    reason: str
    """Why it is no source as it stands; empty where it is one."""
    faults: tuple[str, ...]
    """What is wrong with it, in sentences."""
    questions: tuple[str, ...]
    """What only a person can say of it."""
    assets: Mapping[str, AssetSeen]
    settings: Mapping[str, object] = field(default_factory=dict)
    """What the source would declare besides table and path, in the order of the contract."""
    remarks: Mapping[str, str] = field(default_factory=dict)
    """What is said beside a setting, or in place of one that a person may want."""

    headings: int = 0
    """Rows that were seen which are none."""

    @property
    def is_source(self) -> bool:
        """Whether it can be declared."""
        return self.table is not None and not self.reason


def survey(path: Path, name: str, written: str, sha256: str, scratch: Path, timezone: str | None) -> list[Surveyed]:
    """Look at one file; a workbook gives one answer for every sheet.

    Args:
        path: where it lies.
        name: as it was handed over.
        written: its path as case.toml will have it.
        sha256: its hash.
        scratch: a folder for what is needed on the way.
        timezone: of instants without an offset; None where nobody said.
    """
    kind = kind_of(path)
    if kind in STRANGERS:
        return [nothing(name, written, f"{STRANGERS[kind]}.")]
    try:
        samples = samples_of(path, kind, name, sha256, scratch)
    except SourceError as refused:
        return [nothing(name, written, refused.lines[0].removeprefix(f"{name}: "))]
    if not samples:
        return [nothing(name, written, "has no sheet with anything in it.")]
    return [one for sample in samples for one in _surveyed(sample, name, written, timezone)]


def nothing(name: str, written: str, reason: str) -> Surveyed:
    """Say of a file that it is no source."""
    return Surveyed(name, written, None, (), None, reason, (), (), {})


def _surveyed(sample: Sample, name: str, written: str, timezone: str | None) -> list[Surveyed]:
    columns = columns_of(sample.header, sample.width, _first(sample.records(), sample.header))
    is_cut = sample.dialect is None or sample.dialect.delimiter == "," or sample.width > 1
    known_as = f"{name} {sample.sheet or ''}"
    table = table_of(known_as, columns) if is_cut and any(column.filled for column in columns) else None
    reason = sample.refused
    if table is None and len(columns) == 1 and columns[0].share([Form.ADDRESS]) >= ADDRESSES_PERCENT:
        table, reason = _addresses_of(known_as)
    if table is None or table.missing:
        wide = wide_of(columns)
        if wide:
            return [_described(sample, name, written, columns, one, timezone, reason, code) for one, code in wide]
    if table is None:
        why = reason or (_unlike(columns) if any(column.filled for column in columns) else "has no rows.")
        return [Surveyed(name, written, sample, tuple(columns), None, why, sample.notes, (), {})]
    return [_described(sample, name, written, columns, table, timezone, reason, "")]


def _addresses_of(known_as: str) -> tuple[Table, str]:
    """What a file is that lists addresses and says nothing else of them: by its name, else whose they are is asked."""
    if any(word in plain_name(known_as) for word in FILE_NAMES["sanction"]):
        table = Table("sanction", "columns", {"address": 1}, ("list",), {}, Sure.OPEN, 0, (), 0)
        return table, "it lists addresses. Say in `constants` which list they stand on (list); take the # away."
    table = Table("label", "columns", {"address": 1}, ("party", "kind"), {}, Sure.OPEN, 0, (), 0)
    return table, "it lists addresses. Say in `constants` whose they are (party) and of what kind; take the # away."


def _described(
    sample: Sample, name: str, written: str, columns: list[ColumnForms], found: Table, timezone: str | None,
    reason: str, code: str,
) -> Surveyed:  # fmt: skip
    table, dropped = usable(found, columns)
    left_out = sorted(found.places.keys() - table.places.keys())
    constants = {"asset": code} if code else _constants(table, columns, f"{name} {sample.sheet or ''}")
    headings = headings_of(sample, table)
    sums = sums_of(sample, table, constants.get("asset"), PATTERN, headings.expression)
    settings, remarks = _settings(sample, table, columns, constants, timezone, left_out)
    _ignore(sample, headings, settings, remarks)
    sums.scientific += sum(columns[place - 1].forms[Form.SCIENTIFIC] for place in table.places.values())
    _suggest(headings, sums, settings, remarks)
    questions = [] if code else list(_questions(table, columns, constants, settings, sample))
    faults = (*sample.notes, *dropped, *faults_of(sample, table, columns, sums, headings))
    return Surveyed(
        name, written, sample, tuple(columns), table, reason, faults, tuple(questions), sums.assets, settings, remarks,
        headings.count,
    )  # fmt: skip


def _first(records: Iterable[Record], header: tuple[str, ...] | None) -> Iterator[Record]:
    for seen, record in enumerate(records):
        if (seen < FORM_ROWS or record[0] == 0) and tuple(record[1]) != header:
            yield record


def _unlike(columns: list[ColumnForms]) -> str:
    """Say why a file is like no table."""
    names = [f'"{display(column.name, 30)}"' for column in columns if column.name]
    more = [f"and {len(names) - NAMES_MAX} more"] if len(names) > NAMES_MAX else []
    if not names:
        return "it has no header, and what it holds is like no table. Declare it by hand, or leave it out."
    return f"no table has the columns {', '.join([*names[:NAMES_MAX], *more])}. Declare it by hand, or leave it out."


def _constants(table: Table, columns: list[ColumnForms], known_as: str) -> dict[str, str]:
    """Give what columns that are not there would say of every row, as far as a name tells it; ASK where none does."""
    constants: dict[str, str] = {}
    for column in table.missing:
        constants[column] = ASK
    if "asset" in constants:
        quantity = columns[table.places["quantity"] - 1].name if "quantity" in table.places else ""
        bracketed = " ".join(BRACKETED.findall(quantity))
        yen = "JPY" if "円" in bracketed else ""
        tokens = [*TOKEN.findall(bracketed), *re.split(r"[\W_]+", quantity), *re.split(r"[\W_]+", known_as)]
        found = yen or next((token.upper() for token in tokens if len(token) > 2 and is_known(token)), "")
        constants["asset"] = found or ASK
    return constants


def _settings(
    sample: Sample, table: Table, columns: list[ColumnForms], constants: Mapping[str, str], timezone: str | None,
    left_out: list[str],
) -> tuple[dict[str, object], dict[str, str]]:  # fmt: skip
    settings: dict[str, object] = {}
    remarks: dict[str, str] = {}
    if table.layout == "statement":
        settings["wallet"] = ASK
        remarks["wallet"] = "whose statement this is: the name of a wallet in the table wallet"
    _set_columns(sample, table, columns, settings, remarks)
    unread = {name: "" for name in left_out if name in {column.name for column in columns}}
    if constants or unread:
        settings["constants"] = {**constants, **unread}
        remarks["constants"] = f"empty: {', '.join(unread)} would be read otherwise" if unread else ""
    if sample.encoding is not None and sample.encoding.name != "utf-8":
        settings["encoding"] = sample.encoding.name
        how = {Sure.CERTAIN: "certain", Sure.LIKELY: "likely; confirm it", Sure.OPEN: "open; confirm it"}
        remarks["encoding"] = f"{how[sample.encoding.sure]}: {sample.encoding.why}"
    if asks_timezone(table, columns):
        settings["timezone"] = timezone or ASK
        remarks["timezone"] = "of instants without an offset, such as Asia/Tokyo or UTC"
    if sample.dialect is not None and sample.dialect.mends:
        settings["mend"] = ["carriage-return"]
        remarks["mend"] = "carriage returns inside cells are taken out and counted"
    if sample.sheet is not None:
        settings["sheet"] = sample.sheet
    if table.layout != "columns":
        settings["layout"] = table.layout
    if table.layout == "packed":
        settings["pattern"] = PATTERN
    return settings, remarks


def _set_columns(
    sample: Sample, table: Table, columns: list[ColumnForms], settings: dict[str, object], remarks: dict[str, str]
) -> None:
    """Say where each column stands: by its header, or where the headers do not tell by its position."""
    names = [column.name for column in columns]
    mapped = {one.name: columns[table.places[one.name] - 1] for one in _wanted(table) if one.name in table.places}
    open_columns = dict.fromkeys(table.doubtful, ASK)
    if sample.header is None or any(not c.name or names.count(c.name) > 1 for c in mapped.values()):
        settings["columns"] = {name: column.place for name, column in mapped.items()} | open_columns
        remarks["columns"] = "by position: the file has no header of its own that could be used"
    else:
        given = {name: column.name for name, column in mapped.items() if column.name != name} | open_columns
        if given:
            settings["columns"] = given
    if open_columns:
        remarks["columns"] = "; ".join(_which(name, table, columns) for name in open_columns)


def _ignore(
    sample: Sample, headings: Headings, settings: dict[str, object], remarks: dict[str, str]
) -> None:
    is_positional = all(isinstance(place, int) for place in settings.get("columns", {"": ""}).values())  # type: ignore[attr-defined]
    if headings.expression:
        settings["ignore"] = headings.expression
        remarks["ignore"] = f"headings among the rows: {headings.count:,} were seen"
    elif is_positional and sample.header:
        settings["ignore"] = f"^{escaped(sample.header[0])}"
        remarks["ignore"] = "the header, which is a row where columns are positions"


def _wanted(table: Table) -> tuple[Column, ...]:
    return LAYOUTS[table.layout][table.table]


def _suggest(headings: Headings, sums: Sums, settings: Mapping[str, object], remarks: dict[str, str]) -> None:
    """Write beside a source, as comments, what somebody may want to declare."""
    if sums.scientific:
        remarks["scientific"] = 'scientific = "accept"   # numbers like 5e-7 are read exactly, and counted'
    if sums.repeated:
        remarks["duplicates"] = 'duplicates = "sum"   # where rows of one key are parts of one figure'
    if headings.total and "ignore" not in settings:
        remarks["totals"] = f"ignore = '^{escaped(headings.total)}'   # lines that sum up others"


def _which(name: str, table: Table, columns: list[ColumnForms]) -> str:
    """Ask which of several columns of the file one of the contract is."""
    shown = " or ".join(_named(columns[place - 1]) for place in table.doubtful[name])
    return f"{name}: which column is it, {shown}?"


def _named(column: ColumnForms) -> str:
    return f"column {column.place} ({display(column.shown)})" if column.name else column.shown


def _questions(
    table: Table,
    columns: list[ColumnForms],
    constants: Mapping[str, str],
    settings: Mapping[str, object],
    sample: Sample,
) -> Iterator[str]:
    for column in table.doubtful:
        yield _which(column, table, columns)
    if "ignore" in settings:
        begins = re.sub(r"\\(.)", r"\1", str(settings["ignore"]))[1:]
        yield f'ignore: rows whose first cell begins with "{display(begins)}" are left out'
    if "mend" in settings:
        yield "mend: carriage returns inside cells are taken out, and what is left is read as one"
    if table.rivals:
        yield f"table: it could be {' or '.join(table.rivals)} as well as {table.table}"
    unknown = [name for name, said in constants.items() if said == ASK and name != "asset"]
    if unknown:
        yield f"{' and '.join(unknown)}: no column says it; name one in `columns`, or give it in `constants`"
    if constants.get("asset") == ASK:
        yield "asset: no column says of what asset the quantities are; give its code in `constants`"
    elif "asset" in constants:
        yield f"asset: {constants['asset']} is taken from a name, no column says it; confirm it"
    if settings.get("wallet") == ASK:
        yield "wallet: of which wallet or bank account it is the statement"
    if settings.get("timezone") == ASK:
        yield "timezone: its instants have no offset; in which time zone were they written?"
    if sample.encoding is not None and sample.encoding.sure is not Sure.CERTAIN:
        rivals = f" (or {', '.join(sample.encoding.rivals[1:])})" if sample.encoding.rivals[1:] else ""
        yield f"encoding: {sample.encoding.name}{rivals}; {sample.encoding.why}"
