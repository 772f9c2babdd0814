"""Does the oracle say what a person computes by hand of towers, recoveries, caps, estates, values and levelling?"""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

from tests.oracle_levels import level, share
from tests.test_oracle import PRICES, WALLET, Bench, columns, only, pick, reserve

DAY = "2026-03-15T09:00:00"
COVER = "source event covered due received distributed reason"


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


# ---------------------------------------------------------------- policies

# 100 taken from hot, 20 from cold, as one event; everything priced 10, so 1000 and 200
HEIST = {
    "balance": "account,asset,quantity\nA,BTC,120",
    "wallet": WALLET + "w,BTC,0,,hot,,100\nc,BTC,0,,cold,,20",
    "label": "address,party,kind\nt,T,thief",
    "transfer": f"transfer,occurred_at,asset,quantity,sender,recipient\n1,{DAY},BTC,100,w,t\n2,{DAY},BTC,20,c,t",
    "price": PRICES,
}
TWO_THEFTS = HEIST | {
    "label": "address,party,kind\nt,T,thief\nu,U,thief",
    "transfer": f"transfer,occurred_at,asset,quantity,sender,recipient\n1,{DAY},BTC,100,w,t\n"
    "2,2026-03-16T09:00:00,BTC,20,c,u",
}
HEIST_EVENT = '[[events]]\nname = "heist"\nperil = "external_theft"\nparties = ["T"]\nfrom = 2026-03-15\n{}\n'


def policy(name: str, **terms: object) -> str:
    said: dict[str, object] = {
        "name": name, "insurer": "I", "covers": ["external_theft"], "basis": "occurred", "currency": "JPY",
        "payee": "holders", **terms,
    }  # fmt: skip
    lines = [f"{key} = {value!r}".replace("'", '"') for key, value in said.items() if key not in ("lines", "sublimits")]
    text = "[[policies]]\nfrom = 2026-01-01\nuntil = 2026-12-31\n" + "\n".join(lines) + "\n"
    for key in ("lines", "sublimits"):
        for entry in said.get(key, ()):  # type: ignore[attr-defined]
            text += f"[[policies.{key}]]\n" + "\n".join(f'{name} = "{value}"' for name, value in entry.items()) + "\n"
    return text


def test_the_worked_tower_pays_sixty_of_one_hundred_and_twenty(bench: Bench) -> None:
    """Covered 80 of 120 (hot is sub-limited to 60); 25 xs 5 of which 10 are used up, 50 xs 30 placed at 90 %."""
    hot = [{"custody": "hot", "limit": "600"}]
    used = {"retention": "50", "limit": "250", "aggregate": "250", "eroded": "100"}
    tower = policy("primary", **used, received="9999", sublimits=hot)
    tower += policy("excess", retention="300", limit="500", share="0.9", received="9999", sublimits=hot)
    result = bench(tower, **HEIST)
    assert columns(result["coverage"], COVER) == [
        "excess taken_by:T 800 450 450 450 ",
        "primary taken_by:T 800 150 150 150 ",
    ]
    assert only(result["holders"])["unpaid_value"] == "600"


@pytest.mark.parametrize(
    ("how", "received", "due"),
    [("never", "100", 100), ("erosion", "0", 200), ("payment", "100", 200), ("payment", "99", 100)],
)
def test_an_excess_layer_drops_once_the_layer_below_is_used_up(
    bench: Bench, how: str, received: str, due: int
) -> None:
    """1000 are stolen, then 200. The first theft uses up the primary 100; the excess xs 100 then begins at 0, where
    dropping needs payment only if the primary was paid."""
    tower = policy("excess", tower="T", drop_down=how, retention="100", limit="500")
    tower += policy("primary", tower="T", drop_down=how, limit="100", aggregate="100", received=received)
    result = bench(tower, **TWO_THEFTS)
    assert columns(result["coverage"], "source event due") == [
        "excess taken_by:T 500", f"excess taken_by:U {due}", "primary taken_by:T 100", "primary taken_by:U 0",
    ]  # fmt: skip


def test_what_was_used_up_before_the_case_lowers_the_layer_above(bench: Bench) -> None:
    """Of the primary 250 xs 50 only 150 are left: the excess xs 1000 begins at 900, and 300 of 1200 lie above."""
    used = {"retention": "50", "limit": "250", "aggregate": "250", "eroded": "100"}
    for how, due in (("never", "200"), ("erosion", "300"), ("payment", "300")):
        tower = policy("primary", tower="T", drop_down=how, **used)
        tower += policy("excess", tower="T", drop_down=how, retention="1000", limit="500")
        result = bench(tower, **HEIST)
        assert only(result["coverage"], source="excess")["due"] == due
        assert only(result["coverage"], source="primary")["due"] == "150"


def test_insurers_pay_for_themselves_and_less_the_premium_of_what_comes_back(bench: Bench) -> None:
    """A layer of 500 restores 500 of 500 once: the whole premium of 51, shared 30.6 -> 31 and 20.4 -> 21."""
    lines = [{"insurer": "A", "share": "0.6", "received": "1000"}, {"insurer": "B", "share": "0.4", "received": "7"}]
    terms = policy("P", limit="500", reinstatements=1, premium="51", lines=lines).replace('insurer = "I"\n', "")
    row = only(bench(terms, **HEIST)["coverage"])
    assert (row["due"], row["received"], row["distributed"]) == (str(269 + 179), str(269 + 7), "276")


def test_the_retentions_of_a_year_are_bounded(bench: Bench) -> None:
    result = bench(policy("P", retention="100", retention_aggregate="130", received="9999"), **TWO_THEFTS)
    assert columns(result["coverage"], "event covered due") == ["taken_by:T 1000 900", "taken_by:U 200 170"]


@pytest.mark.parametrize(
    ("event", "terms", "reason"),
    [
        ("discovered_at = 2026-03-20", {"basis": "discovery", "retroactive_from": "2026-03-16"},
         "before_retroactive_date"),
        ("discovered_at = 2026-03-20", {"basis": "discovery", "retroactive_from": "2026-03-15"}, ""),
        ("discovered_at = 2026-03-20\nnotified_at = 2026-03-30", {"notice_days": 10}, ""),
        ("discovered_at = 2026-03-20\nnotified_at = 2026-03-31", {"notice_days": 10}, "late_notice"),
        ("notified_at = 2026-03-26", {"notice_days": 10}, "late_notice"),  # the first transfer was on 15 March, 9:00
        ("", {"notice_days": 0}, ""),
    ],
)  # fmt: skip
def test_what_came_before_or_was_said_too_late_is_not_answered(
    bench: Bench, event: str, terms: dict[str, object], reason: str
) -> None:
    text = policy("P", received="9999", **terms).replace('retroactive_from = "', "retroactive_from = ")
    text = text.replace('16"\n', "16\n").replace('15"\n', "15\n")
    result = bench(HEIST_EVENT.format(event) + text, **HEIST)
    assert only(result["coverage"])["reason"] == reason


def test_losses_are_valued_as_the_policy_says(bench: Bench) -> None:
    prices = "asset,price,price_set\nBTC,10,\nBTC,30,loss\nBTC,20,distribution"
    for valuation, value in (("loss", 3600), ("commencement", 1200), ("distribution", 2400)):
        row = only(bench(policy("P", valuation=valuation), **HEIST | {"price": prices})["coverage"])
        assert (row["ground_up"], row["covered"]) == (str(value), str(value))


@pytest.mark.parametrize(("rule", "gross"), [("top_down", "30"), ("pro_rata", "15")])
def test_of_thirty_recovered_the_uninsured_sixty_come_first_or_insurers_take_half(
    bench: Bench, rule: str, gross: str
) -> None:
    terms = policy("P", limit="600", received="600") + f'[subrogation]\nrule = "{rule}"\n'
    tables = HEIST | {"recovery": "recovery,received_at,asset,quantity,event\nr,2026-05-01T00:00:00,BTC,30,heist"}
    result = bench(HEIST_EVENT.format("") + terms, **tables)
    assert only(result["pools"], pool="BTC")["gross"] == gross


# ---------------------------------------------------------------- reserves

LOST = {
    "account": "account,holder,kind\nA1,ann,\nA2,ann,\nB,,\nI,,insider",
    "balance": "account,asset,quantity\nA1,BTC,10\nA2,JPY,100\nA1,ETH,-8\nB,BTC,10\nI,BTC,10",
    "wallet": "wallet,asset,quantity\nw,BTC,0\nj,JPY,0",
    "price": PRICES,
}


@pytest.mark.parametrize(
    ("terms", "claims"),
    [
        ("cap_per_holder = \"150\"", ["A1 75", "A2 75", "B 100", "I 100"]),
        ("cap_per_holder = \"150\"\ncap_per_holder_fiat = \"20\"", ["A1 100", "A2 20", "B 100", "I 100"]),
        ("deducts_debts = true\nexcludes = [\"insider\"]", ["A1 90", "A2 90", "B 100"]),  # ann owes 8 ETH: 20
        ("deducts_debts = true\ncap_per_holder = \"190\"", ["A1 90", "A2 90", "B 100", "I 100"]),
    ],
)  # fmt: skip
def test_a_fund_gives_a_holder_no_more_than_its_cap(bench: Bench, terms: str, claims: list[str]) -> None:
    more = reserve("R", 10000, covers="unexplained") + terms + "\n"
    result = bench(more, **LOST)
    assert columns(result["schedule"], "account claim", step="reserve:R") == claims


# ---------------------------------------------------------------- pools


def test_an_advance_is_repaid_out_of_what_is_recovered(bench: Bench) -> None:
    tables = {
        "balance": "account,asset,quantity\nA,BTC,100", "wallet": "wallet,asset,quantity\nw,BTC,10",
        "recovery": "recovery,received_at,asset,quantity\nr,2026-05-01T00:00:00,BTC,{}",
    }  # fmt: skip
    loan = '[[advances]]\nname = "loan"\nasset = "BTC"\nquantity = "20"\n'
    for recovered, gross in ((0, 30), (15, 30), (20, 30), (50, 60)):
        rows = tables | {"recovery": tables["recovery"].format(recovered)}
        assert only(bench(loan, **rows)["pools"])["gross"] == str(gross)


def test_all_in_one_pool_by_value(bench: Bench) -> None:
    """Held 5 BTC at 12 and 4 ETH at 2: 68; claims of 100 and 25 at commencement prices."""
    result = bench(
        '[plan]\npooling = "by_value"\n',
        balance="account,asset,quantity\nA,BTC,10\nB,ETH,10", wallet="wallet,asset,quantity\nw,BTC,5\ne,ETH,4",
        price="asset,price,price_set\nBTC,10,\nETH,2.5,\nBTC,12,distribution\nETH,2,distribution",
    )  # fmt: skip
    assert columns(result["schedule"], "account claim_asset step pay_asset claim entitled") == [
        "A BTC dividend JPY 100 54", "B ETH dividend JPY 25 13",  # 54.4 and 13.6
    ]  # fmt: skip
    assert columns(result["pools"], "pool asset gross claims awarded residue") == ["value JPY 68 125 67 1"]


def test_a_fork_is_claimed_by_whoever_had_what_it_forked_from(bench: Bench) -> None:
    fork = '[[accruals]]\nkind = "fork"\nasset = "ETH"\nof = "BTC"\ngoes_to = "holders"\nratio = "0.5"\n'
    result = bench(fork, balance="account,asset,quantity\nA,BTC,3\nB,BTC,1\nB,ETH,1",
                   wallet="wallet,asset,quantity\nw,BTC,4\ne,ETH,1.5")
    assert columns(result["schedule"], "account claim entitled", claim_asset="ETH") == ["A 1.50 0.75", "B 1.50 0.75"]
    assert columns(result["claims"], "account scheduled allowed", asset="ETH") == ["A 0.00 1.50", "B 1.00 1.50"]


# ---------------------------------------------------------------- estate


def test_the_estate_pays_deficiencies_then_late_then_interest_then_insiders(bench: Bench) -> None:
    """40 lacking each of A, L (late) and I (subordinate), 20 of others; 73 days at 10 % are 2 %."""
    tables = {
        "account": "account,kind\nI,insider",
        "balance": "account,asset,quantity\nA,JPY,50\nL,JPY,50\nI,JPY,50",
        "wallet": "wallet,asset,quantity\nw,JPY,0",
        "claim": "claim,account,asset,quantity,filed_at\nc,L,JPY,50,2026-12-01T00:00:00",
    }
    plan = '[plan]\nlate = "after"\ninsiders = "subordinate"\n'
    terms = '[estate]\namount = "{}"\ncurrency = "JPY"\nother_claims = "50"\nprior_claims = "5"\n'
    terms += 'interest = "0.1"\ninterest_until = 2026-06-12\n'
    for amount, shares in (
        (45, ["A estate 20"]),
        (125, ["A estate 50", "L estate:late 20"]),
        (157, ["A estate 50", "A estate:interest 0", "L estate:late 50", "L estate:interest 0"]),
        (200, ["A estate 50", "A estate:interest 1", "I estate:subordinate 42", "L estate:interest 1",
               "L estate:late 50"]),
    ):  # fmt: skip
        result = bench(terms.format(amount) + plan, **tables)
        paid = [line for line in shares if not line.endswith(" 0")]
        assert columns(result["schedule"], "account step entitled") == paid, amount


def test_rooms_bind_one_after_the_other() -> None:
    """300 among 100, 100 and 200 with rooms 20, 90 and 200: 20 is capped, then 280 > 290 are shared: 90 and 190."""
    weights, rooms = {"a": 100, "b": 100, "c": 200}, {"a": 20, "b": 90, "c": 200}
    assert share(300, weights, rooms, "floor").awards == {"a": 20, "b": 90, "c": 190}
    assert share(200, weights, rooms, "floor").awards == {"a": 20, "b": 60, "c": 120}
    assert share(310, weights, rooms, "floor").awards == {"a": 20, "b": 90, "c": 200}
    assert share(400, weights, rooms, "floor").surplus == 90


# ---------------------------------------------------------------- levelling


def test_levelling_leaves_whoever_had_more_and_shares_the_rest() -> None:
    weights = {"a": 100, "b": 100, "c": 100}
    result = level(150, [(weights, weights)], {"a": 70}, "floor", lambda key: key)
    assert result.awards == {"a": 50, "b": 40, "c": 40}
    assert (result.overpaid, result.dividend, result.surplus) == (20, Fraction(2, 5), 0)
    stranger = level(150, [(weights, weights)], {"z": 30}, "floor", lambda key: key)
    assert stranger.awards == {"a": 40, "b": 40, "c": 40}
    assert (stranger.overpaid, stranger.dividend) == (30, Fraction(2, 5))
    overdrawn = level(50, [(weights, weights)], {"a": 70}, "floor", lambda key: key)
    assert overdrawn.overdrawn
    assert overdrawn.awards == {"a": 16, "b": 0, "c": 0}


def test_a_fund_that_paid_one_too_much_gives_the_others_what_is_left(bench: Bench) -> None:
    """60 for 100 and 100: 30 each; B was paid 40 of it already, so A gets 20 and A's base is met by 20 only."""
    result = bench(
        "[plan]\nround = 2\n" + reserve("R", 60, covers="unexplained"),
        balance="account,asset,quantity\nA,BTC,10\nB,BTC,10", wallet="wallet,asset,quantity\nw,BTC,0", price=PRICES,
        payment="round,account,claim_asset,step,pay_asset,quantity\n1,B,BTC,reserve:R,JPY,40",
    )  # fmt: skip
    assert columns(result["schedule"], "account entitled paid_before quantity", step="reserve:R") == [
        "A 20 0 20", "B 30 40 0"]  # fmt: skip
    assert columns(result["bases"], "account met") == ["A 20", "B 30"]
    assert only(result["coverage"])["distributed"] == "50"


def test_a_deposit_after_commencement_goes_back_to_whom_the_posting_names(bench: Bench) -> None:
    result = bench(
        "[plan]\nround = 2\n",
        balance="account,asset,quantity\nA,BTC,10", wallet="wallet,asset,quantity\nw,BTC,10",
        journal="posting,posted_at,account,asset,quantity,kind,reference\np,2026-04-02T00:00:00,A,BTC,3,deposit,x",
        transfer="transfer,occurred_at,asset,quantity,sender,recipient\nx,2026-04-01T09:00:00,BTC,3,out,w\n"
        "y,2026-04-02T09:00:00,BTC,1,out,w",
        payment="round,account,claim_asset,step,pay_asset,quantity\n1,A,BTC,return:deposit,BTC,2",
    )  # fmt: skip
    assert columns(result["returnable"], "transfer occurred_at account quantity paid_before due") == [
        "x 2026-04-01T00:00:00Z A 3 2 1", "y 2026-04-02T00:00:00Z  1 0 1"]  # fmt: skip
    assert pick(result["schedule"], step="return:deposit") == []
