"""Is each line of the schedule right by itself and by its step? Awards, what is paid now, statuses, compensation.

It walks with accounts.py, one account at a time.
"""

from __future__ import annotations

from typing import NamedTuple

from administrator.plans.verification.books import Books, cell
from administrator.plans.verification.compensation import COVERAGE, Compensation, Item
from administrator.plans.verification.folder import Plan
from administrator.plans.verification.numbers import Asset
from administrator.plans.verification.sharing import Sharing
from administrator.plans.verification.tables import Row
from administrator.plans.verification.verdict import Faults

SCHEDULE, BASES = "schedule.csv", "bases.csv"
PART_NAMES = frozenset({"", "disputed", "unclaimed"})


class Line(NamedTuple):
    """One line of schedule.csv, read; a tuple because millions are made."""

    number: int
    asset: str
    part: str
    step: str
    pay_asset: str
    claim: int
    entitled: int
    quantity: int
    minor: int | None
    status: str
    reason: str
    returns: bool
    compensates: bool


class Awards:
    """The lines of the schedule, account by account, and the sums of their steps."""

    __slots__ = ("books", "by_value", "compensation", "currency", "fallback", "faults", "sharings")

    def __init__(self, faults: Faults, plan: Plan, books: Books, sharings: dict[tuple[str, str], Sharing],
                 compensation: Compensation) -> None:
        self.faults = faults
        self.books = books
        self.currency = books.currency
        self.sharings = sharings
        self.compensation = compensation
        self.by_value = plan.parameters.get("pooling") == "by_value"
        largest = plan.parameters.get("rounding") == "largest_remainder"
        self.fallback: dict[str, Sharing] = {}
        """Reserves by the certificate alone, where awards cannot be replayed: coverage.csv has their sum of claims."""
        if not compensation.replayable and plan.round == 1:
            self.fallback = {step: Sharing(min(fund.received.get("", 0), fund.ground_up), fund.ground_up,
                                           fund.ground_up, largest)
                             for step, fund in compensation.funds.items() if fund.reserve and fund.source.pays_holders}

    def lines(self, account: str, first: int, rows: list[Row], parts: dict[tuple[str, str], int]) -> list[Line]:
        """The account's lines, each after its own figures were checked."""
        faults, assets = self.faults, self.books.assets
        made: list[Line] = []
        returned: set[tuple[str, str]] = set()
        for number, row in enumerate(rows, first):
            _, name, part, step, pay_name, claim_text, entitled_text, paid_text = row[:8]
            quantity_text, value, status, reason = row[8:]
            paying = assets.get(pay_name)
            part_units = parts.get((name, part))
            if paying is None or part_units is None or part not in PART_NAMES:
                faults.note(SCHEDULE, number, "account, claim_asset and part",
                            "a part of claims.csv above 0, paid in a known asset", "/".join(row[:5]))
                continue
            entitled = cell(faults, SCHEDULE, number, "entitled", entitled_text, paying.decimals)
            claim = entitled if claim_text == entitled_text else cell(faults, SCHEDULE, number, "claim", claim_text,
                                                                      paying.decimals)
            if paid_text == paying.zero:
                quantity = entitled
                expected = entitled_text
                idle = not entitled
            else:
                paid = cell(faults, SCHEDULE, number, "paid_before", paid_text, paying.decimals)
                quantity = max(0, entitled - paid)
                expected = paying.plain(quantity)
                idle = not entitled and not paid
                if paid < 0:
                    faults.note(SCHEDULE, number, "paid_before", "0 or more", paid_text)
            if quantity_text != expected:
                faults.note(SCHEDULE, number, f"quantity of {account}/{name}/{part}/{step}", expected, quantity_text)
            minor = paying.value(quantity)
            expected = "" if minor is None else self.currency.plain(minor)
            if value != expected:
                faults.note(SCHEDULE, number, f"value of {account}/{name}/{part}/{step}", expected, value)
            if idle or not 0 <= entitled <= claim:
                faults.note(SCHEDULE, number, f"entitled of {account}/{name}/{part}/{step}",
                            f"from 0 to the claim {claim_text}, not 0 with nothing paid before", entitled_text)
            if status != ("withhold" if reason else "pay"):
                faults.note(SCHEDULE, number, "status", "withhold with a reason, pay without", f"{status}/{reason}")
            returns = (pay_name, step) in self.sharings and (self.by_value or pay_name == name)
            line = Line(number, name, part, step, pay_name, claim, entitled, quantity, minor, status, reason, returns,
                        step in self.compensation.funds)
            if returns:
                if (name, part) in returned:
                    faults.note(SCHEDULE, number, "step", f"one line of return for {account}/{name}/{part}", step)
                returned.add((name, part))
                self.shared(account, line, part_units, paying)
            else:
                self.other(account, line, paying)
            made.append(line)
        return made

    def shared(self, account: str, line: Line, part_units: int, paying: Asset) -> None:
        """The line's claim is its part, and its award is the rule's share of it."""
        wanted = self.books.assets[line.asset].value(part_units) if self.by_value else part_units
        if line.claim != wanted:
            self.faults.note(SCHEDULE, line.number, f"claim of {account}/{line.asset}/{line.part}/{line.step}",
                             "the part of claims.csv" if wanted is None else paying.plain(wanted),
                             paying.plain(line.claim))
        sharing = self.sharings[line.pay_asset, line.step]
        if not sharing.admits(line.claim, line.entitled, (account, line.asset, line.part), line.number):
            self.faults.note(SCHEDULE, line.number, f"entitled of {account}/{line.asset}/{line.part}/{line.step}",
                             sharing.expected(line.claim), f"{line.entitled} units")

    def other(self, account: str, line: Line, paying: Asset) -> None:
        """A line of compensation (or of the estate) is paid in the currency by a source that pays holders."""
        fund = self.compensation.funds.get(line.step)
        known = line.step == "estate" or (fund is not None and fund.source.pays_holders)
        if not known or paying.name != self.currency.name:
            self.faults.note(SCHEDULE, line.number, "step and pay_asset",
                             "return in kind, or a policy or reserve paying holders, in the currency",
                             f"{line.step}/{line.pay_asset}")
            return
        if fund is None:
            self.faults.limit("Awards of the step estate are only held to their own claims: the estate is in the case.")
            return
        fund.scheduled += line.entitled
        fallback = self.fallback.get(line.step)
        key = (account, line.asset, line.part)
        if fallback is not None and not fallback.admits(line.claim, line.entitled, key, line.number):
            self.faults.note(SCHEDULE, line.number, f"entitled of {'/'.join(key)}/{line.step}",
                             fallback.expected(line.claim), f"{line.entitled} units")

    def compensated(self, asset: str, part: str, lines: list[Line], items: list[Item], met: list[tuple[int, int]],
                    where: int) -> None:
        """What each source gave the line is what its unmet bases earn, and together they are what met them."""
        faults = self.faults
        own = {line.step: line for line in lines if line.compensates and (line.asset, line.part) == (asset, part)}
        given = sum(line.entitled for line in own.values())
        answered = sum(units for _, units in met)
        if given != answered:
            faults.note(BASES, met[0][0] if met else 0, f"sum of met of {asset}/{part}", self.currency.plain(given),
                        self.currency.plain(answered))
        if self.compensation.replayable:
            awards, wanted, shares = self.compensation.replay(items, None, None)
        elif self.compensation.followable:
            printed = {step: line.entitled for step, line in own.items()}
            awards, wanted, shares = self.compensation.replay(items, None, printed)
        else:
            return
        self.compensation.book(shares)
        for step, (paid, claimed, award) in awards.items():
            line = own.pop(step, None)
            if line is None:
                if award:
                    faults.note(SCHEDULE, where, f"row of {asset}/{part}/{step}", self.currency.plain(award), "none")
                continue
            if line.claim not in (paid, claimed):
                faults.note(SCHEDULE, line.number, f"claim of {step}", self.currency.plain(paid),
                            self.currency.plain(line.claim))
            faults.same(SCHEDULE, line.number, f"entitled of {step}", self.currency.plain(award),
                        self.currency.plain(line.entitled))
        for line in own.values():
            faults.note(SCHEDULE, line.number, f"row of {line.step}", "none, as no base is unmet", line.entitled)
        for (number, units), right in zip(met, wanted, strict=True):
            faults.same(BASES, number, "met", self.currency.plain(right), self.currency.plain(units))

    def closing(self) -> None:
        """The sums of each source's lines are what coverage.csv says was distributed."""
        faults, plain = self.faults, self.currency.plain
        for step, fund in self.compensation.funds.items():
            faults.same(COVERAGE, fund.line, f"distributed, the sum of entitled in {SCHEDULE} of {step}",
                        plain(fund.scheduled), plain(fund.distributed))
            if not fund.source.pays_holders:
                continue
            if self.compensation.replayable or self.compensation.followable:
                if fund.reserve:
                    faults.same(COVERAGE, fund.line, "ground_up, the sum of unmet bases", plain(fund.shared.get("", 0)),
                                plain(fund.ground_up))
                for event, (number, printed) in fund.printed.items():
                    faults.same(COVERAGE, number, f"distributed for {event or step}", plain(fund.awarded.get(event, 0)),
                                plain(printed))
            edge = self.fallback[step].overtaken() if step in self.fallback else None
            if edge is not None:
                faults.note(SCHEDULE, edge[0], "unit of the residue", f"with {'/'.join(edge[2])}, before",
                            "/".join(edge[1]))
