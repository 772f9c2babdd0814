"""Does it come to the same whether it is paid at once or in rounds, and does nobody's hold move another's money?

Cases are written as text, run as files, paid as planned and run again. What is claimed here is what the law says of
rounds, not what any implementation does.
"""

from __future__ import annotations

import csv
import random
from collections import defaultdict
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

import pytest

from administrator.progress import silent
from administrator.usecases.running import run_case

HEAD = """[case]
title = "Re Rounds (invented)"
trigger = "{trigger}"
regime = "custom"
commencement_at = 2026-03-31T09:00:00+09:00
currency = "JPY"
bar_on = 2026-09-30

[assets.JPY]
decimals = 0
kind = "fiat"
[assets.BTC]
decimals = 8
[assets.ETH]
decimals = 18
"""
DECIMALS = {"JPY": 0, "BTC": 8, "ETH": 18}
Row = dict[str, str]
Line = tuple[str, str, str, str, str]
"""account, claim asset, part, step, pay asset"""


def rows_of(path: Path) -> list[Row]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def key_of(row: Row) -> Line:
    return row["account"], row["claim_asset"], row["part"], row["step"], row["pay_asset"]


@dataclass
class Round:
    """What one run wrote."""

    out: Path

    def rows(self, name: str) -> list[Row]:
        return rows_of(self.out / f"{name}.csv")

    def column(self, column: str, *, step: str = "return", part: str | None = "") -> dict[str, Fraction]:
        """One column of one step's lines, by account; of one part, or summed over all."""
        sums: dict[str, Fraction] = defaultdict(Fraction)
        for row in self.rows("schedule"):
            if row["step"] == step and part in (None, row["part"]):
                sums[row["account"]] += Fraction(row[column])
        return dict(sums)

    def pool(self, name: str) -> Row:
        (row,) = [row for row in self.rows("pools") if row["pool"] == name]
        return row

    def codes(self) -> set[str]:
        return {row["code"] for row in self.rows("findings")}


@dataclass
class Exchange:
    """A case that is run, paid, changed and run again; what is paid in kind leaves the first customers' wallet."""

    folder: Path
    balances: dict[tuple[str, str], str]
    held: dict[str, Fraction]
    prices: dict[str, str] = field(default_factory=dict)
    claims: dict[str, str] = field(default_factory=dict)
    """claim id -> account,asset,quantity,filed_at,standing,allowed,provisional"""
    accounts: dict[str, str] = field(default_factory=dict)
    """account -> kind,hold"""
    recoveries: list[str] = field(default_factory=list)
    more: str = ""
    plan: dict[str, str] = field(default_factory=dict)
    trigger: str = "bankruptcy"
    payments: list[tuple[str, ...]] = field(default_factory=list)
    number: int = 1

    def write(self) -> None:
        tables = {
            "balance": ("account,asset,quantity", [",".join([*key, text]) for key, text in self.balances.items()]),
            "wallet": ("wallet,asset,quantity,custody", [
                f"w-{asset},{asset},{plain(units, asset)},cold" for asset, units in self.held.items()]),
            "price": ("asset,price", [f"{asset},{price}" for asset, price in self.prices.items()]),
            "claim": ("claim,account,asset,quantity,filed_at,standing,allowed,provisional", [
                f"{claim},{text}" for claim, text in self.claims.items()]),
            "account": ("account,kind,hold", [f"{account},{text}" for account, text in self.accounts.items()]),
            "recovery": ("recovery,received_at,asset,quantity,pool", [
                f"r{place},2026-08-01T00:00:00Z,{text}," for place, text in enumerate(self.recoveries)]),
            "payment": ("round,account,claim_asset,step,pay_asset,quantity", [
                ",".join(payment) for payment in self.payments]),
        }  # fmt: skip
        text = HEAD.format(trigger=self.trigger)
        (self.folder / "inputs").mkdir(parents=True, exist_ok=True)
        for table, (header, lines) in tables.items():
            if lines:
                path = self.folder / "inputs" / f"{table}.csv"
                path.write_text("\n".join([header, *lines, ""]), encoding="utf-8")
                text += f'\n[[sources]]\ntable = "{table}"\npath = "inputs/{table}.csv"\n'
        plan = "".join(f"{key} = {value}\n" for key, value in self.plan.items())
        text += f"\n{self.more}\n[plan]\nround = {self.number}\n{plan}"
        (self.folder / "case.toml").write_text(text, encoding="utf-8")

    def run(self) -> Round:
        """Run the case as it stands; its sums must close."""
        self.write()
        out = self.folder / f"out-{self.number}"
        result = run_case(self.folder, out, silent, threads=1)
        assert not result.is_blocked, result.blocking
        assert not unclosed(out)
        return Round(out)

    def pay(self, done: Round, *, all_of_it: bool = False) -> None:
        """Pay what the plan says is to be paid (or also what it withholds), and go on to the next round."""
        for row in done.rows("schedule"):
            if (row["status"] == "pay" or all_of_it) and Fraction(row["quantity"]):
                step, asset = row["step"], row["pay_asset"]
                self.payment(row["account"], row["claim_asset"], step, asset, row["quantity"])
        self.number += 1

    def payment(self, account: str, claim_asset: str, step: str, pay_asset: str, quantity: str) -> None:
        self.payments.append((str(self.number), account, claim_asset, step, pay_asset, quantity))
        if step.split(":", maxsplit=1)[0] == "return":
            self.held[pay_asset] -= Fraction(quantity)


def plain(amount: Fraction, asset: str) -> str:
    units = amount * 10 ** DECIMALS[asset]
    assert units.denominator == 1
    sign, digits = ("-" if units < 0 else ""), str(abs(int(units))).rjust(DECIMALS[asset] + 1, "0")
    at = len(digits) - DECIMALS[asset]
    return f"{sign}{digits[:at]}.{digits[at:]}" if DECIMALS[asset] else f"{sign}{digits}"


def unclosed(out: Path) -> list[str]:
    """What does not sum up, in any pool and currency, and who has more than what he claims."""
    faults = []
    sums: dict[str, Fraction] = defaultdict(Fraction)
    for row in rows_of(out / "schedule.csv"):
        family = row["step"].split(":")[0]
        sums[{"return": row["pay_asset"], "dividend": "value"}.get(family, family)] += Fraction(row["entitled"])
        if Fraction(row["entitled"]) > Fraction(row["claim"]):
            faults.append(f"above the claim: {row}")
        if Fraction(row["quantity"]) != max(Fraction(row["entitled"]) - Fraction(row["paid_before"]), 0):
            faults.append(f"not what is left to pay: {row}")
    for row in rows_of(out / "pools.csv"):
        parts = [Fraction(row[name]) for name in ("awarded", "overpaid", "surplus", "residue")]
        if sum(parts) != Fraction(row["distributable"]) or min(parts) < 0:
            faults.append(f"does not close: {row}")
        if sums[row["pool"]] > parts[0] or (row["pool"] != "estate" and sums[row["pool"]] != parts[0]):
            faults.append(f"lines sum to {sums[row['pool']]}: {row}")
    return faults


# ---------------------------------------------------------------- by name, worked by hand


def whole(claims: dict[str, int], asset: str = "JPY") -> dict[tuple[str, str], str]:
    return {(account, asset): str(units) for account, units in claims.items()}


def test_the_trust_pays_each_customer_his_part_of_the_principal_order_7_of_2017_art_26_1_xiv(tmp_path: Path) -> None:
    claims = whole({"a": 600, "b": 300, "c": 100})
    short = Exchange(tmp_path / "short", claims, {"JPY": Fraction(950)}, trigger="registration_revoked")
    assert short.run().column("quantity") == {"a": 570, "b": 285, "c": 95}
    ample = Exchange(tmp_path / "ample", claims, {"JPY": Fraction(1100)}, trigger="registration_revoked")
    ran = ample.run()
    assert ran.column("quantity") == {"a": 600, "b": 300, "c": 100}
    assert ran.pool("JPY")["surplus"] == "100", "what is above what is owed is the settlor's: item xv"


def test_a_disputed_claim_is_held_and_what_it_loses_is_released_to_all(tmp_path: Path) -> None:
    """A fund of 50; 80 are admitted and 20 disputed: pay 40, hold 10. Of the 20 then 12 are admitted and 8 rejected:
    the 12 get 6 as the others did, and the 4 that come free are 4.3478 % more for all 92.
    """
    dispute = "d,BTC,20,2026-06-01T00:00:00Z,disputed,,"
    case = Exchange(tmp_path, {("a", "BTC"): "80"}, {"BTC": Fraction(50)}, claims={"c": dispute})
    first = case.run()
    assert first.column("quantity") == {"a": 40}
    assert first.column("quantity", part="disputed") == {"d": 10}
    assert {(row["account"], row["status"], row["reason"]) for row in first.rows("schedule")} == {
        ("a", "pay", ""), ("d", "withhold", "disputed")}  # fmt: skip
    case.pay(first)
    case.claims["c"] = "d,BTC,20,2026-06-01T00:00:00Z,allowed,12,"
    second = case.run()
    cent = Fraction(1, 10**8)
    top_up = Fraction(4, 92)
    assert f"{float(top_up):.6f}" == "0.043478"
    assert second.column("quantity") == {
        "a": 80 * top_up // cent * cent, "d": (6 + 12 * top_up) // cent * cent}  # fmt: skip
    assert sum(second.column("entitled").values()) + Fraction(second.pool("BTC")["residue"]) == 50


def test_who_had_less_of_the_first_round_catches_up_in_the_second_as_celsius_did(tmp_path: Path) -> None:
    """Claims of 10,000.00; one had 57.65 %, the other 57.87 %; all are to have 60.4 %: 275.00 and 253.00 more."""
    case = Exchange(tmp_path, whole({"less": 1_000_000, "more": 1_000_000}), {"JPY": Fraction(1_208_000)})
    case.payment("less", "JPY", "return", "JPY", "576500")
    case.payment("more", "JPY", "return", "JPY", "578700")
    case.number = 2
    ran = case.run()
    assert ran.column("quantity") == {"less": 27_500, "more": 25_300}
    assert ran.column("entitled") == {"less": 604_000, "more": 604_000}


@pytest.mark.parametrize(
    ("abroad", "quantities", "overpaid"),
    [
        (40, {"at home": 53, "too": 53, "abroad": 13}, 0),  # 300 R - 40 = 120: R is 53 1/3 %
        (80, {"at home": 60, "too": 60, "abroad": 0}, None),  # he waits at 80 %; 200 R = 120: R is 60 %
        (60, {"at home": 60, "too": 60, "abroad": 0}, 0),  # exactly level: nothing more, and nothing too much
    ],
)
def test_who_was_paid_abroad_waits_until_all_are_level_bankruptcy_act_arts_109_and_201_4(
    tmp_path: Path, abroad: int, quantities: dict[str, int], overpaid: int | None
) -> None:
    case = Exchange(tmp_path, whole({"abroad": 100, "at home": 100, "too": 100}), {"JPY": Fraction(120)})
    case.payments.append(("1", "abroad", "JPY", "return", "JPY", str(abroad)))
    case.number = 2
    ran = case.run()
    assert ran.column("quantity") == quantities
    pool = ran.pool("JPY")
    assert pool["claims"] == "300", "he proves for what was owed before he was paid"
    entitled = ran.column("entitled")["abroad"]
    assert Fraction(pool["overpaid"]) == (abroad - entitled if overpaid is None else overpaid)
    assert ("overpaid" in ran.codes()) == (overpaid is None)


def test_a_creditor_left_out_of_an_interim_round_is_paid_before_the_others_bankruptcy_act_art_213(
    tmp_path: Path,
) -> None:
    """100 among a and b, then c is allowed 100 too. 30 come in: all for c. 50 more: c up to 50, then all alike."""
    case = Exchange(tmp_path, whole({"a": 100, "b": 100}), {"JPY": Fraction(100)})
    first = case.run()
    assert first.column("quantity") == {"a": 50, "b": 50}
    case.pay(first)
    case.claims["c"] = "c,JPY,100,2026-12-01T00:00:00Z,allowed,100,"
    case.held["JPY"] += 30
    second = case.run()
    assert second.column("quantity") == {"a": 0, "b": 0, "c": 30}
    case.pay(second)
    case.held["JPY"] += 50
    third = case.run()
    assert third.column("quantity") == {"a": 10, "b": 10, "c": 30}
    assert third.pool("JPY")["overpaid"] == "0"


def test_what_is_found_after_the_final_round_is_paid_in_another_bankruptcy_act_art_215(tmp_path: Path) -> None:
    case = Exchange(tmp_path, whole({"a": 300, "b": 100}), {"JPY": Fraction(200)}, plan={"holdback": '"0.1"'})
    for _ in range(2):
        case.pay(case.run())
    case.plan = {"final": "true"}
    case.pay(case.run())
    assert case.held["JPY"] == 0, "the final round leaves nothing"
    case.plan = {}
    closed = case.run()
    assert set(closed.column("quantity").values()) == {0}, "nothing is found, nothing is paid"
    case.held["JPY"] += 41
    assert case.run().column("quantity") == {"a": 30, "b": 10}  # 41 among 400: 30.75 and 10.25


def test_a_payment_that_came_back_is_owed_again(tmp_path: Path) -> None:
    case = Exchange(tmp_path, whole({"a": 100, "b": 100}), {"JPY": Fraction(100)})
    case.pay(case.run())
    case.number = 1
    case.payment("b", "JPY", "return", "JPY", "-50")
    case.number = 2
    assert case.run().column("quantity") == {"a": 0, "b": 50}


# ---------------------------------------------------------------- any case


SEEDS = range(3)


def random_exchange(folder: Path, chance: random.Random, *, by_value: bool = False) -> Exchange:
    """Some customers with claims on one to three assets, and wallets that hold a part of what they are owed."""
    assets = ["JPY", "BTC", "ETH"][: chance.randint(1, 3)]
    accounts = [f"acc {place}" for place in range(chance.randint(2, 6))]
    balances = {
        (account, asset): plain(Fraction(chance.randint(1, 10**6), 10 ** min(DECIMALS[asset], 4)), asset)
        for account in accounts for asset in assets
        if chance.random() < 0.8
    } or {("acc 0", "JPY"): "1000"}  # fmt: skip
    prices = {"BTC": "10000000", "ETH": "400000"}
    held: dict[str, Fraction] = {}
    for asset in assets:
        owed = sum((Fraction(text) for (_, code), text in balances.items() if code == asset), Fraction(0))
        price = Fraction(prices.get(asset, "1"))
        unit = Fraction(1, 10 ** DECIMALS[asset])
        part = Fraction(chance.randint(20, 60), 100)
        if by_value:  # all of it sold already
            held["JPY"] = held.get("JPY", Fraction(0)) + int(owed * price * part)
        else:
            held[asset] = owed * part // unit * unit
    claims = {}
    for account, asset in chance.sample(sorted(balances), min(len(balances), 2)):
        filed = Fraction(balances[account, asset]) * chance.choice((1, 2)) / chance.choice((1, 2))
        filed = filed // Fraction(1, 10 ** DECIMALS[asset]) * Fraction(1, 10 ** DECIMALS[asset])
        standing = chance.choice(("filed", "filed", "disputed"))
        claims[f"c {account} {asset}"] = f"{account},{asset},{plain(filed, asset)},2026-06-01T00:00:00Z,{standing},,"
    plan = {"pooling": '"by_value"'} if by_value else {}
    return Exchange(folder, balances, held, {asset: prices[asset] for asset in assets if asset in prices}, claims,
                    plan=plan)


def more(exchange: Exchange, chance: random.Random) -> None:
    """More is found in every wallet."""
    for asset, units in exchange.held.items():
        unit = Fraction(1, 10 ** DECIMALS[asset])
        found = units * chance.randint(0, 50) / 100 + unit * chance.randint(0, 9)
        exchange.held[asset] = units + found // unit * unit


@pytest.mark.parametrize("by_value", [False, True], ids=["per-asset", "by-value"])
@pytest.mark.parametrize("seed", SEEDS)
def test_three_rounds_come_to_the_same_as_one(tmp_path: Path, seed: int, by_value: bool) -> None:
    """What all rounds paid is what one would have: every line, to the unit, once nobody is above his part."""
    chance = random.Random(f"three rounds {seed}")
    print("seed", seed)
    case = random_exchange(tmp_path / "rounds", chance, by_value=by_value)
    start = dict(case.held)
    case.plan["holdback"] = '"0.2"'
    grown: dict[str, Fraction] = defaultdict(Fraction)
    for number in (1, 2):
        ran = case.run()
        case.pay(ran)
        if by_value:  # dividends leave the account of the currency
            case.held["JPY"] -= sum(Fraction(payment[5]) for payment in case.payments if payment[0] == str(number))
        before = dict(case.held)
        more(case, chance)
        for asset in case.held:
            grown[asset] += case.held[asset] - before[asset]
    for claim, text in list(case.claims.items()):  # every dispute is ruled on: nothing of it
        if ",disputed," in text:
            case.claims[claim] = text.replace(",disputed,,", ",disallowed,,")
    case.plan["holdback"] = '"0"'
    last = case.run()
    assert all(pool["overpaid"] in ("0", "0." + "0" * 8, "0." + "0" * 18) for pool in last.rows("pools"))
    once = Exchange(tmp_path / "once", case.balances, {asset: start[asset] + grown[asset] for asset in start},
                    case.prices, case.claims, plan=case.plan)
    at_once = once.run()
    had = {key_of(row): Fraction(row["paid_before"]) + Fraction(row["quantity"]) for row in last.rows("schedule")}
    due = {key_of(row): Fraction(row["quantity"]) for row in at_once.rows("schedule")}
    assert had == due
    figures = ("gross", "distributable", "claims", "awarded", "surplus", "residue", "dividend_numerator")
    assert [[row[name] for name in figures] for row in last.rows("pools")] == [
        [row[name] for name in figures] for row in at_once.rows("pools")]  # fmt: skip


@pytest.mark.parametrize("seed", SEEDS)
def test_levelling_is_the_one_rate_at_which_all_payments_fit(tmp_path: Path, seed: int) -> None:
    """Solve sum of max(rate x claim, had) = what is there, by itself, and compare every payment."""
    chance = random.Random(f"one rate {seed}")
    print("seed", seed)
    claims = {f"acc {place}": chance.randint(1, 1000) for place in range(chance.randint(2, 8))}
    had = {account: chance.randint(0, claim) for account, claim in claims.items() if chance.random() < 0.6}
    case = Exchange(tmp_path, whole(claims), {"JPY": Fraction(chance.randint(0, sum(claims.values())))})
    there = case.held["JPY"] + sum(had.values())
    for account, units in had.items():
        case.payments.append(("1", account, "JPY", "return", "JPY", str(units)))
    case.number = 2
    ran = case.run()
    waiting: set[str] = set()
    while True:
        left = max(there - sum(had[account] for account in waiting), Fraction(0))
        rest = sum(claim for account, claim in claims.items() if account not in waiting)
        rate = min(Fraction(left, rest), Fraction(1)) if rest else Fraction(0)
        inside = [account for account in claims if account not in waiting]
        gone = {account for account in inside if had.get(account, 0) > rate * claims[account]}
        if not gone:
            break
        waiting |= gone
    for account, units in ran.column("quantity").items():
        exact = max(rate * claims[account] - had.get(account, 0), Fraction(0))
        assert exact - len(claims) <= units <= exact + 1, (account, units, exact)
    assert sum(ran.column("quantity").values()) <= case.held["JPY"], "nobody is paid what is not there"


RESERVE = """[[reserves]]
name = "fund"
amount = "{fund}"
currency = "JPY"
covers = ["unexplained"]
ring_fenced = true

[estate]
amount = "{estate}"
currency = "JPY"
other_claims = "{others}"
"""


def with_money(case: Exchange, chance: random.Random) -> Exchange:
    """Give a case a fund and an estate of about the size of what is missing, or more."""
    value = sum(
        Fraction(text) * Fraction(case.prices.get(asset, "1")) for (_, asset), text in case.balances.items()
    )
    sums = {name: int(value * chance.choice((0, 1, 5, 20)) / 10) for name in ("fund", "estate", "others")}
    case.more = RESERVE.format(**sums)
    case.plan["compensation_reduces_claim"] = chance.choice(("true", "false"))
    return case


@pytest.mark.parametrize("seed", SEEDS)
def test_nobody_has_more_than_all_of_his_principal_in_any_round(tmp_path: Path, seed: int) -> None:
    chance = random.Random(f"principal {seed}")
    print("seed", seed)
    case = with_money(random_exchange(tmp_path, chance, by_value=seed % 3 == 2), chance)
    if seed % 2:
        case.claims["late"] = "acc 0,JPY,500,2026-06-01T00:00:00Z,allowed,500,"
    for number in (1, 2, 3):
        ran = case.run()
        for row in ran.rows("holders"):
            assert not row["recovery"] or Fraction(row["recovery"]) <= 1, row
        values: dict[tuple[str, str, str], Fraction] = defaultdict(Fraction)
        for row in ran.rows("schedule"):
            price = Fraction(case.prices.get(row["pay_asset"], "1"))
            values[row["account"], row["claim_asset"], row["part"]] += Fraction(row["entitled"]) * price
        for row in ran.rows("claims"):
            price = Fraction(case.prices.get(row["asset"], "1"))
            for part, column in (("", "allowed"), ("disputed", "disputed"), ("unclaimed", "unclaimed")):
                # each value is rounded once, the claim's and that of what is returned: less than one yen each
                bound = Fraction(row[column]) * price + 1
                assert values[row["account"], row["asset"], part] <= bound, (number, row)
        case.pay(ran)
        if case.plan.get("pooling"):
            paid = [payment for payment in case.payments if payment[0] == str(number)]
            case.held["JPY"] -= sum(Fraction(payment[5]) for payment in paid if payment[3].startswith("dividend"))
        more(case, chance)


@pytest.mark.parametrize("how", ["hold", "dispute"])
@pytest.mark.parametrize("seed", SEEDS)
def test_what_is_withheld_from_one_is_nothing_to_another(tmp_path: Path, seed: int, how: str) -> None:
    """In every round another's dividend is the same, whether a claim is on hold or disputed, or is not."""
    lines = []
    for variant in ("free", "bound"):
        chance = random.Random(f"leak {seed}")
        case = with_money(random_exchange(tmp_path / variant, chance, by_value=seed % 3 == 1), chance)
        account, asset = sorted(case.balances)[0]
        text = f"{account},{asset},{case.balances[account, asset]},2026-07-01T00:00:00Z"
        bound = variant == "bound"
        case.claims = {claim: row for claim, row in case.claims.items() if not row.startswith(f"{account},{asset},")}
        case.claims["c"] = f"{text},{'disputed' if bound and how == 'dispute' else 'allowed'},,"
        case.accounts = {account: f",{'sanctions' if bound and how == 'hold' else ''}"}
        for number in (1, 2):
            ran = case.run()
            others = [row for row in ran.rows("schedule") if row["account"] != account]
            lines.append((variant, number, others, ran.rows("pools")))
            # the bound one's money stays where it is: in both variants the same is paid to the others
            for row in others:
                if row["status"] == "pay" and Fraction(row["quantity"]):
                    case.payment(row["account"], row["claim_asset"], row["step"], row["pay_asset"], row["quantity"])
                    if row["step"].startswith("dividend"):
                        case.held["JPY"] -= Fraction(row["quantity"])
            case.number += 1
            more(case, chance)
    print("seed", seed)
    half = len(lines) // 2
    assert [line[1:] for line in lines[:half]] == [line[1:] for line in lines[half:]]
