"""How large is one line of a bridge beside the others? A row of + or -, so that no colour is needed.

Cells are whole and rounded down; a line smaller than one cell is a dot. It is a drawing: no figure is taken from it.
"""

from __future__ import annotations

from collections.abc import Sequence

BAR_CELLS = 12


def bars(quantities: Sequence[str], cells: int) -> tuple[str, ...]:
    """Draw quantities of one asset, all at its full scale, the largest over all the cells.

    >>> bars(["0.25", "-0.10", "0.001", "0.00"], 10)
    Traceback (most recent call last):
    AssertionError: quantities of one asset have one scale
    >>> bars(["0.250", "-0.100", "0.001", "0.000"], 10)
    ('++++++++++', '----', '.', '')
    """
    scales = {len(quantity.partition(".")[2]) for quantity in quantities}
    assert len(scales) <= 1, "quantities of one asset have one scale"
    units = [int(quantity.replace(".", "")) for quantity in quantities]
    largest = max(map(abs, units), default=0)
    return tuple(_bar(one, largest, cells) for one in units)


def _bar(units: int, largest: int, cells: int) -> str:
    if units == 0:
        return ""
    return ("+" if units > 0 else "-") * (abs(units) * cells // largest) or "."
