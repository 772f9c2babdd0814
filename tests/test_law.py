"""Each regime says what it says, where, and for which days; and refuses the others."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import date, datetime, timedelta, timezone
from pathlib import Path

import pytest

from administrator.errors import RegimeError
from administrator.law import REGIMES
from administrator.law.regime import Defaults, Standing
from administrator.terms import parameters_of, regime_of
from administrator.usecases.reading_law import page
from administrator.usecases.running import run_case
from ledgers.configuration import CaseConfiguration, read_case
from tests.test_worked_example import write_case

QUARTERS = [date(year, month, 1) for year in range(2000, 2041) for month in (1, 4, 7, 10)]


def on(case: CaseConfiguration, day: date, regime: str) -> CaseConfiguration:
    at = datetime(day.year, day.month, day.day, 12, tzinfo=timezone(timedelta(hours=9)))
    return replace(case, case=case.case.model_copy(update={"commencement_at": at, "regime": regime}))


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
def test_the_look_back_is_cited_decides_no_parameter_and_stands_on_the_page(name: str) -> None:
    back = REGIMES[name].look_back
    assert 0 < back.others_days <= back.insiders_days
    assert back.provisions
    text = "\n".join(page(name))
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
    with pytest.raises(RegimeError, match="custom, japan_payment_services"):
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
    text = "\n".join(page(name))
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
