"""Where does each column of a table stand in a file?

By the header or the position that case.toml declares, by a constant, or under the contract's own name. A declared or
required column that is not there is a fault of the file; a column that nobody asked for is a note.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ledgers.configuration_faults import meant
from ledgers.display import display
from ledgers.errors import SourceError
from ledgers.ingestion.columns import LAYOUTS, Column
from ledgers.ingestion.reader import Constant, Place
from ledgers.models import Finding, Severity

if TYPE_CHECKING:
    from ledgers.configuration_sections import SourceSection

COLUMNS_SHOWN_MAX = 12


def columns_of(declared: SourceSection) -> tuple[Column, ...]:
    """Give the columns of a source's table, as its layout has them."""
    return LAYOUTS[declared.layout][declared.table]


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
    if declared.layout == "statement":
        lines += _no_side(source, places)
    if lines:
        raise SourceError(*lines)
    return places, _unasked(source, header, places)


class Headers:
    """The headers of the files that one export was split over: the first is what the others are held against."""

    def __init__(self) -> None:
        self._first: dict[int, tuple[str, tuple[str, ...] | None, int]] = {}

    def add(
        self, source: str, declared: SourceSection, header: tuple[str, ...] | None, width: int
    ) -> list[Finding]:
        """Note the header of a file; give a warning where it is not that of the first file of the same source."""
        first, expected, wide = self._first.setdefault(id(declared), (source, header, width))
        if header is None or expected is None:
            what = "" if width == wide else f"has {width} columns, and {display(first)} has {wide}"
        else:
            has_positions = any(isinstance(place, int) for place in declared.columns.values())
            more = [name for name in header if name not in expected]
            fewer = [name for name in expected if name not in header]
            parts = [
                f"{what} {', '.join(_quoted(names))}"
                for what, names in (("has also", more), ("has not", fewer))
                if names
            ]
            if has_positions and not parts and header != expected:
                parts = ["has its columns in another order"]
            what = f"{' and '.join(parts)}, unlike {display(first)}" if parts else ""
        if not what:
            return []
        return [
            Finding(
                "differing-header", Severity.WARNING, f"{source}: {what}, though both are one source.",
                "Check that both are parts of one export; declare them as sources of their own where they are not.",
                source=source,
            )
        ]  # fmt: skip


def _quoted(names: list[str]) -> list[str]:
    more = [] if len(names) <= COLUMNS_SHOWN_MAX else [f"and {len(names) - COLUMNS_SHOWN_MAX} more"]
    return [*(f'"{display(name)}"' for name in names[:COLUMNS_SHOWN_MAX]), *more]


def _no_side(source: str, places: dict[str, Place]) -> list[str]:
    """Say of a statement that the sides of its lines are not there, or twice."""
    has = {name for name in ("quantity", "credit", "debit") if places[name] is not None}
    if has in ({"quantity"}, {"credit", "debit"}):
        return []
    return [
        f"{source}: has {', '.join(sorted(has)) or 'neither quantity nor credit and debit'}. A statement has either "
        "quantity, or both credit and debit; correct columns in case.toml."
    ]


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
