"""Is a folder of a later round, of a pool by value, or of an estate guarded to the unit too?

Every numeric cell of pools.csv, schedule.csv and holders.csv is moved by one unit, up and down: each must be refused.
"""

from __future__ import annotations

import random
from math import gcd
from pathlib import Path

import pytest

from tests.test_verify_outputs import Output, unit_mutants
from tests.written import Written

PEOPLE = ("ann", "ben", "cho", "dai", "eva")
BALANCES = "account,asset,quantity\n" + "\n".join(f"{name},BTC,1.{place}7" for place, name in enumerate(PEOPLE))
ESTATE = '[estate]\namount = "{amount}"\ncurrency = "JPY"\nother_claims = "1001"\n'
CASES: dict[str, tuple[dict[str, str], str]] = {
    "levelled": (
        {
            "balance": BALANCES,
            "wallet": "wallet,asset,quantity,custody\nw,BTC,1.1,cold",
            "price": "asset,price\nBTC,1003",
            "claim": """claim,account,asset,quantity,filed_at,standing
                c1,ann,BTC,0.5,2026-05-01T00:00:00Z,filed
                c2,dai,BTC,2.5,2026-05-01T00:00:00Z,filed""",
            "payment": """round,account,claim_asset,step,pay_asset,quantity
                1,ann,BTC,return,BTC,0.9
                1,ben,BTC,return,BTC,0.6
                1,cho,BTC,return,BTC,0.1
                1,zoe,BTC,return,BTC,0.05""",
        },
        "[plan]\nround = 2\n",
    ),
    "by value": (
        {
            "balance": BALANCES + "\nann,JPY,777",
            "wallet": "wallet,asset,quantity,custody\nw,BTC,1.1,cold\nbank-1,JPY,500,bank",
            "price": "asset,price,price_set\nBTC,1003,commencement\nBTC,1501,distribution",
        },
        '[plan]\npooling = "by_value"\nholdback = "0.1"\n' + ESTATE.format(amount=999),
    ),
    "estate": (
        {
            "account": "account,kind\nann,customer\nben,insider\ncho,customer\ndai,customer\neva,customer",
            "balance": BALANCES,
            "wallet": "wallet,asset,quantity,custody\nw,BTC,1.1,cold",
            "price": "asset,price\nBTC,1003",
        },
        ESTATE.format(amount=6301)
        + 'interest = "0.1"\ninterest_until = 2028-03-30\n\n[plan]\ninsiders = "subordinate"\n',
    ),
}  # fmt: skip


@pytest.fixture(scope="module", params=CASES)
def made(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Written:
    tables, tail = CASES[request.param]
    return Written(tmp_path_factory.mktemp("case") / "case", tables, tail)


def test_what_was_written_holds_together(made: Written) -> None:
    assert made.faults() == []
    assert made.rows("schedule")


@pytest.mark.parametrize("name", ["pools.csv", "schedule.csv", "holders.csv"])
def test_one_unit_in_any_cell_is_refused(made: Written, name: str) -> None:
    output = Output(made.out)
    header = output.tables[name][0]
    rng = random.Random(name)
    unseen = [
        str(mutant)
        for column in header if output.tables[name][1:] and _is_numeric(output, name, column)
        for mutant in unit_mutants(output, name, column, rng, 100)
        if not output.faults(mutant)
    ]  # fmt: skip
    assert unseen == []


def _is_numeric(output: Output, name: str, column: str) -> bool:
    place = output.at(name, column)
    cells = [row[place] for row in output.tables[name][1:] if row[place] not in ("", "partial")]
    return bool(cells) and all(cell.replace(".", "", 1).removeprefix("-").isdigit() for cell in cells)


def test_the_levelled_pool_is_as_worked_by_hand(tmp_path: Path) -> None:
    """Of 2.75 BTC, with what was paid, ann had 0.9, ben 0.6, and zoe, who claims nothing, 0.05.

    Claims are 1.07 (half of it not filed for), 1.17, 1.27, 2.5 and 1.47, together 7.48: ordinarily 36.8 %, which is
    less than ann and ben had. Without the three, 1.2 is left for 5.24, and cho, who had 0.1, catches up.
    """
    tables, tail = CASES["levelled"]
    ran = Written(tmp_path / "case", tables, tail)
    pool, rest = ran.pool("BTC"), 524_000_000
    assert (pool["distributable"], pool["claims"]) == ("2.75000000", "7.48000000")
    divisor = gcd(120_000_000, rest)
    assert (pool["dividend_numerator"], pool["dividend_denominator"]) == (
        str(120_000_000 // divisor), str(rest // divisor))  # fmt: skip
    lines = {(row["account"], row["part"]): row for row in ran.rows("schedule")}
    for name, claim in (("cho", 127_000_000), ("eva", 147_000_000)):
        assert int(lines[name, ""]["entitled"].replace(".", "")) == claim * 120_000_000 // rest
    assert lines["cho", ""]["quantity"] == "0.19083969"
    assert lines["zoe", ""]["entitled"] == "0.00000000"
    assert lines["zoe", ""]["paid_before"] == "0.05000000"
    # ann: 36.8 % of both halves; the excess over it stands on the allowed one.
    ordinary = [50_000_000 * 275 // 748, 57_000_000 * 275 // 748]
    assert [lines["ann", part]["entitled"] for part in ("", "unclaimed")] == [f"0.{units:08d}" for units in ordinary]
    assert "overpaid" in ran.codes()
