"""The tower of the worked example as a case: what it pays, and how each step of it is told."""

from __future__ import annotations

import datetime
import json
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import pytest

from administrator.cli import main
from administrator.insurance import Basis, DropDown, Policy, PolicyLine, Refused
from administrator.losses import Peril
from administrator.usecases.insurance import insurance
from administrator.usecases.insurance_telling import WHY_NOT, Saying, grouped, steps_of
from administrator.usecases.looking import Matter
from ledgers.units import Ratio
from tests.insured import insured
from tests.test_towers import START, answer, layer, losses
from tests.written import Written


@pytest.fixture(scope="module")
def tower(tmp_path_factory: pytest.TempPathFactory) -> Written:
    """The case, run once; nothing here changes it."""
    folder: Path = tmp_path_factory.mktemp("tower") / "case"
    return insured(folder)


def test_the_tower_of_the_worked_example_as_a_case_pays_60_and_not_75(tower: Written) -> None:
    rows = {row["source"]: row for row in tower.rows("coverage")}
    told = {name: (row["ground_up"], row["covered"], row["due"], row["distributed"]) for name, row in rows.items()}
    assert told == {
        "primary": ("120000000.00", "80000000.00", "15000000.00", "15000000.00"),
        "excess": ("120000000.00", "80000000.00", "45000000.00", "45000000.00"),
    }
    assert tower.due("insurance:primary") == {"ann": "11250000.00", "ben": "3750000.00"}
    assert tower.due("insurance:excess") == {"ann": "33750000.00", "ben": "11250000.00"}


def test_each_step_of_the_worked_example_is_told_with_its_arithmetic(tower: Written) -> None:
    with Matter.open(tower.folder) as matter:
        told = insurance(matter)
    (event,) = told.events
    assert told.policies == ("primary", "excess"), "who attaches lower is asked first"
    assert (event.occurred_on, event.discovered_on, event.notified_on) == ("2026-03-01", "2026-03-03", "2026-03-05")
    primary, excess = event.covers
    assert primary.steps == (
        "occurred 2026-03-01, period from 2026-01-01 to 2026-12-31: inside",
        "peril external_theft: covered",
        "loss 120,000,000 at the prices of the loss",
        "cold 20,000,000, no sublimit",
        "hot 100,000,000, sublimit 60,000,000: 60,000,000",
        "covered 20,000,000 + 60,000,000 = 80,000,000",
        "attachment 5,000,000 = retention",
        "covered 80,000,000 - 5,000,000 = 75,000,000, limit 25,000,000, 15,000,000 left over the period: "
        "layer 15,000,000",
        "left over the period after it: 0",
        "Alpha: 1 x 15,000,000 = 15,000,000: due 15,000,000, received 15,000,000",
    )
    assert excess.steps[6:] == (
        "attachment 30,000,000 = retention",
        "covered 80,000,000 - 30,000,000 = 50,000,000, limit 50,000,000: layer 50,000,000",
        "Beta: 0.6 x 50,000,000 = 30,000,000: due 30,000,000, received 30,000,000",
        "Gamma: 0.3 x 50,000,000 = 15,000,000: due 15,000,000, received 15,000,000",
        "of the layer 5,000,000 are with no insurer: the insured bears them",
    )
    assert (event.due, event.received, event.outstanding) == ("60,000,000", "60,000,000", "0")
    assert (excess.distributed, excess.payee, excess.why_not) == ("45,000,000", "holders", "")


def test_a_tower_is_drawn_from_top_to_bottom_with_what_is_used(tower: Written) -> None:
    with Matter.open(tower.folder) as matter:
        ((drawn,),) = (event.towers for event in insurance(matter).events)
    assert drawn.picture == (
        "[################################] excess",
        "  50,000,000 above 30,000,000",
        "  used now 50,000,000, left of it 0",
        "[####################------------] primary",
        "  25,000,000 above 5,000,000",
        "  used now 15,000,000, left of it 0",
    )


def test_the_command_tells_one_policy_and_refuses_what_is_not_there(
    tower: Written, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["insurance", str(tower.folder), "--policy", "excess"]) == 0
    said = capsys.readouterr().out
    assert "due 45,000,000, received 45,000,000, outstanding 0; to holders 45,000,000," in said
    assert "Alpha" not in said
    assert max(map(len, said.splitlines())) <= 80
    assert main(["insurance", str(tower.folder), "--json", "--event", "raid"]) == 0
    assert [cover["due"] for cover in json.loads(capsys.readouterr().out)["events"][0]["covers"]] == [
        "15,000,000", "45,000,000",
    ]  # fmt: skip
    assert main(["insurance", str(tower.folder), "--policy", "exces"]) == 2
    assert 'no such policy is asked about. There are: "primary", "excess".' in capsys.readouterr().err


# --- steps that the example does not take ---------------------------------------------------------------------------


SAY = Saying(lambda minor: grouped(str(minor)), datetime.UTC)


def told(policies: Sequence[Policy], *minors: int) -> list[tuple[str, ...]]:
    """What the last of some policies says to each of some losses."""
    return [steps_of(one, SAY) for one in answer(policies, losses(*minors))[-1]]


def test_a_drop_a_reinstatement_and_an_aggregate_of_retentions_are_told() -> None:
    below = layer("below", 10, 30, aggregate_minor=30)
    (_, second) = told([below, layer("above", 40, 50, drop_down=DropDown.EROSION)], 60, 30)
    assert second[5:] == (
        'below it "below" has 0 left for its limit of 30: drops by 30',
        "attachment 10 = retention 40 - 30",
        "covered 30 - 10 = 20, limit 50: layer 20",
        "A: 1 x 20 = 20: due 20, received 20",
    )
    crime = layer("crime", 10, 50, reinstatements=1, premium_minor=7, retention_aggregate_minor=15)
    (first, second) = told([crime], 40, 6)
    assert "reinstated 30 for 1 of the premium of 7 x 30 / 50, each insurer at its share, rounded up" in first
    assert "A: 1 x 30 = 30, less premium 5: due 25, received 25" in first
    assert "retention 10 an event, 15 in all, 10 of it borne before: 5" in second


def test_who_does_not_pay_is_not_made_good_and_it_is_said() -> None:
    lines = (PolicyLine("A", Ratio(1, 2), "0.5", 99), PolicyLine("B", Ratio(1, 2), "0.5", 0))
    ((*_, last),) = told([layer("crime", 0, 50, lines=lines)], 50)
    assert last == "what one insurer does not pay, the others do not make good"


@pytest.mark.parametrize(
    ("change", "last"),
    [
        ({"covers": frozenset({Peril.INSIDER_THEFT})}, "nothing is due: the policy does not cover this peril"),
        ({"custody": frozenset({"cold"})},
         "nothing is due: nothing was lost out of a custody that the policy covers"),
        ({"until_at": START - timedelta(1)}, "nothing is due: the date is outside the policy's period"),
        ({"basis": Basis.DISCOVERY}, "nothing is due: nobody knows the date that the policy asks for"),
        ({"retention_minor": 60}, "nothing is due: the covered loss does not come above the attachment"),
        ({"aggregate_minor": 5, "eroded_minor": 5},
         "nothing is due: nothing is left of what the policy pays over its period"),
    ],
)  # fmt: skip
def test_every_no_ends_the_steps_with_its_reason(change: dict[str, object], last: str) -> None:
    (steps,) = told([layer("crime", 0, 50, **change)], 50)
    assert steps[-1] == last
    assert set(WHY_NOT) == set(Refused)
