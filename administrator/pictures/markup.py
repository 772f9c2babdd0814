"""How is XML written? Elements with attributes in the order given; text of strangers can break out of neither.

Text is made visible before it comes here (`ledgers.display`), so that no character is left that XML 1.0 refuses.
"""

from __future__ import annotations

from collections.abc import Iterable
from xml.sax.saxutils import escape, quoteattr

DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>'


Attributes = Iterable[tuple[str, str | int]] | Iterable[tuple[str, str]]


def element(name: str, attributes: Attributes, text: str = "", *children: str) -> str:
    """Give one element with its text and, behind it, its children, which are XML already.

    >>> element("text", [("x", 1), ("fill", "#000")], "a < b")
    '<text x="1" fill="#000">a &lt; b</text>'
    >>> element("rect", [("width", 5)])
    '<rect width="5"/>'
    """
    start = name + "".join(f" {key}={quoteattr(str(value))}" for key, value in attributes)
    inside = escape(text) + "".join(children)
    return f"<{start}>{inside}</{name}>" if inside else f"<{start}/>"
