"""Stop a run from outside: between two words of its progress, and inside a statement of the database at once.

A signal reaches Python only between two of its own instructions, and a statement over fifty million rows is one. So a
run works in a thread of its own, and whoever waits for it keeps the means to stop it.
"""

from __future__ import annotations

import signal
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from typing import TYPE_CHECKING, TypeVar

from ledgers.errors import STOPPED, Interruption

if TYPE_CHECKING:
    from ledgers.models import Progress, ProgressListener
    from ledgers.storage.books import Books

Made = TypeVar("Made")
SECONDS_BETWEEN = 0.1


class Stop:
    """The means to stop one run; `listen` and `opened` are given to it."""

    def __init__(self, listen: ProgressListener) -> None:
        self._listen = listen
        self._books: Books | None = None
        self._is_wanted = False

    def listen(self, progress: Progress) -> None:
        """Pass progress on, or end the run that tells of it."""
        if self._is_wanted:
            raise Interruption(STOPPED)
        self._listen(progress)

    def opened(self, books: Books) -> None:
        """Take note of the books a run works on."""
        self._books = books

    def now(self) -> None:
        """Stop the run, from any thread and as often as one likes."""
        self._is_wanted = True
        if self._books is not None:
            self._books.interrupt()


def interruptible(work: Callable[[], Made], stop: Stop) -> Made:
    """Do the work in a thread and give what it makes; Ctrl-C stops it, and it is waited for until it has cleared up.

    Called from the main thread, where signals are heard; a handler, because an exception could come anywhere.

    Raises:
        Interruption: it was stopped.
    """
    before = signal.signal(signal.SIGINT, lambda *_: stop.now())
    try:
        with ThreadPoolExecutor(1) as threads:
            future = threads.submit(work)
            while not future.done():
                wait([future], timeout=SECONDS_BETWEEN)
            return future.result()
    finally:
        signal.signal(signal.SIGINT, before)
