"""Which functions of ours does the SQL of a connection know?

    scaled_floor, scaled_remainder, scaled_ceil, scaled_half_even   of three DECIMAL(38,0), see ledgers.exact
    units_text(units DECIMAL(38,0), decimals INTEGER) VARCHAR       see ledgers.units.format_units
    shown(text VARCHAR) VARCHAR                                     see ledgers.display.display

NULL in any place gives NULL.

Trap: DuckDB 2.0 prints `nanobind: leaked ...` lines on stderr when the interpreter ends while a connection that has
functions of Python is open. Closing it or `unregister` prevents that; what was forgotten is taken out at exit.
"""

from __future__ import annotations

import atexit
from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from weakref import WeakSet

import duckdb
from duckdb.func import FunctionNullHandling, PythonUDFType

from ledgers.display import display
from ledgers.exact import FUNCTIONS, WHOLE_NUMBER, Column, scale_rows, write_rows

if TYPE_CHECKING:
    import pyarrow as pa

WRITES = "units_text"
SHOWS = "shown"
NAMES = (*FUNCTIONS, WRITES, SHOWS)

_registered: WeakSet[duckdb.DuckDBPyConnection] = WeakSet()


def register(connection: duckdb.DuckDBPyConnection, bulk: bool) -> None:
    """Put the functions into a connection, where all its cursors find them.

    Args:
        connection: any open DuckDB connection that does not have them yet.
        bulk: True where many rows will be scaled: importing the limbs takes 0.4 s, and 2 s the first time on a machine;
            Python integers take 4 microseconds a row. Results are the same to the last unit.
    """
    scales: Callable[[str], Callable[[Column, Column, Column], pa.Array]] = _by_definition
    writes = write_rows
    if bulk:
        from ledgers import digits, kernels

        scales, writes = kernels.columnwise, digits.text_column
    for name in FUNCTIONS:
        _put(connection, name, scales(name), [WHOLE_NUMBER] * 3, WHOLE_NUMBER)
    # DuckDB evaluates the annotations of a named function, and some are only there for types.
    _put(connection, WRITES, lambda units, decimals: writes(units, decimals), [WHOLE_NUMBER, "INTEGER"], "VARCHAR")  # noqa: PLW0108
    _put(connection, SHOWS, lambda texts: _displayed(texts), ["VARCHAR"], "VARCHAR")  # noqa: PLW0108
    _registered.add(connection)


def _put(
    connection: duckdb.DuckDBPyConnection, name: str, columnwise: Callable[..., Any], takes: list[Any], gives: str
) -> None:
    connection.create_function(
        name,
        columnwise,
        takes,
        gives,
        type=PythonUDFType.ARROW,
        null_handling=FunctionNullHandling.SPECIAL,
    )


def _by_definition(name: str) -> Callable[[Column, Column, Column], pa.Array]:
    scaled = FUNCTIONS[name]
    return lambda units, multipliers, divisors: scale_rows(scaled, units, multipliers, divisors)


def _displayed(texts: Column) -> pa.Array:
    import pyarrow as pa

    return pa.array([None if text is None else display(text) for text in texts.to_pylist()], pa.string())


def unregister(connection: duckdb.DuckDBPyConnection) -> None:
    """Take the functions out of a connection again; one that is closed, or never had them, is left as it is."""
    if connection not in _registered:
        return
    _registered.discard(connection)
    for name in NAMES:
        try:
            connection.remove_function(name)
        except (duckdb.ConnectionException, duckdb.InvalidInputException, duckdb.OutOfMemoryException):
            # Closed, which took the functions out; or without memory for it, and closed next.
            return


@atexit.register
def _unregister_all() -> None:
    for connection in tuple(_registered):
        unregister(connection)
