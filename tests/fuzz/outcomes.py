"""What became of a file, and of how many what?"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field

WORDS_KEPT = 7
SHOWN_MAX = 14


class Disagreement(AssertionError):
    """Two ways of reading one file say different things of it."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one file."""

    kind: str
    verdict: str
    accepted: int | None
    """Rows; None where the file was refused."""
    codes: tuple[str, ...]
    """Of findings."""


def reason_of(line: str) -> str:
    """The words of a refusal that are the same for every file.

    >>> reason_of('f:1: the header has "asset" 2 times. Rename one.')
    'the header has _ _ times. Rename'
    """
    words = re.sub(r'"[^"]*"|\([^)]*\)|[0-9]+', "_", re.sub(r"^f(:[0-9]+)?: ", "", line)).split()
    return " ".join(words[:WORDS_KEPT])


@dataclass(slots=True)
class Tally:
    """The outcomes of many files."""

    files: Counter[str] = field(default_factory=Counter)
    verdicts: Counter[tuple[str, str]] = field(default_factory=Counter)
    codes: Counter[tuple[str, str]] = field(default_factory=Counter)
    violations: list[str] = field(default_factory=list)
    contained: Counter[str] = field(default_factory=Counter)
    """Files that ended what in the product is a child: memory given up, a crash of a library."""
    slowest: tuple[float, str] = (0.0, "")
    largest_kib: tuple[int, str] = (0, "")

    def add(self, other: Tally) -> None:
        """Take up what another worker counted."""
        self.files += other.files
        self.verdicts += other.verdicts
        self.codes += other.codes
        self.contained += other.contained
        self.violations += other.violations
        self.slowest = max(self.slowest, other.slowest)
        self.largest_kib = max(self.largest_kib, other.largest_kib)

    def lines(self) -> list[str]:
        """Say it for people."""
        said: list[str] = []
        for kind, count in sorted(self.files.items()):
            said.append(f"{kind}: {count} files")
            verdicts = [(n, what) for (of, what), n in self.verdicts.items() if of == kind]
            said += [f"  {n:>9} {what}" for n, what in sorted(verdicts, reverse=True)[:SHOWN_MAX]]
            codes = [(n, code) for (of, code), n in self.codes.items() if of == kind]
            said.append("            " + ", ".join(f"{code} {n}" for n, code in sorted(codes, reverse=True)))
        said += [f"contained: {what}: {count}" for what, count in sorted(self.contained.items())]
        said.append(f"slowest: {self.slowest[0]:.3f} s, {self.slowest[1]}")
        said.append(f"largest: {self.largest_kib[0] >> 10} MiB, after {self.largest_kib[1]}")
        said += [f"VIOLATION {violation}" for violation in self.violations]
        return said
