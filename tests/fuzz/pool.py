"""How are a million files driven, each within its bounds, and what becomes of one that ends its worker?

A worker is a fork that drives every n-th file. It says beforehand which one, in memory shared with its parent, so that
one that crashes or hangs it is known; then another worker goes on behind it. What is wrong is kept outside of the
repository.
"""

from __future__ import annotations

import mmap
import os
import pickle
import resource
import shutil
import signal
import struct
import sys
import tempfile
import time
import traceback
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from tests.fuzz.driving import Driver, mutated_file
from tests.fuzz.originals import KINDS
from tests.fuzz.outcomes import Disagreement, Tally

SECONDS_MAX = 10
RESIDENT_MAX = 512 << 20
"""Watched, not bound: where its address space ends, the engine of the whole load crashes and hides what was wrong."""
REPORT_SECONDS = 30
CONFINED = ("parquet", "xlsx", "jsonl")
"""In the product a child reads these, so that a crash, or memory given up, is a refusal of the file."""
MEMORY_DISK = Path("/dev/shm")  # noqa: S108  a folder of a name of its own is made in it
PLACE = struct.Struct("<qd")


class Worker:
    """One fork, on its way through its share of the files."""

    def __init__(self, share: int, shares: int, kinds: Sequence[str], first: int, last: int, keep: Path) -> None:
        self.share, self.shares, self.kinds, self.last, self.keep = share, shares, kinds, last, keep
        self.next = first
        self.place = mmap.mmap(-1, PLACE.size)
        self.tallied = keep / f"tally-{os.getpid()}-{share}"
        self.pid = 0
        self.is_large = False
        self.tally = Tally()

    def start(self) -> None:
        """Go on from `next`."""
        self.place[:] = PLACE.pack(self.next, time.time())
        self.pid = os.fork()
        if self.pid == 0:
            code = 1
            try:
                self._run()
                code = 0
            except BaseException:  # noqa: BLE001  nothing of it may get out of the fork
                traceback.print_exc()
            finally:
                os._exit(code)

    def attend(self) -> bool:
        """See how it does; give whether it is through."""
        done, status = os.waitpid(self.pid, os.WNOHANG)
        number, began = PLACE.unpack(self.place[:])
        if not done:
            self.is_large = resident_of(self.pid) > 2 * RESIDENT_MAX
            if self.is_large or time.time() - began > 1.5 * SECONDS_MAX:
                os.kill(self.pid, signal.SIGKILL)
            return False
        tallied = self._take_tally()
        if status == 0:
            return True
        if os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGUSR1:
            self.next = number + self.shares
            self.start()
            return False
        lost = (number - self.next) // self.shares - tallied
        if lost > 0:
            # Driven, and nothing was wrong, or it would be in its folder; what became of them went with the worker.
            self.tally.files["not tallied"] += lost
        kind = self.kinds[number % len(self.kinds)]
        signal_no = os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0
        is_late = signal_no in (signal.SIGALRM, signal.SIGKILL)
        what = "grows" if self.is_large else "hangs" if is_late else f"ends the reader ({status})"
        if kind.split(".")[0] in CONFINED and what != "hangs":
            self.tally.contained[f"{kind}: {what}, as {number}"] += 1
        else:
            self.tally.violations.append(f"{kind}:{number} {what}")
        self.tally.files[kind] += 1
        self.next = number + self.shares
        self.start()
        return False

    def _take_tally(self) -> int:
        """Take up what the worker has counted; give of how many files."""
        with suppress(OSError, EOFError):
            tally: Tally = pickle.loads(self.tallied.read_bytes())  # noqa: S301  written by our own fork
            self.tallied.unlink()
            self.tally.add(tally)
            return sum(tally.files.values())
        return 0

    def _run(self) -> None:
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        folder = Path(tempfile.mkdtemp(prefix="fuzz-", dir=MEMORY_DISK if MEMORY_DISK.is_dir() else None))
        tally, written = Tally(), time.monotonic()
        try:
            driver = Driver(folder)
            for number in range(self.next, self.last, self.shares):
                self.place[:] = PLACE.pack(number, time.time())
                one(driver, self.kinds[number % len(self.kinds)], number, tally, self.keep)
                if resource.getrusage(resource.RUSAGE_SELF).ru_maxrss << 10 > RESIDENT_MAX:
                    # What it has had stays its peak: another worker goes on, so that the next file is not blamed.
                    self._leave(tally)
                    os.kill(os.getpid(), signal.SIGUSR1)
                if time.monotonic() - written > REPORT_SECONDS:
                    self._leave(tally)
                    written = time.monotonic()
        finally:
            self._leave(tally)
            shutil.rmtree(folder, ignore_errors=True)

    def _leave(self, tally: Tally) -> None:
        part = self.tallied.with_suffix(".part")
        part.write_bytes(pickle.dumps(tally))
        part.replace(self.tallied)


def resident_of(pid: int) -> int:
    """Bytes that a process has in memory now."""
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * resource.getpagesize()
    except OSError:
        return 0


def one(driver: Driver, kind: str, number: int, tally: Tally, keep: Path | None) -> None:
    """Drive one file and count what became of it."""
    name = f"{kind}:{number}"
    made, content = mutated_file(kind, number)
    began = time.perf_counter()
    signal.alarm(SECONDS_MAX)
    wrong = ""
    try:
        outcome = driver.drive(made, content, number)
        tally.verdicts[kind, outcome.verdict] += 1
        for code in outcome.codes:
            tally.codes[kind, code] += 1
    except Disagreement as fault:
        wrong = f"{name} disagreement: {fault}"
    except MemoryError:
        tally.contained[f"{kind}: needs more memory than given"] += 1
        wrong = "" if kind.split(".", maxsplit=1)[0] in CONFINED else f"{name} needs more memory than given"
    except Exception as fault:  # noqa: BLE001  any other error is what is looked for
        where = traceback.extract_tb(fault.__traceback__)[-1]
        line = f"{type(fault).__name__}: {str(fault)[:200]} ({Path(where.filename).name}:{where.lineno})"
        if kind.split(".", maxsplit=1)[0] in CONFINED and any(
            frame.filename.endswith("_child.py") for frame in traceback.extract_tb(fault.__traceback__)
        ):
            tally.contained[f"{kind}: {type(fault).__name__} ({Path(where.filename).name}:{where.lineno})"] += 1
        else:
            wrong = f"{name} {line}"
    finally:
        signal.alarm(0)
    tally.files[kind] += 1
    tally.slowest = max(tally.slowest, (time.perf_counter() - began, name))
    resident = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    if resident > tally.largest_kib[0]:
        tally.largest_kib = (resident, name)
        if resident << 10 > RESIDENT_MAX and kind.split(".", maxsplit=1)[0] in CONFINED:
            tally.contained[f"{kind}: more memory than a child is given"] += 1
        elif resident << 10 > RESIDENT_MAX:
            wrong = wrong or f"{name} has {resident >> 10} MiB resident"
    if wrong:
        tally.violations.append(wrong)
        if keep is not None:
            (keep / f"{number}.{kind}").write_bytes(content)
            (keep / f"{number}.{kind}.settings").write_text(repr(made.settings))


def run(files: int, first: int, workers: int, kinds: Sequence[str], keep: Path) -> Tally:
    """Drive so many files; say how it goes on stderr."""
    assert set(kinds) <= set(KINDS), f"kinds are {', '.join(KINDS)}"
    keep.mkdir(parents=True, exist_ok=True)
    crew = [Worker(share, workers, kinds, first + share, first + files, keep) for share in range(workers)]
    began = said = time.monotonic()
    waiting = list(crew)
    for worker in crew:
        worker.start()
    try:
        while waiting:
            time.sleep(0.2)
            waiting = [worker for worker in waiting if not worker.attend()]
            if time.monotonic() - said > REPORT_SECONDS:
                said = time.monotonic()
                at = max(PLACE.unpack(worker.place[:])[0] for worker in crew) - first
                print(f"{at} files, {at / (said - began):.0f} a second", file=sys.stderr, flush=True)
    finally:
        for worker in waiting:
            with suppress(ProcessLookupError):
                os.kill(worker.pid, signal.SIGKILL)
    tally = Tally()
    for worker in crew:
        tally.add(worker.tally)
    return tally
