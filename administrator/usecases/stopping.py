"""Stop a run from outside: between two words of its progress, and inside a statement of the database at once.

A signal reaches Python only between two of its own instructions, and a statement over fifty million rows is one. So a
run works in a thread of its own, and whoever waits for it keeps the means to stop it. A run that has not cleared up in
time, because it waits for a disk or walks over a long column, is left where it stands, as if it were killed: whoever
waits takes away what it had half made, and the next run takes the books for no more than their notes say.
"""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager
from threading import Lock
from typing import TYPE_CHECKING, TypeVar

from ledgers.errors import STOPPED, AbandonedError, Interruption

if TYPE_CHECKING:
    from types import FrameType

    from ledgers.models import Progress, ProgressListener
    from ledgers.storage.books import Books

Made = TypeVar("Made")
SECONDS_BETWEEN = 0.1
SECONDS_TO_CLEAR_UP = 1.2
"""What a stopped run is given to clear up by itself."""
STOPPING_SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Stop:
    """The means to stop one run; `listen`, `opened` and `leaving` are given to it."""

    def __init__(self, listen: ProgressListener) -> None:
        self._listen = listen
        self._books: Books | None = None
        self._wanted_at: float | None = None
        self._leaving = Lock()

    def listen(self, progress: Progress) -> None:
        """Pass progress on, or end the run that tells of it."""
        if self._wanted_at is not None:
            raise Interruption(STOPPED)
        self._listen(progress)

    def opened(self, books: Books) -> None:
        """Take note of the books a run works on."""
        self._books = books
        if self._wanted_at is not None:
            books.interrupt()

    def now(self) -> None:
        """Stop the run, from any thread and as often as one likes."""
        if self._wanted_at is None:
            self._wanted_at = time.monotonic()
        self.again()

    def again(self) -> None:
        """Stop the statement that is on now, where a stop is wanted: one that came between two of them stopped none."""
        if self._wanted_at is not None and self._books is not None:
            self._books.interrupt()

    @contextmanager
    def leaving(self) -> Iterator[None]:
        """What is done in this block is done whole: a stop that comes before it ends the run, one within it does not.

        Raises:
            Interruption: the run was stopped.
        """
        with self._leaving:
            if self._wanted_at is not None:
                raise Interruption(STOPPED)
            yield

    def abandon(self) -> None:
        """Wait for a block of `leaving` that is on; none begins any more once a stop is wanted."""
        with self._leaving:
            return

    @property
    def is_overdue(self) -> bool:
        """Whether the run was stopped long ago, and goes on."""
        return self._wanted_at is not None and time.monotonic() - self._wanted_at > SECONDS_TO_CLEAR_UP


def interruptible(work: Callable[[], Made], stop: Stop) -> Made:
    """Do the work in a thread and give what it makes; Ctrl-C and a polite kill stop it, and it is waited for.

    Called from the main thread, where signals are heard; a handler, because an exception could come anywhere. Both
    signals are ignored from its end on: what is left is to say how it went, and a stop in the midst of that would end
    a run that is done as if it had left nothing.

    Raises:
        Interruption: it was stopped.
        AbandonedError: it was stopped, and had not cleared up in time.
    """

    def heard(_number: int, _frame: FrameType | None) -> None:
        stop.now()

    for number in STOPPING_SIGNALS:
        signal.signal(number, heard)
    try:
        return waited_for(work, stop)
    finally:
        for number in STOPPING_SIGNALS:
            signal.signal(number, signal.SIG_IGN)


def waited_for(work: Callable[[], Made], stop: Stop) -> Made:
    """Do the work in a thread of its own and give what it makes, or leave it when it was stopped and does not end.

    Raises:
        Interruption: it was stopped.
        AbandonedError: it was stopped, and had not cleared up in time.
    """
    threads = ThreadPoolExecutor(1)
    try:
        future = threads.submit(work)
        while not future.done():
            wait([future], timeout=SECONDS_BETWEEN)
            stop.again()
            if stop.is_overdue and not future.done():
                stop.abandon()
                if not wait([future], timeout=SECONDS_BETWEEN).done:
                    raise AbandonedError(STOPPED)
        return future.result()
    finally:
        threads.shutdown(wait=False)
