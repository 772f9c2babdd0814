"""How is what a check has found told to a person, in lines?

Grouped by file, what blocks first, of each kind the first few and how many more. What is well is said as well: rows
read, and what they sum to. Nothing is decided here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from ledgers.display import display

if TYPE_CHECKING:
    from administrator.usecases.checking import CheckResult, CodeFound, FileFound

ASSETS_SHOWN_MAX = 40
Table = Callable[[Sequence[str], Sequence[Sequence[str]]], Sequence[str]]
MESSAGE_CHARACTERS_MAX = 600


def check_lines(result: CheckResult) -> Iterator[str]:
    """What a check says on stdout, but for the sums by asset."""
    if result.title:
        yield display(result.title, 200)
        yield ""
    for fault in result.faults:
        yield f"  {fault}"
    if result.faults:
        yield ""
    for found in result.files:
        yield from _file_lines(found)
    if result.files:
        yield ""


def asset_lines(result: CheckResult, table_of: Table, width: int) -> list[str]:
    """The sums as a table, or where that is wider than the terminal a line a sum.

    Args:
        table_of: sets heads and rows in columns.
        width: of the terminal; 0 where there is none.
    """
    tables = sorted({table for _, sums in result.assets for table in sums})
    shown = result.assets[:ASSETS_SHOWN_MAX]
    lines = list(table_of(("asset", *tables), [_row(asset, sums, tables) for asset, sums in shown])) if shown else []
    if width and any(len(line) > width for line in lines):
        lines = []
        for asset, sums in shown:
            longest = max(len(total) for total in sums.values())
            lines.append(display(asset))
            lines += [f"  {table:<10}  {sums[table]:>{longest}}" for table in tables if table in sums]
    if len(result.assets) > len(shown):
        lines.append(f"and {len(result.assets) - len(shown)} more assets")
    return [*lines, ""] if lines else []


def _row(asset: str, sums: Mapping[str, str], tables: Sequence[str]) -> tuple[str, ...]:
    return (display(asset), *(sums.get(table, "") for table in tables))


def verdict(result: CheckResult) -> str:
    """The last line: whether a run would go through, as far as that can be known before."""
    blocking = sum(code.count for found in result.files for code in found.found if code.severity == "blocking")
    if result.faults:
        faults = _many(len(result.faults), "fault")
        more = f", and {_many(blocking, 'blocking finding')}" if blocking else ""
        return f"Not ready: {faults} of the case and its files{more}."
    others = ", ".join(
        _many(result.findings[severity], severity) for severity in ("warning", "note") if result.findings.get(severity)
    )
    beside = f" ({others})" if others else ""
    if blocking:
        return f"Not ready: {_many(blocking, 'blocking finding')}{beside}."
    rows = sum(found.rows for found in result.files)
    files = sum(1 for found in result.files if found.table)
    return f"Ready to run: {_many(files, 'file')}, {_many(rows, 'row')}, nothing that blocks{beside}."


def _file_lines(found: FileFound) -> Iterator[str]:
    if found.table:
        apart = [
            f"{count:,} {what}" for count, what in ((found.rejected, "rejected"), (found.ignored, "ignored")) if count
        ]
        accepted = "all accepted" if found.accepted == found.rows else f"{found.accepted:,} accepted"
        counts = ", ".join([_many(found.rows, "row"), accepted, *apart])
        yield f"{display(found.source, 400)} ({found.table}): {counts}"
    else:
        yield f"{display(found.source, 400)}"
    for stated in found.stated:
        by = "" if stated.by is None else f" by {display(stated.by)}"
        agrees = "as stated" if stated.stated == stated.measured else f"but {stated.stated} is stated"
        yield f"  {display(stated.measure)}: {stated.measured}, {agrees}{by}"
    for code in found.found:
        yield from _code_lines(code)


def _code_lines(code: CodeFound) -> Iterator[str]:
    if code.severity == "note":
        more = f" (and {code.count - 1:,} more)" if code.count > 1 else ""
        yield f"  note: {code.messages[0][:MESSAGE_CHARACTERS_MAX]}{more}"
        return
    yield f"  {code.severity} {code.code}, {code.count:,}:"
    last = len(code.messages) - 1
    for at, message in enumerate(code.messages):
        yield f"    {message[:MESSAGE_CHARACTERS_MAX]}"
        if at == last and code.count > len(code.messages):
            yield f"    and {code.count - len(code.messages):,} more"
        if at == last or code.remedies[at + 1] != code.remedies[at]:
            # One remedy may serve several rows that stand above it.
            yield f"    -> {code.remedies[at]}"


def _many(count: int, what: str) -> str:
    return f"{count:,} {what}{'' if count == 1 else 's'}"
