"""How far a run is, said to a person: stage, rows, rate, and what is likely left. Data never passes through here."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TextIO

from ledgers.models import Progress

SECONDS_BETWEEN = 0.2


def silent(_: Progress) -> None:
    """Say nothing."""


def to_stderr(stream: TextIO) -> Callable[[Progress], None]:
    """One line a stage; on a terminal the line is rewritten as the stage goes on."""
    state = {"stage": "", "began": 0.0, "said": 0.0}
    is_terminal = stream.isatty()

    def listen(progress: Progress) -> None:
        now = time.monotonic()
        is_new = progress.stage != state["stage"]
        if is_new:
            if state["stage"] and is_terminal:
                stream.write("\n")
            state.update(stage=progress.stage, began=now, said=0.0)
        if not is_new and (not is_terminal or now - float(state["said"]) < SECONDS_BETWEEN):
            return
        state["said"] = now
        stream.write(("\r\x1b[K" if is_terminal else "") + line(progress, now - float(state["began"]))
                     + ("" if is_terminal and progress.stage != "export" else "\n"))
        stream.flush()

    return listen


def line(progress: Progress, seconds: float) -> str:
    """What is said of a stage.

    >>> line(Progress("load", 500, 1000), 2.0)
    'load: 500 of 1000, 250 a second, 2 s left'
    """
    if progress.total == 0:
        return progress.stage if progress.done == 0 else f"{progress.stage}: {progress.done}"
    said = f"{progress.stage}: {progress.done} of {progress.total}"
    if progress.done and seconds >= 1:
        rate = progress.done / seconds
        said += f", {rate:.0f} a second, {(progress.total - progress.done) / rate:.0f} s left"
    return said
