"""Where does each column of a table stand in a file?

By the header or the position that case.toml declares, by a constant, or under the contract's own name. A declared or
required column that is not there is a fault of the file; a column that nobody asked for is a note.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ledgers.configuration_faults import meant
from ledgers.display import display
from ledgers.errors import SourceError
from ledgers.ingestion.columns import PACKED, TABLES, Column
from ledgers.ingestion.reader import Constant, Place
from ledgers.models import Finding, Severity

if TYPE_CHECKING:
    from ledgers.configuration_sections import SourceSection

COLUMNS_SHOWN_MAX = 12


def columns_of(declared: SourceSection) -> tuple[Column, ...]:
    """Give the columns of a source's table, as its layout has them."""
    return (PACKED if declared.layout == "packed" else TABLES)[declared.table]


def places_of(
    source: str, declared: SourceSection, header: tuple[str, ...] | None, width: int
) -> tuple[dict[str, Place], list[Finding]]:
    """Give the place of every column of the contract in one file, and a note on columns that nobody asked for.

    Raises:
        SourceError: a declared or required column is not there; one line for each.
    """
    places: dict[str, Place] = {}
    lines: list[str] = []
    for column in columns_of(declared):
        wanted = declared.columns.get(column.name)
        if column.name in declared.constants:
            places[column.name] = Constant(declared.constants[column.name])
        elif isinstance(wanted, int):
            places[column.name] = wanted
            if wanted > width:
                lines.append(
                    f"{source}: has {width} columns, not the {wanted} that {column.name} needs. Correct columns."
                )
        else:
            name = wanted or column.name
            place = header.index(name) + 1 if header is not None and name in header else None
            places[column.name] = place
            if place is None and (wanted is not None or column.is_required):
                lines.append(_missing(source, column.name, name, header))
    if lines:
        raise SourceError(*lines)
    return places, _unasked(source, header, places)


def _missing(source: str, column: str, name: str, header: tuple[str, ...] | None) -> str:
    if header is None:
        return (
            f"{source}: no position is declared for {column}. Where all columns are given by position, the file has no "
            "header: declare the position, or a constant, in case.toml."
        )
    named = "" if name == column else f" for {column}"
    return (
        f'{source}:1: the header has no column "{display(name)}"{named}{meant(name, header[:COLUMNS_SHOWN_MAX])} '
        "Correct columns in case.toml."
    )


def _unasked(source: str, header: tuple[str, ...] | None, places: dict[str, Place]) -> list[Finding]:
    used = {place for place in places.values() if isinstance(place, int)}
    names = [name for place, name in enumerate(header or (), 1) if place not in used]
    if not names:
        return []
    shown = ", ".join(f'"{display(name)}"' for name in names[:COLUMNS_SHOWN_MAX])
    more = "" if len(names) <= COLUMNS_SHOWN_MAX else f" and {len(names) - COLUMNS_SHOWN_MAX} more"
    return [
        Finding(
            "unused-column", Severity.NOTE, f"{source}: {len(names)} columns are not read: {shown}{more}.",
            "Declare them under columns in case.toml where they matter.", source=source,
        )
    ]  # fmt: skip
