"""How much of what is there does each claim get?

The one act under every step of a distribution: divide a whole `amount` among whole `claims` that rank equally, in
proportion to the claims. Rules section 1 is this file; the SQL that divides tens of millions of lines is compared
with it.

    amount      what there is to divide          E >= 0
    claims      what each line is owed           c[i] >= 0, C = sum of c
    awards      what each line gets              0 <= a[i] <= c[i]
    surplus     what no claim is left to take    E - C where E > C, else 0
    residue     what rounding left undivided     fewer units than there are claims

    E = sum of a + surplus + residue, always

The exact share E x c[i] / C is rarely whole, and money is. So the shares are floored, and the question a court has to
answer is what becomes of the few units that are left.

**Floor leaves them in the pool, as a named figure.** Two rounds of a case show why this is the default. Claims of 2, 6
and 6 units meet a pool of 3, and later one more unit is recovered:

                            pool of 3               pool of 4
    claim   exact    floor  largest rem.     exact    floor  largest rem.
      2     0.43       0         1           0.57       0         0
      6     1.29       1         1           1.71       1         2
      6     1.29       1         1           1.71       1         2
    residue            1         0                      2         0

By largest remainder the pool grew and the first holder's award fell from 1 to 0: a unit already paid would have to be
clawed back (the Alabama paradox). Floored awards only ever rise with the pool. They also treat equal claims equally,
depend on no order, and do not reward cutting a claim in two: floor(x) + floor(y) <= floor(x + y).

**Largest remainder gives each of them to somebody.** It empties the pool, which a final round may have to do, and loses
all three: of claims of 10 and 9 in a pool of 14 the first gets 7, yet 8 when it is filed as 1 and 9; and of two equal
claims the one with the lower key may get a unit more.

What this module does not do: it knows no ranks, no rounds, no holdback and no currency, and it reads and writes
nothing. Whole numbers go in, whole numbers come out, of any size.

Sources:
    Bankruptcy Act of Japan (Act No. 75 of 2004) art. 194(2): within a rank, in proportion to the claims.
    W. Thomson, *How to Divide When There Isn't Enough* (Cambridge, 2019): claims problems and their axioms.
    M. Balinski and H. P. Young, *Fair Representation* (Yale, 1982): remainders, and the Alabama paradox.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Generic, TypeVar

Line = TypeVar("Line", str, tuple[str, ...])
"""What a claim is known by: a name, or several read from left to right. Sorted as Python sorts text, by code points,
which is the order of its UTF-8 bytes."""


class Rounding(StrEnum):
    """What becomes of the units that whole shares leave over."""

    FLOOR = "floor"
    LARGEST_REMAINDER = "largest_remainder"


@dataclass(frozen=True, slots=True)
class Division(Generic[Line]):
    """An amount, divided: `sum(awards.values()) + surplus + residue` is what there was."""

    awards: Mapping[Line, int]
    """Units by line, one for every claim, in byte order of the line."""
    surplus: int
    """Units beyond the claims; nobody here may have them."""
    residue: int
    """Units that rounding left; they belong to the claims and stay in the pool."""


def allocate(amount: int, claims: Mapping[Line, int], rounding: Rounding) -> Division[Line]:
    """Give every claim the same fraction of itself, in whole units, and name what is left.

    Seven tenths of three claims, the last of which cannot be cut evenly:

    >>> division = allocate(14, {"ann": 10, "bob": 5, "cho": 5}, Rounding.FLOOR)
    >>> dict(division.awards), division.surplus, division.residue
    ({'ann': 7, 'bob': 3, 'cho': 3}, 0, 1)

    The same where the pool must be emptied: bob and cho have equal remainders, so the lower name has the unit.

    >>> dict(allocate(14, {"ann": 10, "bob": 5, "cho": 5}, Rounding.LARGEST_REMAINDER).awards)
    {'ann': 7, 'bob': 4, 'cho': 3}

    More than enough pays everybody whole; what nobody claims is surplus, never a residue:

    >>> division = allocate(25, {"ann": 10, "bob": 5}, Rounding.FLOOR)
    >>> dict(division.awards), division.surplus, division.residue
    ({'ann': 10, 'bob': 5}, 10, 0)

    Args:
        amount: units to divide, at least 0.
        claims: units claimed by line, each at least 0, in any order.
        rounding: what becomes of the units that whole shares leave over.

    Returns:
        Awards in byte order of the line, surplus and residue.

    Source:
        Rules section 1; Bankruptcy Act of Japan art. 194(2).
    """
    assert amount >= 0, f"cannot divide {amount} units"
    assert all(claim >= 0 for claim in claims.values()), "a claim is never negative; what is owed to us is no claim"
    lines = sorted(claims)
    total = sum(claims.values())
    if amount >= total:
        return Division(MappingProxyType({line: claims[line] for line in lines}), amount - total, 0)

    awards = {line: amount * claims[line] // total for line in lines}
    residue = amount - sum(awards.values())
    if rounding is Rounding.LARGEST_REMAINDER:
        # A line of remainder 0 is never reached: the remainders, each below `total`, sum to residue x total.
        for line in sorted(lines, key=lambda line: -(amount * claims[line] % total))[:residue]:
            awards[line] += 1
        residue = 0
    return Division(MappingProxyType(awards), 0, residue)


def certificate_breaches(
    amount: int, claims: Mapping[Line, int], division: Division[Line], rounding: Rounding
) -> tuple[str, ...]:
    """Say where a division is not the one the rule gives, without dividing anything.

    Anybody can check an award by two multiplications. With payable = min(amount, C), what a line is short of its exact
    share, counted in C-ths of a unit, is

        lack = payable x claim - award x C

    Floored, every lack lies in 0 <= lack < C: there is no other whole award of which that is true. By largest remainder
    the lines that had a unit more have a negative lack, above -C; and adding C back to it, none of them may stand
    behind a line that went without.

    >>> claims = {"ann": 10, "bob": 5, "cho": 5}
    >>> certificate_breaches(14, claims, allocate(14, claims, Rounding.FLOOR), Rounding.FLOOR)
    ()
    >>> certificate_breaches(14, claims, Division({"ann": 7, "bob": 4, "cho": 3}, 0, 0), Rounding.FLOOR)
    ('bob: 14 x 5 - 4 x 20 = -10 is outside 0 to 19',)

    Args:
        amount: units that were divided.
        claims: units claimed by line.
        division: what is said to be the result.
        rounding: the rule it is said to follow.

    Returns:
        One sentence a breach, in order of the lines; nothing where the division is right.

    Source:
        Rules section 1, certificate.
    """
    if division.awards.keys() != claims.keys():
        return (f"{len(claims)} lines claim and {len(division.awards)} are awarded, not the same ones",)
    total = sum(claims.values())
    payable = min(amount, total)
    floored = rounding is Rounding.FLOOR or payable == total
    low = 0 if floored else 1 - total
    lacks = {line: payable * claims[line] - division.awards[line] * total for line in sorted(claims)}
    breaches = [
        f"{line}: {payable} x {claims[line]} - {division.awards[line]} x {total} = {lack}"
        f" is outside {low} to {max(total - 1, 0)}"
        for line, lack in lacks.items()
        if not low <= lack <= max(total - 1, 0) or (total == 0 and division.awards[line] != 0)
    ]
    if not floored:
        served = [(-(lack + total), line) for line, lack in lacks.items() if lack < 0]
        passed_over = [(-lack, line) for line, lack in lacks.items() if lack >= 0]
        if served and passed_over and max(served) > min(passed_over):
            breaches.append(f"{min(passed_over)[1]}: stands before {max(served)[1]}, which had the odd unit")
    left = amount - payable, payable - sum(division.awards.values())
    if left != (division.surplus, division.residue):
        breaches.append(f"surplus and residue are {left}, not {(division.surplus, division.residue)}")
    if rounding is Rounding.LARGEST_REMAINDER and left[1] != 0:
        breaches.append(f"{left[1]} units of the pool are left, and it must be emptied")
    return tuple(breaches)


def spread(amount: int, weights: Sequence[int]) -> tuple[int, ...]:
    """Cut the whole `amount` by weight, in the order given, odd units to the largest remainders, ties to the earlier.

    For what has to land somewhere to the last unit: a shortfall on the lines that explain it, a cost on the pools that
    bear it. A weight is a proportion, not a claim: nothing is capped by it, so a cost above the sum of the weights is
    spread all the same, and whether a pool can bear its share is the caller's question.

    >>> spread(10, (1, 1, 1))
    (4, 3, 3)
    >>> spread(7, (0, 2, 1))
    (0, 5, 2)
    >>> spread(0, (0, 0))
    (0, 0)

    A weight of 0 bears nothing, whatever its place. Where all weights are 0 there is nobody to bear anything; such an
    amount is refused here, for any answer would lose units or invent a proportion.

    Args:
        amount: units to spread, at least 0.
        weights: proportions, each at least 0, in an order that settles ties.

    Returns:
        Units a weight, in the order given; they sum to `amount`.

    Source:
        Rules sections 5 and 8.
    """
    assert amount >= 0, f"cannot spread {amount} units"
    assert all(weight >= 0 for weight in weights), "a weight is never negative"
    total = sum(weights)
    if total == 0:
        assert amount == 0, f"{amount} units to spread, and no weight to spread them by"
        return (0,) * len(weights)
    shares = [amount * weight // total for weight in weights]
    places = sorted(range(len(weights)), key=lambda place: -(amount * weights[place] % total))
    for place in places[: amount - sum(shares)]:
        shares[place] += 1
    return tuple(shares)
