"""What would each person get of each pool under another sharing rule, however many there are?

The rules are those of `administrator.sharing_rules`, which is the definition. Most of them give everybody what one
level says of his claim; the level is an exact ratio, found by passing once over the claims in order of size, and as
awards are whole units it is enough to know it rounded. Persons are brought together first, for all rules but proportion
reward who splits a claim over accounts, or joins it.

No law shares like this: nothing is paid by it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor
from pathlib import Path
from typing import TYPE_CHECKING

from administrator.sharing_rules import RANDOM_ARRIVALS_MAX, SharingRule, shared

if TYPE_CHECKING:
    from ledgers.storage.books import Books

HERE = Path(__file__).parent
LEVEL = (HERE / "level.sql").read_text(encoding="utf-8")
CLAMPED_LEVEL = (HERE / "clamped_level.sql").read_text(encoding="utf-8")
PERSONS_MAX = {SharingRule.RANDOM_ARRIVAL: RANDOM_ARRIVALS_MAX, SharingRule.MINIMAL_OVERLAP: 500}
"""Of the rules that no one level describes: more are not worked out."""


@dataclass(frozen=True, slots=True)
class Tier:
    """What one tier of a pool shares out."""

    pool_no: int
    tier: int
    payable: int
    """At most the claims."""
    claimed: int

    @property
    def named(self) -> dict[str, int]:
        """Its key, as parameters."""
        return {"pool_no": self.pool_no, "tier": self.tier}


def share_otherwise(books: Books, rule: SharingRule) -> str:
    """Share every pool by another rule among persons, as if nobody had been paid too much before.

    Args:
        books: with the pools of a scenario and nothing behind them, inside its transaction; and the relation `person`.

    Makes   award and pool_award anew

    Returns:
        Why it was not worked out; empty where it was.
    """
    books.run(HERE / "rule_claim.sql")
    for tier in _tiers(books):
        most = PERSONS_MAX.get(rule)
        if most is None:
            _keep(books, tier, _award(books, rule, tier))
            continue
        rows = books.rows(
            "select holder_no, claim::varchar from rule_claim "
            "where pool_no = $pool_no and tier = $tier order by holder_no",
            tier.named,
        )
        if len(rows) > most:
            return (
                f"{rule.value} is worked out for at most {most} claimants of a pool, and there are {len(rows)}. "
                "Compare fewer, or another rule."
            )
        awards = shared(rule, tier.payable, [int(claim) for _, claim in rows])
        for (holder_no, claim), award in zip(rows, awards, strict=True):
            books.insert("rule_award", tier.pool_no, tier.tier, holder_no, int(claim), floor(award))
    broken = books.value("select count(*) from rule_award where awarded < 0 or awarded > claim")
    assert broken == 0, f"{rule} gives {broken} persons less than nothing, or more than they claim"
    books.run(HERE / "rule_line.sql")
    books.run(HERE.parent / "relations" / "pool_award.sql")
    return ""


def _tiers(books: Books) -> list[Tier]:
    """As they are where nobody was paid too much before."""
    return [
        Tier(pool_no, tier, min(int(payable), int(claimed)), int(claimed))
        for pool_no, tier, payable, claimed in books.rows(
            "select pool_no, tier, payable::varchar, claimed::varchar from pool_tier_ordinary "
            "where claimed > 0 order by pool_no, tier"
        )
    ]


def _keep(books: Books, tier: Tier, award: str) -> None:
    """Keep the awards of one tier.

    Args:
        award: an expression of ours over `claim`.
    """
    books.execute(
        "insert into rule_award "  # noqa: S608  an expression of ours
        f"select pool_no, tier, holder_no, claim, ({award})::decimal(38, 0) from rule_claim "
        "where pool_no = $pool_no and tier = $tier", tier.named,
    )  # fmt: skip


def _award(books: Books, rule: SharingRule, tier: Tier) -> str:
    """What a claim gets, rounded down, as an expression over `claim`."""
    there, claimed = tier.payable, tier.claimed
    is_below_half = 2 * there <= claimed
    level: Callable[[int], Fraction] = lambda amount: _level(books, tier, amount)  # noqa: E731  one name, one line
    match rule:
        case SharingRule.PROPORTIONAL:
            award = f"scaled_floor(claim, {there}::decimal(38, 0), {claimed}::decimal(38, 0))"
        case SharingRule.CONSTRAINED_EQUAL_AWARDS:
            award = _least(floor(level(there)))
        case SharingRule.CONSTRAINED_EQUAL_LOSSES:
            award = f"claim - {_least(ceil(level(claimed - there)))}"
        case SharingRule.REVERSE_TALMUD if is_below_half:
            award = f"(claim - {_least(ceil(level(claimed - 2 * there)))})::hugeint // 2"
        case SharingRule.TALMUD | SharingRule.PINILES | SharingRule.CONSTRAINED_EGALITARIAN if is_below_half:
            award = f"{_least(floor(level(2 * there)))}::hugeint // 2"
        case SharingRule.TALMUD:
            award = f"claim - ({_least(ceil(level(2 * (claimed - there))))}::hugeint + 1) // 2"
        case SharingRule.PINILES | SharingRule.REVERSE_TALMUD:
            award = f"(claim + {_least(floor(level(2 * there - claimed)))})::hugeint // 2"
        case SharingRule.CONSTRAINED_EGALITARIAN:
            most = floor(_clamped_level(books, tier, 2 * there))
            award = f"greatest(claim, least(2 * claim, {most}::decimal(38, 0)))::hugeint // 2"
        case SharingRule.ADJUSTED_PROPORTIONAL:
            award = _adjusted(books, tier)
        case _:
            raise AssertionError(f"{rule} has no level")
    return award


def _least(level: int) -> str:
    return f"least(claim, {level}::decimal(38, 0))"


def _level(books: Books, tier: Tier, amount: int) -> Fraction:
    """Where equal awards, none above its claim, come to the amount."""
    given = {**tier.named, "amount": str(amount)}
    claim, below, above = books.rows(LEVEL, given)[0]
    return int(claim) + (Fraction(amount - int(below), above) if above else Fraction(0))


def _clamped_level(books: Books, tier: Tier, amount: int) -> Fraction:
    """Where awards between a claim and twice the claim come to the amount."""
    given = {**tier.named, "amount": str(amount)}
    place, below, growing = books.rows(CLAMPED_LEVEL, given)[0]
    return int(place) + (Fraction(amount - int(below), growing) if growing else Fraction(0))


def _adjusted(books: Books, tier: Tier) -> str:
    """First what all others leave to each even if they are paid whole, then the rest in proportion, truncated to it."""
    undisputed = f"greatest(0, claim - {tier.claimed - tier.payable}::decimal(38, 0))"
    first = int(
        books.value(
            f"select sum({undisputed})::varchar from rule_claim "  # noqa: S608  an expression of ours
            "where pool_no = $pool_no and tier = $tier", tier.named,
        )
    )  # fmt: skip
    left = tier.payable - first
    rest = f"least({left}::decimal(38, 0), claim - {undisputed})"
    whole = int(
        books.value(
            f"select sum({rest})::varchar from rule_claim "  # noqa: S608  an expression of ours
            "where pool_no = $pool_no and tier = $tier", tier.named,
        )
    )  # fmt: skip
    if whole == 0:
        return undisputed
    return (
        f"{undisputed} + scaled_floor(({rest})::decimal(38, 0), {left}::decimal(38, 0), {whole}::decimal(38, 0))"
    )
