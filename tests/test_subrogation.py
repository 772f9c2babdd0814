"""What insurers have of recoveries: bounds for every tower, then the worked example, by the function and as a case."""

from __future__ import annotations

import json
import random
from pathlib import Path

from administrator.insurance import SubrogationRule
from administrator.subrogation import Paid, insurers_parts
from administrator.usecases.explaining import explain
from tests.insured import TOWER, insured

TOP_DOWN, PRO_RATA = SubrogationRule.TOP_DOWN, SubrogationRule.PRO_RATA
SEED = 20260601
WORKED = (Paid("primary", 5, 0, 15, 15, 5), Paid("excess", 30, 1, 50, 45, 30))


def together(rule: SubrogationRule, recovered: int) -> int:
    return sum(part for _, part in insurers_parts(rule, 120, recovered, WORKED))


def test_of_30_recovered_of_120_insurers_have_nothing_top_down_and_15_pro_rata_before_rounding() -> None:
    assert together(TOP_DOWN, 30) == 0, "50 are covered by nobody, and they come first"
    assert together(PRO_RATA, 30) == 14, "30 x 45 / 120 and 30 x 15 / 120, each rounded down"
    cents = tuple(
        Paid(one.policy, one.retention_minor * 100, one.position, one.layer_minor * 100, one.received_minor * 100,
             one.borne_minor * 100)
        for one in WORKED
    )  # fmt: skip
    assert sum(part for _, part in insurers_parts(PRO_RATA, 12_000, 3_000, cents)) == 1_500


def test_top_down_fills_the_uncovered_then_the_highest_layer_then_the_lower_then_the_retention() -> None:
    """Uncovered: 120 - 65 of layers - 5 of the lowest retention = 50. An insurer has his paid share of his layer."""
    assert [insurers_parts(TOP_DOWN, 120, recovered, WORKED) for recovered in (50, 60, 100, 108, 115, 120, 500)] == [
        (("excess", 0), ("primary", 0)),
        (("excess", 9), ("primary", 0)),
        (("excess", 45), ("primary", 0)),
        (("excess", 45), ("primary", 8)),
        (("excess", 45), ("primary", 15)),
        (("excess", 45), ("primary", 15)),
        (("excess", 45), ("primary", 15)),
    ]


def test_of_two_layers_of_one_retention_the_later_in_the_file_is_the_higher() -> None:
    layers = (Paid("a", 10, 0, 20, 20, 10), Paid("b", 10, 1, 20, 20, 10))
    assert insurers_parts(TOP_DOWN, 50, 20, layers) == (("b", 20), ("a", 0))


def test_insurers_never_have_more_than_they_paid_nor_than_came_back() -> None:
    print(f"seed {SEED}")
    chance = random.Random(SEED)
    for _ in range(3_000):
        layers = []
        for place in range(chance.randint(0, 4)):
            layer = chance.randint(0, 40)
            retention = chance.randint(0, 50)
            layers.append(
                Paid(f"p{place}", retention, place, layer, chance.randint(0, layer), chance.randint(0, retention))
            )
        # Layers never cover more than there is, or they would be over-insured: rules 9 do not look across towers.
        ground_up = sum(one.layer_minor for one in layers) + chance.randint(0, 60)
        before = 0
        for recovered in range(0, ground_up + 20, 7):
            for rule in SubrogationRule:
                parts = dict(insurers_parts(rule, ground_up, recovered, layers))
                assert sum(parts.values()) <= min(recovered, ground_up)
                assert all(parts.get(one.policy, 0) <= one.received_minor for one in layers)
            top_down = sum(part for _, part in insurers_parts(TOP_DOWN, ground_up, recovered, layers))
            assert top_down >= before
            before = top_down


def test_a_case_without_a_rule_keeps_all_in_the_pool_and_asks(tmp_path: Path) -> None:
    ran = insured(tmp_path, recovered=30_000_000)
    assert ran.pool("USD")["gross"] == "30000000.00"
    assert "subrogation-undecided" in ran.codes()
    assert json.loads((ran.out / "plan.json").read_text())["subrogation"] is None


def test_pro_rata_insurers_have_15_of_30_and_the_pool_the_rest(tmp_path: Path) -> None:
    ran = insured(tmp_path, TOWER + '\n[subrogation]\nrule = "pro_rata"\n', 30_000_000)
    assert ran.pool("USD")["gross"] == "15000000.00"
    assert json.loads((ran.out / "plan.json").read_text())["subrogation"] == {
        "rule": "pro_rata",
        "recoveries": [
            {"recovery": "r1", "asset": "USD", "policy": "excess", "quantity": "11250000.00"},
            {"recovery": "r1", "asset": "USD", "policy": "primary", "quantity": "3750000.00"},
        ],
    }
    said = [row["quantity"] for row in ran.rows("findings") if row["code"] == "recovery-subrogated"]
    assert said == ["11250000.00", "3750000.00"]
    (pool,) = [figure for figure in explain(ran.folder, "ann").figures if figure.name == "pool USD, gross"]
    assert pool.value == "15000000.00 USD"
    assert "recovery r1, of it the insurers' of excess -11250000.00: inputs/recovery.csv:2" in pool.because


def test_top_down_the_pool_has_all_of_30(tmp_path: Path) -> None:
    ran = insured(tmp_path, TOWER + '\n[subrogation]\nrule = "top_down"\n', 30_000_000)
    assert ran.pool("USD")["gross"] == "30000000.00"
    assert not {"recovery-subrogated", "subrogation-undecided"} & ran.codes()
