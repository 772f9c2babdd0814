"""How is text that other people wrote shown, so that it is read and never obeyed?

Names, addresses and labels come from the failed exchange and from strangers. In a terminal an escape sequence moves the
cursor or writes the clipboard, a bidirectional override turns an address round, and a zero-width letter makes two ids
look alike. `display` makes each of these visible. It is for people's eyes only: what is compared, stored and exported
is the text as received.
"""

from __future__ import annotations

import unicodedata

DISPLAY_CHARACTERS_MAX = 80
INVISIBLE_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
"""Controls, format marks (bidi, zero-width, soft hyphen, tags), lone surrogates, private and unassigned, separators."""
BLANKS = frozenset(
    "\u115f\u1160\u3164\uffa0\u2800\u034f\u17b4\u17b5\u180b\u180c\u180d\u180f\ufe00\ufe01\ufe02\ufe0e\ufe0f"
)
"""Letters and marks that show as nothing, though their category does not say so."""
STACKED_MARKS_MAX = 4
"""Combining marks on one letter; more of them climb over the neighbouring lines."""


def display(text: str, characters_max: int = DISPLAY_CHARACTERS_MAX) -> str:
    r"""Give a text in one line that shows every character of it, cut where it is long.

    >>> display("ann\x1b[2J"), display("a\u202eb"), display("tab\there")
    ('ann\\x1b[2J', 'a\\u202eb', 'tab\\there')
    >>> display("x" * 100, 10)
    'xxxxxxxxx…'
    >>> display("株式会社 山田")
    '株式会社 山田'

    A backslash that stood there is doubled, so that what is shown can come from one text only.

    >>> display(r"C:\x1b")
    'C:\\\\x1b'
    """
    if len(text) <= characters_max and text.isascii() and text.isprintable() and "\\" not in text:
        return text
    shown: list[str] = []
    length = marks = 0
    for character in text:
        marks = marks + 1 if unicodedata.combining(character) else 0
        piece = _visible(character) if marks <= STACKED_MARKS_MAX else _escaped(character)
        length += len(piece)
        if length > characters_max:
            return _cut(shown, characters_max)
        shown.append(piece)
    return "".join(shown)


def safe(line: str) -> str:
    r"""Give a line that the program composed, with nothing in it that would steer a terminal.

    What it quotes was displayed already, so a backslash is left as it is and nothing is cut.

    >>> safe("quantity \"1\\x1b\" of \x1b[2J")
    'quantity "1\\x1b" of \\x1b[2J'
    """
    return "".join(character if character in " \\" else _visible(character) for character in line)


def _visible(character: str) -> str:
    if character == "\\":
        return "\\\\"
    if unicodedata.category(character) in INVISIBLE_CATEGORIES or character in BLANKS:
        return _escaped(character)
    if character not in " \u3000" and character.isspace():
        return _escaped(character)
    return character


def _escaped(character: str) -> str:
    return character.encode("unicode_escape").decode("ascii")


def _cut(pieces: list[str], characters_max: int) -> str:
    """Give the pieces that leave room for the mark of the cut; an escape is never cut through."""
    length = sum(map(len, pieces))
    while pieces and length > characters_max - 1:
        length -= len(pieces.pop())
    return "".join(pieces) + "…"
