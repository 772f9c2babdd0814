"""What is required, by which rule, and of what it is made: the figures of each article, and what must always hold.

Sums are worked on paper from the articles; the names say which. Random tests print their seed.
"""

from __future__ import annotations

import csv
import json
import random
import re
from collections.abc import Sequence
from dataclasses import fields, replace
from datetime import date, datetime
from fractions import Fraction
from itertools import product
from pathlib import Path
from xml.etree import ElementTree

import pytest

from administrator.blends import (
    InForce,
    Layer,
    Offer,
    Required,
    Scenario,
    Trials,
    all_blends,
    cheapest,
    count_blends,
    replaced_minor,
)
from administrator.cli import main
from administrator.insurance import (
    Basis,
    CustodyLoss,
    EventLoss,
    Policy,
    PolicyLine,
    Sublimit,
    at_every_valuation,
    cover,
)
from administrator.law.regime import Standing
from administrator.law.requirements import METHODS
from administrator.law.requirements.formula import evaluate
from administrator.law.requirements.japan_broker import CAP, RATES, accrual
from administrator.law.requirements.method import Figures, LacksFigure, NoSuchFormula
from administrator.law.requirements.precedents import Seen, known_on, nearest_rank, precedents, severities
from administrator.losses import Peril
from administrator.pictures.bars import Bar, Bars, Part, bars_overlaps, bars_svg, place_bars
from administrator.progress import silent
from administrator.stages import STAGES, given, stage_keys
from administrator.usecases.running import run_case
from administrator.usecases.sizing import size_reserve
from ledgers.configuration import read_case
from ledgers.configuration_sections import RequirementSection
from ledgers.units import Ratio, value_ratio
from tests.test_worked_example import write_case

ON = date(2026, 3, 31)
BILLION = 10**9
TRILLION = 10**12
NOTHING = Figures(
    on=ON, currency="JPY", decimals=0, held_minor=0, amounts={}, volumes={}, choices={}, quantile=None, formula=None,
    named={}, rates={},
)  # fmt: skip
CASE = """[case]
title = "Re Example (invented)"
currency = "JPY"
[assets.JPY]
decimals = 0
kind = "fiat"
[requirement]
method = "hong_kong"
on = 2026-03-31
held = "100000000"
hot = "20000000"
cold = "980000000"
"""


def required(method: str, figures: Figures) -> int:
    return METHODS[method].work(figures).required_minor


def equities(held: int = 850_000_000, this: int = 10 * TRILLION, most: int = 12 * TRILLION) -> Figures:
    return replace(NOTHING, held_minor=held, volumes={"equities": (this, most, 9 * TRILLION)})


def written(folder: Path, text: str = CASE) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "case.toml").write_text(text, encoding="utf-8")
    return folder


def parsed(svg: str) -> ElementTree.Element:
    return ElementTree.fromstring(svg.encode())  # noqa: S314  our own picture


# --- figures by article -------------------------------------------------------------------------------------------


def test_fiea_art_46_5_order_52_2007_art_175_sets_aside_110m_of_equity_turnover_of_10tn() -> None:
    figures = equities()
    worked = METHODS["japan_broker"].work(figures)
    amounts = {step.says.partition(",")[0]: step.minor for step in worked.steps}
    assert amounts["L1"] == 200_000_000
    assert amounts["L2"] == 960_000_000
    assert accrual(figures) == 110_000_000
    assert worked.required_minor - figures.held_minor == 110_000_000


def test_order_52_2007_art_175_the_reported_reserves_of_2bn_to_40bn_are_turnovers_of_25tn_to_500tn() -> None:
    assert CAP * RATES["equities"] * 25 * TRILLION == 2 * BILLION
    assert CAP * RATES["equities"] * 500 * TRILLION == 40 * BILLION


def test_order_52_2007_art_175_the_rates_are_those_of_the_table() -> None:
    per_ten_thousand = {
        "equities": "0.2", "equity_index_futures": "0.006", "equity_options": "0.3", "bond_futures": "0.0016",
        "bond_options": "0.3", "currency_futures": "0.0096", "deposit_rate_futures": "0.0012",
        "bill_discount_futures": "0.0024", "commodity_futures": "0.01", "commodity_options": "0.1",
    }  # fmt: skip
    caps = ["0.8", "0.024", "1.2", "0.0064", "1.2", "0.0384", "0.0048", "0.0096", "0.04", "0.4"]
    assert {kind: rate * 10_000 for kind, rate in RATES.items()} == {
        kind: Fraction(text) for kind, text in per_ten_thousand.items()
    }
    assert [CAP * rate * 10_000 for rate in RATES.values()] == [Fraction(text) for text in caps]


def test_fiea_art_46_5_nothing_is_set_aside_where_the_reserve_is_above_its_cap() -> None:
    figures = equities(held=961_000_000)
    assert accrual(figures) == 0
    assert required("japan_broker", figures) == 960_000_000


def test_fiea_art_46_5_insurance_replaces_none_of_the_reserve() -> None:
    assert METHODS["japan_broker"].replaceable == 0


def test_user_protection_act_korea_200bn_of_hot_wallets_require_10bn_and_small_ones_the_floor() -> None:
    figures = replace(NOTHING, currency="KRW", amounts={"hot": 200 * BILLION}, choices={"market": "won"})
    assert required("korea", figures) == 10 * BILLION
    assert required("korea", replace(figures, amounts={"hot": 1})) == 3 * BILLION
    assert required("korea", replace(figures, amounts={"hot": 1}, choices={"market": "coin"})) == 500_000_000
    assert required("korea", replace(figures, amounts={"hot": 60 * BILLION + 1})) == 3 * BILLION + 1


@pytest.mark.parametrize(("cold", "met"), [(80, True), (79, False)])
def test_user_protection_act_korea_80_percent_are_cold(cold: int, met: bool) -> None:
    figures = replace(NOTHING, currency="KRW", amounts={"hot": 100 - cold, "cold": cold}, choices={"market": "won"})
    (test,) = METHODS["korea"].work(figures).tests
    assert test.met is met


def test_guidelines_hong_kong_20m_hot_and_980m_cold_require_510m_and_2_percent_hot_is_met() -> None:
    figures = replace(NOTHING, currency="HKD", amounts={"hot": 20_000_000, "cold": 980_000_000})
    worked = METHODS["hong_kong"].work(figures)
    assert worked.required_minor == 510_000_000
    assert [test.met for test in worked.tests] == [True]
    more = METHODS["hong_kong"].work(replace(figures, amounts={"hot": 20_000_001, "cold": 980_000_000}))
    assert [test.met for test in more.tests] == [False]


def test_guidelines_hong_kong_require_two_orders_of_magnitude_more_than_korea_for_one_book() -> None:
    figures = replace(NOTHING, currency="KRW", amounts={"hot": 2 * TRILLION, "cold": 98 * TRILLION},
                      choices={"market": "won"})  # fmt: skip
    assert required("hong_kong", figures) == 510 * required("korea", figures)


def test_mica_art_67_is_the_higher_of_annex_iv_and_a_quarter_of_overheads_rounded_up() -> None:
    figures = replace(
        NOTHING, currency="EUR", decimals=2, choices={"service": "class_3"},
        amounts={"expenses": 100_000_000, "bonuses": 20_000_000, "non_recurring": 9_999_999},
    )  # fmt: skip
    assert required("mica", figures) == 17_500_001, "a quarter of 700,000.01 euro"
    assert required("mica", replace(figures, amounts={"expenses": 1})) == 15_000_000
    with pytest.raises(NoSuchFormula, match="more than expenses"):
        required("mica", replace(figures, amounts={"expenses": 1, "profit_shares": 2}))


def test_an_amount_that_a_rule_states_is_converted_exactly_and_never_without_a_rate() -> None:
    figures = replace(NOTHING, amounts={"hot": 0}, choices={"market": "won"})
    with pytest.raises(LacksFigure, match=r"rates\.KRW"):
        required("korea", figures)
    third = replace(figures, rates={"KRW": Fraction("0.1070000001")})
    assert required("korea", third) == 321_000_001, "3bn at 0.1070000001 are 321,000,000.3"


def test_coincheck_paid_46_603_339_585_49_for_526_300_010_xem_at_88_549() -> None:
    rate = value_ratio(0, Ratio(88549, 1000), 2)
    assert Fraction(526_300_010 * rate.numerator, rate.denominator) == 4_660_333_958_549
    assert 523_000_000 * Fraction("88.549") // 1_000_000 == 46_311, "about 46.311bn for the lower count"


def test_zaif_paid_for_1_000_mona_600_mona_and_57_819_2_yen() -> None:
    assert (1_000 * Fraction("0.6"), 1_000 * Fraction("0.4") * Fraction("144.548")) == (600, Fraction("57819.2"))


def test_bitpoint_the_published_rows_sum_to_less_than_the_published_totals() -> None:
    rows = [("1.53", "1.28"), ("0.07", "0.04"), ("0.33", "0.24"), ("0.05", "0.04"), ("1.02", "0.44")]
    lost = sum(Fraction(row[0]) for row in rows)
    customers = sum(Fraction(row[1]) for row in rows)
    assert (lost, customers) == (Fraction("3.00"), Fraction("2.04"))
    (row,) = [row for row in precedents() if row.incident == "BITPoint"]
    assert int(row.loss) == 3_020_000_000, "the total as published, not the sum of rows that were cut off"


def test_insurance_of_a_hot_sublimit_and_two_layers_pays_60_of_120_where_a_naive_sum_says_75() -> None:
    """Hot 100 (sublimit 60) and cold 20; 25 above 5 with 10 eroded; 50 above 30, of which 90 % are placed."""
    primary = Policy(
        position=0, name="primary", covers=frozenset({Peril("external_theft")}), custody=None, basis=Basis.OCCURRED,
        from_at=None, until_at=None, retention_minor=5, limit_minor=25, aggregate_minor=25, eroded_minor=10,
        lines=(PolicyLine("", Ratio(1, 1), "1", 0),), pays_holders=True, sublimits=(Sublimit("hot", 60),),
    )  # fmt: skip
    placed = (PolicyLine("", Ratio(9, 10), "0.9", 0),)
    excess = replace(primary, retention_minor=30, limit_minor=50, aggregate_minor=None, lines=placed)
    at = datetime(2026, 1, 1)
    event = EventLoss(
        "e", Peril("external_theft"), at, at, at, at, 0,
        at_every_valuation((CustodyLoss("cold", 20), CustodyLoss("hot", 100))),
    )  # fmt: skip
    due = [cover(policy, [event], projection=True)[0].due_minor for policy in (primary, excess)]
    assert due == [15, 45]
    assert 120 - sum(due) == 60


# --- precedents ---------------------------------------------------------------------------------------------------


def test_there_are_25_precedents_each_with_a_standing_and_a_source_unless_it_is_from_memory() -> None:
    rows = precedents()
    assert [row.number for row in rows] == list(range(1, 26))
    assert len({row.incident for row in rows}) == 25
    for row in rows:
        is_memory = row.standing is Seen.MEMORY
        assert bool(row.sources) != is_memory, row.incident
        assert (row.seen_by is None) == is_memory, row.incident
        assert all(source.startswith(("https://", "http://")) for source in row.sources)
        assert (row.share_low is None) == (row.share_high is None) == (row.share_standing is None)
        if row.share_low is not None and row.share_high is not None:
            assert 0 <= row.share_low <= row.share_high <= 1
        assert row.wallets in ("", "hot", "warm", "cold", "all")


def test_three_japanese_hot_wallet_cases_lie_in_the_band_of_brokers_and_coincheck_and_dmm_do_not() -> None:
    yen = {row.incident: int(row.loss) for row in precedents() if row.unit == "JPY" and int(row.loss)}
    inside = {name for name, loss in yen.items() if 2 * BILLION <= loss <= 40 * BILLION}
    assert inside == {"Zaif", "BITPoint", "Liquid (Quoine)"}
    assert set(yen) - inside == {"Mt. Gox", "Coincheck", "DMM Bitcoin"}


def test_dmm_lost_half_of_what_its_customers_were_later_reported_to_have() -> None:
    (row,) = [row for row in precedents() if row.incident == "DMM Bitcoin"]
    assert row.share_high == Fraction(482, 962)
    assert row.share_high is not None
    assert 1_000 * row.share_high // 1 == 501


def test_severities_ascend_leave_out_what_lost_nothing_and_take_the_higher_of_two_sources() -> None:
    ordered = severities(precedents())
    assert [share for share, _ in ordered] == sorted(share for share, _ in ordered)
    by_name = {row.incident: share for share, row in ordered}
    assert len(ordered) == 10
    assert "FTX Japan" not in by_name
    assert by_name["Cryptopia"] == Fraction("0.15")


def test_a_precedent_counts_from_its_day_or_from_the_end_of_its_month() -> None:
    names = [row.incident for row in known_on(date(2014, 2, 28))]
    assert names == ["Mt. Gox"]
    assert known_on(date(2014, 2, 27)) == ()
    assert len(known_on(date(2026, 1, 1))) == 25


def test_the_nearest_rank_is_a_value_that_happened_and_at_least_the_share_lies_at_or_below() -> None:
    seed = random.randrange(10**9)
    print(f"seed {seed}")
    chance = random.Random(seed)
    for _ in range(300):
        values = sorted(Fraction(chance.randrange(50), chance.randrange(1, 50)) for _ in range(chance.randrange(1, 20)))
        quantile = Fraction(chance.randrange(1, 101), 100)
        found = nearest_rank(values, quantile)
        assert found in values
        assert sum(value <= found for value in values) >= quantile * len(values)
        assert sum(value < found for value in values) < quantile * len(values)


def test_precedents_at_the_median_of_ten_shares_require_17_percent_of_the_assets() -> None:
    figures = replace(NOTHING, amounts={"customers": 100 * BILLION, "hot": 2 * BILLION},
                      choices={"applied_to": "all"}, quantile=Fraction(1, 2))  # fmt: skip
    assert required("precedents", figures) == 17 * BILLION
    hot = replace(figures, choices={"applied_to": "hot"})
    assert required("precedents", hot) == 340_000_000
    says = " ".join(METHODS["precedents"].work(figures).says)
    assert "No official formula" in says
    assert "within the JPY 2bn to 40bn" in says
    assert "lost from cold" in " ".join(METHODS["precedents"].work(hot).says)


# --- methods as values --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", METHODS)
def test_every_provision_is_cited_and_what_has_no_official_formula_says_so(name: str) -> None:
    method = METHODS[name]
    assert method.name == name
    assert method.provisions
    assert method.not_covered
    assert method.asks
    for provision in method.provisions:
        authority = provision.authority
        assert (authority.standing is Standing.CHOICE) != authority.source.startswith("https://")
        assert authority.article or authority.standing is Standing.CHOICE
    if any(provision.authority.standing is Standing.READ for provision in method.provisions):
        assert method.read_on is not None
    assert method.is_official == (name not in ("precedents", "own"))


@pytest.mark.parametrize("name", METHODS)
def test_a_date_before_a_rule_is_an_error_and_never_the_nearest_rule(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    day = METHODS[name].in_force_from
    assert METHODS[name].holds_on(day)
    assert not METHODS[name].holds_on(date.fromordinal(day.toordinal() - 1))
    text = CASE.replace("2026-03-31", "1899-12-31").replace("hong_kong", name)
    assert main(["size-reserve", str(written(tmp_path, text))]) == 5
    assert "lies outside the days" in capsys.readouterr().err


def wealthy(chance: random.Random) -> Figures:
    keys = ("customers", "hot", "cold", "expenses")
    return replace(
        NOTHING, held_minor=chance.randrange(10**12), amounts={key: chance.randrange(10**15) for key in keys},
        volumes={kind: tuple(chance.randrange(10**16) for _ in range(3)) for kind in RATES},
        choices={"market": "won", "service": "class_1", "applied_to": chance.choice(("all", "hot"))},
        quantile=Fraction(chance.randrange(1, 100), 100), formula="max(7, 3% * hot + min(cold, 2 * customers)) + held",
        rates={"KRW": Fraction(1, 9), "EUR": Fraction(163)},
    )  # fmt: skip


@pytest.mark.parametrize("name", METHODS)
def test_a_requirement_never_falls_where_a_figure_rises(name: str) -> None:
    seed = random.randrange(10**9)
    print(f"seed {seed}")
    chance = random.Random(seed)
    for _ in range(40):
        figures = wealthy(chance)
        least = required(name, figures)
        more = 10 ** chance.randrange(16)
        for key in figures.amounts:
            raised = {**figures.amounts, key: figures.amounts[key] + more}
            assert required(name, replace(figures, amounts=raised)) >= least, key
        for kind, years in figures.volumes.items():
            raised_volumes = {**figures.volumes, kind: (years[0] + more, *years[1:])}
            assert required(name, replace(figures, volumes=raised_volumes)) >= least
        assert required(name, replace(figures, held_minor=figures.held_minor + more)) >= least
        assert required(name, replace(figures, quantile=Fraction(1))) >= least


def test_a_requirement_is_exact_where_figures_have_38_digits() -> None:
    hot, cold = 10**37 + 1, 10**38 - 1
    figures = replace(NOTHING, amounts={"hot": hot, "cold": cold})
    assert required("hong_kong", figures) == hot + (cold + 1) // 2
    volumes = {"equities": (10**37 + 3, 1, 1)}
    assert required("japan_broker", replace(NOTHING, volumes=volumes)) == (10**37 + 3) // 50_000 + 1


# --- a formula of one's own ---------------------------------------------------------------------------------------

NAMED = {"hot": Fraction(7), "cold": Fraction(31), "rate_2": Fraction(3, 8)}


def grown(chance: random.Random, depth: int) -> tuple[str, Fraction]:
    """A formula and what it comes to, worked out beside it."""
    kind = chance.randrange(7) if depth else chance.randrange(3)
    if kind == 0:
        text = str(chance.randrange(1000))
        return text, Fraction(text)
    if kind == 1:
        text = f"{chance.randrange(100)}.{chance.randrange(1000):03}"
        return f"{text}%", Fraction(text) / 100
    if kind == 2:
        name = chance.choice(sorted(NAMED))
        return name, NAMED[name]
    (left, one), (right, other) = grown(chance, depth - 1), grown(chance, depth - 1)
    if kind == 3:
        return f"({left}) * ({right})", one * other
    if kind == 4:
        return f"({left} - ({right}))", one - other
    if kind == 5:
        return f"max({left}, {right},0)", max(one, other, Fraction(0))
    return f" min( {left} ,({right}) + 1 )", min(one, other + 1)


def test_a_formula_comes_to_what_its_tree_says() -> None:
    seed = random.randrange(10**9)
    print(f"seed {seed}")
    chance = random.Random(seed)
    tries = 0
    while tries < 500:
        text, expected = grown(chance, 3)
        if len(text) > 1_000:
            continue
        tries += 1
        assert evaluate(text, NAMED) == expected, text


def test_products_bind_before_sums_and_sums_go_from_left_to_right() -> None:
    assert evaluate("10 - 2 - 3 + 2 * 5%", {}) == Fraction("5.1")


def test_any_text_is_a_value_or_one_line_with_a_place_and_a_remedy() -> None:
    seed = random.randrange(10**9)
    print(f"seed {seed}")
    chance = random.Random(seed)
    pieces = ["hot", "cold", "max", "min", "(", ")", ",", "+", "-", "*", "%", "1", "0.5", " ", "/", "**", "１", "e9",
              "__import__", "\x1b[2J", "\n", "\u202e", ".", "HOT", "1_0", "0x1", "'", "株", "\0", ";",
              "9" * 50]  # fmt: skip
    refused = []
    for _ in range(3_000):
        text = "".join(chance.choice(pieces) for _ in range(chance.randrange(12)))
        try:
            evaluate(text, NAMED)
        except NoSuchFormula as fault:
            refused.append(str(fault))
    assert len(refused) > 1_000
    for said in refused:
        assert said.startswith("formula: at character ")
        assert said.endswith(".")
        assert said.isprintable(), repr(said)


@pytest.mark.parametrize(
    ("formula", "says"),
    [
        ("5% * hott", 'at character 6 nothing is given by the name "hott"; did you mean "hot"'),
        ("hot / 2", 'at character 5 "/" is nothing that a formula knows'),
        ("max(hot, 3", 'at character 11 the end stands where ")" is needed'),
        ("-3", 'at character 1 "-" stands where a value is needed'),
        ("hot cold", 'at character 5 "cold" is one too many'),
        ("hot%", 'at character 4 "%" is one too many'),
        ("", "at character 1 the end stands where a value is needed"),
        ("1e9", 'at character 2 "e9" is one too many'),
        ("(" * 60 + "1" + ")" * 60, "nested more than 40 deep"),
        ("1" * 39, "more than 38 characters"),
        ("1+" * 600 + "1", "longer than 1000 characters"),
    ],
)  # fmt: skip
def test_a_formula_that_cannot_be_read_says_where_and_what_to_do(formula: str, says: str) -> None:
    with pytest.raises(NoSuchFormula) as fault:
        evaluate(formula, NAMED)
    assert says in str(fault.value)


# --- blends -------------------------------------------------------------------------------------------------------


def offers_of(chance: random.Random) -> tuple[Offer, ...]:
    offers = []
    limit_max = chance.choice((25, 60))
    for number in range(chance.randrange(4)):
        limits = chance.sample(range(1, limit_max), chance.randrange(1, 6))
        rate = Fraction(chance.randrange(20), chance.choice((100, 300)))
        least = chance.randrange(3)
        is_excess = chance.random() < 0.5
        offers.append(
            Offer(
                name=f"offer {number}",
                custody=chance.choice((None, None, frozenset({"hot"}), frozenset({"cold", "hot"}))),
                retention_minor=0 if is_excess else chance.randrange(20),
                attachment_minor=chance.randrange(40) if is_excess else None,
                share=Ratio(*Fraction(chance.randrange(1, 11), 10).as_integer_ratio()),
                prices=tuple((limit, max(rate * limit, Fraction(least))) for limit in limits),
            )
        )
    return tuple(offers)


def requirement_of(chance: random.Random) -> Required:
    hot, cold = Fraction(chance.randrange(60), 2), Fraction(chance.randrange(60), 2)
    parts = chance.choice(((), (("hot", hot), ("cold", cold))))
    return Required(-(-(hot + cold) // 1), Fraction(chance.randrange(11), 10), parts)


def towers_of(offers: Sequence[Offer]) -> list[tuple[tuple[Offer, int, Fraction], ...]]:
    """Every choice of limits, at most one of each offer and one without attachment, where no unit is insured twice."""
    towers = []
    for choice in product(*([None, *offer.prices] for offer in offers)):
        tower = tuple((offer, *bought) for offer, bought in zip(offers, choice, strict=True) if bought is not None)
        units = [unit for offer, limit, _ in tower for unit in range(above(offer), above(offer) + limit)]
        if len(units) == len(set(units)) and sum(offer.attachment_minor is None for offer, _, _ in tower) < 2:
            towers.append(tower)
    return towers


def above(offer: Offer) -> int:
    return offer.retention_minor if offer.attachment_minor is None else offer.attachment_minor


def test_no_feasible_blend_is_cheaper_by_looking_at_every_reserve_of_every_tower() -> None:
    seed = random.randrange(10**9)
    print(f"seed {seed}")
    chance = random.Random(seed)
    bought = layered = 0
    for _ in range(4000):
        wanted, offers = requirement_of(chance), offers_of(chance)
        rate = Fraction(chance.randrange(30), 100)
        blends = all_blends(wanted, offers, rate)
        best = cheapest(blends)
        bought += bool(best.layers)
        layered += len(best.layers) > 1
        feasible = []
        towers = towers_of(offers)
        assert len(blends) == len(towers) == count_blends(offers)
        for tower in towers:
            paid = 0
            for offer, limit, _ in tower:
                covered = wanted.minor
                if offer.custody is not None:
                    asked = [part for name, part in wanted.parts if name in offer.custody]
                    covered = min(covered, sum(asked, Fraction(0)) // 1)
                paid += min(max(covered - above(offer), 0), limit) * Fraction(*offer.share) // 1
            paid = min(paid, wanted.replaceable * wanted.minor // 1)
            premium = sum((cost for _, _, cost in tower), Fraction(0))
            for reserve in range(wanted.minor + 1):
                if reserve + paid >= wanted.minor:
                    feasible.append((rate * reserve + premium, -reserve))
        assert best.cost == min(cost for cost, _ in feasible)
        assert best.cost == min(blend.cost for blend in blends)
        equal = [blend.reserve_minor for blend in blends if blend.cost == best.cost]
        assert best.reserve_minor == max(equal), "of equally cheap blends the one with more reserve"
    assert bought > 20
    assert layered > 3


def test_every_blend_meets_the_requirement_and_keeps_what_may_not_be_replaced() -> None:
    seed = random.randrange(10**9)
    print(f"seed {seed}")
    chance = random.Random(seed)
    for _ in range(200):
        wanted, offers = requirement_of(chance), offers_of(chance)
        loss = Scenario("as large as the requirement", wanted.minor, "")
        trials = Trials([loss], None)
        for blend in all_blends(wanted, offers, Fraction(1, 10)):
            replaced = replaced_minor(wanted, blend.layers)
            assert blend.reserve_minor + replaced >= wanted.minor
            assert blend.reserve_minor >= (1 - wanted.replaceable) * wanted.minor
            assert 0 <= replaced <= blend.limit_minor
            if all(layer.offer.custody is None for layer in blend.layers):
                assert trials.of(blend)[0].uncovered_minor == 0


def test_what_insurers_and_reserve_pay_and_what_nobody_pays_sum_to_the_loss_unit_by_unit() -> None:
    """By looking at every unit of a loss: who answers for it, the insurance in force first, each at its share."""
    seed = random.randrange(10**9)
    print(f"seed {seed}")
    chance = random.Random(seed)
    for _ in range(120):
        offers = offers_of(chance)
        blends = all_blends(requirement_of(chance), offers, Fraction(1, 10))
        scenarios = [Scenario(name, chance.randrange(150), name) for name in ("", "hot", "cold")]
        there = chance.choice((None, InForce(chance.randrange(1, 60), chance.randrange(60),
                                             chance.choice((None, frozenset({"hot"}))))))  # fmt: skip
        trials = Trials(scenarios, there)
        for blend in blends:
            for result in trials.of(blend):
                parts = (result.insured_minor, result.reserved_minor, result.uncovered_minor)
                assert min(parts) >= 0
                assert sum(parts) == result.scenario.loss_minor
                assert result.reserved_minor <= blend.reserve_minor
                left = set(range(result.scenario.loss_minor))
                custody = result.scenario.custody
                if there is not None and (there.custody is None or custody in there.custody):
                    paid = left & set(range(there.retention_minor, there.retention_minor + there.limit_minor))
                    assert result.in_force_minor == len(paid)
                    left -= paid
                else:
                    assert result.in_force_minor == 0
                insured = result.in_force_minor
                for layer in blend.layers:
                    if layer.offer.custody is None or custody in layer.offer.custody:
                        begins = above(layer.offer)
                        units = left & set(range(begins, begins + layer.limit_minor))
                        insured += len(units) * Fraction(*layer.offer.share) // 1
                assert result.insured_minor == insured


def test_an_offer_for_hot_wallets_replaces_only_what_is_asked_for_them_and_pays_no_loss_from_cold() -> None:
    offer = Offer("hot only", frozenset({"hot"}), 0, None, Ratio(1, 1), ((100, Fraction(1)),))
    wanted = Required(510, Fraction(1), (("hot", Fraction(20)), ("cold", Fraction(490))))
    layers = (Layer(offer, 100, Fraction(1)),)
    assert replaced_minor(wanted, layers) == 20
    assert replaced_minor(replace(wanted, parts=()), layers) == 0
    blend = all_blends(wanted, [offer], Fraction(1))[1]
    hot, cold, unknown = Trials([Scenario(name, 600, name) for name in ("hot", "cold", "")], None).of(blend)
    assert (hot.insured_minor, hot.uncovered_minor) == (100, 10)
    assert (cold.insured_minor, cold.uncovered_minor) == (0, 110)
    assert unknown == replace(cold, scenario=unknown.scenario)


def test_a_retention_is_kept_in_reserve_so_that_a_loss_of_the_requirement_is_whole() -> None:
    offer = Offer("with retention", None, 30, None, Ratio(1, 1), ((1_000, Fraction(1)),))
    blend = all_blends(Required(100, Fraction(1), ()), [offer], Fraction(1, 10))[1]
    assert blend.reserve_minor == 30


def test_a_primary_and_an_excess_are_layered_and_the_excess_never_attaches_inside_the_primary() -> None:
    """25 xs 5 and 90 % of 50 xs 30: a loss of 80 is 25 + 45; a primary of 40 would reach into the excess."""
    primary = Offer("primary", None, 5, None, Ratio(1, 1), ((25, Fraction(2)), (40, Fraction(3))))
    excess = Offer("excess", None, 0, 30, Ratio(9, 10), ((50, Fraction(1)),))
    blends = all_blends(Required(80, Fraction(1), ()), [excess, primary], Fraction(1, 10))
    assert [[(layer.offer.name, layer.limit_minor) for layer in blend.layers] for blend in blends] == [
        [], [("excess", 50)], [("primary", 25)], [("primary", 40)], [("primary", 25), ("excess", 50)],
    ]  # fmt: skip
    tower = blends[-1]
    assert (tower.reserve_minor, tower.premium, tower.cost) == (10, 3, 4)
    assert cheapest(blends) == tower
    (tried,) = Trials([Scenario("worked", 80, "")], None).of(tower)
    assert (tried.insured_minor, tried.reserved_minor, tried.uncovered_minor) == (70, 10, 0)
    (tried,) = Trials([Scenario("worked", 80, "")], InForce(10, 25, None)).of(tower)
    assert (tried.in_force_minor, tried.insured_minor) == (10, 10 + 20 + 45 * 9 // 10)


# --- the command --------------------------------------------------------------------------------------------------

OFFERS = """capital_rate = "0.08"
[[requirement.insurance]]
name = "specie"
rate = "0.01"
step = "10000000"
limit_max = "600000000"
[[requirement.scenarios]]
name = "all of it"
loss = "1000000000"
[[requirement.scenarios]]
name = "as WazirX"
precedent = "WazirX"
[[requirement.scenarios]]
name = "hot wallets"
loss = "20000000"
custody = "hot"
"""


def test_a_case_without_books_is_sized_and_says_gap_blend_and_uncovered_scenarios(tmp_path: Path) -> None:
    """510m required, 100m held. Insurance at 1 % against capital at 8 %: 510m of limit and no reserve, 5.1m a year."""
    sized = size_reserve(written(tmp_path, CASE + OFFERS))
    (method,) = sized.methods
    assert (method.required, method.gap) == ("510000000", "410000000")
    best = method.cheapest
    assert best is not None
    assert (best.offer, best.limit, best.reserve, best.cost) == ("specie", "510000000", "0", "5100000")
    assert [(line.scenario, line.uncovered) for line in best.uncovered] == [("all of it", "490000000")]
    assert len(method.blends) == 61
    assert method.blends[0].cost == "40800000"
    text = "\n".join(sized.lines(80))
    for said in ("510000000", "cheapest", "would not have covered 1 of 3", "not read in the official text"):
        assert said in text


def test_a_primary_and_an_excess_stand_in_the_files_and_insurance_in_force_pays_first(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """510m: 100m xs 10m and 400m xs 110m leave the 10m below. Of a loss of 600m, 50m xs 10m are in force."""
    text = CASE + """insured = "50000000"
insured_retention = "10000000"
capital_rate = "0.08"
[[requirement.insurance]]
name = "excess"
attachment = "110000000"
quotes = [{ limit = "400000000", premium = "4000000" }]
[[requirement.insurance]]
name = "primary"
retention = "10000000"
quotes = [{ limit = "100000000", premium = "3000000" }, { limit = "200000000", premium = "4000000" }]
[[requirement.scenarios]]
name = "more than all"
loss = "600000000"
"""
    sized = size_reserve(written(tmp_path / "case", text))
    best = sized.methods[0].cheapest
    assert best is not None
    assert (best.offer, best.limit, best.reserve) == ("primary + excess", "500000000", "10000000")
    assert best.tower == "100000000 xs 10000000 + 400000000 xs 110000000"
    assert len(sized.methods[0].blends) == 5
    (tried,) = best.tried
    assert (tried.in_force, tried.insured, tried.reserved, tried.uncovered) == (
        "50000000", "500000000", "10000000", "90000000",
    )  # fmt: skip
    assert main(["size-reserve", str(tmp_path / "case"), "--out", str(tmp_path / "out")]) == 0
    said = capsys.readouterr().out
    assert "400000000 above 110000000: excess, 4000000 a year" in said
    assert "In scenarios the insurance in force pays first: 50000000 above 10000000." in said
    with (tmp_path / "out/blends.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    keys = [(row["method"], row["offer"], row["layers"]) for row in rows]
    assert len(set(keys)) == len(keys) == 5


def test_the_law_lists_each_method_with_its_standing_and_prints_one_as_a_page(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["law"]) == 0
    listed = capsys.readouterr().out
    assert main(["law", "--json"]) == 0
    kinds = {line["name"]: line["kind"] for line in json.loads(capsys.readouterr().out)}
    for name, method in METHODS.items():
        assert re.search(rf"^  {name} +{re.escape(method.title)} \(", listed, re.MULTILINE)
        assert kinds[name] == "requirement"
        assert main(["law", name]) == 0
        page = capsys.readouterr().out
        for provision in method.provisions:
            assert provision.says in page
        assert all(f"    {said}\n" in page for said in (*method.asks, *method.not_covered))
    assert kinds["custom"] == "regime"


def test_all_methods_stand_in_one_table_and_those_that_cannot_be_worked_out_say_why(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    case = written(tmp_path, CASE + 'formula = "10% * hot"\n')
    assert main(["size-reserve", str(case), "--all", "--out", str(tmp_path / "o")]) == 0
    said = capsys.readouterr().out
    assert "own: No official formula stands behind this figure." in said
    with (tmp_path / "o/requirement.csv").open(encoding="utf-8", newline="") as stream:
        rows = {row["method"]: row for row in csv.DictReader(stream)}
    assert list(rows) == list(METHODS)
    assert (rows["hong_kong"]["required"], rows["own"]["required"]) == ("510000000", "2000000")
    assert rows["own"]["official_for"] == ""
    assert rows["japan_broker"]["official_for"] == "brokers in Japan"
    for name in ("japan_broker", "korea", "mica", "precedents"):
        assert rows[name]["required"] == ""
        assert rows[name]["why_not"]
    assert parsed((tmp_path / "o/requirement.svg").read_text(encoding="utf-8")).tag.endswith("svg")
    assert main(["size-reserve", str(case), "--all", "--out", str(tmp_path / "o")]) == 8
    assert "is there already" in capsys.readouterr().err


def test_the_same_case_gives_the_same_bytes_and_json_gives_the_same_figures(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    case = written(tmp_path, CASE + OFFERS)
    for name in ("a", "b"):
        assert main(["size-reserve", str(case), "--out", str(tmp_path / name), "--json"]) == 0
        answer = json.loads(capsys.readouterr().out)
    assert answer["methods"][0]["required"] == "510000000"
    names = sorted(path.name for path in (tmp_path / "a").iterdir())
    assert names == ["blends.csv", "precedents.csv", "requirement.csv", "requirement.svg", "scenarios.csv",
                     "steps.csv"]  # fmt: skip
    for name in names:
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()
    with (tmp_path / "a/blends.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert [row["limit"] for row in rows if row["cheapest"] == "yes"] == ["510000000"]


def test_figures_come_from_the_books_of_the_last_run_where_the_case_asks_for_that(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Rules 13: owed 1.75 BTC and 10 ETH, 21.5m; held for customers 1.4 BTC and 10 ETH, 18m, none of it hot."""
    case = write_case(tmp_path / "case")
    path = case / "case.toml"
    path.write_text(
        path.read_text(encoding="utf-8") + '\n[requirement]\nmethod = "hong_kong"\nheld = "0"\nfrom_books = true\n',
        encoding="utf-8",
    )
    assert main(["size-reserve", str(case)]) == 8, "never run"
    capsys.readouterr()
    run_case(case, tmp_path / "o", silent)
    sized = size_reserve(case)
    assert dict(sized.figures) == {"customers": "21500000", "hot": "0", "cold": "18000000"}
    assert sized.methods[0].required == "9000000"
    path.write_text(path.read_text(encoding="utf-8").replace('held = "0"', 'held = "1"'), encoding="utf-8")
    assert main(["size-reserve", str(case)]) == 6
    assert "changed since the last run" in capsys.readouterr().err


def test_an_asset_without_a_price_stops_it_unless_it_is_left_out_by_name(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    case = write_case(tmp_path / "case")
    path, prices = case / "case.toml", case / "inputs/prices.csv"
    text = path.read_text(encoding="utf-8")
    lines = prices.read_text(encoding="utf-8").splitlines()
    prices.write_text("\n".join(line for line in lines if "ETH" not in line) + "\n", encoding="utf-8")
    section = '\n[requirement]\nmethod = "hong_kong"\nheld = "0"\nfrom_books = true\n'
    path.write_text(text + section, encoding="utf-8")
    run_case(case, tmp_path / "o", silent)
    assert main(["size-reserve", str(case)]) == 2
    assert "no price for ETH" in capsys.readouterr().err
    path.write_text(text + section + 'left_out = ["ETH"]\n', encoding="utf-8")
    run_case(case, tmp_path / "p", silent)
    assert main(["size-reserve", str(case)]) == 0
    said = capsys.readouterr().out
    assert "PARTIAL: ETH left out" in said
    assert "7000000" in said, "half of 1.4 BTC"
    path.write_text(text + section + 'left_out = ["ETH", "BTC"]\n', encoding="utf-8")
    run_case(case, tmp_path / "q", silent)
    assert main(["size-reserve", str(case)]) == 2
    assert "left_out: BTC has a price" in capsys.readouterr().err


def test_no_stage_of_a_run_rests_on_the_requirement(tmp_path: Path) -> None:
    plain = read_case(write_case(tmp_path / "a"))
    path = write_case(tmp_path / "b") / "case.toml"
    section = '\n[requirement]\nmethod = "own"\nheld = "0"\n'
    path.write_text(path.read_text(encoding="utf-8") + section, encoding="utf-8")
    required_too = read_case(tmp_path / "b")
    assert required_too.requirement is not None
    assert all(given(required_too, stage).requirement is None for stage in STAGES)
    assert stage_keys(plain, False) == stage_keys(required_too, False)


@pytest.mark.parametrize(
    ("change", "code", "says"),
    [
        (('hot = "20000000"', 'hott = "20000000"'), 2, '[requirement] has no key "hott"; did you mean "hot"?'),
        (('hot = "20000000"', "hot = 20000000"), 2, 'hot is a bare number; put it in quotes: "20000000"'),
        (('hot = "20000000"', 'hot = "-1"'), 2, "hot is not a plain decimal"),
        (('hot = "20000000"', 'hot = "0.5"'), 2, 'hot "0.5" has more decimals than the 0 of JPY'),
        (('hot = "20000000"', f'hot = "{"9" * 39}"'), 2, "has more than 38 digits"),
        (('hot = "20000000"\n', ""), 2, "method hong_kong: hot is not given. Add it."),
        (('"hong_kong"', '"hong_kongo"'), 5, 'method "hong_kongo" is not known; did you mean "hong_kong"?'),
        (("on = 2026-03-31", 'on = "31 March"'), 2, "on is no day; write it unquoted"),
        (("on = 2026-03-31", "on = 2026-03-31T00:00:00Z"), 2, "on is no day; write it unquoted"),
        (("on = 2026-03-31", "on = 2020-01-01"), 5, "lies outside the days for which hong_kong is known to hold"),
        (('held = "100000000"\n', ""), 2, 'lacks the required key "held"'),
        (("cold", 'capital_rate = "1.1"\ncold'), 2, "is not a share from 0 to 1"),
        (("cold", f'capital_rate = "0.{"0" * 60}1"\ncold'), 2, "is no exact ratio (too many digits)"),
        (("cold", 'band = ["2"]\ncold'), 2, "band must be two amounts, the lower first"),
        (('hot = "20000000"\ncold = "980000000"', "from_books = true"), 2, "and the case has no [[sources]]"),
        (('hot = "20000000"\ncold', "from_books = true\ncold"), 2, "has from_books = true and the key cold too"),
        (("cold", 'insured_retention = "5"\ncold'), 2, "has insured_retention, and insured is 0"),
        (("cold", 'insured = "5"\ninsured_custody = ["hot"]\ncold'), 2, "insured_custody without insured_retention"),
        (("cold", 'insured = "5"\ninsured_retention = "0.5"\ncold'), 2, 'insured_retention "0.5" has more decimals'),
        (("cold", 'left_out = ["BTC"]\ncold'), 2, "has left_out without from_books"),
        (("cold", 'figures = { hot = "1" }\ncold'), 2, 'figures: "hot" cannot be a name'),
        (("cold", 'precedents_as_scenarios = 1\ncold'), 2, "precedents_as_scenarios must be true or false"),
        (('"hong_kong"', '"own"\nformula = "hot / 2"'), 2, "formula: at character 5"),
        (('"hong_kong"', '"own"\nformula = "hot - cold"'), 2, "comes to less than 0"),
        (('"hong_kong"', f'"own"\nformula = "hot{" * cold" * 9}"'), 2, "comes to more than 38 digits"),
        (('"hong_kong"', '"precedents"\napplied_to = "all"\nquantile = "0"'), 2, "quantile must be above 0"),
        (('"hong_kong"', '"precedents"\napplied_to = "all"\nquantile = "1.01"'), 2, "is not a share from 0 to 1"),
    ],
)  # fmt: skip
def test_a_crooked_section_is_one_line_with_what_to_do(
    change: tuple[str, str], code: int, says: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert change[0] in CASE
    assert main(["size-reserve", str(written(tmp_path, CASE.replace(change[0], change[1], 1)))]) == code
    said = capsys.readouterr()
    assert said.out == ""
    lines = said.err.splitlines()
    assert sum(says in line for line in lines) == 1
    for line in lines:
        assert line.startswith("administrator: case.toml: ")
        assert line.endswith((".", "?"))


@pytest.mark.parametrize(
    ("section", "says"),
    [
        ('[[requirement.insurance]]\nname = "a"\nrate = "0.1"\n', "one of the two"),
        ('[[requirement.insurance]]\nname = "a"\nrate = "0.1"\nstep = "0"\nlimit_max = "5"\n', "step is 0"),
        ('[[requirement.insurance]]\nname = "a"\nrate = "0.1"\nstep = "1"\nlimit_max = "1001"\n', "than 1000 steps"),
        ('[[requirement.insurance]]\nname = "a"\nrate = "0.1"\nstep = "6"\nlimit_max = "5"\n', "step above limit_max"),
        ('[[requirement.insurance]]\nname = "a"\nquotes = [{ limit = "0", premium = "1" }]\n', "quotes a limit of 0"),
        ('[[requirement.insurance]]\nname = "a"\nquotes = [{ limit = "5", premium = "1" }, '
         '{ limit = "05", premium = "2" }]\n', "quotes one limit twice"),
        ('[[requirement.insurance]]\nname = "a"\nquotes = [{ limit = "5", premium = "1" }]\n' * 2, "2 times"),
        ('[[requirement.insurance]]\nname = "a"\nretention = "1"\nattachment = "2"\n'
         'quotes = [{ limit = "5", premium = "1" }]\n', "has a retention and an attachment"),
        ('[[requirement.insurance]]\nname = "a"\nrate = "0.1"\nstep = "1"\nlimit_max = "1000"\n'
         '[[requirement.insurance]]\nname = "b"\nattachment = "1000"\nrate = "0.1"\nstep = "1"\nlimit_max = "1000"\n',
         "the offers can be layered in 1,002,001 ways, more than 20,000"),
        ('[[requirement.scenarios]]\nname = "a"\n', "one of the two"),
        ('[[requirement.scenarios]]\nname = "a"\nprecedent = "Wazir"\n', 'did you mean "WazirX"?'),
        ('[[requirement.scenarios]]\nname = "a"\nprecedent = "Coincheck"\n', 'no precedent "Coincheck" with'),
        ('[[requirement.scenarios]]\nname = "a"\nloss = "1"\ncustody = "hott"\n', 'did you mean "hot"?'),
        ('[[requirement.volumes]]\nclass = "equities"\nyears = []\n', "years must not be empty"),
        ('[[requirement.volumes]]\nclass = "equity"\nyears = ["1"]\n', 'did you mean "equities"?'),
    ],
)  # fmt: skip
def test_a_crooked_offer_scenario_or_volume_is_one_line(
    section: str, says: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["size-reserve", str(written(tmp_path, CASE + section))]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert says in line


def test_a_run_still_needs_sources_and_sizing_needs_the_section(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["run", str(written(tmp_path))]) == 2
    assert "has no section [sources]" in capsys.readouterr().err
    bare = CASE.partition("[requirement]")[0].replace(
        "[assets", 'trigger = "none"\nregime = "custom"\ncommencement_at = 2026-03-31T00:00:00Z\n[assets', 1
    )
    assert main(["size-reserve", str(written(tmp_path, bare))]) == 2
    assert "has no section [requirement]. Add it" in capsys.readouterr().err


def test_every_key_of_a_method_is_one_of_the_section() -> None:
    known = set(RequirementSection.model_fields)
    for method in METHODS.values():
        for asked in method.asks:
            for key in asked.partition(":")[0].split(", "):
                assert key in known, asked


def test_hostile_names_steer_no_terminal_and_break_no_picture(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    name = r"\u001b[2J<script>&\u202e"
    text = CASE.replace("Re Example (invented)", name) + OFFERS.replace('"specie"', f'"{name}"').replace(
        '"all of it"', f'"{name}"'
    )
    assert main(["size-reserve", str(written(tmp_path, text)), "--out", str(tmp_path / "o")]) == 0
    said = capsys.readouterr().out
    assert "\x1b" not in said
    assert "\u202e" not in said
    svg = (tmp_path / "o/requirement.svg").read_text(encoding="utf-8")
    assert "<script" not in svg
    assert "\x1b" not in svg
    parsed(svg)


# --- the picture --------------------------------------------------------------------------------------------------


def test_bars_overlap_nowhere_and_longer_amounts_are_never_drawn_shorter() -> None:
    seed = random.randrange(10**9)
    print(f"seed {seed}")
    chance = random.Random(seed)
    for _ in range(40):
        totals = []
        bars = []
        for number in range(chance.randrange(8)):
            parts = [chance.choice((0, chance.randrange(10**3), chance.randrange(10**38))) for _ in range(3)]
            totals.append(sum(parts))
            label = "見本<&\u202e " * chance.randrange(12) + str(number)
            bars.append(Bar(label, str(sum(parts)), tuple(Part(units, str(units)) for units in parts)))
        placed = place_bars(Bars("title " * chance.randrange(40), "JPY", ("held", "insured", "missing"), tuple(bars)))
        assert bars_overlaps(placed) == []
        drawn = [piece for kind, piece in placed.pieces[3:]]
        heights = sorted({box.y for box in drawn})
        ends = [max(box.x + box.width for box in drawn if box.y == y) for y in heights]
        shown = [total for total in totals if total * 632 // (max(totals) or 1)]
        assert len(ends) == len(shown)
        for one in range(len(shown)):
            for other in range(len(shown)):
                assert shown[one] <= shown[other] or ends[one] >= ends[other]
    parsed(bars_svg(Bars("", "", ("a",), (Bar("", "0", (Part(0, "0"),)),))))


def test_the_values_are_frozen_and_have_no_default_for_a_legal_choice() -> None:
    required_fields = {field.name for field in fields(type(METHODS["own"]))}
    assert {"replaceable", "official_for", "in_force_from"} <= required_fields
    with pytest.raises(AttributeError):
        METHODS["own"].replaceable = Fraction(1)  # type: ignore[misc]
