"""What must stand in the output files of a small case? A second definition of rules.md, independent of the product.

Plain Python over the standard library, whole numbers and exact fractions, one function a rule, no care for speed; it
shares no line with the product. It reads clean inputs only (layout `columns`, csv or csv.gz, comma) and knows the
regime `custom` with the rule `proportional`. It makes no findings and rejects nothing; `blocked` says which of the
findings that a valid case may have stop the product. `# reading:` marks a choice the texts leave open.

    oracle_case.py          what is in the folder, values, allocate (rule 1), what earlier rounds paid
    oracle_books.py         rules 2 to 5 and 7: books, matching, the bridge, losses, claims
    oracle_tracing.py       rule 6
    oracle_levels.py        dividing by tiers, with rooms, and levelling up (10, 12)
    oracle_pools.py         rule 8: pools by asset and by value, advances, accruals, costs
    oracle_policies.py      rule 9: what policies owe; what of a recovery is the insurers'
    oracle_compensation.py  rule 9: bases, what policies and reserves give
    oracle_estate.py        rule 10
    oracle_schedule.py      rules 11 and 12
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC
from pathlib import Path

from tests.oracle_books import (
    Books,
    Claim,
    Holding,
    Loss,
    bridge,
    claims_of,
    loss_value,
    losses_of,
    unmatched_line,
)  # fmt: skip
from tests.oracle_case import CREDIT_KINDS, Asset, Case, Row, allocate, earlier_payments
from tests.oracle_compensation import Compensation
from tests.oracle_estate import Estate, estate_of
from tests.oracle_policies import Cover, insurers_parts
from tests.oracle_pools import Pool, gross_of, pools_of
from tests.oracle_schedule import Due, delivery_rows, dues_of, enter_payments, schedule_of
from tests.oracle_text import minor_text, named, ratio_text, total, total_text

__all__ = [
    "CREDIT_KINDS", "Asset", "Books", "Case", "Holding", "Row", "allocate", "blocked", "bridge", "outputs",
    "segregation_rows", "unmatched_line",
]  # fmt: skip


class Worked:
    """A case, worked through rule by rule."""

    def __init__(self, case: Case) -> None:
        self.books = Books(case)
        self.bridges = {asset: bridge(self.books, asset) for asset in self.books.assets}
        self.losses = losses_of(self.books, self.bridges)
        self.claims = claims_of(case, self.books)
        self.cover = Cover(case, self.books, self.losses)
        taken = insurers_parts(case, self.losses, self.cover)
        self.pools, unborne = pools_of(case, self.books, self.claims, taken)
        self.compensation = Compensation(case, self.books, self.losses, self.pools, self.cover)
        dues = [
            due
            for pool in self.pools.values()
            for due in dues_of(
                {key: claim for key, (claim, _) in pool.by_step.items()},
                {key: units for key, (_, units) in pool.by_step.items()},
                pool.asset,
            )
        ]
        currency = case.currency.code
        dues += dues_of(self.compensation.claims, self.compensation.entitled, currency)
        entered = enter_payments(case, dues)
        self.estate = estate_of(case, self.claims, self.pools, unborne, self.compensation, self.cover, entered)
        if self.estate:
            shares = self.estate.of_lines(self.estate.entitled)
            dues += dues_of(self.estate.of_lines(self.estate.claims), shares, currency)
        self.schedule = schedule_of(case, enter_payments(case, dues))


def outputs(folder: Path) -> dict[str, list[Row]]:
    """The rows of every output file that the oracle knows, as the text that must stand there, in key order."""
    case = Case(folder)
    worked = Worked(case)
    return {
        "reconciliation": reconciliation_rows(case, worked.books),
        "bridge": [
            {"asset": asset, "line": line, "quantity": case.asset(asset).text(units)}
            for asset in worked.books.assets
            for line, units in worked.bridges[asset].items()
        ],
        "segregation": segregation_rows(case, worked.books),
        "flows": flow_rows(case, worked.books),
        "losses": loss_rows(case, worked.losses),
        "coverage": sorted(worked.compensation.coverage, key=lambda row: (row["source"], row["event"])),
        "claims": claim_rows(case, worked.claims),
        "bases": base_rows(case, worked.compensation),
        "pools": pool_rows(case, worked.pools, worked.estate),
        "schedule": schedule_rows(case, worked.schedule),
        "holders": holder_rows(case, worked.claims, worked.schedule),
        "returnable": returnable_rows(case, worked.books),
        "deliveries": delivery_rows(case, worked.schedule),
    }


def blocked(folder: Path) -> set[str]:
    """Codes of the findings that stop a case which is valid otherwise."""
    case = Case(folder)
    books = Books(case)
    other = "return" if case.by_value else "dividend"
    found = set()
    # reading: a deposit sent back is in no pool, so it stops nothing.
    for row in earlier_payments(case):
        if row["step"].split(":")[0] == other and row["step"] != "return:deposit":
            found.add("paid-under-other-pooling")
    if case.by_value:
        losses = losses_of(books, {asset: bridge(books, asset) for asset in books.assets})
        taken = insurers_parts(case, losses, Cover(case, books, losses))
        for asset in books.assets:
            if gross_of(case, books, asset, taken) > 0 and case.price(asset, "distribution") is None:
                found.add("distribution-price-missing")
    return found


def reconciliation_rows(case: Case, books: Books) -> list[Row]:
    columns = "asset owed negative held_customer held_house held_guarantee hot shortfall"
    rows = []
    for asset, held in books.holdings.items():
        units = (held.owed, held.negative, held.held_customer, held.held_house, held.held_guarantee, held.hot)
        row = named(columns, asset, *map(case.asset(asset).text, (*units, held.shortfall)))
        row["coverage"] = ratio_text(held.held_customer, held.owed)
        row["price"] = case.price(asset) or ""  # reading: as received, no digit added or dropped
        row["owed_value"] = minor_text(case, case.value(held.owed, asset))
        row["shortfall_value"] = minor_text(case, case.value(held.shortfall, asset))
        rows.append(row)
    return rows


def segregation_rows(case: Case, books: Books) -> list[Row]:
    rows: list[Row] = []

    def add(*cells: str) -> None:
        rows.append(named("test asset measured required met", *cells))

    hot = held = 0
    partial = False
    for asset, holding in books.holdings.items():
        body = case.asset(asset)
        shortfall = holding.shortfall
        in_house = min(max(shortfall, 0), holding.held_house)
        # reading: a required 0 of an asset is a quantity, so it stands at the asset's scale.
        if in_house:
            add("customer_assets_in_house_wallets", asset, body.text(in_house), body.text(0), "no")
        if shortfall < 0:
            add("house_assets_in_customer_wallets", asset, body.text(-shortfall), body.text(0), "no")
        if body.kind == "crypto":
            met = "yes" if holding.held_guarantee >= holding.hot else "no"
            add("guarantee", asset, body.text(holding.held_guarantee), body.text(holding.hot), met)
            hot += case.value(holding.hot, asset) or 0
            held += case.value(holding.held_customer, asset) or 0
            partial = partial or (case.price(asset) is None and holding.held_customer > 0)
    measured = "partial" if partial else ratio_text(hot, held)
    # reading: the limit is held against the exact ratio, not against its truncation.
    met = "" if partial or held == 0 else ("yes" if hot * 20 <= held else "no")
    add("hot_share", "", measured, "0.05", met)
    return sorted(rows, key=lambda row: (row["test"], row["asset"]))


def flow_rows(case: Case, books: Books) -> list[Row]:
    taken: dict[tuple[str, str], int] = defaultdict(int)
    returned: dict[tuple[str, str], int] = defaultdict(int)
    for flow in books.unmatched:
        side = taken if flow.direction == "out" else returned
        side[flow.counterparty.party, flow.transfer.asset] += flow.transfer.units
    rows = []
    for party, asset in sorted(taken.keys() | returned.keys()):
        out, back = taken[party, asset], returned[party, asset]
        texts = map(case.asset(asset).text, (out, back, out - back))
        rows.append(named("party party_kind asset taken returned net", party, books.parties.kind(party), asset, *texts))
    return rows


def loss_rows(case: Case, losses: list[Loss]) -> list[Row]:
    rows = []
    for loss in losses:
        quantity, value = case.asset(loss.asset).text(loss.units), minor_text(case, loss_value(case, loss))
        cells = (loss.event, loss.peril, loss.asset, loss.custody, quantity, value)
        rows.append(named("event peril asset custody quantity value", *cells))
    return rows


def claim_rows(case: Case, claims: dict[tuple[str, str], Claim]) -> list[Row]:
    columns = "account asset scheduled filed allowed disputed unclaimed disallowed value"
    rows = []
    for (account, asset), claim in claims.items():
        text = case.asset(asset).text
        filed = "" if claim.filed is None else text(claim.filed)
        value = minor_text(case, total(case.value(units, asset) for units in claim.parts))
        cells = (text(claim.scheduled), filed, *map(text, claim.parts), text(claim.disallowed), value)
        rows.append(named(columns, account, asset, *cells))
    return rows


def base_rows(case: Case, compensation: Compensation) -> list[Row]:
    rows = []
    for (line, item), base in compensation.bases.items():
        texts = map(case.currency.text, (base, compensation.met[line, item]))
        rows.append(named("account asset part event custody base met", *line, *item, *texts))
    return rows


def pool_rows(case: Case, pools: dict[str, Pool], estate: Estate | None) -> list[Row]:
    columns = "pool asset gross costs holdback distributable claims awarded overpaid surplus residue"
    rows = []
    figures: list[tuple[str, str, int, Pool | Estate]] = [
        (name, pool.asset, pool.holdback, pool) for name, pool in pools.items()
    ]
    if estate:
        figures.append(("estate", case.currency.code, 0, estate))
    for name, asset, holdback, pool in figures:
        distributable = pool.gross - pool.costs - holdback
        claims, awarded = sum(pool.claims.values()), sum(pool.entitled.values())
        units = (pool.gross, pool.costs, holdback, distributable, claims, awarded, pool.overpaid)
        row = named(columns, name, asset, *map(case.asset(asset).text, (*units, pool.surplus, pool.residue)))
        dividend = pool.dividend
        row["dividend_numerator"] = str(dividend.numerator) if dividend is not None else ""
        row["dividend_denominator"] = str(dividend.denominator) if dividend is not None else ""
        rows.append(row)
    return sorted(rows, key=lambda row: row["pool"])


def schedule_rows(case: Case, schedule: list[Due]) -> list[Row]:
    columns = "account claim_asset part step pay_asset claim entitled paid_before quantity value status reason"
    rows = []
    for due in schedule:
        texts = map(case.asset(due.pay_asset).text, (due.claim, due.entitled, due.paid_before, due.quantity))
        status = "withhold" if due.reason else "pay"
        key = (due.account, due.claim_asset, due.part, due.step, due.pay_asset)
        rows.append(named(columns, *key, *texts, minor_text(case, due.value), status, due.reason))
    return rows


def holder_rows(case: Case, claims: dict[tuple[str, str], Claim], schedule: list[Due]) -> list[Row]:
    """Values are rounded a line; units of an unpriced asset make a sum partial."""
    columns = "account allowed_value returned_value compensated_value estate_value withheld_value unpaid_value recovery"

    def worth(parts: Iterable[tuple[int, str]]) -> int | None:
        return total(case.value(units, asset) for units, asset in parts if units)

    def entitled(lines: list[Due], families: tuple[str, ...]) -> int | None:
        firm = [due for due in lines if due.part == "" and due.step.split(":")[0] in families]
        return worth((due.entitled, due.pay_asset) for due in firm)

    rows = []
    for account in sorted({account for account, _ in claims}):
        mine = [due for due in schedule if due.account == account]
        allowed = worth((claim.parts[0], asset) for (owner, asset), claim in claims.items() if owner == account)
        returned = entitled(mine, ("return", "dividend"))
        made_good = entitled(mine, ("insurance", "reserve"))
        shared = entitled(mine, ("estate",))
        withheld = worth((due.quantity, due.pay_asset) for due in mine if due.reason)
        unpaid, recovery = None, ""
        # reading: an unknown value among what is withheld touches neither unpaid_value nor recovery.
        if allowed is not None and returned is not None and made_good is not None and shared is not None:
            unpaid = max(0, allowed - returned - made_good - shared)
            recovery = ratio_text(returned + made_good + shared, allowed)
        texts = [total_text(case, sum_) for sum_ in (allowed, returned, made_good, shared, withheld, unpaid)]
        rows.append(named(columns, account, *texts, recovery))
    return rows


def returnable_rows(case: Case, books: Books) -> list[Row]:
    """What arrived for customers after commencement and goes back whole to whoever sent it."""
    columns = "transfer occurred_at asset quantity sender wallet account paid_before due"
    # reading: a posting on an account of the house names nobody to whom anything goes back.
    deposits = [
        posting
        for posting in case.postings
        if posting.kind == "deposit" and not case.in_books(posting.posted_at) and case.kind(posting.account) != "house"
    ]
    paid: dict[tuple[str, str], int] = defaultdict(int)
    for row in earlier_payments(case):
        if row["step"] == "return:deposit":
            # reading: by the asset that was paid out, whatever the claim asset says.
            paid[row["account"], row["pay_asset"]] += case.units(row, of="pay_asset")
    rows = []
    later = [flow for flow in books.later if flow.direction == "in"]
    for flow in sorted(later, key=lambda flow: (flow.transfer.occurred_at, flow.transfer.transfer)):
        transfer = flow.transfer
        # reading: of several postings the first by its id.
        naming = [posting for posting in deposits if posting.reference and posting.asset == transfer.asset]
        mine = [posting for posting in naming if posting.reference == transfer.transfer]
        mine = mine or [posting for posting in naming if posting.reference == transfer.reference]
        account = min(mine, key=lambda posting: posting.posting).account if mine else ""
        back = min(transfer.units, max(paid[account, transfer.asset], 0)) if account else 0
        paid[account, transfer.asset] -= back
        at = transfer.occurred_at.astimezone(UTC).isoformat().replace("+00:00", "Z")
        texts = list(map(case.asset(transfer.asset).text, (transfer.units, back, transfer.units - back)))
        ours = books.parties.wallet(transfer.recipient, transfer.asset)
        wallet = ours.wallet if ours else transfer.recipient
        cells = (transfer.transfer, at, transfer.asset, texts[0], transfer.sender, wallet, account, *texts[1:])
        rows.append(named(columns, *cells))
    return sorted(rows, key=lambda row: row["transfer"])
