"""Which places of case.toml wait for a person?

`administrator new` writes "?" where only a person can answer, with a comment that asks. Such a value is a fault like
any other, said first and with its question, and nothing is read as an answer in its stead. An alias may be "?": it is
what stands in a file.
"""

from __future__ import annotations

import datetime
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ledgers.configuration_faults import CASE_FILE, place
from ledgers.display import display

MARKER = "?"
WRITTEN = re.compile(r"""(?P<key>[A-Za-z0-9_-]+|"[^"]*"|'[^']*')\s*=\s*(?:"\?"|'\?')""")
QUESTION_CHARACTERS_MAX = 300
STAND_INS: Mapping[str, object] = {
    "commencement_at": datetime.datetime(2000, 1, 1, tzinfo=datetime.UTC), "encoding": "utf-8", "timezone": "UTC",
    "decimals": 18,
}  # fmt: skip
"""What stands in place of a marker while the rest is checked."""
Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class OpenPlaces:
    """The markers of one case.toml."""

    paths: frozenset[Path]
    lines: tuple[str, ...]
    """A fault each, in the order of the file."""

    def covers(self, loc: tuple[int | str, ...]) -> bool:
        """Whether a fault that was found at a place is that of a marker, which is said already."""
        return any(loc[: len(path)] == path for path in self.paths)


def open_places(document: Mapping[str, Any], content: bytes) -> OpenPlaces:
    """Find every marker, with the line it stands in and the question beside it."""
    written = _written(content.decode("utf-8", "replace"))
    paths: list[Path] = []
    lines: list[tuple[int, str]] = []
    for path in _markers(document, ()):
        paths.append(path)
        key = next(str(step) for step in reversed(path) if isinstance(step, str))
        line_no, question = written[key].pop(0) if written[key] else (0, "")
        section, inner = _split(path, document)
        asked = f": {question}" if question else ""
        at = f"{CASE_FILE}:{line_no}" if line_no else CASE_FILE
        sentence = f'{at}: {place(section, document)} {display(inner)} is still "?"{asked}'
        lines.append((line_no, sentence if sentence.endswith((".", "?")) and asked else f"{sentence}. Fill it in."))
    return OpenPlaces(frozenset(paths), tuple(line for _, line in sorted(lines)))


def stood_in(document: Mapping[str, Any], found: OpenPlaces) -> dict[str, Any]:
    """Give the document with something that can be read in place of the markers whose key only takes such."""
    replaced = _replaced(document, (), found.paths)
    assert isinstance(replaced, dict)
    return replaced


def _replaced(value: Any, path: Path, paths: frozenset[Path]) -> Any:
    if isinstance(value, Mapping):
        return {key: _replaced(item, (*path, key), paths) for key, item in value.items()}
    if isinstance(value, tuple):
        return tuple(_replaced(item, (*path, at), paths) for at, item in enumerate(value))
    return STAND_INS.get(str(path[-1]), value) if path in paths else value


def _markers(value: Any, path: Path) -> Iterator[Path]:
    if isinstance(value, Mapping):
        for key, item in value.items():
            if key != "aliases":
                yield from _markers(item, (*path, key))
    elif isinstance(value, tuple):
        for at, item in enumerate(value):
            yield from _markers(item, (*path, at))
    elif value == MARKER and isinstance(value, str):
        yield path


def _written(text: str) -> defaultdict[str, list[tuple[int, str]]]:
    """Give line and comment of every marker as it is written, by key, in order."""
    written: defaultdict[str, list[tuple[int, str]]] = defaultdict(list)
    for line_no, line in enumerate(text.split("\n"), 1):
        if line.lstrip().startswith("#"):
            continue
        found = list(WRITTEN.finditer(line))
        if found:
            comment = line[found[-1].end() :].partition("#")[2].strip()
            for match in found:
                written[match["key"].strip("\"'")].append((line_no, display(comment, QUESTION_CHARACTERS_MAX)))
    return written


def _split(path: Path, document: Mapping[str, Any]) -> tuple[Path, str]:
    """Part a place into the section that is written in brackets and the key in it."""
    section: Path = path[:1]
    if len(path) > 1 and (isinstance(path[1], int) or path[0] == "assets"):
        section = path[:2]
    return section, ".".join(str(step + 1) if isinstance(step, int) else step for step in path[len(section) :])
