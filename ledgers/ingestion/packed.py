"""Why can a packed cell not be taken apart?

The definition of it is relations/unpack.sql, which takes cells apart by the million; here is only said, of the few that
it refuses, where a person has to look. The pattern is not tried again: Python's expressions can take for ever on a cell
that those of the books read in one walk.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from ledgers.display import display
from ledgers.ingestion.cells import CARRIAGE_RETURN, CORRECT_THE_ROW, MEND, CellFault

MARK = "\x01"
"""What relations/unpack.sql needs for itself."""
SEPARATOR = re.compile(" ?[,;|] ?| ")
"""What may stand between two positions; as in relations/unpack.sql."""


def packed_fault(account: str | None, positions: str | None, found: Sequence[str] | None) -> CellFault:
    """Say what is wrong with a packed row, and in which character of the cell the list of positions ends.

    >>> packed_fault("A", "BTC[1]junk,ETH[1]", ["BTC[1]", "ETH[1]"]).why
    'positions stops being a list of what the pattern matches at character 7: "junk,ETH[1]"'

    Args:
        account, positions: the cells; None where they are empty.
        found: what the pattern matches in the cell, in order.
    """
    if not account:
        return CellFault("account", "", "empty-cell", "account is empty", CORRECT_THE_ROW)
    if not positions:
        return CellFault("positions", "", "empty-cell", "positions is empty", CORRECT_THE_ROW)
    stop = _stop(positions, found or ())
    if MARK in positions:
        why = f'positions "{display(positions)}" has the control character U+0001'
    elif stop == len(positions):
        why = f'positions "{display(positions)}" is not a list of what the pattern matches'
    else:
        shown = display(positions[stop:])
        why = f'positions stops being a list of what the pattern matches at character {stop + 1}: "{shown}"'
    remedy = MEND if CARRIAGE_RETURN.search(positions) else "Correct the row, or the pattern in case.toml."
    return CellFault("positions", positions, "unreadable-positions", why, remedy)


def _stop(positions: str, found: Sequence[str]) -> int:
    """Give the place behind the last position before which everything is one."""
    past = 0
    for number, position in enumerate(found):
        at = positions.find(position, past)
        gap = positions[past:at]
        if at < 0 or not (SEPARATOR.fullmatch(gap) if number else gap == ""):
            return past
        past = at + len(position)
    return past
