"""How is each kind of party told from the others? By its word first, then by a pattern and an outline, last by colour.

A court's copy is often grey, and some readers see no red: the stripe at the left of a box has a pattern of its own.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Look:
    """How a kind is drawn."""

    colour: str
    """Of stripe and outline: dark on white."""
    tint: str
    """Of the box: light enough for black text."""
    motif: str
    """Path of the pattern, in a square of 8 by 8; empty: filled."""
    is_dashed: bool = False
    """Whether the outline is broken: nobody known stands behind it."""


RISING = "M-2 2l4-4M0 8l8-8M6 10l4-4"
FALLING = "M-2 6l4 4M0 0l8 8M6-2l4 4"
LEVEL = "M0 2h8M0 6h8"
UPRIGHT = "M2 0v8M6 0v8"
LOOKS = {
    "customers": Look("#1f4e79", "#edf3f9", ""),
    "holder": Look("#2f6db3", "#f0f5fb", LEVEL),
    "house": Look("#7a5c00", "#faf5e6", UPRIGHT),
    "insider": Look("#a04a00", "#fcf1e8", RISING),
    "affiliate": Look("#8a5a2b", "#f8f1ea", FALLING),
    "thief": Look("#9c1c1c", "#fbecec", ""),
    "exchange": Look("#2f6b3a", "#eef6ef", RISING + FALLING),
    "mixer": Look("#5b3f8c", "#f3eff9", "M1 2h2M5 6h2"),
    "bridge": Look("#0f6b6b", "#eaf5f5", "M0 4h8M4 0v8"),
    "unknown": Look("#555555", "#f7f7f7", "M3 4h2", True),
    "folded": Look("#777777", "#f2f2f2", LEVEL, True),
}
"""By kind; any other is drawn as unknown, under its own word."""


UNKNOWN = "unknown"


def look_of(kind: str) -> str:
    """Give the kind a party is drawn as."""
    return kind if kind in LOOKS else UNKNOWN


def word_of(kind: str) -> str:
    """Give the word for a kind."""
    return kind if kind.strip() else UNKNOWN
