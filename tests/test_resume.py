"""Does a run that goes on where another stopped write the bytes that one run alone would have written?

The demo case is stopped within every stage and after it, by an interruption and by SIGKILL; its case.toml is changed
section by section; its inputs and its books are changed, cut and damaged. Whatever happens before, the files of the run
that comes last are compared byte by byte with those of a run in an empty folder.
"""

from __future__ import annotations

import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from administrator import notes, stages
from administrator.progress import silent
from administrator.usecases import running
from administrator.usecases.demonstrating import copy_demo
from administrator.usecases.looking import Matter
from administrator.usecases.room import rooms_for
from administrator.usecases.running import run_case
from administrator.usecases.stopping import STOPPING_SIGNALS, Stop, interruptible, waited_for
from fixtures.generate import small_case
from ledgers.configuration import read_case
from ledgers.errors import STOPPED, CaseError, Interruption, StorageError
from ledgers.models import Progress
from tests.written import Written

ROOT = Path(__file__).resolve().parents[1]
STAGES = [stage.name for stage in stages.STAGES]
CASES = int(os.environ.get("ADMINISTRATOR_CASES", "1000")) // 50
SHARED = Path("/dev", "shm")


def bytes_of(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


class Heard:
    """What a run says of itself, stage by stage."""

    def __init__(self) -> None:
        self.stages: list[str] = []

    def __call__(self, progress: Progress) -> None:
        if self.stages[-1:] != [progress.stage]:
            self.stages.append(progress.stage)


def said_by(case: Path, out: Path, *, is_fresh: bool = False) -> list[str]:
    """Run a case and give the stages it tells of."""
    heard = Heard()
    run_case(case, out, heard, threads=2, is_fresh=is_fresh)
    return heard.stages


def resumed_after(stage: str) -> list[str]:
    """What is said by a run that goes on behind a stage."""
    return [f"resumed after {stage}", *STAGES[STAGES.index(stage) + 1 :], "export"]


def fresh(case: Path, tmp_path: Path) -> dict[str, bytes]:
    """The files of a run of the same case in a folder where nothing ever ran."""
    copy = tmp_path / "alone"
    shutil.rmtree(copy, ignore_errors=True)
    copy.mkdir(parents=True)
    for path in case.iterdir():
        if path.name in ("case.toml", "inputs"):
            (shutil.copytree if path.is_dir() else shutil.copy)(path, copy / path.name)
    run_case(copy, tmp_path / "alone-out", silent, is_fresh=True)
    return bytes_of(tmp_path / "alone-out")


@pytest.fixture
def case(tmp_path: Path) -> Path:
    return copy_demo(tmp_path / "case")


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, bytes]]:
    """A demo case that was run to its end, to be copied, and its files."""
    folder = tmp_path_factory.mktemp("done")
    run_case(copy_demo(folder / "case"), folder / "out", silent)
    return folder / "case", bytes_of(folder / "out")


@pytest.fixture
def ran(done: tuple[Path, dict[str, bytes]], tmp_path: Path) -> tuple[Path, dict[str, bytes]]:
    """A case of one's own that was run to its end, and its files."""
    shutil.copytree(done[0], tmp_path / "case", symlinks=True)
    # The files of a copy are others until they were compared.
    assert said_by(tmp_path / "case", tmp_path / "primed") == ["compare", "resumed after plan", "export"]
    return tmp_path / "case", done[1]


# ---- stopped -------------------------------------------------------------------------------------------------------


class WithinError(Exception):
    """Somebody pulled the plug."""


@pytest.mark.parametrize("name", STAGES)
def test_a_run_that_failed_within_a_stage_goes_on_behind_the_one_before(
    name: str, case: Path, done: tuple[Path, dict[str, bytes]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = STAGES.index(name)

    def fail(run: stages.Run) -> None:
        acts[name](run)
        raise WithinError

    acts = {stage.name: stage.act for stage in stages.STAGES}
    if name == "load":
        monkeypatch.setattr(stages, "note_inputs", lambda *_: (_ for _ in ()).throw(WithinError))
    else:
        failing = tuple(
            stages.replace(stage, act=fail) if stage.name == name else stage for stage in stages.STAGES
        )
        monkeypatch.setattr(stages, "STAGES", failing)
    with pytest.raises(WithinError):
        run_case(case, tmp_path / "out", silent)
    monkeypatch.undo()
    assert not (tmp_path / "out").exists() or not bytes_of(tmp_path / "out")
    expected = resumed_after(STAGES[number - 1]) if number else ["made anew: the run before finished no stage",
                                                                 *STAGES, "export"]
    assert said_by(case, tmp_path / "out") == expected
    assert bytes_of(tmp_path / "out") == done[1]


@pytest.mark.parametrize("name", [*STAGES[1:], "export"])
def test_an_interruption_between_two_stages_is_resumed(
    name: str, case: Path, done: tuple[Path, dict[str, bytes]], tmp_path: Path
) -> None:
    def stop(progress: Progress) -> None:
        if progress.stage == name:
            raise Interruption(STOPPED)

    with pytest.raises(Interruption):
        run_case(case, tmp_path / "out", stop)
    assert not (tmp_path / "out").exists(), "the output folder is as it was"
    before = [*STAGES, "export"][[*STAGES, "export"].index(name) - 1]
    assert said_by(case, tmp_path / "out") == resumed_after(before)
    assert bytes_of(tmp_path / "out") == done[1]


def started(case: Path, out: Path, *arguments: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "administrator", "run", str(case), "--out", str(out), *arguments],
        cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        # A shell that put the tests in the background has made them deaf to it.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509
    )  # fmt: skip


@pytest.mark.parametrize("name", [*STAGES[1:], "export"])
def test_sigkill_within_a_stage_leaves_books_to_go_on_with(
    name: str, case: Path, done: tuple[Path, dict[str, bytes]], tmp_path: Path
) -> None:
    run = started(case, tmp_path / "out", "--fresh")
    assert run.stderr is not None
    while run.stderr.readline().strip() != name.encode():
        assert run.poll() is None
    time.sleep(random.random() / 10)
    run.kill()
    run.wait()
    run.stderr.close()
    heard = said_by(case, tmp_path / "out")
    after = heard[0].removeprefix("resumed after ")
    assert STAGES.index(after) >= [*STAGES, "export"].index(name) - 1
    assert heard == resumed_after(after)
    assert bytes_of(tmp_path / "out") == done[1]


def test_a_chain_of_kills_comes_to_the_same_end(
    case: Path, done: tuple[Path, dict[str, bytes]], tmp_path: Path
) -> None:
    for _ in range(6):
        run = started(case, tmp_path / "out")
        time.sleep(0.5 + random.random())
        run.kill()
        run.communicate()
    said_by(case, tmp_path / "out")
    assert bytes_of(tmp_path / "out") == done[1]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_and_a_polite_kill_end_within_two_seconds_and_leave_nothing(
    number: int, case: Path, done: tuple[Path, dict[str, bytes]], tmp_path: Path
) -> None:
    for _ in range(4):
        run = started(case, tmp_path / "out", "--fresh")
        assert run.stderr is not None
        run.stderr.readline()
        time.sleep(random.random() * 2)
        run.send_signal(number)
        began = time.monotonic()
        _, said = run.communicate(timeout=60)
        if run.returncode == 0:
            assert bytes_of(tmp_path / "out") == done[1]
            shutil.rmtree(tmp_path / "out")
            continue
        assert time.monotonic() - began < 2
        assert run.returncode == 130, said
        assert said.splitlines()[-1].startswith(b"administrator: interrupted"), said
        assert not (tmp_path / "out").exists()
        assert not list((case / "work").glob("spill-*"))
        assert not list((case / "vault").glob(".*"))
    said_by(case, tmp_path / "out")
    assert bytes_of(tmp_path / "out") == done[1]


def test_a_stop_that_comes_when_all_is_done_changes_nothing() -> None:
    """The files lie where they belong, and only the summary is still to be said."""
    assert interruptible(lambda: "done", Stop(silent)) == "done"
    for number in STOPPING_SIGNALS:
        os.kill(os.getpid(), number)


def test_a_run_that_does_not_hear_is_left_where_it_stands(
    ran: tuple[Path, dict[str, bytes]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A thread that waits for a disk cannot be ended; the process can, and what it had half made is taken away."""
    stop = Stop(silent)
    monkeypatch.setattr("administrator.usecases.stopping.SECONDS_TO_CLEAR_UP", 0)

    def work() -> None:
        stop.now()
        time.sleep(1)

    began = time.monotonic()
    with pytest.raises(Interruption):
        waited_for(work, stop)
    assert time.monotonic() - began < 0.9
    case, good = ran
    out = tmp_path / "out"
    out.mkdir()
    (out / ".schedule.csv.part").write_text("half")
    (case / "vault" / ".1.part").write_text("half")
    running.clear_away(case, out)
    assert not list(out.iterdir())
    assert not list((case / "vault").glob(".*"))
    assert said_by(case, out) == resumed_after("plan")
    assert bytes_of(out) == good


def test_what_begins_to_leave_leaves_whole(tmp_path: Path) -> None:
    stop = Stop(silent)
    order: list[str] = []

    def work() -> None:
        with stop.leaving():
            stop.now()
            time.sleep(1.5)
            order.append("left")

    waited_for(work, stop)
    assert order == ["left"]
    with pytest.raises(Interruption), stop.leaving():
        order.append("again")
    assert order == ["left"]


# ---- asked again ---------------------------------------------------------------------------------------------------


def test_a_run_asked_again_seals_the_same_and_fresh_makes_all_anew(
    ran: tuple[Path, dict[str, bytes]], tmp_path: Path
) -> None:
    case, good = ran
    assert said_by(case, tmp_path / "again") == resumed_after("plan")
    assert said_by(case, tmp_path / "fresh", is_fresh=True) == [*STAGES, "export"]
    assert bytes_of(tmp_path / "again") == bytes_of(tmp_path / "fresh") == good
    with Matter.open(case) as matter:
        assert matter.overview().out == str(tmp_path / "fresh")


def test_threads_and_memory_do_not_start_it_over(ran: tuple[Path, dict[str, bytes]], tmp_path: Path) -> None:
    heard = Heard()
    run_case(ran[0], tmp_path / "out", heard, threads=1, memory_limit="600MB")
    assert heard.stages == resumed_after("plan")
    assert bytes_of(tmp_path / "out") == ran[1]


def test_a_case_that_blocks_is_resumed_as_blocked(case: Path, tmp_path: Path) -> None:
    prices = case / "inputs" / "price.csv"
    prices.write_text(prices.read_text() + "BTC\n", encoding="utf-8")
    assert run_case(case, tmp_path / "first", silent).is_blocked
    heard = Heard()
    assert run_case(case, tmp_path / "again", heard).is_blocked
    assert heard.stages == ["resumed after load", "export"]
    assert bytes_of(tmp_path / "again") == bytes_of(tmp_path / "first") == fresh(case, tmp_path)


def test_a_moved_case_goes_on_where_it_stood(ran: tuple[Path, dict[str, bytes]], tmp_path: Path) -> None:
    moved = tmp_path / "elsewhere"
    shutil.copytree(ran[0], moved)
    assert said_by(moved, tmp_path / "out")[-2:] == ["resumed after plan", "export"]
    assert bytes_of(tmp_path / "out") == ran[1]


# ---- changed -------------------------------------------------------------------------------------------------------

CHANGES: dict[str, tuple[str, str, str]] = {
    "a comment": (r"\A", "# another word\n", "plan"),
    "a holdback": (r"(?m)^\[plan\]$", '[plan]\nholdback = "0.07"', "screen"),
    "who is late": (r"(?m)^\[plan\]$", '[plan]\nlate = "barred"', "screen"),
    "insiders": (r"(?m)^\[plan\]$", '[plan]\ninsiders = "subordinate"', "screen"),
    "a policy": (r'(?m)^share = "[0-9.]+"$', 'share = "0.31"', "reconcile"),
    "an event": (r"(?m)^\[\[events\]\]$", '[[events]]\nname = "another"\nperil = "external_theft"\n'
                 'asset = "BTC"\nquantity = "0.5"\n\n[[events]]', "load"),
    "a cost": (r"\Z", '\n[[costs]]\nname = "another cost"\namount = "12345"\ncurrency = "JPY"\n'
               'borne_by = "estate"\n', "screen"),
    "the title": (r'(?m)^title = .*$', 'title = "Another title"', ""),
}  # fmt: skip


@pytest.mark.parametrize("what", CHANGES)
def test_a_changed_section_keeps_the_stages_that_are_not_given_it(
    what: str, ran: tuple[Path, dict[str, bytes]], tmp_path: Path
) -> None:
    case, good = ran
    pattern, text, after = CHANGES[what]
    before = (case / "case.toml").read_text()
    changed = re.sub(pattern, lambda _: text, before, count=1)
    if what in ("a holdback", "who is late", "insiders"):
        key = text.split("\n")[1].split(" ")[0]
        changed = re.sub(rf"(?m)^{key} = .*\n(?!.*\A)", "", before)
        changed = re.sub(pattern, lambda _: text, changed, count=1)
    assert changed != before, "the demo case has changed, and with it this test"
    (case / "case.toml").write_text(changed)
    heard = said_by(case, tmp_path / "out")
    if after:
        assert heard == resumed_after(after)
    else:
        assert heard[0].startswith("made anew: ")
    assert bytes_of(tmp_path / "out") == fresh(case, tmp_path)
    (case / "case.toml").write_text(before)
    said_by(case, tmp_path / "back")
    assert bytes_of(tmp_path / "back") == good


def test_a_bad_sum_of_a_policy_is_said_after_resuming_too(ran: tuple[Path, dict[str, bytes]], tmp_path: Path) -> None:
    case, _ = ran
    text = (case / "case.toml").read_text()
    (case / "case.toml").write_text(text + '\n[[costs]]\nname = "x"\namount = "1"\ncurrency = "USDX"\nborne_by = '
                                    '"estate"\n[assets.USDX]\ndecimals = 2\nkind = "fiat"\n')
    with pytest.raises(CaseError, match="USDX"):
        run_case(case, tmp_path / "out", silent)


@pytest.mark.parametrize("block", range(4))
def test_odd_small_cases_whose_terms_change_come_to_the_bytes_of_a_fresh_run(block: int, tmp_path: Path) -> None:
    """One case's files under another's terms: whatever sections differ, the books that are kept do not depend on it."""
    for seed in range(block, CASES, 4):
        folder = tmp_path / str(seed)
        small_case(seed, folder / "case")
        toml = folder / "case" / "case.toml"
        before = toml.read_text()
        outcomes = []
        for text in (before, _without(before, seed), before):
            toml.write_text(text)
            try:
                run_case(folder / "case", folder / "out" / str(len(outcomes)), silent)
            except CaseError as refused:
                outcomes.append({"refused": str(refused).encode()})
            else:
                outcomes.append(bytes_of(folder / "out" / str(len(outcomes))))
            try:
                alone = fresh(folder / "case", folder / f"fresh{len(outcomes)}")
            except CaseError as refused:
                alone = {"refused": str(refused).encode()}
            assert outcomes[-1] == alone, f"seed {seed}"
        assert outcomes[0] == outcomes[2]


def _without(text: str, seed: int) -> str:
    """The same case with one optional section left out, chosen by chance; or with another round."""
    sections = [part for part in re.split(r"(?m)^(?=\[)", text) if part]
    optional = [at for at, part in enumerate(sections)
                if part.startswith(("[[reserves", "[[policies]]", "[[events", "[[costs", "[plan"))]
    if not optional:
        return text + "\n[plan]\nround = 2\n"
    at = random.Random(seed).choice(optional)
    end = at + 1
    while end < len(sections) and sections[end].startswith("[[policies.sublimits"):
        end += 1
    return "".join(sections[:at] + sections[end:])


def test_a_changed_input_starts_over_even_with_its_size_and_time_kept(
    ran: tuple[Path, dict[str, bytes]], tmp_path: Path
) -> None:
    case, good = ran
    path = next(path for path in sorted((case / "inputs").iterdir()) if path.suffix == ".csv" and "price" in path.name)
    stat, before = path.stat(), path.read_bytes()
    digit = next(re.finditer(rb",[1-8][0-9]", before)).start() + 1
    path.write_bytes(before[:digit] + b"9" + before[digit + 1 :])
    os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    assert path.stat().st_size == stat.st_size
    heard = said_by(case, tmp_path / "out")
    assert heard[1] == f"made anew: inputs/{path.name} changed"
    assert heard[2:] == [*STAGES, "export"]
    assert bytes_of(tmp_path / "out") != good
    assert bytes_of(tmp_path / "out") == fresh(case, tmp_path)


def test_a_touched_input_is_hashed_and_kept(ran: tuple[Path, dict[str, bytes]], tmp_path: Path) -> None:
    case, good = ran
    for path in (case / "inputs").iterdir():
        path.touch()
    assert said_by(case, tmp_path / "out")[0] == "compare"
    assert bytes_of(tmp_path / "out") == good


def test_an_input_that_changes_while_it_is_read_is_hashed_by_the_next_run(
    case: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = next(path for path in sorted((case / "inputs").iterdir()) if path.suffix == ".csv")
    noted = stages.note_inputs

    def touched(*arguments: object) -> None:
        path.touch()
        noted(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(stages, "note_inputs", touched)
    run_case(case, tmp_path / "first", silent)
    monkeypatch.undo()
    heard = said_by(case, tmp_path / "again")
    assert heard == ["compare", "resumed after plan", "export"]


def test_another_program_starts_over(
    ran: tuple[Path, dict[str, bytes]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stages, "program_digest", lambda: "another")
    heard = said_by(ran[0], tmp_path / "out")
    assert heard[0].startswith("made anew: the program")
    assert heard[1:] == [*STAGES, "export"]
    assert bytes_of(tmp_path / "out") == ran[1]


def test_a_lost_copy_in_the_vault_starts_over(ran: tuple[Path, dict[str, bytes]], tmp_path: Path) -> None:
    case, good = ran
    next((case / "vault").iterdir()).unlink()
    heard = said_by(case, tmp_path / "out")
    assert re.fullmatch("made anew: the copy of .* in the vault is gone", heard[0])
    assert bytes_of(tmp_path / "out") == good
    assert bytes_of(tmp_path / "out") == fresh(case, tmp_path)


# ---- damaged -------------------------------------------------------------------------------------------------------


def _cut(path: Path) -> None:
    with path.open("r+b") as stream:
        stream.truncate(path.stat().st_size // 2)


def _garbled(path: Path) -> None:
    path.write_bytes(random.Random(1).randbytes(100_000))


def _emptied(path: Path) -> None:
    path.write_bytes(b"")


def _fewer_rows(path: Path) -> None:
    with duckdb.connect(str(path)) as connection:
        connection.execute("delete from balance where account_no = 0")


def _no_notes(path: Path) -> None:
    with duckdb.connect(str(path)) as connection:
        connection.execute("drop table stage_note")


def _a_folder(path: Path) -> None:
    path.unlink()
    path.write_text("not a database, and longer than a header would be " * 200)


@pytest.mark.parametrize("damage", [_cut, _garbled, _emptied, _fewer_rows, _no_notes, _a_folder])
def test_damaged_books_start_over(
    damage: Callable[[Path], None], ran: tuple[Path, dict[str, bytes]], tmp_path: Path
) -> None:
    case, good = ran
    damage(case / "work" / "books.duckdb")
    heard = said_by(case, tmp_path / "out")
    assert not any(stage.startswith("resumed") for stage in heard)
    assert bytes_of(tmp_path / "out") == good


def test_flipped_bytes_never_change_what_leaves(ran: tuple[Path, dict[str, bytes]], tmp_path: Path) -> None:
    case, good = ran
    path = case / "work" / "books.duckdb"
    whole, chance = path.read_bytes(), random.Random(20260331)
    for number in range(6):
        damaged = bytearray(whole)
        for _ in range(20):
            damaged[chance.randrange(len(damaged))] ^= 1 << chance.randrange(8)
        path.write_bytes(damaged)
        ended = started(case, tmp_path / str(number))
        _, said = ended.communicate(timeout=60)
        assert ended.returncode == 0, said
        assert bytes_of(tmp_path / str(number)) == good


def test_two_runs_at_once_the_second_is_refused(case: Path, tmp_path: Path) -> None:
    class Tried(Exception):
        pass

    def within(progress: Progress) -> None:
        if progress.stage == "claims":
            with pytest.raises(StorageError, match="another run of this case is going on"):
                run_case(case, tmp_path / "second", silent)
            raise Tried

    with pytest.raises(Tried):
        run_case(case, tmp_path / "first", within)
    assert said_by(case, tmp_path / "first") == resumed_after("screen")


def test_books_of_a_run_that_stopped_are_not_looked_at(ran: tuple[Path, dict[str, bytes]], tmp_path: Path) -> None:
    """Going on takes the word of the run before away first: its relations are those of other terms in part."""
    case, _ = ran
    before = (case / "case.toml").read_text()
    (case / "case.toml").write_text(before.replace("[plan]", '[plan]\nprojection = true', 1))

    def stop(progress: Progress) -> None:
        if progress.stage == "plan":
            raise Interruption(STOPPED)

    with pytest.raises(Interruption):
        run_case(case, tmp_path / "out", stop)
    (case / "case.toml").write_text(before)
    with pytest.raises(CaseError, match="not finished"):
        Matter.open(case)


# ---- room on the disks ---------------------------------------------------------------------------------------------


def _with_free(monkeypatch: pytest.MonkeyPatch, megabytes: int) -> None:
    class Found:
        f_bavail, f_frsize = megabytes, 1 << 20

    monkeypatch.setattr("administrator.usecases.room.os.statvfs", lambda _: Found)


def test_a_run_without_room_is_refused_before_it_begins(
    case: Path, done: tuple[Path, dict[str, bytes]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _with_free(monkeypatch, 1)
    with pytest.raises(StorageError, match=r"about [0-9]+ MiB are needed in .*, 1 MiB are free.*--no-disk-check"):
        run_case(case, tmp_path / "out", silent)
    assert not (case / "work").exists()
    assert not (case / "vault").exists()
    assert not (tmp_path / "out").exists()
    run_case(case, tmp_path / "out", silent, is_room_checked=False)
    assert bytes_of(tmp_path / "out") == done[1]


def test_the_room_foretold_is_enough_and_not_a_multiple(ran: tuple[Path, dict[str, bytes]], tmp_path: Path) -> None:
    case, good = ran
    for kept in ("work", "vault"):
        (case / kept).rename(tmp_path / kept)
    (room,) = rooms_for(read_case(case), None)
    vault, work = (sum(path.stat().st_size for path in (tmp_path / kept).rglob("*") if path.is_file())
                   for kept in ("vault", "work"))
    taken = vault + work + sum(map(len, good.values()))
    assert taken <= room.need_bytes <= 6 * taken


@pytest.mark.skipif(not SHARED.is_dir(), reason="no other file system is at hand")
def test_each_file_system_is_asked_for_its_part(case: Path) -> None:
    other = SHARED / "not-there" / "out"
    if SHARED.stat().st_dev == case.stat().st_dev:
        pytest.skip("one file system")
    own, leaving = rooms_for(read_case(case), other)
    (both,) = rooms_for(read_case(case), None)
    assert leaving.folder == SHARED
    assert own.need_bytes + leaving.need_bytes == both.need_bytes


def test_a_large_need_is_said(case: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("administrator.usecases.room.SAID_BYTES_MIN", 1)
    assert re.fullmatch(f"about [0-9]+ MiB are needed in {case}, [0-9]+ MiB are free",
                        said_by(case, tmp_path / "out")[0])


# ---- what the proof rests on ---------------------------------------------------------------------------------------


def test_a_stage_is_given_only_what_it_declares(case: Path) -> None:
    read = read_case(case)
    whole = {"reserves", "policies", "events", "costs", "estate", "plan"}
    for stage in stages.STAGES:
        told = stages.given(read, stage)
        for section in whole - set(stage.reads):
            blank = getattr(told, section)
            if section == "plan":
                assert set(blank.model_fields_set) <= {"round", "price_set"}
                assert blank.round == (read.plan.round if "plan.round" in stage.reads else 1)
            else:
                assert not blank
        for section in whole & set(stage.reads):
            assert getattr(told, section) == getattr(read, section)


def test_no_stage_leaves_a_temporary_relation_for_a_later_one(
    ran: tuple[Path, dict[str, bytes]]
) -> None:
    """Temporary relations end with the connection; a resumed run has none of them."""
    with duckdb.connect(str(ran[0] / "work" / "books.duckdb"), read_only=True) as connection:
        listed = "select table_name from duckdb_tables() union all select view_name from duckdb_views()"
        kept = {name for (name,) in connection.execute(listed).fetchall()}
        rows = connection.execute("select stage_no, relation from stage_relation").fetchall()
    assert {relation for number, relation in rows if number == len(STAGES) - 1} <= kept
    assert sorted({number for number, _ in rows}) == list(range(len(STAGES)))


def test_the_digest_of_the_program_sees_every_relation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = notes.program_digest()
    copy = tmp_path / "administrator"
    shutil.copytree(ROOT / "administrator", copy, ignore=shutil.ignore_patterns("__pycache__", "demo"))
    with (copy / "relations" / "holder.sql").open("a") as stream:
        stream.write("-- one more line\n")
    monkeypatch.setattr(notes, "__file__", str(copy / "notes.py"))
    notes.program_digest.cache_clear()
    assert notes.program_digest() != before
    notes.program_digest.cache_clear()


def test_the_command_line_says_where_it_went_on(ran: tuple[Path, dict[str, bytes]], tmp_path: Path) -> None:
    run = started(ran[0], tmp_path / "out", "--json")
    told, said = run.communicate(timeout=60)
    assert run.returncode == 0
    assert said.decode().splitlines() == ["resumed after plan", "export"]
    assert json.loads(told)["out"] == str(tmp_path / "out")


def test_a_plan_by_value_gives_way_to_one_in_kind_and_back(tmp_path: Path) -> None:
    """What is a table under the one is a view under the other."""
    tables = {
        "balance": "account,asset,quantity\na,BTC,1\nb,BTC,2\nb,JPY,1000",
        "wallet": "wallet,asset,quantity\nw,BTC,1\nbank,JPY,1000",
        "price": "asset,price,price_set\nBTC,100,commencement\nBTC,150,distribution\nBTC,300,claims:petition",
    }
    case = Written(tmp_path / "case", tables)
    text = (case.folder / "case.toml").read_text(encoding="utf-8")
    plans = ("", 'pooling = "by_value"', 'price_set = "petition"', 'pooling = "by_value"\nprice_set = "petition"', "")
    for number, plan in enumerate(plans):
        (case.folder / "case.toml").write_text(f"{text}\n[plan]\n{plan}\n", encoding="utf-8")
        run_case(case.folder, tmp_path / f"{number}", silent, threads=1)
        run_case(case.folder, tmp_path / f"{number} fresh", silent, threads=1, is_fresh=True)
        assert bytes_of(tmp_path / f"{number}") == bytes_of(tmp_path / f"{number} fresh"), plan
    case.folder.joinpath("case.toml").write_text(f"{text}\n[plan]\n{plans[3]}\n", encoding="utf-8")
    run_case(case.folder, tmp_path / "end", silent, threads=1)
    assert bytes_of(tmp_path / "end") == bytes_of(tmp_path / "3")
