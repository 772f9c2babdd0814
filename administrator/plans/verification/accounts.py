"""Did every account get what the rules give it? Claims, schedule, bases and holders, walked side by side.

The four files are sorted by account, so one passage holds one account at a time and a few sums per pool; fifty million
lines need no more memory than one. Who holds an account, and where it is paid, is in the case alone.
"""

from __future__ import annotations

from collections.abc import Sequence

from administrator.plans.verification.awards import Awards, Line
from administrator.plans.verification.books import Books, cell
from administrator.plans.verification.compensation import Compensation, Item
from administrator.plans.verification.cursor import Cursor
from administrator.plans.verification.deliveries import DELIVERIES, Deliveries
from administrator.plans.verification.estate import Estate
from administrator.plans.verification.folder import PLAN, Plan
from administrator.plans.verification.levelling import Levelled
from administrator.plans.verification.numbers import Asset, fraction, truncated
from administrator.plans.verification.ordinary import Ordinary
from administrator.plans.verification.pools import ESTATE, POOLS, Pool, lost_by_value, lost_minor
from administrator.plans.verification.set_offs import SetOffs
from administrator.plans.verification.sharing import Sharing
from administrator.plans.verification.tables import Row, Tables
from administrator.plans.verification.titles import Titles

CLAIMS, SCHEDULE, BASES, HOLDERS = "claims.csv", "schedule.csv", "bases.csv", "holders.csv"
ACCOUNTS = "accounts.csv"
FILES = (CLAIMS, SCHEDULE, BASES, HOLDERS, ACCOUNTS, DELIVERIES)
FIGURES = ("allowed_value", "returned_value", "compensated_value", "estate_value", "withheld_value", "unpaid_value",
           "recovery")
PARTIAL = "partial"
OWN_REASONS = frozenset({"", "disputed", "unclaimed", "unroutable", "minimum_payment"})

Parts = dict[tuple[str, str], int]
"""Per asset and part of one account the units claimed, where there are any."""


def standings(scheduled: int, filed: int, allowed: int) -> list[tuple[int, int, int, int]]:
    """Every (allowed, disputed, unclaimed, disallowed) that a standing gives a filed claim, allowed as printed."""
    open_rest = max(scheduled - filed, 0)
    ruled_rest = max(scheduled - allowed, 0)
    made = [(min(filed, scheduled), max(filed - scheduled, 0), open_rest, 0), (0, 0, 0, filed)]
    made += [(0, filed, rest, 0) for rest in (0, open_rest)]
    made += [(allowed, 0, rest, max(filed - allowed, 0)) for rest in (0, open_rest, ruled_rest)]
    return made


class Walk:
    """One passage over the four long files."""

    def __init__(self, tables: Tables, plan: Plan, books: Books, pools: dict[str, Pool],
                 sharings: dict[tuple[str, str], Sharing], compensation: Compensation, levels: dict[str, Levelled],
                 estate: Estate | None) -> None:
        self.tables = tables
        self.faults = tables.faults
        self.plan = plan
        self.books = books
        self.currency = books.currency
        self.pools = pools
        self.sharings = sharings
        self.compensation = compensation
        self.levels, self.estate = levels, estate
        self.awards = Awards(self.faults, plan, books, sharings, compensation, levels, estate)
        self.titles = Titles(tables, books)
        self.set_offs = SetOffs(tables, plan, books)
        self.insiders_apart = plan.parameters.get("insiders") == "estate" or bool(plan.parameters.get("trust_terms"))
        """Whether some claim in the estate only; who does, no file of a plan says."""
        self.by_value = plan.parameters.get("pooling") == "by_value"
        self.scheduled = dict.fromkeys(books.figures, 0)
        self.parts = dict.fromkeys(pools, 0)
        self.part_lines = dict.fromkeys(pools, 0)
        smallest = fraction(plan.parameters.get("minimum_payment", "0"))
        if smallest is None:
            self.faults.note(PLAN, 0, "parameters minimum_payment", "a plain decimal",
                             plan.parameters.get("minimum_payment"))
        self.smallest = smallest or (0, 1)
        self.cursors = [Cursor(tables, name) for name in FILES]
        self.deliveries = Deliveries(self.faults, plan, books)
        self.is_plain = not self.titles.claims and not self.set_offs.parts and not plan.payouts and all(
            cursor.account() is None for cursor in self.cursors[4:])
        """Whether nothing but claims.csv says what an account gets."""
        self.ordinary = Ordinary(self.cursors[:4], plan, books, pools, sharings, compensation, self.smallest)

    def passage(self) -> None:
        """Check every account, in byte order, as its rows come up in any of the files."""
        while True:
            if self.is_plain and self.ordinary.passes():
                continue
            waiting = [account for cursor in self.cursors if (account := cursor.account()) is not None]
            if not waiting:
                break
            account = min(waiting)
            firsts, taken = zip(*(cursor.take(account) for cursor in self.cursors), strict=True)
            self.account(account, firsts, taken)
        for name, terms in self.ordinary.terms.items():
            self.scheduled[name] += terms.claimed
            self.parts[name] += terms.claimed
            self.part_lines[name] += terms.lines
            terms.sharing.claimed += terms.claimed - (terms.without if self.insiders_apart else 0)
            terms.sharing.awarded += terms.awarded

    def account(self, account: str, firsts: Sequence[int], taken: Sequence[list[Row]]) -> None:
        """All that the four files say of one account."""
        claims, schedule, bases, holders, chosen, delivered = taken
        election = self.chosen(firsts[4], chosen)
        if not claims:
            for name, first, rows in zip(FILES[:4], firsts[:4], taken[:4], strict=True):
                if name == SCHEDULE and rows and all(self.awards.gone(row) == 0 for row in rows):
                    self.awards.lines(account, first, rows, {})
                elif rows:
                    self.faults.note(name, first, "account", "one of claims.csv", account)
            self.deliveries.account(account, firsts[5], delivered, [], election, {})
            return
        parts, allowed = self.claims(account, firsts[0], claims)
        lines = self.awards.lines(account, firsts[1], schedule, parts)
        self.missing(account, firsts[1] + len(schedule), parts, lines)
        self.awards.of_estate(account, parts, lines)
        self.deliveries.account(account, firsts[5], delivered, lines, election, self.titles.shares)
        self.titles.account(account, lines)
        if lines:
            self.withheld(account, lines)
        if bases or self.compensation.items:
            self.bases(account, firsts, bases, parts, lines)
        self.holder(account, firsts[3], holders, allowed, lines)

    def chosen(self, first: int, rows: list[Row]) -> str:
        """What the account chose, as accounts.csv says: one of the choices of the plan, or none."""
        election = ""
        self.awards.fixed, self.awards.omnibus = None, ""
        for line, row in enumerate(rows, first):
            if not row[1] and not row[2]:
                self.faults.note(ACCOUNTS, line, "omnibus and election", "one of them", "none")
            if row[2] and row[2] not in self.plan.elections:
                self.faults.note(ACCOUNTS, line, "election", "one of plan.json", row[2])
            if row[1] and not self.plan.by_omnibus:
                self.faults.note(ACCOUNTS, line, "omnibus", "none, as it is no pool of its own", row[1])
            self.awards.fixed, self.awards.omnibus = self.plan.elections.get(row[2]), row[1]
            election = row[2]
        return election

    def claims(self, account: str, first: int, rows: list[Row]) -> tuple[Parts, int | None]:
        """The account's parts, and the value of what is allowed (nothing where a price is missing)."""
        faults = self.faults
        parts: Parts = {}
        allowed_minor: int | None = 0
        for line, row in enumerate(rows, first):
            asset = self.books.assets.get(row[1])
            if asset is None or row[1] not in self.scheduled:
                faults.note(CLAIMS, line, "asset", "one of reconciliation.csv", row[1])
                continue
            scheduled, allowed, disputed, unclaimed = self.arithmetic(line, row, asset)
            minor: int | None = 0
            pool = self.plan.pool_of(self.awards.omnibus, asset.name)
            if pool not in self.pools and (allowed or disputed or unclaimed) and not self.insiders_apart:
                faults.note(CLAIMS, line, "pool of the claim", f"one of pools.csv for {account}", pool)
            for part, units in (("", allowed), ("disputed", disputed), ("unclaimed", unclaimed)):
                if units:
                    parts[asset.name, part] = units
                    self.parts[pool] = self.parts.get(pool, 0) + units
                    self.part_lines[pool] = self.part_lines.get(pool, 0) + 1
                    value = asset.value(units)
                    minor = None if minor is None or value is None else minor + value
                    if not part:
                        allowed_minor = None if allowed_minor is None or value is None else allowed_minor + value
            self.scheduled[asset.name] += scheduled
            expected = "" if asset.price is None or minor is None else self.currency.plain(minor)
            if row[8] != expected:
                faults.note(CLAIMS, line, f"value of {account}/{asset.name}", expected, row[8])
        return parts, allowed_minor

    def arithmetic(self, line: int, row: Row, asset: Asset) -> tuple[int, int, int, int]:
        """scheduled, allowed, disputed and unclaimed, which some standing must have given."""
        zero = asset.zero
        scheduled, allowed, disputed, unclaimed, disallowed = (
            0 if row[place] == zero else cell(self.faults, CLAIMS, line, what, row[place], asset.decimals)
            for place, what in ((2, "scheduled"), (4, "allowed"), (5, "disputed"), (6, "unclaimed"), (7, "disallowed")))
        lost = self.set_offs.of(row[0], asset.name)
        printed = allowed, disputed, unclaimed
        allowed, disputed, unclaimed = (left + gone for left, gone in zip(printed, lost, strict=True))
        if not row[3]:
            # A regime that wants proofs allows nothing unasked, and keeps it open.
            right = disputed == disallowed == 0 and (allowed, unclaimed) in ((scheduled, 0), (0, scheduled))
        else:
            filed = cell(self.faults, CLAIMS, line, "filed", row[3], asset.decimals)
            found = (allowed, disputed, unclaimed, disallowed)
            right = found in standings(scheduled, filed, allowed) or (
                # A ruling's provisional figure stands for what is disputed; it is in no file but the case's.
                allowed == unclaimed == disallowed == 0)
        right = right or asset.name in self.plan.accrued
        if not right or min(scheduled, *printed, disallowed) < 0:
            what = f"scheduled/filed/allowed/disputed/unclaimed/disallowed of {row[0]}/{row[1]}"
            self.faults.note(CLAIMS, line, what, "figures that one standing gives", "/".join(row[2:8]))
        return scheduled, max(printed[0], 0), max(printed[1], 0), max(printed[2], 0)

    def missing(self, account: str, where: int, parts: Parts, lines: list[Line]) -> None:
        """A claim without a line of return is entitled to nothing, and the certificate must say so."""
        shown = {(line.asset, line.part) for line in lines if line.returns}
        for asset, part in parts.keys() - shown:
            claim = parts[asset, part]
            if self.by_value:
                claim = self.books.assets[asset].value(claim) or 0
                if not claim:
                    continue
            pooled = self.plan.pool_of(self.awards.omnibus, asset)
            tiers = [sharing for (name, _), sharing in self.sharings.items() if name == pooled]
            level = self.levels.get(pooled)
            if self.insiders_apart or not tiers or (level is not None and (account, asset) in level.had):
                continue
            fixed = self.awards.fixed
            most = claim if fixed is None else claim * fixed[0] // fixed[1]
            if len(tiers) == 1 and fixed is not None:
                right = tiers[0].admits_fixed(claim, 0, most)
            elif len(tiers) == 1:
                right = tiers[0].admits(claim, 0, (account, asset, part), where)
            else:
                right = not most or any(not tier.full and tier.payable * claim < tier.high for tier in tiers)
            if not right:
                self.faults.note(SCHEDULE, where, f"row of {account}/{asset}/{part}/return",
                                 f"a line with {tiers[0].expected(claim)}", "none")

    def withheld(self, account: str, lines: list[Line]) -> None:
        """Holds fall on whole accounts, payees on assets, and the minimum payment on what else would be paid."""
        faults = self.faults
        if not self.smallest[0] and not any(line.reason or line.part for line in lines):
            return
        holds = {line.reason for line in lines} - OWN_REASONS
        unroutable = {line.pay_asset for line in lines if line.reason == "unroutable"}
        payable: list[Line] = []
        for line in lines:
            reason = line.reason
            if line.part == "disputed":
                expected = "disputed"
            elif holds:
                expected = min(holds)
            elif line.part == "unclaimed":
                expected = "unclaimed"
            elif line.pay_asset in unroutable and not self.titles.has(account, line.asset):
                expected = "unroutable"
            else:
                payable.append(line)
                continue
            if reason != expected:
                faults.note(SCHEDULE, line.number, "reason", expected, reason)
        moving = [line for line in payable if line.quantity]
        exempt = any(line.minor is None for line in payable)
        small = sum(line.minor or 0 for line in payable) * self.smallest[1] < (
            self.smallest[0] * 10**self.currency.decimals)
        expected = "minimum_payment" if small and not exempt else ""
        for line in payable:
            if line.reason != expected and (moving or line.reason != payable[0].reason):
                faults.note(SCHEDULE, line.number, "reason", expected or "none", line.reason or "none")

    def bases(self, account: str, firsts: Sequence[int], rows: list[Row], parts: Parts, lines: list[Line]) -> None:
        """Every base is the line's loss times its item's share, and what met it is what compensation gave."""
        faults = self.faults
        grouped: dict[tuple[str, str], list[tuple[int, Row]]] = {}
        for number, row in enumerate(rows, firsts[2]):
            if (row[1], row[2]) not in parts:
                faults.note(BASES, number, "account, asset and part", "a part of claims.csv", "/".join(row[:3]))
                continue
            grouped.setdefault((row[1], row[2]), []).append((number, row))
        where = firsts[2] + len(rows)
        for asset, part in sorted(parts):
            if asset not in self.compensation.items and (asset, part) not in grouped:
                continue
            pool = self.pools.get(self.plan.pool_of(self.awards.omnibus, asset))
            claim = parts[asset, part]
            if self.by_value:
                lost = lost_by_value(pool, self.books.assets[asset].value(claim) or 0)
            else:
                lost = lost_minor(pool, self.books.assets[asset], claim)
            expected = self.compensation.bases(asset, lost) if self.awards.fixed is None else []
            own = grouped.get((asset, part), [])
            if own or expected:
                items, met = self.items(f"{account}/{asset}/{part}", where, own, expected)
                self.awards.compensated(asset, part, lines, items, met, firsts[1])

    def items(self, line: str, where: int, rows: list[tuple[int, Row]],
              expected: list[Item]) -> tuple[list[Item], list[tuple[int, int]]]:
        """The printed items of one line, and what met each with its record, after keys and bases were compared."""
        faults = self.faults
        wanted = {(event, custody): base for event, custody, base in expected}
        items: list[Item] = []
        met: list[tuple[int, int]] = []
        for number, row in rows:
            base, answered = (cell(faults, BASES, number, what, text, self.currency.decimals)
                              for what, text in zip(("base", "met"), row[5:7], strict=True))
            right = wanted.pop((row[3], row[4]), 0)
            if right != base or not base:
                faults.note(BASES, number, f"base of {line}/{row[3]}/{row[4]}",
                            self.currency.plain(right) if right else "no such line", row[5])
            if not 0 <= answered <= base:
                faults.note(BASES, number, "met", f"from 0 to the base {row[5]}", row[6])
            items.append((row[3], row[4], base))
            met.append((number, answered))
        if self.compensation.known and not self.insiders_apart:
            for event, custody in sorted(wanted):
                faults.note(BASES, where, f"row of {line}/{event}/{custody}",
                            self.currency.plain(wanted[event, custody]), "none")
        return items, met

    def holder(self, account: str, first: int, rows: list[Row], allowed: int | None, lines: list[Line]) -> None:
        """Every figure of the account's row in holders.csv, computed again."""
        returned: int | None = 0
        withheld: int | None = 0
        compensated = of_estate = 0
        for line in lines:
            if not line.part and line.entitled:
                minor = self.books.assets[line.pay_asset].value(line.entitled) or 0
                if line.returns:
                    priced = self.books.assets[line.pay_asset].price is not None
                    returned = returned + minor if priced and returned is not None else None
                elif line.compensates:
                    compensated += minor
                elif line.of_estate:
                    of_estate += minor
            if line.status == "withhold" and line.quantity:
                withheld = None if withheld is None or line.minor is None else withheld + line.minor
        unpaid: int | None = None
        recovery = ""
        if allowed is not None and returned is not None:
            unpaid = max(0, allowed - returned - compensated - of_estate)
            recovery = truncated(returned + compensated + of_estate, allowed) if allowed else ""
        expected = [PARTIAL if minor is None else self.currency.plain(minor)
                    for minor in (allowed, returned, compensated, of_estate, withheld, unpaid)]
        expected.append(recovery)
        if not rows:
            self.faults.note(HOLDERS, first, "row", f"the account {account} of claims.csv", "none")
            return
        if rows[0][1:] != expected:
            for what, should, found in zip(FIGURES, expected, rows[0][1:], strict=True):
                self.faults.same(HOLDERS, first, f"{what} of {account}", should, found)

    def closing(self) -> None:
        """What the lines sum to is what the reconciliation and the pools say."""
        faults = self.faults
        self.titles.closing()
        self.set_offs.closing()
        for line, name in enumerate(sorted(self.books.figures), 2):
            asset = self.books.assets[name]
            faults.same("reconciliation.csv", line, f"owed of {name}, the sum of scheduled in {CLAIMS}",
                        asset.plain(self.scheduled[name]), asset.plain(self.books.figures[name]["owed"]))
        for name, pool in self.pools.items():
            asset = self.books.assets[pool.asset]
            if name == ESTATE:
                tiers = list(self.estate.sharings.values()) if self.estate else []
            else:
                tiers = [sharing for (of, _), sharing in self.sharings.items() if of == name]
            awarded = sum(sharing.awarded for sharing in tiers)
            faults.same(POOLS, pool.line, f"awarded of {name}, the sum of entitled in {SCHEDULE}",
                        asset.plain(awarded), asset.plain(pool.awarded))
            if self.plan.fixes_shares and name != ESTATE:
                self.forgone(pool, tiers)
            if self.by_value or name == ESTATE:
                continue
            known = self.parts.get(name, 0)
            if not self.insiders_apart:
                faults.same(POOLS, pool.line, f"claims of {name}, the sum of the parts in {CLAIMS}", asset.plain(known),
                            asset.plain(pool.claims))
            elif not sum(sharing.claimed for sharing in tiers) <= pool.claims <= known:
                faults.note(POOLS, pool.line, f"claims of {name}",
                            f"from the schedule's to the claims' sum {asset.plain(known)}", asset.plain(pool.claims))
            self.edges(pool, tiers)

    def forgone(self, pool: Pool, tiers: list[Sharing]) -> None:
        """What those who chose a fixed share gave up is surplus, beside what nobody claims."""
        if any(sharing.levelled or not sharing.exact or sharing.largest_remainder for sharing in tiers):
            return
        least = max(pool.distributable - pool.claims, 0) + sum(sharing.forgone for sharing in tiers)
        # Of a choice that rounds down to nothing there is no line: what it gave up is no more than what it claimed.
        most = least + max(pool.claims - sum(sharing.claimed for sharing in tiers), 0)
        if not least <= pool.surplus <= most:
            plain = self.books.assets[pool.asset].plain
            said = plain(least) if least == most else f"{plain(least)} to {plain(most)}"
            self.faults.note(POOLS, pool.line, f"surplus of {pool.name}", said, plain(pool.surplus))

    def edges(self, pool: Pool, tiers: list[Sharing]) -> None:
        """Residues are smaller than the number of lines, and go in order where they are given out."""
        largest = self.plan.parameters.get("rounding") == "largest_remainder"
        if any(sharing.levelled for sharing in tiers):
            return
        lines = self.part_lines.get(pool.name, 0)
        most = 0 if largest else max(lines - 1, 0)
        if pool.residue > most:
            self.faults.note(POOLS, pool.line, "residue", f"at most {most} units", pool.residue)
        for sharing in tiers:
            edge = sharing.overtaken()
            if edge is not None:
                self.faults.note(SCHEDULE, edge[0], "unit of the residue", f"with {'/'.join(edge[2])}, before",
                                 "/".join(edge[1]))
