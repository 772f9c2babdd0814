"""Each regime says what it says, where, and for which days; and refuses the others."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import date, datetime, timedelta, timezone
from pathlib import Path

import pytest

from administrator.errors import RegimeError
from administrator.law import REGIMES
from administrator.law.regime import Defaults, Standing, Topic
from administrator.terms import parameters_of, regime_of
from administrator.usecases.reading_law import page
from administrator.usecases.running import run_case
from ledgers.configuration import CaseConfiguration, read_case
from tests.test_worked_example import write_case
from tests.written import Written

QUARTERS = [date(year, month, 1) for year in range(2000, 2041) for month in (1, 4, 7, 10)]


def on(case: CaseConfiguration, day: date, regime: str) -> CaseConfiguration:
    at = datetime(day.year, day.month, day.day, 12, tzinfo=timezone(timedelta(hours=9)))
    return replace(case, case=case.case.model_copy(update={"commencement_at": at, "regime": regime}))


def spoken(name: str) -> str:
    """A page as it is read: its lines run on."""
    return " ".join(" ".join(page(name)).split())


@pytest.fixture
def case(tmp_path: Path) -> CaseConfiguration:
    write_case(tmp_path)
    return read_case(tmp_path)


@pytest.mark.parametrize("name", REGIMES)
def test_every_provision_is_cited_and_every_parameter_is_one_of_the_plan(name: str) -> None:
    regime = REGIMES[name]
    parameters = {field.name for field in fields(Defaults)}
    assert regime.provisions
    for provision in regime.provisions:
        authority = provision.authority
        assert provision.says
        assert not provision.parameter or provision.parameter in parameters
        if authority.standing is not Standing.CHOICE:
            assert authority.article
            assert authority.source.startswith("https://")
    assert regime.not_covered


@pytest.mark.parametrize("name", REGIMES)
def test_every_rank_is_cited_and_every_question_and_parameter_is_answered_once(name: str) -> None:
    regime = REGIMES[name]
    for rank in regime.ranks:
        assert rank.authority.article
        assert rank.authority.source.startswith("https://")
    topics = [provision.topic for provision in regime.provisions if provision.topic is not None]
    assert sorted(topics) == sorted(Topic), "each question that every law is asked has one answer"
    decided = [provision.parameter for provision in regime.provisions if provision.parameter]
    assert sorted(decided) == sorted(field.name for field in fields(Defaults)), "each default rests on one provision"
    assert bool(regime.ranks) == (name != "custom")


@pytest.mark.parametrize("name", REGIMES)
def test_nothing_counts_as_read_that_was_not(name: str) -> None:
    """Only texts of Japan were compared with the official ones (law.md section 0)."""
    regime = REGIMES[name]
    read = [provision for provision in regime.provisions if provision.authority.standing is Standing.READ]
    read_places = [rank for rank in regime.ranks if rank.authority.standing is Standing.READ]
    assert bool(read or read_places) == (regime.read_on is not None) == name.startswith("japan")
    for provision in read:
        assert provision.authority.source.startswith("https://laws.e-gov.go.jp/")


@pytest.mark.parametrize("name", REGIMES)
def test_the_page_reads_well_aloud(name: str) -> None:
    regime = REGIMES[name]
    for line in page(name):
        assert len(line) <= 140 or "https://" in line
    for said in [provision.says for provision in regime.provisions] + [rank.who for rank in regime.ranks]:
        assert said.endswith(".")
        assert "_" not in said.replace("deducts_debts", "").replace("prior_claims", "")
        assert said[0].isupper()
    assert not any(said.endswith(".") for said in regime.not_covered)
    assert ("A method only." in spoken(name)) == bool(regime.unsettled)


@pytest.mark.parametrize("name", REGIMES)
def test_a_case_runs_under_every_regime_and_says_what_nobody_read(name: str, tmp_path: Path) -> None:
    regime = REGIMES[name]
    trigger = regime.triggers[0] if regime.triggers else "bankruptcy"
    tables = {
        "account": "account,terms\nann,2016\nben,2018",
        "balance": "account,asset,quantity\nann,JPY,600\nben,JPY,400",
        "wallet": "wallet,asset,quantity,custody\nbank-1,JPY,900,bank",
    }  # fmt: skip
    tail = '[plan]\ntrust_terms = ["2016"]\n' if regime.asks else ""
    ran = Written(tmp_path, tables, tail, regime=name, trigger=trigger)
    assert not ran.result.is_blocked
    notes = [row["message"] for row in ran.rows("findings") if row["code"] == "provision-unread"]
    assert len(notes) == len({(unread.authority.law, unread.authority.article) for unread in regime.unread})
    assert all(any(unread.says in note for note in notes) for unread in regime.unread)
    assert ("method-only" in ran.codes()) == bool(regime.unsettled)
    assert "trigger-outside-regime" not in ran.codes()
    paid = {row["account"]: row["entitled"] for row in ran.rows("schedule")}
    assert paid == ({"ann": "600"} if regime.asks else {"ann": "540", "ben": "360"})
    assert ran.faults() == []


def test_what_the_law_leaves_to_the_facts_must_be_stated(tmp_path: Path) -> None:
    tables = {"balance": "account,asset,quantity\nann,JPY,1", "wallet": "wallet,asset,quantity\nbank-1,JPY,1"}
    with pytest.raises(RegimeError, match="trust_terms is a question of fact"):
        Written(tmp_path, tables, regime="hong_kong_trusts", trigger="winding_up")


def test_uk_regulation_12_2_a_shortfall_is_borne_in_proportion_450_270_180(tmp_path: Path) -> None:
    """900 of 1000 BTC are there, and 500, 300 and 200 are owed."""
    tables = {
        "balance": "account,asset,quantity\na,BTC,500\nb,BTC,300\nc,BTC,200",
        "wallet": "wallet,asset,quantity\nomnibus-1,BTC,900",
    }  # fmt: skip
    ran = Written(tmp_path, tables, regime="uk_special_administration", trigger="special_administration")
    assert ran.due("return") == {"a": "450.00000000", "b": "270.00000000", "c": "180.00000000"}


def test_a_late_claim_counts_where_it_is_excused_bankruptcy_act_art_112(tmp_path: Path) -> None:
    tables = {
        "balance": "account,asset,quantity\nann,JPY,600\nben,JPY,300\ncyd,JPY,100",
        "wallet": "wallet,asset,quantity,custody\nbank-1,JPY,350,bank",
        "claim": "claim,account,asset,quantity,filed_at,standing\nc1,ben,JPY,300,2026-12-01T00:00:00Z,filed\n"
        "c2,cyd,JPY,100,2026-12-01T00:00:00Z,excused",
    }  # fmt: skip
    ran = Written(tmp_path, tables, regime="japan_bankruptcy", more="bar_on = 2026-09-30")
    assert ran.due("dividend") == {"ann": "300", "cyd": "50"}, "ben's claim is barred; 350 among 600 and 100"
    assert ran.faults() == []


def test_another_event_than_the_law_is_for_is_said(tmp_path: Path) -> None:
    tables = {"balance": "account,asset,quantity\nann,JPY,1", "wallet": "wallet,asset,quantity\nbank-1,JPY,1"}
    assert "trigger-outside-regime" in Written(tmp_path, tables, regime="us_chapter_11").codes()


@pytest.mark.parametrize("name", REGIMES)
def test_the_look_back_is_cited_decides_no_parameter_and_stands_on_the_page(name: str) -> None:
    back = REGIMES[name].look_back
    assert 0 < back.others_days <= back.insiders_days
    assert back.provisions
    text = spoken(name)
    assert f"{back.insiders_days} days for insiders and affiliates, {back.others_days} days for others" in text
    for provision in back.provisions:
        authority = provision.authority
        assert not provision.parameter
        assert provision.says in text
        assert str(authority.standing) in text
        assert (authority.standing is Standing.CHOICE) != authority.source.startswith("https://")


@pytest.mark.parametrize("name", REGIMES)
def test_a_regime_answers_on_every_quarter_of_its_span_and_refuses_outside(name: str, case: CaseConfiguration) -> None:
    regime = REGIMES[name]
    for day in QUARTERS:
        is_inside = day >= regime.in_force_from and (regime.in_force_until is None or day <= regime.in_force_until)
        if is_inside:
            assert regime_of(on(case, day, name)) is regime
        else:
            with pytest.raises(RegimeError, match="lies outside"):
                regime_of(on(case, day, name))


def test_an_unknown_regime_is_refused_with_the_known_ones(case: CaseConfiguration) -> None:
    with pytest.raises(RegimeError, match="custom, hong_kong_trusts, japan_bankruptcy"):
        regime_of(on(case, date(2026, 3, 31), "atlantis"))


def test_a_rule_without_legal_basis_is_refused(case: CaseConfiguration) -> None:
    talmudic = replace(case, plan=case.plan.model_copy(update={"rule": "talmud"}))
    with pytest.raises(RegimeError, match="no legal basis"):
        parameters_of(talmudic, REGIMES["custom"])


def test_an_override_is_printed_and_a_repeated_default_is_not(case: CaseConfiguration) -> None:
    own = replace(case, plan=case.plan.model_copy(update={"holdback": "0.05", "rounding": "floor"}))
    parameters = parameters_of(own, REGIMES["custom"])
    assert parameters["holdback"] == "0.05"
    assert parameters["rounding"] == "floor"


@pytest.mark.parametrize("name", REGIMES)
def test_the_page_of_a_regime_shows_each_provision_with_its_place(name: str) -> None:
    text = spoken(name)
    for provision in REGIMES[name].provisions:
        assert provision.says in text
        assert provision.authority.article in text
    assert "Not covered:" in text


def test_order_7_2017_art_26_1_xiv_fiat_trust_pays_570_285_95(tmp_path: Path) -> None:
    """Claims of 600, 300 and 100 on a trust that realised 950: each min(own, principal x own / required)."""
    (tmp_path / "inputs").mkdir()
    (tmp_path / "case.toml").write_text(
        """
        [case]
        title = "A fiat trust (invented)"
        trigger = "registration_revoked"
        regime = "japan_payment_services"
        commencement_at = 2026-03-31T09:00:00+09:00
        currency = "JPY"
        [assets.JPY]
        decimals = 0
        kind = "fiat"
        [[sources]]
        table = "balance"
        path = "inputs/balance.csv"
        [[sources]]
        table = "wallet"
        path = "inputs/wallet.csv"
        """,
        encoding="utf-8",
    )
    (tmp_path / "inputs/balance.csv").write_text("account,asset,quantity\na,JPY,600\nb,JPY,300\nc,JPY,100\n")
    (tmp_path / "inputs/wallet.csv").write_text("wallet,asset,quantity,custody\ntrust-1,JPY,950,trust\n")
    run_case(tmp_path, tmp_path / "o", lambda _: None)
    rows = (tmp_path / "o/schedule.csv").read_text(encoding="utf-8").splitlines()[1:]
    assert [row.split(",")[8] for row in rows] == ["570", "285", "95"]
