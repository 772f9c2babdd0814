"""How did one account come to its shares of the pools and of the estate? The arithmetic in words and whole numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import TYPE_CHECKING

from administrator.usecases.explained import Figure
from administrator.views import view
from ledgers.display import display
from ledgers.units import format_units

if TYPE_CHECKING:
    from administrator.usecases.looking import Matter


def return_figures(matter: Matter, account: str) -> Iterator[Figure]:
    """What the pools give to each claim of the account, over all rounds."""
    for row in matter.books.rows(view("return_figures"), {"account": account}):
        asset, pool, paid_in, decimals, part, step, *numbers, is_largest, had, holders, had_in_all, chosen, most = row
        claim, entitled, payable, claimed, first_payable, first_claimed, gross, costs, holdback, distributable = map(
            int, numbers[:10]
        )
        held, guarantee, whole = numbers[10:]

        def text(units: object, of: int = decimals) -> str:
            return format_units(int(str(units)), of)

        made = "what is held, at distribution prices"
        is_omnibus = held is not None and pool != asset
        if is_omnibus:
            made = "what lies in its omnibus account, and its part of what came back"
        elif held is not None:
            made = f"held for customers {text(held)}"
            made += f", guarantee {text(guarantee)}" if gross != int(held) and int(guarantee) else ""
        because = [
            f"pool {pool}: gross {text(gross)} ({made}) - costs {text(costs)} - holdback {text(holdback)} = "
            f"distributable {text(distributable)}"
        ]
        if held is None:
            because.append(f"the claim on {asset} is worth {text(whole)} {paid_in} at commencement")
            if int(whole) != claim:
                because.append(f"of that, {text(claim)} {paid_in} share in this step, the rest in another")
        if had is not None:
            because += [
                f"this account was paid {text(had)} before, more than the others can get: it is left out with that",
                f"had it not been, this step would share {text(first_payable)} among claims of {text(first_claimed)}; "
                "it is entitled to that share, and at most to what it had",
            ]
        else:
            if holders:
                because.append(
                    f"left out is who was paid more before than his share: {holders} with {text(had_in_all)} in all"
                )
            room = ""
            if chosen is not None:
                room = f'the account chose "{display(chosen)}": of this claim no more than {text(most)}, for good'
            because += _division(claim, entitled, payable, claimed, text, is_largest=is_largest, room=room)
        name = f"{step} of {asset}" + (f", {part} part" if part else "")
        yield Figure(name, f"{text(entitled)} {paid_in}", tuple(because))


def estate_figures(matter: Matter, account: str) -> Iterator[Figure]:
    """What the estate gives on what is still owed."""
    currency, decimals = matter.case.currency, matter.case.currency_decimals
    alone = "0" if matter.case.estate is None else matter.case.estate.customers_first

    def text(minor: object) -> str:
        return format_units(int(str(minor)), decimals)

    for asset, part, step, *numbers in matter.books.rows(view("estate_figures"), {"account": account}):
        is_whole = numbers[2]
        claim, entitled, payable, claimed, distributable, gross, costs, others = (
            int(number) for number in (*numbers[:2], *numbers[3:])
        )
        is_interest = step == "estate:interest"
        owed = "interest on it" if is_interest else "still owed when the pools have paid, at commencement value"
        because = [
            f"estate: {text(gross)} - costs and prior claims {text(costs)} = {text(distributable)} {currency}",
            f"{owed}: {text(claim)} {currency}",
        ]
        if is_whole:
            because.append("every claim of this step is paid whole")
            if entitled < claim:
                because.append(f"no more than is still owed when compensation is counted: {text(entitled)}")
        else:
            if step == "estate" and others and Fraction(alone):
                because.append(
                    f"a share of {alone} of it is the customers' alone, and in the rest the other creditors share: "
                    f"they get {text(others)} {currency}"
                )
            because += _division(claim, entitled, payable, claimed, text, is_largest=False)
        name = f"{step} for {asset}" + (f", {part} part" if part else "")
        yield Figure(name, f"{text(entitled)} {currency}", tuple(because))


def delivery_figures(matter: Matter, account: str) -> Iterator[Figure]:
    """In which assets what is paid now is delivered."""
    for (claimed, part, step, holder, paid_in, decimals, settled, asset, places, units, reason
         ) in matter.books.rows(view("delivery_figures"), {"account": account}):  # fmt: skip
        because = [f"it settles {format_units(int(settled), decimals)} {paid_in} of what is paid now"]
        if asset != paid_in:
            because.append('at prices of price_set "distribution", rounded down (case.toml: [[payouts]])')
        if holder is not None:
            because.append(f'for "{display(holder)}", who holds that much of the claim')
        if reason is not None:
            because.append(f"withheld for: {reason}; it stays the holder's")
        name = f"delivered for {step} of {claimed}" + (f", {part} part" if part else "")
        yield Figure(name, f"{format_units(int(units), places)} {asset}", tuple(because))


def _division(
    claim: int, entitled: int, payable: int, claimed: int, text: Callable[[object], str], *, is_largest: bool,
    room: str = "",
) -> Iterator[str]:  # fmt: skip
    """One share of a whole amount, with its remainder."""
    yield f"this step shares {text(payable)} among claims of {text(claimed)}"
    if payable == claimed:
        yield "every claim is paid whole"
        if entitled < claim:
            yield room
        return
    floor, rest = divmod(claim * payable, claimed)
    yield f"in base units: {claim} x {payable} / {claimed} = {floor}, remainder {rest}"
    if entitled == floor + 1:
        yield "and one unit more: its remainder is among the largest"
    elif entitled < floor:
        yield room or f"no more than there is room for: {text(entitled)}"
    elif rest and not is_largest:
        yield "rounded down; the remainder stays as residue"
