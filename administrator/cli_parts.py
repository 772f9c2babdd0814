"""What every act of the command line needs: to say a line, print a table or JSON, and understand a size of memory."""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Sequence

from ledgers.display import display, safe
from ledgers.errors import CaseError

INVISIBLE = re.compile("[\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]")
"""Controls and marks that JSON lets stand as they are."""
MEMORY = re.compile(r"(?P<number>[0-9]{1,6})(\.[0-9]{1,3})? ?(?P<scale>[MGT])i?B", re.IGNORECASE)
MEGABYTES_MIN = 16


class CaseUsageError(CaseError):
    """The command line asks for what cannot be."""

    exit_code = 2


def say(line: str) -> None:
    """Say a line to whoever waits, beside the result."""
    print(f"administrator: {safe(line)}", file=sys.stderr)


def memory_of(options: argparse.Namespace) -> str:
    """The memory that was asked for, as the books take it.

    Raises:
        CaseUsageError: it is no size, or too small to begin with.
    """
    from ledgers.storage.books import MEMORY_LIMIT

    if options.memory is None:
        return MEMORY_LIMIT
    size = MEMORY.fullmatch(options.memory)
    if size is None or (size["scale"] in "mM" and int(size["number"]) < MEGABYTES_MIN):
        raise CaseUsageError(
            f"--memory {display(options.memory)}: give a size such as 2GB or 512MB, at least {MEGABYTES_MIN}MB."
        )
    return str(options.memory)


def table_of(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """Columns in terminal cells: a kanji takes two."""
    from rich.cells import cell_len

    widths = [max(cell_len(row[at]) for row in [heads, *rows]) for at in range(len(heads))]
    lines = []
    for row in [heads, *rows]:
        gaps = [" " * (width - cell_len(cell)) for cell, width in zip(row, widths, strict=True)]
        figures = (gap + cell for cell, gap in zip(row[1:], gaps[1:], strict=True))
        lines.append("  ".join([row[0] + gaps[0], *figures]).rstrip())
    return lines


def print_json(value: object) -> None:
    """JSON with people's letters as they are, and what would steer a terminal as its escape."""
    text = json.dumps(value, ensure_ascii=False, indent=2)
    print(INVISIBLE.sub(lambda found: "".join(f"\\u{ord(character):04x}" for character in found[0]), text))
