"""What does a compensation fund pay that caps a holder, takes off debts, or leaves some out? And a loan to a pool?

Figures by article first, each worked on paper; then what must hold of any case: no holder above his cap, nobody above
his loss, a loan repaid first and nothing lost on the way. Random tests print their seed.
"""

from __future__ import annotations

import json
import random
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from administrator.advances import Advance, repay
from administrator.allocation import Rounding, allocate
from administrator.cli import main
from administrator.usecases.explaining import explain
from ledgers.configuration import read_case
from ledgers.errors import ConfigurationError
from tests.small_case import Case, Row, read, write


def fund(name: str, amount: int, *more: str, currency: str = "JPY") -> str:
    """Declare a ring-fenced fund that answers for everything that may be missing."""
    keys = [f'name = "{name}"', f'amount = "{amount}"', f'currency = "{currency}"', "ring_fenced = true"]
    covers = 'covers = ["unexplained", "operational_failure"]'
    return "\n".join(["[[reserves]]", *keys, covers, *more]) + "\n"


def paid(files: Mapping[str, Sequence[Row]], step: str) -> dict[str, int]:
    """Give what accounts are entitled to in a step, by account."""
    sums: dict[str, int] = defaultdict(int)
    for row in files["schedule"]:
        if row["step"] == step:
            sums[row["account"]] += int(row["entitled"])
    return dict(sums)


# --- by article ---------------------------------------------------------------------------------------------------


def test_fiea_79_57_order_18_12_jipf_pays_10_000_000_of_14_0m_less_1_5m_and_6_500_000_of_9_0m_less_2_0m_and_0_5m(
    tmp_path: Path,
) -> None:
    """Debts owed to the firm are taken off first, what is left is capped: 12.5m to 10m, 6.5m whole."""
    files = Case(
        fund("JIPF", 1_000_000_000, 'cap_per_holder = "10000000"', "deducts_debts = true"),
        tables={
            "balance": ["A,BTC,14", "A,ETH,-1.5", "B,BTC,9", "B,ETH,-2", "B,JPY,-500000"],
            "price": ["BTC,1000000", "ETH,1000000"],
        },
    ).run(tmp_path)
    assert paid(files, "reserve:JIPF") == {"A": 10_000_000, "B": 6_500_000}
    (covered,) = files["coverage"]
    assert (covered["ground_up"], covered["covered"]) == ("23000000", "16500000")
    assert covered["distributed"] == "16500000"
    (reserve,) = json.loads((tmp_path / "out/plan.json").read_text(encoding="utf-8"))["reserves"]
    assert (reserve["cap_per_holder"], reserve["cap_per_holder_fiat"]) == ("10000000", None)
    assert (reserve["deducts_debts"], reserve["excludes"]) == (True, [])


def test_sipa_78fff_3_a_customer_of_0_8m_is_made_whole_and_one_of_3_0m_gets_2_1m_and_0_5m(tmp_path: Path) -> None:
    """The pool pays 70 %; the fund adds up to 500,000 of what is missing: 0.56 + 0.24, and 2.1 + 0.5."""
    files = Case(
        fund("SIPC", 10_000_000, 'cap_per_holder = "500000"', 'cap_per_holder_fiat = "250000"', currency="USD"),
        currency="USD",
        tables={
            "balance": ["small,BTC,80", "large,BTC,300"], "wallet": ["vault,BTC,266"], "price": ["BTC,10000"],
        },
    ).run(tmp_path)  # fmt: skip
    returned = {row["account"]: row["returned_value"] for row in files["holders"]}
    assert returned == {"small": "560000", "large": "2100000"}
    assert paid(files, "reserve:SIPC") == {"small": 240_000, "large": 500_000}
    assert {row["account"]: row["unpaid_value"] for row in files["holders"]} == {"small": "0", "large": "400000"}


def test_sipa_78fff_3_of_500k_at_most_250k_is_for_claims_to_cash(tmp_path: Path) -> None:
    """Cash of 1.0m at 70 % lacks 300k: 250k. With securities of 1.0m, lacking 300k too: 250k + 300k cut to 500k."""
    files = Case(
        fund("SIPC", 10_000_000, 'cap_per_holder = "500000"', 'cap_per_holder_fiat = "250000"', currency="USD"),
        currency="USD",
        tables={
            "balance": ["cash,USD,1000000", "both,USD,1000000", "both,BTC,100"],
            "wallet": ["vault,BTC,70", "bank,USD,1400000"],
            "price": ["BTC,10000"],
        },
    ).run(tmp_path)
    assert paid(files, "reserve:SIPC") == {"cash": 250_000, "both": 499_999}
    cut = {(row["account"], row["claim_asset"]): int(row["claim"])
           for row in files["schedule"] if row["step"] == "reserve:SIPC"}  # fmt: skip
    assert cut["both", "BTC"] == 300_000 * 500_000 // 550_000
    assert cut["both", "USD"] == 250_000 * 500_000 // 550_000


def test_a_holder_of_three_accounts_has_one_cap_and_accounts_that_name_nobody_have_their_own(tmp_path: Path) -> None:
    files = Case(
        fund("fund", 100_000, 'cap_per_holder = "1000"'),
        tables={
            "account": ["a1,Same Holder,", "a2,Same Holder,", "a3,Same Holder,", "b,,", "c,,", "a1x,a1,"],
            "balance": [f"{name},BTC,9" for name in ("a1", "a2", "a3", "b", "c", "a1x")],
            "price": ["BTC,1000"],
        },
    ).run(tmp_path)
    given = paid(files, "reserve:fund")
    assert [given[name] for name in ("a1", "a2", "a3")] == [333, 333, 333]
    assert [given[name] for name in ("b", "c", "a1x")] == [1000, 1000, 1000]


def test_fiea_order_18_11_insiders_and_affiliates_get_nothing_of_a_fund_that_excludes_them(tmp_path: Path) -> None:
    files = Case(
        fund("fund", 100_000, 'excludes = ["insider", "affiliate"]'),
        tables={
            "account": ["a,,customer", "i,,insider", "f,,affiliate"],
            "balance": ["a,BTC,1", "i,BTC,2", "f,BTC,3"],
            "price": ["BTC,1000"],
        },
    ).run(tmp_path)
    assert paid(files, "reserve:fund") == {"a": 1000}
    assert files["coverage"][0]["ground_up"] == "1000"
    told = "\n".join(explain(tmp_path, "i").lines())
    assert "reserve:fund = 0 JPY\n    it gives nothing to accounts of kind insider" in told


def test_debts_are_those_of_all_accounts_of_the_holder_also_of_an_excluded_one(tmp_path: Path) -> None:
    files = Case(
        fund("fund", 100_000, "deducts_debts = true", 'excludes = ["insider"]'),
        tables={
            "account": ["a,One,customer", "i,One,insider", "b,Two,customer"],
            "balance": ["a,BTC,5", "i,ETH,-2", "b,BTC,5", "b,ETH,-9"],
            "price": ["BTC,1000", "ETH,1000"],
        },
    ).run(tmp_path)
    assert paid(files, "reserve:fund") == {"a": 3000}, "b owes more than it lost"


def test_a_debt_without_a_price_is_not_taken_off_and_said(tmp_path: Path) -> None:
    files = Case(
        fund("fund", 100_000, "deducts_debts = true"),
        tables={"balance": ["a,BTC,5", "a,ETH,-2"], "price": ["BTC,1000"]},
    ).run(tmp_path)
    assert paid(files, "reserve:fund") == {"a": 5000}
    assert [row["subject"] for row in files["findings"] if row["code"] == "debt-unvalued"] == ["account a"]


def test_the_explanation_writes_the_cut_out(tmp_path: Path) -> None:
    Case(
        fund("JIPF", 15_000_000, 'cap_per_holder = "10000000"', "deducts_debts = true"),
        tables={
            "balance": ["A,BTC,14", "A,ETH,-1.5", "B,BTC,9", "C,BTC,1", "C,ETH,-1.5"],
            "price": ["BTC,1000000", "ETH,1000000"],
        },
    ).run(tmp_path)
    told = "\n".join(explain(tmp_path, "A").lines())
    assert "what he owes is taken off: 14000000 JPY - 1500000 JPY = 12500000 JPY" in told
    assert "he gets at most 10000000 JPY: 14000000 x 10000000 / 14000000 = 10000000 minor units, rounded down" in told
    assert "the step gives 14999999 JPY to claims of 19000000 JPY, in proportion" in told
    told = "\n".join(explain(tmp_path, "C").lines())
    assert "reserve:JIPF for BTC = 0 JPY" in told
    assert "1000000 JPY - 1500000 JPY = 0 JPY" in told


# --- whatever the case --------------------------------------------------------------------------------------------


@dataclass
class Terms:
    """The terms of one random fund."""

    amount: int
    cap: int | None
    cap_fiat: int | None
    deducts: bool
    excludes: tuple[str, ...]

    def section(self, name: str) -> str:
        """Declare it."""
        keys = [f"deducts_debts = {str(self.deducts).lower()}", f"excludes = {json.dumps(self.excludes)}"]
        keys += [f'cap_per_holder = "{self.cap}"'] if self.cap is not None else []
        keys += [f'cap_per_holder_fiat = "{self.cap_fiat}"'] if self.cap_fiat is not None else []
        return fund(name, self.amount, *keys)


PRICES = {"BTC": 1000, "ETH": 700, "JPY": 1}
SCALES = {"BTC": 100, "ETH": 1000, "JPY": 1}


def random_case(chance: random.Random) -> tuple[Case, list[Terms], dict[str, tuple[str, str]]]:
    """Give a case of a few holders with several accounts and debts, and two or three funds."""
    accounts = {f"a{n}": (chance.choice(["", "X", "Y", "a1"]), chance.choice(["customer", "customer", "insider"]))
                for n in range(chance.randint(2, 7))}  # fmt: skip
    balances = []
    for account in accounts:
        for asset in PRICES:
            if chance.random() < 0.7:
                balances.append(f"{account},{asset},{chance.randint(-2, 9) * (1000 if asset == 'JPY' else 1)}")
    wallets = [f"w,{asset},{chance.randint(0, 3) * (500 if asset == 'JPY' else 1)}" for asset in PRICES]
    funds = [
        Terms(
            chance.randint(0, 20_000), chance.choice([None, 0, chance.randint(1, 6000)]),
            chance.choice([None, 0, chance.randint(1, 4000)]), chance.random() < 0.5,
            chance.choice([(), ("insider",), ("insider", "affiliate")]),
        )
        for _ in range(chance.randint(1, 3))
    ]  # fmt: skip
    case = Case(
        "".join(terms.section(f"f{n}") for n, terms in enumerate(funds)),
        tables={
            "account": [f"{name},{holder},{kind}" for name, (holder, kind) in accounts.items()],
            "balance": balances,
            "wallet": wallets,
            "price": ["BTC,1000", "ETH,700"],
        },
    )
    if chance.random() < 0.3:
        case.sections += '[plan]\nrounding = "largest_remainder"\n'
    return case, funds, accounts


def cut(terms: Terms, claims: Mapping[tuple[str, str], int], debt: int) -> dict[tuple[str, str], int]:
    """Cut one holder's claims by the words of the rules, line by line."""
    cap = sum(claims.values()) if terms.cap is None else min(terms.cap, sum(claims.values()))
    if terms.deducts:
        cap = min(cap, max(sum(claims.values()) - debt, 0))
    left = dict(claims)
    fiat = {line: claim for line, claim in claims.items() if line[1] == "JPY"}
    if terms.cap_fiat is not None:
        left |= allocate(terms.cap_fiat, fiat, Rounding.FLOOR).awards
    return dict(allocate(cap, left, Rounding.FLOOR).awards)


def test_caps_hold_and_no_line_gets_more_than_its_loss_whatever_the_case(tmp_path: Path) -> None:
    seed = random.randrange(10**9)
    print("seed", seed)
    chance = random.Random(seed)
    for number in range(4):
        case, funds, accounts = random_case(chance)
        files = case.run(tmp_path / str(number))
        holder_of = {name: holder or f"account {name}" for name, (holder, _) in accounts.items()}
        debts: dict[str, int] = defaultdict(int)
        for row in read(tmp_path / str(number) / "inputs/balance.csv"):
            debts[holder_of[row["account"]]] += max(-int(row["quantity"]), 0) * PRICES[row["asset"]]
        unmet: dict[tuple[str, str], int] = defaultdict(int)
        for row in files["bases"]:
            unmet[row["account"], row["asset"]] += int(row["base"])
        lost = dict(unmet)
        covered = {row["source"]: row for row in files["coverage"]}
        for at, terms in enumerate(funds):
            step = f"reserve:f{at}"
            given = {(row["account"], row["claim_asset"]): row for row in files["schedule"] if row["step"] == step}
            by_holder: dict[str, dict[tuple[str, str], int]] = defaultdict(dict)
            for line in sorted(unmet):
                if accounts[line[0]][1] not in terms.excludes and unmet[line]:
                    by_holder[holder_of[line[0]]][line] = unmet[line]
            claims = {line: claim for holder, lines in by_holder.items()
                      for line, claim in cut(terms, lines, debts[holder]).items()}  # fmt: skip
            assert int(covered[f"f{at}"]["ground_up"]) == sum(sum(lines.values()) for lines in by_holder.values())
            assert int(covered[f"f{at}"]["covered"]) == sum(claims.values())
            assert {line: int(row["claim"]) for line, row in given.items()} == {
                line: claims[line] for line in given
            }
            for holder, lines in by_holder.items():
                got = sum(int(given[line]["entitled"]) for line in lines if line in given)
                assert terms.cap is None or got <= terms.cap
                assert not terms.deducts or got <= max(sum(lines.values()) - debts[holder], 0)
                cash = sum(int(given[line]["entitled"]) for line in lines if line in given and line[1] == "JPY")
                assert terms.cap_fiat is None or cash <= terms.cap_fiat
            for line, row in given.items():
                unmet[line] -= int(row["entitled"])
                assert unmet[line] >= 0, "more than its loss"
            whole = sum(int(row["entitled"]) for row in given.values())
            assert whole <= min(terms.amount, sum(claims.values()))
            assert whole > min(terms.amount, sum(claims.values())) - max(len(claims), 1)
        assert all(0 <= unmet[line] <= lost[line] for line in lost)


def test_a_fund_without_new_keys_pays_to_the_unit_what_one_with_caps_nobody_reaches_pays(tmp_path: Path) -> None:
    tables = {"balance": ["a,BTC,5", "b,ETH,3", "c,JPY,777"], "price": ["BTC,1000", "ETH,700"]}
    plain = Case(fund("f", 1234), tables=tables).run(tmp_path / "plain")
    capped = Case(
        fund("f", 1234, 'cap_per_holder = "1000000"', 'cap_per_holder_fiat = "777"', "deducts_debts = true"),
        tables=tables,
    ).run(tmp_path / "capped")
    assert plain["schedule"] == capped["schedule"]
    assert plain["coverage"] == capped["coverage"]


# --- what case.toml may not say -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("key", "says"),
    [
        ('cap_per_holder = "0.5"', 'cap_per_holder "0.5" has more decimals than the 0 of JPY'),
        ("cap_per_holder = 5", 'is a bare number; put it in quotes: "5"'),
        ('excludes = ["house"]', "excludes"),
        ('deducts_debts = "yes"', "deducts_debts"),
        ('cap_per_head = "5"', "cap_per_holder"),
    ],
)
def test_a_crooked_cap_is_one_line_with_what_to_do(tmp_path: Path, key: str, says: str) -> None:
    write(tmp_path, Case(fund("f", 1, key), tables={"balance": ["a,BTC,1"]}))
    with pytest.raises(ConfigurationError) as refused:
        read_case(tmp_path)
    (line,) = refused.value.lines
    assert says in line


# --- loans to a pool ----------------------------------------------------------------------------------------------


def loan(quantity: str, name: str = "bridge loan", asset: str = "BTC") -> str:
    return f'[[advances]]\nname = "{name}"\nasset = "{asset}"\nquantity = "{quantity}"\n'


def test_fiea_79_59_a_loan_to_a_pool_lets_it_pay_sooner_and_recoveries_repay_it_first(tmp_path: Path) -> None:
    """6 of 10 held and 2 lent: 8. Then 3 come back: 2 of them repay, the pool has 6 + 3 = 9."""
    tables = {"balance": ["a,BTC,10"], "wallet": ["w,BTC,6"]}
    first = Case(loan("2"), tables=tables).run(tmp_path / "first")
    assert first["pools"][0]["gross"] == "8.00"
    (said,) = (row for row in first["findings"] if row["code"] == "advance-outstanding")
    assert (said["severity"], said["asset"], said["quantity"]) == ("note", "BTC", "2.00")
    plan = json.loads((tmp_path / "first/out/plan.json").read_text(encoding="utf-8"))
    assert plan["advances"] == [
        {"name": "bridge loan", "asset": "BTC", "quantity": "2.00", "repaid": "0.00", "outstanding": "2.00"}
    ]
    later = Case(loan("2"), tables={**tables, "recovery": ["r,2026-06-01T00:00:00Z,BTC,3"]}).run(tmp_path / "later")
    assert later["pools"][0]["gross"] == "9.00"
    assert not [row for row in later["findings"] if row["code"] == "advance-outstanding"]
    told = "\n".join(explain(tmp_path / "later", "a").lines())
    assert "advance bridge loan 2.00" in told
    assert "repaid of advance bridge loan -2.00" in told


def test_two_loans_are_repaid_in_the_order_of_the_case_and_one_of_another_pool_is_left_alone() -> None:
    loans = (Advance("x", 0, 10), Advance("of ETH", 1, 7), Advance("y", 0, 10))
    assert [paid.repaid for paid in repay(loans, {0: 14})] == [10, 0, 4]


def test_whatever_is_lent_and_recovered_nothing_is_lost_or_made() -> None:
    seed = random.randrange(10**9)
    print("seed", seed)
    chance = random.Random(seed)
    for _ in range(500):
        loans = [Advance(str(n), chance.randrange(3), chance.randrange(100)) for n in range(chance.randrange(4))]
        recovered = {pool: chance.randrange(-3, 200) for pool in range(chance.randrange(4))}
        repaid = repay(loans, recovered)
        for pool in range(3):
            lent = sum(loan.units for loan in loans if loan.asset_no == pool)
            back = sum(paid.repaid for paid in repaid if paid.advance.asset_no == pool)
            assert back == min(lent, max(recovered.get(pool, 0), 0))
        assert all(0 <= paid.repaid <= paid.advance.units for paid in repaid)
        order = [paid for paid in repaid if paid.advance.asset_no == 0]
        assert all(paid.outstanding == 0 or not later.repaid
                   for at, paid in enumerate(order) for later in order[at + 1 :])  # fmt: skip


def test_a_loan_of_an_asset_that_nobody_knows_or_of_none_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tables = {"balance": ["a,BTC,10"]}
    write(tmp_path / "unknown", Case(loan("2", asset="BTX"), tables=tables))
    assert main(["run", str(tmp_path / "unknown")]) == 2
    assert 'names the asset "BTX", which is not declared' in capsys.readouterr().err
    write(tmp_path / "idle", Case(loan("2", asset="ETH"), tables=tables))
    assert main(["run", str(tmp_path / "idle"), "--quiet"]) == 10
    write(tmp_path / "twice", Case(loan("2") + loan("3"), tables=tables))
    assert main(["run", str(tmp_path / "twice")]) == 2
    assert 'give the name "bridge loan" 2 times' in capsys.readouterr().err
