"""Is what looks wrong found, is what is innocent left alone, and does every red flag say why?

Frauds planted by the generator (recall and false alarms are printed for each screen), the arithmetic of exposure
against its definition, and worked cases of each screen: one that speaks, and its innocent look-alikes that do not.
"""

from __future__ import annotations

import csv
import json
import random
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path

import pytest

from administrator import red_flags
from administrator.red_flag_words import REASONS, Scale, because
from administrator.red_flags import SCREENS, Screening, find_red_flags, read_red_flags
from administrator.usecases.looking import Matter
from administrator.usecases.running import run_case
from administrator.usecases.screening import net_investment, red_flag_kinds, red_flag_rows
from administrator.usecases.screening import red_flags as red_flag_page
from fixtures.generate import large_case
from ledgers.storage.books import Books
from tests.benchmarks.red_flags import scored, screened, table

ROOT = Path(__file__).resolve().parents[1]
RELATIONS = ROOT / "administrator" / "relations"
SCREENING = Screening(365, 9 * 3600)
FALSE_ALARMS_MAX = 3
"""Among 2,000 accounts; none of them a warning."""
COLUMNS = {
    "account": "account holder kind", "journal": "posting posted_at account asset quantity kind reference",
    "transfer": "transfer occurred_at asset quantity sender recipient", "wallet": "wallet asset quantity custody",
    "label": "address party kind", "price": "asset price", "payee": "account method bank account_number name",
    "balance": "account asset quantity",
}
Rows = Sequence[Sequence[object]]
Found = list[tuple[str, str, str]]


# ---------------------------------------------------------------- planted


def test_planted_frauds_are_found_and_innocent_accounts_are_left_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    seed = 8
    large_case(tmp_path, 2_000, seed, 5, True, unpriced="", breaks=(), frauds=45)
    truth = json.loads((tmp_path / "truth.json").read_text(encoding="utf-8"))
    books, _, _ = screened(tmp_path)
    with books:
        scores = scored(books, truth)
        assert_every_score_is_the_sum_of_its_reasons(books)
    with capsys.disabled():
        print(f"\nseed {seed}\n{table(scores)}", end=" ")
    assert all(score.planted == 4 and score.hidden == 1 for score in scores.values())
    missed = {kind: score.missed for kind, score in scores.items() if score.found < score.planted}
    assert not missed
    alarms = {kind: score.alarms for kind, score in scores.items() if score.alarms}
    assert sum(map(len, alarms.values())) <= FALSE_ALARMS_MAX, alarms
    assert all(points < red_flags.WARNING_SCORE for found in alarms.values() for _, points in found), alarms


def assert_every_score_is_the_sum_of_its_reasons(books: Books) -> None:
    flags = read_red_flags(books, "", 0, 500, SCREENING)
    assert [flag.flag_no for flag in flags] == list(range(1, len(flags) + 1))
    assert [flag.score for flag in flags] == sorted((flag.score for flag in flags), reverse=True)
    for flag in flags:
        head, _, reasons = flag.why.partition(" Score ")
        points = sum(int(number) for number in re.findall(r"\((\d+)\)(?=[;.])", reasons))
        assert flag.score == min(points, 100) >= red_flags.SCORE_MIN, flag
        assert reasons.startswith(f"{flag.score} of 100: ")
        assert head


def test_an_exchange_where_nothing_is_wrong_has_no_warnings(tmp_path: Path) -> None:
    large_case(tmp_path, 1_000, 21, 4, True, unpriced="ETH", breaks=())
    books, _, _ = screened(tmp_path)
    with books:
        found = books.rows(
            "select red_flag.kind, account.kind, red_flag.score from red_flag join account using (account_no)")
    others = [row for row in found if row[0] != "insider-withdrawal" or row[1] == "customer"]
    assert len(others) <= 1, others
    assert not [row for row in others if row[2] >= red_flags.WARNING_SCORE]


def test_no_order_of_rows_changes_what_is_found(tmp_path: Path) -> None:
    large_case(tmp_path / "a", 400, 5, 3, True, unpriced="", breaks=(), frauds=18)
    before = told(tmp_path / "a", threads=1)
    for path in (tmp_path / "a" / "inputs").glob("*.csv"):
        header, *rows = path.read_text(encoding="utf-8").splitlines()
        random.Random(7).shuffle(rows)
        path.write_text("\n".join([header, *rows, ""]), encoding="utf-8")
    assert len(before[0]) > 20
    assert told(tmp_path / "a", threads=3) == before


def told(case: Path, threads: int) -> tuple[list[tuple[object, ...]], list[tuple[object, ...]]]:
    books, _, _ = screened(case, threads)
    with books:
        flags = [(flag.flag_no, flag.kind, flag.account, flag.other, flag.why, flag.row_id)
                 for flag in read_red_flags(books, "", 0, 500, SCREENING)]
        rows = books.rows("select flag_no, place, table_name, id from red_flag_row order by flag_no, place")
    return flags, rows


def test_nothing_else_reads_red_flags() -> None:
    reading = [path.name for path in sorted(ROOT.rglob("*.sql"))
               if "red_flag" in path.read_text(encoding="utf-8") and not path.name.startswith("red_flag")]
    assert reading == []


def test_every_reason_that_a_relation_gives_has_words_and_points() -> None:
    given = {word for path in RELATIONS.glob("red_flag_*.sql")
             for word in re.findall(r"'([a-z_0-9]+)'", re.sub(r"--.*", "", path.read_text(encoding="utf-8")))}
    assert set(REASONS) <= given, "words for what no relation says"
    screens = [path for path in RELATIONS.glob("red_flag_*.sql") if path.name != "red_flag_begin.sql"]
    for path in screens:
        for said in re.findall(r"flag_part\([^']*?'([a-z_0-9]+)'", path.read_text(encoding="utf-8")):
            assert said in REASONS, (path.name, said)
    scale = Scale("BTC", 8, "JPY", 0)
    for name in REASONS:
        assert because([(name, 3, 4)], scale).startswith(f"Score {REASONS[name].points} of 100: ")


# ---------------------------------------------------------------- worked cases


@contextmanager
def books_of(folder: Path, **tables: Rows) -> Iterator[Books]:
    """The books of a small case in JPY, BTC (8) and KARI (0, without a price), behind the screens."""
    tables.setdefault("wallet", [("bank-1", "JPY", 10**6, "bank"), ("hot-1", "BTC", 100, "hot"),
                                 ("hot-2", "KARI", 100, "hot")])
    (folder / "inputs").mkdir(parents=True, exist_ok=True)
    sources = ""
    for name, rows in tables.items():
        with (folder / "inputs" / f"{name}.csv").open("w", encoding="utf-8", newline="") as stream:
            csv.writer(stream, lineterminator="\n").writerows([COLUMNS[name].split(), *rows])
        sources += f'[[sources]]\ntable = "{name}"\npath = "inputs/{name}.csv"\n'
    (folder / "case.toml").write_text(
        '[case]\ntitle = "Red flags (invented)"\ntrigger = "bankruptcy"\nregime = "custom"\n'
        'commencement_at = 2026-03-31T09:00:00+09:00\ncurrency = "JPY"\n[assets.JPY]\ndecimals = 0\nkind = "fiat"\n'
        "[assets.BTC]\ndecimals = 8\n[assets.KARI]\ndecimals = 0\n" + sources, encoding="utf-8")
    books, _, _ = screened(folder, 1, bulk=False)
    with books:
        yield books


def flagged(folder: Path, **tables: Rows) -> Found:
    """Kind, account and reasons of each red flag."""
    with books_of(folder, **tables) as books:
        assert_every_score_is_the_sum_of_its_reasons(books)
        return [
            (kind, account, " ".join(part["reason"] for part in parts))
            for kind, account, parts in books.rows(
                "select red_flag.kind, account.account, red_flag.parts from red_flag join account using (account_no) "
                "order by red_flag.kind, account.account_no, red_flag.asset_no nulls first")
        ]


def kinds_of(found: Found) -> list[tuple[str, str]]:
    return [(kind, account) for kind, account, _ in found]


class Journal:
    """Rows of a journal and of transfers, named as they come."""

    def __init__(self) -> None:
        self.journal: list[tuple[object, ...]] = []
        self.transfer: list[tuple[object, ...]] = []

    def post(self, at: str, account: str, units: object, kind: str, asset: str = "JPY", reference: str = "") -> None:
        name = f"p{len(self.journal) + 1:03}"
        self.journal.append((name, f"{at}Z", account, asset, units, kind, reference))

    def move(self, at: str, units: object, sender: str, recipient: str, asset: str = "JPY") -> str:
        name = f"t{len(self.transfer) + 1:03}"
        self.transfer.append((name, f"{at}Z", asset, units, sender, recipient))
        return name

    def deposit(self, at: str, account: str, units: int, sender: str = "", posted: str = "") -> None:
        name = self.move(at, units, sender or f"x-{len(self.transfer)}", "bank-1")
        self.post(posted or at, account, units, "deposit", reference=name)

    def withdraw(self, at: str, account: str, units: int, recipient: str = "", posted: str = "") -> None:
        name = self.move(at, units, "bank-1", recipient or f"x-{len(self.transfer)}")
        self.post(posted or at, account, -units, "withdrawal", reference=name)

    def tables(self) -> dict[str, Rows]:
        return {"journal": self.journal, "transfer": self.transfer}


@pytest.fixture
def life() -> Journal:
    """Nine customers with 100 each since January, one of whom deposited and one withdrew."""
    journal = Journal()
    for number in range(9):
        journal.post("2026-01-05T03:00:00", f"c{chr(97 + number)}", 100, "opening")
    journal.deposit("2026-01-20T03:00:00", "ca", 50)
    journal.withdraw("2026-01-21T03:00:00", "cb", 10)
    return journal


def test_nothing_is_found_where_nothing_is_wrong(tmp_path: Path, life: Journal) -> None:
    assert flagged(tmp_path, **life.tables()) == []


def test_a_receipt_credited_twice_is_a_credit_without_receipt_of_whoever_came_second(
    tmp_path: Path, life: Journal
) -> None:
    name = life.move("2026-02-02T03:00:00", 60, "x", "bank-1")
    life.post("2026-02-02T04:00:00", "cz", 60, "deposit", reference=name)
    life.post("2026-02-03T04:00:00", "cc", 60, "deposit", reference=name)
    assert flagged(tmp_path, **life.tables()) == [("credit-without-receipt", "cc", "credited_above")]


def test_a_credit_that_was_reversed_and_one_whose_receipt_may_be_one_of_several_are_none(
    tmp_path: Path, life: Journal
) -> None:
    for units in (60, -60):
        life.post("2026-02-02T03:00:00", "cc", units, "deposit", reference="nowhere")
    for at in ("2026-02-02T03:00:00", "2026-02-02T05:00:00"):
        life.move(at, 77, "x", "bank-1")
    life.post("2026-02-02T04:00:00", "cd", 77, "deposit")
    assert flagged(tmp_path, **life.tables()) == []
    life.post("2026-02-09T04:00:00", "cd", 77, "deposit")
    assert kinds_of(flagged(tmp_path / "b", **life.tables())) == [("credit-without-receipt", "cd")]


def test_an_asset_of_which_no_receipt_was_handed_over_has_no_credits_without_receipt(
    tmp_path: Path, life: Journal
) -> None:
    life.post("2026-02-02T03:00:00", "cc", 5, "opening", "BTC")
    life.post("2026-02-03T03:00:00", "cc", 5, "deposit", "BTC", "0xabc")
    assert flagged(tmp_path, **life.tables()) == []


def test_what_one_withdrew_and_another_deposited_from_the_same_place_is_a_round_trip(
    tmp_path: Path, life: Journal
) -> None:
    life.withdraw("2026-02-02T03:00:00", "cc", 90, "x")
    life.deposit("2026-02-03T03:00:00", "cd", 89, "x")
    assert flagged(tmp_path, **life.tables()) == [("round-trip", "cd", "came_to_another within_a_day")]


def test_a_round_trip_over_one_address_more_is_found_and_names_every_step(tmp_path: Path, life: Journal) -> None:
    life.move("2026-02-02T03:00:00", 90, "bank-1", "x")
    life.move("2026-02-03T03:00:00", 90, "x", "y")
    life.deposit("2026-02-05T03:00:00", "cd", 89, "y")
    with books_of(tmp_path, **life.tables()) as books:
        assert books.rows("select parts[1].reason, other from red_flag") == [("left_unbooked", "y")]
        assert books.rows("select id from red_flag_row order by place") == [("t003",), ("t004",), ("p012",), ("t005",)]


def test_ones_own_money_may_go_out_and_come_back_but_not_all_the_time(tmp_path: Path, life: Journal) -> None:
    life.withdraw("2026-02-01T03:00:00", "cc", 90, "own")
    life.deposit("2026-02-02T03:00:00", "cc", 90, "own")
    assert flagged(tmp_path, **life.tables()) == []
    for day in range(3, 11, 2):
        life.withdraw(f"2026-02-{day:02}T03:00:00", "cc", 90, "own")
        life.deposit(f"2026-02-{day + 1:02}T03:00:00", "cc", 90, "own")
    assert kinds_of(flagged(tmp_path / "b", **life.tables())) == [("round-trip", "cc")]


def test_two_customers_of_one_labelled_exchange_and_a_return_after_weeks_are_no_round_trip(
    tmp_path: Path, life: Journal
) -> None:
    life.withdraw("2026-02-02T03:00:00", "cc", 90, "x")
    life.deposit("2026-02-03T03:00:00", "cd", 90, "x")
    life.withdraw("2026-02-02T03:00:00", "ce", 70, "y")
    life.deposit("2026-02-20T03:00:00", "cf", 70, "y")
    assert flagged(tmp_path, label=[("x", "Exchange Beta", "exchange")], **life.tables()) == []


def test_many_holders_or_an_insider_at_one_place_are_a_red_flag_and_a_family_is_none(
    tmp_path: Path, life: Journal
) -> None:
    accounts = [(f"c{letter}", f"見本 {letter}", "customer") for letter in "abcdefghi"]
    family = [(f"c{letter}", "bank", "0000", "1", "見本 a") for letter in "abc"]
    many = [(f"c{letter}", "bank", "0000", "2", "架空") for letter in "defgh"]
    assert flagged(tmp_path, account=accounts, payee=[*family, *many], **life.tables()) == [
        ("shared-payee", "cd", "holders_5 stranger_paid")]
    accounts[1] = ("cb", "見本 b", "insider")
    found = flagged(tmp_path / "b", account=accounts, payee=family, **life.tables())
    assert [row for row in found if row[0] == "shared-payee"] == [("shared-payee", "ca", "holders insider_among")]


def test_a_dormant_account_may_be_woken_by_a_receipt_but_not_by_an_adjustment(tmp_path: Path, life: Journal) -> None:
    life.post("2025-08-01T03:00:00", "cy", 100, "opening")
    life.deposit("2026-02-04T03:00:00", "cy", 10_000)
    life.post("2025-08-01T03:00:00", "cz", 400, "opening")
    life.post("2026-02-04T03:00:00", "cz", 300, "adjustment")
    assert flagged(tmp_path, **life.tables()) == [("dormant-account-credited", "cz", "still size")]


def test_accounts_in_a_row_that_begin_alike_are_flagged_unless_others_did_too(tmp_path: Path, life: Journal) -> None:
    for number in range(101, 107):
        life.post(f"2026-02-04T03:{number - 100:02}:00", f"u{number}", 20, "reward")
    life.post("2026-02-04T03:10:00", "u200", 20, "adjustment")
    assert flagged(tmp_path, **life.tables()) == [("sequential-accounts", "u101", "alike nobody_else size")]
    for letter in "abcdefghi":
        life.post("2026-02-05T03:00:00", f"c{letter}", 20, "reward")
    assert flagged(tmp_path / "b", **life.tables()) == []


def test_accounts_in_a_row_that_differ_in_hour_or_quantity_are_neighbours(tmp_path: Path, life: Journal) -> None:
    for number in range(101, 107):
        life.post(f"2026-02-04T{number - 100:02}:00:00", f"u{number}", 20, "reward")
        life.deposit("2026-02-04T03:00:00", f"v{number}", number)
    assert flagged(tmp_path, **life.tables()) == []


def test_the_night_is_odd_only_for_an_exchange_that_sleeps(tmp_path: Path, life: Journal) -> None:
    for day in range(2, 14):
        for hour in (1, 6):
            if day not in (7, 8):
                life.post(f"2026-02-{day:02}T{hour:02}:00:00", "cb", 1 if hour == 1 else -1, "adjustment", "JPY", "ADJ")
    life.post("2026-02-10T18:30:00", "cc", 30, "adjustment")
    assert flagged(tmp_path, **life.tables()) == [
        ("adjustment-at-odd-hours", "cc", "odd_hours no_reference")], "18:30 in UTC is half past three in Tokyo"
    for day in range(2, 14):
        life.post(f"2026-02-{day:02}T17:00:00", "cd", 0, "adjustment")
    assert flagged(tmp_path / "b", **life.tables()) == []


def test_a_withdrawal_booked_after_it_left_is_flagged_unless_all_are(tmp_path: Path, life: Journal) -> None:
    for day in range(1, 11):
        life.withdraw(f"2026-02-{day:02}T03:00:00", "ca", 11)
    life.withdraw("2026-02-20T03:00:00", "cc", 30, posted="2026-02-26T03:00:00")
    life.deposit("2026-02-20T03:00:00", "cd", 31, posted="2026-02-24T03:00:00")
    assert flagged(tmp_path, **life.tables()) == [("posting-after-transfer", "cc", "booked_after_leaving")]
    for day in range(10, 16):
        life.withdraw(f"2026-02-{day:02}T03:00:00", "ca", 1, posted=f"2026-02-{day + 9:02}T03:00:00")
    assert flagged(tmp_path / "b", **life.tables()) == []


def test_fiction_that_was_traded_into_another_asset_is_fiction_still(tmp_path: Path, life: Journal) -> None:
    life.post("2026-01-05T03:00:00", "ce", 2, "opening", "BTC")
    life.post("2026-02-03T03:00:00", "cz", 400, "deposit", reference="nowhere")
    for account, units, asset in (("cz", -390, "JPY"), ("cz", 1, "BTC"), ("ce", 390, "JPY"), ("ce", -1, "BTC")):
        life.post("2026-02-04T03:00:00", account, units, "trade", asset)
    found = flagged(tmp_path, price=[("BTC", 400)], **life.tables())
    assert kinds_of(found) == [("credit-without-receipt", "cz"), ("fictitious-balance", "cz")]
    with books_of(tmp_path / "b", price=[("BTC", 400)], **life.tables()) as books:
        (flag,) = read_red_flags(books, "fictitious-balance", 0, 5, SCREENING)
    assert 'for 400 JPY of the balance of account "cz" nothing came in' in flag.why
    assert "97 % of a balance of 410 JPY" in flag.why


def test_an_asset_without_a_price_is_judged_by_itself(tmp_path: Path, life: Journal) -> None:
    for letter in "abc":
        life.post("2026-01-05T03:00:00", f"c{letter}", 10, "opening", "KARI")
    life.post("2026-02-03T03:00:00", "cd", 50, "adjustment", "KARI")
    assert flagged(tmp_path, **life.tables()) == [
        ("fictitious-balance", "cd", "not_backed_units nearly_all fiction")]


def test_openings_and_what_many_were_given_alike_are_no_fiction(tmp_path: Path, life: Journal) -> None:
    life.post("2026-01-05T03:00:00", "cz", 90_000, "opening")
    for number in range(30):
        life.post("2026-02-03T03:00:00", f"n{number * 2}", 150, "reward")
    assert flagged(tmp_path, **life.tables()) == []


def test_a_balance_above_its_journal_is_fiction_and_a_journal_with_holes_is_not(tmp_path: Path, life: Journal) -> None:
    balances = [[f"c{letter}", "JPY", 100] for letter in "abcdefghi"]
    balances[0][2], balances[1][2] = 150, 90
    assert flagged(tmp_path, balance=[*balances, ["cj", "JPY", 100]], **life.tables()) == [
        ("fictitious-balance", "cj", "not_backed nearly_all net_investment nothing_invested fiction")]
    more = [[f"d{letter}", "JPY", 100] for letter in "abc"]
    assert flagged(tmp_path / "b", balance=[*balances, *more], **life.tables()) == []


# ---------------------------------------------------------------- insiders


INSIDER = [("cz", "", "insider"), ("cy", "", "affiliate")]


def exposure(steps: Sequence[tuple[int, int]]) -> tuple[int, int]:
    """The definition, step by step: (instant, units, + out), deposits first at one instant; and the simple net."""
    exposed = 0
    for _, units in sorted(steps, key=lambda step: (step[0], step[1] > 0)):
        exposed = exposed + units if units > 0 else max(0, exposed + units)
    return exposed, max(0, sum(units for _, units in steps))


def test_exposure_is_what_the_definition_says_step_by_step(tmp_path: Path) -> None:
    assert exposure([(1, 100), (2, -30), (3, 20), (4, -200), (5, 50)]) == (50, 0)
    seed = 20260331
    print(f"seed {seed}")
    rng = random.Random(seed)
    journal, expected = Journal(), {}
    for number in range(60):
        account = f"i{number:02}"
        steps = [(rng.randrange(8), rng.choice((1, 1, -1)) * rng.randrange(1, 40)) for _ in range(rng.randrange(1, 9))]
        for at, units in steps:
            act = journal.withdraw if units > 0 else journal.deposit
            act(f"2026-02-0{at + 1}T03:00:00", account, abs(units))
        expected[account] = exposure(steps)
    rng.shuffle(journal.journal)
    accounts = [(account, "", "insider") for account in expected]
    with books_of(tmp_path, account=accounts, **journal.tables()) as books:
        for asset_no in ("asset_no is null", "asset_no is not null"):
            found = books.rows(f"select account, exposure::bigint, net::bigint from red_flag_exposure "
                               f"join account using (account_no) where {asset_no}")
            assert {account: (exposed, net) for account, exposed, net in found} == expected


def test_only_what_left_within_the_look_back_counts_and_later_deposits_lower_it(tmp_path: Path, life: Journal) -> None:
    life.withdraw("2025-03-30T23:59:00", "cz", 500)
    life.deposit("2025-04-02T03:00:00", "cz", 70)
    life.withdraw("2025-04-03T03:00:00", "cz", 100)
    life.deposit("2026-03-01T03:00:00", "cz", 30)
    life.post("2026-03-05T03:00:00", "cz", -40, "withdrawal", reference="never sent")
    with books_of(tmp_path, account=INSIDER, **life.tables()) as books:
        assert books.rows("select withdrawals, withdrawn::bigint, deposited::bigint, exposure::bigint, net::bigint "
                          "from red_flag_exposure where asset_no is null") == [(1, 100, 100, 70, 0)]
        (flag,) = read_red_flags(books, "insider-withdrawal", 0, 5, SCREENING)
        assert "net exposure after later deposits 70 JPY, simple net 0 JPY, at prices of commencement (10)" in flag.why
        assert "a candidate, never a verdict" in flag.why
        assert "Score 50 of 100" in flag.why


def test_the_look_back_is_the_regimes(tmp_path: Path, life: Journal) -> None:
    life.withdraw("2026-01-21T03:00:00", "cz", 100)
    with books_of(tmp_path, account=INSIDER, **life.tables()) as books:
        with books.transaction():
            assert find_red_flags(books, Screening(365, 0)) == 1
        with books.transaction():
            assert find_red_flags(books, Screening(30, 0)) == 0


def test_an_insider_of_an_asset_without_a_price_is_exposed_in_units(tmp_path: Path, life: Journal) -> None:
    life.post("2026-01-05T03:00:00", "cy", 10, "opening", "KARI")
    name = life.move("2026-02-02T03:00:00", 4, "hot-2", "x", "KARI")
    life.post("2026-02-02T03:00:00", "cy", -4, "withdrawal", "KARI", name)
    with books_of(tmp_path, account=INSIDER, **life.tables()) as books:
        (flag,) = read_red_flags(books, "", 0, 5, SCREENING)
    assert "net exposure after later deposits 4 KARI, simple net 4 KARI (10)" in flag.why
    assert "the affiliate's account" in flag.why


# ---------------------------------------------------------------- edges


def test_without_a_journal_or_without_transfers_nothing_is_looked_for(tmp_path: Path, life: Journal) -> None:
    life.post("2026-02-03T03:00:00", "cz", 9_000, "adjustment")
    for name, tables in (("a", {"journal": life.journal}),
                         ("b", {"transfer": life.transfer, "balance": [("ca", "JPY", 5)]})):
        with books_of(tmp_path / name, **tables) as books:
            counts = [books.value(f"select count(*) from {relation}")
                      for relation in ("red_flag", "red_flag_row", "red_flag_exposure")]
            assert counts == [0, 0, 0]
            kinds = {screen.kind for screen in SCREENS}
            assert not kinds & {code for (code,) in books.rows("select distinct code from finding")}


def test_everything_at_one_instant_is_looked_at_all_the_same(tmp_path: Path) -> None:
    journal, at = Journal(), "2026-02-02T00:00:00"
    for letter in "abcde":
        journal.post(at, f"c{letter}", 100, "opening")
    journal.withdraw(at, "ca", 90, "x")
    journal.deposit(at, "cb", 90, "x")
    journal.deposit(at, "cz", 90)
    journal.withdraw(at, "cz", 90)
    journal.post(at, "cc", 300, "deposit", reference="nowhere")
    found = flagged(tmp_path, account=INSIDER, **journal.tables())
    assert kinds_of(found) == [("credit-without-receipt", "cc"), ("fictitious-balance", "cc"),
                               ("insider-withdrawal", "cz"), ("round-trip", "cb")]


def test_accounts_of_the_house_are_not_looked_at(tmp_path: Path, life: Journal) -> None:
    life.post("2025-02-03T18:00:00", "house-1", 5, "opening")
    life.post("2026-02-03T18:00:00", "house-1", 9_000, "adjustment")
    life.post("2026-02-03T18:00:00", "house-1", 9_000, "deposit", reference="nowhere")
    assert flagged(tmp_path, account=[("house-1", "", "house")], **life.tables()) == []


def test_what_strangers_wrote_is_shown_and_never_obeyed(tmp_path: Path, life: Journal) -> None:
    name = "z\n\x1b[2J'; drop table red_flag; --{0}"
    life.post("2026-02-03T03:00:00", name, 900, "deposit", reference="no\nwhere")
    with books_of(tmp_path, **life.tables()) as books:
        messages = [text for (text,) in books.rows("select message from finding where code = 'credit-without-receipt'")]
        assert len(messages) == 1
        assert "\n" not in messages[0]
        assert "\x1b" not in messages[0]
        assert "{0}" in messages[0]


def test_an_asset_whose_sums_may_pass_38_digits_is_left_out_and_stops_nothing(tmp_path: Path, life: Journal) -> None:
    for units in ("9" * 38, "-" + "9" * 38, "9" * 38, "-" + "9" * 38):
        life.post("2026-02-03T03:00:00", "cc", units, "adjustment", "KARI")
    life.post("2026-02-03T03:00:00", "cd", 40, "deposit", reference="nowhere")
    assert kinds_of(flagged(tmp_path, **life.tables())) == [("credit-without-receipt", "cd")]


def test_ever_so_many_red_flags_are_counted_in_one_finding(
    tmp_path: Path, life: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(red_flags, "FINDINGS_EACH_MAX", 2)
    for letter in "abcde":
        life.post("2026-02-03T03:00:00", f"c{letter}", 40, "deposit", reference="nowhere")
    with books_of(tmp_path, **life.tables()) as books:
        found = books.rows("select severity, subject, message from finding where code = 'credit-without-receipt' "
                           "order by subject")
        assert [subject for _, subject, _ in found] == [
            "account ca", "account cb", "red flags above 2 credit-without-receipt"]
        assert found[-1][2] == "3 more red flags of this kind, none with a score above 50."
        assert books.value("select count(*) from red_flag") == 5


# ---------------------------------------------------------------- use cases


def test_the_pages_show_what_the_relations_hold_and_balances_come_to_their_parts(tmp_path: Path) -> None:
    case = tmp_path / "case"
    large_case(case, 300, 6, 3, True, unpriced="ETH", breaks=("books_difference", "withdrawals_not_sent"),
               frauds=18)
    assert not run_case(case, tmp_path / "out", lambda _: None, threads=1).is_blocked
    with Matter.open(case) as matter:
        counts = dict(red_flag_kinds(matter))
        assert list(counts) == [screen.kind for screen in SCREENS]
        assert min(counts.values()) > 0
        whole = red_flag_page(matter, "", 0, 500)
        assert whole.total == sum(counts.values()) == len(whole.rows)
        for kind, count in counts.items():
            page = red_flag_page(matter, kind, 0, 500)
            assert page.rows == tuple(row for row in whole.rows if row[2] == kind)
            assert page.total == count
        assert red_flag_page(matter, "", 2, 3).rows == whole.rows[2:5]
        for row in whole.rows:
            evidence = red_flag_rows(matter, int(row[0]), 0, 500)
            assert evidence.total == len(evidence.rows) > 0
            assert evidence.rows[0][-2:] == row[-2:], "the first row it rests on is where its finding points"
        for account in dict.fromkeys(row[3] for row in whole.rows):
            assert_balances_come_to_their_parts(matter, account)


def assert_balances_come_to_their_parts(matter: Matter, account: str) -> None:
    page = net_investment(matter, account).assets
    assert page.rows
    for row in page.rows:
        cell = dict(zip(page.columns, row, strict=True))
        units = {name: Decimal(text) for name, text in cell.items() if name != "asset"}
        assert units["net_investment"] == max(Decimal(0), units["received"] - units["sent"])
        added = ("opening", "received", "not_received", "traded", "fees", "transferred", "rewards", "adjustments",
                 "books_difference")
        parts = sum(units[name] for name in added) - units["sent"] - units["not_sent"]
        # Values are rounded cell by cell.
        assert abs(units["balance"] - parts) <= (40 if cell["asset"].startswith("value") else 0), (account, row)
