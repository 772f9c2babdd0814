"""Which columns has each table of the contract, and what must a cell of each say?

The tables of the case format, as values. The SQL that types columns by the million (relations/typed) follows this list,
and a test compares the two cell by cell. Nothing here reads a file.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Cell(StrEnum):
    """What a cell says."""

    TEXT = "text"
    ASSET = "asset"
    QUANTITY = "quantity"
    """Units of the asset of the row."""
    NUMBER = "number"
    """A plain decimal that is not a quantity of an asset: a price; never negative."""
    COUNT = "count"
    """A whole number from 1."""
    INSTANT = "instant"
    WORD = "word"
    """One of a closed list."""
    PRICE_SET = "price set"
    POSITIONS = "positions"
    """All positions of an account, in one cell of the packed layout."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column of one table."""

    name: str
    cell: Cell
    is_required: bool
    is_signed: bool = False
    """A quantity that may be negative."""
    words: tuple[str, ...] = ()
    """The closed list, where there is one."""
    asset_column: str = "asset"
    """Where the asset of a quantity stands."""


ACCOUNT_KINDS = ("customer", "house", "affiliate", "insider")
CUSTODIES = ("cold", "warm", "hot", "custodian", "bank", "trust")
PURPOSES = ("customer", "house", "guarantee")
POSTING_KINDS = ("opening", "deposit", "withdrawal", "trade", "fee", "transfer", "reward", "adjustment")
LABEL_KINDS = (
    "customer_wallet", "house", "affiliate", "insider", "holder", "thief", "exchange", "mixer", "bridge", "unknown",
)  # fmt: skip
STANDINGS = ("filed", "allowed", "excused", "disputed", "disallowed", "withdrawn")
PAYEE_METHODS = ("chain", "bank", "successor")
PRICE_SETS = ("commencement", "distribution", "loss")
"""And `loss:EVENT` for every event; `claims:NAME` for prices of another day or kind that claims may be valued at."""


def _text(*names: str, required: bool = False) -> tuple[Column, ...]:
    return tuple(Column(name, Cell.TEXT, required) for name in names)


def _word(name: str, words: tuple[str, ...], *, required: bool = False) -> Column:
    return Column(name, Cell.WORD, required, words=words)


def _instant(name: str, *, required: bool) -> Column:
    return Column(name, Cell.INSTANT, required)


_ASSET = Column("asset", Cell.ASSET, is_required=True)
_QUANTITY = Column("quantity", Cell.QUANTITY, is_required=True)
_SIGNED_QUANTITY = Column("quantity", Cell.QUANTITY, is_required=True, is_signed=True)

TABLES: dict[str, tuple[Column, ...]] = {
    "account": (
        *_text("account", required=True),
        *_text("holder"),
        _word("kind", ACCOUNT_KINDS),
        *_text("terms", "jurisdiction", "hold", "omnibus", "election"),
    ),
    "balance": (*_text("account", required=True), _ASSET, _SIGNED_QUANTITY),
    "journal": (
        *_text("posting", required=True),
        _instant("posted_at", required=True),
        *_text("account", required=True),
        _ASSET,
        _SIGNED_QUANTITY,
        _word("kind", POSTING_KINDS, required=True),
        *_text("reference"),
    ),
    "wallet": (
        *_text("wallet", required=True),
        _ASSET,
        _QUANTITY,
        *_text("address", "chain"),
        _word("custody", CUSTODIES),
        _word("purpose", PURPOSES),
        _instant("as_of", required=False),
        Column("opening", Cell.QUANTITY, is_required=False),
        *_text("omnibus"),
    ),
    "transfer": (
        *_text("transfer", required=True),
        _instant("occurred_at", required=True),
        _ASSET,
        _QUANTITY,
        *_text("sender", "recipient", required=True),
        Column("fee", Cell.QUANTITY, is_required=False),
        *_text("reference"),
    ),
    "label": (*_text("address", "party", required=True), _word("kind", LABEL_KINDS, required=True), *_text("source")),
    "price": (
        _ASSET,
        Column("price", Cell.NUMBER, is_required=True),
        Column("price_set", Cell.PRICE_SET, is_required=False),
        *_text("source"),
        _instant("as_of", required=False),
    ),
    "claim": (
        *_text("claim", "account", required=True),
        _ASSET,
        _QUANTITY,
        _instant("filed_at", required=False),
        _word("standing", STANDINGS),
        Column("allowed", Cell.QUANTITY, is_required=False),
        Column("provisional", Cell.QUANTITY, is_required=False),
    ),
    "payee": (
        *_text("account", required=True),
        Column("asset", Cell.ASSET, is_required=False),
        _word("method", PAYEE_METHODS, required=True),
        *_text("network", "address", "tag", "bank", "branch", "account_type", "account_number"),
        *_text("name", "name_kana", "country"),
    ),
    "payment": (
        Column("round", Cell.COUNT, is_required=True),
        *_text("account", required=True),
        Column("claim_asset", Cell.ASSET, is_required=True),
        *_text("step", required=True),
        Column("pay_asset", Cell.ASSET, is_required=True),
        Column("quantity", Cell.QUANTITY, is_required=True, is_signed=True, asset_column="pay_asset"),
    ),
    "assignment": (
        *_text("claim_account", required=True),
        _ASSET,
        Column("quantity", Cell.QUANTITY, is_required=False),
        *_text("from_holder", "to_holder", required=True),
        _instant("at", required=True),
    ),
    "recovery": (
        *_text("recovery", required=True),
        _instant("received_at", required=True),
        _ASSET,
        _QUANTITY,
        *_text("pool", "event"),
    ),
    "sanction": (*_text("address", "list", required=True), *_text("entry"), _instant("listed_at", required=False)),
}
"""Every table, its columns in the contract's order."""

PACKED: dict[str, tuple[Column, ...]] = {
    "balance": (*_text("account", required=True), Column("positions", Cell.POSITIONS, is_required=True)),
}
"""The tables that can be packed, one row an account."""

STATEMENT: dict[str, tuple[Column, ...]] = {
    "transfer": (
        *_text("transfer"),
        _instant("occurred_at", required=True),
        *_text("counterparty"),
        _ASSET,
        Column("quantity", Cell.QUANTITY, is_required=False, is_signed=True),
        *(Column(name, Cell.QUANTITY, is_required=False) for name in ("credit", "debit", "fee")),
        *_text("reference"),
    ),
}
"""The tables that can come as a statement of one wallet: either `quantity`, or `credit` and `debit`."""

LAYOUTS: dict[str, dict[str, tuple[Column, ...]]] = {"columns": TABLES, "packed": PACKED, "statement": STATEMENT}
"""The columns of a source, by its layout and its table."""

KEYS: dict[str, tuple[str, ...]] = {
    "account": ("account",),
    "balance": ("account_no", "asset_no"),
    "journal": ("posting",),
    "wallet": ("wallet", "asset_no"),
    "transfer": ("transfer",),
    "price": ("asset_no", "price_set"),
    "claim": ("claim",),
    "payee": ("account_no", "asset_no"),
    "recovery": ("recovery", "asset_no"),
}
"""What is unique in each loaded relation, by the names of its columns. A recovery entered twice would be shared
twice."""

SUMMABLE = ("balance", "wallet")
"""Where rows of one key may be declared to be parts of one figure."""

ACCOUNT_COLUMNS = {
    "balance": "account",
    "journal": "account",
    "claim": "account",
    "payee": "account",
    "payment": "account",
    "assignment": "claim_account",
}
"""The tables other than account that name an account, and where."""


def subject_column(table: str) -> str:
    """Name the column that says what a row is about: for a finding's subject."""
    return {"journal": "posting", "price": "asset", "payment": "account", "assignment": "claim_account"}.get(
        table, TABLES[table][0].name
    )
