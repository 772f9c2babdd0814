"""How is a file parsed by a process that can be stopped, runs out of nothing but its own bounds, and may crash?

A workbook, a parquet file or a packed one can be made to unfold to a thousand times its size, or to crash the library
that reads it. So a child does it (confined.py): a fresh interpreter, never a fork of this one with its threads; with
limits on memory, seconds of CPU and bytes written; without the descriptors and the environment of the parent, and in a
session of its own, so that only the parent stops it. What becomes of the child is an error of this program's own, which
names the file. This module knows no kind of file.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from types import TracebackType
from typing import IO, Any

from ledgers.display import display
from ledgers.errors import Interruption, SourceError, StorageError

ROOT = Path(__file__).parent.parent.parent
ENTRY = "import sys; sys.path.insert(0, sys.argv.pop(1)); from ledgers.ingestion.confined import entry; entry()"
LAST_WORDS_MAX = 300
WAITS_TIMES = 6
"""A child that has used so many times its seconds of CPU by the clock waits for something that never comes."""
_watch: ContextVar[Callable[[], None] | None] = ContextVar("watch", default=None)
_numbers = count(1)


@dataclass(frozen=True, slots=True)
class Bounds:
    """What one child may use."""

    memory_bytes: int
    """Address space, all of it: the interpreter and its libraries take some 300 MB."""
    cpu_seconds: int
    output_bytes: int
    """The longest file it may write."""


@contextmanager
def watched(watch: Callable[[], None]) -> Iterator[None]:
    """Ask this while a child is waited for, about once a second; where it raises, the child is ended first."""
    before = _watch.set(watch)
    try:
        yield
    finally:
        _watch.reset(before)


class Child:
    """One child, running; it is gone when the block ends."""

    def __init__(
        self, source: str, task: str, arguments: Mapping[str, Any], bounds: Bounds, scratch: Path, *, streams: bool
    ) -> None:
        """Start it.

        Args:
            source: the file as case.toml names it, for messages.
            task: one of confined.TASKS.
            arguments: what the task needs, in words and numbers.
            scratch: where it may write.
            streams: whether its rows are read from it as they come, in `rows`.
        """
        self._source = source
        self._bounds = bounds
        stem = scratch / f"child-{os.getpid()}-{next(_numbers)}"
        self._report = stem.with_suffix(".report")
        self._words = stem.with_suffix(".words")
        request = {
            **arguments,
            "task": task,
            "report": str(self._report),
            "parent": os.getpid(),
            "memory_bytes": bounds.memory_bytes,
            "cpu_seconds": bounds.cpu_seconds,
            "output_bytes": bounds.output_bytes,
        }
        self._watch = _watch.get()
        self._stopped: Interruption | None = None
        self._is_late = False
        self._is_unwanted = False
        try:
            with self._words.open("xb") as words:
                self._child = subprocess.Popen(
                    [sys.executable, "-I", "-B", "-c", ENTRY, str(ROOT), json.dumps(request)],
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.PIPE if streams else subprocess.DEVNULL,
                    stderr=words,
                    cwd=scratch,
                    # One pool of memory without caches of its own, and no threads: what is used is what is counted.
                    env={"ARROW_DEFAULT_MEMORY_POOL": "system", "OMP_NUM_THREADS": "1", "LC_ALL": "C.UTF-8"},
                    start_new_session=True,
                )
        except OSError as failed:
            raise StorageError(
                f"{source}: the process that reads it cannot be started ({failed.strerror}). Free some memory and disk."
            ) from failed

    @property
    def rows(self) -> IO[bytes]:
        """What a streaming child writes."""
        assert self._child.stdout is not None, "it was started to stream"
        return self._child.stdout

    def report(self) -> dict[str, Any]:
        """Wait for the end, and give what the child reports.

        Raises:
            SourceError: it refused the file, passed a bound, or crashed.
            Interruption: somebody stopped the run.
        """
        self._wait(None if self._child.stdout else WAITS_TIMES * self._bounds.cpu_seconds)
        if self._stopped is not None:
            raise self._stopped
        report = self._reported()
        if "made" in report:
            made: dict[str, Any] = report["made"]
            return made
        if "refused" in report:
            raise SourceError(f"{self._source}: {report['refused']}")
        if "full" in report:
            raise StorageError(f"{self._source}: its rows cannot be written ({report['full']}). Free some space.")
        raise SourceError(f"{self._source}: {self._exceeded(report.get('exceeded', ''))}")

    @contextmanager
    def attended(self) -> Iterator[None]:
        """Keep an eye on the child from a thread, while something else reads what it streams."""
        watcher = threading.Thread(target=self._wait, args=(None,), daemon=True)
        watcher.start()
        try:
            yield
        except Interruption:
            self.end()
            raise
        except BaseException:
            # Where the child is at fault it is ending now, and has something to say.
            with suppress(subprocess.TimeoutExpired):
                self._child.wait(timeout=1)
            self._is_unwanted = self._child.returncode is None
            self.end()
            raise
        finally:
            watcher.join()

    def blame(self) -> None:
        """Raise what the child is to blame for; nothing where the reading of its rows failed by itself."""
        if not self._is_unwanted:
            self.report()

    def end(self) -> None:
        """Let there be no child."""
        with suppress(ProcessLookupError):
            os.killpg(self._child.pid, signal.SIGKILL)
        self._child.wait()

    def __enter__(self) -> Child:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._child.poll() is None:
            self.end()
        if self._child.stdout is not None:
            self._child.stdout.close()
        self._report.unlink(missing_ok=True)
        self._words.unlink(missing_ok=True)

    def _wait(self, seconds: int | None) -> None:
        began = time.monotonic()
        while True:
            try:
                self._child.wait(timeout=1)
                return
            except subprocess.TimeoutExpired:
                pass
            try:
                if self._watch is not None:
                    self._watch()
            except Interruption as stopped:
                self._stopped = stopped
                self.end()
                return
            if seconds is not None and time.monotonic() - began > seconds:
                self._is_late = True
                self.end()
                return

    def _reported(self) -> dict[str, Any]:
        try:
            report: dict[str, Any] = json.loads(self._report.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return report if self._child.returncode == 0 else {}

    def _exceeded(self, what: str) -> str:
        """Say how the child ended that has nothing to report."""
        bounds, code = self._bounds, self._child.returncode
        advice = "Open it in the program it came from and export it as csv, or split it."
        if what == "memory" or (code == -signal.SIGKILL and not self._is_late):
            return f"needs more than the {bounds.memory_bytes >> 20} MB of memory given to read it. {advice}"
        if what == "output":
            return f"unfolds to more than {bounds.output_bytes >> 20} MB. {advice}"
        if code == -signal.SIGXCPU or self._is_late:
            return f"was not read within {bounds.cpu_seconds} seconds. {advice}"
        if code < 0:
            return f"crashed the program that reads it ({signal.Signals(-code).name}): it is damaged. {advice}"
        words = self._words.read_text(encoding="utf-8", errors="replace").strip().splitlines()
        last = display(words[-1], LAST_WORDS_MAX) if words else f"exit code {code}"
        return f"cannot be read ({last}). Copy it again from where it came, or export it as csv."


def made_of(source: str, task: str, arguments: Mapping[str, Any], bounds: Bounds, scratch: Path) -> dict[str, Any]:
    """Let a child do a task to its end, and give what it reports; raises what `Child.report` does."""
    with Child(source, task, arguments, bounds, scratch, streams=False) as child:
        return child.report()
