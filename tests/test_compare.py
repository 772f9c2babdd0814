"""Scenarios side by side against runs of their own; the other sharing rules at scale against their definition."""

from __future__ import annotations

import csv
import hashlib
import random
import tomllib
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from fractions import Fraction
from math import floor
from pathlib import Path
from typing import Any

import pytest

from administrator.cli import main
from administrator.comparison.other_rules import share_otherwise
from administrator.comparison.questions import QuestionError, questions_of, scenarios_of
from administrator.pictures.bars import bars_overlaps, place_bars
from administrator.progress import silent
from administrator.sharing_rules import SharingRule, shared
from administrator.usecases.compared import Compared
from administrator.usecases.compared_files import picture, write_compared
from administrator.usecases.comparing import compare_case
from administrator.usecases.demonstrating import copy_demo
from administrator.usecases.running import run_case
from fixtures.generate import main as generate
from ledgers.errors import CaseError
from ledgers.storage.books import Books
from tests.test_cases import document_of, make_case, toml_text, write_file
from tests.written import Written

QUESTIONS = ["plan.pooling=per_asset,by_value", "plan.late=share,after", "plan.holdback=0,0.1"]
RULES = [rule for rule in SharingRule if rule is not SharingRule.RANDOM_ARRIVAL]


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def changed(folder: Path, section: str, key: str, value: Any) -> None:
    document = document_of(folder)
    document[section] = {**document.get(section, {}), key: value}
    write_file(folder / "case.toml", toml_text(document).encode())


def files_under(folder: Path) -> dict[str, str]:
    """All that lies in a case but its working books."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*") if path.is_file() and path.name not in ("books.duckdb", "books.duckdb.wal")
    }  # fmt: skip


def held_against_own_runs(case: Path, compared: Compared, keys: dict[str, tuple[str, str]], scratch: Path) -> int:
    """Every scenario's tables have the hashes of a run of its own, and its figures are those of that run."""
    original = (case / "case.toml").read_bytes()
    done = 0
    for scenario in compared.scenarios:
        write_file(case / "case.toml", original)
        for question, answer in scenario.answers:
            changed(case, *keys[question], answer)
        out = scratch / f"own {scenario.number}"
        try:
            result = run_case(case, out, silent, threads=1)
        except CaseError as error:
            said = " ".join(error.lines[:3])
        else:
            said = ""
        if said:
            assert scenario.why_not == said
            continue
        assert bool(scenario.why_not) == result.is_blocked, scenario
        if result.is_blocked:
            continue
        done += 1
        for name, digest in scenario.digests:
            assert hashlib.sha256((out / name).read_bytes()).hexdigest() == digest, (scenario.name, name)
        assert {name for name, _ in scenario.digests} == {"pools.csv", "schedule.csv", "holders.csv"}
        whole = scenario.groups[0]
        holders = rows_of(out / "holders.csv")
        scale = 10**compared.decimals
        got_cells = ("returned_value", "compensated_value", "estate_value")
        if all("partial" not in (row["allowed_value"], row["returned_value"]) for row in holders):
            got = sum(Fraction(row[cell]) for row in holders for cell in got_cells)
            assert scenario.recovered_minor == got * scale, scenario.name
            assert scenario.claimed_minor == sum(Fraction(row["allowed_value"]) for row in holders) * scale
        assert whole.kind == "all"
    write_file(case / "case.toml", original)
    return done


KEYS = {
    "plan.pooling": ("plan", "pooling"), "plan.late": ("plan", "late"), "plan.holdback": ("plan", "holdback"),
    "prices": ("plan", "price_set"), "regime": ("case", "regime"),
}  # fmt: skip


class TestAgainstRunsOfTheirOwn:
    def test_the_demo_under_three_laws(self, tmp_path: Path) -> None:
        case = copy_demo(tmp_path / "demo")
        laws = "japan_payment_services,custom,japan_bankruptcy,us_chapter_11"
        compared = compare_case(case, [f"regime={laws}", "plan.late=share,after"], silent, is_digested=True)
        assert len(compared.scenarios) == 8
        assert held_against_own_runs(case, compared, KEYS, tmp_path) >= 4

    @pytest.mark.parametrize("seed", range(12))
    def test_small_random_cases(self, tmp_path: Path, seed: int) -> None:
        case = tmp_path / "case"
        make_case(seed, case)
        try:
            compared = compare_case(case, QUESTIONS, silent, threads=1, is_digested=True)
        except CaseError:
            # Nothing can be compared where no run comes to its end.
            assert run_case(case, tmp_path / "alone", silent, threads=1).is_blocked
            return
        held_against_own_runs(case, compared, KEYS, tmp_path)

    def test_a_made_up_exchange_by_column(self, tmp_path: Path) -> None:
        case = tmp_path / "case"
        generate([str(case), "--accounts", "20000", "--balances-only", "--seed", "5"])
        compared = compare_case(case, ["plan.holdback=0,0.25", "plan.late=share,after"], silent, is_digested=True)
        assert held_against_own_runs(case, compared, KEYS, tmp_path) == 4


CUT = {
    "account": "account,holder,kind\na1,Ana (invented),customer\na2,Ana (invented),customer\nb,,customer\nc,,insider",
    "balance": "account,asset,quantity\na1,BTC,1\na2,BTC,1\nb,BTC,2\nc,BTC,4\nb,JPY,1000",
    "wallet": "wallet,asset,quantity\nw,BTC,4\nbank,JPY,1000",
    "price": "asset,price,price_set\nBTC,100,commencement\nBTC,150,distribution\nBTC,300,claims:petition",
}


class TestWhatIsSaid:
    def test_winners_and_losers_by_hand(self, tmp_path: Path) -> None:
        # 4 BTC for claims of 8: half each. By value 4 x 150 + 1000 = 1600 for 8 x 100 + 1000 = 1800: 8/9 each.
        Written(tmp_path / "case", CUT)
        compared = compare_case(tmp_path / "case", ["pooling=per_asset,by_value"], silent)
        in_kind, by_value = compared.scenarios
        assert in_kind.recovered_minor == 400 + 1000
        groups = {(line.kind, line.group): line for line in by_value.groups}
        whole = groups["all", "everybody"]
        # Ana: 88 + 88 for 200, before 100; b: 177 + 888, before 100 + 1000; c: 355, before 200.
        assert by_value.recovered_minor == 88 + 88 + 177 + 888 + 355
        assert (whole.holders, whole.winners, whole.gained, whole.losers, whole.lost) == ("3", "2", "231", "1", "35")
        assert groups["class", "insider"].recovered == "355"
        assert groups["class", "customer"].holders == "2"
        assert groups["size", "100 to 1,000"].holders == "2"
        assert groups["size", "1,000 to 10,000"].losers == "1"
        assert groups["asset", "BTC"].recovery == "0.88500000"

    def test_all_scenarios_are_measured_at_the_prices_of_the_first(self, tmp_path: Path) -> None:
        Written(tmp_path / "case", CUT)
        compared = compare_case(tmp_path / "case", ["prices=commencement,petition", "pooling=by_value"], silent)
        first, second = compared.scenarios
        # At 300 a BTC claims are 8 x 300 + 1000 = 3400, of which 1600 is there, whatever a BTC brings: the yen lose.
        assert first.claimed_minor == second.claimed_minor == 1800
        assert second.recovered_minor == 141 + 141 + 282 + 470 + 564
        with pytest.raises(CaseError, match="Known are: petition"):
            compare_case(tmp_path / "case", ["prices=petitoin"], silent)

    def test_the_prices_that_claims_are_valued_at_are_those_that_are_named(self, tmp_path: Path) -> None:
        case = Written(tmp_path / "case", CUT, '[plan]\nprice_set = "petition"\n')
        assert {row["asset"]: row["price"] for row in case.rows("reconciliation")}["BTC"] == "300"
        assert {row["account"]: row["value"] for row in case.rows("claims") if row["asset"] == "BTC"}["c"] == "1200"

    def test_numbers_sum_over_groups_and_winners_over_holders(self, tmp_path: Path) -> None:
        case = copy_demo(tmp_path / "demo")
        compared = compare_case(case, ["rule=proportional,talmud,constrained_equal_losses"], silent)
        for scenario in compared.scenarios:
            of_kind = Counter[tuple[str, str]]()
            for line in scenario.groups:
                for cell in ("holders", "claimed", "recovered", "winners", "gained", "losers", "lost"):
                    of_kind[line.kind, cell] += int(asdict(line)[cell] or 0)
            for cell in ("holders", "claimed", "recovered", "winners", "gained", "losers", "lost"):
                assert of_kind["all", cell] == of_kind["class", cell] == of_kind["size", cell]
            assert of_kind["all", "claimed"] == of_kind["asset", "claimed"]
            first = compared.scenarios[0].recovered_minor
            assert scenario.recovered_minor - first == of_kind["all", "gained"] - of_kind["all", "lost"]
            assert scenario.is_law is (scenario.number == 1)
        told = list(compared.lines(80))
        assert sum("no legal basis" in line for line in told) == 2
        assert all(len(line) <= 140 for line in told)

    def test_files_and_picture(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        case, out = copy_demo(tmp_path / "demo"), tmp_path / "out"
        asked = ["compare", str(case), "--vary", "rule=proportional,piniles,random_arrival", "--quiet"]
        assert main([*asked, "--out", str(out)]) == 0
        assert "written to" in capsys.readouterr().out
        scenarios, groups = rows_of(out / "scenarios.csv"), rows_of(out / "compare.csv")
        assert [(row["rule"], row["legal_basis"]) for row in scenarios] == [
            ("proportional", "yes"), ("piniles", "no"), ("random_arrival", "no")]  # fmt: skip
        assert "at most 20" in scenarios[2]["why_not"]
        keys = [(row["scenario"], row["kind"], row["group"]) for row in groups]
        assert len(set(keys)) == len(keys)
        assert {row["scenario"] for row in groups} == {"1", "2"}
        assert main([*asked, "--out", str(out)]) == 8
        again = compare_case(case, ["rule=proportional,piniles,random_arrival"], silent)
        write_compared(tmp_path / "again", again)
        for name in ("scenarios.csv", "compare.csv", "compare.svg"):
            assert (tmp_path / "again" / name).read_bytes() == (out / name).read_bytes()
        assert bars_overlaps(place_bars(picture(again))) == []


def test_nothing_of_it_is_left_in_the_case(tmp_path: Path) -> None:
    case = copy_demo(tmp_path / "demo")
    run_case(case, None, silent, threads=1)
    before = files_under(case)
    compare_case(case, ["rule=proportional,talmud", "plan.late=share,barred"], silent, is_digested=True)
    assert files_under(case) == before
    told: list[str] = []
    run_case(case, tmp_path / "after", lambda progress: told.append(progress.stage), threads=1)
    assert "resumed after plan" in told, "the books of the run are still good"
    own = next((case / "out").iterdir())
    assert (own / "schedule.csv").read_bytes() == (tmp_path / "after/schedule.csv").read_bytes()


@pytest.mark.parametrize(
    ("varied", "said"),
    [
        (["plan.poling=a"], 'did you mean "plan.pooling"?'),
        (["pooling="], "give a key and its answers"),
        (["pooling"], "give a key and its answers"),
        (["pooling=by_value,by_value"], "names an answer twice"),
        (["pooling=by_value", "plan.pooling=per_asset"], "varied twice"),
        (["round=1,2"], "says which payment this is"),
        (["plan.final=true"], "says which payment this is"),
        (["rule=talmut"], 'did you mean "talmud"?'),
        (["plan.guarantee_in_pool=yes"], "neither true nor false"),
        (["holdback=0,0.1,0.2,0.3", "minimum_payment=0,1,2,3,4", "late=share,after,barred,x"], "80 scenarios"),
        (["sources=x"], "is no question"),
        (["\x1b[31m=x"], "is no question"),
    ],
)
def test_what_cannot_be_asked_is_said(varied: list[str], said: str) -> None:
    with pytest.raises(QuestionError) as refused:
        scenarios_of(questions_of(varied))
    (line,) = refused.value.lines
    assert said in line
    assert "\x1b" not in line


def test_an_answer_that_a_case_cannot_have_is_a_scenario_that_says_why(tmp_path: Path) -> None:
    case = copy_demo(tmp_path / "demo")
    compared = compare_case(case, ["plan.late=share,sometimes"], silent)
    assert "sometimes" in compared.scenarios[1].why_not
    assert compared.scenarios[1].groups == ()
    with pytest.raises(CaseError, match="nowhere"):
        compare_case(case, ["regime=nowhere"], silent)


def test_questions_meet_each_other_and_the_last_varies_fastest() -> None:
    made = scenarios_of(questions_of(["regime=a,b", "tracing=none,fifo"]))
    assert [scenario.name for scenario in made] == [
        "regime=a tracing=none", "regime=a tracing=fifo", "regime=b tracing=none", "regime=b tracing=fifo"]  # fmt: skip
    assert made[1].changes == {
        ("case", "regime"): "a", ("plan", "tracing"): "fifo", ("plan", "traced_recoveries"): "pool"}  # fmt: skip
    (alone,) = scenarios_of(questions_of([]))
    assert alone.name == "as it is"


class TestOtherRules:
    @pytest.mark.parametrize("rule", RULES)
    @pytest.mark.parametrize("seed", range(6))
    def test_at_scale_they_are_the_definition_rounded_down(self, rule: SharingRule, seed: int) -> None:
        draw = random.Random(f"{rule} {seed}")
        print(f"seed {rule} {seed}")
        claims = [draw.choice((draw.randint(1, 9), draw.randint(1, 10**6), 10**30 + draw.randint(0, 9)))
                  for _ in range(draw.randint(1, 40))]  # fmt: skip
        whole = sum(claims)
        for amount in (0, whole, whole // 2, draw.randint(0, whole), draw.randint(0, min(whole, 99))):
            wanted = [floor(award) for award in shared(rule, amount, claims)]
            assert _at_scale(rule, amount, claims) == wanted, (amount, claims)

    def test_a_person_gains_nothing_by_many_accounts(self, tmp_path: Path) -> None:
        Written(tmp_path / "case", CUT)
        compared = compare_case(tmp_path / "case", ["rule=constrained_equal_awards"], silent)
        # 4 BTC for Ana's 2 in two accounts, b's 2 and c's 4: 1.33333333 each, Ana's in halves of 0.66666666.
        assert compared.scenarios[0].recovered_minor == 67 + 67 + 133 + 1000 + 133


def _at_scale(rule: SharingRule, amount: int, claims: Sequence[int]) -> list[int]:
    with Books.memory(bulk=False) as books:
        books.execute(
            "create table pool_line(account_no integer, asset_no integer, part integer, tier integer, pool_no integer, "
            "pay_asset_no integer, weight decimal(38, 0))"
        )
        books.execute("create table person(account_no integer, holder_no integer)")
        books.execute("create table pool(pool_no integer)")
        books.insert("pool", 0)
        books.execute("create table pool_tier(is_largest_remainder boolean)")
        books.execute(
            "create table pool_tier_ordinary(pool_no integer, tier integer, payable decimal(38, 0), "
            "claimed decimal(38, 0))"
        )
        books.insert("pool_tier_ordinary", 0, 0, amount, sum(claims))
        for number, claim in enumerate(claims):
            books.insert("pool_line", number, 0, 0, 0, 0, 0, claim)
            books.insert("person", number, number)
        assert share_otherwise(books, rule) == ""
        return [int(units) for (units,) in books.rows("select entitled::varchar from award order by account_no")]


def test_case_files_are_read_as_they_would_be_with_the_change(tmp_path: Path) -> None:
    from ledgers.configuration import read_case

    case = copy_demo(tmp_path / "demo")
    told = tomllib.loads((case / "case.toml").read_text(encoding="utf-8"))
    changes = {("plan", "pooling"): "by_value", ("case", "title"): "Another (invented)"}
    read = read_case(case, changes=changes)
    assert (read.plan.pooling, read.title) == ("by_value", "Another (invented)")
    assert read_case(case).title == told["case"]["title"]


def test_what_was_run_can_still_be_explained_after_a_comparison(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    case = tmp_path / "case"
    copy_demo(case)
    run_case(case, None, silent)
    compare_case(case, ["plan.late=share,after"], silent)
    account = rows_of(next((case / "out").iterdir()) / "claims.csv")[0]["account"]
    assert main(["explain", str(case), account]) == 0
