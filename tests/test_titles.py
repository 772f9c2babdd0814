"""Who is paid where a claim changed hands? Chains of title, record dates, parts; what is paid stays as it was."""

from __future__ import annotations

import random
from collections import defaultdict
from pathlib import Path

import pytest

from tests.written import Written

ACCOUNTS = "account,holder\nann,Ann\nben,Ben\nfund-1,Fund\nfund-2,Fund"
BALANCES = "account,asset,quantity\nann,JPY,1000\nben,JPY,500"
WALLETS = "wallet,asset,quantity,custody\nbank-1,JPY,900,bank"
HEAD = "claim_account,asset,quantity,from_holder,to_holder,at\n"


def case(folder: Path, assignments: str, tail: str = "", **tables: str) -> Written:
    given = {"account": ACCOUNTS, "balance": BALANCES, "wallet": WALLETS, "assignment": HEAD + assignments}
    return Written(folder, given | tables, tail)


def titles(ran: Written) -> list[tuple[str, ...]]:
    columns = ("account", "holder", "paid_to", "held", "quantity", "reason")
    return [tuple(row[name] for name in columns) for row in ran.rows("titles")]


def test_a_chain_of_title_leads_to_whoever_holds_the_claim_now(tmp_path: Path) -> None:
    """Ann sells all to Ben, who sells 400 of it to the fund. What the claim is entitled to is what it was."""
    ran = case(tmp_path, "ann,JPY,,Ann,Ben,2026-05-01T00:00:00Z\nann,JPY,400,Ben,Fund,2026-06-01T00:00:00Z")
    assert ran.due("return") == {"ann": "600", "ben": "300"}
    assert titles(ran) == [("ann", "Ben", "ben", "600", "360", ""), ("ann", "Fund", "fund-1", "400", "240", "")]
    assert ran.faults() == []


def test_rows_stand_in_any_order_and_count_by_their_time(tmp_path: Path) -> None:
    ran = case(tmp_path, "ann,JPY,400,Ben,Fund,2026-06-01T00:00:00Z\nann,JPY,,Ann,Ben,2026-05-01T00:00:00Z")
    assert titles(ran) == [("ann", "Ben", "ben", "600", "360", ""), ("ann", "Fund", "fund-1", "400", "240", "")]


def test_the_record_date_decides_who_is_paid_this_round(tmp_path: Path) -> None:
    """As on 15 August 2025 for the distribution of FTX on 30 September: the day counts to its end."""
    sold = "ann,JPY,,Ann,Fund,2026-08-15T14:59:59Z\nben,JPY,,Ben,Fund,2026-08-15T15:00:00Z"
    ran = case(tmp_path, sold, "[plan]\nrecord_on = 2026-08-15\n")
    assert titles(ran) == [("ann", "Fund", "fund-1", "1000", "600", "")]
    assert "assignment-after-record-date" in ran.codes()
    assert ran.faults() == []


@pytest.mark.parametrize(
    "assignments",
    [
        "ann,JPY,,Ben,Fund,2026-05-01T00:00:00Z",
        "ann,JPY,1001,Ann,Fund,2026-05-01T00:00:00Z",
        "ann,JPY,,Ann,Fund,2026-05-01T00:00:00Z\nann,JPY,1,Ann,Ben,2026-06-01T00:00:00Z",
        "fund-1,JPY,,Fund,Ben,2026-05-01T00:00:00Z",
        "ann,JPY,0,Ann,Fund,2026-05-01T00:00:00Z",
        "ann,JPY,-5,Ann,Fund,2026-05-01T00:00:00Z",
    ],
    ids=["of another", "more than there is", "twice", "of no claim", "of nothing", "below nothing"],
)  # fmt: skip
def test_a_broken_chain_stops_the_run(tmp_path: Path, assignments: str) -> None:
    ran = case(tmp_path, assignments)
    assert ran.result.is_blocked
    assert ran.codes() & {"assignment-without-title", "unreadable-quantity", "negative-quantity", "quantity-negative"}


def test_each_holder_is_paid_where_he_has_a_way(tmp_path: Path) -> None:
    """Ann has no payee and sold most of it; the fund has one, on its second account, which nobody asks."""
    payees = "account,asset,method,name\nfund-1,JPY,bank,Fund\nben,JPY,bank,Ben"
    ran = case(tmp_path, "ann,JPY,750,Ann,Fund,2026-05-01T00:00:00Z", payee=payees)
    assert titles(ran) == [
        ("ann", "Ann", "ann", "250", "150", "unroutable"), ("ann", "Fund", "fund-1", "750", "450", "")]  # fmt: skip
    (line,) = [row for row in ran.rows("schedule") if row["account"] == "ann"]
    assert (line["status"], line["quantity"]) == ("pay", "600")
    assert ran.faults() == []


def test_a_hold_on_the_buyer_or_on_the_claim_withholds(tmp_path: Path) -> None:
    accounts = "account,holder,hold\nann,Ann,\nben,Ben,sanctions\nfund-1,Fund,identity\nfund-2,Fund,"
    sold = "ann,JPY,,Ann,Fund,2026-05-01T00:00:00Z\nben,JPY,,Ben,Fund,2026-05-01T00:00:00Z"
    ran = case(tmp_path, sold, account=accounts)
    assert [row[-1] for row in titles(ran)] == ["identity", "sanctions"]
    assert ran.faults() == []


def test_a_buyer_who_is_in_no_table_waits(tmp_path: Path) -> None:
    ran = case(tmp_path, "ann,JPY,,Ann,Nobody's,2026-05-01T00:00:00Z")
    assert titles(ran) == [("ann", "Nobody's", "", "1000", "600", "unlisted")]
    assert "assignee-unlisted" in ran.codes()
    assert ran.faults() == []


def test_buying_claims_does_not_change_what_any_claim_gets(tmp_path: Path) -> None:
    """A base sum is each first holder's: who buys two claims has two, and who splits one has no more."""
    tail = '[plan]\npooling = "by_value"\nbase_payment = "100"\n'
    sold = "ann,JPY,10,Ann,Fund,2026-05-01T00:00:00Z\nben,JPY,,Ben,Fund,2026-05-01T00:00:00Z"
    with_sales, without = case(tmp_path / "a", sold, tail), case(tmp_path / "b", "", tail)
    assert with_sales.rows("pools") == without.rows("pools")
    figures = [[(row["account"], row["step"], row["entitled"]) for row in ran.rows("schedule")]
               for ran in (with_sales, without)]  # fmt: skip
    assert figures[0] == figures[1]
    assert with_sales.faults() == []


@pytest.mark.parametrize("seed", range(4))
def test_any_chain_pays_all_of_every_line_and_follows_who_sold_what(tmp_path: Path, seed: int) -> None:
    rng = random.Random(seed)
    names = ["Ann", "Ben", "Fund", "Cyd", "Dan"]
    held: dict[str, dict[str, int]] = {"ann": {"Ann": 1000}, "ben": {"Ben": 500}}
    rows = []
    for day in range(1, 25):
        account = rng.choice(("ann", "ben"))
        seller = rng.choice([name for name, units in held[account].items() if units])
        units = rng.choice((held[account][seller], rng.randint(1, held[account][seller])))
        buyer = rng.choice([name for name in names if name != seller])
        held[account][seller] -= units
        held[account][buyer] = held[account].get(buyer, 0) + units
        text = "" if held[account][seller] == 0 and rng.random() < 0.5 else str(units)
        rows.append(f"{account},JPY,{text},{seller},{buyer},2026-05-{day:02}T00:00:00Z")
    rng.shuffle(rows)
    ran = case(tmp_path, "\n".join(rows), account=ACCOUNTS + "\ncyd,Cyd\ndan,Dan")
    found: dict[str, dict[str, int]] = defaultdict(dict)
    paid: dict[str, int] = defaultdict(int)
    for account, holder, _, units_held, quantity, _ in titles(ran):
        found[account][holder] = int(units_held)
        paid[account] += int(quantity)
    assert found == {account: {name: units for name, units in of.items() if units} for account, of in held.items()}
    assert paid == {account: int(units) for account, units in ran.due("return").items()}
    assert ran.faults() == []


def test_what_the_first_holder_owes_falls_on_all_who_hold_his_claim(tmp_path: Path) -> None:
    """Ann owes 200 of her 1,000 and sold 400: each of the two has his share of what is left."""
    ran = case(
        tmp_path, "ann,JPY,400,Ann,Fund,2026-05-01T00:00:00Z", '[plan]\nset_off = "account"\n',
        balance="account,asset,quantity\nann,JPY,1000\nann,BTC,-2\nben,JPY,500", price="asset,price\nBTC,100",
    )  # fmt: skip
    assert ran.due("return") == {"ann": "553", "ben": "346"}, "900 for 800 and 500"
    assert titles(ran) == [("ann", "Ann", "ann", "600", "332", ""), ("ann", "Fund", "fund-1", "400", "221", "")]
    assert ran.faults() == []
