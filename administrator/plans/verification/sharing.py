"""Is this the share that the rule gives? The certificate of one division, line by line, in one passage.

Where the sum of claims is known, a share is payable x claim / claims, rounded down, in whole numbers of any size. Where
it is only known to lie between bounds, every line narrows them; one that leaves none is named.
"""

from __future__ import annotations

Key = tuple[str, str, str]


class Sharing:
    """One pool, tier or fund divided among its lines.

    Args:
        payable: what can be divided, at most the sum of claims.
        low, high: bounds of the sum of claims; equal where it is known.
        largest_remainder: the residue goes to the largest remainders instead of staying.
    """

    __slots__ = ("awarded", "claimed", "exact", "forgone", "full", "high", "largest_remainder", "levelled", "low",
                 "payable", "strongest", "weakest")

    def __init__(self, payable: int, low: int, high: int, largest_remainder: bool) -> None:
        self.low = max(low, 1)
        self.high = max(high, 1)
        self.exact = self.low == self.high
        self.payable = payable
        self.full = self.exact and payable >= high
        self.largest_remainder = largest_remainder
        self.levelled = False
        self.claimed = 0
        self.awarded = 0
        self.forgone = 0
        """What lines with a fixed share gave up, where that can be told."""
        self.weakest: tuple[int, Key, int] | None = None
        """Of the lines with a unit of the residue the last in its order: remainder, key, record."""
        self.strongest: tuple[int, Key, int] | None = None
        """Of those without one the first."""

    @property
    def divides(self) -> bool:
        """Whether a claim alone says its share: its sum is known, no residue or earlier round changes it."""
        return (self.exact and 0 <= self.payable <= self.low and not self.levelled
                and (self.full or not self.largest_remainder))

    def floor(self, claim: int) -> int:
        """The share of a claim, rounded down, where the sum of claims is known.

        >>> Sharing(7, 10, 10, False).floor(5)
        3
        """
        return self.payable * claim // self.low

    def admits(self, claim: int, entitled: int, key: Key, number: int) -> bool:
        """Whether the share is right for the claim; counts both."""
        self.claimed += claim
        self.awarded += entitled
        if self.full:
            return entitled == claim
        if self.levelled:
            return 0 <= entitled <= claim
        if self.largest_remainder:
            return self._with_residue(claim, entitled, key, number)
        if self.exact:
            return entitled == self.floor(claim)
        return self._within(self.payable * claim, claim, entitled)

    def admits_fixed(self, claim: int, entitled: int, most: int) -> bool:
        """Whether a line that gets no more than `most` has that, or less where nobody gets so much; counts it.

        >>> Sharing(5, 10, 10, False).admits_fixed(6, 2, 2), Sharing(5, 10, 10, False).admits_fixed(6, 3, 4)
        (True, True)
        """
        self.claimed += claim
        self.awarded += entitled
        if not 0 <= entitled <= min(claim, most):
            return False
        if self.full or (self.exact and not self.levelled and not self.largest_remainder):
            share = claim if self.full else self.floor(claim)
            self.forgone += share - entitled
            return entitled == min(share, most)
        if self.levelled or not self.exact:
            return True
        return entitled in (min(self.floor(claim), most), min(self.floor(claim) + 1, most))

    def _within(self, shared: int, claim: int, entitled: int) -> bool:
        """Narrow the sum of claims to those under which this share is the floor; false where none is left."""
        if not 0 <= entitled <= claim:
            return False
        high = min(self.high, shared // entitled) if entitled else self.high
        low = max(self.low, shared // (entitled + 1) + 1)
        if low > high:
            return False
        self.low, self.high = low, high
        return True

    def _with_residue(self, claim: int, entitled: int, key: Key, number: int) -> bool:
        """Whether the share is the floor or one more; remembers the edges of who got one more."""
        if not self.exact:
            return 0 <= entitled <= claim
        floor, rest = divmod(self.payable * claim, self.low)
        place = (rest, key, number)
        if entitled == floor:
            if self.strongest is None or (-rest, key) < (-self.strongest[0], self.strongest[1]):
                self.strongest = place
            return True
        if self.weakest is None or (-rest, key) > (-self.weakest[0], self.weakest[1]):
            self.weakest = place
        return entitled == floor + 1 and rest > 0

    def overtaken(self) -> tuple[int, Key, Key] | None:
        """The line that got a unit of the residue before one with a better right: record, its key, the other's."""
        weakest, strongest = self.weakest, self.strongest
        if weakest is None or strongest is None:
            return None
        if (-strongest[0], strongest[1]) < (-weakest[0], weakest[1]):
            return weakest[2], weakest[1], strongest[1]
        return None

    def expected(self, claim: int) -> str:
        """What the share would be, in units, as far as it is known."""
        if self.full:
            return f"{claim} units"
        if self.levelled or not self.exact:
            return f"a share of {claim} units under one sum of claims"
        floor = self.floor(claim)
        return f"{floor} or {floor + 1} units" if self.largest_remainder else f"{floor} units"
