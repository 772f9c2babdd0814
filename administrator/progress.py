"""How far a run is, said to a person: stage, rows, rate, and what is likely left. Data never passes through here."""

from __future__ import annotations

import time
from typing import TextIO

from ledgers.models import Progress

SECONDS_BETWEEN = 0.2
MEBIBYTE = 2**20


def silent(_: Progress) -> None:
    """Say nothing."""


class Teller:
    """One line a stage on a stream; on a terminal the line is rewritten as the stage goes on."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._is_terminal = stream.isatty()
        self._stage = ""
        self._began = 0.0
        self._said = 0.0

    def __call__(self, progress: Progress) -> None:
        """Say how far the run is, where there is something new to say."""
        now = time.monotonic()
        is_new = progress.stage != self._stage
        if not is_new and (not self._is_terminal or now - self._said < SECONDS_BETWEEN):
            return
        if is_new:
            if self._stage and self._is_terminal:
                self._stream.write("\n")
            self._stage, self._began = progress.stage, now
        self._said = now
        self._stream.write(("\r\x1b[K" if self._is_terminal else "") + line(progress, now - self._began))
        if not self._is_terminal:
            self._stream.write("\n")
        self._stream.flush()

    def close(self) -> None:
        """End the line that stands open."""
        if self._stage and self._is_terminal:
            self._stream.write("\n")
            self._stream.flush()


def line(progress: Progress, seconds: float) -> str:
    """What is said of a stage.

    >>> line(Progress("load", 500, 1000), 2.0)
    'load: 500 of 1000, 250 a second, 2 s left'
    >>> line(Progress("load", 50 * MEBIBYTE, 100 * MEBIBYTE, "bytes"), 2.0)
    'load: 50 of 100 MiB, 25 MiB a second, 2 s left'
    """
    if progress.total == 0:
        return progress.stage if progress.done == 0 else f"{progress.stage}: {progress.done}"
    scale, unit = (MEBIBYTE, " MiB") if progress.unit == "bytes" else (1, "")
    said = f"{progress.stage}: {progress.done // scale} of {progress.total // scale}{unit}"
    if progress.done and seconds >= 1:
        rate = progress.done / seconds
        said += f", {rate / scale:.0f}{unit} a second, {(progress.total - progress.done) / rate:.0f} s left"
    return said
