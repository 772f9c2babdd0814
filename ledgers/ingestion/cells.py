"""Why is a cell refused?

The definition, cell by cell, of what the typing SQL does by the million: it is asked only about the few rows that SQL
has refused, and a test asks it about all. It says where, what and why; whether a finding is written is for the loader
to decide.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from ledgers.configuration_checks import control_of
from ledgers.display import display
from ledgers.ingestion.columns import PRICE_SETS, TABLES, Cell, Column
from ledgers.ingestion.instants import instant_fault
from ledgers.units import ExcessDigits, NotANumber, Refusal, Scientific, read_quantity, read_ratio

COUNT = re.compile(r"[1-9][0-9]{0,8}", re.ASCII)
CORRECT_THE_ROW = "Correct the row, or declare `ignore` for rows that are none."
WRITE_A_WORD = "Write one of these words."
CORRECT_THE_FORMAT = "Correct the row or declare the column's format in case.toml."
MEND = 'Declare mend = ["carriage-return"] for the source in case.toml, or correct the row.'
CARRIAGE_RETURN = re.compile("\r(?!\n)")
"""One that is no part of a line end: what mending takes out and nothing else."""


@dataclass(frozen=True, slots=True)
class CellFault:
    """One cell that cannot be read."""

    column: str
    value: str
    code: str
    """Of the finding."""
    why: str
    """`quantity "1,234.5" is not a plain decimal (comma)`"""
    remedy: str


@dataclass(frozen=True, slots=True)
class Format:
    """How one source is declared to write its cells, and which asset a code means."""

    excess_digits: ExcessDigits
    scientific: Scientific
    timezone: str | None
    decimals_of: Callable[[str], int | None]
    """Decimal places by the code as received; None for an unknown one."""


def cell_faults(table: str, cells: Mapping[str, str | None], form: Format) -> list[CellFault]:
    """Give every fault of one row, in the contract's order of columns; none where the row can be read."""
    faults: list[CellFault] = []
    for column in TABLES[table]:
        text = cells.get(column.name)
        if text is None or text == "":
            if column.is_required:
                faults.append(CellFault(column.name, "", "empty-cell", f"{column.name} is empty", CORRECT_THE_ROW))
            continue
        fault = _fault(column, text, cells, form)
        if fault is not None:
            faults.append(replace(fault, remedy=MEND) if CARRIAGE_RETURN.search(text) else fault)
    return faults


def _fault(column: Column, text: str, cells: Mapping[str, str | None], form: Format) -> CellFault | None:
    if column.cell is Cell.QUANTITY:
        return _quantity_fault(column, text, cells, form)
    if column.cell is Cell.NUMBER:
        return _price_fault(column, text, form)
    shown = f'{column.name} "{display(text)}"'
    code, why, remedy = "", "", CORRECT_THE_ROW
    match column.cell:
        case Cell.ASSET if form.decimals_of(text) is None:
            control = control_of(text)
            has = f"has a {control}, and is no declared asset or alias"
            code, why = "unknown-asset", f"{shown} {has if control else 'is no declared asset, alias or pattern'}"
            remedy = "Declare the asset or the alias in case.toml, or correct the row."
        case Cell.COUNT if not COUNT.fullmatch(text):
            code, why = "unreadable-number", f"{shown} is no whole number from 1"
        case Cell.INSTANT if fault := instant_fault(text, form.timezone):
            code, why = "unreadable-instant", f"{shown} {fault}"
            remedy = "Correct the row, or declare the source's timezone in case.toml."
        case Cell.WORD if text not in column.words:
            code, why, remedy = "unknown-word", f"{shown} is none of {', '.join(column.words)}", WRITE_A_WORD
        case Cell.PRICE_SET if text not in PRICE_SETS and not re.fullmatch("(loss|claims):.+", text, re.DOTALL):
            known = ", ".join((*PRICE_SETS, "loss:EVENT", "claims:NAME"))
            code, why, remedy = "unknown-word", f"{shown} is none of {known}", WRITE_A_WORD
        case _:
            return None
    return CellFault(column.name, text, code, why, remedy)


def _price_fault(column: Column, text: str, form: Format) -> CellFault | None:
    try:
        read_ratio(text, form.scientific)
    except NotANumber as refused:
        return _number_fault(column, text, refused.refusal, "")
    return None


def _quantity_fault(column: Column, text: str, cells: Mapping[str, str | None], form: Format) -> CellFault | None:
    asset = cells.get(column.asset_column) or ""
    decimals = form.decimals_of(asset)
    if decimals is None:
        # The asset's own fault is said already; nothing can be said of a scale that is unknown.
        return None
    try:
        quantity = read_quantity(text, decimals, form.excess_digits, form.scientific)
    except NotANumber as refused:
        return _number_fault(column, text, refused.refusal, f"the {decimals} of {display(asset)}")
    if quantity.units < 0 and not column.is_signed:
        return _number_fault(column, text, Refusal.NEGATIVE, "")
    return None


def _number_fault(column: Column, text: str, refusal: Refusal, scale: str) -> CellFault:
    shown = f'{column.name} "{display(text)}"'
    if refusal is Refusal.EXCESS_DIGITS:
        return CellFault(
            column.name, text, "excess-digits", f"{shown} has more decimals than {scale}",
            'Correct the row, the asset\'s decimals, or declare excess_digits = "truncate" in case.toml.',
        )  # fmt: skip
    if refusal is Refusal.NEGATIVE:
        return CellFault(
            column.name, text, "negative-quantity", f"{shown} is negative, which it cannot be here", "Correct the row."
        )
    if refusal is Refusal.TOO_MANY_DIGITS:
        return CellFault(column.name, text, "too-many-digits", f"{shown} has more than 38 digits", "Correct the row.")
    remedy, reason = CORRECT_THE_FORMAT, refusal.value
    if refusal is Refusal.SCIENTIFIC_NOTATION:
        remedy = 'Correct the row, or declare scientific = "accept" in case.toml.'
    elif refusal is Refusal.WHITE_SPACE and CARRIAGE_RETURN.search(text):
        reason = "carriage return"
    return CellFault(column.name, text, "unreadable-quantity", f"{shown} is not a plain decimal ({reason})", remedy)
