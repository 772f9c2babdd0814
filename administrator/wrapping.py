"""How is a sentence broken into lines of a terminal? By cells, of which a kanji takes two."""

from __future__ import annotations

from collections.abc import Iterator


def wrapped(text: str, width: int, first: str, later: str | None = None) -> Iterator[str]:
    """Break a text into lines of terminal cells, of which a kanji takes two."""
    from rich.cells import cell_len

    later = first if later is None else later
    line, is_begun = first, False
    for whole in text.split(" "):
        word = whole
        while cell_len(later) + cell_len(word) > width:
            # A word longer than a line is cut where the line ends.
            room, kept = width - cell_len(line) - is_begun, ""
            while word and cell_len(kept + word[0]) <= room:
                kept, word = kept + word[0], word[1:]
            if kept:
                yield f"{line}{' ' if is_begun else ''}{kept}"
            else:
                yield line
            line, is_begun = later, False
        if is_begun and cell_len(line) + 1 + cell_len(word) > width:
            yield line
            line, is_begun = later, False
        line = f"{line} {word}" if is_begun else line + word
        is_begun = True
    yield line
