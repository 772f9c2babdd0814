"""What is a place in a picture? Boxes and texts in whole units, y downwards; a unit is a point on a screen."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, StrEnum

from administrator.pictures.measure import text_width


class Size(IntEnum):
    """How large a text is drawn: the height of its letters' body."""

    TITLE = 22
    HEADING = 14
    LABEL = 14
    TEXT = 13
    FIGURE = 13
    TABLE = 13
    SMALL = 11
    NUMBER = 11

    @property
    def line(self) -> int:
        """Height of a line of it."""
        return self * 4 // 3 + 1


class Anchor(StrEnum):
    """Which point of a text stands at its x."""

    START = "start"
    MIDDLE = "middle"
    END = "end"


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle."""

    x: int
    y: int
    width: int
    height: int

    def meets(self, other: Box) -> bool:
        """Tell whether two rectangles have more than an edge in common.

        >>> Box(0, 0, 10, 10).meets(Box(10, 0, 5, 5)), Box(0, 0, 10, 10).meets(Box(9, 9, 5, 5))
        (False, True)
        """
        return (
            self.x < other.x + other.width
            and other.x < self.x + self.width
            and self.y < other.y + other.height
            and other.y < self.y + self.height
        )

    def holds(self, other: Box) -> bool:
        """Tell whether the other rectangle lies within this one."""
        return (
            self.x <= other.x
            and self.y <= other.y
            and other.x + other.width <= self.x + self.width
            and other.y + other.height <= self.y + self.height
        )


@dataclass(frozen=True, slots=True)
class Text:
    """One line of text, visible already."""

    shown: str
    full: str
    """What it was shortened from; the same where nothing was cut."""
    box: Box
    """Which it does not leave, whatever the font."""
    size: Size
    anchor: Anchor

    @property
    def x(self) -> int:
        """Where its anchor stands."""
        if self.anchor is Anchor.START:
            return self.box.x
        return self.box.x + (self.box.width if self.anchor is Anchor.END else self.box.width // 2)

    @property
    def baseline(self) -> int:
        """Where its letters stand."""
        return self.box.y + (self.box.height + self.size * 7 // 10) // 2


def place_text(
    shown: str, x: int, y: int, size: Size, full: str | None = None, anchor: Anchor = Anchor.START
) -> Text:
    """Place a line of text by its anchor and the top of its line.

    >>> place_text("12.50", 100, 20, Size.TABLE, anchor=Anchor.END).box
    Box(x=62, y=20, width=38, height=18)
    """
    width = text_width(shown, size)
    if anchor is Anchor.MIDDLE:
        # An odd width would put the middle beside x.
        width += width % 2
    left = x if anchor is Anchor.START else x - (width if anchor is Anchor.END else width // 2)
    return Text(shown, shown if full is None else full, Box(left, y, width, size.line), size, anchor)
