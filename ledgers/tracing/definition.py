"""What each tracing rule does at one address, in whole numbers: the definition, and the walk of small cases.

An address holds units of tags and of none. Under every rule it can do two things: take in what a transfer brings, and
say what a payment out carries. `ledgers.tracing.kernels` does the same on columns, for millions; a test holds the two
against each other.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from typing import Final, Protocol

from ledgers.tracing.rules import TracingRule

Parts = list[tuple[int, int]]
"""Tag and units, in the order in which they leave; units of no tag have the tag NONE."""
NONE: Final = -1


class Address(Protocol):
    """What lies at one address under a rule."""

    def take_in(self, parts: Parts) -> None:
        """Add what a transfer brings."""

    def pay(self, units: int) -> Parts:
        """Take out so many units, which are there, and say of which tags they are."""

    def lies(self) -> dict[int, int]:
        """Give the units of each tag."""


class Queue:
    """fifo: what came first leaves first.

    >>> address = Queue()
    >>> address.take_in([(0, 100), (1, 100)]); address.pay(120)
    [(0, 100), (1, 20)]
    """

    def __init__(self) -> None:
        self._lots: deque[tuple[int, int]] = deque()

    def take_in(self, parts: Parts) -> None:
        """Put each part behind what is there."""
        self._lots.extend(part for part in parts if part[1])

    def pay(self, units: int) -> Parts:
        """Take lots from the front, and split the last."""
        paid: Parts = []
        while units:
            tag, there = self._lots.popleft()
            part = min(units, there)
            if there > part:
                self._lots.appendleft((tag, there - part))
            _join(paid, tag, part)
            units -= part
        return paid

    def lies(self) -> dict[int, int]:
        """Give the units of each tag."""
        return _by_tag(self._lots)


class Stack(Queue):
    """lifo: what came last leaves first.

    >>> address = Stack()
    >>> address.take_in([(0, 3)]); address.take_in([(NONE, 7)]); address.pay(4); address.pay(6)
    [(-1, 4)]
    [(-1, 3), (0, 3)]
    """

    def take_in(self, parts: Parts) -> None:
        """Put each part on top of what is there."""
        self._lots.extendleft(part for part in parts if part[1])


class Mixture:
    """rolling charge and haircut: each payment carries of each tag in proportion to what lies there.

    Whole units by largest remainder, ties to the lower tag, units of no tag behind all tags.

    >>> address = Mixture()
    >>> address.take_in([(0, 100), (1, 100)]); address.pay(120); address.take_in([(2, 100)]); address.pay(60)
    [(0, 60), (1, 60)]
    [(0, 14), (1, 13), (2, 33)]
    """

    def __init__(self) -> None:
        self._tagged: dict[int, int] = {}

    def take_in(self, parts: Parts) -> None:
        """Add each part to its tag."""
        for tag, units in parts:
            self._tagged[tag] = self._tagged.get(tag, 0) + units

    def pay(self, units: int) -> Parts:
        """Take of each tag its share."""
        paid = _allot(units, self._tagged)
        for tag, part in paid:
            self._tagged[tag] -= part
        return paid

    def lies(self) -> dict[int, int]:
        """Give the units of each tag."""
        return _by_tag(self._tagged.items())


class Others(Mixture):
    """lowest intermediate balance: units of no tag leave first, and between tags it is proportional.

    >>> address = Others()
    >>> address.take_in([(NONE, 50), (0, 100)]); address.pay(130); address.take_in([(NONE, 200)]); address.lies()
    [(0, 80), (-1, 50)]
    {0: 20}
    """

    def pay(self, units: int) -> Parts:
        """Take what is of no tag, then of each tag its share."""
        other = min(units, self._tagged.get(NONE, 0))
        self._tagged[NONE] = self._tagged.get(NONE, 0) - other
        paid = _allot(units - other, {tag: there for tag, there in self._tagged.items() if tag != NONE})
        for tag, part in paid:
            self._tagged[tag] -= part
        return [*paid, (NONE, other)]


class Reached:
    """poison: whatever leaves or lies where a tag has come counts whole, for each such tag.

    >>> address = Reached()
    >>> address.take_in([(0, 3)]); address.take_in([(NONE, 7)]); address.pay(4); address.lies()
    [(0, 4)]
    {0: 6}
    """

    def __init__(self) -> None:
        self._tags: set[int] = set()
        self._there = 0

    def take_in(self, parts: Parts) -> None:
        """Remember the tags; parts of several tags are the same units."""
        self._tags |= {tag for tag, units in parts if units and tag != NONE}
        self._there += max((units for _, units in parts), default=0)

    def pay(self, units: int) -> Parts:
        """Give all of it to every tag; an address that is empty is clean."""
        paid = [(tag, units) for tag in sorted(self._tags)] or [(NONE, units)]
        self._there -= units
        if not self._there:
            self._tags.clear()
        return paid

    def lies(self) -> dict[int, int]:
        """Give all that is there, for each tag."""
        return dict.fromkeys(sorted(self._tags), self._there)


ADDRESSES: Final[dict[TracingRule, Callable[[], Address]]] = {
    TracingRule.FIFO: Queue,
    TracingRule.LIFO: Stack,
    TracingRule.PARI_PASSU: Mixture,
    TracingRule.ROLLING_CHARGE: Mixture,
    TracingRule.LOWEST_INTERMEDIATE_BALANCE: Others,
    TracingRule.HAIRCUT: Mixture,
    TracingRule.POISON: Reached,
}
"""What an address is under each rule; pari passu is a mixture into which everything came before anything left."""


def _join(parts: Parts, tag: int, units: int) -> None:
    if parts and parts[-1][0] == tag:
        parts[-1] = (tag, parts[-1][1] + units)
    else:
        parts.append((tag, units))


def _by_tag(parts: Iterable[tuple[int, int]]) -> dict[int, int]:
    lies: dict[int, int] = {}
    for tag, units in parts:
        if tag != NONE and units:
            lies[tag] = lies.get(tag, 0) + units
    return lies


def _allot(units: int, claims: dict[int, int]) -> Parts:
    """Divide units, at most the sum of the claims; largest remainder, ties to the lower tag, NONE last."""
    whole = sum(claims.values())
    if not units or not whole:
        return []
    tags = sorted(claims, key=lambda tag: (tag == NONE, tag))
    parts = {tag: units * claims[tag] // whole for tag in tags}
    open_units = units - sum(parts.values())
    for tag in sorted(tags, key=lambda tag: -(units * claims[tag] % whole))[:open_units]:
        parts[tag] += 1
    return [(tag, parts[tag]) for tag in tags if parts[tag]]
