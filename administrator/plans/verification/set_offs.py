"""Is what holders owe set off against what they claim as the plan says? set_offs.csv, alone and beside claims.csv."""

from __future__ import annotations

from typing import NamedTuple

from administrator.plans.verification.books import Books, cell
from administrator.plans.verification.folder import Plan
from administrator.plans.verification.numbers import Asset
from administrator.plans.verification.tables import Tables
from administrator.plans.verification.verdict import Faults

SET_OFFS = "set_offs.csv"
SIDES = ("claim", "debt")
PARTS = ("", "disputed", "unclaimed")


class Side(NamedTuple):
    """One part of a claim, or one debt."""

    line: int
    asset: Asset
    is_debt: bool
    units: int
    minor: int | None
    set_off: int


class SetOffs:
    """The rows of set_offs.csv: whoever both owes and claims is one of few."""

    def __init__(self, tables: Tables, plan: Plan, books: Books) -> None:
        self.faults: Faults = tables.faults
        self.parts: dict[tuple[str, str], dict[str, int]] = {}
        """What was set off of each claim, by part."""
        mode = plan.parameters.get("set_off", "none")
        holders: dict[str, list[Side]] = {}
        for number, row in tables.numbered(SET_OFFS):
            account, name, side, part, holder, quantity, value, set_off = row
            asset = books.assets.get(name)
            if asset is None or side not in SIDES or part not in (PARTS if side == "claim" else ("",)):
                self.faults.note(SET_OFFS, number, "asset, side and part", "a known asset; claim; debt without a part",
                                 f"{name}/{side}/{part}")
                continue
            if mode == "none" or (mode == "account" and holder != account):
                self.faults.note(SET_OFFS, number, "holder", "no row" if mode == "none" else account, holder)
            units = cell(self.faults, SET_OFFS, number, "quantity", quantity, asset.decimals)
            lost = cell(self.faults, SET_OFFS, number, "set_off", set_off, asset.decimals)
            minor = asset.value(units)
            self.faults.same(SET_OFFS, number, "value", "" if minor is None else books.currency.plain(minor), value)
            if units <= 0:
                self.faults.note(SET_OFFS, number, "quantity", "above 0", quantity)
            holders.setdefault(holder, []).append(Side(number, asset, side == "debt", units, minor, lost))
            if side == "claim":
                self.parts.setdefault((account, name), {})[part] = lost
        self.open = set(self.parts)
        """Claims whose row has not come up yet."""
        for sides in holders.values():
            self._shared(sides)

    def _shared(self, sides: list[Side]) -> None:
        """The lesser of debts and claims falls on each in proportion, rounded down."""
        debts, claims = (sum(side.minor or 0 for side in sides if side.is_debt is is_debt) for is_debt in (True, False))
        if not debts or not claims:
            self.faults.note(SET_OFFS, sides[0].line, "row", "none, as nothing is owed or nothing is claimed",
                             f"{debts} against {claims}")
            return
        least = min(debts, claims)
        for side in sides:
            right = 0 if side.minor is None else side.units * least // (debts if side.is_debt else claims)
            if side.set_off != right:
                plain = side.asset.plain
                self.faults.note(SET_OFFS, side.line, "set_off", plain(right), plain(side.set_off))

    def of(self, account: str, asset: str) -> tuple[int, int, int]:
        """What was set off of a claim: allowed, disputed, unclaimed."""
        self.open.discard((account, asset))
        found = self.parts.get((account, asset), {})
        return found.get("", 0), found.get("disputed", 0), found.get("unclaimed", 0)

    def closing(self) -> None:
        """Every claim that anything was set off of is one."""
        for account, asset in sorted(self.open):
            self.faults.note(SET_OFFS, 0, "account and asset", "a row of claims.csv", f"{account}/{asset}")
