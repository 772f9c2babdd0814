"""Has a file a column for every asset, with one row an account?

Such an export is one source for each of these columns, all of the same file: the asset is a constant of each. It is
only recognised by headers that are codes of well-known assets, beside a column that names accounts.
"""

from __future__ import annotations

from collections.abc import Sequence

from ledgers.surveying.encodings import Sure
from ledgers.surveying.forms import ColumnForms
from ledgers.surveying.tables import Table, is_known
from ledgers.surveying.words import ANYWHERE, IN_TABLE, plain_name

COLUMNS_MIN, COLUMNS_MAX = 2, 200
ACCOUNT_NAMES = ANYWHERE["account"] | IN_TABLE["account", "account"] | {"account"}
MARKS = ("balance", "残高", "数量", "amount", "qty")
"""What may stand beside a code in a header, as in `BTC_balance`."""


def wide_of(columns: Sequence[ColumnForms]) -> list[tuple[Table, str]]:
    """Give a table with its asset for each column of one; none where the file is not of this form."""
    named = [column for column in columns if plain_name(column.name) in ACCOUNT_NAMES and not column.is_day]
    coded = [
        (column, code_of(column.name))
        for column in columns
        if code_of(column.name) and (column.is_number or not column.filled)
    ]
    if not named or not COLUMNS_MIN <= len(coded) <= COLUMNS_MAX:
        return []
    account = next((column for column in named if column.is_unique), named[0])
    return [
        (
            Table(
                "balance", "columns", {"account": account.place, "quantity": column.place}, ("asset",), {}, Sure.LIKELY,
                0, (), 2,
            ),
            code,
        )
        for column, code in coded
        if column.filled
    ]  # fmt: skip


def code_of(name: str) -> str:
    """Give the code of the well-known asset that a header names; empty where it names none.

    >>> code_of("BTC"), code_of("eth_balance"), code_of("JPY残高"), code_of("email")
    ('BTC', 'ETH', 'JPY', '')
    """
    plain = plain_name(name)
    for mark in MARKS:
        plain = plain.removeprefix(mark).removesuffix(mark)
    return plain.upper() if is_known(plain) else ""
