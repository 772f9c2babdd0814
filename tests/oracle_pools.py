"""Rule 8 for the oracle: pools per asset and by value, advances, accruals, costs, and who stands where in them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from tests import oracle_tracing
from tests.oracle_books import Books, Claim, event_of
from tests.oracle_case import PARTS, Case, Line, earlier_payments, paid_before
from tests.oracle_levels import level

Place = tuple[str, str]
"""asset, omnibus account"""
Key = tuple[Line, str]
"""line, step"""
Taken = Mapping[str, int]
"""Of each recovery, the units that are the insurers' (rules D)."""
TIERS = ("", ":late", ":subordinate")
FIRST = (":convenience", ":base")


@dataclass(frozen=True)
class Pool:
    name: str
    asset: str
    gross: int
    costs: int
    holdback: int
    claims: dict[Line, int]
    steps: dict[Line, str]
    """Where a line shares, but for what of it is paid first."""
    entitled: dict[Line, int]
    by_step: dict[tuple[Line, str], tuple[int, int]]
    """(line, step) -> claim, entitled"""
    overpaid: int
    surplus: int
    residue: int
    dividend: Fraction | None

    @property
    def distributable(self) -> int:
        return self.gross - self.costs - self.holdback


def tier_of(case: Case, account: str, claim: Claim) -> int | None:
    """The tier in which a claim shares: 0, 1 (late), 2 (subordinate); None where it is no claim on the pool."""
    accepted = case.accounts.get(account, {}).get("terms", "")
    if case.plan["trust_terms"] and accepted not in case.plan["trust_terms"]:
        return None
    if case.kind(account) in ("insider", "affiliate"):
        if case.plan["insiders"] == "estate":
            return None
        if case.plan["insiders"] == "subordinate":
            return 2
    # reading: lateness is of the whole line: its disputed and unclaimed parts wait with it.
    return 1 if claim.late and case.plan["late"] == "after" else 0


def pools_of(
    case: Case, books: Books, claims: dict[tuple[str, str], Claim], taken: Taken
) -> tuple[dict[str, Pool], int]:
    """Every pool, and the minor of their costs that they could not bear."""
    gross = {asset: gross_of(case, books, asset, taken) for asset in books.assets}
    units, tiers = pool_claims(case, claims)
    if case.by_value:
        return value_pool(case, gross, units, tiers)
    there = {(asset, ""): held for asset, held in gross.items()}
    if case.plan["pooling"] == "per_omnibus":
        there = by_omnibus(case, books, gross, units, taken)
    costs, unborne = costs_of(case, there)
    pools: dict[str, Pool] = {}
    for asset, omnibus in sorted(there):
        name = f"{omnibus}/{asset}" if omnibus else asset
        mine = {line: claim for line, claim in units.items() if line[1] == asset and case.omnibus(line[0]) == omnibus}
        steps = {line: f"return{TIERS[tiers[line]]}" for line in mine}
        pools[name] = divided(case, (name, asset), there[asset, omnibus], costs[asset, omnibus], mine, steps, omnibus)
    return {name: pools[name] for name in sorted(pools)}, sum(unborne.values())


def by_omnibus(
    case: Case, books: Books, gross: dict[str, int], units: dict[Line, int], taken: Taken
) -> dict[Place, int]:
    """What is there of each asset in each omnibus account: what lies there, and a part of the rest by what it lacks."""
    there: dict[Place, int] = {(asset, ""): 0 for asset in books.assets}
    named: dict[Place, int] = defaultdict(int)
    for wallet in case.wallets:
        if wallet.purpose == "customer":
            place = wallet.asset, wallet.omnibus
            there[place] = there.get(place, 0) + books.held[id(wallet)]
        elif wallet.purpose == "guarantee":
            there.setdefault((wallet.asset, wallet.omnibus), 0)
    for row in earlier_payments(case):
        if row["claim_asset"] == row["pay_asset"] and row["step"].split(":")[0] == "return":
            place = row["pay_asset"], case.omnibus(row["account"])
            there[place] = there.get(place, 0)
            if row["step"] != "return:deposit":
                there[place] += case.units(row, of="pay_asset")
    for account, asset, _ in units:
        there.setdefault((asset, case.omnibus(account)), 0)
    for row in case.tables["recovery"]:
        omnibus, _, asset = row.get("pool", "").rpartition("/")
        if (row["asset"], omnibus) in there and asset == row["asset"]:
            named[asset, omnibus] += case.units(row) - taken.get(row["recovery"], 0)
    for asset, whole in gross.items():
        places = sorted(place for place in there if place[0] == asset)
        for place in places:
            there[place] = max(there[place] + named[place], 0)
        claimed = {place: sum(claim for line, claim in units.items()
                              if (line[1], case.omnibus(line[0])) == place) for place in places}
        lacking = {place: max(claimed[place] - there[place], 0) for place in places}
        rest = max(whole - sum(there[place] for place in places), 0)
        if not any(lacking.values()):
            lacking = {place: int(not place[1]) for place in places}
        for place, more in cut(rest, lacking).items():
            there[place] += more
    return there


def value_pool(
    case: Case, gross: dict[str, int], units: dict[Line, int], tiers: dict[Line, int]
) -> tuple[dict[str, Pool], int]:
    """The one pool: what is there at distribution prices, among claims at their value at commencement."""
    currency = case.currency.code
    there = 0
    for asset, quantity in gross.items():
        if quantity > 0:
            value = case.value(quantity, asset, "distribution")
            assert value is not None, "a case without a distribution price is blocked"
            there += value
    there += sum(item.units for item in paid_before(case) if item.family == "dividend" and item.pay_asset == currency)
    worth = {line: case.value(quantity, line[1]) for line, quantity in units.items()}
    claims = {line: value for line, value in worth.items() if value}
    steps = {line: f"dividend{TIERS[tiers[line]]}" for line in claims}
    stated = [cost for cost in case.costs if cost["borne_by"] != "estate"]
    asked = sum(case.minor(cost["amount"], cost["currency"]) for cost in stated)
    costs = min(asked, there)
    return {"value": divided(case, ("value", currency), there, costs, claims, steps)}, asked - costs


def divided(
    case: Case, names: tuple[str, str], gross: int, costs: int, claims: dict[Line, int], steps: dict[Line, str],
    omnibus: str | None = None,
) -> Pool:  # fmt: skip
    """A pool (its name, its asset) divided among its claims, level with what earlier rounds paid out of it."""
    name, asset = names
    family = "dividend" if case.by_value else "return"
    paid: dict[Hashable, int] = {
        (item.account, item.claim_asset): item.units
        for item in paid_before(case)
        if item.family == family and item.pay_asset == asset and omnibus in (None, case.omnibus(item.account))
    }
    net = gross - costs
    holdback = int(Fraction(case.plan["holdback"]) * net)
    first = paid_first(case, {line: claims[line] for line in sorted(claims) if steps[line] == family})
    tiers = []
    for suffix in (*FIRST, *TIERS):
        weights = {}
        for line in sorted(claims):
            before = sum(first.get((line, early), 0) for early in FIRST)
            weight = first.get((line, suffix), 0) if suffix in FIRST else claims[line] - before
            if weight and (suffix in FIRST or steps[line] == family + suffix):
                weights[line, family + suffix] = weight
        tiers.append((weights, weights))
    order = [family + suffix for suffix in (*FIRST, *TIERS)]
    result = level(
        net - holdback, tiers, paid, case.plan["rounding"], lambda key: key[0][:2],
        lambda key: (PARTS.index(key[0][2]), order.index(key[1])), fixed(case, tiers),
    )  # fmt: skip
    by_step = {key: (weight, result.awards[key]) for weights, _ in tiers for key, weight in weights.items()}
    entitled = {line: sum(award for key, (_, award) in by_step.items() if key[0] == line) for line in sorted(claims)}
    return Pool(
        name, asset, gross, costs, holdback, claims, steps, entitled, by_step, result.overpaid, result.surplus,
        result.residue, result.dividend,
    )  # fmt: skip


def fixed(case: Case, tiers: list[tuple[dict[Key, int], dict[Key, int]]]) -> dict[Key, int]:
    """The most that lines get whose holders chose a share for good; what is paid first is no part of it."""
    most = {}
    for weights, _ in tiers:
        for key, weight in weights.items():
            share = case.fixed_share(key[0][0])
            if share is not None and key[1].partition(":")[2] not in ("convenience", "base"):
                most[key] = int(weight * share)
    return most


def paid_first(case: Case, claims: dict[Line, int]) -> dict[tuple[Line, str], int]:
    """What of ordinary claims by value comes before the others: holders of little whole, a base sum to each other."""
    base, most = (case.minor(case.plan[name], case.currency.code) for name in ("base_payment", "convenience_most"))
    first: dict[tuple[Line, str], int] = {}
    holders: dict[tuple[str, str], list[Line]] = defaultdict(list)
    if case.by_value:
        for line in claims:
            holders[case.holder(line[0])].append(line)
    for mine in holders.values():
        if sum(claims[line] for line in mine) <= most:
            first |= {(line, ":convenience"): claims[line] for line in mine}
            continue
        left = base
        # reading: allowed parts first, money before crypto, then in byte order of account and asset.
        for line in sorted(mine, key=lambda line: (PARTS.index(line[2]), case.asset(line[1]).kind != "fiat", line)):
            first[line, ":base"] = min(left, claims[line])
            left -= first[line, ":base"]
    return first


def pool_claims(
    case: Case, claims: dict[tuple[str, str], Claim]
) -> tuple[dict[Line, int], dict[Line, int]]:
    """Units that each line claims of the pool of its asset, and the tier it shares in."""
    units: dict[Line, int] = defaultdict(int)
    tiers: dict[Line, int] = {}
    for (account, asset), claim in claims.items():
        tier = tier_of(case, account, claim)
        for part, quantity in zip(PARTS, claim.parts, strict=True):
            if tier is not None and quantity:
                units[account, asset, part] += quantity
                tiers[account, asset, part] = tier
    return {line: units[line] for line in sorted(units)}, tiers


def gross_of(case: Case, books: Books, asset: str, taken: Taken) -> int:
    """Units in the pool of an asset, before costs."""
    holding = books.holdings[asset]
    held = holding.held_customer + (holding.held_guarantee if case.plan["guarantee_in_pool"] else 0)
    recovered = 0
    for row in case.tables["recovery"]:
        # reading: a recovery that names another pool than its own asset's is in no pool per asset; by value, one that
        # names the pool of its own asset is in the one pool that there is.
        if row["asset"] == asset and row.get("pool", "") in case.pools_named(asset):
            recovered += case.units(row) - taken.get(row["recovery"], 0)
    if case.plan["traced_recoveries"] == "pool":
        held += traced_in_house(case, books, asset)
    advanced = sum(
        case.asset(advance["asset"]).units(advance["quantity"])
        for advance in case.advances
        if case.asset(advance["asset"]).code == asset
    )
    # reading: repaid out of what is recovered alone: neither out of what is held nor out of what was traced.
    return held + recovered + advanced - min(advanced, recovered)


def traced_in_house(case: Case, books: Books, asset: str) -> int:
    """What left the customers' wallets unexplained and lies, by the plan's rule, in the debtor's own (rules 6)."""
    flows = [flow for flow in books.flows if flow.transfer.asset == asset]
    flows.sort(key=lambda flow: (flow.transfer.occurred_at, flow.transfer.transfer.encode()))
    unmatched = {flow.transfer.transfer for flow in books.unmatched if flow.direction == "out"}
    ends: set[str] = set()
    declared = {event["name"] for event in case.events}

    def place(node: str) -> str:
        wallet = books.parties.wallet(node, asset)
        name = wallet.wallet if wallet else node
        end = books.parties.end(node, asset)
        if end.inside or books.parties.kind(end.party) in oracle_tracing.STOPS:
            ends.add(name)
        return name

    legs = [
        oracle_tracing.Leg(
            place(flow.transfer.sender), place(flow.transfer.recipient), flow.transfer.units, flow.transfer.fee,
            flow.transfer.transfer in unmatched,
        )
        for flow in flows
    ]  # fmt: skip
    # reading: whom a declared event names as the taker is not somebody else's omnibus wallet, whatever a label says.
    ends -= {
        place(flow.transfer.recipient)
        for flow in flows
        if flow.transfer.transfer in unmatched and event_of(books, flow) in declared and not flow.recipient.inside
    }
    mine = [wallet for wallet in case.wallets if wallet.asset == asset]
    opening = {wallet.wallet: wallet.opening for wallet in mine if wallet.opening is not None}
    found = oracle_tracing.traced(legs, ends, opening, case.plan["tracing"])
    counted = [(wallet.wallet, books.held[id(wallet)]) for wallet in mine if wallet.purpose == "house"]
    return oracle_tracing.house_share(found, counted)


def costs_of(case: Case, gross: dict[Place, int]) -> tuple[dict[Place, int], dict[Place, int]]:
    """Units each pool bears, each cost rounded up by itself, together at most gross; and the minor it could not bear.

    What falls on no pool at all stands under the empty name.
    """
    nowhere = ("", "")
    borne, unborne = dict.fromkeys(gross, 0), dict.fromkeys((*gross, nowhere), 0)
    order = sorted(gross, key=lambda place: (place[1], place[0].encode()))
    worth = {place: case.value(gross[place], place[0]) for place in order}
    weights = {place: minor for place, minor in worth.items() if minor is not None}
    for cost in case.costs:
        minor = case.minor(cost["amount"], cost["currency"])
        if cost["borne_by"] == "estate":
            continue
        if cost["borne_by"] == "pools":
            # reading: the spread has no cap of its own: what a pool cannot bear in units falls on the estate below.
            shares = cut(minor, weights) or {nowhere: minor}
        else:
            own = {place: gross[place] for place in order if place[0] == case.asset(cost["borne_by"]).code}
            # reading: several pools of one asset bear its cost by what is in them; an empty one bears it in vain.
            shares = cut(minor, own) or {next(iter(own), nowhere): minor}
        for place, minor_of_it in shares.items():
            # reading: an asset without a price, or worth nothing, cannot bear a cost that is named in money.
            units = case.units_for(minor_of_it, place[0]) if place in borne else None
            if units is None:
                unborne[nowhere] += minor_of_it
                continue
            there = min(units, gross[place] - borne[place])
            borne[place] += there
            if there < units:
                # reading: each cost by itself; what an earlier one had more than its sum by rounding up is its own.
                unborne[place] += max(minor_of_it - (case.value(there, place[0]) or 0), 0)
    return borne, unborne


def cut(whole: int, weights: dict[Place, int]) -> dict[Place, int]:
    """A whole sum cut by weight, odd units to the largest remainders; nothing where nobody has any weight."""
    total = sum(weights.values())
    if not total:
        return {}
    shares = {place: whole * weight // total for place, weight in weights.items()}
    for place in sorted(weights, key=lambda place: -(whole * weights[place] % total))[: whole - sum(shares.values())]:
        shares[place] += 1
    return shares
