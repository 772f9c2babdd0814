"""Why is a file taken for its table, and how is that said in words?"""

from __future__ import annotations

from ledgers.display import display
from ledgers.ingestion.columns import LAYOUTS, Cell
from ledgers.surveying.encodings import Sure
from ledgers.surveying.forms import Form
from ledgers.surveying.survey import ASK, Surveyed

TOTALS_MAX = 8
ENCODINGS = {"utf-8": "UTF-8", "utf-8-sig": "UTF-8 with a mark"}


def sureness_of(part: Surveyed) -> str:
    """Say in a word how sure the table is."""
    assert part.table is not None
    return {Sure.CERTAIN: "sure", Sure.LIKELY: "likely", Sure.OPEN: "a guess"}[part.table.sure]


def reasons_of(part: Surveyed) -> str:
    """Say in one sentence what speaks for the table."""
    table = part.table
    assert table is not None
    wanted = LAYOUTS[table.layout][table.table]
    required = [column.name for column in wanted if column.is_required]
    found = [name for name in required if name in table.places]
    said = part.settings.get("constants", {})
    constants = {name: text for name, text in said.items() if text != ASK} if isinstance(said, dict) else {}
    count = len(found) + sum(name in constants for name in required)
    parts = [f"{count} of {len(required)} required columns"]
    columns = {one.name: part.columns[table.places[one.name] - 1] for one in wanted if one.name in table.places}
    renamed = [
        f"{name} from {display(held.name or held.shown)}"
        for name, held in columns.items()
        if held.name != name and name not in table.doubtful
    ]
    renamed += [f"{name} {display(text)} throughout" for name, text in constants.items()]
    if renamed:
        parts.append(", ".join(renamed))
    if part.sample is not None and part.sample.header is None:
        parts.append("no header, so by what the columns hold")
    if table.layout == "packed":
        parts.append("all positions of an account in one cell, as BTC[0.5],USD[1.2]")
    if table.layout == "statement":
        parts.append("a statement of one account or wallet")
    quantity = next((column for column in wanted if column.cell is Cell.QUANTITY and column.name in columns), None)
    if quantity is not None:
        held = columns[quantity.name]
        share = held.share([Form.PLAIN])
        if share == 100:
            at_most = f"at most {held.decimals} digit{'' if held.decimals == 1 else 's'}"
            digits = at_most if held.decimals else "no digits"
            parts.append(f"quantities are plain decimals with {digits} behind the point")
        elif share:
            parts.append(f"{share} % of the quantities are plain decimals")
    return "; ".join(parts)


def rows_of(part: Surveyed) -> str:
    """Say how many rows a file has, and whether all were looked at."""
    sample = part.sample
    assert sample is not None
    if sample.rows_count is None:
        return "its rows were not counted"
    said = f"{sample.rows_count:,} row{'' if sample.rows_count == 1 else 's'}"
    if part.headings:
        said += f", {part.headings:,} of them headings"
    return said if sample.is_whole else f"{said}, of which the first, some between and the last were looked at"


def writing_of(part: Surveyed) -> str:
    """Say how a file of text is written; empty where it has no choice."""
    sample = part.sample
    if sample is None or sample.encoding is None:
        return ""
    encoding = sample.encoding
    return f"{ENCODINGS.get(encoding.name, encoding.name)}: {encoding.why}"


def totals_of(part: Surveyed) -> str:
    """Give the exact total of every asset, where all rows were seen and read; empty otherwise."""
    if part.sample is None or not part.sample.is_whole or part.table is None or part.table.table in ("price", "label"):
        return ""
    totals = [
        f"{'' if code == ASK else display(code)} {seen.total}".strip()
        for code, seen in sorted(part.assets.items())
        if seen.deep_rows
    ]
    more = [f"and {len(totals) - TOTALS_MAX} more"] if len(totals) > TOTALS_MAX else []
    return ", ".join([*totals[:TOTALS_MAX], *more])
