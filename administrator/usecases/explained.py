"""One figure and its reasons; and those of what came after commencement, and of funds that cut what is claimed of them.

Part of `explaining`, which puts the figures of an account together.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from administrator.views import view
from ledgers.units import format_units

if TYPE_CHECKING:
    from administrator.usecases.looking import Matter

CAME = {"fork": "from the fork of", "airdrop": "from the airdrop to holders of", "staking": "from the staking of"}


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure and why it is what it is."""

    name: str
    value: str
    because: tuple[str, ...]
    """Sentences and arithmetic, each resting on the one before or on a source row."""


def accrual_figures(matter: Matter, account: str) -> list[Figure]:
    """What an account claims of assets that came after commencement, unit by unit."""
    figures = []
    for row in matter.books.rows(view("accrual_figures"), {"account": account}):
        asset, decimals, earning, earning_decimals, kind, ratio, numerator, denominator, of_units, units, part = row
        held, came = format_units(int(of_units), earning_decimals), format_units(int(units), decimals)
        whose = f"the {part} part of the claim on {earning}" if part else f"the allowed claim on {earning}"
        product = int(of_units) * int(numerator)
        is_cut = product % int(denominator) > 0
        said = f"{CAME[kind]} {earning}: {held} x {ratio} = {came}{', rounded down' if is_cut else ''}"
        because = [said, f"it stands on {whose}"]
        if is_cut:
            because.append(f"in base units: {of_units} x {numerator} / {denominator} = {units}, rounded down")
        name = f"claim on {asset} that came with {earning}{', ' + part + ' part' if part else ''}"
        figures.append(Figure(name, f"{came} {asset}", tuple(because)))
    return figures


def accrued_units(matter: Matter, account: str) -> dict[str, int]:
    """Of an account's allowed claims, what came after commencement: units by asset."""
    units: dict[str, int] = {}
    for row in matter.books.rows(view("accrual_figures"), {"account": account}):
        asset, came, part = row[0], row[9], row[10]
        if not part:
            units[asset] = units.get(asset, 0) + int(came)
    return units


def cut_reasons(matter: Matter, account: str) -> dict[tuple[str, str | None, str], tuple[str, ...]]:
    """Why an account's claims on funds are what they are, where the fund caps them; by asset, part and step."""
    currency, decimals = matter.case.currency, matter.case.currency_decimals

    def money(minor: int) -> str:
        return f"{format_units(minor, decimals)} {currency}"

    reasons: dict[tuple[str, str | None, str], tuple[str, ...]] = {}
    for row in matter.books.rows(view("reserve_cut_figures"), {"account": account}):
        asset, part, step = row[:3]
        uncut, fiat_cut, claim, all_uncut, fiat, debts, cap, all_fiat_cut, accounts = map(int, row[3:])
        told = [f"this line's unmet bases of the step: {money(uncut)}"]
        whose = f"the holder's {accounts} accounts" if accounts > 1 else "the holder's lines"
        told.append(f"{whose} claim {money(all_uncut)} of it together")
        if debts:
            told.append(
                f"what he owes is taken off: {money(all_uncut)} - {money(debts)} = {money(max(all_uncut - debts, 0))}"
            )
        if fiat_cut < uncut:
            told.append(
                f"his claims to fiat of {money(fiat)} are cut to {money(fiat - all_uncut + all_fiat_cut)} together, "
                f"each rounded down: this line to {money(fiat_cut)}"
            )
        if claim < fiat_cut:
            told.append(
                f"he gets at most {money(cap)}: {fiat_cut} x {cap} / {all_fiat_cut} = {claim} minor units, rounded down"
            )
        told.append(f"so this line claims {money(claim)}")
        reasons[asset, part, step] = tuple(told)
    return reasons


def exclusion_figures(matter: Matter, account: str) -> list[Figure]:
    """The funds that an account gets nothing of, because of its kind."""
    kind = matter.books.value("select kind from account where account = $account", {"account": account})
    return [
        Figure(
            f"reserve:{reserve.name}",
            f"{format_units(0, matter.case.currency_decimals)} {matter.case.currency}",
            (f"it gives nothing to accounts of kind {kind} (excludes in case.toml)",),
        )
        for reserve in matter.case.reserves
        if kind in reserve.excludes
    ]


def returnable_figures(matter: Matter, account: str) -> list[Figure]:
    """What an account sent after commencement: it is in no pool, and returnable in full."""
    figures = []
    for transfer, at, asset, decimals, units, paid, due, source, row in matter.books.rows(
        view("returnable_figures"), {"account": account}
    ):
        came, returned, left = (format_units(int(number), decimals) for number in (units, paid, due))
        because = (
            f"{came} {asset} came in at {at}, after commencement: {source}:{row}",
            "it is in no pool and is returned in full",
            f"returned before {returned}: {came} - {returned} = {left}",
        )
        figures.append(Figure(f"deposit {transfer}, returnable", f"{left} {asset}", because))
    return figures
