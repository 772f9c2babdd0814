"""Do the books hold together? Reconciliation, bridge, losses, segregation and flows, each held against the others.

It cannot tell whether a balance or a wallet is true, only that every unit missing is accounted for once.
"""

from __future__ import annotations

from dataclasses import dataclass

from administrator.plans.verification.folder import Plan
from administrator.plans.verification.numbers import (
    RATIO_DECIMALS,
    RATIO_SCALE,
    Asset,
    fraction,
    plain,
    priced,
    read,
    truncated,
)
from administrator.plans.verification.tables import Row, Tables
from administrator.plans.verification.verdict import Faults

RECONCILIATION, BRIDGE, LOSSES = "reconciliation.csv", "bridge.csv", "losses.csv"
SEGREGATION, FLOWS = "segregation.csv", "flows.csv"
QUANTITIES = ("owed", "negative", "held_customer", "held_house", "held_guarantee", "hot", "shortfall")
BRIDGE_LINES = ("opening_difference", "deposits_without_receipt", "receipts_without_posting", "deposit_differences",
                "withdrawals_not_sent", "withdrawal_differences", "moved_to_guarantee", "taken_by:",
                "outflows_without_posting", "network_fees", "credits:", "books_difference", "negative_balances",
                "unobserved")
CREDITS = frozenset({"trade", "fee", "transfer", "reward", "adjustment"})
OURS = frozenset({"house", "affiliate", "insider", "thief"})
PARTY_KINDS = OURS | {"exchange", "mixer", "bridge", "holder", "unknown"}
PERILS = frozenset({"external_theft", "insider_theft", "misappropriation", "operational_failure", "not_a_loss",
                    "unexplained"})
HOT_SHARE_LIMIT = (5, 100)


@dataclass(frozen=True, slots=True)
class Loss:
    """One line of losses.csv."""

    event: str
    peril: str
    asset: str
    custody: str
    units: int
    minor: int | None


@dataclass(frozen=True, slots=True)
class Books:
    """What the short tables say, for the checks that follow."""

    assets: dict[str, Asset]
    currency: Asset
    figures: dict[str, dict[str, int]]
    """Per asset the quantities of its reconciliation."""
    losses: tuple[Loss, ...]


def cell(faults: Faults, file: str, line: int, what: str, text: str, decimals: int) -> int:
    """The units in a cell; a cell not in the grammar is a fault and counts as none."""
    units = read(text, decimals)
    if units is None:
        faults.note(file, line, what, f"a plain decimal with {decimals} decimals", repr(text))
        return 0
    return units


def insertion_line(rows: list[tuple[int, Row]], key: list[str], places: tuple[int, ...]) -> int:
    """The record number at which a missing row would stand."""
    return 2 + sum([row[place] for place in places] < key for _, row in rows)


def reconciled(tables: Tables, plan: Plan) -> Books:
    """The reconciliation, after its own arithmetic was checked."""
    faults = tables.faults
    currency = priced(plan.currency, *plan.assets[plan.currency], "1", plan.assets[plan.currency][0])
    assets: dict[str, Asset] = {plan.currency: currency}
    figures: dict[str, dict[str, int]] = {}
    for line, row in tables.numbered(RECONCILIATION):
        name, price = row[0], row[9]
        if name not in plan.assets:
            faults.note(RECONCILIATION, line, "asset", "an asset of plan.json", name)
            continue
        asset = priced(name, *plan.assets[name], price, currency.decimals)
        if price and fraction(price) is None:
            faults.note(RECONCILIATION, line, "price", "a plain decimal or nothing", price)
        if name == plan.currency and asset.price != currency.price:
            ratio = asset.price
            if ratio is None or ratio[0] != ratio[1]:
                faults.note(RECONCILIATION, line, "price of the reporting currency", 1, price)
            asset = currency
        assets[name] = asset
        found = {what: cell(faults, RECONCILIATION, line, what, text, asset.decimals)
                 for what, text in zip(QUANTITIES, row[1:8], strict=True)}
        figures[name] = found
        for what in QUANTITIES[:-1]:
            if found[what] < 0:
                faults.note(RECONCILIATION, line, what, "0 or more", asset.plain(found[what]))
        if found["hot"] > found["held_customer"]:
            faults.note(RECONCILIATION, line, "hot", f"at most held_customer {row[3]}", row[6])
        missing = found["owed"] - found["held_customer"]
        faults.same(RECONCILIATION, line, "shortfall", asset.plain(missing), row[7])
        coverage = truncated(found["held_customer"], found["owed"]) if found["owed"] else ""
        faults.same(RECONCILIATION, line, "coverage", coverage, row[8])
        for what, units, text in (("owed_value", found["owed"], row[10]), ("shortfall_value", missing, row[11])):
            minor = asset.value(units)
            faults.same(RECONCILIATION, line, what, "" if minor is None else currency.plain(minor), text)
    return Books(assets, currency, figures, ())


def bridge_place(line: str) -> tuple[int, str] | None:
    """Where a line stands in the order of the bridge, or nothing for a line that there is not."""
    head, colon, rest = line.partition(":")
    if head + colon not in BRIDGE_LINES or (colon and not rest) or (head == "credits" and rest not in CREDITS):
        return None
    return BRIDGE_LINES.index(head + colon), rest


def bridged(tables: Tables, books: Books) -> dict[tuple[str, str], int]:
    """The bridge's lines per asset and name, after order, uniqueness and sums were checked."""
    faults = tables.faults
    lines: dict[tuple[str, str], int] = {}
    sums = dict.fromkeys(books.figures, 0)
    ends: dict[str, int] = {}
    last: tuple[str, int, str] | None = None
    number = 1
    for number, (name, line, text) in tables.numbered(BRIDGE):
        place = bridge_place(line)
        if place is None or name not in sums:
            faults.note(BRIDGE, number, "asset and line", "an asset of the reconciliation, a line of the rules",
                        f"{name}/{line}")
            continue
        if last is not None and (name, *place) <= last:
            faults.note(BRIDGE, number, "order of the lines", f"a line after {last[0]}/{last[2] or last[1]}", line)
        last = (name, *place)
        units = cell(faults, BRIDGE, number, line, text, books.assets[name].decimals)
        if not units:
            faults.note(BRIDGE, number, line, "no line, as zero lines are left out", text)
        lines[name, line] = lines.get((name, line), 0) + units
        sums[name] += units
        ends[name] = number
    for name, figures in books.figures.items():
        asset = books.assets[name]
        faults.same(BRIDGE, ends.get(name, number), f"sum of the lines of {name}", asset.plain(figures["shortfall"]),
                    asset.plain(sums[name]))
        faults.same(BRIDGE, ends.get(name, number), f"negative_balances of {name}", asset.plain(figures["negative"]),
                    asset.plain(lines.get((name, "negative_balances"), 0)))
    return lines


def flowed(tables: Tables, books: Books, bridge: dict[tuple[str, str], int]) -> None:
    """Every flow nets, and the flows of an asset are the bridge's lines that rest on them."""
    faults = tables.faults
    expected: dict[tuple[str, str], int] = {}
    ends: dict[tuple[str, str], int] = {}
    kinds: dict[str, str] = {}
    number = 1
    for number, (party, kind, name, *texts) in tables.numbered(FLOWS):
        if name not in books.figures or kind not in PARTY_KINDS or kinds.setdefault(party, kind) != kind:
            faults.note(FLOWS, number, "asset and party_kind", "an asset reconciled, one known kind a party",
                        f"{name}/{kind}")
            continue
        asset = books.assets[name]
        taken, returned, net = (cell(faults, FLOWS, number, what, text, asset.decimals)
                                for what, text in zip(("taken", "returned", "net"), texts, strict=True))
        if taken < 0 or returned < 0:
            faults.note(FLOWS, number, "taken and returned", "none negative", "/".join(texts[:2]))
        faults.same(FLOWS, number, "net", asset.plain(taken - returned), texts[2])
        if party == "guarantee":
            faults.same(FLOWS, number, "party_kind of the guarantee", "house", kind)
            parts = [("moved_to_guarantee", net)]
        elif kind in OURS:
            parts = [(f"taken_by:{party}", net)]
        else:
            parts = [("outflows_without_posting", taken), ("receipts_without_posting", -returned)]
        for line, units in parts:
            ends[name, line] = number
            expected[name, line] = expected.get((name, line), 0) + units
    rests = ("moved_to_guarantee", "taken_by:", "outflows_without_posting", "receipts_without_posting")
    for name, line in sorted({*expected, *(key for key in bridge if key[1].startswith(rests))}):
        asset = books.assets[name]
        faults.same(FLOWS, ends.get((name, line), number), f"sum behind {line} of {name}",
                    asset.plain(bridge.get((name, line), 0)), asset.plain(expected.get((name, line), 0)))


def lost(tables: Tables, plan: Plan, books: Books) -> Books:
    """The books with their losses, which sum to each shortfall.

    A loss is valued at the commencement price unless plan.json prints, under loss_prices, the price of its event (or of
    the empty event: of all): outside the case no other price is known, and a value nobody can check is not accepted.
    """
    faults = tables.faults
    sums = dict.fromkeys(books.figures, 0)
    perils: dict[str, str] = {}
    losses: list[Loss] = []
    ends: dict[str, int] = {}
    number = 1
    for number, (event, peril, name, custody, text, value) in tables.numbered(LOSSES):
        if name not in sums or peril not in PERILS or perils.setdefault(event, peril) != peril or not event:
            faults.note(LOSSES, number, "event, asset and peril", "an asset reconciled, one known peril an event",
                        f"{event}/{name}/{peril}")
            continue
        asset = books.assets[name]
        units = cell(faults, LOSSES, number, "quantity", text, asset.decimals)
        if units <= 0:
            faults.note(LOSSES, number, "quantity", "above 0", text)
            continue
        own = plan.loss_prices.get(event, {}).get(name, plan.loss_prices.get("", {}).get(name))
        if own is not None and name != plan.currency:
            asset = priced(name, asset.decimals, asset.kind, own, books.currency.decimals)
        minor = asset.value(units)
        faults.same(LOSSES, number, "value", "" if minor is None else books.currency.plain(minor), value)
        losses.append(Loss(event, peril, name, custody, units, minor))
        sums[name] += units
        ends[name] = number
    for name, figures in books.figures.items():
        asset = books.assets[name]
        faults.same(LOSSES, ends.get(name, number), f"sum of the losses of {name}",
                    asset.plain(max(figures["shortfall"], 0)), asset.plain(sums[name]))
    return Books(books.assets, books.currency, books.figures, tuple(losses))


def hot_share(books: Books) -> list[str]:
    """Measured, required and met of the one test that is over values."""
    hot = held = 0
    for name, figures in books.figures.items():
        asset = books.assets[name]
        if asset.kind != "crypto":
            continue
        if asset.price is None:
            if figures["held_customer"] > 0:
                return ["partial", "0.05", ""]
            continue
        hot += asset.value(figures["hot"]) or 0
        held += asset.value(figures["held_customer"]) or 0
    if held <= 0:
        return ["", "0.05", ""]
    met = hot * HOT_SHARE_LIMIT[1] <= held * HOT_SHARE_LIMIT[0]
    return [truncated(hot, held), "0.05", "yes" if met else "no"]


def segregated(tables: Tables, books: Books) -> None:
    """Every segregation test, computed again from the reconciliation alone."""
    faults = tables.faults
    expected: dict[tuple[str, str], list[str]] = {("hot_share", ""): hot_share(books)}
    for name, figures in books.figures.items():
        asset = books.assets[name]
        if asset.kind == "crypto":
            met = figures["held_guarantee"] >= figures["hot"]
            expected["guarantee", name] = [asset.plain(figures["held_guarantee"]), asset.plain(figures["hot"]),
                                           "yes" if met else "no"]
        mixed = min(max(figures["shortfall"], 0), figures["held_house"])
        for test, units in (("customer_assets_in_house_wallets", mixed),
                            ("house_assets_in_customer_wallets", max(-figures["shortfall"], 0))):
            if units > 0:
                expected[test, name] = [asset.plain(units), asset.zero, "no"]
    rows = tables.whole(SEGREGATION)
    for line, row in rows:
        wanted = expected.pop((row[0], row[1]), None)
        if wanted is None:
            faults.note(SEGREGATION, line, "test and asset", "one that the reconciliation calls for", "/".join(row[:2]))
            continue
        written = row[2:]
        if row[0] == "hot_share":
            wanted[1], written[1] = plain_ratio(wanted[1]), plain_ratio(written[1])
        for what, should, found in zip(("measured", "required", "met"), wanted, written, strict=True):
            faults.same(SEGREGATION, line, f"{what} of {row[0]} {row[1]}", should, found)
    for key in sorted(expected):
        faults.note(SEGREGATION, insertion_line(rows, list(key), (0, 1)), "row", "/".join(key), "none")


def plain_ratio(text: str) -> str:
    """A ratio at eight decimals, so that 0.05 and 0.05000000 are one."""
    exact = fraction(text)
    if exact is None or exact[0] * RATIO_SCALE % exact[1]:
        return text
    dividend, divisor = exact
    return plain(dividend * RATIO_SCALE // divisor, RATIO_DECIMALS)
