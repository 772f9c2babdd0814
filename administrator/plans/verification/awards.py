"""Is each line of the schedule right by itself and by its step? Awards, what is paid now, statuses, compensation.

It walks with accounts.py, one account at a time.
"""

from __future__ import annotations

from typing import NamedTuple

from administrator.plans.verification.books import Books, cell
from administrator.plans.verification.compensation import COVERAGE, Compensation, Item
from administrator.plans.verification.estate import OF_TIER, Estate
from administrator.plans.verification.folder import Plan
from administrator.plans.verification.levelling import Levelled
from administrator.plans.verification.numbers import Asset
from administrator.plans.verification.pools import FIRST, is_asked
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
    paid: int
    returns: bool
    compensates: bool
    of_estate: bool


class Awards:
    """The lines of the schedule, account by account, and the sums of their steps."""

    __slots__ = ("books", "by_value", "compensation", "currency", "estate", "fallback", "faults", "fixed", "has_first",
                 "levels", "omnibus", "plan", "sharings")

    def __init__(self, faults: Faults, plan: Plan, books: Books, sharings: dict[tuple[str, str], Sharing],
                 compensation: Compensation, levels: dict[str, Levelled], estate: Estate | None) -> None:
        self.faults = faults
        self.levels = levels
        self.plan = plan
        self.omnibus = ""
        """Where the assets of the account in hand lie."""
        self.fixed: tuple[int, int] | None = None
        """The share that the account in hand chose, of what a line claims of a pool."""
        self.estate = estate
        self.books = books
        self.currency = books.currency
        self.sharings = sharings
        self.compensation = compensation
        self.by_value = plan.parameters.get("pooling") == "by_value"
        self.has_first = self.by_value and any(is_asked(plan, name) for name in FIRST.values())
        largest = plan.parameters.get("rounding") == "largest_remainder"
        self.fallback: dict[str, Sharing] = {}
        """Reserves by the certificate alone, where awards cannot be replayed: coverage.csv has their sum of claims."""
        if not compensation.replayable and plan.round == 1:
            self.fallback = {step: Sharing(min(fund.received.get("", 0), fund.claimed), fund.claimed, fund.claimed,
                                           largest)
                             for step, fund in compensation.funds.items() if fund.reserve and fund.source.pays_holders}

    def lines(self, account: str, first: int, rows: list[Row], parts: dict[tuple[str, str], int]) -> list[Line]:
        """The account's lines, each after its own figures were checked."""
        faults, assets = self.faults, self.books.assets
        made: list[Line] = []
        returned: dict[tuple[str, str, str], int] = {}
        for number, row in enumerate(rows, first):
            _, name, part, step, pay_name, claim_text, entitled_text, paid_text = row[:8]
            quantity_text, value, status, reason = row[8:]
            paying = assets.get(pay_name)
            part_units = parts.get((name, part), self.gone(row))
            if paying is None or part_units is None or part not in PART_NAMES:
                faults.note(SCHEDULE, number, "account, claim_asset and part",
                            "a part of claims.csv above 0, paid in a known asset", "/".join(row[:5]))
                continue
            entitled = cell(faults, SCHEDULE, number, "entitled", entitled_text, paying.decimals)
            claim = entitled if claim_text == entitled_text else cell(faults, SCHEDULE, number, "claim", claim_text,
                                                                      paying.decimals)
            paid = 0
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
            pool = self.plan.pool_of(self.omnibus, pay_name)
            returns = (pool, step) in self.sharings and pay_name == (self.currency.name if self.by_value else name)
            of_estate = self.estate is not None and step in self.estate.sharings
            line = Line(number, name, part, step, pay_name, claim, entitled, quantity, minor, status, reason, paid,
                        returns, step in self.compensation.funds, of_estate)
            made.append(line)
            if claim or entitled or not paid:
                self.held(account, line, part_units, paying, returned)
        return made

    def held(self, account: str, line: Line, part_units: int, paying: Asset,
             returned: dict[tuple[str, str, str], int]) -> None:
        """A line that claims anything against what its step divides; one that does not was paid before for nothing."""
        if not line.returns:
            self.other(account, line, paying)
            return
        key = (line.asset, line.part, line.step if self.has_first else "")
        if key in returned:
            self.faults.note(SCHEDULE, line.number, "step",
                             f"one line of return for {account}/{line.asset}/{line.part}", line.step)
        returned[key] = line.claim
        of_part = sum(claim for (asset, part, _), claim in returned.items() if (asset, part) == key[:2])
        self.shared(account, line, part_units, paying, of_part)

    def gone(self, row: Row) -> int | None:
        """0 for a line that stands only for what was paid before, as nothing is claimed any more; else nothing."""
        paying = self.books.assets.get(row[4])
        is_gone = paying is not None and not row[2] and row[1] in self.books.assets and row[5] == row[6] == paying.zero
        return 0 if is_gone else None

    def shared(self, account: str, line: Line, part_units: int, paying: Asset, of_part: int) -> None:
        """The line's claim is its part, or some of it where some is paid first; its award is the rule's share of it."""
        wanted = self.books.assets[line.asset].value(part_units) if self.by_value else part_units
        if line.claim != wanted and not (self.has_first and wanted is not None and of_part <= wanted):
            self.faults.note(SCHEDULE, line.number, f"claim of {account}/{line.asset}/{line.part}/{line.step}",
                             "the part of claims.csv" if wanted is None else paying.plain(wanted),
                             paying.plain(line.claim))
        pool = self.plan.pool_of(self.omnibus, line.pay_asset)
        level = self.levels.get(pool)
        sharing = self.sharings[pool, line.step]
        if level is not None and level.is_exact and (account, line.asset) in level.had:
            sharing.awarded += line.entitled
            right = level.entitled((account, line.asset), line.part)
            if line.entitled != right:
                self.faults.note(SCHEDULE, line.number, f"entitled of {account}/{line.asset}/{line.part}/{line.step}",
                                 f"{right} units, as more was paid before", f"{line.entitled} units")
            return
        if self.fixed is not None and line.step not in FIRST:
            most = line.claim * self.fixed[0] // self.fixed[1]
            if not sharing.admits_fixed(line.claim, line.entitled, most):
                self.faults.note(SCHEDULE, line.number, f"entitled of {account}/{line.asset}/{line.part}/{line.step}",
                                 f"at most {most} units, as chosen, of {sharing.expected(line.claim)}",
                                 f"{line.entitled} units")
            return
        if not sharing.admits(line.claim, line.entitled, (account, line.asset, line.part), line.number):
            self.faults.note(SCHEDULE, line.number, f"entitled of {account}/{line.asset}/{line.part}/{line.step}",
                             sharing.expected(line.claim), f"{line.entitled} units")

    def other(self, account: str, line: Line, paying: Asset) -> None:
        """A line of compensation (or of the estate) is paid in the currency by a source that pays holders."""
        fund = self.compensation.funds.get(line.step)
        known = line.of_estate or (fund is not None and fund.source.pays_holders)
        if not known or paying.name != self.currency.name:
            self.faults.note(SCHEDULE, line.number, "step and pay_asset",
                             "return in kind, or a policy or reserve paying holders, in the currency",
                             f"{line.step}/{line.pay_asset}")
            return
        if fund is None:
            return
        fund.scheduled += line.entitled
        fallback = self.fallback.get(line.step)
        key = (account, line.asset, line.part)
        if fallback is not None and not fallback.admits(line.claim, line.entitled, key, line.number):
            self.faults.note(SCHEDULE, line.number, f"entitled of {'/'.join(key)}/{line.step}",
                             fallback.expected(line.claim), f"{line.entitled} units")

    def of_estate(self, account: str, parts: dict[tuple[str, str], int], lines: list[Line]) -> None:
        """Each line of the estate shares with what is still owed, or the interest on it, and gets the step's share."""
        estate, faults = self.estate, self.faults
        if estate is None:
            return
        currency = self.currency
        for line in lines:
            if not line.of_estate or (line.claim == line.entitled == 0):
                continue
            mine = [each for each in lines if (each.asset, each.part) == (line.asset, line.part)]
            returns = [each for each in mine if each.returns]
            if self.fixed is not None and returns:
                faults.note(SCHEDULE, line.number, f"row of {account}/{line.asset}/{line.part}/{line.step}",
                            "none, as the account chose a share of its pool that is final", line.entitled)
            returned = returns[-1] if returns else None
            units, worth = parts.get((line.asset, line.part), 0), self.books.assets[line.asset]
            value = worth.value(units)
            got = 0
            if returned is not None:
                paying = self.books.assets[returned.pay_asset]
                claims, entitled, paid = (sum(figures) for figures in zip(
                    *((each.claim, each.entitled, each.paid) for each in returns), strict=True))
                got = paying.value(min(claims, max(entitled, paid))) or 0
            weight = max((value or 0) - got, 0)
            room = max(weight - sum(each.entitled for each in mine if each.compensates), 0)
            weight = room if estate.reduces else weight
            if line.step == "estate:interest":
                weight = room = estate.interest_of(weight)
            else:
                tier = "" if returned is None else returned.step.removeprefix("return").removeprefix("dividend")
                if returned is not None and OF_TIER.get(tier) != line.step:
                    faults.note(SCHEDULE, line.number, "step", OF_TIER.get(tier), line.step)
            if value is None or line.claim != weight:
                faults.note(SCHEDULE, line.number, f"claim of {account}/{line.asset}/{line.part}/{line.step}",
                            currency.plain(weight), currency.plain(line.claim))
            if line.entitled > room:
                faults.note(SCHEDULE, line.number, f"entitled of {account}/{line.asset}/{line.part}/{line.step}",
                            f"at most {currency.plain(room)}, what is still owed", currency.plain(line.entitled))
            sharing = estate.sharings[line.step]
            full = sharing.full
            sharing.full = sharing.full and estate.reduces
            if not sharing.admits(line.claim, line.entitled, (account, line.asset, line.part), line.number):
                faults.note(SCHEDULE, line.number, f"entitled of {account}/{line.asset}/{line.part}/{line.step}",
                            sharing.expected(line.claim), f"{line.entitled} units")
            sharing.full = full

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
