"""What does the estate pay, and to whom first? Worked on paper, article by article."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ledgers.errors import CaseError
from tests.written import Written

BALANCES = "account,asset,quantity\nann,JPY,1000\nben,JPY,3000"
NOTHING_HELD = "wallet,asset,quantity,custody\nbank-1,JPY,0,bank"


def estate(amount: int, **more: object) -> str:
    said = {"amount": f'"{amount}"', "currency": '"JPY"', **more}
    return "[estate]\n" + "\n".join(f"{key} = {value}" for key, value in said.items()) + "\n"


def test_a_deficiency_is_proved_for_what_the_pool_did_not_return_bankruptcy_act_art_108(tmp_path: Path) -> None:
    wallets = "wallet,asset,quantity,custody\nbank-1,JPY,2000,bank"
    ran = Written(tmp_path, {"balance": BALANCES, "wallet": wallets}, estate(900, other_claims='"1000"'))
    assert ran.due("return") == {"ann": "500", "ben": "1500"}
    assert ran.due("estate", "claim") == {"ann": "500", "ben": "1500"}
    assert ran.due("estate") == {"ann": "150", "ben": "450"}, "900 among 500, 1500 and 1000 of others"
    assert ran.pool("estate")["awarded"] == "900"
    assert [row["recovery"] for row in ran.rows("holders")] == ["0.65000000", "0.65000000"]
    assert ran.faults() == []


def test_who_proves_for_the_whole_stops_at_what_is_owed_bankruptcy_act_art_104(tmp_path: Path) -> None:
    """A fund paid ann 900 of her 1000. The estate has 1200 for claims of 1000 and 3000.

    Reduced by what the fund paid, her claim is 100: she gets 100 x 1200 / 3100 = 38. Proved whole it is 1000: her share
    would be 300, she can have 100, and ben gets the other 1100.
    """
    tables = {
        "account": "account,kind\nann,customer\nben,insider", "balance": BALANCES, "wallet": NOTHING_HELD,
    }  # fmt: skip
    fund = (
        '\n[[reserves]]\nname = "fund"\namount = "900"\ncurrency = "JPY"\ncovers = ["unexplained"]\n'
        'ring_fenced = true\nexcludes = ["insider"]\n'
    )
    reduced = Written(tmp_path / "reduced", tables, estate(1200) + fund)
    assert reduced.due("reserve:fund") == {"ann": "900"}
    assert reduced.due("estate") == {"ann": "38", "ben": "1161"}
    whole = Written(tmp_path / "whole", tables, estate(1200) + fund + "\n[plan]\ncompensation_reduces_claim = false\n")
    assert whole.due("estate") == {"ann": "100", "ben": "1100"}
    assert whole.rows("holders")[0]["recovery"] == "1.00000000"
    assert reduced.faults() == whole.faults() == []


def test_customers_share_two_thirds_alone_and_the_rest_beside_the_others(tmp_path: Path) -> None:
    """Customers are owed 1000 and 3000, others 4000; 1200 are divided, 0.66 of it for customers alone: 792.

    Of the other 408, they share with 4000 - 792 = 3208, the others with 4000: 408 x 4000 / 7208 = 226.41, that is 226.
    Customers divide 1200 - 226 = 974: 243.5 and 730.5.
    """
    tables = {"balance": BALANCES, "wallet": NOTHING_HELD}

    def ran(name: str, amount: int, share: str, plan: str = "") -> tuple[dict[str, str], str]:
        more = {"other_claims": '"4000"', "customers_first": f'"{share}"'}
        written = Written(tmp_path / name, tables, estate(amount, **more) + plan)
        assert written.faults() == []
        told = json.loads((written.out / "plan.json").read_bytes())["estate"]
        assert told["customers_first"] == share
        return written.due("estate"), told["other_claims_awarded"]["estate"]

    assert ran("floor", 1200, "0.66") == ({"ann": "243", "ben": "730"}, "226")
    largest = '\n[plan]\nrounding = "largest_remainder"\n'
    assert ran("largest", 1200, "0.66", largest) == ({"ann": "244", "ben": "730"}, "226"), "a tie goes by the key"
    assert ran("alike", 1200, "0") == ({"ann": "150", "ben": "450"}, "600")
    assert ran("wholly", 1200, "1") == ({"ann": "300", "ben": "900"}, "0")
    assert ran("customers whole", 5000, "1") == ({"ann": "1000", "ben": "3000"}, "1000")
    assert ran("two in three", 6500, "0.66") == ({"ann": "1000", "ben": "3000"}, "2500"), "4290 is more than they claim"
    assert ran("all whole", 8100, "0.66") == ({"ann": "1000", "ben": "3000"}, "4000")


def test_what_customers_have_no_room_for_is_the_others(tmp_path: Path) -> None:
    """A fund paid ann 900 of 1000; she proves for the whole, and may have 100. Others claim 1000.

    Of 3500, all is for customers first, who have room for 100 + 3000: the others get 400.
    """
    tables = {"account": "account,kind\nann,customer\nben,insider", "balance": BALANCES, "wallet": NOTHING_HELD}
    fund = (
        '\n[[reserves]]\nname = "fund"\namount = "900"\ncurrency = "JPY"\ncovers = ["unexplained"]\n'
        'ring_fenced = true\nexcludes = ["insider"]\n\n[plan]\ncompensation_reduces_claim = false\n'
    )
    ran = Written(tmp_path, tables, estate(3500, other_claims='"1000"', customers_first='"1"') + fund)
    assert ran.due("estate") == {"ann": "100", "ben": "3000"}
    assert json.loads((ran.out / "plan.json").read_bytes())["estate"]["other_claims_awarded"] == {"estate": "400"}
    assert ran.faults() == []


@pytest.mark.parametrize("key", ["amount", "other_claims", "prior_claims"])
def test_a_sum_finer_than_its_currency_is_refused_where_it_stands(tmp_path: Path, key: str) -> None:
    sums = {"amount": '"10"', key: '"0.5"'}
    tail = "[estate]\n" + "\n".join(f"{name} = {text}" for name, text in sums.items()) + '\ncurrency = "JPY"\n'
    with pytest.raises(CaseError, match=rf"\[estate\].*{key}"):
        Written(tmp_path, {"balance": BALANCES, "wallet": NOTHING_HELD}, tail)


def test_interest_comes_after_claims_and_before_subordinated_ones_bankruptcy_act_arts_97_99_194(
    tmp_path: Path,
) -> None:
    tables = {
        "account": "account,kind\nann,customer\nben,customer\nzoe,insider",
        "balance": BALANCES + "\nzoe,JPY,500",
        "wallet": NOTHING_HELD,
        "claim": "claim,account,asset,quantity,filed_at\nc1,ben,JPY,3000,2026-12-01T00:00:00Z",
    }
    plan = '\n[plan]\nlate = "after"\ninsiders = "subordinate"\n'
    interest = {"interest": '"0.1"', "interest_until": "2028-03-30"}

    def steps(amount: int) -> dict[str, dict[str, str]]:
        ran = Written(tmp_path / str(amount), tables, estate(amount, **interest) + plan, more="bar_on = 2026-09-30")
        assert ran.faults() == []
        names = ("estate", "estate:late", "estate:interest", "estate:subordinate")
        return {name: ran.due(name) for name in names if ran.due(name)}

    assert steps(600) == {"estate": {"ann": "600"}}
    assert steps(2500) == {"estate": {"ann": "1000"}, "estate:late": {"ben": "1500"}}
    # Two years at a tenth, the second of 365 days too: 730 / 365 x 100 and x 300.
    assert steps(4400)["estate:interest"] == {"ann": "100", "ben": "300"}
    assert steps(5000) == {
        "estate": {"ann": "1000"}, "estate:late": {"ben": "3000"}, "estate:interest": {"ann": "200", "ben": "600"},
        "estate:subordinate": {"zoe": "200"},
    }  # fmt: skip


@pytest.mark.parametrize(("until", "recovery"), [("2025-01-03", "1.19331500"), ("2025-02-18", "1.20465760")])
def test_nine_per_cent_of_a_petition_claim_ftx_convenience_class(tmp_path: Path, until: str, recovery: str) -> None:
    """784 days make 119.33 %, 830 days 120.47 % (law.md 4.2)."""
    tables = {
        "balance": "account,asset,quantity\nann,USD,50000.00",
        "wallet": "wallet,asset,quantity,custody\nbank-1,USD,0.00,bank",
    }
    tail = f'[estate]\namount = "100000.00"\ncurrency = "USD"\ninterest = "0.09"\ninterest_until = {until}\n'
    ran = Written(
        tmp_path, tables, tail, assets=("USD",), currency="USD", commencement_at="2022-11-11T00:00:00+00:00"
    )
    (holder,) = ran.rows("holders")
    assert holder["recovery"] == recovery
    assert holder["unpaid_value"] == "0.00"
    assert ran.faults() == []


def test_what_no_trust_rings_and_what_no_claim_needs_come_to_the_estate(tmp_path: Path) -> None:
    tables = {
        "balance": "account,asset,quantity\nann,BTC,1\nben,JPY,100",
        "wallet": "wallet,asset,quantity,custody\nw,BTC,1.5,cold\nbank-1,JPY,0,bank",
        "price": "asset,price\nBTC,200",
    }
    tail = estate(10, prior_claims='"30"') + (
        '\n[[reserves]]\nname = "r"\namount = "25"\ncurrency = "JPY"\ncovers = ["unexplained"]\nring_fenced = false\n'
        '\n[[costs]]\nname = "c"\namount = "20"\ncurrency = "JPY"\nborne_by = "estate"\n'
    )
    ran = Written(tmp_path, tables, tail)
    pool = ran.pool("estate")
    assert (pool["gross"], pool["costs"], pool["distributable"]) == ("135", "50", "85"), "10 + 100 + 25 - 20 - 30"
    assert ran.due("estate") == {"ben": "85"}
    assert ran.faults() == []


def test_without_an_insolvency_there_is_no_estate(tmp_path: Path) -> None:
    ran = Written(
        tmp_path, {"balance": BALANCES, "wallet": NOTHING_HELD}, estate(500), trigger="registration_revoked"
    )
    assert ran.rows("schedule") == []
    assert "estate-not-distributed" in ran.codes()


def test_a_holder_who_had_too_much_of_a_pool_shares_in_the_estate_with_what_he_lacks(tmp_path: Path) -> None:
    """Of 5 BTC claimed 2.1 are there with what was paid: ann had 0.9, ben 0.6, and three others get 0.2 each."""
    people = ("ann", "ben", "cho", "dai", "eva")
    tables = {
        "balance": "account,asset,quantity\n" + "\n".join(f"{name},BTC,1" for name in people),
        "wallet": "wallet,asset,quantity,custody\nw,BTC,0.6,cold",
        "price": "asset,price\nBTC,1000",
        "payment": """round,account,claim_asset,step,pay_asset,quantity
            1,ann,BTC,return,BTC,0.9
            1,ben,BTC,return,BTC,0.6""",
    }
    ran = Written(tmp_path, tables, estate(500, other_claims='"100"') + "\n[plan]\nround = 2\n")
    assert ran.due("return", "quantity")["cho"] == "0.20000000"
    assert ran.due("return") == {
        "ann": "0.42000000", "ben": "0.42000000", **dict.fromkeys(("cho", "dai", "eva"), "0.20000000"),
    }  # fmt: skip
    pool = ran.pool("BTC")
    assert (pool["awarded"], pool["overpaid"], pool["residue"]) == ("1.44000000", "0.66000000", "0.00000000")
    assert (pool["dividend_numerator"], pool["dividend_denominator"]) == ("1", "5")
    assert ran.due("estate", "claim") == {"ann": "100", "ben": "400", "cho": "800", "dai": "800", "eva": "800"}
    assert ran.faults() == []
