"""What every test leaves as it found it, and the demo case, run once for those who only look."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from administrator.cli import main
from administrator.usecases.demonstrating import copy_demo
from administrator.usecases.stopping import STOPPING_SIGNALS


@pytest.fixture(autouse=True)
def _signals() -> Iterator[None]:
    """A command ends with its signals ignored; the process of the tests goes on to hear them."""
    before = {number: signal.getsignal(number) for number in STOPPING_SIGNALS}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.fixture(scope="session")
def demo_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo case, run once; whoever looks at it changes nothing."""
    case = copy_demo(tmp_path_factory.mktemp("demo") / "demo")
    assert main(["run", str(case), "--quiet"]) == 0
    return case
