"""Rule 9 for the oracle: the bases of loss of every line, and what policies and reserves give to meet them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from typing import Any

from tests.oracle_books import Books, Loss
from tests.oracle_case import Case, Line, Row, allocate, paid_before
from tests.oracle_policies import Answer, Cover, covers_custody
from tests.oracle_pools import Pool
from tests.oracle_text import named, total_text

Item = tuple[str, str]
"""event, custody"""
EXCLUDED_KINDS = ("insider", "affiliate")


class Compensation:
    """What policies and reserves give to the lines, and the bases of loss they meet by it."""

    def __init__(
        self, case: Case, books: Books, losses: list[Loss], pools: dict[str, Pool], cover: Cover
    ) -> None:
        self.case = case
        self.books = books
        self.losses = losses
        self.perils = cover.perils
        self.bases = self._bases(pools)
        self.met: dict[tuple[Line, Item], int] = defaultdict(int)
        self.claims: dict[tuple[Line, str], int] = defaultdict(int)
        self.entitled: dict[tuple[Line, str], int] = defaultdict(int)
        self.coverage: list[Row] = []
        for place, answers in cover.answers.items():
            self._policy(str(case.policies[place]["name"]), answers)
        for reserve in case.reserves:
            self._reserve(reserve)

    # ------------------------------------------------------------ bases

    def _line_losses(self, pools: dict[str, Pool]) -> dict[Line, int]:
        """What each line lost in minor: its value less that of its floor share of gross, before costs and holdback."""
        found: dict[Line, int] = {}
        for pool in pools.values():
            awards = allocate(pool.gross, pool.claims, "floor")[0]
            for line, claim in pool.claims.items():
                if self.case.fixed_share(line[0]) is not None:
                    continue  # done with what he chose
                if self.case.by_value:
                    found[line] = claim - awards[line]
                    continue
                whole, got = self.case.value(claim, pool.asset), self.case.value(awards[line], pool.asset)
                # reading: the loss of an unpriced line is unknown, and nothing compensates it
                if whole is not None and got is not None:
                    found[line] = whole - got
        return found

    def _weights(self, asset: str) -> dict[Item, int]:
        """By what the loss of a line is shared among items: its own asset's units; by value, every asset's value."""
        weights: dict[Item, int] = defaultdict(int)
        for loss in self.losses:
            if self.case.by_value:
                # reading: V(i) is the value of the item over all assets, each loss rounded once; unpriced ones out.
                weights[loss.event, loss.custody] += self.case.value(loss.units, loss.asset) or 0
            elif loss.asset == asset:
                weights[loss.event, loss.custody] += loss.units
        return weights

    def _bases(self, pools: dict[str, Pool]) -> dict[tuple[Line, Item], int]:
        """Each line's loss in minor, by item, floored; only perils that some policy or reserve covers."""
        covered = {peril for source in self.case.policies + self.case.reserves for peril in source["covers"]}
        bases: dict[tuple[Line, Item], int] = {}
        for line, loss in self._line_losses(pools).items():
            weights = self._weights(line[1])
            for item, weight in weights.items():
                if weight and self.perils[item[0]] in covered:
                    bases[line, item] = loss * weight // sum(weights.values())
        return {key: bases[key] for key in sorted(bases) if bases[key]}

    # ------------------------------------------------------------ giving

    def _unmet(self, admits: Callable[[Line, Item], bool]) -> dict[Line, int]:
        unmet: dict[Line, int] = defaultdict(int)
        for (line, item), base in self.bases.items():
            if admits(line, item):
                unmet[line] += base - self.met[line, item]
        return {line: unmet[line] for line in sorted(unmet) if unmet[line]}

    def _give(
        self, minor: int, claims: Mapping[Line, int], admits: Callable[[Line, Item], bool]
    ) -> dict[tuple[Line, Item], int]:
        """Share minor among claims and meet bases by it; what was given, by line and item."""
        awards = allocate(minor, claims, self.case.plan["rounding"])[0]
        given: dict[tuple[Line, Item], int] = {}
        for line in claims:
            left = awards[line]
            for key, base in self.bases.items():  # in order of event, then custody
                if key[0] == line and admits(*key):
                    given[key] = min(left, base - self.met[key])
                    self.met[key] += given[key]
                    left -= given[key]
            assert left == 0
        return given

    def _level(self, step: str, had: int) -> int:
        """Cut the step to what those who had too much of it leave the others; what it took."""
        paid = {
            (item.account, item.claim_asset): item.units
            for item in paid_before(self.case)
            if item.family == step and item.pay_asset == self.case.currency.code
        }
        full = {line: units for (line, name), units in self.entitled.items() if name == step}
        entitled = dict(full)
        out: set[tuple[str, str]] = set()
        while True:
            sums: dict[tuple[str, str], int] = defaultdict(int)
            for line, units in entitled.items():
                sums[line[:2]] += units
            gone = {owner for owner, units in paid.items() if units > sums[owner]} - out
            if not gone:
                break
            out |= gone
            others = sum(units for line, units in full.items() if line[:2] not in out)
            available = min(max(had - sum(paid[owner] for owner in out), 0), others)
            left = dict(paid)
            for line, units in sorted(full.items()):
                if line[:2] in out:  # keeps what he had, of what he would be entitled to
                    entitled[line] = min(units, left[line[:2]])
                    left[line[:2]] -= entitled[line]
                else:
                    # reading: the entitlement before any levelling is cut, so that the order of leaving is nothing.
                    entitled[line] = units * available // others
        for line, units in entitled.items():
            self.entitled[line, step] = units
        return sum(full.values()) - sum(entitled.values())

    def _unmeet(self, step: str, given: dict[tuple[Line, Item], int]) -> None:
        """Take what levelling took off the bases that the step met, the last item of each line first."""
        for line in {line for line, _ in given}:
            over = sum(units for key, units in given.items() if key[0] == line) - self.entitled[line, step]
            for key in sorted((key for key in given if key[0] == line), reverse=True):
                back = min(over, given[key])
                self.met[key] -= back
                over -= back
            assert over == 0

    # ------------------------------------------------------------ policies and reserves

    def _policy(self, name: str, answers: list[Answer]) -> None:
        step = f"insurance:{name}"
        given: dict[tuple[Line, Item], int] = defaultdict(int)
        distributed: dict[str, int] = {}
        for answer in answers:
            policy, event = answer.policy, answer.event

            def admits(_line: Line, item: Item, policy: Mapping[str, Any] = policy, event: str = event) -> bool:
                return item[0] == event and covers_custody(policy, item[1])

            distributed[event] = 0
            if policy["payee"] == "holders" and answer.received:
                # reading: the claim of the step sums only the events for which something was received.
                claims = self._unmet(admits)
                gave = self._give(answer.received, claims, admits)
                for line, claim in claims.items():
                    self.claims[line, step] += claim
                    self.entitled[line, step] += sum(units for key, units in gave.items() if key[0] == line)
                for key, units in gave.items():
                    given[key] += units
                distributed[event] = sum(gave.values())
        had = sum(answer.received for answer in answers if answer.policy["payee"] == "holders")
        taken = self._level(step, had)
        self._unmeet(step, given)
        for answer in reversed(answers):
            back = min(taken, distributed[answer.event])
            distributed[answer.event] -= back
            taken -= back
        for answer in answers:
            sums = (answer.ground_up, answer.covered, answer.due, answer.received, distributed[answer.event])
            self._cover(name, answer.event, *sums, answer.reason)

    def _reserve(self, reserve: Mapping[str, Any]) -> None:
        step = f"reserve:{reserve['name']}"

        def admits(line: Line, item: Item) -> bool:
            kind = self.case.kind(line[0])
            return self.perils[item[0]] in reserve["covers"] and kind not in reserve.get("excludes", [])

        held = self.case.minor(reserve["amount"], reserve["currency"])
        unmet = self._unmet(admits)
        claims = self._cut(reserve, unmet)
        distributed = 0
        if reserve["ring_fenced"]:
            given = self._give(held, claims, admits)
            for line, claim in claims.items():
                self.claims[line, step] += claim
                self.entitled[line, step] += sum(units for key, units in given.items() if key[0] == line)
            distributed = sum(given.values()) - self._level(step, held)
            self._unmeet(step, given)
        sums = (sum(unmet.values()), sum(claims.values()), held, held, distributed)
        self._cover(str(reserve["name"]), "", *sums, "" if reserve["ring_fenced"] else "estate")

    def _debts(self, holder: tuple[str, str]) -> int:
        """What the holder owes by the books, at commencement; a debt in an unpriced asset is left out."""
        return sum(
            self.case.value(-units - self.books.debts_met.get((account, asset), 0), asset) or 0
            for (account, asset), units in self.books.balances.items()
            if units < 0 and self.case.holder(account) == holder
        )

    def _cut(self, reserve: Mapping[str, Any], claims: dict[Line, int]) -> dict[Line, int]:
        """Claims on a reserve, each holder's cut to what it gives one of them at most."""

        def stated(name: str) -> int | None:
            return self.case.minor(reserve[name], reserve["currency"]) if name in reserve else None

        cap, fiat_cap = stated("cap_per_holder"), stated("cap_per_holder_fiat")
        found: dict[Line, int] = {}
        for holder in {self.case.holder(line[0]) for line in claims}:
            mine = {line: claim for line, claim in claims.items() if self.case.holder(line[0]) == holder}
            most = sum(mine.values())
            if reserve.get("deducts_debts", False):
                # reading: debts are taken off the claims, not off the cap, where there is one (as JIPF does).
                most = max(most - self._debts(holder), 0)
            if cap is not None:
                most = min(most, cap)
            fiat = {line: claim for line, claim in mine.items() if self.case.asset(line[1]).kind == "fiat"}
            if fiat_cap is not None:
                mine |= allocate(min(fiat_cap, sum(fiat.values())), fiat, "floor")[0]
            found |= allocate(most, mine, "floor")[0]
        return {line: found[line] for line in sorted(found) if found[line]}

    def _cover(self, source: str, event: str, *cells: int | str | None) -> None:
        # reading: a total over a loss without a price says `partial`, as case-format.md says of every total.
        texts = [cell if isinstance(cell, str) else total_text(self.case, cell) for cell in cells]
        columns = "source event ground_up covered due received distributed reason"
        self.coverage.append(named(columns, source, event, *texts))
