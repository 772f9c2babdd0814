"""How wide is a text when it is drawn? An upper bound in whole units, without asking any font.

A picture is laid out once and then shown with whatever fonts the reader has. So the letters are taken as wide as in
DejaVu Sans, the widest of the families that are named in the pictures, and everything that is not ASCII as wide as any
of them has it. Text that other people wrote is made visible (`ledgers.display`) before it is measured.
"""

from __future__ import annotations

from collections.abc import Callable

from rich.cells import cell_len

from ledgers.display import display

MARK = "…"
"""Says that a text goes on."""
NAMELESS = "(no name)"
"""Shown for a party whose label is empty or blank."""
FULL_CHARACTERS_MAX = 2_000
"""Of a name in full: a name is not a book."""

_CLASSES = (
    (290, "'ijl"), (300, "I"), (320, " ,."), (340, ":;|"), (370, "f-"), (400, "/\\()[]t"), (420, "!r"), (480, '"'),
    (500, "*"), (540, "sz?J"), (560, "c_L"), (580, "Fk"), (620, "vxyTYoae`"), (640, "EhnuSbdgpqP$0123456789{}"),
    (660, "K"), (700, "AVXZBRC"), (740, "U"), (780, "NHDG&"), (840, "OQw#+<=>^~"), (1000, "Mm%W@…"),
)  # fmt: skip
_ADVANCE = {letter: advance for advance, letters in _CLASSES for letter in letters}
"""Thousandths of the font's size that a character moves on by, rounded up."""
_NARROWEST = 290
_WIDE, _LETTER = 1_000, 1_750
"""Of what takes two cells in a terminal, and of what takes one and is no exception."""
_EXCEPTIONS = (
    (0x00A0, 0x01C4, 1_200), (0x01F4, 0x0300, 1_200), (0x0370, 0x0483, 1_200), (0x048A, 0x0530, 1_200),
    (0x1160, 0x1200, 1_000), (0xFDF0, 0xFE00, 12_000), (0xFF61, 0xFFDD, 640), (0x1F000, 0x20000, 1_650),
)  # fmt: skip
"""From, up to, advance: Latin, Greek and Cyrillic; vowels of Hangul, which terminals give no cell; Arabic phrases in
one sign; half-width forms; emoji."""


def text_width(text: str, size: int) -> int:
    """Give a width that the text does not pass when it is drawn at a size; both in whole units of the picture.

    >>> text_width("", 12), text_width("12.50", 10), text_width("株式", 10)
    (0, 29, 20)
    """
    return -(-sum(map(_advance, text)) * size // 1_000)


def _advance(character: str) -> int:
    known = _ADVANCE.get(character)
    if known is not None:
        return known
    for start, end, advance in _EXCEPTIONS:
        if start <= ord(character) < end:
            return advance
    return (0, _LETTER, _WIDE)[cell_len(character)]


def visible(text: str) -> str:
    r"""Give a text of strangers in full, each character to be seen; a name where there is none.

    >>> visible("a\u202eb"), visible("")
    ('a\\u202eb', '(no name)')
    """
    shown = display(text, FULL_CHARACTERS_MAX)
    return shown if shown.strip() else NAMELESS


def shortened(text: str, size: int, width: int) -> str:
    r"""Give as much of a text of strangers as a width can take, made visible; an escape is never cut through.

    >>> shortened("見本商事株式会社", 10, 55), shortened("short", 10, 100)
    ('見本商事…', 'short')
    """
    whole = visible(text)
    if text_width(whole, size) <= width:
        return whole
    return _cut(text, -(-width * 1_000 // (size * _NARROWEST)) + 1, lambda shown: text_width(shown, size) <= width)


def shortened_lines(text: str, size: int, width: int, lines_max: int) -> list[str]:
    """Give as much of a text of strangers as some lines of a width can take.

    >>> shortened_lines("見本商事 株式会社 東京支店", 10, 65, 2)
    ['見本商事', '株式会社 東…']
    """
    lines = wrapped(visible(text), size, width)
    if len(lines) <= lines_max:
        return lines
    most = (-(-width * 1_000 // (size * _NARROWEST)) + 1) * lines_max
    return wrapped(_cut(text, most, lambda shown: len(wrapped(shown, size, width)) <= lines_max), size, width)


def _cut(text: str, characters: int, fits: Callable[[str], bool]) -> str:
    """Cut by characters, fewer each time until it fits, as `display` alone knows where an escape begins and ends."""
    while characters > 1:
        shown = display(text, characters)
        if fits(shown):
            return shown
        characters -= 1
    return MARK


def wrapped(text: str, size: int, width: int) -> list[str]:
    """Break a text that is visible already into lines of at most a width: at a space where there is one.

    >>> wrapped("one two three", 10, 50)
    ['one two', 'three']
    """
    return broken(text, width, lambda piece: text_width(piece, size))


def broken(text: str, width: int, measure: Callable[[str], int]) -> list[str]:
    """Break a text into lines that measure at most a width: at a space where there is one, else anywhere.

    >>> broken("one 見本商事", 6, cell_len)
    ['one', '見本商', '事']
    """
    lines: list[str] = []
    line = ""
    for word in text.split(" "):
        joined = f"{line} {word}" if line else word
        if measure(joined) <= width:
            line = joined
            continue
        if line:
            lines.append(line)
        line = ""
        for character in word:
            if line and measure(line + character) > width:
                lines.append(line)
                line = ""
            line += character
    return [*lines, line]
