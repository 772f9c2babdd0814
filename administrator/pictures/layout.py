"""Where does everything of a diagram stand? One layout in whole units, from which SVG, PNG, GraphML and text are made.

From left to right the columns of boxes, the bands between them, wide by units; below the columns the links that do not
go on to a later column, each in a lane; then a table of all links, by the numbers on the bands, with their quantities
in full, and the notes. Nothing overlaps: every text has a place of its own, as wide as it can become in any font.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from administrator.pictures.arrange import Arrangement, arrange, columns_of, goes_on
from administrator.pictures.diagram import Diagram, Layer, Link, Node, in_order
from administrator.pictures.furniture import MARGIN, foot, foot_width
from administrator.pictures.kinds import word_of
from administrator.pictures.measure import shortened, shortened_lines, text_width, visible, wrapped
from administrator.pictures.places import Anchor, Box, Size, Text, place_text

LAYER_TITLES = {
    Layer.SOURCES: "Paid in by",
    Layer.CUSTOMERS: "Customers' wallets",
    Layer.HOUSE: "House and insiders",
    Layer.TAKERS: "Takers",
    Layer.HOPS: "Passed through",
    Layer.LIES: "Where it lies",
}
WIDTH_MIN = 900
FLOW_HEIGHT = 420
"""Of a column through which all of it passes, texts aside: what a band's width is measured by."""
BOX_WIDTH_MIN, LABEL_WIDTH_MAX, LABEL_LINES_MAX = 120, 148, 2
STRIPE = 8
"""At the left of a box, in the pattern of its kind."""
PADDING = 6
SLOT = 19
"""Height of the place at which one link meets a box: its number needs it."""
PILL_HEIGHT = 15
LEAD = 8
"""How far a band runs straight before it turns."""
TRACK, LANE = 8, 22
"""Between two lines drawn apart: side by side in a gap, and one below the other."""
TURN_MIN, TURN_MAX = 48, 150
"""How much room the bands of a gap have to change their height."""


@dataclass(frozen=True, slots=True)
class Placed:
    """A node's box and what is written in it."""

    node: Node
    column: int
    box: Box
    units_height: int
    """What of the box's height its units ask for, by the scale of the bands."""
    texts: tuple[Text, ...]


@dataclass(frozen=True, slots=True)
class Band:
    """A link, drawn."""

    link: Link
    number: int
    """From 1, as in the table below the picture."""
    width: int
    """At least 1; greater units are never narrower."""
    points: tuple[tuple[int, int], ...]
    """Middles: straight through boxes' columns, turning between them; corners where it is drawn apart."""
    is_apart: bool
    """Drawn as a dashed line below the boxes, its width to no scale: it leads back, in a circle, or within a stage."""
    pill: Box
    """Where its number stands."""
    text: Text


@dataclass(frozen=True, slots=True)
class Layout:
    """A diagram with a place for everything."""

    diagram: Diagram
    """In order."""
    width: int
    height: int
    headings: tuple[Text, ...]
    """Title, subtitle, and the layers' names above their columns."""
    nodes: tuple[Placed, ...]
    """By column, from top to bottom."""
    bands: tuple[Band, ...]
    """By number: by sender from left to right and top to bottom, then by recipient."""
    foot: tuple[Text, ...]
    """The table of links and the notes."""
    rules: tuple[Box, ...]
    """Thin lines of the table."""


@dataclass(frozen=True, slots=True)
class _Ports:
    """The middles at which links leave a box on its right and reach one on its left."""

    leave: dict[tuple[str, str], int]
    arrive: dict[tuple[str, str], int]


@dataclass(frozen=True, slots=True)
class _Grid:
    """The columns across the page, and the gaps between them."""

    left: tuple[int, ...]
    width: tuple[int, ...]
    exits: tuple[tuple[tuple[str, str], ...], ...]
    """Of each column: the links drawn apart that leave it, each with a track on its right, the innermost first."""
    entries: tuple[tuple[tuple[str, str], ...], ...]
    """Those that reach it, each with a track on its left, the innermost first."""
    pill_width: int
    right: int


def lay_out(diagram: Diagram) -> Layout:
    """Give everything of a diagram a place; the same, whatever order nodes and links were made in.

    Raises:
        AssertionError: the diagram is none (`in_order`).
    """
    diagram = in_order(diagram)
    columns = columns_of(diagram)
    texts = {node.key: _lines(node) for node in diagram.nodes}
    scale = _scale(diagram, columns)
    widths = {_pair(link): max(1, link.units * FLOW_HEIGHT // scale) for link in diagram.links}
    heights = _heights(diagram, columns, texts, widths, scale)
    arrangement = arrange(diagram, columns, heights, widths)
    numbers = _numbers(diagram, columns, arrangement)
    apart = _apart(diagram, columns, numbers)
    grid = _grid(diagram, columns, texts, arrangement, apart)
    listed = sorted(
        ((numbers[_pair(link)], link, not goes_on(link, columns)) for link in diagram.links), key=lambda row: row[0]
    )
    width = max(WIDTH_MIN, grid.right + MARGIN, foot_width(diagram, listed))

    headings, top = _headings(diagram, columns, grid, width)
    placed = _boxes(diagram, columns, texts, arrangement, grid, top, scale)
    ports = _ports(diagram, widths, arrangement, placed, top, apart)
    lanes, bottom = _lanes(apart, columns, grid, top + arrangement.height)
    bands = [
        _band(link, numbers[_pair(link)], widths[_pair(link)], columns, arrangement, grid, ports, top, lanes)
        for link in diagram.links
    ]
    bands.sort(key=lambda band: band.number)
    below, rules, height = foot(diagram, listed, width, bottom)
    nodes = tuple(sorted(placed.values(), key=lambda one: (one.column, one.box.y)))
    return Layout(diagram, width, height + MARGIN, headings, nodes, tuple(bands), below, rules)


def overlaps(layout: Layout) -> list[tuple[str, str]]:
    """Name the pairs of boxes and texts that overlap, or leave the picture: there are none."""
    things = [(f"node {one.node.key!r}", one.box) for one in layout.nodes]
    things += [(f"number {band.number}", band.pill) for band in layout.bands]
    things += [(f"text {text.shown!r}", text.box) for text in (*layout.headings, *layout.foot)]
    canvas = Box(0, 0, layout.width, layout.height)
    wrong = [(name, "the edge") for name, box in things if not canvas.holds(box)]
    for placed in layout.nodes:
        inside = [(f"text {text.shown!r}", text.box) for text in placed.texts]
        wrong += [(name, "its box") for name, box in inside if not placed.box.holds(box)]
        wrong += _overlapping(inside)
    return wrong + _overlapping(things)


def _overlapping(things: list[tuple[str, Box]]) -> list[tuple[str, str]]:
    ordered = sorted(things, key=lambda thing: (thing[1].y, thing[1].x, thing[0]))
    wrong = []
    for at, (name, box) in enumerate(ordered):
        for other, beside in ordered[at + 1 :]:
            if beside.y >= box.y + box.height:
                break
            if box.meets(beside):
                wrong.append((name, other))
    return wrong


def _pair(link: Link) -> tuple[str, str]:
    return link.sender, link.recipient


def _lines(node: Node) -> tuple[tuple[str, str, Size], ...]:
    """Give what is written in a box: shown, in full, and how large. A figure is never cut."""
    kind, quantity = word_of(node.kind), visible(node.quantity)
    width = max(LABEL_WIDTH_MAX, text_width(quantity, Size.FIGURE))
    label = shortened_lines(node.label, Size.LABEL, width, LABEL_LINES_MAX)
    lines = [
        (shortened(kind, Size.SMALL, width), visible(kind), Size.SMALL),
        *((line, visible(node.label), Size.LABEL) for line in label),
        (quantity, quantity, Size.FIGURE),
    ]
    if node.note.strip():
        note = visible(node.note)
        lines += [(part, note, Size.SMALL) for part in wrapped(note, Size.SMALL, width)]
    return tuple(lines)


def _scale(diagram: Diagram, columns: Mapping[str, int]) -> int:
    """Give the units that fill the height of the flows: of the column or node in which most meets, at least 1."""
    into: dict[str, int] = {}
    out: dict[str, int] = {}
    for link in diagram.links:
        if goes_on(link, columns):
            out[link.sender] = out.get(link.sender, 0) + link.units
            into[link.recipient] = into.get(link.recipient, 0) + link.units
    passed: dict[int, int] = {}
    for node in diagram.nodes:
        through = max(node.units, into.get(node.key, 0), out.get(node.key, 0))
        passed[columns[node.key]] = passed.get(columns[node.key], 0) + through
    return max(passed.values(), default=0) or 1


def _heights(
    diagram: Diagram,
    columns: Mapping[str, int],
    texts: Mapping[str, tuple[tuple[str, str, Size], ...]],
    widths: Mapping[tuple[str, str], int],
    scale: int,
) -> dict[str, int]:
    """Give each box a height for its units, for its text, and for the links on either side."""
    left = dict.fromkeys(texts, 0)
    right = dict.fromkeys(texts, 0)
    for link in diagram.links:
        slot = max(SLOT, widths[_pair(link)]) if goes_on(link, columns) else SLOT
        right[link.sender] += slot
        left[link.recipient] += slot
    return {
        node.key: max(
            2 * PADDING + sum(size.line for _, _, size in texts[node.key]),
            node.units * FLOW_HEIGHT // scale,
            left[node.key],
            right[node.key],
        )
        for node in diagram.nodes
    }


def _numbers(
    diagram: Diagram, columns: Mapping[str, int], arrangement: Arrangement
) -> dict[tuple[str, str], int]:
    """Number the links as one reads: by sender, then recipient, from left to right and from top to bottom."""
    place = {
        item.node: (columns[item.node], arrangement.tops[index])
        for index, item in enumerate(arrangement.items)
        if item.node is not None
    }
    reading = sorted(diagram.links, key=lambda link: (place[link.sender], place[link.recipient]))
    return {_pair(link): number for number, link in enumerate(reading, start=1)}


def _apart(
    diagram: Diagram, columns: Mapping[str, int], numbers: Mapping[tuple[str, str], int]
) -> tuple[Link, ...]:
    """List the links drawn apart, the innermost first: so laid, one around the other, they seldom cross."""
    links = [link for link in diagram.links if not goes_on(link, columns)]
    links.sort(key=lambda link: (columns[link.sender] - columns[link.recipient], -numbers[_pair(link)]))
    return tuple(links)


def _grid(
    diagram: Diagram,
    columns: Mapping[str, int],
    texts: Mapping[str, tuple[tuple[str, str, Size], ...]],
    arrangement: Arrangement,
    apart: Sequence[Link],
) -> _Grid:
    count = max(columns.values(), default=-1) + 1
    exits = tuple(tuple(_pair(link) for link in apart if columns[link.sender] == column) for column in range(count))
    entries = tuple(
        tuple(_pair(link) for link in apart if columns[link.recipient] == column) for column in range(count)
    )
    wanted = [BOX_WIDTH_MIN] * count
    for key, lines in texts.items():
        widest = max(text_width(shown, size) for shown, _, size in lines)
        wanted[columns[key]] = max(wanted[columns[key]], widest + STRIPE + 2 * PADDING)
    for node in diagram.nodes:
        title = text_width(LAYER_TITLES[node.layer], Size.HEADING)
        wanted[columns[node.key]] = max(wanted[columns[node.key]], title)
    pill_width = text_width("0" * len(str(len(diagram.links))), Size.NUMBER) + 8
    turn = min(max(arrangement.height // 10, TURN_MIN), TURN_MAX)
    left: list[int] = []
    x = MARGIN
    for column in range(count):
        x += TRACK * len(entries[column]) + (LEAD if entries[column] else 0)
        left.append(x)
        x += wanted[column] + TRACK * len(exits[column]) + (LEAD if exits[column] else 0)
        if column + 1 < count:
            x += 2 * LEAD + turn + pill_width + LEAD
    return _Grid(tuple(left), tuple(wanted), exits, entries, pill_width, x)


def _headings(
    diagram: Diagram, columns: Mapping[str, int], grid: _Grid, width: int
) -> tuple[tuple[Text, ...], int]:
    """Place the title, what is drawn, and the layers' names; give the top of the boxes too."""
    texts: list[Text] = []
    y = MARGIN
    title = visible(diagram.title)
    for line in wrapped(title, Size.TITLE, width - 2 * MARGIN):
        texts.append(place_text(line, MARGIN, y, Size.TITLE, title))
        y += Size.TITLE.line
    parties, flows = len(diagram.nodes), len(diagram.links)
    told = (
        f"{visible(diagram.asset)}. {parties:,} {'party' if parties == 1 else 'parties'}, "
        f"{flows:,} {'flow' if flows == 1 else 'flows'}."
    ) + (" Flows are numbered; the table below has their quantities." if flows else "")
    for line in wrapped(told, Size.TEXT, width - 2 * MARGIN):
        texts.append(place_text(line, MARGIN, y, Size.TEXT, told))
        y += Size.TEXT.line
    y += 14
    named: set[Layer] = set()
    for node in sorted(diagram.nodes, key=lambda node: columns[node.key]):
        if node.layer not in named:
            named.add(node.layer)
            texts.append(place_text(LAYER_TITLES[node.layer], grid.left[columns[node.key]], y, Size.HEADING))
    return tuple(texts), y + (Size.HEADING.line + 8 if named else 0)


def _boxes(
    diagram: Diagram,
    columns: Mapping[str, int],
    texts: Mapping[str, tuple[tuple[str, str, Size], ...]],
    arrangement: Arrangement,
    grid: _Grid,
    top: int,
    scale: int,
) -> dict[str, Placed]:
    node_of = {node.key: node for node in diagram.nodes}
    placed: dict[str, Placed] = {}
    for index, item in enumerate(arrangement.items):
        if item.node is None:
            continue
        column = columns[item.node]
        box = Box(grid.left[column], top + arrangement.tops[index], grid.width[column], item.height)
        lines = texts[item.node]
        y = box.y + (box.height - sum(size.line for _, _, size in lines)) // 2
        written: list[Text] = []
        for shown, full, size in lines:
            written.append(place_text(shown, box.x + STRIPE + PADDING, y, size, full))
            y += size.line
        node = node_of[item.node]
        placed[item.node] = Placed(node, column, box, node.units * FLOW_HEIGHT // scale, tuple(written))
    return placed


def _ports(
    diagram: Diagram,
    widths: Mapping[tuple[str, str], int],
    arrangement: Arrangement,
    placed: Mapping[str, Placed],
    top: int,
    apart: Sequence[Link],
) -> _Ports:
    """Give every link its place at both boxes: in the order of where it goes and comes from, those apart last."""
    inside = {_pair(link): len(apart) - at for at, link in enumerate(apart)}

    def middle(item: int) -> int:
        return top + arrangement.tops[item] + arrangement.items[item].height // 2

    outward: dict[str, list[tuple[int, int, tuple[str, str]]]] = {}
    inward: dict[str, list[tuple[int, int, tuple[str, str]]]] = {}
    for link in diagram.links:
        pair = _pair(link)
        chain = arrangement.chains.get(pair)
        rank = inside.get(pair, 0)
        outward.setdefault(link.sender, []).append((rank, middle(chain[1]) if chain else 0, pair))
        inward.setdefault(link.recipient, []).append((rank, middle(chain[-2]) if chain else 0, pair))
    sides: list[dict[tuple[str, str], int]] = []
    for side in (outward, inward):
        at: dict[tuple[str, str], int] = {}
        for key, ends in side.items():
            slots = [
                (pair, max(SLOT, widths[pair]) if pair in arrangement.chains else SLOT) for _, _, pair in sorted(ends)
            ]
            box = placed[key].box
            y = box.y + (box.height - sum(slot for _, slot in slots)) // 2
            for pair, slot in slots:
                at[pair] = y + slot // 2
                y += slot
        sides.append(at)
    return _Ports(*sides)


def _lanes(
    apart: Sequence[Link], columns: Mapping[str, int], grid: _Grid, bottom: int
) -> tuple[dict[tuple[str, str], int], int]:
    """Give each link drawn apart a lane below the boxes, the innermost first; those not side by side share one."""
    taken: list[list[tuple[int, int]]] = []
    lanes: dict[tuple[str, str], int] = {}
    for link in apart:
        start, end = sorted((_entry(link, columns, grid), _exit(link, columns, grid)))
        # As wide as its number at least, and not touching the next.
        middle, half = (start + end) // 2, grid.pill_width // 2 + 1
        start, end = min(start, middle - half) - TRACK, max(end, middle + half)
        free = (at for at, lane in enumerate(taken) if all(end < one or other < start for one, other in lane))
        lane = next(free, len(taken))
        if lane == len(taken):
            taken.append([])
        taken[lane].append((start, end))
        lanes[_pair(link)] = bottom + LANE * (lane + 1)
    return lanes, bottom + (LANE * (len(taken) + 1) if taken else 0)


def _exit(link: Link, columns: Mapping[str, int], grid: _Grid) -> int:
    column = columns[link.sender]
    return grid.left[column] + grid.width[column] + LEAD + TRACK * grid.exits[column].index(_pair(link))


def _entry(link: Link, columns: Mapping[str, int], grid: _Grid) -> int:
    column = columns[link.recipient]
    return grid.left[column] - LEAD - TRACK * (grid.entries[column].index(_pair(link)) + 1)


def _band(
    link: Link,
    number: int,
    width: int,
    columns: Mapping[str, int],
    arrangement: Arrangement,
    grid: _Grid,
    ports: _Ports,
    top: int,
    lanes: Mapping[tuple[str, str], int],
) -> Band:
    sender, recipient = columns[link.sender], columns[link.recipient]
    start = (grid.left[sender] + grid.width[sender], ports.leave[_pair(link)])
    end = (grid.left[recipient], ports.arrive[_pair(link)])
    lane = lanes.get(_pair(link))
    if lane is not None:
        down, up = _exit(link, columns, grid), _entry(link, columns, grid)
        path = [start, (down, start[1]), (down, lane), (up, lane), (up, end[1]), end]
        pill = Box((down + up - grid.pill_width) // 2, lane - PILL_HEIGHT // 2, grid.pill_width, PILL_HEIGHT)
    else:
        tracks = TRACK * len(grid.exits[sender]) + (LEAD if grid.exits[sender] else 0)
        path = [start, (start[0] + tracks + LEAD, start[1])]
        for item in arrangement.chains[_pair(link)][1:-1]:
            column = arrangement.items[item].column
            y = top + arrangement.tops[item] + arrangement.items[item].height // 2
            tracks = TRACK * len(grid.exits[column]) + (LEAD if grid.exits[column] else 0)
            path += [(_turned(column, grid), y), (grid.left[column] + grid.width[column] + tracks + LEAD, y)]
        path += [(_turned(recipient, grid), end[1]), end]
        tracks = TRACK * len(grid.entries[recipient]) + (LEAD if grid.entries[recipient] else 0)
        x = grid.left[recipient] - tracks - LEAD - grid.pill_width
        pill = Box(x, end[1] - PILL_HEIGHT // 2, grid.pill_width, PILL_HEIGHT)
    shown = str(number)
    y = pill.y + (PILL_HEIGHT - Size.NUMBER.line) // 2
    text = place_text(shown, pill.x + pill.width // 2, y, Size.NUMBER, anchor=Anchor.MIDDLE)
    return Band(link, number, width, tuple(path), lane is not None, pill, text)


def _turned(column: int, grid: _Grid) -> int:
    """Give where the bands that come to a column have turned: left of their numbers and of the tracks."""
    tracks = TRACK * len(grid.entries[column]) + (LEAD if grid.entries[column] else 0)
    return grid.left[column] - tracks - LEAD - grid.pill_width - 4
