"""What screens, summaries and explanations read: one select a file, run as it stands with bound values."""

from __future__ import annotations

from functools import cache
from pathlib import Path

VIEWS = Path(__file__).parent


@cache
def view(name: str) -> str:
    """The text of one select.

    >>> view("asset_result").startswith("-- Owed, held and returned")
    True
    """
    return (VIEWS / f"{name}.sql").read_text(encoding="utf-8")
