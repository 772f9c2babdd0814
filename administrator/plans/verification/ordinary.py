"""Which accounts are just what their plain claims make of them? Nearly all are, and need not be taken apart.

Where nothing was filed and nothing is disputed, held back or paid before, claims.csv alone says what bases.csv,
schedule.csv and holders.csv must say of an account. This writes those rows and compares them, letter by letter. An
account with any other letter is not judged here: accounts.py takes it apart and says what is wrong with it, if it is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from administrator.plans.verification.books import Books
from administrator.plans.verification.compensation import Compensation, Share
from administrator.plans.verification.cursor import Cursor, account_of
from administrator.plans.verification.folder import Plan
from administrator.plans.verification.numbers import Asset, half_even, plain, read, truncated
from administrator.plans.verification.pools import Pool, lost_minor, tiers_of
from administrator.plans.verification.sharing import Sharing
from administrator.plans.verification.tables import Record, joined

STEP = "return"


class Terms:
    """What the plain claims on one asset are shared by, and what those that passed sum to."""

    __slots__ = ("asset", "awarded", "claimed", "decimals", "divisor", "lead", "lines", "multiplier", "pool", "sharing",
                 "without", "zero", "zeros")

    def __init__(self, asset: Asset, price: tuple[int, int], pool: Pool, sharing: Sharing) -> None:
        self.asset = asset
        self.pool = pool
        self.sharing = sharing
        self.decimals = asset.decimals
        self.multiplier, self.divisor = price
        self.zero = zero = asset.zero
        self.zeros = f",{zero},{zero},{zero},"
        """How a row of claims.csv goes on between allowed and value."""
        self.lead = f",{asset.name},,{STEP},{asset.name},"
        """How a row of schedule.csv goes on behind the account."""
        self.claimed = 0
        self.without = 0
        """Of `claimed`, what gets nothing, so that no line says whether the pool knows of it."""
        self.awarded = 0
        self.lines = 0


class Draft:
    """What the files must say of one account, as far as it is written, and what that adds to the sums."""

    __slots__ = ("allowed", "awards", "bases", "compensated", "lines", "returned", "shares")

    def __init__(self) -> None:
        self.bases: list[Record] = []
        self.lines: list[Record] = []
        """Of schedule.csv."""
        self.awards: list[tuple[Terms, str, int, int]] = []
        """Each claim on a pool as it is written, in units, and what it is entitled to."""
        self.shares: list[Share] = []
        self.allowed = 0
        self.returned = 0
        self.compensated = 0


class Ordinary:
    """The accounts that pass unopened.

    Args:
        cursors: claims, schedule, bases and holders.
        smallest: the minimum payment in minor, as a ratio.
    """

    __slots__ = ("bases", "claims", "compensation", "currency", "holders", "least", "passed", "scale", "schedule",
                 "terms")

    def __init__(self, cursors: Sequence[Cursor], plan: Plan, books: Books, pools: Mapping[str, Pool],
                 sharings: Mapping[tuple[str, str], Sharing], compensation: Compensation,
                 smallest: tuple[int, int]) -> None:
        self.claims, self.schedule, self.bases, self.holders = cursors
        self.compensation = compensation
        self.currency = books.currency
        self.least: int = smallest[0] * 10**self.currency.decimals
        self.scale = smallest[1]
        self.passed = 0
        """How many accounts."""
        self.terms: dict[str, Terms] = {}
        if len(tiers_of(plan)) > 1 or plan.parameters.get("pooling") == "by_value" or plan.estate is not None:
            return
        if compensation.items and not compensation.replayable:
            return
        for name, pool in pools.items():
            asset = books.assets[pool.asset]
            sharing = sharings[name, STEP]
            if name in books.figures and asset.price is not None and sharing.divides:
                self.terms[name] = Terms(asset, asset.price, pool, sharing)

    def passes(self) -> bool:
        """Whether the next account is ordinary; if so its rows are used and counted, if not nothing has changed."""
        claims, schedule, bases, holders = self.claims, self.schedule, self.bases, self.holders
        account = claims.account()
        if account is None or not self.terms:
            return False
        if claims.number > 2 and account_of(claims.records[claims.at - 1]) >= account:
            return False
        records = claims.waiting(account)
        draft = self.claimed(records)
        if draft is None:
            return False
        self.write(account, draft)
        if draft.lines and self.is_small(draft.returned + draft.compensated):
            return False
        if not (schedule.comes(draft.lines, account) and bases.comes(draft.bases, account)
                and holders.comes([self.holder(account, draft)], account)):
            return False
        claims.at += len(records)
        schedule.at += len(draft.lines)
        bases.at += len(draft.bases)
        holders.at += 1
        for terms, _, claim, entitled in draft.awards:
            terms.claimed += claim
            if not entitled:
                terms.without += claim
            terms.awarded += entitled
            terms.lines += 1
        if draft.shares:
            self.compensation.book(draft.shares)
            for fund, _, _, award in draft.shares:
                fund.scheduled += award
        self.passed += 1
        return True

    def is_small(self, minor: int) -> bool:
        """Whether so little is withheld, as it is below the minimum payment."""
        return minor * self.scale < self.least

    def claimed(self, records: list[str]) -> Draft | None:
        """The claims of an account's rows, and what they get of their pools; nothing where a row is not plain."""
        if not records:
            return None
        draft = Draft()
        awards, digits = draft.awards, self.currency.decimals
        allowed = 0
        last = ""
        for record in records:
            try:
                _, name, scheduled, others = record.split(",", 3)
            except ValueError:
                return None
            terms = self.terms.get(name)
            if terms is None or name <= last:
                return None
            last = name
            claim = read(scheduled, terms.decimals)
            if claim is None or claim < 0:
                return None
            minor = half_even(claim, terms.multiplier, terms.divisor)
            if others != f",{scheduled}{terms.zeros}{plain(minor, digits)}":
                return None
            if claim:
                allowed += minor
                awards.append((terms, scheduled, claim, terms.sharing.floor(claim)))
        draft.allowed = allowed
        return draft

    def write(self, account: str, draft: Draft) -> None:
        """Write the rows of schedule.csv and bases.csv, all of them to be paid."""
        lines, digits = draft.lines, self.currency.decimals
        returned = 0
        for terms, scheduled, claim, entitled in draft.awards:
            if self.compensation.items:
                self.compensate(account, terms, claim, draft)
            if entitled:
                minor = half_even(entitled, terms.multiplier, terms.divisor)
                returned += minor
                award = plain(entitled, terms.decimals)
                value = plain(minor, digits)
                lines.append(f"{account}{terms.lead}{scheduled},{award},{terms.zero},{award},{value},pay,")
        draft.returned = returned

    def compensate(self, account: str, terms: Terms, claim: int, draft: Draft) -> None:
        """Write the bases of one claim, and what policies and reserves give it: their steps stand before return."""
        name, written, currency = terms.asset.name, self.currency.plain, self.currency
        items = self.compensation.bases(name, lost_minor(terms.pool, terms.asset, claim))
        awards, met, shares = self.compensation.replay(items, None, None)
        for (event, custody, base), answered in zip(items, met, strict=True):
            draft.bases.append(joined([account, name, "", event, custody, written(base), written(answered)]))
        for step in sorted(awards):
            paid, _, award = awards[step]
            if award:
                text = written(award)
                draft.lines.append(joined([account, name, "", step, currency.name, written(paid), text, currency.zero,
                                           text, text, "pay", ""]))
                draft.compensated += award
        draft.shares += shares

    def holder(self, account: str, draft: Draft) -> Record:
        """The account's row of holders.csv."""
        written = self.currency.plain
        had = draft.returned + draft.compensated
        recovery = truncated(had, draft.allowed) if draft.allowed else ""
        return (f"{account},{written(draft.allowed)},{written(draft.returned)},{written(draft.compensated)},"
                f"{self.currency.zero},{self.currency.zero},{written(max(0, draft.allowed - had))},{recovery}")
