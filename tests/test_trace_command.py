"""`administrator trace` on cases that were run: the demo, a worked one, and the real theft."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path

import pytest

from administrator.cli import main
from administrator.usecases.looking import Matter
from administrator.usecases.tracing import Tracer
from ledgers.tracing.rules import Direction, TracingRule
from tests import real_cases as real
from tests.test_real import data, needs_data, run

CROOKED = Path(__file__).parent.parent / "fixtures" / "crooked"
ALL_RULES = [rule.value for rule in TracingRule]


def asked(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = main(["trace", *arguments])
    said = capsys.readouterr()
    return code, said.out, said.err


def test_every_rule_stands_side_by_side_and_adds_up(demo_run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = asked(capsys, str(demo_run), "--asset", "BTC", "--json")
    answer = json.loads(out)
    assert code == 0
    assert [rule["rule"] for rule in answer["rules"]] == ALL_RULES
    for at, rule in enumerate(answer["rules"]):
        lies = sum(units(found["by_rule"][at]["quantity"]) for found in answer["found"])
        assert lies == units(rule["found"])
        over = units(rule["found"]) + units(rule["lost"]) - units(rule["started"])
        assert over == (units(rule["excess"]) if rule["rule"] == "poison" else 0)


def units(text: str) -> int:
    return int(text.replace(".", ""))


def test_as_text_it_is_at_most_80_columns_but_for_addresses(demo_run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for asset in ("BTC", "ETH", "JPY"):
        code, out, err = asked(capsys, str(demo_run), "--asset", asset)
        assert (code, err) == (0, "")
        assert [line for line in out.splitlines() if len(line) > 80 and "0x" not in line and "bc1" not in line] == []
        assert "under every rule" in out


def test_the_csv_has_every_place_under_every_rule_and_is_never_written_over(
    demo_run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "trace.csv"
    assert asked(capsys, str(demo_run), "--asset", "BTC", "--csv", str(path))[0] == 0
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {row["rule"] for row in rows} == set(ALL_RULES)
    assert len(rows) % len(ALL_RULES) == 0
    code, _, err = asked(capsys, str(demo_run), "--asset", "BTC", "--csv", str(path))
    assert code == 8
    assert "is there already" in err


def test_one_place_transfer_by_transfer_ends_at_what_the_rule_finds_there(
    demo_run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = json.loads(asked(capsys, str(demo_run), "--asset", "BTC", "--rule", "haircut", "--json")[1])["found"]
    place = next(one for one in found if one["stands"] == "lies" and one["party_kind"] == "house")
    steps = json.loads(
        asked(capsys, str(demo_run), "--asset", "BTC", "--rule", "haircut", "--at", place["place"], "--json")[1]
    )
    carried = sum(units(step["traced"]) * (1 if step["way"] == "in" else -1) for step in steps)
    everywhere = sum(units(one["by_rule"][0]["quantity"]) for one in found if one["place"] == place["place"])
    assert carried == everywhere > 0
    assert all(Path(step["source"]).name == "transfer.csv.gz" and step["row"] > 1 for step in steps)


def test_backward_finds_the_customers_wallets_behind_a_wallet_of_the_house(
    demo_run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = (str(demo_run), "--asset", "BTC", "--rule", "fifo", "--json")
    forward = json.loads(asked(capsys, *arguments)[1])["found"]
    back = json.loads(asked(capsys, *arguments, "--to", "operator-bitcoin")[1])
    from_customers = sum(
        units(one["by_rule"][0]["quantity"]) for one in back["found"] if one["stands"] == "came from customers"
    )
    there = [one for one in forward if one["place"] == "operator-bitcoin"]
    assert from_customers == sum(units(one["by_rule"][0]["quantity"]) for one in there) > 0


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("--asset", "BTX"), 2, "no asset BTX in this case. Near it: BTC."),
        (("--asset", "BTC", "--from", "party:Mixer Gama"), 2, "Near it: Mixer Gamma."),
        (("--asset", "BTC", "--from", "event:nothing"), 2, "no declared event nothing"),
        (("--asset", "BTC", "--to", "nobody' or 1=1 --"), 2, "no wallet or address nobody' or 1=1 --"),
        (("--asset", "BTC", "--at", "operator-bitcoin"), 2, "--at: what a transfer carries depends on the rule."),
        (("--from", "a", "--to", "b"), 2, "Give one of them."),
    ],
)
def test_what_cannot_be_answered_is_one_line(
    arguments: tuple[str, ...], code: int, said: str, demo_run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made, out, err = asked(capsys, str(demo_run), *arguments)
    assert (made, out) == (code, "")
    assert said in err
    assert err.count("\n") == 1


def test_a_start_can_be_a_party_an_event_a_wallet_or_an_address(demo_run: Path) -> None:
    with Matter.open(demo_run) as matter:
        tracer = Tracer(matter, "BTC", is_whole=False)
        everything = tracer.starts()
        events = [start for start in everything if start.name.startswith("event:")]
        assert events
        for start in events:
            assert tracer.start(start.name).transfers.tolist() == start.transfers.tolist()
        wallets = [
            tracer.start(f"wallet:{name}")
            for (name,) in matter.books.rows(
                "select distinct wallet from holding join asset using (asset_no) "
                "where purpose = 'customer' and asset = 'BTC' and wallet in (select wallet from endpoint)"
            )
        ]
        of_wallets = sorted(number for start in wallets for number in start.transfers.tolist())
        assert of_wallets == sorted(number for start in everything for number in start.transfers.tolist())
        assert tracer.start("party:Mixer Gamma").transfers.tolist()


# A ruling ------------------------------------------------------------------------------------------------------------


def pooled(tmp_path: Path, plan: str) -> dict[str, str]:
    case = tmp_path / "case"
    shutil.copytree(CROOKED / "traced-recovery", case)
    with (case / "case.toml").open("a", encoding="utf-8") as file:
        file.write(f"\n[plan]\n{plan}\n")
    out = tmp_path / "out"
    assert main(["run", str(case), "--out", str(out), "--quiet"]) == 0
    assert main(["verify", str(out), "--quiet"]) == 0
    with (out / "pools.csv").open(encoding="utf-8", newline="") as file:
        return next(row for row in csv.DictReader(file) if row["pool"] == "BTC")


@pytest.mark.parametrize(
    ("plan", "gross"),
    [
        # 3 came to a wallet that had 1, and 1.5 left it: 7 are held for customers, 2.5 lie there.
        ("", "7.00000000"),
        ('traced_recoveries = "show"', "7.00000000"),
        ('traced_recoveries = "pool"', "9.50000000"),
        ('traced_recoveries = "pool"\ntracing = "fifo"', "9.50000000"),
        ('traced_recoveries = "pool"\ntracing = "lifo"', "8.50000000"),
        ('traced_recoveries = "pool"\ntracing = "pari_passu"', "8.87500000"),
        ('traced_recoveries = "pool"\ntracing = "haircut"', "8.87500000"),
        ('traced_recoveries = "pool"\ntracing = "rolling_charge"', "8.87500000"),
    ],
)
def test_what_is_traced_into_the_houses_wallet_is_in_the_pool_only_by_ruling(
    plan: str, gross: str, tmp_path: Path
) -> None:
    """Fifo: the house's own 1 leaves first, then 0.5 of theirs: 2.5 remain. Lifo: 1.5 of theirs. In proportion 3/4."""
    assert pooled(tmp_path, plan)["gross"] == gross


def test_poison_is_no_rule_to_pool_by(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    case = tmp_path / "case"
    shutil.copytree(CROOKED / "traced-recovery", case)
    with (case / "case.toml").open("a", encoding="utf-8") as file:
        file.write('\n[plan]\ntraced_recoveries = "pool"\ntracing = "poison"\n')
    assert main(["run", str(case), "--quiet"]) == 5
    assert "choose another rule" in capsys.readouterr().err


def test_never_more_is_pooled_than_was_counted_in_the_wallet(tmp_path: Path) -> None:
    case = tmp_path / "crooked"
    shutil.copytree(CROOKED / "traced-recovery", case)
    wallets = case / "inputs" / "wallets.csv"
    wallets.write_text(wallets.read_text().replace("2.50000000", "2.00000000"), encoding="utf-8")
    with (case / "case.toml").open("a", encoding="utf-8") as file:
        file.write('\n[plan]\ntraced_recoveries = "pool"\n')
    out = tmp_path / "out"
    assert main(["run", str(case), "--out", str(out), "--quiet"]) == 0
    text = (out / "findings.csv").read_text(encoding="utf-8")
    assert "by the transfers 2.50000000, more than was counted there" in text
    assert "BTC,BTC,9.00000000," in (out / "pools.csv").read_text(encoding="utf-8")


# The real theft ------------------------------------------------------------------------------------------------------


@needs_data
class TestTheft:
    def lies(self, case: Path) -> tuple[dict[str, int], tuple[str, ...]]:
        with Matter.open(case) as matter:
            tracer = Tracer(matter, "BTC", is_whole=False)
            answer = tracer.answer(tracer.starts(), list(TracingRule), Direction.FORWARD, None)
        for found in answer.found:
            assert len({figure.quantity for figure in found.by_rule}) == 1
        lies = {found.place: units(found.by_rule[0].quantity) for found in answer.found if found.stands == "lies"}
        assert len(lies) == answer.total
        return lies, answer.said

    def test_every_stolen_unit_lies_at_its_address_under_every_rule(self, tmp_path: Path) -> None:
        case = real.write_theft_case(tmp_path / "case", data(), sections=real.THEFT_EVENT)
        run(case, tmp_path / "out")
        lies, said = self.lies(case)
        assert lies == by_address()
        assert said == ()

    def test_public_tags_that_call_the_thiefs_addresses_an_exchange_are_reported_and_not_believed(
        self, tmp_path: Path
    ) -> None:
        case = real.write_theft_case(tmp_path / "case", data(), sections=real.THEFT_EVENT)
        stolen = by_address()
        tagged = sorted(stolen)[::400]
        with (case / "inputs" / "label.csv").open("a", encoding="utf-8") as file:
            file.writelines(f"{address},Exchange Beta,exchange\n" for address in tagged)
        run(case, tmp_path / "out")
        lies, said = self.lies(case)
        assert lies == stolen
        assert len(said) == len(tagged)
        assert all("calls it exchange Exchange Beta: the trace goes on there." in line for line in said)
        with (tmp_path / "out" / "findings.csv").open(encoding="utf-8", newline="") as file:
            contradicted = {
                row["subject"]: row["quantity"]
                for row in csv.DictReader(file)
                if row["code"] == "label-contradicts-theft"
            }
        assert {name: units(text) for name, text in contradicted.items()} == {
            f"address {address}": stolen[address] for address in tagged
        }


def by_address() -> dict[str, int]:
    """What the file itself says each address got."""
    theft = real.read_theft(data() / "bitfinex_2016" / "theft_transfers.csv")
    stolen: dict[str, int] = {}
    for address, quantity in zip(theft.recipients, theft.quantities, strict=True):
        stolen[address] = stolen.get(address, 0) + quantity
    return stolen
