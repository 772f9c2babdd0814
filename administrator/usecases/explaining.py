"""Follow every figure of one account back: from what is paid, through pool, claim and balance, to a row of a file.

The arithmetic is written out with the numbers the plan used, so that a person with a pocket calculator can do it again.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from administrator.usecases.explained import (
    Figure,
    accrual_figures,
    accrued_units,
    cut_reasons,
    exclusion_figures,
    returnable_figures,
)
from administrator.usecases.explaining_awards import delivery_figures, estate_figures, return_figures
from administrator.views import view
from ledgers.errors import CaseError
from ledgers.identity import WORDS, Reason
from ledgers.storage.books import MEMORY_LIMIT
from ledgers.units import divide_half_even, format_units

if TYPE_CHECKING:
    from administrator.usecases.looking import Matter


CANDIDATES_MAX = 5
PARTS_MAX = 40
"""Wallets and recoveries of a pool that are listed one by one."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """All figures of one account."""

    account: str
    facts: tuple[tuple[str, str], ...]
    figures: tuple[Figure, ...]

    def lines(self) -> list[str]:
        """The explanation as text."""
        said = [f"account {self.account}"]
        said += [f"  {name}: {value}" for name, value in self.facts]
        for figure in self.figures:
            said += ["", f"{figure.name} = {figure.value}"]
            said += [f"    {sentence}" for sentence in figure.because]
        return said


class UnknownAccountError(CaseError):
    """The case knows no such account."""

    exit_code = 2


def explain(folder: Path, account: str, *, memory_limit: str = MEMORY_LIMIT) -> Explanation:
    """Explain one account of a case that was run.

    Raises:
        CaseError: the case was not run, is stale, was stopped, or knows no such account.
    """
    from administrator.usecases.looking import Matter

    with Matter.open(folder, memory_limit=memory_limit) as matter:
        if not matter.is_planned:
            raise CaseError(
                f"{folder}: the last run was stopped by blocking findings; there is no plan to explain. "
                "See findings.csv."
            )
        return explain_account(matter, account)


def facts_of(matter: Matter, account: str) -> tuple[tuple[str, str], ...]:
    """Who has the account, as the files say."""
    rows = matter.books.rows(
        'select holder, kind, terms, jurisdiction, hold, omnibus, election, source.source, account."row" from account '
        "left join source using (source_no) where account = $account",
        {"account": account},
    )
    if not rows:
        raise UnknownAccountError(f'account "{account}" is in no table of the case. Ids are compared byte for byte.')
    holder, kind, terms, jurisdiction, hold, omnibus, election, source, row = rows[0]
    facts = [
        ("holder", holder),
        ("kind", kind),
        ("terms", terms),
        ("jurisdiction", jurisdiction),
        ("hold", hold),
        ("omnibus account", omnibus),
        ("chose", election),
        ("listed in", f"{source}:{row}" if source else "no table of accounts"),
        ("may be the same as", _candidates(matter, account)),
    ]
    return tuple((name, value) for name, value in facts if value)


def _candidates(matter: Matter, account: str) -> str:
    """The accounts that may be the same, and why; a ruling says which are."""
    told = []
    rows = matter.books.rows(view("candidates"), {"account": account, "most": CANDIDATES_MAX})
    for other, reasons, _ in rows:
        words = [WORDS[reason] for reason in Reason if reason.value in reasons]
        told.append(f'"{other}" ({", ".join(words)})')
    more = rows[0][2] - len(rows) if rows else 0
    return ", ".join(told) + (f" and {more} more" if more else "")


def explain_account(matter: Matter, account: str) -> Explanation:
    """Explain every claim and every line of one account."""
    facts = facts_of(matter, account)
    figures = [
        *_claim_figures(matter, account),
        *accrual_figures(matter, account),
        *_pool_figures(matter, account),
        *_price_figures(matter, account),
        *return_figures(matter, account),
        *_compensation_figures(matter, account),
        *estate_figures(matter, account),
        *_status_figures(matter, account),
        *delivery_figures(matter, account),
        *returnable_figures(matter, account),
    ]
    return Explanation(account, facts, tuple(figures))


def _claim_figures(matter: Matter, account: str) -> list[Figure]:
    figures = []
    came = accrued_units(matter, account)
    for (
        asset,
        decimals,
        scheduled,
        filed,
        allowed,
        disputed,
        unclaimed,
        disallowed,
        claim,
        standing,
        is_late,
        source,
        row,
        postings,
        claim_source,
        claim_row,
        tier,
        balance,
        of_allowed,
        set_off,
        is_outside_trust,
    ) in matter.books.rows(view("claim_figures"), {"account": account}):

        def text(units: str, of: int = decimals) -> str:
            return format_units(int(units), of)

        because = []
        if source is not None:
            because.append(f"balance {text(balance)} {asset} at commencement: {source}:{row}")
        elif postings:
            because.append(f"balance {text(balance)} {asset}: the sum of {postings} postings of the journal")
        else:
            because.append(f"no balance of {asset}: scheduled 0")
        if balance is not None and int(balance) < 0:
            because.append("a negative balance is owed to the estate and is no claim: scheduled 0")
        if claim is None:
            because.append("no claim was filed: what is scheduled is allowed")
        else:
            because.append(
                f"claim {claim} for {text(filed)} {asset}, standing {standing}"
                f"{', filed late' if is_late else ''}: {claim_source}:{claim_row}"
            )
            if standing == "filed":
                own = text(str(int(allowed) + int(of_allowed) - came.get(asset, 0)))
                because.append(f"allowed = min(filed {text(filed)}, scheduled {text(scheduled)}) = {own}")
        if came.get(asset):
            because.append(f"and {text(str(came[asset]))} that came after commencement, as said below")
        if int(set_off):
            because.append(
                f"set off against what the holder owes: {text(set_off)}, of what is allowed "
                f"{text(of_allowed)} (set_offs.csv)"
            )
        parts = (("disputed", disputed), ("unclaimed", unclaimed), ("disallowed", disallowed))
        because += [f"{name} {text(units)}" for name, units in parts if int(units)]
        if tier < 0:
            because.append(
                "the terms that were accepted make no trust, so it does not share in the pool (plan.trust_terms)"
                if is_outside_trust
                else "as the claim of an insider or affiliate it does not share in the pool (plan.insiders)"
            )
        figures.append(Figure(f"claim on {asset}, allowed", f"{text(allowed)} {asset}", tuple(because)))
    return figures


def _pool_figures(matter: Matter, account: str) -> list[Figure]:
    """What lies in each pool the account shares in, by wallet and recovery."""
    parameters = {"account": account, "guarantee_in_pool": matter.is_guarantee_in_pool}
    by_pool: dict[str, tuple[str, int, list[tuple[int, str]]]] = {}
    for pool, asset, decimals, what, units, source, row in matter.books.rows(view("pool_figures"), parameters):
        place = f": {source}:{row}" if source else ""
        said = f"{what} {format_units(int(units), decimals)}{place}"
        by_pool.setdefault(pool, (asset, decimals, []))[2].append((int(units), said))
    figures = []
    for pool, (asset, decimals, parts) in by_pool.items():
        gross = format_units(sum(units for units, _ in parts), decimals)
        because = [said for _, said in parts[:PARTS_MAX]]
        if len(parts) > PARTS_MAX:
            rest = format_units(sum(units for units, _ in parts[PARTS_MAX:]), decimals)
            because.append(f"and {len(parts) - PARTS_MAX} more with {rest}")
        figures.append(Figure(f"pool {pool}, gross", f"{gross} {asset}", tuple(because)))
    return figures


def _price_figures(matter: Matter, account: str) -> list[Figure]:
    """The prices that this account's values rest on."""
    named = matter.case.plan.price_set
    said = "at commencement" if named is None else f'of price_set "claims:{named}"'
    return [
        Figure(f"price of {asset} {said}", f"{price} {matter.case.currency}", (f"{source}:{row}",))
        for asset, price, source, row in matter.books.rows(view("price_figures"), {"account": account})
    ]


def _compensation_figures(matter: Matter, account: str) -> list[Figure]:
    currency, decimals = matter.case.currency, matter.case.currency_decimals

    def money(minor: object) -> str:
        return f"{format_units(int(str(minor)), decimals)} {currency}"

    figures = []
    cuts = cut_reasons(matter, account)
    for row in matter.books.rows(view("base_figures"), {"account": account}):
        asset, part, event, custody, base, met, lost, lost_in_all, paid_in, places, *numbers = row
        claim, gross, claimed, numerator, denominator = map(int, numbers)
        share = min(claim, claim * gross // claimed)
        worth, returned = (divide_half_even(units * numerator, denominator) for units in (claim, share))
        because = (
            f"share of the gross pool: {claim} x {min(gross, claimed)} / {claimed} = {share}, rounded down",
            f"loss of the line: {format_units(claim, places)} {paid_in} are worth {money(worth)}, "
            f"{format_units(share, places)} {paid_in} are worth {money(returned)}: {money(worth - returned)}",
            f"of it what went by {event}{' out of ' + custody + ' wallets' if custody else ''}: "
            f"{format_units(int(lost), places)} of {format_units(int(lost_in_all), places)} {paid_in} lost",
            f"{worth - returned} x {lost} / {lost_in_all} = {base}, rounded down",
            f"met by compensation: {money(met)}",
        )
        figures.append(
            Figure(f"loss of {asset}{', ' + part + ' part' if part else ''} by {event}", money(base), because)
        )
    for asset, part, step, claim, entitled, claimed_in_all, paid_in_all in matter.books.rows(
        view("compensation_figures"), {"account": account}
    ):
        cut = cuts.pop((asset, part, step), None)
        shared = (
            *(cut or _claimed_of_step(None if claim is None else money(claim))),
            f"the step gives {money(paid_in_all)} to {'claims' if cut else 'unmet bases'} of {money(claimed_in_all)}, "
            "in proportion",
        )
        figures.append(Figure(f"{step} for {asset}{', ' + part + ' part' if part else ''}", money(entitled), shared))
    for (asset, part, step), reasons in cuts.items():
        figures.append(Figure(f"{step} for {asset}{', ' + part + ' part' if part else ''}", money(0), reasons))
    return [*figures, *exclusion_figures(matter, account)]


def _claimed_of_step(claim: str | None) -> tuple[str, ...]:
    if claim is None:
        return ("this line's share is less than the smallest unit of the currency",)
    return (f"this line's unmet bases of the step: {claim}",)


def _status_figures(matter: Matter, account: str) -> list[Figure]:
    figures = []
    for asset, decimals, part, step, entitled, paid, quantity, status, reason in matter.books.rows(
        view("status_figures"), {"account": account}
    ):
        name = f"{'paid' if status == 'pay' else 'withheld'} this round, {step}{', ' + part + ' part' if part else ''}"
        because = [
            f"entitled {format_units(int(entitled), decimals)} - paid before {format_units(int(paid), decimals)}"
        ]
        if reason:
            because.append(f"withheld for: {reason}; it stays the holder's")
        figures.append(Figure(name, f"{format_units(int(quantity), decimals)} {asset}", tuple(because)))
    return figures
