"""Which table of the contract is this, and which of its columns is which?

By the names of the columns (words.py) and by what they hold (forms.py): a column is only taken for one of the contract
where both allow it. Every table is tried, what speaks for each is counted, and the best is proposed with its reasons in
words, the columns that only a person can give, and the columns of which two would do. Without a header only what the
columns hold speaks, and that is said.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ledgers.ingestion.columns import LAYOUTS, Cell, Column
from ledgers.surveying.encodings import Sure
from ledgers.surveying.forms import ColumnForms, Form
from ledgers.surveying.words import ANYWHERE, CRYPTO_DECIMALS, FIAT_DECIMALS, FILE_NAMES, IN_TABLE, plain_name

STATEMENT = "statement"
OWN, SPECIFIC, GENERAL, BY_VALUES = 4, 3, 2, 1
"""What a name weighs: the contract's own, one of this table, one of any table, none but the values."""
MISSING, FILE_NAME, UNREAD = 4, 5, 1
WORDS_PERCENT = 80
NAMES_OF_ACCOUNTS = ANYWHERE["account"] | {"account"}
CONSTANT = frozenset(
    {"asset", "claim_asset", "pay_asset", "kind", "method", "party", "round", "step", "posted_at", "occurred_at",
     "received_at", "at", "list"}
)  # fmt: skip
"""Required columns that may be one thing for the whole file, so that a person can give them as a constant."""
KINDS: tuple[tuple[str, str], ...] = (
    *((table, "columns") for table in LAYOUTS["columns"]), ("balance", "packed"), ("transfer", STATEMENT),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Table:
    """What one file is taken to be."""

    table: str
    layout: str
    places: Mapping[str, int]
    """Column of the file, from 1, by column of the contract."""
    missing: tuple[str, ...]
    """Required columns that no column of the file is."""
    doubtful: Mapping[str, tuple[int, ...]]
    """Columns of the contract that several columns of the file could be, those of the file in their order."""
    sure: Sure
    score: int
    rivals: tuple[str, ...]
    """Other tables that it could be as well."""
    named: int
    """How many of its columns were known by name."""


def table_of(file_name: str, columns: Sequence[ColumnForms]) -> Table | None:
    """Propose the table that a file is; None where it is like none.

    Args:
        file_name: as it was handed over, which may say something.
        columns: what each column of the file is called and holds.
    """
    has_names = any(column.name for column in columns)
    tries = [_tried(table, layout, file_name, columns, has_names) for table, layout in KINDS]
    found = sorted((one for one in tries if one is not None), key=lambda one: -one.score)
    if not found:
        return None
    best = found[0]
    close = tuple(one.table for one in found[1:] if one.score == best.score and one.table != best.table)
    sure = Sure.OPEN if close or best.missing else best.sure
    return Table(
        best.table, best.layout, best.places, best.missing, best.doubtful, sure, best.score, close, best.named
    )


def _tried(
    table: str, layout: str, file_name: str, columns: Sequence[ColumnForms], has_names: bool
) -> Table | None:
    """Take a file for one table, as far as it can be."""
    spoken = STATEMENT if layout == STATEMENT else table
    wanted = LAYOUTS[layout][table]
    weights = _weights(spoken, wanted, columns, has_names)
    places: dict[str, int] = {}
    doubtful: dict[str, tuple[int, ...]] = {}
    score = named = 0
    for column in sorted(wanted, key=lambda one: (-max(weights[one.name].values(), default=0), not one.is_required)):
        free = {place: weight for place, weight in weights[column.name].items() if place not in places.values()}
        if not free or (not column.is_required and max(free.values()) == BY_VALUES):
            continue
        heaviest = max(free.values())
        equal = tuple(place for place, weight in free.items() if weight == heaviest)
        places[column.name] = equal[0]
        if len(equal) > 1 and column.is_required:
            doubtful[column.name] = equal
        named += heaviest > BY_VALUES
        score += heaviest * (2 if column.is_required else 1)
    missing = tuple(column.name for column in wanted if column.is_required and column.name not in places)
    if {"credit", "debit"} <= places.keys():
        places.pop("quantity", None)
    is_strange = has_names and not named and layout != "packed"
    is_price = weights.get("price", {}).get(places.get("price", 0), 0) >= SPECIFIC
    if is_strange or not _may_be(table, layout, wanted, places, missing, columns, is_price):
        return None
    score -= MISSING * len(missing) + UNREAD * (len(columns) - len(places))
    words = {word for word in FILE_NAMES[spoken] if word and word in plain_name(file_name)}
    score += FILE_NAME * bool(words)
    required = [column.name for column in wanted if column.is_required and column.name in places]
    is_named = all(weights[name][places[name]] >= GENERAL for name in required)
    sure = Sure.CERTAIN if is_named and not missing and not doubtful else Sure.LIKELY
    return Table(table, layout, places, missing, doubtful, sure, score, (), named)


def _may_be(
    table: str, layout: str, wanted: Sequence[Column], places: Mapping[str, int], missing: Sequence[str],
    columns: Sequence[ColumnForms], is_price: bool,
) -> bool:  # fmt: skip
    """Whether enough of a table is there to propose it."""
    # A statement has its quantity in one column or in two, so none of them is required by itself.
    required = sum(column.is_required for column in wanted) + 2 * (layout == STATEMENT)
    if any(name not in CONSTANT for name in missing) or (layout != STATEMENT and 2 * len(missing) >= required):
        return False
    if layout == STATEMENT:
        sides = {"quantity", "credit", "debit"} & places.keys()
        return sides in ({"quantity"}, {"credit", "debit"})
    if table == "account":
        # Nearly every file names accounts; one that lists them says something of each, and no quantities.
        is_list = len(columns) == 1 and plain_name(columns[0].name) in NAMES_OF_ACCOUNTS
        return (len(places) > 1 or is_list) and columns[places["account"] - 1].is_unique
    if table == "sanction":
        # Two columns of text are much; that one holds addresses, or that the other is called a list, says which.
        held = columns[places["address"] - 1]
        return held.share([Form.ADDRESS]) >= 50 or plain_name(columns[places["list"] - 1].name) == "list"
    if table == "price":
        return "asset" in places and (columns[places["asset"] - 1].is_unique or "price_set" in places or is_price)
    return True


def _weights(
    spoken: str, wanted: Sequence[Column], columns: Sequence[ColumnForms], has_names: bool
) -> dict[str, dict[int, int]]:
    """Give what speaks for each column of the file to be each of the contract: nothing where its values forbid it."""
    weights: dict[str, dict[int, int]] = {}
    for column in wanted:
        of_column: dict[int, int] = {}
        for held in columns:
            weight = _named(spoken, column, held.name)
            if not weight and column.cell is Cell.WORD and is_readable(column, held) < WORDS_PERCENT:
                # Without a name only its own words say that a column is one of a closed list.
                continue
            tells = _tells(column, held) or (spoken == "balance" and column.name == "account" and held.place == 1)
            if fits(column, held) and (weight or tells or not has_names):
                of_column[held.place] = weight or BY_VALUES
        weights[column.name] = of_column
    return weights


def _named(spoken: str, column: Column, name: str) -> int:
    if name == column.name:
        return OWN
    plain = plain_name(name)
    if not plain:
        return 0
    if plain == plain_name(column.name):
        return OWN
    if plain in IN_TABLE.get((spoken, column.name), ()):
        return SPECIFIC
    general = {Cell.ASSET: "asset", Cell.QUANTITY: "quantity"}.get(column.cell, column.name)
    is_first = column.name in ("quantity", "credit") or column.cell is not Cell.QUANTITY
    return GENERAL if is_first and plain in ANYWHERE.get(general, ()) else 0


def fits(column: Column, held: ColumnForms) -> bool:
    """Whether what a column of the file holds can be what one of the contract wants, or a faulty writing of it."""
    if held.filled == 0:
        return not column.is_required
    is_word = not held.is_number and not held.is_day
    is_packed = held.share([Form.PACKED]) >= 50
    return {
        Cell.QUANTITY: held.is_number,
        Cell.NUMBER: held.is_number,
        Cell.COUNT: held.share([Form.PLAIN]) >= 95 and held.decimals == 0,
        Cell.INSTANT: held.is_day,
        Cell.POSITIONS: is_packed,
        Cell.ASSET: is_word and held.share([Form.ADDRESS, Form.PACKED]) < 50,
        Cell.WORD: is_word and held.has_few_values,
        Cell.PRICE_SET: is_word and held.has_few_values,
        Cell.TEXT: not held.is_day and not is_packed and not (held.is_number and held.decimals > 0),
    }[column.cell]


def _tells(column: Column, held: ColumnForms) -> bool:
    """Whether the values alone say what a column is, though its name does not."""
    if column.cell is Cell.POSITIONS:
        return True
    if column.cell is Cell.ASSET:
        return known_share(held) >= 60
    return column.name == "address" and column.is_required and held.share([Form.ADDRESS]) >= 80


def known_share(held: ColumnForms) -> int:
    """Give how many of a hundred different values are well-known codes of assets."""
    known = sum(is_known(value) for value in held.values)
    return known * 100 // len(held.values) if held.values else 0


def is_known(code: str) -> bool:
    """Whether a code is one of a well-known asset."""
    return code.upper() in CRYPTO_DECIMALS or code.upper() in FIAT_DECIMALS


def is_readable(column: Column, held: ColumnForms) -> int:
    """Give how many of a hundred filled cells the contract takes as they stand."""
    match column.cell:
        case Cell.QUANTITY | Cell.NUMBER | Cell.COUNT:
            return held.share([Form.PLAIN, Form.SCIENTIFIC])
        case Cell.INSTANT:
            return held.share([Form.OFFSET, Form.LOCAL])
        case Cell.WORD:
            known = sum(count for value, count in held.values.items() if value in column.words)
            return known * 100 // held.filled if held.filled else 100
    return 100
