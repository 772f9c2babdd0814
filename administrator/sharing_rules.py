"""How else could a sum too small be shared? Nine rules beside proportion, as exact ratios.

Only sharing in proportion is law within a rank. The others answer questions that creditors ask in negotiation: what if
small claims came first, what if everybody lost the same? They serve comparison, and nothing is paid by them.

    E   what there is                 0 <= E <= C
    d   the claims                    d[i] >= 0, C = sum of d
    x   the awards                    0 <= x[i] <= d[i], sum of x = E

    rule                          each gets                                      who likes it
    proportional                  E x d / C                                      the law
    constrained_equal_awards      the same, but no more than his claim           small claims
    constrained_equal_losses      his claim less the same loss, at least 0       large claims
    talmud                        the first on half claims, then the second      a middle way
    piniles                       the first on half claims, twice
    constrained_egalitarian       the first on half claims, then up to the claims, the smallest gain first
    reverse_talmud                the second on half claims, then the first
    random_arrival                the mean over all orders of first come, first served
    minimal_overlap               claims laid over the sum so that they overlap least
    adjusted_proportional         what nobody else disputes first, then in proportion

Awards never depend on the order of the claims, equal claims get the same, and a larger claim never gets less or loses
less. Whole units are made of the ratios as of any other share (rules 1).

Sources:
    W. Thomson, *How to Divide When There Isn't Enough* (Cambridge, 2019).
    R. Aumann and M. Maschler, "Game theoretic analysis of a bankruptcy problem from the Talmud" (1985).
    B. O'Neill, "A problem of rights arbitration from the Talmud" (1982): random arrival, minimal overlap.
    I. Curiel, M. Maschler and S. Tijs, "Bankruptcy games" (1987): adjusted proportional.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from fractions import Fraction
from itertools import pairwise
from math import comb

Claims = Sequence[Fraction]
Awards = list[Fraction]
Rule = Callable[[Fraction, Claims], Awards]

RANDOM_ARRIVALS_MAX = 20
"""Claims that random arrival is worked out for: the orders of more are too many."""


class SharingRule(StrEnum):
    """The rules by the names that `plan.rule` has for them."""

    PROPORTIONAL = "proportional"
    CONSTRAINED_EQUAL_AWARDS = "constrained_equal_awards"
    CONSTRAINED_EQUAL_LOSSES = "constrained_equal_losses"
    TALMUD = "talmud"
    PINILES = "piniles"
    CONSTRAINED_EGALITARIAN = "constrained_egalitarian"
    REVERSE_TALMUD = "reverse_talmud"
    MINIMAL_OVERLAP = "minimal_overlap"
    ADJUSTED_PROPORTIONAL = "adjusted_proportional"
    RANDOM_ARRIVAL = "random_arrival"


class TooManyClaimsError(ValueError):
    """A rule is not worked out for so many claims."""


def shared(rule: SharingRule, amount: int, claims: Sequence[int]) -> Awards:
    """What each claim gets, exactly.

    >>> [str(award) for award in shared(SharingRule.TALMUD, 200, [100, 200, 300])]
    ['50', '75', '75']
    >>> [str(award) for award in shared(SharingRule.CONSTRAINED_EQUAL_LOSSES, 200, [100, 200, 300])]
    ['0', '50', '150']

    Args:
        amount: units to share; of more than the claims come to, the claims are paid and no more.
        claims: units, each at least 0.

    Returns:
        Awards in the order of the claims; they sum to the least of amount and claims.

    Raises:
        TooManyClaimsError: random arrival of more than 20 claims.
    """
    assert amount >= 0
    assert all(claim >= 0 for claim in claims)
    exact = [Fraction(claim) for claim in claims]
    there = min(Fraction(amount), sum(exact, Fraction(0)))
    awards = RULES[rule](there, exact)
    assert sum(awards, Fraction(0)) == there
    return awards


def proportional(amount: Fraction, claims: Claims) -> Awards:
    """In proportion to the claims."""
    total = sum(claims, Fraction(0))
    return [amount * claim / total if total else Fraction(0) for claim in claims]


def equal_awards(amount: Fraction, claims: Claims) -> Awards:
    """The same to everybody, but no more than his claim: the smallest are filled first."""
    awards = [Fraction(0)] * len(claims)
    left, open_claims = amount, len(claims)
    for place in sorted(range(len(claims)), key=claims.__getitem__):
        awards[place] = min(claims[place], left / open_claims)
        left -= awards[place]
        open_claims -= 1
    return awards


def equal_losses(amount: Fraction, claims: Claims) -> Awards:
    """The same loss to everybody, but no more than his claim."""
    losses = equal_awards(sum(claims, Fraction(0)) - amount, claims)
    return [claim - loss for claim, loss in zip(claims, losses, strict=True)]


def _halved(claims: Claims) -> list[Fraction]:
    return [claim / 2 for claim in claims]


def _below_half_else(first: Rule, then: Rule) -> Rule:
    """One rule on half the claims as far as the sum reaches, another on the other halves with what is left."""

    def rule(amount: Fraction, claims: Claims) -> Awards:
        halves = _halved(claims)
        half = sum(halves, Fraction(0))
        if amount <= half:
            return first(amount, halves)
        return [part + more for part, more in zip(halves, then(amount - half, halves), strict=True)]

    return rule


def egalitarian(amount: Fraction, claims: Claims) -> Awards:
    """As equal as can be, where everybody gets half his claim before anybody gets more than half."""
    halves = _halved(claims)
    if amount <= sum(halves, Fraction(0)):
        return equal_awards(amount, halves)
    # Each lies between half his claim and his claim, and nearest to one level: find the level at which they fit.
    levels = sorted({*halves, *claims})
    low = max(level for level in levels if _at_level(level, halves, claims) <= amount)
    gaining = sum(1 for half, claim in zip(halves, claims, strict=True) if half <= low < claim)
    level = low + ((amount - _at_level(low, halves, claims)) / gaining if gaining else Fraction(0))
    return [max(half, min(claim, level)) for half, claim in zip(halves, claims, strict=True)]


def _at_level(level: Fraction, halves: Claims, claims: Claims) -> Fraction:
    return sum((max(half, min(claim, level)) for half, claim in zip(halves, claims, strict=True)), Fraction(0))


def adjusted_proportional(amount: Fraction, claims: Claims) -> Awards:
    """First what all others leave to each even if they are paid whole, then the rest in proportion, truncated to it."""
    total = sum(claims, Fraction(0))
    least = [max(Fraction(0), amount - (total - claim)) for claim in claims]
    left = amount - sum(least, Fraction(0))
    rest = [min(left, claim - had) for claim, had in zip(claims, least, strict=True)]
    return [had + more for had, more in zip(least, proportional(left, rest), strict=True)]


def minimal_overlap(amount: Fraction, claims: Claims) -> Awards:
    """Lay the claims over the sum so that as little as possible is claimed by many, and share each piece equally."""
    order = sorted(range(len(claims)), key=claims.__getitem__)
    awards = [Fraction(0)] * len(claims)
    if not claims:
        return awards
    greatest = claims[order[-1]]
    if amount <= greatest:
        shares = _overlapping([min(claims[place], amount) for place in order])
        for place, share in zip(order, shares, strict=True):
            awards[place] = share
        return awards
    # Everybody's part above a level lies alone; below it the claims overlap as if the level were all there is.
    level = _overlap_level(amount, [claims[place] for place in order])
    shares = _overlapping([min(claims[place], level) for place in order])
    for place, share in zip(order, shares, strict=True):
        awards[place] = share + max(claims[place] - level, Fraction(0))
    return awards


def _overlapping(claims: Claims) -> Awards:
    """Of claims in order of size that all begin at one end: each piece is shared by those who claim it."""
    awards, before, share = [], Fraction(0), Fraction(0)
    for place, claim in enumerate(claims):
        share += (claim - before) / (len(claims) - place)
        awards.append(share)
        before = claim
    return awards


def _overlap_level(amount: Fraction, claims: Claims) -> Fraction:
    """The level s where what lies above it, claim by claim, fills the rest: sum of max(claim - s, 0) = amount - s."""

    def excess(level: Fraction) -> Fraction:
        return sum((max(claim - level, Fraction(0)) for claim in claims), Fraction(0)) - (amount - level)

    levels = [Fraction(0), *claims]
    # The excess falls until one claim is left above the level, then lies still: its first zero is wanted.
    for low, high in pairwise(levels):
        above, below = excess(low), excess(high)
        if above >= 0 >= below:
            return low if above == below else low + above * (high - low) / (above - below)
    raise AssertionError(f"{amount} is not between the greatest of the claims and their sum")


def random_arrival(amount: Fraction, claims: Claims) -> Awards:
    """The mean over all orders in which they might come and be paid in full while there is anything.

    Over the subsets that come before each, counted by size and sum.

    Raises:
        TooManyClaimsError: more than 20 claims.
    """
    count = len(claims)
    if count > RANDOM_ARRIVALS_MAX:
        raise TooManyClaimsError(
            f"random arrival of {count} claims is not worked out; of more than {RANDOM_ARRIVALS_MAX} the orders are "
            "too many. Compare fewer, or another rule."
        )
    awards = []
    for place, claim in enumerate(claims):
        before: dict[tuple[int, Fraction], int] = {(0, Fraction(0)): 1}
        for other in (*claims[:place], *claims[place + 1 :]):
            for (size, sum_), ways in list(before.items()):
                if sum_ + other < amount:
                    key = size + 1, sum_ + other
                    before[key] = before.get(key, 0) + ways
        mean = Fraction(0)
        for (size, sum_), ways in before.items():
            mean += Fraction(ways, count * comb(count - 1, size)) * min(claim, amount - sum_)
        awards.append(mean)
    return awards


RULES: Mapping[SharingRule, Rule] = {
    SharingRule.PROPORTIONAL: proportional,
    SharingRule.CONSTRAINED_EQUAL_AWARDS: equal_awards,
    SharingRule.CONSTRAINED_EQUAL_LOSSES: equal_losses,
    SharingRule.TALMUD: _below_half_else(equal_awards, equal_losses),
    SharingRule.PINILES: _below_half_else(equal_awards, equal_awards),
    SharingRule.CONSTRAINED_EGALITARIAN: egalitarian,
    SharingRule.REVERSE_TALMUD: _below_half_else(equal_losses, equal_awards),
    SharingRule.MINIMAL_OVERLAP: minimal_overlap,
    SharingRule.ADJUSTED_PROPORTIONAL: adjusted_proportional,
    SharingRule.RANDOM_ARRIVAL: random_arrival,
}
