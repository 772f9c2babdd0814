"""What was found wrong? One place where faults are counted, written as a line each, and cut off after a number.

It judges nothing: a fault is what another module says, with file, record, what, expected and found.
"""

from __future__ import annotations

from dataclasses import dataclass

LISTED_AT_MOST = 100
SHOWN_AT_MOST = 160
CONTROL = dict.fromkeys((*range(32), *range(127, 160), *range(0x200E, 0x2010), *range(0x2028, 0x202F),
                         *range(0x2066, 0x206A)), "\N{REPLACEMENT CHARACTER}")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the folder says about itself, and what it cannot say."""

    faults: tuple[str, ...]
    """The first faults, one line each, in the order found."""
    fault_count: int
    """How many there were in all."""
    checked: tuple[tuple[str, int], ...]
    """Rows read per file, header apart."""
    unseen: tuple[str, ...]
    """What no reader of the folder alone can see, in plain sentences."""


def display(text: object) -> str:
    """The text as one safe line of a terminal: no control or direction characters, of bounded length."""
    shown = str(text).encode("utf-8", "replace").decode("utf-8").translate(CONTROL)
    return shown if len(shown) <= SHOWN_AT_MOST else shown[:SHOWN_AT_MOST] + "…"


class Faults:
    """Faults as they are found; only the first are kept, all are counted."""

    __slots__ = ("count", "limits", "listed")

    def __init__(self) -> None:
        self.listed: list[str] = []
        self.limits: list[str] = []
        self.count = 0

    def note(self, file: str, line: int, what: str, expected: object, found: object) -> None:
        """Count one fault; keep its line while there is room."""
        self.count += 1
        if len(self.listed) < LISTED_AT_MOST:
            place = f"{display(file)}:{line}" if line else display(file)
            self.listed.append(f"{place}: {display(what)}: expected {display(expected)}, found {display(found)}")

    def same(self, file: str, line: int, what: str, expected: object, found: object) -> None:
        """Note a fault unless the two are equal."""
        if expected != found:
            self.note(file, line, what, expected, found)

    def limit(self, sentence: str) -> None:
        """Remember, once, a thing that these files do not let anybody check."""
        if sentence not in self.limits:
            self.limits.append(sentence)
