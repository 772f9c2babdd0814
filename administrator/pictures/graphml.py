"""How does a diagram go to a program for graphs? As GraphML: nodes and edges with their figures, places as drawn.

Ids, labels and kinds are made visible first (`ledgers.display`), each differently from any other, so that the file is
XML whatever stands in them. Units are strings: they pass 64 bits.
"""

from __future__ import annotations

from administrator.pictures.diagram import Diagram
from administrator.pictures.layout import LAYER_TITLES, lay_out
from administrator.pictures.markup import DECLARATION, element
from ledgers.display import display

ESCAPE_CHARACTERS = 10
"""What one character becomes at most."""
GRAPH_KEYS = (("title", "string"), ("asset", "string"), ("notes", "string"))
NODE_KEYS = (
    ("label", "string"), ("kind", "string"), ("layer", "int"), ("layer_title", "string"), ("column", "int"),
    ("units", "string"), ("quantity", "string"), ("note", "string"), ("x", "int"), ("y", "int"),
)  # fmt: skip
"""Attributes of a node and their types; x and y are the middle of its box, y downwards."""
EDGE_KEYS = (
    ("number", "int"), ("units", "string"), ("quantity", "string"), ("transfers", "long"), ("is_return", "boolean"),
)  # fmt: skip
"""Attributes of an edge; the number is that of the picture's table."""
ROOT = (
    ("xmlns", "http://graphml.graphdrawing.org/xmlns"),
    ("xmlns:xsi", "http://www.w3.org/2001/XMLSchema-instance"),
    (
        "xsi:schemaLocation",
        "http://graphml.graphdrawing.org/xmlns http://graphml.graphdrawing.org/xmlns/1.0/graphml.xsd",
    ),
)


def diagram_graphml(diagram: Diagram) -> str:
    """Write a diagram as GraphML: nodes by column and from top to bottom, edges by number.

    Raises:
        AssertionError: the diagram is none (`in_order`).
    """
    layout = lay_out(diagram)
    declared = [
        element("key", [("id", f"{owner}-{name}"), ("for", owner), ("attr.name", name), ("attr.type", kind)])
        for owner, keys in (("graph", GRAPH_KEYS), ("node", NODE_KEYS), ("edge", EDGE_KEYS))
        for name, kind in keys
    ]
    facts = (exactly(diagram.title), exactly(diagram.asset), " | ".join(map(exactly, diagram.notes)))
    nodes = []
    for placed in layout.nodes:
        node, box = placed.node, placed.box
        values: tuple[str | int, ...] = (
            exactly(node.label), exactly(node.kind), int(node.layer), LAYER_TITLES[node.layer], placed.column,
            str(node.units), exactly(node.quantity), exactly(node.note),
            box.x + box.width // 2, box.y + box.height // 2,
        )  # fmt: skip
        nodes.append(element("node", [("id", exactly(node.key))], "", *_values("node", NODE_KEYS, values)))
    edges = []
    for band in layout.bands:
        link = band.link
        values = (
            band.number, str(link.units), exactly(link.quantity), link.transfers, "true" if link.is_return else "false"
        )  # fmt: skip
        ends = [("source", exactly(link.sender)), ("target", exactly(link.recipient))]
        edges.append(element("edge", ends, "", *_values("edge", EDGE_KEYS, values)))
    lines = [*_values("graph", GRAPH_KEYS, facts), *nodes, *edges]
    start = "<graphml" + "".join(f' {name}="{value}"' for name, value in ROOT) + ">"
    graph = ('<graph edgedefault="directed">', *lines, "</graph>")
    return "\n".join((DECLARATION, start, *declared, *graph, "</graphml>", ""))


def exactly(text: str) -> str:
    r"""Give a text with every character visible, never cut: what is shown can come from one text only.

    >>> exactly("a\x00b"), exactly("")
    ('a\\x00b', '')
    """
    return display(text, ESCAPE_CHARACTERS * len(text) + 1)


def _values(owner: str, keys: tuple[tuple[str, str], ...], values: tuple[str | int, ...]) -> list[str]:
    return [
        element("data", [("key", f"{owner}-{name}")], str(value))
        for (name, _), value in zip(keys, values, strict=True)
    ]
